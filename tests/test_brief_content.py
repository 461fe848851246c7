"""What a brief says of gaps, scenarios and changes: numbers that agree, nothing withheld, in four languages."""

import io
import re
from dataclasses import replace
from datetime import date, timedelta
from math import ceil
from types import SimpleNamespace

import numpy as np
import polars as pl
import pypdf
import pytest
from markupsafe import escape

from composed_briefs import basis, last_brief, make
from havenward.brief.changes import check_previous, days_in_common
from havenward.brief.compose import _say_counts
from havenward.brief.content import Amount, FigureRow, Learning
from havenward.brief.outlook import rank_correlation
from havenward.brief.page import write_page
from havenward.brief.pdf import pdf_values, set_pdf
from havenward.brief.plans import planning_figures
from havenward.case.known import as_of
from havenward.case.write import write_case
from havenward.cli import main
from havenward.cli.words import USAGE, WRONG
from havenward.errors import SettingsError
from havenward.records import TOTAL, Event, Scenario, Supply
from havenward.settings import LANGUAGES
from havenward.words import ENGLISH, Words
from toy_brief import HIDDEN, ORIGIN, PUBLISHED, assumption, toy_case, toy_run
from worlds import city

EARLIER = ORIGIN - timedelta(days=28)
CAMPS = ("camp_a", "camp_b", "camp_c", "tiny")
STOCK = (
    Supply("Family tents", "camp_a", 1_000.0, None, PUBLISHED, "list", "tents", row=2),
    Supply("Blankets", "", 20_000.0, None, PUBLISHED, "list", "blankets", row=3),
    Supply("Helicopters", "", 2.0, None, PUBLISHED, "list", "pieces", row=4),
)


def scenario(name, title, *, published=PUBLISHED, **other):
    fields = {
        "likelihood": 0.25,
        "words": "possible",
        "triggers": ("more arrivals than planned",),
        "assumptions": (),
        "events": (),
    } | other
    return Scenario(name, title, published, **fields)


GATE_SHUT = Event(date(2016, 11, 15), "route_closes", "", "old_town_1", "river_gate", None, PUBLISHED, "list")
SCENARIOS = (
    scenario("gate-shut", "The gate is shut", events=(GATE_SHUT,)),
    scenario("long-siege", "The siege lasts longer"),
    scenario(
        "more-hosts", "Families take in more people", assumptions=(assumption("host_attraction", "", "Kin."),)
    ),
    scenario(
        "slow-front", "It takes longer", assumptions=(assumption("battle_days", "days", "Winter comes."),)
    ),
    scenario("gate-word", "More people near River Gate"),
)


@pytest.fixture(scope="module")
def case():
    return toy_case(stock=STOCK, scenarios=SCENARIOS)


@pytest.fixture(scope="module")
def run(tmp_path_factory, case):
    return toy_run(tmp_path_factory.mktemp("content") / "run", case)


@pytest.fixture(scope="module")
def brief(case, run):
    return make(case, run)


@pytest.fixture(scope="module")
def previous(tmp_path_factory, case):
    """Make the run of the last brief: it looks from four weeks before, with other members."""
    folder = tmp_path_factory.mktemp("content") / "previous"
    extra = {"ready_places": 4_000.0}
    return toy_run(folder, case, members=60, horizon=170, origin=EARLIER, extra=extra)


def people_of(run, day, *places):
    """Give the people at some places in every member."""
    return (
        run.table("members")
        .filter(pl.col("location").is_in(places) & (pl.col("date") == day))
        .group_by("member", maintain_order=True)
        .agg(pl.col("stock").sum())
        .sort("member")["stock"]
        .to_numpy()
    )


def quantiles(values):
    ordered = np.sort(values)
    return [float(ordered[ceil(level * len(ordered) - 1e-9) - 1]) for level in (0.05, 0.5, 0.95)]


def three(amount):
    return [amount.low, amount.central, amount.high]


def gap_of(brief, location, item, day=None):
    day = day or brief.focal_day
    return next(g for g in brief.gaps if (g.location, g.item, g.date) == (location, item, day))


# -- gaps ----------------------------------------------------------------------------------------------------


