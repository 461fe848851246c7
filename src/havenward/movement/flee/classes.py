"""Who weighs danger differently: the classes of people that Flee's demographic rules make."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from havenward.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from havenward.flee_inputs import FleeInputs
    from havenward.movement.flee.settings import FleeSettings


@dataclass(frozen=True)
class Classes:
    """Classes of people by the power to which they raise a destination's score, and their shares.

    `shares` holds, by origin or `Default`, the share of each class; shape (class,).
    """

    exponents: NDArray[np.float64]
    shares: Mapping[str, NDArray[np.float64]]

    def shares_of(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Give the shares of each class among those who appear at each place, shape (class, place)."""
        return np.stack([self.shares.get(name, self.shares["Default"]) for name in names], axis=1)


def read_classes(inputs: FleeInputs, settings: FleeSettings, problems: list[Problem]) -> Classes:
    """Divide people by the demographic rules that are on; one class where none is.

    Children, the elderly and women square a score; men and boys over 14 see every place as equal where
    `BoysTakeRisk` is on, which Flee asks only where `ChildrenAvoidHazards` is on too.
    """
    one = Classes(np.ones(1), {"Default": np.ones(1)})
    by_age = settings.children_avoid_hazards or settings.elderly_avoid_hazards
    risk = settings.children_avoid_hazards and settings.boys_take_risk
    by_gender = settings.women_avoid_hazards or risk
    if not by_age and not by_gender:
        return one
    ages = _read_attribute(inputs, "age", problems) if by_age else {"Default": {"30": 1.0}}
    genders = _read_attribute(inputs, "gender", problems) if by_gender else {"Default": {"": 1.0}}
    if not ages or not genders:
        return one

    def exponent(age: float, gender: str) -> float:
        if risk and gender == "male" and age > 14:
            return 0.0
        power = 1.0
        power *= 2.0 if settings.children_avoid_hazards and age < 19 else 1.0
        power *= 2.0 if settings.elderly_avoid_hazards and age > 59 else 1.0
        return power * (2.0 if settings.women_avoid_hazards and gender == "female" else 1.0)

    found: dict[str, dict[float, float]] = {}
    for place in {*ages, *genders}:
        own = found.setdefault(place, {})
        for age, of_age in ages.get(place, ages["Default"]).items():
            for gender, of_gender in genders.get(place, genders["Default"]).items():
                power = exponent(float(age), gender)
                own[power] = own.get(power, 0.0) + of_age * of_gender
    powers = sorted({power for own in found.values() for power in own})
    shares = {place: np.array([own.get(power, 0.0) for power in powers]) for place, own in found.items()}
    return Classes(np.array(powers), shares)


def _read_attribute(
    inputs: FleeInputs, attribute: str, problems: list[Problem]
) -> dict[str, dict[str, float]]:
    """Read `demographics_ATTRIBUTE.csv`: by column (`Default` or an origin) the share of each value."""
    name = f"demographics_{attribute}.csv"
    text = inputs.demographics.get(name)
    rows = list(csv.DictReader(io.StringIO(text or "")))
    try:
        table: dict[str, dict[str, float]] = {}
        for row in rows:
            for column, weight in row.items():
                if column != attribute and column:
                    of_column = table.setdefault(column.strip(), {})
                    value = row[attribute].strip()
                    of_column[value] = of_column.get(value, 0.0) + float(weight)
                    if attribute == "age":
                        float(value)
        for weights in table.values():
            whole = sum(weights.values())
            for value in weights:
                weights[value] /= whole
        table["Default"]
    except (KeyError, TypeError, ValueError, ZeroDivisionError, AttributeError):
        problems.append(
            Problem(
                name,
                "the file is missing or cannot be read",
                f"expected columns {attribute}, Default and names of locations, with weights",
                "add or correct the file, or switch the demographic rules off",
                "flee-no-demographics",
            )
        )
        return {}
    return table
