"""What the tags of an OpenStreetMap way say: who may use it, which way, how fast, and what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

# Free driving speeds in km/h by class of road. Our convention, in round numbers near those that the car
# profile of OSRM plans with (github.com/Project-OSRM/osrm-backend, profiles/car.lua).
# A way that is not listed here or below (construction, raceway, corridor) is used by nobody.
SPEED_KMH: Mapping[str, float] = {
    "motorway": 90,
    "motorway_link": 60,
    "trunk": 80,
    "trunk_link": 50,
    "primary": 65,
    "primary_link": 45,
    "secondary": 55,
    "secondary_link": 40,
    "tertiary": 40,
    "tertiary_link": 30,
    "unclassified": 30,
    "residential": 25,
    "road": 25,
    "living_street": 10,
    "service": 15,
    "track": 15,
}
# No faster than this on such a surface. Our convention, near the same profile.
SURFACE_KMH: Mapping[str, float] = {
    "compacted": 60,
    "fine_gravel": 45,
    "gravel": 45,
    "cobblestone": 30,
    "unpaved": 30,
    "ground": 30,
    "dirt": 30,
    "grass": 30,
    "pebblestone": 30,
    "rock": 20,
    "clay": 20,
    "earth": 15,
    "mud": 15,
    "sand": 15,
}
FERRY_KMH = 10.0  # our convention: river ferries make about as much
PATHS = frozenset({"path", "footway", "pedestrian", "steps", "bridleway", "cycleway"})
# nobody gets on or off a motorway between its ends
CLOSED_ROADS = frozenset({"motorway", "motorway_link"})
REFUSED = frozenset({"no", "private"})
# the tag that is most about a vehicle (or a walker) counts over the wider ones
VEHICLE_TAGS = ("motorcar", "motor_vehicle", "vehicle", "access")
FOOT_TAGS = ("foot", "access")
ONE_WAY = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1}
ROUNDABOUTS = frozenset({"roundabout", "circular"})


class Use(NamedTuple):
    """What a way is for people: speeds are 0 in a direction that vehicles may not take."""

    there_kmh: float
    back_kmh: float
    walked: bool
    track: bool
    bridge: bool
    ferry: bool
    entered: bool  # people get on and off between its ends


def read_use(tags: Mapping[str, str], *, paths: bool, tracks: bool) -> Use | None:
    """Tell what a way is for people; None where it is nothing.

    Parameters
    ----------
    tags
        All tags of the way.
    paths
        Ways for walkers only count too.
    tracks
        Vehicles may use tracks; otherwise they are walked only.
    """
    road = tags.get("highway", "")
    ferry = not road and tags.get("route") == "ferry"
    if not ferry and (tags.get("area") == "yes" or (road not in SPEED_KMH and road not in PATHS)):
        return None
    walked = _allows(tags, FOOT_TAGS)
    driven = _allows(tags, VEHICLE_TAGS) and road not in PATHS and (tracks or road != "track")
    if not driven and not (walked and (paths or road not in PATHS)):
        return None
    speed = FERRY_KMH if ferry else min(SPEED_KMH.get(road, 0), SURFACE_KMH.get(tags.get("surface", ""), 99))
    way = ONE_WAY.get(tags.get("oneway", ""), 0)
    implied = road in CLOSED_ROADS or tags.get("junction") in ROUNDABOUTS
    if implied and "oneway" not in tags:
        way = 1
    return Use(
        there_kmh=speed if driven and way >= 0 else 0,
        back_kmh=speed if driven and way <= 0 else 0,
        walked=walked,
        track=road == "track",
        bridge=tags.get("bridge", "no") != "no",
        ferry=ferry,
        entered=not ferry and road not in CLOSED_ROADS,
    )


def _allows(tags: Mapping[str, str], keys: tuple[str, ...]) -> bool:
    """Tell by the first of the tags that is there; without any, a way is open."""
    said = next((tags[key] for key in keys if key in tags), "yes")
    return said not in REFUSED
