"""What stands behind the numbers: assumptions, figures of reports, sources, and what is withheld of them."""

from __future__ import annotations

from datetime import date
from math import exp
from typing import TYPE_CHECKING

import numpy as np

from havenward.brief.audience import ARMED_TERMS, withheld_words
from havenward.brief.content import AssumptionRow, EventRow, FigureRow, SourceRow
from havenward.brief.guard import assumption_allowed, safe_text
from havenward.brief.redact import names_kept, public_speaker, quote_for
from havenward.dates import day_date
from havenward.distributions import weighted_quantiles
from havenward.words import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from havenward.brief.content import Place
    from havenward.brief.view import Known
    from havenward.records import Assumption, Figure, Report
    from havenward.runs import Run
    from havenward.words import Words

    FloatArray = NDArray[np.float64]

FRONT_REACHES = "front_reaches"  # drawn in days after the first simulated day
PEOPLE = "people"  # who are at risk in a group of origins
DESTINATION_EFFECT = "destination_effect"  # drawn as a logarithm, told as a factor


def visible_assumptions(
    known: Known,
    draws: Mapping[str, FloatArray],
    priors: Mapping[str, FloatArray],
    weights: FloatArray,
    run: Run,
    words: Words = ENGLISH,
) -> tuple[AssumptionRow, ...]:
    """Summarise what members drew before any count and what they hold after it, beside the reason.

    Parameters
    ----------
    known
        The case as it was known; its marks give the order.
    draws, priors
        What members hold, and what they had drawn before they learned from counts, each of shape (member,).
    weights
        Of the members, shape (member,).
    run
        Says on which days dates count from.
    words
        How numbers and dates are written.
    """
    even = np.full(len(weights), 1 / len(weights))
    weighed = not np.allclose(weights, even)
    rows = []
    for name, mark in known.marks.assumptions.items():
        if name not in draws or not assumption_allowed(name, known.audience, known.guard):
            continue
        about = about_assumption(known, name)
        unit, write = value_writer(name, about, run, words)
        before, after = priors.get(name, draws[name]), draws[name]
        moved = weighed or not np.array_equal(before, after)
        rows.append(
            AssumptionRow(
                mark,
                name,
                unit,
                _three(before, even, write),
                _three(after, weights, write) if moved else None,
                about.basis if about else "default",
                safe_text(about.reason, known.guard, words.language) if about else "",
                _unguarded(known, about.sources) if about else (),
                _unguarded(known, about.figures) if about else (),
                *(_movement(before, after, weights) if moved else (None, None)),
            )
        )
    return tuple(rows)


def about_assumption(known: Known, name: str) -> Assumption | None:
    """Give what the case says of an assumption; of one place, else of all places."""
    stated = {row.name: row for row in known.case.assumptions}
    return stated.get(name) or stated.get(name.partition(".")[0])


def _three(values: FloatArray, weights: FloatArray, write: Callable[[float], str]) -> tuple[str, str, str]:
    low, central, high = weighted_quantiles(values[:, None], weights, (0.05, 0.5, 0.95))[:, 0]
    return write(float(low)), write(float(central)), write(float(high))


