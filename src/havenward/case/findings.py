"""How problems of a case are gathered: all of them in one pass, in the order of the files and rows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from havenward.errors import Problem, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    # says where a problem stands, from the file and the row or other place; and in which words
    Namer = Callable[[str, int | str, "Trouble"], tuple[str, "Trouble"]]

MAX_OFFERED = 100  # characters; longer words are no mistyped names
MAX_COMPARED = 30_000  # names compared in search of the right one, for all problems together: two seconds
MAX_PER_FILE = 1000  # more lines than anybody reads; the rest is counted


def offer(name: str, known: Sequence[str], otherwise: str) -> str:
    """Offer the known name that a wrong one most likely stands for, or else say what to do."""
    close = nearest(name, known) if len(name) <= MAX_OFFERED else None
    return f"did you mean '{close}'?" if close else otherwise


class Trouble(NamedTuple):
    """What is wrong with one value, before anybody knows in which row it stands."""

    found: str
    expected: str
    repair: str
    slug: str
    severity: str = "error"


def name_file(file: str, place: int | str, trouble: Trouble) -> tuple[str, Trouble]:
    """Say where a problem of a case folder stands: a row of a file, or another place of it."""
    return (f"{file} row {place}" if isinstance(place, int) else f"{file} {place}".rstrip()), trouble


class Findings:
    """Problems found so far, at most `MAX_PER_FILE` errors and as many warnings of each file.

    Files are always called by their names in a folder; `namer` says what a person is told instead where the
    case is kept in another form.
    """

    def __init__(self, namer: Namer = name_file) -> None:
        self._namer = namer
        self._kept: dict[str, list[tuple[int, Problem]]] = {}
        self._seen: Counter[tuple[str, str]] = Counter()
        self._offers: dict[tuple[str, str], str] = {}
        self._compared = 0

    def add(self, file: str, place: int | str, trouble: Trouble) -> None:
        """Note a trouble at a row (a number) or another place (`[release]`) of a file."""
        self._seen[file, trouble.severity] += 1
        kept = self._kept.setdefault(file, [])
        if self._seen[file, trouble.severity] > MAX_PER_FILE:
            return
        row = place if isinstance(place, int) else 0
        where, told = self._namer(file, place, trouble)
        kept.append((row, Problem(where, *told)))

    def offer(self, kind: str, name: str, known: Sequence[str], otherwise: str) -> str:
        """Offer a name as `offer` does, once for each wrong name of a kind, within bounds of time."""
        if (kind, name) not in self._offers:
            self._compared += len(known)
            words = known if self._compared <= MAX_COMPARED else ()
            self._offers[kind, name] = offer(name, words, otherwise)
        return self._offers[kind, name]

    @property
    def errors(self) -> int:
        """How many errors were found, those that are not listed included."""
        return sum(count for (_, severity), count in self._seen.items() if severity == "error")

    def has_errors(self, file: str | None = None) -> bool:
        """Tell whether a file (or any file) has errors."""
        return any(
            severity == "error" and count and file in {None, name}
            for (name, severity), count in self._seen.items()
        )

    def problems(self) -> list[Problem]:
        """List everything that was found, file by file, and how many lines were left out."""
        listed: list[Problem] = []
        for file, kept in self._kept.items():
            listed += [problem for _, problem in sorted(kept, key=lambda pair: pair[0])]
            for severity in ("error", "warning"):
                more = self._seen[file, severity] - MAX_PER_FILE
                if more > 0:
                    trouble = Trouble(
                        f"{more:,} more {severity}s that are not listed",
                        f"expected a file without {severity}s",
                        "repair the ones above, which often have one cause, and check again",
                        "more-problems",
                        severity,
                    )
                    where, told = self._namer(file, "", trouble)
                    listed.append(Problem(where, *told))
        return listed
