"""A made-up country, Norland, and files about it in the published columns of each source; all constructed."""

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path

from havenward.case.importers.registry import IMPORTERS
from havenward.errors import HavenwardError
from havenward.records import Case, Location, Route

START = date(2024, 1, 1)


def place(key, name, kind, longitude, latitude, *, pcode="", admin2="", population=None, country=""):
    return Location(
        key, name, pcode, kind, latitude, longitude, "North", admin2, country, "", population, None, None, None,
        START, "",
    )  # fmt: skip


NORLAND = Case(
    "Norland", "norland", "XNO", START, 90, "havenward", False, False, 3, "public", 10,
    locations=(
        place("arda", "Arda", "origin", 20.0, 10.0, pcode="XN0101", admin2="Arda", population=50_000),
        place("belen", "Belen", "origin", 21.0, 10.0, pcode="XN0102", admin2="Belen"),
        place("corin", "Corin", "host", 20.5, 11.0, pcode="XN0201", admin2="Corin"),
        place("dorn-camp", "Dorn Camp", "camp", 20.6, 11.2, pcode="XN0202", admin2="Dorn"),
        place("sudria", "Sudria", "host", 22.0, 12.0, pcode="XSU", country="XSU"),
    ),
    routes=(
        Route("arda", "corin", 120.0, "road", START, ""),
        Route("belen", "corin", 125.0, "road", START, ""),
        Route("corin", "dorn-camp", 25.0, "road", START, ""),
        Route("corin", "sudria", 200.0, "road", START, ""),
    ),
)  # fmt: skip


def with_rows(**tables):
    return replace(NORLAND, **tables)


def settings(kind, **changes):
    """Give the usual settings of a kind, with changes."""
    values = {name: setting.default for name, setting in IMPORTERS[kind].settings().items()}
    assert set(changes) <= set(values)
    return {**values, **changes}


def bring(kind, source, case=NORLAND, online=None, **changes):
    """Import a source."""
    return IMPORTERS[kind].load()(source, case, settings(kind, **changes), online)


def outcome(kind, source, case=NORLAND, **changes):
    """Give what an import says: its errors, or its notes."""
    try:
        imported = bring(kind, source, case, **changes)
    except HavenwardError as error:
        return [str(problem) for problem in error.problems]
    left = [
        f"unplaced: {one.name} {one.pcode}, {one.rows} rows, {one.suggestions}" for one in imported.unplaced
    ]
    return [*imported.notes, *left]


def news(kind, usual, odd, **changes):
    """Give what an odd file makes an import say beyond what the usual file does."""
    before = outcome(kind, usual)
    return [line for line in outcome(kind, odd, **changes) if line not in before]


