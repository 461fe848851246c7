"""What is handed over as data: tables, star, geodata, forecast, descriptions, plan block, archive."""

import csv
import io
import json
import sqlite3
import struct
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import date
from hashlib import sha256
from xml.etree import ElementTree as ET

import polars as pl
import pyogrio
import pytest

from composed_briefs import make
from havenward.brief.cells import neutralise, write_table
from havenward.brief.content import Amount, GapRow, ScenarioRow
from havenward.brief.dataset import write_descriptions
from havenward.brief.geodata import write_geojson, write_geopackage
from havenward.brief.hubverse import COLUMNS, check_forecast, forecast_table, write_forecast
from havenward.brief.hxl import tags_for
from havenward.brief.plan_block import write_plan_block
from havenward.brief.rows import GAPS_COLUMNS, NEEDS_COLUMNS, PEOPLE_COLUMNS, people_rows
from havenward.brief.star import COLUMNS as STAR_COLUMNS
from havenward.brief.star import Star, star_of, write_star
from havenward.brief.workbook import write_workbook
from havenward.brief.write import FILES, LONG_AGO, PRODUCTS, write_archive, write_brief
from havenward.errors import ReleaseError
from havenward.records import QUANTILE_LEVELS
from toy_brief import FORMULA, HIDDEN, HOSTILE, ORIGIN, toy_case, toy_run


@pytest.fixture(scope="module")
def case():
    return toy_case()


@pytest.fixture(scope="module")
def run(tmp_path_factory, case):
    return toy_run(tmp_path_factory.mktemp("data") / "run", case, members=60)


@pytest.fixture(scope="module")
def brief(case, run):
    return make(case, run)


@pytest.fixture(scope="module")
def team(case, run):
    return make(case, run, "team")


def read_csv(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def write_tables(brief, folder):
    PRODUCTS["tables"](brief, folder)


# -- tables ------------------------------------------------------------------------------------------------


def test_tables_open_right_in_a_spreadsheet(brief, tmp_path):
    write_tables(brief, tmp_path)
    for name, columns in (
        ("people.csv", PEOPLE_COLUMNS),
        ("needs.csv", NEEDS_COLUMNS),
        ("gaps.csv", GAPS_COLUMNS),
    ):
        raw = (tmp_path / name).read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in raw
        rows = read_csv(tmp_path / name)
        assert tuple(rows[0]) == columns
        assert all(date.fromisoformat(row["date"]) for row in rows)
        assert all(row["unit"] for row in rows)
    assert {row["pcode"] for row in rows if row["location"] == "camp_a"} == {"0612"}


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("  =1", "'  =1"),
        ("Lake = Camp", "Lake = Camp"),
        ("", ""),
    ],
)
def test_text_is_never_a_formula(text, safe, tmp_path):
    assert neutralise(text) == safe
    write_table(tmp_path / "a.csv", ["a"], [[text]])
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[1:] == [[safe.replace("\r", "\n")]]


def test_numbers_are_not_neutralised():
    assert neutralise(-3.0) == -3.0


def test_hxl_is_valid_to_libhxl(brief, tmp_path):
    hxl = pytest.importorskip("hxl")
    tagged = replace(brief, hxl=True)
    write_tables(tagged, tmp_path)
    write_workbook(tagged, tmp_path / "brief.xlsx")
    local = hxl.InputOptions(allow_local=True)
    schema = [
        ["#valid_tag", "#valid_required", "#valid_datatype"],
        ["#loc+id", "true", "text"],
        ["#date-ahead-reported-start", "true", "date"],
        ["#affected+median", "", "number"],
        ["#need+median", "", "number"],
    ]
    for name, columns in (
        ("people.csv", PEOPLE_COLUMNS),
        ("needs.csv", NEEDS_COLUMNS),
        ("gaps.csv", GAPS_COLUMNS),
    ):
        with hxl.data(str(tmp_path / name), local) as source:
            assert [head.lstrip("\ufeff") for head in source.headers] == list(columns)
            assert all(column.tag for column in source.columns)
            assert len(set(source.display_tags)) == len(columns)
        assert hxl.validate(hxl.data(str(tmp_path / name), local), hxl.data(schema))["is_valid"]
    rows = list(hxl.data(str(tmp_path / "people.csv"), local).with_rows("#loc+id=camp_a"))
    assert [row.get("#affected+median") for row in rows if row.get("#date")]
    for sheet in ("People", "Needs", "Gaps"):
        number = 2 + ("People", "Needs", "Gaps").index(sheet)
        options = hxl.InputOptions(allow_local=True, sheet_index=number)
        with hxl.data(str(tmp_path / "brief.xlsx"), options) as source:
            assert source.columns[0].display_tag == "#loc+id"
            assert source.columns[0].header == "Key of the place"
            assert sum(1 for _ in source) > 0


