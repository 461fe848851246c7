"""Protects what is promised when writing goes wrong: killed at any call, no room, no rights, two writers, torn files.

Every call by which files are put in place is made to fail in its turn. A kill is a real one: a fork that leaves
without cleaning up. `lab/faults/` does the same below Python, for whole commands.
"""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from havenward import files
from havenward.case import figures_file, turns
from havenward.case.load import load_case
from havenward.cli import main
from havenward.errors import CaseError, HavenwardError, ReleaseError, RunError
from havenward.files import READY, check_target, finish_left, open_whole, replace_together, replace_whole
from havenward.locks import hold_folder
from havenward.runs import read_run
from toy_case import TOY, write_files

posix = pytest.mark.skipif(os.name == "nt", reason="needs fork")
KEPT = Path(__file__).parent / "kept"
OLD = {"a.csv": "old a", "b.csv": "old b", "theirs.txt": "not ours"}
NEW = {"a.csv": "new a", "b.csv": "new b" * 1000, "more/c.csv": "new c"}
REPORT = """\
title: Camp fills
outlet: Times
published: 2016-08-02
url: https://example.org/b
kind: original

Some 3,000 people arrived at Camp A on Monday, the agency said.
"""


def look(folder: Path) -> dict[str, str]:
    """Give what a person sees in a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }


def hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob(".*"))


def lay_out(folder: Path, texts: dict[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def change(folder: Path) -> None:
    with replace_together(folder) as part:
        for name, text in NEW.items():
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            with (part / name).open("w", encoding="utf-8") as stream:
                stream.write(text)


# functions that change the disk, and whether they need room
CALLS = (
    (os, "fsync", True),
    (os, "link", True),
    (Path, "replace", False),
    (Path, "rename", False),
    (Path, "unlink", False),
    (Path, "mkdir", True),
    (Path, "chmod", False),
    (Path, "open", True),
    (Path, "write_text", True),
    (shutil, "rmtree", False),
)


class Fault:
    """Lets the N-th of the counted calls go wrong."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int, go_wrong: Callable[[bool, int], None]) -> None:
        self.calls = 0
        for owner, name, needs_room in CALLS:
            patch.setattr(
                owner, name, self._counted(getattr(owner, name), at, go_wrong, needs_room=needs_room)
            )

    def _counted(
        self, real: Callable[..., object], at: int, go_wrong: Callable[[bool, int], None], *, needs_room: bool
    ) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            self.calls += 1
            if self.calls >= at:
                reads = real.__name__ == "open" and str(
                    (*arguments[1:2], named.get("mode", "r"))[0]
                ).startswith("r")
                go_wrong(needs_room and not reads, self.calls - at)
            return real(*arguments, **named)

        return call


def in_a_fork(work: Callable[[], None], at: int) -> bool:
    """Do something in a process that ends at the N-th call; tells whether it came so far."""
    child = os.fork()
    if child == 0:
        try:
            Fault(pytest.MonkeyPatch(), at, lambda _room, _since: os._exit(9))
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@posix
def test_files_that_are_killed_at_any_call_are_all_old_or_all_new(tmp_path: Path):
    folder, states = tmp_path / "out", set()
    for at in itertools.count(1):
        lay_out(folder, OLD)
        killed = in_a_fork(lambda: change(folder), at)
        finish_left(folder)
        now = look(folder)
        assert now in (OLD, OLD | NEW), at
        states.add(now == OLD)
        change(folder)
        assert look(folder) == OLD | NEW
        assert hidden(folder) == []
        if not killed:
            break
    assert at > 20
    assert states == {True, False}


@posix
def test_a_new_folder_that_is_killed_at_any_call_is_there_whole_or_not_at_all(tmp_path: Path):
    for at in itertools.count(1):
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        killed = in_a_fork(lambda: change(tmp_path / "out"), at)
        assert not (tmp_path / "out").exists() or look(tmp_path / "out") == NEW, at
        change(tmp_path / "out")
        assert look(tmp_path / "out") == NEW
        assert hidden(tmp_path) == []
        if not killed:
            break
    assert at > 10


