"""How the page is built: facts of a brief go into the template, every value escaped, nothing loaded."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from havenward.brief.charts import LARGE, SMALL, FanSettings, RangeBar, fan_chart, range_chart
from havenward.brief.drawings import beside_place, describe_place, describe_total
from havenward.brief.maps import draw_map, draw_small_multiples
from havenward.brief.skill import past_skill
from havenward.brief.tables import cell_of as people_cell
from havenward.brief.tables import (
    need_lines,
    needs_on,
    read_level_words,
    shown_days,
    site_need_rows,
    site_rows,
    standard_words,
)
from havenward.brief.why import headline_whys, need_why, place_why
from havenward.records import TOTAL
from havenward.words import ENGLISH, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markupsafe import Markup

    from havenward.brief.content import (
        Amount,
        AssumptionRow,
        Brief,
        Change,
        FigureRow,
        FirstShortfall,
        GapRow,
        Headline,
        Place,
        ScenarioRow,
    )
    from havenward.brief.tables import NeedLine, SiteRow
    from havenward.brief.why import Why

MAIN_FANS = 6  # of the fullest sites, on the first pages; the others follow in the annex
MAIN_SHORTFALLS = 8
MAIN_DISPUTES = 3
PEOPLE_UNITS = ("people", "persons")


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
    why: Why | None


class NeedItem(NamedTuple):
    """A need of all places together, with what is missing of it."""

    line: NeedLine
    why: Why
    available: str
    missing: str
    spread: str
    chance: str


class ShortfallWords(NamedTuple):
    """A first likely shortfall in words."""

    name: str
    item: str
    chance: str
    first: str
    missing: str
    more: str
    why: Why | None


class ChangeWords(NamedTuple):
    """A number of the last brief beside the same number now."""

    label: str
    day: object
    before: str
    now: str
    words: str


class ScenarioWords(NamedTuple):
    """A scenario in words."""

    row: ScenarioRow
    likelihood: str


def write_page(brief: Brief) -> str:
    """Write the HTML of a brief in its language: one file that loads nothing and works from disk."""
    words = Words(brief.language)
    drawing, map_notes = draw_map(brief, words)
    fans = [
        _fan_item(brief, n, place, words)
        for n, place in enumerate(brief.places, start=1)
        if max(place.fan.q95) >= max(brief.suppress_below, 1)
    ]
    heads, need_sites = site_need_rows(brief)
    origin = words.say_short_date(brief.origin_date)
    expected = brief.planned
    whys = headline_whys(brief, words)
    needs = _need_items(brief, words)
    return render(
        "brief.html",
        words,
        brief=brief,
        audience=words.say(f"audience_{brief.audience}"),
        track=words.say(f"track_{brief.track}", origin=origin),
        strap=words.say_for("strap", brief.track),
        heading=words.say_for("heading", brief.track),
        changes=[_change(change, brief.suppress_below, words) for change in brief.changes],
        headlines=[
            _headline(item, brief.suppress_below, whys[n] if n < len(whys) else None, words)
            for n, item in enumerate(brief.headlines)
        ],
        map=drawing,
        map_notes=map_notes,
        small_maps=draw_small_multiples(brief, words),
        total=_total_chart(brief, words),
        days=shown_days(brief),
        dots=words.say_for(
            "dots",
            brief.track,
            origin=origin,
            series=words.signs.comma.join(sorted({count.series for count in brief.total_counts})),
        ),
        shortfalls=_shortfalls(brief, words),
        sites=_sites(brief, words),
        jumps=[place.jump for place in brief.places if place.jump],
        fans_main=fans[:MAIN_FANS],
        fans_more=fans[MAIN_FANS:],
        needs=needs,
        with_chance=any(item.chance for item in needs),
        need_heads=heads,
        need_sites=need_sites,
        scenarios=[_scenario(row, words) for row in brief.scenarios],
        disputes_main=brief.disputes[:MAIN_DISPUTES],
        disputes_more=brief.disputes[MAIN_DISPUTES:],
        skill=past_skill(words=words),
        team_tables=_team_tables(brief, words),
        limits=[
            *words.limit_lines(brief.track, brief.origin_date, brief.learning),
            *words.misuse_lines(),
        ],
        method=words.method_lines(
            brief.track,
            brief.rules,
            brief.learning,
            members=words.say_amount(brief.members),
            origin=words.say_date(brief.origin_date),
            seed=brief.seed,
            version=brief.package_version,
        ),
        lessons_from=words.say("lessons_from", n=brief.learning.counts, origin=origin),
        assumptions=[_assumption(row, words) for row in brief.assumptions if "." not in row.name],
        posterior=any(row.posterior for row in brief.assumptions),
        planning=_planning_chart(expected, words) if expected else None,
        standards=[(row, standard_words(row, brief.household_size, words)) for row in brief.standards],
        source_marks={row.source: row.mark for row in brief.sources},
        figure_marks={row.figure: row.mark for row in brief.figures},
    )


def render(template: str, words: Words = ENGLISH, **values: object) -> str:
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
        long_date=words.say_date,
        short_date=words.say_short_date,
        groupby_order=_group,
        safe_link=is_link,
        capitalize_first=lambda text: text[:1].upper() + text[1:],
        read_level=lambda level: read_level_words(level, words),
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # what a case and its sources say is written in English, which a page in another language must tell
    written = "" if words.language == "en" else ' lang="en" dir="ltr"'
    return environment.get_template(template).render(
        w=words,
        t=words.phrases,
        written=_as_markup(written),
        style=_as_markup(style),
        style_hash=_as_markup(digest),
        **values,
    )


def is_link(url: str) -> bool:
    """Tell whether a text is an address that may be followed: http or https, nothing that runs."""
    return url.startswith(("https://", "http://"))


def _as_markup(text: str) -> Markup:
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - our own style sheet, its digest, and fixed attributes


def _group(rows: Iterable[object], name: str) -> list[tuple[object, list[object]]]:
    """Group rows by an attribute and keep their order (the filter of the library sorts)."""
    groups: dict[object, list[object]] = {}
    for row in rows:
        value = row
        for part in name.split("."):
            value = getattr(value, part)
        groups.setdefault(value, []).append(row)
    return list(groups.items())


# -- numbers in words ------------------------------------------------------------------------------------


def _quantities(amount: Amount, unit: str, few: int, words: Words) -> tuple[str, str, str, str]:
    """Write a range of people, sites or an amount of something: low, central, high, unit."""
    values = (amount.low, amount.central, amount.high)
    if unit in PEOPLE_UNITS:
        low, central, high = (words.say_people(value, few) for value in values)
        return low, central, high, words.say_unit(unit)
    low, central, high = (
        words.say("few", n=few) if value is None else words.say_quantity(value, unit)[0] for value in values
    )
    return low, central, high, words.say_quantity(1, unit)[1]


def _headline(item: Headline, few: int, why: Why | None, words: Words) -> HeadlineWords:
    """Write a big number: people, sites or an amount of something."""
    low, central, high, unit = _quantities(item.amount, item.unit, few, words)
    spread = low if low == high else words.join_range(low, high)
    beside = "" if item.unit in {"people", "sites"} else unit  # the label says what those are
    told = words.say("big_over_range", range=spread) if item.unit == "sites" else f"{spread} {unit}"
    return HeadlineWords(item.label, central, beside, told, item.day, item.lines, item.notes, why)


def _change(change: Change, few: int, words: Words) -> ChangeWords:
    before, now = (_amount_words(amount, change.unit, few, words) for amount in (change.before, change.now))
    return ChangeWords(change.label, change.day, before, now, change.words)


def _amount_words(amount: Amount, unit: str, few: int, words: Words) -> str:
    low, central, high, shown = _quantities(amount, unit, few, words)
    text = central if low == high else words.say("look_amount", low=low, central=central, high=high)
    return text if unit in {"people", "sites"} else f"{text} {shown}"


def _sites(brief: Brief, words: Words) -> list[tuple[SiteRow, Why]]:
    return [
        (row, place_why(brief, place, words))
        for row, place in zip(site_rows(brief), brief.places, strict=True)
    ]


def _need_items(brief: Brief, words: Words) -> list[NeedItem]:
    """Give the needs of all receiving places on the focal day, with what is missing of them."""
    indicators = {row.standard: row.indicator for row in brief.standards}
    gaps = {row.item: row for row in brief.gaps if row.location == TOTAL and row.date == brief.focal_day}
    found = []
    needs = needs_on(brief, TOTAL, brief.focal_day)
    for line, (key, need) in zip(need_lines(brief), needs.items(), strict=True):
        gap = gaps.get(need.item) or gaps.get(indicators.get(key, "")) or gaps.get(key)
        found.append(
            NeedItem(line, need_why(brief, need, words), *_gap_words(gap, brief.suppress_below, words))
        )
    return found


def _gap_words(gap: GapRow | None, few: int, words: Words) -> tuple[str, str, str, str]:
    """Write what is stated to be there, what is missing with its range, and the chance of that."""
    if gap is None:
        return "", "", "", ""
    available = (
        words.say("page_not_stated")
        if gap.available is None
        else words.say_quantity(gap.available, gap.unit)[0]
    )
    if gap.gap.central is None:
        return available, words.say("need_few") if gap.reason else "\u2013", "", ""
    low, central, high, _ = _quantities(gap.gap, gap.unit, few, words)
    spread = "" if low == high else words.join_range(low, high)
    return available, central, spread, "" if gap.chance is None else words.say_chance(gap.chance)


def _shortfalls(brief: Brief, words: Words) -> list[ShortfallWords]:
    places = {place.location: place for place in brief.places}
    return [
        _shortfall(brief, row, places.get(row.location), words) for row in brief.shortfalls[:MAIN_SHORTFALLS]
    ]


def _shortfall(brief: Brief, row: FirstShortfall, place: Place | None, words: Words) -> ShortfallWords:
    even, *others = (
        words.say("few", n=brief.suppress_below) if value is None else words.say_quantity(value, row.unit)[0]
        for value in row.missing
    )
    unit = words.say_quantity(1, row.unit)[1]
    return ShortfallWords(
        row.name,
        words.say_item(row.item),
        words.say_chance(row.chance),
        words.say_short_date(row.first_likely) if row.first_likely else words.say("not_before"),
        f"{even} {unit}",
        words.signs.semicolon.join(others),
        place_why(brief, place, words) if place else None,
    )


def _scenario(row: ScenarioRow, words: Words) -> ScenarioWords:
    told = words.say("page_likelihood_none") if row.likelihood is None else words.say_percent(row.likelihood)
    return ScenarioWords(row, told)


class AssumptionWords(NamedTuple):
    """An assumption with its name, unit and basis in words."""

    row: AssumptionRow
    name: str
    unit: str
    basis: str


def _assumption(row: AssumptionRow, words: Words) -> AssumptionWords:
    unit = words.say_unit(row.unit) if row.unit else ""
    return AssumptionWords(row, words.say_parameter(row.name), unit, words.name("basis", row.basis))


# -- charts ----------------------------------------------------------------------------------------------


def _fan_item(brief: Brief, number: int, place: Place, words: Words) -> FanItem:
    few, day = brief.suppress_below, brief.focal_day
    amount = place.on(day)
    described, beside = describe_place(brief, place, words), beside_place(place, words)
    summary = words.say(
        "page_fan_line",
        central=words.say_people(amount.central, few),
        day=words.say_short_date(day),
        range=words.say_range(amount, few),
    )
    if place.first_likely:
        full = words.say("page_fan_full", day=words.say_short_date(place.first_likely))
        summary += words.signs.semicolon + full
    chart = fan_chart(f"fan-{number}", place.fan, place.name, described, SMALL, beside, words)
    return FanItem(number, place.name, summary, chart)


def _total_chart(brief: Brief, words: Words) -> Markup:
    described = describe_total(brief, words.say("page_everybody"), words)
    settings = FanSettings(counts=brief.total_counts, origin=brief.origin_date)
    return fan_chart("fan-total", brief.total, words.say("big_displaced"), described, LARGE, settings, words)


def planning_bars(figures: Iterable[FigureRow], words: Words = ENGLISH) -> list[RangeBar]:
    """Give planning figures as bars, as `planning_figures` chose them."""
    bars = []
    for row in figures:
        low, high = row.low, row.high
        central = row.point
        if (low is None and high is None and central is None) or max(low or 0, high or 0, central or 0) < 100:
            continue
        told = words.say("page_colon", label=words.say_short_date(row.published))
        bars.append(RangeBar(row.speaker or row.outlet, f"{told} {row.value}", low, central, high))
    return bars


def _planning_chart(figures: Sequence[FigureRow], words: Words) -> Markup | None:
    bars = planning_bars(figures, words)
    if not bars:
        return None
    described = words.join([f"{bar.words}{words.signs.comma}{bar.detail}" for bar in bars])
    return range_chart("planning", bars, words.say("page_planning_title"), described, words=words)


def _team_tables(brief: Brief, words: Words) -> list[tuple[str, str, list[tuple[str, list[object]]]]]:
    """Give the tables beyond the receiving places; an audience sees those that it has numbers for."""
    few = brief.suppress_below

    def cells(rows: Iterable[tuple[object, Amount]]) -> list[object]:
        return [people_cell(amount, few, words) for _, amount in rows]

    everybody = words.say("page_everybody")
    tables: list[tuple[str, list[tuple[str, list[object]]]]] = []
    if brief.displaced_total:
        tables.append(("page_ever", [(everybody, cells(brief.displaced_total))]))
    if brief.gates:
        tables.append(("page_gates", [(place.name, cells(place.people)) for place in brief.gates]))
    if brief.remaining:
        tables.append(("page_inside", [(everybody, cells(brief.remaining))]))
    if brief.origins:
        tables.append(("page_origins", [(place.name, cells(place.people)) for place in brief.origins]))
    return [(words.say(key), words.say(f"{key}_note"), rows) for key, rows in tables]
