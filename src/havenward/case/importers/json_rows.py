"""Where the rows are in the answer of a service, whatever it wraps around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from havenward.case.importers.open_table import fold_heading
from havenward.errors import CaseError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# names under which services put their rows, some inside each other (UNHCR: data, timeseries)
_WRAPPERS = ("data", "result", "results", "items", "timeseries", "features", "value")
_TOLD = ("message", "error", "error_description", "errormessages", "detail", "messages")


def find_rows(answer: Any, where: str) -> list[dict[str, str]]:  # noqa: ANN401 - any JSON
    """Find the rows of an answer and write every value as text.

    Parameters
    ----------
    answer
        Read JSON: a list of objects, or objects around one; of GeoJSON the properties are taken.
    where
        Host, for messages.

    Raises
    ------
    CaseError
        There are no rows; what the answer says instead is told.
    """
    found = _unwrap(answer)
    if found is None:
        raise CaseError(
            Problem(
                where,
                f"there are no rows in it{_told(answer)}",
                "expected a list of records",
                "ask for other data, or download the file by hand and import that",
                "json-no-rows",
            )
        )
    return [_flat(row) for row in found if isinstance(row, dict)]


def name_columns(
    rows: Iterable[Mapping[str, str]], wanted: Mapping[str, tuple[str, ...]]
) -> list[tuple[int, dict[str, str]]]:
    """Give numbers to rows and canonical names to their columns, as `open_table` does with those of a file.

    Parameters
    ----------
    rows
        As `find_rows` gives them.
    wanted
        Other names of each column, by canonical name.

    Returns
    -------
    rows
        Number from 1, and the cells of the columns that any row has; empty where a row lacks one.
    """
    listed = list(rows)
    words = {fold_heading(alias): name for name, others in wanted.items() for alias in (name, *others)}
    found = {words[fold_heading(key)]: key for row in listed for key in row if fold_heading(key) in words}
    return [
        (number, {name: row.get(key, "") for name, key in found.items()})
        for number, row in enumerate(listed, start=1)
    ]


def _unwrap(answer: Any, depth: int = 3) -> list[Any] | None:  # noqa: ANN401 - any JSON
    if isinstance(answer, list):
        return answer if not answer or any(isinstance(row, dict) for row in answer) else None
    if isinstance(answer, dict) and depth:
        names = {name.lower(): name for name in answer}
        for name in _WRAPPERS:
            if name in names:
                found = _unwrap(answer[names[name]], depth - 1)
                if found is not None:
                    return found
    return None


def _flat(row: dict[str, Any]) -> dict[str, str]:
    if row.get("type") == "Feature" and isinstance(row.get("properties"), dict):
        row = row["properties"]
    return {str(name): _text(value) for name, value in row.items()}


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value.strip() if isinstance(value, str) else str(value)


def _told(answer: Any) -> str:  # noqa: ANN401 - any JSON
    """Give what an answer without rows says, cut short."""
    if isinstance(answer, dict):
        for name, value in answer.items():
            if name.lower() in _TOLD and value:
                text: Iterable[Any] = value if isinstance(value, list) else [value]
                line = " ".join(" ".join(str(part) for part in text).split())[:120]
                return f"; it says '{line}'"
    return ""
