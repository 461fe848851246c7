"""What every command promises: no network, inputs untouched, one exit status, no traceback, quick help."""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenward.case.check import check_case
from havenward.case.tables import read_columns
from havenward.case.write import write_case
from havenward.cli import DONE, USAGE, WRONG, build_parser, main
from law_worlds import contents, differing, tried
from test_flee_import import TOY as FLEE
from toy_case import TOY, edited, write_files
from toy_counts import random_crisis
from worlds import city

SITES = "Site name,Capacity,Individuals,Last update\nNorth Camp,12000,900,2020-01-04\n"
# each is typed in this order; {in} holds what is given, and {out} what is made
COMMANDS = (
    "check {in}/case --as-of 2020-01-20 --format json",
    "read {in}/reports/one.txt {in}/reports/two.html --format jsonl --out {out}/figures.jsonl --workers 1",
    "new {out}/new",
    "export workbook {in}/case {out}/case.xlsx",
    "new {out}/from-workbook --from {out}/case.xlsx",
    "import sites {in}/sites.csv {out}/from-workbook",
    "import flee {in}/flee {out}/flee-case",
    "export flee {out}/flee-case {out}/flee",
    "forecast {in}/case --as-of 2020-01-20 --horizon 10 --members 12 --workers 1 --out {out}/run",
    "forecast {in}/case --as-of 2020-01-20 --horizon 10 --members 12 --seed 2 --workers 1 --out {out}/run-2",
    "needs {out}/run --out {out}/needs --workers 1",
    "compare {out}/run {out}/run-2 --format json",
    "explain {out}/run total --format json",
    "brief {out}/run --out {out}/brief --previous {out}/run-2 --products html,workbook,tables,geodata,plan",
    "score {out}/run --case {in}/case --format json",
    "backtest {in}/counted --horizons 7,14 --workers 1 --format json --out {out}/backtest",
    "audit {out}/flee-case --members 1 --workers 1 --format json",
    "doctor",
)
# what is tried elsewhere, and where
ELSEWHERE = {
    "demo": "the same calls on the bundled case: test_demo_reading.py, test_docs_examples.py",
    "serve": "listens, on this machine alone unless told: test_workbench_server.py",
    "desk": "a store of reports with commands of its own: its own tests",
}

# what no command may do; the hook sees every library, whatever it imports under which name
GUARDED = """
import json, sys
LOOKING = True
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind", "socket.sendto",
           "urllib.Request", "ftplib.connect", "http.client.connect", "smtplib.connect")
PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "webbrowser.open", "pty.spawn")
seen = []
def hook(event, arguments):
    # a library asks once, as it is loaded, whether this machine itself could be reached by IPv6
    itself = event == "socket.bind" and arguments[1][0] in ("::1", "127.0.0.1")
    if LOOKING and not itself and event in NETWORK + PROGRAMS:
        seen.append([event, repr(arguments)[:200]])
sys.addaudithook(hook)
from havenward.cli import main
found = []
for words in json.load(sys.stdin):
    del seen[:]
    try:
        status = main(words)
    except SystemExit as stop:
        status = stop.code
    found.append([words[0], status, list(seen)])
LOOKING = False
print("\\n@@" + json.dumps(found))
"""


def named_commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Give the parser of every command."""
    (parts,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return dict(parts.choices)


@pytest.fixture(scope="module")
def given_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write what an office has: two cases, reports, a list of sites, a folder of Flee."""
    folder = tmp_path_factory.mktemp("given") / "in"
    write_case(city(), folder / "case")
    write_case(random_crisis(1, "counted", "XXA", days=60), folder / "counted")
    text = "The agency said about 4,500 people fled Northtown on 3 May 2016.\n"
    write_files(folder, {
        "sites.csv": SITES, "reports/one.txt": "title: T\npublished: 2016-05-04\n\n" + text,
        "reports/two.html": f"<html><body><article><h1>T</h1><p>{text * 3}</p></article></body></html>",
        **{f"flee/{name}": content for name, content in FLEE.items()},
    })  # fmt: skip
    return folder


def test_every_command_is_tried() -> None:
    """Breaks if a command is added that the laws below do not know."""
    tried_here = {line.split()[0] for line in COMMANDS}
    missing = set(named_commands(build_parser())) - tried_here - set(ELSEWHERE)
    assert not missing, f"add to COMMANDS of this test: {sorted(missing)}"


