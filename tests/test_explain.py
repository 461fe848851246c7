"""Protects the way back: every mark and name of a brief leads to its sentences, rows and sources."""

import json
import re
from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from composed_briefs import basis, make
from havenward.brief.explain import explain_name, format_items, items_as_dicts
from havenward.brief.outlook import rank_correlation
from havenward.case.known import as_of
from havenward.case.load import load_case
from havenward.cli import main
from havenward.errors import SettingsError
from havenward.pipeline import bundled_case, make_brief, run_forecast
from havenward.settings import AUDIENCES, BriefSettings, ForecastSettings
from toy_brief import toy_case, toy_run

ORIGIN = date(2016, 12, 15)


@pytest.fixture(scope="module")
def case():
    return toy_case()


@pytest.fixture(scope="module")
def run(tmp_path_factory, case):
    return toy_run(tmp_path_factory.mktemp("explain") / "run", case)


@pytest.fixture(scope="module")
def ask(case, run):
    known = as_of(case, run.origin_date)
    needs, standards, size, shortages = basis(known, run)
    return lambda name: explain_name(known, run, needs, name, standards, size, shortages)


@pytest.fixture(scope="module")
def mosul(tmp_path_factory):
    """Run the bundled case in the middle of the operation and brief every audience."""
    folder = tmp_path_factory.mktemp("mosul")
    settings = ForecastSettings(ORIGIN, 40, 60, 1)
    run = run_forecast(load_case(bundled_case()), settings, folder / "run", workers=1)
    for audience in AUDIENCES:
        settings = BriefSettings(audience, reason="to plan the sites")
        make_brief(run, folder / audience, settings, products=("html", "workbook", "tables"))
    return folder


def walk(items):
    for item in items:
        yield item
        yield from walk(item.parts)


def test_a_total_leads_to_sentences_reports_and_addresses(ask):
    items = ask("total")
    text = format_items(items)
    assert "People displaced by this crisis" in text
    assert "16\u00a0October\u00a02016" in text
    for sentence in ("The minister expects at least half a million people", "Up to one million people"):
        assert sentence in text
    assert "paraphrased from" in text
    kinds = {item.kind for item in walk(items)}
    assert {"headline", "assumption", "fact group", "figure", "report", "counts"} <= kinds


def test_numbers_are_those_of_the_brief(ask, case, run):
    brief = make(case, run, "team")
    (total,) = ask("total")
    shown = dict(brief.total_people)[brief.focal_day]
    assert total.values["on_days"][brief.focal_day.isoformat()] == [shown.low, shown.central, shown.high]
    (camp,) = ask("camp_a")
    place = next(p for p in brief.places if p.location == "camp_a")
    assert camp.values["capacity"] == [12_000, 12_000, 12_000]
    assert camp.values["chance_over"] == place.chance_over
    assert "published in locations.csv" in " ".join(camp.lines)


def test_every_mark_of_every_audience_is_one_thing(ask, case, run):
    briefs = {audience: make(case, run, audience) for audience in AUDIENCES}
    for key in ("assumptions", "figures", "sources"):
        team = {row.mark: row for row in getattr(briefs["team"], key)}
        for audience in ("public", "partner"):
            rows = getattr(briefs[audience], key)
            assert {row.mark for row in rows} <= set(team)
            for row in rows:
                name = {"assumptions": "name", "figures": "figure", "sources": "source"}[key]
                assert getattr(row, name) == getattr(team[row.mark], name)
        for mark, row in team.items():
            (item,) = ask(mark)
            assert item.mark == mark
            assert item.name in (
                getattr(row, "name", None),
                getattr(row, "figure", None),
                getattr(row, "source", None),
            )


def test_names_are_found_as_written_or_in_plain_words(ask):
    assert ask("Hill Camp") == ask("camp_a")
    assert ask("a1") == ask("A1")
    assert ask("Sites over capacity") == ask("sites_over")
    # one name, two things: what is assumed and what comes out
    assert [item.kind for item in ask("displaced_total")] == ["headline", "assumption"]


def test_every_name_that_was_known_can_be_explained(ask, case, run):
    known = as_of(case, run.origin_date)
    names = ["total", "received", "sites_over", "water", "remaining", "water_supply", "minister", "aid"]
    names += [place.location for place in known.locations] + [figure.figure for figure in known.figures]
    names += [source.source for source in known.sources] + [report.report for report in known.reports]
    for name in names:
        items = ask(name)
        assert items, name
        assert json.dumps(items_as_dicts(items))
    later = {report.report for report in case.reports} - {report.report for report in known.reports}
    for name in later:
        with pytest.raises(SettingsError):
            ask(name)


def test_conflicts_and_repeats_are_said(case, run):
    marked = tuple(
        replace(row, relation="repeats f_million; conflicts_with:minister") if row.figure == "f_plan" else row
        for row in case.figures
    )
    # a conflict is within one report: the minister's figure moves into that of the others
    moved = tuple(replace(row, report="cross.txt") if row.figure == "f_half" else row for row in marked)
    known = as_of(replace(case, figures=moved), run.origin_date)
    text = format_items(explain_name(known, run, basis(known, run)[0], "f_plan"))
    assert re.search(r"repeats: F\d+ f_million", text)
    assert re.search(r"conflict: Said .*at least 500\u202f000 people.*700\u202f000 people", text)
    assert "None is taken to be right" in text


