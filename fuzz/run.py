"""Tries inputs on parsers for a time, keeps what they do not stand, and logs how many were tried.

    .venv/bin/python fuzz/run.py                       every parser, a minute each
    .venv/bin/python fuzz/run.py pdf docx --minutes 5
    .venv/bin/python fuzz/run.py --replay              every kept input once
    .venv/bin/python fuzz/run.py --smaller pdf FILE    the same finding from fewer bytes

Where `atheris` is installed, it decides by the lines of Python that an input reaches which ones to go on from;
without it, what came of an input decides (`--engine own`). Findings, inputs to go on from, and the log lie in
out/fuzz.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

if TYPE_CHECKING:
    from harness import Finding, Target

OUT = HERE.parent / "out" / "fuzz"
TWICE_EVERY = 8  # each so manieth input is tried twice, to see that both come to the same
MOST_KEPT = 400  # inputs of a target to go on from
MOST_BYTES = 200_000
WATCH_S = 400  # of the clock; a child that tells nothing for so long hangs inside of a library
MEMORY_BYTES = 12 * 2**30  # of addresses: libraries in threads reserve far more than they use
INSTRUMENTED = [
    "havenward",
    "pypdf",
    "docx",
    "openpyxl",
    "trafilatura",
    "htmldate",
    "yaml",
    "multipart",
    "python_multipart",
]
# what atheris must not rewrite: compiled code, and what has nothing to do with reading
LEFT_ALONE = [
    "havenward.movement",
    "havenward.forecast",
    "havenward.brief",
    "openpyxl.chart",
    "openpyxl.drawing",
]


class Recorder:
    """Keeps what a child has tried and found, where the parent sees it even if the child dies."""

    def __init__(self, target: Target, out: Path, engine: str, seed: int) -> None:
        self.target, self.engine, self.seed = target, engine, seed
        self.findings = out / "findings" / target.name
        self.findings.mkdir(parents=True, exist_ok=True)
        self.state = out / f"{target.name}.state.json"
        self.now = out / f"{target.name}.now"
        self.inputs = self.twice = self.slowest = 0.0
        self.keys: dict[str, int] = {}
        self.began = time.process_time()
        self.told = 0.0

    def before(self, name: str, data: bytes) -> None:
        """Leave the input where the parent finds it, should it kill us."""
        self.now.write_bytes(name.encode() + b"\n" + data)

    def after(self, name: str, data: bytes, seconds: float, findings: list[Finding]) -> None:
        """Count an input and keep what it showed."""
        self.inputs += 1
        self.slowest = max(self.slowest, seconds)
        for one in findings:
            keep_finding(self.findings, one.kind, one.key, one.told, name, data)
            self.keys[one.key] = self.keys.get(one.key, 0) + 1
        if time.monotonic() - self.told > 2 or findings:
            self.tell()

    def tell(self) -> None:
        """Write how far it is."""
        self.told = time.monotonic()
        state = {
            "target": self.target.name, "engine": self.engine, "seed": self.seed, "inputs": int(self.inputs),
            "cpu_s": round(time.process_time() - self.began, 1), "slowest_s": round(self.slowest, 2), "keys": self.keys,
        }  # fmt: skip
        self.state.write_text(json.dumps(state))


def keep_finding(folder: Path, kind: str, key: str, told: str, name: str, data: bytes) -> None:
    """Keep the smallest input of each finding."""
    place = folder / f"{kind}-{hashlib.sha256(key.encode()).hexdigest()[:10]}"
    path = place / name
    if path.is_file() and path.stat().st_size <= len(data):
        return
    if place.is_dir():
        import shutil

        shutil.rmtree(place)
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    (place / "told.log").write_text(f"{key}\n\n{told}\n", errors="backslashreplace")


# -- the child ---------------------------------------------------------------------------------------------


def run_child(args: argparse.Namespace) -> None:
    """Try inputs on one target until the time is over."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.CRITICAL)
    if args.engine == "atheris":
        import atheris

        with atheris.instrument_imports(include=INSTRUMENTED, exclude=LEFT_ALONE):
            target = _load(args.targets[0])
    else:
        target = _load(args.targets[0])
    recorder = Recorder(target, args.out, args.engine, args.seed)
    place = Path(tempfile.mkdtemp(prefix="fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    tempfile.tempdir = str(place / "temporary")
    Path(tempfile.tempdir).mkdir()
    from harness import guarded

    with guarded(place, args.out) as seen:
        try:
            (_loop_atheris if args.engine == "atheris" else _loop_own)(
                args, target, recorder, place / "input", seen
            )
        finally:
            recorder.tell()
    import shutil

    shutil.rmtree(place, ignore_errors=True)


def _load(name: str) -> Target:
    """Load a target and everything that reading its seeds loads."""
    from harness import guarded, list_seeds, try_input
    from targets import TARGETS

    target = TARGETS[name]
    with (
        tempfile.TemporaryDirectory() as place,
        guarded(Path(tempfile.gettempdir()), Path.home(), HERE.parent) as seen,
    ):
        for seed_name, data in list_seeds(target):
            try_input(target, Path(place) / "input", seed_name, data, seen)
    return target


def _inputs(target: Target) -> list[tuple[str, bytes]]:
    from harness import list_corpus, list_seeds

    return [*list_seeds(target), *((name, data) for _, name, data in list_corpus(target))]


def _loop_own(
    args: argparse.Namespace, target: Target, recorder: Recorder, folder: Path, seen: list[str]
) -> None:
    from harness import try_input
    from mutate import mutate

    rng = Random(args.seed)
    population = _inputs(target)
    shapes: dict[str, int] = {}
    end = time.process_time() + args.seconds
    waiting = list(population)
    while time.process_time() < end:
        if waiting:
            name, data = waiting.pop()
        else:
            name, data = rng.choice(population)
            data = mutate(rng, name, data, [other for kind, other in population if kind == name])
        recorder.before(name, data)
        outcome = try_input(target, folder, name, data, seen, twice=int(recorder.inputs) % TWICE_EVERY == 0)
        recorder.after(name, data, outcome.seconds, outcome.findings)
        shape = f"{name} {outcome.shape}"
        shapes[shape] = shapes.get(shape, 0) + 1
        if shapes[shape] <= 2 and not outcome.findings and outcome.seconds < 0.5:
            population.append((name, data))
            if len(population) > MOST_KEPT:
                del population[rng.randrange(len(population))]


def _loop_atheris(
    args: argparse.Namespace, target: Target, recorder: Recorder, folder: Path, seen: list[str]
) -> None:
    import atheris
    from harness import list_seeds, try_input
    from mutate import mutate

    names = sorted({name for name, _ in list_seeds(target)})
    corpus = args.out / "population" / target.name
    corpus.mkdir(parents=True, exist_ok=True)
    for name, data in _inputs(target):
        blob = name.encode() + b"\n" + data
        (corpus / hashlib.sha256(blob).hexdigest()[:16]).write_bytes(blob)
    pool: dict[str, list[bytes]] = {}
    for name, data in _inputs(target):
        pool.setdefault(name, []).append(data)
    end = time.process_time() + args.seconds

    def split(blob: bytes) -> tuple[str, bytes]:
        head, _, data = blob.partition(b"\n")
        name = head.decode("utf-8", "replace")
        return (name, data) if name in pool else (names[len(blob) % len(names)], data)

    def test_one(blob: bytes) -> None:
        if time.process_time() > end:
            recorder.tell()
            os._exit(0)  # libFuzzer has no other way out that asks nobody
        name, data = split(blob)
        recorder.before(name, data)
        outcome = try_input(target, folder, name, data, seen, twice=int(recorder.inputs) % TWICE_EVERY == 0)
        recorder.after(name, data, outcome.seconds, outcome.findings)

    def change(blob: bytes, max_size: int, seed: int) -> bytes:
        name, data = split(blob)
        rng = Random(seed)
        if rng.random() < 0.25:
            data = atheris.Mutate(data, max(1, min(max_size, len(data) + 64)))
        else:
            data = mutate(rng, name, data, pool[name])
        return (name.encode() + b"\n" + data)[:max_size]

    words = [
        sys.argv[0], f"-seed={args.seed}", f"-max_len={MOST_BYTES}", "-timeout=0", "-rss_limit_mb=0", "-print_final_stats=0",
        "-verbosity=0", "-len_control=0", str(corpus),
    ]  # fmt: skip
    atheris.Setup(words, test_one, custom_mutator=change)
    atheris.Fuzz()


# -- the parent --------------------------------------------------------------------------------------------


def run_target(name: str, args: argparse.Namespace) -> dict[str, Any]:
    """Let a child try inputs; start it again where an input kills it."""
    left, seed = args.minutes * 60, args.seed
    total: dict[str, Any] = {
        "target": name,
        "engine": args.engine,
        "inputs": 0,
        "cpu_s": 0.0,
        "slowest_s": 0.0,
        "keys": {},
        "died": 0,
    }
    while left > 1:
        state_file, now_file = _out_files(args.out, name)
        state_file.unlink(missing_ok=True)
        now_file.unlink(missing_ok=True)
        command = [
            sys.executable, str(HERE / "run.py"), name, "--child", "--engine", args.engine, "--seconds", str(left),
            "--seed", str(seed), "--out", str(args.out),
        ]  # fmt: skip
        with (args.out / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
            )
            hung = _watch(child, now_file)
        state = (
            json.loads(state_file.read_text())
            if state_file.is_file()
            else {"inputs": 0, "cpu_s": 1.0, "slowest_s": 0, "keys": {}}
        )
        total["inputs"] += state["inputs"]
        total["cpu_s"] += state["cpu_s"]
        total["slowest_s"] = max(total["slowest_s"], state["slowest_s"])
        for key, count in state["keys"].items():
            total["keys"][key] = total["keys"].get(key, 0) + count
        left, seed = left - max(state["cpu_s"], 5.0), seed + 1_000
        if child.returncode != 0 and now_file.is_file():
            total["died"] += 1
            kind = "hang" if hung else f"died {child.returncode}"
            key = f"{kind} {name} {total['died']}"
            input_name, _, data = now_file.read_bytes().partition(b"\n")
            total["keys"][key] = 1
            keep_finding(
                args.out / "findings" / name,
                kind.replace(" ", ""),
                key,
                f"see {name}.log",
                input_name.decode("utf-8", "replace"),
                data,
            )
            if total["died"] > 20:
                break
        elif child.returncode != 0:
            print(
                f"{name}: the child ended with {child.returncode} before its first input; see {args.out / (name + '.log')}",
                file=sys.stderr,
            )
            break
    return total


def _out_files(out: Path, name: str) -> tuple[Path, Path]:
    return out / f"{name}.state.json", out / f"{name}.now"


def _watch(child: subprocess.Popen[bytes], now_file: Path) -> bool:
    """Wait for a child; kill it where it has been at one input for too long."""
    while True:
        try:
            child.wait(timeout=1)
        except subprocess.TimeoutExpired:
            since = time.time() - now_file.stat().st_mtime if now_file.is_file() else 0
            if since > WATCH_S:
                child.kill()
                child.wait()
                return True
        else:
            return False


def replay(names: list[str]) -> int:
    """Try every kept input; gives how many are not stood."""
    from harness import guarded, list_corpus, list_seeds, try_input
    from targets import TARGETS

    bad = tried = 0
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as place, guarded(Path(place)) as seen:
        tempfile.tempdir = place
        for name in names:
            target = TARGETS[name]
            for what, file, data in [*(("seed", *one) for one in list_seeds(target)), *list_corpus(target)]:
                outcome = try_input(target, Path(place) / "input", file, data, seen, twice=True)
                tried += 1
                for one in outcome.findings:
                    bad += 1
                    print(f"{name}/{what}/{file}: {one.kind} {one.key}\n{one.told}\n")
    print(f"{tried} inputs, {bad} not stood")
    return bad


def make_smaller(name: str, path: Path, file: str) -> None:
    """Take bytes away as long as the finding stays the same; writes beside the file."""
    from harness import guarded, try_input
    from targets import TARGETS

    target = TARGETS[name]
    data = path.read_bytes()
    with tempfile.TemporaryDirectory() as place, guarded(Path(place)) as seen:

        def keys(some: bytes) -> set[str]:
            return {one.key for one in try_input(target, Path(place) / "input", file, some, seen).findings}

        wanted = keys(data)
        if not wanted:
            print("it shows nothing")
            return
        size = max(1, len(data) // 2)
        tries = 0
        while size and tries < 3_000:
            at = 0
            while at < len(data) and tries < 3_000:
                shorter = data[:at] + data[at + size :]
                tries += 1
                if keys(shorter) & wanted:
                    data = shorter
                else:
                    at += size
            size //= 2
    path.with_name(path.name + ".smaller").write_bytes(data)
    print(f"{len(data):,} bytes after {tries} tries: {sorted(wanted)}")


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Try inputs on parsers.")
    parser.add_argument("targets", nargs="*", help="which; all without any")
    parser.add_argument("--minutes", type=float, default=1.0, help="of processor time for each")
    parser.add_argument("--engine", choices=("auto", "atheris", "own"), default="auto")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--replay", action="store_true", help="try every kept input once")
    parser.add_argument("--smaller", type=Path, help="a finding of the one target named")
    parser.add_argument(
        "--file", default="", help="name of that file inside of its folder, where it is not its own"
    )
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=0.0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    args.out = args.out.resolve()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.engine == "auto":
        args.engine = "atheris" if find_spec("atheris") else "own"
    if args.child:
        run_child(args)
        return 0
    from targets import TARGETS

    names = args.targets or list(TARGETS)
    if unknown := [name for name in names if name not in TARGETS]:
        parser.error(f"no target {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    if args.replay:
        return int(replay(names) > 0)
    if args.smaller:
        make_smaller(names[0], args.smaller, args.file or args.smaller.name)
        return 0
    found = 0
    for name in names:
        total = run_target(name, args)
        rate = total["inputs"] / max(0.1, total["cpu_s"])
        found += len(total["keys"])
        print(
            f"{name:10} {args.engine:8} {total['inputs']:>9,} inputs {total['cpu_s']:>7.0f} s {rate:>7.1f}/s slowest {total['slowest_s']:.2f} s, {len(total['keys'])} findings",
            flush=True,
        )
        for key, count in sorted(total["keys"].items()):
            print(f"           {count:>6} x {key}", flush=True)
        with (args.out / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps({**total, "seed": args.seed, "at": time.strftime("%Y-%m-%d")}) + "\n")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
