"""What a release consists of, as a CycloneDX 1.6 list: each locked package and what its wheel holds.

    python release/sbom.py --out out/release/sbom.cdx.json
    python release/sbom.py --wheel dist/havenward-1.0-py3-none-any.whl --date 1700000000 --out sbom.cdx.json

A package carries its version, its licence from licences.csv, and the SHA-256 of every file that the lock
allows for it; `scope` tells whether every installation has it (required), only one with an extra (optional),
or only who builds (excluded). The same lock, table and date give the same bytes. Written by hand rather than
by a library, because the lock already holds the whole graph and one page of code is easier to check than one
more package.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tomllib
import uuid
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands import ReleaseError, run_program
from licences import Inside, Licence, read_inside, read_licences
from locked import OURS, PROJECT, Locked, read_lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"
# the list is named by its content: this fixes the space of names, whatever its value
SPACE = uuid.UUID("5b0d6a0e-4a53-4c0e-9c63-6a3c4d7d9f10")
INSIDE_WHEELS = (
    "polars-runtime-32",
    "typst",
)  # bring a list of their own parts that must be there to be read


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the list."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument(
        "--wheel", type=Path, metavar="FILE", help="our wheel, whose hash the list then holds"
    )
    parser.add_argument(
        "--date", type=int, metavar="SECONDS", help="since 1970; else that of the last commit"
    )
    asked = parser.parse_args(arguments)
    try:
        date = asked.date
        if date is None:
            date = int(run_program(["git", "log", "-1", "--format=%ct"], folder=PROJECT.parent))
        text = write_sbom(compose_sbom(date, asked.wheel))
    except ReleaseError as problem:
        print(f"sbom: {problem}", file=sys.stderr)
        return 1
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(text, encoding="utf-8", newline="\n")
    print(f"{asked.out}: {text.count('bom-ref') - 1} components")
    return 0


def write_sbom(sbom: dict[str, Any]) -> str:
    """Write the list as text: the same list gives the same bytes."""
    return f"{json.dumps(sbom, indent=1, ensure_ascii=False)}\n"


def compose_sbom(date: int, wheel: Path | None = None) -> dict[str, Any]:
    """Put the list together from the lock, the table of licences and this environment.

    Parameters
    ----------
    date
        Seconds since 1970, written as the time of the list.
    wheel
        Our wheel; without it our own entry has no hash.

    Raises
    ------
    ReleaseError
        A package has no licence, or a wheel that lists its own parts is not installed as locked.
    """
    packages, rows = read_lock(), read_licences()
    inside = list(read_inside(packages))
    if missing := sorted(set(INSIDE_WHEELS) - {part.package for part in inside}):
        message = f"{', '.join(missing)} are not installed as requirements.lock names them; run `make setup`"
        raise ReleaseError(message)
    version = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"]
    components = [describe_package(one, rows, inside) for one in packages]
    ours = f"pkg:pypi/{OURS}@{version}"
    sbom: dict[str, Any] = {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": "",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(date, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "lifecycles": [{"phase": "build"}],
            "tools": {"components": [{"type": "application", "name": "release/sbom.py", "version": version}]},
            "component": {
                "type": "application",
                "bom-ref": ours,
                "name": OURS,
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "purl": ours,
            },
        },
        "components": components,
        "dependencies": describe_graph(packages, ours),
    }
    if wheel:
        summed = hashlib.sha256(wheel.read_bytes()).hexdigest()
        sbom["metadata"]["component"]["hashes"] = [{"alg": "SHA-256", "content": summed}]
    sbom["serialNumber"] = f"urn:uuid:{uuid.uuid5(SPACE, write_sbom(sbom))}"
    return sbom


def describe_package(one: Locked, rows: Iterable[Licence], inside: Iterable[Inside]) -> dict[str, Any]:
    """Describe one package with all that is inside its wheel."""
    own = [row for row in rows if row.package == one.name]
    whole = next((row for row in own if not row.part), None)
    if whole is None:
        message = f"licences.csv lacks {one.name}; look at its licence and add a row"
        raise ReleaseError(message)
    purl = refer_to(one)
    described: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": one.name,
        "version": one.version,
        "scope": one.need,
        "hashes": [{"alg": "SHA-256", "content": summed} for summed in sorted(one.hashes)],
        "licenses": describe_licence(whole.licence),
        "purl": purl,
    }
    notes = {"havenward:installed-where": one.marker, "havenward:why-accepted": whole.reason}
    if kept := [{"name": name, "value": value} for name, value in notes.items() if value]:
        described["properties"] = kept
    parts = [describe_part(purl, row) for row in own if row.part]
    parts += [describe_inside(purl, part) for part in unique_parts(inside) if part.package == one.name]
    if parts:
        described["components"] = parts
    return described


def refer_to(one: Locked) -> str:
    """Give the package URL, which is also its name within the list."""
    return f"pkg:pypi/{one.name}@{one.version}"


def describe_licence(expression: str) -> list[dict[str, Any]]:
    """Write one licence by its identifier, several as an expression, and one without identifier by name."""
    if " " in expression:
        return [{"expression": expression}]
    if expression.startswith("LicenseRef-"):
        return [{"license": {"name": expression.removeprefix("LicenseRef-")}}]
    return [{"license": {"id": expression}}]


def describe_part(within: str, row: Licence) -> dict[str, Any]:
    """Describe a library inside a wheel that we found ourselves; wheels do not tell its version reliably."""
    described: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"{within}#{row.part.lower().replace(' ', '-')}",
        "name": row.part,
        "licenses": describe_licence(row.licence),
        "properties": [{"name": "havenward:file", "value": row.file}],
    }
    if row.reason:
        described["properties"].append({"name": "havenward:why-accepted", "value": row.reason})
    return described


def unique_parts(parts: Iterable[Inside]) -> list[Inside]:
    """Keep each part of each wheel once: lists of wheels name some twice."""
    return sorted(set(parts), key=lambda part: (part.package, part.name, part.version, part.purl))


def describe_inside(within: str, part: Inside) -> dict[str, Any]:
    """Describe a library inside a wheel that the wheel itself lists."""
    summed = hashlib.sha256(f"{part.purl}{part.licence}".encode()).hexdigest()[:8]
    described: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"{within}#{part.name}@{part.version}-{summed}",
        "name": part.name,
        "version": part.version,
    }
    if part.licence:
        # some lists write `A/B` for `A OR B`, which is no SPDX expression; a name may be any text
        plain = "/" not in part.licence
        described["licenses"] = (
            describe_licence(part.licence) if plain else [{"license": {"name": part.licence}}]
        )
    if part.purl.startswith("pkg:"):
        described["purl"] = part.purl
    return described


def describe_graph(packages: Sequence[Locked], ours: str) -> list[dict[str, Any]]:
    """Say who needs whom, our own package first."""
    needs: dict[str, set[str]] = defaultdict(set)
    references = {one.name: refer_to(one) for one in packages} | {OURS: ours}
    for one in packages:
        for asker in one.askers:
            if one.need != "excluded" or asker != OURS:  # what only builds us is no part of us
                needs[references[asker]].add(refer_to(one))
    every = [ours, *(refer_to(one) for one in packages)]
    return [{"ref": reference, "dependsOn": sorted(needs[reference])} for reference in every]


if __name__ == "__main__":
    sys.exit(main())
