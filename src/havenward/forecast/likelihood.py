"""How likely a count is in each member: what the member would have had counted, and how far counts stray.

A count is held against the people that a member has at that place and day, times what the counting system
makes of them (families times a fixed size, and the share it covers). Around that mean it strays by a relative
error that nobody knows, so a few are tried at once and each series shows which of them fits. The error of a
stock lasts: the next count of the same thing is expected to err the way the last one did, less so the longer
ago that was. One count in fifty may be far off. `counts.py` decides which counts are used.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from havenward.distributions import quantile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from havenward.forecast.counts import Count, Places
    from havenward.randomness import Streams
    from havenward.records import Assumption, Members

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

# relative errors of a count that are tried, each with the same weight beforehand
ERRORS = np.array([0.1, 0.2, 0.4, 0.8])
ERROR_DAYS = 21.0  # the error of a stock fades by e-fold over three weeks; a convention
LEAST_ERROR = 0.01  # of one step, however close two counts are
FAR_OFF, FARTHER = 0.02, 5.0  # share of counts that are far off, and how many times farther they stray
LONGEST_LAG = 3  # days between what is counted and the date that the count bears
_LEAST_MEAN = 0.5  # nobody in the member: a count of a few is still possible
# a series that says so was begun by a new enumeration: people outside camps are nearly all in it
ENUMERATED = (40.0, 2.0)


@dataclass(frozen=True)
class CountModel:
    """The counts that are used, and what is known beforehand about how they are made.

    Parameters
    ----------
    counts
        In the order in which they are taken, see `select_counts`.
    places
        Kinds and groups of the locations.
    main
        The counting system whose bias has the plain names `count_multiplier` and `host_coverage`.
    assumptions
        By name; `count_multiplier`, `camp_coverage` and `host_coverage` are read, and one without counts
        everyone.
    """

    counts: tuple[Count, ...]
    places: Places
    main: str
    assumptions: Mapping[str, Assumption]

    @cached_property
    def steps(self) -> list[list[int]]:
        """Give the rows of `counts` that are taken together: those of one report over several places."""
        steps: dict[int, list[int]] = {}
        for row, count in enumerate(self.counts):
            steps.setdefault(count.report, []).append(row)
        return list(steps.values())

    def draw_counting(self, streams: Streams, members: int) -> dict[str, FloatArray]:
        """Draw how each counting system counts: `reporting_lag`, and its own bias beside the main one's."""
        drawn: dict[str, FloatArray] = {}
        for series in sorted({count.series for count in self.counts}):
            lag = streams.uniforms(f"reporting_lag.{series}", members)
            drawn[f"reporting_lag.{series}"] = np.floor(lag * (LONGEST_LAG + 1))
            if series == self.main:
                continue
            for name in ("count_multiplier", "host_coverage"):
                assumption = self.assumptions.get(name)
                if assumption is None or assumption.distribution is None:
                    continue
                if name == "host_coverage" and _is_enumerated(series):
                    from scipy.special import betaincinv

                    own = betaincinv(*ENUMERATED, streams.uniforms(f"{name}.{series}", members))
                else:
                    own = quantile(
                        assumption.distribution,
                        streams.uniforms(f"{name}.{series}", members),
                        streams.uniforms(f"{name}.{series}.component", members),
                    )
                drawn[f"{name}.{series}"] = own
        return drawn

    def expected(self, ensemble: Members, drawn: Mapping[str, FloatArray]) -> FloatArray:
        """Give what each member would have counted, shape (member, count); NaN after its last day.

        Parameters
        ----------
        ensemble
            Members with their draws.
        drawn
            From `draw_counting`.
        """
        members, days = ensemble.displaced.shape
        columns = _Columns(ensemble, self.places)
        known = {**ensemble.draws, **drawn}
        ones = np.ones(members)
        means = np.full((members, len(self.counts)), np.nan)
        for row, count in enumerate(self.counts):
            if count.day >= days:
                continue
            lag = known[f"reporting_lag.{count.series}"].astype(np.int64)
            people = columns.pick(count, lag)
            if count.counted:
                at_camps = columns.share_at_camps(count, lag)
                camp = known.get("camp_coverage", ones)
                host = known.get(self._name("host_coverage", count.series), ones)
                people = people * (at_camps * camp + (1.0 - at_camps) * host)
                if count.families:
                    people = people * known.get(self._name("count_multiplier", count.series), ones)
            means[:, row] = np.maximum(people, _LEAST_MEAN)
        return means

    def _name(self, name: str, series: str) -> str:
        return name if series == self.main else f"{name}.{series}"

    def fits(self, means: FloatArray) -> FloatArray:
        """Give the log-likelihood of each step under each relative error, shape (member, step, error).

        NaN where a member was not simulated so far.
        """
        steps = self.steps
        result = np.full((len(means), len(steps), len(ERRORS)), np.nan)
        for step, rows in enumerate(steps):
            known = ~np.isnan(means[:, rows]).any(axis=1)
            if known.all():
                result[:, step] = self.step_by_error(means, rows)
            elif known.any():
                result[known, step] = self.step_by_error(means[known], rows)
        return result

    def log_likelihood(self, fits: FloatArray) -> FloatArray:
        """Give the log-likelihood of each step given the steps before it, shape (member, step).

        The relative error of a series is not known: it is summed over `ERRORS`, weighed by how well each
        has fitted the member so far.
        """
        from scipy.special import logsumexp

        result = np.empty(fits.shape[:2])
        for steps in self.kinds.values():
            after = np.cumsum(fits[:, steps], axis=1) - np.log(len(ERRORS))
            whole = logsumexp(after, axis=2)
            result[:, steps] = np.diff(whole, axis=1, prepend=0.0)
        return result

    def part(self, first: int, last: int) -> CountModel:
        """Give the model of some of the counts; the first of each thread there has none before it."""
        counts = tuple(
            replace(count, before=count.before - first if count.before >= first else -1)
            for count in self.counts[first:last]
        )
        return replace(self, counts=counts)

    @cached_property
    def kinds(self) -> dict[str, list[int]]:
        """Give the steps that share one relative error."""
        kinds: dict[str, list[int]] = {}
        for step, rows in enumerate(self.steps):
            kinds.setdefault(self.counts[rows[0]].kind, []).append(step)
        return kinds

    def step_by_error(self, means: FloatArray, rows: Sequence[int]) -> FloatArray:
        """Give the log-likelihood of one step under each relative error, shape (member, error)."""
        centres, sizes = self.next_counts(means, rows)
        y = np.array([self.counts[row].persons for row in rows])
        plain = means[:, rows]
        if len(rows) == 1:
            fits = _log_negative_binomial(y[0], centres[:, 0], sizes[0])
            far = _log_negative_binomial(y[0], plain[:, 0, None], sizes[0] / FARTHER**2)
        else:
            fits = _log_report(y, centres, sizes)
            far = _log_report(y, plain[:, :, None], sizes / FARTHER**2)
        mixed: FloatArray = np.logaddexp(np.log1p(-FAR_OFF) + fits, np.log(FAR_OFF) + far)
        return mixed

    def next_counts(self, means: FloatArray, rows: Sequence[int]) -> tuple[FloatArray, FloatArray]:
        """Give where the next counts are expected, (member, row, error), and their sizes, (row, error)."""
        centres = np.empty((len(means), len(rows), len(ERRORS)))
        sizes = np.empty((len(rows), len(ERRORS)))
        for place, row in enumerate(rows):
            count = self.counts[row]
            centres[:, place] = means[:, row, None]
            kept = np.zeros(len(ERRORS))
            if count.before >= 0:
                last = self.counts[count.before]
                # a small count strays by chance alone, and that does not last
                lasting = ERRORS**2 / (ERRORS**2 + 1.0 / (last.persons + 1.0))
                kept = np.exp(-(count.day - last.day) / ERROR_DAYS) * lasting
                erred = np.log((last.persons + 0.5) / (means[:, count.before] + 0.5))
                centres[:, place] *= np.exp(kept * erred[:, None])
            variance = np.maximum(ERRORS**2 * (1.0 - kept**2), LEAST_ERROR**2) + count.rounding
            sizes[place] = 1.0 / variance
        return centres, sizes

    def error_covariance(self, fits: FloatArray, rows: Sequence[int], means: FloatArray) -> FloatArray:
        """Give the covariance of the errors of the logarithms of counts, shape (row, row).

        The relative error of each series is the mean of those tried, weighed by how well they fit.

        Parameters
        ----------
        fits
            From `fits`.
        rows
            Counts.
        means
            What the members would have had counted, shape (member, row).
        """
        from scipy.special import softmax

        squares = {}
        for kind, steps in self.kinds.items():
            known = [s for s in steps if not np.isnan(fits[:, s]).any()]
            squares[kind] = float((softmax(fits[:, known].sum(axis=1), axis=1) @ ERRORS**2).mean())
        found = np.zeros((len(rows), len(rows)))
        middle = np.exp(np.log(means).mean(axis=0))
        for i, row in enumerate(rows):
            one = self.counts[row]
            found[i, i] = squares[one.kind] + one.rounding + 1.0 / (min(middle[i], one.persons + 1.0) + 1.0)
            for j in range(i):
                other = self.counts[rows[j]]
                if not one.flow and one.thread == other.thread:
                    lasting = np.exp(-abs(one.day - other.day) / ERROR_DAYS)
                    found[i, j] = found[j, i] = squares[one.kind] * lasting
        return found

    def levels(self, means: FloatArray, fits: FloatArray, weights: FloatArray, step: int) -> FloatArray:
        """Give where the counts of a step fall in what was expected before it, 0 to 1, shape (row,).

        This is the probability of less than the count plus half that of exactly it, over members, errors
        and the chance of being far off.
        """
        from scipy.special import betainc, softmax

        rows = self.steps[step]
        earlier = [s for s in self.kinds[self.counts[rows[0]].kind] if s < step]
        known = fits[:, earlier].sum(axis=1)
        share = weights[:, None] * softmax(known, axis=1)
        centres, sizes = self.next_counts(means, rows)
        result = np.empty(len(rows))
        for place, row in enumerate(rows):
            y = self.counts[row].persons
            total = 0.0
            plain = np.broadcast_to(means[:, rows, None], centres.shape)
            for chance, means_now, sizes_now in (
                (1.0 - FAR_OFF, centres, sizes),
                (FAR_OFF, plain, sizes / FARTHER**2),
            ):
                mean, size = means_now[:, place], np.broadcast_to(sizes_now[place], share.shape)
                if len(rows) > 1:  # a share of a total, as spread as both together
                    part = mean / means_now.sum(axis=1)
                    alike = sizes_now.mean(axis=0)
                    loose = (1.0 - part) / (part * (_concentration(alike, len(rows)) + 1.0))
                    size = 1.0 / (1.0 / alike + loose)
                p = size / (size + mean)
                upper = betainc(size, np.floor(y) + 1.0, p)
                lower = betainc(size, np.floor(y), p) if y >= 1.0 else np.zeros_like(upper)
                total += chance * float((share * (upper + lower) / 2.0).sum())
            result[place] = total
        return result

    def draw_ahead(
        self,
        ensemble: Members,
        drawn: Mapping[str, FloatArray],
        wanted: Sequence[Count],
        generator: np.random.Generator,
    ) -> FloatArray:
        """Draw counts that are still to come, one per member, shape (member, count).

        The mean is what the member would have had counted; a stock errs at first the way the last known
        count of the same thing did.

        Parameters
        ----------
        ensemble
            Members up to the last wanted day.
        drawn
            From `draw_counting`.
        wanted
            Counts to come; their `persons` are not looked at.
        generator
            Source of chance.
        """
        from scipy.special import softmax

        latest = {count.thread: row for row, count in enumerate(self.counts) if not count.flow}
        linked = tuple(replace(count, before=latest.get(count.thread, -1)) for count in wanted)
        model = replace(self, counts=self.counts + linked)
        means = model.expected(ensemble, drawn)
        known = self.fits(means[:, : len(self.counts)])
        members = len(means)
        result = np.empty((members, len(wanted)))
        for place, count in enumerate(linked):
            share = softmax(known[:, self.kinds.get(count.kind, [])].sum(axis=1), axis=1)
            edges = np.cumsum(np.broadcast_to(share, (members, len(ERRORS))), axis=1)
            pick = np.minimum((generator.random(members)[:, None] > edges).sum(axis=1), len(ERRORS) - 1)
            row = len(self.counts) + place
            centres, sizes = model.next_counts(means, [row])
            far = generator.random(members) < FAR_OFF
            mean = np.where(far, means[:, row], centres[np.arange(members), 0, pick])
            size = sizes[0, pick] / np.where(far, FARTHER**2, 1.0)
            result[:, place] = generator.negative_binomial(size, size / (size + mean))
        return result

    def draw_counts(self, means: FloatArray, generator: np.random.Generator) -> FloatArray:
        """Make counts up as this model thinks that counts are made, for one member.

        Parameters
        ----------
        means
            What the member would have had counted, shape (count,).
        generator
            Source of chance.

        Returns
        -------
        persons
            Shape (count,). Places of one report stray independently here.
        """
        kinds = sorted({count.kind for count in self.counts})
        errors = dict(zip(kinds, generator.integers(len(ERRORS), size=len(kinds)), strict=True))
        made = list(self.counts)
        for rows in self.steps:
            model = replace(self, counts=tuple(made))
            centres, sizes = model.next_counts(means[None, :], rows)
            pick = errors[self.counts[rows[0]].kind]
            far = generator.random() < FAR_OFF
            centre = means[rows] if far else centres[0, :, pick]
            size = sizes[:, pick] / (FARTHER**2 if far else 1.0)
            if len(rows) == 1:
                drawn = generator.negative_binomial(size, size / (size + centre)).astype(np.float64)
            else:
                whole = centre.sum()
                total = generator.negative_binomial(size.mean(), size.mean() / (size.mean() + whole))
                shares = generator.dirichlet(_concentration(size.mean(), len(rows)) * centre / whole)
                drawn = generator.multinomial(total, shares).astype(np.float64)
            for row, persons in zip(rows, drawn, strict=True):
                made[row] = replace(made[row], persons=float(persons))
        return np.array([count.persons for count in made])


