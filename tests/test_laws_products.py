"""What is handed over holds no more than its audience may see: random crises, files read by independent means.

The gate searches its own products before they are put in place; here the files are opened again without it.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from pypdf import PdfReader

from composed_briefs import basis, make
from havenward.brief.explain import explain_name
from havenward.case.load import load_case
from havenward.pipeline import make_brief, run_forecast
from havenward.records import Case
from havenward.settings import BriefSettings, ForecastSettings
from havenward.words import Words
from law_worlds import HIDDEN, SMALL, crises, tried
from worlds import START, assume, city

if TYPE_CHECKING:
    from collections.abc import Iterator

BELOW = 10
TWELVE_DAYS = ForecastSettings(START, 12, 20, 5)
LEVELS = ("low", "central", "high")
TEXTS = ("html", "workbook", "tables", "star", "geodata", "forecast", "plan", "dataset")
ARMED = ("front_reaches", "battle_days", "blocking", "contact_hazard", "early_leaving", "operation_start")
INSIDE = ("remaining", "departures", "departed", "newly_displaced")


def read_words(name: str, content: bytes) -> Iterator[str]:
    """Give all that a file says as text: archives unpacked, databases and columns read, pages of a PDF."""
    suffix = Path(name).suffix
    if suffix in {".xlsx", ".zip"}:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.namelist():
                yield part
                yield from read_words(part, archive.read(part))
    elif suffix == ".gpkg":
        yield content.decode("latin-1")
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(content)
            yield from database.iterdump()
    elif suffix == ".parquet":
        yield pl.read_parquet(io.BytesIO(content)).write_csv()
    elif suffix == ".pdf":
        reader = PdfReader(io.BytesIO(content))
        yield str(reader.metadata)
        yield from (page.extract_text() for page in reader.pages)
    elif suffix != ".png":
        yield content.decode("utf-8-sig")


def said(folder: Path) -> str:
    """Give all that the products of a folder say."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "release-log.csv"]
    return "\n".join(
        text for path in files for text in (path.name, *read_words(path.name, path.read_bytes()))
    )


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def holds_back_small(folder: Path) -> None:
    """Check every count of people in the tables: shown counts are none that is small, and none is given away."""
    people = [row for row in rows_of(folder / "people.csv") if row["unit"] == "persons"]
    needs = [
        {level: row[f"people_{level}"] for level in LEVELS} | row for row in rows_of(folder / "needs.csv")
    ]
    people += [row for row in rows_of(folder / "powerbi" / "fact_people.csv") if row["unit"] == "persons"]
    assert people
    for row in (*people, *({**one, **{level: one[f"people_{level}"] for level in LEVELS}} for one in needs)):
        shown = [row[level] for level in LEVELS if row[level]]
        # nothing is not nought: an empty cell has a reason, and no small count stands as 0
        assert all(float(value) >= BELOW for value in shown), row
        assert len(shown) == 3 or row["reason"], row
    tables: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows_of(folder / "people.csv"):
        if row["measure"] in {"people_at_place", "people_at_receiving_places"}:
            tables.setdefault((row["date"],), []).append(row)
    for row in needs:
        numbers = {level: row[f"people_{level}"] for level in LEVELS}
        tables.setdefault((row["date"], row["standard"]), []).append({"location": row["location"], **numbers})
    for rows in tables.values():
        whole = [row for row in rows if row["location"] == "total"]
        parts = [row for row in rows if row["location"] != "total"]
        for level in LEVELS:
            hidden = [row for row in parts if not row[level]]
            for total in whole:
                if total[level] and hidden:
                    left = float(total[level]) - sum(float(row[level] or 0) for row in parts)
                    assert not 1e-6 < left <= (BELOW - 1) * len(hidden), (rows, level)
    forecast = pl.read_parquet(folder / "forecast.parquet").filter(pl.col("target") != "net_arrivals")
    assert forecast.filter(pl.col("value") < BELOW).height == 0


