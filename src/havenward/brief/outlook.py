"""What could come otherwise: named scenarios, and what would show that the numbers no longer hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from havenward.brief.audience import ARMED_TERMS
from havenward.brief.content import ScenarioRow
from havenward.brief.facts import at_day
from havenward.brief.lessons import name_assumption
from havenward.brief.release import assumption_allowed, normalise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from havenward.brief.content import AssumptionRow, Fan, Place
    from havenward.brief.view import Known
    from havenward.records import Scenario

    FloatArray = NDArray[np.float64]

# Where an audience may not see access and fighting, a scenario that uses one of these words is held back.
FIGHTING_WORDS = frozenset(
    {
        *ARMED_TERMS, "access", "advance", "advances", "airstrike", "airstrikes", "armed", "army", "assault",
        "attack", "attacks", "battle", "besieged", "blockade", "bombardment", "bridge", "bridges",
        "ceasefire", "checkpoint", "checkpoints", "city", "closes", "corridor", "corridors", "district",
        "districts",
        "encircled", "encirclement", "escape", "fall", "falls", "fighting", "front", "leaflets", "militia",
        "militias", "offensive", "police", "retaken", "road", "roads", "route", "routes", "screening",
        "shelling", "siege", "sieges", "soldiers", "strike", "strikes", "surrender", "troops",
    }
)  # fmt: skip
PLACES_TOLD, MOVERS_TOLD = 3, 3
# From this rank correlation on an assumption explains a tenth of the spread or more.
LEAST_CORRELATION = 0.3


# -- scenarios ---------------------------------------------------------------------------------------------


def visible_scenarios(known: Known, chosen: str) -> tuple[ScenarioRow, ...]:
    """Give the named variations of the case, the case as it stands first.

    Outside the team those about access and fighting drop out whole; what the case as it stands is then left
    with is not told, because it would give the weight of the others away.

    Parameters
    ----------
    known
        The case as it was known.
    chosen
        The scenario of the run; empty for the case as it stands.
    """
    rows = known.case.scenarios
    if not rows and not chosen:
        return ()
    shown = [row for row in rows if scenario_allowed(known, row)]
    told = [row.likelihood for row in rows if row.likelihood is not None]
    complete = len(shown) == len(rows) == len(told) > 0
    base = ScenarioRow(
        "",
        known.words.say("scenario_base"),
        round(max(0.0, 1.0 - sum(told)), 6) if complete else None,
        known.words.say("scenario_rest") if complete else "",
        (),
        chosen=not chosen,
    )
    return (
        base,
        *(
            ScenarioRow(
                row.name, row.title, row.likelihood, row.words, row.triggers, chosen=row.name == chosen
            )
            for row in shown
        ),
    )


def scenario_allowed(known: Known, row: Scenario) -> bool:
    """Tell whether an audience may see a scenario: what it changes, and every word of it."""
    if known.may("access"):
        return True
    text = "\n".join((row.name, row.title, row.words, *row.triggers))
    return (
        not row.events
        and all(assumption_allowed(one.name, known.audience, known.guard) for one in row.assumptions)
        and not known.guard.names_in(text)
        and not FIGHTING_WORDS & set(normalise(text).split())
    )


def name_scenario(known: Known, chosen: str) -> str:
    """Name the scenario of a run; empty for the case as it stands."""
    rows = [row for row in known.case.scenarios if row.name == chosen]
    seen = known.may("access") or (rows and all(scenario_allowed(known, row) for row in rows))
    return chosen if seen or not chosen else known.words.say("scenario_withheld")


def count_withheld(known: Known) -> int:
    """Count the scenarios that are held back."""
    return sum(not scenario_allowed(known, row) for row in known.case.scenarios)


# -- what would change our mind ----------------------------------------------------------------------------


def tell_signs(
    known: Known,
    counted: Fan | None,
    places: Sequence[Place],
    fans: Mapping[tuple[str, str], Fan],
    day: date,
    focal: date,
    displaced: FloatArray,
    draws: Mapping[str, FloatArray],
    assumptions: Sequence[AssumptionRow],
) -> tuple[str, ...]:
    """Say which counts would lie outside the range, and which assumptions decide the headline most.

    Parameters
    ----------
    counted
        What a counting system would report of the whole case, where that is forecast.
    places
        Receiving places, the fullest first.
    fans
        By target and place.
    day
        When counts are looked at: the first key day.
    focal, displaced
        Day of the headline, and the displaced people of each member on it, shape (member,).
    draws
        What members hold.
    assumptions
        Those that the audience may see.
    """
    lines = []
    if counted is not None and day in counted.dates:
        lines += _outside(known, counted, day, known.words.say("sign_everywhere"))
    for place in places[:PLACES_TOLD]:
        lines += _outside(known, fans["stock", place.location], day, place.name)
    if lines:
        lines.append(known.words.say("sign_then"))
    return (*lines, *_movers(known, focal, displaced, draws, assumptions))


def _outside(known: Known, fan: Fan, day: date, name: str) -> list[str]:
    """Say below and above which count a forecast of nine chances in ten would have missed."""
    words, few = known.words, known.guard.suppress_below
    amount = known.shown(at_day(fan, day))
    if amount.high is None or amount.high <= 0:
        return []
    key = "sign_above" if not amount.low else "sign_outside"
    fields = {name: value for name, value in words.range_words(amount, few).items() if name != "central"}
    return [words.say(key, day=words.say_date(day), name=name, **fields)]


def _movers(
    known: Known,
    focal: date,
    displaced: FloatArray,
    draws: Mapping[str, FloatArray],
    assumptions: Sequence[AssumptionRow],
) -> list[str]:
    """Name the assumptions that move the number of displaced people most between members."""
    words = known.words
    moves = {name: rank_correlation(values, displaced) for name, values in draws.items()}
    # members that learned repeat each other: what counts is how many differ
    order = sorted(
        (
            name
            for name, move in moves.items()
            if abs(move) >= max(LEAST_CORRELATION, 3 / np.sqrt(len(np.unique(draws[name]))))
            and name in known.marks.assumptions
        ),
        key=lambda name: (-abs(moves[name]), name),
    )
    if not order:
        return [words.say("sign_none")]
    rows = {row.name: row for row in assumptions}
    lines = []
    for name in [name for name in order if name in rows][:MOVERS_TOLD]:
        kind = "later" if rows[name].unit == "date" else "higher"
        side = "more" if moves[name] > 0 else "fewer"
        line = words.say(
            f"sign_{kind}_{side}",
            day=words.say_date(focal),
            name=name_assumption(name, known, words),
            mark=rows[name].mark,
        )
        lines.append(line[:1].upper() + line[1:])
    if order[0] not in rows:
        lines.append(words.say("sign_hidden"))
    return lines


def rank_correlation(a: FloatArray, b: FloatArray) -> float:
    """Correlate the ranks of two samples of shape (member,); 0 where one of them is all alike."""
    if len(a) != len(b) or np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return float(np.corrcoef(_rank(a), _rank(b))[0, 1])


def _rank(values: FloatArray) -> FloatArray:
    """Rank values, equal ones at their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[inverse], np.float64)
