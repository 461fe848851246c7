"""A real scheduler and workers on loopback: the same results, whoever is killed, and nobody who is not alike."""

import os
import shutil
import signal
import socket
import sys
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("distributed")

from cluster_worlds import (
    Counting,
    Processes,
    end_its_worker,
    fail_at_three,
    fail_with_a_problem,
    square,
    who_squares,
)
from havenward import cluster, cluster_pieces
from havenward.cli import WRONG, main
from havenward.cluster import open_runner, sees_folder
from havenward.cluster_pieces import ClusterRunner, Losses
from havenward.errors import CaseError, RunError, SettingsError
from havenward.forecast.backtest import backtest
from havenward.pipeline.history import forecast_known_sites, known_on_track, pooled_total
from havenward.reading.bulk import Task, list_reports, read_many
from havenward.reading.documents import Document
from havenward.runners import Threads
from havenward.sameness import ARITHMETIC, CONTENT, compare_machines, describe_machine
from toy_counts import random_crisis

REPORT = "More than {}00 people have fled Tarmiya since Friday, the Red Crescent said."


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    processes = Processes(tmp_path_factory.mktemp("cluster"))
    processes.start_scheduler()
    for _ in range(2):
        processes.start_worker()
    yield processes
    processes.stop()


@pytest.fixture
def told():
    return []


@pytest.fixture
def runner(started, told):
    with open_runner(started.address, 0, told=told.append) as opened:
        opened.client.wait_for_workers(2)
        yield opened


# -- the same results --------------------------------------------------------------------------------------


def test_results_come_in_order_and_little_is_taken_ahead(runner):
    taken = []

    def pieces():
        for number in range(200):
            taken.append(number)
            yield number

    results = runner.share(square, pieces())
    assert next(results) == 0
    assert len(taken) <= 2 * 3 * 4 + 1, "an endless stream would never stand in memory"
    assert list(results) == [number * number for number in range(1, 200)]
    assert runner.workers == 2


def test_work_is_opened_once_by_a_worker_and_keeps_what_it_prepares(runner):
    done = list(runner.share(Counting(), range(40)))
    assert max(done) > 1
    assert done.count(1) <= 2


def test_what_work_raises_comes_back_in_its_place(runner):
    results = runner.share(fail_at_three, range(10))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)
    with pytest.raises(CaseError) as caught:
        list(runner.share(fail_with_a_problem, [7]))
    assert caught.value.problems[0].where == "row 7"


def test_reading_gives_the_same_on_a_cluster(runner, tmp_path):
    for number in range(12):
        (tmp_path / f"{number:02}.txt").write_text(REPORT.format(number + 2), encoding="utf-8")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-junk")
    (tmp_path / "empty.txt").write_text(" ", encoding="utf-8")
    streamed = Task(None, Document("line-1", REPORT.format(5), published=date(2024, 5, 8)))

    def read(**hands):
        tasks = [*list_reports([tmp_path]), streamed, Task(tmp_path / "not-there.txt")]
        found = read_many(tasks, outlet="Post", places=(("a", "Tarmiya", "IRQ"),), **hands)
        return [(document, str(got) if isinstance(got, CaseError) else got) for document, got in found]

    here, there = read(), read(runner=runner)
    assert here == there
    assert sum(document is None for document, _ in here) == 3
    assert sum(bool(document) and len(got.figures) for document, got in here) == 13


def test_a_backtest_has_the_same_bytes_on_a_cluster(runner, tmp_path, monkeypatch):
    def written(out, hands):
        backtest(
            [random_crisis(1, "toy-one", "XXA", days=60)], (7,), members=1, seed=1, track="C",
            forecaster=forecast_known_sites, out=out, narrow=known_on_track, pooled=pooled_total, runner=hands,
        )  # fmt: skip
        paths = [*out.glob("*.parquet"), *out.glob("*.csv"), *out.glob("parts/*/*.parquet")]
        return {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}

    here = written(tmp_path / "here", Threads(1))
    assert len([name for name in here if name.startswith("parts/")]) > 1
    assert written(tmp_path / "seen", runner) == here
    # where the workers do not see the folder, parts come back and are written here
    monkeypatch.setattr("havenward.forecast.backtest.sees_folder", lambda hands, folder: False)  # noqa: ARG005
    assert written(tmp_path / "handed-back", runner) == here