@posix
def test_a_file_that_is_killed_at_any_call_is_old_or_new_and_leaves_nothing(tmp_path: Path):
    path = tmp_path / "a.csv"

    def work() -> None:
        with open_whole(path) as stream:
            stream.write("new")

    for at in itertools.count(1):
        path.write_text("old", encoding="utf-8")
        killed = in_a_fork(work, at)
        assert path.read_text(encoding="utf-8") in {"old", "new"}
        work()
        assert hidden(tmp_path) == []
        if not killed:
            break
    assert at > 4


def no_room_from_now_on(needs_room: bool, _since: int) -> None:  # noqa: FBT001 - as Fault calls it
    if needs_room:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def fail_once(_needs_room: bool, since: int) -> None:  # noqa: FBT001 - as Fault calls it
    if since == 0:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


@pytest.mark.parametrize("go_wrong", [no_room_from_now_on, fail_once])
@pytest.mark.parametrize("begin", [OLD, None])
def test_where_writing_fails_nothing_is_changed_and_nothing_left(
    tmp_path: Path, go_wrong: Callable[[bool, int], None], begin: dict[str, str] | None
):
    folder, failed, as_before = tmp_path / "out", 0, 0
    for at in itertools.count(1):
        shutil.rmtree(folder, ignore_errors=True)
        if begin is not None:
            lay_out(folder, begin)
        error = None
        with pytest.MonkeyPatch.context() as patch:
            fault = Fault(patch, at, go_wrong)
            try:
                change(folder)
            except OSError as told:
                error = told
        if fault.calls < at:
            break
        now = look(folder) if folder.exists() else None
        if error is None:  # what failed only tidies up
            assert now == {**(begin or {}), **NEW}
        else:
            failed += 1
            # where only the last sync failed, all is there, and said not to be safe
            assert now in (begin, {**(begin or {}), **NEW}), at
            as_before += now == begin
        finish_left(folder)
        change(folder)
        assert look(folder) == {**(begin or {}), **NEW}
        assert hidden(tmp_path) == []
    assert failed > 8
    assert failed - as_before <= 2


def test_a_change_that_was_committed_is_finished_by_who_reads_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    lay_out(tmp_path / "out", OLD)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "_carry_out", stop)
    with pytest.raises(KeyboardInterrupt):
        change(tmp_path / "out")
    monkeypatch.undo()
    assert look(tmp_path / "out") == OLD
    assert (tmp_path / "out" / READY).is_dir()
    finish_left(tmp_path / "out")
    assert look(tmp_path / "out") == OLD | NEW
    assert hidden(tmp_path) == []


def test_a_list_of_a_change_that_the_disk_lost_is_told(tmp_path: Path):
    lay_out(tmp_path, OLD)
    (tmp_path / READY).mkdir()
    (tmp_path / READY / "names.json").write_bytes(b"\0" * 40)
    with pytest.raises(OSError, match="a change that was cut off cannot be finished: its list is damaged"):
        finish_left(tmp_path)
    assert look(tmp_path) == OLD


@pytest.mark.parametrize(
    "words",
    [
        "parquet: File out of specification: underlying IO error: No space left on device (os error 28)",
        "database or disk is full",
    ],
)
def test_libraries_that_find_the_disk_full_are_understood(tmp_path: Path, words: str):
    for write in (replace_together, replace_whole):
        with pytest.raises(OSError, match="No space left on device"), write(tmp_path / "out"):
            raise RuntimeError(words)
        with pytest.raises(RuntimeError, match="another fault"), write(tmp_path / "out"):
            raise RuntimeError("another fault")  # noqa: EM101, TRY003 - as a library would
    assert list(tmp_path.iterdir()) == []


def test_rights_of_a_shared_file_stay(tmp_path: Path):
    (tmp_path / "a.csv").write_text("old", encoding="utf-8")
    (tmp_path / "a.csv").chmod(0o660)
    with replace_whole(tmp_path / "a.csv") as part:
        part.write_text("new", encoding="utf-8")
    with replace_together(tmp_path) as part:
        (part / "a.csv").write_text("newer", encoding="utf-8")
        (part / "b.csv").write_text("new", encoding="utf-8")
    assert (tmp_path / "a.csv").stat().st_mode & 0o777 == (0o660 if os.name != "nt" else 0o666)


