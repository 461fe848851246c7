"""Small invented worlds for tests: a city of two banks, three camps, a host town, a gate."""

from __future__ import annotations

from datetime import date

from havenward.distributions import Distribution
from havenward.records import Assumption, Attribute, Case, Event, Location, Route

START = date(2020, 1, 1)


def place(key: str, kind: str, **changes: object) -> Location:
    """Make a location with plain defaults."""
    values: dict[str, object] = {
        "location": key,
        "name": key.title(),
        "pcode": "",
        "kind": kind,
        "latitude": None,
        "longitude": None,
        "admin1": "",
        "admin2": "",
        "country": "",
        "group": "",
        "population": None,
        "capacity": None,
        "opens": None,
        "closes": None,
        "published": START,
        "source": "",
    } | changes
    return Location(**values)  # type: ignore[arg-type]


def road(start: str, end: str, km: float, mode: str = "road") -> Route:
    """Make a route."""
    return Route(start, end, km, mode, START, "")


def event(day: date | str, kind: str, **changes: object) -> Event:
    """Make an event."""
    values: dict[str, object] = {
        "date": day,
        "kind": kind,
        "location": "",
        "from_": "",
        "to": "",
        "value": None,
        "published": START,
        "source": "",
    } | changes
    return Event(**values)  # type: ignore[arg-type]


def attribute(location: str, key: str, value: str) -> Attribute:
    """Make an attribute of a location."""
    return Attribute(location, "", "", key, value, START, "")


def assume(
    name: str, shape: str, unit: str = "share", after: date | None = None, **parameters: float
) -> Assumption:
    """Make an assumption of the case."""
    return Assumption(name, START, Distribution(shape, parameters), unit, "made up for a test", after=after)


def city(**changes: object) -> Case:
    """Make a city of two banks (four cells), two camps, a host town and a gate before one of the camps."""
    values: dict[str, object] = {
        "title": "A city",
        "crisis": "city-2020",
        "country": "XYZ",
        "start": START,
        "horizon_days": 60,
        "rules": "havenward",
        "residents_held": True,
        "front_by_cell": False,
        "publication_lag_days": 3,
        "audience": "public",
        "suppress_below": 10,
        "locations": (
            place("east-1", "origin", group="east", population=40_000),
            place("east-2", "origin", group="east", population=60_000),
            place("west-1", "origin", group="west", population=50_000),
            place("west-2", "origin", group="west", population=80_000),
            place("bridge", "marker"),
            place("check", "town"),
            place("camp-a", "camp", capacity=20_000),
            place("camp-b", "camp", capacity=30_000),
            place("town", "host"),
        ),
        "routes": (
            road("east-1", "bridge", 3),
            road("east-2", "bridge", 5),
            road("west-1", "bridge", 4),
            road("west-2", "bridge", 6),
            road("bridge", "check", 20),
            road("check", "camp-a", 10),
            road("bridge", "camp-b", 40),
            road("check", "town", 60),
            road("camp-a", "town", 50),
        ),
        "events": (
            event(date(2020, 1, 5), "operation_starts"),
            event(date(2020, 1, 1), "screening", location="check"),
        ),
        "attributes": (
            attribute("east-1", "front_order", "1"),
            attribute("east-2", "front_order", "2"),
            attribute("west-1", "front_order", "3"),
            attribute("west-2", "front_order", "4"),
        ),
        "assumptions": (assume("battle_days", "fixed", "days", value=30.0),),
    } | changes
    return Case(**values)  # type: ignore[arg-type]