class _Columns:
    """What a count may be about, by member and day; the first column is the state before the first day."""

    def __init__(self, ensemble: Members, places: Places) -> None:
        self._ensemble = ensemble
        self._places = places
        self._row = {name: index for index, name in enumerate(ensemble.locations)}
        self._made: dict[tuple[str, str, str], FloatArray] = {}

    def pick(self, count: Count, lag: IntArray) -> FloatArray:
        """Give what the count is about: a stock on its day, or a flow over its days, shape (member,)."""
        column = self._column(count.measure, count.scope, count.place)
        last = self._at(column, count.day, lag)
        if not count.flow:
            return last
        return last - self._at(column, count.first_day - 1, lag)

    def share_at_camps(self, count: Count, lag: IntArray) -> FloatArray:
        """Give the share of the counted people who are at camps, shape (member,)."""
        if count.scope == "location":
            kind = self._places.kinds.get(count.place, "")
            return np.full(len(lag), 0.0 if kind in ("host", "origin") else 1.0)
        camps = self._at(self._column("camps", "total", ""), count.day, lag)
        displaced = self._at(self._column("stock", "total", ""), count.day, lag)
        share: FloatArray = np.clip(camps / np.maximum(displaced, 1.0), 0.0, 1.0)
        return share

    @staticmethod
    def _at(column: FloatArray, day: int, lag: IntArray) -> FloatArray:
        index = np.clip(day + 1 - lag, 0, column.shape[1] - 1)
        values: FloatArray = column[np.arange(len(lag)), index]
        return values

    def _column(self, measure: str, scope: str, place: str) -> FloatArray:
        key = (measure, scope, place)
        if key not in self._made:
            self._made[key] = self._make(*key)
        return self._made[key]

    def _make(self, measure: str, scope: str, place: str) -> FloatArray:
        e = self._ensemble
        if measure == "camps":
            camps = [self._row[name] for name, kind in self._places.kinds.items() if kind == "camp"]
            here = self._sum(camps, 0)
            return _begin(here - e.opening[:, camps].sum(axis=1)[:, None], 0.0)
        if scope == "total":
            if measure == "stock":
                return _begin(e.displaced.astype(np.float64), 0.0)
            if measure in ("arrivals", "departures", "cumulative_displaced"):
                return _begin(np.cumsum(e.newly_displaced, axis=1, dtype=np.float64), 0.0)
            if measure in ("returns", "cumulative_returned"):
                return _begin(np.cumsum(e.returned, axis=1, dtype=np.float64), 0.0)
        cells = self._places.cells_of(scope, place)
        if not cells:  # a site or a gate
            at = self._row[place]
            stock, arrivals, departures = e.at(at)
            if measure == "stock":
                return _begin(stock.astype(np.float64), e.opening[:, at].astype(np.float64))
            flow = arrivals if measure == "arrivals" else departures
            return _begin(np.cumsum(flow, axis=1, dtype=np.float64), 0.0)
        rows = [self._row[cell] for cell in cells]
        left = np.cumsum(self._sum(rows, 2), axis=1)
        back = np.cumsum(self._sum(rows, 1), axis=1)
        if measure == "remaining":
            inside = self._sum(rows, 0) - back
            return np.concatenate([inside[:, :1] + left[:, :1], inside], axis=1)
        if measure == "stock":
            return _begin(left - back, 0.0)
        return _begin(back if measure in ("returns", "cumulative_returned") else left, 0.0)

    def _sum(self, places: Sequence[int], which: int) -> FloatArray:
        """Add up stock (0), arrivals (1) or departures (2) over places, shape (member, day)."""
        total = np.zeros(self._ensemble.displaced.shape)
        for place in places:  # whole numbers: exact in any order
            total += self._ensemble.at(place)[which]
        return total