def test_without_hxl_no_tag_is_written(brief, tmp_path):
    write_tables(brief, tmp_path)
    assert "#loc" not in (tmp_path / "people.csv").read_text(encoding="utf-8-sig")


def test_low_central_high_are_people_in_one_table_and_needs_in_another():
    assert tags_for(["low"], people=True) != tags_for(["low"])
    assert tags_for(["odd"]) == ("#x_odd",)


# -- star --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["public", "team"])
def test_no_key_of_the_star_dangles_and_none_stands_twice(case, run, who, tmp_path):
    brief = make(case, run, who)
    brief = replace(brief, gaps=(gap_of(brief, "Cots", "cots"), gap_of(brief, "Kitchen sets", "sets")))
    star = star_of(brief)
    assert star.dangling() == []
    assert set(star.tables) == set(STAR_COLUMNS)
    assert all(star.tables.values())
    names = write_star(brief, tmp_path / "powerbi")
    assert sorted(names) == sorted(path.name for path in (tmp_path / "powerbi").iterdir())
    sites = {row["site_key"]: row for row in read_csv(tmp_path / "powerbi" / "dim_site.csv")}
    dates = {row["date_key"] for row in read_csv(tmp_path / "powerbi" / "dim_date.csv")}
    facts = read_csv(tmp_path / "powerbi" / "fact_people.csv")
    assert {row["site_key"] for row in facts} <= set(sites)
    assert {row["date_key"] for row in facts} <= dates
    assert sites["total"]["is_total"] == "yes"
    ours = [row for row in people_rows(brief) if row.central is not None]
    assert sum(int(row["central"]) for row in facts if row["central"]) == sum(row.central for row in ours)
    standards = {row["standard_key"] for row in read_csv(tmp_path / "powerbi" / "dim_standard.csv")}
    gaps = {row["standard_key"] for row in read_csv(tmp_path / "powerbi" / "fact_gaps.csv")}
    assert {"item-cots", "kitchen_sets", "places"} == gaps
    assert gaps <= standards


def gap_of(brief, item, unit):
    amount = Amount(1.0, 2.0, 3.0)
    day = brief.focal_day
    return GapRow("camp_a", "Hill Camp", "0612", day, "shelter", item, unit, amount, None, amount, 0.5)


def test_a_dangling_key_is_found():
    star = Star({"dim_site": [("a",), ("a",)], "fact_people": [("b",)]})
    assert star.dangling() == ["dim_site: two rows of 'a'", "fact_people: no row for site_key 'b'"]


def test_the_calendar_has_every_day(brief):
    days = [row[1] for row in star_of(brief).tables["dim_date"]]
    assert days[0] == ORIGIN
    assert len(days) == (days[-1] - days[0]).days + 1


def test_facts_name_the_scenario_that_was_chosen(brief):
    rows = (
        ScenarioRow("", "As it stands", 0.6, "", (), chosen=False),
        ScenarioRow("late", "Later", 0.4, "", (), chosen=True),
    )
    star = star_of(replace(brief, scenarios=rows))
    assert [row[0] for row in star.tables["dim_scenario"]] == ["as-written", "late"]
    assert {row[2] for row in star.tables["fact_people"]} == {"late"}
    assert star.dangling() == []


# -- geodata -----------------------------------------------------------------------------------------------


def test_the_geopackage_is_read_back_with_its_styles(brief, team, tmp_path):
    for one, name in ((brief, "public.gpkg"), (team, "team.gpkg")):
        path = tmp_path / name
        write_geopackage(one, path)
        layers = dict(pyogrio.list_layers(path).tolist())
        assert layers == {"sites": "Point", "sites_by_day": "Point", "layer_styles": None}
        for layer in ("sites", "sites_by_day"):
            assert pyogrio.read_info(path, layer=layer)["crs"] == "EPSG:4326"
        meta, _, shapes, fields = pyogrio.raw.read(path, layer="sites")
        table = dict(zip(meta["fields"], fields, strict=True))
        assert len(shapes) == len(one.places) + len(one.gates) + len(one.origins)
        column = f"people_{one.focal_day:%Y_%m_%d}_central"
        place = next(place for place in one.places if place.location == "camp_a")
        at = list(table["location"]).index("camp_a")
        assert table[column][at] == place.on(one.focal_day).central
        tiny = list(table["location"]).index("tiny")
        assert shapes[tiny] is None
        assert table["position_is"][tiny] == "none"
        assert table["name"][tiny] == f"'{FORMULA}"
        meta, _, _, fields = pyogrio.raw.read(path, layer="layer_styles")
        styles = dict(zip(meta["fields"], fields, strict=True))
        assert list(styles["f_table_name"]) == ["sites", "sites_by_day"]
        assert list(styles["useAsDefault"]) == [True, True]
        for qml in styles["styleQML"]:
            root = ET.fromstring(qml.split("'SYSTEM'>")[1])  # noqa: S314 - our own style
            assert root.tag == "qgis"
            assert "sqrt(coalesce(" in qml
        assert 'startField="date"' in styles["styleQML"][1]


