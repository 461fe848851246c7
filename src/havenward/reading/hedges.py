"""How a number is hedged: the cue words beside it, and whether they make it a bound or an approximation."""

from __future__ import annotations

import re
from typing import NamedTuple

# Cue words directly before a number. A bound outweighs an approximation ("more than an estimated 700"); of
# several bounds the nearest counts.
_BEFORE = {
    "at_least": (
        "at least|at the least|at the very least|at very least|at a minimum|at minimum|at a bare minimum"
        "|no fewer than|no less than|not fewer than|not less than|a minimum of|minimum of|minimum|min|min."
        "|upwards of|upward of|as few as|as little as|as low as|a low of|more than or equal to|not under"
        "|not below|a floor of|\u2265|>="
    ),
    "more_than": (
        "more than|over|in excess of|above|beyond|exceeding|exceeds|exceed|exceeded|topping|tops|topped|top"
        "|surpassing|surpassed|surpasses|surpass|passed|pass|past|greater than|higher than|larger than"
        "|bigger than|north of|exceeded the|exceeds the|passed the|passing|passing the|topped the"
        "|surpassed the|crossed the|past the|well past|much more than|many more than|far more than"
        "|upwards of more than|>"
    ),
    "up_to": (
        "up to|upto|up-to|as many as|as much as|as high as|as large as|a maximum of|maximum of|maximum|max"
        "|max.|at most|at the most|at the very most|at a maximum|at maximum|no more than|not more than"
        "|never more than|no greater than|not over|not above|not exceeding|without exceeding|not exceed"
        "|never exceed|unlikely to exceed|not expected to exceed|not likely to exceed|no higher than"
        "|a ceiling of|a high of|not surpass|not be more than|not go beyond|\u2264|<="
    ),
    "less_than": "under|below|fewer than|less than|lower than|smaller than|<",
    "approximately": (
        "about|around|some|roughly|approximately|approx|approx.|appx|approximate|appr.|nearly|almost"
        "|close to|closer to|near|nearing|approaching|near to|circa|c.|ca.|ca|~|\u2248|an estimated"
        "|estimated|est|est.|estimates of|estimate of|estimates that|estimate that|estimated that"
        "|estimated at|estimated to be|estimated to number|estimated to total|estimates|estimate|estimating"
        "|in the region of|the region of|in the order of|of the order of|on the order of|in the vicinity of"
        "|in the neighbourhood of|in the neighborhood of|something like|something around|something near"
        "|not quite|short of|shy of|more or less|give or take|virtually|practically"
        "|the best part of|the better part of|just under|just below|slightly under|slightly below"
        "|slightly less than|slightly fewer than|a little under|a little below|a little less than"
        "|a little fewer than|little less than|a bit under|a bit less than|just less than|just fewer than"
        "|just about|approximating|or so|somewhere around"
    ),
}
_CUES = {cue: quantifier for quantifier, cues in _BEFORE.items() for cue in cues.split("|")}
_LONGEST_CUE = max(len(cue.split()) for cue in _CUES)
_CUE_ENDS = frozenset(cue.rpartition(" ")[2] for cue in _CUES)
# Words that may stand between a cue and its number, or between two cues, and change nothing.
_FILLERS = frozenset(
    """
    a an another additional further extra possibly probably perhaps maybe likely even well far
    just total of
    """.split()
)
_FILLERS_INSIDE = frozenset(
    """
    a an another additional further extra total of possibly perhaps maybe even
    """.split()
)
# "handed over 300 prisoners", "the past 10 days", "worried about 300 people", "the top 10": no hedge.
_NO_HEDGE_AFTER = {
    "over": frozenset(
        "hand handed handing hands take took taken taking turn turned turning takes all spread".split()
    ),
    "past": frozenset("the this these over".split()),
    "top": frozenset("the".split()),
    "about": frozenset(
        "worried concerned concern concerns worry worries information questions complained asked talk knows"
        " learned news rumours rumors".split()
    ),
    "under": frozenset("those children aged kept".split()),
    "passed": frozenset("bill law resolution act".split()),
    "near": frozenset("village area camp town".split()),
}

# The sentence announces the number before it gives it: "the smallest number we are expecting is ...".
_THEN = r"[^.;:0-9]{0,80}?(?:\b(?:is|was|of|at|being|be|stands|are)|:)\s*$"
_FORESEEN = r"(?=[^.;:0-9]{0,80}(?:expect|predict|project|forecast|anticipat|possib|likely|foresee|plan))"


