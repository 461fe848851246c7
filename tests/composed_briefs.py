"""Briefs of small crises, composed as the pipeline composes them but from cases in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havenward.brief.changes import Earlier, days_in_common
from havenward.brief.compose import compose_brief
from havenward.brief.shortages import Shortages
from havenward.case.known import as_of
from havenward.needs.requirements import estimate_needs, household_size
from havenward.needs.standards import load_standards
from havenward.pipeline.shortages import assess_for_brief, shortages_of
from havenward.settings import BriefSettings

if TYPE_CHECKING:
    from havenward.brief.content import Brief
    from havenward.records import Case, Need, Standard
    from havenward.runs import Run


def make(
    case: Case,
    run: Run,
    audience: str = "public",
    suppress_below: int = 10,
    language: str = "en",
    earlier: Earlier | None = None,
) -> Brief:
    """Compose a brief from the case as it was known on the origin date of the run."""
    case = as_of(case, run.origin_date)
    needs, standards, size, shortages = basis(case, run)
    settings = BriefSettings(audience, suppress_below, language)
    return compose_brief(case, run, needs, settings, standards, size, shortages, earlier)


def basis(case: Case, run: Run) -> tuple[tuple[Need, ...], tuple[Standard, ...], float, Shortages]:
    """Give what a brief rests on: needs, standards, size of a household, shortages."""
    standards = load_standards()
    found = assess_for_brief(case, run, standards)
    needs = estimate_needs(case, run, standards, found.crowd)
    return needs, standards, household_size(case, standards)[0], shortages_of(found, needs, standards)


def last_brief(case: Case, previous: Run, run: Run, audience: str = "public") -> Earlier:
    """Give the run of the last brief, with the room of both on the days that both can be compared on."""
    days = days_in_common(run, previous, daily=audience == "team")
    before = as_of(case, previous.origin_date)
    if not days:
        return Earlier(before, previous, Shortages())
    then, now = (
        shortages_of(assess_for_brief(known, one, (), days), (), ())
        for known, one in ((before, previous), (as_of(case, run.origin_date), run))
    )
    return Earlier(before, previous, then, now)
