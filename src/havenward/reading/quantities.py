"""Which number expressions could count people, families or homes, their value, and how sure it is."""

from __future__ import annotations

import re
from bisect import bisect_left

from havenward.reading.hedges import Hedge, find_hedge
from havenward.reading.number_words import BEFALL, TOKEN, counts_people
from havenward.reading.numerals import Reach, may_hold_numbers, read_numbers
from havenward.reading.parts import Layout, Quantity, Sentence, said_in
from havenward.reading.ranges import Span, join_ranges
from havenward.reading.references import find_addresses

# A long sentence with a number in every few words is no prose but data; nothing is read from it.
LONG_SENTENCE = 2000
CHARACTERS_PER_NUMBER = 16

_PLAIN = (
    dict.fromkeys((*range(0x2000, 0x200B), 0xA0, 0x202F, 0x205F, 0x3000, 10, 11, 12, 13), " ")
    | dict.fromkeys((*range(0x2010, 0x2016), 0x2212, 0x96, 0x97, 0xFE63, 0xFF0D), "-")
    | dict.fromkeys((0x2018, 0x2019, 0x201B, 0x92, 0xB4), "'")
    | dict.fromkeys((0x201C, 0x201D, 0x93, 0x94), '"')
)
_ODD = {chr(code): plain for code, plain in _PLAIN.items()}
_ODD_LETTERS = frozenset(_ODD)
_WITHOUT_WIDTH = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")

# A bare year, by what stands before it; people, by what stands after it.
_YEARS = (1900, 2100)
_TEMPORAL_BEFORE = re.compile(
    r"\b(?:(?P<weak>of|for|and|to|the|between|from|by|before|after)|in|since|until|till|during|early|late|mid"
    r"|year|season|through|january|february|march|april|may|june|july|august|september|october|november"
    r"|december|spring|summer|autumn|winter|fall) ?-?\(?$"
)
_COUNTED_AT_ONCE = re.compile(
    r"(?: [a-z-]+)? (?:people|persons|beneficiaries|individuals|families|households|refugees|idps|homes"
    r"|houses|men|women|children|civilians|residents|villagers|evacuees|migrants|soldiers|fighters|troops"
    r"|students|victims|survivors|deaths|dead|killed|injured|dwellings|inhabitants|others)\b"
)
_STATUS_NEXT = re.compile(
    r" (?:were|was|are|have|had|has|dead|killed|died|injured|wounded|missing|fled|displaced|homeless|remain"
    r"|more|others|still)\b"
)

# Around a small number in words.
_NEXT_WORD = re.compile(r"[ (]*((?:[a-z]\.){2,3}|[a-z][a-z'-]*)")
_STOPS = frozenset(
    "in on at of from by to with for and or but who whom whose where when which that after before since"
    " during while as near into over under were was are is have has had been be will would could may might"
    " can did do said says told between through across around against per than then also not".split()
)
_BE = frozenset(
    """
    was were is are have has had been died remain remains remained later could may might will
    would
    """.split()
)
_COUNTS = frozenset("confirmed counted recorded reported verified registered found buried".split())
_AMONG = re.compile(r"\b(?:of|among) (?:whom|them|these|those|which),? (?:[a-z]+ ){0,2}$")
_HIT = re.compile(
    r"(?:died|drowned|perished|fled|survived|escaped|starved|froze|remained|vanished|returned)$"
)
_MODIFIERS = frozenset("more other another further additional new".split())
_GROUPS = frozenset("family families group groups party crew household households".split())
_PARENTS = frozenset("mother father parents parent widow widower grandmother grandfather".split())
_NOT_ONE_AFTER = frozenset(
    "no any every each some this that the which first one last next another square day formula air force"
    " phase".split()
)
_NOT_ONE_BEFORE = frozenset(
    """
    of another by day month year week thing side hand time point way or reason such that
    """.split()
)

# People per day.
_OTHER_WORD = r" (?!and\b|or\b|but\b|who\b|while\b|with\b|of\b)[a-z'-]+"
_THEN = r"(?! (?:before|earlier|ago|after|later)\b)"  # "against 8,036 a day before"
_RATE_AFTER = re.compile(
    rf"(?:{_OTHER_WORD}){{0,5}}?"
    rf"(?: ?/ ?day\b| (?:a|per) (?:day|24 hours)\b{_THEN}| daily\b| on a daily basis\b)"
    rf"|(?:{_OTHER_WORD}){{0,2}}? (?:each|every) (?:day|24 hours)\b"
)
_RATE_FLOW = re.compile(
    r"[^.;:,0-9]{0,70}?\b(?:cross|arriv|flee|fled|leav|enter|com(?:e|ing)|pour|depart|return|report|reach"
    r"|displac|regist|escap|stream|mov|go(?:ing)?\b|evacuat|kill|dying|die|being|flow|travel|walk|receiv"
    r"|process|new)[^.;:,0-9]{0,50}? (?:(?:a|per|each|every) day|daily|on a daily basis)\b" + _THEN
)
_RATE_BEFORE = re.compile(
    r"(?:\b(?:each|every) day,? (?:[a-z'-]+ ){0,4}"
    r"|\bdaily (?:[a-z'-]+ ){0,4}(?:of|is|was|at|reached|hit|averaged?|to|totall?ed)(?: [a-z]+){0,2} "
    r"|\b(?:a|the|per|at) daily (?:[a-z]+ )?|\bper day(?: [a-z]+){0,3} |\bdaily,? )$"
)

