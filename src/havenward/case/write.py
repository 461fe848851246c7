"""How a case is written, so that reading it gives the same case; and its content hash.

Comments in TOML files are not part of a case: writing over a folder that a person has commented loses
them.
"""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from hashlib import blake2b
from math import isinf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenward.case.draft import ASSUMPTIONS_FILE, CASE_FILE, REPORTS_FOLDER, SCENARIOS_FILE
from havenward.case.tables import MANDATORY, SHEETS, read_columns
from havenward.errors import CaseError, Problem
from havenward.files import replace_together
from havenward.records import BOUNDARIES_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from havenward.distributions import Distribution
    from havenward.records import Assumption, Case, Event, Report, Scenario


def write_case(case: Case, folder: Path | str, instead: Mapping[str, str] | None = None) -> None:
    """Write a case folder; `load_case` gives the same case back.

    All files take their places together, or none does. Tables without rows are written only
    where they are mandatory or an older file has to be emptied. The outlines of areas that lie in the folder
    of the case go with it as they are: maps need them, no table refers to them, and as no number rests on
    them they are no part of the content hash.

    Parameters
    ----------
    instead
        Texts of files that are written in place of the case's own, by name.

    Raises
    ------
    CaseError
        The folder holds reports that are not in the case and would mix with it, or it cannot be written.
    """
    folder = Path(folder)
    reports = folder / REPORTS_FOLDER
    own = {report.report for report in case.reports}
    strangers = sorted(
        path.name for path in reports.glob("*.txt") if path.name not in own and path.name[:1] != "."
    )
    strangers = [name for name in strangers if not name.startswith("README")]
    if strangers:
        raise CaseError(
            [
                Problem(
                    str(reports),
                    f"{name} is not in the case that is written",
                    "expected a folder of this case",
                    "write to a new folder, or remove the file first",
                    "report-of-another-case",
                )
                for name in strangers
            ]
        )
    try:
        with replace_together(folder) as part:
            for name, text in {**_texts_of(case, folder), **(instead or {})}.items():
                write_new(part / name, text)
            outlines = case.folder / BOUNDARIES_FILE if case.folder is not None else None
            if outlines is not None and outlines.is_file() and outlines.parent.resolve() != folder.resolve():
                (part / BOUNDARIES_FILE).write_bytes(outlines.read_bytes())
    except OSError as error:
        raise CaseError(
            Problem(
                str(folder),
                f"the case could not be written ({error.strerror or error})",
                "expected room and rights to write",
                "free some space or name another folder",
                "case-not-written",
            )
        ) from error


def _texts_of(case: Case, folder: Path) -> dict[str, str]:
    """Give the files of a case by name."""
    texts = {}
    for table in SHEETS:
        rows = getattr(case, table)
        if rows or table in MANDATORY or (folder / f"{table}.csv").exists():
            texts[f"{table}.csv"] = format_table(table, rows)
    texts |= {f"{REPORTS_FOLDER}/{report.report}": format_report(report) for report in case.reports}
    for name, text in (
        (ASSUMPTIONS_FILE, format_assumptions(case.assumptions)),
        (SCENARIOS_FILE, format_scenarios(case.scenarios)),
    ):
        if text or (folder / name).exists():
            texts[name] = text or "# none\n"
    texts[CASE_FILE] = format_settings(case)
    return texts