def test_a_folder_that_all_see_is_told_from_one_that_they_do_not(runner, tmp_path):
    assert sees_folder(runner, tmp_path)
    assert not list(tmp_path.iterdir()), "nothing is left behind"

    class Elsewhere:  # a worker that has a folder of this name on a disk of its own
        def run(self, work, token, **_):
            return {"tcp://10.0.0.5:1": "0123456789abcdef", "tcp://10.0.0.6:1": work(token)}

        def subscribe_topic(self, *_): ...

    assert not sees_folder(ClusterRunner(Elsewhere(), lambda _: None), tmp_path)
    assert not list(tmp_path.iterdir())


# -- who is lost -------------------------------------------------------------------------------------------


def test_a_killed_worker_loses_nothing(runner, started, told):
    results = runner.share(who_squares, range(60))
    found = [next(results) for _ in range(6)]
    os.kill(found[0][1], signal.SIGKILL)
    started.start_worker()
    found += results
    assert [value for value, _ in found] == [number * number for number in range(60)]
    assert runner.losses.workers == 1
    assert runner.losses.pieces >= 1
    assert told[-1] == str(runner.losses)


def test_losses_are_told_in_words():
    assert str(Losses(1, 1)) == "1 worker was lost; 1 piece was given to others"
    assert str(Losses(2, 3)) == "2 workers were lost; 3 pieces were given to others"


# -- who is not alike --------------------------------------------------------------------------------------


def odd_libraries(folder: Path) -> Path:
    """Make a folder that says of itself to be another numpy."""
    made = folder / "odd-libraries"
    (made / "numpy-9.9.9.dist-info").mkdir(parents=True)
    (made / "numpy-9.9.9.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: numpy\nVersion: 9.9.9\n"
    )
    return made


def odd_processor(folder: Path) -> Path:
    """Make a folder that makes the quantiles of a process end in another digit."""
    made = folder / "odd-processor"
    made.mkdir()
    (made / "sitecustomize.py").write_text(
        "import numpy, scipy.special\nexact = scipy.special.ndtri\n"
        "scipy.special.ndtri = lambda levels: numpy.nextafter(exact(levels), numpy.inf)\n"
    )
    return made


def test_machines_that_would_give_other_bytes_are_refused_also_when_they_come_later(started, tmp_path):
    with open_runner(started.address, 0) as runner:
        results = runner.share(who_squares, iter(int, 1))
        next(results)
        odd = [started.start_worker(make(tmp_path)) for make in (odd_libraries, odd_processor)]
        with pytest.raises(SettingsError) as late:
            list(results)
        assert {problem.slug for problem in late.value.problems} <= {"cluster-versions", "cluster-arithmetic"}
        runner.client.wait_for_workers(4)
    with pytest.raises(SettingsError) as caught, open_runner(started.address, 0):
        pass
    said = {problem.slug: str(problem) for problem in caught.value.problems}
    assert sorted(said) == ["cluster-arithmetic", "cluster-versions"], "both at once"
    assert "numpy is 9.9.9; expected " in said["cluster-versions"]
    assert "other last digits there than here" in said["cluster-arithmetic"]
    assert said["cluster-arithmetic"].startswith("worker tcp://127.0.0.1:")
    for process in odd:
        process.kill()
        process.wait()


def test_another_build_of_the_same_version_is_another_content(tmp_path):
    import havenward
    from havenward.sameness import _hash_content

    folder = tmp_path / "havenward"
    shutil.copytree(
        Path(havenward.__file__).parent, folder, ignore=shutil.ignore_patterns("__pycache__", "cases")
    )
    here = describe_machine()[CONTENT]
    assert _hash_content(folder) == here
    (folder / "tables" / "standards.csv").open("a").write("\n")
    assert _hash_content(folder) != here


