"""Which examples a page shows, and what happens when somebody follows them from top to bottom.

    python docs/examples.py PAGE [--write]

runs a page in a new folder, where the `raw` folder beside the page is copied to, and says where what is
printed differs from what the page shows; `--write` writes what was printed into the page. The first word
after the three backticks says what a block is:

- `sh`: commands, run one after the other by a shell
- `text` right after one: what they print, on both streams. A last line `...` stands for what follows, a line
  `...` within for any lines; seconds are not compared
- `python`: run in the folder
- `toml NAME`, `csv NAME`: the file NAME with this text; with `+` after the name the text is added to its end

A spreadsheet is edited by hand. What the page says in words, the line `<!-- edit FILE: column=value,
column=value -> column=value -->` below it does here: in rows that have the values before the arrow, it writes
those after it.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
EDIT = re.compile(r"<!-- edit (?P<file>\S+): (?P<where>.*?) -> (?P<what>.*?) -->", re.DOTALL)
SECONDS = re.compile(r"\b\d+(?:\.\d+)?(?= ?s\b)|\b\d+(?:\.\d+)? seconds?\b")
CUT = "..."


@dataclass(frozen=True)
class Step:
    """One thing to do: where it stands on the page, what kind it is, and what it says."""

    line: int
    kind: str  # sh, python, file or edit
    body: str
    name: str = ""
    add: bool = False
    shown: str | None = None  # what the page says that it prints
    shown_at: tuple[int, int] = (0, 0)  # where that stands in the text of the page


@dataclass(frozen=True)
class Outcome:
    """What a step did: what it printed, its exit status, and how long it took."""

    step: Step
    printed: str
    status: int
    seconds: float


def read_steps(text: str) -> list[Step]:
    """List the steps of a page in their order."""
    found = sorted([*BLOCK.finditer(text), *EDIT.finditer(text)], key=lambda match: match.start())
    steps: list[Step] = []
    ended = 0
    for match in found:
        if match.start() < ended:
            continue
        ended = match.end()
        line = text.count("\n", 0, match.start()) + 1
        if match.re is EDIT:
            steps.append(Step(line, "edit", f"{match['where']} -> {match['what']}", match["file"]))
            continue
        words = match["info"].split()
        kind, names = (words[0], words[1:]) if words else ("", [])
        if kind == "text" and steps and steps[-1].kind in {"sh", "python"} and follows(text, steps, match):
            last = steps.pop()
            steps.append(
                Step(last.line, last.kind, last.body, shown=match["body"], shown_at=match.span("body"))
            )
        elif kind in {"sh", "python"}:
            steps.append(Step(line, kind, match["body"]))
        elif names:
            steps.append(Step(line, "file", match["body"], names[0], names[1:] == ["+"]))
    return steps


def follows(text: str, steps: list[Step], match: re.Match[str]) -> bool:
    """Say whether only blank lines part a block from the step before it."""
    lines = text.splitlines()
    first = steps[-1].line + steps[-1].body.count("\n") + 1  # the line after the last backticks
    return not any(lines[n].strip() for n in range(first, text.count("\n", 0, match.start())))


def follow(step: Step, folder: Path) -> Outcome:
    """Do a step in a folder."""
    began = time.perf_counter()
    printed, status = "", 0
    if step.kind == "file":
        path = folder / step.name
        before = path.read_text(encoding="utf-8") if step.add else ""
        path.write_text(before + step.body, encoding="utf-8", newline="")
    elif step.kind == "edit":
        edit_table(folder / step.name, step.body)
    else:
        command = ["bash", "-e", "-c", step.body] if step.kind == "sh" else [sys.executable, "-c", step.body]
        done = subprocess.run(  # noqa: S603 - what our own pages show
            command,
            cwd=folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        printed, status = done.stdout, done.returncode
    return Outcome(step, printed, status, time.perf_counter() - began)


def environment() -> dict[str, str]:
    """Let the shell find the program that belongs to this Python; English, and no token of anybody."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", "COLUMNS": "110"}


