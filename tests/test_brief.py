"""Briefs: what is written equals what the run holds, formulas live, hostile text does nothing."""

import csv
import re
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from math import ceil

import openpyxl
import polars as pl
import pytest

from composed_briefs import make
from havenward.brief.card import write_model_card
from havenward.brief.check_files import Page
from havenward.brief.compose import compose_brief
from havenward.brief.write import write_brief
from havenward.case.known import as_of
from havenward.errors import RunError
from havenward.needs.requirements import estimate_needs
from havenward.needs.standards import load_standards
from havenward.records import Event, Supply
from havenward.settings import BriefSettings
from havenward.words import ENGLISH, round_people
from toy_brief import FORMULA, HOSTILE, ORIGIN, PUBLISHED, assumption, toy_case, toy_run

# the products that are read here; the others have tests of their own
PRODUCTS = ("html", "workbook", "tables")
FILES = ["brief.html", "brief.xlsx", "gaps.csv", "needs.csv", "people.csv"]


@pytest.fixture(scope="module")
def case():
    return toy_case()


@pytest.fixture(scope="module")
def run(tmp_path_factory, case):
    return toy_run(tmp_path_factory.mktemp("brief") / "run", case)


@pytest.fixture(scope="module")
def brief(case, run):
    return make(case, run)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, brief):
    where = tmp_path_factory.mktemp("brief") / "out"
    assert [path.name for path in write_brief(brief, where, PRODUCTS)] == FILES
    return where


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "brief.html").read_text(encoding="utf-8")


def texts(page):
    parser = Page()
    parser.feed(page)
    return re.sub(r"[ \n]+", " ", " ".join(parser.texts))


# -- numbers -----------------------------------------------------------------------------------------------


def test_numbers_of_the_page_are_those_of_the_run(page, run, brief):
    forecast = run.table("forecast")
    words = texts(page)
    for location in ("total", "camp_a", "camp_b", "camp_c", "city"):
        rows = forecast.filter(
            (pl.col("location") == location)
            & (pl.col("target") == "stock")
            & (pl.col("target_end_date") == brief.focal_day)
        )
        low, central, high = (
            rows.filter(pl.col("output_type_id") == level)["value"][0] for level in ("0.05", "0.5", "0.95")
        )
        assert ENGLISH.say_people(central) in words
        assert f"{ENGLISH.say_people(low)}\u2009\u2013\u2009{ENGLISH.say_people(high)}" in words


def test_people_at_receiving_places_are_the_quantile_of_their_sum(page, case, run, brief):
    sums = (
        run.table("members")
        .filter(
            pl.col("location").is_in(["camp_a", "camp_b", "camp_c", "tiny", "city"])
            & (pl.col("date") == brief.focal_day)
        )
        .group_by("member")
        .agg(pl.col("stock").sum())["stock"]
        .sort()
    )
    low, central, high = (sums[ceil(level * len(sums) - 1e-9) - 1] for level in (0.05, 0.5, 0.95))
    # the public total leaves out who are too few to be shown
    amount = dict(make(case, run, "team").received)[brief.focal_day]
    assert (amount.low, amount.central, amount.high) == (low, central, high)
    assert ENGLISH.say_people(central) in brief.lead
    assert ENGLISH.say_quantity(15 * central, "litres per day")[0] in texts(page)


def test_chance_and_first_day_over_capacity_are_those_of_the_members(run, brief):
    table = run.table("members").filter(pl.col("location") == "camp_a")
    by_day = table.group_by("date").agg(chance=(pl.col("stock") > 12_000).mean()).sort("date")
    place = next(p for p in brief.places if p.location == "camp_a")
    assert place.first_likely == by_day.filter(pl.col("chance") > 0.5)["date"][0]
    ever = table.group_by("member").agg((pl.col("stock") > 12_000).any())["stock"].mean()
    assert place.chance_over == pytest.approx(ever)
    assert place.capacity_basis == "published"


def test_an_assumed_capacity_is_compared_member_by_member(run, brief):
    place = next(p for p in brief.places if p.location == "camp_b")
    draws = (
        run.table("assumptions")
        .filter(pl.col("name") == "capacity.camp_b")
        .select("member", capacity="value")
    )
    rows = run.table("members").filter(pl.col("location") == "camp_b").join(draws, on="member")
    ever = rows.group_by("member").agg((pl.col("stock") > pl.col("capacity")).any())["stock"].mean()
    assert place.capacity_basis == "assumed"
    assert place.chance_over == pytest.approx(ever)
    over = (
        rows.filter(pl.col("date") == brief.focal_day)
        .select((pl.col("stock") - pl.col("capacity")).clip(0))["stock"]
        .sort()
    )
    assert place.over_on(brief.focal_day).high == pytest.approx(over[ceil(0.95 * len(over) - 1e-9) - 1])


