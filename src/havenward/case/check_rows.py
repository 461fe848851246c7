"""Which rows of a table are sound by themselves: dates in order, needed columns, numbers that are read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from havenward.case.cells import show
from havenward.case.findings import Trouble, offer

if TYPE_CHECKING:
    from havenward.case.draft import Draft
    from havenward.records import Observation

FLOWS = ("arrivals", "departures", "returns")
NUMBER_KEYS = ("front_order", "capacity_weight", "opening_weight", "cell_weight")
ATTRIBUTE_KEYS = (*NUMBER_KEYS, "opens_after_group")


def check_locations(draft: Draft) -> None:
    """Refuse places that close before they open; warn of numbers that nothing reads."""
    add = draft.findings.add
    for row in draft.case.locations:
        if row.opens and row.closes and row.opens >= row.closes:
            add(
                "locations.csv",
                row.row,
                Trouble(
                    f"opens {row.opens} and closes {row.closes}",
                    "expected opens before closes",
                    "correct one of the days, or leave it empty",
                    "closes-before-opens",
                ),
            )
        if row.kind == "origin" and row.capacity is not None:
            add(
                "locations.csv",
                row.row,
                Trouble(
                    f"origin {show(row.location)} has a capacity",
                    "expected capacity at camps and hosts only",
                    "leave it empty, as an origin receives nobody",
                    "capacity-of-origin",
                    "warning",
                ),
            )
        if row.kind != "origin" and row.population is not None:
            add(
                "locations.csv",
                row.row,
                Trouble(
                    f"{row.kind} {show(row.location)} has a population",
                    "expected population at origins only",
                    "leave it empty, and put counts into observations.csv",
                    "population-of-non-origin",
                    "warning",
                ),
            )


def check_pcodes(draft: Draft) -> None:
    """Warn of numeric P-codes that are one digit shorter than most: spreadsheets drop leading zeros."""
    numeric = [row for row in draft.case.locations if row.pcode.isascii() and row.pcode.isdigit()]
    lengths = Counter(len(row.pcode) for row in numeric)
    if not lengths:
        return
    usual = max(lengths, key=lambda length: (lengths[length], length))
    for row in numeric:
        if len(row.pcode) == usual - 1:
            draft.findings.add(
                "locations.csv",
                row.row,
                Trouble(
                    f"pcode '{row.pcode}' has {usual - 1} digits",
                    f"expected {usual} digits as in the other rows",
                    f"write '0{row.pcode}' if a spreadsheet dropped a zero, and format the column as text",
                    "pcode-lost-zero",
                    "warning",
                ),
            )


def check_routes(draft: Draft) -> None:
    """Refuse routes that lead nowhere."""
    for row in draft.case.routes:
        if row.from_ == row.to:
            draft.findings.add(
                "routes.csv",
                row.row,
                Trouble(
                    f"the route leads from {show(row.from_)} to itself",
                    "expected two different locations",
                    "correct one end, or remove the route",
                    "route-to-itself",
                ),
            )


def check_observations(draft: Draft) -> None:
    """Refuse counts whose dates, scope or numbers cannot be."""
    for row in draft.case.observations:
        for trouble in _observation_troubles(row):
            draft.findings.add("observations.csv", row.row, trouble)


def _observation_troubles(row: Observation) -> list[Trouble]:
    troubles = []
    if row.published < row.date:
        troubles.append(
            Trouble(
                f"published {row.published} is before the count of {row.date}",
                "expected publication on the day of the count or later",
                "correct one of the days, or swap them",
                "published-before-count",
            )
        )
    if row.measure in FLOWS:
        if row.date_from is None:
            troubles.append(
                Trouble(
                    f"{row.measure} without date_from",
                    "expected the first day of the period",
                    "fill in date_from",
                    "flow-without-start",
                )
            )
    elif row.date_from is not None:
        troubles.append(
            Trouble(
                f"{row.measure} with date_from {row.date_from}",
                f"expected date_from for {', '.join(FLOWS)} only",
                "leave date_from empty, or correct the measure",
                "stock-with-start",
            )
        )
    if row.date_from and row.date_from > row.date:
        troubles.append(
            Trouble(
                f"date_from {row.date_from} is after date {row.date}",
                "expected date_from on or before date",
                "correct one of the days, or swap them",
                "period-reversed",
            )
        )
    if row.persons is None and row.households is None:
        troubles.append(
            Trouble(
                "persons and households are empty",
                "expected at least one of them",
                "fill one in, or remove the row: a count that is not known is no row",
                "count-empty",
            )
        )
    if row.scope == "total" and row.location:
        troubles.append(
            Trouble(
                f"scope total with the location {show(row.location)}",
                "expected no location",
                "leave location empty, or correct the scope",
                "scope-with-location",
            )
        )
    if row.scope != "total" and not row.location:
        troubles.append(
            Trouble(
                f"scope {row.scope} without a location",
                f"expected the name of a {row.scope}",
                "fill in location, or correct the scope",
                "scope-without-location",
            )
        )
    return troubles


def check_attributes(draft: Draft) -> None:
    """Refuse attributes of nothing, and words where the rule set reads a number."""
    groups = {row.group for row in draft.case.locations if row.kind == "origin" and row.group}
    add = draft.findings.add
    for row in draft.case.attributes:
        # keys with a point belong to another format, such as `flee.days`, and may describe the whole case
        whole = not row.location and not row.from_ and not row.to and "." in row.key
        if not whole and (bool(row.from_) != bool(row.to) or bool(row.location) == bool(row.from_)):
            add(
                "attributes.csv",
                row.row,
                Trouble(
                    "the row describes neither one location nor one route",
                    "expected location, or both from and to",
                    "fill in one of the two",
                    "attribute-of-nothing",
                ),
            )
        if row.key in NUMBER_KEYS and not _is_number(row.value):
            add(
                "attributes.csv",
                row.row,
                Trouble(
                    f"{row.key} is {show(row.value)}",
                    "expected a number from 0 up",
                    "write the number alone, in digits",
                    "attribute-not-a-number",
                ),
            )
        if row.key == "opens_after_group" and row.value not in groups and draft.is_sound("locations"):
            add(
                "attributes.csv",
                row.row,
                Trouble(
                    f"opens_after_group is {show(row.value)}",
                    "expected a group of origins of locations.csv",
                    draft.findings.offer(
                        "groups", row.value, sorted(groups), "correct the name, or add the group"
                    ),
                    "unknown-group",
                ),
            )
        near = row.key if row.key in ATTRIBUTE_KEYS else _near_key(row.key)
        if near and near != row.key:
            add(
                "attributes.csv",
                row.row,
                Trouble(
                    f"key {show(row.key)} is read by no rule set of Havenward",
                    "expected a key that one reads",
                    f"did you mean '{near}'?",
                    "attribute-key-near",
                    "warning",
                ),
            )


def _is_number(text: str) -> bool:
    try:
        return 0 <= float(text) < float("inf") and "_" not in text
    except ValueError:
        return False


def _near_key(key: str) -> str:
    """Find the key of the rule set that differs in a letter or two; many other keys are allowed."""
    close = offer(key, ATTRIBUTE_KEYS, "").removeprefix("did you mean '").removesuffix("'?")
    return close if close and abs(len(close) - len(key)) <= 2 and close[:4].lower() == key[:4].lower() else ""
