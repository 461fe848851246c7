"""A reading desk keeps what reports say: each text once, in whatever order, whatever happens meanwhile."""

from __future__ import annotations

import errno
import gzip
import json
import subprocess
import sys
import tracemalloc
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from desk_reports import ADDED, add, fingerprints, line, load_benchmark, many, say, write_lines
from havenward.desk import folder as desk_folder
from havenward.desk import tables
from havenward.desk.folder import DeskError, Manifest, hold_desk, read_manifest, write_manifest
from havenward.desk.identity import even_text, name_report
from havenward.desk.intake import Incoming
from havenward.desk.nearness import compare, group_reports, sign_texts
from havenward.errors import Problem, SettingsError
from havenward.pipeline import desk as desk_pipeline
from havenward.pipeline.desk_answers import Wanted, ask_desk, find_in_desk, tidy_desk
from havenward.pipeline.desk_sources import list_incoming
from havenward.reading.show import COLUMNS
from havenward.runners import Processes, Threads


def rows_of(desk: Path, table: str, *, without: tuple[str, ...] = ("batch", "name")) -> list[tuple]:
    """Give the rows of a table as questions see them, sorted; without what tells when they came."""
    found = ask_desk(desk, f"FROM {table}")
    kept = [name for name in found.columns if name not in without]
    return sorted(([row[name] for name in kept] for row in found.rows), key=str)


# -- adding --------------------------------------------------------------------------------------------------


def test_adding_twice_reads_nothing_and_changes_no_byte(tmp_path):
    source = many(tmp_path / "feed.jsonl", 100)
    first = add(tmp_path / "desk", source, batch=50)
    before = fingerprints(tmp_path / "desk")
    again = add(tmp_path / "desk", source, batch=50)
    assert (first.seen, first.appearances) == (100, 100)
    assert 0 < first.reports < 70, "copies are not read"
    assert (again.seen, again.reports, again.appearances, again.figures, again.batches) == (100, 0, 0, 0, [])
    assert fingerprints(tmp_path / "desk") == before


def test_the_number_of_workers_changes_no_byte(tmp_path):
    source = many(tmp_path / "feed.jsonl", 160)
    add(tmp_path / "one", source, batch=70, workers=1)
    add(tmp_path / "two", source, batch=70, workers=2)
    add(tmp_path / "three", source, batch=70, runner=Threads(2))
    assert (
        fingerprints(tmp_path / "one") == fingerprints(tmp_path / "two") == fingerprints(tmp_path / "three")
    )


def test_a_text_that_many_outlets_carry_is_read_once_and_kept_for_each(tmp_path):
    text = say("4,200", "Tarmiya")
    other_blanks = text.replace("\n\n", "\r\n\r\n\r\n").replace(". ", ".  ")
    source = write_lines(
        tmp_path / "feed.jsonl",
        [line(text, outlet="Post"), line(other_blanks, outlet="Wire"), line(text, outlet="Post")],
    )
    added = add(tmp_path / "desk", source)
    assert (added.seen, added.reports, added.appearances) == (3, 1, 2)
    (row,) = find_in_desk(tmp_path / "desk", Wanted(place="Tarmiya", least=4000)).rows
    assert (row["outlets"], row["copies"], row["quantity_text"]) == (2, 2, "4,200")
    # offsets count in the text that the desk keeps
    kept = ask_desk(tmp_path / "desk", "SELECT text FROM texts").rows[0]["text"]
    assert kept[row["start"] : row["end"]] == "4,200"


