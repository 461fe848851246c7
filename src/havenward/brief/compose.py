"""What is said: facts of a run are gathered, reduced to what the audience may see, and put into words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from havenward.brief.borders import read_borders
from havenward.brief.changes import Changes, tell_changes
from havenward.brief.content import Amount, Brief, Count, Fan, Place, Quantiles
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
    name_series,
    opening_total,
    people_on,
    read_draws,
    read_fans,
    read_quantiles,
    read_weights,
)
from havenward.brief.gaps import first_shortfalls, gap_row, need_row, without_small
from havenward.brief.headlines import compose_headlines
from havenward.brief.hubverse import TARGETS
from havenward.brief.jumps import tell_jumps
from havenward.brief.lessons import learning_of, tell_lessons, visible_notes
from havenward.brief.outlook import count_withheld, name_scenario, tell_signs, visible_scenarios
from havenward.brief.plans import planning_figures
from havenward.brief.release import counts_to_omit, guard_for, leave_out, leave_out_small
from havenward.brief.shortages import Shortages
from havenward.brief.view import STEP_DAYS, Known, give_marks
from havenward.dates import key_days, valid_until
from havenward.records import RECEIVING_KINDS, TOTAL, Standard
from havenward.runs import told_if_damaged
from havenward.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from havenward.brief.changes import Earlier
    from havenward.brief.content import FigureRow, Learning
    from havenward.records import Case, Location, Need
    from havenward.runs import Run
    from havenward.settings import BriefSettings

    Omitted = frozenset[tuple[str, date, str]]  # counts that may not be shown, by series, day and place

EXACT_POSITIONS = ("exact", "good", "surveyed", "published")
NOTHING = Shortages()


def compose_brief(
    case: Case,
    run: Run,
    needs: Sequence[Need],
    settings: BriefSettings,
    standards: Sequence[Standard] = (),
    household_size: float = 5.0,
    shortages: Shortages = NOTHING,
    earlier: Earlier | None = None,
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
        Audience and language, and the count under which people are not shown outside the team.
    standards, household_size
        The table that `needs` rests on; without it the needs are listed without their sources.
    shortages
        Room and supplies by place; without them no place has a limit and nothing is said of gaps.
    earlier
        The run of the last brief, for what changed since.

    Returns
    -------
    brief
        Frozen; holds nothing that the audience may not see, except the list of names to search for.

    Raises
    ------
    RunError
        The tables of the run cannot be read, or do not fit each other.
    CaseError
        The outlines of areas that the case brings cannot be read.
    """
    origin, words = run.origin_date, Words(settings.language)
    guard = guard_for(
        case.locations, case.title, settings.audience, settings.suppress_below, settings.language
    )
    days = key_days(origin, run.last_date)
    learning = learning_of(run)
    with told_if_damaged(run):
        members, weights = read_weights(run)
        draws, priors = read_draws(run, members)
        known = Known(
            case, origin, current_locations(case), guard, settings.audience, give_marks(case, draws), words
        )
        fans = read_fans(run, ("stock", "displaced_total", "remaining", "counted_displaced"))
        total = fans["stock", TOTAL]
        receiving = [k for k, row in known.locations.items() if row.kind in RECEIVING_KINDS]
        everybody = amounts(people_on(run, receiving, days), weights)
        received = {
            day: leave_out(
                amount, [at_day(fans["stock", k], day) for k in receiving if ("stock", k) in fans], guard
            )
            for day, amount in zip(days, everybody, strict=True)
        }
        cut = any(received[day] != amount for day, amount in zip(days, everybody, strict=True))
        focal = max(days, key=lambda day: received[day].central or 0)
        omitted = counts_to_omit(case.observations, guard)
        places = tell_jumps(
            known,
            run,
            fans,
            _places(known, fans, days, focal, shortages, learning.places, omitted),
            learning,
            draws,
            weights,
        )
        opening = opening_total(run, [place.location for place in places], weights)
        displaced = people_on(run, [TOTAL], [focal])[:, 0]
        gates = _others(known, fans, days, ("town", "border"), "gates", omitted)
        origins = _others(known, fans, days, ("origin",), "origins", omitted)
        quantiles = _quantiles(known, run, days, [place.location for place in (*places, *gates, *origins)])
    assumptions = visible_assumptions(known, draws, priors, weights, run, words)
    figures = visible_figures(known, words)
    planned = planning_figures(figures, origin)
    by_standard = {row.standard: row for row in standards}
    shown_needs = tuple(need_row(need, known, by_standard) for need in leave_out_small(needs, guard))
    headlines = compose_headlines(
        known,
        focal,
        days,
        total,
        received[focal],
        shortages,
        shown_needs,
        opening,
        assumptions,
        figures,
        planned,
        standards,
    )
    changes = Changes()
    if earlier is not None:
        changes = tell_changes(
            known, run, earlier, fans, focal, headlines, draws, weights, assumptions, standards, shortages
        )
    total_counts = _counts(known, "total", "", omitted)
    dots = total_counts or [count for place in (*places, *gates, *origins) for count in place.counts]
    counts_used = _say_counts(known, learning, dots=bool(dots))
    sources = visible_sources(known, assumptions, figures, places)
    scenario = str(run.meta.get("scenario", ""))
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
        scenario=name_scenario(known, scenario),
        rules=str(run.meta["rules"]),
        priors=str(run.meta["priors"]),
        members=len(members),
        seed=int(run.meta["seed"]),
        package_version=str(run.meta["package_version"]),
        case_hash=str(run.meta["case_hash"]),
        lead=words.say_for(
            "lead_of",
            str(run.meta["track"]),
            lead=_lead(known, focal, at_day(total, focal), received[focal], places),
        ),
        headlines=headlines,
        total=_thin(known, total, origin),
        total_people=_on_days(known, total, days),
        total_counts=total_counts,
        received=tuple((day, known.shown(received[day])) for day in days),
        places=places,
        gates=gates,
        origins=origins,
        displaced_total=_total_if_allowed(known, fans, days, "displaced_total"),
        remaining=_total_if_allowed(known, fans, days, "remaining"),
        needs=shown_needs,
        standards=tuple(standards),
        household_size=household_size,
        assumptions=assumptions,
        figures=figures,
        disputes=find_disputes(figures, assumptions, words),
        learning=replace(learning, notes=visible_notes(known, learning)),
        lessons=tell_lessons(assumptions, known, words),
        sources=sources,
        events=visible_events(known, words),
        unknown=_unknown(known, places, figures, shortages, counts=counts_used, cut=cut),
        withheld=_withheld(known, figures),
        guard=guard,
        language=settings.language,
        hxl=settings.hxl,
        reason=settings.reason,
        previous_date=earlier.run.origin_date if earlier else None,
        changes=changes.rows,
        change_notes=changes.notes,
        gaps=tuple(gap_row(row, known) for row in without_small(shortages.missing, known)),
        shortfalls=first_shortfalls(shortages.shorts, known),
        scenarios=visible_scenarios(known, scenario),
        signs=tell_signs(
            known,
            fans.get(("counted_displaced", TOTAL)),
            places,
            fans,
            days[0],
            focal,
            displaced,
            draws,
            assumptions,
        ),
        planned=planned,
        quantiles=quantiles,
        boundaries=read_borders(case, settings.audience),
    )


