"""What an evaluation matrix says: for each criterion what stands behind a run, or that it was not done."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from havenward.brief.facts import current_locations
from havenward.brief.lessons import learning_of
from havenward.brief.skill import AIM_WIDTH, BANDS, TARGET, read_track_record
from havenward.dates import valid_until
from havenward.records import RECEIVING_KINDS
from havenward.words import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from havenward.brief.skill import Record
    from havenward.records import Case
    from havenward.runs import Run

DONE, PARTLY, NOT_DONE, NO = "done", "partly", "not done", "no"
# The peer review of predictive models that the OCHA Centre for Humanitarian Data runs asks about rigour,
# readiness for use, and ethics; the last has a document of its own.
# https://centre.humdata.org/predictive-analytics/
FORM = (
    "This follows what peer reviewers of predictive models in the humanitarian sector ask (the framework "
    "of the OCHA Centre for Humanitarian Data: model card, evaluation, ethics), in our own words. It was "
    "written by the program from the run. No reviewer has read it; every 'not done' is work for people."
)


class Criterion(NamedTuple):
    """A row: what is asked, what there is to show, and whether that answers it."""

    asked: str
    evidence: str
    status: str


def write_evaluation(case: Case, run: Run, records: Sequence[Record] | None = None) -> str:
    """Write the evaluation matrix of a run as Markdown; it holds nothing that the public may not see.

    Parameters
    ----------
    case
        The case as the run knew it, with the assumptions that were drawn.
    run
        A complete run folder.
    records
        Skill on past crises; the shipped table where it is left out.
    """
    past = [row for row in (read_track_record() if records is None else records) if row.target == TARGET]
    sections = {
        "Question and use": _use(case, run),
        "Data": _data(case, run),
        "Method": _method(case, run),
        "Validation on past crises": _past(past, run),
        "Validation on this crisis": _here(case, run),
        "Readiness for use": _readiness(run),
    }
    lines = [
        f"# Evaluation matrix: {plain(case.title)}, known on {run.origin_date.isoformat()}",
        "",
        FORM,
        "",
    ]
    for heading, rows in sections.items():
        lines += [f"## {heading}", "", *table(("asked", "evidence", "status"), rows), ""]
    counted = Counter(row.status for rows in sections.values() for row in rows)
    told = ", ".join(f"{name}: {counted[name]}" for name in (DONE, PARTLY, NOT_DONE, NO) if counted[name])
    return "\n".join([*lines, f"Of {sum(counted.values())} criteria {told}.", ""])


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Write a table in Markdown."""
    yield f"| {' | '.join(heads)} |"
    yield "|" + " --- |" * len(heads)
    for row in rows:
        yield f"| {' | '.join(plain(cell) for cell in row)} |"


def plain(text: str) -> str:
    """Write a text on one line with nothing that Markdown or HTML would act on."""
    cleaned = " ".join(text.split()).replace("<", "&lt;").replace(">", "&gt;")
    return cleaned.replace("[", "\\[").replace("|", "\\|")


def share(part: int, whole: int) -> str:
    """Write a part of a whole."""
    return f"{ENGLISH.say_number(part)} of {ENGLISH.say_number(whole)}"


def _use(case: Case, run: Run) -> list[Criterion]:
    places = sum(row.kind in RECEIVING_KINDS for row in current_locations(case).values())
    return [
        Criterion(
            "Which decision does it serve, and until when?",
            f"preparing places for people who flee: {places} receiving places, to "
            f"{run.last_date.isoformat()}; not to be used after {valid_until(run.origin_date).isoformat()}",
            DONE,
        ),
        Criterion(
            "What was known when it was made?",
            f"information track {run.meta['track']}, origin date {run.origin_date.isoformat()}",
            DONE,
        ),
        Criterion(
            "Did those who will act on it say what they need?",
            "the run records no consultation",
            NOT_DONE,
        ),
    ]


def _data(case: Case, run: Run) -> list[Criterion]:
    places = [row for row in current_locations(case).values() if row.kind in RECEIVING_KINDS]
    with_capacity = sum(row.capacity is not None for row in places)
    open_figures = sum(row.review == "open" for row in case.figures)
    licensed = sum(bool(row.licence) for row in case.sources)
    dated = [row.published for row in case.sources if row.published is not None]
    newest = f", the newest of {max(dated).isoformat()}" if dated else ""
    learning = learning_of(run)
    return [
        Criterion(
            "Are the sources named, dated and licensed?",
            f"{len(case.sources)} sources{newest}; with a licence stated: "
            f"{share(licensed, len(case.sources))}",
            _status(licensed, len(case.sources)),
        ),
        Criterion(
            "Did people check what was read from reports?",
            f"{share(len(case.figures) - open_figures, len(case.figures))} figures of {len(case.reports)} "
            "reports were reviewed",
            _status(len(case.figures) - open_figures, len(case.figures)),
        ),
        Criterion(
            "Is it known how many people a place can take?",
            f"published for {share(with_capacity, len(places))} receiving places; the others have an assumed "
            "range or no limit",
            _status(with_capacity, len(places)),
        ),
        Criterion(
            "Are there counts to learn from?",
            f"{len(case.observations)} counts known, {learning.counts} used",
            DONE if learning.counts else NO,
        ),
        Criterion(
            "Can women, men, children, older people and people with disabilities be told apart?",
            "no: the model counts people only",
            NO,
        ),
    ]


