"""Drawings of runs beyond those of a brief: single members over their fan, and two runs in one chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from havenward.brief.content import Fan
    from havenward.pipeline.run_views import RunView
    from havenward.runs import Run

MOST_MEMBERS = 60


def draw_members(run: Run, view: RunView, location: str, members: int) -> str:
    """Draw some members of one place, or of `total`, over their fan; empty where there is no such place.

    Parameters
    ----------
    members
        How many, spread evenly over the run; `MOST_MEMBERS` at most.
    """
    import polars as pl

    from havenward.brief.charts import LARGE
    from havenward.brief.overlays import members_chart
    from havenward.pipeline.whatif import choose_members
    from havenward.records import TOTAL

    brief, words = view.brief, view.words
    place = next((one for one in brief.places if one.location == location), None)
    if place is None and location != TOTAL:
        return ""
    fan = ahead_of(brief.total if place is None else place.fan, brief.origin_date)
    chosen = choose_members(brief.members, max(1, min(members, MOST_MEMBERS)))
    rows = (
        run.scan("members")
        .filter(
            pl.col("member").is_in(chosen.tolist())
            & (pl.col("location").cast(pl.String) == location)
            & pl.col("date").is_in(list(fan.dates))
        )
        .select("member", "date", "stock")
        .collect()
        .sort("member", "date")
    )
    lines = rows["stock"].to_numpy().reshape(-1, len(fan.dates)).tolist()
    name = words.say("print_total") if place is None else place.name
    drawn = members_chart(
        f"members-{location}",
        fan,
        lines,
        name,
        words.say("web_members_alt", n=len(lines), name=name),
        LARGE,
        words,
        place.capacity if place else None,
    )
    return str(drawn)


def ahead_of(fan: Fan, origin: date) -> Fan:
    """Cut a fan to the days after the origin date."""
    at = next((n for n, day in enumerate(fan.dates) if day > origin), 0)
    return type(fan)(*(getattr(fan, name)[at:] for name in ("dates", "q05", "q25", "q50", "q75", "q95")))


def draw_totals(first: RunView, other: RunView, names: tuple[str, str], key: str) -> str:
    """Draw the people displaced by two runs in one chart."""
    from havenward.brief.charts import LARGE
    from havenward.brief.overlays import two_fans_chart

    words = first.words
    title = words.say("web_compare_total", first=names[0], other=names[1])
    fans = [ahead_of(view.brief.total, view.brief.origin_date) for view in (first, other)]
    return str(two_fans_chart(key, fans[0], fans[1], title, title, LARGE, words, names))
