"""Briefs of small crises, composed as the pipeline composes them but from cases in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havenward.brief.changes import Earlier
from havenward.brief.compose import compose_brief
from havenward.brief.shortages import Shortages
from havenward.case.known import as_of
from havenward.dates import key_days
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


def last_brief(case: Case, previous: Run, run: Run) -> Earlier:
    """Give the run of the last brief, with its room on the key days of the new one."""
    case = as_of(case, previous.origin_date)
    days = [day for day in key_days(run.origin_date, run.last_date) if day <= previous.last_date]
    found = assess_for_brief(case, previous, (), days)
    return Earlier(case, previous, shortages_of(found, (), ()))
