"""How a Flee folder becomes a case that loses nothing, and how a case gives back what Flee's files said.

Places, routes, the conflict schedule and counts stand in the tables of the case, where they can be corrected.
What these cannot hold are attributes whose key begins with `flee.`; docs/howto/import-a-flee-case.md lists
them.
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from havenward.case.findings import Findings, Trouble
from havenward.case.importers.flee_counts import add_counts
from havenward.case.importers.flee_files import read_flee_folder
from havenward.case.importers.flee_notes import is_rising, name_some
from havenward.case.importers.flee_places import MAX_DAYS, NO_CONFLICT
from havenward.case.known import latest_locations
from havenward.case.write import write_case
from havenward.dates import day_date, day_number
from havenward.errors import CaseError, Problem
from havenward.flee_inputs import FleeClosure, FleeInputs, FleeLocation, FleeRoute, FleeSeries
from havenward.records import Attribute, Case, Event, Location, Observation, Route, Source
from havenward.settings import MAX_HORIZON_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SOURCE = "flee-folder"
SERIES, TOTAL_SERIES = "flee-source-data", "flee-total"
LAG_DAYS = 3  # a count is taken as published this many days after its date, as cases do by default
MAX_TEXT = 60_000  # characters of one cell; the longest texts are kept in several
_Value = TypeVar("_Value")
_Default = TypeVar("_Default")
MIN_ROUTE_KM, MAX_ROUTE_KM = 0.001, 20_000.0


def import_flee(src: Path, case_folder: Path, settings: Path | None = None) -> tuple[Problem, ...]:
    """Make a case of a Flee input folder.

    Parameters
    ----------
    src
        Holds `input_csv/` and `source_data/`.
    case_folder
        Where the case is written; new or empty.
    settings
        A settings file to take instead of the one in the folder.

    Returns
    -------
    notes
        What Flee ignores silently, and what the case had to translate.

    Raises
    ------
    CaseError
        The Flee folder has errors (all of them), or the case folder holds something.
    """
    case_folder = Path(case_folder)
    inputs, notes = read_flee_folder(Path(src), settings)
    if case_folder.exists() and (case_folder.is_file() or any(case_folder.iterdir())):
        raise CaseError(
            Problem(
                str(case_folder),
                "the folder holds something",
                "expected a new or empty folder",
                "name another folder, so that nothing is overwritten",
                "case-folder-taken",
            )
        )
    case, own = make_case(inputs, Path(src).resolve().name)
    write_case(case, case_folder)
    return (*notes, *own)


def make_case(inputs: FleeInputs, name: str) -> tuple[Case, tuple[Problem, ...]]:
    """Make a case of what a Flee folder says; `flee_inputs` gives it back.

    Parameters
    ----------
    inputs
        What the folder says.
    name
        Name of the folder, which becomes the title and the stable identifier.

    Returns
    -------
    case
        Rows are published at the start of the period, conflict events on their own day, and counts three
        days after theirs.
    notes
        What had to be translated, as warnings.
    """
    findings = Findings()
    codes = _find_codes([one.country for one in inputs.locations], findings)
    start = inputs.start_date
    zones = {
        one.name
        for one in inputs.locations
        if "conflict" in one.location_type.lower()
        or any(value >= NO_CONFLICT for value in inputs.conflicts.get(one.name, ()))
    }
    plain = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "flee"
    case = Case(
        title=f"{name} (from a Flee folder)" if name else "From a Flee folder",
        crisis=plain[:80],
        country=codes[inputs.locations[0].country],
        start=start,
        horizon_days=min(max(inputs.days - 1, 1), MAX_HORIZON_DAYS),
        rules="flee",
        residents_held=False,
        front_by_cell=False,
        publication_lag_days=LAG_DAYS,
        audience="public",
        suppress_below=10,
        locations=tuple(_make_location(one, inputs, codes, zones) for one in inputs.locations),
        routes=tuple(_make_routes(inputs)),
        events=tuple(_make_events(inputs)),
        observations=tuple(_make_observations(inputs)),
        attributes=tuple(_make_attributes(inputs)),
        sources=(Source(SOURCE, f"Flee input folder {name}".strip(), "", "", None, ""),),
    )
    return case, tuple(findings.problems())


# -- from Flee to the tables of a case -------------------------------------------------------------------


def read_country_codes() -> dict[str, str]:
    """Read the ISO 3166-1 alpha-3 code of every country by its names in lower case."""
    text = (files("havenward") / "tables" / "countries.csv").read_text(encoding="utf-8")
    codes: dict[str, str] = {}
    for row in csv.DictReader(io.StringIO(text)):
        for name in (row["name"], row["code"], *row["also"].split("; ")):
            codes[name.lower()] = row["code"]
    return codes


def _find_codes(countries: Iterable[str], findings: Findings) -> dict[str, str]:
    """Give each country of Flee a code; names that are no country get codes that ISO leaves to users."""
    known = read_country_codes()
    codes: dict[str, str] = {}
    unknown: list[str] = []
    for country in countries:
        if country not in codes:
            word = country.replace("_", " ").strip().lower()
            codes[country] = known.get(word, "") if word else ""
            if not codes[country]:
                codes[country] = f"X{chr(65 + len(unknown) // 26 % 26)}{chr(65 + len(unknown) % 26)}"
                unknown.append(country or "(empty)")
    if unknown:
        trouble = Trouble(
            f"no country is called {name_some(unknown)}, so that codes made up with X stand for them",
            "expected names of countries",
            "correct the column country of locations.csv in the case",
            "flee-country-unknown",
            "warning",
        )
        findings.add("input_csv/locations.csv", "", trouble)
    return codes


def _make_location(
    one: FleeLocation, inputs: FleeInputs, codes: Mapping[str, str], zones: set[str]
) -> Location:
    kind = _find_kind(one, zones)
    latitude, longitude = (one.x, one.y) if inputs.x_is == "latitude" else (one.y, one.x)
    placed = _is_placed(latitude, longitude)
    return Location(
        location=one.name,
        name=one.name.replace("_", " "),
        pcode="",
        kind=kind,
        latitude=latitude if placed else None,
        longitude=longitude if placed else None,
        admin1=one.region,
        admin2="",
        country=codes[one.country],
        group="",
        population=one.size if kind == "origin" and one.size >= 0 else None,
        capacity=one.size if kind == "camp" and one.size >= 0 else None,
        opens=None,
        closes=None,
        published=inputs.start_date,
        source=SOURCE,
    )


def _find_kind(one: FleeLocation, zones: set[str]) -> str:
    word = one.location_type.lower()
    if "camp" in word:
        return "camp"
    if one.name in zones or "flood_zone" in word:
        return "origin"
    return "marker" if "marker" in word else "town"


def _is_placed(latitude: float, longitude: float) -> bool:
    """Tell whether a case can hold the coordinates; 0, 0 is what Flee takes where they are empty."""
    return abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude, longitude) != (0, 0)


def _holds(distance: float) -> bool:
    return MIN_ROUTE_KM <= distance <= MAX_ROUTE_KM


def _split_routes(
    inputs: FleeInputs,
) -> tuple[list[FleeRoute], dict[frozenset[str], list[tuple[int, FleeRoute]]]]:
    """Part the first row of each pair of places from the further ones, which a case keeps as attributes."""
    first: dict[frozenset[str], FleeRoute] = {}
    further: dict[frozenset[str], list[tuple[int, FleeRoute]]] = {}
    for index, one in enumerate(inputs.routes):
        pair = frozenset((one.name1, one.name2))
        if pair in first:
            further.setdefault(pair, []).append((index, one))
        else:
            first[pair] = one
    return list(first.values()), further


def _make_routes(inputs: FleeInputs) -> Iterable[Route]:
    for one in _split_routes(inputs)[0]:
        distance = one.distance if _holds(one.distance) else MIN_ROUTE_KM
        yield Route(one.name1, one.name2, distance, "road", inputs.start_date, SOURCE)


def _make_events(inputs: FleeInputs) -> Iterable[Event]:
    """Turn the schedule into events on the days on which it changes."""
    names = {one.name for one in inputs.locations}
    for name, values in inputs.conflicts.items():
        if name not in names:
            continue
        before = 0.0
        for number, value in enumerate(values):
            if value != before:
                day = day_date(number, inputs.start_date)
                kind = "conflict" if value else "conflict_ends"
                yield Event(day, kind, name, "", "", value or None, day, SOURCE)
            before = value


def _is_told(one: FleeSeries, names: set[str]) -> bool:
    """Tell whether observations alone can hold the counts of a camp or of the total."""
    return is_rising(one.days) and not one.parts and (one.name == "total" or one.name in names)


def _make_observations(inputs: FleeInputs) -> Iterable[Observation]:
    names = {one.name for one in inputs.locations}
    for one in (*inputs.series, *((inputs.total,) if inputs.total else ())):
        whole = one.name == "total"
        if not whole and one.name not in names:
            continue
        # of several counts of one day the last one stands; attributes keep the file as it is
        for number, count in sorted(dict(zip(one.days, one.counts, strict=True)).items()):
            day = day_date(number, inputs.start_date)
            yield Observation(
                day,
                None,
                "total" if whole else "location",
                "" if whole else one.name,
                "",
                "stock",
                int(count),
                None,
                TOTAL_SERIES if whole else SERIES,
                day + timedelta(days=LAG_DAYS),
                SOURCE,
            )


# -- from Flee to attributes -----------------------------------------------------------------------------


def _make_attributes(inputs: FleeInputs) -> Iterable[Attribute]:
    def whole(key: str, value: object) -> Attribute:
        return Attribute("", "", "", f"flee.{key}", _write(value), None, SOURCE)

    yield whole("days", inputs.days)
    yield whole("x_is", inputs.x_is)
    for key, value in _flatten(inputs.settings):
        yield whole(key, value)
    for number, one in enumerate(inputs.closures, start=1):
        yield whole(f"closure.{number:03d}", [one.closure_type, one.name1, one.name2, one.start, one.end])
    for number, (name, day) in enumerate(inputs.corrections, start=1):
        yield whole(f"correction.{number:03d}", [name, day_date(day, inputs.start_date).isoformat()])
    for number, change in enumerate(inputs.changes, start=1):
        yield whole(f"change.{number:03d}", list(change))
    lengths = {len(values) for values in inputs.conflicts.values()}
    yield whole("conflict_days", max(lengths, default=0))
    yield from _cut("conflict_columns", _dump(list(inputs.conflicts)))
    series = (*((inputs.total,) if inputs.total else ()), *inputs.series)
    names = {one.name for one in inputs.locations}
    for number, one_series in enumerate(series):
        yield whole(f"layout.{number:03d}", [one_series.name, *one_series.files])
        if not _is_told(one_series, names):
            for part in one_series.parts or (one_series,):
                pairs = [[day, int(count)] for day, count in zip(part.days, part.counts, strict=True)]
                file = one_series.files.index(part.name) if one_series.parts else 0
                yield from _cut(f"counts.{number:03d}.{file}", _dump(pairs))
    texts = {
        **{f"input_csv/{name}": text for name, text in inputs.demographics.items()},
        **inputs.other_files,
    }
    for name, text in sorted(texts.items()):
        yield from _cut(f"file.{name}", _dump(text))
    for place in inputs.locations:
        yield from _describe_place(place, inputs)
    yield from _describe_routes(inputs)


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _write(value: object) -> str:
    """Write a value as JSON; words stand without quotes where they cannot mean anything else."""
    text = _dump(value)
    return value if isinstance(value, str) and _is_word(value) else text


def _is_word(text: str) -> bool:
    """Tell whether a text reads back as itself without quotes."""
    if not text or text != text.strip() or not text.isprintable():
        return False
    try:
        json.loads(text)
    except ValueError:
        return text[0] not in '"[{'
    return False


def _read(text: str) -> Any:  # noqa: ANN401 - any value of JSON
    return text if _is_word(text) else json.loads(text)


def _cut(key: str, text: str) -> Iterable[Attribute]:
    """Keep a long text in several rows: JSON texts of its parts."""
    parts = [text[at : at + MAX_TEXT] for at in range(0, len(text), MAX_TEXT)]
    for number, part in enumerate(parts):
        name = f"flee.{key}" if len(parts) == 1 else f"flee.{key} part {number + 1:03d}"
        value = part if len(parts) == 1 else _dump(part)
        yield Attribute("", "", "", name, value, None, SOURCE)


def _flatten(settings: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Give each setting a key of its own, such as `setting.move_rules.softening`."""
    if _has_odd_key(settings):
        yield "settings", settings
        return
    yield from _walk("setting", settings)


