"""What a source gives to a case, whatever its format: rows of its tables, and what found no place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from havenward.records import Attribute, Event, Location, Observation, Route, Source, Supply


@dataclass(frozen=True)
class Unplaced:
    """A place of the source that the case does not have, and what it may be.

    Parameters
    ----------
    name, pcode
        As the source writes them.
    rows
        Rows that were left out because of it.
    suggestions
        Locations of the case with similar names, best first.
    """

    name: str
    pcode: str
    rows: int
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Imported:
    """What one source gives to a case.

    Parameters
    ----------
    source
        The source that every row below names.
    locations, routes, events, observations, attributes, stock
        Rows as the case's tables hold them. How good a value is stands in `attributes` (for example
        `coordinates` or `population` with the value `centroid of the area`).
    boundaries
        Outlines for maps: GeoJSON text of polygons in longitude and latitude, already simplified; empty
        where the source holds none.
    unplaced
        Places that found none in the case.
    notes
        What a person should know, in whole sentences: fuzzy matches taken, rows left out and why, doubts
        about units.
    files
        Whole text files to write into the case folder, by their path in it with `/` (for example
        `forecasts_of_others/MODEL.csv`); an import with the same source and path replaces its file.
    """

    source: Source
    locations: tuple[Location, ...] = ()
    routes: tuple[Route, ...] = ()
    events: tuple[Event, ...] = ()
    observations: tuple[Observation, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    stock: tuple[Supply, ...] = ()
    boundaries: str = ""
    unplaced: tuple[Unplaced, ...] = ()
    notes: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
