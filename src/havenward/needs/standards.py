"""How much of a thing is needed: rows checked by dimension, of which a profile picks one for each thing."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.errors import Problem, SettingsError, nearest
from havenward.needs.groups import GROUPS, USUAL_HOUSEHOLD, load_groups
from havenward.needs.own_files import open_own
from havenward.needs.units import SIZE_UNIT, Unit, nearest_unit, parse_unit
from havenward.records import Standard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

HOUSEHOLD_SIZE = "household_size"
BRIEF = "brief"  # the profile of the brief: the short list that its page has room for
DEFAULT_PROFILE = "sphere"
NO_PROFILE = "none"
OWN = "own_"  # indicators that the user invents begin so; any other unknown name is a slip
COLUMNS = (
    "standard",
    "indicator",
    "sector",
    "item",
    "quantity",
    "low",
    "high",
    "unit",
    "people",
    "per",
    "use",
    "places",
    "season",
    "phase",
    "title",
    "edition",
    "section",
    "url",
    "read_level",
    "note",
)
REQUIRED = ("indicator", "quantity", "unit", "title")
USES = ("lasting", "handed_out", "consumed")
CHOICES = {
    "use": USES,
    "places": ("all", "camp"),
    "season": ("", "winter"),
    "phase": ("acute", "emergency", "post-emergency", "both"),
    "read_level": ("A", "B", "C"),
}
DEFAULTS = {"people": "1", "per": "person", "places": "all", "phase": "both", "read_level": "A"}
# How far a row may lie from the rows that are known for its indicator: a week read as a day is a factor of
# seven, which this refuses; countries differ by less.
APART = 3.0


def load_standards(path: Path | None = None, profile: str | None = None) -> tuple[Standard, ...]:
    """Read the standards to plan with: those of a profile, and a file whose rows take their place.

    Parameters
    ----------
    path
        CSV with some of `COLUMNS`, at least `REQUIRED`; what it leaves out is taken from the rows that come
        with the package. None for no file.
    profile
        One of `profile_names()`, or `none` for the rows of the file only. None stands for the short list of
        the brief where there is no file, and for `sphere` below a file.

    Returns
    -------
    standards
        One row for each indicator, in the order of the profile, rows of the file after it. In the short
        list of the brief, rows for groups of the population are given per person.

    Raises
    ------
    SettingsError
        Every problem of the table: unknown columns, indicators or units, a missing value, a rate that cannot
        be, two rows for one indicator; or an unknown profile.
    """
    if path is None and profile in (None, BRIEF):
        return tuple(per_person(row) for row in _picked(BRIEF))
    profile = profile or DEFAULT_PROFILE
    chosen = {row.indicator: row for row in (() if profile == NO_PROFILE else _picked(profile))}
    if path is not None:
        chosen |= {row.indicator: row for row in read_own(path)}
    return tuple(chosen.values())


def profile_names() -> tuple[str, ...]:
    """List the profiles that come with the package, that of the brief left out."""
    return tuple(name for name in _profiles() if name != BRIEF)


def known_standards() -> tuple[Standard, ...]:
    """Read every row that comes with the package; rows of one indicator may differ."""
    rows = list(csv.DictReader(io.StringIO(_packaged("standards.csv"))))
    return tuple(_standard(row) for row in rows)


def by_indicator() -> dict[str, tuple[Standard, ...]]:
    """Give the rows that come with the package, by what they are about."""
    found: dict[str, list[Standard]] = defaultdict(list)
    for row in known_standards():
        found[row.indicator].append(row)
    return {key: tuple(rows) for key, rows in found.items()}


def per_person(row: Standard) -> Standard:
    """Turn a row for a group of the population into one for people, by the usual share of the group."""
    shares = {group.group: group.share for group in load_groups()}
    share = shares.get(row.per)
    return row if share is None else replace(row, quantity=row.quantity * share, per="person")


def read_own(path: Path) -> tuple[Standard, ...]:
    """Read the table of a user; see `load_standards`."""
    name = Path(path).name
    reader = open_own(path, "--standards", "standards-unreadable")
    found = tuple(reader.fieldnames or ())
    problems = list(_check_columns(name, found))
    if problems:
        raise SettingsError(problems)
    known = by_indicator()
    rows = [
        (number, {column: (row.get(column) or "").strip() for column in COLUMNS})
        for number, row in enumerate(reader, start=2)
    ]
    for number, row in rows:
        where = f"{name} row {number}"
        problems += _check_indicator(where, row, known)
        _fill(row, known.get(row["indicator"], ()))
        problems += _check_values(where, row)
        problems += _check_unit(where, row, known.get(row["indicator"], ()))
    problems += _check_once(name, rows)
    if problems:
        raise SettingsError(problems)
    return tuple(_standard(row) for _, row in rows)


def _packaged(name: str) -> str:
    return (resources.files("havenward") / "tables" / name).read_text(encoding="utf-8")


def _profiles() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(_packaged("standard_profiles.csv"))):
        found[row["profile"]].append(row["standard"])
    return found


def _picked(profile: str) -> Iterable[Standard]:
    profiles = _profiles()
    if profile not in profiles:
        choices = [*(name for name in profiles if name != BRIEF), NO_PROFILE]
        close = nearest(profile, choices)
        raise SettingsError(
            Problem(
                "--profile",
                f"found '{profile}'",
                f"expected one of {', '.join(choices)}",
                f"did you mean '{close}'?" if close else "choose one of these",
                "unknown-choice",
            )
        )
    rows = {row.standard: row for row in known_standards()}
    return (rows[name] for name in profiles[profile])


def _standard(row: Mapping[str, str]) -> Standard:
    unit = parse_unit(row["unit"])
    return Standard(
        standard=row["standard"],
        sector=row["sector"],
        item=row["item"],
        quantity=float(row["quantity"]),
        unit=unit.text if unit else row["unit"],
        people=float(row["people"]),
        whole=bool(unit and unit.whole),
        phase=row["phase"],
        title=row["title"],
        section=row["section"],
        url=row["url"],
        read_level=row["read_level"],
        note=row["note"],
        per=row["per"],
        indicator=row["indicator"],
        low=float(row["low"]) if row["low"] else None,
        high=float(row["high"]) if row["high"] else None,
        use=row["use"],
        places=row["places"],
        season=row["season"],
        edition=row["edition"],
    )


def _fill(row: dict[str, str], known: Sequence[Standard]) -> None:
    """Take what a row of the user leaves out from the known row of its indicator, then from the defaults."""
    row["standard"] = row["standard"] or row["indicator"]
    if known:
        for column in ("sector", "item", "use", "places", "season"):
            row[column] = row[column] or str(getattr(known[0], column))
    if not row["use"]:
        unit = parse_unit(row["unit"])
        row["use"] = "consumed" if unit and unit.is_rate else "lasting"
    for column, value in {"item": row["indicator"], "sector": "other", **DEFAULTS}.items():
        row[column] = row[column] or value


# -- checks --------------------------------------------------------------------------------------------------


def _check_columns(name: str, found: Sequence[str]) -> Iterator[Problem]:
    missing = [column for column in REQUIRED if column not in found]
    unknown = [column for column in found if column not in COLUMNS]
    if missing or unknown:
        yield Problem(
            f"{name} row 1",
            f"missing {missing}, unknown {unknown}",
            f"expected the columns {', '.join(REQUIRED)} and, where wanted, {', '.join(COLUMNS)}",
            "correct the header",
            "standards-columns",
        )


def _check_indicator(
    where: str, row: Mapping[str, str], known: Mapping[str, Sequence[Standard]]
) -> Iterator[Problem]:
    indicator = row["indicator"]
    if indicator in known or indicator.startswith(OWN):
        return
    close = nearest(indicator, list(known))
    yield Problem(
        where,
        f"indicator is '{indicator}'",
        f"expected one that the table of standards has, or a name of your own that begins with '{OWN}'",
        f"did you mean '{close}'?"
        if close
        else f"write '{OWN}{indicator}', or see docs/explanation/needs.md",
        "standards-indicator",
    )


def _check_values(where: str, row: Mapping[str, str]) -> Iterator[Problem]:
    if not row["title"]:
        yield Problem(
            where,
            "title is empty",
            "expected where the figure was read",
            "name the source",
            "standards-value",
        )
    for column in ("quantity", "people"):
        if not _is_positive(row[column]):
            yield Problem(
                where,
                f"{column} is '{row[column]}'",
                "expected a number above 0",
                "correct the value",
                "standards-value",
            )
    for column in ("low", "high"):
        if row[column] and not _is_positive(row[column]):
            yield Problem(
                where,
                f"{column} is '{row[column]}'",
                "expected a number above 0, or nothing",
                "correct the value",
                "standards-value",
            )
    for column, allowed in {**CHOICES, "per": ("person", "household", "site", *GROUPS)}.items():
        if row[column] not in allowed:
            close = nearest(row[column], allowed)
            yield Problem(
                where,
                f"{column} is '{row[column]}'",
                f"expected one of {', '.join(word for word in allowed if word)}",
                f"did you mean '{close}'?" if close else "choose one of these",
                "standards-value",
            )


def _check_unit(where: str, row: Mapping[str, str], known: Sequence[Standard]) -> Iterator[Problem]:
    """Hold the dimension: a known unit, a period for what is consumed and for nothing else."""
    unit = parse_unit(row["unit"])
    if unit is None:
        close = nearest_unit(row["unit"])
        yield Problem(
            where,
            f"unit is '{row['unit']}'",
            "expected a unit such as litres per day, kg per month, m2, taps or kits",
            f"did you mean '{close}'?" if close else "see docs/explanation/needs.md for all of them",
            "standards-unit",
        )
        return
    if (unit.text == SIZE_UNIT) != (row["indicator"] == HOUSEHOLD_SIZE):
        yield Problem(
            where,
            f"unit is '{row['unit']}' for '{row['indicator']}'",
            f"expected '{SIZE_UNIT}' for '{HOUSEHOLD_SIZE}' and nothing else",
            "correct the row",
            "standards-unit",
        )
        return
    if unit.text != SIZE_UNIT and unit.is_rate != (row["use"] == "consumed"):
        expected = (
            f"expected a period, such as '{unit.text} per day': it is consumed"
            if row["use"] == "consumed"
            else f"expected no period: it is {row['use'].replace('_', ' ')}, not consumed"
        )
        yield Problem(
            where, f"unit is '{row['unit']}'", expected, "correct unit and quantity", "standards-period"
        )
        return
    if known:
        yield from _check_against_known(where, row, unit, known)


def _check_against_known(
    where: str, row: Mapping[str, str], unit: Unit, known: Sequence[Standard]
) -> Iterator[Problem]:
    """Refuse another dimension, and a value so far from the known rows that its period must be wrong."""
    like = parse_unit(known[0].unit)
    if like is None:
        return
    if not unit.same_kind(like):
        yield Problem(
            where,
            f"unit is '{row['unit']}' for '{row['indicator']}'",
            f"expected '{like.text}' or a unit that can be turned into it",
            "correct unit and quantity",
            "standards-unit",
        )
        return
    if not (_is_positive(row["quantity"]) and _is_positive(row["people"])):
        return
    amounts = [_for_one(other.quantity, other.people, other.per, parse_unit(other.unit)) for other in known]
    amount = _for_one(float(row["quantity"]), float(row["people"]), row["per"], unit)
    low, high = min(amounts) / APART, max(amounts) * APART
    if unit.is_rate and not low <= amount <= high:
        shown = unit.text.partition(" per ")[0]
        each = 1.0 / like.factor  # from the base unit to that of the known rows, per its period
        yield Problem(
            where,
            f"{row['indicator']} of {row['quantity']} {unit.text} comes to "
            f"{amount * each:.3g} {like.text} for each person",
            f"expected {low * each:.3g} to {high * each:.3g} {like.text}, a third of the least known row to "
            "three times the most",
            f"is the period right? Give {shown} in the period that the source means, or take a name of your "
            f"own that begins with '{OWN}'",
            "standards-rate",
        )


def _for_one(quantity: float, people: float, per: str, unit: Unit | None) -> float:
    """Give the amount for one person in base units, by the usual household and shares of groups."""
    shares = {group.group: group.share for group in load_groups()}
    each = 1.0 / USUAL_HOUSEHOLD if per == "household" else shares.get(per) or 1.0
    return quantity * (unit.factor if unit else 1.0) / people * each


def _check_once(name: str, rows: Sequence[tuple[int, Mapping[str, str]]]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for number, row in rows:
        if row["indicator"] in first:
            yield Problem(
                f"{name} row {number}",
                f"indicator '{row['indicator']}' stands in row {first[row['indicator']]} already",
                "expected one row for each indicator",
                "keep the one that you plan with",
                "standards-twice",
            )
        first.setdefault(row["indicator"], number)


def _is_positive(text: str) -> bool:
    try:
        return 0 < float(text) < float("inf")
    except (TypeError, ValueError):
        return False