def test_no_command_opens_a_connection_starts_a_program_or_changes_its_input(
    given_files: Path, tmp_path: Path
) -> None:
    """Breaks if a library asks the network, a report is fetched or executed, or an input is written to."""
    out = tmp_path / "out"
    out.mkdir()
    lines = [line.replace("{in}", str(given_files)).replace("{out}", str(out)).split() for line in COMMANDS]
    before = contents(given_files)
    done = subprocess.run(
        [sys.executable, "-c", GUARDED], input=json.dumps(lines), capture_output=True, text=True,
        cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.rpartition("@@")[2])
    assert [(name, status) for name, status, _ in found if status != DONE] == [], done.stderr[-3000:]
    assert [(name, seen) for name, _, seen in found if seen] == []
    assert differing(before, contents(given_files)) == []
    assert "Traceback" not in done.stderr


def test_what_one_command_makes_no_other_changes(given_files: Path, tmp_path: Path) -> None:
    """Breaks if a later stage writes into the run that it reads."""
    run = tmp_path / "run"
    quiet = ["--as-of", "2020-01-20", "--horizon", "10", "--members", "12", "--workers", "1"]
    assert typed("forecast", given_files / "case", *quiet, "--out", run)[0] == DONE
    before = contents(run)
    for words in (
        ["needs", run, "--out", tmp_path / "needs", "--workers", "1"],
        ["explain", run, "total"],
        ["brief", run, "--out", tmp_path / "brief", "--products", "html,tables"],
        ["score", run],
        ["check", given_files / "case", "--run", run],
        ["compare", run, run, "--out", tmp_path / "compared.csv"],
    ):
        typed(*words)
        assert differing(before, contents(run)) == [], words[0]


def test_the_guard_sees_what_it_looks_for() -> None:
    """Guards the test above."""
    code = GUARDED.replace("from havenward.cli import main", "import socket, subprocess\ndef main(words):\n"
        "    if words[0] == 'ask':\n        socket.getaddrinfo('localhost', 80)\n    else:\n"
        "        subprocess.run([sys.executable, '-c', ''], check=True)\n    return 0")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], input='[["ask"], ["start"]]', capture_output=True,
                          text=True, check=True)  # fmt: skip
    seen = [[one[0] for one in told] for _, _, told in json.loads(done.stdout.rpartition("@@")[2])]
    assert seen == [["socket.getaddrinfo"], ["subprocess.Popen"]]


# -- statuses and words --------------------------------------------------------------------------------------


def typed(*words: object) -> tuple[int | str | None, str, str]:
    """Type a command; give its status, what it printed and what it said."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status: int | str | None = main([str(word) for word in words])
        except SystemExit as stop:
            status = stop.code
    return status, out.getvalue(), err.getvalue()


MISSING = {
    "check": ["nowhere"], "read": ["nowhere.txt"], "import": ["sites", "nowhere.csv", "nowhere"],
    "export": ["workbook", "nowhere", "x.xlsx"], "forecast": ["nowhere", "--out", "x"],
    "needs": ["nowhere", "--out", "x"], "compare": ["nowhere", "nowhere"], "explain": ["nowhere", "A1"],
    "brief": ["nowhere", "--out", "x"], "score": ["nowhere"], "backtest": ["nowhere", "--out", "x"],
    "audit": ["nowhere"], "new": ["x", "--from", "nowhere.xlsx"], "serve": ["nowhere"],
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(MISSING))
def test_wrong_data_are_status_one_and_wrong_words_status_two(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Breaks if a script cannot tell a typing error from a broken case, or a fault is printed with status 0."""
    monkeypatch.chdir(tmp_path)
    status, printed, said = typed(name, *MISSING[name])
    assert status == WRONG
    # the problems of a case are the data of check, and go where data go
    assert (printed.strip() != "") == (name == "check")
    assert said.strip()
    assert "Traceback" not in said + printed
    assert typed(name, "--no-such-option")[0] == USAGE
    assert sorted(tmp_path.iterdir()) == []


def test_what_the_system_refuses_is_told_in_words() -> None:
    """Breaks if a name that no system takes ends in a fault of ours."""
    status, _, said = typed("compare", "a" * 5000, "nowhere")
    assert status == WRONG
    assert said == (
        f"{'a' * 80}...: the system refused it (File name too long); expected a file or folder that can be used; "
        "check the path, its rights and the disk\n"
    )