def test_places_without_capacity_have_no_limit(brief):
    for place in brief.places:
        if place.location in {"camp_c", "city"}:
            assert place.capacity is None
            assert place.chance_over is None


def test_the_focal_day_has_the_most_people_and_key_days_follow(brief):
    assert brief.focal_day in brief.key_days
    assert max(a.central for _, a in brief.received) == dict(brief.received)[brief.focal_day].central
    assert brief.key_days[0] == ORIGIN + timedelta(days=28)
    assert brief.valid_until == ORIGIN + timedelta(days=28)


def test_every_big_number_has_range_origin_date_and_notes_that_lead_somewhere(page, brief):
    sections = re.findall(r'<div class="tile">\s*<h3>.*?</details>', page.split('class="two"')[0], re.DOTALL)
    assert len(sections) == len(brief.headlines) == 4
    for section in sections:
        assert "\u2009\u2013\u2009" in section
        assert "16\u00a0Oct\u00a02016" in section
        anchors = re.findall(r'href="#([^"]+)"', section)
        assert anchors
        assert all(f'id="{anchor}"' in page for anchor in anchors)


def test_counts_are_dots_only_where_they_were_published(brief):
    assert [(c.date.isoformat(), c.persons) for c in brief.total_counts] == [("2016-10-10", 4_200)]


def test_rows_published_after_the_origin_change_nothing(case, run, brief):
    later = tuple(
        replace(row, capacity=1, published=run.last_date)
        for row in case.locations
        if row.location == "camp_a"
    )
    assert make(replace(case, locations=(*case.locations, *later)), run).places == brief.places


def test_conflicting_figures_stand_side_by_side(brief, page):
    assert [[row.figure for row in one.figures] for one in brief.disputes] == [
        ["f_half", "f_million"],  # what the total was pooled from
        ["f_million", "f_plan"],  # one fact group, two values
    ]
    words = texts(page)
    assert "Where sources do not agree" in words
    for dispute in brief.disputes:
        assert texts(dispute.words) in words
        assert len({row.value for row in dispute.figures}) == 2
        assert all(row.value in dispute.words for row in dispute.figures)


def test_paraphrases_are_called_so_and_not_quoted(page):
    assert "Paraphrased from Daily" in texts(page)
    assert "<q>Up to one million people could be displaced.</q>" in page
    assert "<q>The minister" not in page


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "fewer than 10"),
        (9, "9"),
        (12, "12"),
        (104, "100"),
        (105, "110"),
        (999, "1\u202f000"),
        (1049, "1\u202f000"),
        (1050, "1\u202f100"),
        (41_999, "42\u202f000"),
        (995_000, "1\u202f000\u202f000"),
        (None, "fewer than 10"),
    ],
)
def test_people_are_written_with_two_digits(value, words):
    if value == 0:
        value = None
    assert ENGLISH.say_people(value) == words
    if value is not None:
        assert abs(round_people(value) - value) <= max(value * 0.06, 5)


def test_quantities_and_chances_are_written_for_reading():
    assert ENGLISH.say_quantity(15_000, "litres per day") == ("15", "m\u00b3 per day")
    assert ENGLISH.say_quantity(450, "m2") == ("0.045", "hectares")
    assert ENGLISH.say_amount(2.5) == "2.5"
    assert [ENGLISH.say_chance(p) for p in (0, 0.02, 0.3, 0.89, 0.97, 1)] == [
        "almost none",
        "under 1 in 20",
        "3 in 10",
        "9 in 10",
        "over 19 in 20",
        "almost certain",
    ]


# -- capacity over time ------------------------------------------------------------------------------------


def site(brief, location):
    return next(place for place in brief.places if place.location == location)


def capacity_event(day, value, location, published=PUBLISHED, kind="capacity"):
    return Event(day, kind, location, "", "", value, published, "list")