def test_a_gap_is_what_members_lack_of_what_is_stated(run, brief):
    row = gap_of(brief, "camp_a", "Family tents")
    missing = np.maximum(np.ceil(people_of(run, brief.focal_day, "camp_a") / 5) - 1_000, 0)
    assert three(row.gap) == quantiles(missing)
    assert (row.available, row.silent) == (1_000, 0)
    assert row.chance == pytest.approx((missing > 0).mean())


def test_a_total_gap_counts_all_that_is_needed_where_nobody_states_anything(case, run):
    brief = make(case, run, "team")
    row = gap_of(brief, TOTAL, "Family tents")
    tents = {key: np.ceil(people_of(run, brief.focal_day, key) / 5) for key in CAMPS}
    missing = np.maximum(tents["camp_a"] - 1_000, 0) + sum(tents[key] for key in CAMPS[1:])
    assert three(row.gap) == quantiles(missing)
    assert (row.available, row.silent) == (1_000, 3)


def test_where_nobody_states_anything_the_gap_is_all_that_is_needed(brief):
    row = gap_of(brief, TOTAL, "Water taps")
    assert row.available is None
    assert row.chance is None
    assert row.gap == row.requirement
    assert row.silent == len(CAMPS)
    assert any("not stated for" in line for line in brief.unknown)
    assert any("stand for nothing in the standards" in line for line in brief.unknown)


def test_requirements_beside_gaps_are_those_of_the_table_of_needs(brief):
    needs = {(n.location, n.date, n.item): n for n in brief.needs if n.standard != "toilets_later"}
    found = [row for row in brief.gaps if (row.location, row.date, row.item) in needs]
    assert len(found) > 500
    for row in found:
        assert needs[row.location, row.date, row.item].amount == row.requirement


def test_tents_are_for_camps_and_kits_for_all_who_were_received(case, run):
    brief = make(case, run, "team")
    day = brief.focal_day
    needs = {n.standard: n for n in brief.needs if n.location == TOTAL and n.date == day}
    tents = sum(np.ceil(people_of(run, day, key) / 5) for key in CAMPS)
    assert three(needs["family_tents"].amount) == quantiles(tents)
    assert needs["family_tents"].counted == "present_camps"
    assert not any(n.location == "city" and n.standard == "family_tents" for n in brief.needs)
    arrived = (
        run.table("members")
        .filter(pl.col("location").is_in([*CAMPS, "city"]) & (pl.col("date") <= day))
        .group_by("member", maintain_order=True)
        .agg(pl.col("arrivals").sum())["arrivals"]
        .to_numpy()
    )
    first = people_of(run, ORIGIN + timedelta(days=1), *CAMPS, "city")
    assert needs["kitchen_sets"].counted == "received"
    assert three(needs["kitchen_sets"].people) == quantiles(first + arrived)


def test_shortfalls_of_room_are_those_of_the_sites(brief):
    rooms = {row.location: row for row in brief.shortfalls if row.unit == "places"}
    assert set(rooms) == {"camp_a", "camp_b"}
    for place in brief.places:
        if place.location in rooms:
            row = rooms[place.location]
            assert (row.chance, row.first_likely) == (place.chance_over, place.first_likely)
    days = [row.first_likely or date.max for row in brief.shortfalls]
    assert days == sorted(days)


def test_what_all_places_share_runs_short_once_for_all(brief):
    rows = [row for row in brief.shortfalls if row.item.startswith("Blankets")]
    assert [row.location for row in rows] == [TOTAL]


def test_few_people_hide_what_they_need_and_lack(case, run, brief):
    rows = [row for row in brief.gaps if row.location == "tiny"]
    assert rows
    for row in rows:
        assert row.requirement.low is None
        assert row.gap.low is None
        assert row.reason == "fewer than 10 people"
    assert not any(row.location == "tiny" for row in brief.shortfalls)
    team = make(case, run, "team")
    assert all(None not in three(row.gap) for row in team.gaps)


