"""What a number takes over where its own words tell nothing: from its whole, its list, its heading."""

from __future__ import annotations

import re
from dataclasses import replace

from havenward.reading.findings import Findings
from havenward.reading.governors import read_left_of_verb
from havenward.reading.lexicon_groups import PERSONS
from havenward.reading.lexicon_terms import ORDER
from havenward.reading.tenses import EVENTS, OTHERS, ROW_WORDS, Done, Find, rank_term


class Inheriting(Findings):
    """Findings that may come from the figures, words and headings before."""

    def join(self, best: Find | None, inherited: Done | None) -> Find | None:
        """Let a part take the term of its whole where that ranks before its own."""
        if inherited is None:
            return best
        whole = inherited.meaning
        here = inherited.sentence == self.quantity.sentence
        if self.percent and here and best is not None and best.weight == 3:
            best = None  # "about one-tenth of the population": only says of what it is a share
        main = self.preds.main
        if (
            best is None
            and self.percent
            and self.phrase.of
            and not self.phrase.pronoun
            and main is not None
            and main.be
            and main.tense == "present"
            and not main.perfect
            and whole.term in {"displaced", "refugee"}
        ):
            return Find(whole.term, "current", 2, self.at, self.at + 1)
        if best is None:
            if self.percent and not (
                self.preds.subset
                or self.phrase.pronoun
                or self.phrase.kind in PERSONS | {"", "household", "home"}
            ):
                return None
            if inherited.sentence != self.quantity.sentence and not (
                self.phrase.pronoun or self.preds.subset
            ):
                return None
            time = "expected" if self.preds.left.kind == "expect" else whole.temporality
            return Find(whole.term, time, 2, self.at, self.at + 1)
        if best.term in EVENTS or best.temporality == "expected" or (best.weight == 0 and self.percent):
            return best
        if self.preds.subset and here and whole.temporality == "current" and best.term == "displaced":
            best = replace(best, temporality="current")
        if rank_term(whole.term) < rank_term(best.term) and whole.term != "expected_displaced":
            time = whole.temporality if best.term == "at_risk_population" else best.temporality
            return replace(best, term=whole.term, temporality=time)
        return best

    def fall_back(self, inherited: Done | None) -> Find | None:  # noqa: C901, PLR0912 - cases, read in order
        """Find a term where its own words tell none: from the neighbours, the list or the heading."""
        _clause, phrase, preds = self.clause, self.phrase, self.preds
        left = preds.left
        kind = phrase.kind
        counts = kind in PERSONS or kind in {"household", "home"} or phrase.name
        here = inherited is not None and inherited.sentence == self.quantity.sentence
        waiting = any(f.term in {"waiting", "follow"} for f in self.finds)
        if inherited is not None and (counts or kind == ""):
            whole = inherited.meaning
            if any(f.term == "follow" and f.temporality == "expected" for f in self.finds):
                return Find("displaced", "expected", 2, self.at, self.at + 1)
            if waiting:
                term = whole.term if whole.term != "returned" else "displaced"
                time = "current" if any(f.term == "waiting" for f in self.finds) else whole.temporality
                return Find(term, time, 2, self.at, self.at + 1)
            if (
                here
                and left.kind in {"paren", "and", "comma", "start", "subset"}
                and (preds.main is None or kind != "")
            ) and (preds.main is None or left.kind != "start"):
                return Find(whole.term, whole.temporality, 2, self.at, self.at + 1)
            if (left.kind == "reach" and (kind == "" or counts)) or left.word == "figure":
                return Find(whole.term, whole.temporality, 2, self.at, self.at + 1)
            if kind == "" and (phrase.more or phrase.pronoun) and preds.main is None:
                time = "expected" if left.expected or self.time() == "expected" else whole.temporality
                return Find(whole.term, time, 2, self.at, self.at + 1)
        if kind == "" and inherited is not None and (self.quantity.kind == "rate" or self.daily("refugee")):
            return Find(inherited.meaning.term, inherited.meaning.temporality, 2, self.at, self.at + 1)
        if left.kind == "there" and left.expected and kind == "" and inherited is not None:
            return Find(inherited.meaning.term, "expected", 2, self.at, self.at + 1)
        lead = self.lead_in() if counts or kind == "" else None
        if lead is not None:
            return lead
        if any(f.term == "follow" and f.temporality == "expected" for f in self.finds):
            return Find("displaced", "expected", 2, self.at, self.at + 1)
        if waiting and counts:
            return Find("displaced", "current", 2, self.at, self.at + 1)
        if left.kind in {"and", "comma", "paren"} and counts:
            find = self.shared_verb(left.at)
            if find is not None:
                return find
        lives = self.inside(phrase.right) and self.known.crisis and left.kind in {"start", "prep"}
        if (lives or left.kind == "there") and counts and kind not in {"staff", "home", "death"}:
            time = "past" if (left.past and self.earlier()) else "current"
            if not self.elsewhere():
                return Find("at_risk_population", time, 3, self.at, self.at + 1)
        return self.heading(counts=counts)

    def lead_in(self) -> Find | None:
        """Take the term from words before a colon: "large-scale displacement: 84,000 people in Mandalay"."""
        clause = self.clause
        if ":" not in clause.words[max(0, self.at - 24) : self.at]:
            return None
        colon = max(k for k in range(max(0, self.at - 24), self.at) if clause.words[k] == ":")
        for k in range(colon - 1, max(-1, colon - 12), -1):
            cue = clause.cues[k]
            term = self.around.settle(cue, k, None) if cue is not None else ROW_WORDS.get(clause.words[k], "")
            if term in ORDER or term in OTHERS:
                time = "past" if cue is not None and not cue.stock else "current"
                self.add(term, time, 2, k, k + 1)
                return self.finds[-1]
        return None

    def inside(self, j: int) -> bool:
        """Whether "in" and a named place follow."""
        clause = self.clause
        return (
            clause.word(j) in {"in", "inside", "within"}
            and j + 1 < len(clause.words)
            and (clause.capital[j + 1] or clause.word(j) == "inside")
        )

    def shared_verb(self, at: int) -> Find | None:
        """Read "killed a woman and her two sons": the verb stands before another object."""
        clause = self.clause
        for k in range(at - 1, max(-1, at - 12), -1):
            word = clause.words[k]
            cue = clause.cues[k]
            if word in {";", ".", "which", "who", "that"}:
                return None
            if cue is not None and cue.role in "OB" and cue.form != "N":
                term = self.around.settle(cue, k, None)
                if term in ORDER or term in OTHERS:
                    left = read_left_of_verb(clause, k, cue)
                    time = "expected" if left.expected or (left.purpose and term == "assisted") else "past"
                    self.add(term, time, 2, k, k + clause.span[k])
                    return self.finds[-1]
                return None
        return None

    def heading(self, *, counts: bool) -> Find | None:  # noqa: C901, PLR0912 - cases, read in order
        """Take the term from the words of a short item or row, or from the heading and lead-in above it."""
        layout, quantity, clause = self.known.layout, self.quantity, self.clause
        sentence = layout.sentences[quantity.sentence]
        short = sentence.end - sentence.start < 110
        if not short or not (counts or self.phrase.kind == "") or self.preds.main is not None:
            return None
        if (
            self.phrase.kind == ""
            and sentence.role not in {"item", "row", "caption", "title"}
            and ":" not in clause.words
            and (len(clause.words) > 6)
        ):
            return None
        for k, cue in enumerate(clause.cues):
            if cue is not None and k != self.at:
                term = self.around.settle(cue, k, None)
                if term in ORDER or term in OTHERS:
                    self.add(
                        term,
                        "current"
                        if cue.role == "A" and term in {"displaced", "in_need", "refugee"}
                        else "past",
                        2,
                        k,
                        k + 1,
                    )
                    return self.finds[-1]
            term = ROW_WORDS.get(clause.words[k], "")
            if term:
                self.add(term, "current", 2, k, k + 1)
                return self.finds[-1]
        above = sentence.heading
        if above is None and quantity.sentence > 0:
            for k in range(quantity.sentence - 1, max(-1, quantity.sentence - 12), -1):
                head = layout.sentences[k]
                size = head.end - head.start
                if size > 200:
                    break
                if layout.text[head.end - 1] == ":" or (
                    size < 90 and layout.text[head.end - 1] not in '.!?)"”'
                ):
                    above = k
                    break
        if above is None or above == 0:
            return None
        top = layout.words(above).casefold()
        for word, term in ROW_WORDS.items():
            if re.search(rf"\b{word}\b", top):
                self.add(
                    term, "current" if term not in {"killed", "injured"} else "past", 3, self.at, self.at + 1
                )
                return self.finds[-1]
        return None
