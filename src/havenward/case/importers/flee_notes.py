"""What Flee ignores, takes otherwise than it looks, or stops at during a run: one list of warnings."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from havenward.case.findings import Findings, Trouble
from havenward.case.importers.flee_rows import count_noun
from havenward.case.importers.flee_settings import FILE, KEYS, Key, find_setting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from havenward.case.importers.flee_rows import Places
    from havenward.flee_inputs import FleeClosure, FleeInputs, FleeSeries

INPUT, DATA = "input_csv", "source_data"
NO_CONFLICT = 1e-6
LISTED = 6  # names or rows in one message; the rest is counted
_RULES = ("spawn_rules", "move_rules", "optimisations")


def note_silences(inputs: FleeInputs, places: Places, findings: Findings) -> None:
    """Tell everything that Flee does not.

    Parameters
    ----------
    inputs, places
        What the folder says, and in which rows it stands.
    findings
        Takes one warning per kind of silence and file; a setting that no run survives is an error.
    """
    note = _Notes(findings)
    _note_settings(inputs, places, note)
    _note_locations(inputs, places, note)
    _note_routes(inputs, places, note)
    _note_closures(inputs, places, note)
    _note_conflicts(inputs, places, note)
    _note_counts(inputs, places, note)
    _note_files(inputs, places, note)


class _Notes:
    """Writes warnings; several rows with the same cause become one."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def tell(
        self,
        file: str,
        row: int | str,
        found: str,
        expected: str,
        repair: str,
        slug: str,
        severity: str = "warning",
    ) -> None:
        self._findings.add(file, row, Trouble(found, expected, repair, slug, severity))

    def tell_rows(
        self, file: str, found: Sequence[tuple[int, str]], what: str, expected: str, repair: str, slug: str
    ) -> None:
        """Note rows with one cause at the first of them; the names follow `what`."""
        if found:
            names = name_some([name for _, name in found])
            self.tell(file, found[0][0], f"{what}: {names}", expected, repair, slug)


def name_some(names: Sequence[str]) -> str:
    """Name the first few, and count the rest."""
    shown = ", ".join(names[:LISTED])
    return shown if len(names) <= LISTED else f"{shown} and {len(names) - LISTED} more"


# -- settings --------------------------------------------------------------------------------------------


def _note_settings(inputs: FleeInputs, places: Places, note: _Notes) -> None:
    values = inputs.settings

    def setting(*path: str) -> Any:  # noqa: ANN401 - any value of a settings file
        return find_setting(values, *path)

    absent = tuple(_list_absent(values))
    if absent:
        found = (
            "there is no settings file" if not places.has_settings else f"{len(absent)} settings are absent"
        )
        silent = "; every other switch is off"
        note.tell(
            FILE,
            "",
            f"{found}, so that the defaults of Flee's code hold: {', '.join(absent)}{silent}",
            "expected every setting that matters to be written",
            "write down those that you mean"
            if places.has_settings
            else "name the file with --settings, or go on with the defaults; Flee itself stops",
            "flee-defaults",
        )
    for path, reason in _DEAD:
        if _is_written(values, path):
            note.tell(
                FILE,
                "",
                f"{path[-1]} is set, and {reason}",
                "expected settings that act",
                "remove the line",
                "flee-dead-setting",
            )
    for path, test, found, repair in _ODD:
        if test(setting(*path)):
            note.tell(
                FILE,
                "",
                f"{path[-1]} is {setting(*path)}: {found}",
                "expected settings that do what they say",
                repair,
                "flee-odd-setting",
            )
    if int(setting("optimisations", "hasten")) < 1:
        note.tell(
            FILE,
            "",
            f"hasten is {setting('optimisations', 'hasten')}",
            "expected a whole number of 1 or more",
            "write 1 for all people",
            "flee-setting-value",
            "error",
        )
    _note_spawning(inputs, note)
    logged = [key for key, value in (setting("log_levels") or {}).items() if _is_positive(value)]
    if logged:
        note.tell(
            FILE,
            "",
            f"log_levels asks for {name_some(logged)}, which changes no result",
            "expected none, as people are counted here and not followed",
            "set them to 0",
            "flee-log-levels",
        )
    rules = [
        key for key in _AGENT_RULES if setting("move_rules", key) and key in (values.get("move_rules") or {})
    ]
    if rules and not inputs.demographics:
        note.tell(
            FILE,
            "",
            f"{name_some(rules)} need a demographics_*.csv, and {INPUT} has none",
            "expected the shares of age, gender or faith",
            "add the file, or switch the rules off",
            "flee-no-demographics",
        )


