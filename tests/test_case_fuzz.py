"""Any bytes in, a case or its problems out: never another exception, never a hang."""

import shutil
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from havenward.case.check import check_case
from havenward.case.known import as_of
from havenward.case.load import load_case
from havenward.case.write import case_hash, write_case
from havenward.errors import CaseError, Problem
from havenward.records import Case
from toy_case import TOY, write_files

FILES = tuple(TOY)
MANY = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])

# pieces that have made readers of tables and TOML stumble
PIECES = st.sampled_from((
    b'"', b'""', b",", b";", b"\t", b"\n", b"\r", b"\r\n", b"\0", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xc3", b"[", b"]",
    b"[[", b"]]", b"{", b"}", b"=", b"#", b"'", b"'''", b'"""', b"\\", b"\\u0000", b".", b"-", b"1e999", b"-1e999", b"nan", b"inf",
    b"9" * 400, b"0x", b"true", b"2016-02-30", b"2016-07-31T25:00:00", b"31/07/2016", b"42582", b"99999", b"%", b"total",
    b"[assumption]", b"[[assumption]]\n", b"[[scenario]]\n", b"components = [[]]\n", b"name = 3\n", b"distribution = []\n",
    b"1,234", b"1.234", b"\xe2\x80\xaf", b"\xf0\x9f\x8f\x95", b"=cmd|' /C calc'!A0", b"../../etc/passwd", b"operation_start",
))  # fmt: skip


def survives(folder):
    """Load and check a folder; everything it gives has to be usable."""
    problems = check_case(folder)
    assert all(
        isinstance(problem, Problem) and str(problem) and "\n" not in problem.where for problem in problems
    )
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        with pytest.raises(CaseError) as raised:
            load_case(folder)
        assert list(raised.value.problems) == errors
        return
    case = load_case(folder)
    assert isinstance(case, Case)
    as_of(case, case.start)
    case_hash(case)
    write_case(case, folder.with_name(folder.name + "-again"))
    assert load_case(folder.with_name(folder.name + "-again")) == case
    shutil.rmtree(folder.with_name(folder.name + "-again"))


def run(tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("fuzz")
    survives(write_files(folder, files))
    shutil.rmtree(folder)


@MANY
@given(st.sampled_from(FILES), st.binary(max_size=200))
def test_any_bytes_for_a_file(tmp_path_factory, name, data):
    run(tmp_path_factory, {**TOY, name: data})


@MANY
@given(st.sampled_from(FILES), st.lists(PIECES, max_size=12))
def test_any_heap_of_pieces_for_a_file(tmp_path_factory, name, pieces):
    run(tmp_path_factory, {**TOY, name: b"".join(pieces)})


@MANY
@given(st.sampled_from(FILES), st.data())
def test_pieces_put_into_a_sound_file(tmp_path_factory, name, data):
    content = TOY[name].encode()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        cut = data.draw(st.integers(0, 12))
        content = content[:start] + data.draw(PIECES) + content[start + cut :]
    run(tmp_path_factory, {**TOY, name: content})


@MANY
@given(st.sampled_from([name for name in FILES if name.endswith(".csv")]), st.data())
def test_cells_exchanged_for_others(tmp_path_factory, name, data):
    lines = [line.split(",") for line in TOY[name].splitlines()]
    for _ in range(data.draw(st.integers(1, 3))):
        row = data.draw(st.sampled_from(lines[1:]))
        other = data.draw(st.sampled_from(lines))
        row[data.draw(st.integers(0, len(row) - 1))] = other[data.draw(st.integers(0, len(other) - 1))]
    run(tmp_path_factory, {**TOY, name: "\n".join(",".join(line) for line in lines) + "\n"})


@settings(max_examples=50)
@given(st.sets(st.sampled_from(FILES)))
def test_files_left_out(tmp_path_factory, missing):
    run(tmp_path_factory, {name: text for name, text in TOY.items() if name not in missing})


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("assumptions.toml", b"[" * 100_000),
        ("assumptions.toml", b"a = " + b"[" * 50_000),
        ("assumptions.toml", b"a = " + b"{b = " * 20_000),
        ("assumptions.toml", b"a" + b".a" * 20_000 + b" = 1"),
        ("assumptions.toml", (b"a" + b".a" * 190 + b" = 1\n") * 2_000),
        ("assumptions.toml", b"a = [" + b"0.5, " * 30_000 + b"]\n"),
        ("case.toml", b"start = " + b"9" * 100_000),
        ("case.toml", b'title = "' + b"\\u0041" * 50_000),
        ("routes.csv", b"a," * 200_000 + b"\n"),
        ("routes.csv", b"distance_k," * 20_000 + b"\n"),
        ("routes.csv", b"x" * 3_000_000),
        ("routes.csv", b"\n" * 1_000_000),
        ("routes.csv", b'"' * 1_000_001),
        ("stock.csv", TOY["stock.csv"].encode() + b"tents,camp-" + b"x" * 100_000 + b",1,,2016-07-01,\n"),
        ("stock.csv", b"item,location,quantity,published\n" + b"".join(b"t,camp%d,1,2016-07-01\n" % n for n in range(30_000))),
        ("locations.csv", TOY["locations.csv"].encode() + b"".join(b"p%d,P,,town,,,,,,,,,,,2016-06-01,\n" % n for n in range(20_000))),
        ("reports/2016-07-20-times.txt", b"title" * 300_000),
        ("reports/2016-07-20-times.txt", b"x: y\n" * 50_000),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_heaps_that_could_take_for_ever(tmp_path, name, data):
    """No clock decides; one that hangs is seen. What each takes is printed with -s."""
    began = time.perf_counter()
    survives(write_files(tmp_path, {**TOY, name: data}))
    print(f"{name}: {len(data):,} bytes in {time.perf_counter() - began:.2f} s")  # noqa: T201
