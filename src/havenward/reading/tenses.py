"""The ground of the findings: the quantity in its sentence, what is known so far, and when something is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from havenward.reading.governors import Left
from havenward.reading.grammar_words import FUTURE
from havenward.reading.lexicon_terms import ORDER, Cue
from havenward.reading.noun_phrases import Phrase, read_phrase
from havenward.reading.predicates import Predicates
from havenward.reading.refusals import has_cause, speaks_of_other
from havenward.reading.surroundings import Surroundings

if TYPE_CHECKING:
    from havenward.reading.clauses import Clause
    from havenward.reading.parts import Layout, Meaning, Quantity
    from havenward.reading.tables import Tables
    from havenward.reading.topics import Topics
    from havenward.reading.verbs import Group

_MET = frozenset(
    """
    met counted saw found registered recorded encountered spotted stopped watched observed
    """.split()
)
# How many of the figures before tell whether people here crossed a border.
_MANY = 8
EVENTS = frozenset("killed injured mixed missing rescued held swept".split())
OTHERS = frozenset("swept mixed missing rescued held assisted affected integrated".split())
# words of headings, list lead-ins and table rows that tell the term of the bare numbers below or beside them
ROW_WORDS = {
    "idps": "displaced",
    "idp": "displaced",
    "displaced": "displaced",
    "refugees": "refugee",
    "refugee": "refugee",
    "returnees": "returned",
    "returned": "returned",
    "evacuees": "evacuated",
    "evacuated": "evacuated",
    "homeless": "displaced",
    "dead": "killed",
    "deaths": "killed",
    "killed": "killed",
    "injured": "injured",
    "wounded": "injured",
    "missing": "missing",
    "affected": "affected",
    "need": "in_need",
    "population": "at_risk_population",
    "trapped": "trapped",
    "besieged": "trapped",
}
_DAILY = frozenset({"day", "daily", "night"})
_RATE = re.compile(
    r"(?:\s*(?:(?!(?:in|for|within|over|after|of)\b)[^\W\d_]+\s+){0,3}?(?:(?:a|per|each|every)\s+day\b"
    r"|daily\b|an?\s+night\b)|[^.;,]{0,25}?\ba\s+day\b)(?!\s+(?:before|earlier|ago|after|later)\b)",
    re.IGNORECASE,
)
_RATE_LATER = re.compile(
    r"(?: who,[^.;,]{1,30},)?[^.;,]{0,70}?\b(?:(?:every|each|per)\s+day|daily)\b", re.IGNORECASE
)
PLANNING = re.compile(
    r"\bplanning (?:figures?|assumptions?|scenarios?)|\bcontingency|\bscenarios?\b|\bresponse plan\b"
    r"|\bprojections?\b",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"(?i:\bprior to\b|\buntil (?:last|the|recently|then|yesterday)\b"
    r"|\bin the (?:spring|summer|autumn|winter)\b|\blast (?:\w+ )?census\b|\bat (?:the|its) (?:peak|height)\b"
    r"|\bby (?:1[89]|20)\d\d\b|\bat one point\b|\bpre-?war\b|\bprevious(?:ly)?\b"
    r"|\bbefore the (?!end|weekend|rains|winter|summer|morning|evening)\w+"
    r"|\bonce\b(?! by| again| more| in| every| the)|\bformerly\b|\bused to\b|\boriginal(?:ly)?\b"
    r"|\bin (?:19|20)\d\d\b|\bat the time\b|\byears? ago\b|\bended in\b)|\bbefore (?:(?:20|19)\d\d|[A-Z]\w+)"
)


def rank_term(term: str) -> int:
    """Give the place of a term in the order of the guide."""
    return ORDER.index(term) if term in ORDER else len(ORDER) - 1


@dataclass
class Find:
    """One reading of what befell the counted, with the rank of the words it rests on (0 strongest)."""

    term: str
    temporality: str
    weight: int
    start: int
    end: int
    conditional: bool = False
    negated: bool = False


@dataclass
class Done:
    """A quantity that was understood: what later ones may inherit."""

    meaning: Meaning
    sentence: int
    kind: str


@dataclass
class Known:
    """What the reader of a text knows so far: figures understood, and numbers that were of things."""

    layout: Layout
    topics: Topics
    tables: Tables
    done: list[Done] = field(default_factory=list)
    things: set[int] = field(default_factory=set)
    past: dict[int, bool] = field(default_factory=dict)
    values: dict[tuple[float | None, float | None], Meaning] = field(default_factory=dict)

    @cached_property
    def crisis(self) -> bool:
        """Whether the text names conflict, disaster or flight."""
        return has_cause(self.layout.text[:20_000])


_BY_THEN = re.compile(
    r"(?: more)?(?: [\w'-]+){0,4}? (?:for|by|within|over|in) (?:the )?(?:next|coming|spring|summer|autumn"
    r"|winter|christmas|easter|end of|year'?s? end|weekend)\b",
    re.IGNORECASE,
)
_TALKS = frozenset(
    """
    talk talks talking speak speaks speaking warn warns warning spoke talked dream dreams
    """.split()
)


class Times:
    """One quantity in its sentence, and when what is said of it is."""

    def __init__(self, known: Known, clause: Clause, at: int, quantity: Quantity, words: str) -> None:
        self.known = known
        self.clause = clause
        self.at = at
        self.quantity = quantity
        self.sentence_text = words
        self.said = known.layout.said(quantity.sentence)
        self.sentence_start = known.layout.sentences[quantity.sentence].start
        self.number = clause.text[quantity.start : quantity.end].casefold()
        self.percent = quantity.kind == "percent"
        self.phrase: Phrase = read_phrase(clause, at)
        self.preds = Predicates(Left("start"))
        self.finds: list[Find] = []
        self.around = Surroundings(
            clause,
            self.phrase,
            at,
            self.last_unit(),
            self.last_words(),
            self.flight,
            known=bool(known.done),
        )

    def flight(self, *, carried: bool = False) -> str:
        """Tell whether people on the move have crossed a border: as their whole did, else as the text tells.

        People who are `carried` may also be evacuated.
        """
        if self.phrase.pronoun or self.preds.subset or (self.percent and self.phrase.kind == ""):
            whole = self.base()
            if whole is not None and whole.meaning.term in {"refugee", "displaced"}:
                return whole.meaning.term
        topics, sentence = self.known.topics, self.quantity.sentence
        if "refugee" in topics.of_sentence(sentence):
            return "refugee"
        if carried and topics.weight("evacuated") > topics.weight("refugee"):
            return "evacuated"
        flights = [
            done.meaning.term
            for done in self.known.done[-_MANY:]
            if done.meaning.term in {"refugee", "displaced"}
        ]
        last = self.known.done[-1] if self.known.done else None
        own = self.known.layout.sentences[sentence]
        if last is not None and last.meaning.term in {"refugee", "displaced"}:
            before = self.known.layout.sentences[last.sentence]
            if before.paragraph == own.paragraph and sentence - last.sentence <= 2:
                return last.meaning.term
        return topics.flight(sentence, flights.count("refugee"), flights.count("displaced"))

    def base(self) -> Done | None:
        """Give the figure this one may be a part of: the last in this sentence or just before."""
        done = self.known.done
        sentence = self.quantity.sentence
        if not done or sentence - done[-1].sentence > 2:
            return None
        return done[-1]

    def last_words(self) -> str:
        """Give term and group of the last figure."""
        done = self.base()
        return f"{done.meaning.term} {done.meaning.group}".casefold() if done is not None else ""

    def last_unit(self) -> str:
        """Give the unit of the last figure."""
        done = self.base()
        return done.meaning.unit if done is not None else ""

    def earlier(self) -> bool:
        """Whether the sentence speaks of a clearly earlier time."""
        known, sentence = self.known.past, self.quantity.sentence
        if sentence not in known:
            known[sentence] = bool(_EARLIER.search(self.sentence_text))
        return known[sentence]

    def elsewhere(self) -> bool:
        """Whether the words near the number are about surveys, votes, schooling or power cuts."""
        text, quantity = self.clause.text, self.quantity
        return speaks_of_other(text[max(0, quantity.start - 60) : quantity.end + 70])

    def time(self) -> str:
        """Say when, by the verb of which the counted are the subject, or that stands before them."""
        main, left = self.preds.main, self.preds.left
        groups = [main] if main is not None else self.preds.after[:1]
        for group in groups:
            if group.expected:
                return "expected"
            if group.tense == "past" or group.perfect:
                return "past"
            return "current"
        if left.expected:
            return "expected"
        start = self.quantity.end - self.sentence_start
        if _BY_THEN.match(self.sentence_text, start) or self.supposed():
            return "expected"
        if any(w in FUTURE for w in self.clause.words[max(0, self.phrase.left - 7) : self.phrase.left]):
            return "expected"
        before = self.clause.words[max(0, self.phrase.left - 2) : self.phrase.left]
        if self.phrase.more and before[-1:] in (["of"], ["about"]) and before[0] in _TALKS:
            return "expected"
        if left.past or left.perfect or clause_past(self.clause.words, self.phrase.left):
            return "past"
        return "current"

    def supposed(self) -> bool:
        """Whether an if-clause opens the sentence before the number: "If this goes on, I see 300,000 ..."."""
        words = self.clause.words
        opening = words[1] if words[:1] in (['"'], ["“"]) and len(words) > 1 else self.clause.word(0)
        return opening in {"if", "should", "unless"} and "," in words[: self.at]

    def stock_time(self) -> str:
        """Say when a stock is: now, unless a past verb and an earlier time stand with it."""
        main, left = self.preds.main, self.preds.left
        past = (main is not None and main.tense == "past" and not main.perfect) or left.past
        return "past" if past and self.earlier() else "current"

    def noun_time(self, left: Left) -> str:
        """Say when "the evacuation of 400,000 people" is: planned if its verb or adjective is."""
        words = self.clause.words
        before = words[max(0, left.at - 4) : left.at]
        if left.expected or any(
            w
            in {
                "planned",
                "expected",
                "projected",
                "possible",
                "potential",
                "feared",
                "anticipated",
                "likely",
                "plan",
                "plans",
                "preparing",
                "expecting",
                "forecast",
                "looming",
                "bracing",
                "planning",
                "expects",
            }
            for w in before
        ):
            return "expected"
        # the verb of which the event is the subject ("would be completed") or the object ("could force")
        stop = min(len(words), self.phrase.right + 14)
        for k in range(self.phrase.right, stop):
            if words[k] in {";", ".", "while", "but", "who", "which", "and"}:
                break
            if words[k] in {"will", "would", "could", "may", "might", "planned", "scheduled", "expected"}:
                return "expected"
            if words[k : k + 2] in (["under", "way"], ["underway", "."], ["in", "progress"]):
                return "current"
        for k in range(left.at - 1, max(-1, left.at - 8), -1):
            if words[k] in {"will", "would", "could", "may", "might", "threatens", "threaten"}:
                return "expected" if "have" not in words[k : left.at] else "past"
            if words[k] in {";", ".", ","}:
                break
        return "past"

    def time_of(self, term: str, cue: Cue | None, group: Group) -> str:  # noqa: C901, PLR0912 - cases, read in order
        """Say when the event or state of a group of verbs is."""
        if group.expected:
            return "expected"
        if term == "integrated" and group.perfect:
            return "current"
        if self.quantity.kind == "rate" and group.tense == "present" and not group.perfect:
            return "current"
        state = cue is not None and cue.term in {"displaced", "deploy"} and cue.form in {"ed", "en"}
        if state and cue is not None and cue.term == "deploy" and not group.be:
            return "current"  # "the troops stationed in Japan"
        if state and group.tense == "past" and group.stays and self.earlier():
            return "past"
        if state and (group.stays or (group.tense == "present" and group.be and not group.perfect)):
            return "current"
        if cue is not None and cue.role in "SOB" and not cue.stock:
            if cue.form == "ing" and not group.tense and not group.be and self.preds.left.word in _MET:
                return "past"  # "police counted 1,259 Syrians going home"
            if group.progressive and (group.tense in {"present", ""}):
                return "current"
            if cue.form == "ing" and group.tense != "past":
                return "current"
            if cue.term == "evacuated" and cue.form in {"base", "s"} and group.finite and not group.perfect:
                return "past"
            return "past"
        if cue is not None and cue.role == "A" and not cue.stock:
            return "past"
        if (
            cue is not None
            and cue.term == "live"
            and cue.form == "ed"
            and not group.perfect
            and "lived" in self.clause.words[group.at : group.at + 1]
        ):
            return "past"
        if self.quantity.kind == "rate" and group.tense != "past":
            return "current"
        past = group.tense == "past"
        return "past" if past and self.earlier() else "current"

    def daily(self, term: str) -> bool:
        """Whether the number is per day."""
        clause = self.clause
        if _DAILY.isdisjoint(self.said):
            return False
        end = clause.ends[self.at]
        return bool(_RATE.match(clause.text[end : end + 110])) or (
            term in {"refugee", "displaced", "returned", "expected_displaced", "evacuated"}
            and bool(_RATE_LATER.match(clause.text[end : end + 110]))
        )


def clause_past(words: list[str], left: int) -> bool:
    """Whether a past verb governs the phrase that begins at a token."""
    near = words[max(0, left - 4) : left]
    return any(
        w.endswith("ed") or w in {"met", "saw", "found", "had", "was", "were", "took", "gave"} for w in near
    )
