"""How run folders of every earlier form are read: what each form added, and what an older run lacks.

A run folder is never rewritten. What it lacks is put in when it is opened, in memory, with the value that
says "nothing of this"; what can be had no other way than by a new forecast is named in `lacking`, and asked
for in vain with a message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# What each schema number stands for. A number is added when a new version writes what an older one would read
# wrongly or not at all, or lacks what later commands ask for.
RUN_SCHEMAS = {
    1: "run.json; members, members_weights, forecast and assumptions as Parquet; model_card.md, run.log, "
    "case/",
    2: "learning from counts: `learned` and `sites_from_counts` in run.json, the column `prior` in "
    "assumptions.parquet; `unit` and `lead_time_days` in case/stock.csv",
    3: "chances.npz, with which what-if plays the same members again; evaluation.md and ethics.md",
}
# What a run of a form before each number cannot give, for a person.
LACKING = {
    2: "its members did not learn from counts, and its supplies have no units, so that none is set off "
    "against needs",
    3: "it does not keep the chances of its members, so that no what-if can be asked",
}
# What stands for what was not written yet.
_ADDED: Mapping[int, Mapping[str, Any]] = {2: {"learned": {}, "sites_from_counts": []}}


def schema_of(folder: Path, meta: Mapping[str, Any]) -> int:
    """Tell the form of a run folder.

    Before the numbers were counted, runs of three forms stated 1; they are told apart by what they hold.
    """
    stated = int(meta["schema"])
    if stated != 1:
        return stated
    if (folder / "evaluation.md").is_file():
        return 3
    return 2 if "learned" in meta else 1


def migrate_meta(folder: Path, meta: Mapping[str, Any]) -> dict[str, Any]:
    """Give the content of `run.json` as today's version would have written it for an older run.

    Parameters
    ----------
    folder
        Of the run; nothing in it is changed.
    meta
        Content of `run.json`.
    """
    schema = schema_of(folder, meta)
    added: dict[str, Any] = {"schema": schema}
    for number, values in _ADDED.items():
        if schema < number:
            added |= {key: value for key, value in values.items() if key not in meta}
    return {**meta, **added}


def list_lacking(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what a run cannot give because of its age, in half sentences; none for one of today."""
    return tuple(words for number, words in LACKING.items() if meta["schema"] < number)
