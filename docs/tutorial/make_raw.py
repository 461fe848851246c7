# ruff: noqa: E501 - rows of tables and sentences of reports stay on one line
"""Make the raw files of the tutorial, as an office would have them: of a country and a war that do not exist.

    python docs/tutorial/make_raw.py [FOLDER]

Velmora and its neighbour Dorenia lie where the open Atlantic is, so that nobody takes them for real. Every name,
number and report is invented here. Two fronts come near from the north and the east; people go to two towns, two
sites and over a border; in May the rains close a track. The files are always the same for the same versions of the
libraries, and always hold the same.
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Cell = str | int | float | date | None
    Point = tuple[float, float]

RAW = Path(__file__).parent / "raw"
SEED = 20250331
MADE = datetime(2025, 3, 31, tzinfo=UTC)
ZIP_DAY = (2025, 3, 31, 0, 0, 0)  # of the members of packed files, so that they do not change by themselves


@dataclass(frozen=True)
class Place:
    """A settlement: its district, and the point that the road map has for it."""

    name: str
    pcode: str
    longitude: float
    latitude: float
    kind: str
    people: int


TOWNS = (
    Place("Tamvar", "VM0101", -29.78, 12.02, "town", 42_300),
    Place("Keldra", "VM0102", -29.24, 11.98, "town", 28_700),
    Place("Merrow", "VM0103", -28.77, 11.86, "town", 19_400),
    Place("Ostrin", "VM0104", -28.22, 11.92, "city", 61_200),
    Place("Sorvat", "VM0201", -29.72, 11.28, "city", 88_500),
    Place("Ilmena", "VM0202", -29.20, 11.33, "town", 36_900),
    Place("Brenik", "VM0203", -28.80, 11.22, "village", 9_800),
    Place("Luhana", "VM0204", -28.20, 11.30, "town", 33_600),
)
HALME, ARUNA, BRENIK_CAMP, CROSSING = (-29.55, 11.17), (-29.02, 10.72), (-28.84, 11.19), (-29.05, 10.90)
# roads: class, name, further tags, and what they join; the points between are drawn
ROADS: tuple[tuple[str, dict[str, str], str, str], ...] = (
    ("primary", {"ref": "N1"}, "Tamvar", "Sorvat"),
    ("secondary", {}, "Tamvar", "Keldra"),
    ("primary", {"ref": "N2"}, "Keldra", "Ilmena"),
    ("secondary", {}, "Keldra", "Merrow"),
    ("tertiary", {"surface": "gravel"}, "Merrow", "Brenik"),
    ("secondary", {}, "Merrow", "Ostrin"),
    ("primary", {"ref": "N3"}, "Ostrin", "Luhana"),
    ("track", {"surface": "dirt", "ford": "yes"}, "Luhana", "Brenik"),
    ("secondary", {}, "Luhana", "Crossing"),
    ("primary", {"ref": "N4"}, "Sorvat", "Ilmena"),
    ("secondary", {}, "Ilmena", "Brenik"),
    ("tertiary", {}, "Sorvat", "Halme"),
    ("primary", {"ref": "N2"}, "Ilmena", "Crossing"),
    ("primary", {"bridge": "yes"}, "Crossing", "Bridge foot"),
    ("secondary", {}, "Bridge foot", "Aruna"),
    ("unclassified", {}, "Brenik", "Brenik camp"),
)


def main() -> None:
    """Write all files into the folder that is named, or beside this one."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else RAW
    write_raw(folder)
    print(f"{sum(path.is_file() for path in folder.rglob('*'))} files in {folder}")


