"""Protects the layers: who may import whom, what a module must say, and that tables and records agree."""

import ast
import csv
import dataclasses
import re
from pathlib import Path

import pytest

from havenward import records
from havenward.distributions import LIMITS, SHAPES

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "havenward"
STAGES = {"reading", "desk", "case", "movement", "forecast", "needs", "brief"}
GROUND = {
    "errors",
    "migrations",
    "limits",
    "archives",
    "settings",
    "geography",
    "dates",
    "randomness",
    "distributions",
    "files",
    "words",
    "locks",
    "runners",
    "cluster",
    "cluster_pieces",
    "sameness",
    "arithmetic",
    "stores",
}
# who stands on which floor; a module may import from floors below its own, never from above
FLOORS = (
    GROUND,
    {"records", "flee_inputs"},
    {"runs"},
    STAGES,
    {"pipeline"},
    {"doctor", "workbench"},  # one tries every part of the house, one is opened by a command
    {"cli", "__init__"},
    {"__main__"},
)
FLOOR_OF = {name: floor for floor, names in enumerate(FLOORS) for name in names}
TEXT_SUFFIXES = {
    ".py", ".md", ".toml", ".csv", ".txt", ".yaml", ".yml", ".html", ".css", ".js", ".json", ".j2", ".lock", ".svg", "",
}  # fmt: skip
NOT_OURS = {
    ".git", ".venv", "node_modules", "__pycache__", "out", "build", "dist",
    ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis",
}  # fmt: skip


def modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if "__pycache__" not in path.parts)


def room(path: Path) -> str:
    """Name the part of the house a module belongs to: its first folder, or itself."""
    return path.relative_to(SOURCE).with_suffix("").parts[0]