@pytest.mark.parametrize("batch", [1000, 7])
def test_the_order_in_which_reports_come_does_not_matter(tmp_path, batch):
    reports = list(load_benchmark().make_reports(40, 5))
    # the same text on other days: what it says of "since Friday" depends on the earliest
    late = [{**report, "published": "2025-03-01", "outlet": "Late"} for report in reports[:15]]
    early = [{**report, "published": "2022-12-24", "outlet": "Early"} for report in reports[10:20]]
    undated = [{**report, "published": "", "outlet": "None"} for report in reports[15:25]]
    a = write_lines(tmp_path / "a.jsonl", [json.dumps(row) for row in (*late, *reports[25:], *undated)])
    b = write_lines(tmp_path / "b.jsonl", [json.dumps(row) for row in (*reports[:25], *early)])
    for name, first, second in (("ab", a, b), ("ba", b, a)):
        add(tmp_path / name, first, batch=batch)
        add(tmp_path / name, second, batch=batch)
    for table in ("reports", "figures", "appearances", "texts", "facts"):
        without = ("batch", "name", "published") if table == "texts" else ("batch", "name")
        one, two = (rows_of(tmp_path / name, table, without=without) for name in ("ab", "ba"))
        assert one == two, table
        assert one
    tidy_desk(tmp_path / "ab")
    for table in ("reports", "figures", "appearances"):
        assert rows_of(tmp_path / "ab", table) == rows_of(tmp_path / "ba", table), f"{table} after tidying"


def test_an_earlier_appearance_brings_earlier_dates(tmp_path):
    text = say("4,200", "Tarmiya").replace("since Friday", "yesterday")
    desk = tmp_path / "desk"
    add(desk, write_lines(tmp_path / "a.jsonl", [line(text, "2024-05-10")]))
    assert find_in_desk(desk, Wanted(least=4000)).rows[0]["date_from"] == date(2024, 5, 9)
    added = add(desk, write_lines(tmp_path / "b.jsonl", [line(text, "2024-05-08", "Wire")]))
    assert (added.reports, added.appearances) == (0, 1), "it is no new text"
    (row,) = find_in_desk(desk, Wanted(least=4000)).rows
    assert (row["date_from"], row["published"], row["outlet"]) == (date(2024, 5, 7), date(2024, 5, 8), "Wire")


def test_columns_are_those_of_reading():
    assert tuple(tables.FIGURES)[: len(COLUMNS)] == COLUMNS


def test_odd_dates_and_missing_outlets_have_a_place(tmp_path):
    days = ("", "0001-01-01", "2999-12-31", "2024-05-08T23:59:00Z", "1989-12-31")
    lines = [line(say(f"{n},200", "Tarmiya"), day, "") for n, day in enumerate(days, start=2)]
    desk = tmp_path / "desk"
    assert add(desk, write_lines(tmp_path / "feed.jsonl", lines)).reports == 5
    assert {piece.month for piece in read_manifest(desk).of("figures")} == {"undated", "outside", "2024-05"}
    found = find_in_desk(desk, Wanted(place="tarmiya", least=2000)).rows
    assert [row["published"] for row in found] == [
        date(2999, 12, 31), date(2024, 5, 8), date(1989, 12, 31), date(1, 1, 1), None,
    ]  # fmt: skip
    assert {row["outlet"] for row in found} == {""}
    assert (
        len(find_in_desk(desk, Wanted(since=date(2024, 1, 1), until=date(2024, 12, 31), least=2000)).rows)
        == 1
    )


HOSTILE = (
    "\ud83d Some 300 people fled Balad\x00 on Friday. \ud800",
    "\u202e\u0000\uffff" * 50,
    "'); DROP TABLE figures; -- 400 people fled Balad",
    "a\x1f" * 2000,
)


def test_hostile_reports_come_in_and_are_answered_from(tmp_path):
    lines = [
        json.dumps({"text": text, "outlet": text, "title": text * 9, "url": text, "report": text, "published": "2024-05-08"})
        for text in HOSTILE
    ]  # fmt: skip
    desk = tmp_path / "desk"
    assert add(desk, write_lines(tmp_path / "feed.jsonl", lines)).appearances == 4
    assert add(desk, tmp_path / "feed.jsonl").appearances == 0
    found = find_in_desk(desk, Wanted(), copies=True)
    assert {row["quantity_text"] for row in found.rows} >= {"300", "400"}
    assert all(len(row["title"]) <= 1000 for row in found.rows)
    for words in (HOSTILE[2], "a\x1f" * 100):
        assert find_in_desk(desk, Wanted(place=words, text=words, speaker=words)).rows == []
    with pytest.raises(SettingsError, match="4,000 characters; expected at most 200"):
        find_in_desk(desk, Wanted(text=HOSTILE[3]))