_AGENT_RULES = (
    "WomenAvoidHazards",
    "ChildrenAvoidHazards",
    "ElderlyAvoidHazards",
    "BoysTakeRisk",
    "MatchCampReligion",
    "MatchCampEthnicity",
    "MatchTownEthnicity",
    "MatchConflictEthnicity",
)

# settings that Flee reads and that act on nothing
_DEAD: tuple[tuple[tuple[str, ...], str], ...] = (
    (("number_of_steps",), "Flee's run script takes the number of days from sim_period.csv"),
    (("conflict_input_file",), "Flee's run script takes conflicts.csv instead"),
    (("flood_level_input_file",), "Flee's run script takes flood_level.csv instead"),
    (("move_rules", "max_crossing_speed"), "Flee uses it nowhere"),
    (("move_rules", "flood_rules", "flood_link_weights"), "Flee does not support it yet"),
)
# settings whose value has another effect than it seems
_ODD: tuple[tuple[tuple[str, ...], Callable[[Any], bool], str, str], ...] = (
    (
        ("move_rules", "two_system_decision_making"),
        bool,
        "Flee can never switch it on from a file",
        "remove the line",
    ),
    (
        ("move_rules", "awareness_level"),
        lambda value: int(value) == 0,
        "in Flee nobody ever moves at level 0",
        "write 1 or more",
    ),
    (("move_rules", "awareness_level"), lambda value: int(value) < 0, "Flee treats it like 1", "write 1"),
    (
        ("move_rules", "default_movechance"),
        lambda value: float(value) < 0.005,
        "Flee turns every town into a camp",
        "write 0.005 or more",
    ),
    (
        ("move_rules", "use_v1_rules"),
        bool,
        "it replaces speed, stints, start on foot, camp and conflict weight by those of version 1",
        "remove it if the values beside it are to count",
    ),
    (
        ("move_rules", "stay_close_to_home"),
        bool,
        "Flee measures from where people are, not from their home, and takes y for the latitude",
        "remove the line if that is not meant",
    ),
    (
        ("move_rules", "BoysTakeRisk"),
        bool,
        "it also holds for men, and only where ChildrenAvoidHazards is on",
        "check that this is meant",
    ),
)


def _note_spawning(inputs: FleeInputs, note: _Notes) -> None:
    def setting(*path: str) -> Any:  # noqa: ANN401 - any value of a settings file
        return find_setting(inputs.settings, *path)

    flood = setting("spawn_rules", "flood_zone_spawning_only")
    if flood and setting("spawn_rules", "conflict_zone_spawning_only"):
        note.tell(
            FILE,
            "",
            "flood_zone_spawning_only and conflict_zone_spawning_only are both on, and Flee stops",
            "expected one of them",
            "switch one of them off",
            "flee-odd-setting",
        )
    driven = setting("spawn_rules", "conflict_driven_spawning")
    mode = driven.get("spawn_mode", "constant") if isinstance(driven, dict) else ""
    if mode == "pop_ratio" and int(setting("optimisations", "hasten")) > 1:
        note.tell(
            FILE,
            "",
            "conflict_driven_spawning by pop_ratio with hasten above 1 cuts each day's people down to "
            "whole scaled people, so that small places send nobody",
            "expected hasten 1 with it",
            "write hasten: 1",
            "flee-odd-setting",
        )
    if mode and str(mode).lower() not in {"constant", "pop_ratio", "poisson"}:
        note.tell(
            FILE,
            "",
            f"spawn_mode is {mode}, with which nobody leaves",
            "expected constant, pop_ratio or poisson",
            "correct the word",
            "flee-odd-setting",
        )


def _list_absent(values: Mapping[str, Any]) -> Iterator[str]:
    """List the settings that are not written, with their defaults; switches that are off are left out."""
    for section in _RULES:
        written = values.get(section)
        for key, known in KEYS[section].items():
            off = not isinstance(known, Key) or (known.kind == "switch" and not known.default)
            if off or known.default in (None, []) or (isinstance(written, dict) and key in written):
                continue
            default = known.default if not isinstance(known.default, float) else f"{known.default:.4g}"
            yield f"{key} {default}"


def _is_written(values: Mapping[str, Any], path: Sequence[str]) -> bool:
    value: Any = values
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return bool(value)


def _is_positive(value: object) -> bool:
    return isinstance(value, int) and value > 0


