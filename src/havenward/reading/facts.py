"""When two figures state the same fact, and the name that the fact goes by."""

from __future__ import annotations

import re
from math import floor, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from havenward.reading.parts import ReadFigure

ROUNDED = 0.05  # a figure with one significant digit may differ by this share from what it rounds
ORIGIN = "origin"  # the relation that names the origin of a figure within its fact group
SMALL = 20  # numbers below this are alike by chance: 'three killed' is many facts
ODD = 100  # an odd number from here on is not stated twice by chance
# how much further than its smallest reading a word like 'thousands' reaches
MANY_REACH = {24: 100, 40: 200, 200: 2_000, 300: 2_000, 2_000: 20_000, 20_000: 200_000, 200_000: 2_000_000}
MILLIONS_REACH = 20.0

_WORDS = re.compile(r"[^\W_]+")
_GENERIC_PLACE = re.compile(
    r"(?:the\s+|that\s+|this\s+)?(?:city|town|village|country|state|province|region|area|district|camp|island|"
    r"capital|nation|county|city\s+proper|rest\s+of\s+the\s+country|whole\s+country|affected\s+areas?)s?$",
    re.IGNORECASE,
)
_GENERIC_ENDS = tuple(
    "city town village country state province region area district camp island capital nation county proper"
    " s".split()
)
_ACRONYMS = {
    "un refugee agency": "unhcr",
    "united nations refugee agency": "unhcr",
    "un high commissioner for refugees": "unhcr",
    "un children agency": "unicef",
    "un migration agency": "iom",
    "international organization for migration": "iom",
    "international organisation for migration": "iom",
    "united nations": "un",
    "world food programme": "wfp",
    "red cross": "icrc",
    "international committee red cross": "icrc",
    "doctors without borders": "msf",
    "médecins sans frontières": "msf",
    "office for the coordination of humanitarian affairs": "ocha",
}
_SIDE = re.compile(
    r"(?:the\s+)?(?:north|south|east|west|northern|southern|eastern|western|central|north-?eastern|north-?western|south-?eastern|"
    r"south-?western|rural|urban|upper|lower|old|inner|outer|greater)\s+(?:of\s+|part\s+of\s+)?(?:the\s+)?"
)
_TOWN = re.compile(r"\s+(?:city|town|proper)$")
_DIVISION = re.compile(r"\s+(?:province|governorate|state|district|region|county|department|prefecture)$")
_SMALL_WORDS = frozenset("the of for and a an in on at to de la".split())
_ROLES = frozenset(
    """minister defence defense interior foreign health secretary spokesman spokeswoman spokesperson
    governor mayor
    president chief director head coordinator general commander official officials mr mrs ms dr deputy
    provincial local
    state acting""".split()
)
_SUBGROUP = frozenset(
    """children child women men boys girls elderly pregnant disabled unaccompanied minors foreigners
    tourists students
    civilians soldiers fighters militants rebels police officers muslims christians""".split()
)


def place_of(figure: ReadFigure) -> str:
    """Name the place of a figure for comparison; nothing where it is unknown or only 'the city'."""
    for place in (figure.location, figure.location_context):
        if place and not (place.casefold().endswith(_GENERIC_ENDS) and _GENERIC_PLACE.match(place.strip())):
            return " ".join(w for w in _WORDS.findall(place.casefold()) if w not in _SMALL_WORDS)
    return ""


def places_agree(a: str, b: str) -> bool:
    """Whether two places may be one: equal, one within the other's name, or one of them unknown."""
    return not a or not b or a == b or set(a.split()) <= set(b.split()) or set(b.split()) <= set(a.split())


