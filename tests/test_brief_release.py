"""The gate: a public file holds no withheld place, count or column, and a planted leak is refused."""

import csv
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from havenward.brief.content import Amount
from havenward.brief.release import (
    RULES,
    SHOWN_ASSUMPTIONS,
    assumption_allowed,
    check_files,
    guard_for,
    normalise,
    refuse_leaks,
    safe_text,
)
from havenward.brief.write import FILES, PRODUCTS, write_brief
from havenward.errors import ReleaseError
from test_brief import make
from toy_brief import HIDDEN, toy_case, toy_run

TEXTS = tuple(name for name in PRODUCTS if name not in {"pdf", "pictures"})


@pytest.fixture(scope="module")
def case():
    return toy_case()


@pytest.fixture(scope="module")
def run(tmp_path_factory, case):
    return toy_run(tmp_path_factory.mktemp("gate") / "run", case)


@pytest.fixture(scope="module")
def folders(tmp_path_factory, case, run):
    where = tmp_path_factory.mktemp("gate")
    for audience in ("public", "partner", "team"):
        # what is typeset is searched by the gate alone, and the public brief has all of it
        products = () if audience == "public" else TEXTS
        write_brief(make(case, run, audience), where / audience, products)
    return where


@pytest.fixture(scope="module")
def guard(case):
    return guard_for(case.locations, case.title, "public", 10)


def everything(folder):
    """Give every byte of every product as text, workbooks unpacked."""
    parts = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.suffix in {".png", ".pdf"}:
            continue  # searched by the check; their bytes are packed
        if path.suffix in {".xlsx", ".zip"}:
            with zipfile.ZipFile(path) as archive:
                parts += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
        else:
            parts.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(parts)


def test_public_files_hold_no_name_of_origins_gates_or_markers(folders):
    words = everything(folders / "public")
    plain = f" {normalise(words)} "
    for name in HIDDEN:
        assert name not in words
        assert f" {normalise(name)} " not in plain


def test_public_files_hold_no_coordinate_of_a_withheld_place(folders):
    words = everything(folders / "public")
    assert not re.search(r"36\.357|43\.127|36\.291|43\.291|36\.251", words)


def test_public_files_hold_no_access_no_fighters_no_flows_no_one_inside(folders):
    words = everything(folders / "public")
    assert "operation_start" not in words
    assert "group_share" not in words
    assert "front_shape" not in words
    assert "7,654" not in words
    assert "3,210" not in words
    for name in ("people.csv", "needs.csv"):
        header = (folders / "public" / name).read_text(encoding="utf-8-sig").splitlines()[0].split(",")
        assert not {"arrivals", "departures", "remaining"} & set(header)
    rows = csv.DictReader((folders / "public" / "people.csv").open(encoding="utf-8-sig"))
    assert {row["measure"] for row in rows} == {
        "people_at_place",
        "people_at_receiving_places",
        "people_currently_displaced",
        "people_ever_displaced",
    }


def test_public_tables_give_weeks_and_key_days_not_every_day(folders):
    rows = list(csv.DictReader((folders / "public" / "people.csv").open(encoding="utf-8-sig")))
    assert all(int(row["days_ahead"]) % 7 == 0 or int(row["days_ahead"]) == 120 for row in rows)


def test_partners_see_gates_and_totals_but_no_origin_or_route(folders):
    words = everything(folders / "partner")
    assert "River Gate" in words
    assert "people_ever_displaced" in words
    for hidden in ("Old Town", "old_town", "Mile Nine", "people_inside", "7,654", "operation_start"):
        assert hidden not in words


def test_the_team_sees_everything(folders):
    words = everything(folders / "team")
    for shown in ("Old Town north", "River Gate", "people_inside", "7,654", "operation_start", "3,210"):
        assert shown in words
    assert "Withheld from this audience" not in words


def test_what_is_withheld_is_told_in_words(folders):
    page = (folders / "public" / "brief.html").read_text(encoding="utf-8")
    for rule in RULES:
        if not rule.public:
            assert rule.words in page


def test_small_counts_are_held_back_with_their_needs(folders):
    rows = list(csv.DictReader((folders / "public" / "people.csv").open(encoding="utf-8-sig")))
    values = [float(row[c]) for row in rows for c in ("low", "central", "high") if row[c]]
    assert min(values) >= 10
    empty = [row for row in rows if not row["low"]]
    assert empty
    assert all(row["reason"] == "fewer than 10 people" for row in empty)
    for row in csv.DictReader((folders / "public" / "needs.csv").open(encoding="utf-8-sig")):
        for level in ("low", "central", "high"):
            assert bool(row[level]) == bool(row[f"people_{level}"])
    assert "fewer than 10" in (folders / "public" / "brief.html").read_text(encoding="utf-8")


def test_a_higher_limit_holds_back_more(case, run, tmp_path):
    write_brief(make(case, run, suppress_below=1000), tmp_path, ("tables",))
    rows = csv.DictReader((tmp_path / "people.csv").open(encoding="utf-8-sig"))
    assert min(float(row[c]) for row in rows for c in ("low", "central", "high") if row[c]) >= 1000


