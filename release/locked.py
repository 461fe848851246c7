"""What requirements.lock holds: each package, its version and hashes, who asked for it, and who needs it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from commands import ROOT, ReleaseError

if TYPE_CHECKING:
    from pathlib import Path

LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
OURS = "havenward"
PACKAGE = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+?))? ?\\?$"
)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
ASKER = re.compile(r"^ +# +(?:via +)?([a-z0-9][a-z0-9._-]*)(?: \(.*\))?$")


@dataclass(frozen=True)
class Locked:
    """One package of the lock file."""

    name: str
    version: str
    hashes: tuple[str, ...]  # SHA-256 of every file that may be installed for it
    askers: tuple[str, ...]  # packages that require it; `havenward` for those that we name ourselves
    marker: str = ""  # where it is installed; everywhere if empty
    need: str = "required"  # or `optional`, for an extra only, or `excluded`, to build only


def normalise_name(name: str) -> str:
    """Write the name of a package as the index does."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(path: Path = LOCK, project: Path = PROJECT) -> list[Locked]:
    """Read the lock file, in its order.

    Raises
    ------
    ReleaseError
        A package has no hash, or the file holds none.
    """
    found: list[dict[str, list[str]]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if package := PACKAGE.match(line):
            start = {"name": [package["name"]], "version": [package["version"]]}
            found.append(start | {"marker": [package["marker"] or ""], "hashes": [], "askers": []})
        elif found and (summed := HASH.search(line)):
            found[-1]["hashes"].append(summed[1])
        elif found and (asker := ASKER.match(line)) and asker[1] != "via":
            found[-1]["askers"].append(asker[1])
    bare = [one["name"][0] for one in found if not one["hashes"]]
    if bare or not found:
        message = f"{path.name}: {', '.join(bare) or 'no package'} with a hash; renew it with `make lock`"
        raise ReleaseError(message)
    packages = [
        Locked(
            one["name"][0], one["version"][0], tuple(one["hashes"]), tuple(one["askers"]), one["marker"][0]
        )
        for one in found
    ]
    return mark_needs(packages, project)


def mark_needs(packages: list[Locked], project: Path) -> list[Locked]:
    """Say of each package whether every installation has it, only one with an extra, or only who builds."""
    described = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    extras = [text for group in described.get("optional-dependencies", {}).values() for text in group]
    required = close_over(packages, {first_name(text) for text in described["dependencies"]})
    optional = close_over(packages, {first_name(text) for text in extras}) - required
    needs = dict.fromkeys(required, "required") | dict.fromkeys(optional, "optional")
    return [
        Locked(one.name, one.version, one.hashes, one.askers, one.marker, needs.get(one.name, "excluded"))
        for one in packages
    ]


def close_over(packages: list[Locked], names: set[str]) -> set[str]:
    """Give these packages and all that they need, however far down."""
    reached = set(names)
    while more := {one.name for one in packages if reached.intersection(one.askers)} - reached:
        reached |= more
    return reached


def first_name(requirement: str) -> str:
    """Take the name of the package out of a requirement such as `lxml[html]>=5`."""
    return normalise_name(re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0])
