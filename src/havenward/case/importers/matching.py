"""Which location of the case a place of a source is: by P-code, by name, by a similar name, or none.

The rule, in order; the first that gives exactly one location decides:

1. the user's own word, from `[places]` of the settings file;
2. the P-code. A camp, a town or a border post has the P-code of the area around it, and counts of an area are
   not theirs: they are taken by P-code only where the names agree too. Origins and host communities are taken
   by it alone, and where the names differ that is said;
3. the name without case, accents, marks and words such as camp, site, al-, among places of the same area;
4. a similar name: at least `SIMILAR` of 100, at least `LEAD` better than the next, with the same numbers and
   sides (North, II, B), in the same area. It is always reported.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from havenward.case.importers.imported import Unplaced
from havenward.case.known import latest_locations
from havenward.errors import Problem, SettingsError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from havenward.records import Case, Location

# of 100: "Hamam al Alil" and "Hammam al-Alil" have 95, "Tel Afar" and "Tal Afar" 87.5, "Bentiu PoC" and
# "Bentiu" 80, "Goma" and "Gombe" 67, "Qayyarah" and "Qaraqosh" 62
SIMILAR = 86.0
LEAD = 8.0
SUGGESTED = 60.0  # what may be meant, and is shown
MAX_SUGGESTIONS = 3
MAX_NAMED = 6
SHORTEST = 4  # letters; shorter names have too many neighbours
NAMES_AGREE = 60.0  # of a place and a row with its P-code
AREA_KINDS = ("origin", "host")  # what a P-code alone can stand for

# words that say what a place is and not which one
_KIND_WORDS = frozenset(
    "camp camps idp idps site sites refugee refugees settlement campement campamento sitio"  # noqa: SIM905 - read as a line of words
    " deplaces refugies desplazados مخيم موقع".split()
)
_ARTICLES = frozenset("al el as ad at ar an ash az the le la les los las de du des del of".split())  # noqa: SIM905 - read as a line of words
# words that tell neighbours apart: never a difference of spelling
_SIDES = frozenset(
    "north south east west upper lower new old nord sud est ouest norte sur este oeste central left right"  # noqa: SIM905 - read as a line of words
    " i ii iii iv v vi vii viii ix x a b c d e f".split()
)
# letters that have no accent to strip, in Latin script and in Arabic
_PLAIN_LETTERS = str.maketrans("øłđħıأإآىة", "oldhiااايه")  # noqa: RUF001 - other scripts
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Asked:
    """A place as a source names it; every part may be empty.

    `admin` are the names of the areas that it lies in, as many levels as the source states, parted by `;`.
    """

    pcode: str = ""
    name: str = ""
    admin: str = ""


class PlaceMatch(NamedTuple):
    """What a place of a source is in the case.

    `how` is `settings`, `pcode`, `name`, `similar` or `none`; `score` is the likeness of the names, 0 to 100.
    `location` is empty with `none`. `suggestions` are locations with similar names, best first.
    """

    location: str
    how: str
    score: float = 0.0
    suggestions: tuple[str, ...] = ()


def match_places(
    case: Case, asked: Iterable[Asked], by_hand: Mapping[str, str] | None = None
) -> dict[Asked, PlaceMatch]:
    """Find the location of each place.

    Parameters
    ----------
    case
        The latest version of each of its locations is compared.
    asked
        Places; repeated ones cost nothing.
    by_hand
        Location by name or P-code as the source writes it; an empty location says that the place is none.

    Raises
    ------
    SettingsError
        `by_hand` names locations that the case does not have.
    """
    places = latest_locations(case)
    hand = {fold_name(name): location for name, location in (by_hand or {}).items()}
    _check_by_hand(by_hand or {}, places)
    index = _Index(places)
    return {place: index.find(place, hand) for place in dict.fromkeys(asked)}


def fold_name(name: str) -> str:
    """Write a name without case, accents, marks, articles and words for its kind."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_PLAIN_LETTERS))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).translate(_PLAIN_LETTERS)
    words = _WORD.findall(plain.replace("'", "").replace("\u2019", "").replace("\u02bf", ""))
    words = [word[2:] if word.startswith("ال") and len(word) > 4 else word for word in words]
    kept = [word for word in words if word not in _KIND_WORDS and word not in _ARTICLES]
    return " ".join(kept or words)


def describe_matches(matches: Mapping[Asked, PlaceMatch], where: str) -> list[str]:
    """Say in sentences how places were found; every similar name is listed with what it was taken for."""
    similar = [
        f"{where}: '{place.name}' was taken for {found.location} because the names are alike "
        f"({found.score:.0f} of 100); if that is wrong, set it in [places] of a settings file"
        for place, found in matches.items()
        if found.how == "similar"
    ]
    words = {"settings": "by the settings file", "pcode": "by P-code", "name": "by name"}
    counts = [
        f"{number} {phrase}"
        for how, phrase in words.items()
        if (number := sum(1 for found in matches.values() if found.how == how))
    ]
    differ = [
        f"{place.name} ({place.pcode}) is {found.location}"
        for place, found in matches.items()
        if found.how == "pcode" and found.score < NAMES_AGREE
    ]
    if differ:
        more = f"; and {len(differ) - MAX_NAMED} more" if len(differ) > MAX_NAMED else ""
        similar.append(
            f"{where}: found by P-code though the names differ: {'; '.join(differ[:MAX_NAMED])}{more}"
        )
    return ([f"{where}: places found: {', '.join(counts)}"] if counts else []) + similar


