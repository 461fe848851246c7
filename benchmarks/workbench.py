"""What the workbench bears: 50 people for two minutes while a forecast takes every core, and the first view.

`python benchmarks/workbench.py [--clients 50] [--seconds 120] [--pause 1.0]` serves the bundled case from a
temporary folder in a process of its own, with forecasts queued that last as long as the measurement. Every
client opens pages one after another over loopback, pausing on each as a person who reads (`--pause` seconds
on average, 0 for none), and every fifth one also follows the forecast. It prints a table, and fails where
something was answered with an error or the limits are passed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import httpx

from havenward.workbench.jobs import Jobs
from havenward.workbench.workspace import Workspace

CASE = Path(__file__).resolve().parents[1] / "cases" / "mosul-2016"
NAME, RUN = "mosul-2016", "eve"
PAGES = (
    "/",
    "/jobs",
    "/record",
    "/static/style.css",
    "/static/core.js",
    f"/cases/{NAME}",
    f"/cases/{NAME}/reports",
    f"/cases/{NAME}/places",
    f"/cases/{NAME}/assumptions",
    f"/cases/{NAME}/runs",
    f"/cases/{NAME}/runs/{RUN}",
    f"/cases/{NAME}/runs/{RUN}/needs",
    f"/cases/{NAME}/runs/{RUN}/publish",
    f"/cases/{NAME}/compare",
)
FORECAST = {"origin_date": "2016-10-16", "horizon_days": 120}
P95_LIMIT_S, FIRST_VIEW_LIMIT_S = 0.3, 1.0


class Server:
    """The workbench in a process of its own, and how long its first page took."""

    def __init__(self, root: Path) -> None:
        began = time.perf_counter()
        command = [sys.executable, "-m", "havenward", "serve", str(root), "--port", "0"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        found = next(filter(None, (re.search(r"at (http://\S+)/ ", line) for line in self.process.stderr)))
        self.address = found.group(1)
        page = httpx.get(self.address)
        self.first_view_s = time.perf_counter() - began
        assert page.status_code == 200, page.text

    def end(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()


def prepare(root: Path, members: int) -> list[str]:
    """Put the case into a folder and queue a short forecast to look at and long ones to bear."""
    shutil.copytree(CASE, root / NAME)
    jobs = Jobs(Workspace(root), workers=0)  # nobody works them off here: the server finds them waiting
    first = jobs.submit("forecast", NAME, FORECAST | {"run": RUN, "members": 500})
    return [first] + [
        jobs.submit("forecast", NAME, FORECAST | {"run": f"long-{number}", "members": members})
        for number in range(20)
    ]


async def measure(
    address: str, jobs: list[str], clients: int, seconds: float, pause_s: float
) -> tuple[dict[str, list[float]], list[str], int]:
    """Let clients read pages; gives seconds by page, what went wrong, and how many events were heard."""
    times: dict[str, list[float]] = defaultdict(list)
    wrong: list[str] = []
    heard = 0
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=30) as browser:
        pages = [page for page in PAGES if (await browser.get(page)).status_code != 404]
        end = time.perf_counter() + seconds

        async def read(number: int) -> None:
            rng = random.Random(number)  # noqa: S311 - which page is opened when
            while time.perf_counter() < end:
                page = rng.choice(pages)
                began = time.perf_counter()
                try:
                    answer = await browser.get(page)
                    if answer.status_code != 200:
                        wrong.append(f"{page}: {answer.status_code}")
                except httpx.HTTPError as error:
                    wrong.append(f"{page}: {error!r}")
                times[page].append(time.perf_counter() - began)
                await asyncio.sleep(pause_s * rng.uniform(0, 2))

        async def follow() -> None:
            nonlocal heard
            for job in jobs:
                async with browser.stream("GET", f"/jobs/{job}/events") as stream:
                    async for line in stream.aiter_lines():
                        heard += line.startswith("data:")
                        if time.perf_counter() > end:
                            return

        followers = [asyncio.create_task(follow()) for _ in range(clients // 5)]
        await asyncio.gather(*(read(number) for number in range(clients)))
        for follower in followers:
            follower.cancel()
        ended = await asyncio.gather(*followers, return_exceptions=True)
        wrong += [f"events: {one!r}" for one in ended if isinstance(one, httpx.HTTPError)]
    return dict(times), wrong, heard


def quantile(values: list[float], share: float) -> float:
    """Give the value below which a share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=50, help="how many people read at once")
    parser.add_argument("--seconds", type=float, default=120, help="for how long")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds on a page, on average")
    parser.add_argument("--members", type=int, default=20_000, help="of each forecast that runs meanwhile")
    parser.add_argument("--json", type=Path, help="keep what was measured here too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        views = []
        for _ in range(3):
            server = Server(root)
            views.append(server.first_view_s)
            server.end()
        jobs = prepare(root, chosen.members)
        server = Server(root)
        try:
            while httpx.get(f"{server.address}/jobs/{jobs[0]}/state").json()["state"] != "done":
                time.sleep(0.2)
            times, wrong, heard = asyncio.run(
                measure(server.address, jobs[1:], chosen.clients, chosen.seconds, chosen.pause)
            )
            states = [httpx.get(f"{server.address}/jobs/{job}/state").json()["state"] for job in jobs]
        finally:
            server.end()
    assert "running" in states, "the forecasts ended before the measurement did: give more --members"
    every = [value for values in times.values() for value in values]
    print(
        f"{chosen.clients} clients, {chosen.seconds:.0f} s, {chosen.pause} s on a page, while forecasts ran "
        f"({states.count('done')} done): {len(every):,} answers, {len(wrong)} errors, {heard:,} events\n"
    )
    print("| page | answers | median | p95 | largest |\n|---|---|---|---|---|")
    for page, values in [*sorted(times.items()), ("all", every)]:
        shown = [f"{1000 * quantile(values, share):.0f} ms" for share in (0.5, 0.95, 1.0)]
        print(f"| {page} | {len(values):,} | {' | '.join(shown)} |")
    print(f"\nfirst view, from the start of the process: {' '.join(f'{view:.2f} s' for view in views)}")
    found = {
        "errors": len(wrong),
        "p95_s": quantile(every, 0.95),
        "worst_page_p95_s": max(quantile(values, 0.95) for values in times.values()),
        "first_view_s": sorted(views)[1],
    }
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    for line in wrong[:20]:
        print(line, file=sys.stderr)
    within = found["p95_s"] < P95_LIMIT_S and found["first_view_s"] < FIRST_VIEW_LIMIT_S
    return 0 if within and not wrong else 1


if __name__ == "__main__":
    raise SystemExit(main())
