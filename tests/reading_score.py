"""How read figures are held against labels: pairs by overlap, then field by field, as the annotation guide says."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIELDS = ("value", "unit", "term", "quantifier", "temporality", "location", "source")
_QUOTES = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " ", "\u00ad": None}
)


@dataclass(frozen=True)
class Score:
    """Counts of right pairs by field, and what they are shares of."""

    right: Counter
    pairs: int
    labelled: int
    read: int

    def f1(self, name: str) -> float:
        return 2 * self.right[name] / max(1, self.labelled + self.read)

    def of_matched(self, name: str) -> float:
        return self.right[name] / max(1, self.pairs)


def read_labels(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _plain(text: str | None) -> str:
    return " ".join((text or "").translate(_QUOTES).split()).casefold()


def _same_number(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is None and other is None
    return abs(one - other) <= 0.01 * abs(other)


def _same_text(said: str | None, label: str | None, also: str | None = None) -> bool:
    ours, theirs, other = _plain(said), _plain(label), _plain(also)
    if theirs:
        return bool(ours) and (ours in theirs or theirs in ours)
    return not ours or (bool(other) and (ours in other or other in ours))


def compare(said: dict[str, Any], label: dict[str, Any]) -> dict[str, bool]:
    right = {name: said[name] == label[name] for name in ("unit", "term", "quantifier", "temporality")}
    right["value"] = all(_same_number(said[name], label[name]) for name in ("low", "high", "point"))
    right["location"] = _same_text(said["location"], label["location"], label["location_context"])
    right["source"] = _same_text(said["source_attribution"], label["source_attribution"])
    right["core"] = right["value"] and right["unit"] and right["term"]
    right["all"] = all(right[name] for name in FIELDS)
    return right


def score(labels: list[dict[str, Any]], read: list[dict[str, Any]]) -> Score:
    """Pair figures of one report whose spans overlap, longest overlap first, each once."""
    near = []
    for i, label in enumerate(labels):
        for j, said in enumerate(read):
            if Path(said["report"]).stem == label["doc"]:
                shared = min(label["end"], said["end"]) - max(label["start"], said["start"])
                if shared > 0:
                    near.append((-shared, abs(label["start"] - said["start"]), i, j))
    right: Counter = Counter()
    used_labels: set[int] = set()
    used_read: set[int] = set()
    for _, _, i, j in sorted(near):
        if i not in used_labels and j not in used_read:
            used_labels.add(i)
            used_read.add(j)
            right.update(name for name, same in compare(read[j], labels[i]).items() if same)
    return Score(right, len(used_labels), len(labels), len(read))