def test_an_unknown_name_gets_a_suggestion_and_a_list(ask):
    with pytest.raises(SettingsError) as caught:
        ask("camp_aa")
    (problem,) = caught.value.problems
    assert problem.slug == "unknown-number"
    assert "did you mean 'camp_a'?" in str(problem)
    assert re.search(r"a mark \(A1 to A\d+, F1 to F\d+, S1", problem.expected)
    for name in ("total", "displaced_total", "camp_b", "ready_places"):
        assert name in problem.expected


def test_rank_correlation_is_that_of_the_definition():
    import numpy as np

    values = np.array([3.0, 1.0, 2.0, 5.0])
    assert rank_correlation(values, values**3) == pytest.approx(1.0)
    assert rank_correlation(values, -values) == pytest.approx(-1.0)
    assert rank_correlation(values, np.ones(4)) == 0.0
    # ties at their mean rank: closed form 0.9487 for ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4
    assert rank_correlation(np.array([1.0, 2.0, 2.0, 3.0]), np.arange(4)) == pytest.approx(0.9486833)


# -- the command, on a run that learned ----------------------------------------------------------------------


def test_a_place_tells_counts_with_rows_and_what_they_taught(mosul, capsys):
    assert main(["explain", str(mosul / "run"), "debaga", "--format", "json"]) == 0
    (item,) = json.loads(capsys.readouterr().out)
    counts = [part for part in item["parts"] if part["kind"] == "counts"]
    lines = (mosul / "run" / "case" / "observations.csv").read_text(encoding="utf-8").splitlines()
    told = [count for part in counts for count in part["values"]["counts"]]
    assert told
    for count in told:
        row = lines[int(count["row"].rpartition(" ")[2]) - 1]
        assert row.startswith(count["date"])
        assert "debaga" in row
    taught = next(part for part in item["parts"] if part["kind"] == "learned")["values"]["taught"]
    assert {one["date"] for one in taught} <= {count["date"] for count in told}
    row = (mosul / "run" / "case" / "locations.csv").read_text(encoding="utf-8").splitlines()
    assert row[int(item["values"]["row"].rpartition(" ")[2]) - 1].startswith("debaga,")


def test_figures_lead_to_the_very_row_and_words_of_the_snapshot(mosul, capsys):
    assert main(["explain", str(mosul / "run"), "displaced_total", "--format", "json"]) == 0
    items = json.loads(capsys.readouterr().out)

    def figures(parts):
        for part in parts:
            if part["kind"] == "figure":
                yield part
            yield from figures(part["parts"])

    known = load_case(mosul / "run" / "case")
    texts = {report.report: report for report in known.reports}
    rows = {row.row: row for row in known.figures}
    found = list(figures(items))
    assert len(found) > 5
    for item in found:
        row = rows[int(item["values"]["row"].rpartition(" ")[2])]
        assert row.figure == item["name"]
        (report,) = item["parts"]
        text = texts[report["name"]]
        begin, end = item["values"]["characters"]
        assert text.text[begin:end] == item["values"]["quantity_text"]
        assert report["values"]["kind"] == "paraphrase"
        assert report["values"]["url"] == text.url
        assert date.fromisoformat(report["values"]["published"]) <= ORIGIN


def test_marks_printed_in_the_public_page_are_explained(mosul, capsys):
    page = (mosul / "public" / "brief.html").read_text(encoding="utf-8")
    marks = sorted(set(re.findall(r'href="#([AFS]\d+)"', page)))
    assert marks
    for mark in (marks[0], marks[len(marks) // 2], marks[-1]):
        assert f'id="{mark}"' in page
        assert main(["explain", str(mosul / "run"), mark]) == 0
        captured = capsys.readouterr()
        assert mark in captured.out.splitlines()[0]
        assert "team only" in captured.err


def test_an_unknown_name_is_status_one(mosul, capsys):
    assert main(["explain", str(mosul / "run"), "A9999"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "NAME: found 'A9999'" in captured.err


# -- what the counts taught, in the briefs -------------------------------------------------------------------


def test_lessons_are_told_with_both_ranges_and_only_what_the_audience_may_see(mosul):
    team = (mosul / "team" / "brief.html").read_text(encoding="utf-8")
    public = (mosul / "public" / "brief.html").read_text(encoding="utf-8")
    for page in (team, public):
        assert "What the counts taught" in page
        assert re.search(r"The members learned from \d+ counts published by", page)
        assert re.search(r"(higher|lower|surer|about as) ", page.partition('id="lessons"')[2])
    assert "Odd counts" in team
    assert ">Odd counts, and" not in public
    section = public.partition('id="lessons"')[2].partition("<h3")[0]
    for word in ("release share", "front", "people.", "stay order", "contact hazard", "screening"):
        assert word not in section


def test_places_forecast_from_counts_are_marked(mosul):
    run = json.loads((mosul / "run" / "run.json").read_text(encoding="utf-8"))
    rows = list(
        openpyxl.load_workbook(mosul / "public" / "brief.xlsx")["People"].iter_rows(
            min_row=2, values_only=True
        )
    )
    marked = {row[0] for row in rows if row[-1] == "counts"}
    assert marked == set(run["sites_from_counts"])
    page = (mosul / "public" / "brief.html").read_text(encoding="utf-8")
    assert (page.count("<b>from counts</b>") > 0) == bool(marked)
    assert ("marked &#39;from counts&#39;" in page) == bool(marked)
