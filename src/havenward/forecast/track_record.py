"""What the page "Track record" says: how forecasts did against simple rules, each miss in plain words.

Every number comes from the results of a backtest; nothing is rounded in our favour and no loss is left out.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import polars as pl

from havenward.forecast.backtest_scores import HEADLINE, Results, summarise
from havenward.records import QUANTILE_LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# what was aimed at, in words and numbers: the page says where it was missed
AIM_SKILL, AIM_SKILL_HORIZONS = 0.20, ("14", "28")
AIM_COVERAGE = (0.90, 0.98)
AIM_COVERAGE_HALF = (0.42, 0.58)
AIM_WIDTH = 1.10
AIM_TVD = 0.35
WORST_SHOWN = 10

TRACKS = {
    "C": "Track C: each forecast saw only what had been published by its day.",
    "D": "Track D: each forecast saw only what had been published by its day, and no counts.",
}


WHAT = (
    "Scored are the net arrivals at single sites over the days ahead, from counts alone. The score is the "
    "weighted interval score of log(1 + arrivals); lower is better. The rule to beat in a crisis is the "
    "simple rule that did best in the other crises. All crises weigh the same."
)


def write_track_record(results: Results, main: str = "havenward") -> str:
    """Write the page, in Markdown, from a backtest alone.

    Parameters
    ----------
    results
        A backtest.
    main
        The model that is held to account.
    """
    summary = summarise(results, main)
    blocks: Mapping[str, Any] = summary["targets"].get(HEADLINE, {})
    horizons = sorted(blocks, key=int)
    told = [h for h in horizons if main in blocks[h]["models"]]
    parts = [
        "# Track record",
        f"History was repeated for {_name_all(summary['cases'])}. {TRACKS[results.track]} {WHAT}",
    ]
    if not told:
        parts.append(f"The model {main} is not among the results; the simple rules stand alone.")
    else:
        parts += [
            "## Beside the best simple rule",
            _compare(blocks, told, main),
            "## Where we missed",
            "\n".join(f"- {line}" for line in _misses(blocks, told, main)) or "No miss of those looked for.",
            "## Crisis by crisis",
            _by_case(blocks, told, main),
            f"## The {WORST_SHOWN} worst forecasts",
            _worst(results, main),
        ]
    parts += ["## Every model and rule", _all_models(blocks, horizons)]
    if summary["revised_outcomes"]:
        parts.append(
            f"{summary['revised_outcomes']:,} of {results.observed.height:,} outcomes were revised later; "
            "the version published first is what was scored."
        )
    return "\n\n".join(parts) + "\n"


def _compare(blocks: Mapping[str, Any], horizons: list[str], main: str) -> str:
    rows = []
    for horizon in horizons:
        block = blocks[horizon]
        ours, best, skill = block["models"][main], block["best_rule"], block["skill"]
        rows.append(
            [
                f"{horizon} days",
                f"{block['n']:,} in {block['crises']}",
                f"{ours['wis_log']:.3f}",
                f"{best['wis_log']:.3f}",
                _say_skill(skill),
                f"{ours['coverage_50']:.0%} / {best['coverage_50']:.0%}",
                f"{ours['coverage_95']:.0%} / {best['coverage_95']:.0%}",
                f"{_number(ours['width_95'])} / {_number(best['width_95'])}",
                f"{ours['wis']:,.0f} / {best['wis']:,.0f}",
                f"{ours['tvd']:.2f} / {best['tvd']:.2f}",
            ]
        )
    head = [
        "ahead", "outcomes in crises", "our score", "best rule", "skill (90 % interval)", "inside 50 % band",
        "inside 95 % band", "width of it, people", "score in people", "misplaced",
    ]  # fmt: skip
    return (
        _table(head, rows)
        + "\n\nWhere two numbers stand, the second is that of the best rule. Misplaced is the share of "
        "arrivals expected at the wrong site."
    )


def _misses(blocks: Mapping[str, Any], horizons: list[str], main: str) -> Iterator[str]:
    """Say every aim that was not reached and every crisis in which a simple rule was better."""
    for horizon in horizons:
        block = blocks[horizon]
        ours = block["models"][main]
        for found in (
            _missed_skill(horizon, block["skill"], block["best_rules"]),
            _missed_bands(ours, block["best_rule"]),
            _missed_people(ours, block["best_rule"]),
        ):
            for words in found:
                yield f"At {horizon} days {words}."


def _missed_skill(horizon: str, skill: Mapping[str, Any], rules: Mapping[str, str]) -> Iterator[str]:
    value = skill["value"]
    if value < 0:
        yield f"a simple rule was better: our score is {-value:.1%} higher"
    elif horizon in AIM_SKILL_HORIZONS and value < AIM_SKILL:
        yield f"we aimed at a score {AIM_SKILL:.0%} lower than the best rule's and came to {value:.1%}"
    if isfinite(skill["low"]) and skill["low"] <= 0 <= value:
        yield f"the interval of our skill holds zero ({skill['low']:+.1%} to {skill['high']:+.1%})"
    for case, one in sorted(skill["by_case"].items()):
        if one < 0:
            yield f"in {case} the rule {rules[case]} was better: our score is {-one:.1%} higher"


def _missed_bands(ours: Mapping[str, Any], best: Mapping[str, float]) -> Iterator[str]:
    for share, (low, high) in ((95, AIM_COVERAGE), (50, AIM_COVERAGE_HALF)):
        inside = ours[f"coverage_{share}"]
        if not low <= inside <= high:
            side = "too few: the bands are too narrow" if inside < low else "too many: the bands are too wide"
            yield f"our {share} % bands held {inside:.1%} of outcomes, {side}"
    if best["width_95"] > 0 and ours["width_95"] > AIM_WIDTH * best["width_95"]:
        times = ours["width_95"] / best["width_95"]
        yield f"our 95 % bands were {times:.2f} times as wide in people as those of the best rule"


def _missed_people(ours: Mapping[str, Any], best: Mapping[str, float]) -> Iterator[str]:
    if ours["wis"] > best["wis"]:
        yield f"the best rule was closer in plain people: {best['wis']:,.0f} against our {ours['wis']:,.0f}"
    if ours["tvd"] > AIM_TVD:
        yield f"we sent {ours['tvd']:.0%} of arrivals to the wrong site; we aimed at {AIM_TVD:.0%}"
    if ours["tvd"] > best["tvd"]:
        yield f"the best rule misplaced fewer arrivals ({best['tvd']:.1%} against our {ours['tvd']:.1%})"
    if ours["missing"]:
        yield f"we gave no forecast for {ours['missing']:,} outcomes"


def _by_case(blocks: Mapping[str, Any], horizons: list[str], main: str) -> str:
    cases = sorted({case for h in horizons for case in blocks[h]["best_rules"]})
    rows = []
    for case in cases:
        row = [case]
        for horizon in horizons:
            found = blocks[horizon]["models"][main]["skill"]["by_case"].get(case)
            rule = blocks[horizon]["best_rules"].get(case)
            row.append("no counts" if found is None else f"{found:+.1%} against {rule}")
        rows.append(row)
    return _table(["crisis", *(f"{h} days" for h in horizons)], rows)


def _worst(results: Results, main: str) -> str:
    """Tell the forecasts with the highest headline scores, one per site."""
    at = {level: index for index, level in enumerate(QUANTILE_LEVELS)}
    rows = (
        results.pairs.filter((pl.col("model") == main) & (pl.col("target") == HEADLINE))
        .sort("wis_log", "case", "location", "origin_date", descending=[True, False, False, False])
        .unique(["case", "location"], keep="first", maintain_order=True)
        .head(WORST_SHOWN)
    )
    lines = []
    for row in rows.iter_rows(named=True):
        low, high = row["value"][at[0.025]], row["value"][at[0.975]]
        came = row["observed"]
        what = f"{came:,.0f} came" if came >= 0 else f"there were {-came:,.0f} fewer"
        lines.append(
            f"- {row['case']}, {row['location']}: on {row['origin_date']} we expected {low:,.0f} to "
            f"{high:,.0f} net arrivals in {row['horizon']} days (95 %); {what}."
        )
    return "\n".join(lines)


def _all_models(blocks: Mapping[str, Any], horizons: list[str]) -> str:
    models = sorted({model for h in horizons for model in blocks[h]["models"]})
    rows = []
    for model in models:
        row = [model]
        for horizon in horizons:
            found = blocks[horizon]["models"].get(model)
            row.append(
                f"{found['wis_log']:.3f}, {found['coverage_95']:.0%}, {found['tvd']:.2f}" if found else "none"
            )
        rows.append(row)
    return "Score, share of outcomes inside the 95 % band, and share of arrivals misplaced.\n\n" + _table(
        ["model", *(f"{h} days" for h in horizons)], rows
    )


def _say_skill(skill: Mapping[str, float]) -> str:
    if not isfinite(skill["low"]):
        return f"{skill['value']:+.1%} (one crisis, no interval)"
    return f"{skill['value']:+.1%} ({skill['low']:+.1%} to {skill['high']:+.1%})"


def _number(value: float) -> str:
    return f"{value:,.0f}"


def _name_all(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows])
