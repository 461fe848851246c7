"""Which of the reports that come in are new, which are copies, and what of them has to be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from havenward.desk.folder import read_pieces
from havenward.desk.identity import even_text, mend_text, name_appearance, name_report

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from havenward.desk.folder import Manifest

MOST_HEADER = 1000  # characters of a title, an outlet, an address: longer ones are no such thing
NO_DAY = date.max  # a text without a date counts as later than any with one


@dataclass(frozen=True)
class Incoming:
    """A report as it comes in: its words, and how it appeared."""

    text: str
    published: date | None = None
    outlet: str = ""
    title: str = ""
    url: str = ""
    name: str = ""


@dataclass(frozen=True)
class Fresh:
    """A text that is to be read: new, or known under a later date only (`before` is the batch of that)."""

    report: str
    text: str
    published: date | None
    before: int = 0


@dataclass
class Plan:
    """What one batch will bring: the appearances, and the texts that are to be read for it.

    Attributes
    ----------
    appearances
        Rows for the table of that name, but for the batch.
    fresh
        Texts to be read, in the order in which they first came.
    seen
        How many reports came in, copies and known ones included.
    """

    number: int
    appearances: list[tuple[int, str, date | None, str, str, str, str]] = field(default_factory=list)
    fresh: list[Fresh] = field(default_factory=list)
    seen: int = 0


class Known:
    """What a desk holds by name: appearances, and each report's earliest date and the batch of its reading.

    Held as sorted arrays: 40 bytes a report, 8 bytes an appearance.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.appearances: NDArray[np.uint64] = np.empty(0, np.uint64)
        self.reports: NDArray[np.bytes_] = np.empty(0, "S24")
        self.days: NDArray[np.int32] = np.empty(0, np.int32)
        self.batches: NDArray[np.int32] = np.empty(0, np.int32)
        if pieces := manifest.of("appearances"):
            found = read_pieces(folder, pieces, ["appearance"])["appearance"]
            self.appearances = np.sort(found.to_numpy())
        columns = ["report", "published", "batch"]
        for piece in manifest.of("reports"):
            rows = read_pieces(folder, [piece], columns).sort("report", "batch")
            rows = rows.unique("report", keep="last", maintain_order=True)
            self._take(
                rows["report"].to_numpy().astype("S24"),
                np.array([_day(day) for day in rows["published"]], np.int32),
                rows["batch"].to_numpy(),
            )

    def _take(self, reports: NDArray[np.bytes_], days: NDArray[np.int32], batches: NDArray[np.int32]) -> None:
        """Know readings of reports, given in the order of their names; of one report the newest counts."""
        at = np.searchsorted(self.reports, reports)
        held = np.zeros(len(reports), bool)
        inside = at < len(self.reports)
        held[inside] = self.reports[at[inside]] == reports[inside]
        again = held.copy()
        again[held] = batches[held] > self.batches[at[held]]
        self.days[at[again]], self.batches[at[again]] = days[again], batches[again]
        new = ~held
        self.reports = np.insert(self.reports, at[new], reports[new])
        self.days = np.insert(self.days, at[new], days[new])
        self.batches = np.insert(self.batches, at[new], batches[new])

    def plan(self, number: int, incoming: Iterable[Incoming]) -> Plan:
        """Decide what a batch brings, and know it from now on.

        Parameters
        ----------
        number
            Of the batch.
        incoming
            Reports, in the order in which they come.
        """
        plan = Plan(number)
        rows: dict[int, tuple[int, str, date | None, str, str, str, str]] = {}
        texts: dict[str, str] = {}
        for one in incoming:
            plan.seen += 1
            text = even_text(one.text)
            report = name_report(text)
            outlet, title, url, name = (
                mend_text(words[:MOST_HEADER]) for words in (one.outlet, one.title, one.url, one.name)
            )
            key = name_appearance(report, outlet, one.published, url, title)
            if key not in rows:
                rows[key] = (key, report, one.published, outlet, title, url, name)
                texts.setdefault(report, text)
        keys = np.fromiter(rows, np.uint64, len(rows))
        new = ~_is_in(keys, self.appearances)
        plan.appearances = [row for row, is_new in zip(rows.values(), new, strict=True) if is_new]
        self.appearances = np.sort(np.concatenate((self.appearances, keys[new])))
        earliest: dict[str, date] = {}
        for _, report, published, *_ in plan.appearances:
            earliest[report] = min(published or NO_DAY, earliest.get(report, NO_DAY))
        plan.fresh = self._read_again_if_earlier(earliest, texts)
        if plan.fresh:
            ordered = sorted(plan.fresh, key=lambda one: one.report)
            self._take(
                np.array([one.report for one in ordered], "S24"),
                np.array([_day(one.published) for one in ordered], np.int32),
                np.full(len(ordered), number, np.int32),
            )
        return plan

    def _read_again_if_earlier(self, earliest: dict[str, date], texts: dict[str, str]) -> list[Fresh]:
        """Choose the texts to be read: those not known, and those known under a later date only.

        What a report says of "yesterday" depends on its date, so the earliest one decides, whichever copy
        came first.
        """
        names = np.array(list(earliest), "S24")
        at = np.searchsorted(self.reports, names)
        fresh = []
        for (report, day), name, row in zip(earliest.items(), names, at.tolist(), strict=True):
            published = None if day == NO_DAY else day
            if row == len(self.reports) or self.reports[row] != name:
                fresh.append(Fresh(report, texts[report], published))
            elif _day(published) < self.days[row]:
                fresh.append(Fresh(report, texts[report], published, int(self.batches[row])))
        return fresh


def _day(published: date | None) -> int:
    return (published or NO_DAY).toordinal()


def _is_in(values: NDArray[np.uint64], among: NDArray[np.uint64]) -> NDArray[np.bool_]:
    if not len(among):
        return np.zeros(len(values), bool)
    at = np.minimum(np.searchsorted(among, values), len(among) - 1)
    found: NDArray[np.bool_] = among[at] == values
    return found
