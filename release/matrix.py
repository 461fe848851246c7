"""Which Pythons and which versions of libraries a release works with, tried from clean environments.

    python release/matrix.py                                     all Pythons, oldest and newest
    python release/matrix.py --python python3.12 --sets oldest   one cell of the table
    python release/matrix.py --sets locked --no-tests            the same numbers everywhere?

For each Python and each set of libraries: a new environment, the wheel (never the source tree), `havenward
doctor`, the demo, and those tests that exercise libraries, run from a copy of the repository without `src/`.
The sets are `oldest`, the lowest version that pyproject.toml allows of each library it names; `newest`, what
an installation today would get; `locked`, what requirements.lock names. Needs uv. Prints a Markdown table;
exit status 1 where a cell failed. What each cell installed and printed is kept beside its environment.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from commands import ROOT, ReleaseError, export_commit, find_program, run_program, tell

PYTHONS = ("python3.11", "python3.12", "python3.13")
SETS = ("oldest", "newest", "locked")
# what the tests themselves need, in the versions of requirements-dev.lock
TEST_TOOLS = ("pytest", "pytest-xdist", "hypothesis")
# what is run, by the libraries that it exercises; about a minute on one core. The demo before it exercises
# the kernel (numba, numpy), the case (pyyaml), the tables (polars) and every product
TESTS = {
    "pyogrio, openpyxl": "import_cod import_sites import_hxl import_open_table import_dtm",
    "osmium, shapely, rapidfuzz": "import_osm import_matching import_spells",
    "polars, httpx": "import_hubverse import_online",
    "pypdf, trafilatura, python-docx": "reading_documents",
    "typst, jinja2, xlsxwriter": "brief_pdf brief_pictures brief_data brief_workbook",
    "every product, opened again": "brief_release",
    "starlette, uvicorn, python-multipart": "workbench_server workbench_security",
    "numpy, numba, scipy": "draws scores late_imports",
}
# a program of the source tree, and an office program; tests skip for themselves what else is not there
LEFT_OUT = "not benchmark and not libreoffice"


@dataclass
class Cell:
    """What happened on one Python with one set of libraries."""

    python: str
    libraries: str
    packages: int = 0
    doctor: str = ""
    demo: str = ""
    demo_s: float = 0
    tests: str = "left out"
    values: str = ""
    bytes: str = ""
    failure: str = ""

    @property
    def passed(self) -> bool:
        """Say whether all went well."""
        return not self.failure


def main(arguments: list[str] | None = None) -> int:
    """Try each cell, print the table; exit status 1 where a cell failed."""
    asked = parse_arguments(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    try:
        wheel = asked.wheel.resolve() if asked.wheel else build_wheel(asked.out)
        tests = copy_tests(asked.out / "tree") if asked.tests else None
        cells = []
        for python in asked.python or PYTHONS:
            for libraries in asked.sets.split(","):
                cells.append(try_cell(python, libraries, wheel, tests, asked))
                tell(f"{cells[-1].python} {libraries}: {cells[-1].failure or 'passed'}")
    except ReleaseError as problem:
        print(f"matrix: {problem}", file=sys.stderr)
        return 1
    print(write_table(cells))
    if asked.json:
        kept = json.dumps([asdict(cell) for cell in cells], indent=1)
        asked.json.write_text(f"{kept}\n", encoding="utf-8", newline="\n")
    return 0 if all(cell.passed for cell in cells) else 1


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--python", action="append", metavar="NAME", help="an interpreter; may be given again"
    )
    parser.add_argument(
        "--sets", default="oldest,newest", help=f"some of {', '.join(SETS)}, joined by commas"
    )
    parser.add_argument(
        "--wheel", type=Path, metavar="FILE", help="the wheel to try; else one of the last commit"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "matrix", metavar="DIR")
    parser.add_argument("--members", type=int, default=100, help="of each ensemble of the demo")
    parser.add_argument("--no-tests", dest="tests", action="store_false", help="doctor and demo only")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table here as well")
    parser.add_argument("--keep", action="store_true", help="keep the environments, a few hundred MB each")
    asked = parser.parse_args(arguments)
    if unknown := sorted(set(asked.sets.split(",")) - set(SETS)):
        parser.error(f"unknown set {', '.join(unknown)}; there are {', '.join(SETS)}")
    asked.out = asked.out.resolve()
    return asked


def build_wheel(out: Path) -> Path:
    """Build the wheel of the last commit."""
    tree, made = out / "source", out / "wheel"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.rmtree(made, ignore_errors=True)
    export_commit(tree)
    run_program([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", made], folder=tree)
    return next(made.glob("*.whl"))


def copy_tests(tree: Path) -> Path:
    """Unpack the last commit without its package: what is tested there can only be what is installed."""
    shutil.rmtree(tree, ignore_errors=True)
    export_commit(tree)
    shutil.rmtree(tree / "src")
    return tree


def try_cell(python: str, libraries: str, wheel: Path, tests: Path | None, asked: argparse.Namespace) -> Cell:
    """Install into a clean environment and use what is there; a failure is kept in the cell, not raised."""
    interpreter = shutil.which(python)
    if not interpreter:
        return Cell(python, libraries, failure="not found on PATH; name one with --python")
    try:
        version = run_program(
            [interpreter, "-c", "import platform; print(platform.python_version())"]
        ).strip()
    except ReleaseError as problem:  # a shim that leads nowhere
        return Cell(python, libraries, failure=str(problem).splitlines()[-1])
    cell = Cell(version, libraries)
    folder = asked.out / f"{version}-{libraries}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        scripts = install(folder, interpreter, libraries, wheel, cell, with_tests=tests is not None)
        try_doctor(scripts, folder, cell)
        try_demo(scripts, folder, cell, asked.members)
        if tests:
            try_tests(scripts, folder, tests, cell)
    except ReleaseError as problem:
        (folder / "failure.txt").write_text(f"{problem}\n", encoding="utf-8")
        cell.failure = str(problem).strip().splitlines()[-1][:200]
    if not asked.keep:
        shutil.rmtree(folder / "env", ignore_errors=True)
    return cell


def install(
    folder: Path, interpreter: str, libraries: str, wheel: Path, cell: Cell, *, with_tests: bool
) -> Path:
    """Make the environment; give the folder of its programs."""
    uv, env, chosen = find_program("uv"), folder / "env", folder / "libraries.txt"
    run_program([uv, "venv", "--quiet", "--python", interpreter, env])
    if libraries == "locked":
        shutil.copy(ROOT / "requirements.lock", chosen)
    else:
        which = {"oldest": ["--resolution", "lowest-direct"], "newest": ["--upgrade"]}[libraries]
        version = ".".join(cell.python.split(".")[:2])
        what: list[str | Path] = [uv, "pip", "compile", "--quiet", "--all-extras", "--no-header"]
        what += ["--no-annotate", "--python-version", version, *which]
        run_program([*what, "--output-file", chosen, ROOT / "pyproject.toml"])
    into: list[str | Path] = [uv, "pip", "install", "--quiet", "--only-binary", ":all:", "--python", env]
    run_program([*into, "--requirement", chosen])
    # without its dependencies: if the list above did not satisfy them, the check below says so
    run_program([*into, "--no-deps", wheel])
    run_program([uv, "pip", "check", "--quiet", "--python", env])
    cell.packages = len(run_program([uv, "pip", "freeze", "--python", env]).splitlines())
    if with_tests:
        # what is there already stays as it is: tools that would need another version of it are refused
        tools, limits = folder / "tools.txt", folder / "installed.txt"
        tools.write_text("\n".join(tool_versions()), encoding="utf-8")
        held = run_program([uv, "pip", "freeze", "--python", env]).splitlines()
        limits.write_text("\n".join(line for line in held if "==" in line), encoding="utf-8")
        run_program([*into, "--requirement", tools, "--constraint", limits])
    return next(path for path in (env / "bin", env / "Scripts") if path.exists())


def tool_versions() -> list[str]:
    """Give the tools that the tests need as the lock file of development pins them."""
    locked = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", locked, re.MULTILINE))
    return [f"{name}=={pinned[name]}" for name in TEST_TOOLS]


def try_doctor(scripts: Path, folder: Path, cell: Cell) -> None:
    """Let the installation examine itself; it must stand in this environment and nowhere else."""
    where = run_program(
        [scripts / "python", "-c", "import havenward; print(havenward.__file__)"], folder=folder
    )
    if not Path(where.strip()).is_relative_to(folder / "env"):
        message = f"havenward was imported from {where.strip()}, not from the environment under test"
        raise ReleaseError(message)
    said = run_program([scripts / "havenward", "doctor"], folder=folder).splitlines()
    cell.doctor = f"{sum(line.startswith('ok') for line in said)} ok"


def try_demo(scripts: Path, folder: Path, cell: Cell, members: int) -> None:
    """Run the demo, look at its brief, and take the fingerprint of its numbers."""
    began = time.perf_counter()
    words: list[str | Path] = ["demo", "--out", folder / "demo", "--members", str(members), "--seed", "1"]
    run_program([scripts / "havenward", *words], folder=folder)
    cell.demo_s = round(time.perf_counter() - began, 1)
    pages = [path for path in (folder / "demo").rglob("brief.html") if path.stat().st_size > 100_000]
    if not pages:
        message = "the demo ended well and wrote no brief.html over 100 kB"
        raise ReleaseError(message)
    cell.demo = f"{len(pages)} briefs"
    lines = run_program([scripts / "python", ROOT / "release" / "fingerprint.py", folder / "demo"])
    found = [line.split() for line in lines.splitlines()]
    cell.values = " ".join(values[:8] for _, values, _ in found)
    cell.bytes = " ".join(packed[:8] for _, _, packed in found)


def try_tests(scripts: Path, folder: Path, tree: Path, cell: Cell) -> None:
    """Run the chosen tests against what is installed."""
    files = [f"tests/test_{name}.py" for names in TESTS.values() for name in names.split()]
    words = ["-m", "pytest", "-p", "no:cacheprovider", "-k", LEFT_OUT, *files]
    command: list[str | Path] = [scripts / "python", *words]
    try:
        said = run_program(command, folder=tree, changes={"PYTHONDONTWRITEBYTECODE": "1"})
    except ReleaseError as problem:
        said = str(problem)
        (folder / "tests.txt").write_text(said, encoding="utf-8")
        counts = re.findall(r"\d+ (?:passed|failed|errors?|skipped)", said.splitlines()[-1])
        cell.tests = ", ".join(counts) or "did not run"
        raise
    (folder / "tests.txt").write_text(said, encoding="utf-8")
    cell.tests = ", ".join(re.findall(r"\d+ (?:passed|skipped)", said.splitlines()[-1]))


def write_table(cells: list[Cell]) -> str:
    """Lay the cells out as a Markdown table."""
    head = ["Python", "libraries", "packages", "doctor", "demo", "tests", "values", "bytes", "result"]
    rows = [
        [
            cell.python,
            cell.libraries,
            str(cell.packages or "-"),
            cell.doctor or "-",
            f"{cell.demo}, {cell.demo_s:.0f} s" if cell.demo else "-",
            cell.tests,
            cell.values or "-",
            cell.bytes or "-",
            "passed" if cell.passed else f"FAILED: {cell.failure}",
        ]
        for cell in cells
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