def edit_table(path: Path, change: str) -> None:
    """Write cells of a table as a person does in a spreadsheet.

    Raises
    ------
    ValueError
        A column is missing, or no row has the values.
    """
    where, what = (
        {k.strip(): v.strip() for k, v in map(split_pair, part.split(", "))} for part in change.split(" -> ")
    )
    reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    rows, columns = list(reader), list(reader.fieldnames or [])
    hit = [row for row in rows if all(row.get(k) == v for k, v in where.items())]
    if not hit or set(what) - set(columns):
        message = f"{path.name}: nothing to edit for {change}"
        raise ValueError(message)
    for row in hit:
        row.update(what)
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")


def split_pair(text: str) -> tuple[str, str]:
    """Split `column=value`."""
    name, _, value = text.partition("=")
    return name, value


def same_text(shown: str, printed: str) -> bool:
    """Say whether what is shown is what was printed, seconds and lines that were left out aside."""
    there, wanted = masked(printed).splitlines(), masked(shown).splitlines()
    parts: list[list[str]] = [[]]
    for line in wanted:
        if line.strip() == CUT:
            parts.append([])
        else:
            parts[-1].append(line)
    first, *others = parts
    if there[: len(first)] != first:
        return False
    if not others:
        return len(there) == len(first)
    at = len(first)
    for part in others:
        found = next((n for n in range(at, len(there) + 1) if there[n : n + len(part)] == part), None)
        if found is None:
            return False
        at = found + len(part)
    return not others[-1] or there[len(there) - len(others[-1]) :] == others[-1]


def masked(text: str) -> str:
    """Take out what differs from one machine to the next."""
    return "\n".join(line.rstrip() for line in SECONDS.sub("N", text).strip("\n").splitlines())


def shortened(shown: str, printed: str) -> str:
    """Write what was printed, cut where the page cut it: at a last `...`, after as many lines as before."""
    lines, before = (
        [line.rstrip() for line in printed.strip("\n").splitlines()],
        shown.strip("\n").splitlines(),
    )
    if CUT in before and len(lines) >= len(before):
        at = before.index(CUT)
        lines = (
            [*lines[:at], CUT, *lines[len(lines) - (len(before) - at - 1) :]]
            if at + 1 < len(before)
            else [*lines[:at], CUT]
        )
    return "\n".join(lines) + "\n"


def follow_page(page: Path, folder: Path) -> list[Outcome]:
    """Follow a page from top to bottom, with the folder `raw` beside it; stops where a command fails."""
    raw = page.parent / "raw"
    if raw.is_dir():
        shutil.copytree(raw, folder / "raw")
    outcomes = []
    for step in read_steps(page.read_text(encoding="utf-8")):
        outcomes.append(follow(step, folder))
        if outcomes[-1].status and f"exit {outcomes[-1].status}" not in step.body:
            break
    return outcomes


def main() -> int:
    """Run a page; see the head of this file."""
    parser = argparse.ArgumentParser(description="Follow the examples of a page.")
    parser.add_argument("page", type=Path)
    parser.add_argument("--write", action="store_true", help="write what was printed into the page")
    parser.add_argument("--keep", type=Path, help="folder to work in, kept afterwards")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        outcomes = follow_page(asked.page, folder)
    text, wrong = asked.page.read_text(encoding="utf-8"), 0
    for outcome in reversed(outcomes):
        step = outcome.step
        if outcome.status:
            print(f"line {step.line}: exit status {outcome.status}\n{outcome.printed}")
            wrong += 1
        if step.shown is not None and not same_text(step.shown, outcome.printed):
            print(f"line {step.line}: prints something else\n{outcome.printed}")
            wrong += not asked.write
            start, end = step.shown_at
            text = text[:start] + shortened(step.shown, outcome.printed) + text[end:]
    if asked.write:
        asked.page.write_text(text, encoding="utf-8", newline="\n")
    for outcome in sorted(outcomes, key=lambda one: -one.seconds)[:8]:
        print(f"line {outcome.step.line}: {outcome.seconds:.1f} s")
    print(f"{len(outcomes)} steps, {sum(outcome.seconds for outcome in outcomes):.0f} s, {wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