# "could be even higher"
_MORE_WORDS = frozenset("higher greater larger bigger more rise climb increase grow".split())
_COULD_BE_MORE = re.compile(
    r"\b(?:could|may|might|likely|feared|fears?|fearing|expected|thought|believed|will|would|probably"
    r"|possibly|sure|set|bound)(?: [a-z]+){0,6}? (?P<more>(?:(?:even|much|far|significantly|considerably"
    r"|substantially|still|many|a lot) )?(?:higher|more|greater|larger|bigger|(?:rise|climb|increase"
    r"|grow)(?: further)?))(?: still| yet)?(?= *(?:[.,;:!?)\"']|$)| (?:than that|as|if|once|when|because|but"
    r"|though|in the|over the)\b)"
)
_SAYS = re.compile(
    r"\b(?:says?|said|estimat(?:es|ed)|warn(?:s|ed)?|fear(?:s|ed)?|believes?|believed|thinks?|thought"
    r"|expects?|expected|reckons?|suggests?|predicts?) "
)
_FIGURE = re.compile(r"\b(?:number|figure|toll|total|count|tally)s?\b")
# A speaker named by these is the one who spoke before.
_SAME_SPEAKER = frozenset("it he she they we i this that but and also".split())
_TWO_WORDS = 2  # "the agency", "the minister"
# After a number that stands for people named before.
_BARE_NEXT = re.compile(
    r" (?:were|was|are|is|have|had|has|be|been|of (?:them|these|those|whom|which|this|that)|who|remain\w*"
    r"|died|dead|killed|missing|injured|wounded|fled|others|in|on|from|to|at|by|with|after|since|still|also"
    r"|and|or|but|returned|stay\w*|live|went|left|arrived|crossed|including|according|during|when|while|as"
    r"|so|now|already|could|would|will|may|might|can|did|do|more(?= (?:in|at|on|were|are|have|from|to|within"
    r"|by|who|could|may|will|would)\b|[.,;:)]|$))\b"
)


def find_quantities(layout: Layout) -> tuple[Quantity, ...]:
    """Find the number expressions of a laid-out text with their values and hedges.

    Dates, times, years, enumerators, ordinals and identifiers are left out; money, ages and distances are
    not, the next step refuses them.

    Parameters
    ----------
    layout
        The text and its sentences.

    Returns
    -------
    quantities
        In the order of the text, not overlapping, each inside one sentence. Shares are 0 to 100.
    """
    view = _View(layout.text)
    found: list[Quantity] = []
    for index, sentence in enumerate(layout.sentences):
        left, right = view.forward(sentence.start), view.forward(sentence.end)
        said = layout.said(index) if view.offsets is None else said_in(view.low[left:right])
        reach = Reach(view.clean, view.low, left, right, sentence.role == "row", said, view.addresses)
        found.extend(_read_sentence(reach, index))
        if found and not _MORE_WORDS.isdisjoint(said):
            _mark_higher(reach, found, index, layout.sentences)
    return tuple(view.back(quantity) for quantity in found)


class _View:
    """The text made plain, in lower case, with plain blanks, dashes and quotes; and the way back."""

    def __init__(self, text: str) -> None:
        clean = text
        for odd in _ODD_LETTERS.intersection(text):
            clean = clean.replace(odd, _ODD[odd])
        self.offsets: list[int] | None = None
        if not clean.isascii() and _WITHOUT_WIDTH.search(clean):
            gone = {match.start() for match in _WITHOUT_WIDTH.finditer(clean)}
            self.offsets = [place for place in range(len(clean) + 1) if place not in gone]
            clean = _WITHOUT_WIDTH.sub("", clean)
        low = clean.lower()
        if len(low) != len(clean):
            low = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in clean)
        self.clean = clean
        self.low = low
        self.addresses = tuple(find_addresses(clean))

    def forward(self, offset: int) -> int:
        """Give the place in the plain text of an offset in the text."""
        return offset if self.offsets is None else bisect_left(self.offsets, offset)

    def back(self, quantity: Quantity) -> Quantity:
        """Give a quantity its offsets in the text."""
        if self.offsets is None:
            return quantity
        start, end = self.offsets[quantity.start], self.offsets[quantity.end - 1] + 1
        hedge = (self.offsets[quantity.hedge[0]], self.offsets[quantity.hedge[1] - 1] + 1)
        return quantity._replace(start=start, end=end, hedge=hedge)