def test_help_of_every_command_is_quick_and_has_an_example() -> None:
    """Breaks if help loads what only work needs; its processor time stands in docs/explanation/laws.md."""
    code = (
        "import sys\nfrom havenward.cli import main\n"
        "for name in sys.argv[1:]:\n    try:\n        main([name, '--help'])\n"
        "    except SystemExit as stop:\n        assert not stop.code, name\n"
        "print('@@', *sorted(set(sys.modules) & {'numpy', 'numba', 'polars', 'scipy', 'jinja2', 'xlsxwriter', 'httpx', "
        "'openpyxl', 'docx', 'lxml', 'pyogrio', 'shapely', 'osmium', 'typst', 'starlette', 'uvicorn', 'duckdb', "
        "'distributed', 'dask'}))"
    )
    names = sorted(named_commands(build_parser()))
    done = subprocess.run([sys.executable, "-c", code, *names], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    printed, _, heavy = done.stdout.rpartition("@@")
    assert heavy.split() == []
    assert printed.count("usage: ") == len(names)
    assert printed.count("example: ") >= len(names) - 1


ODD = (
    "", "-", "--", ".", "..", "*", "~", "nowhere", "empty.csv", "bytes.bin", "broken", "a" * 5000, "caf\u00e9",
    "\u202ex", "%s", "{0}", "'; drop", "-1", "0", "1e9", "999999999999999999999", "NaN", "2020-13-45",
    "2020-02-30", "0001-01-01", "9999-12-31", "C", "team", "json", "flee", "--out", "x", "--as-of", "--format",
    "--members", "--seed", "--horizon", "--track", "--rules", "--workers", "--products", "--profile", "--scenario",
    "--published", "--case", "--settings", "--within", "--place", "--country", "--horizons", "--audience",
)  # fmt: skip


# no system hands a program words with a zero character
words_of_a_shell = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=6)


@given(
    st.sampled_from(sorted(set(named_commands(build_parser())) - {"serve", "demo", "doctor"})),
    st.lists(st.one_of(st.sampled_from(ODD), words_of_a_shell), max_size=7),
)
@tried(150)
def test_no_words_make_a_traceback(command: str, words: list[str]) -> None:
    """Breaks if anything that can be typed ends in a fault of ours: status 0, 1 or 2, and words for people.

    The folder holds a broken case, an empty file and bytes; nothing in it can be forecast, so no run is long.
    """
    with tempfile.TemporaryDirectory() as scratch, chdir(scratch):
        Path("empty.csv").touch()
        Path("bytes.bin").write_bytes(bytes(range(256)))
        write_files(Path("broken"), edited(("routes.csv", "bridge,gate,28", "bridge,gate,x")))
        old = sys.stdin
        sys.stdin = io.TextIOWrapper(io.BytesIO(b""))
        try:
            status, _, said = typed(command, *words)
        finally:
            sys.stdin = old
        assert status in {DONE, WRONG, USAGE}
        assert "Traceback" not in said
        assert status == DONE or said.strip()


# -- every problem at once -----------------------------------------------------------------------------------

# a cell that can be wrong, what makes it wrong, by file and column: none of them names or joins other rows
BAD = {
    "locations.csv": {"latitude": "north", "longitude": "4o.1", "population": "many", "capacity": "x1",
                      "opens": "2016-13-01", "closes": "soon", "kind": "campp", "source": "plam"},
    "routes.csv": {"distance_km": "far", "published": "2016-02-30", "source": "plam"},
    "events.csv": {"value": "five", "published": "yesterday", "source": "plam"},
    "observations.csv": {"persons": "12oo", "households": "x", "scope": "place", "measure": "stok",
                         "published": "2016-1o-28", "source": "plam"},
    "attributes.csv": {"published": "2016-00-01", "source": "plam"},
    "stock.csv": {"quantity": "lots", "available_from": "32.1.", "published": "x", "source": "plam"},
    "figures.csv": {"low": "half", "high": "x", "point": "1,2,3", "quantifier": "abut", "unit": "men"},
    "sources.csv": {"published": "2016-06-31"},
}  # fmt: skip


def rows_of(text: str) -> list[list[str]]:
    import csv

    return list(csv.reader(io.StringIO(text)))


