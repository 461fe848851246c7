"""Which columns each file of a case has, and what may stand in them: read once from `tables/*.csv`."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from havenward.records import (
    Attribute,
    Event,
    Figure,
    Location,
    Observation,
    Route,
    Source,
    Supply,
)

# files of a case that are tables: name of the file without `.csv`, field of Case, class of a row
SHEETS = {
    "sources": Source,
    "locations": Location,
    "routes": Route,
    "events": Event,
    "observations": Observation,
    "attributes": Attribute,
    "stock": Supply,
    "figures": Figure,
}
MANDATORY = ("locations", "routes")

_TYPE = re.compile(
    r"(?P<base>text|key|date or assumption|date|number|integer|choice|location or group|location|source"
    r"|report|country|flag|list)"
    r"(?:(?P<left>[\[\]])(?P<low>-?[0-9.]+),(?P<high>-?[0-9.]+)(?P<right>[\[\]])|:(?P<choices>.+))?\Z"
)


@dataclass(frozen=True)
class Column:
    """What may stand in one column.

    Parameters
    ----------
    name
        Header of the column, or key in a TOML file (`release.audience` is a key of a sub-table).
    base
        `text`, `key`, `date`, `number`, `integer`, `choice`, `location`, `location or group`, `source`,
        `report`, `country`, `flag`, `list` or `date or assumption`.
    low, high
        Range of a number, ends included unless `low_open` or `high_open`; None where there is none.
    choices
        Allowed words of a `choice`.
    unit, required, default, description
        As in the file.
    """

    name: str
    base: str
    low: float | None
    high: float | None
    low_open: bool
    high_open: bool
    choices: tuple[str, ...]
    unit: str
    required: bool
    default: str
    description: str

    @property
    def field(self) -> str:
        """Name of the field of the record; Python keeps some words for itself."""
        return f"{self.name}_" if self.name == "from" else self.name

    def holds(self, value: float) -> bool:
        """Tell whether a number lies in the range of the column."""
        above = self.low is None or (value > self.low if self.low_open else value >= self.low)
        below = self.high is None or (value < self.high if self.high_open else value <= self.high)
        return above and below

    def expected(self) -> str:
        """Say in words what belongs into the column."""
        unit = f" ({self.unit})" if self.unit else ""
        if self.base in {"number", "integer"}:
            return f"expected a {'whole ' if self.base == 'integer' else ''}number{self._range()}{unit}"
        if self.base == "choice":
            return f"expected one of {', '.join(self.choices)}"
        return {
            "date": "expected a date written YYYY-MM-DD",
            "date or assumption": "expected a date written YYYY-MM-DD or the name of an assumption",
            "country": "expected a country code of three capital letters (ISO 3166-1 alpha-3)",
            "flag": "expected yes or no",
            "list": "expected a list",
            "key": "expected a short name",
            "location": "expected the name of a location",
            "location or group": "expected the name of a location or of a group of origins",
            "source": "expected the name of a source",
            "report": "expected the file name of a report",
        }.get(self.base, "expected a text")

    def _range(self) -> str:
        if self.low is None or self.high is None:
            return ""
        low, high = f"{self.low:,g}" if self.low < 1e6 else f"{self.low:,.0f}", f"{self.high:,.0f}"
        if self.high != int(self.high):
            high = f"{self.high:g}"
        if self.low_open:
            return f" above {low} and {'below' if self.high_open else 'up to'} {high}"
        return f" from {low} to {'below ' if self.high_open else ''}{high}"


def parse_type(text: str) -> tuple[str, float | None, float | None, bool, bool, tuple[str, ...]]:
    """Read a type as written in `tables/*.csv`, such as `number]0,20000]` or `choice:a|b`.

    Raises
    ------
    ValueError
        The text is no type.
    """
    match = _TYPE.match(text)
    if match is None:
        message = f"not a column type: {text!r}"
        raise ValueError(message)
    low, high, choices = match["low"], match["high"], match["choices"]
    return (
        match["base"],
        None if low is None else float(low),
        None if high is None else float(high),
        match["left"] == "]",
        match["right"] == "[",
        tuple(choices.split("|")) if choices else (),
    )


@cache
def read_columns(table: str) -> tuple[Column, ...]:
    """Read the columns of one file of a case, in the order in which they are written."""
    text = (files("havenward") / "tables" / f"{table}.csv").read_text(encoding="utf-8")
    columns = []
    for row in csv.DictReader(io.StringIO(text)):
        base, low, high, low_open, high_open, choices = parse_type(row["type"])
        columns.append(
            Column(
                name=row["name"],
                base=base,
                low=low,
                high=high,
                low_open=low_open,
                high_open=high_open,
                choices=choices,
                unit=row["unit"],
                required=row["required"] == "yes",
                default=row["default"],
                description=row["description"],
            )
        )
    return tuple(columns)