@posix
def test_the_part_of_a_writer_who_still_writes_is_left_alone_whatever_the_clock_says(tmp_path: Path):
    path = tmp_path / "a.csv"
    with replace_whole(path) as first:
        first.write_text("first", encoding="utf-8")
        os.utime(first, (0, 0))  # the clock was set forward by decades
        with replace_whole(path) as second:
            second.write_text("second", encoding="utf-8")
        assert first.exists()
    assert path.read_text(encoding="utf-8") == "first"
    assert hidden(tmp_path) == []


@posix
def test_what_is_left_beside_folders_goes_unless_somebody_still_writes_there(tmp_path: Path):
    with replace_together(tmp_path / "out") as part:
        (part / "a").write_text("a", encoding="utf-8")
        (tmp_path / ".dead.part-abc").mkdir()
        (tmp_path / ".run.work").mkdir()
        files.clear_beside(tmp_path)
        assert part.is_dir()
    assert hidden(tmp_path) == [".run.work"]
    assert look(tmp_path / "out") == {"a": "a"}


def test_every_file_is_synced_before_it_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    told: list[tuple[str, str]] = []
    sync, move = files._sync_file, Path.replace
    monkeypatch.setattr(files, "_sync_file", lambda path: (told.append(("sync", path.name)), sync(path)))
    monkeypatch.setattr(
        Path, "replace", lambda self, to: (told.append(("move", Path(to).name)), move(self, to))[1]
    )
    lay_out(tmp_path / "out", OLD)
    change(tmp_path / "out")
    committed = told.index(("move", READY))
    assert {name for what, name in told[:committed] if what == "sync"} >= {
        "a.csv",
        "b.csv",
        "c.csv",
        "names.json",
    }
    told.clear()
    with open_whole(tmp_path / "d.csv") as stream:
        stream.write("x")
    assert [what for what, _ in told] == ["sync", "move"]


# -- before any work is done -------------------------------------------------------------------------------


@pytest.fixture
def case(tmp_path: Path) -> Path:
    write_files(tmp_path / "case", TOY)
    return tmp_path / "case"


def test_a_full_disk_is_told_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1_234_567))
    with pytest.raises(ReleaseError) as told:
        check_target(tmp_path / "x" / "y", 5_000_000, ReleaseError)
    assert str(told.value) == (
        f"{tmp_path}: 1.2 MB are free on the disk; expected room for what is written, up to 5 MB; free some space, "
        "or name another folder"
    )


def test_a_folder_without_rights_is_told_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(RunError) as told:
        check_target(tmp_path / "x", 0, RunError)
    assert str(told.value) == (
        f"{tmp_path}: the folder cannot be written to; expected a writable folder; name another folder, or correct "
        "the rights"
    )


def test_a_file_on_the_way_is_told_before_any_work(tmp_path: Path):
    (tmp_path / "x").write_text("", encoding="utf-8")
    with pytest.raises(RunError) as told:
        check_target(tmp_path / "x" / "y", 0, RunError)
    assert str(told.value) == (
        f"{tmp_path / 'x' / 'y'}: found a file; expected a folder; name another folder with --out"
    )


