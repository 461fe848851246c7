"""Score the analogues and their pool with simple rules, each crisis left out of what it is forecast from.

    python lab/arrivals/evaluate.py CASE...

Says the headline score by horizon for every rule, the analogues and the pool; skill against the rule that is
best on the other crises, with a bootstrap over crises; coverage, width, misallocation; the same with only
crises that were over before (`time-ordered`); and what weights for the pool a fit on the others would choose.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from havenward.case.known import as_of
from havenward.case.load import load_case
from havenward.forecast import analogues, combine, errors_of_rules
from havenward.forecast.baselines import RULES, ask_rules
from havenward.forecast.headline import HORIZONS, headline_pairs, report_dates
from havenward.forecast.measures import (
    coverage,
    log_arrivals,
    total_variation,
    weighted_interval_score,
    weighted_interval_score_log,
    width,
)
from havenward.records import QUANTILE_LEVELS as LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from havenward.records import Case

    FloatArray = NDArray[np.float64]

POOLED = tuple(name for name in combine.WEIGHTS if name != "analogues")
OURS = ("analogues", "pool", "analogues time-ordered")
SHOWN = ("b0_zero", "b3_mean", *OURS)
DRAWS = 4000


class Table(NamedTuple):
    """One row per pair; `made` are quantiles by model, shape (row, level)."""

    names: list[str]
    crisis: NDArray[np.str_]
    horizon: NDArray[np.int64]
    origin: NDArray[np.int64]
    observed: FloatArray
    made: dict[str, FloatArray]

    def by_crisis(self, values: FloatArray) -> FloatArray:
        """Average within each crisis and horizon, shape (crisis, horizon); NaN where there is no pair."""
        found = np.full((len(self.names), len(HORIZONS)), np.nan)
        for row, name in enumerate(self.names):
            for column, horizon in enumerate(HORIZONS):
                mine = (self.crisis == name) & (self.horizon == horizon)
                if mine.any():
                    found[row, column] = values[mine].mean()
        return found


def forecast_all(cases: Sequence[Case]) -> Table:
    """Make all forecasts of all cases."""
    library, errors = analogues.read_library(), errors_of_rules.read_library()
    parts = []
    meta: list[tuple[str, int, int, int]] = []
    for case in cases:
        origins = report_dates(case)
        pairs = {(p.location, p.origin, p.horizon): p for p in headline_pairs(case, origins, HORIZONS)}
        rows = [
            (one, pairs[one.location, origin, one.horizon])
            for origin in origins
            for one in analogues.site_features(as_of(case, origin), origin, HORIZONS)
            if (one.location, origin, one.horizon) in pairs
        ]
        asked, past = ask_rules(case, origins, HORIZONS)
        shelf = errors_of_rules.select_rows(errors, case, "leave-one-out")
        said = errors_of_rules.rule_quantiles(asked, past, shelf)
        place = {
            (asked.sites[site], int(day), int(horizon)): row
            for row, (site, day, horizon) in enumerate(
                zip(asked.site, asked.origin, asked.horizon, strict=True)
            )
        }
        at = [place[p.location, p.origin.toordinal(), p.horizon] for _, p in rows]
        made = {rule.name: said[at, k] for k, rule in enumerate(RULES)}
        situations = [one for one, _ in rows]
        for name, prior_set in zip(OURS[::2], ("leave-one-out", "time-ordered"), strict=True):
            made[name] = analogues.situation_quantiles(situations, library.select(case, prior_set))
        made["pool"] = combine.combine({name: made[name] for name in ("analogues", *POOLED)})
        parts.append(made)
        meta += [(case.crisis, p.horizon, p.origin.toordinal(), p.observed) for _, p in rows]
    return Table(
        [case.crisis for case in cases],
        np.array([row[0] for row in meta]),
        np.array([row[1] for row in meta]),
        np.array([row[2] for row in meta]),
        np.array([float(row[3]) for row in meta]),
        {name: np.concatenate([part[name] for part in parts]) for name in parts[0]},
    )


def misallocation(table: Table, quantiles: FloatArray) -> FloatArray:
    """Give the mean TVD of the next 28 days' arrivals in each crisis, by mean shares."""
    found = np.full(len(table.names), np.nan)
    for row, name in enumerate(table.names):
        mine = (table.crisis == name) & (table.horizon == 28)
        distances = []
        for day in np.unique(table.origin[mine]):
            rows = np.flatnonzero(mine & (table.origin == day))
            came = np.maximum(table.observed[rows], 0.0)
            if len(rows) > 1 and came.sum() > 0:
                shares = combine.expected_shares(quantiles[rows])
                distances.append(float(total_variation(shares[None], came[None])[0]))
        found[row] = np.mean(distances)
    return found


def say(*words: object) -> None:
    """Write a line."""
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")


def say_skill(score: dict[str, FloatArray]) -> None:
    """Compare with the rule that is best on the other crises, with a bootstrap over crises."""
    rules = [rule.name for rule in RULES]
    count = len(score["pool"])
    picks = np.random.default_rng(1).integers(0, count, (DRAWS, count))
    for column, horizon in enumerate(HORIZONS):
        best = []
        for left in range(count):
            others = [row for row in range(count) if row != left]
            means = {rule: float(np.nanmean(score[rule][others, column])) for rule in rules}
            best.append(min(rules, key=means.__getitem__))
        theirs = np.array([score[rule][row, column] for row, rule in enumerate(best)])
        for model in OURS:
            ours = score[model][:, column]
            skill = 1 - np.nanmean(ours) / np.nanmean(theirs)
            drawn = 1 - np.nanmean(ours[picks], axis=1) / np.nanmean(theirs[picks], axis=1)
            low, high = np.nanquantile(drawn, [0.05, 0.95])
            say(f"skill {model:24s} {horizon:2d} d {skill:6.3f} [{low:.3f}, {high:.3f}] {sorted(set(best))}")


def say_all(table: Table) -> None:
    """Write all results."""
    made, observed = table.made, table.observed
    score = {
        model: table.by_crisis(weighted_interval_score_log(one, observed, LEVELS))
        for model, one in made.items()
    }
    say("headline score at", *HORIZONS, "days | by crisis at 28:", *table.names)
    for model, found in score.items():
        say(f"{model:25s}", np.nanmean(found, axis=0).round(3), "|", found[:, 2].round(2))
    say_skill(score)
    for model in SHOWN:
        one = made[model]
        tvd = misallocation(table, one)
        say(f"{model}: misallocation {np.nanmean(tvd):.3f}", tvd.round(2))
        for words, values in (
            ("coverage 50", coverage(one, observed, LEVELS, 50).astype(float)),
            ("coverage 95", coverage(one, observed, LEVELS, 95).astype(float)),
            ("width 95, logarithms", width(log_arrivals(one), LEVELS, 95)),
            ("width 95, people", width(one, LEVELS, 95)),
            ("wis, people", weighted_interval_score(one, observed, LEVELS)),
        ):
            say("   ", words, np.nanmean(table.by_crisis(values), axis=0).round(2))
    models = ("analogues", *POOLED)
    for left in table.names:
        rows = np.flatnonzero(table.crisis != left)[::9]  # every ninth will do for tenths
        groups = [f"{table.crisis[row]} {table.horizon[row]}" for row in rows]
        weights = combine.fit_weights(
            np.stack([made[model][rows] for model in models]), observed[rows], groups
        )
        say("weights without", left, dict(zip(models, weights.round(1).tolist(), strict=True)))


if __name__ == "__main__":
    say_all(forecast_all([load_case(Path(folder)) for folder in sys.argv[1:]]))
