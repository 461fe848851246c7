"""What is said: facts of a run are gathered, reduced to what the audience may see, and put into words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from havenward.brief.content import Amount, Brief, Count, Fan, Limit, NeedRow, Place
from havenward.brief.disputes import find_disputes
from havenward.brief.evidence import (
    visible_assumptions,
    visible_events,
    visible_figures,
    visible_sources,
    withheld_rows,
)
from havenward.brief.facts import (
    amounts,
    at_day,
    current_locations,
    latest,
    measure_pressure,
    name_series,
    opening_total,
    read_capacities,
    read_draws,
    read_fans,
    read_weights,
)
from havenward.brief.headlines import compose_headlines
from havenward.brief.lessons import learning_of, tell_lessons, visible_notes
from havenward.brief.release import guard_for
from havenward.brief.view import Known, give_marks
from havenward.brief.wording import range_words, say, say_date, say_for, say_names, valid_until
from havenward.dates import key_days
from havenward.records import RECEIVING_KINDS, TOTAL, Standard
from havenward.runs import told_if_damaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from havenward.brief.content import FigureRow
    from havenward.brief.facts import Capacity, Pressure
    from havenward.records import Case, Location, Need
    from havenward.runs import Run
    from havenward.settings import BriefSettings

    FloatArray = NDArray[np.float64]

STEP_DAYS = 7  # people outside the team see every seventh day: no day of departure can be read off
EXACT_POSITIONS = ("exact", "good", "surveyed", "published")


def compose_brief(
    case: Case,
    run: Run,
    needs: Sequence[Need],
    settings: BriefSettings,
    standards: Sequence[Standard] = (),
    household_size: float = 5.0,
) -> Brief:
    """Compose a brief of a run for one audience.

    Parameters
    ----------
    case
        The case as the run knew it, with the assumptions that were drawn and the events of its scenario.
    run
        A complete run folder.
    needs
        From `estimate_needs`.
    settings
        Audience, and the count under which people are not shown outside the team.
    standards, household_size
        The table that `needs` rests on; without it the needs are listed without their sources.

    Returns
    -------
    brief
        Frozen; holds nothing that the audience may not see, except the list of names to search for.

    Raises
    ------
    RunError
        The tables of the run cannot be read, or do not fit each other.
    """
    origin = run.origin_date
    guard = guard_for(case.locations, case.title, settings.audience, settings.suppress_below)
    days = key_days(origin, run.last_date)
    learning = learning_of(run)
    received = {
        need.date: Amount(need.people_low, need.people_central, need.people_high)
        for need in needs
        if need.location == TOTAL
    }
    focal = max(days, key=lambda day: (received[day].central or 0) if day in received else 0)
    with told_if_damaged(run):
        members, weights = read_weights(run)
        draws, priors = read_draws(run, members)
        marks = give_marks(case, draws)
        known = Known(case, origin, current_locations(case), guard, settings.audience, marks)
        fans = read_fans(run, ("stock", "displaced_total", "remaining"))
        capacities = read_capacities(case, draws, len(members))
        pressure = measure_pressure(run, capacities, members, weights, days)
        places = _places(known, fans, days, focal, capacities, pressure, weights, learning.places)
        opening = opening_total(run, [place.location for place in places], weights)
        total = fans["stock", TOTAL]
    assumptions = visible_assumptions(known, draws, priors, weights, run)
    figures = visible_figures(known)
    shown_needs = tuple(_need_row(need, known) for need in needs)
    headlines = compose_headlines(
        known,
        focal,
        days,
        total,
        received[focal],
        pressure,
        capacities,
        weights,
        shown_needs,
        opening,
        assumptions,
        figures,
        standards,
    )
    sources = visible_sources(known, assumptions, figures, places)
    return Brief(
        title=case.title,
        crisis=case.crisis,
        country=case.country,
        audience=settings.audience,
        suppress_below=settings.suppress_below,
        origin_date=origin,
        last_date=run.last_date,
        valid_until=valid_until(origin),
        focal_day=focal,
        key_days=days,
        track=str(run.meta["track"]),
        scenario=str(run.meta.get("scenario", "")),
        rules=str(run.meta["rules"]),
        priors=str(run.meta["priors"]),
        members=len(members),
        seed=int(run.meta["seed"]),
        package_version=str(run.meta["package_version"]),
        case_hash=str(run.meta["case_hash"]),
        lead=say_for(
            "lead_of",
            str(run.meta["track"]),
            lead=_lead(known, focal, at_day(total, focal), received[focal], places),
        ),
        headlines=headlines,
        total=_thin(known, total, origin),
        total_people=_on_days(known, total, days),
        total_counts=_counts(known, "total", ""),
        received=tuple((day, known.shown(received[day])) for day in days if day in received),
        places=places,
        gates=_others(known, fans, days, ("town", "border"), "gates"),
        origins=_others(known, fans, days, ("origin",), "origins"),
        displaced_total=_total_if_allowed(known, fans, days, "displaced_total"),
        remaining=_total_if_allowed(known, fans, days, "remaining"),
        needs=shown_needs,
        standards=tuple(standards),
        household_size=household_size,
        assumptions=assumptions,
        figures=figures,
        disputes=find_disputes(figures, assumptions),
        learning=replace(learning, notes=visible_notes(known, learning)),
        lessons=tell_lessons(assumptions, known),
        sources=sources,
        events=visible_events(known),
        unknown=_unknown(known, places, figures),
        withheld=withheld_rows(known, figures),
        guard=guard,
    )


# -- places and numbers ----------------------------------------------------------------------------------


def _thin(known: Known, fan: Fan, origin: date) -> Fan:
    """Reduce a fan to every seventh day outside the team, and draw small counts as nothing."""
    every = 1 if known.may("daily") else STEP_DAYS
    keep = [
        n for n, day in enumerate(fan.dates) if (day - origin).days % every == 0 or n == len(fan.dates) - 1
    ]
    rows = [
        tuple(0.0 if known.guard.is_small(values[n]) else values[n] for n in keep)
        for values in (fan.q05, fan.q25, fan.q50, fan.q75, fan.q95)
    ]
    return Fan(tuple(fan.dates[n] for n in keep), *rows)


def _on_days(known: Known, fan: Fan, days: Iterable[date]) -> tuple[tuple[date, Amount], ...]:
    return tuple((day, known.shown(at_day(fan, day))) for day in days if day in fan.dates)


def _total_if_allowed(
    known: Known, fans: Mapping[tuple[str, str], Fan], days: Sequence[date], target: str
) -> tuple[tuple[date, Amount], ...]:
    if not known.may(target) or (target, TOTAL) not in fans:
        return ()
    return _on_days(known, fans[target, TOTAL], days)


def _places(
    known: Known,
    fans: Mapping[tuple[str, str], Fan],
    days: Sequence[date],
    focal: date,
    capacities: Mapping[str, Capacity],
    pressure: Pressure,
    weights: FloatArray,
    from_counts: Sequence[str],
) -> tuple[Place, ...]:
    """Give every receiving place of the run, the fullest on the focal day first."""
    found = []
    for key, row in known.locations.items():
        if row.kind not in RECEIVING_KINDS or ("stock", key) not in fans:
            continue
        place = replace(_place(known, row, fans["stock", key], days), from_counts=key in from_counts)
        if key in capacities:
            limits = _limits(capacities[key], weights, known.day)
            over = amounts(pressure.over[key], weights) if key in pressure.over else []
            dated = zip(days, over, strict=bool(over))
            place = replace(
                place,
                limits=limits,
                closes=capacities[key].closes,
                chance_over=pressure.chance_over.get(key),
                first_likely=pressure.first_likely.get(key),
            )
            held = next((limit for limit in reversed(limits) if limit.since <= focal), limits[0])
            place = replace(
                place,
                capacity=held.persons,
                capacity_basis=held.basis,
                over=tuple((day, known.shown(amount)) for day, amount in dated if place.limit_on(day)),
            )
        found.append((-at_day(fans["stock", key], focal).central, row.name, place))  # type: ignore[operator]
    return tuple(place for _, _, place in sorted(found, key=lambda item: item[:2]))


def _place(known: Known, row: Location, fan: Fan, days: Sequence[date]) -> Place:
    positions = [
        a.value.strip().casefold()
        for a in known.case.attributes
        if a.location == row.location and a.key == "coordinates"
    ]
    return Place(
        row.location,
        row.name,
        row.pcode,
        row.kind,
        row.admin1,
        row.admin2,
        row.country or known.case.country,
        row.latitude,
        row.longitude,
        any(value not in EXACT_POSITIONS for value in positions),
        _thin(known, fan, known.day),
        _on_days(known, fan, days),
        counts=_counts(known, "location", row.location),
    )


def _limits(capacity: Capacity, weights: FloatArray, origin: date) -> tuple[Limit, ...]:
    """Give what a site can take from the origin date on, and every change after it."""
    begin, steps = capacity.changed(origin), []
    if begin is not None:
        steps.append(Limit(origin, Amount(begin, begin, begin), "published"))
    elif capacity.basis != "none":
        steps.append(Limit(origin, amounts(capacity.persons[:, None], weights)[0], capacity.basis))
    later = [(day, value) for day, value in capacity.changes if day > origin]
    return (*steps, *(Limit(day, Amount(value, value, value), "published") for day, value in later))


def _others(
    known: Known, fans: Mapping[tuple[str, str], Fan], days: Sequence[date], kinds: tuple[str, ...], rule: str
) -> tuple[Place, ...]:
    """Give gates or origins where the audience may see them; gates where nobody ever waits are left out."""
    if not known.may(rule):
        return ()
    rows = [
        (row, fans["stock", key])
        for key, row in known.locations.items()
        if row.kind in kinds and ("stock", key) in fans
    ]
    return tuple(
        _place(known, row, fan, days)
        for row, fan in sorted(rows, key=lambda item: item[0].name)
        if max(fan.q95) > 0
    )


def _counts(known: Known, scope: str, location: str) -> tuple[Count, ...]:
    """Give the counts of the stock that the run knew; counts of a few people and withheld names drop out."""
    names = name_series(known.case)
    rows = [
        row
        for row in known.case.observations
        if row.measure == "stock" and row.scope == scope and row.location == location
    ]
    found = [
        Count(row.date, row.persons, names[row.series], row.published)
        for row in latest(rows, lambda row: (row.series, row.date)).values()
        if row.persons is not None
        and not known.guard.is_small(row.persons)
        and not known.guard.names_in(names[row.series])
    ]
    return tuple(sorted(found, key=lambda count: (count.series, count.date)))


def _need_row(need: Need, known: Known) -> NeedRow:
    """Reduce a need: where people are too few to be shown, so is what they need."""
    row = known.locations.get(need.location)
    people = known.shown(Amount(need.people_low, need.people_central, need.people_high))
    values = [
        None if who is None else what
        for who, what in ((people.low, need.low), (people.central, need.central), (people.high, need.high))
    ]
    reason = say("why_small", n=known.guard.suppress_below) if None in values else ""
    return NeedRow(
        need.location,
        row.name if row else "All receiving places",
        row.pcode if row else "",
        need.date,
        need.sector,
        need.item,
        need.unit,
        need.standard,
        people,
        Amount(*values),
        reason,
    )


# -- words -----------------------------------------------------------------------------------------------


def _lead(known: Known, focal: date, displaced: Amount, received: Amount, places: Sequence[Place]) -> str:
    few = known.guard.suppress_below
    shown, there = known.shown(displaced), known.shown(received)
    joined = "; ".join(place.name for place in places[:3])  # names may hold commas
    sites = (
        say(
            "lead_sites",
            **range_words(there, few),
            n=len(places),
            names=joined,
        )
        if places
        else ""
    )
    fields = {
        "day": say_date(focal),
        "after": (focal - known.day).days,
        "sites": sites,
    }
    if shown.high is None:
        return say("lead_none", **fields)
    text = say(
        "lead",
        **range_words(shown, few),
        **fields,
    )
    return f"{text} {say('lead_sure')}"


def _unknown(known: Known, places: Sequence[Place], figures: Sequence[FigureRow]) -> tuple[str, ...]:
    """List what is not known, from the facts of the case."""
    origin = say_date(known.day)
    counted = any(row.measure == "stock" for row in known.case.observations)
    lines = [say("unknown_counts") if counted else say("unknown_no_counts", origin=origin)]
    assumed = [place.name for place in places if place.capacity_basis == "assumed"]
    limited = [place for place in places if place.capacity_basis != "none"]
    free = [place.name for place in places if place.capacity_basis == "none"]
    if assumed:
        lines.append(
            say("unknown_capacity", n=len(assumed), of=len(limited), origin=origin, names=say_names(assumed))
        )
    if free:
        lines.append(say("unknown_no_limit", n=len(free), of=len(places), names=say_names(free)))
    names = {row.name.partition(".")[0] for row in known.case.assumptions}
    lines += [
        say(key)
        for key, told in (
            ("unknown_timing", {"operation_start", "battle_days", "front_shape"} & names),
            ("unknown_shares", {"group_share"} & names),
            ("unknown_opening", {"opening_caseload"} & names),
            ("unknown_coverage", {"host_coverage", "camp_coverage"} & names),
        )
        if told
    ]
    rough = sum(place.approximate for place in places)
    nowhere = sum(place.latitude is None for place in places)
    if rough or nowhere:
        lines.append(say("unknown_coordinates", n=rough, m=nowhere, of=len(places)))
    read = {row.report for row in known.case.figures}
    skipped = sum(row.report not in read for row in known.case.reports)
    if skipped:
        lines.append(say("unknown_unread", n=skipped, of=len(known.case.reports)))
    unread = sum(row.review == "open" for row in figures)
    if unread:
        lines.append(say("unknown_review", n=unread, of=len(figures)))
    always = ("unknown_supply", "unknown_groups", "unknown_nutrition", "unknown_winter")
    return (*lines, *(say(key) for key in always))