def _movement(before: FloatArray, after: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Say where the middle now lies among what was drawn before, and how much of that is still in range.

    Both are shares of members, so that amounts, days and factors can be compared; ties count half.
    """
    low, central, high = weighted_quantiles(after[:, None], weights, (0.05, 0.5, 0.95))[:, 0]
    level = float(np.mean(before < central) + np.mean(before == central) / 2)
    return level, float(np.mean((before >= low) & (before <= high)))


def value_writer(
    name: str, about: Assumption | None, run: Run, words: Words = ENGLISH
) -> tuple[str, Callable[[float], str]]:
    """Give the unit of an assumption as shown and the function that writes a value: days become dates."""
    if name.partition(".")[0] == FRONT_REACHES:
        return "date", lambda value: _day_words(run.first_date, value, run.last_date, words)
    if about is not None and about.after is not None:
        after = about.after
        return "date", lambda value: _day_words(after, value, date.max, words)
    if name.partition(".")[0] == DESTINATION_EFFECT:
        return "factor", lambda value: words.say_amount(exp(value))
    unit = about.unit if about else "persons" if name.partition(".")[0] == PEOPLE else ""
    if unit in {"persons", "persons per day"}:
        return unit, words.say_people
    return unit, lambda value: words.say_number(value) if abs(value) >= 1000 else words.say_decimal(value)


def _day_words(start: date, days: float, last: date, words: Words) -> str:
    """Write the date some days after another; what comes after the last day is only called later."""
    room = (last - start).days
    if not days <= room:
        return words.say("beyond")
    return words.say_short_date(day_date(round(days), start))


def _unguarded(known: Known, keys: Sequence[str]) -> tuple[str, ...]:
    """Leave out keys of sources and figures that name a withheld place."""
    return tuple(key for key in keys if not known.guard.names_in(key))


def visible_figures(known: Known, words: Words = ENGLISH) -> tuple[FigureRow, ...]:
    """Give the figures of the reports; armed actors and withheld places drop out, persons leave quotes."""
    keep, audience, language = names_kept(known.case), known.audience, words.language
    reports = {row.report: row for row in known.case.reports}
    rows: list[FigureRow] = []
    for figure in known.case.figures:
        report = reports.get(figure.report)
        if report is None or figure.review == "rejected" or not _figure_allowed(known, figure, report):
            continue
        rows.append(
            FigureRow(
                known.marks.figures[figure.figure],
                figure.figure,
                quote_for(figure.sentence, figure.quantity_text, audience, keep, language),
                figure_value(figure, words),
                figure.term,
                figure.low,
                figure.high,
                figure.point,
                public_speaker(figure.source_attribution, audience, keep, language),
                report.title,
                report.outlet,
                report.published,
                report.url,
                report.kind == "paraphrase",
                figure.fact_group,
                figure.relation,
                figure.review,
                figure.report,
            )
        )
    return tuple(rows)


def _figure_allowed(known: Known, figure: Figure, report: Report) -> bool:
    if figure.term in ARMED_TERMS and not known.may("armed"):
        return False
    texts = (
        figure.figure,
        figure.sentence,
        figure.source_attribution,
        figure.fact_group,
        figure.relation,
        figure.quantity_text,
        report.title,
        report.outlet,
        report.url,
    )
    small = [
        value
        for value in (figure.low, figure.high, figure.point)
        if figure.unit == "persons" and known.guard.is_small(value)
    ]
    return not small and not known.guard.names_in(" \n ".join(texts))


def figure_value(figure: Figure, words: Words = ENGLISH) -> str:
    """Write the value of a figure with its hedge."""
    unit = words.say_unit(figure.unit.replace("_", " "))
    if figure.low is not None and figure.high is not None and figure.low != figure.high:
        low, high = words.say_amount(figure.low), words.say_amount(figure.high)
        return f"{words.say('page_range', low=low, high=high)} {unit}"
    value = next((v for v in (figure.point, figure.low, figure.high) if v is not None), None)
    if value is None:
        return f"{figure.quantity_text} {unit}"
    number = words.say_number(value) if value == int(value) else words.say_amount(value)
    hedge = f"hedge_{figure.quantifier}"
    return words.say(hedge, value=f"{number} {unit}") if hedge in words.phrases else f"{number} {unit}"


def visible_sources(
    known: Known, assumptions: Sequence[AssumptionRow], figures: Sequence[FigureRow], places: Sequence[Place]
) -> tuple[SourceRow, ...]:
    """Give the sources behind what is shown; those that name withheld places drop out."""
    used = {key for row in assumptions for key in row.sources}
    used |= {known.locations[place.location].source for place in places}
    reports = {row.report: row.source for row in known.case.reports}
    shown = {row.figure for row in figures}
    used |= {reports.get(row.report, "") for row in known.case.figures if row.figure in shown}
    used |= {row.source for row in known.case.observations if row.scope != "group" and row.measure == "stock"}
    rows: list[SourceRow] = []
    for row in known.case.sources:
        text = f"{row.source}\n{row.title}\n{row.publisher}\n{row.url}\n{row.licence}"
        if row.source in used and not known.guard.names_in(text):
            rows.append(
                SourceRow(
                    known.marks.sources[row.source],
                    row.source,
                    row.title,
                    row.publisher,
                    row.url,
                    row.published,
                    row.licence,
                )
            )
    return tuple(rows)


def visible_events(known: Known, words: Words = ENGLISH) -> tuple[EventRow, ...]:
    """Give the dated changes of access, for those who may see them."""
    if not known.may("events"):
        return ()
    return tuple(
        EventRow(
            str(row.date),
            words.name("event", row.kind),
            row.location or f"{row.from_} \u2013 {row.to}".strip(" \u2013"),
            "" if row.value is None else words.say_amount(row.value),
            row.published,
        )
        for row in sorted(known.case.events, key=lambda row: str(row.date))
    )


def withheld_rows(known: Known, figures: Sequence[FigureRow], words: Words = ENGLISH) -> tuple[str, ...]:
    """Say in words what kinds of thing are held back, and how many rows of reports."""
    kinds = list(withheld_words(known.audience, words.language))
    visible = {row.report for row in known.case.reports}
    missing = sum(row.report in visible and row.review != "rejected" for row in known.case.figures) - len(
        figures
    )
    named = sum(
        bool(known.guard.names_in(f"{row.source}\n{row.title}\n{row.publisher}\n{row.url}\n{row.licence}"))
        for row in known.case.sources
    )
    if missing or named:
        kinds.append(words.say("withheld_figures", n=missing, m=named))
    return tuple(kinds)
