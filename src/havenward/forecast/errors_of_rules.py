"""How wrong each simple rule tends to be: quantiles around its number from its own past errors.

Errors of a rule at earlier origins of the crisis count as far as their outcome was published by then: those
at the site itself most, recent ones more than old ones, and those made when the rule said about as much. A
shipped library of errors made in other crises fills up what is missing.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from havenward.forecast.baselines import RULES, ask_rules
from havenward.forecast.headline import FAR_AHEAD, HORIZONS, report_dates
from havenward.records import QUANTILE_LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from havenward.forecast.baselines import PastOutcomes, Questions
    from havenward.records import Case

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

LIBRARY = "rule_errors.csv"
LIBRARY_SIZE = 20  # errors kept per row: quantiles in the middle of even slices
LIBRARY_LEAST = 5  # fewer errors than this say nothing about a crisis
# what a rule said, by size: errors of a rule that said thousands tell nothing of one that said ten
SAID = ("great fall", "fall", "small fall", "nothing", "tens", "hundreds", "thousands", "more")
SAID_LIMITS = {
    "arrivals": (-400.0, -20.0, -1.0, 1.0, 20.0, 400.0, 8000.0),
    "stock": (-3.0, -2.0, -1.0, 1.0, 400.0, 8000.0, np.inf),  # no stock is below zero
}
# What a past error weighs, the same for every rule and horizon. Chosen on the six shared crises together, in
# favour of the rules: they are what a forecast must beat.
OWN_SITE_WEIGHT = 8.0
HALF_LIFE_DAYS = 60.0
LIBRARY_WEIGHT = 10.0
SIMILAR = 1.0  # a rule that said e times as much made errors that weigh 1/e
LEAST_SIMILAR = 1e-4
# where no error is known anywhere, a convention: errors are normal with this spread on the scale of the rule
BLANK_SPREAD = {"arrivals": 4.0, "stock": 0.3}


class LibraryRow(NamedTuple):
    """Errors of a rule in one crisis over one horizon, of the times when it said so much.

    `last_published` is the day by which all of them were known.
    """

    rule: str
    crisis: str
    country: str
    horizon: int
    said: str
    n: int
    first_date: date
    last_published: date
    errors: FloatArray


def read_library() -> tuple[LibraryRow, ...]:
    """Read the shipped table of errors that rules made in past crises."""
    text = (files("havenward") / "tables" / LIBRARY).read_text(encoding="utf-8")
    return tuple(
        LibraryRow(
            rule=row["rule"],
            crisis=row["crisis"],
            country=row["country"],
            horizon=int(row["horizon"]),
            said=row["said"],
            n=int(row["n"]),
            first_date=date.fromisoformat(row["first_date"]),
            last_published=date.fromisoformat(row["last_published"]),
            errors=np.array([float(value) for value in row["errors"].split(" ")]),
        )
        for row in csv.DictReader(text.splitlines())
    )


def select_rows(rows: Iterable[LibraryRow], case: Case, priors: str) -> tuple[LibraryRow, ...]:
    """Leave out the crisis itself; of the rest, for `time-ordered`, keep what was over before it began.

    A crisis of the same country that was not over when this one began is left out too: it may be the same one
    under another name.
    """
    return tuple(
        row
        for row in rows
        if row.crisis != case.crisis
        and (row.country != case.country or row.last_published < case.start)
        and (priors != "time-ordered" or row.last_published < case.start)
    )


def rule_quantiles(
    questions: Questions,
    past: PastOutcomes,
    library: Sequence[LibraryRow],
    origins: Iterable[date] | None = None,
) -> FloatArray:
    """Put quantiles around what each rule says.

    Parameters
    ----------
    questions, past
        As `ask_rules` gives them, of all origins up to the last one asked for.
    library
        Rows that may be used (`select_rows`).
    origins
        Origins to answer for; all of them by default.

    Returns
    -------
    quantiles
        Net arrivals at `QUANTILE_LEVELS`, shape (row, rule, level), never fewer than leave a site empty; NaN
        at rows of other origins.
    """
    found = np.full((*questions.points.shape, len(QUANTILE_LEVELS)), np.nan)
    wanted = np.unique(questions.origin) if origins is None else np.array([d.toordinal() for d in origins])
    for horizon in np.unique(questions.horizon):
        mine = np.flatnonzero(questions.horizon[past.row] == horizon)
        asked = np.flatnonzero((questions.horizon == horizon) & np.isin(questions.origin, wanted))
        for index, rule in enumerate(RULES):
            shelf = _shelf(library, rule.name, int(horizon))
            errors = _Errors.gather(questions, past, mine, index, shelf)
            found[asked, index] = errors.quantiles(questions, asked, index)
    return found


@dataclass(frozen=True)
class _Errors:
    """Sorted errors of a rule over one horizon, shape (error,): those of the crisis and those of the library.

    `size` is e to the signed logarithm of what the rule said (of the stock that it meant, on that scale);
    `said` its class, -1 for errors of the crisis.
    """

    error: FloatArray
    site: IntArray
    origin: IntArray
    known_from: IntArray
    known_until: IntArray
    size: FloatArray
    said: IntArray

    @classmethod
    def gather(
        cls,
        questions: Questions,
        past: PastOutcomes,
        mine: IntArray,
        rule: int,
        shelf: Sequence[tuple[int, FloatArray]],
    ) -> _Errors:
        rows = past.row[mine]
        scale, point, last = RULES[rule].scale, questions.points[rows, rule], questions.last_count[rows]
        own = measure_error(scale, past.observed[mine], point, last)
        other = np.concatenate([errors for _, errors in shelf])
        said = np.concatenate([np.full(len(errors), at) for at, errors in shelf])
        none = np.full(len(other), -1)
        error = np.concatenate([own, other])
        order = np.argsort(error, kind="stable")
        columns = (
            error,
            np.concatenate([questions.site[rows], none]),
            np.concatenate([questions.origin[rows], none]),
            np.concatenate([past.known_from[mine], none]),
            np.concatenate([past.known_until[mine], np.full(len(other), FAR_AHEAD)]),
            np.concatenate([_size(_said(scale, point, last)), np.ones(len(other))]),
            np.concatenate([np.full(len(own), -1), said]),
        )
        return cls(*(column[order] for column in columns))

    def quantiles(self, questions: Questions, asked: IntArray, rule: int) -> FloatArray:
        """Give the quantiles of the rows asked for, shape (row, level)."""
        tau = np.array(QUANTILE_LEVELS)
        point, last = questions.points[asked, rule], questions.last_count[asked]
        scale = RULES[rule].scale
        said_here = _said(scale, point, last)
        sizes, classes = _size(said_here), np.digitize(said_here, SAID_LIMITS[scale])
        shelved = self.said >= 0
        # a class that the library has nothing on borrows from the nearest one
        stocked = np.unique(self.said[shelved])
        borrowed = stocked[np.abs(stocked - np.arange(len(SAID))[:, None]).argmin(axis=1)]
        found = np.empty((len(asked), len(tau)))
        for today in np.unique(questions.origin[asked]):
            here = np.flatnonzero(questions.origin[asked] == today)
            seen = np.flatnonzero((self.known_from <= today) & (today < self.known_until))
            age = np.where(shelved[seen], 0, today - self.origin[seen])
            base = 0.5 ** (age / HALF_LIFE_DAYS)
            ratio = sizes[here][:, None] / self.size[seen]
            alike = np.minimum(ratio, 1.0 / ratio) ** (1.0 / SIMILAR) + LEAST_SIMILAR
            near = np.where(self.site[seen] == questions.site[asked[here]][:, None], OWN_SITE_WEIGHT, 1.0)
            of_class = self.said[seen] == borrowed[classes[here]][:, None]
            shelf_size = np.maximum((of_class & shelved[seen]).sum(axis=1, keepdims=True), 1)
            shelf_weight = LIBRARY_WEIGHT * of_class / shelf_size
            weight = np.where(shelved[seen], shelf_weight, base * alike * near)
            running = np.cumsum(weight, axis=1)
            place = (running - weight / 2.0) / running[:, -1:]
            errors = self.error[seen]
            for row, at in zip(here, place, strict=True):
                found[row] = np.interp(tau, at, errors)
        return undo_error(scale, found, point[:, None], last[:, None])


def measure_error(scale: str, observed: FloatArray, point: FloatArray, last: FloatArray) -> FloatArray:
    """Give the error of a rule on its scale, from net arrivals observed and said, and the last count."""
    if scale == "stock":
        after, said = np.maximum(last + observed, 0.0), np.maximum(last + point, 0.0)
        return np.asarray(np.log1p(after) - np.log1p(said), np.float64)
    return _signed_log(observed) - _signed_log(point)


def undo_error(scale: str, error: FloatArray, point: FloatArray, last: FloatArray) -> FloatArray:
    """Give the net arrivals that lie an error away from what a rule says; at most everyone leaves."""
    if scale == "stock":
        found = (1.0 + np.maximum(last + point, 0.0)) * np.exp(error) - 1.0 - last
    else:
        level = _signed_log(point) + error
        found = np.sign(level) * np.expm1(np.abs(level))
    return np.asarray(np.maximum(found, -last), np.float64)


def forecast_rules(
    case: Case,
    origin: date,
    horizons: Sequence[int],
    priors: str,
    library: Sequence[LibraryRow] | None = None,
) -> dict[str, dict[tuple[str, int], FloatArray]]:
    """Let every rule forecast the sites of a case on one day.

    Parameters
    ----------
    case
        The whole case, whose every version of a row is used as it was known, or a snapshot of the day.
    origin
        Nothing published later is used.
    horizons
        Days ahead.
    priors
        `time-ordered` or `leave-one-out`: which crises of the library may speak.
    library
        The shipped one by default.

    Returns
    -------
    quantiles
        By rule, then by site and horizon, of the net arrivals at `QUANTILE_LEVELS`.
    """
    rows = select_rows(read_library() if library is None else library, case, priors)
    past_origins = [day for day in report_dates(case) if day < origin]
    questions, past = ask_rules(case, [*past_origins, origin], horizons)
    found = rule_quantiles(questions, past, rows, [origin])
    now = np.flatnonzero(questions.origin == origin.toordinal())
    return {
        rule.name: {
            (questions.sites[questions.site[row]], int(questions.horizon[row])): found[row, index]
            for row in now
        }
        for index, rule in enumerate(RULES)
    }


def blind_quantiles(library: Sequence[LibraryRow], horizon: int) -> FloatArray:
    """Give what the rule that nobody comes missed in other crises, for a site without any known count."""
    nothing = SAID.index("nothing")
    shelf = [errors for at, errors in _shelf(library, "b0_zero", horizon) if at == nothing]
    errors = np.quantile(np.concatenate(shelf), QUANTILE_LEVELS)
    return undo_error("arrivals", errors, np.zeros(()), np.full((), np.inf))


def make_library(cases: Iterable[Case], horizons: Sequence[int] = HORIZONS) -> list[LibraryRow]:
    """Gather the errors that every rule made in whole cases: what is shipped."""
    rows = []
    for case in cases:
        questions, past = ask_rules(case, report_dates(case), horizons)
        final = past.known_until == FAR_AHEAD
        for horizon in sorted(horizons):
            use = np.flatnonzero(final & (questions.horizon[past.row] == horizon))
            at = past.row[use]
            for index, rule in enumerate(RULES):
                point, last = questions.points[at, index], questions.last_count[at]
                error = measure_error(rule.scale, past.observed[use], point, last)
                classes = np.digitize(_said(rule.scale, point, last), SAID_LIMITS[rule.scale])
                for number, said in enumerate(SAID):
                    inside = classes == number
                    if inside.sum() >= LIBRARY_LEAST:
                        rows.append(
                            LibraryRow(
                                rule=rule.name,
                                crisis=case.crisis,
                                country=case.country,
                                horizon=horizon,
                                said=said,
                                n=int(inside.sum()),
                                first_date=min(row.date for row in case.observations),
                                last_published=date.fromordinal(int(past.known_from[use].max())),
                                errors=np.quantile(error[inside], _even_levels()),
                            )
                        )
    return rows


def write_library(rows: Iterable[LibraryRow]) -> str:
    """Write the library as the text of its table."""
    head = "rule,crisis,country,horizon,said,n,first_date,last_published,errors\n"
    return head + "".join(
        f"{r.rule},{r.crisis},{r.country},{r.horizon},{r.said},{r.n},{r.first_date},{r.last_published},"
        f"{' '.join(f'{value:.3g}' for value in r.errors)}\n"
        for r in sorted(rows, key=lambda r: (r.rule, r.crisis, r.horizon, SAID.index(r.said)))
    )


def _shelf(library: Sequence[LibraryRow], rule: str, horizon: int) -> list[tuple[int, FloatArray]]:
    """Take the errors of a rule from the library, of the nearest horizon there; else the convention."""
    rows = [row for row in library if row.rule == rule]
    if not rows:
        from scipy.stats import norm

        scale = next(one.scale for one in RULES if one.name == rule)
        blank = BLANK_SPREAD[scale] * norm.ppf(_even_levels())
        return [(at, blank) for at in range(len(SAID))]
    nearest = min((row.horizon for row in rows), key=lambda h: (abs(np.log(h / horizon)), h))
    return [(SAID.index(row.said), row.errors) for row in rows if row.horizon == nearest]


def _even_levels() -> FloatArray:
    return np.asarray((np.arange(LIBRARY_SIZE) + 0.5) / LIBRARY_SIZE, np.float64)


def _said(scale: str, point: FloatArray, last: FloatArray) -> FloatArray:
    """Give how much a rule said: net arrivals, or on the scale of stocks the stock."""
    return np.maximum(last + point, 0.0) if scale == "stock" else point


def _signed_log(values: FloatArray) -> FloatArray:
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)), np.float64)


def _size(values: FloatArray) -> FloatArray:
    return np.asarray(np.exp(_signed_log(values)), np.float64)
