"""What is held back with small counts so that sums do not give them away.

Totals that are made here leave small counts out, so that what is left after subtraction says nothing
(`leave_out_small`). Totals of others, such as a count of a whole population, cannot be changed; there further
numbers go (`suppress_nested`, `counts_to_omit`): a count under the limit is *primary*, what goes with it
*secondary*. Nobody who adds and subtracts what is shown may learn more of a primary count than that it is
from 0 to the limit, even if he knows this rule and which numbers are secondary. A total that goes is never
called small, since that would tell of its parts.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any

from havenward.brief.audience import allows
from havenward.brief.content import Amount
from havenward.records import TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from havenward.brief.guard import Guard
    from havenward.records import Need, Observation

    Bounds = tuple[float, float]


LEVELS = ("low", "central", "high")


def suppress_table(parts: Mapping[str, float], total: float | None, below: int) -> frozenset[str]:
    """Choose what of a table is held back, for counts that add up exactly.

    Parameters
    ----------
    parts
        Counts by name; none is called `total`.
    total
        Their sum as it would be shown; None where it is not shown.
    below
        Counts under this are small.

    Returns
    -------
    names
        Of the parts, and `total`, that may not be shown.
    """
    if total is None:
        return frozenset(name for name, value in parts.items() if value < below)
    cells = {**parts, "total": total}
    return suppress_nested(cells, dict.fromkeys(parts, "total"), below)


def suppress_nested(
    cells: Mapping[str, float], parents: Mapping[str, str], below: int, first: Iterable[str] = ()
) -> frozenset[str]:
    """Choose what of nested totals is held back: site in district in whole.

    Parameters
    ----------
    cells
        Counts by name, totals included; every total is the exact sum of its parts.
    parents
        The total that each part belongs to.
    below
        Counts under this are small.
    first
        Names to hold back before others where something must go, so that a series of days loses the same
        place on each.

    Returns
    -------
    names
        Primary and secondary.
    """
    children: dict[str, list[str]] = {}
    for name, parent in parents.items():
        if name in cells and parent in cells:
            children.setdefault(parent, []).append(name)
    primary = {name for name, value in cells.items() if value < below}
    hidden, preferred = set(primary), set(first)
    added: list[str] = []
    while exposed := _exposed(cells, children, hidden, primary, below):
        added.append(_next_to_hide(exposed[0], cells, children, parents, hidden, preferred))
        hidden.add(added[-1])
    # what was held back on the way and is not needed in the end is shown, the largest first
    for name in sorted(added, key=lambda name: (name in preferred, -cells[name], name)):
        if not _exposed(cells, children, hidden - {name}, primary, below):
            hidden.remove(name)
    return frozenset(hidden)


def _next_to_hide(
    name: str,
    cells: Mapping[str, float],
    children: Mapping[str, list[str]],
    parents: Mapping[str, str],
    hidden: set[str],
    preferred: set[str],
) -> str:
    """Choose what goes next: the smallest number beside the exposed one, then what is above it."""
    at: str | None = name
    while at is not None:
        up = parents.get(at) if parents.get(at) in cells else None
        beside = [one for one in children.get(up, []) if one not in hidden] if up else []
        below = [one for one in children.get(at, []) if one not in hidden]
        found = below or beside
        if found:
            return min(found, key=lambda one: (one not in preferred, cells[one], one))
        if up is not None and up not in hidden:
            return up
        at = up
    return next(one for one in sorted(cells) if one not in hidden)


def _exposed(
    cells: Mapping[str, float],
    children: Mapping[str, list[str]],
    hidden: set[str],
    primary: set[str],
    below: int,
) -> list[str]:
    """Give the primary counts of which sums tell more than that they are small."""
    found = bounds(cells, children, hidden, primary, below)
    return sorted(name for name in primary if found[name][0] > 0 or found[name][1] < below - 1)


def bounds(
    cells: Mapping[str, float],
    children: Mapping[str, list[str]],
    hidden: set[str],
    primary: set[str],
    below: int,
) -> dict[str, Bounds]:
    """Give the least and the largest value that each number may have for somebody who knows the rule.

    Sums along a tree are followed up and then down, which is exact: no number is in two branches.
    """
    own: dict[str, Bounds] = {}
    for name, value in cells.items():
        if name not in hidden:
            own[name] = (value, value)
        elif name in children:
            own[name] = (0, inf)
        else:
            own[name] = (0, below - 1) if name in primary else (below, inf)
    tops = [name for name in cells if not any(name in kids for kids in children.values())]
    order: list[str] = []
    stack = list(tops)
    while stack:
        order.append(name := stack.pop())
        stack += children.get(name, [])
    for name in reversed(order):
        if kids := children.get(name):
            low, high = (sum(own[kid][end] for kid in kids) for end in (0, 1))
            own[name] = (max(own[name][0], low), min(own[name][1], high))
    for name in order:
        kids = children.get(name, [])
        lows, highs = [own[kid][0] for kid in kids], [own[kid][1] for kid in kids]
        low, free = sum(lows), sum(high == inf for high in highs)
        high = sum(value for value in highs if value != inf)
        for kid, least, most in zip(kids, lows, highs, strict=True):
            others_free = free - (most == inf)
            others = inf if others_free else high - (0 if most == inf else most)
            own[kid] = (
                max(least, own[name][0] - others),
                min(most, own[name][1] - (low - least)),
            )
    return own


def suppress_days(
    days: Mapping[date, Mapping[str, float]], parents: Mapping[str, str], below: int
) -> dict[date, frozenset[str]]:
    """Choose what is held back on each of several days, the same secondary places as far as that works.

    A place that is shown the day before and the day after can be guessed in between, so places that any day
    needs are held back first on the others that need one. Flows between the days may not be shown beside the
    stocks: they would link the tables.
    """
    chosen: set[str] = set()
    for cells in days.values():
        chosen |= {name for name in suppress_nested(cells, parents, below, chosen) if cells[name] >= below}
    return {day: suppress_nested(cells, parents, below, chosen) for day, cells in days.items()}


def sums_reveal(total: float, shown: float, missing: int, below: int) -> bool:
    """Tell whether subtraction gives something that looks like the sum of small counts.

    What is left over is nothing where the total leaves small counts out. For quantiles of a forecast a total
    is not the sum of its parts (the 5 % quantile of a sum is larger than the sum of 5 % quantiles), and it
    can be small by chance; `leave_out_small` sees to that too, so that nobody has to guess.

    Parameters
    ----------
    total, shown
        The total, and the sum of the parts that are shown.
    missing
        How many parts are not shown.
    below
        Counts under this are small.
    """
    rounding = 1e-6
    return missing > 0 and rounding < total - shown <= missing * (below - 1) + rounding


def leave_out_small(needs: Iterable[Need], guard: Guard) -> tuple[Need, ...]:
    """Leave the people of a place that are too few to be shown out of the totals, with what they need.

    Then a total less the places that are shown says nothing of the others, whatever they are. The loss is at
    most the limit for each such place. For quantiles the sum of the parts is not the total, and what is left
    over is no count; where it looks like one by chance, the total is put to the sum of what is shown.

    Parameters
    ----------
    needs
        Of every place, and of `total`, in each item and on each day.
    guard
        Says which counts the audience may not see; the team sees the totals as they are.
    """
    rows = tuple(needs)
    if allows(guard.audience, "small"):
        return rows
    parts: dict[tuple[date, str, str], list[Need]] = {}
    for row in rows:
        if row.location != TOTAL:
            parts.setdefault((row.date, row.item, row.standard), []).append(row)
    return tuple(
        _total_without_small(row, parts.get((row.date, row.item, row.standard), ()), guard)
        if row.location == TOTAL
        else row
        for row in rows
    )


def _total_without_small(total: Need, parts: Sequence[Need], guard: Guard) -> Need:
    changed: dict[str, Any] = {}
    for level in LEVELS:
        field = f"people_{level}"
        people, amount = getattr(total, field), getattr(total, level)
        small = [row for row in parts if guard.is_small(getattr(row, field))]
        if not small or guard.is_small(people):
            continue
        left = _without_small(people, [getattr(row, field) for row in parts], guard)
        # what people need follows them; it would tell of them as well
        amount = max(0, amount - sum(getattr(row, level) for row in small))
        without = max(0, people - sum(getattr(row, field) for row in small))
        changed |= {field: left, level: amount * left / without if left != without else amount}
    return replace(total, **changed)


def leave_out(total: Amount, parts: Iterable[Amount], guard: Guard) -> Amount:
    """Leave small counts of parts out of a total of people, as `leave_out_small` does.

    Parameters
    ----------
    total, parts
        As they are, before any is held back.
    guard
        Says which counts the audience may not see.
    """
    parts = tuple(parts)
    values = []
    for level in LEVELS:
        value, people = getattr(total, level), [getattr(one, level) for one in parts]
        values.append(value if value is None else _without_small(value, people, guard))
    return Amount(*values)


def _without_small(total: float, parts: Sequence[float | None], guard: Guard) -> float:
    known = [value for value in parts if value is not None]
    small = [value for value in known if guard.is_small(value)]
    shown = sum(known) - sum(small)
    left = max(0, total - sum(small))
    return shown if sums_reveal(left, shown, len(small), guard.suppress_below) else left


def counts_to_omit(observations: Iterable[Observation], guard: Guard) -> frozenset[tuple[str, date, str]]:
    """Choose the counts that no chart or table shows: small ones, and those that would give them away.

    Counts are exact, so a total of the same series and day minus the places that are shown is the count of
    the one that is not. Counts of one series lose the same place on every day, as far as that works.

    Parameters
    ----------
    observations
        Of the case; only stocks of single places (`scope` `location`) and of the whole (`total`) add up.
    guard
        Says which counts the audience may not see.

    Returns
    -------
    keys
        Series, date and location; the location of a total is `total`.
    """
    if allows(guard.audience, "small"):
        return frozenset()
    series: dict[str, dict[date, dict[str, float]]] = {}
    for row in observations:
        if row.measure == "stock" and row.persons is not None and row.scope in {"location", "total"}:
            name = row.location if row.scope == "location" else TOTAL
            series.setdefault(row.series, {}).setdefault(row.date, {})[name] = float(row.persons)
    omitted = set()
    for name, days in series.items():
        hidden = {
            day: frozenset(place for place, persons in cells.items() if guard.is_small(persons))
            for day, cells in days.items()
        }
        # where a total counts other places too, what is left over is no count of one place
        adding_up = {
            day: cells
            for day, cells in days.items()
            if TOTAL in cells and 2 * cells[TOTAL] == sum(cells.values())
        }
        parents = {place: TOTAL for cells in adding_up.values() for place in cells if place != TOTAL}
        hidden |= suppress_days(adding_up, parents, guard.suppress_below)
        omitted |= {(name, day, place) for day, gone in hidden.items() for place in gone}
    return frozenset(omitted)