def _read_sentence(reach: Reach, index: int) -> list[Quantity]:
    """Read the quantities of one sentence."""
    if not may_hold_numbers(reach):
        return []
    low, left, right = reach.low, reach.left, reach.right
    if right - left > LONG_SENTENCE:
        numbers_at_most = (right - left) // CHARACTERS_PER_NUMBER
        if len(TOKEN.findall(low, left, right)) > numbers_at_most:
            return []
    numbers = read_numbers(reach)
    if not numbers:
        return []
    daily = low.find("da", left, right) >= 0 or low.find("24 hours", left, right) >= 0
    found: list[Quantity] = []
    spans = join_ranges(low, numbers, left)
    for place, span in enumerate(spans):
        before = spans[place - 1].end if place else left
        after = spans[place + 1].start if place + 1 < len(spans) else right
        hedge = find_hedge(low, span.start, span.end, before, right, after)
        if _is_wanted(reach, span, hedge, found):
            kind = "percent" if span.number.kind in ("percent", "share") else "count"
            if kind == "count" and daily and _is_daily(reach, span):
                kind = "rate"
            found.append(_make_quantity(reach, span, hedge, index, kind))
    return found


def _make_quantity(reach: Reach, span: Span, hedge: Hedge, index: int, kind: str) -> Quantity:
    """Put value and hedge together as the annotation guide defines them."""
    number = span.number
    quantifier = span.quantifier or hedge.quantifier
    hedge_span = (hedge.start, hedge.end)
    if span.quantifier:
        hedge_span = span.hedge or (span.start, span.end)
    elif number.kind == "many":
        quantifier = "unspecified_many"
    elif number.kind == "couple" and quantifier == "exact":
        quantifier = "approximately"
    low: float | None = round(span.low, 4)
    high: float | None = round(span.high, 4)
    point = None
    if quantifier in ("exact", "approximately"):
        point = high
    elif quantifier in ("at_least", "more_than", "unspecified_many"):
        high = None
    elif not span.quantifier:  # up to, less than
        low = None
    after = max(span.end, hedge.end)
    bare = after >= reach.right or reach.low[after] in '.,;:)!?"' or _BARE_NEXT.match(reach.low, after)
    return Quantity(
        start=span.start,
        end=span.end,
        low=low,
        high=high,
        point=point,
        quantifier=quantifier,
        sentence=index,
        kind=kind,
        hedge=hedge_span,
        higher=hedge.higher,
        pronoun=bool(bare),
    )


def _is_wanted(reach: Reach, span: Span, hedge: Hedge, found: list[Quantity]) -> bool:
    """Tell a number that counts something from a bare year or a small word that counts nothing of ours."""
    number = span.number
    if number.decimal:  # 6.7 counts no one
        return False
    if number.kind == "small" and not (span.quantifier and number.scale > 1):
        return _counts(reach, span, found)
    bare = number.kind == "digits" and number.scale == 1 and number.end - number.start == 4
    return not bare or not 1700 <= number.value < _YEARS[1] or not _is_year(reach, span, hedge)


def _is_year(reach: Reach, span: Span, hedge: Hedge) -> bool:
    """Tell whether four bare digits are a year."""
    low, number = reach.low, span.number
    temporal = _TEMPORAL_BEFORE.search(low, max(reach.left, span.start - 14), span.start)
    counted = _COUNTED_AT_ONCE.match(low, number.end, reach.right)
    if temporal and hedge.quantifier == "exact":
        return not (counted and (temporal.group("weak") or low[span.start - 1] == "("))
    if number.value < _YEARS[0] or counted:
        return False
    if hedge.start < span.start and (
        hedge.quantifier in ("at_least", "up_to", "more_than")
        or low.startswith(("some", "nearly", "almost", "an est"), hedge.start)
    ):
        return False
    return not (span.start == reach.left and _STATUS_NEXT.match(low, number.end, reach.right))


