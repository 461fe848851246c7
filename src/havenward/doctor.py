"""Whether this machine has what Havenward needs: packages, compiler, bundled files, room to write, tokens."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGES = (
    "numpy",
    "numba",
    "scipy",
    "polars",
    "jinja2",
    "xlsxwriter",
    "rich",
    "pyyaml",
    "openpyxl",
    "rapidfuzz",
    "httpx",
)
# what only some need, for what, and the extra of the package that brings it
EXTRAS = (
    ("distributed", "--cluster", "cluster"),
    ("fsspec", "--store", "cluster"),
    ("duckdb", "questions to a desk", "desk"),
)
OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """One thing that was examined."""

    what: str
    found: str
    sound: bool
    repair: str = ""


def examine() -> list[Finding]:
    """Examine everything that a forecast and a brief need; nothing here asks the network."""
    return [
        _examine_python(),
        *(_examine_package(name) for name in PACKAGES),
        *(_examine_extra(*extra) for extra in EXTRAS),
        _examine_compiler(),
        _examine_bundle(),
        _examine_room(),
        *_examine_services(os.environ),
    ]


def _examine_python() -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("Python", found, sys.version_info >= OLDEST_PYTHON, "install Python 3.11 or newer")


def _examine_package(name: str) -> Finding:
    try:
        return Finding(name, version(name), sound=True)
    except PackageNotFoundError:
        return Finding(name, "not installed", sound=False, repair=f"run: pip install {name}")


def _examine_extra(name: str, use: str, extra: str) -> Finding:
    """Say whether a package is there that only some need; no fault where it is not."""
    try:
        return Finding(name, version(name), sound=True)
    except PackageNotFoundError:
        found = f"not installed; needed for {use} only: pip install 'havenward[{extra}]'"
        return Finding(name, found, sound=True)


def _examine_compiler() -> Finding:
    """Compile and run the smallest piece of the kernel."""
    try:
        import numpy as np

        from havenward.movement.draws import draw_binomial

        works = draw_binomial(10, 1.0, np.uint64(1)) == 10
    except Exception as error:  # noqa: BLE001 - whatever goes wrong here is the finding
        return Finding("compiler", str(error), sound=False, repair="install numba again")
    return Finding("compiler", "works", works, "install numba again")


def _examine_bundle() -> Finding:
    from havenward.errors import HavenwardError
    from havenward.pipeline import bundled_case

    try:
        return Finding("bundled case", str(bundled_case()), sound=True)
    except HavenwardError as error:
        return Finding("bundled case", str(error), sound=False, repair="install Havenward again")


def _examine_room() -> Finding:
    try:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "probe").write_text("x", encoding="utf-8")
    except OSError as error:
        return Finding("temporary files", str(error), sound=False, repair="free some space on the disk")
    return Finding("temporary files", tempfile.gettempdir(), sound=True)


def _examine_services(environment: Mapping[str, str]) -> list[Finding]:
    """Say which online sources could be asked; a missing token is no fault, as files need none.

    Whether a token is set is told, never what it is.
    """
    from havenward.pipeline.services import list_services

    untried = "its loader has not been tried against the live service yet; files work without it"
    findings = []
    for service in list_services(environment):
        said = "needs no token"
        if service.variable:
            said = f"{service.variable} is {'set' if service.is_set else 'not set'}"
        findings.append(Finding(f"online {service.name}", f"{said}; {untried}", sound=True))
    return findings
