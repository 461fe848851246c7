"""What pages say of questions about a run: what may be asked of it, and the answer in words and drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from havenward.pipeline.run_views import RunView
    from havenward.pipeline.whatif import Answer
    from havenward.runs import Run
    from havenward.words import Words

MOST_DRAWN = 6  # places of an answer that are drawn: those that change most
WORTH = 0.5  # people; a median that moves by less has not moved


def show_answer(
    run: Run, answer: Answer, names: Mapping[str, str], words: Words, drawn: int = MOST_DRAWN
) -> dict[str, Any]:
    """Put an answer into plain values for a page: a row per place, and the drawings of those that change.

    Parameters
    ----------
    names
        Of the places, by key.
    drawn
        How many places are drawn beside the total.

    Returns
    -------
    values
        `members`, `planned`; `rows` (place, name, day, before, after, change, in words), the largest change
        first, each on the day on which it is largest; `same`, whether no number is another; `drawings` (name,
        svg), the total first.
    """
    from havenward.brief.charts import LARGE, SMALL
    from havenward.brief.content import Amount, Fan
    from havenward.brief.overlays import two_fans_chart
    from havenward.records import TOTAL

    rows = []
    for place in answer.after:
        moved = answer.after[place][2] - answer.before[place][2]
        at = int(abs(moved).argmax())
        before, after = (
            Amount(*(float(values[place][n, at]) for n in (0, 2, 4)))
            for values in (answer.before, answer.after)
        )
        rows.append(
            {
                "place": place,
                "name": words.say("print_total") if place == TOTAL else names.get(place, place),
                "day": words.say_short_date(answer.dates[at]),
                "before": words.say_people(before.central, 0),
                "before_range": words.say_range(before, 0),
                "after": words.say_people(after.central, 0),
                "after_range": words.say_range(after, 0),
                "moved": float(moved[at]),
                "change": words.say_signed(float(moved[at])),
            }
        )
    rows.sort(key=lambda row: (row["place"] != TOTAL, -abs(float(str(row["moved"])))))
    changed = [row for row in rows if row["place"] == TOTAL or abs(float(str(row["moved"]))) >= WORTH]
    drawings, lines = [], (words.say("web_whatif_run"), words.say("web_whatif_other"))
    for n, row in enumerate(changed[: drawn + 1]):
        place, name = str(row["place"]), str(row["name"])
        was, now = (
            Fan(answer.dates, *(tuple(values[place][level].tolist()) for level in range(5)))
            for values in (answer.before, answer.after)
        )
        told = words.say("web_whatif_alt", name=name, **{k: row[k] for k in ("day", "before", "after")})
        frame = SMALL if n else LARGE
        drawings.append(
            {"name": name, "svg": str(two_fans_chart(f"what-{n}", was, now, name, told, frame, words, lines))}
        )
    return {
        "members": answer.members,
        "planned": answer.planned,
        "of": int(run.meta["members"]),
        "rows": rows,
        "same": _is_same(answer),
        "drawings": drawings,
    }


def _is_same(answer: Answer) -> bool:
    """Tell whether no quantile of any place moves by as much as a person."""
    return all(float(abs(answer.after[one] - answer.before[one]).max()) < WORTH for one in answer.after)


class Choice(NamedTuple):
    """An assumption of a run that a question may change.

    `points` are what its members hold, 5, 50 and 95 %; `lowest` and `highest` what it can be at all, None
    where nothing limits it.
    """

    name: str
    words: str
    unit: str
    points: tuple[str, ...]
    lowest: float | None
    highest: float | None


class Choices(NamedTuple):
    """What a question about a run may change: assumptions, receiving places, and routes."""

    assumptions: tuple[Choice, ...]
    sites: tuple[tuple[str, str], ...]
    routes: tuple[tuple[str, str, str], ...]


def list_choices(run: Run, view: RunView) -> Choices:
    """List what can be asked about a run."""
    import numpy as np

    from havenward.brief.facts import current_locations, read_draws, read_weights
    from havenward.case.check_evidence import support
    from havenward.case.load import load_case
    from havenward.pipeline.play import as_simulated
    from havenward.records import RECEIVING_KINDS

    case = load_case(run.case_folder)
    members, _ = read_weights(run)
    draws, _ = read_draws(run, members)
    places = current_locations(case)
    words = view.words

    def say(name: str) -> str:
        own = name.partition(".")[2]
        of = places[own].name if own in places else own
        return f"{words.say_parameter(name)}: {of}" if own else words.say_parameter(name)

    simulated = as_simulated(case, run.meta["rules"], run.meta["priors"], run.meta["scenario"])
    assumptions = tuple(
        Choice(
            row.name,
            say(row.name),
            row.unit,
            tuple(
                f"{float(f'{value:.4g}'):.12g}" for value in np.quantile(draws[row.name], (0.05, 0.5, 0.95))
            ),
            0.0 if support(row.distribution)[0] >= 0.0 else None,
            1.0 if row.unit == "share" else None,
        )
        for row in simulated.assumptions
        if row.distribution is not None and row.name in draws
    )
    sites = tuple((key, row.name) for key, row in places.items() if row.kind in RECEIVING_KINDS)
    routes = sorted({(row.from_, row.to) for row in case.routes if row.from_ in places and row.to in places})
    return Choices(
        assumptions, sites, tuple((a, b, f"{places[a].name} \u2013 {places[b].name}") for a, b in routes)
    )