def as_csv(rows, columns=None):
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns or list(rows[0]), lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def put(folder: Path, name, content):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def put_workbook(folder: Path, name, sheets):
    """Write sheets of rows; merged areas are given as text such as `A2:A4` under the key `merge`."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        if title == "merge":
            continue
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for area in sheets.get("merge", {}).get(title, ()):
            sheet.merge_cells(area)
    book.save(folder / name)
    return folder / name


def renamed(rows, **names):
    return [{names.get(key, key): value for key, value in row.items()} for row in rows]


def changed(rows, at, **values):
    return [{**row, **values} if number == at else row for number, row in enumerate(rows)]


PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in</body></html>"


# -- ACLED: one row an event; names of groups, notes and sources are what must never enter a case ---------------

SECRET_WORDS = ("Red Brigade", "Blue Guard", "gunmen stormed", "Daily Norland", "XNO1", "Militia of Arda")


def event(number, day, longitude=20.01, latitude=10.01, kind="Battles", **values):
    return {
        "event_id_cnty": f"XNO{number}", "event_date": day, "year": day[:4], "time_precision": "1",
        "disorder_type": "Political violence", "event_type": kind, "sub_event_type": "Armed clash",
        "actor1": "Red Brigade", "assoc_actor_1": "Militia of Arda", "inter1": "Rebel group",
        "actor2": "Blue Guard", "assoc_actor_2": "", "inter2": "State forces",
        "interaction": "State forces-Rebel group", "civilian_targeting": "", "iso": "999", "region": "Middle",
        "country": "Norland", "admin1": "North", "admin2": "Arda", "admin3": "", "location": "Arda - Mill Street",
        "latitude": str(latitude), "longitude": str(longitude), "geo_precision": "1",
        "source": "Daily Norland", "source_scale": "National", "notes": "On that day, gunmen stormed a mill.",
        "fatalities": "3", "tags": "", **values,
    }  # fmt: skip


EVENTS = [
    event(1, "2024-01-05"),
    event(2, "2024-01-06", kind="Explosions/Remote violence"),
    event(3, "2024-01-07", kind="Protests"),
    event(4, "2024-01-09", longitude=21.02, admin2="Belen", geo_precision="2"),
    event(5, "2024-01-10", longitude=21.02, admin2="Belen", time_precision="2"),
    event(6, "2024-03-20", geo_precision="3"),
    event(7, "2024-04-01", longitude=25.0, admin2="Farland", kind="Violence against civilians"),
]


# -- IOM DTM ---------------------------------------------------------------------------------------------------


def figure(day, admin2, persons, **values):
    codes = {"Corin": "XN0201", "Dorn": "XN0202", "Arda": "XN0101"}
    return {
        "id": "1", "operation": "Norland Conflict", "admin0Name": "Norland", "admin0Pcode": "XNO",
        "admin1Name": "North", "admin1Pcode": "XN02", "admin2Name": admin2,
        "admin2Pcode": codes.get(admin2, ""), "numPresentIdpInd": str(persons), "reportingDate": day,
        "yearReportingDate": day[:4], "monthReportingDate": day[5:7], "roundNumber": "1",
        "displacementReason": "Conflict", "numberMales": "0", "numberFemales": "0",
        "idpOriginAdmin1Name": "Not available", "idpOriginAdmin1Pcode": "Not available",
        "assessmentType": "BA", "operationStatus": "Active", **values,
    }  # fmt: skip


FIGURES = [
    figure("2024-01-31", "Corin", 1200, idpOriginAdmin1Name="West"),
    figure("2024-01-31", "Corin", 300, idpOriginAdmin1Name="East"),
    figure("2024-02-29", "Corin", 1800, roundNumber="2"),
    figure("2024-02-29", "Corin", 2500, operation="Norland Flood", roundNumber="1"),
]

SITES = [
    {"SSID": "N1", "Site name": "Dorn camp", "Admin 2": "Dorn", "IDP Households": "200", "IDP Individuals": "1,050",
     "Survey date": "2024-02-10"},
    {"SSID": "N2", "Site name": "Old School", "Admin 2": "Corin", "IDP Households": "300",
     "IDP Individuals": "310", "Survey date": "2024-02-10"},
]  # fmt: skip

MOVEMENTS = [
    {"Date from": "2024-02-01", "Date to": "2024-02-03", "Admin 2": "Corin", "Origin": "Arda", "Households": "20",
     "Individuals": "110"},
    {"Date from": "2024-02-01", "Date to": "2024-02-03", "Admin 2": "Corin", "Origin": "Belen", "Households": "4",
     "Individuals": "21"},
]  # fmt: skip


# -- UNHCR -----------------------------------------------------------------------------------------------------

REGISTERED = [
    {"date": "2024-02-01", "location": "Dorn Camp", "individuals": "4,000"},
    {"date": "2024-03-01", "location": "Dorn Camp", "individuals": "5,000"},
    {"date": "2024-04-01", "location": "Dorn Camp", "individuals": "3,500"},
    {"date": "2024-05-01", "location": "Dorn Camp", "individuals": "3,600"},
]


def year_row(year, refugees, asylum, **values):
    return {
        "Year": str(year), "Country of origin": "Norland", "Country of origin (ISO)": "XNO",
        "Country of asylum": "Sudria", "Country of asylum (ISO)": "XSU",
        "Refugees under UNHCR's mandate": refugees, "Asylum-seekers": asylum, "IDPs of concern to UNHCR": "0",
        "Other people in need of international protection": "-", "Stateless persons": "0", **values,
    }  # fmt: skip


YEARS = [year_row(2022, "1200", "*"), year_row(2023, "5400", "600"), year_row(2021, "0", "-")]


# -- HDX HAPI --------------------------------------------------------------------------------------------------


def hapi_row(admin2, start="2024-01-01", end="2024-01-31", **values):
    codes = {"Corin": "XN0201", "Arda": "XN0101", "Belen": "XN0102"}
    return {
        "location_code": "XNO", "has_hrp": "True", "in_gho": "True", "provider_admin1_name": "North",
        "provider_admin2_name": admin2, "admin1_code": "XN02", "admin1_name": "North",
        "admin2_code": codes.get(admin2, ""), "admin2_name": admin2, "admin_level": "2",
        "reference_period_start": start, "reference_period_end": end, "dataset_hdx_id": "a",
        "resource_hdx_id": "b", "warning": "", "error": "", **values,
    }  # fmt: skip


def idps(admin2, persons, end="2024-01-31", number="1", **values):
    return hapi_row(
        admin2, end, end, operation="Norland Conflict", assessment_type="BA", population=str(persons),
        reporting_round=number, **values,
    )  # fmt: skip


def months(admin2, events, start, end, kind="political_violence", **values):
    return hapi_row(admin2, start, end, event_type=kind, events=str(events), fatalities="9", **values)


HAPI_IDPS = [idps("Corin", 1500), idps("Corin", 1800, "2024-02-29", "2")]
HAPI_EVENTS = [
    months("Arda", 12, "2024-01-01", "2024-01-31"),
    months("Arda", 15, "2024-02-01", "2024-02-29"),
    months("Arda", 9, "2024-01-01", "2024-01-31", kind="civilian_targeting"),
    months("Belen", 0, "2024-06-01", "2024-06-30"),
]


# -- IDMC ------------------------------------------------------------------------------------------------------


def update(number, start, end, persons, longitude=20.0, latitude=10.0, **values):
    return {
        "id": str(number), "country": "Norland", "iso3": "XNO", "latitude": str(latitude),
        "longitude": str(longitude), "centroid": f"[{latitude}, {longitude}]", "role": "Recommended figure",
        "displacement_type": "Conflict", "qualifier": "total", "figure": str(persons), "displacement_date": end,
        "displacement_start_date": start, "displacement_end_date": end, "year": "2024",
        "event_name": "Norland: clashes", "standard_popup_text": "Some text", "created_at": "2024-02-20",
        "locations_name": "Arda, North", **values,
    }  # fmt: skip


UPDATES = [
    update(1, "2024-01-10", "2024-01-14", 900),
    update(2, "2024-01-10", "2024-01-14", 120, created_at="2024-03-01", qualifier="more than"),
    update(3, "2024-01-10", "2024-01-14", 950, role="Triangulation"),
    update(4, "2024-02-01", "2024-02-01", 50, displacement_type="Disaster"),
]


# -- hubverse --------------------------------------------------------------------------------------------------


def output(location, kind, id_, value, day="2024-02-14", **values):
    return {
        "origin_date": "2024-01-31", "scenario_id": "", "target": "people present", "horizon": "14",
        "target_end_date": day, "location": location, "output_type": kind, "output_type_id": id_,
        "value": str(value), **values,
    }  # fmt: skip


OUTPUTS = [
    output("XN0201", "quantile", "0.05", 1000),
    output("XN0201", "quantile", "0.5", 2000),
    output("XN0201", "quantile", "0.95", 5000),
    output("XN0201", "mean", "NA", 2300),
    output("total", "quantile", "0.5", 9000),
]
