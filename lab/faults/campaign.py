"""Make every write of every command go wrong once; the table stands in docs/explanation/faults.md.

A small library in C (`shim.c`, built here with `cc`) counts the calls by which a process changes the disk
beneath one folder, and lets the N-th fail. Each command is run once for every N and every kind of fault, in a
fork of a process that has imported everything. Only Linux, and only for development:

    python lab/faults/campaign.py --work FOLDER [--only NAME...] [--most 40]

Kinds: `kill` (SIGKILL before the call), `half` (half of the bytes are written, then SIGKILL), `full` (no room
from this call on), `once` (this call fails, the next would not).
"""

from __future__ import annotations

import argparse
import importlib
import json
import mmap
import os
import shutil
import signal
import struct
import subprocess
import sys
import traceback
from collections import Counter
from pathlib import Path

# what every fork needs
SHARED = (
    "cli", "brief.write", "case.importers.merge", "needs.report", "pipeline.bench", "reading.read",
    "workbench.edits",
)  # fmt: skip
KINDS = ("kill", "half", "full", "once")
HERE = Path(__file__).resolve().parent
SECONDS = 120


def main() -> None:
    """Build the library, start again with it, and run the campaign."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for all of it; is emptied")
    parser.add_argument("--only", nargs="*", default=[], help="names of commands")
    parser.add_argument("--kinds", nargs="*", default=KINDS)
    parser.add_argument("--most", type=int, default=0, help="points per command and kind; 0 for every one")
    chosen = parser.parse_args()
    work = chosen.work.resolve()
    if "FAULT_COUNT" not in os.environ:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        library = work / "shim.so"
        build = ["cc", "-O1", "-shared", "-fPIC", "-D_LARGEFILE64_SOURCE", "-w", "-o"]
        subprocess.run([*build, str(library), str(HERE / "shim.c"), "-ldl"], check=True)  # noqa: S603 - our own
        own = {
            "LD_PRELOAD": str(library),
            "FAULT_COUNT": str(work / "count"),
            "FAULT_UNDER": str(work / "world"),
        }
        again = {**os.environ, **own, "POLARS_MAX_THREADS": "2"}
        os.execve(sys.executable, [sys.executable, *sys.argv], again)  # noqa: S606 - this program again
    campaign = Campaign(work, chosen.kinds, chosen.most)
    found = [campaign.run(name) for name in WORLDS if not chosen.only or name in chosen.only]
    print(json.dumps(found, indent=1))


class Campaign:
    """Commands, faults, and what was found."""

    def __init__(self, work: Path, kinds: list[str], most: int) -> None:
        for module in SHARED:
            importlib.import_module(f"havenward.{module}")
        self.work, self.kinds, self.most = work, kinds, most
        self.world = work / "world"
        self.told = work / "told"
        with (work / "count").open("r+b") as stream:
            self.shared = mmap.mmap(stream.fileno(), 4096)

    def run(self, name: str) -> dict[str, object]:
        """Run one command with every fault."""
        prepare, command, target = WORLDS[name]
        made = self.work / "made" / name
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        prepare(made)
        before = look(made / target)
        self._lay_out(made)
        code = self._fork(command, -1, "")
        points, after = self._counted(), look(self.world / target)
        if code != 0 or before == after:
            sys.exit(f"{name} does nothing without a fault: {code} {self.told.read_text()}")
        counts: Counter[str] = Counter()
        worst: list[str] = []
        step = max(1, -(-points // self.most)) if self.most else 1
        for kind in self.kinds:
            for point in range(1, points + 1, step):
                self._lay_out(made)
                code = self._fork(command, point, kind)
                said = self.told.read_text(errors="replace").strip()
                faults = self._judge(name, kind, code, said, target, before, after)
                worst += [f"{kind} at {point}: {one}" for one in faults]
                counts[kind] += 1
                counts[f"{kind} bad"] += bool(faults)
                counts["mixed until next"] += self.mixed
                counts["failed, new all the same"] += self.new_all_the_same
        print(f"{name}: {points} points, {dict(counts)}", file=sys.stderr, flush=True)
        for line in worst[:12]:
            print(f"   {line}", file=sys.stderr, flush=True)
        return {"command": name, "points": points, **counts, "worst": worst[:40]}

    def _judge(
        self, name: str, kind: str, code: int, said: str, target: str, before: object, after: object
    ) -> list[str]:
        """Say which promises were broken."""
        faults = []
        self.new_all_the_same = 0
        raw = look(self.world / target)
        self.mixed = raw not in (before, after)
        if kind in ("full", "once"):  # the command goes on and must say so
            if code == 0:
                if raw != after:
                    faults.append("said done and was not")
            else:
                if "Traceback" in said or code != 1:
                    faults.append(f"exit {code}: {said[-160:]}")
                if raw not in (before, after):  # the new one where only the last sync failed
                    faults.append("failed and was not as before")
                self.new_all_the_same += raw == after
                left = [path for path in hidden(self.world) if not path.startswith(TAKEN_UP)]
                if left:
                    faults.append(f"left {left[:3]}")
        # whoever comes next finishes or finds what was there
        opened = self._fork(OPENERS.get(name, open_folder), -1, "", target)
        if opened != 0:
            faults.append(f"cannot be opened: {self.told.read_text()[-160:]}")
        if look(self.world / target) not in (before, after):
            faults.append("neither old nor new when opened again")
        again = self._fork(WORLDS[name][1], -1, "")
        now = look(self.world / target)
        # a release that is done again is logged again
        taken = name in REFUSES_TAKEN and again == 1 and now in (before, after)
        if without_log(now) != without_log(after) and not taken:
            faults.append(f"done again: exit {again}, another result")
        if again == 0 and hidden(self.world):
            faults.append(f"left for ever {hidden(self.world)[:3]}")
        return faults

    def _lay_out(self, made: Path) -> None:
        shutil.rmtree(self.world, ignore_errors=True)
        shutil.copytree(made, self.world)

    def _counted(self) -> int:
        return int(struct.unpack("q", self.shared[:8])[0])

    def _fork(self, command, point: int, kind: str, *arguments: object) -> int:  # noqa: ANN001
        """Run a command in a fork with one fault; give its exit status, negative for a signal."""
        self.shared[:8] = struct.pack("q", 0)
        self.shared[8:16] = struct.pack("q", point)
        self.shared[16:32] = kind.encode().ljust(16, b"\0")
        child = os.fork()
        if child == 0:
            status = 70
            signal.alarm(SECONDS)
            stream = os.open(self.told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            os.dup2(stream, 1)
            os.dup2(stream, 2)
            try:
                os.chdir(self.world)
                status = command(self.world, *arguments) or 0
            except BaseException:  # noqa: BLE001 - it is what is looked for
                traceback.print_exc()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)


def look(path: Path) -> object:
    """Give everything that a person sees at a place; days of release and of runs left out."""
    if path.is_file():
        return path.read_bytes()
    return {
        one.relative_to(path).as_posix(): one.read_bytes()
        for one in path.rglob("*")
        if one.is_file()
        and not any(part.startswith(".") for part in one.relative_to(path).parts)
        and one.name != "run.log"
    }


def without_log(found: object) -> object:
    """Leave the log of releases out."""
    return {k: v for k, v in found.items() if k != "release-log.csv"} if isinstance(found, dict) else found


def hidden(world: Path) -> list[str]:
    """Give what is left under hidden names."""
    kept = {".lock"}  # of a server's history, which stays
    return sorted(
        one.relative_to(world).as_posix()
        for one in world.rglob(".*")
        if not (one.name in kept and "history" in one.parts) and one.name != ".after.json"
    )


def cli(*words: str) -> int:
    """Run one command."""
    from havenward.cli import main

    try:
        return main(list(words))
    except SystemExit as stop:
        return int(stop.code or 0)


def open_folder(world: Path, target: str) -> int:
    """Do what every writer does first."""
    from havenward.files import finish_left

    if (world / target).is_dir():
        finish_left(world / target)
    return 0


def open_case(world: Path, target: str) -> int:
    """Load a case, where there is one."""
    from havenward.case.draft import read_draft

    if (world / target).is_dir():
        read_draft(world / target)
    return 0


def open_bench(world: Path, target: str) -> int:  # noqa: ARG001 - as the others
    """Start a server."""
    from havenward.workbench.edits import recover
    from havenward.workbench.workspace import Workspace

    recover(Workspace(world))
    return 0


FORECAST = "forecast case --as-of 2016-11-04 --horizon 7 --members 8 --track D --out run --workers 1"

# -- the worlds ------------------------------------------------------------------------------------------

REPORT = (
    "title: Camp fills\noutlet: Times\npublished: 2016-08-02\nurl: https://example.org/b\nkind: original\n\n"
    "Some 3,000 people arrived at Camp A on Monday, the agency said. Up to 2,000 tents are needed.\n"
)
SITES = (
    "name,latitude,longitude,capacity,country\nCamp A,36.10,43.30,14000,IRQ\nCamp New,36.11,43.31,900,IRQ\n"
)


def toy(folder: Path) -> None:
    """Write the toy case of the tests; supplies with units."""
    sys.path.insert(0, str(HERE.parents[1] / "tests"))
    from toy_case import TOY, write_files

    write_files(folder, TOY | {"stock.csv": "item,location,quantity,available_from,published,source,unit\n"})


def read_world(made: Path) -> None:
    """Lay out a case and a new report."""
    toy(made / "case")
    (made / "new.txt").write_text(REPORT)


def import_world(made: Path) -> None:
    """Lay out a case and a list of sites."""
    toy(made / "case")
    (made / "sites.csv").write_text(SITES)
    (made / "sites.toml").write_text("published = 2016-09-05\n")


def run_world(made: Path) -> None:
    """Products of one run in place, and those of another laid ready in memory: only writing is tried."""
    kept = HERE.parents[1] / "tests" / "kept"
    code = (
        "import pickle, sys; from pathlib import Path\n"
        "from havenward.runs import read_run; from havenward.settings import BriefSettings\n"
        "from havenward.pipeline.products import _assessed, brief_of\n"
        "from havenward.brief.write import write_brief; from havenward.needs.report import write_needs\n"
        "for name in ('run-schema-1', 'run-schema-3'):\n"
        "    run = read_run(Path(sys.argv[1]) / name)\n"
        "    made = _assessed(run, None, None)[1], brief_of(run, BriefSettings())\n"
        "    if name == 'run-schema-1':\n"
        "        write_needs(made[0], Path('needs-out'))\n"
        "        write_brief(made[1], Path('brief-out'), ('tables', 'plan'))\n"
        "Path('made.pickle').write_bytes(pickle.dumps(made))\n"
    )
    free = {key: value for key, value in os.environ.items() if key != "LD_PRELOAD"}
    subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", code, str(kept)], cwd=made, check=True, env=free
    )


def write_products(world: Path, what: str, products: tuple[str, ...] = ()) -> int:
    """Write needs or a brief that are laid ready."""
    import pickle
    from datetime import date

    from havenward.brief.write import write_brief
    from havenward.errors import HavenwardError
    from havenward.needs.report import write_needs

    found, brief = pickle.loads((world / "made.pickle").read_bytes())  # noqa: S301 - we wrote it
    try:
        if what == "needs":
            write_needs(found, world / "needs-out")
        else:
            write_brief(brief, world / "brief-out", products, date(2026, 1, 1))
    except HavenwardError as error:
        print(error)
        return 1
    return 0


def bench_world(made: Path) -> None:
    """Lay out a workbench with a case."""
    toy(made / "toy")
    (made / "a.txt").unlink(missing_ok=True)


def save_two(world: Path) -> int:
    """Save two files from a page."""
    from havenward.errors import HavenwardError
    from havenward.workbench import edits
    from havenward.workbench.workspace import Workspace

    edits.refuse_new_errors = lambda *_: None  # reads only
    bench, folder = Workspace(world), world / "toy"
    texts = {"sources.csv": "source,title\nplan,New plan\n", "notes.txt": "x" * 3000}
    try:
        edits.save_texts(bench, "toy", texts, {file: edits.digest_of(folder, file) for file in texts})
    except HavenwardError as error:
        print(error)
        return 1
    except OSError as error:  # the page says that the disk is full
        print(error)
        return 1
    return 0


def book_world(made: Path) -> None:
    """Lay out a case as a workbook."""
    from havenward.case.new import workbook_from_case

    toy(made / "from")
    workbook_from_case(made / "from", made / "case.xlsx")


WORLDS = {
    "read --case": (read_world, lambda _: cli("read", "new.txt", "--case", "case", "--workers", "1"), "case"),
    "import sites": (
        import_world,
        lambda _: cli("import", "sites", "sites.csv", "case", "--settings", "sites.toml"),
        "case",
    ),
    "new DIR": (lambda made: (made / "x").mkdir(), lambda _: cli("new", "case"), "case"),
    "new DIR --from": (book_world, lambda _: cli("new", "case", "--from", "case.xlsx"), "case"),
    "read --out": (
        read_world,
        lambda _: cli("read", "new.txt", "--out", "out.txt", "--workers", "1"),
        "out.txt",
    ),
    "needs": (run_world, lambda world: write_products(world, "needs"), "needs-out"),
    "brief, 2 products": (
        run_world,
        lambda world: write_products(world, "brief", ("tables", "plan")),
        "brief-out",
    ),
    "brief, all": (run_world, lambda world: write_products(world, "brief"), "brief-out"),
    "edit of two files": (bench_world, save_two, "toy"),
    "forecast": (
        lambda made: toy(made / "case"),
        lambda _: cli(*FORECAST.split()),
        "run",
    ),
}
OPENERS = {
    "read --case": open_case,
    "import sites": open_case,
    "new DIR": open_case,
    "new DIR --from": open_case,
    "edit of two files": open_bench,
    "read --out": lambda *_: 0,
    "forecast": lambda *_: 0,
}
TAKEN_UP = ".run.work"  # what is finished of a run stays for the next try
# they refuse a folder that holds something, which a first try that was killed late may have finished
REFUSES_TAKEN = {"new DIR", "new DIR --from", "forecast"}

if __name__ == "__main__":
    main()
