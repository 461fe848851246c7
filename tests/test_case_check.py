"""Checks that look beyond one cell: what they must find, and what they must leave in peace."""

from dataclasses import replace

import pytest

from havenward.case.check import CHECKS, check_case
from havenward.case.check_evidence import support
from havenward.case.findings import MAX_PER_FILE, Findings, Trouble
from havenward.case.load import load_case
from havenward.case.tables import read_columns
from havenward.case.write import write_case
from havenward.distributions import Distribution
from havenward.records import Location
from toy_case import TOY, edited, write_files


def slugs(tmp_path, *edits):
    return [problem.slug for problem in check_case(write_files(tmp_path / "edited", edited(*edits)))]


# -- what is left in peace -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "edit",
    [
        # announced: published before it happens
        ("events.csv", "2016-11-05,capacity,camp-a,,,15000,2016-11-01", "2016-11-05,capacity,camp-a,,,15000,2016-06-01"),
        # another version, published on another day
        ("routes.csv", "bridge,gate,28", "bridge,east,11,road,2016-07-01,plan\nbridge,gate,28"),
        # a count revised later
        ("observations.csv", "dtm,2016-10-28,counts\n", "dtm,2016-10-28,counts\n2016-10-25,,location,camp-a,,stock,1300,,dtm,2016-11-28,counts\n"),
        # the same count by another counting system
        ("observations.csv", "dtm,2016-10-28,counts\n", "dtm,2016-10-28,counts\n2016-10-25,,location,camp-a,,stock,1300,,gov,2016-10-28,counts\n"),
        # screening with an unknown capacity
        ("events.csv", "gate,,,5000", "gate,,,"),
        # an order for one place, and one for the whole case
        ("events.csv", "order_to_stay,city", "order_to_stay,east"),
        ("events.csv", "order_to_stay,city", "order_to_leave,"),
        # a route closure named in the other direction
        ("events.csv", "route_closes,,west,bridge", "route_closes,,bridge,west"),
        # attributes for other rule sets
        ("attributes.csv", "surface,asphalt", "conflict_zone,true"),
        # a figure of many, without a number
        ("figures.csv", ",one million,,1000000,,up_to", ",one million,,,,unspecified_many"),
        # no coordinates at all
        ("locations.csv", "36.10,43.30,,,,,,10000", ",,,,,,,10000"),
        # a distance that is rounded
        ("routes.csv", "bridge,gate,28", "bridge,gate,26"),
        # P-codes of letters
        ("locations.csv", "1001", "IQ1001"),
        # an assumption that gives the date of another event
        ("events.csv", "2016-11-01,route_closes", "bridge_falls,route_closes"),
    ],
)  # fmt: skip
def test_what_is_right_is_not_a_problem(tmp_path, edit):
    extra = ()
    if "bridge_falls" in edit[2]:
        extra = ((
            "assumptions.toml",
            TOY["assumptions.toml"] + '\n[[assumption]]\nname = "bridge_falls"\npublished = 2016-07-01\n'
            'distribution = "fixed"\nvalue = 90\nunit = "days after"\nafter = 2016-07-01\nreason = "x"\n',
        ),)  # fmt: skip
    # the case is right; that a forecast wants a fixed date for a closure is said as a warning
    assert [slug for slug in slugs(tmp_path, edit, *extra) if slug != "event-needs-date"] == []


def test_every_example_of_a_small_right_case_stays_right_when_its_columns_move(tmp_path):
    lines = [line.split(",") for line in TOY["routes.csv"].splitlines()]
    moved = "\n".join(",".join(reversed(line)) for line in lines)
    assert slugs(tmp_path, ("routes.csv", moved)) == []


# -- what is found -------------------------------------------------------------------------------------


def test_one_mistyped_place_is_one_problem_for_each_row_that_names_it(tmp_path):
    found = check_case(write_files(tmp_path, edited(("locations.csv", "gate,Gate", "gat,Gate"))))
    assert [(problem.where, problem.slug) for problem in found] == [
        ("routes.csv row 5", "unknown-location"),
        ("routes.csv row 6", "unknown-location"),
        ("routes.csv row 7", "unknown-location"),
        ("events.csv row 7", "unknown-location"),
    ]
    assert all(problem.repair == "did you mean 'gat'?" for problem in found)


def test_a_broken_row_does_not_make_rows_that_name_it_wrong(tmp_path):
    assert slugs(tmp_path, ("locations.csv", "36.20,43.40", "north,43.40")) == ["number-words"]
    assert slugs(tmp_path, ("sources.csv", "2016-06-01,CC BY", "2016-06-01,CC BY,x")) == ["row-too-long"]


def test_an_unreadable_file_does_not_make_rows_that_name_it_wrong(tmp_path):
    assert slugs(tmp_path, ("sources.csv", b"\xff\xff")) == ["file-encoding"]
    assert slugs(tmp_path, ("assumptions.toml", "[[")) == ["toml-syntax"]