def cells() -> list[tuple[str, int, str]]:
    """List every cell of the toy case that can be made wrong: file, row as in a spreadsheet, column."""
    return [
        (file, row, column)
        for file, columns in BAD.items()
        for row in range(2, len(rows_of(TOY[file])) + 1)
        for column in columns
    ]


def planted(spots: list[tuple[str, int, str]]) -> dict[str, str]:
    """Put something wrong into each of these cells of the toy case."""
    import csv

    files = dict(TOY)
    for file in {spot[0] for spot in spots}:
        rows = rows_of(files[file])
        for _, row, column in (spot for spot in spots if spot[0] == file):
            rows[row - 1][rows[0].index(column)] = BAD[file][column]
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        files[file] = out.getvalue()
    return files


@given(st.lists(st.sampled_from(cells()), min_size=1, max_size=25, unique=True))
@tried(40)
def test_as_many_problems_as_are_planted_are_found(spots: list[tuple[str, int, str]]) -> None:
    """Breaks if one problem hides another, in the same row, file or case: k planted, k found, each in its cell."""
    with tempfile.TemporaryDirectory() as scratch:
        found = check_case(write_files(Path(scratch), planted(spots)))
    told = [f"{one}" for one in found if one.severity == "error"]
    for file, row, column in spots:
        hits = [one for one in told if one.startswith(f"{file} row {row}: ") and BAD[file][column] in one]
        assert hits, (file, row, column, told)
    assert len(told) == len(spots), told


def typo(name: str, how: int, at: int) -> str:
    """Misspell a name: leave a letter out, double one, exchange two, or put a wrong one."""
    at %= max(1, len(name) - 1)
    return (
        name[:at] + name[at + 1 :],
        name[:at] + name[at] + name[at:],
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        name[:at] + ("x" if name[at] != "x" else "y") + name[at + 1 :],
    )[how]


KEYS = sorted(
    [(f"{table}.csv", column.name) for table in ("locations", "routes", "events", "observations", "attributes",
                                                 "stock", "figures", "sources")
     for column in read_columns(table)]
    + [("case.toml", key) for key in ("title", "crisis", "country", "start", "horizon_days", "audience", "suppress_below")]
    + [("assumptions.toml", key) for key in ("published", "distribution", "low", "high", "unit", "after", "reason", "term")]
    + [("scenarios.toml", key) for key in ("title", "published", "likelihood", "words", "triggers")]
)  # fmt: skip


@given(st.sampled_from([key for key in KEYS if len(key[1]) >= 4]), st.integers(0, 3), st.integers(0, 30))
@tried(80)
def test_an_unknown_key_is_refused_with_the_name_that_was_meant(
    key: tuple[str, str], how: int, at: int
) -> None:
    """Breaks if a misspelt column or key is passed over, or the reader is left to guess."""
    file, name = key
    wrong = typo(name, how, at)
    text = TOY[file]
    head, _, rest = text.partition("\n")
    if file.endswith(".csv"):
        names = head.split(",")
        known = {column.name for column in read_columns(file.removesuffix(".csv"))}
        if name not in names or wrong in known:
            return
        changed = ",".join(wrong if one == name else one for one in names) + "\n" + rest
    else:
        changed = text.replace(f"\n{name} =", f"\n{wrong} =", 1) if f"\n{name} =" in text else ""
        changed = changed or text.replace(f"{name} =", f"{wrong} =", 1)
        tomllib.loads(changed)
        if wrong in {one for _, one in KEYS}:
            return
    with tempfile.TemporaryDirectory() as scratch:
        found = check_case(write_files(Path(scratch), TOY | {file: changed}))
    about = [str(one) for one in found if f"'{wrong}'" in str(one)]
    assert about, (wrong, [str(one) for one in found])
    # two names that are nearly alike may be offered for each other, such as publisher for publishde
    near = [
        one
        for other, one in KEYS
        if other == file and abs(len(one) - len(wrong)) <= 2 and one[:6] == name[:6]
    ]
    assert any(f"did you mean '{one}'?" in line for one in {name, *near} for line in about), about
    assert any(one.severity == "error" for one in found)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_the_toy_case_is_sound_without_anything_planted(tmp_path: Path) -> None:
    """Guards the two tests above."""
    assert [
        str(one) for one in check_case(write_files(tmp_path, planted([]))) if one.severity == "error"
    ] == []
