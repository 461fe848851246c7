"""What a finished file is searched for: withheld names and positions, and what may be said all the same."""

from __future__ import annotations

import csv
import html
import io
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import resources
from math import log, pi, radians, tan, trunc
from typing import TYPE_CHECKING

from havenward.brief.audience import SHOWN_ASSUMPTIONS, SHOWN_OF_PLACES, allows, cell_centre
from havenward.records import RECEIVING_KINDS
from havenward.words import Words, read_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from havenward.records import Location

    Writings = tuple[tuple[str, ...], tuple[str, ...]]

# A place or a group may bear such a name; where products must use the word it cannot be searched for.
EVERYDAY_WORDS = frozenset(
    {
        "north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest", "centre",
        "central",
    }
)  # fmt: skip
# Words that data files must hold: column names, kinds of places, statistics.
COLUMN_WORDS = frozenset(
    {
        "low", "high", "total", "people", "persons", "place", "name", "date", "day", "unit", "item", "sector",
        "reason", "kind", "camp", "host", "town", "border", "origin", "country", "water", "food", "health",
        "shelter", "stock", "value", "location", "members", "quantile",
    }
)  # fmt: skip
ELLIPSIS, CUT = "\u2026", "cutoffhere"  # a sign that a text was cut, and the word that stands for it
MIN_NAME = 3  # shorter names and keys would be found in any text
MIN_DECIMALS = 3  # a number this fine points at a place by itself (100 m) ...
PAIR_DECIMALS = 2  # ... and one this fine does beside its partner (1 km)
BOX_MARGIN = 0.25  # degrees around the places of a case in which a pair of numbers is taken for a position
EARTH_RADIUS_M = 6_378_137.0  # of the projection that web maps use
_TEMPLATE_CODE = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_ATTRIBUTE = re.compile(r'=\s*"([^"]*)"')


@dataclass(frozen=True)
class Guard:
    """What a finished file is searched for.

    Parameters
    ----------
    names
        Normalised names and keys of places that the audience may not see.
    spoken
        Normalised phrases that may be said although they hold such a name: `hill camp` where `hill` is
        withheld, the title of the case, a phrase of the catalogue.
    coordinates
        Of every withheld position, how its two numbers may be written; a file gives a place away when it
        holds both (one number alone can be chance).
    receiving
        Keys of the receiving places, which every audience may see.
    points
        Every withheld position, as latitude and longitude in degrees.
    box
        South, west, north, east of a case whose positions are all coarse for the audience; None where
        exact positions may be shown.
    for_others
        Names that the public may not see; the log of releases, which lies beside products of every audience,
        holds none of them.
    """

    audience: str
    names: tuple[str, ...]
    spoken: tuple[str, ...]
    coordinates: tuple[Writings, ...]
    suppress_below: int
    receiving: frozenset[str]
    points: tuple[tuple[float, float], ...] = ()
    box: tuple[float, float, float, float] | None = None
    for_others: tuple[str, ...] = ()

    def names_in(self, text: str) -> tuple[str, ...]:
        """Find withheld names in a text; hyphens, underscores, accents and case do not hide them."""
        return _search(text, self.names, self.spoken)

    def names_for_team_in(self, text: str) -> tuple[str, ...]:
        """Find names that the public may not see, whatever the audience."""
        return _search(text, self.for_others, ())

    def is_small(self, value: float | None) -> bool:
        """Tell whether a count of people is too small to be shown."""
        return value is not None and not allows(self.audience, "small") and value < self.suppress_below


