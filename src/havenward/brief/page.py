"""How the page is built: facts of a brief go into the template, every value escaped, nothing loaded."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from havenward.brief.charts import LARGE, SMALL, FanSettings, RangeBar, fan_chart, range_chart
from havenward.brief.maps import draw_map
from havenward.brief.tables import cell_of as people_cell
from havenward.brief.tables import (
    first_words,
    need_lines,
    read_level_words,
    shown_days,
    site_need_rows,
    site_rows,
    standard_words,
)
from havenward.brief.wording import (
    MISUSE,
    PHRASES,
    limit_lines,
    method_lines,
    range_words,
    say,
    say_amount,
    say_date,
    say_for,
    say_number,
    say_people,
    say_quantity,
    say_range,
    say_short_date,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markupsafe import Markup

    from havenward.brief.content import Amount, Brief, FigureRow, Headline, Place

MAIN_SITES = 15  # rows of the first table; the rest stands in the annex
MAIN_FANS = 12


class FanItem(NamedTuple):
    """A small chart with its heading."""

    number: int
    name: str
    summary: str
    chart: Markup


class HeadlineWords(NamedTuple):
    """A big number in words."""

    label: str
    central: str
    unit: str
    range: str
    day: object
    lines: tuple[str, ...]
    notes: tuple[object, ...]


def write_page(brief: Brief) -> str:
    """Write the HTML of a brief: one file that loads nothing and works from disk."""
    drawing, map_notes = draw_map(brief)
    rows, fans = (
        site_rows(brief),
        [
            _fan_item(brief, n, place)
            for n, place in enumerate(brief.places, start=1)
            if max(place.fan.q95) >= max(brief.suppress_below, 1)
        ],
    )
    heads, need_sites = site_need_rows(brief)
    expected = [row for row in brief.figures if row.term == "expected_displaced"]
    return render(
        "brief.html",
        brief=brief,
        audience=say(f"audience_{brief.audience}"),
        track=say(f"track_{brief.track}", origin=say_short_date(brief.origin_date)),
        strap=say_for("strap", brief.track),
        heading=say_for("heading", brief.track),
        headlines=[_headline(item, brief.suppress_below) for item in brief.headlines],
        map=drawing,
        map_notes=map_notes,
        total=_total_chart(brief),
        days=shown_days(brief),
        dots=say_for(
            "dots",
            brief.track,
            origin=say_short_date(brief.origin_date),
            series=", ".join(sorted({count.series for count in brief.total_counts})),
        ),
        sites_main=rows[:MAIN_SITES],
        sites_more=rows[MAIN_SITES:],
        fans_main=fans[:MAIN_FANS],
        fans_more=fans[MAIN_FANS:],
        needs=need_lines(brief),
        need_heads=heads,
        need_sites=need_sites,
        team_tables=_team_tables(brief),
        limits=[*limit_lines(brief.track, brief.origin_date, brief.learning), *MISUSE],
        method=method_lines(
            brief.track,
            brief.rules,
            brief.learning,
            members=say_amount(brief.members),
            origin=say_date(brief.origin_date),
            seed=brief.seed,
            version=brief.package_version,
        ),
        lessons_from=say("lessons_from", n=brief.learning.counts, origin=say_short_date(brief.origin_date)),
        assumptions=[row for row in brief.assumptions if "." not in row.name],
        posterior=any(row.posterior for row in brief.assumptions),
        planning=_planning_chart(expected) if expected else None,
        standards=[(row, standard_words(row, brief.household_size)) for row in brief.standards],
        basis={
            key.removeprefix("basis_"): words for key, words in PHRASES.items() if key.startswith("basis_")
        },
        source_marks={row.source: row.mark for row in brief.sources},
        figure_marks={row.figure: row.mark for row in brief.figures},
    )


def render(template: str, **values: object) -> str:
    """Fill a template of the package; every value is escaped unless it is markup that was built here."""
    folder = resources.files("havenward.brief") / "templates"
    style = (folder / "style.css").read_text(encoding="utf-8").strip()
    environment = Environment(
        loader=PackageLoader("havenward.brief"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        long_date=say_date,
        short_date=say_short_date,
        groupby_order=_group,
        safe_link=is_link,
        capitalize_first=lambda text: text[:1].upper() + text[1:],
        read_level=read_level_words,
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return environment.get_template(template).render(
        words=PHRASES, style=_as_markup(style), style_hash=_as_markup(digest), **values
    )


def is_link(url: str) -> bool:
    """Tell whether a text is an address that may be followed: http or https, nothing that runs."""
    return url.startswith(("https://", "http://"))


def _as_markup(text: str) -> Markup:
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - our own style sheet and its digest


def _group(rows: Iterable[object], name: str) -> list[tuple[object, list[object]]]:
    """Group rows by an attribute and keep their order (the filter of the library sorts)."""
    groups: dict[object, list[object]] = {}
    for row in rows:
        groups.setdefault(getattr(row, name), []).append(row)
    return list(groups.items())


def _headline(item: Headline, few: int) -> HeadlineWords:
    """Write a big number: people, sites or an amount of something."""
    if item.unit in {"people", "sites"}:
        limit = few if item.unit == "people" else 0
        central = (
            say_people(item.amount.central, limit)
            if item.unit == "people"
            else say_number(item.amount.central or 0)
        )
        spread = say_range(item.amount, limit)
        return HeadlineWords(
            item.label, central, "", f"{spread} {item.unit}", item.day, item.lines, item.notes
        )
    values = (item.amount.low, item.amount.central, item.amount.high)
    low, central, high = (
        say("few", n=few) if value is None else say_quantity(value, item.unit)[0] for value in values
    )
    unit = say_quantity(1, item.unit)[1]
    return HeadlineWords(
        item.label, central, unit, f"{low}\u2009\u2013\u2009{high} {unit}", item.day, item.lines, item.notes
    )


def _capacity_sentence(place: Place) -> str:
    if place.capacity is None or place.capacity.central is None:
        return say("fan_none")
    return say(
        "fan_capacity",
        capacity=say_people(place.capacity.central, 0),
        basis=say(f"capacity_{place.capacity_basis}"),
    )


def _fan_item(brief: Brief, number: int, place: Place) -> FanItem:
    few, day = brief.suppress_below, brief.focal_day
    amount = place.on(day)
    words = say(
        "fan_alt",
        name=place.name,
        first=say_date(place.fan.dates[0]),
        last=say_date(place.fan.dates[-1]),
        day=say_date(day),
        **range_words(amount, few),
        capacity=_capacity_sentence(place),
    )
    summary = f"{say_people(amount.central, few)} on {say_short_date(day)} ({say_range(amount, few)})"
    if place.first_likely:
        summary += f"; likely over capacity from {first_words(place)}"
    settings = FanSettings(
        place.capacity,
        "" if place.capacity_basis == "published" else "assumed",
        place.counts,
        place.first_likely,
        steps=[(limit.since, limit.persons) for limit in place.limits],
        closes=place.closes,
    )
    return FanItem(
        number, place.name, summary, fan_chart(f"fan-{number}", place.fan, place.name, words, SMALL, settings)
    )


def _total_chart(brief: Brief) -> Markup:
    amount: Amount = dict(brief.total_people)[brief.focal_day]
    few = brief.suppress_below
    words = say(
        "fan_alt",
        name="All",
        first=say_date(brief.total.dates[0]),
        last=say_date(brief.last_date),
        day=say_date(brief.focal_day),
        **range_words(amount, few),
        capacity="",
    )
    return fan_chart(
        "fan-total",
        brief.total,
        say("big_displaced"),
        words,
        LARGE,
        FanSettings(counts=brief.total_counts, origin=brief.origin_date),
    )


def planning_bars(figures: Iterable[FigureRow]) -> list[RangeBar]:
    """Give what reports expected as bars, one for each fact group, the earliest first."""
    first: dict[str, FigureRow] = {}
    for row in sorted(figures, key=lambda row: (row.published, row.mark)):
        first.setdefault(row.fact_group or row.figure, row)
    bars = []
    for row in first.values():
        low, high = row.low, row.high
        central = row.point
        if (low is None and high is None and central is None) or max(low or 0, high or 0, central or 0) < 100:
            continue
        bars.append(
            RangeBar(
                row.speaker or row.outlet, f"{say_short_date(row.published)}: {row.value}", low, central, high
            )
        )
    return bars


def _planning_chart(figures: Sequence[FigureRow]) -> Markup | None:
    bars = planning_bars(figures)
    if not bars:
        return None
    words = "; ".join(f"{bar.words}, {bar.detail}" for bar in bars)
    return range_chart("planning", bars, "People that reports expected to be displaced", words)


def _team_tables(brief: Brief) -> list[tuple[str, str, list[tuple[str, list[object]]]]]:
    """Give the tables beyond the receiving places; an audience sees those that it has numbers for."""
    few = brief.suppress_below

    def cells(rows: Iterable[tuple[object, Amount]]) -> list[object]:
        return [people_cell(amount, few) for _, amount in rows]

    tables = []
    if brief.displaced_total:
        tables.append(
            (
                "People ever displaced",
                "Everybody who left since the start, returned or not.",
                [("Whole crisis", cells(brief.displaced_total))],
            )
        )
    if brief.gates:
        tables.append(
            (
                "People waiting on the way",
                "Towns and border gates where people wait and are passed on.",
                [(place.name, cells(place.people)) for place in brief.gates],
            )
        )
    if brief.remaining:
        tables.append(("People still inside", "For the team only.", [("All", cells(brief.remaining))]))
    if brief.origins:
        tables.append(
            (
                "Places that people leave",
                "People there on each day, never left or back. Team only.",
                [(place.name, cells(place.people)) for place in brief.origins],
            )
        )
    return tables