def speaker_key(speaker: str | None) -> str:
    """Give one name to the ways in which a speaker is written; nothing for the outlet itself."""
    if not speaker:
        return ""
    low = re.sub(r"['’]s\b|[.()’']", "", speaker.casefold())
    low = re.sub(r"\s+", " ", low).strip()
    low = low.removeprefix("the ").removeprefix("a ").removeprefix("an ")
    acronym = re.search(r"\(\s*([A-Z]{2,8})\s*\)", speaker)
    if acronym:
        return acronym[1].lower()
    for name, short in _ACRONYMS.items():
        if low == name or low.startswith(f"{name} ") or low == f"{name}s":
            return short
    words = [w for w in _WORDS.findall(speaker) if w.lower() not in _SMALL_WORDS]
    initials = "".join(w[0] for w in words if w[:1].isupper())
    if len(words) >= 3 and len(initials) == len(words):
        return _ACRONYMS.get(" ".join(w.casefold() for w in words), initials.lower())
    return low


def same_speaker(a: str | None, b: str | None) -> bool:
    """Whether two ways of writing name one speaker: 'Khaled al-Obeidi' and 'Obeidi'."""
    if not a or not b:
        return not a and not b
    if a == b:
        return True
    one, two = speaker_key(a), speaker_key(b)
    if one == two:
        return True
    first = {w.removeprefix("al") for w in _WORDS.findall(one)} - _SMALL_WORDS - _ROLES - {""}
    second = {w.removeprefix("al") for w in _WORDS.findall(two)} - _SMALL_WORDS - _ROLES - {""}
    return bool(first) and bool(second) and (first <= second or second <= first)


def value_of(figure: ReadFigure) -> tuple[float | None, float | None, float | None]:
    """Give low, high and point in people: of a share what it comes to."""
    if figure.unit == "percent":
        return figure.resolved_low, figure.resolved_high, figure.resolved_point
    return figure.low, figure.high, figure.point


def number_of(figure: ReadFigure) -> float | None:
    """Give the number that stands for a figure; of a range its upper end."""
    low, high, point = value_of(figure)
    return point if point is not None else high if high is not None else low


def values_agree(a: ReadFigure, b: ReadFigure) -> bool:
    """Whether two figures state one number: equal, one the rounding of the other, or 'thousands' of it."""
    first, second = number_of(a), number_of(b)
    if first is None or second is None:
        return False
    if "unspecified_many" in {a.quantifier, b.quantifier} and a.quantifier != b.quantifier:
        many, one = (a, b) if a.quantifier == "unspecified_many" else (b, a)
        floor_, number = number_of(many), number_of(one)
        if floor_ is None or number is None:
            return False
        return floor_ * 0.5 <= number <= MANY_REACH.get(round(floor_), floor_ * MILLIONS_REACH / 2)
    if "between" in {a.quantifier, b.quantifier} and a.quantifier != b.quantifier:
        # 'up to 40' may be the headline of 'between 30 and 40'
        return {a.quantifier, b.quantifier} == {"between", "up_to"} and first == second
    if a.quantifier == b.quantifier == "between" and not numbers_agree(a.low or 0, b.low or 0):
        return False
    # 'up to a million' and 'more than a million' are two statements
    if {bound_of(a), bound_of(b)} == {"above", "below"}:
        return False
    return numbers_agree(first, second)


def numbers_agree(a: float, b: float) -> bool:
    """Whether two numbers are equal or one is a rounding of the other."""
    if a == b:
        return True
    if a <= 0 or b <= 0 or max(a, b) < ODD:
        return False
    if abs(a - b) > ROUNDED * max(a, b):
        return False
    return any(_round(exact, _digits(rough)) == rough for rough, exact in ((a, b), (b, a)))


def is_telling(number: float) -> bool:
    """Whether a number is so odd that it names its fact: 137 or 12,540, not 41 or 22,000."""
    return number >= ODD and _digits(number) >= 3


def _digits(number: float) -> int:
    return max(1, len(str(round(number)).rstrip("0")))


def _round(number: float, digits: int) -> float:
    step = 10.0 ** (floor(log10(number)) + 1 - digits)
    return float(round(floor(number / step + 0.5) * step))