# -- places and numbers ----------------------------------------------------------------------------------


def _thin(known: Known, fan: Fan, origin: date) -> Fan:
    """Reduce a fan to every seventh day outside the team, and draw small counts as nothing."""
    keep = _steps(known, fan.dates, origin)
    rows = [
        tuple(0.0 if known.guard.is_small(values[n]) else values[n] for n in keep)
        for values in (fan.q05, fan.q25, fan.q50, fan.q75, fan.q95)
    ]
    return Fan(tuple(fan.dates[n] for n in keep), *rows)


def _steps(known: Known, dates: Sequence[date], origin: date) -> list[int]:
    """Give which days the audience sees: all, or every seventh and the last."""
    every = 1 if known.may("daily") else STEP_DAYS
    return [n for n, day in enumerate(dates) if (day - origin).days % every == 0 or n == len(dates) - 1]


def _quantiles(known: Known, run: Run, days: Sequence[date], shown: Sequence[str]) -> tuple[Quantiles, ...]:
    """Give every level of what is forecast for the places shown, on the days that the audience sees."""
    whole = dict.fromkeys(("displaced_total", "remaining"), (TOTAL,))
    places = {"stock": (TOTAL, *shown), "net_arrivals": (TOTAL, *shown), **whole}
    allowed = {target: keys for target, keys in places.items() if known.may(TARGETS[target])}
    found = []
    for one in read_quantiles(run, allowed):
        keep = _steps(known, one.dates, known.day)
        if one.target in whole:
            keep = [n for n, day in enumerate(one.dates) if day in days]
        values = tuple(
            tuple(None if known.guard.is_small(value) else value for value in one.values[n]) for n in keep
        )
        found.append(replace(one, dates=tuple(one.dates[n] for n in keep), values=values))
    return tuple(found)


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
    shortages: Shortages,
    from_counts: Sequence[str],
    omitted: Omitted,
) -> tuple[Place, ...]:
    """Give every receiving place of the run, the fullest on the focal day first."""
    found = []
    for key, row in known.locations.items():
        if row.kind not in RECEIVING_KINDS or ("stock", key) not in fans:
            continue
        place = replace(_place(known, row, fans["stock", key], days, omitted), from_counts=key in from_counts)
        room = shortages.rooms.get(key)
        if room is not None and room.limits:
            place = replace(
                place,
                limits=room.limits,
                closes=room.closes,
                chance_over=room.chance_over,
                first_likely=room.first_likely,
            )
            held = next((limit for limit in reversed(room.limits) if limit.since <= focal), room.limits[0])
            place = replace(
                place,
                capacity=held.persons,
                capacity_basis=held.basis,
                over=tuple((day, known.shown(amount)) for day, amount in room.over if place.limit_on(day)),
            )
        found.append((-at_day(fans["stock", key], focal).central, row.name, place))  # type: ignore[operator]
    return tuple(place for _, _, place in sorted(found, key=lambda item: item[:2]))


