"""The workbook: formulas give our numbers and follow a changed standard, here and in LibreOffice."""

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from composed_briefs import make
from havenward.brief.content import Amount, GapRow
from havenward.brief.rows import gaps_of, three
from havenward.brief.workbook import SHEETS, write_workbook
from havenward.records import TOTAL
from toy_brief import FORMULA, toy_case, toy_run

SOFFICE = shutil.which("soffice")
HEADS = 2
DATA_SHEETS = ("Summary", "People", "Needs", "Gaps", "Assumptions", "Standards", "Sources", "Figures")


@pytest.fixture(scope="module")
def brief(tmp_path_factory):
    case = toy_case()
    run = toy_run(tmp_path_factory.mktemp("book") / "run", case, members=60)
    brief = make(case, run)
    return replace(brief, gaps=tuple(stated_gaps(brief)))


def stated_gaps(brief):
    """State supplies at one place, so that a gap is what is needed minus what is there, and at all."""
    for standard, there in (("water_supply", 100_000.0), ("toilets_first", 90.0), ("kitchen_sets", 700.0)):
        for need in brief.needs:
            if need.standard != standard or need.location not in {"camp_a", TOTAL} or need.amount.suppressed:
                continue
            missing = [max(value - there, 0.0) for value in three(need.amount)]
            if need.location == TOTAL:  # what is spare at one place does not help another
                missing = [value + 11.0 for value in missing]
            yield GapRow(
                need.location, need.name, need.pcode, need.date, need.sector, need.item, need.unit,
                need.amount, there, Amount(*missing), 0.7,
            )  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory, brief):
    path = tmp_path_factory.mktemp("book") / "brief.xlsx"
    write_workbook(brief, path)
    return path


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def values(path):
    return openpyxl.load_workbook(path, data_only=True)


def table(sheet, heads=HEADS):
    """Give the rows of a sheet by the machine names of its columns."""
    names = [cell.value for cell in sheet[1]]
    return [
        dict(zip(names, (cell.value for cell in row), strict=True))
        for row in sheet.iter_rows(min_row=heads + 1)
    ]


def change_standards(book):
    """Plan with 20 litres, a toilet for 20 people, and six people in a household."""
    for row in book["Standards"].iter_rows(min_row=HEADS + 1):
        key, quantity, people = row[0].value, row[3], row[5]
        if key == "water_supply":
            quantity.value = 20
        elif key == "toilets_first":
            people.value = 20
        elif key == "household_size":
            quantity.value = 6


def test_the_sheets_are_those_of_the_contract_readme_first(book):
    assert tuple(book.sheetnames) == SHEETS
    assert SHEETS[0] == "README"


def test_stored_values_are_the_needs_and_formulas_give_them(book, values, brief):
    checked = 0
    for live, kept, need in zip(
        book["Needs"].iter_rows(min_row=HEADS + 1), table(values["Needs"]), brief.needs, strict=True
    ):
        for at, (name, expected) in enumerate(
            zip(("need_low", "need_central", "need_high"), three(need.amount), strict=True), start=12
        ):
            if expected is None:
                assert kept[name] is None
                continue
            assert kept[name] == pytest.approx(expected)
            assert live[at].value.startswith("=")
            assert recalculate(live[at].value, book, "Needs") == pytest.approx(expected, abs=1e-6)
            checked += 1
    assert checked > 1000


def test_gaps_are_the_stored_ones_and_formulas_give_them(book, values, brief):
    shown = [gap for gap in gaps_of(brief) if gap.location == TOTAL or gap.available_is != "unknown"]
    assert {gap.standard for gap in shown} >= {"places", "water_supply", "toilets_first", "kitchen_sets"}
    checked = 0
    for live, kept, gap in zip(
        book["Gaps"].iter_rows(min_row=HEADS + 1), table(values["Gaps"]), shown, strict=True
    ):
        for what, at, amount in (("requirement", 9, gap.requirement), ("gap", 20, gap.gap)):
            for n, (end, expected) in enumerate(zip(("low", "central", "high"), three(amount), strict=True)):
                if expected is None:
                    assert kept[f"{what}_{end}"] is None
                    continue
                assert kept[f"{what}_{end}"] == pytest.approx(expected, abs=1e-6)
                if str(live[at + n].value).startswith("="):
                    assert recalculate(live[at + n].value, book, "Gaps") == pytest.approx(expected, abs=1e-6)
                    checked += 1
    assert checked > 100


