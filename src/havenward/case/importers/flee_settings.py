"""Which settings Flee reads from `simsetting.yml`, what they are where they are absent, and what is wrong."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from havenward.case.cells import show
from havenward.case.findings import Trouble
from havenward.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yaml import Node

    from havenward.case.findings import Findings

FILE = "simsetting.yml"
MAX_SETTINGS = 200_000  # characters; the longest published file has 3,000
MAX_DEPTH = 20


class Key(NamedTuple):
    """What Flee makes of a setting: `kind` is how it converts the value, `default` what it takes instead."""

    kind: str
    default: object


_FLOOD_SPAWNING = {
    "spawn_mode": Key("text", "pop_ratio"),
    "displaced_per_flood_day": Key("list", [0.0, 0.1, 0.2, 0.5, 0.9]),
    "flood_forecaster_timescale": Key("whole", 0),
}

# Flee's own names and code defaults (SimulationSettings.py, development version of May 2026)
KEYS: dict[str, Any] = {
    "number_of_steps": Key("number", -1),
    "conflict_input_file": Key("text", ""),
    "flood_level_input_file": Key("text", ""),
    "default_conflict_intensity": Key("whole", 1),
    "log_levels": {
        "agent": Key("whole", 0),
        "link": Key("whole", 0),
        "camp": Key("whole", 0),
        "init": Key("whole", 0),
        "conflict": Key("whole", 0),
        "idp_totals": Key("whole", 0),
        "granularity": Key("text", "location"),
    },
    "spawn_rules": {
        "take_from_population": Key("switch", default=False),
        "insert_day0": Key("switch", default=True),
        "empty_camps_on_day0": Key("switch", default=False),
        "conflict_zone_spawning_only": Key("switch", default=True),
        "flood_zone_spawning_only": Key("switch", default=False),
        "camps_are_sicks": Key("switch", default=False),
        "read_from_agents_csv_file": Key("switch", default=False),
        "sum_from_camps": Key("switch", default=True),
        "starvation_driven_spawning": Key("switch", default=False),
        "conflict_driven_spawning": {
            "spawn_mode": Key("text", "constant"),
            "displaced_per_conflict_day": Key("number", 500),
        },
        "average_social_connectivity": Key("number", 3.0),
        "flood_driven_spawning": _FLOOD_SPAWNING,
        "flood_driven_spawn_mode": _FLOOD_SPAWNING,
        "conflict_spawn_decay": Key("list", None),
        "conflict_spawn_decay_interval": Key("whole", 30),
    },
    "move_rules": {
        "max_move_speed": Key("number", 360.0),
        "max_walk_speed": Key("number", 35.0),
        "max_crossing_speed": Key("number", 20.0),
        "foreign_weight": Key("number", 1.0),
        "camp_weight": Key("number", 1.0),
        "conflict_weight": Key("number", 1.0 / 3.16227766017),
        "conflict_movechance": Key("number", 1.0),
        "camp_movechance": Key("number", 0.001),
        "idpcamp_movechance": Key("number", 0.1),
        "default_movechance": Key("number", 0.3),
        "awareness_level": Key("whole", 1),
        "capacity_buffer": Key("number", 0.9),
        "capacity_scaling": Key("number", 1.0),
        "avoid_short_stints": Key("switch", default=False),
        "start_on_foot": Key("switch", default=False),
        "use_v1_rules": Key("switch", default=False),
        "softening": Key("number", 10.0),
        "weight_softening": Key("number", 0.0),
        "weight_power": Key("number", 1.0),
        "distance_power": Key("number", 1.0),
        "stay_close_to_home": Key("switch", default=False),
        "home_distance_power": Key("number", 0.5),
        "use_pop_for_loc_weight": Key("switch", default=False),
        "pop_power_for_loc_weight": Key("number", 0.1),
        "movechance_pop_base": Key("number", 10000.0),
        "movechance_pop_scale_factor": Key("number", 0.0),
        "pruning_threshold": Key("number", 1.0),
        "WomenAvoidHazards": Key("switch", default=False),
        "ChildrenAvoidHazards": Key("switch", default=False),
        "ElderlyAvoidHazards": Key("switch", default=False),
        "BoysTakeRisk": Key("switch", default=False),
        "MatchCampReligion": Key("switch", default=False),
        "MatchCampEthnicity": Key("switch", default=False),
        "MatchTownEthnicity": Key("switch", default=False),
        "MatchConflictEthnicity": Key("switch", default=False),
        "avg_religion_fraction": Key("number", 0.25),
        "fixed_routes": Key("switch", default=False),
        "two_system_decision_making": Key("switch", default=False),
        "use_economic_pull": Key("switch", default=False),
        "harvest_months": Key("list", []),
        "flee_when_starving": Key("switch", default=False),
        "avoid_food_deprived_locations": Key("switch", default=False),
        "flood_rules": {
            "max_flood_level": Key("whole", -1),
            "flood_movechances": Key("list", None),
            "flood_loc_weights": Key("list", None),
            "flood_link_weights": Key("list", None),
            "flood_forecaster": Key("switch", default=False),
            "flood_forecaster_timescale": Key("whole", 0),
            "flood_forecaster_weights": Key("list", None),
            "flood_forecaster_end_time": Key("whole", 0),
            "flood_awareness_weights": Key("list", None),
        },
    },
    "optimisations": {"hasten": Key("whole", 1)},
}

_EXPECTED = {
    "number": "expected a number",
    "whole": "expected a whole number",
    "list": "expected a list of numbers",
    "switch": "expected True or False",
    "text": "expected a word",
}


def find_setting(settings: Mapping[str, Any], *path: str) -> Any:  # noqa: ANN401 - any value of the file
    """Look a setting up as Flee does: the value, else Flee's default; a section is the mapping itself.

    Values come as they stand in the file; a section that is absent or empty is None.
    """
    value: Any = settings
    known: Any = KEYS
    for key in path:
        known = known[key]
        value = value.get(key, _ABSENT) if isinstance(value, dict) else _ABSENT
    if value is _ABSENT:
        return known.default if isinstance(known, Key) else None
    return value


_ABSENT = object()


def parse_settings(text: str, findings: Findings) -> dict[str, Any]:
    """Read the text of `simsetting.yml`.

    Parameters
    ----------
    text
        YAML; anchors and aliases are refused, as nobody needs them here and they can hide endless data.
    findings
        Takes errors (values that Flee cannot convert) and warnings (what Flee does not read).

    Returns
    -------
    settings
        Nested mappings with the values as written, unknown keys included; empty where it cannot be read.
    """
    import yaml

    if len(text) > MAX_SETTINGS:
        _refuse(findings, "", f"the file has {len(text):,} characters", f"at most {MAX_SETTINGS:,}")
        return {}
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            _refuse(findings, "", "the file uses an alias (*name)", "every value written out")
            return {}
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError) as error:
        # a tag such as !!int before a text that is none breaks the reader in ways of its own
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "it is nested too deeply, or a value cannot be read"
        _refuse(findings, place, f"the file is not valid YAML ({problem})", "lines such as `key: value`")
        return {}
    if node is None:
        return {}
    if not isinstance(value, dict):
        _refuse(findings, "", "the file is no list of settings", "lines such as `key: value`")
        return {}
    if not _is_plain(value):
        _refuse(findings, "", "a value is a date or of another special type", "words, numbers and lists")
        return {}
    _check_section(node, value, KEYS, "", findings)
    return value


def _refuse(findings: Findings, place: str, found: str, expected: str) -> None:
    trouble = Trouble(found, f"expected {expected}", "correct the file", "flee-settings-unreadable")
    findings.add(FILE, place, trouble)


def _is_plain(value: object, depth: int = 0) -> bool:
    """Tell whether a value can be written as text and read back the same."""
    if depth > MAX_DEPTH:
        return False
    if isinstance(value, dict):
        return all(
            isinstance(key, str) and _is_plain(key, depth) and _is_plain(item, depth + 1)
            for key, item in value.items()
        )
    if isinstance(value, list):
        return all(_is_plain(item, depth + 1) for item in value)
    if isinstance(value, str):
        return not any("\ud800" <= sign <= "\udfff" for sign in value)  # halves of signs: no file holds them
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, (bool, int, str))


def _pairs(node: Node) -> Iterator[tuple[str, int, Node]]:
    for key, value in node.value:
        yield str(key.value), key.start_mark.line + 1, value


def _check_section(node: Node, values: dict[str, Any], known: dict[str, Any], name: str, f: Findings) -> None:
    seen: set[str] = set()
    for key, line, child in _pairs(node):
        place = f"line {line}"
        if key in seen:
            repair = "remove one of the lines; the last one counts"
            trouble = Trouble(
                f"{key} is given twice", "expected it once", repair, "flee-setting-twice", "warning"
            )
            f.add(FILE, place, trouble)
        seen.add(key)
        if key not in known:
            f.add(FILE, place, _unknown_key(key, known, name))
            continue
        value, kind = values.get(key), known[key]
        if isinstance(kind, Key):
            trouble_ = _check_value(key, value, kind)
            if trouble_ is not None:
                f.add(FILE, place, trouble_)
        elif isinstance(value, dict):
            _check_section(child, value, kind, key, f)
        elif value is None:
            repair = f"fill in its settings, or remove the line {key}"
            trouble = Trouble(
                f"{key} is empty, which Flee takes as absent",
                "expected settings under it",
                repair,
                "flee-section-empty",
                "warning",
            )
            f.add(FILE, place, trouble)
        else:
            trouble = Trouble(
                f"{key} is {show(str(value))}",
                "expected settings under it, set in by two spaces",
                "write them on lines of their own",
                "flee-setting-value",
            )
            f.add(FILE, place, trouble)


def _unknown_key(key: str, known: dict[str, Any], section: str) -> Trouble:
    expected = f"expected a setting that Flee reads{f' in {section}' if section else ''}"
    if key == "camps_are_sinks":
        return Trouble(
            "Flee does not read camps_are_sinks, because its code spells it camps_are_sicks",
            expected,
            "write camps_are_sicks if people are to be taken out of camps",
            "flee-unknown-setting",
            "warning",
        )
    home = next((place for place in _homes(key, KEYS, "")), None)
    close = nearest(key, tuple(known))
    if home is not None:
        repair = f"move it to {home}" if home else "move it to the first level, without spaces before it"
    elif close:
        repair = f"did you mean '{close}'?"
    else:
        repair = "remove it, or correct the name"
    found = f"Flee does not read {show(key)}, and says nothing about it"
    return Trouble(found, expected, repair, "flee-unknown-setting", "warning")


def _homes(key: str, known: dict[str, Any], section: str) -> Iterator[str]:
    for name, kind in known.items():
        if name == key:
            yield section
        elif isinstance(kind, dict):
            yield from _homes(key, kind, name)


def _check_value(key: str, value: object, kind: Key) -> Trouble | None:
    wrong = Trouble(
        f"{key} is {show(str(value))}", _EXPECTED[kind.kind], "correct the value", "flee-setting-value"
    )
    if kind.kind in {"number", "whole"}:
        return None if _is_number(value, whole=kind.kind == "whole") else wrong
    if kind.kind == "list":
        fits = value is None or (isinstance(value, list) and all(_is_number(item) for item in value))
        return None if fits else wrong
    if kind.kind == "switch" and not isinstance(value, bool):
        return Trouble(
            f"{key} is {show(str(value))}, which Flee takes for {bool(value)}",
            _EXPECTED["switch"],
            f"write {bool(value)}, or what you mean",
            "flee-switch",
            "warning",
        )
    if kind.kind == "text" and not isinstance(value, str):
        return wrong
    return None


def _is_number(value: object, *, whole: bool = False) -> bool:
    if not isinstance(value, (int, float, str)):
        return False
    try:
        return math.isfinite(int(value) if whole else float(value))
    except (ValueError, OverflowError):
        return False
