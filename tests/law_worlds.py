"""Random whole crises for laws about commands: every table is filled, half of the rows are published later.

A world has names that no fixed phrase holds, so that a search of a product for a withheld name finds leaks
only. Numbers are drawn so that rows near every limit occur: nobody, fewer than ten people, full sites.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hypothesis import Phase, settings
from hypothesis import strategies as st

from havenward.records import Case, Figure, Observation, Report, Scenario, Source, Supply
from havenward.settings import ForecastSettings
from worlds import assume, attribute, city, event, place, road

if TYPE_CHECKING:
    from pathlib import Path

START = date(2020, 1, 1)
ORIGIN = START + timedelta(days=24)
LATE = ORIGIN + timedelta(days=1)
SMALL = ForecastSettings(ORIGIN, 9, 14, 5)
# names of what only the team may see, and of what everybody may
HIDDEN = ("Qasvarin", "Ubrelthe", "Moxendrya", "Wyckthorn", "Jorvaqil")
SITES = ("Palvenor", "Ruskadie", "Tembarosh", "Iquelmo")
TABLES = ("locations", "routes", "events", "observations", "attributes", "stock", "reports", "figures",
          "assumptions", "scenarios", "sources")  # fmt: skip


def tried(examples: int) -> settings:
    """Try a law on so many worlds, and on `HAVENWARD_LAWS` times as many where that is asked for.

    Worlds are small already; looking for a still smaller one that fails would run hundreds of forecasts.
    """
    more = int(os.environ.get("HAVENWARD_LAWS", "1"))
    return settings(max_examples=examples * more, phases=(Phase.explicit, Phase.generate))


def day(number: int) -> date:
    """Give a day of the world."""
    return START + timedelta(days=number)


def counted(number: int, persons: int, where: str = "", **changes: object) -> Observation:
    """Make a count of a day, published two days later."""
    fields: dict[str, object] = {
        "date": day(number), "date_from": None, "scope": "location" if where else "total", "location": where,
        "origin": "", "measure": "stock", "persons": persons, "households": None, "series": "registry",
        "published": day(number + 2), "source": "list",
    } | changes  # fmt: skip
    return Observation(**fields)  # type: ignore[arg-type]


def said(name: str, report: str, point: float, **changes: object) -> Figure:
    """Make a figure of people who are expected to flee."""
    fields: dict[str, object] = {
        "figure": name, "report": report, "start": None, "end": None,
        "sentence": f"Some {point:,.0f} people may flee.", "quantity_text": f"{point:,.0f}", "low": None,
        "high": None, "point": point, "quantifier": "approximately", "unit": "persons", "group": "people",
        "term": "expected_displaced", "temporality": "expected", "location": "", "origin": "",
        "destination": "", "date_expression": "", "date_from": None, "date_to": None,
        "source_attribution": name, "fact_group": name, "relation": "", "review": "accepted",
    } | changes  # fmt: skip
    return Figure(**fields)  # type: ignore[arg-type]


def told(name: str, published: date, text: str) -> Report:
    """Make a report of our own words."""
    return Report(name, "A report", "Wire", published, "https://example.org/r", "paraphrase", "list", text)


@st.composite
def crises(draw: st.DrawFn, *, counted_weeks: bool = False) -> Case:
    """Draw a crisis that has been going on for three weeks at `ORIGIN`, with every table filled."""
    n_cells, n_sites = draw(st.integers(1, 3)), draw(st.integers(2, 4))
    cells = [
        place(f"cell-{i}", "origin", name=HIDDEN[i], group=f"bank-{draw(st.integers(1, 2))}",
              population=draw(st.integers(0, 30_000)), latitude=35.5234 + 0.0321 * i,
              longitude=43.9321 + 0.0123 * i, country="XYZ", source="list")
        for i in range(n_cells)
    ]  # fmt: skip
    sites = [
        place(f"site-{i}", draw(st.sampled_from(["camp", "camp", "host"])), name=SITES[i],
              capacity=draw(st.one_of(st.none(), st.integers(0, 9_000))),
              opens=draw(st.one_of(st.none(), st.integers(0, 30).map(day))), latitude=35.6719 + 0.07 * i,
              longitude=44.1537 - 0.05 * i, admin1="North", admin2=f"District {i % 2}", country="XYZ", source="list")
        for i in range(n_sites)
    ]  # fmt: skip
    gate = place("gate", "town", name=HIDDEN[3], latitude=35.6111, longitude=43.9777, country="XYZ")
    post = place("post-5", "marker", name=HIDDEN[4], latitude=35.6333, longitude=43.8888, country="XYZ")
    km = st.integers(60, 150)
    routes = [road("post-5", "gate", draw(km))]
    routes += [road(one.location, draw(st.sampled_from(["gate", "post-5"])), draw(km)) for one in cells]
    routes += [road(draw(st.sampled_from(["gate", "post-5"])), one.location, draw(km) + 60) for one in sites]
    begins = draw(st.integers(1, 8))
    events = [event(day(begins), "operation_starts", source="list")]
    if draw(st.booleans()):
        events.append(event(day(draw(st.integers(3, 20))), "screening", location="gate",
                            value=draw(st.sampled_from([None, 800.0]))))  # fmt: skip
    if draw(st.booleans()):
        way = draw(st.sampled_from(routes))
        events.append(event(day(draw(st.integers(9, 22))), "route_closes", from_=way.from_, to=way.to))
    people = st.one_of(st.integers(0, 30), st.integers(0, 6_000))
    weeks = draw(st.sampled_from([(10, 17), (11, 18, 22)] if counted_weeks else [(), (10, 17), (11, 18, 22)]))
    counts = [counted(week, draw(people), one.location) for week in weeks for one in sites]
    counts += [counted(week, draw(people), series="ministry") for week in weeks]
    assumptions = [
        assume("battle_days", "lognormal", "days", median=float(draw(st.integers(8, 60))), sigma=0.4),
        assume("household_size", "fixed", "people per household", value=float(draw(st.sampled_from([4.0, 5.5, 6.0])))),
    ]  # fmt: skip
    figures = (said("wire", "first.txt", float(draw(st.integers(500, 20_000)))),)
    reports = (told("first.txt", day(2), figures[0].sentence),)
    return city(
        crisis="law-2020", title="A law", start=START, horizon_days=30, locations=(*cells, *sites, gate, post),
        routes=tuple(routes), events=tuple(events), observations=tuple(counts),
        attributes=tuple(attribute(one.location, "front_order", str(i + 1)) for i, one in enumerate(cells)),
        stock=(Supply("tents", sites[0].location, float(draw(st.integers(0, 900))), None, START, "list", "tents"),),
        reports=reports, figures=figures, assumptions=tuple(assumptions),
        sources=(Source("list", "A list", "Cluster", "https://example.org/l", START, "CC BY"),),
        scenarios=(Scenario("slow", "A slow advance", day(3), 0.3, "unlikely", (), (
            replace(assume("battle_days", "fixed", "days", value=90.0), published=day(3)),), ()),),
    )  # fmt: skip


@st.composite
def later_rows(draw: st.DrawFn, case: Case) -> Case:
    """Add rows to every table that were published after `ORIGIN`: new things, and new versions of old ones."""
    when = st.integers(1, 40).map(lambda more: ORIGIN + timedelta(days=more))
    some = draw(
        st.sampled_from([place.location for place in case.locations if place.kind in ("camp", "host")])
    )
    cell = next(one for one in case.locations if one.kind == "origin")
    site = next(one for one in case.locations if one.location == some)
    way, number = draw(st.sampled_from(case.routes)), draw(st.integers(0, 90_000))
    on, late = draw(st.integers(1, 50)), said("late", "later.txt", float(number + 9))
    added: dict[str, tuple[object, ...]] = {
        "sources": (Source("later", "Later list", "", "", draw(when), ""),),
        "locations": (
            replace(site, capacity=number, name="Later name", latitude=35.7, published=draw(when)),
            replace(cell, population=number, group="bank-9", published=draw(when)),
            place("later-site", "camp", name="Later Camp", capacity=number, published=draw(when), source="later",
                  latitude=35.8, longitude=43.9),
            place("later-cell", "origin", name="Later Cell", group="bank-1", population=number,
                  published=draw(when)),
        ),
        "routes": (
            replace(way, distance_km=float(draw(st.integers(60, 400))), published=draw(when)),
            replace(road("later-site", "gate", 61), published=draw(when)),
            replace(road("later-cell", "post-5", 62), published=draw(when)),
        ),
        "events": (
            event(day(on), "front_reaches", location=cell.location, published=draw(when)),
            event(day(on), "retaken", location=cell.location, published=draw(when), source="later"),
            event(day(on + 1), "route_closes", from_=way.to, to=way.from_, published=draw(when)),
            event(day(on), "capacity", location=some, value=float(number), published=draw(when)),
            event(day(on), "order_to_stay", published=draw(when)),
            event(day(2), "site_closes", location=some, published=draw(when)),
        ),
        "observations": (
            counted(draw(st.integers(3, 23)), number, some, published=draw(when)),
            counted(on, number + 1, published=max(day(on), draw(when)), series="new", source="later"),
            *(replace(row, persons=number, published=draw(when)) for row in case.observations[:2]),
        ),
        "attributes": (
            replace(attribute(cell.location, "front_order", "9"), published=draw(when)),
            replace(attribute("later-site", "opens_after_group", cell.group), published=draw(when)),
        ),
        "stock": (
            Supply("tents", some, float(number), None, draw(when), "later", "tents"),
            Supply("water_supply", "", float(number), None, draw(when), "", "litres per day"),
        ),
        "reports": (told("later.txt", draw(when), late.sentence),),
        "figures": (late,),
        "assumptions": (
            replace(assume("battle_days", "fixed", "days", value=float(on)), published=draw(when)),
            replace(assume("contact_hazard", "fixed", "per day", value=0.5), published=draw(when)),
            replace(assume("displaced_total", "fixed", "persons", value=float(number)), published=draw(when)),
        ),
        "scenarios": (
            replace(case.scenarios[0], title="Later title", published=draw(when)),
            Scenario("later", "Later", draw(when), 0.5, "likely", (), (), ()),
        ),
    }  # fmt: skip
    return replace(case, **{name: getattr(case, name) + rows for name, rows in added.items()})


def contents(folder: Path, but: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Read every file of a folder; logs say when and on which machine, so they stay outside of the laws."""
    left_out = ("run.log", "release-log.csv", *but)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in left_out
    }


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Name the files in which two folders differ."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
