"""What reviewers get with a run: its model card, an evaluation matrix and an ethical matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havenward.brief.ethics import write_ethics
from havenward.brief.evaluation import plain, write_evaluation
from havenward.brief.facts import current_locations
from havenward.brief.lessons import learning_of
from havenward.brief.release import allows, assumption_allowed, guard_for, safe_text, withheld_words
from havenward.brief.skill import skill_lines
from havenward.brief.view import is_unused
from havenward.dates import valid_until
from havenward.distributions import summary
from havenward.files import open_whole
from havenward.records import RECEIVING_KINDS
from havenward.words import ENGLISH

if TYPE_CHECKING:
    from havenward.records import Case
    from havenward.runs import Run

AUDIENCE = "public"
EVALUATION, ETHICS = "evaluation.md", "ethics.md"


def write_cards(case: Case, run: Run) -> str:
    """Write the evaluation and the ethical matrix into a run folder and give its model card.

    Parameters
    ----------
    case
        The case as the run knew it, with the assumptions that were drawn.
    run
        Its folder holds the tables already; the card is written by who writes the run.

    Returns
    -------
    card
        As `write_model_card`; it points to the two others.
    """
    for name, text in ((EVALUATION, write_evaluation(case, run)), (ETHICS, write_ethics(case, run))):
        with open_whole(run.folder / name) as file:
            file.write(text)
    beside = f"Beside it: the evaluation matrix ({EVALUATION}) and the ethical matrix ({ETHICS}) of this run."
    return f"{write_model_card(case, run)}\n{beside}\n"


def write_model_card(case: Case, run: Run) -> str:
    """Write the model card of a run as Markdown; it holds nothing that the public may not see.

    Parameters
    ----------
    case
        The case as the run knew it, with the assumptions that were drawn.
    run
        A complete run folder.
    """
    meta, origin, track = run.meta, run.origin_date, str(run.meta["track"])
    places = [row for row in current_locations(case).values() if row.kind in RECEIVING_KINDS]
    learning = learning_of(run)
    method = ENGLISH.method_lines(
        track,
        str(meta["rules"]),
        learning,
        members=ENGLISH.say_amount(float(meta["members"])),
        origin=ENGLISH.say_date(origin),
        seed=meta["seed"],
        version=meta["package_version"],
    )
    lines = [
        f"# Model card: {plain(case.title)}, known on {origin.isoformat()}",
        "",
        "## Purpose",
        "",
        (
            f"{ENGLISH.say_for('strap', track)}. It gives a preparedness team, for every receiving place "
            f"and day to {run.last_date.isoformat()}, a range of people who may be there and "
            "what they would need."
        ),
        "",
        f"Do not use it after {valid_until(origin).isoformat()}.",
        "",
        "## Data",
        "",
        f"- information: {ENGLISH.say('track_' + track, origin=ENGLISH.say_date(origin))}",
        (
            f"- receiving places: {len(places)}, of which with a published capacity: "
            f"{sum(row.capacity is not None for row in places)}"
        ),
        (
            f"- reports: {len(case.reports)}, figures read from them: {len(case.figures)} "
            f"(not reviewed by a person: {sum(row.review == 'open' for row in case.figures)})"
        ),
        f"- counts: {len(case.observations)}, of which the members learned from: {learning.counts}",
        f"- places forecast from their own counts: {len(learning.places)}",
        f"- case content: {meta['case_hash']}",
        "",
        "## Method",
        "",
        *(f"- {line}" for line in method),
        f"- rule set: {meta['rules']}; priors: {meta['priors']}; scenario: {meta.get('scenario') or 'none'}",
        "",
        "## Assumptions",
        "",
        *_assumption_lines(case),
        "",
        "## Limits",
        "",
        *(f"- {line}" for line in ENGLISH.limit_lines(track, origin, learning)),
        f"- {ENGLISH.say('unknown_supply')}",
        f"- {ENGLISH.say('unknown_groups')}",
        f"- {ENGLISH.say('unknown_nutrition')}",
        "",
        "## Skill on past crises",
        "",
        *skill_lines(),
        "",
        "## Misuse",
        "",
        *(f"- {line}" for line in ENGLISH.misuse_lines()),
        f"- held back from public products: {'; '.join(withheld_words(AUDIENCE))}",
        "",
    ]
    return "\n".join(lines)


def _assumption_lines(case: Case) -> list[str]:
    """List the assumptions that the public may see, with their range."""
    guard = guard_for(case.locations, case.title, AUDIENCE, case.suppress_below)
    names = {row.name for row in case.assumptions}
    whole = {
        row.name: row for row in case.assumptions if "." not in row.name and not is_unused(row.name, names)
    }
    lines = []
    for name, row in sorted(whole.items()):
        if not assumption_allowed(name, AUDIENCE, guard):
            continue
        reason = safe_text(row.reason, guard)
        spread = "pooled from figures"
        if row.distribution is not None:
            spread = (
                ", ".join(f"{value:.3g}" for value in summary(row.distribution))
                + f" {row.unit} (5, 50, 95 %)"
            )
        lines.append(f"- {name}: {spread}. {plain(reason)}")
    hidden = len(whole) - len(lines)
    if hidden and not allows(AUDIENCE, "access"):
        lines.append(f"- {hidden} more, for the team only")
    return lines or ["- none beyond the defaults of the rule set"]
