"""Which units are understood and how they turn into each other: a dimension, a factor, and a period or none.

A rate names its period. Litres per week become litres per day here, by one stated factor, and litres without
a period are never a rate: a planning tool once shipped 15 litres a week.
"""

from __future__ import annotations

from typing import NamedTuple

from havenward.errors import nearest

PERIODS = {"day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}  # days; a month of planning has 30
MEASURES = {
    "litres": ("volume", 1.0),
    "m3": ("volume", 1000.0),
    "g": ("mass", 0.001),
    "kg": ("mass", 1.0),
    "tonnes": ("mass", 1000.0),
    "kcal": ("energy", 1.0),
    "m": ("length", 1.0),
    "m2": ("area", 1.0),
    "hectares": ("area", 10_000.0),
}
# What is counted in pieces: no two of these may stand for each other.
PIECES = (
    "taps",
    "pumps",
    "wells",
    "places",
    "toilets",
    "kits",
    "containers",
    "sets",
    "mats",
    "blankets",
    "mattresses",
    "carpets",
    "nets",
    "stoves",
    "heaters",
    "sheets",
    "tents",
    "facilities",
    "hospitals",
    "beds",
    "schools",
    "cartons",
    "people",
    "people on staff",
)
EVENTS = ("consultations", "births")  # happen, so they are rates only
SIZE_UNIT = "people per household"
SPELLINGS = {"l": "litres", "litre": "litres", "liters": "litres", "t": "tonnes", "tons": "tonnes"}


class Unit(NamedTuple):
    """A unit: `factor` turns a quantity into the base unit of its dimension, per day where it is a rate."""

    text: str
    dimension: str
    factor: float
    period: str
    whole: bool

    @property
    def is_rate(self) -> bool:
        """Tell whether it is so much in a period."""
        return bool(self.period)

    def same_kind(self, other: Unit) -> bool:
        """Tell whether quantities of both can be turned into each other."""
        return self.dimension == other.dimension and self.is_rate == other.is_rate


def parse_unit(text: str) -> Unit | None:
    """Read a unit such as `litres per day`; None where it is not understood."""
    plain = " ".join(text.split()).casefold()
    if plain == SIZE_UNIT:
        return Unit(SIZE_UNIT, "size", 1.0, "", whole=False)
    head, per, period = plain.partition(" per ")
    if per and period not in PERIODS:
        return None
    name = _spelled(head)
    if name in MEASURES:
        dimension, factor = MEASURES[name]
    elif name in PIECES or (name in EVENTS and per):
        dimension, factor = name, 1.0
    else:
        return None
    written = f"{name} per {period}" if per else name
    return Unit(
        written, dimension, factor / PERIODS.get(period, 1.0), period, whole=name in PIECES and not per
    )


def nearest_unit(text: str) -> str | None:
    """Find the unit that a mistyped one most likely stood for."""
    rates = [f"{name} per {period}" for name in (*MEASURES, *EVENTS) for period in ("day", "week", "month")]
    return nearest(text, [*MEASURES, *PIECES, *rates])


def _spelled(name: str) -> str:
    """Give the name of the table for a singular or another spelling."""
    if name in SPELLINGS:
        return SPELLINGS[name]
    known = (*MEASURES, *PIECES, *EVENTS)
    if name in known:
        return name
    plurals = (f"{name}s", f"{name}es", f"{name.removesuffix('y')}ies" if name.endswith("y") else name)
    return next((plural for plural in plurals if plural in known), name)
