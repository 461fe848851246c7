"""What people are where no listed word tells: by noun, sentence, last figure, heading and topic."""

from __future__ import annotations

import re
from dataclasses import replace

from havenward.reading.governor_words import NUMBERS
from havenward.reading.grammar_words import BE, HAVE
from havenward.reading.labels import Labelled
from havenward.reading.lexicon_groups import HEADS
from havenward.reading.refusals import speaks_of_other
from havenward.reading.tenses import EVENTS, PLANNING, ROW_WORDS, Done, Find

# A number of people below this is a matter of single persons, of whom a report tells stories.
_FEWEST = 10
# How many sentences back a figure may stand that a bare number belongs with.
_NEAR = 3
# A sentence that opens with "of" and a number has it among its first tokens.
_OPENING = 8
# Verbs of giving a number without a noun: "the province has confirmed five", "its own count says 7,500".
_GIVES = frozenset(
    """
    say says said confirmed confirms confirm counted counts count recorded records reported reports
    report put puts gave gives give estimated estimates estimate believe believes believed think
    thinks thought reckon reckons reckoned speak speaks spoke talk talks talked mention mentions
    mentioned claim claims claimed registered registers logged lists listed verified found it's
    that's was is were it about of closer nearer are were 're i'm we're maybe perhaps least stood
    stopped at by had has have saw sees seen tallied names named cites cited with only just now
    expect expects find finds meet face faces guess guesses guessed promised promise promises
    delivered received got getting
    """.split()
)
# What people do or are that no report of this kind counts.
_UNCONCERNED = frozenset(
    """
    protested protest protesting marched march marching demonstrated demonstrating rallied rally voted vote
    voting signed signing attended attend attending watched watch watching cheered celebrated celebrate
    celebrating employs employ employed employing hired hire hires recruited studied studying enrolled
    graduated interviewed surveyed polled asked subscribed followed donated donate donating volunteer
    volunteered volunteering visited visit visiting toured competed compete competing played play playing
    sang danced drew attendance spectators tickets guests parliament congress audience concert festival
    conference workshop training trained seminar funeral mourners wedding shareholders customers clients
    fans match league stadium-goers employees payroll jobs workforce unemployed strike strikers petition
    applicants contestants delegates lawmakers councillors vaccinated vaccinate immunised immunized screened
    tested infected contracted cases
    """.split()
)
_MEN = frozenset("men man members member strong".split())
_STRENGTH = re.compile(
    r"\b(?:strength|muster|commands?|commanding|has|have|had|numbers?|fields?|sent|send|sending|deploy\w*|army|force"
    r"|forces|garrison|contingent|detachment|mission|battalions?|strong|mobili[sz]\w*|assumption)\b",
    re.IGNORECASE,
)
_GETS = frozenset(
    """
    receive receives received get gets got gotten collect collected obtain obtained given
    """.split()
)
_GIVEN = frozenset(
    """
    handed gave given giving offered granted sent paid served fed issued lent gives hands pays
    serves
    """.split()
)
_GOODS = frozenset(
    """
    aid assistance food packs pack kits kit rations cash parcels blankets tents water shelter medicine meals
    vouchers relief items supplies seeds tarpaulins care treatment loans grants support help
    """.split()
)
_FLIGHT = frozenset({"refugee", "displaced"})
# "is 80 per cent empty": so many have left
EMPTY = frozenset("empty deserted abandoned emptied".split())
_FIELDS = frozenset("muster musters field fields command commands commanding".split())
_ROAD = frozenset("behind road roads way ahead outside roadside track path trail".split())
_STAYS = frozenset("displaced refugee trapped in_need evacuated returned".split())
_PLACE_NOUNS = frozenset(
    """
    city town village territory region oblast province enclave district island county state quarter suburb
    valley neighbourhood census population inhabitants residents locals
    """.split()
)


