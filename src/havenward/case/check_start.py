"""Whether a forecast could begin: what the rule set `havenward` needs.

All of it is warned of, not refused: a case grows row by row, and other rule sets need other things. A
forecast refuses what is missing here.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from havenward.case.findings import Trouble
from havenward.case.priors import read_past_crises
from havenward.records import FIXED_DATE_KINDS, START_KINDS

if TYPE_CHECKING:
    from havenward.case.draft import Draft


def check_start(draft: Draft) -> None:
    """Warn of what keeps a forecast from beginning."""
    if draft.case.rules != "havenward":
        return
    _check_begin(draft)
    _check_events(draft)
    _check_crisis(draft)


def _check_begin(draft: Draft) -> None:
    if not draft.is_sound("events", "locations") or not draft.case.locations:
        return
    named = {a.name for a in draft.case.assumptions}
    if "operation_start" in named or any(e.kind in START_KINDS for e in draft.case.events):
        return
    trouble = Trouble(
        "nothing says when movement would begin",
        "expected an event operation_starts, front_reaches or conflict, or an assumption operation_start",
        "add one of these before a forecast; the date may be an assumption",
        "no-start",
        "warning",
    )
    draft.findings.add("events.csv", "", trouble)


def _check_events(draft: Draft) -> None:
    for event in draft.case.events:
        if event.kind in FIXED_DATE_KINDS and not isinstance(event.date, date):
            trouble = Trouble(
                f"{event.kind} has the date '{event.date}'",
                "expected a fixed date for what changes the map or orders people, before a forecast",
                "give a date, or use a scenario per date",
                "event-needs-date",
                "warning",
            )
            draft.findings.add("events.csv", event.row, trouble)


def _check_crisis(draft: Draft) -> None:
    """Warn where the crisis may be one that priors know under another name."""
    known = sorted({row.crisis for row in read_past_crises()})
    own = draft.case.crisis
    alike = [name for name in known if name != own and name.split("-")[0] == own.casefold().split("-")[0]]
    for name in alike:
        trouble = Trouble(
            f"crisis is '{own}', and past crises hold '{name}'",
            f"expected '{name}' if it is the same crisis, so that priors leave it out",
            "rename the crisis, or leave it if it is another",
            "crisis-alike",
            "warning",
        )
        draft.findings.add("case.toml", "", trouble)
