"""What a single number says, in digits or in words: its span, its value, and the scale word it carries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from havenward.reading.fraction_words import read_every, read_part, read_ratio, read_share, read_sign
from havenward.reading.number_words import (
    HAS_DIGIT,
    NUMBER_WORDS,
    PARTS,
    PLURALS,
    SCALE_AFTER_DIGITS,
    SCALES,
    SHORT_SCALES,
    SIGNS,
    SMALL,
    TOKEN,
    VAGUE,
    Number,
)
from havenward.reading.references import skip_reference

_ANY_SCALE = "|".join(SCALES)
_PERCENT = re.compile(r" ?(?:%|\u066a|per[ -]?cents?\b(?! points?)|pct\b|p\.c\.)")
_POINTS = re.compile(r" ?(?:%|percentage|per ?cent) points?\b")

# What follows digits.
_FRACTION = re.compile(rf"/(?P<whole>[2-9]|10)(?:(?= of\b)|[ -](?P<scale>{_ANY_SCALE})\b)")
# "2 1/2 million"
_AND_FRACTION = re.compile(rf" (?P<part>[1-3])/(?P<whole>[2-4])[ -](?P<scale>{_ANY_SCALE})\b")
_AS_PLURAL = re.compile(r"'?s\b")  # "1,000s of people"
_SCALE_NEXT = re.compile(rf"(?:-| {{1,2}})(?:{SCALE_AFTER_DIGITS}|(?P<dozen>dozen))\b(?!-year)")
_SCALE_ATTACHED = re.compile(rf"{SCALE_AFTER_DIGITS}\b")
_SHORT_SCALE = re.compile(
    r"(?P<short>k|mn|mln|mil|mio|bn|bln|m|b)\b(?!['\u00b2\u00b3/])"
    r"| (?P<spaced>mn|mln|mio|bn|bln|m(?= (?:people|persons|refugees|displaced|idps|civilians|children)))\b"
)
# "5.4 M people": a capital, for "12 m" is a length
_SPACED_MILLION = re.compile(r" M(?= [a-z]| ?[.,;:|)]| *$)")
_LETTERS = re.compile(r"[a-z\u00b0'\u00b2\u00b3]+")
_WORD_END = re.compile(r"[a-z]+$")
# "1 million-2 million" is a range, F-16 a name.
_SCALE_BEFORE = re.compile(r"(?:million|thousand|hundred|billion|lakh|crore|[0-9](?:k|m|mn|bn))-$")
_MEASURE = re.compile(
    r" ?(?:km|kms|kilomet|mm|millimet|cm|m\b|met(?:re|er)s|ha\b|hectares|kg|tons|tonnes|miles|ft|feet|inches"
    r"|degrees|points|magnitude|on the)"
)
# Hyphens after which a number stays one.
_RUNS_ON = tuple("-plus -odd -strong -or- -to- -capacity -person -people -famil -household".split())

# What joins number words.
_GAP = re.compile(r"(?P<and>,? and |-and-)|-| {1,3}(?:- ?)?")
_SCALE_WORD = re.compile(rf"[ -](?P<scale>{_ANY_SCALE})\b")
_AND_A_HALF = re.compile(rf" and (?:a|one)[ -](?P<part>half|quarter)\b(?:[ -](?P<scale>{_ANY_SCALE})\b)?")
_DETERMINER = re.compile(
    r"\b(?:the|another|some|every|these|those|next|first|last|extra|additional|further|few|over|than|about"
    r"|around|nearly|almost|least|roughly|to) $"
)
_NOT_COUNTED = ("-year", "-day", "-hour", "-mile", "-kilomet", "-dollar", "-bed", "-metre", "-meter", "-foot")
_ANY_PLURAL = "|".join(PLURALS)
_OF_PLURAL = re.compile(
    r",? (?:(?P<of>of)|and|upon|or|if not|or even|to|(?:and )?(?:possibly|perhaps|maybe))(?: even)?,?"
    rf" (?P<plural>{_ANY_PLURAL})\b"
)
_VAGUE_SCALE = re.compile(
    rf"(?: of)? (?P<first>{_ANY_SCALE}|{_ANY_PLURAL})\b"
    r"(?:(?: of)? (?P<second>thousand|million|billion|crore|lakh|thousands|millions)\b)?"
)
_SCORES_NEXT = re.compile(
    r" (?:of|more|others|killed|dead|injured|wounded|missing|people|feared|were|are|have|had|die|flee|hurt"
    r"|homeless|displaced|trapped|arrested|detained|evacuated)\b"
)


class Reach(NamedTuple):
    """Where numbers are looked for: the text with and without capitals, and the sentence in it.

    `said` are the runs of letters of the sentence.
    """

    clean: str
    low: str
    left: int
    right: int
    row: bool
    said: frozenset[str]
    addresses: tuple[tuple[int, int], ...] = ()


def may_hold_numbers(reach: Reach) -> bool:
    """Whether a sentence holds a digit or a word that a number can begin with."""
    return not NUMBER_WORDS.isdisjoint(reach.said) or bool(
        HAS_DIGIT.search(reach.low, reach.left, reach.right)
    )


def read_numbers(reach: Reach) -> list[Number]:
    """Read the numbers of a sentence one after the other; ranges are not joined yet."""
    low, left, right = reach.low, reach.left, reach.right
    numbers: list[Number] = []
    position = left
    while token := TOKEN.search(low, position, right):
        start = token.start()
        number: Number | None = None
        position = next((last for first, last in reach.addresses if first <= start < last), 0)
        if position:
            continue
        kind = token.lastgroup
        if kind in ("digits", "sign"):
            position = skip_reference(reach.clean, start, left, right)
            if not position:
                number, position = _read_digits(reach, token)
        elif kind in ("small", "scale"):
            number, position = _read_words(low, token, left, right)
        elif kind == "plural":
            number, position = _read_plural(low, token.group(), start, token.end(), right)
        elif kind == "vague":
            number, position = _read_vague(low, token, left, right)
        elif kind == "part":
            number, position = read_part(low, token, left, right)
        elif kind == "every":
            number, position = read_every(low, token, right)
        else:
            number, position = read_sign(low, token, right)
        if number:
            numbers.append(number)
    return numbers


def _read_digits(reach: Reach, token: re.Match[str]) -> tuple[Number | None, int]:  # noqa: C901, PLR0912 - cases, read in order
    """Read a number in digits with what hangs on it: fraction sign, scale, percent sign."""
    low, right = reach.low, reach.right
    start, end = token.span("digits")
    digits = token.group("digits")
    sign = SIGNS.get(token.group("sign") or "", 0.0)
    fraction = _FRACTION.match(low, end, right)
    if fraction and digits.isdigit() and int(digits) < int(fraction.group("whole")):
        return _read_fraction(start, 0, int(digits), fraction)
    more = _AND_FRACTION.match(low, end, right)
    if more and len(digits) < 3:
        return _read_fraction(start, int(digits), int(more.group("part")), more)
    if digits.replace(",", "") in ("100", "1000", "10000", "100000") and _AS_PLURAL.match(low, end, right):
        return Number(start, end + 1, 2.0 * int(digits.replace(",", "")), 1.0, "many"), end + 1
    if " " in digits and reach.row and not _is_grouped(reach, digits, end):
        digits, sign = digits.split()[0], 0.0  # cells of a table, not groups of a number
        end = start + len(digits)
    if sign:
        end = token.end("sign")
    scale, end = _read_scale(low, end, right)
    if scale == 1 and reach.clean.startswith(" M", end) and _SPACED_MILLION.match(reach.clean, end, right):
        scale, end = 1e6, end + 2
    percent = _PERCENT.match(low, end, right)
    if percent:
        end = percent.end()
    elif _POINTS.match(low, end, right):
        return None, end
    if not _stands_alone(low, start, end, reach.left, right):
        return None, end
    plain = digits.replace(",", "").replace(" ", "").replace("'", "")
    if (plain[0] == "0" and not percent and scale == 1) or len(plain) > 13:
        return None, end
    bare = scale == 1 and not percent
    value, decimal = _value_digits(
        plain, bare=bare and plain == digits and not _MEASURE.match(low, end, right)
    )
    value += sign
    if percent:
        return Number(start, end, value * scale, scale, "percent"), end
    half = _AND_A_HALF.match(low, end, right)
    if half and (half.group("scale") or (scale > 1 and value == 1)):
        scale = float(SCALES[half.group("scale")]) if half.group("scale") else scale
        value, end = value + 1 / PARTS[half.group("part")], half.end()
    ratio = read_ratio(low, start, end, value, right) if scale == 1 and value < 100 else None
    if ratio:
        return ratio, ratio.end
    return Number(start, end, value * scale, scale, "digits", decimal and scale == 1 and not sign), end


def _read_fraction(start: int, whole: int, part: int, match: re.Match[str]) -> tuple[Number, int]:
    """Read digits with a fraction bar: `2/3 of`, `1/2 million`, `2 1/2 million`."""
    value = whole + part / int(match.group("whole"))
    name = match.group("scale")
    if not name:
        return Number(start, match.end(), 100 * value, 1.0, "share"), match.end()
    return Number(start, match.end(), value * SCALES[name], float(SCALES[name]), "digits"), match.end()


def _is_grouped(reach: Reach, digits: str, end: int) -> bool:
    """Tell whether blanks between digits group one number in a row, or stand between two cells."""
    apart = any(mark in reach.clean[reach.left : reach.right] for mark in ("\t", "|", "  "))
    return apart or digits.endswith("000") or reach.low[end : min(end + 2, reach.right)].strip().isalpha()


def _read_scale(low: str, end: int, right: int) -> tuple[float, int]:
    """Read the scale behind digits: `1.2 million`, `199k`, `2 hundred thousand`."""
    match = _SCALE_NEXT.match(low, end, right) or _SCALE_ATTACHED.match(low, end, right)
    if match:
        scale = float(SCALES[match.lastgroup or "million"])
        again = _SCALE_NEXT.match(low, match.end(), right)
        if again and SCALES[again.lastgroup or "million"] > scale:
            return scale * SCALES[again.lastgroup or "million"], again.end()
        return scale, match.end()
    short = _SHORT_SCALE.match(low, end, right)
    if short:
        return float(SHORT_SCALES[short.group(short.lastgroup or "short")]), short.end()
    return 1.0, end


def _value_digits(plain: str, *, bare: bool) -> tuple[float, bool]:
    """Give the value of digits, and whether it is a decimal; a bare `22.000` is thousands."""
    whole, stop, rest = plain.partition(".")
    if "." in rest:
        return float(plain.replace(".", "")), False
    if bare and len(rest) == 3 and len(whole) <= 3 and whole[0] != "0":
        return float(whole + rest), False
    return float(plain), bool(stop)


def _stands_alone(low: str, start: int, end: int, left: int, right: int) -> bool:
    """Tell a number from digits inside a name, an ordinal, a unit glued on, or a broken number."""
    return (start == left or _opens_alone(low, start, left)) and (
        end >= right or _closes_alone(low, end, right)
    )


def _opens_alone(low: str, start: int, left: int) -> bool:
    before = low[start - 1]
    if before == " ":
        return True
    earlier = low[start - 2] if start - 2 >= left else " "
    if before.isalpha():  # D01, Sh200,000; but "across14" only lacks a blank
        word = _WORD_END.search(low, max(left, start - 14), start)
        return word is not None and len(word.group()) > 3 and word.group() not in ("euro", "euros", "dollars")
    if before == "-" and earlier.isalpha():
        return _SCALE_BEFORE.search(low, max(left, start - 10), start) is not None
    if before == ",":
        return not earlier.isdigit()
    if before in "'+":
        return not earlier.isalnum()
    if before == "/":
        word = _WORD_END.search(low, max(left, start - 14), start - 1)
        return word is not None and len(word.group()) > 3  # "350 families/1,750 individuals"
    return before not in "._#@=\\"


def _closes_alone(low: str, end: int, right: int) -> bool:
    after = low[end]
    if after == " ":
        return True
    following = low[end + 1] if end + 1 < right else " "
    if after.isalpha() or after in "\u00b0_'\u00b2\u00b3":
        word = _LETTERS.match(low, end, right)
        letters = word.group() if word else ""
        return (after == "'" and not following.isalnum()) or (
            len(letters) > 4 and letters.isalpha() and letters not in ("hours", "miles", "tonnes")
        )
    if after == "-" and following.isalpha():
        return low.startswith(_RUNS_ON, end)
    return not (after in "/:.," and following.isdigit())


@dataclass
class _Sum:
    """A number in words while its words are added up."""

    current: float | None
    total: float = 0.0
    scale: float = 1.0
    smallest: float = float("inf")

    def add_small(self, worth: int) -> bool:
        """Add one to ninety; False where it cannot belong to the same number."""
        now = self.current
        if now is None:
            self.current = float(worth)
        elif (now >= 100 and now % 100 == 0 and worth < 100) or (
            now % 100 >= 20 and now % 10 == 0 and worth < 10
        ):
            self.current = now + worth
        else:
            return False
        return True

    def add_scale(self, worth: int) -> bool:
        """Multiply by hundred, or close a group with a larger scale; False where it cannot belong."""
        if (
            self.current is None
            or not worth
            or (worth == 100 and self.current >= 100)
            or worth >= self.smallest
        ):
            return False
        if worth == 100:
            self.current *= 100
        else:
            self.total += self.current * worth
            self.current, self.smallest = None, float(worth)
        self.scale = max(self.scale, float(worth))
        return True


def _read_words(low: str, token: re.Match[str], left: int, right: int) -> tuple[Number | None, int]:
    """Read a number in words: `two hundred and fifty thousand`, `a dozen`, `one and a half million`."""
    start, end = token.span()
    added = _Sum(None)
    if token.lastgroup == "scale":
        opened = _open_scale(low, start, left)
        if opened is None:
            plural = token.group() + "s"  # "hundred of thousands", "thousand of people"
            slip = low.startswith(" of ", end) and plural in PLURALS
            return _read_plural(low, plural, start, end, right) if slip else (None, end)
        start, added = opened, _Sum(1.0)
    elif (
        start - 1 > left
        and low[start - 1] == "-"
        and low[start - 2].isalpha()
        and not low.endswith("-to-", left, start)
    ):
        return None, end
    between = low.endswith("between ", max(left, start - 8), start)
    step: re.Match[str] | None = token
    while step:
        kind, word = step.lastgroup, step.group()
        if kind == "part":
            if added.current is None or added.scale > 1:
                break
            return read_share(low, start, step, added.current, left, right)
        if kind == "small":
            fits = added.add_small(SMALL[word])
        else:
            counted = kind == "scale" or not low.startswith(" of ", step.end())
            fits = counted and added.add_scale(SCALES.get(word.removesuffix("s"), 0))
        if not fits:
            break
        end = step.end()
        step = _follow_word(low, end, right, added, between=between)
    return _close_words(low, start, end, right, added)


def _close_words(low: str, start: int, end: int, right: int, added: _Sum) -> tuple[Number | None, int]:
    """Finish a number in words: a half more, a percent sign, a ratio, or a word that makes it none."""
    value, scale = added.total + (added.current or 0.0), added.scale
    half = _AND_A_HALF.match(low, end, right)
    if half:
        end = half.end()
        part = 1 / PARTS[half.group("part")]
        if half.group("scale"):
            value, scale = value + part, float(SCALES[half.group("scale")])
            value *= scale
        elif scale > 1:
            value += part * scale
        else:
            return None, end  # two and a half years
    percent = _PERCENT.match(low, end, right)
    if percent:
        return Number(start, percent.end(), value, scale, "percent"), percent.end()
    if scale == 1:
        ratio = read_ratio(low, start, end, value, right)
        if ratio:
            return ratio, ratio.end
        if (
            low.startswith("-", end)
            and low[end + 1 : end + 2].isalpha()
            and not low.startswith(_RUNS_ON, end)
        ):
            return None, end  # nine-storey
    elif low.startswith(_NOT_COUNTED, end):
        return None, end
    return Number(start, end, value, scale, "small" if scale == 1 and value <= 10 else "word"), end


def _open_scale(low: str, start: int, left: int) -> int | None:
    """Give where a number that opens with its scale begins: at `a` in `a hundred`."""
    for article in ("a ", "a-", "an "):
        place = start - len(article)
        if (
            place >= left
            and low.startswith(article, place)
            and (place == left or not low[place - 1].isalnum())
        ):
            return place
    return start if _DETERMINER.search(low, max(left, start - 14), start) else None


def _follow_word(low: str, end: int, right: int, added: _Sum, *, between: bool) -> re.Match[str] | None:
    """Give the next word of the same number."""
    gap = _GAP.match(low, end, right)
    if not gap:
        return None
    token = TOKEN.match(low, gap.end(), right)
    if not token or token.lastgroup not in ("small", "scale", "plural", "part"):
        return None
    if gap.group("and"):
        if added.scale == 1 or between or token.lastgroup != "small":
            return None
        after = _SCALE_WORD.match(low, token.end(), right)
        if after and after.group("scale") == "hundred" and added.current is not None:
            return None  # "five hundred and six hundred" are two numbers
    return token


def _read_plural(low: str, name: str, start: int, end: int, right: int) -> tuple[Number | None, int]:
    """Read `dozens`, `hundreds of thousands`, `thousands upon thousands`, `hundreds, if not thousands`."""
    value = float(PLURALS[name])
    chained = False
    while follow := _OF_PLURAL.match(low, end, right):
        other = PLURALS[follow.group("plural")]
        if follow.group("of"):
            if other < value and other < PLURALS["thousands"]:
                break
            value *= other / 2
        elif other < value:
            break
        end, chained = follow.end(), True
    if name == "tens" and not chained and not low.startswith(" of ", end):
        return None, end
    if name == "scores" and not chained and not _SCORES_NEXT.match(low, end, right):
        return None, end
    return Number(start, end, value, 1.0, "many"), end


def _read_vague(low: str, token: re.Match[str], left: int, right: int) -> tuple[Number | None, int]:
    """Read `several hundred thousand`, `a few dozen`, `a couple of thousand`."""
    start, end = token.span()
    match = _VAGUE_SCALE.match(low, end, right)
    if not match:
        return None, end
    value = float(VAGUE[token.group()])
    for name in (match.group("first"), match.group("second")):
        if name:
            value *= PLURALS[name] / 2 if name in PLURALS else SCALES[name]
    if start - 2 >= left and low.startswith("a ", start - 2):
        start -= 2
    kind = "couple" if token.group() == "couple" else "many"
    return Number(start, match.end(), value, 1.0, kind), match.end()
