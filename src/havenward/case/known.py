"""What was known on a day: nothing published later, and of several versions of a row the latest one.

The day law rests on this file alone: a forecast sees `as_of(case, origin_date)` and nothing else. What
makes two rows versions of one thing is defined here, once, in `IDENTITY`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from havenward.errors import CaseError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping
    from datetime import date

    from havenward.records import Assumption, Case, Event, Location, Scenario

# rows with the same identity are versions of one thing; a route and its events have no direction
IDENTITY: Mapping[str, Callable[[Any], Hashable]] = {
    "locations": lambda row: row.location,
    "routes": lambda row: frozenset((row.from_, row.to)),
    "events": lambda row: (str(row.date), row.kind, row.location, frozenset((row.from_, row.to))),
    "observations": lambda row: (
        row.date,
        row.date_from,
        row.scope,
        row.location,
        row.origin,
        row.measure,
        row.series,
    ),
    "attributes": lambda row: (row.location, frozenset((row.from_, row.to)), row.key),
    "stock": lambda row: (row.item, row.location, row.available_from),
    "figures": lambda row: row.figure,
    "sources": lambda row: row.source,
    "reports": lambda row: row.report,
    "assumptions": lambda row: row.name,
    "scenarios": lambda row: row.name,
}


# events that may concern a group of origins
GROUP_EVENTS = frozenset({"operation_starts", "order_to_stay", "order_to_leave"})


class Names(NamedTuple):
    """Names that rows may use on a day."""

    sources: frozenset[str]
    figures: frozenset[str]
    locations: frozenset[str]
    groups: frozenset[str]
    ways: frozenset[frozenset[str]]


def as_of(case: Case, day: date) -> Case:
    """Narrow a case to what was published by the end of a day.

    Rows that name something not yet known are left out with it: routes, events, counts, attributes and
    supplies of places that come later, events whose date is given by an assumption that comes later,
    assumptions about such places, figures of later reports. A source that was itself published later is
    taken from the rows that name it.

    Parameters
    ----------
    case
        A whole case, or one narrowed to the same or a later day's knowledge.
    day
        Nothing published after it remains.

    Returns
    -------
    case
        At most one version of every row, in the order of the files; `known` is the day.

    Raises
    ------
    CaseError
        The case was narrowed to an earlier day than it is now asked for in reverse: versions that were
        replaced by then are gone, so that an earlier day cannot be told from it.
    """
    if case.known is not None and day < case.known:
        raise CaseError(
            Problem(
                "case.toml",
                f"the case is a snapshot of what was known on {case.known}",
                f"expected a day from then on, not {day}",
                "take the whole case to look at earlier days",
                "snapshot-too-late",
            )
        )
    if case.known is not None:
        return case
    sources = _latest("sources", (row for row in case.sources if not row.published or row.published <= day))
    known_sources = frozenset(row.source for row in sources)
    locations = _visible("locations", case.locations, day)
    reports = _visible("reports", case.reports, day)
    report_names = {row.report for row in reports}
    places = frozenset(place.location for place in locations)
    routes = tuple(
        row for row in _visible("routes", case.routes, day) if row.from_ in places and row.to in places
    )
    figures = _latest("figures", (row for row in case.figures if row.report in report_names))
    names = Names(
        sources=known_sources,
        figures=frozenset(row.figure for row in figures),
        locations=places,
        groups=frozenset(row.group for row in locations if row.group and row.kind == "origin"),
        ways=frozenset(frozenset((row.from_, row.to)) for row in routes),
    )
    assumptions = _known_assumptions(case.assumptions, day, names)
    dated = frozenset(row.name for row in assumptions)
    attributes = _latest(
        "attributes",
        (row for row in case.attributes if (row.published or case.start) <= day),
        lambda row: row.published or case.start,
    )
    return replace(
        case,
        sources=sources,
        locations=_cited(locations, names),
        routes=_cited(routes, names),
        events=_known_events(case.events, day, names, dated),
        observations=_cited(_placed(_visible("observations", case.observations, day), names), names),
        attributes=_cited(
            tuple(
                row
                for row in _placed(attributes, names)
                if row.key != "opens_after_group" or row.value in names.groups
            ),
            names,
        ),
        stock=_cited(_placed(_visible("stock", case.stock, day), names), names),
        figures=figures,
        reports=_cited(reports, names),
        assumptions=assumptions,
        scenarios=tuple(
            _known_scenario(row, day, names, dated) for row in _visible("scenarios", case.scenarios, day)
        ),
        known=day,
    )


def latest_locations(case: Case) -> dict[str, Location]:
    """Give the latest version of every location, in the order of the file."""
    return {row.location: row for row in _latest("locations", case.locations)}


def _visible(table: str, rows: Iterable[Any], day: date) -> tuple[Any, ...]:
    return _latest(table, (row for row in rows if row.published <= day))


def _latest(
    table: str, rows: Iterable[Any], published: Callable[[Any], date | None] = lambda row: row.published
) -> tuple[Any, ...]:
    """Keep the latest version of each thing, where it stands; of equal days the lower row."""
    identity = IDENTITY[table]
    listed = tuple(rows)
    if table in {"figures", "sources"}:  # have one version each; a second row is refused by the checks
        return tuple({identity(row): row for row in listed}.values())
    best: dict[Hashable, tuple[date | None, int]] = {}
    for index, row in enumerate(listed):
        key, when = identity(row), published(row)
        if key not in best or when >= best[key][0]:  # type: ignore[operator]
            best[key] = (when, index)
    return tuple(listed[index] for index in sorted(index for _, index in best.values()))


def _placed(rows: Iterable[Any], names: Names) -> tuple[Any, ...]:
    """Keep the rows whose places and groups are known."""
    return tuple(row for row in rows if is_placed(row, names.locations, names.groups))


def is_placed(row: Any, locations: frozenset[str], groups: frozenset[str]) -> bool:  # noqa: ANN401 - any row
    """Tell whether every place and group that a row names is known."""
    place = getattr(row, "location", "")
    if getattr(row, "scope", "") == "group":
        known = place in groups
    else:
        may_be_group = getattr(row, "kind", "") in GROUP_EVENTS
        known = not place or place in locations or (may_be_group and place in groups)
    ends = (getattr(row, "from_", ""), getattr(row, "to", ""))
    return known and all(not end or end in locations for end in ends)


def _cited(rows: Iterable[Any], names: Names) -> tuple[Any, ...]:
    """Take sources that are not known yet from the rows that name them."""
    return tuple(
        row if not row.source or row.source in names.sources else replace(row, source="") for row in rows
    )


def _known_events(
    events: Iterable[Event], day: date, names: Names, dated: frozenset[str]
) -> tuple[Event, ...]:
    visible = _placed(_visible("events", events, day), names)
    return _cited(
        (
            row
            for row in visible
            if (not isinstance(row.date, str) or row.date in dated)
            and (not row.from_ or frozenset((row.from_, row.to)) in names.ways)
        ),
        names,
    )


def _known_assumptions(assumptions: Iterable[Assumption], day: date, names: Names) -> tuple[Assumption, ...]:
    return tuple(
        replace(
            row,
            sources=tuple(name for name in row.sources if name in names.sources),
            figures=tuple(name for name in row.figures if name in names.figures),
        )
        for row in _visible("assumptions", assumptions, day)
        if _is_about_known_place(row.name, names)
    )


def _is_about_known_place(name: str, names: Names) -> bool:
    place = name.partition(".")[2]
    return not place or place in names.locations or place in names.groups


def _known_scenario(scenario: Scenario, day: date, names: Names, dated: frozenset[str]) -> Scenario:
    assumptions = _known_assumptions(scenario.assumptions, day, names)
    own = dated | {row.name for row in assumptions}
    return replace(scenario, assumptions=assumptions, events=_known_events(scenario.events, day, names, own))
