"""What forms about a case need to know of it, and how its runs did against what was counted since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


class CaseFacts(NamedTuple):
    """What forms about a case need: `latest` is the day on which something in it was published last."""

    title: str
    rules: str
    horizon_days: int
    latest: date
    scenarios: tuple[tuple[str, str], ...]
    audience: str
    suppress_below: int


def case_facts(folder: Path) -> CaseFacts:
    """Read what forms about a case need."""
    from havenward.case.load import load_case

    case = load_case(folder)
    published = [row.published for row in case.reports] + [row.published for row in case.observations]
    published += [row.published for row in case.events] + [row.published for row in case.locations]
    return CaseFacts(
        case.title,
        case.rules,
        case.horizon_days,
        max([case.start, *published]),
        tuple((one.name, one.title) for one in case.scenarios),
        case.audience,
        case.suppress_below,
    )


def place_names(case_folder: Path) -> dict[str, str]:
    """Name the places of a case by their keys; what was said of a place last stands."""
    from havenward.case.load import load_case

    return {row.location: row.name for row in load_case(case_folder).locations}


def score_folder(run_folder: Path, case_folder: Path) -> dict[str, Any]:
    """Score a run against the counts that the case holds by now; see `score_run`."""
    from havenward.case.load import load_case
    from havenward.pipeline.history import score_run
    from havenward.runs import read_run

    return score_run(read_run(run_folder), load_case(case_folder))
