"""Which names are known: every row that names a place, group, source, report, figure or assumption."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from havenward.case.cells import show
from havenward.case.findings import Trouble
from havenward.case.known import GROUP_EVENTS
from havenward.records import TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from havenward.case.draft import Draft
    from havenward.records import Event


class Words(NamedTuple):
    """How a wrong name of one kind is told."""

    expected: str
    otherwise: str
    slug: str


WORDS = {
    "location": Words("a location of locations.csv", "add the location", slug="unknown-location"),
    "group": Words("a group of origins of locations.csv", "add the group", slug="unknown-group"),
    "location or group": Words(
        "a location or a group of origins of locations.csv",
        "add the location",
        slug="unknown-location-or-group",
    ),
    "source": Words("a source of sources.csv", "add the source", slug="unknown-source"),
    "report": Words("a file in reports/", "add the report", slug="unknown-report"),
    "figure": Words("a figure of figures.csv", "add the figure", slug="unknown-figure"),
    "assumption": Words(
        "the name of an assumption of assumptions.toml, or a date written YYYY-MM-DD",
        "add the assumption",
        slug="unknown-assumption",
    ),
}


class Known(NamedTuple):
    """Names that may be used, by kind; None where they could not be read and nothing can be said."""

    by_kind: dict[str, tuple[set[str], list[str]] | None]

    def lacks(self, kind: str, name: str) -> bool:
        """Tell whether a name is certainly unknown."""
        known = self.by_kind[kind]
        return known is not None and name not in known[0]


def known_names(draft: Draft) -> Known:
    """Gather the names that rows may use."""
    keys = draft.keys
    groups: set[str] | None = None
    if draft.is_sound("locations"):
        groups = {row.group for row in draft.case.locations if row.kind == "origin" and row.group}
    locations = keys["locations"]
    sets = {
        "location": locations,
        "group": groups,
        "location or group": None if locations is None or groups is None else locations | groups,
        "source": keys["sources"],
        "report": keys["reports"],
        "figure": keys["figures"],
        "assumption": keys["assumptions"],
    }
    return Known({kind: None if names is None else (names, sorted(names)) for kind, names in sets.items()})


def check_locations_named(draft: Draft) -> None:
    """Refuse names of places that mean something else: the total, and groups."""
    locations = draft.keys["locations"] or set()
    for row in draft.case.locations:
        if row.location == TOTAL:
            draft.findings.add(
                "locations.csv",
                row.row,
                Trouble(
                    f"location is '{TOTAL}'",
                    f"expected another name: '{TOTAL}' is the whole case in every result",
                    "choose another name and use it in every file",
                    "location-total",
                ),
            )
        if row.group and row.group in locations:
            draft.findings.add(
                "locations.csv",
                row.row,
                Trouble(
                    f"group {show(row.group)} has the name of a location",
                    "expected names of groups of their own",
                    "rename the group",
                    "group-named-as-location",
                ),
            )


def check_drafted(draft: Draft) -> None:
    """Warn of places that were drafted from a table of settlements and that nobody has confirmed."""
    known = {row.location for row in draft.case.locations}
    asleep = [row for row in draft.drafted if row.location not in known]
    if not asleep:
        return
    names = ", ".join(row.location for row in asleep[:3]) + (", ..." if len(asleep) > 3 else "")
    waits = "1 drafted place waits" if len(asleep) == 1 else f"{len(asleep)} drafted places wait"
    draft.findings.add(
        "locations.csv",
        "",
        Trouble(
            f"{waits} for confirmation ({names})",
            "expected each to be confirmed or deleted; until then no forecast uses it",
            "look at its kind, position and population, and fill in published; or delete the row",
            "drafted-places",
            "warning",
        ),
    )


def check_names(draft: Draft) -> None:
    """Refuse names that no file defines, each with the nearest right one; in rows with other errors too."""
    known, case = known_names(draft), draft.case
    for table in ("locations", "routes", "events", "observations", "attributes", "stock"):
        file = f"{table}.csv"
        for row in _all_rows(draft, table):
            if row.source and known.lacks("source", row.source):
                _refuse(draft, known, file, row.row, "source", "source", row.source)
    for row in _all_rows(draft, "routes"):
        _check_places(draft, known, "routes.csv", row.row, (("from", row.from_), ("to", row.to)))
    _check_attributes(draft, known)
    for row in _all_rows(draft, "stock"):
        _check_places(draft, known, "stock.csv", row.row, (("location", row.location),))
    for row in _all_rows(draft, "observations"):
        if row.location and row.scope in {"location", "group"} and known.lacks(row.scope, row.location):
            _refuse(draft, known, "observations.csv", row.row, row.scope, "location", row.location)
    for row in _all_rows(draft, "figures"):
        if row.report and known.lacks("report", row.report):
            _refuse(draft, known, "figures.csv", row.row, "report", "report", row.report)
    for report in case.reports:
        if report.source and known.lacks("source", report.source):
            _refuse(draft, known, f"reports/{report.report}", "", "source", "source", report.source)
    _check_event_names(draft, known)
    _check_evidence_names(draft, known)


def _all_rows(draft: Draft, table: str) -> Iterable[Any]:
    """Give the rows of a table, those with errors last."""
    return (*getattr(draft.case, table), *draft.broken.get(table, ()))


def _check_attributes(draft: Draft, known: Known) -> None:
    """Refuse attributes of unknown places; those of a place that waits may be there before it."""
    asleep = {row.location for row in draft.drafted}
    for row in _all_rows(draft, "attributes"):
        if row.location not in asleep:
            ends = (("location", row.location), ("from", row.from_), ("to", row.to))
            _check_places(draft, known, "attributes.csv", row.row, ends)


def _check_event_names(draft: Draft, known: Known) -> None:
    for row in _all_rows(draft, "events"):
        _check_event(draft, known, "events.csv", row.row, row, frozenset())
    for scenario in draft.case.scenarios:
        own = frozenset(item.name for item in scenario.assumptions)
        for number, row in enumerate(scenario.events, start=1):
            place = f"scenario '{scenario.name}' event {number}"
            _check_event(draft, known, "scenarios.toml", place, row, own)
            if row.source and known.lacks("source", row.source):
                _refuse(draft, known, "scenarios.toml", place, "source", "source", row.source)


def _check_event(
    draft: Draft, known: Known, file: str, place: int | str, row: Event, own: frozenset[str]
) -> None:
    groups_too = not row.kind or row.kind in GROUP_EVENTS  # where the kind cannot be read, either is right
    kind = "location or group" if groups_too else "location"
    if row.location and known.lacks(kind, row.location):
        _refuse(draft, known, file, place, kind, "location", row.location)
    for column, end in (("from", row.from_), ("to", row.to)):
        if end and known.lacks("location", end):
            _refuse(draft, known, file, place, "location", column, end)
    if isinstance(row.date, str) and row.date not in own and known.lacks("assumption", row.date):
        _refuse(draft, known, file, place, "assumption", "date", row.date)


def _check_evidence_names(draft: Draft, known: Known) -> None:
    listed = [("assumptions.toml", f"assumption '{item.name}'", item) for item in draft.case.assumptions]
    listed += [
        ("scenarios.toml", f"scenario '{scenario.name}' assumption '{item.name}'", item)
        for scenario in draft.case.scenarios
        for item in scenario.assumptions
    ]
    for file, place, item in listed:
        for kind, names in (("source", item.sources), ("figure", item.figures)):
            for name in names:
                if known.lacks(kind, name):
                    _refuse(draft, known, file, place, kind, f"{kind}s", name)


def _check_places(draft: Draft, known: Known, file: str, row: int, places: Iterable[tuple[str, str]]) -> None:
    for column, name in places:
        if name and known.lacks("location", name):
            _refuse(draft, known, file, row, "location", column, name)


def _refuse(
    draft: Draft, known: Known, file: str, place: int | str, kind: str, column: str, name: str
) -> None:
    if name in {row.location for row in draft.drafted} and kind.startswith("location"):
        trouble = Trouble(
            f"{column} is {show(name)}, a drafted place that waits for confirmation",
            "expected a confirmed place",
            f"fill in published of {show(name)} in locations.csv, or leave the row out until then",
            "place-not-confirmed",
        )
        draft.findings.add(file, place, trouble)
        return
    words, names = WORDS[kind], known.by_kind[kind]
    repair = draft.findings.offer(
        kind, name, names[1] if names else (), f"correct the name, or {words.otherwise}"
    )
    found = f"{column} is {show(name)}"
    draft.findings.add(file, place, Trouble(found, f"expected {words.expected}", repair, words.slug))


def check_sources_dated(draft: Draft) -> None:
    """Warn of rows that are published before the source that they name: it is hidden when they are seen."""
    published = {row.source: row.published for row in draft.case.sources if row.published}
    for table in ("locations", "routes", "events", "observations", "stock"):
        early: dict[str, list[int]] = {}
        for row in getattr(draft.case, table):
            day = published.get(row.source)
            if day is not None and row.published < day:
                early.setdefault(row.source, []).append(row.row)
        for source, rows in early.items():
            many = "this row" if len(rows) == 1 else f"this and {len(rows) - 1:,} more rows"
            draft.findings.add(
                f"{table}.csv",
                rows[0],
                Trouble(
                    f"{many} of source {show(source)} are published before it ({published[source]})"
                    if len(rows) > 1
                    else f"this row is published before its source {show(source)} ({published[source]})",
                    "expected the source first, or a source without a date",
                    "leave published of the source empty if it collects what was published before",
                    "row-before-source",
                    "warning",
                ),
            )