def _counts(reach: Reach, span: Span, found: list[Quantity]) -> bool:  # noqa: C901, PLR0912 - cases, read in order
    """Tell whether a small number in words counts people, homes or deaths."""
    low, value = reach.low, span.high
    words = _words_after(low, span.end, reach.right)
    if value > 1 and _AMONG.search(low, max(reach.left, span.start - 40), span.start):
        return True
    if value > 1 and words and _HIT.match(words[0]):
        return True  # "six died last week"
    lead = [word.strip("(\"'") for word in low[max(reach.left, span.start - 40) : span.start].split()]
    last = lead[-1] if lead else ""
    if value == 1 and (last in _NOT_ONE_AFTER or (words and words[0] in _NOT_ONE_BEFORE)):
        return False
    if words and words[0] == "of":
        inside = [
            word for word in words[1:6] if word not in ("the", "these", "those", "his", "her", "their", "its")
        ]
        return value > 1 and bool(inside) and (inside[0] in ("them", "whom", "us") or counts_people(inside))
    noun: list[str] = []
    for word in words[:5]:
        if word in _STOPS:
            break
        noun.append(word)
    if counts_people(noun[: 3 if value == 1 else 4]):
        return True
    if last == "of" and len(lead) > 1 and (lead[-2] in _GROUPS or lead[-2] in _PARENTS):
        return lead[-2] in _GROUPS
    verb = words[len(noun)] if len(noun) < len(words) else ""
    while noun and noun[0] in _MODIFIERS:
        noun = noun[1:]
    if noun and BEFALL.match(noun[0]) and len(noun) == 1:
        return True
    if noun and low[span.end : span.end + 1] not in (".", ",", ";", ":", ")"):
        return False
    if value > 1 and not noun and last in _COUNTS and (not words or not verb):
        return True  # "the province has confirmed five"
    if verb in _BE and not noun and found and value > 1 and low[max(0, span.start - 2)] in ";,.(":
        return True  # "142 patients are in Yerevan; eight are abroad"
    if verb in _BE:
        return any(BEFALL.match(word) for word in words[1:6])
    if any(BEFALL.match(word) for word in lead[-4:]):
        return True
    return (
        bool(found) and last in ("and", "another", "other", "including") and span.start - found[-1].end < 90
    )


def _words_after(low: str, end: int, right: int) -> list[str]:
    """Give up to six words after a number, to the next stop."""
    words: list[str] = []
    position = end
    while len(words) < 6 and (match := _NEXT_WORD.match(low, position, right)):
        words.append(match.group(1))
        position = match.end()
    return words


def _is_daily(reach: Reach, span: Span) -> bool:
    """Tell whether the number is one of people per day."""
    low, stop = reach.low, min(reach.right, span.end + 130)
    if _RATE_AFTER.match(low, span.end, stop) or _RATE_FLOW.match(low, span.end, stop):
        return True
    return _RATE_BEFORE.search(low, max(reach.left, span.start - 70), span.start) is not None


def _mark_higher(reach: Reach, found: list[Quantity], index: int, sentences: tuple[Sentence, ...]) -> None:
    """Mark the quantity that is said to be even higher; where another speaker says so, add a figure."""
    match = _COULD_BE_MORE.search(reach.low, reach.left, reach.right)
    if not match:
        return
    place = len(found) - 1
    while place >= 0 and found[place].sentence == index and found[place].end > match.start():
        place -= 1
    if place < 0:
        return
    base = found[place]
    same = base.sentence == index
    other_speaker = not same and _is_other_speaker(reach, sentences[index - 1], match.start())
    if not same and (
        base.sentence != index - 1 or sentences[base.sentence].paragraph != sentences[index].paragraph
    ):
        return
    value = base.high or base.point or base.low
    start, end = match.span("more")
    another = other_speaker or (
        same
        and base.kind != "percent"
        and (
            _SAYS.search(reach.low, base.end, start)
            or (match.group("more").startswith("even") and _FIGURE.search(reach.low, base.end, start))
        )
    )
    another = another and base.kind != "percent"
    if not another or not match.group("more").endswith(("higher", "more", "greater", "larger", "bigger")):
        found[place] = base._replace(higher=True)
    elif all(quantity.end <= start or quantity.start >= end for quantity in found[place:]):
        fresh = Quantity(
            start,
            end,
            value,
            None,
            None,
            "more_than",
            index,
            base.kind,
            (start, end),
            higher=True,
            pronoun=True,
        )
        found.insert(place + 1, fresh)


def _is_other_speaker(reach: Reach, before: Sentence, more: int) -> bool:
    """Tell whether a named speaker says of a number that it could be higher, after another gave it."""
    low, left = reach.low, reach.left
    says = _SAYS.search(low, left, more)
    if not says or not _FIGURE.search(low, says.end(), more):
        return False
    earlier = low[max(0, left - 400) : left]
    if not _SAYS.search(earlier) and "according to" not in earlier:
        return False
    name = low[left : says.start()].split()
    if not name or name[0] in _SAME_SPEAKER or (name[0] == "the" and len(name) == _TWO_WORDS):
        return False
    return " ".join(name[-2:]) not in earlier and before.end <= left + 1
