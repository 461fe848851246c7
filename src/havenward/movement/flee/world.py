"""What a Flee folder means, day by day: turns its files and settings into the arrays of the compiled day.

Everything that does not depend on chance is worked out here once and shared by all members: which places are
conflict zones, camps or towns on which day, which links are open, which routes people see, how many appear.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from havenward.errors import CaseError, Problem
from havenward.movement.flee.classes import read_classes
from havenward.movement.flee.day import World
from havenward.movement.flee.settings import FleeSettings, read_flee_settings
from havenward.randomness import stable_key

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from havenward.flee_inputs import FleeInputs, FleeLocation, FleeSeries

# an intensity up to this is peace (InputGeography.py)
_PEACE = 1e-6
# a place that people leave with less than this chance per day is a camp to Flee, whatever its type
_CAMP_BELOW = 0.005
# bins in which cohorts merge: kilometres of today, and memory of recent travel (the last: a day's top speed
# and more); while people are under way, memory that no longer drives them on
_KM_BINS, _MEMORY_BINS, _ONWARD_BINS = 6, 3, 1
# most slices into which a day on which a site fills is cut
_SLICES = 16
_EARTH_KM = 6373.0  # radius as in Flee's calculateDistance


@dataclass(frozen=True)
class FleeWorld:
    """A Flee case ready to simulate: `names` in sorted order, settings, first day, arrays."""

    names: tuple[str, ...]
    settings: FleeSettings
    start_date: dt.date
    days: int
    arrays: World


@dataclass
class _Place:
    """State of one location as Flee keeps it, changing from day to day."""

    movechance: float
    camp: bool
    town: bool
    marker: bool
    conflict: float
    since: int = -1


@dataclass(frozen=True)
class _Link:
    start: int
    end: int
    km: float
    speed: float
    walk: float
    key: int


@dataclass
class _Roads:
    """Open and closed links of each location, in Flee's order: a reopened link goes to the end."""

    links: list[_Link]
    opened: list[list[int]]
    closed: list[list[int]]

    def close(self, start: int, end: int) -> None:
        moved = [link for link in self.opened[start] if self.links[link].end == end]
        self.opened[start] = [link for link in self.opened[start] if self.links[link].end != end]
        self.closed[start] += moved

    def reopen(self, start: int, end: int) -> None:
        moved = [link for link in self.closed[start] if self.links[link].end == end]
        self.closed[start] = [link for link in self.closed[start] if self.links[link].end != end]
        self.opened[start] += moved


