"""What is there and on its way: rows of stock.csv matched to what they supply, in the unit needed."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from havenward.errors import CaseError, Problem
from havenward.needs.units import Unit, nearest_unit, parse_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from havenward.needs.crowd import Crowd
    from havenward.records import Standard, Supply

    FloatArray = NDArray[np.float64]

PLACES = "places"  # room for people: no standard, but what a site is short of first
EVERYWHERE = ""  # the place of supplies that are bound to no place


@dataclass
class Stated:
    """What is stated of one resource at one place, or for the whole case.

    Parameters
    ----------
    level
        What is there on each day, shape (day,), in the base unit (per day for what is consumed).
    deliveries
        For what is consumed, quantities that come on each day and are used up, shape (day,).
    rows
        The rows of stock.csv behind it.
    """

    level: FloatArray
    deliveries: FloatArray
    rows: list[Supply] = field(default_factory=list)


class Unmatched(NamedTuple):
    """A row of stock.csv that stands for nothing in the standards, and what it may have meant."""

    row: Supply
    suggestions: tuple[str, ...]


@dataclass(frozen=True)
class Supplies:
    """All supplies, by resource and place; rows that could not be matched are listed."""

    stated: Mapping[str, Mapping[str, Stated]]
    unmatched: tuple[Unmatched, ...]


def read_supplies(
    stock: Sequence[Supply], standards: Sequence[Standard], crowd: Crowd, *, units_asked: bool = True
) -> Supplies:
    """Match the rows of stock.csv to resources and lay them out by day.

    Parameters
    ----------
    stock
        Rows as known at the origin date.
    standards
        Rows to plan with, one for each indicator.
    crowd
        Its days; places that are no receiving places are no supply for anybody.
    units_asked
        Off for runs from before the column `unit`: rows without one stand for nothing then.

    Returns
    -------
    supplies
        In base units.

    Raises
    ------
    CaseError
        Rows without a unit, or with one that does not fit what they supply.
    """
    units = {row.indicator: parse_unit(row.unit) for row in standards}
    units[PLACES] = parse_unit("places")
    names = item_names(standards)
    found: dict[str, dict[str, Stated]] = {}
    unmatched, problems = [], []
    for row in stock:
        indicator = names.get(plain_name(row.item))
        needed = units.get(indicator) if indicator else None
        unit = parse_unit(row.unit)
        if not units_asked and not row.unit.strip():
            unmatched.append(Unmatched(row, ()))
            continue
        problem = _check_unit(row, unit, needed)
        if problem is not None:
            problems.append(problem)
        elif indicator is None or needed is None:
            unmatched.append(Unmatched(row, suggest_items(row.item, names)))
        elif unit is not None and row.location in (EVERYWHERE, *crowd.places):
            _add(found.setdefault(indicator, {}), row, unit, needed, crowd)
    if problems:
        raise CaseError(problems)
    return Supplies(found, tuple(unmatched))


def usable_from(row: Supply) -> date:
    """Give the first day on which a supply can be used: as stated, else by its lead time, else at once."""
    if row.available_from is not None:
        return row.available_from
    return row.published + timedelta(days=int(np.ceil(row.lead_time_days or 0)))


def plain_name(text: str) -> str:
    """Reduce the name of an item to what counts: small letters, no marks, singular words, in order."""
    words = re.findall(r"[^\W_]+", text.casefold())
    return " ".join(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words)


def item_names(standards: Iterable[Standard]) -> dict[str, str]:
    """Give every name under which a resource is understood, and its indicator."""
    rows = list(standards)
    known = {row.indicator for row in rows} | {PLACES}
    text = (resources.files("havenward") / "tables" / "item_aliases.csv").read_text(encoding="utf-8")
    names = {
        plain_name(row["name"]): row["indicator"]
        for row in csv.DictReader(io.StringIO(text))
        if row["indicator"] in known
    }
    for row in rows:
        names[plain_name(row.item)] = row.indicator
        names[plain_name(row.indicator)] = row.indicator
    return names


def suggest_items(item: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Name up to three resources that an item may stand for: close spellings, then shared words."""
    plain = plain_name(item)
    close = get_close_matches(plain, list(names), n=3, cutoff=0.6)
    words = set(plain.split())
    shared = sorted((name for name in names if words & set(name.split())), key=len)
    return tuple(dict.fromkeys(names[name] for name in (*close, *shared)))[:3]


def _check_unit(row: Supply, unit: Unit | None, needed: Unit | None) -> Problem | None:
    where = f"stock.csv row {row.row}"
    expected = f"expected {_kinds_of(needed)}" if needed else "expected what the quantity counts"
    if not row.unit.strip():
        return Problem(
            where, f"'{row.item}' has no unit", expected, "fill in the column unit", "stock-without-unit"
        )
    if unit is None and needed is None:
        return None  # an item that nobody plans for may be counted in anything
    if unit is None or (needed is not None and not _fits(unit, needed)):
        close = nearest_unit(row.unit) if unit is None else None
        return Problem(
            where,
            f"unit is '{row.unit}' for '{row.item}'",
            expected,
            f"did you mean '{close}'?" if close else "correct unit and quantity",
            "stock-unit",
        )
    return None


def _fits(unit: Unit, needed: Unit) -> bool:
    """Tell whether a supply can serve: the same dimension, or people where places are counted."""
    if needed.dimension == PLACES:
        return unit.text in ("places", "people")
    return unit.dimension == needed.dimension and (needed.is_rate or not unit.is_rate)


def _kinds_of(needed: Unit) -> str:
    """Name the units that fit."""
    if not needed.is_rate:
        return f"'{needed.text}'" if needed.whole else f"'{needed.text}' or a unit that can be turned into it"
    thing = needed.text.partition(" per ")[0]
    return f"'{thing} per day' for what comes every day, or '{thing}' for a store"


def _add(places: dict[str, Stated], row: Supply, unit: Unit, needed: Unit, crowd: Crowd) -> None:
    count = len(crowd.days)
    stated = places.setdefault(row.location, Stated(np.zeros(count), np.zeros(count)))
    start = max(0, crowd.day_index(usable_from(row)))
    stated.rows.append(row)
    if start >= count:
        return
    if needed.is_rate and not unit.is_rate:
        stated.deliveries[start] += row.quantity * unit.factor
    else:
        stated.level[start:] += row.quantity * unit.factor
