"""Whether two rows claim to be the same version of one thing."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from havenward.case.cells import show
from havenward.case.findings import Trouble
from havenward.case.known import IDENTITY

if TYPE_CHECKING:
    from collections.abc import Hashable

    from havenward.case.draft import Draft


def check_versions(draft: Draft) -> None:
    """Refuse two versions of one thing published on one day; warn of rows that stand twice."""
    case = draft.case
    for table in (
        "sources",
        "locations",
        "routes",
        "events",
        "observations",
        "attributes",
        "stock",
        "figures",
    ):
        _check_versions(draft, table, getattr(case, table))
    for table in ("assumptions", "scenarios"):
        _check_named_versions(draft, f"{table}.toml", table, getattr(case, table), "")
    for scenario in case.scenarios:
        _check_named_versions(
            draft, "scenarios.toml", "assumptions", scenario.assumptions, f"scenario '{scenario.name}' "
        )


def _check_versions(draft: Draft, table: str, rows: tuple[Any, ...]) -> None:
    identity, once = IDENTITY[table], table in {"sources", "figures"}
    first: dict[Hashable, Any] = {}
    for row in rows:
        # sources and figures have one version each; attributes without a day count from the start
        when = None if once else row.published or draft.case.start
        other = first.setdefault((identity(row), when), row)
        if other is row:
            continue
        different = _differences(other, row)
        if not different:
            trouble = Trouble(
                f"the row is the same as row {other.row}",
                "expected each row once",
                "remove one of them",
                "row-twice",
                "warning",
            )
        elif once:
            trouble = Trouble(
                f"the name {show(str(identity(row)))} stands in row {other.row} already",
                "expected each name once",
                "choose another name, or remove one of the rows",
                "name-twice",
            )
        else:
            trouble = Trouble(
                f"another version of row {other.row} with the same day of publication {when} (differs in "
                f"{', '.join(different)})",
                "expected one version for each day of publication",
                "remove the wrong one, or correct its published",
                "versions-on-one-day",
            )
        draft.findings.add(f"{table}.csv", row.row, trouble)


def _differences(one: Any, other: Any) -> list[str]:  # noqa: ANN401 - rows of any table
    names = [item.name for item in fields(one) if item.compare and item.name not in {"from_", "to"}]
    return [name for name in names if getattr(one, name) != getattr(other, name)]


def _check_named_versions(draft: Draft, file: str, table: str, rows: tuple[Any, ...], inside: str) -> None:
    word = table.removesuffix("s")
    first: dict[Hashable, Any] = {}
    for row in rows:
        other = first.setdefault((row.name, row.published), row)
        if other is row:
            continue
        found = f"it stands twice with the same day of publication {row.published}"
        if other == row:
            trouble = Trouble(found, "expected each one once", "remove one of them", "row-twice", "warning")
        else:
            trouble = Trouble(
                found,
                "expected one version for each day of publication",
                "remove one of them, or correct its published",
                "versions-on-one-day",
            )
        draft.findings.add(file, f"{inside}{word} '{row.name}'", trouble)