@pytest.mark.parametrize(
    "words",
    [
        "read new.txt --case case",
        "import sites sites.csv case",
        "needs run --out needs",
        "brief run --out brief",
        "backtest case --out backtest",
    ],
)
def test_commands_look_at_the_disk_first(
    words: str,
    case: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    shutil.copytree(KEPT / "run-schema-3", tmp_path / "run")
    (tmp_path / "new.txt").write_text(REPORT, encoding="utf-8")
    (tmp_path / "sites.csv").write_text("name,latitude,longitude\nCamp N,36.1,43.3\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=100))
    before = look(case)
    assert main(words.split()) == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "0.0 MB are free on the disk; expected room for what is written, up to" in line
    assert look(case) == before
    assert not any((tmp_path / name).exists() for name in ("needs", "brief", "backtest"))


# -- when it fails on the way ------------------------------------------------------------------------------


def full_disk(patch: pytest.MonkeyPatch) -> None:
    """Let nothing reach the disk."""

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    patch.setattr(os, "fsync", fail)


def test_a_disk_that_fills_while_a_command_writes(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "new.txt").write_text(REPORT, encoding="utf-8")
    before = look(case)
    full_disk(monkeypatch)
    assert main(["read", str(tmp_path / "new.txt"), "--case", str(case), "--workers", "1"]) == 1
    assert capsys.readouterr().err == (
        f"{case / 'figures.csv'}: the file could not be written (No space left on device); expected room and rights "
        "to write; free some space or correct the rights\n"
    )
    assert look(case) == before
    assert hidden(case) == []
    assert main(["new", str(tmp_path / "fresh")]) == 1
    assert not (tmp_path / "fresh").exists()
    assert main(["needs", str(KEPT / "run-schema-3"), "--out", str(tmp_path / "needs")]) == 1
    assert not (tmp_path / "needs").exists()
    assert hidden(tmp_path) == []


@posix
def test_reading_into_a_case_that_is_killed_at_any_call(case: Path, tmp_path: Path):
    (report := tmp_path / "new.txt").write_text(REPORT, encoding="utf-8")
    whole, states = tmp_path / "whole", set()
    shutil.copytree(case, whole)
    figures = load_case(case).figures
    reports = load_case(case).reports

    def write(folder: Path) -> None:
        with turns.take_turn(folder):
            fresh = replace_report(reports)
            figures_file.write_reading(folder, [fresh], figures[:1])

    def replace_report(held):
        from dataclasses import replace

        return replace(held[0], report="2016-08-02-times.txt", text=report.read_text(encoding="utf-8"))

    write(whole)
    before, after = look(case), look(whole)
    for at in itertools.count(1):
        shutil.rmtree(case)
        write_files(case, TOY)
        killed = in_a_fork(lambda: write(case), at)
        load_case(case)  # finishes what was committed
        assert look(case) in (before, after), at
        states.add(look(case) == before)
        if not killed:
            break
    assert states == {True, False}


def test_a_case_whose_change_cannot_be_finished_is_refused(case: Path, monkeypatch: pytest.MonkeyPatch):
    (case / READY).mkdir()
    monkeypatch.setattr(files, "LEFT_WAIT_S", 0.0)
    with hold_folder(case), pytest.raises(CaseError) as told:
        load_case(case)
    assert str(told.value) == (
        f"{case}: a change of this case is half written (another command is writing there); expected it to be "
        "finished first, by whoever reads the case next; wait a moment if another command is at it, else correct the "
        "rights, then do this again"
    )


# -- two at once -------------------------------------------------------------------------------------------


def test_a_second_writer_is_told(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "new.txt").write_text(REPORT, encoding="utf-8")
    before = look(case)
    monkeypatch.setattr(turns, "WAIT_S", 0.0)
    with hold_folder(case):
        assert main(["read", str(tmp_path / "new.txt"), "--case", str(case), "--workers", "1"]) == 1
    assert capsys.readouterr().err == (
        f"{case}: another command is writing into this case; expected one at a time; nothing was changed; wait until "
        "it has finished, then do this again\n"
    )
    assert look(case) == before


def test_two_products_into_one_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "out").mkdir()
    with hold_folder(tmp_path / "out"):
        assert main(["needs", str(KEPT / "run-schema-3"), "--out", str(tmp_path / "out")]) == 1
    assert "the files could not be written (another command is writing there)" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


def test_a_second_writer_waits_for_one_who_takes_a_moment(case: Path):
    held, done = threading.Event(), []

    def other() -> None:
        with hold_folder(case):
            held.set()
            time.sleep(0.2)
            done.append("other")

    thread = threading.Thread(target=other)
    thread.start()
    held.wait()
    with turns.take_turn(case):
        done.append("we")
    thread.join()
    assert done == ["other", "we"]
    assert hidden(case) == []


def test_what_a_person_decides_while_reports_are_read_counts(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from havenward.reading import order

    (tmp_path / "new.txt").write_text(REPORT, encoding="utf-8")
    real, calls = order.forget_later, []

    def meanwhile(readings):
        calls.append(len(readings))
        text = (case / "figures.csv").read_text(encoding="utf-8")
        if len(calls) == 1:  # somebody decides, and somebody else reads a report in
            (case / "figures.csv").write_text(
                text.replace("agency,,,", "agency,,,rejected"), encoding="utf-8"
            )
            other = REPORT.replace("Times", "Post").replace("3,000", "4,000")
            (case / "reports" / "2016-08-02-post.txt").write_text(other, encoding="utf-8")
        return real(readings)

    monkeypatch.setattr(order, "forget_later", meanwhile)
    assert main(["read", str(tmp_path / "new.txt"), "--case", str(case), "--workers", "1"]) == 0
    now = load_case(case)
    assert {row.figure: row.review for row in now.figures if row.figure == "million"} == {
        "million": "rejected"
    }
    assert {row.report for row in now.reports} >= {"new.txt", "2016-08-02-post.txt"}
    assert len(calls) == 2
    assert calls[1] == calls[0] + 1  # the report that came in was read, too


# -- torn files --------------------------------------------------------------------------------------------


def torn(content: bytes) -> Iterator[bytes]:
    """Give what a disk may have kept of a file: a part of it, or zeros at its end."""
    for eighth in range(8):
        at = len(content) * eighth // 8
        yield content[:at]
        yield content[:at] + b"\0" * (len(content) - at)


@pytest.mark.parametrize("name", sorted(TOY))
def test_a_torn_file_of_a_case_is_told_and_never_taken_for_a_fault_of_ours(case: Path, name: str):
    content = (case / name).read_bytes()
    for left in torn(content):
        (case / name).write_bytes(left)
        try:
            load_case(case)
        except CaseError as error:
            assert all(str(problem) for problem in error.problems)  # noqa: PT017 - every one is a sentence
        if b"\0" in left:
            with pytest.raises(CaseError):
                load_case(case)


@pytest.mark.parametrize(
    "name",
    ["run.json", "members.parquet", "members_weights.parquet", "forecast.parquet", "assumptions.parquet"],
)
def test_a_torn_table_of_a_run_is_told(tmp_path: Path, name: str):
    from havenward.pipeline.products import brief_of
    from havenward.settings import BriefSettings

    folder = tmp_path / "run"
    shutil.copytree(KEPT / "run-schema-3", folder)
    content = (folder / name).read_bytes()
    for left in list(torn(content))[1::5]:
        (folder / name).write_bytes(left)
        with pytest.raises(HavenwardError):
            brief_of(read_run(folder), BriefSettings())


def test_a_torn_change_of_the_workbench_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    from havenward.workbench.edits import recover, save_text, undo
    from havenward.workbench.workspace import Workspace

    write_files(tmp_path / "toy", TOY)
    bench = Workspace(tmp_path)
    before = look(tmp_path / "toy")
    pending = tmp_path / "history" / "toy" / "pending"
    (pending / "new").mkdir(parents=True)
    (pending / "manifest.json").write_bytes(b"\0" * 100)
    recover(bench)
    assert "is damaged and is not carried out" in caplog.text
    assert look(tmp_path / "toy") == before
    from havenward.workbench.edits import digest_of

    save_text(bench, "toy", "notes.txt", "x", digest_of(tmp_path / "toy", "notes.txt"))
    (version,) = [path for path in (tmp_path / "history" / "toy").iterdir() if path.name[0].isdigit()]
    (version / ".after.json").write_text("{", encoding="utf-8")
    with pytest.raises(CaseError) as told:
        undo(bench, "toy")
    assert str(told.value) == (
        "the last change: its record is damaged; expected what the files of the case were before and after it; look "
        f"into {version} for what was there before"
    )
