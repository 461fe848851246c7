"""What is said: facts of a run are gathered, reduced to what the audience may see, and put into words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from havenward.brief.content import (
    Amount,
    AssumptionRow,
    Brief,
    Count,
    EventRow,
    Fan,
    FigureRow,
    Headline,
    Limit,
    NeedRow,
    Note,
    Place,
    SourceRow,
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
from havenward.brief.release import (
    ARMED_TERMS,
    Guard,
    allows,
    assumption_allowed,
    guard_for,
    safe_text,
    withheld_words,
)
from havenward.brief.wording import (
    range_words,
    say,
    say_amount,
    say_date,
    say_for,
    say_names,
    say_number,
    say_people,
    say_quantity,
    say_short_date,
    valid_until,
)
from havenward.dates import day_date, key_days
from havenward.distributions import weighted_quantiles
from havenward.records import RECEIVING_KINDS, TOTAL, Standard
from havenward.runs import told_if_damaged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from havenward.brief.facts import Capacity, Pressure
    from havenward.records import Assumption, Case, Figure, Location, Need, Report
    from havenward.runs import Run
    from havenward.settings import BriefSettings

    FloatArray = NDArray[np.float64]

STEP_DAYS = 7  # people outside the team see every seventh day: no day of departure can be read off
EXACT_POSITIONS = ("exact", "good", "surveyed", "published")
MAX_NOTES = 5
HEADLINE_ASSUMPTIONS = ("displaced_total", "population_at_risk", "release_fraction")
FRONT_REACHES = "front_reaches"  # drawn in days after the first simulated day


class Known(NamedTuple):
    """The case as a run knew it, and what the audience may see of it."""

    case: Case
    day: date
    locations: Mapping[str, Location]
    guard: Guard
    audience: str

    def may(self, kind: str) -> bool:
        """Tell whether the audience may see a kind of thing."""
        return allows(self.audience, kind)


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
    known = Known(case, origin, current_locations(case), guard, settings.audience)
    days = key_days(origin, run.last_date)
    received = {
        need.date: Amount(need.people_low, need.people_central, need.people_high)
        for need in needs
        if need.location == TOTAL
    }
    focal = max(days, key=lambda day: (received[day].central or 0) if day in received else 0)
    with told_if_damaged(run):
        members, weights = read_weights(run)
        draws = read_draws(run, members)
        fans = read_fans(run, ("stock", "displaced_total", "remaining"))
        capacities = read_capacities(case, draws, len(members))
        pressure = measure_pressure(run, capacities, members, weights, days)
        places = _places(known, fans, days, focal, capacities, pressure, weights)
        opening = opening_total(run, [place.location for place in places], weights)
        total = fans["stock", TOTAL]
    assumptions = _assumptions(known, draws, weights, run)
    figures = visible_figures(known)
    shown_needs = tuple(_need_row(need, known) for need in needs)
    headlines = _headlines(
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
    sources = _sources(known, assumptions, figures, places)
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
        received=tuple((day, _shown(known, received[day])) for day in days if day in received),
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
        conflicts=_conflicts(figures),
        sources=sources,
        events=_events(known),
        unknown=_unknown(known, places, figures),
        withheld=_withheld(known, figures),
        guard=guard,
    )


# -- places and numbers ----------------------------------------------------------------------------------


def _shown(known: Known, amount: Amount) -> Amount:
    """Hold back values that are too small for the audience."""
    return Amount(
        *(
            None if known.guard.is_small(value) else value
            for value in (amount.low, amount.central, amount.high)
        )
    )


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
    return tuple((day, _shown(known, at_day(fan, day))) for day in days if day in fan.dates)


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
) -> tuple[Place, ...]:
    """Give every receiving place of the run, the fullest on the focal day first."""
    found = []
    for key, row in known.locations.items():
        if row.kind not in RECEIVING_KINDS or ("stock", key) not in fans:
            continue
        place = _place(known, row, fans["stock", key], days)
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
                over=tuple((day, _shown(known, amount)) for day, amount in dated if place.limit_on(day)),
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
    people = _shown(known, Amount(need.people_low, need.people_central, need.people_high))
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
    shown, there = _shown(known, displaced), _shown(known, received)
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


def _headlines(
    known: Known,
    focal: date,
    days: Sequence[date],
    total: Fan,
    received: Amount,
    pressure: Pressure,
    capacities: Mapping[str, Capacity],
    weights: FloatArray,
    needs: Sequence[NeedRow],
    opening: Amount | None,
    assumptions: Sequence[AssumptionRow],
    figures: Sequence[FigureRow],
    standards: Sequence[Standard],
) -> tuple[Headline, ...]:
    """Compose the four big numbers: displaced, received, sites over capacity, water."""
    few, at = known.guard.suppress_below, list(days).index(focal)

    def in_words(amount: Amount) -> str:
        return "{central} ({low} to {high})".format(**range_words(_shown(known, amount), few))

    marks = sorted({day_date(n, known.day) for n in (28, 90)} | {days[-1]} - {focal})
    displaced_lines = tuple(
        f"{say_short_date(day)} (+{(day - known.day).days} days): {in_words(at_day(total, day))}"
        for day in marks
        if day in total.dates and day != focal
    )
    sure = [row for row in assumptions if row.name in HEADLINE_ASSUMPTIONS]
    behind = {name for row in sure for name in row.figures}
    notes = [Note(row.mark, row.mark) for row in sure]
    notes += [
        Note(row.mark, row.mark)
        for row in figures
        if row.figure in behind or (not behind and row.term == "expected_displaced")
    ]
    here = [
        Note(row.mark, row.mark)
        for row in assumptions
        if row.name in {"opening_caseload", "ready_places", "host_attraction", "destination_spread"}
    ]
    over = amounts(pressure.people_over, weights)[at]
    likely = sum(day is not None for day in pressure.first_likely.values())
    lines_over = [say("big_over_line", n=likely, of=len(capacities), day=say_short_date(days[-1]))]
    if capacities:
        shown = _shown(known, over)
        lines_over.append(
            say(
                "big_over_people",
                **range_words(shown, few),
                day=say_short_date(focal),
            )
        )
    received_lines = (say("big_received_line", opening=in_words(opening)),) if opening else ()
    return (
        Headline(
            say("big_displaced"),
            _shown(known, at_day(total, focal)),
            "people",
            focal,
            displaced_lines,
            tuple(notes[:MAX_NOTES]),
        ),
        Headline(
            say("big_received"),
            _shown(known, received),
            "people",
            focal,
            received_lines,
            tuple((here or notes)[:MAX_NOTES]),
        ),
        Headline(
            say("big_over"),
            amounts(pressure.sites_over, weights)[at],
            "sites",
            focal,
            tuple(lines_over),
            (Note("Table 1", "sites"),),
        ),
        _water_headline(focal, needs, standards),
    )


def _water_headline(focal: date, needs: Sequence[NeedRow], standards: Sequence[Standard]) -> Headline:
    """Give the need that comes first, water, with shelter beside it."""
    rows = {need.standard: need for need in needs if need.location == TOTAL and need.date == focal}
    water, tents = rows.get("water_supply"), rows.get("family_tents")
    table = {standard.standard: standard for standard in standards}
    lines = []
    if "water_supply" in table:
        lines.append(say("big_water_line", quantity=say_amount(table["water_supply"].quantity)))
    if tents and not tents.amount.suppressed:
        low, central, high = (
            say_quantity(value or 0, tents.unit)[0]
            for value in (tents.amount.low, tents.amount.central, tents.amount.high)
        )
        lines.append(say("big_tents_line", low=low, central=central, high=high))
    amount = water.amount if water else Amount(None, None, None)
    notes = tuple(Note("Standard", f"s-{key}") for key in ("water_supply",) if key in table)
    return Headline(
        say("big_water"), amount, water.unit if water else "litres per day", focal, tuple(lines), notes
    )


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
    unread = sum(row.review == "open" for row in figures)
    if unread:
        lines.append(say("unknown_review", n=unread, of=len(figures)))
    always = ("unknown_supply", "unknown_groups", "unknown_nutrition", "unknown_winter")
    return (*lines, *(say(key) for key in always))


# -- assumptions, figures, sources -----------------------------------------------------------------------


def _assumptions(
    known: Known, draws: Mapping[str, FloatArray], weights: FloatArray, run: Run
) -> tuple[AssumptionRow, ...]:
    """Summarise what members drew, beside the reason; posterior where counts moved the weights."""
    stated = {row.name: row for row in known.case.assumptions}
    even = np.full(len(weights), 1 / len(weights))
    moved = not np.allclose(weights, even)
    allowed = [
        name
        for name in sorted(draws)
        if assumption_allowed(name, known.audience, known.guard) and not is_unused(name, draws)
    ]
    # those that hold for the whole case come first
    allowed.sort(key=lambda name: ("." in name, name))
    rows = []
    for number, name in enumerate(allowed, start=1):
        about = stated.get(name) or stated.get(name.partition(".")[0])
        unit, write = _writer(name, about, run)
        prior, posterior = (_three(draws[name], w, write) for w in (even, weights))
        rows.append(
            AssumptionRow(
                f"A{number}",
                name,
                unit,
                prior,
                posterior if moved else None,
                about.basis if about else "default",
                safe_text(about.reason, known.guard) if about else "",
                _unguarded(known, about.sources) if about else (),
                _unguarded(known, about.figures) if about else (),
            )
        )
    return tuple(rows)


def _three(values: FloatArray, weights: FloatArray, write: Callable[[float], str]) -> tuple[str, str, str]:
    low, central, high = weighted_quantiles(values[:, None], weights, (0.05, 0.5, 0.95))[:, 0]
    return write(float(low)), write(float(central)), write(float(high))


def is_unused(name: str, names: Iterable[str]) -> bool:
    """Tell whether an assumption decided nothing: a total of displaced people makes the share idle."""
    return name == "release_fraction" and "displaced_total" in names


def _writer(name: str, about: Assumption | None, run: Run) -> tuple[str, Callable[[float], str]]:
    """Give the unit of an assumption as shown and the function that writes a value: days become dates."""
    if name.partition(".")[0] == FRONT_REACHES:
        return "date", lambda value: _day_words(run.first_date, value, run.last_date)
    if about is not None and about.after is not None:
        after = about.after
        return "date", lambda value: _day_words(after, value, date.max)
    unit = about.unit if about else ""
    if unit in {"persons", "persons per day"}:
        return unit, say_people
    return unit, lambda value: say_number(value) if abs(value) >= 1000 else f"{value:.3g}"


def _day_words(start: date, days: float, last: date) -> str:
    """Write the date some days after another; what comes after the last day is only called later."""
    room = (last - start).days
    return say("beyond") if not days <= room else say_short_date(day_date(round(days), start))


def _unguarded(known: Known, keys: Sequence[str]) -> tuple[str, ...]:
    """Leave out keys of sources and figures that name a withheld place."""
    return tuple(key for key in keys if not known.guard.names_in(key))


def visible_figures(known: Known) -> tuple[FigureRow, ...]:
    """Give the figures of the reports; armed actors and withheld places drop out whole."""
    reports = {row.report: row for row in known.case.reports}
    rows: list[FigureRow] = []
    for figure in known.case.figures:
        report = reports.get(figure.report)
        if report is None or figure.review == "rejected" or not _figure_allowed(known, figure, report):
            continue
        rows.append(
            FigureRow(
                f"F{len(rows) + 1}",
                figure.figure,
                figure.sentence,
                _figure_value(figure),
                figure.term,
                figure.low,
                figure.high,
                figure.point,
                figure.source_attribution,
                report.title,
                report.outlet,
                report.published,
                report.url,
                report.kind == "paraphrase",
                figure.fact_group,
                figure.relation,
                figure.review,
            )
        )
    return tuple(rows)


def _figure_allowed(known: Known, figure: Figure, report: Report) -> bool:
    if figure.term in ARMED_TERMS and not known.may("armed"):
        return False
    texts = (
        figure.figure,
        figure.sentence,
        figure.source_attribution,
        figure.fact_group,
        figure.relation,
        figure.quantity_text,
        report.title,
        report.outlet,
        report.url,
    )
    small = [
        value
        for value in (figure.low, figure.high, figure.point)
        if figure.unit == "persons" and known.guard.is_small(value)
    ]
    return not small and not known.guard.names_in(" \n ".join(texts))


def _figure_value(figure: Figure) -> str:
    """Write the value of a figure with its hedge."""
    hedge = figure.quantifier.replace("_", " ")
    unit = "%" if figure.unit == "percent" else figure.unit.replace("_", " ")
    if figure.low is not None and figure.high is not None and figure.low != figure.high:
        return f"{say_amount(figure.low)} to {say_amount(figure.high)} {unit}"
    value = next((v for v in (figure.point, figure.low, figure.high) if v is not None), None)
    if value is None:
        return f"{figure.quantity_text} {unit}"
    number = say_number(value) if value == int(value) else say_amount(value)
    return f"{'' if hedge in {'exact', 'between'} else hedge + ' '}{number} {unit}"


def _conflicts(figures: Sequence[FigureRow]) -> tuple[tuple[FigureRow, ...], ...]:
    """Put figures side by side that state one fact with different values, or are marked as conflicting."""
    by_name = {row.figure: row for row in figures}
    groups: dict[str, list[FigureRow]] = {}
    for row in figures:
        if row.fact_group:
            groups.setdefault(row.fact_group, []).append(row)
    found = [rows for rows in groups.values() if len({(row.low, row.high, row.point) for row in rows}) > 1]
    for row in figures:
        kind, _, other = row.relation.replace(":", " ").partition(" ")
        pair = [row, by_name[other.strip()]] if kind == "conflicts_with" and other.strip() in by_name else []
        if pair and not any(all(member in rows for member in pair) for rows in found):
            found.append(pair)
    return tuple(tuple(rows) for rows in found)


def _sources(
    known: Known, assumptions: Sequence[AssumptionRow], figures: Sequence[FigureRow], places: Sequence[Place]
) -> tuple[SourceRow, ...]:
    """Give the sources behind what is shown; those that name withheld places drop out."""
    used = {key for row in assumptions for key in row.sources}
    used |= {known.locations[place.location].source for place in places}
    reports = {row.report: row.source for row in known.case.reports}
    shown = {row.figure for row in figures}
    used |= {reports.get(row.report, "") for row in known.case.figures if row.figure in shown}
    used |= {row.source for row in known.case.observations if row.scope != "group" and row.measure == "stock"}
    rows: list[SourceRow] = []
    for row in known.case.sources:
        text = f"{row.source}\n{row.title}\n{row.publisher}\n{row.url}\n{row.licence}"
        if row.source in used and not known.guard.names_in(text):
            rows.append(
                SourceRow(
                    f"R{len(rows) + 1}",
                    row.source,
                    row.title,
                    row.publisher,
                    row.url,
                    row.published,
                    row.licence,
                )
            )
    return tuple(rows)


def _events(known: Known) -> tuple[EventRow, ...]:
    if not known.may("events"):
        return ()
    return tuple(
        EventRow(
            str(row.date),
            row.kind.replace("_", " "),
            row.location or f"{row.from_} \u2013 {row.to}".strip(" \u2013"),
            "" if row.value is None else say_amount(row.value),
            row.published,
        )
        for row in sorted(known.case.events, key=lambda row: str(row.date))
    )


def _withheld(known: Known, figures: Sequence[FigureRow]) -> tuple[str, ...]:
    """Say in words what kinds of thing are held back, and how many rows of reports."""
    words = list(withheld_words(known.audience))
    visible = {row.report for row in known.case.reports}
    missing = sum(row.report in visible and row.review != "rejected" for row in known.case.figures) - len(
        figures
    )
    named = sum(
        bool(known.guard.names_in(f"{row.source}\n{row.title}\n{row.publisher}\n{row.url}\n{row.licence}"))
        for row in known.case.sources
    )
    if missing or named:
        words.append(say("withheld_figures", n=missing, m=named))
    return tuple(words)
