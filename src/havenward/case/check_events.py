"""Whether each event has what its kind needs, at a place where that kind can happen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from havenward.case.cells import show
from havenward.case.findings import Trouble
from havenward.case.known import latest_locations
from havenward.records import RECEIVING_KINDS

if TYPE_CHECKING:
    from havenward.case.draft import Draft
    from havenward.records import Event


class EventForm(NamedTuple):
    """What a kind of event needs: `where` is none, place, origins (or nothing), site, gate, border, route."""

    where: str
    value: str = "none"  # none, may, must


EVENT_FORMS = {
    "operation_starts": EventForm("origins"),
    "front_reaches": EventForm("place"),
    "retaken": EventForm("place"),
    "conflict": EventForm("place", "may"),
    "conflict_ends": EventForm("place"),
    "route_closes": EventForm("route"),
    "route_opens": EventForm("route"),
    "border_closes": EventForm("border"),
    "border_opens": EventForm("border"),
    "site_opens": EventForm("site"),
    "site_closes": EventForm("site"),
    "capacity": EventForm("site", "must"),
    "order_to_stay": EventForm("origins"),
    "order_to_leave": EventForm("origins"),
    "screening": EventForm("gate", "may"),
}
EVENT_KINDS = {"site": RECEIVING_KINDS, "gate": ("town", "border"), "border": ("border",)}


def check_events(draft: Draft) -> None:
    """Hold each event, those of scenarios included, against what its kind needs."""
    kinds = {name: row.kind for name, row in latest_locations(draft.case).items()}
    ways = {frozenset((row.from_, row.to)) for row in draft.case.routes}
    ways_known = draft.is_sound("routes")
    for row in draft.case.events:
        for trouble in event_troubles(row, kinds, ways if ways_known else None, draft.version_severity):
            draft.findings.add("events.csv", row.row, trouble)
    for scenario in draft.case.scenarios:
        for number, row in enumerate(scenario.events, start=1):
            for trouble in event_troubles(row, kinds, ways if ways_known else None, draft.version_severity):
                draft.findings.add("scenarios.toml", f"scenario '{scenario.name}' event {number}", trouble)


def event_troubles(
    row: Event, kinds: dict[str, str], ways: set[frozenset[str]] | None, severity: str = "error"
) -> list[Trouble]:
    """List what an event lacks or has too much.

    Parameters
    ----------
    row
        The event.
    kinds
        Kind of each known location.
    ways
        Pairs of locations that a route links; None where routes could not be read.
    severity
        Of an event at a place of the wrong kind; a snapshot may hold an older kind.
    """
    form = EVENT_FORMS[row.kind]
    troubles = (
        _route_troubles(row, ways) if form.where == "route" else _place_troubles(row, form, kinds, severity)
    )
    if form.value == "must" and row.value is None:
        troubles.append(
            Trouble(
                "value is empty",
                f"expected the number of places for {row.kind}",
                "fill it in",
                "event-without-value",
            )
        )
    if form.value == "none" and row.value is not None:
        hint = (
            "add an event of kind capacity for a number of places"
            if form.where == "site"
            else "leave it empty"
        )
        troubles.append(
            Trouble(
                f"{row.kind} has the value {row.value:,.12g}",
                "expected no value for this kind",
                hint,
                "event-value-unused",
            )
        )
    return troubles


def _route_troubles(row: Event, ways: set[frozenset[str]] | None) -> list[Trouble]:
    troubles = []
    if not row.from_ or not row.to:
        troubles.append(
            Trouble(
                f"{row.kind} names no route",
                "expected both from and to",
                "fill them in",
                "event-without-route",
            )
        )
    elif ways is not None and frozenset((row.from_, row.to)) not in ways:
        troubles.append(
            Trouble(
                f"there is no route between {show(row.from_)} and {show(row.to)}",
                "expected a route of routes.csv",
                "correct from and to, or add the route",
                "event-route-unknown",
            )
        )
    if row.location:
        troubles.append(
            Trouble(
                f"{row.kind} names the location {show(row.location)}",
                "expected from and to only",
                "leave location empty",
                "event-location-unused",
            )
        )
    return troubles


def _place_troubles(row: Event, form: EventForm, kinds: dict[str, str], severity: str) -> list[Trouble]:
    troubles = []
    if row.from_ or row.to:
        troubles.append(
            Trouble(
                f"{row.kind} names a route",
                "expected a location only",
                "leave from and to empty",
                "event-route-unused",
            )
        )
    if not row.location and form.where != "origins":
        troubles.append(
            Trouble(
                "location is empty",
                f"expected a location for {row.kind}",
                "fill it in",
                "event-without-location",
            )
        )
    allowed = EVENT_KINDS.get(form.where, ())
    kind = kinds.get(row.location)
    if kind and allowed and kind not in allowed:
        troubles.append(
            Trouble(
                f"{row.kind} at {show(row.location)}, which is of kind {kind}",
                f"expected a {' or '.join(allowed)}",
                "correct the location, or its kind in locations.csv",
                "event-wrong-place",
                severity,
            )
        )
    return troubles