def build_world(inputs: FleeInputs) -> FleeWorld:
    """Turn the inputs of Flee into arrays.

    Raises
    ------
    CaseError
        Settings or inputs that Flee could not run with, or that the rule set does not support.
    """
    settings = read_flee_settings(inputs.settings)
    problems = [*_check_inputs(inputs), *_check_conflicts(inputs)]
    classes = read_classes(inputs, settings, problems)
    if problems:
        raise CaseError(problems)
    # sorted by name, so that the order of rows decides nothing
    located = sorted(inputs.locations, key=lambda place: place.name)
    names = tuple(place.name for place in located)
    index = {name: i for i, name in enumerate(names)}
    home = inputs.locations[0].country or "unknown"
    counts = _Counts(inputs, settings)
    roads = _build_roads(inputs, index, settings, problems)
    if problems:
        raise CaseError(problems)

    places = [_new_place(place, settings) for place in located]
    camps_at_start = [i for i, place in enumerate(places) if place.camp]
    size = np.array([place.size // settings.hasten for place in located], np.int64)
    holds_capacity = np.array([_holds_capacity(place) for place in located])
    pop = np.where(holds_capacity, 0, size)
    capacity = np.where(holds_capacity, size, -1).astype(np.float64)
    if settings.insert_day0 and not settings.spawn_mode:
        # Flee's quirk: these people are also inserted, and so count twice against the capacity
        first = np.array([counts.raw_day0(name) for name in names], np.float64)
        capacity = np.where(capacity > 0, capacity - first, capacity)
    foreign = np.array([(place.country or "unknown") != home for place in located])
    countries = [place.country or "unknown" for place in located]
    schedule = _run_schedule(inputs, settings, places, foreign, index, countries, roads)
    routes = _Routes(settings, names, located, pop, roads.links)
    for opened, markers in schedule.epochs:
        routes.add_epoch(opened, markers)
    arrays = World(
        keys=np.array([stable_key("location", name) for name in names], np.uint64),
        row_of_day=np.array(schedule.row_of_day, np.int64),
        movechance=np.array([row[0] for row in schedule.rows]),
        score=np.array([row[1] for row in schedule.rows]),
        town=np.array([row[2] for row in schedule.rows], np.bool_),
        camp=np.array([row[3] for row in schedule.rows], np.bool_),
        conflict=np.array([row[4] for row in schedule.rows]),
        spawn_factor=np.array([row[5] for row in schedule.rows]),
        epoch_of_day=np.array(schedule.epoch_of_day, np.int64),
        closing=np.array(schedule.closing, np.bool_).reshape(len(schedule.epochs), -1),
        **_link_arrays(roads.links),
        **routes.arrays(),
        pop=pop,
        capacity=capacity,
        capacity_per_day=np.array([_number(place, "capacity_per_day") for place in located]),
        opening=_day0_people(counts, located, camps_at_start, settings),
        new=np.array([0] * inputs.days if settings.spawn_mode else counts.new_people(inputs.days), np.int64),
        sink=np.array([_number(place, "deactivation_probability") for place in located]),
        class_exponent=classes.exponents,
        class_share=classes.shares_of(names),
        spawn_mode=("", "constant", "pop_ratio", "poisson").index(settings.spawn_mode),
        spawn_rate=settings.displaced_per_conflict_day,
        take=settings.take_from_population,
        sinks=settings.camps_are_sicks,
        short_stints=settings.avoid_short_stints,
        on_foot=settings.start_on_foot,
        top_km=settings.max_move_speed,
        walk_km=settings.max_walk_speed,
        pop_base=settings.movechance_pop_base,
        pop_power=settings.movechance_pop_scale_factor,
        weight_softening=settings.weight_softening,
        weight_power=settings.weight_power,
        buffer=settings.capacity_buffer,
        scaling=settings.capacity_scaling,
        pruning=1.0 if settings.fixed_routes else settings.pruning_threshold,
        fixed=settings.fixed_routes,
        ride_days=1 + max((int(link.km / link.speed) for link in roads.links), default=0),
        walk_days=1 + (_longest_walk(roads.links, settings) if _anyone_walks(roads.links, settings) else 0),
        km_bins=_KM_BINS,
        memory_bins=_MEMORY_BINS if settings.avoid_short_stints else 1,
        onward_bins=_ONWARD_BINS,
        slices=_SLICES,
    )
    return FleeWorld(names, settings, inputs.start_date, inputs.days, arrays)


# -- places ------------------------------------------------------------------------------------------------


def _holds_capacity(place: FleeLocation) -> bool:
    return "camp" in place.location_type.lower()


def _new_place(place: FleeLocation, settings: FleeSettings) -> _Place:
    """Read a location's type as Flee does: the first word that fits decides."""
    kind = place.location_type.lower()
    if "camp" in kind:
        chance = settings.idpcamp_movechance if "idp" in kind else settings.camp_movechance
        return _Place(chance, camp=True, town=False, marker=False, conflict=-1.0)
    if "conflict" in kind and place.conflict_date > 0:
        kind = "town"  # peaceful until its date
    conflict = -1.0
    town = marker = False
    if "conflict" in kind:
        chance = settings.conflict_movechance
        conflict = float(place.attributes.get("conflict_intensity", 1.0))
    elif "forward" in kind:
        chance = 1.0
    elif "marker" in kind:
        chance, marker = 1.0, True
    else:
        chance, town = settings.default_movechance, "flood" not in kind
    camp = chance < _CAMP_BELOW
    return _Place(chance, camp=camp, town=town and not camp, marker=marker, conflict=conflict)


def _number(place: FleeLocation, key: str) -> float:
    return float(place.attributes.get(key) or 0.0)


def _check_inputs(inputs: FleeInputs) -> list[Problem]:
    """Find what would stop Flee, or what counts cannot hold, before anything is simulated."""
    problems = []
    known = ("camp", "conflict", "forward", "marker", "flood_zone", "default", "town")
    if not inputs.locations or inputs.days < 1:
        problems.append(
            Problem(
                "locations.csv",
                "there is no location, or no day to simulate",
                "expected at least one of each",
                "add locations.csv rows and a length in sim_period.csv",
                "flee-no-rows",
            )
        )
    for place in inputs.locations:
        if not any(word in place.location_type.lower() for word in known):
            problems.append(
                Problem(
                    f"locations.csv {place.name}",
                    f"the type is '{place.location_type}'",
                    f"expected a type with one of: {', '.join(known)}",
                    "correct the type",
                    "flee-location-type",
                )
            )
        problems += [
            _bad_number(f"locations.csv {place.name} {key}", place.attributes[key])
            for key in (
                "conflict_intensity",
                "capacity_per_day",
                "deactivation_probability",
                "initial_idps",
            )
            if place.attributes.get(key) and not _is_number(place.attributes[key])
        ]
    if len({place.name for place in inputs.locations}) < len(inputs.locations):
        problems.append(
            Problem(
                "locations.csv",
                "a location stands there twice",
                "expected each name once",
                "rename or remove one of the rows",
                "flee-name-twice",
            )
        )
    if inputs.changes:
        problems.append(
            Problem(
                "location_changes.csv",
                "changes of type on a date are not supported (Flee reads them from its working directory)",
                "expected no such file",
                "use conflicts.csv or closures.csv, or run this case with Flee itself",
                "flee-not-supported",
            )
        )
    return problems


def _check_conflicts(inputs: FleeInputs) -> list[Problem]:
    return [
        Problem(
            f"conflicts.csv {name}",
            f"it ends after day {len(series) - 1}",
            f"expected a value for each of the {inputs.days} days; Flee stops where they end",
            "shorten the period in sim_period.csv, or continue conflicts.csv",
            "flee-conflicts-short",
        )
        for name, series in inputs.conflicts.items()
        if len(series) < inputs.days
    ]


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _bad_number(where: str, text: str) -> Problem:
    return Problem(
        where, f"the value is '{text}'", "expected a number", "correct or remove it", "flee-number"
    )


# -- links -------------------------------------------------------------------------------------------------


def _build_roads(
    inputs: FleeInputs, index: Mapping[str, int], settings: FleeSettings, problems: list[Problem]
) -> _Roads:
    """Make two directed links per row; forced redirection 1 makes the row count twice (Flee's quirk)."""
    links: list[_Link] = []
    opened: list[list[int]] = [[] for _ in index]
    copies: dict[tuple[str, str], int] = {}

    def connect(name1: str, name2: str, km: float, speed: float, walk: float) -> None:
        for a, b in ((name1, name2), (name2, name1)):
            copy = copies[a, b] = copies.get((a, b), -1) + 1
            opened[index[a]].append(len(links))
            links.append(_Link(index[a], index[b], km, speed, walk, stable_key("link", a, b, copy)))

    for row, route in enumerate(inputs.routes, start=1):
        where = f"routes.csv route {row} ({route.name1} to {route.name2})"
        unknown = [name for name in (route.name1, route.name2) if name not in index]
        if unknown:
            problems.append(
                Problem(
                    where,
                    f"{' and '.join(unknown)} is no location",
                    "expected names of locations.csv",
                    "correct the name, or add the location",
                    "flee-unknown-name",
                )
            )
            continue
        texts = {key: route.attributes.get(key, "") for key in ("max_move_speed", "walk_probability")}
        wrong = [
            _bad_number(f"{where} {key}", text)
            for key, text in texts.items()
            if text and not _is_number(text)
        ]
        problems += wrong
        if (
            route.distance < 0
            or route.distance + settings.softening <= 0
            or not math.isfinite(route.distance)
        ):
            wrong.append(_bad_number(f"{where} distance", str(route.distance)))
            problems.append(wrong[-1])
        if wrong:
            continue
        speed = float(texts["max_move_speed"] or settings.max_move_speed)
        walk = float(texts["walk_probability"] or 0.0)
        if route.forced_redirection == 2:
            connect(route.name2, route.name1, route.distance, speed, walk)
        else:
            for _ in range(2 if route.forced_redirection == 1 else 1):
                connect(route.name1, route.name2, route.distance, speed, walk)
    return _Roads(links, opened, [[] for _ in index])


def _link_arrays(links: Sequence[_Link]) -> dict[str, NDArray[Any]]:
    return {
        "link_keys": np.array([link.key for link in links], np.uint64),
        "link_from": np.array([link.start for link in links], np.int64),
        "link_to": np.array([link.end for link in links], np.int64),
        "link_km": np.array([link.km for link in links], np.float64),
        "link_speed": np.array([link.speed for link in links], np.float64),
        "link_walk": np.array([link.walk for link in links], np.float64),
    }


def _anyone_walks(links: Sequence[_Link], settings: FleeSettings) -> bool:
    return settings.start_on_foot or any(link.walk > 0.0 for link in links)


def _longest_walk(links: Sequence[_Link], settings: FleeSettings) -> int:
    return max((int(link.km / settings.max_walk_speed) for link in links), default=0)


# -- the days ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Schedule:
    """Rows of place states and which day has which; epochs of the road network likewise."""

    rows: list[tuple[NDArray[np.float64], ...]]
    row_of_day: list[int]
    epochs: list[tuple[list[list[int]], list[bool]]]
    epoch_of_day: list[int]
    closing: list[list[bool]]


def _run_schedule(
    inputs: FleeInputs,
    settings: FleeSettings,
    places: list[_Place],
    foreign: NDArray[np.bool_],
    index: Mapping[str, int],
    countries: Sequence[str],
    roads: _Roads,
) -> _Schedule:
    """Live through the days without people: conflicts come and go, borders close and open."""
    schedule = _Schedule([], [], [], [], [])
    conflicts = [(index[name], series) for name, series in inputs.conflicts.items() if name in index]
    last: tuple[bytes, ...] = ()
    for day in range(inputs.days):
        changed = _change_conflicts(day, conflicts, places, settings)
        # spawn weights are refreshed when a zone comes or goes, and otherwise at the end of the day before
        asked = day if changed or day == 0 else day - 1
        conflict = np.array([place.conflict for place in places])
        decay = np.array([_decay(asked - place.since, settings) for place in places])
        spawn = np.where(conflict > 0, conflict * decay, 0.0)
        before = [set(opened) for opened in roads.opened]
        _enact_closures(day, inputs, places, settings, index, countries, roads)
        rows = (
            np.array([place.movechance for place in places]),
            _scores(day, places, foreign, settings),
            np.array([float(place.town) for place in places]),
            np.array([float(place.camp) for place in places]),
            conflict,
            spawn,
        )
        seen = tuple(row.tobytes() for row in rows)
        if seen != last:
            schedule.rows.append(rows)
            last = seen
        schedule.row_of_day.append(len(schedule.rows) - 1)
        epoch = ([list(opened) for opened in roads.opened], [place.marker for place in places])
        if not schedule.epochs or schedule.epochs[-1] != epoch:
            schedule.epochs.append(epoch)
            shut = set().union(*before) - set().union(*(set(opened) for opened in roads.opened))
            schedule.closing.append([link in shut for link in range(len(roads.links))])
        schedule.epoch_of_day.append(len(schedule.epochs) - 1)
    return schedule


def _change_conflicts(
    day: int,
    conflicts: Sequence[tuple[int, tuple[float, ...]]],
    places: list[_Place],
    settings: FleeSettings,
) -> bool:
    """Start and end conflicts; a change between two intensities above zero changes nothing (Flee's quirk)."""
    changed = False
    for i, series in conflicts:
        now = series[day]
        if now > _PEACE and (day == 0 or series[day - 1] < _PEACE):
            places[i].movechance = settings.conflict_movechance
            places[i].conflict = now
            places[i].town = False
            places[i].since = day
            changed = True
        elif now < _PEACE and day > 0 and series[day - 1] >= _PEACE:
            places[i].movechance = settings.default_movechance
            places[i].conflict = -1.0
            places[i].town = True
            changed = True
    return changed


def _decay(age: int, settings: FleeSettings) -> float:
    factors = settings.conflict_spawn_decay
    if not factors:
        return 1.0
    return factors[min(int(age / settings.conflict_spawn_decay_interval), len(factors) - 1)]


def _scores(
    day: int, places: Sequence[_Place], foreign: NDArray[np.bool_], settings: FleeSettings
) -> NDArray[np.float64]:
    scores = np.ones(len(places))
    for i, place in enumerate(places):
        if foreign[i]:
            scores[i] *= settings.foreign_weight
        if place.camp:
            scores[i] *= settings.camp_weight
        if place.conflict > 0.0:
            # the decay meant for spawning also weakens how much an old conflict repels
            scores[i] *= settings.conflict_weight ** (_decay(day - place.since, settings) * place.conflict)
    return scores


def _enact_closures(
    day: int,
    inputs: FleeInputs,
    places: list[_Place],
    settings: FleeSettings,
    index: Mapping[str, int],
    countries: Sequence[str],
    roads: _Roads,
) -> None:
    """Close and open what begins or ends on this very day; nothing else ever fires."""
    for closure in inputs.closures:
        for due, change in ((closure.start, roads.close), (closure.end, roads.reopen)):
            if due != day:
                continue
            closing = due == closure.start and change == roads.close
            if closure.closure_type == "country":
                _change_border(closure.name1, closure.name2, countries, roads, closing=closing)
            elif closure.closure_type == "location" and closure.name1 in index:
                _change_location(index[closure.name1], roads, closing=closing)
            elif closure.closure_type in ("camp", "idpcamp") and closure.name1 in index:
                place = places[index[closure.name1]]
                place.conflict, place.marker = -1.0, False
                place.camp, place.town = not closing, closing
                place.movechance = (
                    settings.default_movechance
                    if closing
                    else settings.idpcamp_movechance
                    if closure.closure_type == "idpcamp"
                    else settings.camp_movechance
                )
            # closures of type `link` compare names by identity and so never match; forced redirection
            # is read by nobody


def _change_border(
    country1: str, country2: str, countries: Sequence[str], roads: _Roads, *, closing: bool
) -> None:
    change, table = (roads.close, roads.opened) if closing else (roads.reopen, roads.closed)
    for start, end in ((country1, country2), (country2, country1)):
        for i, country in enumerate(countries):
            if country == start:
                for link in list(table[i]):
                    if countries[roads.links[link].end] == end:
                        change(i, roads.links[link].end)


def _change_location(i: int, roads: _Roads, *, closing: bool) -> None:
    change, table = (roads.close, roads.opened) if closing else (roads.reopen, roads.closed)
    for link in list(table[i]):
        change(roads.links[link].end, i)
        change(i, roads.links[link].end)


# -- routes ------------------------------------------------------------------------------------------------


class _Routes:
    """Routes that people see from each place, by epoch, and the rest of each after its first link."""

    def __init__(
        self,
        settings: FleeSettings,
        names: Sequence[str],
        located: Sequence[FleeLocation],
        pop: NDArray[np.int64],
        links: Sequence[_Link],
    ) -> None:
        self.settings, self.names, self.located, self.pop, self.links = settings, names, located, pop, links
        self.trails: dict[tuple[int, ...], int] = {(): 0}
        self.path_first: list[list[int]] = []
        self.link_first: list[list[int]] = []
        self.link_list: list[int] = []
        self.dest: list[int] = []
        self.factor: list[float] = []
        self.nearness: list[float] = []
        self.first_link: list[int] = []
        self.trail: list[int] = []
        self.key: list[int] = []

    def add_epoch(self, opened: Sequence[Sequence[int]], markers: Sequence[bool]) -> None:
        """List the routes of one state of the roads."""
        path_first, link_first = [], []
        for start, mine in enumerate(opened):
            path_first.append(len(self.dest))
            link_first.append(len(self.link_list))
            self.link_list += mine
            found = list(self._see(start, opened, markers))
            if self.settings.fixed_routes:
                found = self._best(found)
            seen: dict[tuple[int, ...], int] = {}
            # in order of names, so that the order of rows decides nothing
            for route, km in sorted(found):
                # Flee walks the first link to the next name, whichever link the route was weighed with
                first = next(link for link in mine if self.links[link].end == route[0])
                copy = seen[route] = seen.get(route, -1) + 1
                self.dest.append(route[-1])
                self.factor.append(self._factor(start, route[-1]))
                self.nearness.append((self.settings.softening + km) ** -self.settings.distance_power)
                self.first_link.append(first)
                self.trail.append(self._intern(route[1:]))
                self.key.append(stable_key("route", copy, *(self.names[i] for i in route)))
        path_first.append(len(self.dest))
        link_first.append(len(self.link_list))
        self.path_first.append(path_first)
        self.link_first.append(link_first)

    def _see(
        self, start: int, opened: Sequence[Sequence[int]], markers: Sequence[bool]
    ) -> Iterable[tuple[tuple[int, ...], float]]:
        """Follow links as far as awareness goes; markers cost no awareness and are no destination."""
        awareness = self.settings.awareness_level
        if awareness == 0 or (self.settings.fixed_routes and markers[start]):
            return  # awareness 0: Flee's routes are numbers, which match no name, so nobody moves
        waiting: list[tuple[int, float, tuple[int, ...], int]] = [
            (link, 0.0, (start,), 1) for link in reversed(opened[start])
        ]
        while waiting:
            link, before, route, step = waiting.pop()
            end, km = self.links[link].end, before + self.links[link].km
            if not markers[end]:
                yield (*route, end)[1:], km
            elif not self.settings.fixed_routes:
                step -= 1
            if awareness > step:
                waiting += [
                    (on, km, (*route, end), step + 1)
                    for on in reversed(opened[end])
                    if self.links[on].end not in route
                ]

    def _best(self, found: Sequence[tuple[tuple[int, ...], float]]) -> list[tuple[tuple[int, ...], float]]:
        """Keep one route per destination, the heaviest; of equals the first."""
        best: dict[int, tuple[tuple[int, ...], float]] = {}
        nearer = self.settings.distance_power >= 0
        for route, km in found:
            kept = best.get(route[-1])
            if kept is None or (km < kept[1] if nearer else km > kept[1]):
                best[route[-1]] = (route, km)
        return list(best.values())

    def _factor(self, start: int, end: int) -> float:
        """Give what multiplies a destination's score and never changes."""
        settings, factor = self.settings, 1.0
        if settings.stay_close_to_home:
            # named after home, measured from where people are
            km = _crow_flies(self.located[start], self.located[end])
            factor /= max(1.0, km) ** settings.home_distance_power
        if settings.use_pop_for_loc_weight and not _holds_capacity(self.located[end]):
            factor *= max(1.0, float(self.pop[end])) ** settings.pop_power_for_loc_weight
        return factor

    def _intern(self, trail: tuple[int, ...]) -> int:
        while trail not in self.trails:
            self.trails[trail] = len(self.trails)
            self._intern(trail[1:])
        return self.trails[trail]

    def arrays(self) -> dict[str, NDArray[Any]]:
        trails = list(self.trails)
        return {
            "path_first": np.array(self.path_first, np.int64),
            "path_dest": np.array(self.dest, np.int64),
            "path_factor": np.array(self.factor, np.float64),
            "path_nearness": np.array(self.nearness, np.float64),
            "path_link": np.array(self.first_link, np.int64),
            "path_trail": np.array(self.trail, np.int64),
            "path_keys": np.array(self.key, np.uint64),
            "link_first": np.array(self.link_first, np.int64),
            "link_list": np.array(self.link_list, np.int64),
            "trail_head": np.array([t[0] if t else -1 for t in trails], np.int64),
            "trail_tail": np.array([self.trails[t[1:]] for t in trails], np.int64),
            "trail_end": np.array([t[-1] if t else -1 for t in trails], np.int64),
            "trail_keys": np.array(
                [stable_key("trail", *(self.names[i] for i in t)) for t in trails], np.uint64
            ),
        }


def _crow_flies(a: FleeLocation, b: FleeLocation) -> float:
    """Measure as Flee does: its y is the latitude, whichever column holds which."""
    lat1, lon1, lat2, lon2 = (math.radians(v) for v in (a.y, a.x, b.y, b.x))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return _EARTH_KM * 2 * math.atan2(math.sqrt(half), math.sqrt(max(0.0, 1 - half)))


# -- people ------------------------------------------------------------------------------------------------


def daily_counts(inputs: FleeInputs) -> dict[str, NDArray[np.int64]]:
    """Give the counts of each camp by day as Flee prints them in `NAME data`, in people.

    Corrected by later registrations, straight lines between counts, cut to whole numbers of `hasten` people.
    """
    settings = read_flee_settings(inputs.settings)
    counts = _Counts(inputs, settings)
    return {name: _interpolate(table, inputs.days) * settings.hasten for name, table in counts.tables.items()}


class _Counts:
    """Flee's reading of the counts: corrected, divided by `hasten`, interpolated, cut to whole numbers."""

    def __init__(self, inputs: FleeInputs, settings: FleeSettings) -> None:
        self.settings = settings
        self.tables = {s.name: _corrected(s, inputs.corrections, settings.hasten) for s in inputs.series}
        self.total = (
            _corrected(inputs.total, inputs.corrections, settings.hasten)
            if inputs.total is not None
            else None
        )

    def raw_day0(self, name: str) -> int:
        return int(_interpolate(self.tables[name], 1)[0]) if name in self.tables else 0

    def new_people(self, days: int) -> list[int]:
        """Give how many people appear on each day; falls become a debt that later rises pay off."""
        by_camp = sum((_interpolate(t, days) for t in self.tables.values()), np.zeros(days, np.int64))
        total = _interpolate(self.total, days) if self.total is not None else np.zeros(days, np.int64)
        counted = by_camp if self.settings.sum_from_camps else total
        change = np.diff(counted, prepend=0)
        if self.settings.sum_from_camps:
            change[0] += total[0]  # on day 0 Flee adds the total to the camps
        if self.settings.empty_camps_on_day0 or self.settings.insert_day0:
            change[0] = 0
        new, debt = [], 0
        for rise in change:
            fresh = int(rise) - debt
            debt = max(0, -fresh)
            new.append(max(0, fresh))
        return new


def _corrected(
    series: FleeSeries, corrections: Sequence[tuple[str, int]], hasten: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scale what was counted before each registration correction by the step at its date."""
    days = np.array(series.days, np.float64)
    people = np.array(series.counts, np.float64) / hasten
    for name, day in corrections:
        if name != series.name:
            continue
        for row in np.flatnonzero(days == day):
            if row > 0 and people[row - 1] != 0:
                people[:row] *= people[row] / people[row - 1]
    return days, people


def _interpolate(table: tuple[NDArray[np.float64], NDArray[np.float64]], days: int) -> NDArray[np.int64]:
    """Give the count of days 0 to `days` - 1: straight lines between counts, cut to whole numbers."""
    at, people = table
    asked = np.arange(days, dtype=np.float64)
    if len(at) == 0:
        return np.zeros(days, np.int64)
    # the first row after the first that lies beyond the day, even where rows are out of order
    later = np.searchsorted(np.maximum.accumulate(at[1:]), asked, side="right") + 1
    row = np.clip(later, 1, max(1, len(at) - 1))
    if len(at) == 1:
        return np.full(days, int(people[0]), np.int64)
    width = np.where(at[row] > at[row - 1], at[row] - at[row - 1], 1.0)
    between = people[row - 1] + (asked - at[row - 1]) / width * (people[row] - people[row - 1])
    value = np.where(later > len(at) - 1, people[-1], between)
    value = np.where(asked <= at[0], people[0], value)
    return np.trunc(value).astype(np.int64)


def _day0_people(
    counts: _Counts, located: Sequence[FleeLocation], camps: Sequence[int], settings: FleeSettings
) -> NDArray[np.int64]:
    """Count who is inserted into camps before the first day."""
    opening = np.zeros(len(located), np.int64)
    if settings.empty_camps_on_day0:
        return opening
    for i in camps:
        if settings.insert_day0:
            opening[i] += counts.raw_day0(located[i].name)
        opening[i] += int(_number(located[i], "initial_idps"))
    return opening