def bound_of(figure: ReadFigure) -> str:
    """Tell on which side of its number a figure lies: `below`, `above`, or nothing."""
    if figure.quantifier in {"up_to", "less_than"}:
        return "below"
    return "above" if figure.quantifier in {"at_least", "more_than"} else ""


def groups_agree(a: ReadFigure, b: ReadFigure) -> bool:
    """Whether two figures may count the same people: 'children' are not 'people'."""
    one = set(_WORDS.findall(a.group.casefold())) & _SUBGROUP - {"civilians"}
    two = set(_WORDS.findall(b.group.casefold())) & _SUBGROUP - {"civilians"}
    return one == two


def dates_agree(a: ReadFigure, b: ReadFigure) -> bool:
    """Whether the days of two figures overlap or one of them has none."""
    if (a.date_from or a.date_to) is None or (b.date_from or b.date_to) is None:
        return True
    if a.date_from and b.date_to and a.date_from > b.date_to:
        return False
    return not (b.date_from and a.date_to and b.date_from > a.date_to)


def name_fact(figure: ReadFigure) -> str:
    """Name the fact that a figure states, the same in every report: 'displaced-mosul-2000000'."""
    place = "-".join(place_of(figure).split()[:4]) or "unplaced"
    return f"{figure.term.replace('_', '-')}-{place}-{_value_words(figure)}"


def name_span(figures: Sequence[ReadFigure]) -> str:
    """Name a fact on which several numbers are stated: 'displaced-mosul-500000-to-2000000'."""
    first = figures[0]
    place = next((p for p in map(place_of, figures) if p), "")
    numbers = [n for n in map(number_of, figures) if n is not None]
    unit = next((f.unit for f in figures if f.unit != "percent"), "persons")
    ending = "" if unit == "persons" else f"-{unit.replace('_', '-')}"
    span = f"{min(numbers):.12g}-to-{max(numbers):.12g}" if numbers else "unknown"
    return f"{first.term.replace('_', '-')}-{'-'.join(place.split()[:4]) or 'unplaced'}-{span}{ending}"


def lies_within(part: str, whole: str, places: Mapping[str, tuple[str, str]]) -> bool:
    """Whether a place lies in another one: a town in its country, the west of a city in the city.

    Parameters
    ----------
    part, whole
        Places as written.
    places
        Kind and country by name in small letters, as far as they are known.
    """
    small, large = part.casefold().strip(), whole.casefold().strip()
    if not small or not large or small == large:
        return False
    kind, country = places.get(small, ("", ""))
    whole_kind, whole_country = places.get(large, ("", ""))
    if whole_kind == "country" and country == whole_country and country and kind != "country":
        return True
    side = _SIDE.match(small)
    if side and small[side.end() :].strip() == large.removeprefix("the ").strip():
        return True
    town, division = _TOWN.sub("", small), _DIVISION.sub("", large)
    return division != large and town == division and bool(_TOWN.search(small))


def origin_of(relation: str) -> str:
    """Read the statement that a figure counts as from its relation; nothing where there is none."""
    for word in relation.split(";"):
        kind, _, name = word.strip().partition(":")
        if kind == ORIGIN:
            return name.strip()
    return ""


def _value_words(figure: ReadFigure) -> str:
    low, high, point = value_of(figure)
    unit = "" if figure.unit in {"persons", "percent"} else f"-{figure.unit.replace('_', '-')}"
    if figure.unit == "percent" and low is None and high is None and point is None:
        low, high, point, unit = figure.low, figure.high, figure.point, "-percent"
    if figure.quantifier == "between" and low is not None and high is not None:
        return f"{low:.12g}-to-{high:.12g}{unit}"
    if figure.quantifier == "more_than" and low is not None:
        return f"over-{low:.12g}{unit}"
    number = point if point is not None else high if high is not None else low
    return "unknown" if number is None else f"{number:.12g}{unit}"
