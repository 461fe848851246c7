"""What travels between stages: the crisis as data, what members drew and did, and what is needed.

Every record is frozen. The tables of a case are rows of one class per file; the columns of each file are
defined once, in `tables/*.csv`, and an architecture test holds the two together. A column whose name is a
Python keyword carries an underscore here (`from` is `from_`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from havenward.distributions import Distribution

SCHEMA_VERSION = 3  # of run folders; `migrations.py` says what each number stands for

RECEIVING_KINDS = ("camp", "host")
# events that say when movement begins, and events whose date must be a day and no assumption, because they
# change the map or order people
START_KINDS = ("operation_starts", "front_reaches", "conflict")
FIXED_DATE_KINDS = (
    "route_closes",
    "route_opens",
    "border_closes",
    "border_opens",
    "capacity",
    "screening",
    "order_to_stay",
    "order_to_leave",
)
# One war under two names: the count of a part is in that of the whole, so neither may speak for the other.
SAME_WAR = (
    frozenset({"mariupol-2022", "ukraine-2022"}),
    frozenset({"khartoum-2023", "sudan-2023"}),
)
TOTAL = "total"
BOUNDARIES_FILE = "boundaries.geojson"  # outlines of areas in a case, which maps draw and no number rests on
QUANTILE_LEVELS = (
    0.01,
    0.025,
    0.05,
    0.10,
    0.15,
    0.20,
    0.25,
    0.30,
    0.35,
    0.40,
    0.45,
    0.50,
    0.55,
    0.60,
    0.65,
    0.70,
    0.75,
    0.80,
    0.85,
    0.90,
    0.95,
    0.975,
    0.99,
)


# -- the crisis as data: one class per table -----------------------------------------------------------


@dataclass(frozen=True)
class Location:
    """A row of `locations.csv`: one place as it was known at `published`."""

    location: str
    name: str
    pcode: str
    kind: str
    latitude: float | None
    longitude: float | None
    admin1: str
    admin2: str
    country: str
    group: str
    population: int | None
    capacity: int | None
    opens: dt.date | None
    closes: dt.date | None
    published: dt.date
    source: str
    row: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Route:
    """A row of `routes.csv`: a link that can be travelled both ways."""

    from_: str
    to: str
    distance_km: float
    mode: str
    published: dt.date
    source: str
    row: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Event:
    """A row of `events.csv`; `date` is a day or the name of an assumption that gives one."""

    date: dt.date | str
    kind: str
    location: str
    from_: str
    to: str
    value: float | None
    published: dt.date
    source: str
    row: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Observation:
    """A row of `observations.csv`: a count, never an interpolation."""

    date: dt.date
    date_from: dt.date | None
    scope: str
    location: str
    origin: str
    measure: str
    persons: int | None
    households: int | None
    series: str
    published: dt.date
    source: str
    row: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Attribute:
    """A row of `attributes.csv`: a named property that the other tables have no column for."""

    location: str
    from_: str
    to: str
    key: str
    value: str
    published: dt.date | None
    source: str
    row: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Supply:
    """A row of `stock.csv`: what is there or on its way."""

    item: str
    location: str
    quantity: float
    available_from: dt.date | None
    published: dt.date
    source: str
    unit: str = ""
    lead_time_days: float | None = None
    row: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Figure:
    """A row of `figures.csv`: one quantity as a report states it."""

    figure: str
    report: str
    start: int | None
    end: int | None
    sentence: str
    quantity_text: str
    low: float | None
    high: float | None
    point: float | None
    quantifier: str
    unit: str
    group: str
    term: str
    temporality: str
    location: str
    origin: str
    destination: str
    date_expression: str
    date_from: dt.date | None
    date_to: dt.date | None
    source_attribution: str
    fact_group: str
    relation: str
    review: str
    row: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Source:
    """A row of `sources.csv`."""

    source: str
    title: str
    publisher: str
    url: str
    published: dt.date | None
    licence: str
    row: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Report:
    """A file of `reports/`: header and text; `report` is the file name."""

    report: str
    title: str
    outlet: str
    published: dt.date
    url: str
    kind: str
    source: str
    text: str


@dataclass(frozen=True)
class Assumption:
    """An uncertain input.

    `distribution` is None where `pool_term` asks for the figures of the reports to be pooled; pooling
    (`case/assumptions.py`) replaces it by a mixture. `below` names the assumption that it cannot exceed.
    `basis` says where it comes from: `case` (written by the user), `figures` (pooled), `past crises` (a
    prior set) or `convention` (a stated default).
    """

    name: str
    published: dt.date
    distribution: Distribution | None
    unit: str
    reason: str
    sources: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    after: dt.date | None = None
    pool_term: str = ""
    pool_places: tuple[str, ...] = ()
    below: str = ""
    basis: str = "case"


@dataclass(frozen=True)
class Scenario:
    """A named variation of the case: assumptions it replaces and events it adds."""

    name: str
    title: str
    published: dt.date
    likelihood: float | None
    words: str
    triggers: tuple[str, ...]
    assumptions: tuple[Assumption, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Case:
    """A crisis as data.

    Holds every published version of every row, sorted as in the files, until `as_of` narrows it; `known`
    is the date that it was narrowed to, None for the whole case.
    """

    title: str
    crisis: str
    country: str
    start: dt.date
    horizon_days: int
    rules: str
    residents_held: bool
    front_by_cell: bool
    publication_lag_days: int
    audience: str
    suppress_below: int
    locations: tuple[Location, ...] = ()
    routes: tuple[Route, ...] = ()
    events: tuple[Event, ...] = ()
    observations: tuple[Observation, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    stock: tuple[Supply, ...] = ()
    figures: tuple[Figure, ...] = ()
    sources: tuple[Source, ...] = ()
    reports: tuple[Report, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    known: dt.date | None = None
    folder: Path | None = field(default=None, compare=False)


# -- what members drew and did ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Ensemble:
    """What every member drew and did.

    Parameters
    ----------
    locations
        Keys in sorted order; the last axis of the three arrays by location.
    first_date
        First simulated day; index 0 of the day axis is the state at its end.
    stock, arrivals, departures
        People, shape (member, day, location), int32. At origins the stock is the people who are there
        (never left, or back); at gates it is the people waiting.
    displaced, newly_displaced, returned
        Whole case, shape (member, day), int32: people displaced by this crisis at the end of the day (on
        the way, waiting or received; not the opening caseload), those who left that day, those who came
        back that day.
    opening
        People displaced earlier who are at each location already, shape (member, location).
    draws
        What each member drew for each assumption, each of shape (member,).
    weights
        Shape (member,), summing to one.
    """

    locations: tuple[str, ...]
    first_date: dt.date
    stock: NDArray[np.int32]
    arrivals: NDArray[np.int32]
    departures: NDArray[np.int32]
    displaced: NDArray[np.int32]
    newly_displaced: NDArray[np.int32]
    returned: NDArray[np.int32]
    opening: NDArray[np.int32]
    draws: Mapping[str, NDArray[np.float64]]
    weights: NDArray[np.float64]

    def at(self, place: int) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """Give stock, arrivals and departures of the place with this index, each of shape (member, day)."""
        return self.stock[:, :, place], self.arrivals[:, :, place], self.departures[:, :, place]


class Members(Protocol):
    """What every member drew and did, wherever it is held; attributes as in `Ensemble`.

    What happened at the places is given one place at a time, so that it need not stand in memory.
    """

    @property
    def locations(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def first_date(self) -> dt.date: ...  # noqa: D102
    @property
    def displaced(self) -> NDArray[np.int32]: ...  # noqa: D102
    @property
    def newly_displaced(self) -> NDArray[np.int32]: ...  # noqa: D102
    @property
    def returned(self) -> NDArray[np.int32]: ...  # noqa: D102
    @property
    def opening(self) -> NDArray[np.int32]: ...  # noqa: D102
    @property
    def draws(self) -> Mapping[str, NDArray[np.float64]]: ...  # noqa: D102
    @property
    def weights(self) -> NDArray[np.float64]: ...  # noqa: D102

    def at(self, place: int) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """Give stock, arrivals and departures of the place with this index, each of shape (member, day)."""
        ...


# -- what is needed, and what was said beside what was counted -------------------------------------------


@dataclass(frozen=True)
class Need:
    """A requirement of one place (or `total`) on one day: low, central and high as 5, 50, 95 % quantiles.

    `people_*` are the people it is for; `standard` is the row of the standards table it rests on.
    """

    location: str
    date: dt.date
    sector: str
    item: str
    unit: str
    people_low: int
    people_central: int
    people_high: int
    low: float
    central: float
    high: float
    standard: str


@dataclass(frozen=True)
class Standard:
    """A row of the standards table: how much of an item a number of people needs.

    `quantity` units are needed for every `people` persons, or for every `people` households where `per`
    is `household`, every `people` of a group of the population, or every `people` sites. `whole` items are
    counted in whole pieces, rounded up at every place. Rows of one `indicator` say how much of the same
    thing; a profile picks one. `use` is `lasting` (serves who is present), `handed_out` (goes with those
    who received it) or `consumed` (a rate). `places` is `camp` where only camps need it, else `all`;
    `season` is `winter` where it counts in the cold months only.
    """

    standard: str
    sector: str
    item: str
    quantity: float
    unit: str
    people: float
    whole: bool
    phase: str
    title: str
    section: str
    url: str
    read_level: str
    note: str
    per: str = "person"
    indicator: str = ""
    low: float | None = None
    high: float | None = None
    use: str = "lasting"
    places: str = "all"
    season: str = ""
    edition: str = ""