def test_another_language_is_kept_and_says_so(tmp_path):
    french = (
        "Plus de deux cent mille personnes ont fui la ville vers le pays voisin, selon les autorit\u00e9s, qui "
        "craignent que leur nombre ne soit plus grand dans les prochains jours."
    )
    add(tmp_path / "desk", write_lines(tmp_path / "feed.jsonl", [line(french)]))
    (row,) = ask_desk(tmp_path / "desk", "SELECT language, figures, refused FROM reports").rows
    assert (row["language"], row["figures"]) == ("French", 0)
    assert row["refused"] == "the text is in French; only English is read"


def test_long_reports_are_written_before_they_fill_the_memory(tmp_path, monkeypatch):
    from havenward.reading import bulk
    from havenward.reading.parts import Reading

    def read(tasks, **_):
        for task in tasks:
            yield task.document, Reading(task.document.name, "", None)

    monkeypatch.setattr(bulk, "read_many", read)
    monkeypatch.setattr(desk_pipeline, "BATCH_CHARACTERS", 100_000)
    source = tmp_path / "feed.jsonl.gz"
    with gzip.open(source, "wt", encoding="utf-8") as stream:
        for number in range(60):
            stream.write(line(f"{number} " + "longword " * 5_500) + "\n")  # 3 MB in all
    tracemalloc.start()
    added = add(tmp_path / "desk", source)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(added.batches) == 20
    assert peak < 2_500_000, "some batches, not all"


# -- what happens meanwhile ----------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
import desk_reports
left = [{writes}]
replace = Path.replace
def counted(self, target):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(self, target)
Path.replace = counted
os.replace = lambda a, b: counted(Path(a), b)
desk_reports.add(Path({desk!r}), Path({source!r}), batch=20)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a signal that cannot be caught")
def test_a_killed_addition_goes_on_to_the_same_bytes(tmp_path):
    source = many(tmp_path / "feed.jsonl", 60)
    add(tmp_path / "whole", source, batch=20)
    whole = fingerprints(tmp_path / "whole")
    # before the first file, within the first batch, before its manifest or just after, late
    for writes in (1, len(whole) // 2, len(whole)):
        desk = tmp_path / f"killed-{writes}"
        code = KILLED.format(
            tests=str(Path(__file__).parent), writes=writes, desk=str(desk), source=str(source)
        )
        done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
        assert done.returncode == -9, done.stderr
        if (desk / "desk.json").exists():  # whole batches answer, halves are not seen
            found = ask_desk(
                desk, "SELECT (SELECT count(*) FROM reports) AS n, (SELECT sum(reports) FROM batches) AS of"
            )
            assert found.rows[0]["n"] == found.rows[0]["of"]
            assert not found.problems
        add(desk, source, batch=20)
        assert fingerprints(desk) == whole, f"after a kill at write {writes}"


def test_a_full_disk_is_told_and_costs_one_batch(tmp_path, monkeypatch):
    source = many(tmp_path / "feed.jsonl", 60)
    add(tmp_path / "whole", source, batch=20)
    desk, real, written = tmp_path / "desk", tables.mark_file, []

    def full(path):
        written.append(path)
        if len(written) == 20:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path)

    monkeypatch.setattr(tables, "mark_file", full)
    with pytest.raises(DeskError) as caught:
        add(desk, source, batch=20)
    assert str(caught.value) == (
        f"{desk}: the desk could not be written (No space left on device); expected room and rights to write; "
        "free some space or name another folder, and run it again; what it holds is not read again"
    )
    assert read_manifest(desk).last_batch >= 1
    monkeypatch.undo()
    add(desk, source, batch=20)
    assert fingerprints(desk) == fingerprints(tmp_path / "whole")