@given(crises(counted_weeks=True))
@tried(1)
def test_others_than_the_team_see_no_withheld_name_position_flow_or_small_count(case: Case) -> None:
    """Breaks if any product of any world names an origin, a marker, a group, who is inside, or few people."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        run = run_forecast(case, SMALL, folder / "run", workers=1)
        for audience in ("public", "partner"):
            chosen = (*TEXTS, "pdf") if audience == "public" else TEXTS
            make_brief(
                run, folder / audience, BriefSettings(audience, reason="to plan the sites"), products=chosen
            )
            text = said(folder / audience).casefold()
            withheld = [p for p in case.locations if p.kind in ("origin", "marker", "town")]
            if audience == "partner":  # may see gates
                withheld = [p for p in withheld if p.kind != "town"]
            for one in withheld:
                assert one.name.casefold() not in text, one.name
                assert one.location == "gate" or one.location not in text, one.location
                for degrees in (one.latitude, one.longitude):
                    assert f"{degrees:.4f}" not in text, one.name
            if audience == "public":  # positions of sites are coarse
                for site in (p for p in case.locations if p.location.startswith("site-")):
                    assert f"{site.latitude:.4f}" not in text
                    assert f"{site.longitude:.4f}" not in text
            assert not [group for group in ("bank-1", "bank-2") if group in text]
            assert not [name for name in ARMED if name in text]
            heads = {key for path in (folder / audience).rglob("*.csv") for key in _head(path)}
            assert not heads & set(INSIDE)
            targets = pl.read_parquet(folder / audience / "forecast.parquet")["target"].unique().to_list()
            assert set(targets) <= {"stock", "net_arrivals", "displaced_total", "counted_displaced"}
            holds_back_small(folder / audience)


def _head(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return next(csv.reader(stream), [])


def test_the_search_finds_what_the_team_may_see(tmp_path: Path) -> None:
    """Guards the test above: names that a public brief withholds do stand in the products of the team."""
    case = city(
        assumptions=(assume("release_fraction.east", "beta", alpha=2.0, beta=2.0), *city().assumptions)
    )
    case = replace(case, locations=tuple(
        replace(p, name=HIDDEN[0]) if p.location == "east-1" else p for p in case.locations))  # fmt: skip
    run = run_forecast(case, TWELVE_DAYS, tmp_path / "run", workers=1)
    found = {}
    for audience in ("public", "team"):
        settings = BriefSettings(audience, reason="to plan the sites")
        make_brief(run, tmp_path / audience, settings, products=TEXTS)
        text = said(tmp_path / audience).casefold()
        found[audience] = [
            word for word in ("release_fraction.east", "battle_days", "remaining") if word in text
        ]
    assert found["public"] == []
    assert found["team"] == ["release_fraction.east", "battle_days", "remaining"]


@given(crises(counted_weeks=True))
@tried(1)
def test_every_mark_of_a_page_leads_somewhere(case: Case) -> None:
    """Breaks if a number of a brief cannot be followed back: each mark in each audience's page is explained."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        run = run_forecast(case, SMALL, folder / "run", workers=1)
        known = load_case(run.case_folder)
        needs, standards, size, shortages = basis(known, run)
        marks: set[str] = set()
        for audience in ("public", "team"):
            settings = BriefSettings(audience, reason="to plan the sites")
            make_brief(run, folder / audience, settings, products=("html",))
            page = (folder / audience / "brief.html").read_text(encoding="utf-8")
            marks |= set(re.findall(r">\s*([AFS][0-9]{1,3})\s*<", page))
            brief = make(known, run, audience)
            for number in brief.headlines:
                said_low, middle, high = (getattr(number.amount, level) for level in LEVELS)
                assert None in (said_low, middle, high) or said_low <= middle <= high
                assert number.notes, number
        assert len(marks) > 5
        for name in (*sorted(marks), "total", "received", "sites_over", "water"):
            assert explain_name(known, run, needs, name, standards, size, shortages), name


