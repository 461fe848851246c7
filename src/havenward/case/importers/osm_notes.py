"""What a person should know after an import of roads: what was left out, is uncertain, or could be added."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from havenward.case.importers.osm_box import name_some
from havenward.case.importers.osm_links import find_groups
from havenward.case.importers.osm_roads import PLACES
from havenward.case.importers.osm_ways import AIR_FACTOR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from havenward.case.importers.osm_roads import Box, Extract, Roads, Settlement
    from havenward.case.importers.osm_ways import Link, Ways
    from havenward.records import Location

MAX_GROUPS = 4  # parts that a note lists


def note_file(extract: Extract, roads: Roads) -> list[str]:
    """Say what the file holds, and what of it was left out."""
    ways = int(roads.first.sum())
    notes = [
        f"Roads: {ways:,} of {len(extract.uses):,} ways lie around the case, {roads.km.sum():,.0f} km in all."
    ]
    if roads.missing:
        notes.append(
            f"Ways refer to {roads.missing:,} nodes that the file lacks, as in extracts that were cut at a "
            "border; roads end there."
        )
    if extract.twice:
        notes.append(f"{extract.twice:,} ways are in the file more than once; the first of each was taken.")
    return notes


def note_reach(
    places: Sequence[Location],
    ways: Ways,
    links: Sequence[Link],
    straight: Sequence[Link],
    settings: Mapping[str, Any],
) -> list[str]:
    """Say how places are linked, which ones by a straight line, and which hang together with no other."""
    modes = Counter(link.mode for link in links)
    said = ", ".join(f"{modes[mode]:,} by {mode}" for mode in ("road", "ferry", "foot") if modes[mode])
    notes = [f"Routes by the network of OpenStreetMap: {said or 'none'}."]
    far = [
        place.location
        for place, drive, walk in zip(places, ways.drive[1].node, ways.walk[1].node, strict=False)
        if drive < 0 and walk < 0
    ]
    if far:
        notes.append(
            f"No road within {settings['snap_km']:g} km (snap_km): {name_some(far)}. "
            "Check the coordinates, or allow more."
        )
    if straight:
        linked = {row for link in links for row in link[:2]}
        ends = sorted({places[row].location for link in straight for row in link[:2] if row not in linked})
        notes.append(
            f"{len(straight)} routes are straight lines, {AIR_FACTOR:g} times the air line and on foot, as "
            f"no road leads to {name_some(ends)}. The attribute route_quality marks them; replace them by "
            "what is known on the ground."
        )
    groups = find_groups(len(places), [link[:2] for link in (*links, *straight)])
    if len(groups) > 1:
        parts = "; ".join(
            name_some([places[row].location for row in group]) for group in groups[1 : MAX_GROUPS + 1]
        )
        more = f"; and {len(groups) - 1 - MAX_GROUPS} more" if len(groups) > MAX_GROUPS + 1 else ""
        notes.append(
            f"No route joins these to the other places: {parts}{more}. A border, a river without a bridge, "
            f"or ways longer than {settings['max_km']:g} km (max_km) may part them."
        )
    return notes


def note_namesakes(namesakes: Sequence[tuple[Location, Settlement, float]]) -> list[str]:
    """Say which locations lie far from every settlement of their name."""
    return [
        f"{place.location}: the nearest settlement called '{town.name}' lies {km:,.0f} km away, at latitude "
        f"{town.latitude:.4f}, longitude {town.longitude:.4f}. Check its coordinates."
        for place, town, km in namesakes
    ]


def note_towns(extract: Extract, box: Box, towns: Sequence[Settlement], *, added: bool) -> list[str]:
    """Say which settlements there are, and which of them lie on a way and are no location of the case."""
    inside = Counter(
        place.kind
        for place in extract.settlements
        if box.west <= place.longitude <= box.east and box.south <= place.latitude <= box.north
    )
    if not inside:
        return []
    kinds = ", ".join(f"{inside[kind]:,} of kind {kind}" for kind in PLACES if inside[kind])
    notes = [f"Settlements around the case: {kinds}."]
    names = name_some([town.latin_name for town in towns], 10)
    if towns and added:
        notes.append(
            f"{len(towns)} cities and towns on the routes were drafted as locations of kind town: {names}. "
            "They count as links of the way, so people may know of fewer places behind them; remove or "
            "correct what does not fit."
        )
    elif towns:
        notes.append(
            f"{len(towns)} cities and towns lie on the routes and are no location of the case: {names}. "
            "With add_towns = true in a settings file they are drafted as locations of kind town."
        )
    return notes
