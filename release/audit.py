"""Whether a locked package has a known vulnerability that nobody has weighed yet.

    python release/audit.py --advisories pypi-all.zip   from a dump of the OSV database, offline
    python release/audit.py                             asks a service, through pip-audit

Exit status 1 for an advisory that reaches a locked version and does not stand in accepted.csv. Where nothing
could be asked it says `not checked` and why; that is status 0, and 1 with --strict, which a release uses. An
accepted advisory has a reason and a last day, after which it counts again.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands import ROOT, ReleaseError
from locked import Locked, normalise_name, read_lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packaging.version import Version

ACCEPTED = ROOT / "release" / "accepted.csv"
OLDEST_DUMP_DAYS = 30  # with --strict; a database that old has missed a month of advisories
ASK_SECONDS = 300


@dataclass(frozen=True)
class Finding:
    """An advisory that reaches a locked version."""

    package: str
    version: str
    names: tuple[str, ...]  # its identifier first, then those that others give it
    repaired: tuple[str, ...]  # versions
    summary: str


class NotCheckedError(Exception):
    """Nothing could be asked; the message says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, weigh and tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--advisories", type=Path, metavar="PATH", help="a dump: .zip, folder or one .json")
    parser.add_argument("--lock", type=Path, default=ROOT / "requirements.lock", metavar="FILE")
    parser.add_argument("--accepted", type=Path, default=ACCEPTED, metavar="FILE")
    parser.add_argument("--service", choices=("osv", "pypi"), default="osv", help="whom pip-audit asks")
    parser.add_argument("--strict", action="store_true", help="what was not checked counts as a failure")
    parser.add_argument("--today", type=date.fromisoformat, default=datetime.now(UTC).date(), metavar="DATE")
    asked = parser.parse_args(arguments)
    try:
        packages = read_lock(asked.lock)
        if asked.advisories:
            found, about = search_dump(packages, asked.advisories, asked.today, strict=asked.strict)
        else:
            found, about = ask_service(packages, asked.lock, asked.service)
        accepted = read_accepted(asked.accepted, asked.today)
    except NotCheckedError as reason:
        print(f"audit: not checked: {reason}")
        return 1 if asked.strict else 0
    except ReleaseError as problem:
        print(f"audit: {problem}", file=sys.stderr)
        return 1
    left = [one for one in found if not accepted.intersection(one.names)]
    for one in found:
        word = "REACHES" if one in left else "accepted"
        repair = f"repaired in {', '.join(one.repaired)}" if one.repaired else "no repaired version is known"
        print(f"{word} {one.package} {one.version}: {', '.join(one.names)}; {repair}. {one.summary}")
    print(
        f"audit: {len(packages)} packages, {about}: {len(left)} to act on, {len(found) - len(left)} accepted"
    )
    return 1 if left else 0


