"""Test whether learning from counts is calibrated: many invented crises whose truth is known.

`python lab/check_assimilation.py --crises 100 --members 500` prints, for each assumption, where the truth lay
among the members that had learned: a histogram of ranks with the p-value of a chi-square test of evenness,
the share of crises in which the middle 50 and 90 % of the members held the truth, and how much narrower than
the prior the members are. `--exact 6` sends all but the latest six reports through the smoother.
`--workers 2` and `--cluster ADDRESS` share the crises out and change no number; workers of a cluster need the
folder `tests` in their PYTHONPATH.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import chisquare

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from havenward.cluster import open_runner
from havenward.forecast.posterior import FilterSettings
from havenward.runners import Processes
from synthetic_crises import count_truth, make_crisis, rank_truth

NAMES = [
    "contact_hazard",
    "battle_days",
    "blocking",
    "release_fraction",
    "return_rate",
    "host_attraction",
    "distance_exponent",
    "day_shock",
    "destination_effect.camp-a",
    "destination_effect.town",
    "release_share.east",
    "release_share.west",
    "count_multiplier",
    "host_coverage",
    "displaced",
]


@dataclass(frozen=True)
class Learned:
    """What one crisis showed."""

    ranks: dict[str, float]
    width: dict[str, float]
    levels: list[float]
    runs: float
    widened: int
    steps: int


@dataclass(frozen=True)
class Check:
    """Invents a crisis, counts its truth and learns from the counts; a piece of work for any hands."""

    members: int
    every: int
    exact: int
    seed: int

    def __call__(self, number: int) -> Learned:
        """Check one crisis, by its number."""
        days = list(range(6, 60, self.every))
        crisis, truth = count_truth(make_crisis(), days, 1000 + self.seed + number)
        posterior = crisis.learn(self.members, 5 + self.seed + number, FilterSettings(exact_steps=self.exact))
        found, values = rank_truth(crisis, truth, posterior, NAMES)
        width = {}
        for name in NAMES:
            prior = posterior.prior.get(name)
            width[name] = float(values[name].std() / prior.std()) if prior is not None else np.nan
        return Learned(
            {name: float(found[name]) for name in NAMES},
            width,
            [float(one.level) for one in posterior.taught if one.parts],
            float(posterior.runs),
            sum("drawn anew" in note for note in posterior.notes),
            len(posterior.model.steps),
        )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--crises", type=int, default=60)
    parser.add_argument("--members", type=int, default=500)
    parser.add_argument("--every", type=int, default=7, help="days between reports")
    parser.add_argument("--exact", type=int, default=100, help="latest reports taken one by one")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1, help="processes, where there is no cluster")
    parser.add_argument("--cluster", default="", help="address of a Dask scheduler, or local")
    options = parser.parse_args()
    check = Check(options.members, options.every, options.exact, options.seed)
    with open_runner(
        options.cluster, options.workers, Processes, told=lambda words: print(words, file=sys.stderr)
    ) as runner:
        learned = list(runner.share(check, range(options.crises)))
    ranks = {name: [one.ranks[name] for one in learned] for name in NAMES}
    width = {name: [one.width[name] for one in learned] for name in NAMES}
    levels = [level for one in learned for level in one.levels]
    runs, widened = [one.runs for one in learned], sum(one.widened for one in learned)
    steps = learned[-1].steps
    print(
        f"{options.crises} crises, {options.members} members, {steps} reports, {np.mean(runs):.1f} runs each"
    )
    print(f"members drawn anew {widened} times in all")
    print(f"{'':28}{'p':>7}  {'ranks in eighths':28}{'in 50 %':>9}{'in 90 %':>9}{'width':>8}")
    for name in NAMES:
        x = np.array(ranks[name])
        eighths = np.histogram(x, bins=8, range=(0.0, 1.0))[0]
        half, most = np.mean(np.abs(x - 0.5) < 0.25), np.mean(np.abs(x - 0.5) < 0.45)
        narrower = np.median(width[name])
        listed = " ".join(f"{n:2d}" for n in eighths)
        print(f"{name:28}{chisquare(eighths).pvalue:7.3f}  {listed:28}{half:9.2f}{most:9.2f}{narrower:8.2f}")
    level = np.array(levels)
    outside = np.mean(np.abs(level - 0.5) > 0.475)
    print(f"each count in the forecast before it: tenths {np.histogram(level, bins=10, range=(0, 1))[0]}")
    print(f"outside the 95 % range: {outside:.3f}")


if __name__ == "__main__":
    main()
