"""Protects what people type: saved whole or not at all, never over the work of others, and it can be taken back."""

import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from havenward.errors import CaseError
from havenward.locks import BusyError, hold
from havenward.workbench import edits
from havenward.workbench.edits import (
    ConflictError,
    change_copy,
    change_rows,
    copy_of,
    digest_of,
    list_changes,
    recover,
    redo,
    save_text,
    save_texts,
    undo,
)
from havenward.workbench.workspace import Workspace
from toy_case import TOY
from workbench_worlds import form_token, make_root, open_browser, wait_for

STOCK = TOY["stock.csv"]


@pytest.fixture
def bench(tmp_path: Path) -> Workspace:
    return Workspace(make_root(tmp_path))


def stock(number: int) -> str:
    return STOCK.replace("500,,2016-07-01", f"{number},,2016-07-01")


def save(bench: Workspace, text: str, file: str = "stock.csv") -> str:
    return save_text(bench, "toy", file, text, digest_of(bench.root / "toy", file))


def read(bench: Workspace, file: str = "stock.csv") -> str:
    return (bench.root / "toy" / file).read_text(encoding="utf-8")


def leftovers(root: Path) -> list[str]:
    return [path.name for path in root.rglob("*") if ".part-" in path.name or path.name == "pending"]


# -- saving --------------------------------------------------------------------------------------------------


def test_a_saved_text_is_there_and_its_digest_is_given(bench: Workspace):
    digest = save(bench, stock(1))
    assert read(bench) == stock(1)
    assert digest == digest_of(bench.root / "toy", "stock.csv")
    assert not leftovers(bench.root)


def test_who_saw_an_older_version_writes_nothing_and_sees_what_stands_there(bench: Workspace):
    old = digest_of(bench.root / "toy", "stock.csv")
    new = save(bench, stock(1))
    with pytest.raises(ConflictError) as refused:
        save_text(bench, "toy", "stock.csv", stock(2), old)
    assert (refused.value.file, refused.value.digest, refused.value.now) == ("stock.csv", new, stock(1))
    assert read(bench) == stock(1)
    with pytest.raises(ConflictError):
        change_rows(bench, "toy", "stock", [(2, None)], old)
    with pytest.raises(ConflictError):
        save_text(bench, "toy", "new.txt", "", old)