def test_days_before_the_origin_date_are_not_counted_as_over_capacity(case, tmp_path):
    run = toy_run(tmp_path / "run", case, members=30, horizon=40, before=60)
    place = site(make(case, run), "camp_a")
    table = run.table("members").filter((pl.col("location") == "camp_a") & (pl.col("stock") > 12_000))
    assert table["date"].min() < ORIGIN
    assert place.first_likely == ORIGIN + timedelta(days=1)
    ahead = table.filter(pl.col("date") > ORIGIN)
    assert place.chance_over == pytest.approx(ahead["member"].n_unique() / 30)


def test_days_after_a_site_closes_are_not_counted_as_over_capacity(case, run, brief, tmp_path):
    closes = site(brief, "camp_a").first_likely
    shut = tuple(replace(row, closes=closes) if row.location == "camp_a" else row for row in case.locations)
    place = site(make(replace(case, locations=shut), run), "camp_a")
    assert place.first_likely is None
    assert place.chance_over < site(brief, "camp_a").chance_over
    assert all(day < closes for day, _ in place.over)
    by_event = capacity_event(closes, None, "camp_a", kind="site_closes")
    closed = make(replace(case, events=(*case.events, by_event)), run)
    assert site(closed, "camp_a").chance_over == place.chance_over
    write_brief(closed, tmp_path, PRODUCTS)
    assert "closed by then" in (tmp_path / "brief.html").read_text(encoding="utf-8")
    again = capacity_event(closes + timedelta(days=1), None, "camp_a", kind="site_opens")
    opened = make(replace(case, events=(*case.events, by_event, again)), run)
    assert site(opened, "camp_a").chance_over == site(brief, "camp_a").chance_over


def test_capacity_events_change_the_limit_from_their_day_on(case, run):
    change = ORIGIN + timedelta(days=60)
    events = (
        *case.events,
        capacity_event(change, 10_000_000.0, "camp_a"),
        capacity_event(change, 1.0, "camp_a", published=PUBLISHED - timedelta(days=1)),
        capacity_event(change + timedelta(days=5), 1.0, "camp_a", published=run.last_date),
    )
    changed = make(replace(case, events=events), run)
    place = site(changed, "camp_a")
    table = run.table("members").filter((pl.col("location") == "camp_a") & (pl.col("date") < change))
    ever = table.group_by("member").agg((pl.col("stock") > 12_000).any())["stock"].mean()
    assert place.chance_over == pytest.approx(ever)
    assert [(limit.since, limit.persons.central) for limit in place.limits] == [
        (ORIGIN, 12_000),
        (change, 10_000_000),
    ]
    for day, over in place.over:
        assert (over.high == 0 or over.high is None) == (day >= change)
    limits = {day: place.limit_on(day).persons.central for day in changed.key_days}
    assert {limits[day] for day in limits if day < change} == {12_000}
    assert {limits[day] for day in limits if day >= change} == {10_000_000}


def test_a_site_whose_only_capacity_is_an_event_has_a_limit(case, run):
    event = capacity_event(ORIGIN + timedelta(days=10), 100.0, "camp_c")
    place = site(make(replace(case, events=(*case.events, event)), run), "camp_c")
    assert place.capacity_basis == "published"
    assert place.capacity.central == 100
    table = run.table("members").filter(
        (pl.col("location") == "camp_c") & (pl.col("date") >= event.date) & (pl.col("stock") > 100)
    )
    assert place.chance_over == pytest.approx(table["member"].n_unique() / 200)


# -- what was assumed --------------------------------------------------------------------------------------


def test_the_team_sees_dates_of_assumed_days(case, tmp_path):
    begin = PUBLISHED + timedelta(days=3)
    rows = tuple(
        replace(row, after=begin) if row.name == "operation_start" else row for row in case.assumptions
    )
    extra = {
        "operation_start": 20.0,
        "front_reaches.west": 20.0,
        "front_reaches.belt": 9_000_000.0,
        "late": 9_000_000.0,
    }
    rows = (*rows, assumption("late", "days after", "Not soon.", after=begin))
    case = replace(case, assumptions=rows)
    run = toy_run(tmp_path / "run", case, members=10, horizon=40, before=30, extra=extra)
    brief = make(case, run, "team")
    shown = {row.name: (row.unit, row.prior[1].replace("\u00a0", " ")) for row in brief.assumptions}
    assert run.first_date == date(2016, 9, 17)
    assert shown["operation_start"] == ("date", "24 Sep 2016")
    assert shown["front_reaches.west"] == ("date", "7 Oct 2016")
    assert shown["front_reaches.belt"] == ("date", "later than the horizon")
    assert shown["late"] == ("date", "later than the horizon")


