"""Whether numbers rest on what they claim: figures on their sentences, assumptions on a known parameter."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from havenward.case.cells import show
from havenward.case.findings import Trouble
from havenward.case.tables import read_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from havenward.case.draft import Draft
    from havenward.case.tables import Column
    from havenward.distributions import Distribution
    from havenward.records import Assumption, Figure

DAYS_AFTER = "days after"  # unit of an assumption that gives the date of an event


# -- figures -------------------------------------------------------------------------------------------


def check_figures(draft: Draft) -> None:
    """Hold each figure against the text of its report."""
    texts = {report.report: report.text for report in draft.case.reports}
    for row in draft.case.figures:
        for trouble in (*_number_troubles(row), *_text_troubles(row, texts.get(row.report))):
            draft.findings.add("figures.csv", row.row, trouble)


def _number_troubles(row: Figure) -> list[Trouble]:
    troubles = []
    if row.low is not None and row.high is not None and row.low > row.high:
        troubles.append(
            Trouble(
                f"low {row.low:,.12g} is above high {row.high:,.12g}",
                "expected low up to high",
                "correct one of them, or swap them",
                "figure-range-reversed",
            )
        )
    elif row.point is not None and not (
        (-inf if row.low is None else row.low) <= row.point <= (inf if row.high is None else row.high)
    ):
        troubles.append(
            Trouble(
                f"point {row.point:,.12g} is outside low and high",
                "expected it between them",
                "correct one of the three",
                "figure-point-outside",
            )
        )
    if row.low is None and row.high is None and row.point is None and row.quantifier != "unspecified_many":
        troubles.append(
            Trouble(
                "low, high and point are empty",
                "expected at least one of them",
                "fill in what the sentence states, or write unspecified_many as quantifier",
                "figure-without-number",
            )
        )
    if row.date_from and row.date_to and row.date_from > row.date_to:
        troubles.append(
            Trouble(
                f"date_from {row.date_from} is after date_to {row.date_to}",
                "expected date_from on or before date_to",
                "correct one of the days, or swap them",
                "period-reversed",
            )
        )
    return troubles


def _text_troubles(row: Figure, text: str | None) -> list[Trouble]:
    troubles = []
    if row.quantity_text not in row.sentence:
        troubles.append(
            Trouble(
                f"quantity_text {show(row.quantity_text)} is not in the sentence",
                "expected the words as they stand there",
                "copy them from the sentence",
                "quantity-not-in-sentence",
            )
        )
    if (row.start is None) != (row.end is None):
        troubles.append(
            Trouble(
                "only one of start and end is given",
                "expected both, or neither",
                "fill in the other, or empty both",
                "figure-half-span",
            )
        )
    if text is None:
        return troubles
    if row.sentence not in text:
        troubles.append(
            Trouble(
                f"the sentence is not in reports/{row.report}",
                "expected the exact text of the report",
                "copy the sentence from the report",
                "sentence-not-in-report",
            )
        )
    elif row.start is not None and row.end is not None and text[row.start : row.end] != row.quantity_text:
        at = text.find(row.quantity_text, max(text.find(row.sentence), 0))
        repair = f"write {at} and {at + len(row.quantity_text)}" if at >= 0 else "correct the offsets"
        troubles.append(
            Trouble(
                f"start {row.start} and end {row.end} mark {show(text[row.start : row.end])}",
                f"expected {show(row.quantity_text)}",
                repair,
                "figure-span",
            )
        )
    return troubles


# -- assumptions ---------------------------------------------------------------------------------------


def check_assumptions(draft: Draft) -> None:
    """Hold each assumption against the parameters that the rule sets read, and its place against the case."""
    case = draft.case
    dates = {event.date for event in case.events if isinstance(event.date, str)}
    dates |= {event.date for item in case.scenarios for event in item.events if isinstance(event.date, str)}
    groups = {row.group for row in case.locations if row.kind == "origin" and row.group}
    names = {"group": groups if draft.is_sound("locations") else None, "place": draft.keys["locations"]}

    def check(assumption: Assumption, file: str, place: str) -> None:
        def add(trouble: Trouble) -> None:
            draft.findings.add(file, place, trouble)

        _check_days_after(assumption, add)
        column = _parameter(assumption, draft, dates, names, add)
        if column is None:
            return
        if assumption.unit != column.unit:
            add(
                Trouble(
                    f"unit is {show(assumption.unit)}",
                    f"expected '{column.unit}' for {column.name}",
                    "convert the values and write this unit",
                    "assumption-unit",
                )
            )
        elif assumption.distribution is not None:
            _check_support(assumption.distribution, column, add)

    for assumption in case.assumptions:
        check(assumption, "assumptions.toml", f"assumption '{assumption.name}'")
    for scenario in case.scenarios:
        for assumption in scenario.assumptions:
            check(assumption, "scenarios.toml", f"scenario '{scenario.name}' assumption '{assumption.name}'")


def _check_days_after(assumption: Assumption, add: Callable[[Trouble], None]) -> None:
    if assumption.unit == DAYS_AFTER and assumption.after is None:
        add(
            Trouble(
                "after is missing",
                "expected the date that the days are counted from",
                "add after = YYYY-MM-DD",
                "days-after-nothing",
            )
        )
    if assumption.unit != DAYS_AFTER and assumption.after is not None:
        add(
            Trouble(
                f"after is {assumption.after}",
                f"expected it with the unit '{DAYS_AFTER}' only",
                "remove it, or correct the unit",
                "after-unused",
            )
        )


def _parameter(
    assumption: Assumption,
    draft: Draft,
    dates: set[str],
    names: dict[str, set[str] | None],
    add: Callable[[Trouble], None],
) -> Column | None:
    """Find the parameter that an assumption is about; None, with its trouble, where there is none."""
    columns = {column.name: column for column in read_columns("parameters")}
    head, point, place = assumption.name.partition(".")
    if not point and head in columns:
        return columns[head]
    kind = next((kind for kind in ("group", "place") if f"{head}.<{kind}>" in columns), None)
    if point and kind:
        known = names[kind]
        if known is not None and place not in known:
            word = "location" if kind == "place" else "group of origins"
            add(
                Trouble(
                    f"'{place}' is no {word}",
                    f"expected the name of a {word} after '{head}.'",
                    draft.findings.offer(kind, place, sorted(known), "correct the name"),
                    "assumption-place",
                )
            )
        return columns[f"{head}.<{kind}>"]
    if assumption.unit == DAYS_AFTER and (assumption.name in dates or draft.case.known):
        return None  # gives the date of an event, which a snapshot may not hold yet; its name is free
    written = tuple(columns)
    if head in columns:
        add(
            Trouble(
                f"'{head}' is given for '{place}'",
                f"expected '{head}' for the whole case",
                "write the name alone",
                "assumption-without-place",
            )
        )
    else:
        add(
            Trouble(
                f"name is {show(assumption.name)}",
                "expected a parameter that a rule set reads, or a date of an event",
                draft.findings.offer(
                    "parameters",
                    assumption.name,
                    written,
                    "see docs/reference/assumptions.md for their names",
                ),
                "unknown-parameter",
            )
        )
    return None


def _check_support(distribution: Distribution, column: Column, add: Callable[[Trouble], None]) -> None:
    """Refuse values that a parameter cannot have; warn where only the endless tail of a curve has them."""
    if column.low is None or column.high is None:
        return
    low, high = support(distribution)
    below = low < column.low or (column.low_open and high <= column.low)
    above = high > column.high
    found = f"values reach from {_bound(low)} to {_bound(high)}"
    if (below and low > -inf) or (above and high < inf):
        add(Trouble(found, column.expected(), "correct the values", "assumption-outside"))
        return
    # an upper tail without end is harmless for counts and rates, not for shares
    missing = [f"floor = {column.low:g}"] if below else []
    missing += [f"ceiling = {column.high:g}"] if above and column.high <= 1 else []
    if missing:
        add(Trouble(found, column.expected(), f"add {' and '.join(missing)}", "assumption-tail", "warning"))


def support(distribution: Distribution) -> tuple[float, float]:
    """Find the lowest and highest value of a sound distribution; infinite where there is none."""
    p = distribution.parameters
    if distribution.shape == "mixture":
        parts = [support(part) for _, part in distribution.components]
        low, high = min(part[0] for part in parts), max(part[1] for part in parts)
    elif distribution.shape == "fixed":
        low = high = p["value"]
    elif distribution.shape in {"uniform", "triangular"}:
        low, high = p["low"], p["high"]
    elif distribution.shape == "beta":
        low, high = 0.0, 1.0
    else:
        low, high = (-inf if distribution.shape == "normal" else 0.0), inf
    floor, ceiling = distribution.floor, distribution.ceiling
    return min(max(low, floor), ceiling), min(max(high, floor), ceiling)


def _bound(value: float) -> str:
    if abs(value) == inf:
        return "no limit"
    return f"{value:,.12g}"


def check_pooling(draft: Draft) -> None:
    """Refuse terms that figures never have; warn where there is nothing to pool."""
    terms = next(column.choices for column in read_columns("figures") if column.name == "term")
    if not draft.is_sound("figures"):
        return
    for assumption in draft.case.assumptions:
        if not assumption.pool_term:
            continue
        place = f"assumption '{assumption.name}'"
        if assumption.pool_term not in terms:
            draft.findings.add(
                "assumptions.toml",
                place,
                Trouble(
                    f"term is {show(assumption.pool_term)}",
                    f"expected one of {', '.join(terms)}",
                    draft.findings.offer("terms", assumption.pool_term, terms, "choose one of these"),
                    "unknown-choice",
                ),
            )
            continue
        wanted = {name.casefold() for name in assumption.pool_places}
        if not any(
            row.term == assumption.pool_term
            and row.review != "rejected"
            and row.location.casefold() in wanted
            for row in draft.case.figures
        ):
            severity = draft.version_severity
            draft.findings.add(
                "assumptions.toml",
                place,
                Trouble(
                    f"no figure has the term {assumption.pool_term} and one of the places "
                    f"{', '.join(assumption.pool_places)}",
                    "expected at least one that is not rejected",
                    "read the reports with 'havenward read --case', correct the places, or add figures",
                    "pooling-nothing",
                    severity,
                ),
            )


# -- scenarios -----------------------------------------------------------------------------------------


def check_scenarios(draft: Draft) -> None:
    """Refuse likelihoods that add up to more than one."""
    latest = {}
    for scenario in sorted(draft.case.scenarios, key=lambda item: item.published):
        latest[scenario.name] = scenario
    total = sum(scenario.likelihood or 0.0 for scenario in latest.values())
    if total > 1 + 1e-9:
        draft.findings.add(
            "scenarios.toml",
            "",
            Trouble(
                f"the likelihoods add up to {total:g}",
                "expected at most 1 for all scenarios together",
                "lower them, as scenarios exclude each other",
                "likelihoods-above-one",
                draft.version_severity,
            ),
        )
