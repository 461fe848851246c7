"""What a backtest comes to: scores by crisis, model, target and horizon, the rule to beat, and the skill.

The rule to beat in a crisis is the one with the lowest mean headline score in the other crises of the
backtest; with one crisis, in those of the shipped table. Averages over crises give each the same weight.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from havenward.forecast.baselines import ALL_RULE_NAMES, RULE_NAMES
from havenward.forecast.combine import expected_shares
from havenward.forecast.measures import (
    bootstrap_skill,
    brier_score,
    chance_above,
    coverage,
    log_arrivals,
    reliability_table,
    skill,
    total_variation,
    weighted_interval_score,
    weighted_interval_score_log,
    width,
)
from havenward.records import QUANTILE_LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from havenward.records import Case

    FloatArray = NDArray[np.float64]

HEADLINE = "net_arrivals"
SHIPPED = "rule_skill.csv"
SHARES = (50, 80, 95)
PAIR = ("case", "target", "location", "origin_date", "horizon")
GROUP = ("case", "model", "target", "horizon")
MEANS = (
    "wis", "wis_log", "coverage_50", "coverage_80", "coverage_95", "width_50", "width_80", "width_95",
    "width_log_95",
)  # fmt: skip
COLUMNS = (
    "case", "track", "model", "target", "horizon", "n", "wis", "wis_log", "skill", "coverage_50",
    "coverage_95", "width_95", "tvd",
)  # fmt: skip


@dataclass(frozen=True)
class Results:
    """A backtest.

    Parameters
    ----------
    track, seed
        Information track; seed of the bootstrap.
    predicted
        case, model, target, location, origin_date, horizon, value (23 quantiles).
    observed
        As `backtest.observed_table` gives it.
    pairs
        One row per prediction that has an outcome: its columns, the outcome and the scores of `MEANS`.
    shares
        One row per case, model, origin and horizon with arrivals at two sites or more: `tvd`, and
        `arrived`, the people who came.
    scores
        The columns of scores.csv.
    best_rules
        The rule to beat, by (case, target, horizon).
    """

    track: str
    seed: int
    predicted: pl.DataFrame
    observed: pl.DataFrame
    pairs: pl.DataFrame
    shares: pl.DataFrame
    scores: pl.DataFrame
    best_rules: Mapping[tuple[str, str, int], str]


class RuleSkill(NamedTuple):
    """A row of the shipped table: how a rule did in one crisis."""

    crisis: str
    country: str
    last_published: date
    target: str
    horizon: int
    rule: str
    n: int
    wis_log: float


def read_rule_skill() -> tuple[RuleSkill, ...]:
    """Read how the simple rules did in past crises."""
    text = (files("havenward") / "tables" / SHIPPED).read_text(encoding="utf-8")
    return tuple(
        RuleSkill(
            row["crisis"],
            row["country"],
            date.fromisoformat(row["last_published"]),
            row["target"],
            int(row["horizon"]),
            row["rule"],
            int(row["n"]),
            float(row["wis_log"]),
        )
        for row in csv.DictReader(text.splitlines())
    )


def write_rule_skill(results: Results, cases: Iterable[Case]) -> str:
    """Write how the simple rules did in a backtest as the text of the shipped table."""
    known = {case.crisis: (case.country, max(row.published for row in case.observations)) for case in cases}
    head = ",".join(RuleSkill._fields) + "\n"
    rows = results.scores.filter(pl.col("model").is_in(RULE_NAMES)).sort("case", "target", "horizon", "model")
    return head + "".join(
        f"{case},{known[case][0]},{known[case][1]},{target},{horizon},{rule},{n},{value:.4f}\n"
        for case, target, horizon, rule, n, value in rows.select(
            "case", "target", "horizon", "model", "n", "wis_log"
        ).iter_rows()
    )


def elsewhere(case: Case, table: Iterable[RuleSkill] | None = None) -> tuple[RuleSkill, ...]:
    """Keep the rows of other crises, and not those of the same country that were not over when this began."""
    return tuple(
        row
        for row in (read_rule_skill() if table is None else table)
        if row.crisis != case.crisis and (row.country != case.country or row.last_published < case.start)
    )


def score_backtest(
    predicted: pl.DataFrame,
    observed: pl.DataFrame,
    *,
    track: str,
    seed: int,
    others: Mapping[str, Sequence[RuleSkill]],
) -> Results:
    """Score every prediction that has an outcome.

    Parameters
    ----------
    predicted
        case, model, target, location, origin_date, horizon, value.
    observed
        As `backtest.observed_table` gives it.
    track, seed
        Information track; seed of the bootstrap.
    others
        By crisis, how the rules did in other crises (`elsewhere`), for want of other crises here.
    """
    joined = predicted.join(
        observed.select(*PAIR, "observed", "last_count", "revised", "capacity"), on=list(PAIR), how="inner"
    ).sort(*GROUP, "origin_date", "location")
    pairs = _score_pairs(joined)
    shares = _score_shares(joined)
    means = (
        pairs.group_by(GROUP)
        .agg(pl.len().alias("n"), *(pl.col(name).mean() for name in MEANS))
        .join(
            shares.group_by(GROUP[:2] + GROUP[3:])
            .agg(pl.col("tvd").mean())
            .with_columns(target=pl.lit(HEADLINE)),
            on=list(GROUP),
            how="left",
        )
        .sort(GROUP)
    )
    best = choose_rules(means, others)
    scores = means.with_columns(
        pl.lit(track).alias("track"),
        pl.Series(
            "skill",
            [
                _skill_of(pairs, case, model, best.get((case, target, horizon), ""), target, horizon)
                for case, model, target, horizon in means.select(GROUP).iter_rows()
            ],
            dtype=pl.Float64,
        ),
    ).select(COLUMNS)
    return Results(track, seed, predicted, observed, pairs, shares, scores, best)


def choose_rules(
    means: pl.DataFrame, others: Mapping[str, Sequence[RuleSkill]]
) -> dict[tuple[str, str, int], str]:
    """Choose the rule to beat in each crisis by the other crises alone.

    Parameters
    ----------
    means
        Mean `wis_log` by case, model, target and horizon.
    others
        By crisis, rows of the shipped table; used where no other crisis here has the target and horizon.

    Returns
    -------
    rules
        By case, target and horizon.
    """
    here: dict[tuple[str, int], dict[str, dict[str, float]]] = {}
    for case, model, target, horizon, value in means.select(*GROUP, "wis_log").iter_rows():
        if model in ALL_RULE_NAMES:
            here.setdefault((target, horizon), {}).setdefault(case, {})[model] = value
    found = {}
    for (target, horizon), cases in here.items():
        for case, own in cases.items():
            elsewhere_ = [scores for other, scores in cases.items() if other != case]
            if not elsewhere_:
                elsewhere_ = _from_table(others.get(case, ()), target, horizon)
            rules = [rule for rule in own if all(rule in scores for scores in elsewhere_)] or [*own]
            found[case, target, horizon] = min(
                rules,
                key=lambda rule: (
                    np.mean([scores[rule] for scores in elsewhere_ if rule in scores] or [0.0]),
                    rule,
                ),
            )
    return found


def summarise(results: Results, main: str = "havenward") -> dict[str, Any]:
    """Give what is printed: per target and horizon the models side by side, and skill with its interval.

    Parameters
    ----------
    results
        A backtest.
    main
        The model whose skill is told first; skill of every model is given.

    Returns
    -------
    summary
        `track`, `cases`, and under `targets` by target and horizon: `crises` and pairs `n`; `models`, each
        with means over crises of equal weight (`wis`, `wis_log`, coverage and width, `tvd` over origins and
        `tvd_by_arrivals` where each origin counts by the people who came), `missing` pairs and `skill`
        against the best rule with its 90 % interval; `best_rules` by crisis; `best_rule`, what these came
        to together; `skill` of the main model.
    """
    targets: dict[str, dict[str, Any]] = {}
    for (target, horizon), block in sorted(results.pairs.group_by(["target", "horizon"])):
        targets.setdefault(str(target), {})[str(horizon)] = _summarise_block(
            results, block, str(target), int(str(horizon)), main
        )
    return {
        "track": results.track,
        "cases": sorted(results.observed["case"].unique()),
        "revised_outcomes": int(results.observed["revised"].sum()),
        "targets": targets,
        "over_capacity": summarise_capacity(results),
    }


def summarise_capacity(results: Results, horizon: int = 14) -> dict[str, dict[str, Any]]:
    """Score the chance that a site will be over its published capacity.

    Parameters
    ----------
    results
        A backtest.
    horizon
        Days ahead.

    Returns
    -------
    scores
        By model: `n`, `happened` (share of cases), the Brier score and its parts, and `table`, the forecast
        chance against the share that happened. Sites without a capacity published by the origin are left
        out; empty where there are none.
    """
    rows = results.pairs.filter(
        (pl.col("target") == HEADLINE) & (pl.col("horizon") == horizon) & pl.col("capacity").is_not_null()
    )
    found = {}
    for (model,), block in sorted(rows.group_by(["model"])):
        capacity = block["capacity"].to_numpy().astype(float)
        last = block["last_count"].to_numpy()
        chances = chance_above(_values(block) + last[:, None], QUANTILE_LEVELS, capacity)
        events = (last + block["observed"].to_numpy() > capacity).astype(float)
        found[str(model)] = {
            "n": len(events),
            "happened": float(events.mean()),
            **brier_score(chances, events)._asdict(),
            "table": [row._asdict() for row in reliability_table(chances, events)],
        }
    return found


def reliability_curve(pairs: pl.DataFrame) -> list[tuple[float, float]]:
    """Give for each quantile level the share of outcomes at or below the quantile, crises of equal weight.

    Parameters
    ----------
    pairs
        Rows of `Results.pairs` of one model.
    """
    shares = [
        (np.asarray(block["observed"].to_numpy())[:, None] <= _values(block)).mean(axis=0)
        for _, block in sorted(pairs.group_by(["case"]))
    ]
    if not shares:
        return []
    mean = np.mean(shares, axis=0)
    return [(level, float(value)) for level, value in zip(QUANTILE_LEVELS, mean, strict=True)]


def _summarise_block(
    results: Results, block: pl.DataFrame, target: str, horizon: int, main: str
) -> dict[str, Any]:
    best = {case: rule for (case, t, h), rule in results.best_rules.items() if (t, h) == (target, horizon)}
    counted = results.observed.filter((pl.col("target") == target) & (pl.col("horizon") == horizon))
    in_all = dict(counted.group_by("case").len().iter_rows())
    by_case = block.group_by("case", "model").agg(pl.len().alias("n"), *(pl.col(m).mean() for m in MEANS))
    models: dict[str, Any] = {}
    for (model,), rows in sorted(by_case.group_by(["model"])):
        cases = sorted(rows["case"])
        models[str(model)] = {
            "n": int(rows["n"].sum()),
            "crises": len(cases),
            "missing": sum(in_all[case] for case in cases) - int(rows["n"].sum()),
            **{name: float(rows.sort("case")[name].to_numpy().mean()) for name in MEANS},
            **(_summarise_shares(results, str(model), horizon) if target == HEADLINE else {}),
            "skill": _pooled_skill(results, block, str(model), best),
        }
    together = [
        by_case.filter((pl.col("case") == case) & (pl.col("model") == rule)) for case, rule in best.items()
    ]
    rule_rows = pl.concat(together) if together else by_case.clear()
    best_rule = {name: float(rule_rows[name].to_numpy().mean()) for name in MEANS} if together else {}
    if target == HEADLINE and together:
        best_rule |= _mean_shares(
            results.shares.filter(
                (pl.col("horizon") == horizon)
                & (pl.struct("case", "model").is_in([{"case": c, "model": r} for c, r in best.items()]))
            )
        )
    return {
        "n": counted.height,
        "crises": len(in_all),
        "models": models,
        "best_rules": dict(sorted(best.items())),
        "best_rule": best_rule,
        "skill": models.get(main, {}).get("skill"),
    }


def _pooled_skill(
    results: Results, block: pl.DataFrame, model: str, best: Mapping[str, str]
) -> dict[str, Any]:
    """Give skill over all crises with its interval, and of each crisis, on the pairs that both forecast."""
    scores = {case: _paired(block, case, model, rule) for case, rule in sorted(best.items())}
    scores = {case: both for case, both in scores.items() if len(both[0])}
    found = bootstrap_skill(scores, results.seed)
    return {
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "by_case": {case: skill(float(a.mean()), float(b.mean())) for case, (a, b) in scores.items()},
    }


def _summarise_shares(results: Results, model: str, horizon: int) -> dict[str, float]:
    return _mean_shares(results.shares.filter((pl.col("model") == model) & (pl.col("horizon") == horizon)))


def _mean_shares(rows: pl.DataFrame) -> dict[str, float]:
    by_case = rows.group_by("case").agg(
        pl.col("tvd").mean(),
        ((pl.col("tvd") * pl.col("arrived")).sum() / pl.col("arrived").sum()).alias("tvd_by_arrivals"),
    )
    if by_case.is_empty():
        return {"tvd": float("nan"), "tvd_by_arrivals": float("nan")}
    ordered = by_case.sort("case")
    return {name: float(ordered[name].to_numpy().mean()) for name in ("tvd", "tvd_by_arrivals")}


# -- scores of pairs and of shares -------------------------------------------------------------------------


def _score_pairs(joined: pl.DataFrame) -> pl.DataFrame:
    quantiles = _values(joined)
    observed = joined["observed"].to_numpy()
    scores = {
        "wis": weighted_interval_score(quantiles, observed, QUANTILE_LEVELS),
        "wis_log": weighted_interval_score_log(quantiles, observed, QUANTILE_LEVELS),
        **{f"coverage_{s}": coverage(quantiles, observed, QUANTILE_LEVELS, s) for s in SHARES},
        **{f"width_{s}": width(quantiles, QUANTILE_LEVELS, s) for s in SHARES},
        "width_log_95": width(log_arrivals(quantiles), QUANTILE_LEVELS, 95),
    }
    return joined.with_columns(pl.Series(name, values) for name, values in scores.items())


def _score_shares(joined: pl.DataFrame) -> pl.DataFrame:
    """Compare, at each origin, the shares of arrivals by site with what a model expected.

    Every model is asked for its mean share of each site (`expected_shares`; falls count as none); sites are
    those whose arrivals were counted.
    """
    rows = joined.filter(pl.col("target") == HEADLINE).with_columns(
        pl.col("observed").clip(lower_bound=0.0).alias("came"),
    )
    groups = (
        rows.group_by("case", "model", "horizon", "origin_date")
        .agg(pl.col("value"), "came", pl.len().alias("sites"), pl.col("came").sum().alias("arrived"))
        .filter((pl.col("sites") > 1) & (pl.col("arrived") > 0))
        .sort("case", "model", "horizon", "origin_date")
    )
    distances = [
        float(total_variation(expected_shares(np.array(said))[None], np.array(came)[None])[0])
        for said, came in groups.select("value", "came").iter_rows()
    ]
    return groups.with_columns(pl.Series("tvd", distances, dtype=pl.Float64)).drop("value", "came")


def _values(table: pl.DataFrame) -> FloatArray:
    size = len(QUANTILE_LEVELS)
    return table["value"].explode().to_numpy().reshape(-1, size) if table.height else np.zeros((0, size))


def _skill_of(pairs: pl.DataFrame, case: str, model: str, rule: str, target: str, horizon: int) -> float:
    block = pairs.filter((pl.col("target") == target) & (pl.col("horizon") == horizon))
    ours, best = _paired(block, case, model, rule)
    return skill(float(ours.mean()), float(best.mean())) if len(ours) else float("nan")


def _paired(block: pl.DataFrame, case: str, model: str, rule: str) -> tuple[FloatArray, FloatArray]:
    """Give the headline scores of a model and a rule on the pairs that both forecast, in order of origins."""
    mine = block.filter(pl.col("case") == case)
    both = (
        mine.filter(pl.col("model") == model)
        .select("origin_date", "location", "wis_log")
        .join(
            mine.filter(pl.col("model") == rule).select("origin_date", "location", rule_log="wis_log"),
            on=["origin_date", "location"],
        )
        .sort("origin_date", "location")
    )
    return both["wis_log"].to_numpy(), both["rule_log"].to_numpy()


def _from_table(rows: Sequence[RuleSkill], target: str, horizon: int) -> list[dict[str, float]]:
    """Take scores by crisis from the shipped table: of the target there, else of the net arrivals."""
    fit = [row for row in rows if row.target == target] or [row for row in rows if row.target == HEADLINE]
    if not fit:
        return []
    nearest = min({row.horizon for row in fit}, key=lambda h: (abs(np.log(h / horizon)), h))
    found: dict[str, dict[str, float]] = {}
    for row in fit:
        if row.horizon == nearest:
            found.setdefault(row.crisis, {})[row.rule] = row.wis_log
    return list(found.values())
