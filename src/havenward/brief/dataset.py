"""What is said about the files as a data set: title, dates, method, caveats, licences, and every column."""

from __future__ import annotations

import csv
import hashlib
import json
from typing import TYPE_CHECKING, Any

from havenward.brief.hubverse import COLUMNS as FORECAST_COLUMNS
from havenward.brief.rows import GAPS_COLUMNS, NEEDS_COLUMNS, PEOPLE_COLUMNS
from havenward.brief.star import COLUMNS as STAR_COLUMNS
from havenward.brief.star import FOLDER as STAR_FOLDER
from havenward.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from havenward.brief.content import Brief

DATASET_FILE, PACKAGE_FILE = "dataset.json", "datapackage.json"
TABLES = {
    "people.csv": PEOPLE_COLUMNS,
    "needs.csv": NEEDS_COLUMNS,
    "gaps.csv": GAPS_COLUMNS,
    **{f"{STAR_FOLDER}/{name}.csv": columns for name, columns in STAR_COLUMNS.items()},
    "forecast.parquet": tuple(FORECAST_COLUMNS),
}
FORMATS = {
    "csv": "CSV", "xlsx": "XLSX", "gpkg": "GeoPackage", "geojson": "GeoJSON", "parquet": "Parquet",
    "html": "HTML", "pdf": "PDF", "md": "Markdown", "png": "PNG", "svg": "SVG",
}  # fmt: skip
TAGS = (
    "displacement",
    "forecasting",
    "internally displaced persons-idp",
    "refugees",
    "people in need-pin",
    "shelter",
    "water sanitation and hygiene-wash",
)  # of the vocabulary that HDX approves
WHOLE_NUMBERS = ("days_ahead", "date_key", "year", "month", "iso_year", "iso_week", "places_silent")
YES_NO = ("whole", "is_total", "is_key_day", "is_focal_day", "is_chosen")
DAYS = ("date", "origin_date", "first_likely", "valid_until", "target_end_date")
NUMBERS = ("chance", "quantity", "for_how_many", "likelihood", "value", "latitude", "longitude")
ENDS = ("low", "central", "high", "km")


def write_descriptions(brief: Brief, folder: Path, names: Sequence[str]) -> None:
    """Write `dataset.json` and `datapackage.json` about files that lie in a folder.

    Parameters
    ----------
    brief
        The brief that the files hold.
    folder, names
        Where the files lie, and their names (`powerbi/dim_site.csv`).
    """
    words = Words(brief.language)
    resources = [_resource(words, folder, name) for name in names]
    _write_json(folder / DATASET_FILE, describe_dataset(brief, resources))
    _write_json(folder / PACKAGE_FILE, describe_package(brief, resources))


