"""What a settings file of an import may say: keys per kind of source, unknown ones refused."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from havenward.case.values import parse_toml
from havenward.errors import Problem, SettingsError, nearest
from havenward.limits import DOCUMENT_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from havenward.case.importers.registry import Setting

_EXPECTED = {
    "text": "a text in quotes",
    "number": "a number",
    "integer": "a whole number",
    "date": "a day written 2024-05-13, without quotes",
    "flag": "true or false",
    "list": 'a list of texts, such as ["a", "b"]',
    "table": 'a table of lines "name in the source" = "location"',
}


def read_settings_file(path: Path | None, known: Mapping[str, Setting], kind: str) -> dict[str, Any]:
    """Read a settings file; keys that it leaves out have their defaults.

    Parameters
    ----------
    path
        A TOML file, or None for the defaults alone.
    known
        Keys that it may have, as `Importer.settings` gives them.
    kind
        What is imported, for messages.

    Raises
    ------
    SettingsError
        The file cannot be read, or has unknown keys or values of another kind; carries all of these.
    """
    values = {name: setting.default for name, setting in known.items()}
    if path is None:
        return values
    document = _read(path)
    problems = []
    for name, value in document.items():
        if name not in known:
            close = nearest(name, list(known))
            problems.append(
                Problem(
                    path.name,
                    f"unknown key '{name}'",
                    f"expected keys among {', '.join(known)}",
                    f"did you mean '{close}'?"
                    if close
                    else f"remove it: an import of {kind} has no such key",
                    "import-setting-unknown",
                )
            )
            continue
        setting = known[name]
        if not _fits(setting.base, value) or (setting.choices and value not in setting.choices):
            words = [f'"{word}"' for word in setting.choices if word]
            problems.append(
                Problem(
                    path.name,
                    f"{name} is {_show(value)}",
                    f"expected {' or '.join(words) if words else _EXPECTED[setting.base]}",
                    "correct the value, or remove the line for the usual one",
                    "import-setting-value",
                )
            )
            continue
        if name == "source" and any(mark in value for mark in ',;"|\n'):
            problems.append(
                Problem(
                    path.name,
                    f"{name} is {_show(value)}",
                    "expected a short name without commas, quotes or line breaks",
                    "choose a plain name, such as camps-2024",
                    "import-setting-value",
                )
            )
            continue
        values[name] = value
    if problems:
        raise SettingsError(problems)
    return values


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > 4 * DOCUMENT_CHARACTERS:
            found = f"the file has {path.stat().st_size / 1e6:,.0f} MB"
        else:
            return parse_toml(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        found = f"the file cannot be read ({error.strerror or error})"
    except UnicodeDecodeError:
        found = "the file is not UTF-8"
    except ValueError as error:
        found = f"the file is no TOML ({error})"
    raise SettingsError(
        Problem(
            str(path.name),
            found,
            "expected a settings file in TOML",
            'check the path, and write lines such as: sheet = "Sites"',
            "import-settings-file",
        )
    )


def _fits(base: str, value: object) -> bool:
    if base == "flag":
        return isinstance(value, bool)
    if base in {"number", "integer"}:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole or (base == "number" and isinstance(value, float))
    if base == "date":
        return isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    if base == "list":
        return isinstance(value, list) and all(isinstance(part, str) for part in value)
    if base == "table":
        return isinstance(value, dict) and all(isinstance(part, str) for part in value.values())
    return isinstance(value, str)


def _show(value: object) -> str:
    text = str(value)
    return f"'{text[:60]}'"