# -- places and routes -----------------------------------------------------------------------------------


def _note_locations(inputs: FleeInputs, places: Places, note: _Notes) -> None:
    file = f"{INPUT}/locations.csv"
    rows = list(zip(inputs.locations, places.locations, strict=True))
    limits = (90.0, 180.0) if inputs.x_is == "latitude" else (180.0, 90.0)
    note.tell_rows(
        file,
        [(row, one.name) for one, row in rows if abs(one.x) > limits[0] or abs(one.y) > limits[1]],
        "coordinates that lie nowhere on Earth, which Flee does not notice",
        "expected degrees within 90 and 180",
        "correct columns 4 and 5",
        "flee-coordinates",
    )
    note.tell_rows(
        file,
        [
            (row, one.name)
            for one, row in rows
            if "conflict" in one.location_type.lower() and one.conflict_date > 0
        ],
        "places with a conflict_date above 0, which Flee starts as towns, as conflicts.csv has the days",
        "expected dates to count",
        "look into conflicts.csv for the dates",
        "flee-conflict-later",
    )
    starting = [
        (row, one.name)
        for one, row in rows
        if "conflict" in one.location_type.lower()
        and one.conflict_date <= 0
        and not any(value >= NO_CONFLICT for value in inputs.conflicts.get(one.name, ())[:1])
    ]
    note.tell_rows(
        file,
        starting,
        "places in conflict from the start by their type, although conflicts.csv has 0 on day 0",
        "expected both files to agree",
        "make them towns, or correct conflicts.csv",
        "flee-conflict-start",
    )
    note.tell_rows(
        file,
        [(row, one.name) for one, row in rows if "camp" in one.location_type.lower() and one.size < 1],
        "camps with a capacity below 1, which Flee takes for unlimited",
        "expected a number of places",
        "write the capacity, if there is one",
        "flee-capacity-unlimited",
    )
    _note_capacities(inputs, rows, note)
    for (name, kind, day), row in zip(inputs.changes, places.changes, strict=True):
        if not 0 <= day < inputs.days:
            note.tell(
                "location_changes.csv",
                row,
                f"{name} is to become {kind} on day {day}, which never comes",
                f"expected a day from 0 to {inputs.days - 1}",
                "correct the day",
                "flee-never",
            )


def _note_capacities(inputs: FleeInputs, rows: Sequence[tuple[Any, int]], note: _Notes) -> None:
    file = f"{INPUT}/locations.csv"
    counts = {one.name: one for one in inputs.series}
    leaks, shrunk = [], []
    driven = isinstance(find_setting(inputs.settings, "spawn_rules", "conflict_driven_spawning"), dict)
    inserted = find_setting(inputs.settings, "spawn_rules", "insert_day0")
    for one, row in rows:
        if "camp" not in one.location_type.lower() or one.name not in counts or one.size < 1:
            continue
        series = counts[one.name]
        corrected = correct_counts(series, inputs.corrections)
        later = [(day, count) for day, count in zip(series.days, series.counts, strict=True) if day > 0]
        tops = {max((count for _, count in later), default=-1.0), int(max(corrected))}
        tops.add(max((count for day, count in later if day < inputs.days), default=-1.0))
        if one.size in tops:
            leaks.append((row, one.name))
        first = int(interpolate(series.days, corrected, 0))
        if first > 0 and inserted and not driven:
            shrunk.append((row, f"{one.name} ({one.size:,} becomes {one.size - first:,})"))
    note.tell_rows(
        file,
        leaks,
        "capacities that equal the highest later count of the same camp, and were not known in advance",
        "expected planned or published places",
        "treat every result as a hindcast",
        "flee-capacity-leak",
    )
    note.tell_rows(
        file,
        shrunk,
        "capacities that Flee lowers by the people of day 0, although it counts the same people inside "
        "(below 1 it takes them for unlimited)",
        "expected capacities to stay",
        "nothing, if Flee's results are wanted",
        "flee-capacity-day0",
    )


