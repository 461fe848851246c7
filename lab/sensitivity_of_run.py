"""Say what a run hangs on most: `python lab/sensitivity_of_run.py RUN --within 28 56 --places SITE...`.

Prints the tables of docs/explanation/sensitivity.md. Any run folder will do; 1,000 members or more say most.
"""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path
from typing import Any

from havenward.case.load import load_case
from havenward.forecast.plots import draw_worries
from havenward.forecast.sensitivity import (
    Sensitivity,
    drawn_capacities,
    explain_outcomes,
    name_in_words,
    run_draws,
    run_outcomes,
    say_sensitivity,
)
from havenward.runs import read_run


def main() -> None:
    """Explain and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--image", type=Path, help="chart of the total on the last key day")
    parser.add_argument(
        "--within", type=int, nargs="+", default=[28, 56], help="key days after the origin date"
    )
    parser.add_argument("--places", nargs="*", default=[], help="sites to show beside the total")
    options = parser.parse_args()
    run = read_run(options.run)
    known = load_case(run.case_folder)
    kinds = {place.location: place.kind for place in known.locations}
    table = run.table("assumptions")
    published = {place.location: float(place.capacity) for place in known.locations if place.capacity}
    capacities: dict[str, Any] = {**published, **drawn_capacities(table)}
    days = [run.origin_date + timedelta(days=ahead) for ahead in options.within]
    outcomes = run_outcomes(run.table("members"), kinds, run.origin_date, days, capacities)
    found = explain_outcomes(run_draws(table), outcomes)
    for one in found:
        if one.outcome.target == "displaced_total":
            print(say_sensitivity(one), end="\n\n")
            print(tabulate(one))
    print("| outcome | 5 % | middle | 95 % | first | second | third | left unexplained |")
    print("|---|---|---|---|---|---|---|---|")
    for one in found:
        if one.outcome.location in options.places:
            named = " | ".join(f"{name_in_words(s.name)}: {max(s.alone, 0):.0%}" for s in one.shares[:3])
            ends = f"{one.low:,.0f} | {one.middle:,.0f} | {one.high:,.0f}"
            print(f"| {one.outcome.label} | {ends} | {named} | {1 - one.explained:.0%} |")
    if options.image:
        total = [one for one in found if one.outcome.target == "displaced_total"][-1]
        options.image.write_text(draw_worries(total), encoding="utf-8", newline="\n")


def tabulate(one: Sensitivity, most: int = 8) -> str:
    """Write the largest shares as a Markdown table."""
    lines = ["| assumption | alone | standard error | with others |", "|---|---|---|---|"]
    lines += [
        f"| {name_in_words(share.name)} | {share.alone:.0%} | {share.error:.0%} | {share.together:.0%} |"
        for share in one.shares[:most]
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
