"""What must be the same on two machines before one may work for the other, and how they are told apart."""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from havenward import __version__
from havenward.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CONTENT, ARITHMETIC, PYTHON = "content of havenward", "arithmetic", "Python"
# whose versions can change a byte: of numbers, of tables, and of the text that is taken out of reports
PACKAGES = (
    "numpy", "numba", "llvmlite", "scipy", "polars", "distributed", "dask",
    "pypdf", "trafilatura", "lxml", "python-docx", "rapidfuzz",
)  # fmt: skip
# a scheduler hands work on and calculates nothing
OF_A_SCHEDULER = ("havenward", CONTENT, PYTHON, "distributed", "dask")


@lru_cache(maxsize=1)  # what a process has loaded stays as it is, whatever is installed beside it later
def describe_machine() -> Mapping[str, str]:
    """Say what decides about bytes on this machine: versions, the content of the package, its arithmetic.

    Returns
    -------
    described
        By name; takes about a second in a new process, and nothing when asked again.
    """
    from havenward.arithmetic import probe_arithmetic

    return {**describe_software(), ARITHMETIC: probe_arithmetic()}


def describe_software() -> Mapping[str, str]:
    """Say which software this is, whatever the processor: versions and the content of the package."""
    return {**describe_package(), **{name: _version_of(name) for name in PACKAGES}}


@lru_cache(maxsize=1)
def describe_package() -> Mapping[str, str]:
    """Say which Havenward and which Python this is, without loading anything heavy."""
    return {
        "havenward": __version__,
        CONTENT: _hash_content(Path(__file__).parent),
        PYTHON: f"{sys.version_info.major}.{sys.version_info.minor}",
        **{name: _version_of(name) for name in OF_A_SCHEDULER if name in PACKAGES},
    }


@lru_cache(maxsize=1)
def machine_name() -> str:
    """Name everything that `describe_machine` says in sixteen letters."""
    text = json.dumps(describe_machine(), sort_keys=True)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def compare_machines(
    found: Mapping[str, Mapping[str, str]], expected: Mapping[str, str], only: Sequence[str] = ()
) -> list[Problem]:
    """Say how other machines differ from this one, once for all that differ in the same way.

    Parameters
    ----------
    found
        By the name of a machine (`worker tcp://10.0.0.5:40331`), what `describe_machine` says there.
    expected
        What it says here.
    only
        What to compare; everything where empty.
    """
    alike: dict[tuple[str, str], list[str]] = {}
    for who, described in found.items():
        for name in only or expected:
            if described.get(name, "") != expected[name]:
                alike.setdefault((name, described.get(name, "")), []).append(who)
    # where the versions differ, so do the content and what is calculated: the cause is enough
    explained = {
        who for (name, _), whom in alike.items() if name not in (CONTENT, ARITHMETIC) for who in whom
    }
    problems = []
    for (name, value), whom in sorted(alike.items()):
        told = [who for who in whom if name not in (CONTENT, ARITHMETIC) or who not in explained]
        if told:
            problems.append(_differs(told, name, value, expected[name]))
    return problems


def _differs(whom: Sequence[str], name: str, found: str, expected: str) -> Problem:
    where = whom[0] + (f" and {len(whom) - 1} more" if len(whom) > 1 else "")
    if name == ARITHMETIC:
        return Problem(
            where,
            "the same calculation gives other last digits there than here",
            "expected machines that round alike, or the bytes of a result would depend on who did it",
            "use processors of one kind and the same system libraries, or start the command on one of these "
            "machines",
            "cluster-arithmetic",
        )
    if name == CONTENT:
        return Problem(
            where,
            f"the files of Havenward differ from those here ({found or 'unknown'})",
            f"expected the same content ({expected})",
            "install the same build on every machine, and start the scheduler and the workers again",
            "cluster-content",
        )
    return Problem(
        where,
        f"{name} is {found or 'not installed'}",
        f"expected {expected}, as here",
        "install the same versions on every machine, and start the scheduler and the workers again",
        "cluster-versions",
    )


def _version_of(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _hash_content(folder: Path) -> str:
    """Name the code and the tables of an installed package, wherever it lies."""
    held = blake2b(digest_size=8)
    paths = [*folder.rglob("*.py"), *(path for path in (folder / "tables").iterdir() if path.is_file())]
    for name, path in sorted((path.relative_to(folder).as_posix(), path) for path in paths):
        content = path.read_bytes()
        held.update(f"{name}\0{len(content)}\0".encode())
        held.update(content)
    return held.hexdigest()