def _note_routes(inputs: FleeInputs, places: Places, note: _Notes) -> None:
    file = f"{INPUT}/routes.csv"
    rows = list(zip(inputs.routes, places.routes, strict=True))
    forced = [(row, f"{one.name1} - {one.name2}") for one, row in rows if one.forced_redirection != 0]
    note.tell_rows(
        file,
        forced,
        "routes with a forced redirection, which Flee stores and never consults",
        "expected routes that act as they are marked",
        "set column 4 to 0",
        "flee-forced-ignored",
    )
    note.tell_rows(
        file,
        [(row, f"{one.name1} - {one.name2}") for one, row in rows if one.forced_redirection == 1],
        "routes with forced redirection 1, which Flee makes twice, so that they count double",
        "expected one route",
        "set column 4 to 0",
        "flee-forced-double",
    )
    seen: set[frozenset[str]] = set()
    again = []
    for one, row in rows:
        pair = frozenset((one.name1, one.name2))
        if pair in seen:
            again.append((row, f"{one.name1} - {one.name2}"))
        seen.add(pair)
    note.tell_rows(
        file,
        again,
        "routes between places that are linked already, so that Flee draws among all rows",
        "expected each pair once",
        "remove the row if it is no second road",
        "flee-route-twice",
    )


def _note_closures(inputs: FleeInputs, places: Places, note: _Notes) -> None:
    file = f"{INPUT}/closures.csv"
    country = {one.name: one.country for one in inputs.locations}
    borders = {frozenset((country[one.name1], country[one.name2])) for one in inputs.routes}
    for one, row in zip(inputs.closures, places.closures, strict=True):
        reason, repair = _find_silence(one, country, borders)
        if reason:
            note.tell(
                file,
                row,
                f"the closure {one.closure_type},{one.name1},{one.name2} {reason}",
                "expected closures that act as written",
                repair,
                "flee-closure-silent",
            )
        if 0 <= one.start < inputs.days:
            if one.end <= one.start and reason != _UNUSED:
                note.tell(
                    file,
                    row,
                    f"the closure ends on day {one.end} and begins on day {one.start}: Flee acts on "
                    "both days as they come, and nothing opens again after the beginning",
                    "expected an end after the beginning",
                    "correct the days",
                    "flee-closure-days",
                )
        elif not 0 <= one.end < inputs.days:
            note.tell(
                file,
                row,
                f"the closure begins on day {one.start}, which never comes, and Flee does nothing",
                f"expected a day from 0 to {inputs.days - 1}",
                "correct the days",
                "flee-never",
            )
        else:
            note.tell(
                file,
                row,
                f"the closure begins on day {one.start}, which never comes, and Flee only opens",
                f"expected a day from 0 to {inputs.days - 1}",
                "correct the days",
                "flee-never",
            )


_UNUSED = "changes a mark that Flee never consults"


def _find_silence(
    one: FleeClosure, country: Mapping[str, str], borders: set[frozenset[str]]
) -> tuple[str, str]:
    kind, first, second = one.closure_type, one.name1, one.name2
    remedy = "correct the name"
    if kind == "link":
        return (
            "never acts, because Flee compares names in a way that never matches",
            "close the location or the border instead",
        )
    if kind == "remove_forced_redirection":
        return _UNUSED, "remove the row"
    if kind == "country":
        missing = [name for name in (first, second) if name not in country.values()]
        if missing:
            return f"closes nothing, as no location lies in {name_some([repr(n) for n in missing])}", remedy
        if frozenset((first, second)) not in borders:
            return "closes nothing, as no route links these countries", remedy
        return "", ""
    if kind == "location":
        if first not in country:
            return f"closes nothing, as there is no location {first!r}", remedy
        if second.strip():
            return (
                "closes every route of the first place, as Flee does not read the second",
                "leave the second name empty, if this is meant",
            )
        return "", ""
    if kind in {"camp", "idpcamp"}:
        if first not in country:
            where = next(iter(country), "")
            return f"acts on {where!r}, the first location, as there is no {first!r}", remedy
        return "", ""
    words = "country, location, camp or idpcamp"
    return "is of a kind that Flee does not know, and does nothing", f"write {words}"


# -- conflict --------------------------------------------------------------------------------------------