def test_of_many_who_save_at_once_exactly_one_wins(bench: Workspace):
    digest = digest_of(bench.root / "toy", "stock.csv")
    start, ended = threading.Barrier(8), []

    def try_to_save(number: int) -> None:
        start.wait()
        try:
            save_text(bench, "toy", "stock.csv", stock(number), digest)
            ended.append(number)
        except ConflictError as error:
            ended.append(error.now)

    threads = [threading.Thread(target=try_to_save, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [one for one in ended if isinstance(one, int)]
    assert read(bench) == stock(winner)
    assert [one for one in ended if isinstance(one, str)] == [stock(winner)] * 7
    assert undo(bench, "toy")
    assert read(bench) == STOCK


def test_cases_do_not_wait_for_each_other(tmp_path: Path):
    bench = Workspace(make_root(tmp_path, "toy", "other"))
    with hold(tmp_path / "history" / "other" / edits.LOCK):
        save(bench, stock(1))
        with pytest.raises(BusyError), hold(tmp_path / "history" / "other" / edits.LOCK, wait=False):
            pass


def test_a_new_error_is_refused_and_an_old_one_is_not(bench: Workspace):
    with pytest.raises(CaseError, match=r"stock\.csv row 2"):
        save(bench, STOCK.replace("2016-07-01", "yesterday"))
    assert read(bench) == STOCK
    assert list_changes(bench, "toy") == (None, None)
    broken = STOCK.replace("2016-07-01", "yesterday")
    (bench.root / "toy" / "stock.csv").write_text(broken, encoding="utf-8")  # somebody did it by hand
    save(bench, broken.replace("2500.5", "2501"))
    assert "2501" in read(bench)


def test_several_files_are_saved_together_or_not_at_all(bench: Workspace):
    folder = bench.root / "toy"
    texts = {"stock.csv": stock(7), "sources.csv": TOY["sources.csv"] + "more,More,,,,\n"}
    seen = {file: digest_of(folder, file) for file in texts}
    save_texts(bench, "toy", texts, seen)
    with pytest.raises(ConflictError):
        save_texts(
            bench,
            "toy",
            {"stock.csv": stock(8), "sources.csv": ""},
            seen | {"stock.csv": digest_of(folder, "stock.csv")},
        )
    assert {file: read(bench, file) for file in texts} == texts
    assert undo(bench, "toy") == ("sources.csv", "stock.csv")
    assert {file: read(bench, file) for file in texts} == {file: TOY[file] for file in texts}


def test_rows_are_changed_added_and_removed_and_others_keep_their_bytes(bench: Workspace):
    digest = digest_of(bench.root / "toy", "stock.csv")
    changes = [
        (2, {"quantity": "700"}),
        (3, None),
        (None, {"item": "kits", "quantity": "5", "published": "2016-07-01"}),
    ]
    change_rows(bench, "toy", "stock", changes, digest)
    assert read(bench).splitlines()[0] == STOCK.splitlines()[0]
    assert "tents,camp-a,700,,2016-07-01,plan" in read(bench)
    assert "2500.5" not in read(bench)
    assert read(bench).splitlines()[-1].startswith("kits,,5,")
    with pytest.raises(CaseError, match="no column 'colour'"):
        change_rows(
            bench, "toy", "stock", [(2, {"colour": "red"})], digest_of(bench.root / "toy", "stock.csv")
        )
    with pytest.raises(CaseError, match="row 99"):
        change_rows(bench, "toy", "stock", [(99, None)], digest_of(bench.root / "toy", "stock.csv"))


# -- undo ----------------------------------------------------------------------------------------------------


def test_what_was_done_is_undone_and_done_again(bench: Workspace):
    for number in (1, 2, 3):
        save(bench, stock(number))
    assert [undo(bench, "toy") and read(bench) for _ in range(3)] == [stock(2), stock(1), STOCK]
    assert undo(bench, "toy") == ()
    assert [redo(bench, "toy") and read(bench) for _ in range(3)] == [stock(1), stock(2), stock(3)]
    assert redo(bench, "toy") == ()
    undo(bench, "toy")
    save(bench, stock(9))
    assert redo(bench, "toy") == (), "after a new change there is nothing to do again"
    undo(bench, "toy")
    assert read(bench) == stock(2)


def test_a_new_file_goes_when_it_is_undone(bench: Workspace):
    save(
        bench,
        "title: A\noutlet: B\npublished: 2016-07-21\nkind: original\n\nText.\n",
        "reports/2016-07-21-b.txt",
    )
    assert undo(bench, "toy") == ("reports/2016-07-21-b.txt",)
    assert not (bench.root / "toy" / "reports" / "2016-07-21-b.txt").exists()
    assert redo(bench, "toy") == ("reports/2016-07-21-b.txt",)
    assert "Text." in read(bench, "reports/2016-07-21-b.txt")


def test_nobody_undoes_what_somebody_else_did_meanwhile(bench: Workspace):
    save(bench, stock(1))
    mine, _ = list_changes(bench, "toy")
    assert mine.files == ("stock.csv",)
    save(bench, stock(2))  # somebody else
    with pytest.raises(ConflictError):
        undo(bench, "toy", mine.name)
    assert read(bench) == stock(2)
    theirs, _ = list_changes(bench, "toy")
    undo(bench, "toy", theirs.name)
    assert read(bench) == stock(1)


def test_what_another_program_wrote_is_not_undone_unseen(bench: Workspace):
    save(bench, stock(1))
    (bench.root / "toy" / "stock.csv").write_text(stock(5), encoding="utf-8")
    with pytest.raises(ConflictError):
        undo(bench, "toy")
    assert read(bench) == stock(5)


def test_old_versions_go(bench: Workspace, monkeypatch):
    monkeypatch.setattr(edits, "KEPT_VERSIONS", 3)
    for number in range(6):
        save(bench, stock(number))
    assert [bool(undo(bench, "toy")) for _ in range(4)] == [True, True, True, False]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=st.lists(st.sampled_from(["save", "undo", "redo"]), max_size=14))
def test_undo_is_a_line_of_versions(tmp_path_factory, steps):
    """Whatever the order, the file is what a list with a pointer says."""
    bench = Workspace(make_root(tmp_path_factory.mktemp("line")))
    line, at, numbers = [STOCK], 0, itertools.count(1)
    for step in steps:
        if step == "save":
            text = stock(next(numbers))
            save(bench, text)
            line, at = [*line[: at + 1], text], at + 1
        elif step == "undo":
            assert bool(undo(bench, "toy")) == (at > 0)
            at = max(0, at - 1)
        else:
            assert bool(redo(bench, "toy")) == (at < len(line) - 1)
            at = min(len(line) - 1, at + 1)
        assert read(bench) == line[at]


# -- long changes --------------------------------------------------------------------------------------------


def test_a_long_change_does_not_write_over_what_was_saved_meanwhile(bench: Workspace):
    seen = []

    def change(folder: Path) -> str:
        text = (folder / "stock.csv").read_text(encoding="utf-8")
        seen.append(text)
        if len(seen) == 1:
            save(bench, stock(1))  # a person saves while it works
        (folder / "stock.csv").write_text(text + "kits,,5,,2016-07-01,\n", encoding="utf-8")
        return "result"

    assert change_copy(bench, "toy", change) == "result"
    assert seen == [STOCK, stock(1)], "it was made again on what the person had saved"
    assert read(bench) == stock(1) + "kits,,5,,2016-07-01,\n"
    undo(bench, "toy")
    assert read(bench) == stock(1)


def test_a_long_change_of_other_files_is_not_made_again(bench: Workspace):
    made = []

    def change(folder: Path) -> None:
        made.append(1)
        save(bench, stock(len(made)))
        (folder / "reports" / "2016-07-20-times.txt").unlink()

    change_copy(bench, "toy", change)
    assert made == [1]
    assert read(bench) == stock(1)
    assert not (bench.root / "toy" / "reports" / "2016-07-20-times.txt").exists()


def test_a_long_change_that_never_gets_its_turn_says_so(bench: Workspace):
    made = itertools.count(1)

    def change(folder: Path) -> None:
        save(bench, stock(next(made)))
        (folder / "stock.csv").write_text(stock(0), encoding="utf-8")

    with pytest.raises(ConflictError):
        change_copy(bench, "toy", change)
    assert read(bench) == stock(edits.TRIES)


# -- killed --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a copy of this process to kill")
@pytest.mark.parametrize("action", ["save", "undo", "redo"])
def test_a_process_killed_at_any_step_leaves_all_or_nothing(tmp_path: Path, action: str, monkeypatch):
    """Every write, rename and removal in turn is the last thing that a process does."""
    monkeypatch.setattr(
        edits, "refuse_new_errors", lambda *_: None
    )  # what is checked is not what is killed here
    both = ("stock.csv", "sources.csv")

    def state(bench: Workspace) -> tuple[str, ...]:
        return tuple(read(bench, file) for file in both)

    def texts(number: int) -> dict[str, str]:
        return {
            "stock.csv": stock(number),
            "sources.csv": TOY["sources.csv"].replace("Counting", f"Counting {number}"),
        }

    def act(bench: Workspace, number: int) -> None:
        folder = bench.root / "toy"
        save_texts(bench, "toy", texts(number), {file: digest_of(folder, file) for file in both})

    reached, outcomes = itertools.count(), set()
    for step in reached:
        bench = Workspace(make_root(tmp_path / str(step)))
        act(bench, 1)
        if action == "redo":
            undo(bench, "toy")
        before = state(bench)
        after = {
            "save": tuple(texts(2).values()),
            "undo": tuple(TOY[file] for file in both),
            "redo": tuple(texts(1).values()),
        }[action]
        child = os.fork()
        if not child:
            _die_after(step)
            act(bench, 2) if action == "save" else {"undo": undo, "redo": redo}[action](bench, "toy")
            os._exit(0)
        finished = os.waitpid(child, 0)[1] == 0
        recover(bench)
        assert state(bench) in (before, after), f"half done after {step} steps"
        outcomes.add(state(bench) == after)
        assert not [name for name in leftovers(bench.root / "history") if name == "pending"]
        # and work goes on as if nothing had been killed
        if action == "save" and state(bench) == after:
            undo(bench, "toy")
            assert state(bench) == before
        save(bench, stock(3))
        undo(bench, "toy")
        assert state(bench) in (before, after)
        if finished:
            break
    assert step > 5
    assert outcomes == {True, False}


def _die_after(steps: int) -> None:
    """End this process at once when so many changes of the disk have been made."""
    left = [steps]

    def counted(name: str):
        real = getattr(os, name)

        def call(*arguments, **named):
            if not left[0]:
                os._exit(9)
            left[0] -= 1
            return real(*arguments, **named)

        return call

    for name in ("rename", "replace", "unlink", "rmdir", "mkdir"):
        setattr(os, name, counted(name))
    real_write = Path.write_bytes

    def write_bytes(self, data):
        if not left[0]:
            real_write(self, data[: len(data) // 2])  # killed in the middle of writing
            os._exit(9)
        left[0] -= 1
        return real_write(self, data)

    Path.write_bytes = write_bytes


def test_after_a_kill_what_another_program_wrote_stays(bench: Workspace, monkeypatch):
    monkeypatch.setattr(edits, "_finish", lambda *_: None)  # the server is killed just after it committed
    save(bench, stock(1))
    monkeypatch.undo()
    (bench.root / "toy" / "stock.csv").write_text(
        stock(2), encoding="utf-8"
    )  # then somebody uses a spreadsheet
    recover(bench)
    assert read(bench) == stock(2)
    (kept,) = (bench.root / "history" / "toy").glob("unsaved-*/stock.csv")
    assert kept.read_text(encoding="utf-8") == stock(1)


@pytest.mark.skipif(os.name == "nt", reason="needs a signal that cannot be caught")
def test_a_program_that_saves_is_killed_at_odd_moments(bench: Workspace):
    """Two files always carry the same number, however often the process that writes them is killed."""
    code = (
        "import sys, itertools; from pathlib import Path; sys.path.insert(0, sys.argv[2])\n"
        "from test_workbench_edits import *\n"
        "bench = Workspace(Path(sys.argv[1])); folder = bench.root / 'toy'; recover(bench)\n"
        "edits.refuse_new_errors = lambda *_: None\n"  # so that most of the time goes into writing
        "first = int(read(bench, 'a.txt') or 0) if (folder / 'a.txt').exists() else 0\n"
        "print('ready', flush=True)\n"
        "for n in itertools.count(first + 1):\n"
        "    texts = {'a.txt': str(n), 'b.txt': str(n) * 1000}\n"
        "    save_texts(bench, 'toy', texts, {f: digest_of(folder, f) for f in texts})\n"
    )
    rng, last = random.Random(5), 0  # noqa: S311 - when it is killed
    for _ in range(4):
        command = [sys.executable, "-c", code, str(bench.root), str(Path(__file__).parent)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        process.stdout.readline()
        begun = last
        wait_for(lambda: (bench.root / "toy" / "b.txt").exists() and int(read(bench, "a.txt") or 0) > begun)  # noqa: B023
        time.sleep(rng.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        recover(bench)
        number = read(bench, "a.txt")
        assert read(bench, "b.txt") == number * 1000
        assert int(number) > last
        last = int(number)
    undo(bench, "toy")
    assert (read(bench, "a.txt"), read(bench, "b.txt")) == (str(last - 1), str(last - 1) * 1000)


# -- in the browser ------------------------------------------------------------------------------------------


def test_a_conflict_shows_both_versions_and_keeps_words_as_words(tmp_path: Path):
    from starlette.routing import Route

    from havenward.workbench import app as application
    from havenward.workbench.layout import bench_of

    def keep(request):
        form = request.state.form
        save_text(bench_of(request).workspace, "toy", "stock.csv", form["text"], form["digest"])

    root = make_root(tmp_path)
    with open_browser(root) as client:
        client.app.router.routes.insert(0, application._guard_route(Route("/keep", keep, methods=["POST"])))
        fields = {"token": form_token(client), "text": "<b>mine</b>", "digest": "older"}
        page = client.post("/keep", data=fields)
        assert page.status_code == 409
        assert "&lt;b&gt;mine&lt;/b&gt;" in page.text
        assert "tents,camp-a,500" in page.text
        assert fields["token"] not in page.text.partition("<main")[2]
        told = client.post("/keep", data=fields, headers={"accept": "application/json"})
        assert told.status_code == 409
        assert told.json()["now"] == STOCK
    assert (root / "toy" / "stock.csv").read_text(encoding="utf-8") == STOCK


def test_a_copy_is_taken_between_two_changes(bench: Workspace, monkeypatch):
    """A forecast never reads one file before and another after a change of both."""
    monkeypatch.setattr(edits, "_finish", lambda *_: None)  # killed just after it committed
    folder, texts = (
        bench.root / "toy",
        {"stock.csv": stock(1), "sources.csv": TOY["sources.csv"].replace("Counting", "Counted")},
    )
    save_texts(bench, "toy", texts, {file: digest_of(folder, file) for file in texts})
    monkeypatch.undo()
    with copy_of(bench, "toy") as copy:
        assert {file: (copy / file).read_text(encoding="utf-8") for file in texts} == texts
        assert copy.name == "toy"
        save(bench, stock(2))  # and nobody waits for whoever works on a copy
        assert (copy / "stock.csv").read_text(encoding="utf-8") == stock(1)
    assert not copy.exists()
