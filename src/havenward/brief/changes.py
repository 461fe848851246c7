"""What changed since the last brief: numbers then and now, and what new material stands behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from havenward.brief.content import Amount, Change
from havenward.brief.evidence import visible_assumptions
from havenward.brief.facts import amounts, at_day, people_on, read_draws, read_fans, read_weights
from havenward.brief.lessons import name_assumption
from havenward.brief.outlook import name_scenario
from havenward.brief.release import leave_out
from havenward.brief.view import STEP_DAYS
from havenward.dates import DAY, key_days
from havenward.distributions import weighted_quantiles
from havenward.errors import Problem, SettingsError
from havenward.records import RECEIVING_KINDS, TOTAL
from havenward.runs import told_if_damaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from havenward.brief.content import AssumptionRow, Fan, Headline
    from havenward.brief.shortages import Shortages
    from havenward.brief.view import Known
    from havenward.records import Case, Standard
    from havenward.runs import Run

    FloatArray = NDArray[np.float64]

MOST_SITES, MOST_ASSUMPTIONS = 5, 4
ALIKE = 0.05  # numbers this near to each other are called about the same
LEAST_SHIFT = 0.2  # of the members that the middle has passed: less is chance with some hundred of them
SETTINGS = ("track", "scenario", "rules", "priors", "members", "package_version")
WATER = "water_supply"


class Earlier(NamedTuple):
    """The run of the last brief.

    Parameters
    ----------
    case
        As that run simulated it.
    shortages
        On the days that both runs share, see `days_in_common`.
    now
        The same of the new run, where that day is none of its key days; None where it is.
    """

    case: Case
    run: Run
    shortages: Shortages
    now: Shortages | None = None


class Changes(NamedTuple):
    """What changed, and what stands behind it in words."""

    rows: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()


def check_previous(run: Run, previous: Run) -> None:
    """Refuse a run that cannot be the last brief.

    Raises
    ------
    SettingsError
        It is of another crisis, or looks from a later day.
    """
    problems = []
    if previous.meta["case"] != run.meta["case"]:
        problems.append(
            Problem(
                "--previous",
                f"found a run of '{previous.meta['case']}'",
                f"expected one of '{run.meta['case']}'",
                "name the run of the last brief of this crisis",
                "previous-other-crisis",
            )
        )
    elif previous.origin_date > run.origin_date:
        problems.append(
            Problem(
                "--previous",
                f"found a run that looks from {previous.origin_date}",
                f"expected one from {run.origin_date} or before",
                "name the older run with --previous, and brief the newer one",
                "previous-later",
            )
        )
    if problems:
        raise SettingsError(problems)


def days_in_common(run: Run, previous: Run, *, daily: bool) -> list[date]:
    """List the key days of a run that the one before it reaches; where there is none, the last day of both.

    Parameters
    ----------
    run, previous
        The new one and that of the last brief.
    daily
        Whether the audience sees every day. Others see every seventh after the origin date, so that no day
        of departure can be read off: their last day is one of these.

    Returns
    -------
    days
        Empty where nothing overlaps.
    """
    last = min(run.last_date, previous.last_date)
    days = [day for day in key_days(run.origin_date, run.last_date) if day <= last]
    ahead = (last - run.origin_date).days
    ahead -= 0 if daily else ahead % STEP_DAYS
    return days or [run.origin_date + ahead * DAY] * (ahead > 0)


def tell_changes(
    known: Known,
    run: Run,
    earlier: Earlier,
    fans: Mapping[tuple[str, str], Fan],
    focal: date,
    headlines: Sequence[Headline],
    draws: Mapping[str, FloatArray],
    weights: FloatArray,
    assumptions: Sequence[AssumptionRow],
    standards: Sequence[Standard],
    shortages: Shortages,
) -> Changes:
    """Compare a run with that of the last brief.

    The day is that of the headlines; where the last run does not reach so far, the last key day of both, and
    where it reaches none, the last day of both that the audience sees.

    Parameters
    ----------
    fans, draws, weights
        Of the new run.
    focal, headlines
        Of the new brief.
    assumptions
        Those that the audience may see.
    standards
        Of the brief; without water, water is left out.
    shortages
        Of the new run on its key days.
    """
    before = earlier.run
    with told_if_damaged(before):
        old_fans = read_fans(before, ("stock",))
        members, old_weights = read_weights(before)
        old_draws, old_priors = read_draws(before, members)
        common = days_in_common(run, before, daily=known.may("daily"))
        if not common:
            since = known.words.say_date(before.origin_date)
            return Changes((), (known.words.say("change_no_day", before=since),))
        day = focal if focal in common else common[-1]
        places = {row.location for row in earlier.case.locations if row.kind in RECEIVING_KINDS}
        received = _received(known, before, places, old_fans, day, old_weights)
    if day == focal:
        keys = ("displaced", "received", "over", "water")
        now: dict[str, Amount | None] = {
            key: headline.amount for key, headline in zip(keys, headlines, strict=True)
        }
    else:
        here = {key for key, row in known.locations.items() if row.kind in RECEIVING_KINDS}
        people = _received(known, run, here, fans, day, weights)
        now = {
            "displaced": at_day(fans["stock", TOTAL], day),
            "received": people,
            "over": (earlier.now or shortages).sites_over.get(day),
            "water": _water(people, standards),
        }
    old = {
        "displaced": at_day(old_fans["stock", TOTAL], day),
        "received": received,
        "over": earlier.shortages.sites_over.get(day),
        "water": _water(received, standards),
    }
    rows = [
        _change(known, known.words.say(f"big_{key}"), day, old[key], now[key], unit)
        for key, unit in (
            ("displaced", "people"),
            ("received", "people"),
            ("over", "sites"),
            ("water", "litres per day"),
        )
    ]
    sites = [
        _change(
            known,
            row.name,
            day,
            at_day(old_fans["stock", key], day),
            at_day(fans["stock", key], day),
            "people",
        )
        for key, row in known.locations.items()
        if row.kind in RECEIVING_KINDS and ("stock", key) in fans and ("stock", key) in old_fans
    ]
    moved = sorted((row for row in sites if row is not None), key=_size, reverse=True)
    told = visible_assumptions(
        known._replace(case=earlier.case), old_draws, old_priors, old_weights, before, known.words
    )
    notes = [
        *_material(known, before.origin_date),
        *_new_places(known, places, fans),
        *_assumptions(known, assumptions, told, draws, old_draws, weights, old_weights),
        *_settings(known, run, before),
    ]
    found = [row for row in rows if row is not None] + moved[:MOST_SITES]
    return Changes(tuple(found), tuple(notes))


def _received(
    known: Known,
    run: Run,
    places: set[str],
    fans: Mapping[tuple[str, str], Fan],
    day: date,
    weights: FloatArray,
) -> Amount:
    """Give the people at receiving places as the headline does, without those too few to be shown."""
    whole = amounts(people_on(run, sorted(places), [day]), weights)[0]
    parts = [at_day(fans["stock", key], day) for key in sorted(places) if ("stock", key) in fans]
    return leave_out(whole, parts, known.guard)


def _water(received: Amount, standards: Sequence[Standard]) -> Amount | None:
    """Give the water for people; a rule that rises with people keeps their quantiles."""
    row = next((standard for standard in standards if standard.standard == WATER), None)
    if row is None:
        return None
    low, central, high = (
        None if value is None else value * row.quantity / row.people
        for value in (received.low, received.central, received.high)
    )
    return Amount(low, central, high)


def _change(
    known: Known, label: str, day: date, before: Amount | None, now: Amount | None, unit: str
) -> Change | None:
    """Put two amounts beside each other; None where one of them is not known."""
    if before is None or now is None:
        return None
    if unit == "people":
        before, now = known.shown(before), known.shown(now)
    return Change(label, day, before, now, unit, _direction(known, before, now))


def _direction(known: Known, before: Amount, now: Amount) -> str:
    say = known.words.say
    if before.central is None or now.central is None:
        return say("change_few")
    step = now.central - before.central
    if abs(step) <= ALIKE * max(before.central, now.central):
        return say("change_same")
    side = "up" if step > 0 else "down"
    outside = (now.low or 0) > before.central or (now.high is not None and now.high < before.central)
    if not before.central:
        text = say("change_from_none")
    else:
        text = say(f"change_{side}", share=known.words.say_share(abs(step), before.central))
    return say("change_outside", change=text) if outside else text


def _size(row: Change) -> float:
    return abs((row.now.central or 0.0) - (row.before.central or 0.0))


# -- what stands behind it -----------------------------------------------------------------------------------


def _material(known: Known, since: date) -> Iterator[str]:
    """Say how many reports and counts came between the two origin dates, and from how many sources."""
    reports = [row for row in known.case.reports if since < row.published <= known.day]
    counts = [row for row in known.case.observations if since < row.published <= known.day]
    fields = {"before": known.words.say_date(since), "now": known.words.say_date(known.day)}
    if not reports and not counts:
        yield known.words.say("change_nothing_new", **fields)
        return
    yield known.words.say(
        "change_material",
        reports=len(reports),
        outlets=len({row.outlet for row in reports}),
        counts=len(counts),
        series=len({row.series for row in counts}),
        **fields,
    )


def _new_places(known: Known, before: set[str], fans: Mapping[tuple[str, str], Fan]) -> Iterator[str]:
    names = [
        row.name
        for key, row in known.locations.items()
        if row.kind in RECEIVING_KINDS and key not in before and ("stock", key) in fans
    ]
    if names:
        yield known.words.say("change_new_places", n=len(names), names=known.words.say_names(sorted(names)))


def _assumptions(
    known: Known,
    assumptions: Sequence[AssumptionRow],
    earlier: Sequence[AssumptionRow],
    now: Mapping[str, FloatArray],
    before: Mapping[str, FloatArray],
    weights: FloatArray,
    old_weights: FloatArray,
) -> Iterator[str]:
    """Name the assumptions whose middle passed a good part of what members held before."""
    old_rows = {row.name: row for row in earlier}
    found = []
    for row in assumptions:
        if row.name not in old_rows or row.name not in now:
            continue
        held = before[row.name]
        middle = float(weighted_quantiles(now[row.name][:, None], weights, (0.5,))[0, 0])
        level = float(old_weights @ ((held < middle) + (held == middle) / 2))
        was, is_ = (_middle(known, one) for one in (old_rows[row.name], row))
        if abs(level - 0.5) >= LEAST_SHIFT and was != is_:
            found.append((-abs(level - 0.5), row, was, is_))
    for _, row, was, is_ in sorted(found, key=lambda item: (item[0], item[1].name))[:MOST_ASSUMPTIONS]:
        yield known.words.say(
            "change_assumption",
            name=name_assumption(row.name, known, known.words),
            mark=row.mark,
            before=was,
            now=is_,
        )


def _middle(known: Known, row: AssumptionRow) -> str:
    unit = known.words.say_unit(row.unit) if row.unit != "date" else ""
    return f"{(row.posterior or row.prior)[1]} {unit}".strip()


def _settings(known: Known, run: Run, before: Run) -> Iterator[str]:
    """Name the settings in which the two runs differ."""
    for key in SETTINGS:
        old, new = str(before.meta.get(key, "")), str(run.meta.get(key, ""))
        if old == new:
            continue
        if key == "scenario":
            old, new = (
                name_scenario(known, value) or known.words.say("scenario_base") for value in (old, new)
            )
        yield known.words.say("change_setting", name=known.words.say(f"setting_{key}"), before=old, now=new)