def _search(text: str, names: tuple[str, ...], spoken: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    unseen = [] if text.isascii() else [char for char in set(text) if unicodedata.category(char) == "Cf"]
    # a character that nobody sees may stand within a word, or between two
    apart = text.translate(dict.fromkeys(map(ord, unseen), " ")) if unseen else text
    for one in dict.fromkeys((text, apart)):
        words = _words_of(one.replace(ELLIPSIS, f" {CUT} "))
        plain, used = f" {' '.join(words)} ", set(words)
        # a text of megabytes is looked through only for names whose words are all in it
        near = [name for name in names if used.issuperset(name.split())]
        if any(f" {name} " in plain for name in near):
            for phrase in spoken:
                if used.issuperset(phrase.split()):
                    plain = plain.replace(f" {phrase} ", " \0 ")
            if CUT in plain:
                plain = _without_cut_phrases(plain, names, spoken)
            found += [name for name in near if f" {name} " in plain]
    return tuple(dict.fromkeys(found))


def _without_cut_phrases(plain: str, names: tuple[str, ...], spoken: tuple[str, ...]) -> str:
    """Take out phrases that may be said and were cut to fit, as `hill camp by the la...`."""
    for phrase in spoken:
        shortest = min(len(name) for name in names if f" {name} " in f" {phrase} ")
        for end in range(len(phrase) - 1, shortest + 1, -1):
            plain = plain.replace(f" {phrase[:end].rstrip()} {CUT} ", " \0 ")
    return plain


def normalise(text: str) -> str:
    """Reduce a text to lower-case words and single spaces, so that `East-Side_1` is `east side 1`.

    Accents, and characters that nobody sees, go: they would hide a name from the search.
    """
    return " ".join(_words_of(text))


def _words_of(text: str) -> list[str]:
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        marks = [char for char in set(text) if unicodedata.category(char) in {"Mn", "Cf"}]
        text = text.translate(dict.fromkeys(map(ord, marks)))
    return re.findall(r"\w+", text.replace("_", " ").casefold())


def assumption_allowed(name: str, audience: str, guard: Guard) -> bool:
    """Tell whether an assumption may be shown by name: `parameter`, or `parameter.place`."""
    if allows(audience, "access"):
        return True
    parameter, dot, place = name.partition(".")
    if not dot:
        return any(fnmatchcase(name, pattern) for pattern in SHOWN_ASSUMPTIONS)
    return place in guard.receiving and any(fnmatchcase(parameter, shown) for shown in SHOWN_OF_PLACES)


def safe_text(text: str, guard: Guard, language: str = "en") -> str:
    """Give a text, or say that it is withheld where it names a place that the audience may not see.

    A reason may name past crises (`raqqa-2017`) although the case withholds a place of that name: such a
    crisis is then not named, and the rest of the text stands.
    """
    words = Words(language)
    if guard.names_in(text):
        for crisis in _past_crises():
            if guard.names_in(crisis):
                text = text.replace(crisis, words.say("past_crisis"))
    return words.say("redacted") if guard.names_in(text) else text


def _past_crises() -> list[str]:
    """List the names under which past crises are cited."""
    table = (resources.files("havenward") / "tables" / "past_crises.csv").read_text("utf-8")
    return sorted({row["crisis"] for row in csv.DictReader(io.StringIO(table))})


# -- making a guard ------------------------------------------------------------------------------------


def guard_for(
    locations: Iterable[Location], title: str, audience: str, suppress_below: int, language: str = ""
) -> Guard:
    """Collect what an audience may not see of a case's places, the names of their groups included.

    Parameters
    ----------
    locations
        Of the case, every version of each.
    title
        Of the case; may be said although it holds a withheld name, which is searched for all the same.
    audience
        Whose eyes the files are for.
    suppress_below
        Counts under this are small.
    language
        Whose phrases the products hold; all languages where it is empty.

    Notes
    -----
    A fixed phrase that holds a withheld name may be said, as a whole: where a place is called `Kitchen`, the
    standard "Kitchen sets" stands, and `Kitchen` alone is refused. Only a name that is itself a whole
    phrase, a word that columns of data need, or an everyday word in the name of a place that is shown
    (`Camp east of the city` where a group is called `east`) cannot be searched for.
    """
    rows = list(locations)
    names, said = _withheld_names(rows, audience)
    fixed = {normalise(title), *_fixed_phrases(language)} - {""}
    spoken = {
        phrase for phrase in said | fixed if any(f" {name} " in f" {phrase} " for name in names)
    } - names.intersection(said | {normalise(title)})
    shown = [row for row in rows if row.kind not in _hidden_kinds(audience)]
    everywhere = [row for row in rows if row.latitude is not None and row.longitude is not None]
    box = None
    if allows(audience, "positions"):
        visible = {(row.latitude, row.longitude) for row in shown}
        hidden = {(row.latitude, row.longitude) for row in everywhere} - visible
    else:
        hidden = {(row.latitude, row.longitude) for row in everywhere}
        box = _box(everywhere)
    points = tuple(sorted((lat, lon) for lat, lon in hidden if lat is not None and lon is not None))
    return Guard(
        audience,
        tuple(sorted(names)),
        tuple(sorted(spoken, key=lambda phrase: (-len(phrase), phrase))),
        tuple(sorted({one for point in points for one in _writings(*point)})),
        suppress_below,
        frozenset(row.location for row in rows if row.kind in RECEIVING_KINDS),
        tuple(point for point in points if not is_cell_centre(*point)),
        box,
        tuple(sorted(_withheld_names(rows, "public")[0])),
    )


def _hidden_kinds(audience: str) -> set[str]:
    kinds = {"marker"} if not allows(audience, "routes") else set()
    kinds |= {"town", "border"} if not allows(audience, "gates") else set()
    kinds |= {"origin"} if not allows(audience, "origins") else set()
    return kinds


def _withheld_names(rows: list[Location], audience: str) -> tuple[set[str], set[str]]:
    """Give the names that an audience may not see, and the names of what is shown."""
    kinds = _hidden_kinds(audience)
    hidden = [row for row in rows if row.kind in kinds]
    shown = [row for row in rows if row.kind not in kinds]
    said = {
        normalise(text)
        for row in shown
        if row.kind in RECEIVING_KINDS
        for text in (row.name, row.location, row.admin1, row.admin2, row.country)
    }
    said |= {normalise(text) for row in shown for text in (row.name, row.location)}
    everyday = EVERYDAY_WORDS.intersection(word for text in said for word in text.split())
    names = {normalise(text) for row in hidden for text in (row.name, row.location)}
    names |= {normalise(row.group) for row in hidden} - everyday
    return {name for name in names - said - COLUMN_WORDS if len(name) >= MIN_NAME}, said


def _box(rows: list[Location]) -> tuple[float, float, float, float]:
    """Give the box in which a pair of fine numbers is a position; empty where the case has no positions."""
    south, west, north, east = 91.0, 181.0, -91.0, -181.0
    for row in rows:
        if row.latitude is not None and row.longitude is not None:
            south, north = min(south, row.latitude), max(north, row.latitude)
            west, east = min(west, row.longitude), max(east, row.longitude)
    return south - BOX_MARGIN, west - BOX_MARGIN, north + BOX_MARGIN, east + BOX_MARGIN


def is_cell_centre(latitude: float, longitude: float) -> bool:
    """Tell whether a position says no more than its cell."""
    return all(abs(value - cell_centre(value)) < 1e-6 for value in (latitude, longitude))


def _writings(latitude: float, longitude: float) -> Iterator[Writings]:
    """Give how the two numbers of a position may begin: in degrees (fine ones), and in web map metres."""
    if any(abs(value - round(value, MIN_DECIMALS - 1)) > 1e-9 for value in (latitude, longitude)):
        step = 10**MIN_DECIMALS
        lat, lon = (
            tuple(sorted({f"{value:.{MIN_DECIMALS}f}", f"{trunc(value * step) / step:.{MIN_DECIMALS}f}"}))
            for value in (latitude, longitude)
        )
        yield lat, lon
    if abs(latitude) < 89:
        east = radians(longitude) * EARTH_RADIUS_M
        north = log(tan(pi / 4 + radians(latitude) / 2)) * EARTH_RADIUS_M
        metres = [tuple(sorted({f"{trunc(value)}", f"{value:.0f}"})) for value in (north, east)]
        if all(len(text.lstrip("-")) > 4 for texts in metres for text in texts):
            yield metres[0], metres[1]


def _fixed_phrases(language: str) -> set[str]:
    """Give, normalised, the phrases that products may hold whatever the case, cut where a value goes in.

    Reasons of conventions and past crises name real places, which a case may have to withhold, so they are
    not among them; `safe_text` reduces them. Of the standards only those of the brief are.
    """
    catalogue = read_catalogue()
    columns = [language] if language else [key for key in catalogue[0] if key != "key"]
    lines = [row[column] or row["en"] for row in catalogue for column in columns]
    folder = resources.files("havenward.brief") / "templates"
    for item in folder.iterdir():
        if item.name.endswith(".html"):
            page = _TEMPLATE_CODE.sub("\n", item.read_text(encoding="utf-8"))
            lines += _TAG.sub("\n", page).splitlines()
            lines += [html.unescape(value) for tag in _TAG.findall(page) for value in _ATTRIBUTE.findall(tag)]
    tables = resources.files("havenward") / "tables"
    conventions = tomllib.loads((tables / "conventions.toml").read_text("utf-8"))["assumption"]
    lines += [text for row in conventions for text in (str(row["name"]), str(row["unit"]))]
    profile = csv.DictReader(io.StringIO((tables / "standard_profiles.csv").read_text("utf-8")))
    used = {row["standard"] for row in profile if row["profile"] == "brief"}
    for row in csv.DictReader(io.StringIO((tables / "standards.csv").read_text("utf-8"))):
        if row["standard"] in used:
            lines += row.values()
    parts = (part for line in lines for part in re.split(r"\{[^}]*\}", line))
    return {normalise(part) for part in parts}
