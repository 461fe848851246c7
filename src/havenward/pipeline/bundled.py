"""Where the case lies that comes with Havenward."""

from __future__ import annotations

from pathlib import Path

from havenward.errors import Problem, SettingsError

BUNDLED = "mosul-2016"


def bundled_case(name: str = BUNDLED) -> Path:
    """Find a case that comes with Havenward, installed or in a source tree."""
    here = Path(__file__).resolve()
    for folder in (here.parents[1] / "cases" / name, here.parents[3] / "cases" / name):
        if (folder / "case.toml").is_file():
            return folder
    raise SettingsError(
        Problem(
            "the installation",
            f"the bundled case '{name}' is missing",
            "expected it beside the package",
            "install Havenward again",
            "no-bundled-case",
        )
    )