def _begin(days: FloatArray, before: FloatArray | float) -> FloatArray:
    first = np.broadcast_to(np.asarray(before, np.float64), (len(days),))
    return np.concatenate([first[:, None], days], axis=1)


def _is_enumerated(series: str) -> bool:
    from havenward.forecast.counts import enumerated_after

    return enumerated_after(series) is not None


def _concentration(size: FloatArray, places: int) -> FloatArray:
    """Give the concentration of the shares in a report: an even share strays as a count of this size does."""
    return size * places


def _log_negative_binomial(y: float, mean: FloatArray, size: FloatArray) -> FloatArray:
    """Give ln P(y) for each member and error; `mean` (member, error), `size` (error,)."""
    from scipy.special import gammaln

    known = gammaln(y + size) - gammaln(size) - gammaln(y + 1.0)
    found: FloatArray = known - size * np.log1p(mean / size) - y * np.log1p(size / mean)
    return found


def _log_report(y: FloatArray, mean: FloatArray, size: FloatArray) -> FloatArray:
    """Give ln P of a report over several places: its total, and the shares of the places in it.

    `y` (place,), `mean` (member, place, error or 1), `size` (place, error).
    """
    from scipy.special import gammaln

    whole = mean.sum(axis=1)
    alike = size.mean(axis=0)
    found = _log_negative_binomial(float(y.sum()), whole, alike)
    concentration = _concentration(alike, len(y))
    shares = np.maximum(concentration * mean / whole[:, None, :], 1e-3)
    total = shares.sum(axis=1)
    found = found + gammaln(y.sum() + 1.0) - gammaln(y + 1.0).sum()
    found = found + gammaln(total) - gammaln(total + y.sum())
    spread: FloatArray = found + (gammaln(shares + y[None, :, None]) - gammaln(shares)).sum(axis=1)
    return spread