def test_a_way_through_another_origin_is_no_way(tmp_path):
    edits = (
        ("routes.csv", "west,bridge,8", "west,east,8"),
        ("events.csv", "route_closes,,west,bridge", "route_closes,,west,east"),
    )
    assert slugs(tmp_path, *edits) == ["origin-cut-off"]


def test_one_source_with_many_early_rows_is_one_warning(tmp_path):
    found = check_case(write_files(tmp_path, edited(("sources.csv", "plan,2016-06-01", "plan,2016-12-01"))))
    assert [(problem.where, problem.severity) for problem in found] == [
        ("locations.csv row 2", "warning"),
        ("routes.csv row 2", "warning"),
        ("events.csv row 3", "warning"),
        ("stock.csv row 2", "warning"),
    ]
    assert found[0].found == "this and 6 more rows of source 'plan' are published before it (2016-12-01)"


def test_a_published_case_of_flee_keeps_its_distances(tmp_path):
    edits = [("routes.csv", "gate,host,60", "gate,host,6")]
    assert [problem.severity for problem in check_case(write_files(tmp_path / "ours", edited(*edits)))] == [
        "error"
    ]
    edits.append(("case.toml", "horizon_days = 120", 'rules = "flee"'))
    assert [problem.severity for problem in check_case(write_files(tmp_path / "flee", edited(*edits)))] == [
        "warning"
    ]


def test_pcodes_of_several_levels_are_left_in_peace(tmp_path):
    edits = (("locations.csv", "1001", "1001"), ("locations.csv", "1002", "10"))
    assert slugs(tmp_path, *edits) == []


def test_attributes_are_versions_from_the_start_of_the_case(tmp_path):
    row = "east,,,front_order,1,,\n"
    twice = row + "east,,,front_order,3,2016-06-01,\n"
    assert slugs(tmp_path, ("attributes.csv", row, twice)) == ["versions-on-one-day"]


# -- parts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("distribution", "ends"),
    [
        (Distribution("fixed", {"value": 3.0}), (3.0, 3.0)),
        (Distribution("uniform", {"low": 1.0, "high": 2.0}), (1.0, 2.0)),
        (Distribution("beta", {"alpha": 1.0, "beta": 2.0}), (0.0, 1.0)),
        (Distribution("normal", {"mean": 0.0, "sd": 1.0}), (float("-inf"), float("inf"))),
        (Distribution("normal", {"mean": 0.0, "sd": 1.0}, floor=-1.0, ceiling=4.0), (-1.0, 4.0)),
        (Distribution("gamma", {"shape": 1.0, "scale": 2.0}, floor=3.0), (3.0, float("inf"))),
        (
            Distribution("mixture", components=(
                (1.0, Distribution("fixed", {"value": 9.0})), (1.0, Distribution("uniform", {"low": 1.0, "high": 2.0})),
            )),
            (1.0, 9.0),
        ),
    ],
)  # fmt: skip
def test_the_ends_of_a_distribution(distribution, ends):
    assert support(distribution) == ends


def test_errors_are_never_hidden_by_warnings():
    findings = Findings()
    for row in range(2 * MAX_PER_FILE):
        findings.add("a.csv", row, Trouble("f", "e", "r", "s", "warning"))
    findings.add("a.csv", 7, Trouble("the error", "e", "r", "s"))
    problems = findings.problems()
    assert len(problems) == MAX_PER_FILE + 2
    assert [problem.found for problem in problems if problem.severity == "error"] == ["the error"]
    assert problems[-1].found == "1,000 more warnings that are not listed"


def test_the_search_for_right_names_has_a_bound():
    findings = Findings()
    known = [f"place-{number}" for number in range(1_000)]
    offered = [findings.offer("location", f"plcae-{number}", known, "correct it") for number in range(100)]
    assert offered[0] == "did you mean 'place-0'?"
    assert offered[-1] == "correct it"


def test_every_parameter_has_a_unit_a_range_or_a_date():
    for column in read_columns("parameters"):
        assert column.unit, column.name
        assert column.description.endswith("."), column.name
        assert column.low is not None or column.unit == "days after", column.name


def test_checks_are_named_functions():
    assert all(check.__name__.startswith("check_") and check.__doc__ for check in CHECKS)


def test_a_large_case_is_checked_without_quadratic_steps(tmp_path):
    """Twenty times the places would take four hundred times as long if any check compared all pairs."""
    case = load_case(write_files(tmp_path / "toy", TOY))
    town = case.locations[2]
    assert isinstance(town, Location)
    many = tuple(replace(town, location=f"town-{number}", name=f"Town {number}") for number in range(20_000))
    write_case(replace(case, locations=case.locations + many), tmp_path / "large")
    assert check_case(tmp_path / "large") == []