def test_places_before_a_site_opens_are_none(case, run):
    opens = ORIGIN + timedelta(days=50)
    late = tuple(replace(p, opens=opens) if p.location == "camp_a" else p for p in case.locations)
    place = next(p for p in make(replace(case, locations=late), run).places if p.location == "camp_a")
    assert [(limit.since, limit.persons.central) for limit in place.limits] == [(ORIGIN, 0), (opens, 12_000)]
    before = people_of(run, ORIGIN + timedelta(days=28), "camp_a")
    assert place.over_on(ORIGIN + timedelta(days=28)).high == quantiles(before)[2]


def test_few_people_are_left_out_of_totals_with_what_they_need(case, run, brief):
    """A total less the places that are shown tells nothing of a place that is not."""
    team = make(case, run, "team")
    levels = ("low", "central", "high")
    few = 0
    for row, full in zip(brief.gaps, team.gaps, strict=True):
        parts = [g for g in team.gaps if (g.date, g.item) == (row.date, row.item) and g.location != TOTAL]
        if row.location != TOTAL or row.available is not None or row.item != "Sleeping mats":
            continue
        small = {g.location for g in brief.gaps if g.date == row.date and g.gap.low is None} - {TOTAL}
        left = full.gap.low - sum(g.gap.low for g in parts if g.location in small)
        assert row.gap.low == pytest.approx(left, abs=1)
        few += len(small)
        assert row.gap == row.requirement
    assert few
    assert all(getattr(row.gap, level) is not None for row in team.gaps for level in levels)


# -- scenarios and signs -------------------------------------------------------------------------------------


def test_the_public_sees_no_scenario_of_access_or_fighting(case, brief, tmp_path):
    assert [row.name for row in brief.scenarios] == ["", "more-hosts"]
    assert brief.scenarios[0].chosen
    assert brief.scenarios[0].likelihood is None
    assert any(line == "scenarios that speak of access and fighting (4)" for line in brief.withheld)
    shut = toy_run(tmp_path / "run", case, members=5, horizon=30, scenario="gate-shut")
    assert make(case, shut).scenario == "a scenario that is held back"
    assert not any(row.chosen for row in make(case, shut).scenarios)


def test_the_team_sees_every_scenario_and_what_is_left_for_the_case_itself(run):
    shown = make(toy_case(scenarios=SCENARIOS[:3]), run, "team").scenarios
    assert [row.name for row in shown] == ["", "gate-shut", "long-siege", "more-hosts"]
    assert shown[0].likelihood == pytest.approx(0.25)
    assert [row.triggers for row in shown[1:]] == [row.triggers for row in SCENARIOS[:3]]


def test_scenarios_published_later_are_not_known(case, run):
    later = scenario("later", "More", published=run.last_date)
    names = [row.name for row in make(replace(case, scenarios=(later,)), run, "team").scenarios]
    assert "later" not in names


def test_signs_give_the_ends_of_the_range_and_what_decides_most(run, brief):
    day = ORIGIN + timedelta(days=28)
    high = quantiles(people_of(run, day, "camp_a"))[2]
    said = [line for line in brief.signs if "Hill Camp" in line]
    assert len(said) == 1
    assert ENGLISH.say_people(high) in said[0]
    assert ENGLISH.say_date(day) in said[0]
    assert any(line.startswith("Displaced total") and "the more people" in line for line in brief.signs)
    # the day on which it begins is for the team only
    assert "operation" not in " ".join(brief.signs)


def test_the_public_is_told_that_what_decides_most_is_held_back(case, tmp_path):
    run = toy_run(tmp_path / "run", case)
    table = run.table("assumptions").filter(pl.col("name") != "ready_places")
    swap = {"displaced_total": "release_fraction.west", "release_fraction.west": "displaced_total"}
    table.with_columns(pl.col("name").replace(swap)).write_parquet(run.folder / "assumptions.parquet")
    hidden = "What explains most of the width of the range is not shown to this audience."
    assert hidden in make(case, run).signs
    assert hidden not in make(case, run, "team").signs


def test_rank_correlations_by_hand():
    rising = np.array([1.0, 2.0, 2.0, 5.0])
    assert rank_correlation(rising, rising**3) == pytest.approx(1.0)
    assert rank_correlation(rising, -rising) == pytest.approx(-1.0)
    assert rank_correlation(rising, np.ones(4)) == 0.0


