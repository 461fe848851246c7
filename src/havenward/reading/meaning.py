"""What a number counts: whether it is a figure at all, of whom, what befell them, and when."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from havenward.reading.clauses import split_words
from havenward.reading.contexts import correct
from havenward.reading.grammar_words import BE, FUTURE, HAVE, PREPOSITIONS
from havenward.reading.guesses import EMPTY, Guessing, key_of
from havenward.reading.lexicon_groups import PERSONS
from havenward.reading.lexicon_terms import ORDER
from havenward.reading.parts import Meaning
from havenward.reading.predicates import read_predicates
from havenward.reading.refusals import (
    counts_cases,
    refuse_document,
    refuse_number,
    refuse_sentence,
    refuse_share,
    refuse_text,
)
from havenward.reading.tables import Tables
from havenward.reading.tenses import EVENTS, PLANNING, Done, Find, Known, rank_term
from havenward.reading.topics import Topics

if TYPE_CHECKING:
    from havenward.reading.parts import Layout, Quantity

# A sentence with more numbers than this is a table run together; reading it as grammar would only guess.
_MOST_NUMBERS = 60
# No report holds more numbers than this; what comes after is not read, so that no text can hold up a stream.
_MOST_IN_TEXT = 6_000
# So few people who "said" something are witnesses of a reporter.
_MOST_SPEAKERS = 20
_OTHER_PERIODS = frozenset("week month year hour minute weekly monthly annually".split())
_OTHER_RATE = re.compile(
    r"\s*(?:(?!(?:in|for|within|over|after|of)\b)[^\W\d_]+\s+){0,3}?(?:(?:a|per|each|every)\s+(?:week"
    r"|month|year|hour|minute)\b|(?:weekly|monthly|annually)\b)",
    re.IGNORECASE,
)
_PEOPLE = re.compile(r"\b(?:people|refugees|idps|families|households|persons|displaced)\b", re.IGNORECASE)
_OTHER_RATE_BEFORE = re.compile(r"\b(?:each|every)\s+(?:week|month|year)\W+(?:\w+\s+){0,2}\Z", re.IGNORECASE)


def understand(layout: Layout, quantities: tuple[Quantity, ...]) -> tuple[Meaning | None, ...]:
    """Say of every number expression what it counts.

    Parameters
    ----------
    layout
        The text and its sentences.
    quantities
        The number expressions in text order.

    Returns
    -------
    meanings
        One per quantity; None where the number is no figure (money, ages, measures, accidents, ...).
    """
    if not quantities or refuse_document(layout):
        return tuple(None for _ in quantities)
    reader = _Reader(layout)
    if refuse_text(layout, reader.known.topics.signs()):
        return tuple(None for _ in quantities)
    by_sentence: dict[int, list[tuple[int, Quantity]]] = {}
    for index, quantity in enumerate(quantities[:_MOST_IN_TEXT]):
        by_sentence.setdefault(quantity.sentence, []).append((index, quantity))
    out: list[Meaning | None] = [None] * len(quantities)
    for sentence in sorted(by_sentence):
        found = by_sentence[sentence]
        if len(found) <= _MOST_NUMBERS:
            reader.read_sentence(sentence, found, out)
    return tuple(out)


class _Reader:
    """Walks through the sentences of one text and remembers what was last understood."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.known = Known(layout, Topics(layout), Tables(layout))

    def read_sentence(
        self, sentence: int, found: list[tuple[int, Quantity]], out: list[Meaning | None]
    ) -> None:
        span = self.layout.sentences[sentence]
        text = self.layout.text
        words = text[span.start : min(span.end, span.start + 5000)]
        if refuse_sentence(words, self.layout.said(sentence)):
            return
        end = min(span.end, found[-1][1].end + 600)
        begin = max(span.start, found[0][1].start - 600)
        clause = split_words(text, begin, end, found)
        quantities = dict(found)
        for at, index in enumerate(clause.qty):
            if index < 0:
                continue
            quantity = quantities[index]
            judge = _Judge(self.known, clause, at, quantity, words)
            out[index] = correct(judge, judge.decide())
            meaning = out[index]
            if meaning is not None:
                self.known.done.append(Done(meaning, sentence, quantity.kind))
                self.known.values.setdefault(key_of(quantity.low, quantity.high), meaning)