def _announcing(adjectives: str, extreme: str, pronoun: str) -> re.Pattern[str]:
    """Build the pattern of an announced bound; a plain `largest number` is a fact, not a bound."""
    return re.compile(
        rf"\b(?:(?:{adjectives}|{extreme}) (?:[a-z]+ )?(?:estimate|projection|forecast|expectation|limit"
        rf"|bound)s?\b"
        rf"|{extreme} (?:[a-z]+ )?(?:number|figure|count|total|toll|caseload|capacity)\b"
        rf"|(?:{adjectives}) (?:[a-z]+ )?(?:number|figure|count|total|toll|caseload)\b{_FORESEEN}"
        rf"|the (?:very )?{pronoun} (?:that )?(?:we|they|he|she|it|officials|you|one)\b){_THEN}"
    )


_ANNOUNCED = {
    "at_least": _announcing("smallest|lowest|fewest|lower", "minimum", "least"),
    "up_to": _announcing("largest|highest|biggest|upper|top", "maximum", "most"),
}
# An estimate whose number follows later in its clause.
_ESTIMATED = re.compile(
    r"(?:(?<!by )(?<!to )(?<!the )(?<!an )\bestimat(?:es|ed|e|ing)\b"
    r"|\bestimated (?:total |overall )?(?:number|total|population|figure|toll|caseload)\b)"
    r"[^.;:,()0-9\"]{0,70}$"
)
# Cues behind the number or its noun; not where they belong to the next ("300 people, at least 20 of them").
_NO_NUMBER = r"(?! (?:[0-9]|an?\b|half|one|two|three|four|five|six|seven|eight|nine|ten|some|as|about))"
_AFTER = re.compile(
    r"(?: (?:[a-z-]+ )?(?:people|persons|civilians|refugees|idps|families|households|homes|houses|individuals"
    r"|residents|migrants|dead|killed|deaths))?(?:"
    r"(?P<at_least>(?: ?\+(?! ?[0-9])|-plus\b| plus\b"
    r"|(?:,? or| \(?or) (?:more|over|above|higher|greater|larger)\b(?! than| less)"
    r"|,? (?:and (?:over|above|upwards?)|at (?:the )?least|at (?:a|the) minimum|minimum|upwards)\b)"
    rf"{_NO_NUMBER})"
    r"|(?P<up_to>,? \(?or (?:fewer|less|under|below|lower)\b(?! than)"
    rf"|,? (?:at (?:the )?(?:very )?most|maximum|max|tops)\b{_NO_NUMBER})"
    r"|(?P<approximately>[- ]odd\b|,? (?:or so|or thereabouts|more or less|give or take|or around that)\b"
    rf"|,? (?:\(?(?:approximately|approx\b|est\.)|\(estimated?\b){_NO_NUMBER}"
    r"| \(?estimated\b(?! (?:[0-9]|an?\b|to be [0-9]))"
    r"| ?[-:] ?(?:an? |the )?(?:approximate|estimated|rough)\b)"
    r"|(?P<least> ?[-:] ?(?:the )?minimum\b)"
    r"|(?P<most> ?[-:] ?(?:the )?maximum\b))"
)
_IS_ESTIMATED = re.compile(
    r"(?:(?! and | but | who | while )[^0-9.;:,()\"]){0,60}?\b(?:is|are|was|were|has been|have been)(?: now"
    r"| also| currently)? estimated\b"
)
_PERHAPS_MORE = re.compile(
    r"(?: [a-z-]+){0,8}?,?(?: -)? (?:if not|perhaps|possibly|probably|maybe|likely|or even"
    r"|(?:and|or) (?:perhaps|possibly|probably|maybe|likely|even))(?: even| many| far| much| some)? more\b"
    r"(?= *(?:[,.;:)\"!-]|$)| (?:people|have|are|were|could|may|might))"
)


class Hedge(NamedTuple):
    """What the cues say: the quantifier (`exact` for none), their span, and whether it may well be more."""

    quantifier: str
    start: int
    end: int
    higher: bool = False


