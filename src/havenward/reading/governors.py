"""What governs a number from before it: a verb, a noun of an event, a hope, a capacity, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from havenward.reading.governor_words import (
    AIDS,
    COUNTED,
    EXPECT_FOR,
    EXPECTS,
    GROWS,
    HOLDS,
    NUMBERS,
    PARTS,
    PLACES_OF,
    PLANS,
    PROSPECTS,
    REACHES,
    REPORTS,
    SITES,
    SIZED,
    SUBSETS,
    TAKES_LIVES,
    WRITTEN,
)
from havenward.reading.grammar_words import (
    BE,
    CARRIES,
    CONJUNCTIONS,
    FORCED,
    FORECAST,
    FUTURE,
    HAVE,
    HEDGES,
    NEGATIONS,
    ORDERED,
    PREPOSITIONS,
)
from havenward.reading.lexicon_groups import HEADS
from havenward.reading.lexicon_terms import Cue
from havenward.reading.noun_phrases import Phrase

if TYPE_CHECKING:
    from havenward.reading.clauses import Clause

_STOPS = CONJUNCTIONS | {";", ".", ":", '"', "”", "“", "!", "?"}


@dataclass
class Left:
    """What stands before the noun phrase.

    `kind`: `verb` (the phrase is its object), `noun` (of an event), `start` (nothing: a subject), `reach`,
    `expect`, `hold` (capacity), `aid`, `city` (a place of so many), `home`, `subset`, `and`, `paren`, `with`,
    `there`, `of`, `prep` (any other preposition) or `other` (an unlisted verb).
    """

    kind: str
    at: int = -1
    cue: Cue | None = None
    expected: bool = False
    perfect: bool = False
    negated: bool = False
    past: bool = False
    purpose: bool = False
    able: bool = False
    conditional: bool = False
    progressive: bool = False
    word: str = ""


def cue_ending(clause: Clause, at: int) -> int:
    """Find the token where a cue begins that ends at a token, -1 for none."""
    for k in range(at, max(-1, at - 5), -1):
        if clause.cues[k] is not None:
            return k if k + clause.span[k] - 1 == at else -1
    return -1


def _look_back(clause: Clause, at: int, left: Left) -> Left:
    """Read the auxiliaries before a verb."""
    words = clause.words
    k = at - 1
    floor = max(-1, at - 9)
    to = False
    while k > floor:
        word = words[k]
        if word in FUTURE:
            left.expected = not left.perfect
            left.conditional = word in {"could", "may", "might", "would", "should"}
            left.past = left.past or left.perfect
        elif word == "can":
            left.able = True
        elif word in HAVE:
            left.perfect = True
        elif word in BE:
            left.past = left.past or BE[word] == "past"
            left.progressive = True
        elif word in NEGATIONS:
            left.negated = True
        elif word == "to":
            to = True
            left.purpose = True
        elif to and (
            word in FORECAST
            or word in EXPECTS
            or word
            in {
                "aim",
                "aims",
                "aiming",
                "intends",
                "wants",
                "hopes",
                "hoping",
                "seeks",
                "need",
                "needs",
                "want",
                "vowed",
                "pledged",
                "promised",
                "plans",
                "agreed",
                "hope",
                "decided",
                "threat",
                "appealed",
                "ability",
                "effort",
                "efforts",
                "target",
                "appeal",
                "offered",
                "appealing",
                "tries",
                "trying",
                "seeking",
                "begin",
                "pledge",
            }
        ):
            left.expected = not left.perfect
            left.purpose = False
            return left
        elif to and word in {
            "able",
            "managed",
            "helped",
            "began",
            "begun",
            "started",
            "continue",
            "continues",
            "continued",
            "led",
            "enough",
            "used",
            "sufficient",
        }:
            left.purpose = word == "enough"
            left.able = left.able or word in {"able", "enough", "sufficient"}
        elif (
            word.endswith("ly")
            or word in CARRIES
            or (word in {"and", "or"} and k == at - 2)
            or word in {"or", "and"}
            or (k == at - 2 and words[at - 1] in {"and", "or"})
        ):
            pass
        else:
            break
        k -= 1
    return left


def read_left_of_verb(clause: Clause, at: int, cue: Cue) -> Left:
    """Read the auxiliaries before the verb at a token."""
    return _look_back(clause, at, Left("verb", at, cue))


def read_left(clause: Clause, phrase: Phrase) -> Left:  # noqa: C901, PLR0912, PLR0915 - cases, read in order
    """Decide what governs a noun phrase from before it."""
    words = clause.words
    p = phrase.left - 1
    # an aside between the governing word and the phrase: "the evacuation of, by the latest data, 17,631"
    if p > 2 and words[p] == ",":
        for k in range(p - 1, max(0, p - 9), -1):
            if words[k] == ",":
                if words[k - 1] in {"of", "killed", "displaced", "injured"}:
                    p = k - 1
                break
    while (
        p >= 0
        and (
            (words[p].endswith("ly") and words[p] != "family")
            or words[p]
            in {
                "already",
                "now",
                "thus",
                "then",
                "so",
                "far",
                "also",
                "that's",
                "today",
                "himself",
                "all",
                "even",
            }
        )
        and words[p] != ","
    ):
        p -= 1
    if p < 0:
        return Left("start")
    word = words[p]
    if clause.qty[p] >= 0:
        return Left("start", p)
    if word in {"(", "["}:
        return Left("paren", p)
    if word in {"and", "or", "&", "/"}:
        return Left("and", p, word=word)
    if word in SUBSETS or (
        word in {"them", "which", "whom", "these", "those"} and words[p - 1] in {"among", "of"}
    ):
        return Left("subset", p)
    if word == ",":
        if (
            p >= 2
            and words[p - 1] in {"them", "which", "whom", "these", "those"}
            and words[p - 2] in {"of", "among"}
        ):
            return Left("subset", p)
        return Left("comma", p)
    if word == "of":
        return _left_of(clause, phrase, p)
    if (
        word in {"to", "at", "by", "from"}
        and p > 1
        and (words[p - 1] in GROWS or (words[p - 2] in GROWS and words[p - 1] not in HEADS))
    ):
        left = _reach(clause, p - 1)
        left.past = left.past or word == "from"
        return left
    if word in {"in", "into", "at", ":"} and (
        words[p - 1] in {"number", "numbered", "running", "run", "total"}
        or (words[p - 1] == "," and words[p - 2] in NUMBERS)
    ):
        return _reach(clause, p - 1)
    if word in {"population", "pop", "inhabitants"} or (
        word in {":", "."} and words[p - 1] in {"population", "pop"}
    ):
        return Left("city", p)
    if word == "to" and p > 1 and clause.qty[p - 1] >= 0:  # "has fallen from 80,000 to 15,000"
        verb = next((k for k in range(p - 2, max(-1, p - 6), -1) if words[k] in GROWS), -1)
        if verb >= 0:
            return _reach(clause, verb)
    if word in {"see", "sees", "saw", "seen", "seeing", "involve", "involves"}:
        left = _look_back(clause, p, Left("start", p, word=word))
        if left.expected:
            left.kind = "expect"
        return left
    if word in {"total", "tally", "count"} and phrase.kind == "":
        return _reach(clause, p)
    if word in HAVE:
        return Left("have", p, past=word == "had", word=word)
    if word in {"to", "at"} and _brings(clause, p):
        return _reach(clause, p)
    if word in {"lost", "lose", "loses", "losing"}:
        return Left("verb", p, Cue("killed", "O", "ed", stock=False), past=True)
    k = cue_ending(clause, p) if word == "to" else -1
    if k >= 0 and clause.cues[k].role in "NO":  # type: ignore[union-attr]
        return _look_back(clause, k, Left("noun", k, clause.cues[k]))
    if word == "to":
        if words[p - 1] == "home":
            return Left("home", p)
        begin = max(0, p - 5)
        if any(words[k] in AIDS for k in range(begin, p)):
            k = next(k for k in range(p - 1, begin - 1, -1) if words[k] in AIDS)
            left = _look_back(clause, k, Left("aid", p))
            for m in range(k, max(-1, k - 6), -1):
                cue = clause.cues[m]
                if cue is not None and cue.term == "assisted":
                    left = _look_back(clause, m, Left("aid", m))
                    break
            for m in range(k, max(-1, k - 14), -1):  # "to support the society in delivering assistance to"
                if words[m] in {",", ";", "."}:
                    break
                if words[m] == "to" and words[m + 1] in {
                    "support",
                    "help",
                    "assist",
                    "deliver",
                    "provide",
                    "enable",
                }:
                    left.purpose = True
            return left
        return Left("prep", p, word=word)
    if word == "for":
        near = [words[k] for k in range(max(0, p - 4), p)]
        wide = words[max(0, p - 16) : p]
        if near and near[-1] in SIZED and phrase.kind in {"", "person", "household", "displaced", "refugee"}:
            return Left("city" if any(w in {"city", "town"} for w in words[max(0, p - 5) : p]) else "hold", p)
        if near and near[-1] in {"last", "suffice", "enough", "do"} and any(w in HOLDS for w in wide):
            return Left("hold", p)
        if any(w in {"beds", "bed", "room", "space", "spaces", "places"} for w in wide) and any(
            w in HAVE or w == "with" for w in wide
        ):
            return Left("hold", p)
        if near and near[-1] in EXPECT_FOR and any(w in SITES for w in near[:-1]):
            return Left("hold", p)
        if near and near[-1].startswith("provid") and any(w in PLANS for w in wide):
            return Left("expect", p, expected=True)
        if any(w in WRITTEN for w in near[-2:]) and any(w in EXPECT_FOR for w in wide):
            return Left("expect", p, expected=True)
        if any(w in EXPECT_FOR for w in near[-2:]) and not any(w in {"kits", "food"} for w in near):
            return Left("expect", p, expected=True)
        if "appeal" in near or "assistance" in near or ("aid" in near and "need" not in near):
            return Left("aid", p)
        if any(w in HOLDS for w in near):
            return Left("hold", p)
        if any(w in EXPECT_FOR for w in near):
            return Left("expect", p, expected=True)
        return Left("prep", p, word=word)
    if word == "with":
        return Left("with", p)
    if word in BE:
        if "there" in words[max(0, p - 3) : p]:
            return _look_back(clause, p, Left("there", p, past=BE[word] == "past"))
        return _reach(clause, p)
    if words[p - 1] == "there" and word in {"still", "remain", "remained"}:
        return Left("there", p)
    if word == "been" and words[p - 2] == "there":
        return Left("there", p)
    if word in {"sent", "send", "sends", "sending", "prompted", "prompting", "causing", "caused"}:
        return _look_back(clause, p, Left("causes", p, word="force"))
    if word in {"help", "helps", "helped", "helping"} and any(
        w in {"return", "go", "leave", "flee", "evacuate", "escape"}
        for w in words[phrase.right : phrase.right + 3]
    ):
        return _look_back(clause, p, Left("causes", p, word=word))
    if word in {"reach", "reached", "reaches", "reaching"} and not clause.qty[p - 1] >= 0:
        if _number_subject(clause, p):
            return _reach(clause, p)
        return _look_back(clause, p, Left("aid", p, past=word == "reached"))
    k = cue_ending(clause, p)
    if k >= 0:
        cue = clause.cues[k]
        assert cue is not None  # noqa: S101  cue_ending only returns tokens with a cue
        if cue.role in "SOB":
            left = Left("verb", k, cue)
            left.past = cue.form == "ed"
            return _look_back(clause, k, left)
        if cue.role == "N" and word in PREPOSITIONS:
            return Left("noun", k, cue)
        if cue.role == "N" and word in {"return", "returns", "displacement", "evacuation", "death"}:
            return Left("noun", k, cue)
        if cue.role == "A":
            return Left("state", k, cue)
    if word in EXPECTS:
        left = _look_back(clause, p, Left("expect", p, expected=True))
        left.expected = True
        return left
    if word in REACHES and word not in PREPOSITIONS:
        return _reach(clause, p)
    if (
        word in FORCED
        or word in ORDERED
        or word
        in {
            "allowing",
            "allow",
            "allowed",
            "allows",
            "letting",
            "let",
            "helped",
            "enable",
            "enabled",
            "enabling",
            "help",
            "helping",
            "leaving",
            "leaves",
        }
    ):
        left = Left("causes", p, word=word)
        left.past = word.endswith("ed")
        return _look_back(clause, p, left)
    if (
        word in REPORTS
        or word in {":", ";", '"', "“", "'", "”", "–", "—", "-", "•", "*"}
        or word in CONJUNCTIONS
    ):
        return Left("start", p, word=word)
    if word in PREPOSITIONS:
        return Left("prep", p, word=word)
    return _look_back(clause, p, Left("other", p, word=word))


def _number_subject(clause: Clause, at: int) -> bool:
    return any(
        word in NUMBERS
        or word
        in {
            "deaths",
            "arrivals",
            "displacement",
            "displacements",
            "idps",
            "refugees",
            "inflows",
            "returns",
            "influx",
        }
        for word in clause.words[max(0, at - 14) : at]
    )


def _brings(clause: Clause, at: int) -> bool:
    """Whether "bringing the number of refugees to", "put the toll at" stands before a number."""
    words = clause.words
    for k in range(at - 1, max(0, at - 15), -1):
        if words[k] in NUMBERS or words[k] in COUNTED:
            return any(
                w.startswith(
                    (
                        "cut",
                        "reduc",
                        "slash",
                        "bring",
                        "brought",
                        "rais",
                        "push",
                        "put",
                        "tak",
                        "took",
                        "lift",
                        "increas",
                    )
                )
                for w in words[max(0, k - 5) : k]
            )
        if words[k] in {",", ";", "."}:
            return False
    return False


def _reach(clause: Clause, at: int) -> Left:
    left = _look_back(clause, at, Left("reach", at))
    word = clause.words[at]
    left.past = left.past or word in {"was", "were"}
    if any(clause.words[k] in EXPECTS or clause.words[k] in FUTURE for k in range(max(0, at - 4), at + 1)):
        left.expected = not left.perfect
    if any(w in {"real", "true", "actual"} for w in clause.words[max(0, at - 6) : at]):
        left.expected = False  # "the real figure may be higher" forecasts nothing
    return left


def _left_of(clause: Clause, phrase: Phrase, p: int) -> Left:  # noqa: C901, PLR0912 - cases, read in order
    words = clause.words
    before = words[p - 1] if p else ""
    for k in range(p - 1, max(-1, p - 3), -1):
        begin = cue_ending(clause, k)
        cue = clause.cues[begin] if begin >= 0 else None
        if (
            cue is not None
            and words[k] not in {"toll", "lives"}
            and (
                cue.role == "N"
                or (
                    cue.form == "base"
                    and words[k] in {"return", "rescue", "escape", "murder", "arrest", "massacre"}
                )
            )
        ):
            noun = Cue(cue.term, "N", "", stock=False)
            return _look_back(clause, begin, Left("noun", begin, noun))
        if words[k] == "capacity":
            return Left("hold", k)
        if words[k] == "lives":
            for verb in range(k - 1, max(-1, k - 4), -1):
                cue = clause.cues[verb]
                if words[verb] in TAKES_LIVES:
                    return _look_back(clause, verb, Left("noun", k, Cue("killed", "N", "", stock=False)))
                if cue is not None and cue.role in "OB":
                    return _look_back(clause, verb, Left("verb", verb, cue))
            return Left("start", p)
    if before == "family":
        return Left("start", p)
    if (
        before in {"rate", "pace", "average"}
        and clause.qty[p - 1] < 0
        and words[p - 2] in {"a", "the", "at"}
        and before != "average"
    ):
        return _reach(clause, p - 1)
    if before in PROSPECTS:
        return Left("start", p, expected=before not in {"case", "possibility"})
    if before in {"consist", "consists", "comprised", "consisting", "composed", "comprise"}:
        return Left("reach", p)
    if before == "population":
        return Left("city", p, past="had" in words[max(0, p - 4) : p])
    if before in PARTS or clause.qty[p - 1] >= 0:
        inner = Phrase(p - 1, phrase.right)
        while (
            inner.left > 0 and words[inner.left - 1] in HEDGES and words[inner.left - 1] not in PREPOSITIONS
        ):
            inner.left -= 1
        left = read_left(clause, inner) if inner.left > 0 else Left("start")
        if left.kind in {"start", "prep", "of"} and before in NUMBERS | {"estimate"}:
            left.word = "figure"
        return left
    if before in PLACES_OF or (words[p - 2 : p - 1] and words[p - 2] in PLACES_OF and before not in HEADS):
        return Left("city", p)
    return Left("of", p)