def _note_conflicts(inputs: FleeInputs, places: Places, note: _Notes) -> None:
    file = f"{INPUT}/conflicts.csv"
    known = len(places.conflict_days)
    if known < inputs.days and inputs.conflicts:
        last = places.conflict_days[-1] if known else 1
        note.tell(
            file,
            last,
            f"the file ends on day {known - 1}, and the period has {inputs.days:,} days; Flee stops at "
            f"day {known}",
            f"expected {inputs.days:,} rows of days",
            f"complete it, or write Length,{known} into sim_period.csv",
            "flee-conflicts-short",
        )
    elif known > inputs.days:
        note.tell(
            file,
            places.conflict_days[inputs.days],
            f"{known - inputs.days} rows lie after the period and are not read",
            f"expected {inputs.days:,} rows of days",
            "remove them, or make the period longer",
            "flee-conflicts-long",
        )
    ignored = []
    for name, values in inputs.conflicts.items():
        for day in range(1, min(len(values), inputs.days)):
            before, now = values[day - 1], values[day]
            if before >= NO_CONFLICT and now >= NO_CONFLICT and before != now:
                ignored.append((places.conflict_days[day], f"{name} (day {day}: {before:g} to {now:g})"))
                break
    note.tell_rows(
        file,
        sorted(ignored),
        "changes between two intensities above 0, which Flee ignores, so that the first one holds",
        "expected changes to count",
        "put a day with 0 between them, if Flee is to see the change",
        "flee-intensity-ignored",
    )
    people = {one.name: (one.size, one.location_type) for one in inputs.locations}
    rows = dict(zip((one.name for one in inputs.locations), places.locations, strict=True))
    zones = [one.name for one in inputs.locations if _is_ever_zone(inputs, one.name, one.location_type)]
    empty = [(rows[name], name) for name in zones if people[name][0] < 1 or "camp" in people[name][1].lower()]
    if not isinstance(find_setting(inputs.settings, "spawn_rules", "conflict_driven_spawning"), dict):
        note.tell_rows(
            f"{INPUT}/locations.csv",
            sorted(empty),
            "places that come into conflict without a population, so that nobody leaves",
            "expected the number of people",
            "fill in column 8",
            "flee-zone-empty",
        )
        _note_nowhere(inputs, places, note)


def _is_ever_zone(inputs: FleeInputs, name: str, kind: str) -> bool:
    return "conflict" in kind.lower() or any(value >= NO_CONFLICT for value in inputs.conflicts.get(name, ()))


def _note_nowhere(inputs: FleeInputs, places: Places, note: _Notes) -> None:
    """Note the first day on which people are to be displaced and no place with people is in conflict."""
    if not find_setting(inputs.settings, "spawn_rules", "conflict_zone_spawning_only") or inputs.changes:
        return
    days = min(inputs.days, len(places.conflict_days))
    idle = _find_idle_days(inputs, days)
    if not any(idle):
        return
    debt = 0
    new = _count_newly_displaced(inputs, days)
    if find_setting(inputs.settings, "spawn_rules", "insert_day0") and new:
        new[0] = 0
    for day in range(days):
        owed = new[day] - debt
        debt = max(-owed, 0)
        if owed > 0 and idle[day]:
            row = places.conflict_days[day]
            note.tell(
                f"{INPUT}/conflicts.csv",
                row,
                f"no place with people is in conflict on day {day}, while the counts "
                f"grow by {owed:,}; Flee stops there",
                "expected a place that they can come from",
                f"add one, or write Length,{day} into sim_period.csv",
                "flee-nowhere-to-leave",
            )
            return


def _find_idle_days(inputs: FleeInputs, days: int) -> list[bool]:
    busy = [False] * days
    for one in inputs.locations:
        if "camp" in one.location_type.lower() or one.size < 1:
            continue
        active = "conflict" in one.location_type.lower() and one.conflict_date <= 0
        values = inputs.conflicts.get(one.name, ())
        for day in range(days):
            if day < len(values):
                before = values[day - 1] if day else 0.0
                if values[day] >= NO_CONFLICT > before:
                    active = True
                elif values[day] < NO_CONFLICT <= before:
                    active = False
            busy[day] = busy[day] or active
    return [not any_one for any_one in busy]


def _count_newly_displaced(inputs: FleeInputs, days: int) -> list[int]:
    """Count people newly displaced on each day as Flee takes them from the data; on day 0 all of them."""
    summed = find_setting(inputs.settings, "spawn_rules", "sum_from_camps")
    used = inputs.series if summed or inputs.total is None else (inputs.total,)
    levels = [0] * days
    for series in used:
        counts = correct_counts(series, inputs.corrections)
        for day in range(days):
            levels[day] += int(interpolate(series.days, counts, day))
    return [level - before for level, before in zip(levels, [0, *levels[:-1]], strict=True)]


def is_rising(days: Sequence[int]) -> bool:
    """Tell whether each day comes after the one before."""
    return all(after > before for before, after in pairwise(days))


def correct_counts(series: FleeSeries, corrections: Sequence[tuple[str, int]]) -> list[float]:
    """Scale the counts before each registration correction, in the order of the file, as Flee does."""
    counts = list(series.counts)
    for name, day in corrections:
        if name != series.name:
            continue
        for index, there in enumerate(series.days):
            if index and there == day and counts[index - 1]:
                factor = counts[index] / counts[index - 1]
                counts[:index] = [count * factor for count in counts[:index]]
    return counts


