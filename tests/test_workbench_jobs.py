"""Protects work in the background: queued, told, stopped, resumed, and nothing lost when the server is killed."""

import asyncio
import itertools
import json
import os
import signal
import time
from pathlib import Path

import pytest

from havenward.errors import HavenwardError
from havenward.workbench import jobs as queue
from havenward.workbench.jobs import ENDED, Job, Jobs
from havenward.workbench.workspace import NotFoundError, Workspace
from toy_case import TOY
from workbench_worlds import Server, form_token, make_root, open_browser, wait_for

QUICK = {"run": "quick", "origin_date": "2016-09-01", "horizon_days": 20, "members": 20}
# so many members that it is still running when a test stops it
LONG = QUICK | {"run": "long", "horizon_days": 120, "members": 60_000}
REPORT = "title: More\noutlet: Times\npublished: 2016-07-25\nurl: https://example.org/b\nkind: original\n\nSome 4,500 people fled to Camp A.\n"


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """One worker for the whole module: starting one takes seconds, keeping it warm is the point."""
    jobs = Jobs(Workspace(make_root(tmp_path_factory.mktemp("cases"))))
    yield jobs
    jobs.close()


def end_of(jobs: Jobs, job: str) -> Job:
    wait_for(lambda: jobs.get(job).state in ENDED)
    return jobs.get(job)


def begun(jobs: Jobs, job: str) -> None:
    """Wait until members are being run."""
    wait_for(lambda: jobs.get(job).what == "members" and jobs.get(job).done > 0)


def written(jobs: Jobs, job: str) -> dict:
    return json.loads((jobs.folder / f"{job}.json").read_text(encoding="utf-8"))


def hear(jobs: Jobs, job: str, heard: int = 0) -> list[dict]:
    async def all_of() -> list[dict]:
        return [event async for event in jobs.events(job, heard)]

    return asyncio.run(all_of())


# -- one after another -----------------------------------------------------------------------------------------


def test_a_job_is_a_file_before_it_is_answered_and_its_run_is_there_when_it_is_done(bench: Jobs):
    job = bench.submit("forecast", "toy", QUICK)
    assert written(bench, job)["arguments"] == QUICK
    found = end_of(bench, job)
    assert (found.state, found.result["url"]) == ("done", "/cases/toy/runs/quick")
    assert written(bench, job)["state"] == "done"
    assert bench.workspace.list_runs("toy") == ["quick"]


def test_several_wait_for_each_other_in_order(bench: Jobs):
    made = [bench.submit("forecast", "toy", QUICK | {"run": f"several-{number}"}) for number in range(3)]
    ended = [end_of(bench, job) for job in made]
    assert [job.state for job in ended] == ["done"] * 3
    assert all(one.ended <= other.began for one, other in itertools.pairwise(ended))
    assert [job.id for job in bench.list("toy")][:3] == made[::-1]


def test_wrong_data_fail_with_their_problems_and_the_worker_goes_on(bench: Jobs):
    failed = end_of(
        bench, bench.submit("forecast", "toy", QUICK | {"origin_date": "2031-01-01", "track": "A"})
    )
    assert failed.state == "failed"
    assert {"where", "found", "expected", "repair", "slug"} <= failed.result["problems"][0].keys()
    pid = [worker.process.pid for worker in bench._running.values()]
    assert pid == []
    assert end_of(bench, bench.submit("read", "toy", {})).state == "done"


def test_a_fault_of_ours_is_told_as_one_without_its_words(bench: Jobs, caplog):
    broken = end_of(bench, bench.submit("forecast", "toy", {"run": "x"}))  # lacks its date
    assert (broken.state, broken.result) == ("broken", {})
    assert "KeyError" in caplog.text  # the keeper of the server sees it
    assert "KeyError" not in json.dumps(hear(bench, broken.id))


def test_what_is_no_kind_is_no_job(bench: Jobs):
    with pytest.raises(ValueError, match="no kind of job"):
        bench.submit("shell", "toy", {})
    with pytest.raises(NotFoundError):
        bench.get("../toy/case")


