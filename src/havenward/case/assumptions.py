"""What is assumed: the case's own word first, then figures pooled from reports, past crises, conventions.

A quoted number becomes a distribution by how such numbers have done. An "up to" has behaved like a middle
value, an "at least" like a low one; several sources form a linear pool with one weight per independent
origin, because most published figures descend from one planning document.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from math import log, sqrt
from typing import TYPE_CHECKING

from havenward.case.priors import conventions, expert_record, learned_priors, read_past_crises, select_crises
from havenward.distributions import Distribution, summary
from havenward.errors import CaseError, Problem, SettingsError, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havenward.case.priors import ExpertRecord
    from havenward.records import Assumption, Case, Event, Figure

# `relation` of a figure whose speaker adds that it may well be more
COULD_BE_HIGHER = "could_be_higher"
ORIGIN = "origin"  # and of one that counts apart from others of its fact group
HIGHER_WEIGHT = 0.15
HIGHER_SHARE, HIGHER_SIGMA = 0.9, 0.25

# Floor of the spread of a stated range of people expected to flee: ranges are drawn too narrow.
RANGE_SIGMA = 0.6
# "At least A": the outcome falls below A with chance 0.15 and is 1.6 A in the middle.
AT_LEAST_MEDIAN, AT_LEAST_SIGMA = 1.6, 0.4535
# Population counts are not forecasts: a stated range is taken as 90 % of the curve, a bare number within
# a fifth or so; besieged cities have been misjudged by a factor of two.
POPULATION_SIGMA = 0.20
NINETY_PERCENT = 2 * 1.6449
# One incident in a capital and a war in a border town are both a conflict event: where events stand for a
# front, places differ far more in how many leave than the quarters of one city do.
CONFLICT_SPREAD = Distribution("halfnormal", {"sigma": 3.0})
CONFLICT_SPREAD_REASON = "Places with conflict events differ in how many leave by hundreds in the odds."


def resolve_assumptions(
    case: Case, prior_set: str, scenario: str = ""
) -> tuple[tuple[Assumption, ...], tuple[Event, ...]]:
    """Decide the distribution of every uncertain input of a case.

    Parameters
    ----------
    case
        The case as known at the origin date.
    prior_set
        `time-ordered` or `leave-one-out`.
    scenario
        Name of a scenario whose assumptions replace others; empty for none.

    Returns
    -------
    assumptions
        One per name, sorted by name, each with a distribution.
    events
        Events that the scenario adds.

    Raises
    ------
    SettingsError
        There is no such scenario.
    CaseError
        Figures are to be pooled, but none can be.
    """
    rows = select_crises(read_past_crises(), prior_set, case.crisis, case.start)
    chosen = {a.name: a for a in conventions()}
    chosen |= {a.name: a for a in learned_priors(rows, residents_held=case.residents_held, made=case.start)}
    chosen |= {a.name: a for a in case.assumptions}
    spread = chosen["group_spread"]
    if spread.basis == "convention" and any(event.kind == "conflict" for event in case.events):
        chosen["group_spread"] = replace(spread, distribution=CONFLICT_SPREAD, reason=CONFLICT_SPREAD_REASON)
    events: tuple[Event, ...] = ()
    if scenario:
        picked = {s.name: s for s in case.scenarios}.get(scenario)
        if picked is None:
            raise SettingsError(_unknown_scenario(case, scenario))
        chosen |= {a.name: a for a in picked.assumptions}
        events = picked.events
    record = expert_record(rows)
    pooled = dict(chosen)
    # populations first: figures about flight refer to them
    for name in sorted(chosen, key=lambda n: (chosen[n].pool_term != "at_risk_population", n)):
        if chosen[name].pool_term:
            pooled[name] = pool_figures(case, chosen[name], record, pooled.get("population_at_risk"))
    if "displaced_total" in pooled and "population_at_risk" in pooled:
        pooled["displaced_total"] = replace(pooled["displaced_total"], below="population_at_risk")
    return tuple(pooled[name] for name in sorted(pooled)), events


def pool_figures(
    case: Case, assumption: Assumption, record: ExpertRecord, population: Assumption | None
) -> Assumption:
    """Turn the visible figures of a term and place into one distribution (a linear pool).

    One independent origin has one weight, which its figures share (see `name_origin`). Rejected figures,
    shares and households are left out: a share needs its base and a household its size before they are
    people.
    """
    places = {place.casefold() for place in assumption.pool_places}
    used = sorted(
        (
            f
            for f in case.figures
            if f.term == assumption.pool_term
            and f.unit == "persons"
            and f.review != "rejected"
            and f.location.casefold() in places
        ),
        key=lambda f: (name_origin(f), f.figure),  # the order of rows must not matter
    )
    groups: dict[str, list[Figure]] = defaultdict(list)
    for figure in used:
        groups[name_origin(figure)].append(figure)
    expected = assumption.pool_term == "expected_displaced"
    parts: list[tuple[float, Distribution]] = []
    for members in groups.values():
        share = 1.0 / len(members)
        for figure in members:
            curve = _expected_curve(figure, record) if expected else _population_curve(figure)
            if curve is None:
                continue
            higher = COULD_BE_HIGHER in figure.relation and population is not None
            parts.append((share * (1.0 - HIGHER_WEIGHT if higher else 1.0), curve))
            if higher and population is not None and population.distribution is not None:
                middle = summary(population.distribution, (0.5,))[0]
                parts.append((share * HIGHER_WEIGHT, _lognormal(HIGHER_SHARE * middle, HIGHER_SIGMA)))
    if not parts:
        raise CaseError(
            Problem(
                f"assumptions.toml [{assumption.name}]",
                f"no figure with term {assumption.pool_term} for {', '.join(assumption.pool_places)} "
                f"was known by {case.known or 'any date'}",
                "expected at least one such figure in figures.csv",
                "read the reports with 'havenward read --case', add figures, or give a distribution",
                "nothing-to-pool",
            )
        )
    names = tuple(f.figure for f in used)
    how = f"{len(names)} figures of {len(groups)} independent origins, pooled" + (
        f"; upper figures have come out at {record.median:.2f} times their value, log-sigma "
        f"{record.sigma:.2f}"
        if expected
        else ""
    )
    return replace(
        assumption,
        distribution=Distribution("mixture", components=tuple(parts)),
        figures=names,
        basis="figures",
        reason=f"{assumption.reason} ({how})",
    )


def name_origin(figure: Figure) -> str:
    """Name what a figure counts as: its origin within a fact group, the fact group, or itself.

    A fact group holds all that is said of one fact, so independent speakers may differ within it; then each
    figure names its origin (`origin:NAME` in `relation`). A fact group whose figures name none is one origin.
    """
    for word in figure.relation.split(";"):
        kind, _, name = word.strip().partition(":")
        if kind == ORIGIN and name.strip():
            return name.strip()
    return figure.fact_group or figure.figure


def _expected_curve(figure: Figure, record: ExpertRecord) -> Distribution | None:
    """Turn what a speaker expects into a curve for what will be."""
    low, high, point = figure.low, figure.high, figure.point
    if figure.quantifier == "between" and low and high:
        sigma = max(RANGE_SIGMA, log(high / low) / 2)
        return _lognormal(low**0.25 * high**0.75, sigma)
    if figure.quantifier in ("at_least", "more_than") and low:
        return _lognormal(AT_LEAST_MEDIAN * low, AT_LEAST_SIGMA)
    if figure.quantifier == "unspecified_many" and low:
        return _lognormal(2.0 * low, 0.8)
    if figure.quantifier == "less_than" and high:
        return _lognormal(0.7 * high, 0.5)
    upper = high if figure.quantifier == "up_to" else point
    return _lognormal(upper * record.median, record.sigma) if upper else None


def _population_curve(figure: Figure) -> Distribution | None:
    """Turn a stated number of inhabitants into a curve."""
    low, high, point = figure.low, figure.high, figure.point
    if figure.quantifier == "between" and low and high:
        return _lognormal(sqrt(low * high), max(POPULATION_SIGMA / 2, log(high / low) / NINETY_PERCENT))
    if figure.quantifier in ("at_least", "more_than") and low:
        return _lognormal(1.15 * low, POPULATION_SIGMA)
    if figure.quantifier in ("up_to", "less_than") and high:
        return _lognormal(0.85 * high, POPULATION_SIGMA)
    return _lognormal(point, POPULATION_SIGMA) if point else None


def _lognormal(median: float, sigma: float) -> Distribution:
    return Distribution("lognormal", {"median": median, "sigma": sigma})


def _unknown_scenario(case: Case, name: str) -> Problem:
    known: Sequence[str] = sorted(s.name for s in case.scenarios)
    close = nearest(name, known)
    expected = f"expected one of {', '.join(known)}" if known else "the case has no scenarios known by then"
    repair = f"did you mean '{close}'?" if close else "choose one of these or leave --scenario out"
    return Problem("--scenario", f"found '{name}'", expected, repair, "unknown-choice")
