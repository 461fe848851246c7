"""Protects the guide of `havenward check`: what is asked about, what moves a forecast, and how it is told."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from havenward.case.advice import choose_day, explain_day, list_steps
from havenward.case.load import load_case
from havenward.cli import main
from havenward.cli.cases import round_people
from havenward.distributions import Distribution
from havenward.pipeline.advice import LEAST_CORRELATION, MEMBERS, check_and_advise, rank_influences
from havenward.records import Assumption
from toy_case import TOY, edited, write_files

DAY = date(2016, 11, 10)
OBS_HEAD = "date,date_from,scope,location,origin,measure,persons,households,series,published,source\n"


def steps(tmp_path, *edits, day=DAY):
    return list_steps(load_case(write_files(tmp_path / "case", edited(*edits))), day)


def said(tmp_path, kind, *edits, day=DAY):
    return [str(step) for step in steps(tmp_path, *edits, day=day) if step.kind == kind]


def test_what_a_forecast_from_an_earlier_day_does_not_see(tmp_path):
    assert said(tmp_path, "rows-after-origin", day=date(2016, 8, 15)) == [
        "locations.csv row 8: published after 2016-08-15: 1 of 8 locations, 1 of 6 routes, 5 of 6 events, 4 of 4 observations; a forecast from that day does not see them; correct published where a row was known earlier"
    ]
    assert said(tmp_path / "later", "rows-after-origin") == []


def test_capacities_that_nobody_knows_or_can_follow_back(tmp_path):
    assert said(tmp_path / "a", "capacity-unknown") == [
        "locations.csv: 1 of 2 camps have no capacity (camp-b); they count as never full, so nobody is turned to other places; fill in the planned places, or add assumptions capacity.<place> or ready_places"
    ]
    row = "camp-a,Camp A,,camp,36.10,43.30,,,,,,12000,2016-07-01,,2016-08-01,"
    assert said(tmp_path / "b", "capacity-without-source", ("locations.csv", row + "plan", row)) == [
        "locations.csv row 7: 1 capacities have no source (camp-a); shortages are read off them, and nobody can follow them back; name the plan in source, and list it in sources.csv"
    ]
    count = ("observations.csv", "stock,1200,", "stock,12000,")
    assert said(tmp_path / "c", "capacity-is-count", count) == [
        "locations.csv row 7: capacity 12,000 of 'camp-a' is a count of people there; a place that holds so many is not planned for so many; write the planned places, or leave it empty"
    ]


def test_a_capacity_of_a_later_date(tmp_path):
    first = "camp-a,Camp A,,camp,36.10,43.30,,,,,,10000,2016-07-01,,2016-06-01,plan"
    assert said(
        tmp_path, "capacity-later", ("locations.csv", first, first.replace("10000", "")), day=date(2016, 7, 5)
    ) == [
        "locations.csv: capacity of camp-a is known only from 2016-08-01 on; a forecast from 2016-07-05 takes the size as unknown; add the plan of the time as an earlier row, or an assumption capacity.<place>"
    ]


def test_families_written_as_persons(tmp_path):
    both = "2016-10-25,,location,camp-a,,stock,240,240,dtm,2016-10-28,counts\n"
    assert said(tmp_path / "a", "household-size-odd", ("observations.csv", OBS_HEAD + both)) == [
        "observations.csv row 2: 240 persons in 240 households, 1.0 in each; one of the two may count the other; look whether the columns are swapped, or families were written as persons"
    ]
    two = "2016-10-25,,location,camp-a,,stock,1200,,dtm,2016-10-28,counts\n2016-10-27,,location,camp-a,,stock,210,,camp office,2016-10-28,counts\n"
    assert said(tmp_path / "b", "families-as-persons", ("observations.csv", OBS_HEAD + two)) == [
        "observations.csv row 3: 210 at 'camp-a', and 1,200 by dtm (row 2); the counts differ by 5.7, about the size of a family; look whether families were written as persons; if so, move the number to households"
    ]
    usual = two.replace("210", "1150")
    assert said(tmp_path / "c", "families-as-persons", ("observations.csv", OBS_HEAD + usual)) == []


def test_populations_in_thousands(tmp_path):
    assert said(
        tmp_path / "a",
        "population-small",
        ("locations.csv", '"400,000"', "400"),
        ("locations.csv", "600000", "90000000"),
    ) == [
        "locations.csv row 2: population of east is 400, of others 45,000,200; few or nobody can leave from there; look whether it is in thousands or in families"
    ]
    fixed = TOY["assumptions.toml"] + (
        '\n[[assumption]]\nname = "population_at_risk"\npublished = 2016-07-01\ndistribution = "fixed"\nvalue = 900000\n'
        'unit = "persons"\nreason = "A census."\n'
    )
    small = (
        ("locations.csv", '"400,000"', "400"),
        ("locations.csv", "600000", "600"),
        ("assumptions.toml", fixed),
    )
    assert said(tmp_path / "b", "population-below-assumption", *small) == [
        "assumptions.toml assumption 'population_at_risk': its middle is 900,000, and all origins together hold 1,000; more would flee than live there; look whether populations are in thousands or in families, or origins are missing"
    ]


def test_counts_that_are_missing_or_old(tmp_path):
    assert said(tmp_path / "a", "no-counts", day=date(2016, 8, 1)) == [
        "observations.csv: no count is known by 2016-08-01; the forecast rests on assumptions alone, and its range stays wide; add counts of people as soon as there are any, even of one place"
    ]
    assert said(tmp_path / "b", "counts-old", day=date(2017, 1, 1)) == [
        "observations.csv: the latest count is of 2016-10-25, 68 days before 2017-01-01; what happened since is taken from assumptions; add the latest round of counts"
    ]
    assert said(tmp_path / "c", "no-opening-caseload", day=date(2016, 8, 1)) == [
        "assumptions.toml: nothing says how many displaced people are at camps and hosts already; all places count as free on the first day; add the assumption opening_caseload or opening_caseload.<place>, or write it as 0 with a reason"
    ]


def test_the_day_is_today_for_a_running_crisis_and_the_eve_for_an_old_one(tmp_path):
    case = load_case(write_files(tmp_path, TOY))
    assert choose_day(case, date(2016, 11, 20)) == date(2016, 11, 20)
    # filled in after its days were over: the first place is reached then
    assert choose_day(case, date(2026, 1, 1)) == date(2016, 10, 20)
    assert [str(step) for step in explain_day(case, date(2026, 1, 1))] == [
        "case.toml: the case was filled in until 2016-11-02, so this looks ahead from its eve, 2016-10-20; what to do depends on the day; name another with --as-of DATE"
    ]
    assert explain_day(case, date(2016, 11, 20)) == []


def test_an_old_case_is_looked_at_from_the_last_day_on_which_anything_was_published(tmp_path):
    kept = load_case(
        write_files(tmp_path / "kept", edited(("case.toml", "horizon_days = 120", "horizon_days = 300")))
    )
    assert choose_day(kept, date(2026, 1, 1)) == date(2016, 11, 2)
    assert [str(step) for step in explain_day(kept, date(2026, 1, 1))] == [
        "case.toml: nothing was published after 2016-11-02, so this looks ahead from then; what to do depends on the day; name another with --as-of DATE"
    ]
    # over, but on its eve nobody knew of a camp or a host yet
    late = replace(
        load_case(write_files(tmp_path / "late", TOY)),
        locations=tuple(
            replace(row, published=date(2016, 11, 1)) if row.kind in {"camp", "host"} else row
            for row in kept.locations
        ),
    )
    assert choose_day(late, date(2026, 1, 1)) == date(2016, 11, 2)
    # nothing had begun by then: the last day is before the first event
    early = replace(
        kept, events=kept.events[:1], observations=(), locations=tuple(kept.locations), horizon_days=300
    )
    assert choose_day(early, date(2026, 1, 1)) == date(2016, 9, 1)


def test_what_keeps_a_forecast_from_being_made_is_what_to_do_next(tmp_path):
    rows = TOY["locations.csv"].replace("2016-07-01,,2016-06-01,plan", "2016-07-01,,2016-10-30,plan")
    rows = rows.replace("2016-07-01,,2016-08-01,plan", "2016-07-01,,2016-10-31,plan")
    rows = rows.replace("2017-06-01,2016-09-01,", "2017-06-01,2016-10-30,")
    rows = rows.replace("36.19,44.01,,,,,,,,,2016-06-01,plan", "36.19,44.01,,,,,,,,,2016-10-30,plan")
    folder = write_files(tmp_path / "case", {**TOY, "locations.csv": rows})
    advice = check_and_advise(folder, DAY, day=date(2016, 10, 20)).advice
    assert str(advice.steps[0]) == (
        "locations.csv: there is no receiving place, as known on 2016-10-20; no forecast from 2016-10-20 can be made: expected at least one place of kind camp or host; add the places that people may go to"
    )
    assert advice.outcome.startswith("not measured: locations.csv: there is no receiving place; ")


def test_what_brief_would_refuse_of_the_stock_is_a_warning_in_the_same_words(tmp_path):
    def warned(*edits):
        folder = write_files(tmp_path / str(len(list(tmp_path.iterdir()))), edited(*edits))
        return [str(one) for one in check_and_advise(folder, DAY, day=DAY, quick=True).problems]

    assert warned() == [
        "stock.csv row 2: 'tents' has no unit; expected 'tents'; fill in the column unit",
        "stock.csv row 3: 'tents' has no unit; expected 'tents'; fill in the column unit",
    ]
    head = "item,location,quantity,available_from,published,source,unit\n"
    row = "tents,camp-a,500,,2016-07-01,plan,"
    assert warned(("stock.csv", head + row + "tents\n")) == []
    assert warned(("stock.csv", head + row + "litres\n")) == [
        "stock.csv row 2: unit is 'litres' for 'tents'; expected 'tents'; correct unit and quantity"
    ]


def test_a_withheld_name_that_is_a_word_of_the_title_is_warned_of(tmp_path):
    bare = ("stock.csv", "item,location,quantity,available_from,published,source\n")
    titled = ("case.toml", 'title = "Toy"', 'title = "The city, autumn"')
    named = ("case.toml", 'crisis = "toy"', 'crisis = "bridge-2016"')

    def warned(*edits):
        folder = write_files(tmp_path / str(len(list(tmp_path.iterdir()))), edited(bare, *edits))
        return [str(one) for one in check_and_advise(folder, DAY, day=DAY, quick=True).problems]

    assert warned(titled) == [
        "locations.csv row 2: group 'city' is also a word of the title 'The city, autumn'; expected other words: a brief for the audience public withholds names of groups, and may be refused where one stands in it; write another title into case.toml, or rename the group, such as 'city-area'"
    ]
    assert warned(named) == [
        "locations.csv row 4: town 'Bridge' is also a word of the crisis 'bridge-2016'; expected other words: a brief for the audience public withholds names of towns, and may be refused where one stands in it; write another crisis into case.toml"
    ]
    assert warned(titled, ("case.toml", 'audience = "public"', 'audience = "team"')) == []
    assert warned() == []


def test_ranks_find_what_moves_the_outcome_and_nothing_in_noise():
    rng = np.random.default_rng(7)
    draws = {f"noise_{n}": rng.normal(size=400) for n in range(5)} | {
        "contact_hazard": rng.normal(size=400),
        "battle_days": rng.normal(size=400),
        "fixed": np.ones(400),
    }
    people = np.exp(2 * draws["contact_hazard"] - draws["battle_days"] + 0.3 * rng.normal(size=400))
    row = Assumption("battle_days", DAY, Distribution("fixed", {"value": 1.0}), "days", "r", basis="case")
    found = rank_influences(draws, people, [row])
    assert [one.name for one in found] == ["contact_hazard", "battle_days"]
    assert found[0].correlation > 0.8
    assert -0.6 < found[1].correlation < 0
    assert found[0].low < found[0].high
    assert found[1].low > found[1].high
    assert found[1].basis == "case"
    assert rank_influences(draws, np.ones(400), [row]) == []


def test_chance_alone_seldom_reaches_the_threshold():
    rng = np.random.default_rng(3)
    draws = {f"a{n}": rng.normal(size=MEMBERS) for n in range(300)}
    found = sum(
        len(rank_influences({name: values}, rng.normal(size=MEMBERS), [])) for name, values in draws.items()
    )
    assert found <= 6, LEAST_CORRELATION  # half in a hundred


@pytest.fixture(scope="module")
def mosul():
    from havenward.pipeline import bundled_case

    return check_and_advise(bundled_case(), date(2026, 1, 1), day=date(2016, 10, 16))


def test_the_bundled_case_hangs_on_what_its_sensitivity_page_says(mosul):
    """docs/explanation/sensitivity.md: hazard, total and length of the fighting lead on the eve, by 2,000 members."""
    assert mosul.problems == ()
    names = [one.name for one in mosul.advice.influences]
    assert set(names[:3]) == {"contact_hazard", "displaced_total", "battle_days"}
    assert mosul.advice.bases["past crises"] == 3
    assert mosul.advice.bases["convention"] > 10


def test_check_prints_problems_first_and_measures_nothing_before_they_are_repaired(tmp_path, capsys):
    folder = write_files(tmp_path / "case", edited(("routes.csv", "bridge,camp-a", "bridge,camp-x")))
    assert main(["check", str(folder)]) == 1
    told = capsys.readouterr()
    assert told.out.startswith("routes.csv row 4: to is 'camp-x'")
    assert "What moves" not in told.out
    assert (
        told.err
        == "1 problems, 2 warnings\nrepair these first; then check says what moves the forecast most\n"
    )


def test_check_for_machines(tmp_path, capsys):
    folder = write_files(tmp_path / "case", TOY)
    assert main(["check", str(folder), "--quick", "--format", "json", "--as-of", "2016-08-15"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["slug"] for one in told["problems"]] == ["stock-without-unit"] * 2
    assert told["advice"]["day"] == "2016-08-15"
    assert told["advice"]["outcome"] == "not measured, as --quick asks"
    assert {step["kind"] for step in told["advice"]["steps"]} >= {"no-counts", "no-opening-caseload"}
    assert main(["check", str(tmp_path / "nowhere"), "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["advice"], len(told["problems"])) == (None, 1)


def test_check_for_people(tmp_path, capsys):
    folder = write_files(tmp_path / "case", TOY)
    assert main(["check", str(folder), "--as-of", "2016-08-15"]) == 0
    told = capsys.readouterr()
    assert "To look at, for a forecast from 2016-08-15:\n- " in told.out
    assert "What moves the forecast most" in told.out
    assert told.err == "0 problems, 2 warnings\n"


def test_reports_that_nobody_read(tmp_path):
    files = dict(TOY)
    files["reports/2016-07-21-other.txt"] = TOY["reports/2016-07-20-times.txt"]
    advice = check_and_advise(write_files(tmp_path, files), DAY, day=DAY, quick=True).advice
    assert [str(step) for step in advice.steps if step.kind == "reports-unread"] == [
        "reports/: 1 report has no figures (2016-07-21-other.txt); what they say is in no assumption; read them: havenward read --case CASE; reports without numbers may stay"
    ]


def test_a_run_is_read_where_there_is_one(tmp_path):
    from havenward.pipeline import run_forecast
    from havenward.settings import ForecastSettings

    folder = write_files(tmp_path / "case", TOY)
    day = date(2016, 8, 15)
    run = run_forecast(load_case(folder), ForecastSettings(day, 120, members=80), tmp_path / "run", workers=1)
    advice = check_and_advise(folder, day, day=day, run=run.folder).advice
    assert advice.outcome.endswith("80 members of the run")
    assert advice.influences


def test_steps_name_the_sheets_of_a_workbook(tmp_path):
    from havenward.case.template_workbook import write_workbook

    path = write_workbook(tmp_path / "toy.xlsx", load_case(write_files(tmp_path / "case", TOY)))
    advice = check_and_advise(path, DAY, day=date(2016, 8, 1), quick=True).advice
    assert "toy.xlsx sheet observations" in [step.where for step in advice.steps]
    assert not [step for step in advice.steps if ".csv" in str(step)]


def test_people_are_rounded_to_what_a_try_can_tell():
    assert [round_people(n) for n in (0.0, 7.0, 44267.5, 1_049_999.0)] == ["0", "7", "44,000", "1,000,000"]