def test_a_queue_has_an_end(tmp_path: Path):
    jobs = Jobs(Workspace(make_root(tmp_path)), workers=0)
    for _ in range(queue.MAX_QUEUED):
        jobs.submit("read", "toy", {})
    with pytest.raises(HavenwardError, match="50 are waiting already"):
        jobs.submit("read", "toy", {})
    assert len(list(jobs.folder.glob("*.json"))) == queue.MAX_QUEUED


# -- stopped -----------------------------------------------------------------------------------------------------


def test_a_stopped_job_leaves_no_half_run_and_the_next_one_runs(bench: Jobs):
    long, next_one = (
        bench.submit("forecast", "toy", LONG),
        bench.submit("forecast", "toy", QUICK | {"run": "next"}),
    )
    begun(bench, long)
    bench.cancel(long)
    assert bench.get(long).state == "cancelled"
    assert end_of(bench, next_one).state == "done"
    runs = bench.workspace.root / "runs" / "toy"
    assert not (runs / "long").exists()
    # finished members stay for the next try, and nothing else
    assert {path.name for path in runs.iterdir() if path.name.startswith(".")} <= {".long.work"}
    bench.cancel(long)  # once more changes nothing
    assert written(bench, long)["state"] == "cancelled"


def test_a_stopped_job_can_be_asked_for_again_once(bench: Jobs):
    first = bench.submit("forecast", "toy", LONG)
    waiting = bench.submit("read", "toy", {})
    bench.cancel(waiting)
    assert bench.get(waiting).state == "cancelled"
    begun(bench, first)
    assert bench.resume(first) == first, "what runs is not asked for twice"
    bench.cancel(first)
    again = bench.resume(first)
    assert bench.resume(first) == again != first
    assert bench.get(again).arguments == LONG | {"replace": True}
    bench.cancel(again)
    done = end_of(bench, bench.submit("read", "toy", {}))
    assert bench.resume(done.id) == done.id


@pytest.mark.skipif(os.name == "nt", reason="needs a signal that cannot be caught")
def test_a_worker_that_the_system_ends_is_replaced(bench: Jobs):
    long = bench.submit("forecast", "toy", LONG)
    begun(bench, long)
    os.kill(bench._running[long].process.pid, signal.SIGKILL)
    assert end_of(bench, long).state == "interrupted"
    assert end_of(bench, bench.submit("read", "toy", {})).state == "done"


# -- told ----------------------------------------------------------------------------------------------------------


def test_many_listeners_hear_the_same_to_the_end(bench: Jobs):
    job = bench.submit("forecast", "toy", QUICK | {"run": "heard"})

    async def listen() -> list[list[dict]]:
        async def one() -> list[dict]:
            return [event async for event in bench.events(job) if event]

        return await asyncio.gather(*(one() for _ in range(100)))

    heard = asyncio.run(listen())
    assert all(events[-1]["state"] == "done" for events in heard)
    assert all(events[-1]["result"]["url"] == "/cases/toy/runs/heard" for events in heard)
    assert all(len(events) <= 100 for events in heard), "only what changes is told"


def test_news_are_told_once_and_from_where_one_stopped(tmp_path: Path):
    jobs = Jobs(Workspace(make_root(tmp_path)), workers=0)
    job = jobs.get(jobs.submit("read", "toy", {}))
    for number in range(5):
        job.add_news({"number": number})
    with jobs._changed:
        jobs._queue.clear()
        jobs._end(job, "done", {})
    (event,) = hear(jobs, job.id)
    assert [news["number"] for news in event["news"]] == [0, 1, 2, 3, 4]
    (event,) = hear(jobs, job.id, heard=3)
    assert ([news["number"] for news in event["news"]], event["heard"]) == ([3, 4], 5)
    (event,) = hear(jobs, job.id, heard=999)  # of an earlier server
    assert event["news"] == []
    assert "news" not in written(jobs, job.id), "what was told on the way is no state"


def test_news_are_bounded(monkeypatch):
    monkeypatch.setattr(queue, "MAX_NEWS", 10)
    monkeypatch.setattr(queue, "MAX_NEWS_BYTES", 1000)
    job = Job("0" * 16, "read", "toy", {}, 0.0)
    for number in range(50):
        job.add_news({"number": number})
    assert [number for number, _, _ in job.news] == list(range(40, 50))
    job.add_news({"drawing": "x" * 900})
    assert sum(size for _, _, size in job.news) == job.news_bytes <= 1000
    job.add_news({"drawing": "x" * 5000})
    assert [number for number, _, _ in job.news] == [51], "the newest is told even where it is large"