def test_the_share_that_a_total_replaces_is_not_listed(case, tmp_path):
    share = assumption("release_fraction", "share", "Past crises.")
    case = replace(case, assumptions=(*case.assumptions, share))
    run = toy_run(tmp_path / "run", case, members=10, horizon=30, extra={"release_fraction": 0.5})
    brief = make(case, run)
    assert "release_fraction" not in {row.name for row in brief.assumptions}
    assert "displaced_total" in {row.name for row in brief.assumptions}
    assert "- release_fraction" not in write_model_card(as_of(case, ORIGIN), run)
    alone = replace(case, assumptions=(share,))
    assert "- release_fraction" in write_model_card(as_of(alone, ORIGIN), run)


# -- what each information track must say ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("track", "rules", "words"),
    [
        ("A", "flee", "It is a hindcast, not a forecast: observed totals and capacities were given to it"),
        ("B", "havenward", "so it is no forecast of when people could leave"),
        ("C", "havenward", "No count published by"),
        ("D", "havenward", "Counts are left out: they do not change the forecast, and none are shown"),
    ],
)
def test_page_workbook_and_card_say_what_the_track_means(case, tmp_path, track, rules, words):
    run = toy_run(
        tmp_path / "run", case, members=10, horizon=30, bare=rules == "flee", track=track, rules=rules
    )
    known = as_of(case, ORIGIN)
    write_brief(make(case, run), tmp_path / "out", PRODUCTS)
    page = texts((tmp_path / "out" / "brief.html").read_text(encoding="utf-8"))
    readme = openpyxl.load_workbook(tmp_path / "out" / "brief.xlsx")["README"]
    told = " ".join(str(cell) for row in readme.iter_rows(values_only=True) for cell in row)
    for text in (page, told, write_model_card(known, run)):
        assert words in text
        assert "what is already in place or on its way (water, tents, staff) is not subtracted" in text
        assert ("Hindcast, not a forecast" in text) == (track == "A")
    assert ("are not used" in page) == (track in {"C", "D"})


def test_needs_are_called_totals_also_where_supplies_are_known(case, run):
    supply = Supply("water", "camp_a", 10.0, ORIGIN, PUBLISHED, "list", "litres per day")
    brief = make(replace(case, stock=(supply,)), run)
    assert any("is not subtracted" in line for line in brief.unknown)


def test_a_run_of_flee_rules_has_a_brief(case, tmp_path):
    case = replace(case, assumptions=(), figures=(), reports=(), rules="flee")
    run = toy_run(
        tmp_path / "run", case, members=3, horizon=20, bare=True, track="A", rules="flee", priors=""
    )
    write_brief(make(case, run), tmp_path / "out", PRODUCTS)
    page = texts((tmp_path / "out" / "brief.html").read_text(encoding="utf-8"))
    assert "The rules of Flee 3 are played day by day" in page
    assert "draws every uncertain input" not in page
    assert "none beyond the defaults of the rule set" in write_model_card(case, run)


def test_the_team_sees_events_that_were_given_or_added(case, run):
    given = capacity_event(ORIGIN + timedelta(days=9), 5.0, "camp_a", published=run.last_date)
    standards = load_standards()
    known = replace(as_of(case, ORIGIN), events=(given,))
    brief = compose_brief(
        known, run, estimate_needs(known, run, standards), BriefSettings("team"), standards, 5.0
    )
    assert [event.date for event in brief.events] == [str(given.date)]


# -- damaged runs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["members", "members_weights", "forecast", "assumptions"])
@pytest.mark.parametrize("damage", ["empty", "cut", "noise", "columns", "rows"])
def test_a_damaged_table_is_told(case, tmp_path, name, damage):
    run = toy_run(tmp_path / "run", case, members=5, horizon=20)
    path = run.folder / f"{name}.parquet"
    content = path.read_bytes()
    if damage == "columns":
        pl.DataFrame({"other": [1]}).write_parquet(path)
    elif damage == "rows":
        if name == "assumptions":
            pytest.skip("a run may have drawn nothing")
        pl.read_parquet(path).head(0).write_parquet(path)
    else:
        middle = len(content) // 2
        path.write_bytes(
            {"empty": b"", "cut": content[:middle], "noise": content[:8] + b"\xff" * (len(content) - 8)}[
                damage
            ]
        )
    with pytest.raises(RunError) as caught:
        make(case, run)
    assert {problem.slug for problem in caught.value.problems} == {"run-damaged"}


