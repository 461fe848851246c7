"""What a model card says: purpose, data, assumptions, limits, skill and misuse of one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havenward.brief.facts import current_locations
from havenward.brief.release import allows, guard_for, withheld_words
from havenward.brief.wording import LIMITS, METHOD, say, say_amount, say_date, say_number, valid_until
from havenward.distributions import summary
from havenward.records import RECEIVING_KINDS

if TYPE_CHECKING:
    from havenward.records import Case
    from havenward.runs import Run

AUDIENCE = "public"


def write_model_card(case: Case, run: Run) -> str:
    """Write the model card of a run as Markdown; it holds nothing that the public may not see.

    Parameters
    ----------
    case
        The case of the run; rows published after its origin date are not counted.
    run
        A complete run folder.
    """
    meta, origin = run.meta, run.origin_date
    places = [row for row in current_locations(case, origin).values() if row.kind in RECEIVING_KINDS]
    reports = [row for row in case.reports if row.published <= origin]
    names = {row.report for row in reports}
    figures = [row for row in case.figures if row.report in names]
    counts = [row for row in case.observations if row.published <= origin]
    values = {
        "members": say_amount(float(meta["members"])),
        "origin": say_date(origin),
        "seed": meta["seed"],
        "version": meta["package_version"],
        "thousand": say_number(1000),
    }
    lines = [
        f"# Model card: {_plain(case.title)}, known on {origin.isoformat()}",
        "",
        "## Purpose",
        "",
        (
            f"{say('strap')}. It gives a preparedness team, for every receiving place and day to "
            f"{run.last_date.isoformat()}, a range of people who may be there and what they would need."
        ),
        "",
        f"Do not use it after {valid_until(origin).isoformat()}.",
        "",
        "## Data",
        "",
        f"- information: {say('track_' + str(meta['track']), origin=say_date(origin))}",
        (
            f"- receiving places: {len(places)}, of which with a published capacity: "
            f"{sum(row.capacity is not None for row in places)}"
        ),
        (
            f"- reports: {len(reports)}, figures read from them: {len(figures)} "
            f"(not reviewed by a person: {sum(row.review == 'open' for row in figures)})"
        ),
        f"- counts published by then: {len(counts)}"
        + ("" if meta["track"] != "D" else ", none of them used"),
        f"- case content: {meta['case_hash']}",
        "",
        "## Method",
        "",
        *(f"- {line.format(**values)}" for line in METHOD),
        f"- rule set: {meta['rules']}; priors: {meta['priors']}; scenario: {meta.get('scenario') or 'none'}",
        "",
        "## Assumptions",
        "",
        *_assumption_lines(case, run),
        "",
        "## Limits",
        "",
        *(f"- {line}" for line in LIMITS[:2]),
        f"- {say('unknown_groups')}",
        f"- {say('unknown_nutrition')}",
        "",
        "## Skill",
        "",
        (
            "None claimed on this case: it shaped the model, or nothing has been counted yet. Skill is "
            "measured on other crises only, against the rules a planner could use instead."
        ),
        "",
        "## Misuse",
        "",
        *(f"- {line}" for line in LIMITS[2:]),
        f"- held back from public products: {'; '.join(withheld_words(AUDIENCE))}",
        "",
    ]
    return "\n".join(lines)


def _assumption_lines(case: Case, run: Run) -> list[str]:
    """List the assumptions that the public may see, with their range."""
    from havenward.brief.release import assumption_allowed

    guard = guard_for(case.locations, case.title, AUDIENCE, case.suppress_below)
    latest = {
        row.name: row
        for row in sorted(case.assumptions, key=lambda row: row.published)
        if row.published <= run.origin_date and "." not in row.name
    }
    lines = []
    for name, row in sorted(latest.items()):
        if not assumption_allowed(name, AUDIENCE, guard):
            continue
        reason = say("redacted") if guard.names_in(row.reason) else row.reason
        spread = "pooled from figures"
        if row.distribution is not None:
            spread = (
                ", ".join(f"{value:.3g}" for value in summary(row.distribution))
                + f" {row.unit} (5, 50, 95 %)"
            )
        lines.append(f"- {name}: {spread}. {_plain(reason)}")
    hidden = len(latest) - len(lines)
    if hidden and not allows(AUDIENCE, "access"):
        lines.append(f"- {hidden} more about access, which are for the team only")
    return lines or ["- none beyond the defaults of the rule set"]


def _plain(text: str) -> str:
    """Write a text on one line with nothing that Markdown or HTML would act on."""
    cleaned = " ".join(text.split()).replace("<", "&lt;").replace(">", "&gt;")
    return cleaned.replace("[", "\\[").replace("|", "\\|")