def _write_json(path: Path, values: dict[str, Any]) -> None:
    text = json.dumps(values, ensure_ascii=False, indent=1, default=str)
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _resource(words: Words, folder: Path, name: str) -> dict[str, Any]:
    """Describe one file: format, size, hash, and its columns where it is a table."""
    content = (folder / name).read_bytes()
    ending = name.rpartition(".")[2]
    found: dict[str, Any] = {
        "name": name,
        "format": FORMATS.get(ending, ending.upper()),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    if name in TABLES or ending == "csv":
        columns = TABLES.get(name) or next(csv.reader([content.decode("utf-8-sig").partition("\n")[0]]))
        found["columns"] = [describe_column(words, column) for column in columns]
    return found


def describe_column(words: Words, column: str) -> dict[str, str]:
    """Name a column, its type, and what stands in it."""
    if column in YES_NO or column in DAYS:
        kind = "boolean" if column in YES_NO else "date"
    elif column in WHOLE_NUMBERS or column == "horizon":
        kind = "integer"
    elif column in NUMBERS or column.rpartition("_")[2] in ENDS:
        kind = "number"
    else:
        kind = "string"
    phrases, (stem, _, end) = words.phrases, column.rpartition("_")
    told = phrases.get(f"col_{column}")
    if told is None and f"col_{stem}" in phrases and f"col_{end}" in phrases:
        told = words.say("col_of", what=phrases[f"col_{stem}"], which=phrases[f"col_{end}"])
    return {"name": column, "type": kind, "description": told or column.replace("_", " ")}


def describe_dataset(brief: Brief, resources: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Give what HDX asks of a data set, with caveats and the licence of every source."""
    words = Words(brief.language)
    origin, last = brief.origin_date.isoformat(), brief.last_date.isoformat()
    method = words.method_lines(
        brief.track,
        brief.rules,
        brief.learning,
        members=words.say_number(brief.members),
        origin=words.say_date(brief.origin_date),
        seed=brief.seed,
        version=brief.package_version,
    )
    caveats = [
        words.say_for("strap", brief.track),
        *words.limit_lines(brief.track, brief.origin_date, brief.learning),
        *words.misuse_lines(),
        *brief.unknown,
    ]
    return {
        "title": brief.title,
        "name": f"havenward-{brief.crisis}-{origin}-{brief.audience}",
        "notes": brief.lead,
        "language": brief.language,
        "audience": brief.audience,
        "private": brief.audience != "public",
        "dataset_source": "; ".join(_publishers(brief)),
        "dataset_date": f"[{origin}T00:00:00 TO {last}T23:59:59]",
        "origin_date": origin,
        "review_date": brief.valid_until.isoformat(),
        "data_update_frequency": "-2",
        "expected_update": words.say("dataset_update"),
        "groups": [{"name": brief.country.casefold()}],
        "location": {"country": brief.country, "crs": "EPSG:4326"},
        "methodology": "Other",
        "methodology_other": " ".join(method),
        "caveats": " ".join(caveats),
        "withheld": list(brief.withheld),
        "license_id": "hdx-other",
        "license_other": words.say("dataset_licence"),
        "sources": [
            {
                "mark": row.mark,
                "source": row.source,
                "title": row.title,
                "publisher": row.publisher,
                "url": row.url,
                "published": None if row.published is None else row.published.isoformat(),
                "licence": row.licence or words.say("dataset_no_licence"),
            }
            for row in brief.sources
        ],
        "tags": [{"name": tag} for tag in (*TAGS, *(["hxl"] if brief.hxl else []))],
        "run": {
            "track": brief.track,
            "rules": brief.rules,
            "priors": brief.priors,
            "scenario": brief.scenario,
            "members": brief.members,
            "seed": brief.seed,
            "case_hash": brief.case_hash,
            "package_version": brief.package_version,
        },
        "resources": list(resources),
    }


def _publishers(brief: Brief) -> list[str]:
    return sorted({row.publisher or row.title for row in brief.sources}) or ["Havenward"]


def describe_package(brief: Brief, resources: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Give a Data Package (Frictionless) of the tables: types of columns, encoding, keys of the star."""
    found = []
    for resource in resources:
        if not resource["name"].endswith(".csv"):
            continue
        table = resource["name"].removesuffix(".csv").rpartition("/")[2]
        schema: dict[str, Any] = {
            "fields": [_field(column) for column in resource["columns"]],
            "missingValues": [""],
        }
        if table.startswith("dim_"):
            schema["primaryKey"] = [resource["columns"][0]["name"]]
        if table.startswith("fact_"):
            schema["foreignKeys"] = _foreign_keys(table)
        found.append(
            {
                "name": table.replace("_", "-"),
                "path": resource["name"],
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "bytes": resource["bytes"],
                "hash": f"sha256:{resource['sha256']}",
                "dialect": {"delimiter": ",", "headerRowCount": 1, "commentRows": [2]}
                if brief.hxl and "/" not in resource["name"]
                else {"delimiter": ","},
                "schema": schema,
            }
        )
    return {
        "profile": "tabular-data-package",
        "name": f"havenward-{brief.crisis}-{brief.origin_date}-{brief.audience}".casefold(),
        "title": brief.title,
        "created": f"{brief.origin_date}T00:00:00Z",
        "resources": found,
    }


def _field(column: dict[str, str]) -> dict[str, Any]:
    field: dict[str, Any] = dict(column)
    if column["type"] == "boolean":
        field |= {"trueValues": ["yes"], "falseValues": ["no"]}
    return field


def _foreign_keys(table: str) -> list[dict[str, Any]]:
    tables = {columns[0]: name for name, columns in STAR_COLUMNS.items() if name.startswith("dim_")}
    return [
        {"fields": [key], "reference": {"resource": tables[key].replace("_", "-"), "fields": [key]}}
        for key in STAR_COLUMNS[table]
        if key in tables
    ]
