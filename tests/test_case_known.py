"""Nothing from the future: what a case shows on a day depends on nothing published later."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from case_builders import START, TABLES, cases, days, published_day, with_later, without_later
from havenward.case.check import check_case
from havenward.case.known import IDENTITY, as_of
from havenward.case.load import load_case
from havenward.case.write import write_case
from havenward.errors import CaseError
from toy_case import TOY, write_files


@pytest.fixture
def toy(tmp_path):
    return load_case(write_files(tmp_path / "toy", TOY))


# -- laws ----------------------------------------------------------------------------------------------


@given(cases, days)
def test_rows_published_later_can_be_taken_out(case, day):
    assert as_of(without_later(case, day), day) == as_of(case, day)


@given(cases, cases, days)
def test_rows_published_later_can_be_added(case, other, day):
    assert as_of(with_later(case, other, day), day) == as_of(case, day)


@given(cases, days, st.integers(1, 1000))
def test_rows_published_later_can_be_changed(case, day, number):
    changes = {"locations": "population", "observations": "persons", "stock": "quantity", "routes": "distance_km",
               "assumptions": "reason", "reports": "text", "scenarios": "title", "events": "value"}  # fmt: skip
    changed = {
        table: tuple(
            replace(row, **{name: number}) if published_day(case, table, row) > day else row
            for row in getattr(case, table)
        )
        for table, name in changes.items()
    }
    assert as_of(replace(case, **changed), day) == as_of(case, day)


@given(cases, days, days)
def test_narrowing_twice_is_narrowing_to_the_earlier_day(case, one, other):
    first, second = min(one, other), max(one, other)
    assert as_of(as_of(case, first), second) == as_of(case, first)
    if first < second:
        # versions that were replaced by the second day are gone, so the first cannot be told any more
        with pytest.raises(CaseError):
            as_of(as_of(case, second), first)


@given(cases, days)
def test_one_version_of_each_thing_remains_and_every_name_is_known(case, day):
    known = as_of(case, day)
    places = {row.location for row in known.locations}
    names = places | {row.group for row in known.locations}
    cited = {row.source for row in known.sources} | {""}
    for table in TABLES:
        rows = getattr(known, table)
        assert len({IDENTITY[table](row) for row in rows}) == len(rows)
        if table not in {"sources", "figures", "assumptions", "scenarios"}:
            assert {row.source for row in rows} <= cited
    assert {end for row in known.routes for end in (row.from_, row.to)} <= places
    for rows in (known.events, known.observations, known.attributes, known.stock):
        assert {row.location for row in rows} <= names | {""}
    dates = {row.date for row in known.events if isinstance(row.date, str)}
    assert dates <= {row.name for row in known.assumptions}
    ways = {frozenset((row.from_, row.to)) for row in known.routes}
    assert {frozenset((row.from_, row.to)) for row in known.events if row.from_} <= ways
    for row in known.assumptions:
        assert row.name.partition(".")[2] in names | {""}
        assert set(row.sources) <= cited
        assert set(row.figures) <= {figure.figure for figure in known.figures}
    assert {row.report for row in known.figures} <= {row.report for row in known.reports}


@given(cases, days)
def test_rows_stay_in_the_order_of_the_files(case, day):
    for table in ("locations", "routes", "events", "observations", "attributes", "stock"):
        rows = getattr(case, table)
        numbered = tuple(replace(row, row=number) for number, row in enumerate(rows, start=2))
        numbers = [row.row for row in getattr(as_of(replace(case, **{table: numbered}), day), table)]
        assert numbers == sorted(numbers)


# -- examples ------------------------------------------------------------------------------------------


def test_the_latest_visible_version_counts(toy):
    def places(day):
        return {row.location: row.capacity for row in as_of(toy, day).locations}

    assert places(date(2016, 5, 31)) == {}
    assert places(date(2016, 7, 31))["camp-a"] == 10_000
    assert places(date(2016, 8, 1))["camp-a"] == 12_000
    assert "camp-b" not in places(date(2016, 8, 31))
    assert "camp-b" in places(date(2016, 9, 1))


def test_what_names_an_unknown_place_is_hidden_with_it(toy):
    known = as_of(toy, date(2016, 8, 1))
    assert all("camp-b" not in (row.from_, row.to) for row in known.routes)
    (scenario,) = known.scenarios
    assert scenario.events == ()  # its site is not known yet
    assert len(as_of(toy, date(2016, 9, 1)).scenarios[0].events) == 1


def test_an_event_goes_with_the_assumption_that_gives_its_date(toy):
    later = replace(toy, assumptions=tuple(replace(a, published=date(2016, 9, 1)) for a in toy.assumptions))
    assert not any(row.kind == "operation_starts" for row in as_of(later, date(2016, 8, 31)).events)
    assert any(row.kind == "operation_starts" for row in as_of(later, date(2016, 9, 1)).events)


def test_figures_go_with_their_report(toy):
    assert as_of(toy, date(2016, 7, 19)).figures == ()
    assert len(as_of(toy, date(2016, 7, 20)).figures) == 2
    earlier = replace(toy, assumptions=tuple(replace(a, published=START) for a in toy.assumptions))
    assert as_of(earlier, date(2016, 7, 19)).assumptions[-1].figures == ()


def test_a_source_published_later_is_taken_from_the_rows_that_name_it(toy):
    later = tuple(replace(row, published=date(2017, 1, 1)) for row in toy.sources if row.source == "plan")
    known = as_of(replace(toy, sources=later), date(2016, 7, 1))
    assert known.sources == ()
    assert {row.source for row in known.locations} == {""}


def test_the_day_is_kept_and_an_earlier_one_cannot_be_asked_for(toy):
    known = as_of(toy, date(2016, 8, 1))
    assert known.known == date(2016, 8, 1)
    with pytest.raises(CaseError) as raised:
        as_of(known, date(2016, 7, 1))
    assert str(raised.value) == (
        "case.toml: the case is a snapshot of what was known on 2016-08-01; "
        "expected a day from then on, not 2016-07-01; take the whole case to look at earlier days"
    )


@pytest.mark.parametrize("number", range(0, 190, 7))
def test_every_snapshot_can_be_written_and_read_again(toy, tmp_path, number):
    known = as_of(toy, START + timedelta(days=number))
    write_case(known, tmp_path / "snapshot")
    assert [problem for problem in check_case(tmp_path / "snapshot") if problem.severity == "error"] == []
    assert load_case(tmp_path / "snapshot") == known
