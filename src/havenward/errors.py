"""What can go wrong, and how it is said: one small tree of errors, each made of problems with a remedy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Signs of a hostile file that would break a message into lines, or turn or hide parts of it. Signs that join
# letters (Arabic, Persian) stay.
_NO_WORDS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_BLANKS = frozenset("\t\n\r\v\f\x85\u2028\u2029")
MOST_WORDS = 4_000  # characters of each part; a heading of a million letters helps nobody


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, in words a planner can act on.

    Parameters
    ----------
    where
        File and row (`routes.csv row 41`), file and table (`case.toml [release]`), or a command option.
        Rows are counted as a spreadsheet shows them: the header is row 1.
    found
        What stands there.
    expected
        What should stand there.
    repair
        What to do about it.
    slug
        Name of the message in `docs/messages.md`.
    severity
        `error` stops the work; `warning` is told and the work goes on.
    """

    where: str
    found: str
    expected: str
    repair: str
    slug: str
    severity: str = "error"

    def __post_init__(self) -> None:
        """Keep what a file says from breaking the message: one line, of signs that are seen."""
        for name in ("where", "found", "expected", "repair"):
            text = getattr(self, name)
            if len(text) > MOST_WORDS or _NO_WORDS.search(text):
                plain = _NO_WORDS.sub(lambda sign: " " if sign[0] in _BLANKS else "\ufffd", text)
                object.__setattr__(
                    self, name, plain if len(plain) <= MOST_WORDS else f"{plain[: MOST_WORDS - 4]} ..."
                )

    def __str__(self) -> str:
        """Say it on one line: where: found; expected; repair."""
        return f"{self.where}: {self.found}; {self.expected}; {self.repair}"


class HavenwardError(Exception):
    """Anything that Havenward refuses; carries every problem that was found, not only the first."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[HavenwardError], tuple[tuple[Problem, ...]]]:
        """Travel between processes as problems: by default an error is made again from its words alone."""
        return type(self), (self.problems,)


class CaseError(HavenwardError):
    """A case folder cannot be used as it is."""


class SettingsError(HavenwardError):
    """A setting or command option has a value that cannot be used."""


class RunError(HavenwardError):
    """A run folder cannot be read, written or continued."""


class ReleaseError(HavenwardError):
    """A product holds more than its audience may see, or cannot be put where it was asked for."""


def nearest(name: str, known: Sequence[str]) -> str | None:
    """Find the known name that a mistyped one most likely stood for; None where nothing is close."""
    from difflib import get_close_matches

    matches = get_close_matches(name.strip().lower(), [word.lower() for word in known], n=1, cutoff=0.6)
    return next((word for word in known if matches and word.lower() == matches[0]), None)