def read_accepted(path: Path, today: date) -> set[str]:
    """Read which advisories a person has weighed and found harmless here, and until when.

    Raises
    ------
    ReleaseError
        A row has no reason or no date.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = set()
    for number, row in enumerate(rows, start=2):
        try:
            until = date.fromisoformat(row["until"])
        except ValueError:
            message = (
                f"{path.name} row {number}: until is {row['until']!r}; expected a date; give its last day"
            )
            raise ReleaseError(message) from None
        if not row["reason"].strip():
            message = (
                f"{path.name} row {number}: {row['advisory']} has no reason; say why it does not reach us"
            )
            raise ReleaseError(message)
        if today <= until:
            kept.add(row["advisory"])
    return kept


# -- a dump, offline ---------------------------------------------------------------------------------------


def search_dump(
    packages: Iterable[Locked], path: Path, today: date, *, strict: bool = False
) -> tuple[list[Finding], str]:
    """Search advisories in the OSV format for the locked versions.

    Returns
    -------
    findings
        One for each advisory and package; advisories that are aliases of each other are one.
    about
        How many advisories there were, and of which day the newest is.

    Raises
    ------
    NotCheckedError
        There is no advisory about packages of PyPI, or with `strict` none of the last days.
    """
    versions = {one.name: one.version for one in packages}
    found, count, newest = [], 0, ""
    for advisory in read_advisories(path):
        reached = [
            one for one in advisory.get("affected", []) if one.get("package", {}).get("ecosystem") == "PyPI"
        ]
        if not reached:
            continue
        count += 1
        newest = max(newest, str(advisory.get("modified", ""))[:10])
        if advisory.get("withdrawn"):
            continue
        for affected in reached:
            name = normalise_name(affected["package"]["name"])
            if name in versions and is_affected(affected, versions[name]):
                found.append(describe_finding(advisory, affected, name, versions[name]))
    if not count:
        message = f"{path} holds no advisory about packages of PyPI in the OSV format"
        raise NotCheckedError(message)
    age = (today - date.fromisoformat(newest)).days if newest else OLDEST_DUMP_DAYS + 1
    if strict and age > OLDEST_DUMP_DAYS:
        message = (
            f"the newest advisory in {path.name} is of {newest or 'no day'}, {age} days ago; get a newer dump"
        )
        raise NotCheckedError(message)
    return merge_aliases(found), f"{count} advisories, the newest of {newest}"


def read_advisories(path: Path) -> Iterator[Mapping[str, Any]]:
    """Read every advisory of a ZIP, a folder or a single file."""
    try:
        if path.is_dir():
            for file in sorted(path.rglob("*.json")):
                yield json.loads(file.read_text(encoding="utf-8"))
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                for name in sorted(packed.namelist()):
                    if name.endswith(".json"):
                        yield json.loads(packed.read(name))
        else:
            whole = json.loads(path.read_text(encoding="utf-8"))
            yield from whole if isinstance(whole, list) else [whole]
    except (OSError, ValueError, zipfile.BadZipFile) as problem:
        message = f"{path}: {problem}"
        raise NotCheckedError(message) from None


def is_affected(affected: Mapping[str, Any], version: str) -> bool:
    """Say whether a version is listed, or lies in a range from `introduced` to before `fixed`.

    References
    ----------
    The evaluation of the OSV schema 1.6; ranges of commits say nothing about versions.
    """
    from packaging.version import InvalidVersion, Version

    here = Version(version)
    for listed in affected.get("versions", []):
        try:
            if Version(listed) == here:
                return True
        except InvalidVersion:  # from before versions had rules; ours are not among them
            continue
    return any(
        _lies_within(one.get("events", []), here)
        for one in affected.get("ranges", [])
        if one.get("type") in ("ECOSYSTEM", "SEMVER")
    )


def _lies_within(events: Sequence[Mapping[str, str]], here: Version) -> bool:
    """Follow the events of a range in the order of their versions."""
    from packaging.version import Version

    placed = [
        (Version("0.dev0") if text == "0" else Version(text), kind)
        for event in events
        for kind, text in event.items()
        if kind in ("introduced", "fixed", "last_affected")
    ]
    inside = False
    for version, kind in sorted(placed, key=lambda one: one[0]):
        if kind == "introduced" and here >= version:
            inside = True
        elif (kind == "fixed" and here >= version) or (kind == "last_affected" and here > version):
            inside = False
    return inside


def describe_finding(
    advisory: Mapping[str, Any], affected: Mapping[str, Any], name: str, version: str
) -> Finding:
    """Take out of an advisory what a person needs."""
    repaired = tuple(
        event["fixed"]
        for one in affected.get("ranges", [])
        if one.get("type") in ("ECOSYSTEM", "SEMVER")
        for event in one.get("events", [])
        if "fixed" in event
    )
    names = (advisory["id"], *sorted(advisory.get("aliases", [])))
    words = str(advisory.get("summary") or advisory.get("details", "")).split("\n", maxsplit=1)[0]
    return Finding(name, version, names, repaired, words[:160])


def merge_aliases(found: Iterable[Finding]) -> list[Finding]:
    """Make one of several findings for the same package that share a name."""
    kept: list[Finding] = []
    for one in sorted(found, key=lambda one: (one.package, one.names)):
        same = [
            k for k, other in enumerate(kept)
            if other.package == one.package and set(other.names) & set(one.names)
        ]  # fmt: skip
        if not same:
            kept.append(one)
            continue
        first = kept[same[0]]
        names = dict.fromkeys([*first.names, *one.names])
        repaired = dict.fromkeys([*first.repaired, *one.repaired])
        kept[same[0]] = Finding(
            one.package, one.version, tuple(names), tuple(repaired), first.summary or one.summary
        )
    return kept


# -- a service ---------------------------------------------------------------------------------------------


def ask_service(packages: Sequence[Locked], lock: Path, service: str) -> tuple[list[Finding], str]:
    """Ask through pip-audit.

    Raises
    ------
    NotCheckedError
        pip-audit is not installed, no service was reached, or it skipped a package: it counts those as sound.
    """
    beside = Path(sys.executable).with_name("pip-audit")
    program = str(beside) if beside.exists() else shutil.which("pip-audit")
    if not program:
        message = "pip-audit is not installed; `pip install pip-audit`, or name a dump with --advisories"
        raise NotCheckedError(message)
    command = [program, "--requirement", str(lock), "--no-deps", "--disable-pip", "--progress-spinner", "off"]
    command += ["--format", "json", "--vulnerability-service", service]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=ASK_SECONDS)
        answered = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        message = f"no service reached: {service} did not answer within {ASK_SECONDS} s"
        raise NotCheckedError(message) from None
    except (ValueError, KeyError, TypeError):
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        message = f"no service reached: {last[:200]}"
        raise NotCheckedError(message) from None
    return read_answer(packages, answered), f"by {service}"


def read_answer(packages: Sequence[Locked], answered: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """Read what pip-audit answered; what it skipped, or is not in the answer, was not checked.

    A package that is not installed on this Python (its marker says so) is left out of the answer.
    """
    found, seen, skipped = [], set(), []
    for one in answered:
        name = normalise_name(one["name"])
        if one.get("skip_reason"):
            skipped.append(name)
            continue
        seen.add(name)
        for vulnerable in one.get("vulns", []):
            names = (vulnerable["id"], *sorted(vulnerable.get("aliases", [])))
            words = str(vulnerable.get("description", "")).split("\n", maxsplit=1)[0][:160]
            repaired = tuple(vulnerable.get("fix_versions", []))
            found.append(Finding(name, one.get("version", ""), names, repaired, words))
    lacking = sorted({one.name for one in packages if not one.marker} - seen)
    if skipped or lacking:
        message = f"the service does not know {', '.join(sorted({*skipped, *lacking}))}"
        raise NotCheckedError(message)
    return merge_aliases(found)


if __name__ == "__main__":
    sys.exit(main())