def write_new(path: Path, text: str) -> None:
    """Write a text of a case (UTF-8, newlines as written), with the folder that it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(text)


# -- tables --------------------------------------------------------------------------------------------


def format_table(table: str, rows: Iterable[Any]) -> str:
    """Write the rows of one table as CSV with its header."""
    columns = read_columns(table)
    lines = [",".join(column.name for column in columns)]
    names = [column.field for column in columns]
    lines += [",".join([_format_cell(getattr(row, name)) for name in names]) for row in rows]
    return "\n".join(lines) + "\n"


def _format_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return _format_number(value)
    text = str(value)  # days are written YYYY-MM-DD
    if any(mark in text for mark in ',"\n\r\t;'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _format_number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def format_report(report: Report) -> str:
    """Write a report: its header, an empty line, its text."""
    head = [
        f"{column.name}: {getattr(report, column.name)}"
        for column in read_columns("reports")
        if getattr(report, column.name)
    ]
    return "\n".join(head) + "\n\n" + report.text


# -- documents -----------------------------------------------------------------------------------------


def format_settings(case: Case) -> str:
    """Write `case.toml`."""
    top: list[str] = []
    nested: dict[str, list[str]] = {}
    for column in read_columns("case"):
        head, _, name = column.name.rpartition(".")
        value = getattr(case, name)
        if value is not None:
            (nested.setdefault(head, []) if head else top).append(f"{name} = {_format_value(value)}")
    for head, lines in nested.items():
        top += ["", f"[{head}]", *lines]
    return "\n".join(top) + "\n"


def format_assumptions(assumptions: Iterable[Assumption]) -> str:
    """Write `assumptions.toml`."""
    return "\n".join("\n".join(["[[assumption]]", *_assumption_lines(row)]) + "\n" for row in assumptions)


def format_scenarios(scenarios: Iterable[Scenario]) -> str:
    """Write `scenarios.toml`."""
    return "\n".join("\n".join(_scenario_lines(row)) + "\n" for row in scenarios)


def _assumption_lines(row: Assumption) -> list[str]:
    pairs: list[tuple[str, Any]] = [("name", row.name), ("published", row.published)]
    pairs += _distribution_pairs(row.distribution) if row.distribution else [("distribution", "figures")]
    pairs += [
        ("term", row.pool_term),
        ("places", row.pool_places),
        ("after", row.after),
        ("unit", row.unit),
        ("reason", row.reason),
        ("sources", row.sources),
        ("figures", row.figures),
    ]
    return [f"{key} = {_format_value(value)}" for key, value in pairs if value not in (None, "", ())]


def _distribution_pairs(distribution: Distribution) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = [
        ("distribution", distribution.shape),
        *sorted(distribution.parameters.items()),
    ]
    pairs += [
        (key, value)
        for key, value in (("floor", distribution.floor), ("ceiling", distribution.ceiling))
        if not isinf(value)
    ]
    if distribution.components:
        pairs.append(
            (
                "components",
                [
                    dict([("weight", weight), *_distribution_pairs(part)])
                    for weight, part in distribution.components
                ],
            )
        )
    return pairs


def _scenario_lines(row: Scenario) -> list[str]:
    pairs = [
        ("name", row.name),
        ("title", row.title),
        ("published", row.published),
        ("likelihood", row.likelihood),
        ("words", row.words),
        ("triggers", row.triggers),
    ]
    lines = ["[[scenario]]"]
    lines += [f"{key} = {_format_value(value)}" for key, value in pairs if value not in (None, "", ())]
    for assumption in row.assumptions:
        lines += ["", "[[scenario.assumption]]", *_assumption_lines(assumption)]
    for event in row.events:
        lines += ["", "[[scenario.event]]", *_event_lines(event)]
    return lines


def _event_lines(event: Event) -> list[str]:
    pairs = [(column.name, getattr(event, column.field)) for column in read_columns("events")]
    return [f"{key} = {_format_value(value)}" for key, value in pairs if value not in (None, "")]


def _format_value(value: object) -> str:
    """Write a value as TOML does."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | date):
        return str(value)
    if isinstance(value, float):
        return _format_number(value) if abs(value) < 1e15 else repr(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_format_value(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_format_value(item)}" for key, item in value.items()) + "}"
    return format_string(str(value))


def format_string(text: str) -> str:
    """Write a text as a TOML string: one of JSON, but for one more character that has to be escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


# -- hash ----------------------------------------------------------------------------------------------


def case_hash(case: Case) -> str:
    """Fingerprint the content of a case.

    The order of rows and files, the folder, row numbers and the form of the files do not count; any other
    change does, display names included.

    Returns
    -------
    hash
        64 hexadecimal digits (BLAKE2b, 32 bytes).
    """
    digest = blake2b(digest_size=32)
    for item in fields(case):
        if item.name == "folder":
            continue
        value = getattr(case, item.name)
        rows = sorted(_canonical(row) for row in value) if isinstance(value, tuple) else [_canonical(value)]
        for part in (f"{item.name} {len(rows)}", *rows):
            digest.update(part.encode("utf-8") + b"\n")
    return digest.hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=True)


def _plain(value: Any) -> Any:  # noqa: ANN401 - walks through every kind of record
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value) if item.compare}
    if hasattr(value, "items"):
        return {key: _plain(item) for key, item in value.items()}
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        return float(value)  # 5 and 5.0 are the same value of a column
    return str(value)