# -- changes -------------------------------------------------------------------------------------------------


def test_changes_put_both_numbers_of_one_day_side_by_side(case, run, previous, brief):
    told = make(case, run, "team", earlier=last_brief(case, previous, run))
    assert told.previous_date == EARLIER
    day = brief.focal_day if brief.focal_day <= previous.last_date else told.changes[0].day
    assert {row.day for row in told.changes} == {day}
    first = told.changes[0]
    assert first.label == "People displaced by this crisis"
    assert three(first.before) == quantiles(people_of(previous, day, TOTAL))
    assert three(first.now) == quantiles(people_of(run, day, TOTAL))
    received = told.changes[1]
    assert three(received.before) == quantiles(people_of(previous, day, *CAMPS, "city"))
    sites = [row for row in told.changes if row.label in {"Hill Camp", "Lake Camp 1", "Lake Camp 2"}]
    assert len(sites) == 3
    moved = [abs(row.now.central - row.before.central) for row in told.changes[4:] if row.now.central]
    assert moved == sorted(moved, reverse=True)


def test_few_people_are_left_out_of_the_numbers_of_the_last_brief(case, run, previous):
    told, team = (make(case, run, who, earlier=last_brief(case, previous, run)) for who in ("public", "team"))
    few = quantiles(people_of(previous, told.changes[1].day, "tiny"))[0]
    assert 0 < few < 10
    assert told.changes[1].before.low == team.changes[1].before.low - few


def test_sites_over_capacity_are_counted_for_both_runs(case, run, previous):
    told = make(case, run, earlier=last_brief(case, previous, run))
    row = next(row for row in told.changes if row.unit == "sites")
    draws = previous.table("assumptions").filter(pl.col("name") == "capacity.camp_b").sort("member")["value"]
    over = (people_of(previous, row.day, "camp_a") > 12_000).astype(float)
    over += people_of(previous, row.day, "camp_b") > draws.to_numpy()
    over += people_of(previous, row.day, "tiny") > 500
    assert three(row.before) == quantiles(over)


def test_new_material_assumptions_and_settings_stand_behind_changes(case, run, previous):
    report = replace(case.reports[0], report="new.txt", outlet="Radio", published=ORIGIN - timedelta(days=3))
    case = replace(case, reports=(*case.reports, report))
    notes = make(case, run, earlier=last_brief(case, previous, run)).change_notes
    text = "\n".join(notes)
    assert "reports 1 (outlets 1), counts 1 (series 1)" in text
    assert re.search(r"ready places \(A\d+\): middle value 4.000 people before, \d", text)
    assert "Members of the ensemble: 60 before, 200 now" in text
    assert "operation" not in text
    team = "\n".join(make(case, run, "team", earlier=last_brief(case, previous, run)).change_notes)
    assert "ready places" in team


@pytest.mark.parametrize(("audience", "ahead"), [("public", 14), ("team", 20)])
def test_without_a_common_key_day_the_last_common_day_is_compared(case, run, tmp_path, audience, ahead):
    """Others than the team see weeks: their last common day is one of these."""
    day = ORIGIN + timedelta(days=ahead)
    short = toy_run(tmp_path / "short", case, members=40, horizon=48, origin=EARLIER)
    assert short.last_date == ORIGIN + timedelta(days=20)
    told = make(case, run, audience, earlier=last_brief(case, short, run, audience))
    assert {row.day for row in told.changes} == {day}
    assert [row.unit for row in told.changes[:4]] == ["people", "people", "sites", "litres per day"]
    assert three(told.changes[0].before) == quantiles(people_of(short, day, TOTAL))
    assert three(told.changes[0].now) == quantiles(people_of(run, day, TOTAL))
    assert told.changes[3].now.central == 15 * told.changes[1].now.central


