"""Whether everything that a release rests on may be passed on, and on which terms.

    python release/licences.py            check the environment of this Python; exit status 1 if not sound
    python release/licences.py --draft    print rows for packages that licences.csv does not have yet

`licences.csv` is what a person has looked at: one row for each package of requirements.lock, and one for
each library inside a wheel. `stated` is what the package says of itself: when a new version says something
else, the check fails and a person looks again. A licence that is not permissive needs a reason. The Rust
libraries inside polars and typst are read from the lists that these wheels bring along.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files, metadata, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands import ROOT
from locked import Locked, normalise_name, read_lock
from spdx import is_permissive

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from email.message import Message

TABLE = ROOT / "release" / "licences.csv"
LONGEST_NAME = 60  # what is longer in the field "License" is the text of a licence, not its name


@dataclass(frozen=True)
class Licence:
    """One row of licences.csv: a package, or a library inside its wheel."""

    package: str
    part: str
    file: str
    stated: str
    licence: str
    reason: str


@dataclass(frozen=True)
class Inside:
    """A library inside a wheel, as the wheel's own list names it."""

    package: str
    name: str
    version: str
    licence: str
    purl: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Check, or draft rows for what is new."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draft", action="store_true", help="print rows for packages that have none")
    asked = parser.parse_args(arguments)
    packages, rows = read_lock(), read_licences()
    if asked.draft:
        known = {row.package for row in rows}
        new = [one.name for one in packages if one.name not in known]
        csv.writer(sys.stdout, lineterminator="\n").writerows(
            [name, "", "", read_stated(name) or "", read_stated(name) or "", ""] for name in new
        )
        return 0
    problems = [
        *check_rows(packages, rows),
        *check_stated(packages, rows),
        *check_bundles(packages, rows),
        *check_inside(packages),
    ]
    for problem in problems:
        print(f"licences.csv {problem}", file=sys.stderr)
    reasons = [row for row in rows if row.reason]
    print(
        f"{len(packages)} packages, {sum(bool(row.part) for row in rows)} libraries inside wheels, ", end=""
    )
    print(f"{len(list(read_inside(packages)))} listed by wheels themselves; {len(reasons)} with a reason:")
    for row in reasons:
        print(f"  {row.package}{f' ({row.part})' if row.part else ''}: {row.licence}. {row.reason}")
    return 1 if problems else 0


def read_licences(path: Path = TABLE) -> list[Licence]:
    """Read the table."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Licence(**row) for row in csv.DictReader(file)]


def check_rows(packages: Sequence[Locked], rows: Sequence[Licence]) -> Iterator[str]:
    """Find packages without a row, rows without a package, and licences that need a reason."""
    known = {row.package for row in rows if not row.part}
    names = {one.name for one in packages}
    for name in sorted(names - known):
        yield f"lacks {name}; look at its licence and add a row (--draft begins one)"
    for name in sorted({row.package for row in rows} - names):
        yield f"{name}: not in requirements.lock; remove its rows"
    for row in rows:
        if not row.reason and not is_permissive(row.licence):
            where = f"{row.package} {row.part}".strip()
            yield f"{where}: {row.licence or 'no licence'} is not permissive; replace it, or give a reason"


def check_stated(packages: Sequence[Locked], rows: Sequence[Licence]) -> Iterator[str]:
    """Find packages that say something else of themselves than when a person looked."""
    for row in rows:
        if row.part or row.package not in {one.name for one in packages}:
            continue
        stated = read_stated(row.package)
        if stated is not None and stated != row.stated:
            found = stated or "nothing"
            yield f"{row.package}: states {found!r}, and {row.stated!r} when it was looked at; look again"


def read_stated(name: str) -> str | None:
    """Give what an installed package says of its licence; nothing where it is not installed here."""
    try:
        return find_stated(metadata(name))  # type: ignore[arg-type]  # a message with a narrower face
    except PackageNotFoundError:
        return None


def find_stated(described: Message) -> str:
    """Take the expression, else the short name, else what the classifiers say."""
    for field in ("License-Expression", "License"):
        text = (described.get(field) or "").strip()
        if text and "\n" not in text and len(text) <= LONGEST_NAME:
            return text
    kinds = [text for text in described.get_all("Classifier") or [] if text.startswith("License")]
    return " / ".join(text.split(" :: ")[-1] for text in kinds)


def check_bundles(packages: Sequence[Locked], rows: Sequence[Licence]) -> Iterator[str]:
    """Find shared libraries inside wheels that no row tells of."""
    patterns = {row.file for row in rows if row.file}
    for site in {Path(path) for path in sys.path if Path(path).name == "site-packages"}:
        known = {found for pattern in patterns for found in site.glob(pattern)}
        for one in packages:
            for found in sorted(site.glob(f"{one.name.replace('-', '_')}.libs/*")):
                if found not in known:
                    inside = found.relative_to(site).as_posix()
                    yield f"{one.name}: its wheel brings {inside}; add a row with its licence"


def check_inside(packages: Sequence[Locked]) -> Iterator[str]:
    """Weigh what wheels list of themselves; a weak copyleft by file is accepted there, as for packages."""
    for inside in read_inside(packages):
        if inside.licence and not is_permissive(inside.licence.replace("/", " OR ")):
            if inside.licence == "MPL-2.0":  # by file, unchanged, and its source is public
                continue
            yield f"{inside.package}: its wheel holds {inside.name} under {inside.licence}, not permissive"


def read_inside(packages: Sequence[Locked]) -> Iterator[Inside]:
    """Read the lists of parts (PEP 770) that installed wheels bring along, without their own entry."""
    for one in packages:
        try:
            if version(one.name) != one.version:
                continue
        except PackageNotFoundError:
            continue
        for path in _lists_of(one.name):
            listed = json.loads(path.read_text(encoding="utf-8")).get("components", [])
            for part in sorted(listed, key=lambda part: (part["name"], part.get("version", ""))):
                if normalise_name(part["name"]) != one.name:
                    name = _expression(part.get("licenses", []))
                    yield Inside(one.name, part["name"], part.get("version", ""), name, part.get("purl", ""))


def _lists_of(name: str) -> list[Path]:
    """Find the lists in the metadata folder of an installed package."""
    listed = [file for file in files(name) or () if "sboms" in file.parts and file.suffix == ".json"]
    return sorted(Path(str(file.locate())) for file in listed)


def _expression(licences: Sequence[Mapping[str, Any]]) -> str:
    """Join what a list of parts gives as licences."""
    words = [
        one.get("expression") or one.get("license", {}).get("id") or one.get("license", {}).get("name") or ""
        for one in licences
    ]
    return " AND ".join(f"({word})" if " " in word and len(words) > 1 else word for word in words if word)


if __name__ == "__main__":
    sys.exit(main())