def write_raw(folder: Path) -> None:
    """Write all files into a folder."""
    (folder / "reports").mkdir(parents=True, exist_ok=True)
    write_boundaries(folder / "vlm_admbnda_adm2.gpkg")
    write_population(folder / "vlm_admpop_2024.xlsx")
    write_sites(folder / "liste-des-sites.xlsx")
    write_roads(folder / "velmora.osm.pbf")
    write_events(folder / "acled-velmora-march.csv", date(2025, 3, 29))
    write_events(folder / "acled-velmora-april.csv", date(2025, 4, 26))
    for name, day, rows in ROUNDS:
        write_round(folder / name, day, rows)
    write_reports(folder / "reports")


# -- boundaries and people -------------------------------------------------------------------------------


def write_boundaries(path: Path) -> None:
    """Write the eight districts, in two rows of four, with borders that wind."""
    import pyogrio
    import shapely

    # GDAL writes the time of writing into a GeoPackage unless it is told another
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": MADE.strftime("%Y-%m-%dT%H:%M:%SZ")})
    rng = np.random.default_rng(SEED)
    across, up = 4 * 6 + 1, 2 * 6 + 1
    grid = np.stack(
        np.meshgrid(np.linspace(-30, -28, across), np.linspace(10.9, 12.3, up), indexing="ij"), axis=-1
    )
    grid += rng.uniform(-0.02, 0.02, grid.shape)
    shapes = []
    for number in range(8):
        west, south = 6 * (number % 4), 6 * (1 - number // 4)
        ring = [grid[west + i, south] for i in range(6)] + [grid[west + 6, south + i] for i in range(6)]
        ring += [grid[west + 6 - i, south + 6] for i in range(6)] + [
            grid[west, south + 6 - i] for i in range(6)
        ]
        shapes.append(shapely.Polygon(np.round(ring, 5)))
    provinces = [("VM01", "Haut-Arne") if town.pcode < "VM02" else ("VM02", "Bas-Arne") for town in TOWNS]
    columns = {
        "adm2_name": [town.name for town in TOWNS],
        "adm2_pcode": [town.pcode for town in TOWNS],
        "adm1_name": [name for _, name in provinces],
        "adm1_pcode": [code for code, _ in provinces],
        "adm0_name": ["Velmora"] * 8,
        "adm0_pcode": ["VM"] * 8,
        "valid_on": ["2024-01-01"] * 8,
    }
    path.unlink(missing_ok=True)
    pyogrio.raw.write(
        path,
        np.array([shapely.to_wkb(shape) for shape in shapes], dtype=object),
        [np.array(values, dtype=object) for values in columns.values()],
        list(columns),
        crs="EPSG:4326",
        geometry_type="Polygon",
        layer="vlm_admbnda_adm2",
    )
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_population(path: Path) -> None:
    """Write people by district, with women and men, as COD-PS does."""
    rows: list[list[Cell]] = [
        [
            "Reference_year",
            "ADM0_FR",
            "ADM0_PCODE",
            "ADM1_FR",
            "ADM1_PCODE",
            "ADM2_FR",
            "ADM2_PCODE",
            "F_TL",
            "M_TL",
            "T_TL",
        ]
    ]
    for town in TOWNS:
        upper = "VM01" if town.pcode < "VM02" else "VM02"
        province = "Haut-Arne" if upper == "VM01" else "Bas-Arne"
        women = round(town.people * 0.51)
        rows.append(
            [
                2024,
                "Velmora",
                "VM",
                province,
                upper,
                town.name,
                town.pcode,
                women,
                town.people - women,
                town.people,
            ]
        )
    write_workbook(path, {"README": [["Projection, invented for a tutorial"]], "vlm_admpop_adm2_2024": rows})


def write_sites(path: Path) -> None:
    """Write the list of sites as the committee for displaced people keeps it, in French."""
    head: list[Cell] = [
        "Nom du site",
        "Type de site",
        "Province",
        "Latitude",
        "Longitude",
        "Capacité (personnes)",
        "Population actuelle",
        "Date d'ouverture",
        "Mise à jour",
    ]
    rows: list[list[Cell]] = [
        ["Comité national d'accueil : sites au 18 mars 2025"],
        [],
        head,
        ["Site de Halme", "Camp planifié", "Bas-Arne", HALME[1], HALME[0], "9 000", "2 140", "15/01/2025", "18/03/2025"],
        [
            "Camp de Brenik", "Camp planifié", "Bas-Arne", BRENIK_CAMP[1], BRENIK_CAMP[0], "6 500", "1 310", "02/02/2025",
            "18/03/2025",
        ],
        ["Camp d'Aruna (Dorénie)", "Camp", "", ARUNA[1], ARUNA[0], "20 000", "0", "20/03/2025", "18/03/2025"],
        ["Sorvat", "Communauté hôte", "Bas-Arne", 11.28, -29.72, "", "5 260", "", "18/03/2025"],
        ["Ilmena", "Communauté hôte", "Bas-Arne", 11.33, -29.20, "", "3 480", "", "18/03/2025"],
        ["TOTAL", "", "", "", "", "35 500", "12 190", "", ""],
    ]  # fmt: skip
    write_workbook(path, {"Sites": rows})


# -- roads and events ------------------------------------------------------------------------------------


def write_roads(path: Path) -> None:
    """Write an extract of the road map: winding roads with a node each kilometre or so, and the places."""
    import osmium
    from osmium.osm.mutable import Node, Way

    rng = np.random.default_rng(SEED + 1)
    ends: dict[str, Point] = {town.name: (town.longitude, town.latitude) for town in TOWNS}
    ends |= {"Halme": HALME, "Aruna": ARUNA, "Brenik camp": BRENIK_CAMP, "Crossing": CROSSING}
    ends["Bridge foot"] = (CROSSING[0] + 0.001, CROSSING[1] - 0.003)
    numbers = {name: number for number, name in enumerate(ends, start=1)}
    nodes = {numbers[name]: point for name, point in ends.items()}
    ways = []
    for kind, tags, start, end in ROADS:
        refs = [numbers[start]]
        for point in wind(np.array(ends[start]), np.array(ends[end]), rng):
            nodes[len(nodes) + 1] = point
            refs.append(len(nodes))
        ways.append(([*refs, numbers[end]], {"highway": kind, "name": f"{start} - {end}", **tags}))
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", "2025-03-01T00:00:00Z")
    header.set("generator", "invented for a tutorial")
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        for number, point in sorted(nodes.items()):
            town = next((town for town in TOWNS if numbers[town.name] == number), None)
            writer.add_node(
                Node(id=number, location=point, tags={"place": town.kind, "name": town.name} if town else {})
            )
        for number, (refs, tags) in enumerate(ways, start=1):
            writer.add_way(Way(id=number, nodes=refs, tags=tags))


def wind(start: np.ndarray, end: np.ndarray, rng: np.random.Generator) -> list[Point]:
    """Draw the points of a road between two places, which it leaves and reaches straight."""
    steps = int(np.hypot(*(end - start)) * 111 / 1.2)
    along = np.linspace(0, 1, steps + 2)[1:-1]
    off = np.cumsum(rng.normal(0, 0.006, len(along)))
    off = (off - along * (off[-1] if len(off) else 0)) * np.sin(np.pi * along)
    side = np.array([-(end - start)[1], (end - start)[0]]) / max(np.hypot(*(end - start)), 1e-9)
    points = start + along[:, None] * (end - start) + off[:, None] * side
    return [(round(float(x), 6), round(float(y), 6)) for x, y in points]


EVENT_COLUMNS = (
    "event_id_cnty",
    "event_date",
    "year",
    "time_precision",
    "disorder_type",
    "event_type",
    "sub_event_type",
    "actor1",
    "actor2",
    "civilian_targeting",
    "iso",
    "region",
    "country",
    "admin1",
    "admin2",
    "location",
    "latitude",
    "longitude",
    "geo_precision",
    "source",
    "notes",
    "fatalities",
    "timestamp",
)
# fighting: near which town, from when to when, events a week
FIGHTING = (
    ("Tamvar", date(2025, 2, 18), date(2025, 4, 26), 5.0),
    ("Ostrin", date(2025, 3, 12), date(2025, 4, 26), 7.0),
    ("Keldra", date(2025, 4, 9), date(2025, 4, 26), 4.0),
)


def write_events(path: Path, until: date) -> None:
    """Write an export of conflict events up to a day; names of actors and notes are there, as in life, to be left out."""
    rng = np.random.default_rng(SEED + 2)
    rows: list[tuple[date, dict[str, str]]] = []
    for name, first, last, weekly in FIGHTING:
        town = next(town for town in TOWNS if town.name == name)
        for step in range((last - first).days + 1):
            day = first + timedelta(days=step)
            for _ in range(max(int(rng.poisson(weekly / 7)), 1 if step == 0 else 0)):
                shelling = bool(rng.random() < 0.4)
                rows.append(
                    (
                        day,
                        {
                            "event_date": f"{day:%d} {day:%B} {day.year}",
                            "year": str(day.year),
                            "time_precision": "1" if rng.random() < 0.9 else "2",
                            "disorder_type": "Political violence",
                            "event_type": "Explosions/Remote violence" if shelling else "Battles",
                            "sub_event_type": "Shelling/artillery/missile attack"
                            if shelling
                            else "Armed clash",
                            "actor1": "Northern Column" if name != "Ostrin" else "Eastern Column",
                            "actor2": "Military Forces of Velmora",
                            "civilian_targeting": "",
                            "iso": "999",
                            "region": "Atlantic",
                            "country": "Velmora",
                            "admin1": "Haut-Arne",
                            "admin2": name,
                            "location": name,
                            "latitude": f"{town.latitude + rng.normal(0, 0.02):.4f}",
                            "longitude": f"{town.longitude + rng.normal(0, 0.02):.4f}",
                            "geo_precision": "1" if rng.random() < 0.8 else "2",
                            "source": "Radio Arne",
                            "notes": "An invented event near the town.",
                            "fatalities": str(int(rng.poisson(1.0))),
                            "timestamp": str(
                                int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
                                + 5 * 86400
                            ),
                        },
                    )
                )
    rows.sort(key=lambda row: row[0])
    stream = io.StringIO()
    writer = csv.DictWriter(stream, EVENT_COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for number, (day, row) in enumerate(rows, start=1):
        if day <= until:
            writer.writerow({"event_id_cnty": f"VLM{number}", **row})
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")


# -- counts ----------------------------------------------------------------------------------------------

# a round: file, day of the count, and people and households at Sorvat, Ilmena, Halme, Brenik, Aruna
ROUNDS: tuple[tuple[str, date, dict[str, tuple[int, int]]], ...] = (
    ("dtm-round-1.xlsx", date(2025, 2, 20), {"Sorvat": (1_920, 371), "Ilmena": (640, 125), "Halme": (880, 172)}),
    (
        "dtm-round-2.xlsx", date(2025, 3, 16),
        {"Sorvat": (8_930, 1_010), "Ilmena": (3_410, 668), "Halme": (2_090, 402), "Brenik": (1_260, 247)},
    ),
    (
        "dtm-round-2-revised.xlsx", date(2025, 3, 16),
        {"Sorvat": (5_180, 1_010), "Ilmena": (3_410, 668), "Halme": (2_090, 402), "Brenik": (1_260, 247)},
    ),
    (
        "dtm-round-3.xlsx", date(2025, 4, 20),
        {"Sorvat": (12_730, 2_490), "Ilmena": (11_960, 2_320), "Halme": (5_340, 1_050), "Brenik": (5_020, 980),
         "Aruna": (7_310, 1_390)},
    ),
    (
        "dtm-round-4.xlsx", date(2025, 5, 18),
        {"Sorvat": (17_250, 3_380), "Ilmena": (16_340, 3_190), "Halme": (8_110, 1_590), "Brenik": (5_480, 1_070),
         "Aruna": (13_920, 2_650)},
    ),
)  # fmt: skip
SITE_NAMES = {
    "Sorvat": ("Sorvat town", "VM0201", "Sorvat"),
    "Ilmena": ("Ilmena town", "VM0202", "Ilmena"),
    "Halme": ("Halme", "VM0201", "Sorvat"),
    "Brenik": ("Brenik camp", "VM0203", "Brenik"),
    "Aruna": ("Aruna", "", ""),
}


def write_round(path: Path, day: date, counts: Mapping[str, tuple[int, int]]) -> None:
    """Write a round of counts; the title stands above the headings, as it does in life."""
    head: list[Cell] = [
        "Operation",
        "Admin1 Name",
        "Admin2 Name",
        "Admin2 Pcode",
        "Site name",
        "IDP Households",
        "IDP Individuals",
        "Survey date",
        "Round number",
        "Assessment type",
    ]
    rows: list[list[Cell]] = [["Displacement tracking, Velmora (invented for a tutorial)"], [], head]
    number = int(path.stem.split("-")[2])
    for name, (persons, households) in counts.items():
        site, code, area = SITE_NAMES[name]
        rows.append(
            [
                "Arne Response", "Bas-Arne" if code else "", area, code, site, households, persons, day, number,
                "SA",
            ]
        )  # fmt: skip
    write_workbook(
        path, {"Read me": [["Counts of people at sites, by enumerators"]], f"Round {number}": rows}
    )


# -- reports ---------------------------------------------------------------------------------------------

# file, title, outlet, day, paragraphs
REPORTS: tuple[tuple[str, str, str, date, tuple[str, ...]], ...] = (
    (
        "2025-03-14-radio-arne.txt", "Families leave Ostrin as shells land near the market", "Radio Arne",
        date(2025, 3, 14),
        (
            "Around 1,300 people reached Brenik from Ostrin in three days, the prefect of Bas-Arne said on Friday.",
            "Some 61,000 people live in Ostrin. Most have stayed so far; the track past Luhana is still dry.",
        ),
    ),
    (
        "2025-03-19-comite-note.docx", "Contingency note of the reception committee", "National Reception Committee",
        date(2025, 3, 19),
        (
            "The committee expects between 40,000 and 70,000 people to be displaced from Haut-Arne by the end of May.",
            "About 12,000 people are already displaced in Bas-Arne.",
            "Sites have room for 35,500 people. The rains are due in the second week of May and close the track from Luhana to Brenik every year.",
        ),
    ),
    (
        "2025-03-21-gazette.html", "Up to 70,000 may flee, committee warns", "Sorvat Gazette", date(2025, 3, 21),
        (
            "Up to 70,000 people may be displaced from Haut-Arne, according to the reception committee.",
            "In Sorvat, host families share what they have. The town has 88,500 inhabitants.",
        ),
    ),
    (
        "2025-03-24-aid-alliance.pdf", "Situation report 3: Arne", "Aid Alliance", date(2025, 3, 24),
        (
            "The Alliance plans for 55,000 people displaced from Haut-Arne, and for 90,000 in its worst case.",
            "At Halme, 2,300 people share 61 latrines.",
        ),
    ),
    (
        "2025-03-26-radio-arne.txt", "Counting error in Sorvat", "Radio Arne", date(2025, 3, 26),
        (
            "The count of 8,930 displaced people in Sorvat was wrong, the tracking team said. A neighbourhood had been entered twice. The right figure is 5,180.",
        ),
    ),
    (
        "2025-03-27-border.html", "Dorenia opens a camp at Aruna", "Dorenia Post", date(2025, 3, 27),
        (
            "Dorenia has opened a camp for 20,000 people at Aruna, across the bridge. Its interior minister expects 15,000 refugees from Velmora and said that the bridge will close if more come.",
        ),
    ),
    (
        "2025-03-28-mayor.txt", "Mayor of Tamvar: a third have gone", "Radio Arne", date(2025, 3, 28),
        (
            'The mayor of Tamvar said that a third of the 42,000 inhabitants have left. "Those who stay have no car," he said.',
        ),
    ),
    (
        "2025-03-30-alliance-update.docx", "Planning figure kept", "Aid Alliance", date(2025, 3, 30),
        (
            "The Alliance keeps its planning figure of 55,000 people displaced from Haut-Arne.",
            "Ostrin has no fuel since Monday. Nobody knows how many people remain in Ostrin.",
        ),
    ),
)  # fmt: skip


def write_reports(folder: Path) -> None:
    """Write each report in the form that its name ends in."""
    for name, title, outlet, day, paragraphs in REPORTS:
        path = folder / name
        text = "\n\n".join(paragraphs)
        match path.suffix:
            case ".txt":
                head = f"title: {title}\noutlet: {outlet}\npublished: {day}\nkind: original\n\n"
                path.write_text(f"{head}{text}\n", encoding="utf-8", newline="\n")
            case ".html":
                write_page(path, title, outlet, day, paragraphs)
            case ".docx":
                write_word(path, title, outlet, day, paragraphs)
            case _:
                write_pdf(path, title, outlet, day, paragraphs)


def write_page(path: Path, title: str, outlet: str, day: date, paragraphs: Iterable[str]) -> None:
    """Write a report as a page of a newspaper."""
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    path.write_text(
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n'
        f'<meta property="og:site_name" content="{outlet}">\n'
        f'<meta property="article:published_time" content="{day}T06:00:00Z"></head>\n'
        f"<body><nav>Home | Sport | Weather</nav><article><h1>{title}</h1>\n{body}\n</article></body></html>\n",
        encoding="utf-8",
        newline="\n",
    )


def write_word(path: Path, title: str, outlet: str, day: date, paragraphs: Iterable[str]) -> None:
    """Write a report as a Word file."""
    import docx

    document = docx.Document()
    document.core_properties.title = title
    document.core_properties.author = outlet
    moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - Word keeps no zone
    document.core_properties.created = document.core_properties.modified = moment
    document.add_heading(title, level=1)
    document.add_paragraph(f"{outlet}, {day.day} {day:%B} {day.year}")
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    stream = io.BytesIO()
    document.save(stream)
    path.write_bytes(settle_zip(stream.getvalue()))


def write_pdf(path: Path, title: str, outlet: str, day: date, paragraphs: Iterable[str]) -> None:
    """Write a report as a PDF."""
    import typst

    body = "\n\n".join(paragraphs)
    source = (
        f'#set document(title: "{title}", author: "{outlet}", date: datetime(year: {day.year}, month: {day.month}, '
        f"day: {day.day}))\n#set text(size: 11pt)\n= {title}\n{outlet}, {day.day} {day:%B} {day.year}\n\n{body}\n"
    )
    path.write_bytes(typst.compile(source.encode(), format="pdf", timestamp=int(MADE.timestamp())))


# -- files -----------------------------------------------------------------------------------------------


def write_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> None:
    """Write a workbook: rows of cells by sheet."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": MADE.replace(tzinfo=None), "comments": "Invented for a tutorial."})
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(r, c, datetime(cell.year, cell.month, cell.day), days)  # noqa: DTZ001
                    elif isinstance(cell, str):
                        sheet.write_string(r, c, cell)
                    elif cell is not None:
                        sheet.write_number(r, c, cell)


def settle_zip(data: bytes) -> bytes:
    """Give every member of a packed file the same day."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, ZIP_DAY), old.read(name), zipfile.ZIP_DEFLATED)
    return stream.getvalue()


if __name__ == "__main__":
    main()
