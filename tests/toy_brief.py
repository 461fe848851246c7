"""A small crisis with a run whose numbers are known: what the tests of needs and briefs stand on."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from havenward.distributions import Distribution
from havenward.records import (
    QUANTILE_LEVELS,
    Assumption,
    Attribute,
    Case,
    Event,
    Figure,
    Location,
    Observation,
    Report,
    Route,
    Source,
)
from havenward.runs import Run, begin_run, write_run

ORIGIN = date(2016, 10, 16)
PUBLISHED = date(2016, 9, 1)
HIDDEN = (
    "old_town_1",
    "Old Town north",
    "old_town_2",
    "Old Town south",
    "river_gate",
    "River Gate",
    "mile_9",
    "Mile Nine",
)
HOSTILE = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://bad.example","x")'


def toy_case(**changes: object) -> Case:
    """Build a case of two origins, a gate, a marker and five receiving places."""
    row = {
        "admin1": "North",
        "admin2": "Lake district",
        "country": "IRQ",
        "group": "",
        "population": None,
        "capacity": None,
        "opens": None,
        "closes": None,
        "published": PUBLISHED,
        "source": "list",
    }

    def place(
        key: str, name: str, kind: str, latitude: float | None, longitude: float | None, **other: object
    ) -> Location:
        return Location(
            location=key,
            name=name,
            pcode=f"0{len(key)}12",
            kind=kind,
            latitude=latitude,
            longitude=longitude,
            **{**row, **other},
        )

    locations = (
        place(
            "old_town_1",
            "Old Town north",
            "origin",
            36.3571,
            43.1271,
            admin2="",
            group="west",
            population=300_000,
        ),
        place(
            "old_town_2",
            "Old Town south",
            "origin",
            36.3331,
            43.1331,
            admin2="",
            group="west",
            population=200_000,
        ),
        place("river_gate", "River Gate", "town", 36.2917, 43.2917),
        place("mile_9", "Mile Nine", "marker", 36.2519, 43.2519),
        place("camp_a", "Hill Camp", "camp", 36.30, 43.55, capacity=12_000),
        place("camp_b", "Lake Camp 1", "camp", 36.10, 43.30),
        place("camp_c", "Lake Camp 2", "camp", 36.10, 43.30),
        place("tiny", FORMULA, "camp", None, None, capacity=500),
        place("city", f"Market City {HOSTILE}", "host", 36.19, 44.01),
    )
    figures = (
        figure(
            "f_half",
            "minister.txt",
            "The minister expects at least half a million people to flee.",
            low=500_000,
            quantifier="at_least",
            fact_group="minister",
        ),
        figure(
            "f_million",
            "cross.txt",
            "Up to one million people could be displaced.",
            high=1_000_000,
            quantifier="up_to",
            fact_group="aid",
        ),
        figure(
            "f_plan", "cross.txt", "Aid agencies plan for 700,000 people.", point=700_000, fact_group="aid"
        ),
        figure("f_fight", "minister.txt", "Fighters are put at 7,654.", point=7_654, term="fighters"),
        figure("f_gate", "cross.txt", "Some 3,210 people wait at River-Gate.", point=3_210, term="displaced"),
        figure("f_bad", "cross.txt", f"{HOSTILE} 123,000 need water.", point=123_000, term="in_need"),
    )
    fields = {
        "title": "Toy crisis",
        "crisis": "toy",
        "country": "IRQ",
        "start": date(2016, 10, 1),
        "horizon_days": 120,
        "rules": "havenward",
        "residents_held": True,
        "front_by_cell": False,
        "publication_lag_days": 3,
        "audience": "public",
        "suppress_below": 10,
        "locations": locations,
        "routes": (
            Route("old_town_1", "river_gate", 20.0, "road", PUBLISHED, "list"),
            Route("river_gate", "camp_a", 30.0, "road", PUBLISHED, "list"),
        ),
        "events": (Event(date(2016, 11, 1), "screening", "river_gate", "", "", 5000.0, PUBLISHED, "list"),),
        "observations": (
            Observation(
                date(2016, 10, 10),
                None,
                "total",
                "",
                "",
                "stock",
                4_200,
                None,
                "tracking",
                date(2016, 10, 12),
                "dtm",
            ),
            Observation(
                date(2016, 11, 12),
                None,
                "total",
                "",
                "",
                "stock",
                41_000,
                None,
                "tracking",
                date(2016, 11, 15),
                "dtm",
            ),
            Observation(
                date(2016, 12, 12),
                None,
                "total",
                "",
                "",
                "stock",
                99_000,
                None,
                "tracking",
                date(2016, 12, 15),
                "dtm",
            ),
            Observation(
                date(2017, 1, 12),
                None,
                "total",
                "",
                "",
                "stock",
                150_000,
                None,
                "tracking",
                date(2017, 1, 15),
                "dtm",
            ),
            Observation(
                date(2017, 2, 5),
                None,
                "total",
                "",
                "",
                "stock",
                400_000,
                None,
                "tracking",
                date(2017, 2, 7),
                "dtm",
            ),
            Observation(
                date(2016, 12, 12),
                None,
                "total",
                "",
                "",
                "cumulative_displaced",
                140_000,
                None,
                "ministry",
                date(2016, 12, 15),
                "dtm",
            ),
        ),
        "attributes": (Attribute("camp_b", "", "", "coordinates", "approximate", PUBLISHED, "list"),),
        "figures": figures,
        "sources": (
            Source("list", "List of sites", "Cluster", "https://example.org/list", PUBLISHED, "CC BY"),
            Source("dtm", f"Tracking {HOSTILE}", "IOM", "javascript:alert(1)", PUBLISHED, ""),
            Source("gate", "Notes on River Gate", "NGO", "https://example.org/river-gate", PUBLISHED, ""),
        ),
        "reports": (
            Report(
                "minister.txt",
                "Interview",
                "Daily",
                date(2016, 7, 31),
                "https://example.org/1",
                "paraphrase",
                "list",
                "",
            ),
            Report(
                "cross.txt",
                "Appeal",
                "Agency",
                date(2016, 8, 15),
                "https://example.org/2",
                "original",
                "dtm",
                "",
            ),
            Report(
                "late.txt",
                "Later",
                "Agency",
                date(2017, 8, 15),
                "https://example.org/3",
                "original",
                "dtm",
                "",
            ),
        ),
        "assumptions": (
            assumption(
                "displaced_total",
                "persons",
                "Pooled from what reports expected.",
                figures=("f_half", "f_million"),
                basis="figures",
            ),
            assumption("operation_start", "days after", "Nobody has said when.", after=ORIGIN),
            assumption("ready_places", "persons", "Places near River Gate that are ready."),
            assumption("group_share.west", "share", "Equal cells."),
            assumption("opening_caseload", "persons", "Earlier displaced people."),
        ),
    }
    return Case(**{**fields, **changes})


def figure(name: str, report: str, sentence: str, **other: object) -> Figure:
    """Build a figure with few columns filled."""
    fields = {
        "start": None,
        "end": None,
        "quantity_text": "some",
        "low": None,
        "high": None,
        "point": None,
        "quantifier": "exact",
        "unit": "persons",
        "group": "",
        "term": "expected_displaced",
        "temporality": "expected",
        "location": "",
        "origin": "",
        "destination": "",
        "date_expression": "",
        "date_from": None,
        "date_to": None,
        "source_attribution": "",
        "fact_group": "",
        "relation": "",
        "review": "open",
    }
    return Figure(figure=name, report=report, sentence=sentence, **{**fields, **other})


def assumption(name: str, unit: str, reason: str, **other: object) -> Assumption:
    """Build an assumption."""
    shape = Distribution("uniform", {"low": 1.0, "high": 2.0})
    return Assumption(
        name=name,
        published=PUBLISHED,
        distribution=shape,
        unit=unit,
        reason=reason,
        sources=("list",),
        **other,
    )


def toy_run(
    folder: Path,
    case: Case,
    members: int = 200,
    horizon: int = 120,
    origin: date = ORIGIN,
    *,
    even: bool = True,
    before: int = 0,
    bare: bool = False,
    extra: dict[str, float] | None = None,
    **about: object,
) -> Run:
    """Write a run in which people arrive along a curve whose height members draw.

    It may begin some days before the origin date, be bare of draws (as runs of Flee's rules are), hold extra
    draws that are the same in every member, and say something else about itself.
    """
    rng = np.random.default_rng(7)
    horizon += before
    keys = sorted({row.location for row in case.locations})
    share = {"camp_a": 0.08, "camp_b": 0.05, "camp_c": 0.03, "tiny": 0.00003, "city": 0.2}
    days = [origin + timedelta(days=n + 1 - before) for n in range(horizon)]
    scale = rng.lognormal(np.log(400_000), 0.5, members)
    begin = rng.integers(5, 40, members)
    curve = 1 / (1 + np.exp(-(np.arange(horizon)[None, :] - begin[:, None] - 25) / 9))
    displaced = (scale[:, None] * curve).astype(np.int32)
    stocks = {}
    for key in keys:
        kind = next(row.kind for row in case.locations if row.location == key)
        opening = 6_000 if key == "city" else 0
        stocks[key] = (
            (displaced * share.get(key, 0.0)).astype(np.int32) + opening
            if kind in ("camp", "host")
            else (300_000 - displaced * 0.4).clip(0).astype(np.int32)
            if kind == "origin"
            else (displaced * 0.01).astype(np.int32)
        )
    stocks["total"] = displaced
    names = [*keys, "total"]
    cube = np.stack([stocks[name] for name in names], axis=2)
    arrivals = np.diff(cube, axis=1, prepend=cube[:, :1]).clip(0)
    size = members * horizon * len(names)
    table = pl.DataFrame(
        {
            "member": np.repeat(np.arange(members, dtype=np.int32), horizon * len(names)),
            "date": pl.Series(days * 1, dtype=pl.Date).to_numpy()[
                np.tile(np.repeat(np.arange(horizon), len(names)), members)
            ],
            "location": np.tile(np.array(names), members * horizon),
            "stock": cube.reshape(size),
            "arrivals": arrivals.reshape(size),
            "departures": np.zeros(size, np.int32),
        }
    ).with_columns(pl.col("date").cast(pl.Date))
    weights = np.full(members, 1 / members) if even else rng.dirichlet(np.ones(members))
    targets = {("stock", name): stocks[name] for name in names} | {
        ("displaced_total", "total"): displaced,
        ("remaining", "total"): 500_000 - displaced.clip(0, 500_000),
    }
    if not bare:
        targets["counted_displaced", "total"] = (displaced * 0.7).astype(np.int32)
    forecast = forecast_rows(
        origin, days[before:], {key: values[:, before:] for key, values in targets.items()}, weights
    )
    draws = {
        "displaced_total": scale,
        "operation_start": begin.astype(float),
        "ready_places": scale / 20,
        "capacity.camp_b": rng.uniform(8_000, 30_000, members),
        "capacity.river_gate": scale / 100,
        "group_share.west": rng.uniform(0, 1, members),
        "opening_caseload": np.full(members, 6_000.0),
        "opening_caseload.city": np.full(members, 6_000.0),
        "front_shape": np.ones(members),
    } | {name: np.full(members, value) for name, value in (extra or {}).items()}
    if bare:
        draws = {}
    assumptions = pl.DataFrame(
        {
            "name": np.repeat(sorted(draws), members),
            "member": np.tile(np.arange(members, dtype=np.int32), len(draws)),
            "value": np.concatenate([np.zeros(0), *(draws[name] for name in sorted(draws))]),
        },
        schema={"name": pl.String, "member": pl.Int32, "value": pl.Float64},
    )
    meta = {
        "package_version": "0.1.0",
        "case": "toy",
        "title": case.title,
        "track": "C",
        "scenario": "",
        "case_hash": "0" * 64,
        "origin_date": origin.isoformat(),
        "first_date": days[0].isoformat(),
        "last_date": days[-1].isoformat(),
        "horizon_days": horizon,
        "seed": 1,
        "members": members,
        "rules": "havenward",
        "priors": "time-ordered",
    } | about
    tables = {
        "members": table,
        "forecast": forecast,
        "assumptions": assumptions,
        "members_weights": pl.DataFrame({"member": np.arange(members, dtype=np.int32), "weight": weights}),
    }
    with begin_run(folder, replace=True) as draft:
        return write_run(draft, meta, tables, lambda path: path.mkdir(), lambda _: "a card\n", {})


def forecast_rows(
    origin: date, days: list[date], values: dict[tuple[str, str], np.ndarray], weights: np.ndarray
) -> pl.DataFrame:
    """Write quantiles as the forecast table holds them."""
    parts = []
    for (target, location), stock in values.items():
        order = np.argsort(stock, axis=0, kind="stable")
        cumulated = np.cumsum(weights[order], axis=0)
        ordered = np.take_along_axis(stock, order, axis=0)
        for level in QUANTILE_LEVELS:
            at = np.argmax(cumulated >= level - 1e-9, axis=0)[None]
            parts.append(
                pl.DataFrame(
                    {
                        "origin_date": [origin] * len(days),
                        "target": target,
                        "horizon": np.arange(1, len(days) + 1),
                        "target_end_date": days,
                        "location": location,
                        "output_type": "quantile",
                        "output_type_id": f"{level:g}",
                        "value": np.take_along_axis(ordered, at, axis=0)[0].astype(float),
                    }
                )
            )
    return pl.concat(parts)
