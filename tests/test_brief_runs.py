"""Real runs: what is handed over names no origin, gate or group, whatever the simulation writes down."""

import csv
import re
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

import openpyxl
import pytest

from havenward.brief.check_files import Page
from havenward.brief.release import SHOWN_ASSUMPTIONS, SHOWN_OF_PLACES, normalise
from havenward.case.load import load_case
from havenward.pipeline import bundled_case, make_brief, run_forecast
from havenward.records import RECEIVING_KINDS
from havenward.settings import BriefSettings, ForecastSettings
from worlds import city

AUDIENCES = ("public", "partner", "team")


@pytest.fixture(scope="module", params=("city", "mosul"))
def handed_over(request, tmp_path_factory):
    """Run a small ensemble in the middle of an operation and brief every audience."""
    if request.param == "city":
        case, origin = city(), date(2020, 1, 20)
        # groups of a name that no text needs; the direction words stay with the other case
        names = {"east": "quarter-nine", "west": "mill-side"}
        case = replace(
            case, locations=tuple(replace(p, group=names.get(p.group, "")) for p in case.locations)
        )
    else:
        case, origin = load_case(bundled_case()), date(2016, 12, 15)
    folder = tmp_path_factory.mktemp("real")
    run = run_forecast(case, ForecastSettings(origin, 40, 12, 1), folder / "run", workers=1)
    for audience in AUDIENCES:
        settings = BriefSettings(audience, reason="to plan the sites")
        make_brief(run, folder / audience, settings, products=("html", "workbook", "tables"))
    return case, run, folder


def cells(folder):
    """Give every text of the products: page, sheets, tables."""
    page = Page()
    page.feed((folder / "brief.html").read_text(encoding="utf-8"))
    yield from page.texts
    book = openpyxl.load_workbook(folder / "brief.xlsx")
    yield from book.sheetnames
    for sheet in book:
        yield from (
            str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None
        )
    for name in ("people.csv", "needs.csv"):
        with (folder / name).open(encoding="utf-8-sig") as file:
            yield from (cell for row in csv.reader(file) for cell in row)


def assumed(folder):
    rows = openpyxl.load_workbook(folder / "brief.xlsx")["Assumptions"].iter_rows(min_row=3, values_only=True)
    return {row[1] for row in rows}


def groups_of(case):
    return {place.group for place in case.locations if place.group}


@pytest.mark.parametrize("audience", ["public", "partner"])
def test_assumptions_outside_the_team_are_on_the_list_and_of_receiving_places(handed_over, audience):
    case, _, folder = handed_over
    receiving = {place.location for place in case.locations if place.kind in RECEIVING_KINDS}
    names = assumed(folder / audience)
    assert names
    for name in names:
        parameter, _, place = name.partition(".")
        assert not place or place in receiving, name
        patterns = SHOWN_OF_PLACES if place else SHOWN_ASSUMPTIONS
        assert any(fnmatchcase(parameter, pattern) for pattern in patterns), name
    page = (folder / audience / "brief.html").read_text(encoding="utf-8")
    for word in ("front reaches", "release share", "group share", "battle days", "contact hazard"):
        assert word not in page


@pytest.mark.parametrize("audience", ["public", "partner"])
def test_no_origin_gate_or_group_is_named_outside_the_team(handed_over, audience):
    case, _, folder = handed_over
    kinds = {"origin", "marker"} | ({"town", "border"} if audience == "public" else set())
    hidden = {n for p in case.locations if p.kind in kinds for n in (p.name, p.location)}
    shown = {n for p in case.locations if p.kind not in kinds for n in (p.name, p.location)}
    shown |= {n for p in case.locations if p.kind in RECEIVING_KINDS for n in (p.admin1, p.admin2)}
    # everyday words are no names: `east` and `west` of the bundled case, the gate `check`, the marker `bridge`
    words = {normalise(name) for name in hidden | groups_of(case)} - {"east", "check", "bridge"}
    words -= {normalise(name) for name in shown}
    assert len(words) > 5
    said = sorted({normalise(name) for name in shown}, key=len, reverse=True)
    text = f" {' | '.join(normalise(cell) for cell in cells(folder / audience))} "
    for phrase in said:
        if any(word in phrase for word in words):
            text = text.replace(f" {phrase} ", " * ")
    assert [word for word in sorted(words) if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)] == []


def test_the_team_sees_groups_origins_and_dates(handed_over):
    case, _, folder = handed_over
    names = assumed(folder / "team")
    assert {f"people.{group}" for group in groups_of(case)} <= names
    assert {f"front_reaches.{group}" for group in groups_of(case)} <= names
    text = " ".join(cells(folder / "team"))
    for place in case.locations:
        if place.kind == "origin":
            assert place.name in text
    rows = openpyxl.load_workbook(folder / "team" / "brief.xlsx")["Assumptions"]
    for row in rows.iter_rows(min_row=3, values_only=True):
        if row[1].startswith("front_reaches."):
            assert all(re.fullmatch(r"\d+\s\w{3}\s\d{4}|later than the horizon", value) for value in row[2:5])
            assert row[8] == "date"


def test_the_card_of_a_run_names_no_group_or_origin(handed_over):
    case, run, _ = handed_over
    card = normalise((run.folder / "model_card.md").read_text(encoding="utf-8"))
    for name in groups_of(case) | {place.name for place in case.locations if place.kind == "origin"}:
        if normalise(name) not in {"east", "west"}:
            assert f" {normalise(name)} " not in f" {card} "
    learned = run.meta["learned"]["counts"] > 0
    assert ("it cannot tell a wrong count from a surprise" in card) == learned
    assert ("could be learned from nothing but assumptions" in card) != learned
    assert "skill on past crises" in card
