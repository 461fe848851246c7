"""Which numbers of a settings file can be used, and which are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from havenward.errors import Problem, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping


def check_ranges(settings: Mapping[str, Any], ranges: Mapping[str, tuple[float, float]]) -> None:
    """Refuse numbers outside their range, all at once.

    Parameters
    ----------
    settings
        Values by key; None is not looked at.
    ranges
        Lowest and highest value by key, both allowed.

    Raises
    ------
    SettingsError
        Some number lies outside.
    """
    problems = [
        Problem(
            "settings",
            f"{name} is {settings[name]:,.12g}",
            f"expected a number from {low:,.12g} to {high:,.12g}",
            "correct the value, or remove the line for the usual one",
            "import-setting-range",
        )
        for name, (low, high) in ranges.items()
        if settings[name] is not None and not low <= settings[name] <= high
    ]
    if problems:
        raise SettingsError(problems)
