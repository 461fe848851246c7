"""Every run has its evaluation and ethical matrix, filled from the run, fit for the public."""

from dataclasses import replace

import pytest

from havenward.brief.card import ETHICS, EVALUATION, write_cards
from havenward.brief.ethics import look_for_harm, write_ethics
from havenward.brief.evaluation import write_evaluation
from havenward.brief.release import check_files, guard_for
from havenward.brief.skill import Record
from toy_brief import toy_case, toy_run


@pytest.fixture(scope="module")
def case():
    return toy_case()


@pytest.fixture(scope="module")
def run(tmp_path_factory, case):
    return toy_run(tmp_path_factory.mktemp("cards") / "run", case)


def rows_of(text):
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|") and "---" not in line
    ]


def test_cards_are_written_beside_the_card_and_hold_nothing_withheld(case, run, tmp_path):
    beside = replace(run, folder=tmp_path)
    card = write_cards(case, beside)
    (tmp_path / "model_card.md").write_text(card, encoding="utf-8")
    assert EVALUATION in card
    assert ETHICS in card
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == ["ethics.md", "evaluation.md", "model_card.md"]
    guard = guard_for(case.locations, case.title, "public", case.suppress_below)
    assert check_files(files, guard) == []


def test_every_criterion_has_evidence_and_a_status(case, run):
    rows = [row for row in rows_of(write_evaluation(case, run)) if row[0] != "asked"]
    assert len(rows) > 20
    for asked, evidence, status in rows:
        assert asked.endswith("?")
        assert evidence
        assert status in {"done", "partly", "not done", "no"}


def test_the_evaluation_follows_the_run(case, run):
    before = write_evaluation(case, run)
    assert "5 counts known" not in before
    assert f"{len(case.observations)} counts known, 0 used" in before
    assert "no counts were used" in before
    learned = replace(run, meta={**run.meta, "learned": {"counts": 7, "kept": 0.25}})
    after = write_evaluation(case, learned)
    assert "7 counts published by the origin date changed the members, 25% of members kept" in after
    reviewed = replace(case, figures=tuple(replace(row, review="accepted") for row in case.figures))
    assert f"{len(case.figures)} of {len(case.figures)} figures" in write_evaluation(reviewed, run)


def test_losses_on_past_crises_are_said(case, run):
    worse = Record(
        "net_arrivals", 14, 6, 900, 1.5, "b3_mean", 1.2, -0.25, -0.3, -0.2, 0.3, 0.7, 0.4, "x", 0.3, 2
    )
    text = write_evaluation(case, run, [worse])
    row = next(row for row in rows_of(text) if row[0].startswith("Is it better than simple rules 14"))
    assert "-25.0%" in row[1]
    assert row[2] == "no"
    assert next(row for row in rows_of(text) if row[0].startswith("Do ranges"))[2] == "partly"
    assert "no record is shipped" in write_evaluation(case, run, [])


def test_the_record_is_not_claimed_for_a_run_without_counted_places(case, run):
    row = next(row for row in rows_of(write_evaluation(case, run)) if row[0].startswith("Does this record"))
    assert row[2] == "no"


def test_the_ethical_matrix_counts_what_could_harm(case, run):
    found = look_for_harm(case)
    assert (found.origins, found.gates, found.routes, found.armed) == (2, 1, 2, 1)
    assert found.naming == 1
    assert found.figures == 6
    text = write_ethics(case, run)
    assert "2 places that people leave, 1 gates, 2 links and 1 dated events" in text
    named = replace(case.figures[0], sentence="Call Umm Mahmoud on 0770 123 4567.")
    assert look_for_harm(replace(case, figures=(named, *case.figures[1:]))).persons == found.persons + 1


def test_what_nobody_did_is_said(case, run):
    rows = {row[0]: row[-1] for row in rows_of(write_ethics(case, run))}
    assert rows["Were affected people asked or told?"] == "not done"
    assert rows["Did an ethical reviewer look at it?"] == "not done"
