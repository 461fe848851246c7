"""Mosul week by week: what was said each Sunday, what was counted, what the counts taught.

`python lab/mosul_weeks.py run` forecasts from every Sunday (track C) and keeps what came out in
`lab/mosul_weeks/*.csv` (about fifteen minutes for one seed); `python lab/mosul_weeks.py page` makes
docs/explanation/mosul-week-by-week.md and its charts from these files in a second. Mosul shaped the model:
this demonstrates and does not prove.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from havenward.case.load import load_case
from havenward.forecast.counts import Count
from havenward.forecast.ensemble import count_displaced
from havenward.forecast.likelihood import ERRORS, FAR_OFF, FARTHER
from havenward.pipeline import bundled_case, known_case, learn_and_simulate
from havenward.records import TOTAL
from havenward.settings import ForecastSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from havenward.forecast.posterior import Posterior, Taught
    from havenward.records import Case, Ensemble

    FloatArray = NDArray[np.float64]

ROOT = Path(__file__).resolve().parents[1]
KEPT = Path(__file__).with_suffix("")
LEARNED_EVERY = 4  # weeks; what was learned of every assumption changes slowly
FIRST, LAST = date(2016, 10, 16), date(2017, 6, 18)
LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
HORIZONS = (7, 14, 28, 56)
SHOWN = ("battle_days", "contact_hazard", "host_attraction", "displaced_total")
LEAST_LEARNED, LEAST_MOVE = (
    0.5,
    1.0,
)  # standard deviations of the prior, in all and in one week; less is not kept
MAIN = "iom-dtm-et"  # the counting system that `counted_displaced` foretells


def main() -> None:
    """Run or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=("run", "page"))
    parser.add_argument("--members", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="threads; change no number")
    parser.add_argument("--last", type=date.fromisoformat, default=LAST, help="last Sunday")
    parser.add_argument("--learned-only", action="store_true", help="every fourth Sunday, learned.csv only")
    options = parser.parse_args()
    if options.what == "run" and options.learned_only:
        run_months(options.members, options.seed, options.workers, options.last)
    elif options.what == "run":
        run_weeks(options.members, options.seed, options.workers, options.last)
        run_months(options.members, options.seed, options.workers, options.last)
    else:
        from mosul_weeks_page import write_page

        write_page(KEPT, ROOT / "docs")


# -- forecasting -------------------------------------------------------------------------------------------


@dataclass
class _Week:
    """What the week before left, to tell what is new."""

    medians: dict[str, float]
    places: dict[str, float]  # of the medians in the prior of that week
    counts: set[tuple[str, date]]
    notes: set[str]


def run_weeks(members: int, seed: int, workers: int, last: date) -> None:
    """Forecast from every Sunday and keep what came out, one set of files per seed."""
    KEPT.mkdir(exist_ok=True)
    case = load_case(bundled_case())
    before = _Week({}, {}, set(), set())
    forecasts: list[dict[str, object]] = []
    assumptions: list[dict[str, object]] = []
    weeks: list[dict[str, object]] = []
    moves: list[dict[str, object]] = []
    origin = FIRST
    while origin <= last:
        asked = ForecastSettings(origin, max(HORIZONS), members, seed, "C", "havenward")
        known = known_case(case, asked)
        ensemble, posterior = learn_and_simulate(known, asked, workers=workers)
        if posterior is None:
            raise TypeError
        blind = replace(asked, track="D")
        prior, _ = learn_and_simulate(known_case(case, blind), blind, workers=workers)
        forecasts += list(_say(origin, known, ensemble, prior, posterior, seed))
        week, moved, before = _tell(origin, ensemble, posterior, before)
        weeks.append(week)
        moves += moved
        assumptions += list(_list_assumptions(origin, ensemble, posterior))
        _keep(f"forecasts-seed{seed}", forecasts)
        _keep(f"assumptions-seed{seed}", assumptions)
        _keep(f"weeks-seed{seed}", weeks)
        _keep(f"moves-seed{seed}", moves)
        origin += timedelta(days=7)


