"""How a sentence is built around a number: its words, the noun phrase it counts in, and groups of verbs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from havenward.reading.lexicon_groups import HEADS, PAIRS
from havenward.reading.lexicon_terms import CUES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havenward.reading.lexicon_terms import Cue
    from havenward.reading.parts import Quantity

_HEDGE_AFTER = re.compile(r" ?\+|[ -]plus\b|-odd\b| (?:or (?:so|more|thereabouts|above|over|fewer|less))\b")
_HEDGE_OF = re.compile(r"^(?:[a-z]+ ){1,5}of $", re.IGNORECASE)
_TOKEN = re.compile(r"(?:[A-Z]\.){2,}|[^\W\d_]+(?:['’\-\u00ad][^\W\d_]+)*|\d[\d,.:]*|[^\w\s]|\w")

BE = {
    "is": "present",
    "are": "present",
    "am": "present",
    "was": "past",
    "were": "past",
    "be": "",
    "been": "",
    "being": "progressive",
    "'re": "present",
    "'s": "present",
    "re": "present",
}
HAVE = {"has": "present", "have": "present", "had": "past", "having": "present", "'ve": "present"}
DO = frozenset("do does did".split())
FUTURE = frozenset(
    """
    will would shall could may might should won't wouldn't 'll couldn't must ought
    """.split()
)
NEGATIONS = frozenset(
    """
    not never n't cannot no neither nor without didn't don't doesn't wasn't weren't isn't aren't haven't
    hasn't hadn't won't wouldn't can't couldn't
    """.split()
)
FORECAST = frozenset(
    """
    expected likely feared projected predicted forecast forecasted anticipated set due bound poised
    planned scheduled slated going preparing planning foreseen liable estimated-to threatening ready
    readying hoped prepared threaten threatens threatened intends intend plan plans expects expect aims
    aim
    """.split()
)
BELIEF = frozenset(
    """
    believed thought reported estimated said known understood considered presumed assumed confirmed
    reportedly seen suspected alleged calculated feared
    """.split()
)
FORCED = frozenset(
    """
    push pushes pushing drive forced compelled made obliged driven pushed coerced forces force forcing
    drove drives chased compel compels coerce coercing
    """.split()
)
ORDERED = frozenset(
    """
    ordered told urged advised asked instructed warned orders order ordering
    """.split()
)
UNREAL = frozenset(
    """
    unable unwilling waiting hoping wanting want wish wishing refused refusing refuse trying try tried
    struggling afraid reluctant prevented unlikely yet seeking failed attempting awaiting cannot
    unsuccessful wait hope continue-to
    """.split()
)
CARRIES = frozenset(
    """
    able allowed managed began started begun start begin starting chose chosen decided permitted
    continue continues continued continuing kept keep keeps become became becoming remain remains
    remained remaining helped getting got get gets to both all now still also already newly again since
    just only even then first either currently temporarily left rendered successfully found listed
    counted registered too almost nearly however instead together have themselves in-turn agreed agree
    opted voluntarily made used needed need being at least about thus therefore soon later hence
    probably perhaps actually today meanwhile initially once given dared dare
    """.split()
)
SUBJECT_RELATIVES = frozenset("who that which".split())
CONJUNCTIONS = frozenset(
    """
    but while as when after before because since although though if unless until whereas amid following
    despite so whether during where
    """.split()
)
PREPOSITIONS = frozenset(
    """
    of in at from to into by with for on across over under near inside outside around between among
    through throughout within along against per via towards toward out off onto beyond behind without
    upon amid amongst including than about above below despite following during
    """.split()
)
DETERMINERS = frozenset(
    """
    the a an this these those all its their his her our my your some any both such every each no that
    """.split()
)
HEDGES = frozenset(
    """
    about around some roughly nearly almost approximately estimated more than over at least up to as
    many an a the these those all only just another additional further other total of exactly well close
    under fewer less its their our between from minimum maximum possibly perhaps maybe circa probably
    reported average any combined last first remaining next new estimate estimates initial most every
    his her my your initially believed first-ever also still now mere record staggering whopping
    previous this yet nearly-all either mostly sometimes thought
    """.split()
)


@dataclass
class Clause:
    """The tokens of a sentence; a quantity is one token however many words it has.

    `hedged` is where the hedge of a quantity begins that ends in "of" ("upwards of"). `qty` is the index of the quantity among those handed in, -1 for other tokens; `cues` holds the cue that
    begins at a token and `span` how many tokens it has; `inside` marks tokens within a longer cue.
    """

    text: str
    words: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    qty: list[int] = field(default_factory=list)
    cues: list[Cue | None] = field(default_factory=list)
    span: list[int] = field(default_factory=list)
    capital: list[bool] = field(default_factory=list)
    hedged: dict[int, int] = field(default_factory=dict)

    def word(self, index: int) -> str:
        """Give the word at an index, empty beyond the ends."""
        return self.words[index] if 0 <= index < len(self.words) else ""


def split_words(text: str, start: int, end: int, found: Sequence[tuple[int, Quantity]]) -> Clause:
    """Cut a sentence into words, with each quantity as one token, and look every word up among the cues."""
    clause = Clause(text)
    words, starts, ends, qty = clause.words, clause.starts, clause.ends, clause.qty
    capital = clause.capital
    at = start
    for index, quantity in [*found, (-1, None)]:
        stop = end if quantity is None else quantity.start
        for match in _TOKEN.finditer(text, at, stop):
            word = match.group()
            lower = word.lower().replace("\u00ad", "").replace("’", "'")
            words.append("isis" if word == "IS" else lower)
            starts.append(match.start())
            ends.append(match.end())
            qty.append(-1)
            capital.append(word[0].isupper())
        if quantity is not None:
            words.append("#")
            starts.append(quantity.start)
            ends.append(quantity.end)
            qty.append(index)
            capital.append(False)
            at = max(at, quantity.end)
            left, right = quantity.hedge
            if right > quantity.end and _HEDGE_AFTER.match(text, quantity.end, right):
                at = max(at, right)  # "350,000 or so Armenians", "150+ dead"
            elif left < quantity.start and _HEDGE_OF.search(text, left, quantity.start):
                clause.hedged[len(words) - 1] = left
    _find_cues(clause)
    return clause


# verbs whose base form is also the noun of the event ("the return of 70,000 people")
_EVENT_NOUNS = frozenset("return rescue escape murder arrest massacre need".split())


def _find_cues(clause: Clause) -> None:
    words = clause.words
    count = len(words)
    cues: list[Cue | None] = [None] * count
    span = [1] * count
    at = 0
    while at < count:
        word = words[at]
        tails = CUES.get(word)
        if tails is None and "-" in word:
            tails = CUES.get(word.replace("-", ""))
        if tails is None:
            at += 1
            continue
        # an adverb may stand within a phrase: "depend entirely on aid"
        skip = 1 if at + 1 < count and words[at + 1].endswith("ly") else 0
        for tail, cue in tails:
            size = len(tail)
            if size == 0 or (size < count - at and words[at + 1 : at + 1 + size] == list(tail)):
                cues[at] = cue
                span[at] = size + 1
                break
            if skip and words[at + 2 : at + 2 + size] == list(tail):
                cues[at] = cue
                span[at] = size + 2
                break
        found = cues[at]
        if (
            found is not None
            and span[at] == 1
            and found.form in {"s", "base"}
            and at > 0
            and word not in _EVENT_NOUNS
            and ((words[at - 1] in PREPOSITIONS and words[at - 1] != "to") or words[at - 1] in DETERMINERS)
        ):
            cues[at] = None  # "out of camps", "the shelter": a noun here
        at += span[at]
    clause.cues, clause.span = cues, span


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
    continue continued continues remain remained remains began begin chose choose decided managed stayed
    lost went came said say says saw got took told became spent made held felt sat stood lay slept fell
    kept live earlier later today yesterday ago tomorrow overnight monday tuesday wednesday thursday
    friday saturday sunday once last next past in at seek find take get go sleep try want hope attend
    join wait stay away back abroad inland there here then anyway alone together twice already
    maybe perhaps instead too either soon ran swam rode slipped drove sailed climbed got brought put sent
    thought knew want wanted hope hoped expect expects say speak
    """.split()
)
_MORE = frozenset(
    """
    more others other another additional further new extra newly already still such
    """.split()
)
_MIXED_WITH = frozenset("firefighters volunteers rescuers rescue".split())
_PRONOUNS = frozenset("them whom which these those us whose".split())
_POSSESSED = re.compile(r"'s$|s'$")


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
    if words[left] == "up" and left + 1 < at and words[left + 1] != "to":
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
            continue
        if phrase.head >= 0:
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
    if phrase.head < 0 and unknown >= 0:
        phrase.head, phrase.kind = unknown, "unknown"
        phrase.right = max(phrase.right, unknown + 1)
        phrase.name = clause.capital[unknown]
    return phrase


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