class _Judge(Guessing):
    """Decides on one quantity of one sentence."""

    def decide(self) -> Meaning | None:  # noqa: C901, PLR0912 - cases, read in order
        phrase, kind = self.phrase, self.phrase.kind
        if refuse_number(self.clause, self.at, phrase, self.number):
            return None
        if counts_cases(self.clause, phrase):
            return None
        if kind == "thing":
            self.known.things.add(self.clause.qty[self.at])
            return None
        if self.percent and (
            self.clause.word(self.at - 1) == "by" or refuse_share(self.clause, self.at, phrase)
        ):
            return None  # growth, money, a rate
        if self.percent and phrase.kind == "" and self.follows_money():
            return None
        self.preds = read_predicates(self.clause, phrase)
        find = self.labelled()
        if self.label is not None:
            return self.accept(find, self.base()) if find is not None else None
        if (
            self.preds.left.kind not in {"hold", "verb", "reach", "expect", "aid", "noun"}
            and self.follows_thing()
        ):
            return None
        self.collect()
        if kind in {"unknown", "staff"} and not self.finds and not phrase.name:
            return None
        best = self.choose()
        inherited = self.base()
        if best is None or best.weight > 1:
            best = self.listed() or best
        men = phrase.head >= 0 and self.clause.words[phrase.head] == "men" and phrase.right == phrase.head + 1
        if (best is None and kind == "") or (men and (best is None or best.term in {"displaced", "refugee"})):
            best = self.armed_men() or best
        if best is not None and best.term == "at_risk_population" and (best.weight == 3 or kind == ""):
            best = self.armed_men() or self.same_value() or self.stays(best, inherited)
        single = self.number in {"one", "1"}
        if (single or self.clause.word(self.at - 1) in {"his", "her", "my"}) and kind not in {
            "home",
            "death",
            "missing",
        }:
            if best is None and self.preds.left.kind == "and":
                best = self.shared_verb(self.preds.left.at)
            if best is None or best.term not in EVENTS | {"trapped"}:
                return None
        if self.speaks(best) or (
            phrase.pronoun
            and self.preds.left.kind == "comma"
            and (best is None or best.weight > 1)
            and self.is_unconcerned()
        ):
            return None
        if (
            inherited is not None
            and inherited.sentence == self.quantity.sentence
            and inherited.meaning.term in {"killed", "injured"}
            and self.preds.left.kind in {"and", "comma"}
            and self.preds.main is None
            and not self.preds.after
            and (best is None or (best.weight == 3 and best.term not in EVENTS))
        ):  # "among the dead were four aid workers and two policemen"
            whole = inherited.meaning
            best = Find(whole.term, whole.temporality, 2, self.at, self.at + 1)
        if (
            best is not None
            and best.weight == 1
            and self.preds.left.kind == "and"
            and self.preds.main is None
            and inherited is not None
            and inherited.sentence == self.quantity.sentence
            and inherited.meaning.temporality == "expected"
        ):
            best = replace(best, temporality="expected")  # "could be killed and a million made homeless"
        if (
            kind in {"", "household", "person"}
            and best is not None
            and best.term == "assisted"
            and self.clause.word(best.end - 1).startswith("regist")
            and inherited is not None
            and inherited.meaning.term in {"refugee", "displaced"}
        ):
            best = replace(best, term=inherited.meaning.term, temporality="current")
        if (
            best is not None
            and best.weight == 3
            and best.temporality == "expected"
            and inherited is not None
            and inherited.meaning.term == "returned"
            and inherited.meaning.temporality == "expected"
        ):
            best = replace(best, term="returned")  # "the low scenario is 600,000 refugees"
        if self.preds.subset or phrase.pronoun or (self.percent and (best is None or best.weight == 3)):
            best = self.join(best, inherited)
        if (
            best is not None
            and self.preds.left.kind == "paren"
            and best.term == "assisted"
            and best.weight == 3
            and inherited is not None
        ):
            best = replace(best, term=inherited.meaning.term, temporality=inherited.meaning.temporality)
        elif (
            best is not None
            and self.preds.left.kind == "paren"
            and not self.preds.after
            and kind in {"household", "person", "beneficiary"}
            and inherited is not None
            and inherited.sentence == self.quantity.sentence
        ):  # "118,000 IDPs (19,700 households) were registered"
            best = replace(best, term=inherited.meaning.term, temporality=inherited.meaning.temporality)
        if best is None:
            best = self.ours() or self.on_road() or self.fall_back(inherited) or self.guess(inherited)
        if best is None:
            return None
        return self.accept(best, inherited)

    def speaks(self, best: Find | None) -> bool:
        """Whether a few persons only say something ("two residents reached by phone said ...")."""
        if self.phrase.kind not in {"person", "resident", "forces"} or (best is not None and best.weight < 3):
            return False
        if (self.quantity.point or 0) > _MOST_SPEAKERS:
            return False
        words = self.clause.words
        return any(
            w in {"said", "says", "told", "say", "recalled", "described"}
            for w in words[self.phrase.right : self.phrase.right + 7]
        ) and ("," not in words[self.phrase.right : self.phrase.right + 3])

    def verbless(self, find: Find) -> bool:
        """Whether a key figure without a verb only says so many are displaced."""
        clause = self.clause
        if (
            self.preds.main is not None
            or find.start != self.phrase.right
            or clause.words[find.end - 1] != "displaced"
        ):
            return False
        if (
            self.known.layout.sentences[self.quantity.sentence].role == "title"
            or self.preds.left.kind == "verb"
        ):
            return False
        return not any(w in BE or w in HAVE or w in FUTURE for w in clause.words)

    def follows_money(self) -> bool:
        """Whether the sentence before is about money: "We seek $30 million. 9 per cent has come in"."""
        if self.quantity.sentence == 0 or self.preds.left.kind == "subset" or self.phrase.pronoun:
            return False
        before = self.known.layout.words(self.quantity.sentence - 1)[-200:]
        return any(sign in before for sign in "$€£") and not _PEOPLE.search(before)

    def follows_thing(self) -> bool:
        """Whether a number without a noun follows one of things: "three villages ... and two others"."""
        if self.phrase.kind != "" or self.percent:
            return False
        main = self.preds.main
        told = main is not None and main.cue is not None
        if told and not self.phrase.more and self.preds.left.kind not in {"and", "comma"}:
            return False
        for k in range(self.at - 1, max(-1, self.at - 30), -1):
            if self.clause.qty[k] >= 0:
                return self.clause.qty[k] in self.known.things
        return False

    def choose(self) -> Find | None:  # noqa: C901, PLR0912 - cases, read in order
        finds = [f for f in self.finds if f.term not in {"waiting", "follow", "expected"}]
        kind = self.phrase.kind
        if kind == "death":
            finds = [f for f in finds if f.term != "rescued"]  # "pulled 22 bodies from the water"
        if any(f.term == "expected" for f in self.finds) or (
            self.preds.left.kind == "expect" or (self.preds.left.kind == "start" and self.preds.left.expected)
        ):
            finds = [
                replace(f, temporality="expected") if f.weight >= 1 or f.term == "expected" else f
                for f in finds
            ]
            if (
                not finds
                and not self.percent
                and kind in PERSONS | {"household", ""}
                and kind not in {"forces", "fighters", "death", "staff"}
            ):
                at = self.preds.left.at
                whole = self.base()
                term = whole.meaning.term if whole is not None else ""
                here = whole is not None and whole.sentence == self.quantity.sentence
                if term not in {"returned", "evacuated"} and not (here and term in {"forces", "fighters"}):
                    term = "displaced"
                finds = [Find(term, "expected", 0, max(0, at), max(0, at) + 1, conditional=True)]
        if not finds:
            return None
        affirmed = [f for f in finds if not f.negated]
        finds = affirmed or finds
        events = [f for f in finds if f.term in EVENTS and f.weight <= 1]
        if events:
            return min(events, key=lambda f: (f.weight, f.start))
        if any(f.term == "returned" and f.weight <= 1 for f in finds):
            finds = [f for f in finds if f.term != "refugee"]
        if kind in {"forces", "fighters"}:
            strong = [f for f in finds if f.term in {"evacuated", "trapped"}]
            finds = strong or [
                replace(f, term=kind) if f.term in {"refugee", "displaced", "returned"} else f for f in finds
            ]
        if any(f.weight < 3 for f in finds):
            finds = [f for f in finds if not (f.weight == 3 and f.term == "at_risk_population")]
        best = min(finds, key=lambda f: (rank_term(f.term), f.weight))
        if (
            best.term in {"displaced", "refugee"}
            and best.weight == 1
            and self.preds.main is None
            and PLANNING.search(self.sentence_text[: max(0, self.quantity.start - self.sentence_start)])
        ):
            return replace(best, temporality="expected", conditional=True)
        same = [f for f in finds if f.term == best.term]
        strongest = min(same, key=lambda f: f.weight)
        flight = {"displaced", "refugee"}
        if strongest.term == "displaced" and strongest.temporality == "past" and self.verbless(strongest):
            strongest = replace(strongest, temporality="current")  # "530,000 internally displaced (August)"
        if (
            strongest.term == "displaced"
            and strongest.start in {self.phrase.right, self.phrase.right + 1}
            and self.clause.word(strongest.start) in {"displaced", "uprooted", "homeless"}
            and (self.phrase.head < 0 or self.preds.left.kind == "of")
            and {"the", "these", "those"} & set(self.clause.words[self.phrase.left : self.at])
        ):
            strongest = replace(strongest, temporality="current")  # "of the 5.5 million displaced"
        if strongest.weight == 1 and strongest.term in flight and strongest.temporality == "past":
            # "households displaced in 2001 who have since been living with host families": a stock
            stocks = [f for f in same if f.temporality == "current" and f.weight <= 1]
            strongest = stocks[0] if stocks else strongest
        if best.term in flight and strongest.weight >= 2:
            # "the exodus of 900,000 refugees", "the refugees who arrived": the flow tells when
            flows = [f for f in finds if f.term in flight and f.weight <= 1]
            if flows:
                flow = min(flows, key=lambda f: f.weight)
                strongest = replace(strongest, temporality=flow.temporality)
        if kind == "displaced" and strongest.term == "displaced" and strongest.temporality == "past":
            word = self.clause.words[max(0, strongest.end - 1)]
            if word.startswith(("displac", "resettle", "hous")):
                strongest = replace(strongest, temporality="current")
        if (
            (
                self.preds.left.kind == "verb"
                and self.preds.left.cue is not None
                and self.preds.left.cue.term == "leave"
            )
            and strongest.term == "displaced"
            and strongest.temporality == "current"
        ):
            strongest = replace(strongest, temporality="past")
        return strongest

    def accept(self, find: Find, inherited: Done | None) -> Meaning | None:  # noqa: C901, PLR0912 - cases, read in order
        clause, phrase, quantity = self.clause, self.phrase, self.quantity
        kind = phrase.kind
        term, time = find.term, find.temporality
        if kind == "staff" and term not in {"killed", "injured", "held", "mixed", "missing", "trapped"}:
            return None
        if kind == "home" and term not in {"homes_destroyed", "evacuated", "trapped", "at_risk_population"}:
            return None
        if (
            term in {"assisted", "affected", "at_risk_population", "held"} or find.weight > 1
        ) and self.elsewhere():
            return None
        if (
            kind == "unknown"
            and not phrase.name
            and term not in EVENTS | {"displaced", "refugee", "evacuated", "trapped", "returned", "affected"}
        ):
            return None
        if (
            kind == ""
            and term == "at_risk_population"
            and inherited is None
            and not self.percent
            and (self.preds.left.kind not in {"city", "reach"})
        ):
            return None
        if (
            self.percent
            and kind == ""
            and self.preds.left.kind in {"verb", "reach"}
            and not phrase.of
            and (clause.word(phrase.right) not in EMPTY)
        ):
            return None  # "inflation hit 300 per cent"
        if term != "killed" and self.other_rate():
            return None
        if (
            term in {"displaced", "refugee"}
            and self.preds.main is None
            and time != "expected"
            and self.supposed()
        ):
            time = "expected"  # "if the dam breaks, I see 300,000 on the move"
        if term in {"displaced", "refugee"} and time == "expected":
            term = "expected_displaced"
        unit = "persons"
        if kind == "household":
            unit = "households"
        elif kind == "home":
            unit = "homes"
        elif kind == "" and not self.percent:
            last = inherited.meaning.unit if inherited is not None else ""
            if self.preds.left.kind == "reach":  # "the number of families has passed 7,000"
                near = clause.words[max(0, self.preds.left.at - 12) : self.preds.left.at]
                if {"families", "households"} & set(near) and {"number", "total", "tally"} & set(near):
                    unit = "households"
            if term == "homes_destroyed":
                unit = "homes"
            elif last == "households" and (
                phrase.more
                or phrase.pronoun
                or self.preds.subset
                or find.start == self.at
                or {"further", "another", "additional", "other"} & set(clause.words[phrase.left : self.at])
            ):
                unit = "households"
        if self.label is not None:
            unit = self.label.unit
        if self.percent:
            unit = "percent"
        elif unit == "persons" and (quantity.kind == "rate" or self.daily(term)):
            unit = "persons_per_day"
            governed = self.preds.left.kind == "verb" and self.preds.left.past
            if (
                time == "past"
                and find.weight < 2
                and self.preds.main is None
                and term != "killed"
                and not governed
            ):
                time = "current"
        if (
            self.preds.left.kind == "reach"
            and kind == ""
            and inherited is not None
            and (
                inherited.sentence == quantity.sentence
                or clause.word(self.at - 2) in {"it", "it's", "been", "nearer"}
            )
            and inherited.meaning.unit == "persons_per_day"
            and unit == "persons"
        ):
            unit = "persons_per_day"  # "10,000 a day, up from 4,000"
        if term not in ORDER:
            term = "other"
        start = min(find.start, len(clause.starts) - 1)
        end = min(max(find.end, start + 1), len(clause.ends))
        evidence = ((clause.starts[start], clause.ends[end - 1]),)
        return Meaning(unit, self.group(inherited), term, time, find.conditional, find.negated, evidence)

    def other_rate(self) -> bool:
        """Whether the number is per week, month or year, which is no figure."""
        text, quantity = self.clause.text, self.quantity
        if _OTHER_PERIODS.isdisjoint(self.said):
            return False
        return bool(
            _OTHER_RATE.match(text[quantity.end : quantity.end + 60])
            or _OTHER_RATE_BEFORE.search(text[max(0, quantity.start - 40) : quantity.start])
        )

    def group(self, inherited: Done | None) -> str:
        clause, phrase = self.clause, self.phrase
        if phrase.head >= 0 and phrase.right - 1 > self.at:
            begin = self.at + 1
            while begin < phrase.head and (
                clause.words[begin] in PREPOSITIONS or clause.words[begin] in {"the", "more"}
            ):
                begin += 1
            end = clause.ends[max(phrase.head, phrase.right - 1)]
            return " ".join(clause.text[clause.starts[begin] : end].split())
        if inherited is not None:
            return inherited.meaning.group
        return "people"