def run_months(members: int, seed: int, workers: int, last: date) -> None:
    """Keep how far every assumption has come from its prior, every fourth Sunday."""
    KEPT.mkdir(exist_ok=True)
    case = load_case(bundled_case())
    rows: list[dict[str, object]] = []
    origin = FIRST + timedelta(weeks=LEARNED_EVERY)
    while origin <= last:
        asked = ForecastSettings(origin, 1, members, seed, "C", "havenward")
        ensemble, posterior = learn_and_simulate(known_case(case, asked), asked, workers=workers)
        if posterior is None:
            raise TypeError
        drawn = {**ensemble.draws, **posterior.counting}
        for name, place in sorted(_places(drawn, posterior).items()):
            if abs(place) >= LEAST_LEARNED:
                row: dict[str, object] = {"origin_date": origin.isoformat(), "name": name}
                row["prior"] = f"{np.median(posterior.prior[name]):.4g}"
                row["now"] = f"{np.median(drawn[name]):.4g}"
                spread = [
                    np.ptp(np.quantile(values, (0.25, 0.75)))
                    for values in (drawn[name], posterior.prior[name])
                ]
                row |= {"by": round(place, 2), "width": f"{spread[0] / spread[1]:.2f}" if spread[1] else ""}
                rows.append(row)
        _keep(f"learned-seed{seed}", rows)
        origin += timedelta(weeks=LEARNED_EVERY)


def _say(
    origin: date, known: Case, ensemble: Ensemble, prior: Ensemble, posterior: Posterior, seed: int
) -> Iterable[dict[str, object]]:
    """Give quantiles of each target and horizon."""
    kinds = {place.location: place.kind for place in known.locations}
    at = {h: (origin - ensemble.first_date).days + h for h in HORIZONS}
    samples: dict[str, dict[int, FloatArray]] = {
        "counted_displaced": _by_horizon(_counted(ensemble, kinds), at),
        "counted_displaced_prior": _by_horizon(_counted(prior, kinds), at),
        "displaced_total": _by_horizon(np.cumsum(ensemble.newly_displaced, axis=1).astype(float), at),
        "displaced_total_prior": _by_horizon(np.cumsum(prior.newly_displaced, axis=1).astype(float), at),
    }
    if posterior.latest.counts:
        generator = np.random.default_rng([seed, origin.toordinal()])
        for name, carry in (("counted_with_error", False), ("counted_carried", True)):
            samples[name] = {
                h: draw_counts_ahead(posterior, ensemble, day, generator, carry=carry)
                for h, day in at.items()
            }
    for target, values in samples.items():
        for horizon, sample in values.items():
            row = {"origin_date": origin.isoformat(), "target": target, "horizon": horizon}
            yield row | {f"{q:g}": round(float(np.quantile(sample, q))) for q in LEVELS}


def _counted(ensemble: Ensemble, kinds: dict[str, str]) -> FloatArray:
    """Give what the main counting system would say, as the target `counted_displaced` of a run."""
    camps = np.zeros_like(ensemble.displaced)
    for index, name in enumerate(ensemble.locations):
        if kinds[name] == "camp":
            camps += ensemble.stock[:, :, index] - ensemble.opening[:, index][:, None]
    return count_displaced(ensemble.displaced, camps, dict(ensemble.draws))


def _by_horizon(values: FloatArray, at: dict[int, int]) -> dict[int, FloatArray]:
    return {horizon: values[:, day] for horizon, day in at.items()}


def draw_counts_ahead(
    posterior: Posterior, ensemble: Ensemble, day: int, generator: np.random.Generator, *, carry: bool
) -> FloatArray:
    """Draw the count of the main series that is still to come, shape (member,).

    With `carry` it is `CountModel.draw_ahead`: the count errs at first as the last one did. Without, it
    errs afresh, as if nothing had been counted before.
    """
    wanted = Count(
        MAIN, "stock", TOTAL, "", day, day, 0.0, flow=False, families=True, counted=True, rounding=0.0
    )
    model = posterior.latest
    if carry:
        return model.draw_ahead(ensemble, posterior.counting, [wanted], generator)[:, 0]
    from scipy.special import softmax

    linked = replace(model, counts=(*model.counts, wanted))
    means = linked.expected(ensemble, posterior.counting)
    steps = model.kinds.get(wanted.kind, [])
    share = softmax(model.fits(means[:, :-1])[:, steps].sum(axis=1), axis=1)
    pick = (generator.random(len(means))[:, None] > np.cumsum(share, axis=1)).sum(axis=1)
    far = generator.random(len(means)) < FAR_OFF
    size = 1.0 / ERRORS[np.minimum(pick, len(ERRORS) - 1)] ** 2 / np.where(far, FARTHER**2, 1.0)
    drawn: FloatArray = generator.negative_binomial(size, size / (size + means[:, -1])).astype(np.float64)
    return drawn