def test_the_page_on_audiences_states_the_rules_of_the_code():
    page = (Path(__file__).parents[1] / "docs" / "explanation" / "audiences.md").read_text(encoding="utf-8")
    told = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if "|" in line
    ]
    yes_no = {True: "yes", False: "no"}
    known = {row.words: [yes_no[row.public], yes_no[row.partner], yes_no[row.team]] for row in RULES}
    known[RULES[0].words] = ["yes"] * 3
    assert {words: rights for words, *rights in told[2:]} == known


# -- planted leaks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "leak",
    [
        "<p>People leave by River Gate.</p>",
        '<p title="old_town_1">x</p>',
        "<!-- Old-Town   North -->",
        '<svg><path d="M1 1" data-name="RIVER_GATE"/></svg>',
        '<p data-at="36.3571,43.127">x</p>',
        "<script>1</script>",
        '<img src="https://example.org/x.png">',
        '<link rel="stylesheet" href="x.css">',
        '<p style="background:url(//example.org/x)">x</p>',
        '<svg><image href="https://example.org/x.png"/></svg>',
        '<p onclick="x()">x</p>',
        '<a href="https://example.org/river-gate">map</a>',
    ],
)
def test_a_leak_planted_in_the_page_is_refused(folders, guard, tmp_path, leak):
    page = (folders / "public" / "brief.html").read_text(encoding="utf-8")
    path = tmp_path / "brief.html"
    path.write_text(page.replace("</main>", leak + "</main>"), encoding="utf-8")
    with pytest.raises(ReleaseError):
        refuse_leaks([path], guard)


def plant(folders, tmp_path, change):
    book = openpyxl.load_workbook(folders / "public" / "brief.xlsx")
    change(book)
    path = tmp_path / "brief.xlsx"
    book.save(path)
    return path


def hidden_sheet(book):
    sheet = book.create_sheet("x")
    sheet.sheet_state = "hidden"
    sheet["A1"] = "Old Town south"


def comment(book):
    from openpyxl.comments import Comment

    book["Summary"]["A1"].comment = Comment("by River Gate", "me")


def formula(book):
    book["Summary"]["J9"] = '=IF(A1="River Gate",1,2)'


def sheet_name(book):
    book.create_sheet("old_town_2")


def author(book):
    book.properties.creator = "river_gate"


def small_count(book):
    sheet = book["People"]
    column = next(cell.column for row in sheet.iter_rows() for cell in row if cell.value == "low")
    sheet.cell(sheet.max_row, column, 3)


@pytest.mark.parametrize("change", [hidden_sheet, comment, formula, sheet_name, author, small_count])
def test_a_leak_planted_in_the_workbook_is_refused(folders, guard, tmp_path, change):
    assert check_files([plant(folders, tmp_path, lambda _: None)], guard) == []
    with pytest.raises(ReleaseError):
        refuse_leaks([plant(folders, tmp_path, change)], guard)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Hill Camp", "Hill Camp by river-gate"),
        (",reason,", ",arrivals,"),
        ("fewer than 10 people", "36.29170 43.2917"),
    ],
)
def test_a_leak_planted_in_a_table_is_refused(folders, guard, tmp_path, old, new):
    text = (folders / "public" / "people.csv").read_text(encoding="utf-8-sig")
    assert old in text
    path = tmp_path / "people.csv"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ReleaseError):
        refuse_leaks([path], guard)


def test_a_small_count_planted_in_a_table_is_refused(folders, guard, tmp_path):
    lines = (folders / "public" / "people.csv").read_text(encoding="utf-8-sig").splitlines()
    cells = lines[5].split(",")
    cells[10] = "4"
    path = tmp_path / "people.csv"
    path.write_text("\n".join([*lines[:5], ",".join(cells), *lines[6:]]), encoding="utf-8")
    problems = check_files([path], guard)
    assert [problem.slug for problem in problems] == ["release-small-count"]
    assert "a count of 4 is in it" in str(problems[0])


def test_nothing_is_put_in_place_when_one_file_is_refused(case, run, tmp_path):
    brief = replace(make(case, run), lead="They come by River Gate.")
    with pytest.raises(ReleaseError, match="river gate"):
        write_brief(brief, tmp_path / "out", ("html", "tables", "forecast"))
    assert not any(tmp_path.iterdir())


def test_a_small_count_that_composing_missed_is_refused(case, run, tmp_path):
    brief = make(case, run)
    leaky = replace(brief, received=tuple((day, Amount(3, 40, 50)) for day, _ in brief.received))
    with pytest.raises(ReleaseError, match="a count of 3"):
        write_brief(leaky, tmp_path / "out", ("workbook", "tables"))


# -- names -------------------------------------------------------------------------------------------------


def test_a_receiving_place_may_share_words_with_a_withheld_one(case):
    twin = replace(
        next(row for row in case.locations if row.location == "camp_a"),
        location="rg_camp",
        name="River Gate Camp",
    )
    guard = guard_for((*case.locations, twin), case.title, "public", 10)
    assert guard.names_in("people at River Gate Camp") == ()
    assert guard.names_in("people at River Gate Camp came by river gate") == ("river gate",)