def test_one_writes_and_readers_do_not_wait(tmp_path):
    desk = tmp_path / "desk"
    source = write_lines(tmp_path / "feed.jsonl", [line(say("4,200", "Tarmiya"))])
    add(desk, source)
    with hold_desk(desk):
        with pytest.raises(DeskError) as caught:
            add(desk, source)
        assert str(caught.value) == (
            f"{desk}: somebody else is writing to this desk; expected one at a time; "
            "wait until they are done; questions are answered meanwhile"
        )
        assert find_in_desk(desk, Wanted(least=4000)).rows


def test_tidying_keeps_every_answer_and_old_files_for_those_who_read(tmp_path, monkeypatch):
    desk = tmp_path / "desk"
    add(desk, many(tmp_path / "feed.jsonl", 80), batch=10)
    answers = {
        table: rows_of(desk, table, without=()) for table in ("reports", "figures", "appearances", "texts")
    }
    before = read_manifest(desk)
    many_files, few_files = tidy_desk(desk)
    assert few_files < many_files / 3
    assert {table: rows_of(desk, table, without=()) for table in answers} == answers
    assert all((desk / piece.path).is_file() for piece in before.pieces), "a reader may still be at them"
    later = desk_folder.now() + timedelta(hours=2)
    monkeypatch.setattr(desk_folder, "now", lambda: later)
    assert tidy_desk(desk) == (few_files, few_files)
    gone = [piece for piece in before.pieces if not (desk / piece.path).is_file()]
    assert len(gone) > many_files / 2
    assert {table: rows_of(desk, table, without=()) for table in answers} == answers


def test_a_reader_whose_files_went_looks_again(tmp_path, monkeypatch):
    from havenward.desk import confined

    desk = tmp_path / "desk"
    add(desk, many(tmp_path / "feed.jsonl", 40), batch=10)
    old = read_manifest(desk)
    tidy_desk(desk)
    told = [old]
    monkeypatch.setattr(
        confined, "read_manifest", lambda folder: told.pop() if told else read_manifest(folder)
    )
    monkeypatch.setattr(confined, "_what_is_wrong", lambda *_: "")
    for piece in set(old.pieces) - set(read_manifest(desk).pieces):
        (desk / piece.path).unlink()
    assert ask_desk(desk, "SELECT count(*) AS n FROM appearances").rows == [{"n": 40}]


# -- damage --------------------------------------------------------------------------------------------------


@pytest.fixture
def damaged(tmp_path):
    """Give a desk of two months and the file of figures of the first."""
    lines = [line(say("4,200", "Tarmiya"), "2024-05-08"), line(say("5,300", "Balad"), "2024-06-08")]
    add(tmp_path / "desk", write_lines(tmp_path / "feed.jsonl", lines))
    piece = read_manifest(tmp_path / "desk").of("figures")[0]
    assert piece.month == "2024-05"
    return tmp_path / "desk", tmp_path / "desk" / piece.path


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda path: path.unlink(), "it is missing"),
        (lambda path: path.write_bytes(path.read_bytes()[:300]), "it has 300 bytes, not"),
        (
            lambda path: path.write_bytes(path.read_bytes()[:-200] + bytes(200)),
            "its content has changed",
        ),
    ],
    ids=["missing", "cut", "overwritten"],
)
def test_a_damaged_file_is_named_and_the_others_answer(damaged, harm, words):
    desk, path = damaged
    harm(path)
    found = find_in_desk(desk, Wanted(least=1000))
    assert [row["quantity_text"] for row in found.rows] == ["5,300"]
    (problem,) = found.problems
    assert str(problem).startswith(f"{path}: {words}")
    assert str(problem).endswith(
        "put it back from a copy, or make the desk anew; without it answers lack its rows"
    )