class Guessing(Labelled):
    """Findings for people of whom neither their own words nor their whole tell a term."""

    def guess(self, inherited: Done | None) -> Find | None:
        """Climb down the ladder: armed side, known value, goods, sentence, last figure, heading, topic."""
        kind = self.phrase.kind
        find = self.getting() or self.cleft()
        if find is not None:
            return find
        people = kind in {"person", "household", "resident"} or self.phrase.name
        if not (people or (kind == "" and self.stands_alone())) or self.is_unconcerned():
            return None
        find = self.armed_men() or self.same_value()
        if find is not None:
            return find
        if not (self.known.topics.is_crisis() or self.known.done):
            return None
        if people and not self.percent and (self.quantity.high or self.quantity.low or 0) < _FEWEST:
            return None
        return self.planned() or (self.of_topic(inherited) if people else self.of_last(inherited))

    def listed(self) -> Find | None:
        """Read one of a list under the dead or hurt: "311 were killed: 183 insurgents, 100 soldiers"."""
        clause = self.clause
        if self.percent or self.preds.after or ":" not in clause.words[max(0, self.at - 30) : self.at]:
            return None
        main = self.preds.main
        if main is not None and (main.cue is not None or main.finite):
            return None
        colon = max(k for k in range(max(0, self.at - 30), self.at) if clause.words[k] == ":")
        if any(clause.words[k] in BE or clause.words[k] in HAVE for k in range(colon, self.at)):
            return None
        find = self.lead_in()
        return find if find is not None and find.term in EVENTS else None

    def stays(self, best: Find, inherited: Done | None) -> Find:
        """Let those who are or remain somewhere be what they were: displaced, refugees, trapped."""
        kind = self.phrase.kind
        if inherited is None and kind == "" and self.preds.left.kind not in {"city", "home", "reach"}:
            flight = self.flight()
            return replace(best, term=flight, weight=2) if flight else best
        if inherited is None or kind not in {"", "person", "household"} or inherited.meaning.unit == "homes":
            return best
        if self.preds.left.kind in {"city", "home"}:
            return best
        whole = inherited.meaning
        said = self.preds.main or (self.preds.after[0] if self.preds.after else None)
        if said is not None and said.cue is not None and said.cue.role == "A":
            return best
        part = self.percent or self.phrase.pronoun or self.preds.subset or self.of_whole()
        if kind != "" and not part:
            return best
        words = self.clause.words
        main = self.preds.main
        remain = main is not None and any(
            w.startswith(("remain", "stay", "left")) for w in words[main.start : main.end + 1]
        )
        term = whole.term
        if term == "returned" and remain:
            country = any(self.around.country(k) for k in range(max(0, self.at - 4), self.at))
            return replace(best, term="refugee" if country else self.flight() or "displaced", weight=2)
        if term not in _STAYS or (
            term == "displaced" and whole.temporality == "past" and remain and not part
        ):
            return best
        time = best.temporality
        if part and main is not None and main.tense == "past":
            time = "past"
        return replace(best, term=term, temporality=time, weight=2)

    def ours(self) -> Find | None:
        """Read "we were thirty thousand": so many lived there."""
        words = self.clause.words[max(0, self.phrase.left - 2) : self.phrase.left]
        if self.phrase.kind == "" and not self.preds.after and words[-2:] in (["we", "were"], ["we", "are"]):
            time = "past" if words[-1] == "were" else "current"
            return Find("at_risk_population", time, 3, self.at, self.at + 1)
        return None

    def of_whole(self) -> bool:
        """Whether the sentence opens with the whole of this part: "Of the 3.1 million, 1.2 million ..."."""
        clause = self.clause
        first = next((k for k, q in enumerate(clause.qty) if q >= 0), self.at)
        opens = clause.word(0) == "of" or clause.words[:2] == ["out", "of"]
        return opens and first < self.at and first < _OPENING

    def stands_alone(self) -> bool:
        """Whether a number without a noun is given as one: "had earlier counted 70", "it says 7,500"."""
        clause, phrase = self.clause, self.phrase
        if phrase.pronoun or phrase.more or self.percent or self.quantity.kind == "rate":
            return True
        after = clause.word(phrase.right)
        if {"further", "another", "additional"} & set(clause.words[phrase.left : self.at]):
            return True
        if after in {"who", "more"}:
            return True
        before = clause.words[max(0, phrase.left - 2) : phrase.left]
        if after == "," and clause.word(phrase.right + 1) in {"says", "said", "say", "according"}:
            return True
        if not before or after in {"-", "–", "/", "|"}:
            return False
        if before[-1] in {";", ","} and self.preds.main is not None and self.base_here():
            return True
        if before[-1] == "to" and before[0] in {"closer", "nearer", "near", "close"}:
            return True
        if before[-1] == "to" and before[0].startswith(("admit", "confess")):
            return True
        if before[-1] == ":" and self.flight():
            return True
        if before[-1] in {"says", "said", "say"} and after == ",":
            return True
        if before[-1] in {'"', "“", ":"} or phrase.left == 0:
            return clause.text[clause.starts[self.at]].isalpha()  # '"Two hundred and forty," he says'
        return before[-1] in _GIVES

    def base_here(self) -> bool:
        """Whether a figure stands before in the same sentence."""
        done = self.known.done
        return bool(done) and done[-1].sentence == self.quantity.sentence

    def on_road(self) -> Find | None:
        """Read "there were five hundred families on the road behind him": they are on the move."""
        near = self.clause.words[self.phrase.right : self.phrase.right + 4]
        if self.preds.left.kind != "there" or self.preds.after or not _ROAD & set(near):
            return None
        return Find(self.flight() or "displaced", self.time_now(), 2, self.at, self.at + 1)

    def is_unconcerned(self) -> bool:
        """Whether the words beside the number are of crowds, voters, workers, players or patients."""
        clause = self.clause
        near = clause.words[max(0, self.phrase.left - 5) : self.phrase.left]
        near += clause.words[self.phrase.right : self.phrase.right + 5]
        if any(word in _UNCONCERNED for word in near):
            return True
        text, quantity = clause.text, self.quantity
        return speaks_of_other(text[max(0, quantity.start - 60) : quantity.end + 70])

    def armed_men(self) -> Find | None:
        """Read "has 416 men in Haiti", "puts combat strength at 70,000": a force."""
        clause, phrase = self.clause, self.phrase
        noun = clause.word(phrase.head) if phrase.head >= 0 else ""
        if phrase.kind == "person" and noun not in _MEN:
            return None
        if phrase.kind not in {"person", ""} or self.percent:
            return None
        start = max(self.sentence_start, self.quantity.start - 120)
        theirs = phrase.of and {"its", "his", "their"} & set(clause.words[self.at : phrase.right])
        if not theirs and not _STRENGTH.search(clause.text, start, self.quantity.start):
            return None
        side = self.known.topics.armed(self.quantity.sentence, self.quantity.start)
        fields = _FIELDS & set(clause.words[max(0, phrase.left - 3) : phrase.left])
        if not side or (
            phrase.kind == "" and not fields and "strength" not in clause.words[max(0, self.at - 9) : self.at]
        ):
            return None
        return Find(side, self.time_now(), 2, self.at, self.at + 1)

    def time_now(self) -> str:
        """Say when a stock is: past only beside an earlier time."""
        time = self.time()
        return "current" if time == "past" and not self.earlier() else time

    def same_value(self) -> Find | None:
        """Take the term of the figure with the same value: "the 53,000 who are already in Burundi"."""
        words = self.clause.words[self.phrase.left : self.at]
        whole = self.known.values.get(value_of(self))
        if whole is None or self.percent or not {"the", "those", "these"} & set(words):
            return None
        time = whole.temporality
        main = self.preds.after[0] if self.preds.after else self.preds.main
        if main is not None and main.tense == "present" and not main.perfect and time == "past" and main.be:
            time = "current"
        return Find(whole.term, time, 2, self.at, self.at + 1)

    def getting(self) -> Find | None:
        """Read "54,000 families have received packs": they were assisted."""
        clause, phrase = self.clause, self.phrase
        if phrase.kind not in {"", "person", "household", "resident"} or self.percent:
            return None
        left = self.preds.left
        if left.word in _GIVEN and any(w in _GOODS for w in clause.words[phrase.right : phrase.right + 5]):
            return Find("assisted", "expected" if left.expected else "past", 2, left.at, left.at + 1)
        main = self.preds.main or (self.preds.after[0] if self.preds.after else None)
        if main is None:
            return None
        span = clause.words[main.start : main.end + 1]
        if any(w in _GETS for w in span) and any(w in _GOODS for w in clause.words[main.end : main.end + 6]):
            return Find("assisted", "expected" if main.expected else "past", 2, main.start, main.end)
        return None

    def cleft(self) -> Find | None:
        """Read "four hundred is the official toll", "5,000 is the number of missing"."""
        clause, after = self.clause, self.clause.word(self.phrase.right)
        if after == "strong" and self.phrase.kind == "":
            if any(w in _PLACE_NOUNS for w in clause.words[max(0, self.at - 8) : self.at]):
                return Find(
                    "at_risk_population", "past" if self.earlier() else "current", 2, self.at, self.at + 1
                )
            side = self.known.topics.armed(self.quantity.sentence, self.quantity.start)
            return Find(side, self.time_now(), 2, self.at, self.at + 1) if side else None
        if self.percent and after in EMPTY:
            return Find("displaced", "past", 2, self.at, self.at + 1)
        main = self.preds.main
        if main is None or not main.be or main.cue is not None:
            return None
        near = self.clause.words[main.end : main.end + 8]
        if "toll" in near[:5]:
            return Find("killed", "past", 2, main.start, main.end)
        if any(w in NUMBERS for w in near[:4]):
            for word in near:
                if word in ROW_WORDS:
                    return Find(ROW_WORDS[word], self.time_now(), 2, main.start, main.end)
        return None

    def planned(self) -> Find | None:
        """Read people of a scenario or a forecast, where the sentence or the one before announces it."""
        if self.percent and self.time() != "expected":
            return None
        layout = self.known.layout
        sentence = self.quantity.sentence
        own = layout.sentences[sentence]
        before = ""
        for index in range(max(0, sentence - 3), sentence):
            if layout.sentences[index].paragraph == own.paragraph:
                before += layout.words(index)[-400:]
        if self.time() != "expected" and not (PLANNING.search(before) and "scenario" in before.casefold()):
            return None
        last = self.base()
        term = last.meaning.term if last is not None else "displaced"
        if term not in {"returned", "evacuated", "in_need"} or last is None:
            term = "displaced"
        start = max(0, self.phrase.left - 1)
        return Find(term, "expected", 2, start, start + 1, conditional=True)

    def of_last(self, inherited: Done | None) -> Find | None:  # noqa: C901, PLR0912 - cases, read in order
        """Give a bare number the term of the figure before it."""
        if self.preds.left.kind == "there" and inherited is None:
            return Find("at_risk_population", self.time(), 3, self.at, self.at + 1)
        if inherited is None:
            inherited = self.last_of_people()
            if inherited is None:
                near = self.known.topics.beside(self.quantity.sentence)
                if near in {"killed", "injured"}:
                    return Find(near, "past", 3, self.at, self.at + 1)
                flight = self.flight()
                return Find(flight, self.time(), 3, self.at, self.at + 1) if flight else None
        elif inherited.sentence != self.quantity.sentence and inherited.meaning.term in {
            "forces",
            "fighters",
        }:
            inherited = self.last_of_people() or inherited
        whole = inherited.meaning
        if (
            whole.term == "other"
            and whole.temporality == "current"
            and inherited.sentence != self.quantity.sentence
        ):
            flight = self.flight() or "displaced"  # room was told of before: these are who is in it
            return Find(flight, self.time_now(), 3, self.at, self.at + 1)
        words = self.clause.words
        signs = self.known.topics.of_sentence(self.quantity.sentence)
        if inherited.sentence != self.quantity.sentence and whole.term not in signs and "refugee" in signs:
            return Find("refugee", self.time(), 3, self.at, self.at + 1)
        if any(
            w.endswith("s") and w not in NUMBERS and _is_thing(w)
            for w in words[max(0, self.phrase.left - 6) : self.phrase.left]
        ):
            return None
        time = self.time()
        if time != "expected":
            time = whole.temporality if whole.temporality != "expected" else time
            left = self.preds.left
            stands = left.kind == "reach" and self.clause.word(left.at) in {"stands", "is", "remains", "now"}
            if stands and whole.term not in EVENTS:
                time = "current"
            if (
                self.preds.after
                and not self.preds.after[0].perfect
                and self.preds.after[0].tense == "present"
            ):
                time = "current" if whole.term not in {"killed", "injured", "other"} else time
        term = whole.term
        if whole.temporality == "expected" and time != "expected" and term == "expected_displaced":
            term = self.known.topics.flight(self.quantity.sentence) or "displaced"
        if time == "expected" and term in _FLIGHT | {"at_risk_population"}:
            term = "displaced"
        return Find(term, time, 2, self.at, self.at + 1)

    def last_of_people(self) -> Done | None:
        """Give the last figure near that is of persons or families and not of armed men."""
        for done in reversed(self.known.done[-4:]):
            if self.quantity.sentence - done.sentence > _NEAR:
                return None
            if done.meaning.unit not in {"homes", "percent"} and done.meaning.term not in {
                "forces",
                "fighters",
            }:
                return done
        return None

    def of_topic(self, inherited: Done | None) -> Find | None:
        """Give people without a telling word the term of the last figure, the heading or the text."""
        words = self.clause.words
        time = self.time()
        if self.percent and inherited is not None:
            return Find(inherited.meaning.term, inherited.meaning.temporality, 2, self.at, self.at + 1)
        inside = self.phrase.kind == "household" and self.preds.left.word == "in"
        if inside and inherited is not None and inherited.sentence == self.quantity.sentence:
            whole = inherited.meaning  # "affected 35,350 in 7,041 households"
            return Find(whole.term, whole.temporality, 2, self.at, self.at + 1)
        near = words[max(0, self.at - 12) : self.at + 12]
        placed = self.phrase.kind == "resident" or any(w in _PLACE_NOUNS for w in near[:12])
        if placed and (self.preds.main is None or self.preds.main.be):
            return Find("at_risk_population", self.time_now(), 3, self.at, self.at + 1)
        topics, sentence = self.known.topics, self.quantity.sentence
        last = inherited.meaning if inherited is not None else None
        flight = topics.flight(sentence)
        if (
            last is not None
            and last.term in _STAYS
            and last.unit != "homes"
            and not (last.term in _FLIGHT and flight and flight != last.term)
        ):
            return Find(last.term, time, 3, self.at, self.at + 1)
        if not flight and last is None:
            flight = topics.leading(sentence, ("displaced", "refugee", "evacuated", "trapped", "returned"))
        return Find(flight or "displaced", time, 3, self.at, self.at + 1)


def value_of(judge: Labelled) -> tuple[float | None, float | None]:
    """Give the ends of a quantity, by which it is known again."""
    quantity = judge.quantity
    return key_of(quantity.low, quantity.high)


def key_of(low: float | None, high: float | None) -> tuple[float | None, float | None]:
    """Give one key to "53,000" and "more than 53,000"."""
    return (low, low) if high is None else (high if low is None else low, high)


def _is_thing(word: str) -> bool:
    return HEADS.get(word) == "thing"
