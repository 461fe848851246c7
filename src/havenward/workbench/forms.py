"""How fields of a form become numbers, days and choices; what cannot is told with its field."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

from havenward.errors import Problem, SettingsError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_SHOWN = 60


def read_text(form: Mapping[str, Any], name: str) -> str:
    """Give the text of a field, trimmed; empty where it is missing or a file."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def read_number(
    form: Mapping[str, Any], name: str, default: float | None = None, *, low: float = -math.inf,
    high: float = math.inf,
) -> float:  # fmt: skip
    """Give the number of a field.

    Raises
    ------
    SettingsError
        It is none, or outside of `low` to `high`; or the field is empty and there is no default.
    """
    text = read_text(form, name)
    if not text and default is not None:
        return default
    try:
        value = float(text.replace("\u202f", "").replace(" ", ""))
    except ValueError:
        value = math.nan
    if math.isfinite(value) and low <= value <= high:
        return value
    within = f" from {low:,.0f} to {high:,.0f}" if math.isfinite(low) and math.isfinite(high) else ""
    raise SettingsError(_wrong(name, text, f"a number{within}", "form-number"))


def read_whole(
    form: Mapping[str, Any], name: str, default: int | None = None, *, low: int = 0, high: int = 2**53
) -> int:
    """Give the whole number of a field; see `read_number`."""
    value = read_number(form, name, default, low=low, high=high)
    if value != int(value):
        raise SettingsError(_wrong(name, read_text(form, name), "a whole number", "form-number"))
    return int(value)


def read_day(form: Mapping[str, Any], name: str) -> date:
    """Give the day of a field, written as 2016-10-16.

    Raises
    ------
    SettingsError
        It is none.
    """
    text = read_text(form, name)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(_wrong(name, text, "a day, written as 2016-10-16", "form-day")) from error


def read_choice(form: Mapping[str, Any], name: str, allowed: Sequence[str], default: str = "") -> str:
    """Give what was chosen of a list; an empty field is the default.

    Raises
    ------
    SettingsError
        It is not on the list.
    """
    text = read_text(form, name) or default
    if text in allowed:
        return text
    close = nearest(text, allowed)
    repair = f"did you mean '{close}'?" if close else "choose one of these"
    listed = ", ".join(one for one in allowed if one) or "nothing"
    raise SettingsError(
        Problem(name, f"found '{text[:MAX_SHOWN]}'", f"expected one of {listed}", repair, "unknown-choice")
    )


def _wrong(name: str, text: str, expected: str, slug: str) -> Problem:
    found = f"found '{text[:MAX_SHOWN]}'" if text else "the field is empty"
    return Problem(name, found, f"expected {expected}", "correct the field", slug)