def _status(part: int, whole: int) -> str:
    """Say whether all, some or none of something is there."""
    if part == 0:
        return NO
    return DONE if part == whole else PARTLY


def _method(case: Case, run: Run) -> list[Criterion]:
    meta = run.meta
    bases = Counter(row.basis or "not said" for row in case.assumptions)
    told = ", ".join(f"{name}: {number}" for name, number in sorted(bases.items()))
    reasoned = sum(bool(row.reason.strip()) for row in case.assumptions)
    chance = "the rules of Flee draw no assumptions; ranges hold chance alone"
    return [
        Criterion("Is the method written down?", "docs/explanation/movement.md and needs.md", DONE),
        Criterion(
            "Does every assumption have a range and a reason?",
            f"with a reason: {share(reasoned, len(case.assumptions))}; by basis: {told}"
            if case.assumptions
            else chance,
            _status(reasoned, len(case.assumptions)) if case.assumptions else PARTLY,
        ),
        Criterion(
            "Is uncertainty carried to the numbers?",
            f"{ENGLISH.say_number(float(meta['members']))} members; products give the range from 5 to 95 %",
            DONE if case.assumptions else PARTLY,
        ),
        Criterion(
            "Can the run be repeated?",
            f"version {meta['package_version']}, seed {meta['seed']}, case content "
            f"{str(meta['case_hash'])[:12]}; the same input gives the same bytes",
            DONE,
        ),
        Criterion(
            "Which assumptions decide the result?",
            "the run holds what each member drew; nobody has looked at it for this run",
            NOT_DONE,
        ),
    ]


def _past(past: Sequence[Record], run: Run) -> list[Criterion]:
    if not past:
        return [Criterion("How did it do on past crises?", "no record is shipped", NOT_DONE)]
    rows = [
        Criterion(
            f"Is it better than simple rules {row.horizon} days ahead?",
            f"score {row.wis_log:.3f} against {row.wis_log_best:.3f} of the best rule ({row.best_rule}) on "
            f"{ENGLISH.say_number(row.n)} outcomes in {row.crises} crises: {row.skill:+.1%} "
            f"({row.skill_low:+.1%} to {row.skill_high:+.1%})",
            DONE if row.skill_low > 0 else NO,
        )
        for row in past
    ]
    rows += [
        Criterion(
            f"Do ranges hold what they promise {row.horizon} days ahead?",
            f"{row.coverage_50:.0%} of outcomes inside the 50 % range, {row.coverage_95:.0%} inside the 95 % "
            f"range, which is {row.width_ratio_95:.2f} times as wide as that of the best rule",
            DONE if _is_calibrated(row) and row.width_ratio_95 <= AIM_WIDTH else PARTLY,
        )
        for row in past
    ]
    rows += [
        Criterion(
            f"Does it send people to the right places {row.horizon} days ahead?",
            f"{row.tvd:.0%} of arrivals misplaced, {row.tvd_best:.0%} by the best rule",
            DONE if row.tvd <= row.tvd_best else NO,
        )
        for row in past
    ]
    learning = learning_of(run)
    applies = run.meta["rules"] == "havenward" and run.meta["track"] == "C" and learning.places
    rows.append(
        Criterion(
            "Does this record apply to the run?",
            f"in part: it was measured at single sites with counts; here {len(learning.places)} places are "
            "forecast from counts, and everything else rests on the members"
            if applies
            else "no: it was measured at single sites with counts, and no place of this run is forecast "
            "from them",
            PARTLY if applies else NO,
        )
    )
    return rows


def _is_calibrated(row: Record) -> bool:
    held = {50: row.coverage_50, 95: row.coverage_95}
    return all(low <= held[level] <= high for level, low, high in BANDS)


def _here(case: Case, run: Run) -> list[Criterion]:
    learned = run.meta.get("learned") or {}
    learning = learning_of(run)
    if learning.counts:
        kept = f", {float(learned['kept']):.0%} of members kept" if "kept" in learned else ""
        evidence = f"{learning.counts} counts published by the origin date changed the members{kept}"
        if learning.notes:
            evidence += f"; {len(learning.notes)} odd counts were noted"
    else:
        evidence = "no counts were used, so nothing measured on this crisis stands behind it"
    later = sum(row.published > run.origin_date for row in case.observations)
    return [
        Criterion("What did the run learn from this crisis?", evidence, DONE if learning.counts else NO),
        Criterion(
            "Was it compared with what was counted afterwards?",
            f"the run knows {later} counts from after its origin date; 'havenward score' compares them once "
            "they are published",
            NOT_DONE,
        ),
        Criterion(
            "Did somebody who knows the area judge the numbers?",
            "the run records no judgement",
            NOT_DONE,
        ),
    ]


def _readiness(run: Run) -> list[Criterion]:
    until = valid_until(run.origin_date).isoformat()
    return [
        Criterion("When does it run out?", f"{until}; every product carries the date", DONE),
        Criterion(
            "Who runs it again, and how often?",
            "nobody is named; a new report or count is a reason to run it again",
            NOT_DONE,
        ),
        Criterion(
            "What is done when it turns out wrong?",
            "products list what would change the plan; who acts on it is not agreed",
            PARTLY,
        ),
        Criterion("Did an independent reviewer look at it?", "none is recorded", NOT_DONE),
    ]