def test_a_public_map_holds_no_exact_position_in_any_byte(case, brief, tmp_path):
    write_geopackage(brief, tmp_path / "a.gpkg")
    write_geojson(brief, tmp_path / "a.geojson")
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as base:
        assert base.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    content = (tmp_path / "a.gpkg").read_bytes() + (tmp_path / "a.geojson").read_bytes()
    exact = {v for row in case.locations for v in (row.latitude, row.longitude) if v is not None}
    cells = {v for value in exact for v in (round(value, 1), int(value * 10 + 1e-9) / 10 + 0.05)}
    for value in exact - cells:
        for form in ("<d", ">d", "<f", ">f"):
            assert struct.pack(form, value) not in content
        assert str(value).encode() not in content
    for name in HIDDEN:
        assert name.encode() not in content


def test_the_team_has_positions_as_they_are(case, team, tmp_path):
    write_geojson(team, tmp_path / "a.geojson")
    found = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
    points = {one["id"]: one["geometry"]["coordinates"] for one in found["features"] if one["geometry"]}
    for row in case.locations:
        if row.location in points:
            assert points[row.location] == [row.longitude, row.latitude]
    kinds = {one["id"]: one["properties"]["position_is"] for one in found["features"]}
    assert (kinds["camp_a"], kinds["camp_b"], kinds["tiny"]) == ("exact", "approximate", "none")


def test_the_geojson_says_how_coarse_it_is(brief, tmp_path):
    write_geojson(brief, tmp_path / "a.geojson")
    assert (tmp_path / "a.geojson").stat().st_size < 5_000_000
    found = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
    for one in found["features"]:
        about = one["properties"]
        if one["geometry"]:
            assert (about["position_is"], about["position_within_km"]) == ("coarse", 8)
            assert all(round(value * 100) % 10 == 5 for value in one["geometry"]["coordinates"])
    camp = next(one["properties"] for one in found["features"] if one["id"] == "camp_a")
    assert camp["capacity_central"] == 12_000


# -- forecast ----------------------------------------------------------------------------------------------


def test_the_forecast_is_a_hubverse_table_of_the_run(brief, run, tmp_path):
    write_forecast(brief, tmp_path / "forecast.parquet")
    table = pl.read_parquet(tmp_path / "forecast.parquet")
    assert table.columns == list(COLUMNS)
    assert set(table["target"]) == {"stock", "displaced_total"}
    assert set(table["location"]) == {"total", "camp_a", "camp_b", "camp_c", "tiny", "city"}
    assert all(days % 7 == 0 or days == 120 for days in table["horizon"])
    assert set(table["output_type_id"]) == {f"{level:g}" for level in QUANTILE_LEVELS}
    keys = ["target", "target_end_date", "location", "output_type_id"]
    both = table.join(run.table("forecast").select(*keys, truth="value"), on=keys, how="left")
    known = both.drop_nulls("value")
    assert known["truth"].null_count() == 0
    assert known.filter(pl.col("value") != pl.col("truth")).is_empty()
    held_back = both.filter(pl.col("value").is_null())
    assert held_back["truth"].max() < 10
    assert known["value"].min() >= 10