def test_page_and_pdf_say_in_one_sentence_that_nothing_can_be_compared(case, run, tmp_path):
    old = toy_run(tmp_path / "old", case, members=20, horizon=28, origin=EARLIER)
    assert days_in_common(run, old, daily=True) == []
    for language in LANGUAGES:
        told = make(case, run, language=language, earlier=last_brief(case, old, run))
        assert told.changes == ()
        (sentence,) = told.change_notes
        assert sentence == Words(language).say("change_no_day", before=Words(language).say_date(EARLIER))
        page = write_page(told)
        assert page.count(sentence) == 1
        assert '<table class="changed">' not in page
        assert pdf_values(told)["one"]["changes"]["none"] == sentence
    told = make(case, run, earlier=last_brief(case, old, run))
    text = " ".join(pypdf.PdfReader(io.BytesIO(set_pdf(told))).pages[0].extract_text().split())
    assert "nothing can be compared" in text


def test_the_same_run_has_not_changed(case, run):
    told = make(case, run, earlier=last_brief(case, run, run))
    assert {row.words for row in told.changes} <= {"about the same", "too few people to compare"}
    assert [note for note in told.change_notes if not note.startswith("Nothing that this run uses")] == []


@pytest.mark.parametrize(
    ("about", "slug", "words"),
    [
        (
            {"case": "other-2012"},
            "previous-other-crisis",
            (
                "--previous: found a run of 'other-2012'; expected one of 'toy'; name the run of the last "
                "brief of this crisis"
            ),
        ),
        (
            {"origin_date": "2016-10-17"},
            "previous-later",
            (
                "--previous: found a run that looks from 2016-10-17; expected one from 2016-10-16 or before; "
                "name the older run with --previous, and brief the newer one"
            ),
        ),
    ],
)
def test_a_run_that_cannot_be_the_last_brief_is_refused(run, about, slug, words):
    other = replace(run, meta={**run.meta, **about})
    with pytest.raises(SettingsError) as caught:
        check_previous(run, other)
    assert [problem.slug for problem in caught.value.problems] == [slug]
    assert str(caught.value) == words


# -- planning figures ----------------------------------------------------------------------------------------


def expected(figure, speaker, point, day, group="g"):
    return FigureRow(
        "F1", figure, "", str(point), "expected_displaced", None, None, point, speaker, "Report", "Outlet",
        day, "", False, group, "", "open",
    )  # fmt: skip


def test_of_each_speaker_the_last_word_by_the_origin_date_counts():
    rows = [
        expected("old", "The UN", 1_000_000, date(2016, 7, 1)),
        expected("new", "the UN", 700_000, date(2016, 9, 1)),
        expected("late", "The UN", 200_000, date(2016, 12, 1)),
        expected("repeat", "Daily", 700_000, date(2016, 9, 2)),
        expected("minister", "Minister", 500_000, date(2016, 8, 1)),
        expected("other", "Minister", 500_000, date(2016, 8, 2), "h"),
    ]
    assert [row.figure for row in planning_figures(rows, ORIGIN)] == ["minister", "other", "new"]


# -- languages -----------------------------------------------------------------------------------------------


def said(brief):
    """Give every sentence that composing wrote, and no name or text of the case."""
    yield brief.lead
    for headline in brief.headlines:
        yield from (
            headline.label,
            *headline.lines,
            *(n.mark for n in headline.notes if n.mark[1:2].isalpha()),
        )
    yield from (*brief.unknown, *brief.withheld, *brief.signs, *brief.change_notes)
    yield from (row.words for row in brief.changes)
    yield from (row.reason for row in brief.gaps if row.reason)
    yield from (row.reason for row in brief.needs if row.reason)
    yield from (row.name for row in brief.gaps if row.location == TOTAL)
    yield from (brief.scenarios[0].title, brief.scenarios[0].words or "-")


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
@pytest.mark.parametrize("audience", ["public", "team"])
def test_no_sentence_stays_in_english(case, run, previous, language, audience):
    told = make(case, run, audience, language=language, earlier=last_brief(case, previous, run))
    names = [row.name for row in case.locations]
    english = r"\b(the|of|and|people|which|with|by|from|not|more|than|before|now)\b"
    for sentence in said(told):
        text = sentence
        for name in names:
            text = text.replace(name, "")
        assert not re.search(english, text), sentence
    assert told.language == language


# -- nothing more for the public -----------------------------------------------------------------------------


