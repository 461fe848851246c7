"""What the gate says of a run before anything is written: what is withheld, and whether a reason lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havenward.settings import BriefSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havenward.runs import Run


def withheld_from(run: Run, audience: str, language: str) -> Sequence[str]:
    """Say in words what an audience does not see of a run."""
    from havenward.pipeline.products import brief_of

    return brief_of(run, BriefSettings(audience, language=language, reason="-")).withheld


def refuse_reason(run: Run, audience: str, reason: str) -> None:
    """Refuse a release finer than public without a reason, before any work is done for it.

    Raises
    ------
    ReleaseError
        As `brief.release.require_reason` says.
    """
    from havenward.brief.release import guard_for, require_reason
    from havenward.case.load import load_case

    case = load_case(run.case_folder)
    require_reason(audience, reason, guard_for(case.locations, case.title, audience, case.suppress_below))
