"""The noun phrase a number counts in: how far it goes, its head, and what stands within it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from havenward.reading.grammar_words import (
    BE,
    BELIEF,
    CONJUNCTIONS,
    DETERMINERS,
    DO,
    FUTURE,
    HAVE,
    HEDGES,
    NEGATIONS,
    PREPOSITIONS,
    SUBJECT_RELATIVES,
)
from havenward.reading.lexicon_groups import HEADS, PAIRS

if TYPE_CHECKING:
    from havenward.reading.clauses import Clause


@dataclass
class Phrase:
    """The noun phrase of a quantity: its extent in tokens, its head, and cues that stand within it.

    `head` is the token of the head noun or -1 where it is left out ("3,000 more", "12 dead"); `kind` its
    class in `lexicon_groups`, `unknown` for a noun that is not listed, empty for none. `of` is true where the
    number is a share or a part ("half of the residents", "300 of them"), `pronoun` where it stands for people
    named before.
    """

    left: int
    right: int
    head: int = -1
    kind: str = ""
    inner: list[int] = field(default_factory=list)
    of: bool = False
    pronoun: bool = False
    more: bool = False
    name: bool = False


# verbs that are nouns as well and stand before another noun ("flood victims", "shelter kits")
_NOUNS_TOO = frozenset(
    """
    flood shelter return host home camp bus rescue aid support target murder massacre damage supply
    torture strike bomb shell arrest relocate fire storm quake transfer
    """.split()
)
# verbs that would otherwise be taken for the noun of a number without one ("22,000 continue to live there")
_BARE_VERBS = frozenset(
    """
    continue continued continues remain remained remains began begin chose choose decided managed
    stayed lost went came said say says saw got took told became spent made held felt sat stood lay
    slept fell kept live earlier later today yesterday ago tomorrow overnight monday tuesday
    wednesday thursday friday saturday sunday once last next past in at seek find take get go sleep
    try want hope attend join wait stay away back abroad inland there here then anyway alone
    together twice already now often just nowadays meanwhile still maybe perhaps instead too either
    soon ran swam rode slipped drove sailed climbed got brought put sent thought knew want wanted
    hope hoped expect expects say speak
    """.split()
)
_MORE = frozenset(
    """
    more others other another additional further new extra newly already still such
    """.split()
)
_NO_PLURAL = frozenset(
    """
    kyat yen baht rand birr naira won yuan rial dirham lira euro dollar dong percent pct kwacha
    ringgit peso taka cedi lek zloty hryvnia horsepower knots mph fish deer poultry produce staff
    personnel crew cavalry infantry artillery mm km kg ha sq square cubic
    """.split()
)
_MIXED_WITH = frozenset("firefighters volunteers rescuers rescue".split())
_PRONOUNS = frozenset("them whom which these those us whose".split())


def read_phrase(clause: Clause, at: int) -> Phrase:  # noqa: C901, PLR0912, PLR0915 - cases, read in order
    """Find the noun phrase around the quantity at token `at`."""
    words, cues = clause.words, clause.cues
    left = at
    while left > 0 and at - left < 7 and clause.qty[left - 1] < 0 and words[left - 1] in HEDGES:
        if words[left - 1] == "total" and words[left - 2] not in {"a", "the", "combined"}:
            break  # "refugees in the camps total 919,000": a verb
        left -= 1
    # "to", "from", "of" govern the phrase unless they belong to a hedge ("up to", "close to", "a total of")
    while (
        left < at
        and words[left]
        in {
            "to",
            "from",
            "of",
            "over",
            "as",
            "than",
            "about",
            "under",
            "between",
            "that",
            "yet",
            "also",
            "still",
            "at",
            "around",
        }
        and not (
            words[left] in {"over", "about", "around", "under", "between", "also", "still"}
            or words[left : left + 2] == ["at", "least"]
            or words[left : left + 2] == ["as", "many"]
        )
    ):
        left += 1
    begin = clause.hedged.get(at, -1)
    if begin >= 0 and not any(w.startswith("estimate") for w in words[max(0, at - 6) : at]):
        while left > 0 and clause.starts[left - 1] >= begin and clause.qty[left - 1] < 0:
            left -= 1
    if words[left] == "up" and left < at and words[left + 1] != "to":
        left += 2 if words[left + 1] in {"from", "by"} else 1
    phrase = Phrase(left, at + 1)
    j = at + 1
    count = len(words)
    stop = min(count, at + 12)
    unknown = -1
    # a list that puts the number first: "75,000 - estimated number of residents evacuated"
    if clause.word(j) in {"–", "—", "-", ":"} and "number" in words[j + 1 : j + 4]:
        j = words.index("number", j) + 1
        j += clause.word(j) == "of"
        stop = min(count, j + 12)
    elif clause.word(j) in {":", "–", "—", "-"} and clause.word(j + 1) in {"the", "those", "these"}:
        ahead = _head_ahead(clause, j + 2)
        j = j + 2 if 0 <= ahead <= j + 3 else j  # "2.2 million: the people uprooted in the region"
    elif clause.word(j) in {"–", "—", "-", ","} and words[j + 3 : j + 5] == ["how", "many"]:
        j += 5  # "one million - that is how many Venezuelans ..."
        stop = min(count, j + 12)
    while j < stop:
        word = words[j]
        if clause.qty[j] >= 0:
            break
        if word in _MORE and not (cues[j] is not None and clause.span[j] > 1):
            phrase.more = phrase.more or word in {
                "more",
                "others",
                "other",
                "additional",
                "further",
                "another",
            }
            j += 1
            phrase.right = j
            continue
        if word == "of" and phrase.head < 0 and unknown < 0:
            phrase.of = True
            j += 1
            if j < stop and words[j] in _PRONOUNS and (j + 1 >= count or _head_ahead(clause, j + 1) < 0):
                phrase.pronoun = True
                phrase.right = j + 1
                break
            while (
                j < stop
                and clause.qty[j] < 0
                and (words[j] in DETERMINERS or words[j] in HEDGES or words[j] in {"original", "initial"})
            ):
                j += 1
            if (
                j < stop
                and words[j] in _NOT_ALONE
                and words[j - 1] in {"the", "those", "these"}
                and _head_ahead(clause, j + 1) < 0
            ):  # "40 per cent of the displaced"
                phrase.head, phrase.kind, phrase.right = j, HEADS[words[j]], j + 1
                break
            for k in range(j, min(stop, j + 4)):  # "a third of the town's 3,000 homes"
                if clause.qty[k] >= 0 and any(words[m].endswith("'s") for m in range(j, k)):
                    j = k
                    break
            if (
                j < stop and clause.qty[j] >= 0
            ):  # "half of the 2,000 residents": the head of the inner number counts
                j += 1
            continue
        kind = _kind_at(clause, j)
        if kind and kind[0]:
            name, size = kind
            cue = cues[j]
            if phrase.head >= 0 and name == "thing" and size == 1 and cue is not None:
                break
            if phrase.head >= 0 and phrase.kind == "home" and name not in {"home", "thing"}:
                break
            phrase.head, phrase.kind = j + size - 1, name
            j += size
            phrase.right = j
            if j < stop and words[j] in {"'", "'s"}:
                phrase.head = -1
                phrase.kind = ""
                j += 1
                continue
            # "refugees and migrants", "men, women and children": one group
            nxt = j
            if nxt < stop and words[nxt] in {"and", "or", "/"} and nxt + 1 < count:
                more = _kind_at(clause, nxt + 1)
                if more and more[0] and more[0] not in {"thing", "staff"} and clause.qty[nxt + 1] < 0:
                    after = nxt + 1 + more[1]
                    phrase.right = j = after
                    continue
            # "men, women and children": one group
            if nxt + 3 < count and words[nxt] == "," and name == "person" and words[nxt + 2] == "and":
                second, third = _kind_at(clause, nxt + 1), _kind_at(clause, nxt + 3)
                if second and third and second[0] == third[0] == "person" and clause.qty[nxt + 1] < 0:
                    phrase.right = j = nxt + 4
            continue
        if phrase.head >= 0:
            break
        if word in {"one", "ones"} and unknown < 0:
            phrase.pronoun = True
            phrase.right = j + 1
            break
        cue = cues[j]
        if cue is not None:
            size = clause.span[j]
            ahead = _head_ahead(clause, j + size)
            before_noun = cue.role in "AN" or cue.form in {"en", "ed", "ing"} or word in _NOUNS_TOO
            if before_noun and size <= 2 and ahead >= 0 and _flat(clause, j + size, ahead):
                if word not in _NOUNS_TOO:
                    phrase.inner.append(j)
                j += size
                continue
            break
        if word in PREPOSITIONS or word in BE or word in HAVE or word in FUTURE or word in CONJUNCTIONS:
            break
        if (
            word in SUBJECT_RELATIVES
            or word in DO
            or word in NEGATIONS
            or word in {"can", "were", "whose", "whom"}
        ):
            break
        if word in {"and", "or"}:
            if (
                (unknown == j - 1 or words[j - 1] in _MORE)
                and _head_ahead(clause, j + 1) >= 0
                and _head_ahead(clause, j + 1) <= j + 2
            ):
                j += 1
                continue
            break
        if (
            word == ","
            and unknown == j - 1
            and j + 1 < count
            and _head_ahead(clause, j + 1) in {j + 2, j + 1}
            and (
                words[j + 1] not in _PRONOUNS
                and clause.capital[j + 1] is False
                and words[j + 1] not in DETERMINERS
            )
        ):
            j += 1
            continue
        if not word[0].isalpha() or word in DETERMINERS:
            if word in {"'s", "'"} or (
                word in DETERMINERS
                and unknown < 0
                and word in {"the", "its", "their", "these"}
                and not clause.text[clause.starts[at]].isdigit()
            ):
                j += 1
                continue
            break
        if (word.endswith("ed") and unknown < 0 and _head_ahead(clause, j + 1) < 0) or (
            word.endswith("ly") and _head_ahead(clause, j + 1) < 0
        ):
            break
        if word in _BARE_VERBS or (word in BELIEF and _head_ahead(clause, j + 1) < 0):
            break
        unknown = j
        j += 1
    if phrase.kind in {"forces", "person"} and any(
        w in _MIXED_WITH for w in words[phrase.right : phrase.right + 4]
    ):
        phrase.kind = "staff"  # "personnel, firefighters and police": a mixed team
    if phrase.head < 0 and unknown >= 0 and _is_verb_like(clause, at, unknown):
        return phrase  # "3,000 stand ready": no noun, for a counted noun is plural
    if phrase.head < 0 and unknown >= 0:
        phrase.head, phrase.kind = unknown, "unknown"
        phrase.right = max(phrase.right, unknown + 1)
        phrase.name = clause.capital[unknown]
    return phrase


def _is_verb_like(clause: Clause, at: int, unknown: int) -> bool:
    """Whether an unlisted word behind a number is hardly what it counts: no plural, name or measure."""
    word = clause.words[unknown]
    return (
        unknown == at + 1
        and not word.endswith(("s", "men", "people", "ese", "folk"))
        and "-" not in word
        and not clause.capital[unknown]
        and word not in _NO_PLURAL
    )


def _kind_at(clause: Clause, j: int) -> tuple[str, int] | None:
    """Class and length of the noun at a token, if it is one of the listed."""
    words = clause.words
    word = words[j]
    nxt = words[j + 1] if j + 1 < len(words) else ""
    if (word, nxt) in PAIRS:
        return HEADS[f"{word}-{nxt}"], 2
    kind = HEADS.get(word)
    if kind is None and word.endswith("'s"):
        return None
    if kind is None and "-" in word:
        kind = HEADS.get(word.rsplit("-", 1)[-1])
        if word.startswith(("households-", "families-", "people-")):
            kind = HEADS[word.split("-", 1)[0]]
        if kind == "thing" and not word.endswith("s"):
            return None
    if kind is None:
        return None
    if word in _ADJECTIVAL:
        # "displaced people", "12 dead", "Afghan refugees": a noun only where no head follows
        ahead = _head_ahead(clause, j + 1)
        if ahead >= 0 and _flat(clause, j + 1, ahead):
            return None
        if word in _NOT_ALONE:
            return None
    return kind, 1


# words that are nouns only when they stand alone
_ADJECTIVAL = frozenset(
    """
    displaced homeless dead injured wounded missing chinese sudanese japanese vietnamese lebanese
    burmese congolese military muslim army rebel police militia taliban elderly minority militant youth
    female child civilian refugee migrant family household government disappeared evicted
    internally-displaced kyrgyz roma ethnic student home house evacuee returnee head time school
    population point rocket missile village border casualty body death insurgent gun hospital camp state
    region tank level group case member jihadist terrorist town city island country bus car truck strike
    attack
    """.split()
)
# ... and those that are then a state told of people left out ("12 dead", "40 injured"), not a noun
_NOT_ALONE = frozenset("displaced homeless dead injured wounded missing disappeared evicted".split())


def _head_ahead(clause: Clause, j: int) -> int:
    """Find a listed noun within the next four tokens, before anything ends the phrase."""
    words = clause.words
    for k in range(j, min(len(words), j + 4)):
        word = words[k]
        if clause.qty[k] >= 0 or word in BE or word in HAVE or word in FUTURE or word in CONJUNCTIONS:
            return -1
        if (
            word in PREPOSITIONS
            or word in SUBJECT_RELATIVES
            or word in {"and", "or", ";", ":", ".", "(", ")", ","}
        ):
            return -1
        if word in DETERMINERS:
            return -1
        kind = HEADS.get(word)
        if kind is not None and word not in _NOT_ALONE:
            return k
        if not word[0].isalpha():
            return -1
    return -1


def _flat(clause: Clause, start: int, end: int) -> bool:
    """Whether nothing verbal stands between two tokens of a noun phrase."""
    return not any(
        (cue := clause.cues[k]) is not None and cue.role in "SOB" and cue.form in {"base", "s"}
        for k in range(start, end)
    )
