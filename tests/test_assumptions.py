"""What quoted numbers become, which figures count together, and which crises a prior may know."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import exp, log

import numpy as np
import pytest
from scipy.special import ndtr

from havenward.case.assumptions import ORIGIN, pool_figures, resolve_assumptions
from havenward.case.priors import (
    ExpertRecord,
    conventions,
    expert_record,
    learned_priors,
    read_past_crises,
    select_crises,
)
from havenward.distributions import Distribution, problems_of, quantile, summary
from havenward.errors import CaseError
from havenward.reading import facts as written
from havenward.records import Assumption, Figure
from worlds import START, assume, city

PLAIN = ExpertRecord(1.0, 0.7, ())


def figure(name: str, quantifier: str, group: str = "", **values: object) -> Figure:
    """Make a figure about people expected to flee a city."""
    fields: dict[str, object] = {
        "figure": name,
        "report": "r.txt",
        "start": None,
        "end": None,
        "sentence": "s",
        "quantity_text": "q",
        "low": None,
        "high": None,
        "point": None,
        "quantifier": quantifier,
        "unit": "persons",
        "group": "",
        "term": "expected_displaced",
        "temporality": "expected",
        "location": "City",
        "origin": "",
        "destination": "",
        "date_expression": "",
        "date_from": None,
        "date_to": None,
        "source_attribution": "",
        "fact_group": group,
        "relation": "",
        "review": "accepted",
    } | values
    return Figure(**fields)  # type: ignore[arg-type]


def pooled(*figures: Figure, record: ExpertRecord = PLAIN, term: str = "expected_displaced") -> Distribution:
    asked = Assumption(
        "displaced_total", START, None, "persons", "test", pool_term=term, pool_places=("city",)
    )
    result = pool_figures(
        city(figures=figures), asked, record, assume("population_at_risk", "fixed", value=1e6)
    )
    assert result.distribution is not None
    return result.distribution


def test_up_to_is_a_middle_value() -> None:
    low, middle, high = summary(pooled(figure("a", "up_to", high=1e6)), (0.1, 0.5, 0.9))
    assert middle == pytest.approx(1e6, rel=0.01)
    assert low == pytest.approx(1e6 * exp(-1.2816 * 0.7), rel=0.01)
    assert high == pytest.approx(1e6 * exp(1.2816 * 0.7), rel=0.01)


def test_at_least_is_a_low_value() -> None:
    curve = pooled(figure("a", "at_least", low=500_000.0))
    assert summary(curve, (0.15, 0.5)) == pytest.approx((500_000, 800_000), rel=0.01)


def test_a_range_leans_to_its_upper_end_and_is_widened() -> None:
    curve = pooled(figure("a", "between", low=300_000.0, high=1e6))
    component = curve.components[0][1]
    assert component.parameters["median"] == pytest.approx(300_000**0.25 * 1e6**0.75)
    assert component.parameters["sigma"] == pytest.approx(max(0.6, log(1e6 / 3e5) / 2))


def test_repeats_of_one_origin_share_one_weight() -> None:
    curve = pooled(
        figure("a", "up_to", "un", high=1e6),
        figure("b", "up_to", "un", high=1e6),
        figure("c", "at_least", low=5e5),
    )
    weights = sorted(weight for weight, _ in curve.components)
    assert weights == [0.5, 0.5, 1.0]


def test_independent_speakers_of_one_fact_each_count() -> None:
    curve = pooled(
        figure("a", "up_to", "fact", high=1e6, relation="conflicts_with:mayor; origin:un"),
        figure("b", "up_to", "fact", high=1e6, relation="same_fact_as:un;origin:un"),
        figure("c", "at_least", "fact", low=5e5, relation="conflicts_with:un;origin:mayor"),
        figure("d", "exact", point=7e5),
    )
    assert sorted(weight for weight, _ in curve.components) == [0.5, 0.5, 1.0, 1.0]


def test_an_origin_is_the_same_in_every_fact_group() -> None:
    """Reports are read one by one: a repeat may stand in a group of its own, under the name of its origin."""
    curve = pooled(
        figure("a", "up_to", "fact", high=1e6, relation="origin:un"),
        figure("b", "up_to", "un", high=1e6),
    )
    assert sorted(weight for weight, _ in curve.components) == [0.5, 0.5]


def test_the_word_for_origin_is_the_one_that_reading_writes() -> None:
    assert ORIGIN == written.ORIGIN


def test_rejected_figures_shares_and_other_places_do_not_count() -> None:
    curve = pooled(
        figure("a", "up_to", high=1e6),
        figure("b", "up_to", high=9e6, review="rejected"),
        figure("c", "exact", point=50.0, unit="percent"),
        figure("d", "up_to", high=9e6, location="Elsewhere"),
    )
    assert len(curve.components) == 1


def test_could_be_higher_adds_a_part_near_everyone() -> None:
    curve = pooled(figure("a", "up_to", high=4e5, relation="could_be_higher"))
    assert [weight for weight, _ in curve.components] == pytest.approx([0.85, 0.15])
    assert curve.components[1][1].parameters["median"] == pytest.approx(0.9e6)


def test_nothing_to_pool_is_said() -> None:
    with pytest.raises(CaseError, match="no figure with term expected_displaced for city was known"):
        pooled(figure("a", "up_to", high=1e6, location="Elsewhere"))


def test_a_population_is_a_count_and_not_a_forecast() -> None:
    curve = pooled(
        figure("a", "between", low=1.2e6, high=1.5e6, term="at_risk_population"), term="at_risk_population"
    )
    low, middle, high = summary(curve)
    assert 1.1e6 < low < middle < high < 1.65e6


# -- prior sets --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prior_set", ["time-ordered", "leave-one-out"])
def test_no_prior_set_holds_the_crisis_itself(prior_set: str) -> None:
    rows = read_past_crises()
    for crisis in {row.crisis for row in rows}:
        assert crisis not in {r.crisis for r in select_crises(rows, prior_set, crisis, date(2030, 1, 1))}


def test_the_time_ordered_set_knows_only_earlier_crises() -> None:
    start = date(2018, 1, 1)
    kept = select_crises(read_past_crises(), "time-ordered", "x", start)
    assert {row.crisis for row in kept} == {"fallujah-2016", "mosul-2016", "raqqa-2017"}
    assert all(row.published < start for row in kept)


def test_rows_of_the_crisis_itself_change_no_prior() -> None:
    """Leave one out, numerically: priors for Mosul are the same with all Mosul rows bent."""
    rows = read_past_crises()
    bent = tuple(replace(r, value=min(0.99, r.value * 0.5)) if r.crisis == "mosul-2016" else r for r in rows)
    for prior_set in ("time-ordered", "leave-one-out"):
        one, other = (
            learned_priors(
                select_crises(r, prior_set, "mosul-2016", date(2016, 7, 31)), residents_held=True, made=START
            )
            for r in (rows, bent)
        )
        assert one == other


def test_conventions_are_sound_and_named_as_such() -> None:
    for assumption in conventions():
        assert assumption.distribution is not None
        assert problems_of(assumption.distribution) == []
        assert assumption.basis == "convention"
        assert assumption.reason


def test_the_expert_record_moves_with_evidence_and_not_too_far() -> None:
    none, all_rows = expert_record(()), expert_record(read_past_crises())
    assert (none.median, none.sigma) == (1.0, 0.7)
    assert 0.8 < all_rows.median < 1.3
    assert 0.5 < all_rows.sigma < 0.8


def test_the_case_has_the_first_word() -> None:
    own = assume("contact_hazard", "fixed", value=0.5)
    chosen, _ = resolve_assumptions(city(assumptions=(own,)), "time-ordered")
    assert next(a for a in chosen if a.name == "contact_hazard") == own


# -- distributions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("curve", "reference"),
    [
        (Distribution("lognormal", {"median": 3.0, "sigma": 0.5}), lambda x: ndtr(np.log(x / 3.0) / 0.5)),
        (Distribution("uniform", {"low": 2.0, "high": 6.0}), lambda x: (x - 2.0) / 4.0),
        (Distribution("normal", {"mean": 1.0, "sd": 2.0}), lambda x: ndtr((x - 1.0) / 2.0)),
        (Distribution("halfnormal", {"sigma": 2.0}), lambda x: 2 * ndtr(x / 2.0) - 1),
        (
            Distribution("triangular", {"low": 0.0, "mode": 1.0, "high": 4.0}),
            lambda x: np.where(x < 1, x**2 / 4, 1 - (4 - x) ** 2 / 12),
        ),
    ],
)
def test_quantiles_invert_the_distribution_function(curve: Distribution, reference: object) -> None:
    u = np.linspace(0.001, 0.999, 101)
    np.testing.assert_allclose(reference(quantile(curve, u)), u, atol=1e-9)  # type: ignore[operator]


def test_floor_and_ceiling_hold() -> None:
    values = quantile(
        Distribution("normal", {"mean": 0.0, "sd": 5.0}, floor=-1.0, ceiling=2.0), np.linspace(0.01, 0.99)
    )
    assert values.min() == -1.0
    assert values.max() == 2.0