# -- the page ----------------------------------------------------------------------------------------------


def test_the_page_is_small_and_loads_nothing(folder, page):
    assert (folder / "brief.html").stat().st_size < 5_000_000
    parser = Page()
    parser.feed(page)
    assert parser.loads == []
    outside = re.findall(r'<(\w+)[^>]*(?:href|src)="https?:', page)
    assert set(outside) == {"a"}
    assert "default-src 'none'" in page


def test_the_page_can_be_read_without_seeing_it(page):
    assert '<html lang="en" dir="ltr">' in page
    drawings = re.findall(r"<svg .*?</svg>", page, re.DOTALL)
    assert len(drawings) >= 6
    assert all('role="img"' in d and "<title " in d and "<desc " in d for d in drawings)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_hostile_names_do_nothing(page, folder):
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert 'href="javascript' not in page
    book = openpyxl.load_workbook(folder / "brief.xlsx")
    cells = [cell for sheet in book for row in sheet for cell in row if isinstance(cell.value, str)]
    assert any(cell.value == f"'{FORMULA}" for cell in cells)
    assert not any(cell.data_type == "f" for cell in cells if "HYPERLINK" in cell.value)
    rows = list(csv.DictReader((folder / "people.csv").open(encoding="utf-8-sig")))
    assert {row["name"] for row in rows if row["location"] == "tiny"} == {f"'{FORMULA}"}


def test_contrast_of_text_colours_is_enough():
    from havenward.brief.svg import DARK, GREY, INK, PALE, WARM

    def light(colour):
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        lin = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * lin[0] + 0.7152 * lin[1] + 0.0722 * lin[2]

    for colour in (DARK, GREY, INK, WARM):
        for ground in ("#ffffff", PALE):
            assert (light(ground) + 0.05) / (light(colour) + 0.05) >= 4.5


# -- the workbook and the tables ---------------------------------------------------------------------------


def test_people_over_capacity_are_those_above_the_published_places(brief):
    place = site(brief, "camp_a")
    assert place.over_on(brief.focal_day).central == place.on(brief.focal_day).central - 12_000


def test_tables_repeat_the_forecast(folder, run):
    rows = [
        r
        for r in csv.DictReader((folder / "people.csv").open(encoding="utf-8-sig"))
        if r["location"] == "camp_b" and r["central"]
    ]
    forecast = run.table("forecast").filter(
        (pl.col("location") == "camp_b") & (pl.col("output_type_id") == "0.5")
    )
    truth = {d.isoformat(): v for d, v in zip(forecast["target_end_date"], forecast["value"], strict=True)}
    assert rows
    assert all(float(r["central"]) == truth[r["date"]] for r in rows)
    assert all(r["unit"] == "persons" for r in rows)


def test_the_same_brief_writes_the_same_bytes(tmp_path, brief, folder):
    write_brief(brief, tmp_path / "again", PRODUCTS)
    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_a_workbook_is_a_sound_archive(folder):
    with zipfile.ZipFile(folder / "brief.xlsx") as archive:
        assert archive.testzip() is None


def test_a_brief_needs_no_standards(case, run, tmp_path):
    needs = estimate_needs(case, run, load_standards())
    write_brief(compose_brief(case, run, needs, BriefSettings()), tmp_path, PRODUCTS)
    assert (tmp_path / "brief.xlsx").exists()


def test_a_case_without_positions_figures_or_capacities_still_has_a_brief(tmp_path):
    case = toy_case(figures=(), reports=(), observations=(), attributes=(), assumptions=())
    bare = tuple(replace(row, latitude=None, longitude=None, capacity=None) for row in case.locations)
    case = replace(case, locations=bare)
    run = toy_run(tmp_path / "run", case, members=20, horizon=20)
    write_brief(make(case, run), tmp_path / "out", PRODUCTS)
    page = (tmp_path / "out" / "brief.html").read_text(encoding="utf-8")
    assert "No receiving place of this case has a position" in page


def test_the_model_card_names_purpose_limits_and_misuse(case, run):
    card = write_model_card(case, run)
    for heading in ("Purpose", "Data", "Method", "Assumptions", "Limits", "Skill", "Misuse"):
        assert f"## {heading}" in card
    assert "No skill is claimed on this case" in card
    assert "operation_start" not in card
    assert "River Gate" not in card