def recalculate(formula, book, sheet):
    """Work out one of our formulas by hand."""

    def cell(match):
        name = match.group(2).replace("$", "")
        value = book["Standards" if match.group(1) else sheet][name].value or 0
        return repr(recalculate(value, book, sheet) if str(value).startswith("=") else float(value))

    text = re.sub(r"(Standards!)?(\$?[A-Z]\$?\d+)", cell, formula[1:])
    names = {"ROUNDUP": lambda value, _: ceil(value), "MAX": max}
    return eval(text, {"__builtins__": {}}, names)  # noqa: S307 - our own formula


def test_a_changed_standard_changes_needs(path, brief):
    book = openpyxl.load_workbook(path)
    change_standards(book)
    for row, need in zip(book["Needs"].iter_rows(min_row=HEADS + 1), brief.needs, strict=True):
        if need.location == TOTAL and need.standard == "water_supply":
            now = recalculate(row[13].value, book, "Needs")
            assert now == pytest.approx(need.amount.central * 20 / 15)
        if need.location == "camp_a" and need.standard == "toilets_first" and need.amount.central:
            assert recalculate(row[13].value, book, "Needs") == ceil(need.people.central / 20)
        if need.location == "camp_a" and need.standard == "kitchen_sets" and need.amount.central:
            assert recalculate(row[13].value, book, "Needs") == ceil(need.people.central / 6)


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_recalculates_our_numbers_and_follows_changes(path, values, brief, tmp_path):
    """Saving by openpyxl drops stored values, so what comes back was worked out by LibreOffice."""
    same = recalculated(path, tmp_path / "same", lambda book: book)
    checked = 0
    for name in SHEETS:
        for ours, theirs in zip(values[name].iter_rows(), same[name].iter_rows(), strict=False):
            for mine, other in zip(ours, theirs, strict=False):
                if isinstance(mine.value, (int, float)):
                    assert other.value == pytest.approx(mine.value, rel=1e-9, abs=1e-6)
                    checked += 1
                elif isinstance(mine.value, (str, datetime)):
                    assert other.value == mine.value
    assert checked > 3000
    other = recalculated(path, tmp_path / "changed", change_standards)
    before, now = table(values["Needs"]), table(other["Needs"])
    focal = brief.focal_day
    summary = {row["what"]: row for row in table(other["Summary"]) if row["part"] == "need"}
    big = {row["what"]: row for row in table(other["Summary"]) if row["part"] == "big number"}
    for old, new in zip(before, now, strict=True):
        if old["standard"] == "water_supply" and old["need_high"] is not None:
            assert new["need_high"] == pytest.approx(old["need_high"] * 20 / 15)
            if old["location"] == TOTAL and old["date"].date() == focal:
                assert summary[old["item"]]["high"] == pytest.approx(old["need_high"] * 20 / 15)
                assert big["Water at receiving places"]["high"] == pytest.approx(new["need_high"])
        if old["standard"] == "toilets_first" and old["location"] == "camp_a" and old["need_high"]:
            assert new["need_high"] == ceil(old["people_high"] / 20)
    for gap, new in zip(table(values["Gaps"]), table(other["Gaps"]), strict=True):
        if gap["standard"] == "water_supply" and gap["location"] == "camp_a":
            assert new["gap_high"] == pytest.approx(max(gap["requirement_high"] * 20 / 15 - 100_000, 0))


