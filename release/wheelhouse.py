"""What an office without a network installs from: a folder with our wheel and every wheel that it needs.

    python release/wheelhouse.py --wheel out/release/havenward-0.2.0-py3-none-any.whl --out out/wheelhouse
    python release/wheelhouse.py --python python3.11 --python python3.12     one folder for several Pythons

The wheels are those of requirements.lock, each checked against its hash by pip when it comes; no package
that only builds us is among them. It holds wheels for the system and processor on which it is made: make it
on a machine like those of the office. SHA256SUMS lists all, `requirements.lock` and INSTALL.txt lie beside.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from build import build_twice, check_tools, write_sums
from commands import ROOT, ReleaseError, run_program, tell
from locked import LOCK, OURS, Locked, read_lock

if TYPE_CHECKING:
    from collections.abc import Sequence

INSTALL = """Havenward without a network
===========================

This folder holds Havenward and everything that it needs on {system} {machine} with Python {pythons}.
Nothing is fetched from anywhere. Take it along whole: on a stick, or over a share.

1. See that the folder arrived whole (Linux and macOS; elsewhere see step 3):

       sha256sum --check --quiet SHA256SUMS

2. Make an environment and install:

       python3 -m venv havenward-env
       havenward-env/bin/python -m pip install --no-index --find-links . "{ours}[cluster,desk]=={version}"

   On Windows it is `havenward-env\\Scripts\\python` in place of `havenward-env/bin/python`.
   Leave `[cluster,desk]` out if you neither compute on several machines nor keep a store of many reports.

3. Or install only what has the hash of the lock file, and nothing else:

       havenward-env/bin/python -m pip install --no-index --find-links . --require-hashes -r requirements.lock
       havenward-env/bin/python -m pip install --no-index --no-deps {wheel}

4. Try it. Both work without a network:

       havenward-env/bin/havenward doctor
       havenward-env/bin/havenward demo --out demo

{count} wheels, {megabytes:.0f} MB.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Collect the wheels and describe them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--wheel", type=Path, metavar="FILE", help="our wheel; else one of the last commit")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "wheelhouse", metavar="DIR")
    parser.add_argument("--python", action="append", metavar="NAME", help="for which Python; may be repeated")
    asked = parser.parse_args(arguments)
    try:
        count, size = collect(asked.wheel, asked.out.resolve(), asked.python or [sys.executable])
    except ReleaseError as problem:
        print(f"wheelhouse: {problem}", file=sys.stderr)
        return 1
    print(f"{asked.out}: {count} wheels, {size / 1e6:.0f} MB")
    return 0


def collect(wheel: Path | None, out: Path, pythons: Sequence[str]) -> tuple[int, int]:
    """Fetch every wheel, write the sums and the instructions; the folder is there whole or not at all.

    Returns
    -------
    count, size
        Of the wheels; size in bytes.

    Raises
    ------
    ReleaseError
        A package has no wheel for a Python, or a file has another hash than the lock.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".wheelhouse-") as name:
        ready = Path(name) / "ready"
        ready.mkdir()
        lock = ready / LOCK.name
        lock.write_text(write_requirements(read_lock()), encoding="utf-8", newline="\n")
        shutil.copy(wheel or build_wheel(Path(name)), ready)
        versions = []
        for python in pythons:
            versions.append(run_program([python, "-c", "import platform; print(platform.python_version())"]))
            tell(f"fetching for Python {versions[-1].strip()} ...")
            words = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", "download"]
            words += ["--only-binary", ":all:", "--no-deps", "--require-hashes", "--dest", str(ready)]
            run_program([*words, "--requirement", lock])
        wheels = sorted(ready.glob("*.whl"))
        size = sum(path.stat().st_size for path in wheels)
        ours = next(path for path in wheels if path.name.startswith(f"{OURS}-"))
        text = INSTALL.format(
            system=platform.system(),
            machine=platform.machine(),
            pythons=", ".join(sorted({".".join(text.split(".")[:2]) for text in versions})),
            ours=OURS,
            version=ours.name.split("-")[1],
            wheel=ours.name,
            count=len(wheels),
            megabytes=size / 1e6,
        )
        (ready / "INSTALL.txt").write_text(text, encoding="utf-8", newline="\n")
        write_sums(ready)
        shutil.rmtree(out, ignore_errors=True)
        ready.rename(out)
    return len(wheels), size


def build_wheel(work: Path) -> Path:
    """Build the wheel of the last commit."""
    check_tools()
    _, _, built = build_twice(work / "build", "HEAD")
    return next(path for path in built if path.suffix == ".whl")


def write_requirements(packages: Sequence[Locked]) -> str:
    """Write the lock without what only builds us, and without the names of who asked."""
    lines = [
        "# What Havenward and its extras need, as pip reads it; each file must have one of these hashes."
    ]
    for one in packages:
        if one.need == "excluded":
            continue
        head = f"{one.name}=={one.version}{f' ; {one.marker}' if one.marker else ''}"
        lines.append(" \\\n    ".join([head, *(f"--hash=sha256:{summed}" for summed in one.hashes)]))
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
