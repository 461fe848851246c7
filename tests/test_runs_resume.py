"""An interrupted run goes on where it stopped and ends with the same bytes; two never write the same run."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from counted_worlds import with_sound_counts
from havenward.case.load import load_case
from havenward.case.write import write_case
from havenward.errors import RunError
from havenward.forecast import chunks
from havenward.forecast.chunks import Kept, Plan, is_whole, name_chunk, pack_chunk
from havenward.forecast.journal import Journal
from havenward.pipeline import Progress, known_case, learn_and_simulate, run_forecast
from havenward.pipeline.play import Play, PlayChunk, learn, play_chunks
from havenward.randomness import Streams
from havenward.runners import Processes, Threads
from havenward.runs import WORK, begin_run, read_run
from havenward.settings import ForecastSettings
from havenward.stores import open_store
from worlds import START, city

SETTINGS = ForecastSettings(START, 20, members=20)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a chunk of three members, so that a small ensemble has many."""
    monkeypatch.setattr(chunks, "MOST_MEMBERS", 3)


def files_of(folder: Path) -> dict[str, bytes]:
    """Give the bytes that the same-bytes law speaks of."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.log"
    }


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


# -- chunks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "days", "places"), [(1, 1, 1), (20, 9, 5), (1000, 120, 43), (7, 365, 10_000)]
)
def test_every_member_and_place_has_one_chunk_and_one_block(members: int, days: int, places: int) -> None:
    plan = Plan.of(members, days, places)
    assert [m for first, last in plan.chunks for m in range(first, last)] == list(range(members))
    assert [p for begin, end in plan.blocks for p in range(begin, end)] == list(range(places))
    assert plan.size <= chunks.MOST_MEMBERS


def test_a_large_case_has_small_chunks() -> None:
    """What a worker holds is bounded, down to one member."""
    plan = Plan.of(1000, 365, 10_000)
    assert plan.size * 12 * 365 * 10_000 <= chunks.CHUNK_BYTES
    assert len(plan.blocks) < 1000  # a thousand chunks of as many blocks can be counted up


def test_chunks_give_back_the_ensemble(tmp_path: Path) -> None:
    known = known_case(city(), SETTINGS)
    whole, posterior = learn_and_simulate(known, SETTINGS, workers=1)
    kept = play_chunks(Play(known, SETTINGS), posterior, tmp_path, Threads(2), open_store(tmp_path))
    assert len(list(tmp_path.iterdir())) == 7
    assert kept.locations == whole.locations
    assert kept.first_date == whole.first_date
    for name in ("displaced", "newly_displaced", "returned", "opening", "weights"):
        assert np.array_equal(getattr(kept, name), getattr(whole, name)), name
    assert sorted(kept.draws) == sorted(whole.draws)
    for name, values in whole.draws.items():
        assert np.array_equal(kept.draws[name], values), name
    for place in range(len(whole.locations)):
        for ours, theirs in zip(kept.at(place), whole.at(place), strict=True):
            assert np.array_equal(ours, theirs)


def test_a_chunk_with_any_byte_other_is_not_whole() -> None:
    known = known_case(city(), SETTINGS)
    ensemble, _ = learn_and_simulate(known, replace(SETTINGS, members=2), workers=1)
    days, places = ensemble.displaced.shape[1], len(ensemble.locations)
    content = pack_chunk(ensemble, Plan.of(2, days, places))
    assert is_whole(content)
    assert content == pack_chunk(ensemble, Plan.of(2, days, places))
    for cut in range(0, len(content), max(1, len(content) // 50)):
        assert not is_whole(content[:cut])
        other = bytearray(content)
        other[cut] ^= 1
        assert not is_whole(bytes(other))
        assert not is_whole(
            content[:cut] + bytes(len(content) - cut)
        )  # a tail of zeros, as after a power cut


@pytest.mark.parametrize(
    "runner", [Threads(1), Threads(3), Processes(2)], ids=["one", "threads", "processes"]
)
def test_whoever_plays_gives_the_same_bytes(tmp_path: Path, runner) -> None:
    counted = with_sound_counts(seed=2, error=0.3)
    settings = ForecastSettings(counted.observations[-1].date, 10, members=12)
    one = run_forecast(counted, settings, tmp_path / "one", workers=1)
    other = run_forecast(counted, settings, tmp_path / "other", workers=1, runner=runner)
    assert files_of(one.folder) == files_of(other.folder)


def test_chunks_may_be_left_in_a_store_or_handed_back(tmp_path: Path) -> None:
    run = run_forecast(city(), SETTINGS, tmp_path / "here")
    store = open_store(tmp_path / "store")
    far = run_forecast(city(), SETTINGS, tmp_path / "far", store=store)
    assert files_of(run.folder) == files_of(far.folder)
    assert store.names() == []  # tidied up
    known = known_case(city(), SETTINGS)
    play = Play(known, SETTINGS)
    back = tmp_path / "back"
    back.mkdir()
    kept = play_chunks(play, learn(play, Threads(1)), back, Processes(2), None)
    assert kept.displaced.shape[0] == SETTINGS.members


def test_a_store_that_this_machine_does_not_see_is_told(tmp_path: Path) -> None:
    class Elsewhere:
        workers = 1

        def share(self, work, pieces):  # noqa: ARG002
            for _ in pieces:
                yield b""  # left where we cannot see it

    with pytest.raises(RunError, match="a chunk of members that a worker has left is not there"):
        run_forecast(
            city(), SETTINGS, tmp_path / "run", runner=Elsewhere(), store=open_store(tmp_path / "store")
        )


def test_work_travels_without_what_it_prepares() -> None:
    import pickle

    play = Play(known_case(city(), SETTINGS), SETTINGS)
    before = len(pickle.dumps(play))
    assert play.days > 0
    assert len(pickle.dumps(play)) == before
    sent = pickle.dumps(PlayChunk(play, Plan.of(2, play.days, len(play.places)), None, ""))
    work = pickle.loads(sent)  # noqa: S301 - our own
    assert is_whole(work((0, 2, Streams(1))))


# -- interrupted, and taken up -----------------------------------------------------------------------------


class StoppedError(Exception):
    """Somebody pulled the plug."""


def stop_after(members: int) -> Progress:
    done = 0

    def step(finished: int) -> None:
        nonlocal done
        done += finished
        if done >= members:
            raise StoppedError

    return Progress(step=step)


def test_a_stopped_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    whole = run_forecast(city(), SETTINGS, tmp_path / "whole", workers=1)
    out = tmp_path / "run"
    with pytest.raises(StoppedError):
        run_forecast(city(), SETTINGS, out, workers=1, progress=stop_after(9))
    kept = sorted(path.name for path in (tmp_path / f".run{WORK}" / "chunks").iterdir())
    assert [name_chunk(first) for first in (0, 3, 6)] == kept
    assert not out.exists()
    at_once: list[int] = []
    run = run_forecast(city(), SETTINGS, out, workers=1, progress=Progress(step=at_once.append))
    assert sum(at_once) == SETTINGS.members
    assert files_of(run.folder) == files_of(whole.folder)
    assert hidden(tmp_path) == []


def test_what_is_taken_up_is_not_played_again(tmp_path: Path, monkeypatch) -> None:
    out = tmp_path / "run"
    with pytest.raises(StoppedError):
        run_forecast(city(), SETTINGS, out, workers=1, progress=stop_after(9))
    played: list[int] = []
    play = Play.__call__

    def watched(self, streams, members, *more, **others):
        played.append(streams.first)
        return play(self, streams, members, *more, **others)

    monkeypatch.setattr(Play, "__call__", watched)
    run_forecast(city(), SETTINGS, out, workers=1)
    assert sorted(set(played)) == [9, 12, 15, 18]


def test_a_torn_chunk_is_played_again(tmp_path: Path) -> None:
    whole = run_forecast(city(), SETTINGS, tmp_path / "whole", workers=1)
    out = tmp_path / "run"
    with pytest.raises(StoppedError):
        run_forecast(city(), SETTINGS, out, workers=1, progress=stop_after(12))
    folder = tmp_path / f".run{WORK}" / "chunks"
    for first, content in ((0, b""), (3, b"other"), (6, (folder / name_chunk(6)).read_bytes()[:-9])):
        (folder / name_chunk(first)).write_bytes(content)
    assert files_of(run_forecast(city(), SETTINGS, out).folder) == files_of(whole.folder)


@pytest.mark.parametrize("change", ["seed", "case", "members"])
def test_another_run_takes_nothing_up(tmp_path: Path, change: str) -> None:
    out = tmp_path / "run"
    with pytest.raises(StoppedError):
        run_forecast(city(), SETTINGS, out, workers=1, progress=stop_after(9))
    case, settings = city(), SETTINGS
    if change == "case":
        case = replace(case, title="Another")
    else:
        settings = replace(SETTINGS, **{change: 25})
    clean = run_forecast(case, settings, tmp_path / "clean", workers=1)
    assert files_of(run_forecast(case, settings, out, workers=1).folder) == files_of(clean.folder)


def test_an_error_before_any_chunk_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoppedError), begin_run(tmp_path / "run", "f"):
        raise StoppedError
    assert hidden(tmp_path) == []


def test_learning_is_taken_up(tmp_path: Path, monkeypatch) -> None:
    """The second time the simulator is asked nothing that was answered, and the result is the same."""
    from havenward.forecast import journal

    monkeypatch.setattr(journal, "WORTH_KEEPING_S", 0.0)
    counted = with_sound_counts(seed=2, error=0.3)
    settings = ForecastSettings(counted.observations[-1].date, 10, members=40)
    play = Play(known_case(counted, settings), settings)
    first = learn(play, Threads(1), journal=Journal(tmp_path))
    answers = sorted(tmp_path.iterdir())
    assert len(answers) > 5
    answers[2].write_bytes(b"torn")
    answers[3].unlink()
    asked: list[int] = []
    ask = Play.__call__
    monkeypatch.setattr(
        Play, "__call__", lambda self, *more, **others: (asked.append(1), ask(self, *more, **others))[1]
    )
    again = Journal(tmp_path)
    second = learn(play, Threads(1), journal=again)
    assert again.recalled == len(answers) - 2
    assert len(asked) < 6  # two answers, and the small questions before any learning
    assert first.taught == second.taught
    assert first.log_evidence == second.log_evidence
    assert np.array_equal(first.streams.numbers, second.streams.numbers)
    for name, values in first.prior.items():
        assert np.array_equal(values, second.prior[name]), name


def test_an_answer_to_another_question_is_not_taken(tmp_path: Path, monkeypatch) -> None:
    from havenward.forecast import journal

    monkeypatch.setattr(journal, "WORTH_KEEPING_S", 0.0)
    one, other = (np.zeros((1, 1)), {}), (np.ones((1, 1)), {})
    Journal(tmp_path).ask((np.arange(3), "late"), lambda: one)
    assert Journal(tmp_path).ask((np.arange(3), "late"), lambda: other)[0] == 0.0
    assert Journal(tmp_path).ask((np.arange(3.0), "late"), lambda: other)[0] == 1.0


# -- killed as a program, and two at once ------------------------------------------------------------------


def start(case: Path, out: Path, *extra: str) -> subprocess.Popen[str]:
    words = ["forecast", str(case), "--as-of", START.isoformat(), "--horizon", "300", "--members", "600"]
    return subprocess.Popen(
        [sys.executable, "-m", "havenward", *words, "--workers", "1", "--out", str(out), *extra],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_chunks(work: Path, number: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if (work / "chunks").is_dir() and len(list((work / "chunks").glob("members-*"))) >= number:
            return
        time.sleep(0.01)
    raise AssertionError


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_a_killed_program_is_taken_up_and_two_are_refused(tmp_path: Path) -> None:
    case = tmp_path / "case"
    write_case(city(), case)
    assert start(case, tmp_path / "whole").wait() == 0
    work = tmp_path / f".run{WORK}"
    process = start(case, tmp_path / "run")
    wait_for_chunks(work, 1)
    process.send_signal(signal.SIGSTOP)  # still there, holding the run
    second = start(case, tmp_path / "run")
    _, words = second.communicate()
    assert second.returncode == 1
    assert "another forecast is making this run" in words
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "run").exists()
    assert json.loads((work / "job.json").read_text(encoding="utf-8"))["fingerprint"]
    assert start(case, tmp_path / "run").wait() == 0
    assert files_of(tmp_path / "run") == files_of(tmp_path / "whole")
    assert hidden(tmp_path) == []


def test_two_in_one_process_are_refused(tmp_path: Path) -> None:
    with (
        begin_run(tmp_path / "run"),
        pytest.raises(RunError, match="another forecast is making this run"),
        begin_run(tmp_path / "run"),
    ):
        pass


def test_who_came_second_does_not_replace_the_first(tmp_path: Path) -> None:
    """A run that appears while one waits is not overwritten without being asked."""
    run_forecast(city(), SETTINGS, tmp_path / "run")
    with pytest.raises(RunError, match="holds a run already"), begin_run(tmp_path / "run"):
        pass


def test_an_old_run_being_replaced_is_found_by_readers(tmp_path: Path) -> None:
    run = run_forecast(city(), SETTINGS, tmp_path / "run")
    before = files_of(run.folder)
    run.folder.rename(tmp_path / ".run.old")
    assert files_of(read_run(tmp_path / "run").folder) == before
    assert hidden(tmp_path) == []


def test_a_full_disk_in_the_middle_keeps_what_is_done(tmp_path: Path, monkeypatch) -> None:
    whole = run_forecast(city(), SETTINGS, tmp_path / "whole", workers=1)
    written = 0
    replace_name = Path.replace

    def full(self: Path, target: Path) -> Path:
        nonlocal written
        written += target.name.startswith("members-")
        if written > 3:
            raise OSError(28, "No space left on device")
        return replace_name(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(RunError, match="No space left on device"):
            run_forecast(city(), SETTINGS, tmp_path / "run", workers=1)
    assert not (tmp_path / "run").exists()
    assert len(list((tmp_path / f".run{WORK}" / "chunks").iterdir())) == 3
    assert files_of(run_forecast(city(), SETTINGS, tmp_path / "run", workers=1).folder) == files_of(
        whole.folder
    )


def test_kept_runs_can_be_loaded_as_cases(tmp_path: Path) -> None:
    run = run_forecast(city(), SETTINGS, tmp_path / "run")
    assert load_case(run.case_folder).locations
    assert Kept  # the ensemble is gone with the work folder; the run stands alone
