"""What a brief holds: every number and word of it, already reduced to what its audience may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from havenward.brief.release import Guard
    from havenward.records import Standard


@dataclass(frozen=True)
class Amount:
    """A range: 5, 50 and 95 % quantiles; None where the value is too small to be shown."""

    low: float | None
    central: float | None
    high: float | None

    @property
    def suppressed(self) -> bool:
        """Whether any of the three values is held back."""
        return None in {self.low, self.central, self.high}


@dataclass(frozen=True)
class Fan:
    """A forecast over time; one entry per date in each of the five quantiles."""

    dates: tuple[dt.date, ...]
    q05: tuple[float, ...]
    q25: tuple[float, ...]
    q50: tuple[float, ...]
    q75: tuple[float, ...]
    q95: tuple[float, ...]


@dataclass(frozen=True)
class Count:
    """Something that was counted: a dot beside a forecast."""

    date: dt.date
    persons: int
    series: str
    published: dt.date


@dataclass(frozen=True)
class Note:
    """A footnote mark and the row of the page that it leads to."""

    mark: str
    anchor: str


@dataclass(frozen=True)
class Headline:
    """One of the four big numbers."""

    label: str
    amount: Amount
    unit: str
    day: dt.date
    lines: tuple[str, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Limit:
    """How many people a site can take from a day on; `basis` is `published` or `assumed`."""

    since: dt.date
    persons: Amount
    basis: str


@dataclass(frozen=True)
class Place:
    """A place and what is said about it.

    Parameters
    ----------
    people, over
        People there on each key day, and people over capacity on those on which there is a limit.
    capacity, capacity_basis
        What holds on the focal day (before the first limit: that one), and whether it is `published`,
        `assumed` or `none`.
    limits
        Every capacity with the day from which it holds.
    closes
        First day on which nobody is received any more.
    chance_over
        Probability that people exceed capacity on any day after the origin date; None without a limit.
    first_likely
        First day with a probability above one half; None where there is no such day.
    from_counts
        Whether the people there are forecast from the place's own counts, as long as that reaches.
    jump
        Where the forecast begins away from the last count: the sentence that says so, and why.
    """

    location: str
    name: str
    pcode: str
    kind: str
    admin1: str
    admin2: str
    country: str
    latitude: float | None
    longitude: float | None
    approximate: bool
    fan: Fan
    people: tuple[tuple[dt.date, Amount], ...]
    capacity: Amount | None = None
    capacity_basis: str = "none"
    limits: tuple[Limit, ...] = ()
    closes: dt.date | None = None
    over: tuple[tuple[dt.date, Amount], ...] = ()
    chance_over: float | None = None
    first_likely: dt.date | None = None
    counts: tuple[Count, ...] = ()
    from_counts: bool = False
    jump: str = ""

    def on(self, day: dt.date) -> Amount:
        """Give the people on a key day."""
        return dict(self.people)[day]

    def over_on(self, day: dt.date) -> Amount | None:
        """Give the people over capacity on a key day; None without a limit."""
        return dict(self.over).get(day)

    def limit_on(self, day: dt.date) -> Limit | None:
        """Give the capacity that holds on a day; None where there is none yet, or the site is closed."""
        if self.closes is not None and day >= self.closes:
            return None
        return next((limit for limit in reversed(self.limits) if limit.since <= day), None)


@dataclass(frozen=True)
class NeedRow:
    """A requirement as it may be shown; `reason` says why values are missing.

    `counted` says who `people` are: those `present`, those `present_camps`, or everybody `received` by then.
    """

    location: str
    name: str
    pcode: str
    date: dt.date
    sector: str
    item: str
    unit: str
    standard: str
    people: Amount
    amount: Amount
    reason: str
    counted: str = "present"


@dataclass(frozen=True)
class AssumptionRow:
    """An assumption as it may be shown; `mark` is what footnotes call it.

    Parameters
    ----------
    prior, posterior
        5, 50 and 95 % points of what members drew before counts and hold after them; None where counts did
        not touch it.
    level, kept
        Where the middle lies now among what was drawn before counts (0 to 1), and which share of that is
        still in range; None where counts did not touch it.
    """

    mark: str
    name: str
    unit: str
    prior: tuple[str, str, str]
    posterior: tuple[str, str, str] | None
    basis: str
    reason: str
    sources: tuple[str, ...]
    figures: tuple[str, ...]
    level: float | None = None
    kept: float | None = None


@dataclass(frozen=True)
class Lesson:
    """What counts taught about an assumption: three points before, three after, and in words."""

    mark: str
    key: str
    name: str
    unit: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Learning:
    """What a run learned from: how many counts, which places are forecast from them, and odd counts."""

    counts: int = 0
    places: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class FigureRow:
    """A figure of a report as it may be shown; `report` is the file it was read in."""

    mark: str
    figure: str
    sentence: str
    value: str
    term: str
    low: float | None
    high: float | None
    point: float | None
    speaker: str
    report_title: str
    outlet: str
    published: dt.date
    url: str
    paraphrase: bool
    fact_group: str
    relation: str
    review: str
    report: str = ""


@dataclass(frozen=True)
class Dispute:
    """Figures that speak of one thing with different values, and the sentence that says so."""

    heading: str
    words: str
    figures: tuple[FigureRow, ...]


@dataclass(frozen=True)
class SourceRow:
    """A source as it may be shown."""

    mark: str
    source: str
    title: str
    publisher: str
    url: str
    published: dt.date | None
    licence: str


@dataclass(frozen=True)
class EventRow:
    """A dated change of access; team only."""

    date: str
    kind: str
    where: str
    value: str
    published: dt.date


@dataclass(frozen=True)
class GapRow:
    """What is missing of one thing at one place on a key day, as it may be shown.

    Parameters
    ----------
    location, name, pcode
        The place; `total` for all receiving places.
    requirement, gap
        What is needed and what of it is missing, in `unit`.
    available
        What is stated to be there or to come by that day; None where nobody states anything, so that the
        gap is an upper bound.
    chance
        Probability that something is missing on that day; None where nobody states what is there.
    reason
        Why values are held back; empty where they are not.
    silent
        Of how many places nobody states anything; all that is needed there is in the gap.
    """

    location: str
    name: str
    pcode: str
    date: dt.date
    sector: str
    item: str
    unit: str
    requirement: Amount
    available: float | None
    gap: Amount
    chance: float | None
    reason: str = ""
    silent: int = 0


@dataclass(frozen=True)
class FirstShortfall:
    """The first likely shortfall of one thing at one place; at `total` of what all places share.

    Parameters
    ----------
    chance
        Probability that it is short on any day of the horizon.
    first_likely
        First day by which it is likelier than not to have been short; None where there is none.
    missing
        On the worst day: with even chances, and with 8 and 19 (of 20) chances not more than this.
    """

    location: str
    name: str
    item: str
    unit: str
    chance: float
    first_likely: dt.date | None
    missing: tuple[float | None, float | None, float | None]


@dataclass(frozen=True)
class ScenarioRow:
    """A named variation of the case, or (with an empty name) the case as it stands.

    Parameters
    ----------
    likelihood
        As the case judges it; of the case as it stands, what the others leave to one. None where nobody says.
    triggers
        What would be seen first.
    chosen
        Whether the numbers are those of this one.
    """

    name: str
    title: str
    likelihood: float | None
    words: str
    triggers: tuple[str, ...]
    chosen: bool


@dataclass(frozen=True)
class Change:
    """A number of the last brief beside the same number now, and what new material stands behind it."""

    label: str
    day: dt.date
    before: Amount
    now: Amount
    unit: str
    words: str


@dataclass(frozen=True)
class Quantiles:
    """A target at a place over time at every level of `QUANTILE_LEVELS`; None where it may not be shown.

    Parameters
    ----------
    values
        A row per date, in the order of the levels.
    """

    target: str
    location: str
    dates: tuple[dt.date, ...]
    values: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True)
class Brief:
    """Everything that is handed over for one run and one audience."""

    title: str
    crisis: str
    country: str
    audience: str
    suppress_below: int
    origin_date: dt.date
    last_date: dt.date
    valid_until: dt.date
    focal_day: dt.date
    key_days: tuple[dt.date, ...]
    track: str
    scenario: str
    rules: str
    priors: str
    members: int
    seed: int
    package_version: str
    case_hash: str
    lead: str
    headlines: tuple[Headline, ...]
    total: Fan
    total_people: tuple[tuple[dt.date, Amount], ...]
    total_counts: tuple[Count, ...]
    received: tuple[tuple[dt.date, Amount], ...]
    places: tuple[Place, ...]
    gates: tuple[Place, ...]
    origins: tuple[Place, ...]
    displaced_total: tuple[tuple[dt.date, Amount], ...]
    remaining: tuple[tuple[dt.date, Amount], ...]
    needs: tuple[NeedRow, ...]
    standards: tuple[Standard, ...]
    household_size: float
    assumptions: tuple[AssumptionRow, ...]
    figures: tuple[FigureRow, ...]
    disputes: tuple[Dispute, ...]
    learning: Learning
    lessons: tuple[Lesson, ...]
    sources: tuple[SourceRow, ...]
    events: tuple[EventRow, ...]
    unknown: tuple[str, ...]
    withheld: tuple[str, ...]
    guard: Guard = field(repr=False)
    language: str = "en"
    hxl: bool = False
    reason: str = ""
    previous_date: dt.date | None = None
    changes: tuple[Change, ...] = ()
    change_notes: tuple[str, ...] = ()  # what stands behind all changes, in words
    gaps: tuple[GapRow, ...] = ()
    shortfalls: tuple[FirstShortfall, ...] = ()
    scenarios: tuple[ScenarioRow, ...] = ()
    signs: tuple[str, ...] = ()
    planned: tuple[FigureRow, ...] = ()  # what reports expected by the origin date, for bars beside it
    boundaries: str = field(default="", repr=False)  # GeoJSON of the outlines that maps show
    quantiles: tuple[Quantiles, ...] = field(default=(), repr=False)
