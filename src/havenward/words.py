"""How things are said: every fixed phrase of the products, and how numbers, dates and chances are written.

The catalogue is `tables/phrases.csv`: a row per phrase, a column per language. What a case brings (names of
places, reasons, quotes) stays in the language in which it was written.
"""

from __future__ import annotations

import csv
import io
import re
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Sized
    from datetime import date

RIGHT_TO_LEFT = ("ar",)
TO = "\u2009\u2013\u2009"  # between the ends of a range
# Left to right whatever stands around: a range must not turn into its mirror image in Arabic text.
RANGE_START, NAME_START, END = "\u2066", "\u2068", "\u2069"
# what would fall apart or turn round in Arabic text: Latin words, dates as 2016-10-16, signs before numbers
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]|\d[-/:]\d|[+<]\d")
ARABIC = re.compile(r"[\u0600-\u06ff]")
NO_WORD = re.compile(r"[^a-z0-9]+")


class Signs(NamedTuple):
    """How a language writes numbers and lists."""

    group: str
    decimal: str
    percent: str
    semicolon: str
    comma: str


# Narrow no-break spaces between groups, as the UN and the SI write them. Arabic products of OCHA and UNHCR
# keep Latin digits with comma and point, which every Arabic font holds.
SIGNS = {
    "en": Signs("\u202f", ".", "\u00a0%", "; ", ", "),
    "fr": Signs("\u202f", ",", "\u00a0%", "\u00a0; ", ", "),
    "es": Signs("\u202f", ",", "\u00a0%", "; ", ", "),
    "ar": Signs(",", ".", "%", "\u061b ", "\u060c "),
}
# A unit that suits large amounts: from which divisor, and what it is called.
LARGER_UNITS = {
    "litres per day": (1000, "m3 per day"),
    "kg per day": (1000, "tonnes per day"),
    "kg per month": (1000, "tonnes per month"),
    "kcal per day": (1e6, "million kcal per day"),
    "m2": (10_000, "hectares"),
}


class Spread(Protocol):
    """A low, a central and a high value; None where one is too small to be shown."""

    @property
    def low(self) -> float | None:
        """Give the 5 % quantile."""

    @property
    def central(self) -> float | None:
        """Give the median."""

    @property
    def high(self) -> float | None:
        """Give the 95 % quantile."""


class Learned(Protocol):
    """How much a run learned: the number of counts, and the places forecast from their own."""

    @property
    def counts(self) -> int:
        """Give the number of counts."""

    @property
    def places(self) -> Sized:
        """Give the places."""