def find_hedge(low: str, start: int, end: int, left: int, right: int, following: int) -> Hedge:
    """Find the hedge of the number in `low[start:end]`.

    Parameters
    ----------
    low
        The text in lower case.
    start, end
        Span of the number.
    left, right
        Where its surroundings begin and end: after the number before it, and the end of the sentence.
    following
        Where the next number begins, `right` where there is none.

    Returns
    -------
    hedge
        Its quantifier and span; the span of the number itself where there is no hedge.
    """
    quantifier, first = _find_before(low, start, left)
    hedge = Hedge(quantifier, first, start) if first < start else Hedge("exact", start, end)
    stop = min(right, end + 90)
    window = max(left, first - 140)
    if quantifier in ("exact", "approximately"):
        hedge = _find_announced(low, window, first, start) or _find_after(low, end, stop, following) or hedge
    if hedge.quantifier == "exact":
        hedge = _find_estimated(low, window, start, end, stop, following) or hedge
    if low.find(" more", end, stop) >= 0:
        more = _PERHAPS_MORE.match(low, end, stop)
        if more and more.end() <= following:
            quantifier = "at_least" if hedge.quantifier == "exact" else hedge.quantifier
            return Hedge(quantifier, hedge.start, hedge.end, higher=True)
    return hedge


def _find_after(low: str, end: int, stop: int, following: int) -> Hedge | None:
    """Find a cue behind a number: `300 or more`, `300 people at most`, `300+`."""
    match = _AFTER.match(low, end, stop)
    if not match or match.end() > following:
        return None
    kind = match.lastgroup or "approximately"
    quantifier = {"least": "at_least", "most": "up_to"}.get(kind, kind)
    return Hedge(quantifier, match.start(kind), match.end())


def _find_estimated(low: str, window: int, start: int, end: int, stop: int, following: int) -> Hedge | None:
    """Find an estimate that stands further away in the clause of the number."""
    if low.find("estimat", end, stop) >= 0:
        late = _IS_ESTIMATED.match(low, end, stop)
        if late and late.end() <= following:
            return Hedge("approximately", late.end() - len("estimated"), late.end())
    if low.find("estimat", window, start) >= 0:
        early = _ESTIMATED.search(low, max(window, start - 100), start)
        if early:
            return Hedge("approximately", early.start(), start)
    return None


def _find_before(low: str, start: int, left: int) -> tuple[str, int]:
    """Walk back over the words before a number and collect its cues."""
    window = max(left, start - 60)
    piece = low[window:start]
    words = piece.split()
    if window > left and words and not piece[0].isspace():
        words = words[1:]  # cut in the middle
    position = len(words)
    found = "exact"
    reached = position
    while position > 0 and len(words) - position < 9:
        word = words[position - 1].lstrip("(\"'[-")
        size = 0
        if word in _CUE_ENDS or word.lstrip("=") in _CUE_ENDS:
            size, quantifier = _match_cue(words, position)
        if size:
            if found in ("exact", "approximately") and quantifier != "exact":
                found = quantifier
            reached = position - size
            position = reached
        elif word in (_FILLERS if found != "exact" else _FILLERS_INSIDE):
            position -= 1
        else:
            break
    if found == "exact":
        return found, start
    # the span of the cue begins at the word reached
    begin = start
    for word in reversed(words[reached:]):
        begin = low.rfind(word, window, begin)
    while begin < start and low[begin] in "(\"'[-":
        begin += 1
    return found, begin


def _match_cue(words: list[str], position: int) -> tuple[int, str]:
    """Give the length in words of the longest cue that ends before `position`, and its quantifier."""
    for size in range(min(_LONGEST_CUE, position), 0, -1):
        phrase = " ".join(words[position - size : position]).lstrip("(\"'[-")
        quantifier = _CUES.get(phrase)
        if quantifier is None:
            continue
        before = words[position - size - 1] if position > size else ""
        if before in _NO_HEDGE_AFTER.get(phrase, ()):
            return 0, "exact"
        return size, quantifier
    return 0, "exact"


def _find_announced(low: str, window: int, first: int, start: int) -> Hedge | None:
    """Find words that announce a smallest or largest number, as in `the lowest estimate is`."""
    if not any(
        low.find(ending, window, first) >= 0 for ending in ("est ", "mum ", "most ", "upper ", "lower ")
    ):
        return None
    for quantifier, announced in _ANNOUNCED.items():
        match = announced.search(low, window, first)
        if match:
            return Hedge(quantifier, match.start(), start)
    return None