def _place(known: Known, row: Location, fan: Fan, days: Sequence[date], omitted: Omitted) -> Place:
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
        counts=_counts(known, "location", row.location, omitted),
    )


def _others(
    known: Known,
    fans: Mapping[tuple[str, str], Fan],
    days: Sequence[date],
    kinds: tuple[str, ...],
    rule: str,
    omitted: Omitted,
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
        _place(known, row, fan, days, omitted)
        for row, fan in sorted(rows, key=lambda item: item[0].name)
        if max(fan.q95) > 0
    )


def _counts(known: Known, scope: str, location: str, omitted: Omitted) -> tuple[Count, ...]:
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
        and (row.series, row.date, location or TOTAL) not in omitted
        and not known.guard.names_in(names[row.series])
    ]
    return tuple(sorted(found, key=lambda count: (count.series, count.date)))


# -- words -----------------------------------------------------------------------------------------------


def _lead(known: Known, focal: date, displaced: Amount, received: Amount, places: Sequence[Place]) -> str:
    words, few = known.words, known.guard.suppress_below
    shown, there = known.shown(displaced), known.shown(received)
    joined = words.join([place.name for place in places[:3]])
    sites = ""
    if places:
        key = "lead_sites" if there.high is not None else "lead_sites_few"
        sites = words.say(key, **words.range_words(there, few), n=len(places), names=joined, few=few)
    fields = {"day": words.say_date(focal), "after": (focal - known.day).days, "sites": sites}
    if shown.high is None:
        return words.say("lead_none", **fields)
    return f"{words.say('lead', **words.range_words(shown, few), **fields)} {words.say('lead_sure')}"


def _say_counts(known: Known, learning: Learning, *, dots: bool) -> str:
    """Say what counts did: shown as dots, used without being shown, published but not used, or none."""
    key = "counts" if dots else "no_counts"
    if not dots and (learning.counts or learning.places):
        key = "counts_hidden"
    elif not dots and known.case.observations:
        key = "counts_unused"
    return known.words.say(f"unknown_{key}", origin=known.words.say_date(known.day))


def _unknown(
    known: Known,
    places: Sequence[Place],
    figures: Sequence[FigureRow],
    shortages: Shortages,
    *,
    counts: str,
    cut: bool,
) -> tuple[str, ...]:
    """List what is not known, from the facts of the case.

    `counts` is what is said of them; `cut`: totals leave small counts out.
    """
    words = known.words
    say, origin = words.say, words.say_date(known.day)
    lines = [counts]
    if cut:
        lines.append(say("totals_leave_out", n=known.guard.suppress_below))
    assumed = [place.name for place in places if place.capacity_basis == "assumed"]
    limited = [place for place in places if place.capacity_basis != "none"]
    free = [place.name for place in places if place.capacity_basis == "none"]
    if assumed:
        lines.append(
            say(
                "unknown_capacity",
                n=len(assumed),
                of=len(limited),
                origin=origin,
                names=words.say_names(assumed),
            )
        )
    if free:
        lines.append(say("unknown_no_limit", n=len(free), of=len(places), names=words.say_names(free)))
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
    always = ("unknown_groups", "unknown_nutrition", "unknown_winter")
    return (*lines, *_supply_lines(known, shortages), *(say(key) for key in always))


def _supply_lines(known: Known, shortages: Shortages) -> Iterator[str]:
    """Say that needs are totals, and of what nobody says how much is there."""
    say = known.words.say
    yield say("unknown_supply")
    whole = {row.key: row for row in shortages.missing if row.location == TOTAL}
    silent = [row for row in whole.values() if row.available is None]
    partly = [row for row in whole.values() if row.available is not None and row.silent]
    if silent:
        yield say("unknown_stock", n=len(silent), of=len(whole))
    if partly:
        items = [known.words.say_item(row.item) for row in partly]
        yield say("unknown_stock_partly", names=known.words.say_names(items))
    if shortages.not_understood:
        yield say("unknown_stock_rows", n=shortages.not_understood)


def _withheld(known: Known, figures: Sequence[FigureRow]) -> tuple[str, ...]:
    """Say what is held back, scenarios included."""
    hidden = count_withheld(known)
    lines = withheld_rows(known, figures, known.words)
    return (*lines, known.words.say("withheld_scenarios", n=hidden)) if hidden else lines