def test_nothing_that_composing_wrote_names_a_withheld_place(case, run, previous):
    told = make(case, run, earlier=last_brief(case, previous, run))
    texts = [*said(told), *(row.label for row in told.changes), *(row.name for row in told.shortfalls)]
    texts += [t for row in told.scenarios for t in (row.name, row.title, row.words, *row.triggers)]
    whole = " ".join(texts).casefold()
    for name in HIDDEN:
        assert name.casefold() not in whole
    assert told.guard.names_in(whole) == ()


# -- the command ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", ["partner", "team"])
def test_more_than_the_public_may_see_needs_a_reason(tmp_path, capsys, audience):
    folder, case = tmp_path / "case", city()
    write_case(case, folder)
    out = tmp_path / "out"
    assert main(["brief", str(folder), "--out", str(out), "--audience", audience, "--reason", " "]) == USAGE
    assert capsys.readouterr().err == (
        f"--reason: nothing is typed for the audience '{audience}'; expected a sentence that says why somebody "
        "needs more than the public may see, because it can put people at risk and is logged beside the "
        'products; add --reason "..." or choose --audience public\n'
    )
    assert not out.exists()
    assert not (tmp_path / "out-run").exists()
    folder = tmp_path / "case-of-audience"
    write_case(replace(case, audience=audience), folder)
    assert main(["brief", str(folder), "--out", str(out)]) == USAGE
    assert "(the audience that the case names)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ["--language", "fre"],
            "--language: found 'fre'; expected one of en, fr, es, ar; did you mean 'fr'?\n",
        ),
        (
            ["--audience", "publc"],
            "--audience: found 'publc'; expected one of public, partner, team; did you mean 'public'?\n",
        ),
    ],
)
def test_unknown_choices_are_refused_before_any_work(tmp_path, capsys, options, words):
    write_case(city(), tmp_path / "case")
    assert main(["brief", str(tmp_path / "case"), "--out", str(tmp_path / "out"), *options]) == WRONG
    assert capsys.readouterr().err == words
    assert not (tmp_path / "out-run").exists()


def test_the_basis_of_a_brief_is_worked_out_from_what_was_known(case, run):
    late = Supply("Water taps", "camp_a", 50.0, None, run.last_date, "list", "taps", row=5)
    known = as_of(replace(case, stock=(*case.stock, late)), ORIGIN)
    assert basis(known, run) == basis(as_of(case, ORIGIN), run)


# -- cards, dots and counts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_amount_is_said_once_where_its_ends_read_alike(language):
    words = Words(language)
    few = words.say("few", n=10)
    assert words.say_with_range(Amount(None, None, None)) == few
    assert words.say_with_range(Amount(500.0, 500.0, 500.0)) == "500"
    wide = words.say_with_range(Amount(None, None, 50.0))
    assert wide.count(few) == 1
    assert "50" in wide
    assert words.say_with_range(Amount(20.0, 30.0, 50.0)).count("(") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_of_sites_over_capacity_reads_as_sentences(run, language):
    words = Words(language)
    few, last = words.say("few", n=10), words.say_short_date(run.last_date)

    def lines(capacity, keys=("camp_a",)):
        rows = [row for row in toy_case().locations if row.location in keys]
        case = toy_case(locations=tuple(replace(row, capacity=capacity) for row in rows))
        return make(case, run, language=language).headlines[2].lines

    some, people = lines(100)
    assert some == words.say("big_over_line", n=1, of=1, day=last)
    assert few not in people
    none, people = lines(9_000_000)
    assert none == words.say("big_over_nowhere", of=1, day=last)
    assert people == words.say("big_over_people", amount=few, day=words.say_short_date(run.last_date))
    assert lines(None, ("city",)) == (words.say("big_over_none"),)


def test_a_card_without_any_site_over_capacity_says_so(run):
    places = tuple(replace(row, capacity=None) for row in toy_case().locations)
    rows = tuple(row for row in places if row.location != "camp_b")
    wide = tuple(replace(row, capacity=9_000_000) if row.kind == "camp" else row for row in rows)
    line, people = make(toy_case(locations=wide), run).headlines[2].lines
    assert line.startswith("No site is more likely than not over capacity")
    assert people.endswith(": fewer than 10.")
    page = write_page(make(toy_case(locations=wide), run))
    assert "Sites: 0" in page
    assert "0 sites" not in page


