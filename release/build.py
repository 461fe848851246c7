"""What makes up a release: archives built twice to the same bytes, list of parts, provenance, signed sums.

    python release/build.py --out out/release --key ~/.ssh/release_key
    python release/build.py --commit v0.2.0          without a key: the same files, unsigned, and it says so

Everything is made from a clean export of the commit, never from the working tree. The second build runs in
another folder, under another umask, time zone, locale and hash seed, and a third makes the wheel from the
source archive of the first; one differing byte ends it. `verify.py` checks the folder that this writes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands import ROOT, ReleaseError, export_commit, run_program, tell
from locked import OURS, read_lock
from sbom import compose_sbom, write_sbom
from signing import sign_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SUMS, SBOM, PROVENANCE = "SHA256SUMS", "sbom.cdx.json", "provenance.json"
LOCKS = ("requirements.lock", "requirements-dev.lock")
# must be in the working tree as in the commit: the list of parts is made from them
SAME = (*LOCKS, "pyproject.toml", "release/licences.csv")
BUILD_TYPE = "urn:havenward:release-build:1"  # docs/howto/release.md says what it stands for


@dataclass(frozen=True)
class Surroundings:
    """Where and how a build runs: nothing of it may show in what is built."""

    folder: str
    umask: int
    changes: Mapping[str, str]


FIRST = Surroundings("a", 0o022, {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"})
SECOND = Surroundings(
    "another place/with a blank",
    0o077,
    {
        "TZ": "Pacific/Apia",
        "LC_ALL": "C.UTF-8",
        "LANG": "tr_TR.UTF-8",
        "PYTHONHASHSEED": "2",
        "COLUMNS": "40",
    },
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, compare, describe and sign."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--commit", default="HEAD", help="what is released (default %(default)s)")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "release", metavar="DIR")
    parser.add_argument("--key", type=Path, metavar="FILE", help="SSH key that signs the sums; never copied")
    asked = parser.parse_args(arguments)
    try:
        made = make_release(asked.commit, asked.out.resolve(), asked.key)
    except ReleaseError as problem:
        print(f"build: {problem}", file=sys.stderr)
        return 1
    print("\n".join(path.name for path in made))
    if not asked.key:
        tell("The sums are NOT signed: no --key was given.")
    return 0


def make_release(commit: str, out: Path, key: Path | None = None, repository: Path = ROOT) -> list[Path]:
    """Make the folder of a release; it is there whole or not at all.

    Raises
    ------
    ReleaseError
        The builds differ, the tools are not those of the lock file, or the folder is there already.
    """
    if out.exists() and any(out.iterdir()):
        message = f"{out} is not empty; name another folder or remove it"
        raise ReleaseError(message)
    check_tools()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".release-") as name:
        work, ready = Path(name), Path(name) / "ready"
        named, date, built = build_twice(work, commit, repository)
        ready.mkdir()
        for path in built:
            shutil.copyfile(path, ready / path.name)
        for lock in LOCKS:
            shutil.copyfile(repository / lock, ready / lock)
        wheel = next(path for path in built if path.suffix == ".whl")
        (ready / SBOM).write_text(write_sbom(compose_sbom(date, wheel)), encoding="utf-8", newline="\n")
        stated = describe_provenance(ready, named, date)
        (ready / PROVENANCE).write_text(f"{json.dumps(stated, indent=1)}\n", encoding="utf-8", newline="\n")
        write_sums(ready)
        if key:
            sign_file(ready / SUMS, key)
        if out.exists():
            out.rmdir()
        ready.rename(out)
    return sorted(out.iterdir())


def check_tools() -> None:
    """Refuse to build with another hatchling than the lock names: its version is written into the wheel."""
    wanted = next(one.version for one in read_lock() if one.name == "hatchling")
    try:
        found = version("hatchling")
    except PackageNotFoundError:
        found = "none"
    if found != wanted:
        message = (
            f"hatchling is {found}; requirements.lock names {wanted}; run `make setup`, then .venv/bin/python"
        )
        raise ReleaseError(message)


def build_twice(work: Path, commit: str, repository: Path = ROOT) -> tuple[str, int, list[Path]]:
    """Build a commit in two surroundings and once more from its own source archive; give what all agree on.

    Returns
    -------
    commit
        Its full name.
    date
        Seconds since 1970 of the commit, which every file of the archives carries.
    built
        The wheel and the source archive.

    Raises
    ------
    ReleaseError
        Two builds differ, or the working tree has other locks or licences than the commit.
    """
    found = []
    for around in (FIRST, SECOND):
        tree = work / around.folder / "tree"
        tree.parent.mkdir(parents=True, exist_ok=True)
        named = export_commit(tree, commit, repository)
        date = int(run_program(["git", "log", "-1", "--format=%ct", named], folder=repository))
        if around is FIRST:
            check_same_inputs(tree, repository)
        build_tree(tree, work / around.folder / "dist", around, date)
        found.append(sorted((work / around.folder / "dist").iterdir()))
    for one, other in zip(*found, strict=True):
        compare_archives(one, other)
    again = work / "from source"
    source = next(path for path in found[0] if path.name.endswith(".tar.gz"))
    shutil.unpack_archive(source, again, filter="data")
    build_tree(next(again.iterdir()), work / "again", FIRST, date, "wheel")
    wheel = next(path for path in found[0] if path.suffix == ".whl")
    compare_archives(wheel, work / "again" / wheel.name)
    return named, date, found[0]


def check_same_inputs(tree: Path, repository: Path) -> None:
    """Refuse a working tree whose locks or licences are not those of the commit."""
    other = [name for name in SAME if (tree / name).read_bytes() != (repository / name).read_bytes()]
    if other:
        message = (
            f"{', '.join(other)}: not as in the commit; check the commit out, or commit the change first"
        )
        raise ReleaseError(message)


def build_tree(tree: Path, dist: Path, around: Surroundings, date: int, *targets: str) -> None:
    """Build what stands in a folder; files are as readable as the umask leaves them."""
    for path in [tree, *tree.rglob("*")]:
        path.chmod(path.stat().st_mode & ~around.umask)
    words = [sys.executable, "-m", "hatchling", "build", "-d", str(dist)]
    for target in targets or ("sdist", "wheel"):
        words += ["-t", target]
    before = os.umask(around.umask)
    try:
        run_program(words, folder=tree, changes={**around.changes, "SOURCE_DATE_EPOCH": str(date)})
    finally:
        os.umask(before)


def compare_archives(one: Path, other: Path) -> None:
    """Refuse two archives that differ in a byte; name the first member that does."""
    if one.name == other.name and one.read_bytes() == other.read_bytes():
        return
    where = ""
    if zipfile.is_zipfile(one) and zipfile.is_zipfile(other):
        with zipfile.ZipFile(one) as left, zipfile.ZipFile(other) as right:
            # the list of files differs whenever a file does: name it last
            every = {*left.namelist(), *right.namelist()}
            names = sorted(every, key=lambda name: (name.endswith("RECORD"), name))
            where = next((name for name in names if _member(left, name) != _member(right, name)), "")
    message = f"{one.name}: two builds of the same commit differ{f', first in {where}' if where else ''}"
    raise ReleaseError(message)


def _member(archive: zipfile.ZipFile, name: str) -> tuple[object, ...] | None:
    if name not in archive.namelist():
        return None
    told = archive.getinfo(name)
    return told.date_time, told.external_attr, told.compress_type, archive.read(name)


def hash_file(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def describe_provenance(folder: Path, commit: str, date: int) -> dict[str, Any]:
    """Say from what and with what a release was made: an in-toto statement with SLSA provenance 1.

    Names of machines, people and folders stay out.
    """
    names = sorted(path.name for path in folder.iterdir())
    tools = {one.name: one.version for one in read_lock() if one.need == "excluded"}
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": hash_file(folder / name)}} for name in names],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {"commit": commit, "sourceDateEpoch": date},
                "internalParameters": {
                    "python": platform.python_version(),
                    "implementation": platform.python_implementation(),
                    "system": platform.system(),
                    "machine": platform.machine(),
                },
                "resolvedDependencies": [
                    {"name": OURS, "digest": {"gitCommit": commit}},
                    *(
                        {"name": name, "annotations": {"version": number}}
                        for name, number in sorted(tools.items())
                    ),
                    *({"name": lock, "digest": {"sha256": hash_file(folder / lock)}} for lock in LOCKS),
                ],
            },
            "runDetails": {"builder": {"id": f"{BUILD_TYPE}:maintainer"}},
        },
    }


def write_sums(folder: Path) -> None:
    """Write the sums of all files, as `sha256sum --check` reads them."""
    lines = [f"{hash_file(path)}  {path.name}\n" for path in sorted(folder.iterdir()) if path.name != SUMS]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main())
