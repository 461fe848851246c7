"""What the counts taught: which assumptions they moved, in plain words, and what could not be learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from havenward.brief.content import Learning, Lesson
from havenward.brief.evidence import DESTINATION_EFFECT
from havenward.brief.guard import safe_text
from havenward.words import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from havenward.brief.content import AssumptionRow
    from havenward.brief.view import Known
    from havenward.runs import Run
    from havenward.words import Words

MOST_LESSONS, MOST_ALIKE = 6, 3  # so many of one kind, as the draw of single places
RANGE = 0.9  # of what was drawn before lies in the range of a brief
# With fewer members than some hundred, shares of them move by a few hundredths from chance alone.
LEAST_SHIFT, LEAST_NARROWING = 0.1, 0.15
CLEAR_SHIFT = 0.1  # from here on the middle counts as higher or lower


def learning_of(run: Run) -> Learning:
    """Say how much a run learned from: counts used, places forecast from their counts, notes."""
    learned: dict[str, Any] = run.meta.get("learned") or {}
    return Learning(
        int(learned.get("counts", 0)),
        tuple(run.meta.get("sites_from_counts") or ()),
        tuple(str(note) for note in learned.get("notes", ())),
    )


def tell_lessons(rows: Iterable[AssumptionRow], known: Known, words: Words = ENGLISH) -> tuple[Lesson, ...]:
    """Tell of the assumptions that the counts moved most, the most moved first.

    Parameters
    ----------
    rows
        Assumptions that the audience may see.
    known
        Names of places.
    words
        In which language.
    """
    found = []
    for row in rows:
        if row.level is None or row.kept is None or row.posterior is None:
            continue
        shift, narrowing = abs(row.level - 0.5), 1.0 - row.kept / RANGE
        if shift >= LEAST_SHIFT or narrowing >= LEAST_NARROWING:
            found.append((-max(2 * shift, narrowing), row.name, _lesson(row, known, words)))
    chosen: list[Lesson] = []
    for _, name, lesson in sorted(found, key=lambda item: item[:2]):
        alike = sum(one.key.partition(".")[0] == name.partition(".")[0] for one in chosen)
        if alike < MOST_ALIKE and len(chosen) < MOST_LESSONS:
            chosen.append(lesson)
    return tuple(chosen)


def _lesson(row: AssumptionRow, known: Known, words: Words) -> Lesson:
    level, kept = row.level or 0.0, row.kept or 0.0
    side = "higher" if level >= 0.5 + CLEAR_SHIFT else "lower" if level <= 0.5 - CLEAR_SHIFT else "same"
    if row.unit == "date" and side != "same":
        side = {"higher": "later", "lower": "earlier"}[side]
    sure = "surer" if 1.0 - kept / RANGE >= LEAST_NARROWING else "unsure"
    return Lesson(
        row.mark,
        row.name,
        name_assumption(row.name, known, words),
        row.unit,
        row.prior,
        row.posterior or (),
        words.say(f"lesson_{side}_{sure}"),
    )


def name_assumption(name: str, known: Known, words: Words = ENGLISH) -> str:
    """Name an assumption in words: `capacity.camp_a` is `capacity, Hill Camp`."""
    parameter, dot, place = name.partition(".")
    row = known.locations.get(place)
    drawn = parameter == DESTINATION_EFFECT and dot
    told = words.say("draw_of_place") if drawn else words.say_parameter(parameter)
    return f"{told}{words.signs.comma}{words.isolate(row.name if row else place)}" if dot else told


def visible_notes(known: Known, learning: Learning) -> tuple[str, ...]:
    """Give what learning had to leave out; a note that names a withheld place is held back."""
    if not known.may("learning"):
        return ()
    return tuple(safe_text(note, known.guard) for note in learning.notes)