def test_old_jobs_are_forgotten(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(queue, "KEPT_JOBS", 4)
    monkeypatch.setattr(queue, "KEPT_NEWS_JOBS", 2)
    jobs = Jobs(Workspace(make_root(tmp_path)), workers=0)
    for _ in range(8):
        job = jobs.get(jobs.submit("read", "toy", {}))
        job.add_news({})
        jobs.cancel(job.id)
    jobs.submit("read", "toy", {})
    assert len(jobs.list()) == len(list(jobs.folder.glob("*.json"))) == 5
    assert sorted(len(job.news) for job in jobs.list()) == [0, 0, 0, 1, 1]


# -- uploads -------------------------------------------------------------------------------------------------------


def test_uploads_go_when_their_job_is_done_and_stay_while_it_may_be_asked_for_again(bench: Jobs):
    def upload(name: str, text: str) -> Path:
        folder = bench.workspace.new_uploads_folder()
        folder.mkdir(parents=True)
        (folder / name).write_text(text, encoding="utf-8")
        return folder

    good, bad = upload("2016-07-25-b.txt", REPORT), upload("c.txt", "No header, no date.\n")
    done = end_of(bench, bench.submit("read", "toy", {"files": [str(good / "2016-07-25-b.txt")]}))
    failed = end_of(bench, bench.submit("read", "toy", {"files": [str(bad / "c.txt")]}))
    assert (done.state, done.result["figures"], failed.state) == ("done", 1, "failed")
    assert not good.exists()
    assert bad.exists()
    case = bench.workspace.case_folder("toy")
    assert "Some 4,500 people" in (case / "figures.csv").read_text(encoding="utf-8")
    assert (case / "reports" / "2016-07-25-b.txt").exists()


@pytest.mark.parametrize("path", ["/etc/passwd", "uploads/../toy", "", "..", "\x00", 7, None])
def test_no_argument_of_a_job_takes_other_folders_away(tmp_path: Path, path):
    jobs = Jobs(Workspace(make_root(tmp_path)), workers=0)
    text = str(tmp_path / path) if isinstance(path, str) and path.startswith("uploads") else path
    job = jobs.get(
        jobs.submit("read", "toy", {"files": [text], "file": text, "all": str(tmp_path / "uploads")})
    )
    assert jobs._uploads_of(job) == set()


def test_uploads_that_no_job_holds_go_at_the_next_start(tmp_path: Path):
    root = make_root(tmp_path)
    jobs = Jobs(Workspace(root), workers=0)
    held, lost = jobs.workspace.new_uploads_folder(), jobs.workspace.new_uploads_folder()
    for folder in (held, lost):
        folder.mkdir(parents=True)
    jobs.submit("read", "toy", {"files": [str(held / "a.txt")]})
    Jobs(Workspace(root), workers=0)
    assert (held.exists(), lost.exists()) == (True, False)


# -- files of jobs ---------------------------------------------------------------------------------------------


def test_what_was_running_is_interrupted_and_what_waited_waits_again(tmp_path: Path):
    root = make_root(tmp_path)
    first = Jobs(Workspace(root), workers=0)
    running, *waiting = (first.submit("read", "toy", {"number": number}) for number in range(3))
    first.get(running).state = "running"
    first._write(first.get(running))
    second = Jobs(Workspace(root), workers=0)
    assert second.get(running).state == written(second, running)["state"] == "interrupted"
    assert list(second._queue) == waiting


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "shell"},
        {"id": "../../x"},
        {"state": "<b>"},
        {"result": {"url": "javascript:alert(1)"}},
        {"result": {"url": "//evil.example"}},
        {"result": {"url": 5}},
        {"more": 1},
    ],
    ids=str,
)
def test_files_that_are_no_jobs_of_ours_are_left_alone(tmp_path: Path, change):
    root = make_root(tmp_path)
    jobs = Jobs(Workspace(root), workers=0)
    job = jobs.submit("read", "toy", {})
    path = jobs.folder / f"{job}.json"
    planted = json.dumps(written(jobs, job) | change)
    path.write_text(planted, encoding="utf-8")
    (jobs.folder / "half.json").write_text('{"id": "half', encoding="utf-8")
    again = Jobs(Workspace(root), workers=0)
    assert again.list() == []
    assert path.read_text(encoding="utf-8") == planted