def test_a_damaged_file_of_reports_stops_an_addition_and_loses_nothing(damaged):
    desk, _ = damaged
    path = desk / read_manifest(desk).of("reports")[0].path
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    with pytest.raises(DeskError, match="put it back from a copy"):
        add(desk, desk.parent / "feed.jsonl")
    path.write_bytes(whole)
    assert add(desk, desk.parent / "feed.jsonl").reports == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file cannot be read (JSONDecodeError); expected what 'havenward desk add' writes; put back a copy of the desk; copy desk.before.json over it and add the last reports again"),
        ("[]", "the file cannot be read (TypeError); expected what 'havenward desk add' writes; put back a copy of the desk; copy desk.before.json over it and add the last reports again"),
        ('{"schema": 2}', "schema 2; expected at most 1; use a newer version of Havenward"),
    ],
)  # fmt: skip
def test_a_torn_or_newer_manifest_is_told(damaged, content, message):
    desk, _ = damaged
    (desk / "desk.json").write_text(content, encoding="utf-8")
    for ask in (lambda: find_in_desk(desk, Wanted()), lambda: add(desk, desk.parent / "feed.jsonl")):
        with pytest.raises(DeskError) as caught:
            ask()
        assert str(caught.value) == f"{desk / 'desk.json'}: {message}"


def test_the_manifest_before_brings_a_desk_back(damaged):
    desk, _ = damaged
    whole = fingerprints(desk)
    (desk / "desk.json").write_bytes((desk / "desk.before.json").read_bytes())
    add(desk, desk.parent / "feed.jsonl")
    assert {name for name in fingerprints(desk) if name != "desk.json"} == {
        n for n in whole if n != "desk.json"
    }
    assert len(find_in_desk(desk, Wanted(least=1000)).rows) == 2


