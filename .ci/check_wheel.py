"""Check that a wheel holds the tables, the templates and the bundled cases: `check_wheel.py WHEEL`."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def expected_files() -> set[str]:
    """List the data files of the source tree by the name that they have in the wheel."""
    package = ROOT / "src" / "havenward"
    cases = ROOT / "cases"
    names = {
        f"havenward/{path.relative_to(package).as_posix()}"
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    names |= {
        f"havenward/cases/{path.relative_to(cases).as_posix()}"
        for path in cases.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    return names


def main() -> int:
    """Print what the wheel lacks; exit status 1 where that is anything."""
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        held = set(wheel.namelist())
    missing = sorted(expected_files() - held)
    for name in missing:
        print(f"{Path(sys.argv[1]).name}: lacks {name}", file=sys.stderr)
    print(f"{Path(sys.argv[1]).name}: {len(held)} files, {len(missing)} missing")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
