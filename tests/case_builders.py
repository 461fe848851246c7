"""Random small cases for property tests: every table, several versions of rows, dates within forty days."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from havenward.case.known import IDENTITY
from havenward.distributions import Distribution
from havenward.records import (
    Assumption,
    Attribute,
    Case,
    Event,
    Figure,
    Location,
    Observation,
    Report,
    Route,
    Scenario,
    Source,
    Supply,
)

START = date(2016, 6, 1)
PLACES = ("a", "b", "c", "d")
GROUPS = ("east", "west")
TABLES = tuple(IDENTITY)

days = st.integers(0, 40).map(lambda number: START + timedelta(days=number))
places = st.sampled_from(PLACES)
groups = st.sampled_from(GROUPS)
sources = st.sampled_from(("", "plan", "counts"))
counts = st.integers(0, 99)
texts = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8)

locations = st.builds(
    lambda location, name, kind, group, people, published, source: Location(
        location, name, "", kind, None, None, "", "", "", group if kind == "origin" else "", people, None, None, None,
        published, source,
    ),
    places, texts, st.sampled_from(("origin", "camp", "town")), groups, counts, days, sources,
)  # fmt: skip
routes = st.builds(
    lambda ends, km, published, source: Route(ends[0], ends[1], float(km), "road", published, source),
    st.permutations(PLACES), st.integers(1, 99), days, sources,
)  # fmt: skip
events = st.one_of(
    st.builds(
        lambda day, kind, place, published, source: Event(day, kind, place, "", "", None, published, source),
        st.one_of(days, st.just("operation_start")), st.sampled_from(("conflict", "order_to_stay")),
        st.sampled_from((*PLACES, *GROUPS)), days, sources,
    ),
    st.builds(
        lambda day, ends, published: Event(day, "route_closes", "", ends[0], ends[1], None, published, ""),
        days, st.permutations(PLACES), days,
    ),
)  # fmt: skip
observations = st.builds(
    lambda day, scope, place, group, persons, published, source: Observation(
        day, None, scope, place if scope == "location" else group, "", "stock", persons, None, "dtm", published, source
    ),
    days, st.sampled_from(("location", "group")), places, groups, counts, days, sources,
)  # fmt: skip
attributes = st.one_of(
    st.builds(
        lambda place, value, published, source: Attribute(place, "", "", "front_order", str(value), published, source),
        places, counts, st.one_of(st.none(), days), sources,
    ),
    st.builds(
        lambda place, group, published: Attribute(place, "", "", "opens_after_group", group, published, ""),
        places, groups, days,
    ),
)  # fmt: skip
stock = st.builds(
    lambda place, quantity, published, source: Supply("tents", place, float(quantity), None, published, source),
    st.sampled_from(("", *PLACES)), counts, days, sources,
)  # fmt: skip
reports = st.builds(
    lambda name, published, source, text: Report(name, "T", "O", published, "", "original", source, text),
    st.sampled_from(("one.txt", "two.txt")), days, sources, texts,
)  # fmt: skip
figures = st.builds(
    lambda name, report, point: Figure(
        name, report, None, None, "s", "s", None, None, float(point), "exact", "persons", "", "displaced", "current",
        "", "", "", "", None, None, "", "", "", "open",
    ),
    st.sampled_from(("f1", "f2", "f3")), st.sampled_from(("one.txt", "two.txt")), counts,
)  # fmt: skip
assumptions = st.builds(
    lambda name, value, published, source, figure: Assumption(
        name, published, Distribution("fixed", {"value": float(value)}), "share", "reason",
        (source,) if source else (), (figure,), START if name == "operation_start" else None,
    ),
    st.sampled_from(("operation_start", "release_fraction", "release_fraction.east", "capacity.b")), counts, days,
    sources, st.sampled_from(("f1", "f2")),
)  # fmt: skip


def several(rows, table, size=8):
    """Rows with at most one version of each thing for each day of publication."""
    once = table in {"sources", "figures", "reports"}
    return st.lists(
        rows,
        max_size=size,
        unique_by=lambda row: (IDENTITY[table](row), None if once else row.published or START),
    ).map(tuple)


scenarios = st.builds(
    lambda name, published, own, added: Scenario(name, name, published, 0.1, "", (), own, added),
    st.sampled_from(("slow", "fast")), days, several(assumptions, "assumptions", 3), several(events, "events", 3),
)  # fmt: skip

cases = st.builds(
    lambda dated, **tables: Case(
        "Toy", "toy", "IRQ", START, 120, "havenward", False, False, 3, "public", 10,
        sources=(Source("plan", "Plan", "", "", dated, ""), Source("counts", "Counts", "", "", None, "")), **tables,
    ),
    st.one_of(st.none(), days),
    locations=several(locations, "locations"),
    routes=several(routes, "routes"),
    events=several(events, "events"),
    observations=several(observations, "observations"),
    attributes=several(attributes, "attributes"),
    stock=several(stock, "stock"),
    reports=several(reports, "reports", 2),
    figures=several(figures, "figures", 3),
    assumptions=several(assumptions, "assumptions"),
    scenarios=several(scenarios, "scenarios", 3),
)  # fmt: skip


def published_day(case, table, row):
    """Tell when a row was published; None where it always was."""
    if table == "figures":
        return next((report.published for report in case.reports if report.report == row.report), None)
    if table == "attributes":
        return row.published or case.start
    return row.published


def without_later(case, day):
    """Take out every row published after a day, those inside scenarios too."""
    kept = {
        table: tuple(row for row in getattr(case, table) if (published_day(case, table, row) or START) <= day)
        for table in TABLES
    }
    kept["scenarios"] = tuple(
        replace(
            row,
            assumptions=tuple(item for item in row.assumptions if item.published <= day),
            events=tuple(item for item in row.events if item.published <= day),
        )
        for row in kept["scenarios"]
    )
    return replace(case, **kept)


def with_later(case, other, day):
    """Add to a case the rows of another one that were published after a day."""
    added = {}
    for table in TABLES:
        own = getattr(case, table)
        used = {IDENTITY[table](row) for row in own}
        once = table in {"sources", "figures", "reports"}
        added[table] = own + tuple(
            row
            for row in getattr(other, table)
            if (published_day(other, table, row) or START) > day
            and not (once and IDENTITY[table](row) in used)
        )
    # a figure is as old as its report; one that names a report of this case would be older
    later = {report.report for report in added["reports"] if report.published > day}
    added["figures"] = case.figures + tuple(
        row for row in added["figures"][len(case.figures) :] if row.report in later
    )
    return replace(case, **added)
