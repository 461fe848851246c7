"""Whether the folder of a release is what its maintainers made: `verify.py FOLDER --signers allowed_signers`.

Checks the signature under the sums, each sum and that no file stands beside them, the wheel against its own
list of files, and that provenance, list of parts and locks speak of these very files. `--rebuild` also
builds the commit again from a clone of the repository and compares bytes: nobody's word is needed then. Exit
status 1 where anything is not as it should be; everything found is told.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import io
import json
import re
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from build import PROVENANCE, SBOM, SUMS, build_twice, check_tools, hash_file
from commands import ROOT, ReleaseError
from locked import read_lock
from signing import check_signature

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SUM = re.compile(r"^([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._+-]*)$")
UNSUMMED = {SUMS, f"{SUMS}.sig"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Check everything and tell each finding; exit status 1 where one is bad."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--signers", type=Path, metavar="FILE", help="who may sign, as ssh-keygen reads it")
    parser.add_argument("--unsigned", action="store_true", help="leave the signature out; says so")
    parser.add_argument("--rebuild", action="store_true", help="build the commit again and compare bytes")
    asked = parser.parse_args(arguments)
    if not asked.signers and not asked.unsigned:
        parser.error("name who may sign with --signers, or say --unsigned")
    folder: Path = asked.folder
    checks: dict[str, Callable[[], str]] = {
        "signature": lambda: f"by {check_signature(folder / SUMS, asked.signers)}",
        "sums": lambda: check_sums(folder),
        "wheel": lambda: check_wheel(folder),
        "provenance": lambda: check_provenance(folder),
        "parts": lambda: check_sbom(folder),
        "rebuild": lambda: check_rebuild(folder),
    }
    left_out = ({"signature"} if asked.unsigned else set()) | (set() if asked.rebuild else {"rebuild"})
    bad = 0
    for name, check in checks.items():
        if name in left_out:
            print(f"not checked  {name}")
            continue
        try:
            print(f"ok           {name}: {check()}")
        except (ReleaseError, OSError, ValueError, KeyError, zipfile.BadZipFile) as problem:
            bad += 1
            print(f"BAD          {name}: {str(problem).strip().splitlines()[-1]}")
    return 1 if bad else 0


def read_sums(folder: Path) -> dict[str, str]:
    """Read the sums: file name to SHA-256.

    Raises
    ------
    ReleaseError
        A line is no sum, or names a file of another folder.
    """
    sums = {}
    for number, line in enumerate((folder / SUMS).read_text(encoding="utf-8").splitlines(), start=1):
        found = SUM.match(line)
        if not found:
            message = f"{SUMS} line {number}: {line[:80]!r} is no sum of a file of this folder"
            raise ReleaseError(message)
        sums[found[2]] = found[1]
    return sums


def check_sums(folder: Path) -> str:
    """Compare each file with its sum, and find files without one."""
    sums = read_sums(folder)
    here = {path.name for path in folder.iterdir()} - UNSUMMED
    wrong = [name for name in sums if name not in here or hash_file(folder / name) != sums[name]]
    strange = sorted(here - set(sums))
    if wrong or strange or not sums:
        message = (
            f"{', '.join(wrong) or 'none'} missing or changed; {', '.join(strange) or 'none'} without a sum"
        )
        raise ReleaseError(message)
    return f"{len(sums)} files"


def check_wheel(folder: Path) -> str:
    """Compare each file in the wheel with the wheel's own list."""
    path = only(folder, "*.whl")
    with zipfile.ZipFile(path) as wheel:
        names = [name for name in wheel.namelist() if not name.endswith("/")]
        record = next(name for name in names if name.endswith(".dist-info/RECORD"))
        rows = list(csv.reader(io.StringIO(wheel.read(record).decode())))
        listed = {row[0]: row[1] for row in rows}
        twice = len(names) != len(set(names))
        wrong = [
            name
            for name in names
            if name != record and listed.get(name) != f"sha256={encode(wheel.read(name))}"
        ]
    if wrong or twice or set(listed) != set(names):
        message = f"{path.name}: its list of files and its files differ, first {[*wrong, 'in number'][0]}"
        raise ReleaseError(message)
    return f"{path.name}, {len(names)} files"


def encode(data: bytes) -> str:
    """Write a hash as lists of wheels do."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def check_provenance(folder: Path) -> str:
    """See that the statement names exactly the files of the folder, and the lock that stands there."""
    stated = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    named = {one["name"]: one["digest"]["sha256"] for one in stated["subject"]}
    sums = {name: value for name, value in read_sums(folder).items() if name != PROVENANCE}
    if named != sums:
        other = sorted(name for name in {*named, *sums} if named.get(name) != sums.get(name))
        message = f"{PROVENANCE}: speaks of other files than {SUMS}: {', '.join(other)}"
        raise ReleaseError(message)
    definition = stated["predicate"]["buildDefinition"]
    commit = definition["externalParameters"]["commit"]
    for used in definition["resolvedDependencies"]:
        if used["name"].endswith(".lock") and used["digest"]["sha256"] != hash_file(folder / used["name"]):
            message = f"{PROVENANCE}: was built with another {used['name']} than stands here"
            raise ReleaseError(message)
    return f"commit {commit}, Python {definition['internalParameters']['python']}"


def check_sbom(folder: Path) -> str:
    """See that the list of parts names this wheel and every package of the lock, with its hashes."""
    listed = json.loads((folder / SBOM).read_text(encoding="utf-8"))
    wheel = only(folder, "*.whl")
    own = [one["content"] for one in listed["metadata"]["component"].get("hashes", [])]
    if own != [hash_file(wheel)]:
        message = f"{SBOM}: is not about {wheel.name}"
        raise ReleaseError(message)
    told = {
        (one["name"], one["version"]): {summed["content"] for summed in one["hashes"]}
        for one in listed["components"]
    }
    locked = {
        (one.name, one.version): set(one.hashes)
        for one in read_lock(folder / "requirements.lock", ROOT / "pyproject.toml")
    }
    if told != locked:
        other = sorted(f"{name} {number}" for name, number in set(told) ^ set(locked))
        message = f"{SBOM}: differs from requirements.lock: {', '.join(other) or 'in hashes'}"
        raise ReleaseError(message)
    return f"{len(told)} packages as locked"


def check_rebuild(folder: Path) -> str:
    """Build the commit again here and compare with the files of the folder."""
    stated = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    commit = stated["predicate"]["buildDefinition"]["externalParameters"]["commit"]
    if not re.fullmatch(r"[0-9a-f]{40,64}", commit):
        message = f"{PROVENANCE}: {commit[:80]!r} is no name of a commit"
        raise ReleaseError(message)
    check_tools()
    with tempfile.TemporaryDirectory() as name:
        _, _, built = build_twice(Path(name), commit)
        other = [path.name for path in built if hash_file(path) != read_sums(folder).get(path.name)]
    if other:
        message = f"{', '.join(other)}: a build of {commit[:12]} here has other bytes"
        raise ReleaseError(message)
    return f"{len(built)} files have the bytes of a build of {commit[:12]} made here"


def only(folder: Path, pattern: str) -> Path:
    """Give the one file of that kind.

    Raises
    ------
    ReleaseError
        There is none, or more than one.
    """
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        message = f"{pattern}: {len(found)} in {folder.name}; expected one"
        raise ReleaseError(message)
    return found[0]


if __name__ == "__main__":
    sys.exit(main())
