"""How the look at needs becomes what a brief is handed: one working out of room and gaps for both."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from havenward.brief.content import Amount, Limit
from havenward.brief.shortages import Missing, Short, Shortages, SiteRoom
from havenward.distributions import weighted_quantiles
from havenward.needs.assess import NeedsSettings, assess_needs
from havenward.needs.report import about_resource, day_of, level_of, shown
from havenward.needs.requirements import household_size
from havenward.needs.shortfalls import LIKELY, MISSED, MISSING, RANGE, needed
from havenward.needs.standards import DEFAULT_PROFILE, HOUSEHOLD_SIZE, load_standards, per_person
from havenward.needs.supplies import PLACES, item_names, plain_name
from havenward.records import TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from havenward.needs.assess import Assessment
    from havenward.needs.crowd import Room
    from havenward.needs.shortfalls import Resource
    from havenward.records import Case, Need, Standard
    from havenward.runs import Run

    FloatArray = NDArray[np.float64]


def assess_for_brief(
    case: Case, run: Run, standards: Sequence[Standard], days: Sequence[date] = ()
) -> Assessment:
    """Work out room and gaps by the standards of a brief, and of what else is stated in `stock.csv`.

    Household size and shares are the central values, as in the table of needs: what is missing there and
    what is needed must fit each other.

    Parameters
    ----------
    case
        The case as the run simulated it.
    run
        A complete run folder.
    standards
        Those of the brief; the first row of each indicator counts. None: only room is looked at.
    days
        Days to look at instead of the key days of the run.
    """
    rows: dict[str, Standard] = {}
    for row in standards:
        rows.setdefault(row.indicator, row)
    if standards and case.stock:
        others = load_standards(profile=DEFAULT_PROFILE)
        names = item_names([*rows.values(), *others])
        stated = {names.get(plain_name(row.item)) for row in case.stock} - set(rows)
        rows |= {row.indicator: row for row in others if row.indicator in stated}
    size = household_size(case, tuple(rows.values()))[0] if rows else 1.0
    used = [_for_persons(row, size) for key, row in rows.items() if key != HOUSEHOLD_SIZE]
    # placing budgets is no part of a brief
    return assess_needs(case, run, used, settings=NeedsSettings(budget_places=0), days=days)


def _for_persons(row: Standard, size: float) -> Standard:
    if row.per == "household":
        return replace(row, per="person", people=row.people * size)
    return per_person(row)


def shortages_of(found: Assessment, needs: Sequence[Need], standards: Sequence[Standard]) -> Shortages:
    """Turn an assessment into what a brief is handed.

    Parameters
    ----------
    found
        From `assess_for_brief`.
    needs
        What is needed, from `estimate_needs`: a gap is told beside the same requirement.
    standards
        Of the brief, in its order.
    """
    weights, outcome = found.crowd.weights, found.outcome
    places = outcome.totals[PLACES]
    return Shortages(
        rooms={place: _site_room(found, place) for place in sorted(outcome.shortfalls[PLACES])},
        sites_over=_by_day(found, places.short, weights),
        people_over=_by_day(found, places.missing, weights),
        missing=tuple(_missing_rows(found, needs, standards)),
        shorts=tuple(_shorts(found)),
        not_understood=len(found.supplies.unmatched),
    )


def _by_day(found: Assessment, values: FloatArray, weights: FloatArray) -> dict[date, Amount]:
    """Give the range of sums by member, shape (member, key day)."""
    spread = weighted_quantiles(values, weights, RANGE)
    return {day: _amount(spread[:, d]) for d, day in enumerate(found.days)}


def _amount(values: NDArray[np.generic]) -> Amount:
    low, central, high = (float(value) for value in values)
    return Amount(low, central, high)


# -- room --------------------------------------------------------------------------------------------------


def _site_room(found: Assessment, place: str) -> SiteRoom:
    """Say what a site can take over time, and who is more than that."""
    row, days = found.outcome.shortfalls[PLACES][place], found.crowd.days
    room = found.rooms.get(place)
    return SiteRoom(
        limits=tuple(_limits(found, place, room)),
        closes=days[room.closes] if room is not None and room.closes < len(days) else None,
        over=tuple((day, _amount(row.spread[:, d])) for d, day in enumerate(found.days)),
        # sums run in no fixed order: the last digits are cut so that the same run gives the same file
        chance_over=round(row.chance, 9),
        first_likely=day_of(found, row.first_likely),
    )


def _limits(found: Assessment, place: str, room: Room | None) -> Iterator[Limit]:
    """Give the places from the origin date on, and every change after it."""
    days = found.crowd.days
    own = found.resources[PLACES].stated.get(place)
    more = own.level if own is not None else np.zeros(len(days))
    starts = {0, *(np.flatnonzero(np.diff(more)) + 1).tolist()}
    if room is not None:
        starts |= {start for start, _ in room.changes} | ({room.opens} if room.opens < len(days) else set())
        by_day = room.by_day(len(days))
    last: Amount | None = None
    for at in sorted(starts):
        if room is None:
            amount = Amount(*[float(more[at])] * 3)
        else:
            held = by_day[:, at]
            if not np.isfinite(held).all():
                continue  # nobody knows any limit yet
            amount = _amount(weighted_quantiles(held[:, None] + more[at], found.crowd.weights, RANGE)[:, 0])
        if amount != last:
            drawn = room is not None and room.basis == "assumed" and amount.low != amount.high
            since = days[at] if at else found.run.origin_date
            yield Limit(since, amount, "assumed" if drawn else "published")
        last = amount


# -- gaps --------------------------------------------------------------------------------------------------


def _missing_rows(
    found: Assessment, needs: Sequence[Need], standards: Sequence[Standard]
) -> Iterator[Missing]:
    """Give needs and gaps by day, place and thing: what the brief lists, and what else is stated."""
    by_need = {(need.location, need.date, need.standard): need for need in needs}
    listed = {row.indicator for row in standards}
    keys = [key for key in found.resources if key in listed or found.resources[key].stated]
    parts = {key: _Gaps(found, key) for key in keys if key != PLACES}
    for d, day in enumerate(found.days):
        for place in (*found.crowd.places, TOTAL):
            for key, gaps in parts.items():
                standard = found.resources[key].standard
                if standard is not None and gaps.asked(place):
                    need = by_need.get((place, day, standard.standard))
                    yield gaps.row(place, d, need)


class _Gaps:
    """What is missing of one thing, place by place and in all."""

    def __init__(self, found: Assessment, key: str) -> None:
        self.found, self.key = found, key
        self.resource: Resource = found.resources[key]
        self.short = found.outcome.shortfalls[key]
        crowd = found.crowd
        kinds = self.resource.kinds
        self.places = [p for p, kind in zip(crowd.places, crowd.kinds, strict=True) if kind in kinds]
        self.about = about_resource(found, key)
        self.total: FloatArray | None = None
        if self.short:
            totals = found.outcome.totals[key]
            silent = [place for place in self.places if place not in self.short]
            self.total = totals.missing + self._required(silent)

    def asked(self, place: str) -> bool:
        """Tell whether anybody needs it there."""
        return bool(self.places) if place == TOTAL else place in self.places

    def _required(self, places: Sequence[str]) -> FloatArray:
        """Add up what places need of which nobody says what they have, by member and key day."""
        crowd, resource = self.found.crowd, self.resource
        key = [crowd.day_index(day) for day in self.found.days]
        whole = np.zeros((crowd.members, len(key)))
        source = crowd.received if resource.counted == "received" else crowd.present
        for place in places:
            count = source[crowd.places.index(place)][:, key].astype(np.float64)
            if resource.counted == "sites":
                count = (count > 0).astype(np.float64)
            amount = needed(count, resource, slice(0, crowd.members))
            whole += amount if resource.mask is None else amount * resource.mask[key]
        return whole

    def row(self, place: str, d: int, need: Need | None) -> Missing:
        """Give one place on one key day."""
        found, day = self.found, self.found.days[d]
        people, requirement = self._needed(place, d, need)
        sector, _, item, unit = self.about
        silent = [p for p in (self.places if place == TOTAL else [place]) if p not in self.short]
        if place == TOTAL and self.total is not None:
            missing = self.total[:, d]
            gap = self._shown(weighted_quantiles(missing[:, None], found.crowd.weights, RANGE)[:, 0])
            chance = round(float(found.crowd.weights @ (missing > MISSED)), 9)
        elif place in self.short:
            row = self.short[place]
            gap = self._shown(row.spread[:, d])
            chance = round(float(row.on_day[found.crowd.day_index(day)]), 9)
        else:
            return Missing(
                place, day, self.key, sector, item, unit, people, requirement, None, requirement, None,
                len(silent),
            )  # fmt: skip
        available = self._available(place, found.crowd.day_index(day))
        return Missing(
            place, day, self.key, sector, item, unit, people, requirement, available, gap, chance,
            len(silent),
        )  # fmt: skip

    def _needed(self, place: str, d: int, need: Need | None) -> tuple[Amount, Amount]:
        """Give who needs it and how much, as the table of needs says where it lists it."""
        if need is not None:
            return (
                Amount(need.people_low, need.people_central, need.people_high),
                Amount(need.low, need.central, need.high),
            )
        outcome, weights = self.found.outcome, self.found.crowd.weights
        if place == TOTAL:
            everybody = weighted_quantiles(outcome.total_people, weights, RANGE)[:, d]
            amount = weighted_quantiles(outcome.totals[self.key].required, weights, RANGE)[:, d]
        else:
            everybody, amount = outcome.people[place][:, d], outcome.required[self.key][place].amount[:, d]
        return _amount(everybody), self._shown(amount)

    def _shown(self, values: NDArray[np.generic]) -> Amount:
        low, central, high = (float(shown(self.found, self.key, float(value))) for value in values)
        return Amount(low, central, high)

    def _available(self, place: str, at: int) -> float:
        stated = self.resource.stated
        own = stated.values() if place == TOTAL else [s for w in (place, "") if (s := stated.get(w))]
        return float(sum(level_of(self.found, self.key, one, at) for one in own))


def _shorts(found: Assessment) -> Iterator[Short]:
    """Give what runs short where; what is shared by all who lack it stands once, for all."""
    outcome, days = found.outcome, found.crowd.days
    peaks = {place: _amount(row.max(axis=1)) for place, row in outcome.people.items()}
    for key, rows in outcome.shortfalls.items():
        _, _, item, unit = about_resource(found, key)
        # threads finish in any order
        struck = {place: rows[place] for place in sorted(rows) if rows[place].chance > 0}
        if not struck:
            continue
        if found.resources[key].shared is not None:
            likely = np.max([row.on_day for row in struck.values()], axis=0) > LIKELY
            worst = outcome.totals[key].missing.max(axis=1)
            levels = weighted_quantiles(worst[:, None], found.crowd.weights, MISSING)[:, 0]
            everybody = weighted_quantiles(
                outcome.total_people.max(axis=1)[:, None], found.crowd.weights, RANGE
            )
            yield Short(
                TOTAL, key, item, unit, _amount(everybody[:, 0]),
                round(max(row.chance for row in struck.values()), 9),
                days[int(np.argmax(likely))] if likely.any() else None,
                _three(found, key, levels),
                sum(row.people_days for row in struck.values()),
            )  # fmt: skip
            continue
        for place, row in struck.items():
            yield Short(
                place, key, item, unit, peaks[place], round(row.chance, 9), day_of(found, row.first_likely),
                _three(found, key, row.peak), row.people_days,
            )  # fmt: skip


def _three(found: Assessment, key: str, values: NDArray[np.generic]) -> tuple[float, float, float]:
    first, second, third = (float(shown(found, key, float(value))) for value in values)
    return first, second, third
