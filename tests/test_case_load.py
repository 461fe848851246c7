"""Files as spreadsheets really save them read right, and what they say arrives in the records."""

from datetime import date

import pytest

from havenward.case.check import check_case
from havenward.case.load import load_case
from havenward.case.tables import SHEETS, Column, parse_type, read_columns
from havenward.errors import CaseError
from havenward.records import Attribute, Location, Supply
from toy_case import TOY, edited, write_files


@pytest.fixture
def toy(tmp_path):
    return load_case(write_files(tmp_path / "toy", TOY))


def load(tmp_path, *edits):
    return load_case(write_files(tmp_path / "edited", edited(*edits)))


def quantities(tmp_path, cell, *, delimiter=","):
    """Read one quantity of stock.csv as a spreadsheet writes it."""
    text = f"item,quantity,published\ntents,{cell},2016-07-01\n"
    if delimiter != ",":
        text = f"item{delimiter}quantity{delimiter}published\ntents{delimiter}{cell}{delimiter}2016-07-01\n"
    return load(tmp_path, ("stock.csv", text)).stock[0].quantity


# -- what files say ------------------------------------------------------------------------------------


def test_settings_are_read_with_their_defaults(toy):
    assert (toy.title, toy.crisis, toy.country, toy.start) == ("Toy", "toy", "IRQ", date(2016, 6, 1))
    assert (toy.horizon_days, toy.rules, toy.residents_held) == (120, "havenward", False)
    assert (toy.publication_lag_days, toy.audience, toy.suppress_below) == (3, "public", 10)
    assert toy.known is None


def test_rows_are_typed_and_keep_their_spreadsheet_row(toy):
    assert toy.locations[0] == Location(
        "east", "East Side", "1001", "origin", 36.36, 43.2, "", "", "", "city", 400_000, None, None, None,
        date(2016, 6, 1), "plan",
    )  # fmt: skip
    assert [row.row for row in toy.locations] == list(range(2, 10))
    assert toy.routes[3].mode == "road"  # the default of an empty cell
    assert toy.attributes[3] == Attribute("", "west", "bridge", "surface", "asphalt", None, "")
    assert toy.stock[1] == Supply("tents", "", 2500.5, date(2016, 9, 1), date(2016, 7, 15), "")
    assert toy.events[0].date == "operation_start"
    assert toy.events[1].date == date(2016, 10, 20)
    assert [row.review for row in toy.figures] == ["accepted", "open"]


def test_a_count_without_a_publication_date_gets_its_day_and_the_lag(toy, tmp_path):
    assert [row.published for row in toy.observations[1:]] == [
        date(2016, 10, 28), date(2016, 11, 2), date(2016, 11, 2),
    ]  # fmt: skip
    longer = load(tmp_path, ("case.toml", "horizon_days = 120", "publication_lag_days = 10"))
    assert longer.observations[1].published == date(2016, 11, 4)


def test_reports_are_read_with_header_and_text(toy):
    (report,) = toy.reports
    assert (report.report, report.kind, report.source) == ("2016-07-20-times.txt", "paraphrase", "plan")
    assert report.text.startswith("The minister of migration")
    figure = toy.figures[0]
    assert report.text[figure.start : figure.end] == "half a million"


def test_assumptions_and_scenarios_are_read(toy):
    start, total, release = toy.assumptions
    assert (start.after, start.distribution.parameters) == (date(2016, 7, 1), {"low": 60.0, "high": 150.0})
    assert (total.distribution, total.pool_term, total.pool_places) == (None, "expected_displaced", ("City",))
    assert [weight for weight, _ in release.distribution.components] == [2.0, 1.0]
    (scenario,) = toy.scenarios
    assert scenario.assumptions[0].published == scenario.published  # inherited where it is not given
    assert scenario.events[0].published == scenario.published


def test_only_three_files_are_needed(tmp_path):
    files = {name: TOY[name] for name in ("case.toml", "locations.csv", "routes.csv")}
    files["locations.csv"] = files["locations.csv"].replace(",plan\n", ",\n")
    files["routes.csv"] = files["routes.csv"].replace(",plan\n", ",\n")
    case = load_case(write_files(tmp_path, files))
    assert (case.events, case.observations, case.reports, case.assumptions) == ((), (), (), ())


def test_text_pcodes_and_keys_with_spaces_stay_as_they_are(tmp_path):
    case = load(tmp_path, ("locations.csv", "1001", "01001"), ("locations.csv", "1002", "01002"))
    assert [row.pcode for row in case.locations[:2]] == ["01001", "01002"]


