"""What each audience may see: reads the one table that decides it, and reduces positions to it."""

from __future__ import annotations

import csv
import io
from importlib import resources
from math import floor
from typing import NamedTuple

from havenward.words import Words

TABLE = "audience_rules.csv"
GRID_DEGREES = 0.1  # about 11 km from south to north

# The only assumptions that others than the team may see: totals of the whole case, and what is said of
# receiving places. What is not listed is withheld, so a name that a rule set invents stays inside.
SHOWN_ASSUMPTIONS = (
    "population_at_risk",
    "displaced_total",
    "release_fraction",
    "distance_exponent",
    "host_attraction",
    "destination_*",
    "return_rate",
    "onward_rate",
    "walking_share",
    "crowding",
    "ready_places",
    "opening_caseload",
    "count_multiplier",
    "*_coverage",
    "household_size",
)
# ... and with the key of a receiving place after the point
SHOWN_OF_PLACES = ("capacity", "opening_caseload", "destination_*")
ARMED_TERMS = ("forces", "fighters", "trapped")


class Rule(NamedTuple):
    """A kind of thing, who may see it, and what it is called where it is withheld (in English)."""

    kind: str
    public: bool
    partner: bool
    team: bool
    words: str


def _read_rules() -> tuple[Rule, ...]:
    text = (resources.files("havenward") / "tables" / TABLE).read_text(encoding="utf-8")
    words = Words("en")
    return tuple(
        Rule(
            row["kind"],
            row["public"] == "yes",
            row["partner"] == "yes",
            row["team"] == "yes",
            words.say(f"rule_{row['kind']}"),
        )
        for row in csv.DictReader(io.StringIO(text))
    )


RULES = _read_rules()  # a constant of the package; what is not in it is refused by `allows`
_BY_KIND = {rule.kind: rule for rule in RULES}


def allows(audience: str, kind: str) -> bool:
    """Tell whether an audience may see a kind of thing (a row of the table)."""
    return bool(getattr(_BY_KIND[kind], audience))


def withheld_words(audience: str, language: str = "en") -> tuple[str, ...]:
    """List in words what is held back from an audience."""
    words = Words(language)
    return tuple(words.say(f"rule_{rule.kind}") for rule in RULES if not getattr(rule, audience))


class Position(NamedTuple):
    """Where a product says that a place is; `precision` is `exact`, `coarse` or `none`.

    The words for it are the phrase `position_` and the precision.
    """

    latitude: float | None
    longitude: float | None
    precision: str


def coarsen(latitude: float | None, longitude: float | None, audience: str) -> Position:
    """Give the position of a place as an audience may see it; every product takes it from here.

    Parameters
    ----------
    latitude, longitude
        In degrees, WGS 84; None where not known.
    audience
        The public gets the centre of a cell of `GRID_DEGREES`, so that a point stands for every place in the
        cell and nothing finer can be worked out from it; others get the position as it is.
    """
    if latitude is None or longitude is None:
        return Position(None, None, "none")
    if allows(audience, "positions"):
        return Position(latitude, longitude, "exact")
    return Position(cell_centre(latitude), cell_centre(longitude), "coarse")


def cell_centre(degrees: float) -> float:
    """Give the middle of the cell that a latitude or longitude lies in; its lower border belongs to it."""
    per_degree = round(1 / GRID_DEGREES)
    return (floor(degrees * per_degree + 1e-9) + 0.5) / per_degree
