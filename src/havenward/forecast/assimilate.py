"""What the counts teach: from members of the prior to members that fit what was counted, one count at a time.

The counts are taken in the order of their days. Each one weighs the members by how likely it is in them; when
few members carry most of the weight, the heavy ones are doubled and every one is moved: its assumptions a
little, or the chance that it met on some of the past days. A move runs the history of the member again from
its first day and is kept or refused so that the result follows Bayes' rule under the model (a sequential
Monte Carlo sampler: Chopin 2002, doi:10.1093/biomet/89.3.539; Del Moral, Doucet & Jasra 2006,
doi:10.1111/j.1467-9868.2006.00553.x). The simulator is handed in; this stage knows nothing of movement.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from havenward.forecast.counts import arrange_counts, list_places, main_series, select_counts
from havenward.forecast.journal import Journal
from havenward.forecast.likelihood import CountModel
from havenward.forecast.posterior import FilterSettings, Posterior, Taught
from havenward.forecast.smc import MemberStreams, Walk, effective_size, find_temper, normalise, resample
from havenward.forecast.smoother import shift_members
from havenward.runners import Threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from havenward.forecast.counts import Count
    from havenward.randomness import Streams
    from havenward.records import Assumption, Ensemble, Location, Observation
    from havenward.runners import Runner

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    # (streams of some members, how many they are, days) -> what they did
    Simulate = Callable[[MemberStreams, int, int], Ensemble]

ONE = Threads(1)
SMOOTHER_STEPS = 4  # corrections from many counts at once; Emerick & Reynolds take four
_MANY = 5000  # members
_FIRST_LOOK = 100  # members of the prior that show what is possible at all
_SOME_PEOPLE = 20  # fewer may be anything
_BLOCK = 125  # members simulated together; bounds the memory, decides nothing else
# shares of the moves that change the assumptions only, and both; the others change the chance of some days
_WALK, _BOTH = 0.5, 0.25
_WINDOWS = (2, 5, 15)  # days of such a change
_DAYS_BEFORE = 30  # of the first report taken by itself: chance there still shows in it
# how often every member is moved each time: at least, whatever it costs, and at most
_LEAST_MOVED, _MOST_SWEEPS = 0.2, 3.0
_FEW_MOVED = 0.35  # on average; less is said
_FAR = 0.005  # one count in a hundred lies as far out as this by chance
_OUTSIDE = 0.025  # a count below this level of its forecast, or as far above, is a surprise


def assimilate(
    simulate: Simulate,
    assumptions: Sequence[Assumption],
    observations: Sequence[Observation],
    locations: Iterable[Location],
    streams: Streams,
    members: int,
    *,
    first_date: date,
    origin_date: date,
    gates: Iterable[str] = (),
    settings: FilterSettings | None = None,
    runner: Runner = ONE,
    journal: Journal | None = None,
    told: Callable[[str], None] | None = None,
) -> Posterior:
    """Let the members of an ensemble learn from counts.

    Parameters
    ----------
    simulate
        Given streams of some members, their number and a number of days: what they did in these days from
        the first day on. The same streams must give the same members.
    assumptions
        Those that are drawn, with distributions.
    observations, locations
        As known at the origin date.
    streams
        All randomness of the run.
    members
        Number of members.
    first_date, origin_date
        First simulated day, and the last day of which counts are used.
    gates
        Places that people pass and are counted at.
    settings
        How the members learn.
    runner
        Who simulates; changes no byte of the result. For other processes `simulate` must be pickled.
    journal
        Where simulated parts are kept, so that an interrupted run need not simulate them again.
    told
        Called with a line of words now and then.

    Returns
    -------
    posterior
        Members of equal weight. Without any usable count they are those of the prior, number by number.
    """
    counts, notes = select_counts(
        observations, list_places(locations), frozenset(gates), first_date, origin_date
    )
    model = CountModel(counts, list_places(locations), main_series(counts), {a.name: a for a in assumptions})
    if not counts or first_date > origin_date:
        return Posterior(MemberStreams(streams.seed), members, {}, {}, model, model, notes=notes)
    model, never = _without_impossible(simulate, model, streams, min(members, _FIRST_LOOK))
    notes += never
    if not model.counts:
        return Posterior(MemberStreams(streams.seed), members, {}, {}, model, model, notes=notes)
    settings, journal = settings or FilterSettings(), journal or Journal()
    run = _Filter(simulate, model, streams, members, first_date, settings, runner, journal)
    return run.learn(list(notes), told or (lambda _: None))


def _without_impossible(
    simulate: Simulate, model: CountModel, streams: Streams, members: int
) -> tuple[CountModel, tuple[str, ...]]:
    """Leave out counts of people where no member of the prior ever has anyone: no learning can mend that."""
    asking = MemberStreams(streams.seed)
    ensemble = simulate(asking, members, max(count.day for count in model.counts) + 1)
    means = model.expected(ensemble, model.draw_counting(asking, members))
    nobody = means.max(axis=0) < 1.0
    kept: list[Count] = []
    dropped: dict[str, list[float]] = {}
    for count, empty in zip(model.counts, nobody, strict=True):
        if empty and count.persons >= _SOME_PEOPLE:
            dropped.setdefault(count.label, []).append(count.persons)
        else:
            kept.append(count)
    notes = tuple(
        f"{label}: counts of up to {max(persons):,.0f} left out ({len(persons)}), as nobody is there in any "
        "member; is a way, an opening or an event missing?"
        for label, persons in dropped.items()
    )
    return replace(model, counts=arrange_counts(kept)), notes


@dataclass
class _Members:
    """The state of the filter, one row per member."""

    z: FloatArray  # (member, stream)
    numbers: IntArray  # (member, day)
    days: IntArray  # (member,) days simulated
    means: FloatArray  # (member, count)
    fits: FloatArray  # (member, step, error)
    steps: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))  # (member, step) log-likelihood

    def pick(self, rows: IntArray) -> _Members:
        """Give these members, in this order."""
        return _Members(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def put(self, rows: IntArray, other: _Members) -> None:
        """Replace these members."""
        for name in self.__dataclass_fields__:
            getattr(self, name)[rows] = getattr(other, name)


@dataclass(frozen=True)
class _Expect:
    """What some members would have had counted; a piece of work for any hands.

    Parameters
    ----------
    simulate
        As `assimilate` says.
    model, whole
        The counts that are asked about, and all counts.
    names
        The streams that a member is made of.
    seed
        Of the run.
    """

    simulate: Simulate
    model: CountModel
    whole: CountModel
    names: tuple[str, ...]
    seed: int

    def __call__(self, piece: tuple[FloatArray, IntArray, bool]) -> tuple[FloatArray, dict[str, FloatArray]]:
        """Give what was expected, shape (member, count), and the draws where they are to be kept."""
        z, numbers, keep = piece
        streams = self.streams_of(z, numbers)
        ensemble = self.simulate(streams, len(z), numbers.shape[1])
        drawn = self.whole.draw_counting(streams, len(z))
        return self.model.expected(ensemble, drawn), {**ensemble.draws, **drawn} if keep else {}

    def streams_of(self, z: FloatArray, numbers: IntArray) -> MemberStreams:
        """Give the random streams of members, from their standard normal numbers."""
        from scipy.special import ndtr

        uniform = np.clip(ndtr(z), 1e-12, 1.0 - 1e-12)
        given = {name: uniform[:, column] for column, name in enumerate(self.names)}
        return MemberStreams(self.seed, given, numbers)


def _join(
    parts: Iterable[tuple[FloatArray, dict[str, FloatArray]]],
) -> tuple[FloatArray, dict[str, FloatArray]]:
    done = list(parts)
    draws = {name: np.concatenate([drawn[name] for _, drawn in done]) for name in done[0][1]}
    return np.concatenate([means for means, _ in done]), draws


class _Filter:
    """One run of the filter."""

    def __init__(
        self,
        simulate: Simulate,
        model: CountModel,
        streams: Streams,
        members: int,
        first_date: date,
        settings: FilterSettings,
        runner: Runner,
        journal: Journal,
    ) -> None:
        self._model, self._streams = model, streams
        self._size, self._first, self._settings = members, first_date, settings
        self._runner, self._journal = runner, journal
        # the latest reports are taken one by one, all earlier ones at once
        early = max(0, len(model.steps) - settings.exact_steps)
        first = model.steps[early][0]
        self._all, self._early, self._model = (
            model,
            model.part(0, first),
            model.part(first, len(model.counts)),
        )
        self._step_day = [max(self._model.counts[row].day for row in rows) for rows in self._model.steps]
        self._days = self._step_day[-1] + 1
        self._most_runs = settings.most_runs or (12.0 if members < _MANY else 8.0)
        self._fresh_number = members
        self._moves = 0
        self._member_days = 0
        self._tried, self._kept = 0, 0
        self._shares_moved: list[float] = []
        self._width = 0.5
        self._known = Walk.prior()  # what was known of the assumptions before the first of these reports
        # one tiny run tells which streams a member is made of
        asking = MemberStreams(streams.seed)
        simulate(asking, 2, 1)
        model.draw_counting(asking, 2)
        self._names = tuple(sorted(asking.asked))
        self._expected = {
            name: _Expect(simulate, part, model, self._names, streams.seed)
            for name, part in (("early", self._early), ("latest", self._model))
        }
        self._prior: dict[str, FloatArray] = {}

    # -- the loop over counts --

    def learn(self, notes: list[str], told: Callable[[str], None]) -> Posterior:
        """Take every count in turn."""
        settings, size = self._settings, self._size
        now = self._draw_prior(np.arange(size))
        taught = self._smooth(now, told) if self._early.counts else []
        due = np.cumsum(np.array(self._step_day, np.float64) + 1.0)
        self._allowed = self._runs() + (self._most_runs - self._runs()) * due / due[-1]
        log_weights = np.zeros(size)
        evidence = 0.0
        surprised: dict[str, bool] = {}
        for step, rows in enumerate(self._model.steps):
            self._reach(now, step)
            levels = self._model.levels(now.means, now.fits, normalise(log_weights), step)
            left, parts = 1.0, 0
            while left > 0.0 and parts < settings.most_parts:
                gain = now.steps[:, step]
                part = find_temper(log_weights, gain, settings.least_size * size, left)
                if part <= 1e-4:
                    break
                parts += 1
                evidence += float(np.log((normalise(log_weights) * np.exp(part * (gain - gain.max()))).sum()))
                evidence += part * float(gain.max())
                log_weights = log_weights + part * gain
                left = left - part if left - part > 1e-9 else 0.0
                worth = effective_size(log_weights)
                if left > 0.0 or worth < settings.renew_size * size:
                    now, log_weights = self._renew(now, log_weights, step, 1.0 - left)
            for row, level in zip(rows, levels, strict=True):
                count = self._model.counts[row]
                day = self._first + timedelta(days=count.day)
                taught.append(Taught(count.label, day, count.persons, float(level), worth, parts))
            if left > 0.0:
                notes.append(
                    f"{self._name(step)}: no member comes near it; {1 - left:.0%} of it was taken, and "
                    f"{settings.fresh_share:.0%} of the members were drawn anew from the prior"
                )
                self._widen(now, log_weights, step)
            elif self._is_second_surprise(rows, levels, surprised):
                notes.append(
                    f"{self._name(step)}: two counts in a row outside 95 % of what was expected; "
                    f"{settings.fresh_share:.0%} of the members were drawn anew from the prior"
                )
                self._widen(now, log_weights, step)
            elif (np.minimum(levels, 1.0 - levels) < _FAR).any():
                notes.append(
                    f"{self._name(step)}: far from what was expected; a mistake, or another way of counting?"
                )
            told(f"{self._name(step)}: worth {worth:,.0f} of {size:,} members")
        last = len(self._model.steps) - 1
        now, _ = self._renew(now, log_weights, last, 1.0)
        if np.mean(self._shares_moved) < _FEW_MOVED:
            notes.append(
                f"members were resampled {len(self._shares_moved)} times and only "
                f"{np.mean(self._shares_moved):.0%} of them moved each time: ranges are rough; "
                "more runs or fewer counts would help"
            )
        streams = self._expected["latest"].streams_of(now.z, now.numbers)
        return Posterior(
            streams=streams,
            members=size,
            prior=self._prior,
            counting=self._all.draw_counting(streams, size),
            model=self._all,
            latest=self._model,
            taught=tuple(taught),
            log_evidence=evidence,
            kept=self._kept / max(self._tried, 1),
            runs=self._runs(),
            notes=tuple(notes),
        )

    def _name(self, step: int) -> str:
        count = self._model.counts[self._model.steps[step][0]]
        return f"{count.label}, {self._first + timedelta(days=count.day)}"

    def _is_second_surprise(
        self, rows: Sequence[int], levels: FloatArray, surprised: dict[str, bool]
    ) -> bool:
        """Tell whether this count and the one before it of its kind both fell outside; then begin anew."""
        kind = self._model.counts[rows[0]].kind
        outside = bool(((levels < _OUTSIDE) | (levels > 1.0 - _OUTSIDE)).mean() > 0.5)
        twice = outside and surprised.get(kind, False)
        surprised[kind] = outside and not twice
        return twice

    # -- simulating --

    def _run(self, now: _Members, days: int) -> None:
        """Simulate members for some days and note what they would have had counted."""
        now.means[:] = self._expect(now, days, "latest")
        now.fits[:] = self._model.fits(now.means)
        now.steps[:] = self._model.log_likelihood(now.fits)
        now.days[:] = days

    def _expect(self, now: _Members, days: int, part: str) -> FloatArray:
        """Simulate members and give what they would have had counted, shape (member, count)."""
        keep = not self._prior  # the first run is that of the prior
        pieces = [
            (
                now.z[first : first + _BLOCK],
                np.ascontiguousarray(now.numbers[first : first + _BLOCK, :days]),
                keep,
            )
            for first in range(0, len(now.z), _BLOCK)
        ]
        means, draws = self._journal.ask(
            (now.z, now.numbers[:, :days], part, keep),
            lambda: _join(self._runner.share(self._expected[part], pieces)),
        )
        self._member_days += len(now.z) * days
        if keep:
            self._prior = draws
        return means

    def _runs(self) -> float:
        return self._member_days / (self._size * self._days)

    def _until(self, step: int) -> int:
        return min(self._step_day[step] + 1 + self._settings.days_ahead, self._days)

    def _reach(self, now: _Members, step: int) -> None:
        """Simulate on those members that have not come to the day of a count."""
        behind = np.flatnonzero(now.days <= self._step_day[step])
        if len(behind):
            some = now.pick(behind)
            self._run(some, self._until(step))
            now.put(behind, some)

    def _draw_prior(self, numbers: IntArray) -> _Members:
        """Draw members of the prior: those with these numbers."""
        from scipy.special import ndtri

        size, counts, steps = len(numbers), len(self._model.counts), len(self._model.steps)
        highest = int(numbers.max()) + 1
        drawn = [ndtri(self._streams.uniforms(name, highest)[numbers]) for name in self._names]
        from havenward.forecast.likelihood import ERRORS

        return _Members(
            z=np.stack(drawn, axis=1),
            numbers=np.repeat(numbers, self._days).reshape(size, self._days),
            days=np.zeros(size, np.int64),
            means=np.full((size, counts), np.nan),
            fits=np.full((size, steps, len(ERRORS)), np.nan),
            steps=np.full((size, steps), np.nan),
        )

    def _new_numbers(self, size: int) -> IntArray:
        numbers = self._fresh_number + np.arange(size)
        self._fresh_number += size
        return numbers

    # -- many counts at once --

    def _smooth(self, now: _Members, told: Callable[[str], None]) -> list[Taught]:
        """Learn from all early counts at once, with fresh chance in every run; the members are changed."""
        model = self._early
        rows = list(range(len(model.counts)))
        counted = np.log(np.array([count.persons for count in model.counts]) + 1.0)
        days = max(count.day for count in model.counts) + 1
        for turn in range(SMOOTHER_STEPS):
            if turn:
                now.numbers[:] = self._new_numbers(self._size)[:, None]
            means = self._expect(now, days, "early")
            if not turn:
                first_means = means
            errors = model.error_covariance(model.fits(means), rows, means)
            expected = np.log(means + 1.0)
            now.z = shift_members(now.z, expected, counted, errors, SMOOTHER_STEPS, self._generator())
            told(f"{len(rows)} early counts: step {turn + 1} of {SMOOTHER_STEPS}")
        self._known = Walk.around(now.z, np.full(self._size, 1.0 / self._size))
        now.numbers[:] = self._new_numbers(self._size)[:, None]
        now.days[:] = 0
        # how far off the prior was
        off = (first_means < [count.persons for count in model.counts]).mean(axis=0)
        return [
            Taught(
                c.label, self._first + timedelta(days=c.day), c.persons, float(level), float(self._size), 0
            )
            for c, level in zip(model.counts, off, strict=True)
        ]

    # -- renewing --

    def _renew(
        self, now: _Members, log_weights: FloatArray, step: int, share: float
    ) -> tuple[_Members, FloatArray]:
        """Double the heavy members, drop the light ones, and move each."""
        weights = normalise(log_weights)
        walk = Walk.around(now.z, weights)
        generator = self._generator()
        now = now.pick(resample(weights, generator.random()))
        cost = self._until(step) / self._days
        sweeps = float(np.clip((self._allowed[step] - self._runs()) / cost, _LEAST_MOVED, _MOST_SWEEPS))
        self._shares_moved.append(sweeps)
        while sweeps > 0.0:
            # which ones are moved is drawn: a choice by weight would bend the result
            moved = np.flatnonzero(generator.permutation(self._size) < sweeps * self._size)
            some = now.pick(moved)
            self._move(some, walk, step, share, generator)
            now.put(moved, some)
            sweeps -= 1.0
        return now, np.zeros(self._size)

    def _generator(self) -> np.random.Generator:
        self._moves += 1
        return np.random.Generator(np.random.PCG64(self._streams.key("assimilation", self._moves)))

    def _move(
        self, now: _Members, walk: Walk, step: int, share: float, generator: np.random.Generator
    ) -> None:
        """Offer each member a neighbour of it and keep that by Metropolis' rule."""
        size, day = len(now.z), self._step_day[step]
        offered = now.pick(np.arange(size))
        since = max(0, self._step_day[0] - _DAYS_BEFORE) if self._early.counts else 0
        # most try other assumptions, some another chance on a few of the days that still count, some both
        kind = generator.random(size)
        walks, meets = kind < _WALK + _BOTH, kind >= _WALK
        moved = walk.step(now.z, generator.standard_normal(now.z.shape), self._width)
        offered.z = np.where(walks[:, None], moved, now.z)
        fresh = self._new_numbers(size)[:, None]
        begin = since + (generator.random(size) * (day + 1 - since)).astype(np.int64)
        length = generator.choice(_WINDOWS, size)
        days = np.arange(self._days)[None, :]
        window = (days >= begin[:, None]) & (days < (begin + length)[:, None]) & meets[:, None]
        # the chance of days to come is free: no count has spoken of them
        offered.numbers = np.where(window | (days > day), fresh, now.numbers)
        self._run(offered, self._until(step))
        gain = (offered.steps[:, :step] - now.steps[:, :step]).sum(axis=1)
        gain += share * (offered.steps[:, step] - now.steps[:, step])
        ratio = gain + walk.log_ratio(now.z, offered.z, self._known)
        kept = np.log(generator.random(size)) < ratio
        now.put(np.flatnonzero(kept), offered.pick(np.flatnonzero(kept)))
        self._tried += size
        self._kept += int(kept.sum())
        if walks.any():
            self._width = float(np.clip(self._width * np.exp(2.0 * (kept[walks].mean() - 0.25)), 0.05, 0.95))

    def _widen(self, now: _Members, log_weights: FloatArray, step: int) -> None:
        """Replace some members, evenly spread, by fresh ones of the prior with a fair weight."""
        number = max(1, round(self._settings.fresh_share * self._size))
        rows = np.unique(np.linspace(0, self._size - 1, number).astype(np.int64))
        fresh = self._draw_prior(self._new_numbers(len(rows)))
        self._run(fresh, self._until(step))
        now.put(rows, fresh)
        # a tenth of the members carries a tenth of the weight
        log_weights[rows] = -np.inf
        top = log_weights.max()
        others = np.exp(log_weights - top).sum() / (self._size - len(rows))
        log_weights[rows] = top + np.log(others)