# -- as spreadsheets save ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "save",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace("\n", ",,,\n").encode(),
        lambda text: (text + ",,,,,\n,,,,,\n\n\n").encode(),
        lambda text: text.rstrip("\n").encode(),
        lambda text: ("\n" + text).encode(),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: text.replace(",", " , ").encode(),
        lambda text: "\n".join(",".join(f'"{c}"' for c in line.split(",")) for line in text.splitlines()).encode(),
    ],
    ids=["BOM", "UTF-16", "CRLF", "CR", "empty columns", "empty rows", "no last line break", "an empty first row",
         "semicolons", "tabs", "spaces", "quotes"],
)  # fmt: skip
def test_every_way_to_save_a_table_reads_the_same(tmp_path, toy, save):
    for table in ("routes", "attributes", "observations"):
        case = load(tmp_path, (f"{table}.csv", save(TOY[f"{table}.csv"])))
        assert getattr(case, table) == getattr(toy, table)


def test_line_breaks_in_quotes_do_not_shift_row_numbers(tmp_path):
    text = 'source,title\nplan,"Response\r\nplan"\n\ncounts,Counting\n'
    case = load(tmp_path, ("sources.csv", text))
    assert [(row.row, row.title) for row in case.sources] == [(2, "Response\nplan"), (4, "Counting")]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1234", 1234), ('"1,234"', 1234), ("1 234", 1234), ("1\u00a0234", 1234), ("1\u202f234", 1234), ("1'234", 1234),
     ('"1,234,567.5"', 1_234_567.5), ("12.5", 12.5), (" 7 ", 7), ("+7", 7), ("1e3", 1000), (".5", 0.5)],
)  # fmt: skip
def test_numbers_with_thousands_read_right(tmp_path, cell, value):
    assert quantities(tmp_path, cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12,5", 12.5),
        ("1.234,5", 1234.5),
        ("1 234,5", 1234.5),
        ("1.234.567", 1_234_567),
        ("12.5", 12.5),
        ("7", 7),
    ],
)
def test_semicolons_bring_decimal_commas(tmp_path, cell, value):
    assert quantities(tmp_path, cell, delimiter=";") == value


def test_with_semicolons_a_single_point_is_refused_where_it_may_mean_either(tmp_path):
    with pytest.raises(CaseError) as raised:
        quantities(tmp_path, "1.234", delimiter=";")
    assert str(raised.value) == (
        "stock.csv row 2: quantity is '1.234'; expected a number from 0 to 1,000,000,000,000; "
        "write 1234 or 1,234, whichever is meant"
    )


def test_with_semicolons_a_latitude_with_a_point_can_only_be_one(tmp_path):
    text = TOY["locations.csv"].replace(",", ";").replace('"400;000"', "400000").replace("36.36", "36.361")
    assert load(tmp_path, ("locations.csv", text)).locations[0].latitude == 36.361


def test_whole_numbers_with_a_zero_after_the_point_are_whole(tmp_path):
    assert (
        load(tmp_path, ("observations.csv", "stock,1200,", "stock,1200.0,")).observations[0].persons == 1200
    )


def test_columns_may_stand_in_any_order_and_be_left_out(tmp_path):
    text = "published,item,quantity\n2016-07-01,tents,5\n"
    assert load(tmp_path, ("stock.csv", text)).stock == (
        Supply("tents", "", 5.0, None, date(2016, 7, 1), ""),
    )


def test_a_header_alone_is_an_empty_table(tmp_path):
    assert load(tmp_path, ("stock.csv", "item,quantity,published\n")).stock == ()


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("havenward.case.sheets.MAX_FILE_BYTES", 100)
    folder = write_files(tmp_path, {**TOY, "stock.csv": "x" * 101})
    assert "stock.csv: the file has 0 MB; expected at most 0 MB; keep only the rows that the case needs" in {
        str(problem) for problem in check_case(folder)
    }


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path):
    folder = write_files(tmp_path, {**TOY, "stock.csv": None})
    (folder / "stock.csv").mkdir()
    (problem,) = check_case(folder)
    assert problem.slug == "file-unreadable"


# -- the tables of columns -----------------------------------------------------------------------------


def test_every_type_of_the_tables_is_understood():
    for table in (*SHEETS, "case", "assumptions", "scenarios", "reports", "parameters"):
        assert read_columns(table)


def test_rows_have_the_fields_of_the_columns_in_their_order():
    for table, record in SHEETS.items():
        fields = [name for name in record.__dataclass_fields__ if name != "row"]
        assert [column.field for column in read_columns(table)] == fields


@pytest.mark.parametrize("text", ["number[1,2", "numbers", "integer(0,1)", ""])
def test_types_that_are_none_are_refused(text):
    with pytest.raises(ValueError, match="not a column type"):
        parse_type(text)


@pytest.mark.parametrize(
    ("text", "value", "inside"),
    [("number[0,1]", 0, True), ("number]0,1]", 0, False), ("number]0,1]", 1, True), ("number[0,1[", 1, False),
     ("number", -1e300, True), ("integer[-3,2]", -3, True)],
)  # fmt: skip
def test_open_and_closed_ends_of_a_range(text, value, inside):
    base, low, high, low_open, high_open, choices = parse_type(text)
    column = Column("x", base, low, high, low_open, high_open, choices, "", False, "", "")
    assert column.holds(value) is inside