def imported(path: Path) -> list[tuple[int, str]]:
    """List the rooms that a module imports, type-only and late imports included, with the line of each."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            names = ["havenward.(relative)"]
        elif isinstance(node, ast.ImportFrom) and node.module == "havenward":
            # the version is a fact about the package, which any part may state
            names = [f"havenward.{alias.name}" for alias in node.names if alias.name != "__version__"]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        for name in names:
            top, _, rest = name.partition(".")
            if top == "havenward":
                inside = rest.split(".")[0] or "__init__"
                found.append((node.lineno, inside if inside in FLOOR_OF else "__init__"))
    return found


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_each_module_has_a_floor():
    homeless = [name_of(path) for path in modules() if room(path) not in FLOOR_OF]
    assert not homeless, f"no floor for {homeless}: is it a stage, or ground? See FLOORS in this test"


def test_imports_only_go_downstairs():
    climbs = []
    for path in modules():
        here = room(path)
        for line, there in imported(path):
            own = there == here
            beside = FLOOR_OF[there] == FLOOR_OF.get(here) and here in GROUND
            if not own and not beside and FLOOR_OF[there] >= FLOOR_OF.get(here, 0):
                climbs.append(f"{name_of(path)} line {line} imports {there}")
    assert not climbs, "\n".join(climbs)


def test_only_pipeline_names_two_stages():
    """The face of the package may list names of all stages: it only hands them on."""
    for path in modules():
        named = {there for _, there in imported(path)} & STAGES
        if room(path) in STAGES:
            others = named - {room(path)}
            assert not others, f"{name_of(path)} imports another stage: {sorted(others)}"
        elif room(path) not in ("pipeline", "__init__"):
            assert len(named) < 2, f"{name_of(path)} names {sorted(named)}; only pipeline may name two stages"


def test_the_layer_check_sees_a_climb(tmp_path: Path):
    module = tmp_path / "wrong.py"
    module.write_text(
        "from havenward.pipeline import run\n"
        "def late():\n    import havenward.brief.maps\n    from havenward import needs, load_case, __version__\n",
        encoding="utf-8",
    )
    assert imported(module) == [(1, "pipeline"), (3, "brief"), (4, "needs"), (4, "__init__")]


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_first_line_says_what_the_module_decides(path: Path):
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert text, f"{name_of(path)} has no docstring"
    assert text.splitlines()[0].strip(), f"{name_of(path)}: the first line of the docstring is empty"


def test_no_module_is_called_utils():
    vague = {"utils", "util", "helpers", "helper", "misc", "common"}
    assert not [
        name_of(path) for path in modules() if {*path.relative_to(SOURCE).with_suffix("").parts} & vague
    ]


def test_library_code_never_prints():
    prints = [
        f"{name_of(path)} line {node.lineno}"
        for path in modules()
        if room(path) not in {"cli", "__main__"}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not prints, f"only cli prints; {prints}"


def test_no_state_in_modules():
    """A `global` statement is how a module would remember something between two calls."""
    stateful = [
        f"{name_of(path)} line {node.lineno}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Global)
    ]
    assert not stateful, f"settings and streams come in as arguments; {stateful}"


# -- tables and records ------------------------------------------------------------------------------------

# record fields that are no columns: where the row stood, and what the file itself gives
RECORDS = {
    "locations": (records.Location, {"row"}),
    "routes": (records.Route, {"row"}),
    "events": (records.Event, {"row"}),
    "observations": (records.Observation, {"row"}),
    "attributes": (records.Attribute, {"row"}),
    "stock": (records.Supply, {"row"}),
    "figures": (records.Figure, {"row"}),
    "sources": (records.Source, {"row"}),
    "reports": (records.Report, {"report", "text"}),
}


def columns(table: str) -> list[str]:
    with (SOURCE / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return [row["name"] for row in csv.DictReader(file)]


def fields(record: type, without: set[str]) -> list[str]:
    """Name the fields of a record as columns: `from_` is written `from`."""
    return [field.name.removesuffix("_") for field in dataclasses.fields(record) if field.name not in without]


@pytest.mark.parametrize("table", RECORDS)
def test_columns_are_the_fields_of_the_record(table: str):
    record, without = RECORDS[table]
    assert columns(table) == fields(record, without)


def test_case_keys_are_the_single_values_of_a_case():
    keys = [name.removeprefix("release.") for name in columns("case")]
    single = [f.name for f in dataclasses.fields(records.Case) if "tuple" not in str(f.type)]
    assert sorted(keys) == sorted(set(single) - {"folder"})


def test_case_holds_every_table():
    tables = {f.name for f in dataclasses.fields(records.Case) if "tuple" in str(f.type)}
    assert tables == {*RECORDS, "assumptions", "scenarios"}


def test_assumption_keys_cover_every_shape():
    keys = set(columns("assumptions"))
    parameters = {name for names in SHAPES.values() for name in names} | set(LIMITS)
    assert parameters <= keys
    rest = keys - parameters - {"distribution", "components", "weight"}
    pooled = {"term": "pool_term", "places": "pool_places"}
    named = {pooled.get(key, key) for key in rest}
    # `basis` and `below` are given by whoever makes or pools the assumption, never written in the file
    assert named == {f.name for f in dataclasses.fields(records.Assumption)} - {
        "distribution",
        "basis",
        "below",
    }


def test_scenario_keys_are_the_fields_of_a_scenario():
    plural = {"assumption": "assumptions", "event": "events"}
    assert [plural.get(name, name) for name in columns("scenarios")] == fields(records.Scenario, set())


@pytest.mark.parametrize("path", sorted((SOURCE / "tables").glob("*.csv")), ids=lambda path: path.name)
def test_tables_are_plain(path: Path):
    text = path.read_bytes()
    assert b"\r" not in text, "lines end in \\n"
    assert not text.startswith(b"\xef\xbb\xbf"), "no byte order mark"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    assert all(len(row) == len(header) for row in rows), "each row has as many cells as the header"
    if header[0] in {"name", "slug", "standard"}:
        assert len({row[0] for row in rows}) == len(rows), "the first column names each row once"


# -- the tree speaks of itself alone -----------------------------------------------------------------------


def test_nothing_names_the_paths_of_a_machine():
    # written in parts, so that this file passes its own test
    folders = "|".join(
        ["work" + "/", "root" + "/", "home" + r"/\w", "Users" + r"/\w", "tmp" + r"/\w", "opt" + r"/\w"]
    )
    pattern = re.compile(rf"(?<![\w.:/$)}}-])/(?:{folders})|\b[A-Z]:\\Users")
    found = []
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT)
        if {*inside.parts} & NOT_OURS or not path.is_file() or path.suffix not in TEXT_SUFFIXES:
            continue
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        ):
            if pattern.search(line):
                found.append(f"{inside.as_posix()} line {number}: {line.strip()[:100]}")
    assert not found, "\n".join(found)