def test_differences_are_told_once_for_all_that_share_them_and_causes_before_effects():
    expected = {"havenward": "1.0", "numpy": "2.4", CONTENT: "aa", ARITHMETIC: "bb"}
    found = {
        "worker a": expected | {"numpy": "2.3", ARITHMETIC: "cc"},
        "worker b": expected | {"numpy": "2.3", ARITHMETIC: "cc"},
        "worker c": expected | {CONTENT: "dd"},
        "worker d": {},
        "worker e": expected,
    }
    again = "and start the scheduler and the workers again"
    same = f"install the same versions on every machine, {again}"
    assert [str(problem) for problem in compare_machines(found, expected)] == [
        f"worker c: the files of Havenward differ from those here (dd); expected the same content (aa); install the same build on every machine, {again}",
        f"worker d: havenward is not installed; expected 1.0, as here; {same}",
        f"worker d: numpy is not installed; expected 2.4, as here; {same}",
        f"worker a and 1 more: numpy is 2.3; expected 2.4, as here; {same}",
    ]


# -- nobody there ------------------------------------------------------------------------------------------


def refused(address: str) -> str:
    with pytest.raises(SettingsError) as caught, open_runner(address, 1):
        pass
    (problem,) = caught.value.problems
    return str(problem)


def test_an_address_that_is_none_is_told(tmp_path):
    expected = (
        "--cluster: found 'lokal'; expected local, the address of a Dask scheduler (tcp://host:8786), or its "
        "scheduler file; correct it; `dask scheduler` prints its address when it starts"
    )
    assert refused("lokal") == expected
    (tmp_path / "scheduler.json").write_text("[]")
    assert "expected local, the address" in refused(str(tmp_path / "scheduler.json"))


def test_who_does_not_answer_as_a_scheduler_is_not_waited_for_long(started, monkeypatch):
    with open_runner(started.address, 0) as runner:
        worker = min(runner.client.nthreads())
    assert "(it is a Worker); expected a Dask scheduler" in refused(worker)
    assert "(unknown address scheme 'carrier-pigeon'" in refused("carrier-pigeon://somewhere")
    monkeypatch.setattr(cluster, "CONNECT_S", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes the call and never says a word
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        assert refused(address) == (
            f"--cluster {address}: no scheduler answers at tcp://{address} within 1 s (no answer: TimeoutError); "
            "expected a Dask scheduler; start one with `dask scheduler`, or correct the address, its protocol "
            "or its certificates"
        )


def test_without_dask_the_command_says_how_to_get_it(monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, "distributed", None)
    (tmp_path / "a.txt").write_text(REPORT.format(3))
    assert main(["read", str(tmp_path / "a.txt"), "--cluster", "tcp://127.0.0.1:1"]) == WRONG
    assert (
        "--cluster tcp://127.0.0.1:1: Dask is not installed; expected its package distributed; "
        "run: pip install 'havenward[cluster]'"
    ) in capsys.readouterr().err


# -- the end of a cluster; these tests take it apart, so they come last ----------------------------------------


def test_a_piece_that_ends_its_workers_is_given_up_and_then_nobody_is_left(
    runner, started, monkeypatch, told
):
    monkeypatch.setattr(cluster_pieces, "MAX_LOSSES", 2)
    with pytest.raises(RunError, match="2 workers ended with it in hand; expected fewer than 2; it may need"):
        list(runner.share(end_its_worker, [1]))
    monkeypatch.setattr(cluster_pieces, "NO_WORKER_S", 2.0)
    with pytest.raises(RunError, match="no worker has been there for 2 s"):
        list(runner.share(square, [1]))
    assert any("waiting up to 2 s for one to come" in words for words in told)
    monkeypatch.setattr(cluster, "FIRST_WORKER_S", 1.0)
    assert "the scheduler answers, but no worker came within 1 s" in refused(started.address)


def test_a_scheduler_that_ends_is_told(started, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 2.0)
    started.start_worker()
    with open_runner(started.address, 0) as runner:
        results = runner.share(who_squares, iter(int, 1))
        next(results)
        started.started[0].kill()
        with pytest.raises(RunError, match="the connection to the scheduler is lost"):
            list(results)