def test_what_is_no_desk_is_told(tmp_path):
    with pytest.raises(DeskError) as caught:
        find_in_desk(tmp_path, Wanted())
    assert str(caught.value) == (
        f"{tmp_path}: there is no desk.json; expected a reading desk; "
        "make one with 'havenward desk add', or check the path"
    )
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(DeskError) as caught:
        add(tmp_path, tmp_path / "letter.txt")
    assert str(caught.value) == (
        f"{tmp_path}: it holds something that is no reading desk; expected a new or empty folder, or a desk; "
        "name another folder"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_manifest_comes_back_as_written(tmp_path):
    add(tmp_path / "desk", many(tmp_path / "feed.jsonl", 20))
    manifest = read_manifest(tmp_path / "desk")
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest
    assert manifest.batches[0].added == ADDED.isoformat()
    write_manifest(tmp_path, Manifest())
    assert read_manifest(tmp_path) == Manifest()


# -- what comes in -------------------------------------------------------------------------------------------


def test_streams_folders_and_files_come_in_and_what_is_none_is_told(tmp_path):
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text(say("4,200", "Tarmiya"), encoding="utf-8")
    (folder / "deep" / "b.txt").write_text(" ", encoding="utf-8")
    write_lines(folder / "c.jsonl", [line(say("1,200", "Balad")), "{torn", '{"text": 3}', line("x", "May")])
    with gzip.open(folder / "d.csv.gz", "wt", encoding="utf-8", newline="") as stream:
        stream.write('text,published,outlet,views\n"Some 300 families fled\nBalad.",2024-05-01,Wire,12\n')
    (folder / "e.csv").write_text("text,publishd\na,b\n", encoding="utf-8")
    (folder / "f.csv").write_text("words,published\na,b\n", encoding="utf-8")
    packed = gzip.compress((line("Some 40 people fled Balad.") + "\n").encode() * 500)
    (folder / "g.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    found = list(list_incoming([folder, tmp_path / "none.txt"], outlet="Ours"))
    reports = [one for one in found if isinstance(one, Incoming)]
    told = [str(one) for one in found if isinstance(one, Problem)]
    assert {one.outlet for one in reports} == {"Ours"}
    assert [one.name for one in reports[:3]] == ["a.txt", "c-1", "d-2"]
    assert reports[2].text == "Some 300 families fled\nBalad."
    assert reports[2].published == date(2024, 5, 1)
    assert [words.partition(";")[0] for words in told] == [
        "c.jsonl line 2: this is no report",
        "c.jsonl line 3: this is no report",
        "c.jsonl line 4: published is 'May'",
        "b.txt: there is no text in it",
        "e.csv row 1: unknown column 'publishd'",
        "f.csv row 1: there is no column 'text'",
        "g.jsonl.gz: the stream cannot be read to its end (EOFError)",
        "none.txt: the file cannot be read (No such file or directory)",
    ]
    assert told[4].endswith("expected text, report, title, published, outlet, url; did you mean 'published'?")


def test_a_line_without_end_is_told_and_not_held(tmp_path, monkeypatch):
    from havenward.pipeline import desk_sources

    monkeypatch.setattr(desk_sources, "MOST_LINE", 1000)
    source = write_lines(tmp_path / "feed.jsonl", ["x" * 5000, line("Some 300 families fled.")])
    told, report = list_incoming([source])
    assert str(told).startswith("feed.jsonl line 1: the line is longer than a report can be")
    assert report.text == "Some 300 families fled."


def test_many_files_are_opened_in_the_order_of_their_names(tmp_path):
    for number in range(70):
        (tmp_path / f"{number:03}.txt").write_text(f"Some {number + 2}00 families fled.", encoding="utf-8")
    names = [one.name for one in list_incoming([tmp_path], runner=Processes(2))]
    assert names == [f"{number:03}.txt" for number in range(70)]


# -- near copies ---------------------------------------------------------------------------------------------


def test_signatures_never_change():
    """They are in the files of desks: a desk of last year must find copies of today's reports."""
    (signature,) = sign_texts(["Some 300 families fled Balad on Friday, \u00c9lise said."])
    assert [f"{band:016x}" for band in signature[:3].tolist()] == GOLDEN
    assert (sign_texts(["SOME 300 families, fled BALAD on Friday: \u00e9lise said"])[0] == signature).all()


GOLDEN = ["b7b3523dbd1491b8", "4b24ca4e61cf0a48", "6bf5a98d0dda14a4"]


def test_signatures_estimate_the_share_of_common_runs():
    words = [f"w{number}" for number in range(402)]
    texts = [
        " ".join(words),
        " ".join(words[:302]),
        " ".join(f"v{number}" for number in range(402)),
        "",
        "one",
        "one",
    ]
    signatures = sign_texts(texts)
    first, others = signatures[[0, 0]], signatures[[1, 2]]
    cut, strange = compare(first, others)
    assert cut == pytest.approx(0.75, abs=3 / 16)
    assert strange == 0
    assert (signatures[4] == signatures[5]).all()
    assert list(group_reports(signatures)) == [0, 0, 2, 3, 4, 4]


def test_copies_with_edits_are_found_and_nothing_else():
    texts: dict[str, int] = {}
    for report in load_benchmark().make_reports(1500, 11):
        texts.setdefault(even_text(report["text"]), report["origin"])
    groups = group_reports(sign_texts(list(texts)))
    benchmark = load_benchmark()
    import numpy as np

    origins = np.array(list(texts.values()))
    both = benchmark.count_pairs(np.stack([origins, groups]))
    assert both / benchmark.count_pairs(groups[None]) > 0.999, "precision"
    assert both / benchmark.count_pairs(origins[None]) > 0.95, "recall"


def test_evening_keeps_words_and_stops():
    assert even_text("A\u00a0 b \r\n\r\n\r\n c\t\nd ") == "A b\n\nc\nd"
    assert even_text("e\u0301") == "\u00e9"
    assert name_report(even_text("1,500 fled. ")) == name_report("1,500 fled.") != name_report("1.500 fled.")


def test_files_of_a_desk_are_plain_parquet(tmp_path):
    add(tmp_path / "desk", many(tmp_path / "feed.jsonl", 20))
    for piece in read_manifest(tmp_path / "desk").pieces:
        frame = pl.read_parquet(tmp_path / "desk" / piece.path)
        assert frame.height == piece.rows
        assert frame.columns == list(tables.SCHEMAS[piece.table])