def test_the_team_has_every_day_and_who_remains(team):
    table = forecast_table(team)
    assert {"stock", "displaced_total", "remaining"} <= set(table["target"])
    assert table.filter(pl.col("location") == "camp_a")["horizon"].n_unique() == 120
    assert {"old_town_1", "river_gate"} <= set(table["location"])
    assert check_forecast(table, team) == []


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (lambda t: t.drop("horizon"), "columns"),
        (lambda t: t.with_columns(pl.col("horizon").cast(pl.Int64)), "columns"),
        (lambda t: t.filter(pl.col("output_type_id") != "0.25"), "levels 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3"),
        (lambda t: pl.concat([t, t.head(1)]), "levels 0.01, 0.01,"),
        (lambda t: t.with_columns(target=pl.lit("arrivals")), "the target 'arrivals'"),
        (lambda t: t.with_columns(location=pl.lit("old_town_1")), "the location 'old_town_1'"),
        (lambda t: t.with_columns(output_type=pl.lit("sample")), "the output type 'sample'"),
        (lambda t: t.with_columns(pl.col("horizon") + 1), "a horizon that does not fit its dates"),
        (lambda t: t.with_columns(value=pl.lit(3.0)), "a small count"),
        (lambda t: t.with_columns(value=pl.lit(-30.0)), "a value that is no number of people"),
        (
            lambda t: t.with_columns(
                value=pl.when(pl.col("output_type_id") == "0.95").then(20.0).otherwise("value")
            ),
            "a falling quantile of",
        ),
        (
            lambda t: t.with_columns(
                pl.col("horizon") - 1, pl.col("target_end_date") - pl.duration(days=1)
            ),
            "the day ",
        ),
    ],
)  # fmt: skip
def test_the_check_of_the_forecast_finds_each_fault(brief, fault, found):
    table = forecast_table(brief)
    assert check_forecast(table, brief) == []
    problems = check_forecast(fault(table), brief)
    assert any(problem.found.startswith(found) for problem in problems), [p.found for p in problems]
    assert {problem.slug for problem in problems} == {"forecast-not-hubverse"}


def test_a_forecast_that_breaks_a_rule_is_not_written(brief, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "havenward.brief.hubverse.forecast_table",
        lambda _: forecast_table(brief).with_columns(value=pl.lit(3.0)),
    )
    with pytest.raises(ReleaseError) as caught:
        write_forecast(brief, tmp_path / "forecast.parquet")
    assert str(caught.value) == (
        "forecast.parquet: a small count; expected what a hub accepts and the audience may see; nothing was "
        "published; report this fault"
    )
    assert not (tmp_path / "forecast.parquet").exists()


# -- descriptions ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def described(brief, tmp_path_factory):
    folder = tmp_path_factory.mktemp("described")
    for product in ("tables", "star", "geodata", "forecast", "plan", "dataset", "archive"):
        PRODUCTS[product](brief, folder)
    return folder


def test_the_dataset_names_licences_caveats_and_every_file(described):
    about = json.loads((described / "dataset.json").read_text(encoding="utf-8"))
    licences = {row["source"]: row["licence"] for row in about["sources"]}
    assert licences["list"] == "CC BY"
    assert licences.get("dtm", "not stated") == "not stated"
    assert "It must not be used to target" in about["caveats"]
    assert about["private"] is False
    assert about["dataset_date"].startswith("[2016-10-16T00:00:00 TO 2017-02-13")
    for resource in about["resources"]:
        content = (described / resource["name"]).read_bytes()
        assert resource["sha256"] == sha256(content).hexdigest()
        assert resource["bytes"] == len(content)
    tables = {
        one["name"]: [c["name"] for c in one["columns"]] for one in about["resources"] if "columns" in one
    }
    assert tables["people.csv"] == list(PEOPLE_COLUMNS)
    assert tables["forecast.parquet"] == list(COLUMNS)


def test_the_data_package_describes_the_tables_as_they_are(described):
    package = json.loads((described / "datapackage.json").read_text(encoding="utf-8"))
    checks = {
        "integer": int,
        "number": float,
        "date": date.fromisoformat,
        "boolean": {"yes": True, "no": False}.__getitem__,
        "string": str,
    }
    names = {resource["name"]: resource for resource in package["resources"]}
    for resource in package["resources"]:
        rows = read_csv(described / resource["path"])
        fields = resource["schema"]["fields"]
        assert list(rows[0]) == [field["name"] for field in fields]
        for field in fields:
            assert field["description"]
            for row in rows:
                if row[field["name"]] != "":
                    checks[field["type"]](row[field["name"]])
        for key in resource["schema"].get("foreignKeys", ()):
            there = read_csv(described / names[key["reference"]["resource"]]["path"])
            column = key["fields"][0]
            assert {row[column] for row in rows} <= {row[column] for row in there}


def test_every_column_is_described_in_every_language(brief, tmp_path):
    (tmp_path / "people.csv").write_text("x", encoding="utf-8")
    told = {}
    for language in ("en", "fr", "es", "ar"):
        write_descriptions(replace(brief, language=language), tmp_path, ["people.csv"])
        about = json.loads((tmp_path / "dataset.json").read_text(encoding="utf-8"))
        told[language] = [column["description"] for column in about["resources"][0]["columns"]]
        assert about["language"] == language
    assert all(one != other for one, other in zip(told["en"], told["ar"], strict=True))