def interpolate(days: Sequence[int], counts: Sequence[float], day: int) -> float:
    """Give the count of a day as Flee does: along straight lines, the first and last count outside them."""
    if day <= days[0]:
        return counts[0]
    for index in range(1, len(days)):
        if day < days[index]:
            part = (day - days[index - 1]) / (days[index] - days[index - 1])
            return counts[index - 1] + part * (counts[index] - counts[index - 1])
    return counts[-1]


# -- counts and other files ------------------------------------------------------------------------------


def _note_counts(inputs: FleeInputs, places: Places, note: _Notes) -> None:
    layout = f"{DATA}/data_layout.csv"
    kinds = {one.name: one.location_type.lower() for one in inputs.locations}
    strangers = [(places.series[one.name], one.name) for one in inputs.series if one.name not in kinds]
    note.tell_rows(
        layout,
        strangers,
        "names that are no locations, whose counts Flee adds to the people who are displaced",
        "expected names of camps",
        "remove the rows, or add the locations",
        "flee-counts-of-nowhere",
    )
    towns = [
        (places.series[one.name], one.name)
        for one in inputs.series
        if one.name in kinds and "camp" not in kinds[one.name]
    ]
    note.tell_rows(
        layout,
        towns,
        "places that are no camps, whose counts Flee adds to the people who are displaced, and compares "
        "with nothing",
        "expected names of camps",
        "make them camps, or remove the rows",
        "flee-counts-of-towns",
    )
    every = (*inputs.series, *((inputs.total,) if inputs.total else ()))

    def listed(
        test: Callable[[FleeSeries], bool], word: Callable[[FleeSeries], str]
    ) -> list[tuple[int, str]]:
        return [(places.series[one.name], f"{one.name}{word(one)}") for one in every if test(one)]

    note.tell_rows(
        layout,
        listed(lambda one: not is_rising(one.days), lambda one: f" ({name_some(one.files)})"),
        "counts whose dates do not rise from row to row, which Flee reads as they come",
        "expected each date after the one before",
        "sort the rows, and remove double dates",
        "flee-dates-unsorted",
    )
    note.tell_rows(
        layout,
        listed(lambda one: one.days[0] > 0, lambda one: f" (day {one.days[0]}, {one.counts[0]:,.0f})"),
        "counts that begin after day 0, so that Flee takes the first one for all days before",
        "expected a count on day 0 or earlier",
        "add one",
        "flee-counts-begin",
    )
    last = inputs.days - 1
    note.tell_rows(
        layout,
        listed(lambda one: one.days[-1] < last, lambda one: f" (day {one.days[-1]} of {last})"),
        "counts that end before the period does, so that Flee takes the last one for all days after",
        "expected counts to the end of the period",
        "add the later ones",
        "flee-counts-end",
    )
    note.tell_rows(
        layout,
        listed(lambda one: not any(one.counts), lambda _: ""),
        "counts that are 0 throughout",
        "expected people",
        "check the files",
        "flee-counts-zero",
    )
    for name, (file, lost) in places.dropped.items():
        note.tell(
            layout,
            places.series[name],
            f"{count_noun(lost, 'count')} of {name} after the last one of {file} left out, as "
            "Flee adds files only while both go on",
            "expected files that end on the same day",
            f"add a last count to {file}",
            "flee-parts-end",
        )


def _note_files(inputs: FleeInputs, places: Places, note: _Notes) -> None:
    if places.unread:
        folder = places.unread[0].split("/", maxsplit=1)[0]
        note.tell(
            f"{folder}/",
            "",
            f"files that Flee does not read, and that are left out: {name_some(places.unread)}",
            "expected files that are used",
            "keep them elsewhere",
            "flee-file-unread",
        )
    unused = [
        name
        for name in inputs.other_files
        if (
            name.endswith("agents.csv")
            and not find_setting(inputs.settings, "spawn_rules", "read_from_agents_csv_file")
        )
        or (
            name.endswith("major_routes.csv")
            and not find_setting(inputs.settings, "move_rules", "fixed_routes")
        )
    ]
    if unused:
        note.tell(
            unused[0],
            "",
            f"{name_some(unused)} acts only with a setting that is off",
            "expected files that are used",
            "switch it on, or remove the file",
            "flee-file-idle",
        )