class Words:
    """The phrases of one language, and its numbers and dates.

    Parameters
    ----------
    language
        `en`, `fr`, `es` or `ar`.
    """

    def __init__(self, language: str = "en") -> None:
        self.language = language
        self.signs = SIGNS[language]

    @property
    def direction(self) -> str:
        """Give `ltr` or `rtl`."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    # -- phrases -----------------------------------------------------------------------------------------

    @cached_property
    def phrases(self) -> Mapping[str, str]:
        """Give every phrase by its key."""
        return {row["key"]: row[self.language] or row["en"] for row in read_catalogue()}

    @cached_property
    def _items(self) -> Mapping[str, str]:
        """Give items by what the table of standards calls them."""
        rows = read_catalogue()
        return {row["en"]: row[self.language] for row in rows if row["key"].startswith("item_")}

    def say(self, key: str, **values: object) -> str:
        """Give a phrase of the catalogue, filled in."""
        return self.phrases[key].format(**{name: self.isolate(value) for name, value in values.items()})

    def say_for(self, key: str, track: str, **values: object) -> str:
        """Give the phrase of an information track where it has one of its own, else the common one."""
        own = f"{key}_{track}"
        return self.say(own if own in self.phrases else key, **values)

    def isolate(self, value: object) -> object:
        """Keep a name in Latin letters from changing the order of the Arabic words around it."""
        if self.direction == "ltr" or not isinstance(value, str):
            return value
        return f"{NAME_START}{value}{END}" if LATIN.search(value) and not ARABIC.search(value) else value

    def fixed_phrases(self) -> list[str]:
        """List every phrase that a product may hold whatever the case."""
        return list(self.phrases.values())

    def _lines(self, key: str) -> list[str]:
        """Give the keys `key_1`, `key_2` and so on, in their order."""
        found = (f"{key}_{number}" for number in range(1, 100))
        lines = []
        for name in found:
            if name not in self.phrases:
                break
            lines.append(name)
        return lines

    def method_lines(self, track: str, rules: str, learning: Learned, **values: object) -> list[str]:
        """Say how the numbers came about.

        Parameters
        ----------
        track, rules
            Information track and rule set of the run.
        learning
            How much the run learned from counts.
        values
            `members`, `origin`, `seed`, `version`, in words.
        """
        first, *others = self._lines("method")
        learned = ["method_learning_counts"] if learning.counts else []
        learned += ["method_learning_places"] if learning.places else []
        keys = (first, *self._lines(f"method_rules_{rules}"), *learned, *others, f"method_track_{track}")
        values |= {"counts": learning.counts, "places": len(learning.places)}
        return [self.say(key, thousand=self.say_number(1000), **values) for key in keys]

    def limit_lines(self, track: str, origin: date, learning: Learned) -> list[str]:
        """Say what the numbers cannot tell; `misuse_lines` stands apart."""
        # tracks A and D have no counts to learn from
        learned = [f"limits_learning_{'counts' if learning.counts else 'none'}"] if track in "BC" else []
        keys = (f"limits_track_{track}", *learned, *self._lines("limits"))
        return [self.say(key, origin=self.say_date(origin)) for key in keys]

    def misuse_lines(self) -> list[str]:
        """Say what a product must not be used for."""
        return [self.say(key) for key in self._lines("misuse")]

    # -- numbers -----------------------------------------------------------------------------------------

    def say_number(self, value: float) -> str:
        """Write a whole number with groups of three digits."""
        return f"{value:,.0f}".replace(",", self.signs.group)

    def say_decimal(self, value: float, digits: int = 3) -> str:
        """Write a number with so many digits that count."""
        return f"{value:.{digits}g}".replace(".", self.signs.decimal)

    def say_people(self, value: float | None, suppress_below: int = 10) -> str:
        """Write a number of people for reading; None is too small to be shown."""
        return self.say("few", n=suppress_below) if value is None else self.say_number(round_people(value))

    def range_words(self, amount: Spread, suppress_below: int = 10) -> dict[str, str]:
        """Give the words of a range for a sentence: `central`, `low`, `high`."""
        return {
            "central": self.say_people(amount.central, suppress_below),
            "low": self.say_people(amount.low, suppress_below),
            "high": self.say_people(amount.high, suppress_below),
        }

    def say_with_range(self, amount: Spread, suppress_below: int = 10) -> str:
        """Write people with their range behind; once where all is alike, or too small to be shown."""
        told = self.range_words(amount, suppress_below)
        if amount.high is None or told["low"] == told["high"]:
            return told["high"]
        return self.say("amount_range" if amount.central is not None else "amount_up_to", **told)

    def say_range(self, amount: Spread, suppress_below: int = 10) -> str:
        """Write the range of people; where both ends are too small, once."""
        if amount.high is None:
            return self.say_people(None, suppress_below)
        low = f"<{suppress_below}" if amount.low is None else self.say_people(amount.low, suppress_below)
        high = self.say_people(amount.high, suppress_below)
        return low if low == high else self.join_range(low, high)

    def join_range(self, low: str, high: str) -> str:
        """Put both ends of a range beside each other; in Arabic too the smaller stands left."""
        if self.direction == "ltr" or ARABIC.search(low + high):
            return f"{low}{TO}{high}"
        return f"{RANGE_START}{low}{TO}{high}{END}"

    def say_signed(self, value: float) -> str:
        """Write a difference of people with its sign."""
        sign = "+" if value > 0 else "\u2212" if value < 0 else ""
        text = f"{sign}{self.say_people(abs(value), 0)}"
        return text if self.direction == "ltr" else f"{RANGE_START}{text}{END}"

    def say_quantity(self, value: float, unit: str) -> tuple[str, str]:
        """Write an amount of something needed, in a unit that suits its size, as (number, unit)."""
        divisor, shown = LARGER_UNITS.get(unit, (1, unit))
        return self.say_amount(value / divisor), self.say_unit(shown)

    def say_amount(self, value: float) -> str:
        """Write a quantity for reading: two digits, and under 10 one decimal where it needs it."""
        if value >= 100:
            return self.say_number(round_people(value))
        if value >= 10:
            return self.say_number(round(value))
        if value == int(value):
            return self.say_number(value)
        return (f"{value:.1f}" if value >= 1 else f"{value:.2g}").replace(".", self.signs.decimal)

    def say_chance(self, probability: float) -> str:
        """Write a probability as chances in ten, or in twenty at the ends."""
        if probability < 0.005:
            return self.say("chance_none")
        if probability < 0.05:
            return self.say("chance_under")
        if probability > 0.995:
            return self.say("chance_sure")
        if probability > 0.95:
            return self.say("chance_over")
        return self.say("chance_in_ten", n=max(1, min(9, round(probability * 10))))

    def say_share(self, part: float, whole: float) -> str:
        """Write a share in per cent."""
        return f"{100 * part / whole:.0f}{self.signs.percent}" if whole else self.say("share_none")

    def say_percent(self, share: float, digits: int = 0) -> str:
        """Write a share of one in per cent."""
        number = f"{100 * share:.{digits}f}".replace(".", self.signs.decimal).replace("-", "\u2212")
        text = f"{number}{self.signs.percent}"
        return text if self.direction == "ltr" else f"{RANGE_START}{text}{END}"

    # -- dates and names ---------------------------------------------------------------------------------

    def say_date(self, day: date) -> str:
        """Write a date in words: 16 October 2016."""
        key = "date_first" if day.day == 1 else "date_long"  # in French only the first is an ordinal
        return self.say(key, day=day.day, month=self.say_month(day.month), year=day.year)

    def say_short_date(self, day: date) -> str:
        """Write a date in few letters: 16 Oct 2016."""
        return self.say("date_short", day=day.day, month=self.say_short_month(day.month), year=day.year)

    def say_month(self, month: int) -> str:
        """Name a month, January is 1."""
        return self.say(f"month_{month}")

    def say_short_month(self, month: int) -> str:
        """Name a month in few letters, January is 1."""
        return self.say(f"month_short_{month}")

    def join(self, parts: Sequence[str]) -> str:
        """Put parts that may hold commas beside each other."""
        return self.signs.semicolon.join(str(self.isolate(part)) for part in parts)

    def say_names(self, names: Sequence[str], most: int = 6) -> str:
        """List names, the first few of them; they may hold commas."""
        rest = len(names) - most
        return self.join(names[:most]) + (self.say("names_more", n=rest) if rest > 0 else "")

    # -- names of coded things ---------------------------------------------------------------------------

    def name(self, kind: str, what: str) -> str:
        """Name a coded thing; what the catalogue does not know stays as its table calls it.

        Parameters
        ----------
        kind
            `sector`, `item`, `unit`, `kind`, `basis`, `term` or `event`.
        what
            As a table writes it.
        """
        return self.phrases.get(f"{kind}_{NO_WORD.sub('_', what.casefold()).strip('_')}", what)

    def say_sector(self, sector: str) -> str:
        """Name a sector of needs."""
        return self.name("sector", sector)

    def say_item(self, item: str) -> str:
        """Name an item by the words of the table of standards, or by its indicator."""
        return self._items.get(item) or self.name("item", item)

    def say_unit(self, unit: str) -> str:
        """Name a unit, as it stands behind many."""
        return self.name("unit", unit)

    def say_parameter(self, name: str) -> str:
        """Name an assumption: `capacity.camp_a` by what stands before the point."""
        parameter = name.partition(".")[0]
        return self.phrases.get(f"parameter_{parameter}", parameter.replace("_", " "))

    def say_kind(self, kind: str) -> str:
        """Name a kind of place."""
        return self.name("kind", kind)

    def say_standard(self, quantity: float, unit: str, people: float, per: str, household_size: float) -> str:
        """Say what a standard asks: 1 toilet for 50 people.

        Parameters
        ----------
        quantity, unit
            How much of what.
        people, per
            For how many of which: `person` or `household`.
        household_size
            People in a household.
        """
        one = "one_" + NO_WORD.sub("_", unit.casefold()).strip("_")
        shown = self.phrases[one] if quantity == 1 and one in self.phrases else self.say_unit(unit)
        return self.say(
            f"standard_{'household' if per == 'household' else 'person'}{'_each' if people == 1 else ''}",
            quantity=self.say_amount(quantity),
            unit=shown,
            people=self.say_amount(people),
            size=self.say_decimal(household_size),
        )


def read_catalogue() -> list[dict[str, str]]:
    """Read the catalogue: a row per phrase with `key` and a column per language."""
    table = (resources.files("havenward") / "tables" / "phrases.csv").read_text("utf-8")
    return list(csv.DictReader(io.StringIO(table)))


def round_people(value: float) -> int:
    """Round people for reading: two digits from 1,000, to ten from 100, else as it is."""
    if value >= 1000:
        step = 10 ** (len(str(int(value))) - 2)
        return int((value + step / 2) // step * step)
    return int((value + 5) // 10 * 10) if value >= 100 else round(value)


ENGLISH = Words()