def test_an_area_that_may_be_named_does_not_hide_a_withheld_name(guard):
    assert guard.names_in("North") == ()
    assert guard.names_in("they left Old Town north") == ("old town north",)


def test_the_title_may_be_said_although_it_holds_a_withheld_name(case):
    guard = guard_for(case.locations, "The crisis of River Gate", "public", 10)
    assert guard.names_in("The crisis of River Gate: where people will need a place") == ()
    assert guard.names_in("The crisis of River Gate: they come by River Gate") == ("river gate",)


def test_the_group_of_a_withheld_place_is_withheld_too(case, guard):
    assert guard.names_in("people from the west of it") == ("west",)
    beside = tuple(
        replace(row, name="Camp west of the lake") if row.location == "camp_a" else row
        for row in case.locations
    )
    assert "west" not in guard_for(beside, case.title, "public", 10).names
    old = tuple(replace(row, group="Old quarter") if row.group else row for row in beside)
    assert "old quarter" in guard_for(old, case.title, "partner", 10).names
    assert "old quarter" not in guard_for(old, case.title, "team", 10).names


def test_only_listed_assumptions_leave_the_team(guard):
    for name in (
        "people.west",
        "release_share.west",
        "front_reaches.west",
        "release_fraction.west",
        "opening_caseload.west",
        "capacity.river_gate",
        "destination_effect.old_town_1",
        "front_reaches.a_coverage",
        "something_new",
        "blocking",
        "screening_capacity",
        "day_shock",
        "group_spread",
    ):
        assert not assumption_allowed(name, "public", guard), name
        assert not assumption_allowed(name, "partner", guard), name
        assert assumption_allowed(name, "team", guard)
    for name in (*SHOWN_ASSUMPTIONS, "capacity.camp_a", "destination_effect.city", "opening_caseload.city"):
        assert assumption_allowed(name.replace("*", "x"), "public", guard), name


def test_a_past_crisis_with_the_name_of_a_withheld_place_is_not_named(case):
    held = (replace(case.locations[0], name="Raqqa"), *case.locations[1:])
    guard = guard_for(held, case.title, "public", 10)
    assert "raqqa" in guard.names
    said = safe_text("Share who left in past crises (mariupol-2022, raqqa-2017).", guard)
    assert said == "Share who left in past crises (mariupol-2022, a past crisis)."
    assert safe_text("They left Raqqa (raqqa-2017).", guard).startswith("Not shown to this audience")


def test_places_that_conventions_speak_of_can_be_withheld(case):
    held = (replace(case.locations[0], name="Nagorno-Karabakh"), *case.locations[1:])
    assert "nagorno karabakh" in guard_for(held, case.title, "public", 10).names


def test_sources_and_series_that_name_a_withheld_place_drop_out(case, run, tmp_path):
    rows = tuple(replace(row, sources=("west-notes", "list")) for row in case.assumptions)
    counts = tuple(replace(row, series="cluster-west", source="") for row in case.observations)
    brief = make(replace(case, assumptions=rows, observations=counts), run)
    assert {row.sources for row in brief.assumptions if row.reason} == {("list",)}
    assert brief.total_counts == ()
    write_brief(brief, tmp_path, TEXTS)


# -- where files go ----------------------------------------------------------------------------------------


def test_a_brief_is_not_written_into_a_run(case, run):
    before = sorted(path.name for path in run.folder.iterdir())
    with pytest.raises(ReleaseError, match="the folder holds a run") as caught:
        write_brief(make(case, run), run.folder)
    assert [problem.slug for problem in caught.value.problems] == ["brief-into-run"]
    assert sorted(path.name for path in run.folder.iterdir()) == before


def test_a_file_in_the_place_of_the_folder_is_told(case, run, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("x", encoding="utf-8")
    for target in (taken, taken / "below"):
        with pytest.raises(ReleaseError) as caught:
            write_brief(make(case, run), target)
        assert [problem.slug for problem in caught.value.problems] == ["target-not-a-folder"]


def test_a_folder_that_cannot_be_written_to_is_told(case, run, tmp_path, monkeypatch):
    def refuse(*_args, **_more):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryDirectory", refuse)
    with pytest.raises(ReleaseError, match="Permission denied") as caught:
        write_brief(make(case, run), tmp_path)
    assert [problem.slug for problem in caught.value.problems] == ["brief-not-written"]


def test_every_rule_grows_with_the_audience():
    for rule in RULES:
        assert rule.team
        assert rule.partner or not rule.public


def test_access_assumptions_are_for_the_team(case, run):
    names = {row.name for row in make(case, run).assumptions}
    assert "displaced_total" in names
    assert not names & {"operation_start", "front_shape", "group_share.west", "capacity.river_gate"}
    assert "operation_start" not in SHOWN_ASSUMPTIONS
    assert {"operation_start", "front_shape", "group_share.west"} <= {
        row.name for row in make(case, run, "team").assumptions
    }


def test_a_reason_that_names_a_withheld_place_is_not_shown(case, run):
    row = next(row for row in make(case, run).assumptions if row.name == "ready_places")
    assert row.reason.startswith("Not shown to this audience")
    assert FILES
