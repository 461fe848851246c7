"""What the steps of reading hand to each other: the laid-out text, and what each step finds in it.

All offsets count Unicode characters of the text as read, end exclusive, so that `text[start:end]` is always
the very words. Steps follow one another and none changes what an earlier one found:

    layout -> quantities -> meaning -> places -> where, when, who -> movements -> reconcile
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date


class Sentence(NamedTuple):
    """A sentence, heading, caption, table row or list item.

    Parameters
    ----------
    start, end
        Its span; quotation marks and the final stop belong to it.
    paragraph
        Index of the paragraph it stands in; every heading and title is a paragraph of its own.
    role
        `title` (the first line), `heading`, `body`, `item` (of a list), `row` (of a linearised table),
        `caption`, `related` (a link to another story).
    heading
        Index of the sentence that is the governing section heading, None for none; the title is none.
    """

    start: int
    end: int
    paragraph: int
    role: str = "body"
    heading: int | None = None


_LETTERS = re.compile("[a-z]+")


def said_in(words: str) -> frozenset[str]:
    """Give the set of runs of plain letters of a passage, in small letters."""
    return frozenset(_LETTERS.findall(words.lower()))


@dataclass(frozen=True)
class Layout:
    """A text and its sentences in order; `text[s.start:s.end]` is sentence s."""

    text: str
    sentences: tuple[Sentence, ...]
    _said: dict[int, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    def words(self, index: int) -> str:
        """Give the text of a sentence."""
        sentence = self.sentences[index]
        return self.text[sentence.start : sentence.end]

    def said(self, index: int) -> frozenset[str]:
        """Give the set of runs of plain letters of a sentence, in small letters.

        A step that looks for phrases asks first whether any of their words was said at all: most sentences
        hold none, and a set tells so many times quicker than a pattern does.
        """
        known = self._said.get(index)
        if known is None:
            known = self._said[index] = said_in(self.words(index))
        return known

    def with_text(self, text: str) -> Layout:
        """Give the same sentences over a text that differs in no word and no offset."""
        return Layout(text, self.sentences, self._said)


class Quantity(NamedTuple):
    """A number expression with its hedge, before anyone asked what it counts.

    Parameters
    ----------
    start, end
        Span of the number words only (no hedge, no unit; a percent sign or adjacent `per cent` is included;
        a range runs from its first to its last number).
    low, high, point, quantifier
        As the annotation guide defines them; a percentage is 0 to 100.
    sentence
        Index of its sentence.
    kind
        `count`, `percent` or `rate` (people per day).
    hedge
        Span of the words of the hedge, or the span of the quantity where there are none.
    higher
        Whether the speaker adds that it may well be more ("could be even higher").
    pronoun
        The number stands for people named before ("half of them", "one in five", a bare "720 and 180 ...").
    """

    start: int
    end: int
    low: float | None
    high: float | None
    point: float | None
    quantifier: str
    sentence: int
    kind: str = "count"
    hedge: tuple[int, int] = (0, 0)
    higher: bool = False
    pronoun: bool = False


class Meaning(NamedTuple):
    """What a quantity counts: unit, who, what happened to them, and when relative to the report.

    `evidence` are the words that decided the term, as spans, for the reader's eye and for `explain`.
    `conditional` and `negated` mark what is said to depend on something or not to be so.
    """

    unit: str
    group: str
    term: str
    temporality: str
    conditional: bool = False
    negated: bool = False
    evidence: tuple[tuple[int, int], ...] = ()


class PlaceMention(NamedTuple):
    """A place named in the text: span, kind (`country`, `admin`, `town`, `site`, `area`) and what it is.

    `location` is the key in the case where the case knows it; `country` the ISO 3166 alpha-3 code where a
    gazetteer knows it. Both may be empty: a name can be a place by the way it is used alone.
    """

    start: int
    end: int
    sentence: int
    kind: str
    location: str = ""
    country: str = ""


class Where(NamedTuple):
    """Where a figure applies, as written; `context` is the place recoverable from the document."""

    location: str | None = None
    context: str | None = None
    origin: str | None = None
    destination: str | None = None


class When(NamedTuple):
    """Time words as written, and the days they mean by the date of the report."""

    expression: str | None = None
    date_from: date | None = None
    date_to: date | None = None


class Movement(NamedTuple):
    """A movement stated without a number: who, from where, to where, and whether they are armed actors.

    `status` is `civilian`, `armed` (armed actors or people alleged to belong to them: context only) or
    `unclear`, followed by `past`, `current` or `expected` after a blank.
    """

    start: int
    end: int
    group: str
    origin: str | None
    destination: str | None
    status: str
    source_attribution: str | None


class ReadFigure(NamedTuple):
    """A figure as read: everything that `read --format jsonl` prints, in its order."""

    report: str
    start: int
    end: int
    sentence: str
    quantity_text: str
    low: float | None
    high: float | None
    point: float | None
    quantifier: str
    unit: str
    group: str
    term: str
    temporality: str
    location: str | None
    origin: str | None
    destination: str | None
    date_expression: str | None
    date_from: date | None
    date_to: date | None
    source_attribution: str | None
    fact_group: str = ""
    relation: str = ""
    review: str = "open"
    location_context: str | None = None
    resolved_low: float | None = None
    resolved_high: float | None = None
    resolved_point: float | None = None
    resolved_base: str | None = None
    reliability: str = "machine-read, unconfirmed"
    conditional: bool = False
    negated: bool = False
    higher: bool = False


class Conflict(NamedTuple):
    """Two figures of one fact that cannot both be right, and a plain sentence that says so."""

    figures: tuple[int, ...]
    words: str


@dataclass(frozen=True)
class Reading:
    """All that was read in one report; figures in the order of the text."""

    report: str
    text: str
    published: date | None
    figures: tuple[ReadFigure, ...] = ()
    movements: tuple[Movement, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    refused: str = ""
    notes: tuple[str, ...] = field(default=())