# -- over HTTP ---------------------------------------------------------------------------------------------------


def test_a_page_follows_a_job_by_events(tmp_path: Path):
    with open_browser(make_root(tmp_path)) as client:
        jobs = client.app.state.bench.jobs
        job = jobs.submit("read", "toy", {})
        jobs.get(job).add_news({"kind": "first"})
        jobs.get(job).add_news({"kind": "second"})
        assert job in client.get("/jobs").text
        assert "waiting" in client.get(f"/jobs/{job}").text
        client.post(f"/jobs/{job}/cancel", data={"token": form_token(client)})
        answer = client.get(f"/jobs/{job}/events", headers={"last-event-id": "1"})
        assert answer.headers["content-type"].startswith("text/event-stream")
        first, second, *_ = answer.text.splitlines()
        assert first == "id: 2"
        event = json.loads(second.removeprefix("data: "))
        assert (event["state"], event["news"]) == ("cancelled", [{"kind": "second"}])
        for odd in ("-1", "x", "1e9", "9" * 50, "\u0661"):
            assert client.get(f"/jobs/{job}/events?heard={odd}").status_code == 200
        assert client.get("/jobs/0/events").status_code == 404
        page = client.post(f"/jobs/{job}/resume", data={"token": form_token(client)})
        assert page.status_code == 200
        assert str(page.url).rpartition("/")[2] != job
        assert "Open the job that took its place" in client.get(f"/jobs/{job}").text


# -- killed --------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="needs a signal that cannot be caught")
def test_a_server_killed_in_the_middle_of_a_run_loses_nothing(tmp_path: Path):
    """Kill it with no warning: its worker ends too, the next one says what happened, and resuming makes the run."""
    root = make_root(tmp_path)
    (root / "runs" / "toy").mkdir(parents=True)
    asked = Jobs(Workspace(root), workers=0)
    job = asked.submit("forecast", "toy", LONG)
    server = Server(root)
    try:
        with server.browser() as browser:
            wait_for(lambda: browser.get(f"/jobs/{job}/state").json()["done"] > 0)
            children = _children_of(server.process.pid)
    finally:
        server.end()
    assert written(asked, job)["state"] == "running"
    wait_for(lambda: not any(_is_alive(pid) for pid in children), seconds=20)
    server = Server(root)
    try:
        with server.browser() as browser:
            assert browser.get(f"/jobs/{job}/state").json()["state"] == "interrupted"
            # finished members wait for the next try
            assert {path.name for path in (root / "runs" / "toy").iterdir()} <= {".long.work"}
            (root / "jobs" / f"{job}.json").stat()
            fields = {"token": form_token(browser)}
            assert browser.post(f"/jobs/{job}/resume", data=fields).status_code == 303
            # a hidden file is one that is being written
            (again,) = [path.stem for path in (root / "jobs").glob("[!.]*.json") if path.stem != job]
            assert written(asked, again)["arguments"] == LONG | {"replace": True}
            wait_for(lambda: browser.get(f"/jobs/{again}/state").json()["done"] > 0)
            began = time.monotonic()
            server.process.send_signal(signal.SIGINT)  # this time a person ends it
            assert server.process.wait(timeout=30) == 0
            assert time.monotonic() - began < 30
    finally:
        server.end()
    assert written(asked, again)["state"] == "interrupted"
    assert "Traceback" not in "".join(server.said)
    assert {path.name: path.read_text(encoding="utf-8") for path in (root / "toy").glob("*.csv")} == {
        name: text for name, text in TOY.items() if name.endswith(".csv")
    }


def _children_of(pid: int) -> list[int]:
    import psutil

    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


def _is_alive(pid: int) -> bool:
    import psutil

    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