@pytest.fixture(scope="module")
def handed_over(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hand over one crisis in all products, in two languages."""
    folder = tmp_path_factory.mktemp("laws")
    run = run_forecast(city(), TWELVE_DAYS, folder / "run", workers=1)
    for language in ("en", "ar"):
        make_brief(run, folder / language, BriefSettings(language=language), products=("html", "pdf", *TEXTS))
    return folder


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_day_on_which_it_expires_stands_on_every_page(handed_over: Path, language: str) -> None:
    """Breaks if a page, sheet, picture or data set can circulate without the day after which it is stale."""
    folder, words = handed_over / language, Words(language)
    until = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))["review_date"]
    assert until > "2020-01-01"
    day = words.say_date(date.fromisoformat(until))
    plain = partial(re.sub, r"[\s\u2066-\u2069\u200e\u200f]+", "")
    pages = [page.extract_text() for page in PdfReader(folder / "brief.pdf").pages]
    if language == "en":  # a reader gives Arabic letters in the order in which they are drawn
        assert [n for n, text in enumerate(pages, start=1) if plain(day) not in plain(text)] == []
    year = "2020"
    assert all(year in text for text in pages)
    assert plain(day) in plain(re.sub(r"<[^>]+>", " ", (folder / "brief.html").read_text(encoding="utf-8")))
    assert plain(day) in plain((folder / "planning-scenario.md").read_text(encoding="utf-8"))
    book = openpyxl.load_workbook(folder / "brief.xlsx")
    for sheet in book.worksheets:
        foot = f"{sheet.oddFooter.left.text}{sheet.oddFooter.center.text}{sheet.oddFooter.right.text}"
        head = " ".join(str(cell.value) for row in sheet.iter_rows(max_row=12) for cell in row if cell.value)
        assert plain(day) in plain(foot + head), sheet.title
    assert {row["valid_until"] for row in rows_of(folder / "powerbi" / "dim_scenario.csv")} == {until}


def test_what_it_must_not_be_used_for_stands_in_each_kind_of_product(handed_over: Path) -> None:
    """Breaks if a product that can be passed on alone leaves the note on misuse behind."""
    folder, words = handed_over / "en", Words("en")
    note = words.say("misuse_1")[:60]
    spaced = partial(re.sub, r"\s+", " ")
    for name in ("brief.html", "planning-scenario.md", "dataset.json"):
        assert note in spaced((folder / name).read_text(encoding="utf-8")), name
    assert note in spaced(" ".join(page.extract_text() for page in PdfReader(folder / "brief.pdf").pages))
    cells = " ".join(part for part in read_words("brief.xlsx", (folder / "brief.xlsx").read_bytes()))
    assert note in spaced(cells)
    card = (handed_over / "run" / "model_card.md").read_text(encoding="utf-8")
    assert "must not" in card
    assert "not" in (handed_over / "run" / "ethics.md").read_text(encoding="utf-8")


def test_stocks_and_flows_never_share_a_column(handed_over: Path) -> None:
    """Breaks if people who are there and people who came in a period stand under one measure."""
    for language in ("en", "ar"):
        measures = {row["measure"] for row in rows_of(handed_over / language / "people.csv")}
        assert measures <= {"people_at_place", "people_at_receiving_places", "people_currently_displaced",
                            "people_ever_displaced", "arrivals"}  # fmt: skip
    rows = {(row["measure"], row["date"]): row for row in rows_of(handed_over / "en" / "people.csv")
            if row["location"] == "total"}  # fmt: skip
    for (measure, day), row in rows.items():
        # who is received is displaced, and who is displaced was displaced at some time
        wider = {"people_at_receiving_places": "people_currently_displaced",
                 "people_currently_displaced": "people_ever_displaced"}.get(measure)  # fmt: skip
        if wider and (wider, day) in rows:
            for level in LEVELS:
                if row[level] and rows[wider, day][level]:
                    assert float(row[level]) <= float(rows[wider, day][level]), (measure, day)
