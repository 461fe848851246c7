"""Reports for tests of the reading desk: a few by hand, many from the grammar of its benchmark."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from havenward.pipeline.desk import add_to_desk

BENCHMARK = Path(__file__).resolve().parents[1] / "benchmarks" / "desk.py"
ADDED = datetime(2024, 6, 1, 8, tzinfo=UTC)


def load_benchmark():
    spec = importlib.util.spec_from_file_location("desk_benchmark", BENCHMARK)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    module.DAYS = 50  # a few months: each has files of its own
    return module


def say(number: str, place: str, *, more: str = "") -> str:
    """Write a report with one figure."""
    return (
        f"Families on the move\n\nMore than {number} people have fled {place} since Friday, the Red Crescent said. "
        f"Nobody could say when the bridge near {place} would open again, and the market stood empty.{more}\n"
    )


def line(text: str, published: str = "2024-05-08", outlet: str = "Post", **more: str) -> str:
    return json.dumps({"text": text, "published": published, "outlet": outlet, **more})


def write_lines(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


def add(desk: Path, *sources: Path, **options):
    options = {"workers": 1, "added": ADDED, **options}
    return add_to_desk(desk, list(sources), **options)


def fingerprints(desk: Path) -> dict[str, str]:
    """Give every file that is the desk; the manifest before and the lock are not."""
    return {
        path.relative_to(desk).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(desk.rglob("*"))
        if path.is_file() and path.name not in {"desk.before.json", ".lock"}
    }


def many(path: Path, count: int, seed: int = 3) -> Path:
    """Write reports from the grammar, copies among them."""
    reports = load_benchmark().make_reports(count, seed)
    return write_lines(path, [json.dumps(report) for report in reports])
