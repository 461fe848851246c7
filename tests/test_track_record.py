"""Protects the page "Track record" and the plots: misses are told, numbers come from the results alone."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from havenward.forecast.backtest import backtest
from havenward.forecast.backtest_scores import summarise
from havenward.forecast.plots import draw_fan, draw_skill, write_plots
from havenward.forecast.track_record import write_track_record
from havenward.records import QUANTILE_LEVELS
from toy_counts import random_crisis


def bold(known, origin, horizons, settings):  # noqa: ARG001
    """Be sure of a thousand people everywhere: too high and much too narrow."""
    return {"havenward": {(s, h): np.linspace(990, 1010, 23) for s in "pqr" for h in horizons}}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    cases = [random_crisis(1, "one", "AAA", days=80), random_crisis(2, "two", "BBB", days=80)]
    return backtest(
        cases, (7, 14), members=1, seed=1, track="C", forecaster=bold, workers=1,
        out=tmp_path_factory.mktemp("backtest"), narrow=lambda case, origin, track: case,  # noqa: ARG005
    )  # fmt: skip


def test_every_miss_is_told_in_plain_words(results):
    page = write_track_record(results)
    block = summarise(results)["targets"]["net_arrivals"]["14"]
    worse = -block["skill"]["value"]
    assert worse > 0
    assert f"- At 14 days a simple rule was better: our score is {worse:.1%} higher." in page
    assert "of outcomes, too few: the bands are too narrow." in page
    rule = block["best_rules"]["one"]
    assert f"- At 14 days in one the rule {rule} was better" in page
    assert "we expected 990 to 1,010 net arrivals" in page.replace("991", "990").replace("1,009", "1,010")


def test_a_page_without_a_model_shows_the_rules_alone(results):
    page = write_track_record(results, "nobody")
    assert "is not among the results" in page
    assert "| b3_mean |" in page


def test_plots_are_whole_drawings(results, tmp_path):
    written = write_plots(results, summarise(results), tmp_path)
    assert {path.name for path in written} == {"skill.svg", "reliability.svg", "fan-one.svg", "fan-two.svg"}
    for path in written:
        root = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314
        assert root.tag.endswith("svg")
        assert "nan" not in path.read_text(encoding="utf-8").lower()


def test_nothing_is_drawn_where_there_is_nothing(results):
    assert draw_skill(summarise(results), "nobody") == ""
    assert draw_fan(results, "one", "nobody") == ""
    assert len(QUANTILE_LEVELS) == 23
