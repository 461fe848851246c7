"""What Flee's settings mean to the rule set `flee`: defaults of Flee's code, and what is refused by name."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

from havenward.errors import CaseError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")
_FILE = "simsetting"
_SQRT_TEN = 3.16227766017  # as Flee writes it


@dataclass(frozen=True)
class FleeSettings:
    """Settings of one Flee run; names are Flee's own, defaults those of its code.

    Parameters
    ----------
    insert_day0, empty_camps_on_day0, sum_from_camps, take_from_population, camps_are_sicks
        Switches of `spawn_rules`; the last is Flee's spelling.
    conflict_spawn_decay, conflict_spawn_decay_interval
        Factors by age of a conflict, and the days that each lasts; no factors: 1.
    spawn_mode, displaced_per_conflict_day
        `conflict_driven_spawning`; an empty mode means spawning from counts.
    max_move_speed, max_walk_speed
        Kilometres per day.
    foreign_weight, camp_weight, conflict_weight
        Factors of a location's score.
    conflict_movechance, camp_movechance, idpcamp_movechance, default_movechance
        Chances of leaving per day.
    awareness_level
        Links that people see ahead; 0: nobody moves.
    capacity_buffer, capacity_scaling
        Share of the capacity from which a camp turns people away, and factor of every capacity.
    softening, weight_softening, weight_power, distance_power
        Constants of a route's weight; the first in kilometres.
    pruning_threshold
        Routes lighter than the heaviest divided by this are dropped; 1: none.
    hasten
        People that one simulated person stands for.
    """

    insert_day0: bool = True
    empty_camps_on_day0: bool = False
    sum_from_camps: bool = True
    take_from_population: bool = False
    camps_are_sicks: bool = False
    conflict_spawn_decay: tuple[float, ...] = ()
    conflict_spawn_decay_interval: int = 30
    spawn_mode: str = ""
    displaced_per_conflict_day: float = 500.0
    max_move_speed: float = 360.0
    max_walk_speed: float = 35.0
    foreign_weight: float = 1.0
    camp_weight: float = 1.0
    conflict_weight: float = 1.0 / _SQRT_TEN
    conflict_movechance: float = 1.0
    camp_movechance: float = 0.001
    idpcamp_movechance: float = 0.1
    default_movechance: float = 0.3
    awareness_level: int = 1
    capacity_buffer: float = 0.9
    capacity_scaling: float = 1.0
    avoid_short_stints: bool = False
    start_on_foot: bool = False
    softening: float = 10.0
    weight_softening: float = 0.0
    weight_power: float = 1.0
    distance_power: float = 1.0
    stay_close_to_home: bool = False
    home_distance_power: float = 0.5
    use_pop_for_loc_weight: bool = False
    pop_power_for_loc_weight: float = 0.1
    movechance_pop_base: float = 10000.0
    movechance_pop_scale_factor: float = 0.0
    pruning_threshold: float = 1.0
    women_avoid_hazards: bool = False
    children_avoid_hazards: bool = False
    elderly_avoid_hazards: bool = False
    boys_take_risk: bool = False
    fixed_routes: bool = False
    hasten: int = 1


_SPAWN = ("insert_day0", "empty_camps_on_day0", "sum_from_camps", "take_from_population", "camps_are_sicks")
_MOVE = (
    "max_move_speed",
    "max_walk_speed",
    "foreign_weight",
    "camp_weight",
    "conflict_weight",
    "conflict_movechance",
    "camp_movechance",
    "idpcamp_movechance",
    "default_movechance",
    "awareness_level",
    "capacity_buffer",
    "capacity_scaling",
    "avoid_short_stints",
    "start_on_foot",
    "softening",
    "weight_softening",
    "weight_power",
    "distance_power",
    "stay_close_to_home",
    "home_distance_power",
    "use_pop_for_loc_weight",
    "pop_power_for_loc_weight",
    "movechance_pop_base",
    "movechance_pop_scale_factor",
    "pruning_threshold",
    "fixed_routes",
)
_CLASSES = {
    "WomenAvoidHazards": "women_avoid_hazards",
    "ChildrenAvoidHazards": "children_avoid_hazards",
    "ElderlyAvoidHazards": "elderly_avoid_hazards",
    "BoysTakeRisk": "boys_take_risk",
}
_MODES = ("constant", "pop_ratio", "poisson")
# what the counts of people by place and status cannot hold (docs/explanation/flee.md says why, one by one)
_UNSUPPORTED = {
    "spawn_rules": (
        "flood_zone_spawning_only",
        "starvation_driven_spawning",
        "read_from_agents_csv_file",
    ),
    "move_rules": (
        "MatchCampReligion",
        "MatchCampEthnicity",
        "MatchTownEthnicity",
        "MatchConflictEthnicity",
        "use_economic_pull",
        "harvest_months",
        "flee_when_starving",
        "avoid_food_deprived_locations",
        "flood_rules",
    ),
}


def read_flee_settings(settings: Mapping[str, Any]) -> FleeSettings:
    """Read Flee's settings as its code does: missing keys take its defaults, unknown ones are passed over.

    Parameters
    ----------
    settings
        `simsetting.yml` as nested mappings.

    Returns
    -------
    settings
        Typed and in range.

    Raises
    ------
    CaseError
        Values that Flee could not convert, values out of range, and rules that are not supported; every
        one of them, by name.
    """
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    kinds = {f.name: f.type for f in fields(FleeSettings)}
    spawn, move = _section(settings, "spawn_rules"), _section(settings, "move_rules")

    def take(section: str, table: Mapping[str, Any], key: str, name: str = "") -> None:
        if key in table:
            name = name or key
            convert: Callable[[Any], Any] = {"bool": bool, "int": int, "float": float}[str(kinds[name])]
            value = _convert(f"{_FILE} {section}.{key}", table[key], convert, problems)
            if value is not None:
                values[name] = value

    for key in _SPAWN:
        take("spawn_rules", spawn, key)
    take("spawn_rules", spawn, "conflict_spawn_decay_interval")
    for key in _MOVE:
        take("move_rules", move, key)
    for key, name in _CLASSES.items():
        take("move_rules", move, key, name)
    take("optimisations", _section(settings, "optimisations"), "hasten")
    values |= _read_decay(spawn, problems) | _read_spawning(spawn, problems)
    if bool(move.get("use_v1_rules", False)):
        # Flee's first rules override whatever else is set
        values |= {"max_move_speed": 200.0, "camp_weight": 2.0, "conflict_weight": 0.25}
        values |= {"start_on_foot": False, "avoid_short_stints": False}
    problems += _check_supported(settings)
    read = FleeSettings(**values)
    problems += _check_ranges(read)
    if problems:
        raise CaseError(problems)
    return read


def _section(settings: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = settings.get(name)
    return section if isinstance(section, dict) else {}


def _convert(where: str, value: object, convert: Callable[[Any], T], problems: list[Problem]) -> T | None:
    """Convert a value as Flee does; None where it cannot be."""
    try:
        converted = convert(value)
        fits = not isinstance(converted, float) or math.isfinite(converted)
    except (TypeError, ValueError, OverflowError):
        fits = False
    if not fits:
        expected = "a whole number" if convert is int else "a number"
        problems.append(
            Problem(
                where, f"the value is {value!r}", f"expected {expected}", "correct it", "flee-setting-value"
            )
        )
        return None
    return converted


def _read_decay(spawn: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    decay = spawn.get("conflict_spawn_decay")
    if decay is None:
        return {}
    where = f"{_FILE} spawn_rules.conflict_spawn_decay"
    listed = decay if isinstance(decay, list) else [decay]
    factors = [_convert(where, factor, float, problems) for factor in listed]
    return {"conflict_spawn_decay": tuple(f for f in factors if f is not None)}


def _read_spawning(spawn: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """Read `conflict_driven_spawning`; Flee takes an empty section for none."""
    section = spawn.get("conflict_driven_spawning")
    if section is None:
        return {}
    where = f"{_FILE} spawn_rules.conflict_driven_spawning"
    table = section if isinstance(section, dict) else {}
    mode = str(table.get("spawn_mode", "constant"))
    # Flee compares the first two as written and the last in any case
    mode = "poisson" if mode.lower() == "poisson" else mode
    if mode not in _MODES:
        problems.append(
            Problem(
                f"{where}.spawn_mode",
                f"the mode is '{mode}', with which Flee moves nobody",
                f"expected {', '.join(_MODES)}",
                "correct the mode",
                "flee-setting-value",
            )
        )
        return {}
    number: Callable[[Any], Any] = float if mode == "pop_ratio" else int
    default = 0.01 if mode == "pop_ratio" else 500
    rate = _convert(
        f"{where}.displaced_per_conflict_day",
        table.get("displaced_per_conflict_day", default),
        number,
        problems,
    )
    return {"spawn_mode": mode, "displaced_per_conflict_day": float(rate or 0.0)}


def _check_supported(settings: Mapping[str, Any]) -> list[Problem]:
    """Refuse, by name, every rule that is switched on and not held by counts of people."""
    problems = []
    for section, keys in _UNSUPPORTED.items():
        table = _section(settings, section)
        problems += [
            Problem(
                f"{_FILE} {section}.{key}",
                "this rule of Flee is not supported",
                "expected rules that counts of people can hold (docs/explanation/flee.md)",
                f"switch {key} off, or run this case with Flee itself",
                "flee-not-supported",
            )
            for key in keys
            if table.get(key)
        ]
    move = _section(settings, "move_rules")
    takes = bool(_section(settings, "spawn_rules").get("take_from_population", False))
    if takes and move.get("use_pop_for_loc_weight"):
        problems.append(
            Problem(
                f"{_FILE} move_rules.use_pop_for_loc_weight",
                "this rule is not supported together with spawn_rules.take_from_population",
                "expected one of the two",
                "switch one of them off, or run this case with Flee itself",
                "flee-not-supported",
            )
        )
    return problems


def _check_ranges(settings: FleeSettings) -> list[Problem]:
    problems = []

    def check(section: str, name: str, expected: str, *, fits: bool) -> None:
        if not fits:
            problems.append(
                Problem(
                    f"{_FILE} {section}.{name}",
                    f"the value is {getattr(settings, name)}",
                    f"expected {expected}",
                    "correct it",
                    "flee-setting-value",
                )
            )

    for name in ("max_move_speed", "max_walk_speed"):
        check("move_rules", name, "kilometres per day above 0", fits=getattr(settings, name) > 0)
    for name in ("conflict_movechance", "camp_movechance", "idpcamp_movechance", "default_movechance"):
        check("move_rules", name, "a chance of 0 or more", fits=getattr(settings, name) >= 0)
    for name in ("foreign_weight", "camp_weight", "conflict_weight", "weight_softening", "softening"):
        check("move_rules", name, "0 or more", fits=getattr(settings, name) >= 0)
    check("move_rules", "capacity_buffer", "a share", fits=0 <= settings.capacity_buffer <= 1)
    check("move_rules", "movechance_pop_base", "a number above 0", fits=settings.movechance_pop_base > 0)
    check("optimisations", "hasten", "a whole number from 1", fits=settings.hasten >= 1)
    check(
        "spawn_rules",
        "conflict_spawn_decay_interval",
        "days above 0",
        fits=settings.conflict_spawn_decay_interval > 0,
    )
    check(
        "spawn_rules",
        "conflict_spawn_decay",
        "factors of 0 or more",
        fits=all(f >= 0 for f in settings.conflict_spawn_decay),
    )
    return problems
