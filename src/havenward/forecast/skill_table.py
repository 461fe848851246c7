"""What of a backtest is shipped: one row per target and horizon, for the model cards of later runs."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

COLUMNS = (
    "target", "horizon", "crises", "n", "wis_log", "best_rule", "wis_log_best", "skill", "skill_low",
    "skill_high", "coverage_50", "coverage_95", "tvd", "made_on", "tvd_best", "width_ratio_95",
)  # fmt: skip


def format_skill_table(summary: Mapping[str, Any], made_on: date, main: str = "havenward") -> str:
    """Write the table `tables/track_record.csv` from the summary of a backtest.

    Parameters
    ----------
    summary
        As `backtest_scores.summarise` gives it.
    made_on
        Day of the backtest.
    main
        The model; targets that it does not forecast are left out.

    Returns
    -------
    text
        CSV; `best_rule` names the rules to beat, the one of most crises first, and the last two columns
        are those of the best rules: misplaced arrivals, and our 95 % width as a multiple of theirs.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for target, blocks in sorted(summary["targets"].items()):
        for horizon in sorted(blocks, key=int):
            block = blocks[horizon]
            ours, best, skill = block["models"].get(main), block["best_rule"], block["skill"]
            if not ours or not best or not skill:
                continue
            counted = Counter(block["best_rules"].values())
            rules = sorted(counted, key=lambda rule: (-counted[rule], rule))
            numbers = {
                "wis_log": ours["wis_log"],
                "wis_log_best": best["wis_log"],
                "skill": skill["value"],
                "skill_low": skill["low"],
                "skill_high": skill["high"],
                "coverage_50": ours["coverage_50"],
                "coverage_95": ours["coverage_95"],
                "tvd": ours["tvd"],
                "tvd_best": best["tvd"],
                "width_ratio_95": ours["width_95"] / best["width_95"],
            }
            words = {
                "target": target,
                "horizon": horizon,
                "crises": block["crises"],
                "n": block["n"],
                "best_rule": ", ".join(rules),
                "made_on": made_on.isoformat(),
            }
            row = words | {name: f"{value:.4f}" for name, value in numbers.items()}
            writer.writerow([row[name] for name in COLUMNS])
    return out.getvalue()