def list_unplaced(matches: Mapping[Asked, PlaceMatch], rows: Mapping[Asked, int]) -> tuple[Unplaced, ...]:
    """List the places that found no location, with how many rows each had; save those ruled out by hand."""
    return tuple(
        Unplaced(place.name, place.pcode, rows.get(place, 0), found.suggestions)
        for place, found in matches.items()
        if found.how == "none"
    )


def _check_by_hand(by_hand: Mapping[str, str], places: Mapping[str, Location]) -> None:
    problems = []
    for name, location in by_hand.items():
        if location and location not in places:
            close = nearest(location, list(places))
            problems.append(
                Problem(
                    "settings [places]",
                    f"'{name}' is '{location}'",
                    "expected a location of locations.csv",
                    f"did you mean '{close}'?" if close else "correct the name, or add the location",
                    "import-place-unknown",
                )
            )
    if problems:
        raise SettingsError(problems)


class _Index:
    """Locations of the case by P-code and by folded name."""

    def __init__(self, places: Mapping[str, Location]) -> None:
        self.places = places
        self.by_pcode: dict[str, list[str]] = defaultdict(list)
        self.by_name: dict[str, list[str]] = defaultdict(list)
        for location, row in places.items():
            if row.pcode:
                self.by_pcode[row.pcode.strip().casefold()].append(location)
            key = fold_name(location)  # a short name of a location such as camp-a says too little
            for name in dict.fromkeys((fold_name(row.name), key if len(key) >= SHORTEST else "")):
                if name:
                    self.by_name[name].append(location)
        self.names = list(self.by_name)

    def find(self, place: Asked, hand: Mapping[str, str]) -> PlaceMatch:
        for text in (place.pcode, place.name):
            if text and fold_name(text) in hand:
                return PlaceMatch(hand[fold_name(text)], "settings")
        name = fold_name(place.name)
        close = self._alike(name) if name else []
        suggestions = tuple(dict.fromkeys(location for _, location in close))[:MAX_SUGGESTIONS]
        coded = self.by_pcode.get(place.pcode.strip().casefold(), []) if place.pcode else []
        sound = [location for location in coded if self._agrees(location, name)]
        if len(sound) > 1 and name:
            sound = [location for location in sound if location in self.by_name.get(name, [])] or sound
        if len(sound) == 1:
            return PlaceMatch(sound[0], "pcode", self._likeness(sound[0], name))
        near = [location for location in self.by_name.get(name, []) if self._is_near(location, place)]
        if len(near) == 1:
            return PlaceMatch(near[0], "name", 100.0)
        if not near and len(name) >= SHORTEST:
            fit = [pair for pair in close if self._may_be(pair[1], name, place)]
            others = [score for score, location in fit[1:] if location != fit[0][1]]
            if fit and fit[0][0] >= SIMILAR and (not others or fit[0][0] - others[0] >= LEAD):
                return PlaceMatch(fit[0][1], "similar", fit[0][0])
        return PlaceMatch(
            "", "none", 0.0, tuple(dict.fromkeys((*near, *coded, *suggestions)))[:MAX_SUGGESTIONS]
        )

    def _alike(self, name: str) -> list[tuple[float, str]]:
        """List locations with names like one, best first."""
        from rapidfuzz import fuzz, process

        found = process.extract(
            name, self.names, scorer=fuzz.token_sort_ratio, limit=8, score_cutoff=SUGGESTED
        )
        joined = name.replace(" ", "")
        scored = [
            (max(score, fuzz.ratio(joined, other.replace(" ", ""))), location)
            for other, score, _ in found
            for location in self.by_name[other]
        ]
        return sorted(scored, key=lambda pair: (-pair[0], pair[1]))

    def _likeness(self, location: str, name: str) -> float:
        """Compare a folded name with those of a location, 0 to 100; 100 where the source gives none."""
        if not name:
            return 100.0
        from rapidfuzz import fuzz

        own = (fold_name(self.places[location].name), fold_name(location))
        return max(fuzz.token_sort_ratio(name, word) for word in own)

    def _agrees(self, location: str, name: str) -> bool:
        """Tell whether a location with the right P-code can be meant."""
        row = self.places[location]
        if row.kind in AREA_KINDS:
            return True
        same = any(_marks(name) == _marks(fold_name(own)) for own in (row.name, location))
        return bool(name) and same and self._likeness(location, name) >= NAMES_AGREE

    def _is_near(self, location: str, place: Asked) -> bool:
        """Tell whether a location may lie in the area that the source states; unknown areas do not speak."""
        row = self.places[location]
        known = {fold_name(area) for area in (row.admin1, row.admin2) if area}
        stated = {fold_name(area) for area in place.admin.split(";") if area.strip()}
        if not known or not stated or stated & known:
            return True
        from rapidfuzz import fuzz

        return any(fuzz.token_sort_ratio(one, area) >= SIMILAR for one in stated for area in known)

    def _may_be(self, location: str, name: str, place: Asked) -> bool:
        row = self.places[location]
        same = any(_marks(name) == _marks(fold_name(own)) for own in (row.name, location))
        return same and self._is_near(location, place)


def _marks(name: str) -> tuple[str, ...]:
    """Give the parts of a name that tell neighbours apart: numbers, sides, single letters."""
    words = name.split()
    numbers = [number for word in words for number in re.findall(r"[0-9]+", word)]
    return tuple(sorted([*numbers, *(word for word in words if word in _SIDES)]))
