"""How a time is taken on a machine that others use too: in turns, as medians, by processor time."""

from __future__ import annotations

import math
import statistics
import textwrap
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

WIDTH = 110  # of lines of text


@dataclass(frozen=True)
class Times:
    """What one task took, turn by turn, in seconds: processor time of all threads, and by the clock."""

    cpu: tuple[float, ...]
    wall: tuple[float, ...]

    def median(self, clock: str = "cpu") -> float:
        """Give the median in seconds."""
        return statistics.median(self.wall if clock == "wall" else self.cpu)

    def per(self, pieces: float, clock: str = "cpu") -> float:
        """Give the median in microseconds for one of so many pieces of work."""
        return 1e6 * self.median(clock) / pieces

    def spread(self, clock: str = "cpu") -> str:
        """Write the range of all turns, in percent of the median."""
        return write_spread(self.wall if clock == "wall" else self.cpu)


@dataclass
class Findings:
    """What one part of the benchmark found: tables to print, values to keep, limits to hold."""

    title: str
    about: str = ""
    tables: list[tuple[Sequence[str], Sequence[Sequence[str]]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    limits: list[tuple[str, float, float]] = field(default_factory=list)  # words, found, limit

    def write(self) -> str:
        """Write the findings as text that is also Markdown."""
        blocks = [f"## {self.title}", *([fill(self.about)] if self.about else [])]
        blocks += [write_table(header, rows) for header, rows in self.tables]
        blocks += [fill(note) for note in self.notes]
        blocks += [
            f"**{'held' if found <= limit else 'MISSED'}**: {words} {found:.3g}, limit {limit:g}."
            for words, found, limit in self.limits
        ]
        return "\n\n".join(blocks)


def take_turns(tasks: Mapping[str, Callable[[], object]], turns: int) -> dict[str, Times]:
    """Time every task `turns` times, one after the other in each turn, so that a slow minute hits all."""
    cpu: dict[str, list[float]] = {name: [] for name in tasks}
    wall: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(turns):
        for name, task in tasks.items():
            began, worked = time.perf_counter(), time.process_time()
            task()
            cpu[name].append(time.process_time() - worked)
            wall[name].append(time.perf_counter() - began)
    return {name: Times(tuple(cpu[name]), tuple(wall[name])) for name in tasks}


def compare_times(one: Times, other: Times) -> tuple[float, str]:
    """Give how many times as much processor time the first takes, and the range over the turns.

    Both stood beside each other in each turn, so the median of their ratios is steadier than the ratio
    of their medians.
    """
    ratios = [a / b for a, b in zip(one.cpu, other.cpu, strict=True)]
    return statistics.median(ratios), f"{min(ratios):.2f} to {max(ratios):.2f}"


def fit_exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Give the power of the size with which the cost grows: the slope of logarithms by least squares."""
    slope = np.polyfit([math.log(size) for size in sizes], [math.log(cost) for cost in costs], 1)[0]
    return float(slope)


def fill(text: str) -> str:
    """Break a paragraph into lines."""
    return "\n".join(textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False))


def write_spread(values: Sequence[float]) -> str:
    """Write how far values lie from their median, in percent."""
    middle = statistics.median(values)
    return f"{100 * (min(values) / middle - 1):+.0f} to {100 * (max(values) / middle - 1):+.0f} %"


def write_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay a table out with bars and even columns; columns of numbers stand to the right."""
    widths = [max(len(row[k]) for row in [header, *rows]) for k in range(len(header))]
    right = [k > 0 and all(row[k][:1] in "0123456789+-" for row in rows) for k in range(len(header))]

    def lay(row: Sequence[str]) -> str:
        cells = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ]
        return f"| {' | '.join(cells)} |"

    rule = [
        "-" * (width + 1) + (":" if to_right else "-") for width, to_right in zip(widths, right, strict=True)
    ]
    return "\n".join([lay(header), f"|{'|'.join(rule)}|", *(lay(row) for row in rows)])


def measure_bandwidth(mebibytes: int, turns: int) -> dict[str, float]:
    """Measure how fast memory moves, in bytes per second: copied in place, and written for the first time.

    A copy reads and writes each byte. The first write to fresh memory also pays for the pages, which the
    system hands over one by one and clears; the results of an ensemble are such memory.
    """
    source = np.ones(mebibytes << 17)  # 2**17 numbers of 8 bytes are 1 MiB
    target = np.zeros_like(source)
    np.copyto(target, source)
    times = take_turns(
        {
            "copy": lambda: np.copyto(target, source),
            "first write": lambda: np.empty_like(source).fill(1.0),
        },
        turns,
    )
    return {
        "copy": 2 * source.nbytes / times["copy"].median(),
        "first write": source.nbytes / times["first write"].median(),
    }
