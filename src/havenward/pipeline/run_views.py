"""What pages show of a run: its brief for the team, any day of it, single members, and answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

from havenward.settings import BriefSettings
from havenward.words import Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from havenward.brief.content import Amount, Brief, Fan, GapRow, NeedRow, Place
    from havenward.brief.why import Why
    from havenward.pipeline.whatif import Answer
    from havenward.runs import Run

MOST_MEMBERS = 60
MOST_DRAWN = 6  # places of an answer that are drawn: those that change most
WORTH = 0.5  # people; a median that moves by less has not moved


class HeadlineView(NamedTuple):
    """A big number in words, the day that it holds on, and what stands behind it."""

    name: str
    label: str
    central: str
    unit: str
    range: str
    day: str
    why: Why | None


class PlaceView(NamedTuple):
    """A place: its drawing and its numbers in words; `first` is the first day likely over its capacity."""

    number: int
    location: str
    name: str
    kind: str
    svg: str
    central: str
    range: str
    capacity: str
    capacity_basis: str
    chance: str
    first: str
    first_day: str
    why: Why


@dataclass(frozen=True)
class RunView:
    """A run as its pages show it, in one language.

    Parameters
    ----------
    brief
        For the team: nothing is withheld.
    days
        Every day ahead.
    """

    brief: Brief
    words: Words
    headlines: tuple[HeadlineView, ...]
    total_svg: str
    places: tuple[PlaceView, ...]
    days: tuple[date, ...]
    focal: date


def view_run(run: Run, language: str) -> RunView:
    """Compose what the pages of a run show; takes about a second, so that callers keep it."""
    from havenward.brief.charts import LARGE, SMALL
    from havenward.brief.drawings import draw_place, draw_total
    from havenward.brief.numbers import HEADLINES
    from havenward.brief.why import headline_whys, place_why
    from havenward.pipeline.products import brief_of

    words = Words(language)
    brief = brief_of(run, BriefSettings("team", language=language))
    whys = headline_whys(brief, words)
    headlines = []
    for n, (name, item) in enumerate(zip(HEADLINES, brief.headlines, strict=False)):
        spread, unit = amount_words(item.amount, item.unit, words)
        central = words.say_quantity(item.amount.central or 0, item.unit)[0]
        headlines.append(
            HeadlineView(
                name, item.label, central, unit, spread, words.say_date(item.day),
                whys[n] if n < len(whys) else None,
            )
        )  # fmt: skip
    places = tuple(
        PlaceView(
            number,
            place.location,
            place.name,
            words.say_kind(place.kind),
            draw_place(brief, number, place, words, SMALL).svg,
            words.say_people(place.on(brief.focal_day).central, 0),
            words.say_range(place.on(brief.focal_day), 0),
            words.say_people(place.capacity.central, 0) if place.capacity else "",
            words.say(f"capacity_{place.capacity_basis}") if place.capacity_basis != "none" else "",
            words.say_chance(place.chance_over) if place.chance_over is not None else "",
            words.say_short_date(place.first_likely) if place.first_likely else "",
            place.first_likely.isoformat() if place.first_likely else "",
            place_why(brief, place, words),
        )
        for number, place in enumerate(brief.places, start=1)
    )
    days = tuple(day for day in brief.total.dates if day > brief.origin_date)
    total = draw_total(brief, words, LARGE).svg
    return RunView(brief, words, tuple(headlines), total, places, days, brief.focal_day)


def amount_words(amount: Amount, unit: str, words: Words) -> tuple[str, str]:
    """Write the range of an amount, and its unit where its label does not say it."""
    low, high = (words.say_quantity(value or 0, unit)[0] for value in (amount.low, amount.high))
    shown = "" if unit in {"people", "sites"} else words.say_quantity(1, unit)[1]
    return (low if low == high else words.join_range(low, high)), shown


# -- the map ------------------------------------------------------------------------------------------------


def draw_day(view: RunView, day: date) -> str:
    """Draw the map of any day ahead, its circles on one scale with all others; empty without one."""
    from havenward.brief.drawings import standing_alone
    from havenward.brief.map_sheets import SCREEN
    from havenward.brief.maps import draw_map

    brief = view.brief
    peak = max((value for place in brief.places for value in place.fan.q50), default=0.0)
    places = tuple(_on_day(place, day) for place in brief.places)
    here = max((place.on(day).central or 0.0 for place in places), default=0.0)
    # a map takes its largest circle for the fullest place of its day
    largest = SCREEN.largest * sqrt(here / peak) if peak > 0 else SCREEN.largest
    drawn, _ = draw_map(replace(brief, places=places), view.words, SCREEN._replace(largest=largest), day)
    return "" if drawn is None else standing_alone(drawn)


def people_on_day(view: RunView, day: date) -> list[tuple[int, str, str, str, bool]]:
    """Give number, name, middle, range, and whether it is likelier than not over capacity, place by place."""
    words, rows = view.words, []
    for number, place in enumerate(view.brief.places, start=1):
        there = _on_day(place, day)
        over = there.over_on(day)
        rows.append(
            (
                number,
                place.name,
                words.say_people(there.on(day).central, 0),
                words.say_range(there.on(day), 0),
                over is not None and (over.central or 0) > 0,
            )
        )
    return rows


def _on_day(place: Place, day: date) -> Place:
    """Give a place with what its fan says of a day that is no key day."""
    from havenward.brief.content import Amount
    from havenward.brief.facts import at_day

    if day in dict(place.people):
        return place
    people = at_day(place.fan, day)
    over = place.over
    if (limit := place.limit_on(day)) is not None and limit.persons.central is not None:
        more = max(0.0, (people.central or 0.0) - limit.persons.central)
        over = (*over, (day, Amount(0.0, more, more)))
    return replace(place, people=(*place.people, (day, people)), over=over)


# -- members ------------------------------------------------------------------------------------------------


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
    fan = _ahead(brief.total if place is None else place.fan, brief.origin_date)
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


def _ahead(fan: Fan, origin: date) -> Fan:
    """Cut a fan to the days after the origin date."""
    at = next((n for n, day in enumerate(fan.dates) if day > origin), 0)
    return type(fan)(*(getattr(fan, name)[at:] for name in ("dates", "q05", "q25", "q50", "q75", "q95")))


# -- questions ----------------------------------------------------------------------------------------------


def show_answer(
    run: Run, answer: Answer, names: Mapping[str, str], words: Words, drawn: int = MOST_DRAWN
) -> dict[str, Any]:
    """Put an answer into plain values for a page: a row per place, and the drawings of those that change.

    Parameters
    ----------
    names
        Of the places, by key.
    drawn
        How many places are drawn beside the total.

    Returns
    -------
    values
        `members`, `planned`; `rows` (place, name, day, before, after, change, in words), the largest change
        first, each on the day on which it is largest; `drawings` (name, svg), the total first.
    """
    from havenward.brief.charts import LARGE, SMALL
    from havenward.brief.content import Amount, Fan
    from havenward.brief.overlays import two_fans_chart
    from havenward.records import TOTAL

    rows = []
    for place in answer.after:
        moved = answer.after[place][2] - answer.before[place][2]
        at = int(abs(moved).argmax())
        before, after = (
            Amount(*(float(values[place][n, at]) for n in (0, 2, 4)))
            for values in (answer.before, answer.after)
        )
        rows.append(
            {
                "place": place,
                "name": words.say("print_total") if place == TOTAL else names.get(place, place),
                "day": words.say_short_date(answer.dates[at]),
                "before": words.say_people(before.central, 0),
                "before_range": words.say_range(before, 0),
                "after": words.say_people(after.central, 0),
                "after_range": words.say_range(after, 0),
                "moved": float(moved[at]),
                "change": words.say_signed(float(moved[at])),
            }
        )
    rows.sort(key=lambda row: (row["place"] != TOTAL, -abs(float(str(row["moved"])))))
    changed = [row for row in rows if row["place"] == TOTAL or abs(float(str(row["moved"]))) >= WORTH]
    drawings, lines = [], (words.say("web_whatif_run"), words.say("web_whatif_other"))
    for n, row in enumerate(changed[: drawn + 1]):
        place, name = str(row["place"]), str(row["name"])
        was, now = (
            Fan(answer.dates, *(tuple(values[place][level].tolist()) for level in range(5)))
            for values in (answer.before, answer.after)
        )
        told = words.say("web_whatif_alt", name=name, **{k: row[k] for k in ("day", "before", "after")})
        frame = SMALL if n else LARGE
        drawings.append(
            {"name": name, "svg": str(two_fans_chart(f"what-{n}", was, now, name, told, frame, words, lines))}
        )
    return {
        "members": answer.members,
        "planned": answer.planned,
        "of": int(run.meta["members"]),
        "rows": rows,
        "drawings": drawings,
    }


class Choice(NamedTuple):
    """An assumption of a run that a question may change.

    `points` are what its members hold, 5, 50 and 95 %; `lowest` and `highest` what it can be at all, None
    where nothing limits it.
    """

    name: str
    words: str
    unit: str
    points: tuple[str, ...]
    lowest: float | None
    highest: float | None


class Choices(NamedTuple):
    """What a question about a run may change: assumptions, receiving places, and routes."""

    assumptions: tuple[Choice, ...]
    sites: tuple[tuple[str, str], ...]
    routes: tuple[tuple[str, str, str], ...]


def list_choices(run: Run, view: RunView) -> Choices:
    """List what can be asked about a run."""
    import numpy as np

    from havenward.brief.facts import current_locations, read_draws, read_weights
    from havenward.case.check_evidence import support
    from havenward.case.load import load_case
    from havenward.pipeline.forecasts import as_simulated
    from havenward.records import RECEIVING_KINDS

    case = load_case(run.case_folder)
    members, _ = read_weights(run)
    draws, _ = read_draws(run, members)
    places = current_locations(case)
    words = view.words

    def say(name: str) -> str:
        own = name.partition(".")[2]
        of = places[own].name if own in places else own
        return f"{words.say_parameter(name)}: {of}" if own else words.say_parameter(name)

    simulated = as_simulated(case, run.meta["rules"], run.meta["priors"], run.meta["scenario"])
    assumptions = tuple(
        Choice(
            row.name,
            say(row.name),
            row.unit,
            tuple(
                f"{float(f'{value:.4g}'):.12g}" for value in np.quantile(draws[row.name], (0.05, 0.5, 0.95))
            ),
            0.0 if support(row.distribution)[0] >= 0.0 else None,
            1.0 if row.unit == "share" else None,
        )
        for row in simulated.assumptions
        if row.distribution is not None and row.name in draws
    )
    sites = tuple((key, row.name) for key, row in places.items() if row.kind in RECEIVING_KINDS)
    routes = sorted({(row.from_, row.to) for row in case.routes if row.from_ in places and row.to in places})
    return Choices(
        assumptions, sites, tuple((a, b, f"{places[a].name} \u2013 {places[b].name}") for a, b in routes)
    )


class CaseFacts(NamedTuple):
    """What forms about a case need: `latest` is the day on which something in it was published last."""

    title: str
    rules: str
    horizon_days: int
    latest: date
    scenarios: tuple[tuple[str, str], ...]
    audience: str
    suppress_below: int


def case_facts(folder: Path) -> CaseFacts:
    """Read what forms about a case need."""
    from havenward.case.load import load_case

    case = load_case(folder)
    published = [row.published for row in case.reports] + [row.published for row in case.observations]
    published += [row.published for row in case.events] + [row.published for row in case.locations]
    return CaseFacts(
        case.title,
        case.rules,
        case.horizon_days,
        max([case.start, *published]),
        tuple((one.name, one.title) for one in case.scenarios),
        case.audience,
        case.suppress_below,
    )


# -- needs --------------------------------------------------------------------------------------------------


class NeedLine(NamedTuple):
    """What is needed of one thing at one place on one day, and what of it is missing, in words."""

    place: str
    sector: str
    item: str
    unit: str
    standard: str
    people: str
    amount: str
    range: str
    available: str
    missing: str
    missing_range: str
    chance: str


def need_lines(
    view: RunView, day: date, *, place: str = "", sector: str = "", standard: str = ""
) -> list[NeedLine]:
    """Give needs and gaps of a day in words, of one place, sector or standard where it is named."""
    indicators = {row.standard: row.indicator for row in view.brief.standards}
    gaps = {(row.location, row.item): row for row in view.brief.gaps if row.date == day}
    lines = []
    for need in view.brief.needs:
        if need.date != day or any(
            asked and asked != value
            for asked, value in ((place, need.location), (sector, need.sector), (standard, need.standard))
        ):
            continue
        keys = (need.item, indicators.get(need.standard, ""), need.standard)
        gap = next((gaps[need.location, key] for key in keys if (need.location, key) in gaps), None)
        lines.append(_need_line(view.words, need, gap))
    return lines


def _need_line(words: Words, need: NeedRow, gap: GapRow | None) -> NeedLine:
    amount, unit = words.say_quantity(need.amount.central or 0, need.unit)
    spread, _ = amount_words(need.amount, need.unit, words)
    available = missing = missing_range = chance = ""
    if gap is not None:
        available = (
            words.say("page_not_stated")
            if gap.available is None
            else words.say_quantity(gap.available, gap.unit)[0]
        )
        missing = words.say_quantity(gap.gap.central or 0, gap.unit)[0]
        missing_range, _ = amount_words(gap.gap, gap.unit, words)
        chance = "" if gap.chance is None else words.say_chance(gap.chance)
    return NeedLine(
        need.name, words.say_sector(need.sector), words.say_item(need.item), unit, need.standard,
        words.say_people(need.people.central, 0), amount, spread, available, missing, missing_range, chance,
    )  # fmt: skip


def need_days(view: RunView, standard: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Give one need over the key days: for each place its name, and by day what is needed and is missing."""
    found: dict[str, list[tuple[str, str]]] = {}
    for day in view.brief.key_days:
        for line in need_lines(view, day, standard=standard):
            found.setdefault(line.place, []).append((line.amount, line.missing))
    return list(found.items())


