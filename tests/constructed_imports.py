"""Files as other offices send them, built here from the published column names; no row is real."""

import zipfile
from pathlib import Path

from havenward.case.draft import read_draft
from havenward.case.importers.cod import import_cod
from havenward.case.importers.hxl import import_hxl
from havenward.case.importers.merge import merge_into_case
from havenward.case.importers.registry import find_importer
from havenward.case.importers.settings_file import read_settings_file
from havenward.case.importers.sites import import_sites
from toy_case import TOY

LOCATIONS = """\
location,name,pcode,kind,latitude,longitude,admin1,admin2,country,group,population,capacity,opens,closes,published,source
east,East Side,,origin,36.36,43.20,,,,city,,,,,2016-06-01,plan
west,West Side,IQ0102,origin,36.34,43.60,,,,city,600000,,,,2016-06-01,plan
gate,Gate,,border,36.20,43.40,,,IRQ,,,,,,2016-06-01,plan
camp-a,Khazer M1,,camp,36.10,43.30,,,,,,10000,,,2016-06-01,plan
host,Host Town,,host,36.19,43.90,,,,,,,,,2016-06-01,plan
"""
ROUTES = """\
from,to,distance_km,mode,published,source
east,gate,30,road,2016-06-01,plan
west,gate,28,road,2016-06-01,plan
gate,camp-a,30,road,2016-06-01,plan
gate,host,60,road,2016-06-01,plan
"""
IMPORTS = {"cod": import_cod, "hxl": import_hxl, "sites": import_sites}


def make_case(folder: Path, **files: str) -> Path:
    """Write a small case: two origins, a gate, a camp, a host town."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "case.toml": TOY["case.toml"],
        "sources.csv": "source,title,publisher,url,published,licence\nplan,Response plan,Agency,,2016-06-01,CC BY\n",
        "locations.csv": LOCATIONS,
        "routes.csv": ROUTES,
    }
    texts |= {name.replace("_csv", ".csv"): text for name, text in files.items()}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


def settings_of(kind: str, /, **values):
    """Give the settings of a kind with some of them changed."""
    return read_settings_file(None, find_importer(kind).settings(), kind) | values


def read_source(kind: str, path: Path, folder: Path, /, **settings):
    """Read a source for a case without writing it."""
    return IMPORTS[kind](path, read_draft(folder).case, settings_of(kind, **settings), None)


def import_into(kind: str, path: Path, folder: Path, /, **settings):
    """Import a source into a case; gives all notes."""
    imported = read_source(kind, path, folder, **settings)
    return [*imported.notes, *merge_into_case(folder, imported)]


def write_text(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write a text file as it is."""
    path.write_bytes(text.encode(encoding))
    return path


def write_workbook(path: Path, sheets: dict, merged: dict | None = None) -> Path:
    """Write a workbook: rows of cells by sheet, and merged ranges by sheet."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for area in (merged or {}).get(title, ()):
            sheet.merge_cells(area)
    book.save(path)
    return path


def write_zip(path: Path, files: dict) -> Path:
    """Write a ZIP of bytes by name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def write_areas(
    path: Path, columns: dict, shapes: list, crs: str | None = "EPSG:4326", layer: str = "", **options
):
    """Write polygons with text columns; `layer` adds to a GeoPackage."""
    import numpy as np
    import pyogrio
    import shapely

    pyogrio.raw.write(
        path,
        np.array([shapely.to_wkb(shape) for shape in shapes], dtype=object),
        [np.array(values, dtype=object) for values in columns.values()],
        list(columns),
        crs=crs,
        geometry_type="Polygon",
        layer=layer or None,
        append=path.exists() and bool(layer),
        **options,
    )
    return path


def boxes():
    """Four areas in two rows: IQ0101 and IQ0102 above, IQ0103 and IQ0104 below."""
    import shapely

    return [
        shapely.box(43.0, 36.3, 43.5, 36.7),
        shapely.box(43.5, 36.3, 44.0, 36.7),
        shapely.box(43.0, 36.0, 43.5, 36.3),
        shapely.box(43.5, 36.0, 44.0, 36.3),
    ]


NEWER = {
    "adm1_name": ["Ninewa"] * 4,
    "adm1_pcode": ["IQ01"] * 4,
    "adm2_name": ["Left Bank", "Right Bank", "Al-Hamdaniya", "Makhmur"],
    "adm2_pcode": ["IQ0101", "IQ0102", "IQ0103", "IQ0104"],
}


def write_newer(path: Path, **options) -> Path:
    """Write boundaries with the newer column names: `adm2_name`, `adm2_pcode`, `valid_on`."""
    return write_areas(path, {**NEWER, "valid_on": ["2016-05-01"] * 4}, boxes(), **options)


def write_older(path: Path, **options) -> Path:
    """Write boundaries with the older column names: `ADM2_EN`, `ADM2_PCODE`, `date`, `validOn`, `validTo`."""
    columns = {
        "ADM2_EN": NEWER["adm2_name"],
        "ADM2_AR": ["الساحل الأيسر", "الساحل الأيمن", "الحمدانية", "مخمور"],
        "ADM2_PCODE": NEWER["adm2_pcode"],
        "ADM1_EN": NEWER["adm1_name"],
        "ADM1_PCODE": NEWER["adm1_pcode"],
        "date": ["2016-04-01"] * 4,
        "validOn": ["2016-05-01"] * 4,
        "validTo": [""] * 4,
    }
    return write_areas(path, columns, boxes(), **options)


def snapshot(folder: Path) -> dict:
    """Give every file of a case by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