# -- what was taught ---------------------------------------------------------------------------------------


def _tell(
    origin: date, ensemble: Ensemble, posterior: Posterior, before: _Week
) -> tuple[dict[str, object], list[dict[str, object]], _Week]:
    """Say what the counts published since the last Sunday did."""
    drawn = {**ensemble.draws, **posterior.counting}
    medians = {name: float(np.median(values)) for name, values in drawn.items()}
    fresh = [one for one in posterior.taught if (one.label, one.date) not in before.counts]
    judged = [one for one in fresh if one.parts]  # those taken one by one, with a forecast made just before
    row: dict[str, object] = {
        "origin_date": origin.isoformat(),
        "counts": len(posterior.taught),
        "new_counts": len(fresh),
        "surprises": sum(_is_outside(one) for one in judged),
        "judged": len(judged),
        "newest": "",
        "newest_date": "",
        "newest_persons": "",
        "level": "",
        "new_notes": " | ".join(note for note in posterior.notes if note not in before.notes),
    }
    if judged:
        newest = max(judged, key=lambda one: (one.date, abs(one.level - 0.5)))
        row |= {
            "newest": newest.label,
            "newest_date": newest.date.isoformat(),
            "newest_persons": round(newest.persons),
            "level": round(newest.level, 4),
        }
    # against the prior of its own week, as what a new report says of an assumption is not what counts teach
    places = _places(drawn, posterior)
    moves = []
    for name in sorted(places) if fresh else []:
        by = places[name] - before.places.get(name, 0.0)
        if abs(by) >= LEAST_MOVE:
            was = before.medians.get(name, float(np.median(posterior.prior[name])))
            moves.append(
                {
                    "origin_date": origin.isoformat(),
                    "name": name,
                    "was": f"{was:.4g}",
                    "now": f"{medians[name]:.4g}",
                    "by": round(by, 2),
                }
            )
    seen = {(one.label, one.date) for one in posterior.taught}
    return row, moves, _Week(medians, places, seen, set(posterior.notes))


def _places(drawn: Mapping[str, FloatArray], posterior: Posterior) -> dict[str, float]:
    """Give where the median of each assumption lies in its prior."""
    return {
        name: _place(float(np.median(drawn[name])), values)
        for name, values in posterior.prior.items()
        if np.ptp(values) > 0 and name in drawn
    }


def _is_outside(one: Taught) -> bool:
    return min(one.level, 1.0 - one.level) < 0.025


def _place(value: float, prior: FloatArray) -> float:
    """Give where a value lies in the prior, in standard deviations of a bell curve."""
    from scipy.special import ndtri

    below = (prior < value).sum() + 0.5 * (prior == value).sum()
    return float(ndtri((below + 0.5) / (len(prior) + 1.0)))


def _list_assumptions(origin: date, ensemble: Ensemble, posterior: Posterior) -> Iterable[dict[str, object]]:
    for name in SHOWN:
        now = ensemble.draws[name]
        prior = posterior.prior.get(name, now)
        row: dict[str, object] = {"origin_date": origin.isoformat(), "name": name}
        for words, values in (("prior", prior), ("now", now)):
            row |= {f"{words}_{q}": f"{np.quantile(values, q / 100):.4g}" for q in (10, 50, 90)}
        yield row


# -- files -------------------------------------------------------------------------------------------------


def _keep(name: str, rows: list[dict[str, object]]) -> None:
    if not rows:
        return
    with (KEPT / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
