"""How the forecasts of Karabakh to Armenia, 2023, did against later counts, losses included.

`python lab/karabakh_look_back.py` runs the bundled case from the days of the crossing and replaces what
stands between the marks of docs/explanation/nagorno-karabakh-2023.md, in about a minute. The words around
them are written by hand. The rows of this crisis in past_crises.csv are left out of its priors.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from havenward.case.known import as_of
from havenward.case.load import load_case
from havenward.forecast.measures import weighted_interval_score_log
from havenward.pipeline import bundled_case, read_into_case, run_backtest, run_forecast
from havenward.records import QUANTILE_LEVELS, TOTAL
from havenward.settings import ForecastSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from havenward.records import Case
    from havenward.runs import Run

    FloatArray = NDArray[np.float64]

NAME = "nagorno-karabakh-2023"
PAGE = Path(__file__).resolve().parents[1] / "docs" / "explanation" / f"{NAME}.md"
CROSSING = "goa-crossing"
AHEAD = (1, 3, 7, 10)
HORIZON = 16  # reaches the count of 10 October from 24 September
MEMBERS, SEED = 1000, 1
BACKTEST_MEMBERS = 300
LAST_DAY_OF_ALL_SITES = PLATEAU = date(2023, 9, 30)
LAST_OF_CROSSING = date(2023, 10, 4)
BACKTEST_DAYS = (3, 7)
RULES = {
    "havenward": "Havenward, sites that were counted",
    "havenward_movement": "Havenward, its movement model alone",
    "b2_rate_3": "the rate of the last three days goes on",
    "b1_last_stock": "the last count stays",
    "b9_planning_figure": "the planning figure, spread over the planned time",
    "b10_expert_pool": "the pooled figures alone",
}


@dataclass(frozen=True)
class Look:
    """One forecast: its day, its track, and the scenario it supposes."""

    origin: date
    track: str
    scenario: str = ""

    @property
    def words(self) -> str:
        """Say it in a table."""
        told = f"{_day(self.origin)}, track {self.track}"
        return f"{told}, scenario `{self.scenario}`" if self.scenario else told


LOOKS = (
    Look(date(2023, 9, 23), "D"),
    Look(date(2023, 9, 23), "D", "crossing-opens"),
    Look(date(2023, 9, 24), "D"),
    *(Look(date(2023, 9, day), "C") for day in range(24, 30)),
)
SITE_LOOKS = (Look(date(2023, 9, 24), "D"), Look(date(2023, 9, 26), "C"), Look(date(2023, 9, 28), "C"))


def main() -> None:
    """Run, compare, and write the page."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        case = read_copy(folder / "case")
        runs = {look: run_look(case, look, folder / f"run-{i}") for i, look in enumerate(LOOKS)}
        run_backtest(
            [case],
            folder / "backtest",
            horizons=BACKTEST_DAYS,
            members=BACKTEST_MEMBERS,
            priors="time-ordered",
            movement=True,
        )
        scores = pl.read_csv(folder / "backtest" / "scores.csv")
        fill(
            {
                "counts": table_of_counts(case),
                "totals": table_of_totals(case, runs),
                "learned": table_of_learned(runs),
                "sites": table_of_sites(case, runs),
                "yerevan": table_of_yerevan(case, runs),
                "rules": table_of_rules(scores) + own_totals(case, runs, folder / "backtest"),
            }
        )


def read_copy(folder: Path) -> Case:
    """Read the reports of the case in a copy, as a user would."""
    import shutil

    shutil.copytree(bundled_case(NAME), folder)
    read_into_case(folder, [])
    return load_case(folder)


def run_look(case: Case, look: Look, folder: Path) -> Run:
    """Forecast from one day."""
    settings = ForecastSettings(look.origin, HORIZON, MEMBERS, SEED, look.track, scenario=look.scenario)
    return run_forecast(case, settings, folder)


# -- tables ---------------------------------------------------------------------------------------------


def counted(case: Case) -> dict[date, int]:
    """Give the crossing count of each day in its last published version."""
    rows = sorted(
        (row for row in case.observations if row.series == CROSSING),
        key=lambda row: (row.date, row.published),
    )
    return {row.date: row.persons for row in rows if row.persons is not None}


def table_of_counts(case: Case) -> str:
    """Show each day's count as first published and in the end, and what share of the rest came that day."""
    last = {day: persons for day, persons in counted(case).items() if day <= LAST_OF_CROSSING}
    lines = [
        "| day | first published | last version | published by | came that day | of those yet to come |",
        "|---|---|---|---|---|---|",
    ]
    before = 0
    for day, persons in last.items():
        versions = [row for row in case.observations if row.series == CROSSING and row.date == day]
        first = min(versions, key=lambda row: row.published)
        final = max(versions, key=lambda row: row.published)
        share = (persons - before) / (last[LAST_OF_CROSSING] - before)
        told = f"{share:.0%}" if day < PLATEAU else ""  # a share of a few hundred says nothing
        lines.append(
            f"| {_day(day)} | {first.persons:,} | {persons:,} | {_day(final.published)} "
            f"| {persons - before:,} | {told} |"
        )
        before = persons
    return "\n".join(lines)


