"""What people are taken to be where no listed word tells: by noun, sentence, last figure, heading and topic."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from havenward.reading.governors import NUMBERS
from havenward.reading.labels import Labelled
from havenward.reading.lexicon_groups import PERSONS
from havenward.reading.refusals import speaks_of_other
from havenward.reading.tenses import PLANNING, Done, Find

if TYPE_CHECKING:
    from havenward.reading.parts import Meaning

# A number of people below this is a matter of single persons, of whom a report tells stories.
_FEWEST = 10
# How many sentences back a figure may stand that a bare number belongs with.
_NEAR = 3
# Verbs of giving a number without a noun: "the province has confirmed five", "its own count says 7,500".
_GIVES = frozenset(
    """
    say says said confirmed confirms confirm counted counts count recorded records reported reports report
    put puts gave gives give estimated estimates estimate believe believes believed think thinks thought
    reckon reckons reckoned speak speaks spoke talk talks talked mention mentions mentioned claim claims
    claimed registered registers logged lists listed verified found it's that's was is were it about of
    closer nearer stood stopped at by had has have saw sees seen tallied names named cites cited with only
    just now expect expects delivered received got getting
    """.split()
)
_TELLS = _GIVES - frozenset("was is were about of closer nearer at by had has have only just now it".split())
# What people do or are that no report of this kind counts.
_UNCONCERNED = frozenset(
    """
    protested protest protesting marched march marching demonstrated demonstrating rallied rally voted vote
    voting signed signing attended attend attending watched watch watching cheered celebrated celebrate
    celebrating employs employ employed employing hired hire hires recruited studied studying enrolled
    graduated interviewed surveyed polled asked joined subscribed followed donated donate donating volunteer
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
    r"\b(?:strength|commands?|commanding|has|have|had|numbers?|fields?|sent|send|sending|deploy\w*|army|force"
    r"|forces|mission|battalions?|strong|mobili[sz]\w*|assumption)\b",
    re.IGNORECASE,
)
_GETS = frozenset("receive receives received get gets got gotten collect collected obtain obtained given".split())
_GOODS = frozenset(
    """
    aid assistance food packs pack kits kit rations cash parcels blankets tents water shelter medicine meals
    vouchers relief items supplies seeds tarpaulins care treatment loans grants support help
    """.split()
)
_FLIGHT = frozenset({"refugee", "displaced"})
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
        people = kind in {"person", "household", "resident"} or self.phrase.name
        if not (people or (kind == "" and self.stands_alone())) or self.is_unconcerned():
            return None
        find = self.armed_men() or self.same_value() or self.getting()
        if find is not None:
            return find
        if not (self.known.topics.is_crisis() or self.known.done):
            return None
        if people and not self.percent and (self.quantity.high or self.quantity.low or 0) < _FEWEST:
            return None
        return self.planned() or (self.of_topic(inherited) if people else self.of_last(inherited))

    def stands_alone(self) -> bool:
        """Whether a number without a noun is given as one: "had earlier counted 70", "it says 7,500"."""
        clause, phrase = self.clause, self.phrase
        if phrase.pronoun or phrase.more or self.percent:
            return True
        after = clause.word(phrase.right)
        if after in {"who", "more"}:
            return True
        before = clause.words[max(0, phrase.left - 2) : phrase.left]
        if not before or after in {"-", "–", "/", "|"}:
            return False
        if before[-1] in {"says", "said", "say"} and after == ",":
            return True
        if before[-1] in {'"', "“", ":"} or phrase.left == 0:
            return clause.text[clause.starts[self.at]].isalpha()  # '"Two hundred and forty," he says'
        return before[-1] in _GIVES

    def is_unconcerned(self) -> bool:
        """Whether the words beside the number are of crowds, voters, workers, players or patients."""
        clause = self.clause
        near = clause.words[max(0, self.phrase.left - 5) : self.phrase.left]
        near += clause.words[self.phrase.right : self.phrase.right + 5]
        if any(word in _UNCONCERNED for word in near):
            return True
        text, quantity = clause.text, self.quantity
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
        if left.past or left.perfect or clause_past(self.clause.words, self.phrase.left):
            return "past"
        return "current"

    def armed_men(self) -> Find | None:
        """Read "has 416 men in Haiti", "puts combat strength at 70,000": a force."""
        clause, phrase = self.clause, self.phrase
        noun = clause.word(phrase.head) if phrase.head >= 0 else ""
        if phrase.kind == "person" and noun not in _MEN:
            return None
        if phrase.kind not in {"person", ""} or self.percent:
            return None
        start = max(self.sentence_start, self.quantity.start - 120)
        if not _STRENGTH.search(clause.text, start, self.quantity.start):
            return None
        side = self.known.topics.armed(self.quantity.sentence, self.quantity.start)
        if not side or (phrase.kind == "" and "strength" not in clause.words[max(0, self.at - 9) : self.at]):
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
        clause = self.clause
        main = self.preds.main or (self.preds.after[0] if self.preds.after else None)
        if main is None:
            return None
        span = clause.words[main.start : main.end + 1]
        if any(w in _GETS for w in span) and any(w in _GOODS for w in clause.words[main.end : main.end + 6]):
            return Find("assisted", "expected" if main.expected else "past", 2, main.start, main.end)
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

    def of_last(self, inherited: Done | None) -> Find | None:
        """Give a bare number the term of the figure before it."""
        if inherited is None:
            inherited = self.known.done[-1] if self.known.done else None
            if inherited is None or self.quantity.sentence - inherited.sentence > _NEAR:
                return None
        whole = inherited.meaning
        words = self.clause.words
        if any(
            w.endswith("s") and w not in NUMBERS and _is_thing(w) for w in words[max(0, self.phrase.left - 6) : self.phrase.left]
        ):
            return None
        time = self.time()
        if time != "expected":
            time = whole.temporality if whole.temporality != "expected" else time
            if self.preds.after and not self.preds.after[0].perfect and self.preds.after[0].tense == "present":
                time = "current" if whole.term not in {"killed", "injured", "other"} else time
        term = whole.term
        if whole.temporality == "expected" and time != "expected" and term == "expected_displaced":
            term = self.known.topics.flight(self.quantity.sentence) or "displaced"
        if time == "expected" and term in _FLIGHT | {"at_risk_population"}:
            term = "displaced"
        return Find(term, time, 2, self.at, self.at + 1)

    def of_topic(self, inherited: Done | None) -> Find | None:
        """Give people without a telling word the term of the last figure, the heading or the text."""
        words = self.clause.words
        time = self.time()
        near = words[max(0, self.at - 12) : self.at + 12]
        if self.phrase.kind == "resident" or any(w in _PLACE_NOUNS for w in near[:12] if w):
            if self.preds.main is None or self.preds.main.be:
                return Find("at_risk_population", self.time_now(), 3, self.at, self.at + 1)
        topics, sentence = self.known.topics, self.quantity.sentence
        last = inherited.meaning if inherited is not None else None
        flight = topics.flight(sentence)
        if last is not None and last.term in _STAYS and last.unit != "homes" and not (
            last.term in _FLIGHT and flight and flight != last.term
        ):
            return Find(last.term, time, 3, self.at, self.at + 1)
        if not flight and last is None:
            term = topics.leading(sentence, ("displaced", "refugee", "evacuated", "trapped", "returned"))
            return Find(term, time, 3, self.at, self.at + 1) if term else None
        return Find(flight or "displaced", time, 3, self.at, self.at + 1) if flight else None


def clause_past(words: list[str], left: int) -> bool:
    """Whether a past verb governs the phrase that begins at a token."""
    near = words[max(0, left - 4) : left]
    return any(w.endswith("ed") or w in {"met", "saw", "found", "had", "was", "were", "took", "gave"} for w in near)


def value_of(judge: Labelled) -> tuple[float | None, float | None]:
    """Give the ends of a quantity, by which it is known again."""
    return judge.quantity.low, judge.quantity.high


def _is_thing(word: str) -> bool:
    from havenward.reading.lexicon_groups import HEADS  # noqa: PLC0415

    return HEADS.get(word) == "thing"


def remember(values: dict[tuple[float | None, float | None], Meaning], low: float | None, high: float | None, meaning: Meaning) -> None:
    """Keep the meaning of the first figure of a value."""
    values.setdefault((low, high), meaning)