def list_needs(view: RunView) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[tuple[str, str]]]:
    """List sectors, standards and places that needs are given for, each as key and words."""
    words = view.words
    sectors = {need.sector: words.say_sector(need.sector) for need in view.brief.needs}
    standards = {need.standard: words.say_item(need.item) for need in view.brief.needs}
    places = {need.location: need.name for need in view.brief.needs}
    return list(sectors.items()), list(standards.items()), list(places.items())


# -- side by side -------------------------------------------------------------------------------------------


def draw_totals(first: RunView, other: RunView, names: tuple[str, str], key: str) -> str:
    """Draw the people displaced by two runs in one chart."""
    from havenward.brief.charts import LARGE
    from havenward.brief.overlays import two_fans_chart

    words = first.words
    title = words.say("web_compare_total", first=names[0], other=names[1])
    fans = [_ahead(view.brief.total, view.brief.origin_date) for view in (first, other)]
    return str(two_fans_chart(key, fans[0], fans[1], title, title, LARGE, words, names))


# -- what is withheld ---------------------------------------------------------------------------------------


def withheld_from(run: Run, audience: str, language: str) -> Sequence[str]:
    """Say in words what an audience does not see of a run."""
    from havenward.pipeline.products import brief_of

    return brief_of(run, BriefSettings(audience, language=language, reason="-")).withheld


def refuse_reason(run: Run, audience: str, reason: str) -> None:
    """Refuse a release finer than public without a reason, before any work is done for it.

    Raises
    ------
    ReleaseError
        As `brief.release.require_reason` says.
    """
    from havenward.brief.release import guard_for, require_reason
    from havenward.case.load import load_case

    case = load_case(run.case_folder)
    require_reason(audience, reason, guard_for(case.locations, case.title, audience, case.suppress_below))


def score_folder(run_folder: Path, case_folder: Path) -> dict[str, Any]:
    """Score a run against the counts that the case holds by now; see `score_run`."""
    from havenward.case.load import load_case
    from havenward.pipeline.history import score_run
    from havenward.runs import read_run

    return score_run(read_run(run_folder), load_case(case_folder))