def recalculated(path, folder, change):
    """Change a workbook and let LibreOffice work it out; gives what it wrote."""
    folder.mkdir()
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(folder / "in.xlsx")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [SOFFICE, profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    out = folder / "out"
    subprocess.run(
        [*command, "--outdir", str(out), str(folder / "in.xlsx")],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return openpyxl.load_workbook(out / "in.xlsx", data_only=True)


def test_heads_stay_in_view_can_be_filtered_and_are_printed(book):
    for name in DATA_SHEETS:
        sheet = book[name]
        assert sheet.freeze_panes.endswith(str(HEADS + 1))
        assert sheet.auto_filter.ref.startswith(f"A{HEADS}:")
        assert sheet.print_title_rows == f"$1:${HEADS}"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.merged_cells.ranges == set()
        assert "&P" in sheet.oddFooter.right.text


def test_codes_are_text_dates_are_dates_and_units_stand_in_column_and_head(book):
    for name in ("People", "Needs", "Gaps"):
        rows = table(book[name])
        codes = {row["pcode"] for row in rows if row["pcode"]}
        assert "0612" in codes
        assert {type(row["date"]) for row in rows} == {datetime}
        assert all(row["unit"] for row in rows)
    heads = {
        cell.value: below.value for cell, below in zip(book["People"][1], book["People"][2], strict=True)
    }
    assert heads["central"] == "People (persons): Central"
    assert {row["unit"] for row in table(book["People"])} == {"persons"}
    assert "unit of the row" in book["Needs"]["N2"].value


def test_people_have_weeks_also_for_the_team(tmp_path_factory):
    case = toy_case()
    run = toy_run(tmp_path_factory.mktemp("team") / "run", case, members=10, horizon=40)
    path = run.folder.parent / "team.xlsx"
    brief = make(case, run, "team")
    write_workbook(brief, path)
    days = {row["days_ahead"] for row in table(openpyxl.load_workbook(path)["People"])}
    assert days == {7, 14, 21, 28, 35, 40}


def test_hostile_text_stays_text(book, values):
    cells = [cell for sheet in book for row in sheet for cell in row if isinstance(cell.value, str)]
    assert any(cell.value == f"'{FORMULA}" for cell in cells)
    formulas = [cell.value for cell in cells if cell.data_type == "f"]
    allowed = r"=(?:[A-Z]{1,2}\d+|\$[A-Z]\$\d+|Standards!|Needs!|Gaps!|ROUNDUP|MAX|[\d.e+*/(),-])+"
    assert formulas
    assert all(re.fullmatch(allowed, formula) for formula in formulas)
    assert values["Standards"].cell(HEADS + 1, 1).value == "water_supply"


def test_every_language_has_its_heads_and_arabic_reads_from_the_right(brief, tmp_path):
    heads = {}
    for language in ("en", "fr", "es", "ar"):
        path = tmp_path / f"{language}.xlsx"
        write_workbook(replace(brief, language=language), path)
        book = openpyxl.load_workbook(path)
        assert tuple(book.sheetnames) == SHEETS
        assert {bool(sheet.sheet_view.rightToLeft) for sheet in book} == {language == "ar"}
        assert [cell.value for cell in book["Needs"][1]][:3] == ["location", "name", "pcode"]
        heads[language] = [cell.value for name in DATA_SHEETS for cell in book[name][2]]
        assert all(heads[language])
    same = sum(one == other for one, other in zip(heads["en"], heads["ar"], strict=True))
    assert same == 0
    for language in ("fr", "es"):
        kept = [a for a, b in zip(heads["en"], heads[language], strict=True) if a == b]
        assert len(set(kept)) < 15, kept  # words that are the same, as P-code


def test_the_tag_row_stands_under_the_heads_and_keeps_the_filters(brief, tmp_path):
    write_workbook(replace(brief, hxl=True), tmp_path / "hxl.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "hxl.xlsx")["Needs"]
    tags = [cell.value for cell in sheet[3]]
    assert all(tag.startswith("#") for tag in tags)
    assert sheet.freeze_panes.endswith("4")
    assert sheet.auto_filter.ref.startswith("A3:")
    assert sheet["M4"].value.startswith("=J4*Standards!$D$4/")


def test_the_archive_is_sound_and_its_parts_are_well_formed(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(names) == len(set(names))
        for name in names:
            ET.fromstring(archive.read(name))  # noqa: S314 - a file that was just written here
        book = archive.read("xl/workbook.xml").decode()
    assert "_xlnm._FilterDatabase" in book
    assert "definedName" in book


def test_the_readme_says_what_an_empty_cell_means_and_how_to_change(book, brief):
    told = " ".join(str(cell) for row in book["README"].iter_rows(values_only=True) for cell in row)
    assert "Empty never means zero" in told
    assert "15 litres to 20" in told
    for name in SHEETS[1:]:
        assert f"{name}: " in told
    assert str(brief.origin_date + timedelta(days=28)).split("-")[0] in told