# -- the block for a plan ----------------------------------------------------------------------------------


def test_the_plan_block_has_what_a_plan_asks_for(brief, tmp_path):
    rows = (
        ScenarioRow("", "As it stands", None, "", (), chosen=True),
        ScenarioRow("late", "Later", 0.42, "a guess", ("Roads flood",), chosen=False),
    )
    told = replace(brief, scenarios=rows, signs=("Buses are hired",))
    write_plan_block(told, tmp_path / "plan.md")
    text = (tmp_path / "plan.md").read_text(encoding="utf-8")
    for heading in ("Scenario", "Likelihood", "Planning assumptions", "Caseload on", "Triggers and signs",
                    "Planning figures on", "What is not known"):  # fmt: skip
        assert f"\n## {heading}" in text
    assert "- **As it stands**: nobody has said how likely it is" in text
    assert "- Later: 4 in 10 \u2013 a guess" in text
    assert "- Later: Roads flood" in text
    assert "- Buses are hired" in text
    assert "Known on 16\u00a0October\u00a02016. Do not use after 13\u00a0November\u00a02016." in text
    water = next(need for need in brief.needs if need.standard == "water_supply" and need.location == "total"
                 and need.date == brief.focal_day)  # fmt: skip
    line = next(line for line in text.splitlines() if "Water for drinking" in line)
    assert f"| {round(water.amount.central / 1000, -2):,.0f}".replace(",", "\u202f")[:4] in line
    assert HOSTILE not in text
    assert "<" not in text.replace("&lt;", "")


def test_the_plan_block_speaks_the_language_of_the_brief(brief, tmp_path):
    headings = set()
    for language in ("en", "fr", "es", "ar"):
        write_plan_block(replace(brief, language=language), tmp_path / "plan.md")
        text = (tmp_path / "plan.md").read_text(encoding="utf-8")
        lines = tuple(line for line in text.splitlines() if line.startswith("## "))
        assert len(lines) >= 6
        headings.add(lines)
    assert len(headings) == 4


# -- all together ------------------------------------------------------------------------------------------


def test_an_archive_is_the_same_whenever_it_is_made(tmp_path):
    files = [("b.txt", b"two"), ("a/c.txt", b"three" * 1000)]
    write_archive(tmp_path / "one.zip", files)
    write_archive(tmp_path / "two.zip", files)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert [entry.date_time for entry in archive.infolist()] == [LONG_AGO, LONG_AGO]
        assert archive.read("a/c.txt") == b"three" * 1000


def test_the_archive_holds_every_file_but_itself(described):
    with zipfile.ZipFile(described / "brief.zip") as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    there = {path.relative_to(described).as_posix() for path in described.rglob("*") if path.is_file()}
    assert set(inside) == there - {"brief.zip"}
    assert all((described / name).read_bytes() == content for name, content in inside.items())


def test_products_can_be_chosen(brief, tmp_path):
    paths = write_brief(brief, tmp_path / "out", ["plan", "tables", "star"])
    assert [path.relative_to(tmp_path / "out").as_posix() for path in paths] == [
        "gaps.csv", "needs.csv", "people.csv", *(f"powerbi/{name}.csv" for name in sorted(STAR_COLUMNS)),
        "planning-scenario.md",
    ]  # fmt: skip
    assert all(path.is_file() for path in paths)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "gaps.csv", "needs.csv", "people.csv", "powerbi", "planning-scenario.md",
    }  # fmt: skip


def test_an_unknown_product_is_refused(brief, tmp_path):
    with pytest.raises(ReleaseError) as caught:
        write_brief(brief, tmp_path / "out", ["workbok"])
    assert str(caught.value) == (
        "products: unknown product 'workbok'; expected html, pdf, workbook, tables, star, geodata, forecast, "
        "plan, pictures, dataset, archive; did you mean 'workbook'?"
    )
    assert not (tmp_path / "out").exists()


def test_data_are_the_same_bytes_each_time(brief, tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        for product in ("workbook", "tables", "star", "geodata", "forecast", "plan", "dataset", "archive"):
            PRODUCTS[product](brief, tmp_path / folder)
    written = {path.relative_to(tmp_path / "one").as_posix() for path in (tmp_path / "one").rglob("*.*")}
    assert written == set(FILES) - {"brief.html", "brief.pdf"}
    for name in written:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