def _has_odd_key(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    odd = any(not key or "." in key or key != key.strip() or not key.isprintable() for key in value)
    return odd or any(_has_odd_key(item) for item in value.values())


def _walk(path: str, value: object) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _walk(f"{path}.{key}", item)
    elif path != "setting":
        yield path, value


def _describe_place(one: FleeLocation, inputs: FleeInputs) -> Iterable[Attribute]:
    pairs: list[tuple[str, object]] = [("type", one.location_type)]
    if one.country:
        pairs.append(("country", one.country))
    if one.conflict_date:
        pairs.append(("conflict_date", one.conflict_date))
    latitude, longitude = (one.x, one.y) if inputs.x_is == "latitude" else (one.y, one.x)
    if not _is_placed(latitude, longitude):
        pairs += [("x", one.x), ("y", one.y)]
    zones = {one.name} if any(value >= NO_CONFLICT for value in inputs.conflicts.get(one.name, ())) else set()
    kind = _find_kind(one, zones | ({one.name} if "conflict" in one.location_type.lower() else set()))
    if kind not in {"origin", "camp"} or one.size < 0:
        pairs.append(("size", one.size))
    if one.attributes:
        pairs.append(("attributes", dict(one.attributes)))
    for key, value in pairs:
        yield Attribute(one.name, "", "", f"flee.{key}", _write(value), None, SOURCE)


def _describe_routes(inputs: FleeInputs) -> Iterable[Attribute]:
    first, further = _split_routes(inputs)
    for one in first:
        pairs: list[tuple[str, object]] = []
        if not _holds(one.distance):
            pairs.append(("distance", one.distance))
        if one.forced_redirection:
            pairs.append(("forced_redirection", one.forced_redirection))
        if one.attributes:
            pairs.append(("attributes", dict(one.attributes)))
        more = further.get(frozenset((one.name1, one.name2)), [])
        if more:
            rows = [
                [at, row.name1, row.name2, row.distance, row.forced_redirection, dict(row.attributes)]
                for at, row in more
            ]
            pairs.append(("further", rows))
        for key, value in pairs:
            yield Attribute("", one.name1, one.name2, f"flee.{key}", _write(value), None, SOURCE)


# -- from a case to Flee ---------------------------------------------------------------------------------


class _Attributes:
    """The attributes of a case that begin with `flee.`, each read once; problems are gathered."""

    def __init__(self, case: Case) -> None:
        self._start = case.start
        self._whole: dict[str, Attribute] = {}
        self._places: dict[str, dict[str, Attribute]] = {}
        self._routes: dict[frozenset[str], dict[str, Attribute]] = {}
        self.problems: list[Problem] = []
        for row in sorted(case.attributes, key=lambda item: item.published or case.start):
            if not row.key.startswith("flee."):
                continue
            key = row.key.removeprefix("flee.")
            if row.location:
                self._places.setdefault(row.location, {})[key] = row
            elif row.from_:
                self._routes.setdefault(frozenset((row.from_, row.to)), {})[key] = row
            else:
                self._whole[key] = row

    def whole(self, key: str, kind: type[_Value], default: _Default) -> _Value | _Default:
        return self._value(self._whole.get(key), kind, default)

    def place(self, name: str, key: str, kind: type[_Value], default: _Default) -> _Value | _Default:
        return self._value(self._places.get(name, {}).get(key), kind, default)

    def route(
        self, pair: frozenset[str], key: str, kind: type[_Value], default: _Default
    ) -> _Value | _Default:
        return self._value(self._routes.get(pair, {}).get(key), kind, default)

    def listed(self, prefix: str, kind: type) -> list[tuple[str, Any]]:
        """Give the values of all keys with a prefix in the order of the keys."""
        keys = [key for key in self._whole if key.startswith(prefix) and " part " not in key]
        keys.sort(key=lambda key: (len(key), key))  # numbers may outgrow their three digits
        return [(key.removeprefix(prefix), self.whole(key, kind, None)) for key in keys]

    def long(self, key: str, kind: type[_Value], default: _Default) -> _Value | _Default:
        """Give a value that may stand in several rows."""
        if key in self._whole:
            return self.whole(key, kind, default)
        parts = sorted(name for name in self._whole if name.startswith(f"{key} part "))
        if not parts:
            return default
        text = "".join(str(self.whole(name, str, "")) for name in parts)
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if isinstance(value, kind):
            return value
        self.refuse(self._whole[parts[0]], kind)
        return default

    def names(self, prefix: str) -> list[str]:
        """List the names of long values with a prefix."""
        found = {
            key.removeprefix(prefix).partition(" part ")[0] for key in self._whole if key.startswith(prefix)
        }
        return sorted(found)

    def refuse_route(self, pair: frozenset[str], key: str, expected: str) -> None:
        self.refuse(self._routes[pair][key], list, expected)

    def row(self, key: str) -> Attribute | None:
        return self._whole.get(key)

    def _value(self, row: Attribute | None, kind: type[_Value], default: _Default) -> _Value | _Default:
        if row is None:
            return default
        try:
            value = _read(row.value)
        except (ValueError, RecursionError):
            value = _BROKEN
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if (
            value is _BROKEN
            or not isinstance(value, kind)
            or (isinstance(value, bool) and kind in (int, float))
        ):
            self.refuse(row, kind)
            return default
        return value

    def refuse(self, row: Attribute, kind: type, expected: str = "") -> None:
        words = {
            str: "a word",
            int: "a whole number",
            float: "a number",
            list: "a list in square brackets",
            dict: "names and values in braces",
        }
        value = row.value if len(row.value) <= 60 else f"{row.value[:60]}..."
        self.problems.append(
            Problem(
                f"attributes.csv row {row.row}",
                f"{row.key} is '{value}'",
                f"expected {expected or words.get(kind, 'a value')}",
                "correct it, or import the Flee folder again",
                "flee-attribute",
            )
        )


_BROKEN = object()


def flee_inputs(case: Case) -> FleeInputs:
    """Give back what the Flee folder of an imported case said, with the corrections made in the case.

    Parameters
    ----------
    case
        Made by `import_flee`; the latest version of every row counts.

    Raises
    ------
    CaseError
        The case was not made from a Flee folder, or an attribute cannot be read.
    """
    found = _Attributes(case)
    days = found.whole("days", int, 0)
    if found.row("days") is None:
        raise CaseError(
            Problem(
                "attributes.csv",
                "the case has no attribute flee.days",
                "expected a case made from a Flee folder",
                "import the folder with `havenward import flee`",
                "flee-not-imported",
            )
        )
    if not 1 <= days <= MAX_DAYS:
        _refuse(found, "days", f"a number of days from 1 to {MAX_DAYS:,}")
    x_is = found.whole("x_is", str, "latitude")
    total, series = _give_series(case, found)
    texts = {name: found.long(f"file.{name}", str, "") for name in found.names("file.")}
    demographics = {
        name.removeprefix("input_csv/"): text
        for name, text in texts.items()
        if name.startswith("input_csv/demographics_")
    }
    inputs = FleeInputs(
        start_date=case.start,
        days=days,
        locations=tuple(_give_location(row, x_is, found) for row in latest_locations(case).values()),
        routes=tuple(_give_routes(case, found)),
        closures=tuple(_give_closures(found)),
        conflicts=_give_conflicts(case, found),
        series=series,
        total=total,
        corrections=tuple(_give_corrections(case, found)),
        changes=tuple(_give_changes(found)),
        settings=_give_settings(found),
        demographics=demographics,
        x_is=x_is,
        other_files={
            name: text for name, text in texts.items() if name.removeprefix("input_csv/") not in demographics
        },
    )
    if found.problems:
        raise CaseError(found.problems)
    return inputs


def _give_location(row: Location, x_is: str, found: _Attributes) -> FleeLocation:
    name = row.location
    latitude, longitude = row.latitude, row.longitude
    x, y = (latitude, longitude) if x_is == "latitude" else (longitude, latitude)
    size = row.population if row.kind == "origin" else row.capacity
    return FleeLocation(
        name=name,
        region=row.admin1,
        country=found.place(name, "country", str, ""),
        x=found.place(name, "x", float, 0.0) if x is None else float(x),
        y=found.place(name, "y", float, 0.0) if y is None else float(y),
        location_type=found.place(
            name,
            "type",
            str,
            {"origin": "conflict_zone", "camp": "camp", "host": "camp", "marker": "marker"}.get(
                row.kind, "town"
            ),
        ),
        conflict_date=found.place(name, "conflict_date", float, 0.0),
        size=found.place(name, "size", int, 0) if size is None else size,
        attributes=found.place(name, "attributes", dict, {}),
    )


def _give_routes(case: Case, found: _Attributes) -> list[FleeRoute]:
    latest: dict[frozenset[str], Route] = {}
    for row in sorted(case.routes, key=lambda item: item.published):
        latest[frozenset((row.from_, row.to))] = row
    order = dict.fromkeys(frozenset((row.from_, row.to)) for row in case.routes)
    routes: list[FleeRoute] = []
    further: list[tuple[int, FleeRoute]] = []
    for pair in order:
        row = latest[pair]
        own = found.route(pair, "distance", float, None)
        distance = own if own is not None and row.distance_km == MIN_ROUTE_KM else float(row.distance_km)
        forced = found.route(pair, "forced_redirection", int, 0)
        routes.append(
            FleeRoute(row.from_, row.to, distance, forced, found.route(pair, "attributes", dict, {}))
        )
        for one in found.route(pair, "further", list, []):
            if _has_form(one, (int, str, str, (int, float), int, dict)):
                at, name1, name2, km, force, attributes = one
                further.append((at, FleeRoute(name1, name2, float(km), force, attributes)))
            else:
                found.refuse_route(pair, "further", "[[row, name, name, kilometres, mark, {}], ...]")
    for at, route in sorted(further, key=lambda item: item[0]):
        routes.insert(at, route)
    return routes


def _give_closures(found: _Attributes) -> Iterable[FleeClosure]:
    for key, value in found.listed("closure.", list):
        if _has_form(value, (str, str, str, int, int)):
            yield FleeClosure(*value)
        elif value is not None:
            _refuse(found, f"closure.{key}", "[kind, name, name, first day, last day]")


def _give_changes(found: _Attributes) -> Iterable[tuple[str, str, int]]:
    for key, value in found.listed("change.", list):
        if _has_form(value, (str, str, int)):
            yield value[0], value[1], value[2]
        elif value is not None:
            _refuse(found, f"change.{key}", "[name, type, day]")


def _give_corrections(case: Case, found: _Attributes) -> Iterable[tuple[str, int]]:
    for key, value in found.listed("correction.", list):
        try:
            name, day = value
            yield name, day_number(date.fromisoformat(day), case.start)
        except (TypeError, ValueError):
            if value is not None:
                _refuse(found, f"correction.{key}", "[name, YYYY-MM-DD]")


def _has_form(value: object, kinds: tuple[type | tuple[type, ...], ...]) -> bool:
    return (
        isinstance(value, list)
        and len(value) == len(kinds)
        and all(isinstance(item, kind) for item, kind in zip(value, kinds, strict=True))
    )


def _refuse(found: _Attributes, key: str, expected: str) -> None:
    row = found.row(key)
    if row is not None:
        found.refuse(row, list, expected)


def _give_conflicts(case: Case, found: _Attributes) -> dict[str, tuple[float, ...]]:
    days = found.whole("conflict_days", int, 0)
    if not 0 <= days <= MAX_DAYS:
        _refuse(found, "conflict_days", f"a number of days up to {MAX_DAYS:,}")
        return {}
    columns = [name for name in found.long("conflict_columns", list, []) if isinstance(name, str)]
    changes: dict[str, dict[int, float]] = {}
    for row in sorted(case.events, key=lambda item: item.published):
        if row.kind in {"conflict", "conflict_ends"} and isinstance(row.date, date):
            value = 0.0 if row.kind == "conflict_ends" else 1.0 if row.value is None else float(row.value)
            changes.setdefault(row.location, {})[day_number(row.date, case.start)] = value
    schedule: dict[str, tuple[float, ...]] = {}
    for name in dict.fromkeys([*columns, *changes]):
        values, now = [0.0] * days, 0.0
        own = changes.get(name, {})
        now = next((own[day] for day in sorted(own, reverse=True) if day < 0), 0.0)
        for day in range(days):
            now = own.get(day, now)
            values[day] = now
        schedule[name] = tuple(values)
    return schedule


def _give_series(case: Case, found: _Attributes) -> tuple[FleeSeries | None, tuple[FleeSeries, ...]]:
    latest: dict[tuple[str, str, date], Observation] = {}
    for row in sorted(case.observations, key=lambda item: item.published):
        if row.series in {SERIES, TOTAL_SERIES} and row.measure == "stock" and row.persons is not None:
            latest[row.scope, row.location, row.date] = row
    counts: dict[str, list[tuple[int, float]]] = {}
    for (scope, location, day), row in sorted(latest.items()):
        name = "total" if scope == "total" else location
        counts.setdefault(name, []).append((day_number(day, case.start), float(row.persons or 0)))
    total: FleeSeries | None = None
    series: list[FleeSeries] = []
    for key, value in found.listed("layout.", list):
        if value is None:
            continue
        if not isinstance(value, list) or len(value) < 2 or not all(isinstance(item, str) for item in value):
            _refuse(found, f"layout.{key}", "[name, file]")
            continue
        name, *names = value
        one = _give_one_series(key, name, tuple(names), counts.get(name, []), found)
        if one is not None and name == "total":
            total = one
        elif one is not None:
            series.append(one)
    return total, tuple(series)


def _give_one_series(
    key: str, name: str, names: tuple[str, ...], told: list[tuple[int, float]], found: _Attributes
) -> FleeSeries | None:
    parts: list[FleeSeries] = []
    for number, file in enumerate(names):
        pairs = found.long(f"counts.{key}.{number}", list, None)
        if pairs is None:
            continue
        if not pairs or not all(_has_form(pair, (int, (int, float))) for pair in pairs):
            _refuse(found, f"counts.{key}.{number}", "[[day, people], ...]")
            return None
        parts.append(_make_series(file, [(day, float(count)) for day, count in pairs], (file,)))
    if not parts:
        if not told:
            found.problems.append(
                Problem(
                    "observations.csv",
                    f"there are no counts of {name} in the series {SERIES}",
                    "expected those that were imported",
                    "import the Flee folder again",
                    "flee-counts-lost",
                )
            )
            return None
        return _make_series(name, told, names)
    if len(parts) == 1:
        return FleeSeries(name, parts[0].days, parts[0].counts, names)
    table = list(zip(parts[0].days, parts[0].counts, strict=True))
    if any(part.days[0] > table[0][0] for part in parts):
        _refuse(found, f"layout.{key}", "files of which none begins after the first")
        return None
    for part in parts[1:]:
        table = add_counts(table, list(zip(part.days, part.counts, strict=True)))
    return FleeSeries(name, *_columns(table), names, tuple(parts))


def _make_series(name: str, table: list[tuple[int, float]], names: tuple[str, ...]) -> FleeSeries:
    days, counts = _columns(table)
    return FleeSeries(name, days, counts, names)


def _columns(table: list[tuple[int, float]]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    return tuple(day for day, _ in table), tuple(count for _, count in table)


def _give_settings(found: _Attributes) -> dict[str, Any]:
    whole = found.whole("settings", dict, None)
    if whole is not None:
        return dict(whole)
    settings: dict[str, Any] = {}
    for path, value in found.listed("setting.", object):
        place = settings
        *sections, key = path.split(".")
        for section in sections:
            inner = place.setdefault(section, {})
            place = inner if isinstance(inner, dict) else place
        place[key] = value
    return settings