def test_what_is_said_of_counts_follows_what_the_run_used(case, run):
    known = as_of(case, run.origin_date)
    told = {
        dots: [
            _say_counts(SimpleNamespace(case=one, day=ORIGIN, words=ENGLISH), learning, dots=dots)
            for one, learning in (
                (replace(known, observations=()), Learning()),
                (known, Learning()),
                (known, Learning(3)),
                (known, Learning(0, ("camp_a",))),
            )
        ]
        for dots in (False, True)
    }
    none, unused, learned, places = told[False]
    assert none.startswith("No counts of displaced people were used")
    assert "could not use any of them" in unused
    assert learned.startswith("Counts of displaced people taught the forecast, but none")
    assert places == learned
    assert set(told[True]) == {ENGLISH.say("unknown_counts")}


def test_a_run_that_learned_from_cumulated_counts_does_not_say_that_none_were_used(case, tmp_path):
    counts = tuple(replace(row, measure="cumulative_displaced") for row in case.observations)
    run = toy_run(tmp_path / "run", case, members=20, learned={"counts": 1, "notes": [], "taught": []})
    told = make(replace(case, observations=counts), run)
    assert not told.total_counts
    assert told.unknown[0].startswith("Counts of displaced people taught the forecast")


# -- where a forecast begins away from the last count ----------------------------------------------------------


def counted(case, persons, location="camp_a"):
    row = replace(
        case.observations[0], scope="location", location=location, persons=persons,
        date=ORIGIN - timedelta(days=4), published=ORIGIN - timedelta(days=2),
    )  # fmt: skip
    return replace(case, observations=(row,))


def jump_of(case, run, location="camp_a", **other):
    return next(place.jump for place in make(case, run, **other).places if place.location == location)


def test_a_jump_from_the_last_count_is_told_with_the_reason_that_the_run_gives(case, tmp_path):
    about = {"before": 30, "members": 60, "extra": {"camp_coverage": 0.5}}
    run = toy_run(tmp_path / "run", case, learned={"counts": 1, "notes": [], "taught": []}, **about)
    low, middle, high = quantiles(people_of(run, ORIGIN - timedelta(days=4), "camp_a"))
    assert jump_of(counted(case, int(middle)), run) == ""
    half = jump_of(counted(case, int(low * 0.6)), run)
    assert f"was {ENGLISH.say_people(int(low * 0.6))};" in half
    low_share, high_share = (ENGLISH.say_percent(int(low * 0.6) / people) for people in (high, low))
    assert half.endswith(f"part of the people there (this one {ENGLISH.join_range(low_share, high_share)}).")
    listed = counted(case, int(low * 0.6))
    rows = tuple(replace(row, series="sites-after-2016-10-01") for row in listed.observations)
    assert jump_of(replace(listed, observations=rows), run).endswith("counts of this place alone.")
    # the share does not explain a count of nearly nobody, nor one above all members
    for persons in (int(low * 0.1), int(high * 9)):
        assert jump_of(counted(case, persons), run).endswith("not the counts of this place alone.")
    own = toy_run(
        tmp_path / "own", case, sites_from_counts=["camp_a"],
        learned={"counts": 1, "notes": [], "taught": []}, **about,
    )  # fmt: skip
    assert jump_of(counted(case, int(high * 9)), own) == ""
    blind = toy_run(tmp_path / "blind", case, **about)
    assert "does not learn from counts" in jump_of(counted(case, int(high * 9)), blind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_and_pdf_tell_a_jump_in_every_language(case, tmp_path, language):
    run = toy_run(tmp_path / "run", case, members=40, before=30)
    told = make(counted(case, 900_000), run, language=language)
    (sentence,) = (place.jump for place in told.places if place.jump)
    page, line = write_page(told), f"<li>{escape(sentence)}</li>"
    assert page.count(f'<ul class="plain">{line}</ul>') == 1  # below the table of sites
    assert page.count(line) > 1  # and behind the number of the site
    tables = [table["note"] for table in pdf_values(told)["annex"] if "note" in table]
    assert any(note.endswith(sentence) for note in tables)