def table_of_totals(case: Case, runs: dict[Look, Run]) -> str:
    """Show the people displaced in all, some days ahead, against the count."""
    last = counted(case)
    lines = [
        "| forecast of | known then | for | middle | 1 in 2 | 19 in 20 | counted | inside | loss |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for look, run in runs.items():
        known = counted(as_of(case, look.origin)) if look.track == "C" else {}
        told = f"{max(known.values()):,}" if known else "no count"
        for ahead in AHEAD:
            day = look.origin + timedelta(days=ahead)
            if day not in last:
                continue
            levels = quantiles(run, TOTAL, "displaced_total", day)
            where = _band(levels, last[day])
            loss = loss_of(levels, last[day])
            lines.append(
                f"| {look.words} | {told} | {_day(day)} | {_people(_at(levels, 0.5))} "
                f"| {_people(_at(levels, 0.25))} to {_people(_at(levels, 0.75))} "
                f"| {_people(_at(levels, 0.025))} to {_people(_at(levels, 0.975))} "
                f"| {last[day]:,} | {where} | {loss:.2f} |"
            )
    return "\n".join(lines)


def table_of_learned(runs: dict[Look, Run]) -> str:
    """Show what the counts taught about how fast people leave, and how many in all."""
    lines = [
        "| forecast of | leave a day, of those who will: before | after counts | in all: before | after |",
        "|---|---|---|---|---|",
    ]
    for look, run in runs.items():
        if look.scenario or look.track == "D":
            continue
        cells = []
        for name in ("contact_hazard", "displaced_total"):
            for column in ("prior", "value"):
                values, weights = drawn(run, name, column)
                if name == "contact_hazard":
                    values = 1.0 - np.exp(-values)
                low, middle, high = (_weighted(values, weights, level) for level in (0.05, 0.5, 0.95))
                if name == "contact_hazard":
                    cells.append(f"{middle:.0%} ({low:.1%} to {high:.0%})")
                else:
                    cells.append(f"{_people(middle)} ({_people(low)} to {_people(high)})")
        lines.append(f"| {look.words} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def table_of_sites(case: Case, runs: dict[Look, Run]) -> str:
    """Show state accommodation by province on the last day on which all ten were counted."""
    day = LAST_DAY_OF_ALL_SITES
    names = {row.location: row.name for row in case.locations}
    found = {
        row.location: row.persons
        for row in case.observations
        if row.series == "goa-accommodation" and row.date == day
    }
    lines = [
        "| place | counted | " + " | ".join(look.words for look in SITE_LOOKS) + " |",
        "|---|---|" + "---|" * len(SITE_LOOKS),
    ]
    inside = dict.fromkeys(SITE_LOOKS, 0)
    for place, persons in sorted(found.items(), key=lambda item: -(item[1] or 0)):
        cells = []
        for look in SITE_LOOKS:
            levels = quantiles(runs[look], place, "stock", day)
            hit = _at(levels, 0.025) <= (persons or 0) <= _at(levels, 0.975)
            inside[look] += hit
            low, middle, high = (_people(_at(levels, level)) for level in (0.025, 0.5, 0.975))
            cells.append(f"{middle} ({low} to {high}){'' if hit else ', **missed**'}")
        lines.append(f"| {names[place]} | {persons:,} | " + " | ".join(cells) + " |")
    total = sum(persons or 0 for persons in found.values())
    ends = [f"{inside[look]} of {len(found)} inside" for look in SITE_LOOKS]
    lines.append(f"| all ten | {total:,} | " + " | ".join(ends) + " |")
    return "\n".join(lines)


def table_of_yerevan(case: Case, runs: dict[Look, Run]) -> str:
    """Show the one place with a count of people outside state accommodation."""
    (found,) = (row for row in case.observations if row.location == "yerevan-host")
    lines = ["| forecast of | middle | 19 in 20 | registered |", "|---|---|---|---|"]
    for look, run in runs.items():
        if look.scenario or (found.date - look.origin).days > HORIZON or look.origin.day % 2:
            continue
        levels = quantiles(run, "yerevan-host", "stock", found.date)
        low, middle, high = (_people(_at(levels, level)) for level in (0.025, 0.5, 0.975))
        lines.append(f"| {look.words} | {middle} | {low} to {high} | {found.persons:,} |")
    return "\n".join(lines)


def table_of_rules(scores: pl.DataFrame) -> str:
    """Show the mean loss of the package beside the simple rules, at every day with a pair of counts."""
    lines = ["| what | days ahead | pairs | loss | inside 19 in 20 | by |", "|---|---|---|---|---|---|"]
    for target, words in (
        ("displaced_total", "people displaced in all"),
        ("net_arrivals", "arrivals at a site"),
    ):
        for ahead in BACKTEST_DAYS:
            mine = scores.filter((pl.col("target") == target) & (pl.col("horizon") == ahead)).sort("wis_log")
            lines += [
                f"| {words} | {ahead} | {row['n']} | {row['wis_log']:.2f} "
                f"| {row['coverage_95']:.0%} | {RULES[row['model']]} |"
                for row in mine.iter_rows(named=True)
                if row["model"] in RULES
            ]
    return "\n".join(lines)


def own_totals(case: Case, runs: dict[Look, Run], backtested: Path) -> str:
    """Add our own totals to the rules: the same days, the same counts."""
    pairs = pl.read_parquet(backtested / "observed.parquet").filter(pl.col("target") == "displaced_total")
    text = ""
    for ahead in BACKTEST_DAYS:
        losses, inside = [], []
        for pair in pairs.filter(pl.col("horizon") == ahead).iter_rows(named=True):
            look = Look(pair["origin_date"], "C")
            if look not in runs:
                runs[look] = run_look(case, look, backtested / f"run-{look.origin}")
            levels = quantiles(runs[look], TOTAL, "displaced_total", pair["counted_on"])
            losses.append(loss_of(levels, pair["observed"]))
            inside.append(_at(levels, 0.025) <= pair["observed"] <= _at(levels, 0.975))
        text += (
            f"\n| people displaced in all | {ahead} | {len(losses)} | {np.mean(losses):.2f} "
            f"| {np.mean(inside):.0%} | Havenward, its movement model |"
        )
    return text


def loss_of(levels: FloatArray, persons: int) -> float:
    """Give the weighted interval score of log(1 + people), the loss of the headline."""
    observed = np.array([float(persons)])
    return float(weighted_interval_score_log(levels[None, :], observed, QUANTILE_LEVELS)[0])


# -- reading a run ----------------------------------------------------------------------------------------


def quantiles(run: Run, place: str, target: str, day: date) -> FloatArray:
    """Give the quantiles of a target at a place on a day, in the order of the levels."""
    rows = (
        run.table("forecast")
        .filter(
            (pl.col("location") == place) & (pl.col("target") == target) & (pl.col("target_end_date") == day)
        )
        .with_columns(pl.col("output_type_id").cast(pl.Float64))
    )
    return rows.sort("output_type_id")["value"].to_numpy()


def drawn(run: Run, name: str, column: str) -> tuple[FloatArray, FloatArray]:
    """Give what members drew of an assumption and their weights; all the same weight before counts."""
    rows = run.table("assumptions").filter(pl.col("name") == name).sort("member")
    values = rows[column].to_numpy()
    if column == "prior":
        return values, np.full(values.size, 1.0 / values.size)
    return values, run.table("members_weights").sort("member")["weight"].to_numpy()


def _weighted(values: FloatArray, weights: FloatArray, level: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) / weights.sum()
    place = min(int(np.searchsorted(reached, level)), values.size - 1)
    return float(values[order[place]])


def _at(levels: FloatArray, level: float) -> float:
    return float(levels[list(QUANTILE_LEVELS).index(level)])


def _band(levels: FloatArray, persons: int) -> str:
    if _at(levels, 0.25) <= persons <= _at(levels, 0.75):
        return "1 in 2"
    if _at(levels, 0.025) <= persons <= _at(levels, 0.975):
        return "19 in 20"
    return "**missed**"


def _people(number: float) -> str:
    """Round to two digits: more would claim too much."""
    if number < 10:  # no second digit to keep
        return f"{number:.0f}"
    digits = len(str(int(number))) - 2
    return f"{round(number, -digits):,.0f}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


# -- the page -------------------------------------------------------------------------------------------


def fill(tables: dict[str, str]) -> None:
    """Replace what stands between the marks of the page."""
    text = PAGE.read_text(encoding="utf-8")
    for mark, table in tables.items():
        inside = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- end -->)", re.DOTALL)
        # tables hold no backslash, so that they can stand in the pattern of what replaces
        text, found = inside.subn(rf"\1\n{table}\n\n\2", text)
        if found != 1:
            problem = f"{PAGE.name}: expected one mark '{mark}', found {found}"
            raise SystemExit(problem)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
