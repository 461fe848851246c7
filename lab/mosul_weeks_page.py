"""The page of Mosul week by week: tables and charts from what `mosul_weeks.py run` kept.

The words of docs/explanation/mosul-week-by-week.md are written by hand; what stands between its marks is
replaced from the files.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from havenward.case.load import load_case
from havenward.forecast.headline import CountSeries, count_series, outcomes
from havenward.forecast.measures import CENTRAL, coverage, weighted_interval_score_log
from havenward.forecast.plots import BANDS, HEIGHT, INK, OURS, RULE, WIDTH, _even_ticks, _Frame
from havenward.pipeline import bundled_case

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    Rows = list[dict[str, str]]

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
HORIZONS = (7, 14, 28, 56)
AHEAD = 28
IOM, GOVERNMENT, RECOUNTED = "iom-dtm-et", "goi-momd", "iom-dtm-et-after-2017-06-30"
SYSTEMS = {IOM: "IOM", GOVERNMENT: "government", RECOUNTED: "IOM after its recount"}
MOST_LEARNED = 3  # rows for each Sunday
SEEDS = (1, 2)
PANELS = {
    "battle_days": "Days that the battle takes",
    "contact_hazard": "Share that leaves per day at the front",
    "host_attraction": "Pull of host areas against camps",
    "displaced_total": "People displaced in the end",
}
FORECASTS = {
    "counted_displaced": "learned, what a run says",
    "counted_displaced_prior": "prior (track D), the same without counts",
    "counted_with_error": "learned, with the error of counting",
    "counted_carried": "learned, with the last error carried on",
}
MONTHS = [date(2016, month, 1) for month in (11, 12)] + [date(2017, month, 1) for month in range(1, 8)]


class Outcome(NamedTuple):
    """The first count in the window of a horizon."""

    day: date
    persons: float


def write_page(kept: Path, docs: Path) -> None:
    """Renew the tables of the page and its charts."""
    page = docs / "explanation" / "mosul-week-by-week.md"
    runs = {seed: _Run(kept, seed) for seed in SEEDS}
    counts = {
        measure: {one.series: one for one in count_series(load_case(bundled_case()), "total", measure)}
        for measure in ("stock", "cumulative_displaced")
    }
    text = page.read_text(encoding="utf-8")
    for mark, table in {
        "weeks": tell_weeks(runs, counts["stock"][IOM]),
        "others": tell_others(runs[1], counts),
        "scores": tell_scores(runs, counts["stock"][IOM]),
        "levels": tell_levels(runs),
        "learned": tell_learned(runs),
    }.items():
        inside = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not inside.search(text):
            message = f"{page}: the mark '{mark}' is missing"
            raise ValueError(message)
        text = inside.sub(rf"\g<1>\n{table}\n\n\g<2>", text)
    page.write_text(text, encoding="utf-8", newline="\n")
    images = docs / "images"
    fans = draw_fans(runs[1], counts["stock"])
    (images / "mosul-weeks-fans.svg").write_text(fans, encoding="utf-8", newline="\n")
    learned = draw_learned(runs)
    (images / "mosul-weeks-learned.svg").write_text(learned, encoding="utf-8", newline="\n")


class _Run:
    """What was kept of one seed."""

    def __init__(self, kept: Path, seed: int) -> None:
        self.weeks = _read(kept / f"weeks-seed{seed}.csv")
        self.assumptions = _read(kept / f"assumptions-seed{seed}.csv")
        self.moves: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
        for row in _read(kept / f"moves-seed{seed}.csv"):
            self.moves[row["origin_date"]][row["name"]] = row
        self.learned: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
        for row in _read(kept / f"learned-seed{seed}.csv"):
            self.learned[row["origin_date"]][row["name"]] = row
        self._said = {
            (row["origin_date"], row["target"], int(row["horizon"])): np.array(
                [float(row[f"{level:g}"]) for level in LEVELS]
            )
            for row in _read(kept / f"forecasts-seed{seed}.csv")
        }

    @property
    def origins(self) -> list[date]:
        return [date.fromisoformat(row["origin_date"]) for row in self.weeks]

    def said(self, origin: date, target: str, horizon: int = AHEAD) -> FloatArray | None:
        """Give the quantiles, None before there was any count."""
        return self._said.get((origin.isoformat(), target, horizon))


def _read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# -- what was counted --------------------------------------------------------------------------------------


def find_outcome(series: CountSeries | None, origin: date, horizon: int = AHEAD) -> Outcome | None:
    """Give the first count of a series in the fixed window, as it was first published."""
    if series is None:
        return None
    found = next(iter(outcomes(series, origin.toordinal(), horizon)), None)
    if found is None:
        return None
    return Outcome(date.fromordinal(int(series.dates[found.row])), float(series.persons[found.row]))


def _inside(quantiles: FloatArray, persons: float) -> str:
    for share in sorted(CENTRAL):
        if coverage(quantiles[None, :], np.array([persons]), LEVELS, share)[0]:
            return f"{share} %"
    return "**above**" if persons > quantiles[-1] else "**below**"


# -- tables ------------------------------------------------------------------------------------------------


def tell_weeks(runs: Mapping[int, _Run], series: CountSeries) -> str:
    """Lay out week by week what was said, what was counted and what was learned."""
    lines = [
        (
            "| Sunday | counts (new) | said for 28 days later | 50 % | 80 % | 95 % | counted by IOM | "
            "inside | newest count | its level |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for week, origin in zip(runs[1].weeks, runs[1].origins, strict=True):
        said = runs[1].said(origin, "counted_displaced")
        if said is None:
            raise ValueError(origin)
        found = find_outcome(series, origin)
        newest = (
            f"{week['newest']}, {_day(date.fromisoformat(week['newest_date']))}" if week["newest"] else "none"
        )
        level = f"{float(week['level']):.2f}" if week["level"] else ""
        cells = [
            f"{origin.day} {origin:%b %Y}",
            f"{week['counts']} ({week['new_counts']})",
            _round(said[3]),
            f"{_round(said[2])} to {_round(said[4])}",
            f"{_round(said[1])} to {_round(said[5])}",
            f"{_round(said[0])} to {_round(said[6])}",
            f"{found.persons:,.0f} ({_day(found.day)})" if found else "no count",
            _inside(said, found.persons) if found else "",
            newest.replace("iom-dtm-et", "IOM").replace("goi-momd", "government"),
            f"**{level}**" if level and not 0.025 <= float(week["level"]) <= 0.975 else level,
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def tell_learned(runs: Mapping[int, _Run]) -> str:
    """Name the assumptions that have come farthest from their prior in every seed."""
    lines = [
        "| Sunday | assumption | prior median | learned median, by seed | width against the prior, by seed |"
    ]
    lines.append("|---|---|---|---|---|")
    for day in sorted(set.intersection(*(set(run.learned) for run in runs.values()))):
        here = [run.learned[day] for run in runs.values()]
        shared = {}
        for name in set.intersection(*(set(rows) for rows in here)):
            by = [float(rows[name]["by"]) for rows in here]
            # lags are whole days: their medians leap, and say little
            if (max(by) < 0 or min(by) > 0) and not name.startswith("reporting_lag"):
                shared[name] = min(map(abs, by))
        for name in sorted(shared, key=lambda name: (-shared[name], name))[:MOST_LEARNED]:
            rows = [rows[name] for rows in here]
            origin = date.fromisoformat(day)
            cells = [
                f"{origin.day} {origin:%b %Y}",
                f"`{name}`",
                _number(rows[0]["prior"]),
                " and ".join(_number(row["now"]) for row in rows),
                " and ".join(row["width"] for row in rows),
            ]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def tell_others(run: _Run, counts: Mapping[str, Mapping[str, CountSeries]]) -> str:
    """Lay out people displaced in all beside cumulated counts, and the stock of other systems."""
    cumulated, stock = counts["cumulative_displaced"], counts["stock"]
    lines = [
        (
            "| Sunday | displaced in all, 28 days later: median | 95 % | IOM, cumulated | inside | "
            "government, cumulated | inside | IOM after its recount, cumulated | inside | "
            "government, stock | IOM after its recount, stock |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for origin in run.origins:
        said = run.said(origin, "displaced_total")
        if said is None:
            raise ValueError(origin)
        cells = [f"{origin.day} {origin:%b %Y}", _round(said[3]), f"{_round(said[0])} to {_round(said[6])}"]
        for system in (IOM, GOVERNMENT, RECOUNTED):
            found = find_outcome(cumulated.get(system), origin)
            cells += [f"{found.persons:,.0f}", _inside(said, found.persons)] if found else ["", ""]
        for system in (GOVERNMENT, RECOUNTED):
            found = find_outcome(stock.get(system), origin)
            cells.append(f"{found.persons:,.0f}" if found else "")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def tell_scores(runs: Mapping[int, _Run], series: CountSeries) -> str:
    """Score each way to forecast the count of IOM, over Sundays of which all ways can speak."""
    head = "| days ahead | Sundays | " + " | ".join(FORECASTS.values())
    lines = [
        head + " | last count kept | growth of 28 days repeated |",
        "|---|---|" + "---|" * (len(FORECASTS) + 2),
    ]
    for horizon in HORIZONS:
        asked = [
            (origin, found)
            for origin in runs[1].origins
            if runs[1].said(origin, "counted_carried", horizon) is not None
            and (found := find_outcome(series, origin, horizon)) is not None
        ]
        observed = np.array([found.persons for _, found in asked])
        cells = [str(horizon), str(len(asked))]
        for target in FORECASTS:
            scores, held = [], []
            for run in runs.values():
                said = np.array([run.said(origin, target, horizon) for origin, _ in asked])
                scores.append(float(weighted_interval_score_log(said, observed, LEVELS).mean()))
                held.append([coverage(said, observed, LEVELS, share).mean() for share in sorted(CENTRAL)])
            shares = " / ".join(f"{share:.0%}".removesuffix("%") for share in np.mean(held, axis=0))
            cells.append(f"{min(scores):.2f} to {max(scores):.2f} ({shares} %)")
        for rule in (_keep_last, _repeat_growth):
            points = np.array([rule(series, origin, horizon) for origin, _ in asked])
            cells.append(f"{np.abs(np.log1p(points) - np.log1p(observed)).mean():.2f}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _keep_last(series: CountSeries, origin: date, horizon: int) -> float:
    del horizon
    return float(series.known(origin.toordinal())[1][-1])


def _repeat_growth(series: CountSeries, origin: date, horizon: int) -> float:
    days, persons = series.known(origin.toordinal())
    earlier = max(0, int(np.searchsorted(days, days[-1] - AHEAD, side="right")) - 1)
    if earlier == len(days) - 1:
        return float(persons[-1])
    rate = (persons[-1] - persons[earlier]) / (days[-1] - days[earlier])
    return max(0.0, float(persons[-1] + rate * horizon))


def tell_levels(runs: Mapping[int, _Run]) -> str:
    """Say how often counts fell outside of the forecast made just before them, and how seeds agree."""
    lines = ["| | " + " | ".join(f"seed {seed}" for seed in runs) + " |", "|---|" + "---|" * len(runs)]
    judged = [sum(int(week["judged"]) for week in run.weeks) for run in runs.values()]
    outside = [sum(int(week["surprises"]) for week in run.weeks) for run in runs.values()]
    lines.append("| new counts, taken one by one | " + " | ".join(map(str, judged)) + " |")
    parts = [f"{number} ({number / whole:.0%})" for number, whole in zip(outside, judged, strict=True)]
    lines.append("| of these outside 95 % of what was expected | " + " | ".join(parts) + " |")
    moved = [sum(len(rows) for rows in run.moves.values()) for run in runs.values()]
    lines.append(
        "| moves of a median in one week by a standard deviation of the prior or more | "
        + " | ".join(map(str, moved))
        + " |"
    )
    pairs = [
        (float(row["by"]), float(runs[2].moves[day][name]["by"]))
        for day, rows in runs[1].moves.items()
        for name, row in rows.items()
        if name in runs[2].moves.get(day, {})
    ]
    agree = sum(one * other > 0 for one, other in pairs)
    lines.append(f"| in both seeds in one week, and in one direction | {len(pairs)} and {agree} | |")
    return "\n".join(lines)


def _round(value: float) -> str:
    """Write a number of people with two figures; more would claim what no forecast knows."""
    if value < 10:
        return f"{value:.0f}"
    grain = 10.0 ** (np.floor(np.log10(value)) - 1)
    return f"{np.round(value / grain) * grain:,.0f}"


def _number(text: str) -> str:
    return f"{float(text):,.0f}" if abs(float(text)) >= 100 else f"{float(text):.2g}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


# -- charts ------------------------------------------------------------------------------------------------


def draw_fans(run: _Run, stock: Mapping[str, CountSeries]) -> str:
    """Draw what was said four weeks before, by the day it was said for, and what was counted."""
    origins = run.origins
    days = [(origin + timedelta(days=AHEAD)).toordinal() for origin in origins]
    said = np.array([run.said(origin, "counted_displaced") for origin in origins])
    top = 900_000.0
    frame = _Frame.fit((origins[0].toordinal(), days[-1]), (0.0, top))
    at = {level: index for index, level in enumerate(LEVELS)}
    parts = []
    for lower, upper, shade in BANDS:
        edge = [*zip(days, said[:, at[lower]], strict=True)]
        back = [*zip(reversed(days), reversed(said[:, at[upper]]), strict=True)]
        parts.append(frame.area([*edge, *back], OURS, shade))
    parts.append(frame.line([*zip(days, said[:, 3], strict=True)], OURS, 2))
    for system, colour, size in ((IOM, INK, 2.5), (GOVERNMENT, "#b5651d", 2.2), (RECOUNTED, RULE, 2.2)):
        one = stock[system]
        parts += [
            frame.dot(
                day, persons, size, colour, f"{SYSTEMS[system]}, {date.fromordinal(day)}: {persons:,.0f}"
            )
            for day, persons in zip(one.dates.tolist(), one.persons.tolist(), strict=True)
            if day <= days[-1]
        ]
    return frame.page(
        "Mosul: people counted as displaced, said 28 days before and counted",
        "Bands 50, 80, 95 % and median; black: IOM, scored; brown: government; grey: IOM, recounted.",
        parts,
        _month_ticks(origins[0].toordinal(), days[-1]),
        _even_ticks(0.0, top, lambda value: f"{value:,.0f}"),
    )


def draw_learned(runs: Mapping[int, _Run]) -> str:
    """Draw prior and learned medians of four assumptions by week, in four panels."""
    panels = []
    for place, (name, title) in enumerate(PANELS.items()):
        across, down = (place % 2) * WIDTH, (place // 2) * HEIGHT
        inner = _draw_panel(runs, name, title).replace(
            "<svg ", f'<svg x="{across}" y="{down}" width="{WIDTH}" height="{HEIGHT}" ', 1
        )
        panels.append(inner.strip())
    open_tag = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {2 * HEIGHT}" role="img">'
    words = "<title>What the counts taught of four assumptions, week by week</title>"
    return "\n".join([open_tag, words, *panels, "</svg>"]) + "\n"


def _draw_panel(runs: Mapping[int, _Run], name: str, title: str) -> str:
    rows = {seed: [row for row in run.assumptions if row["name"] == name] for seed, run in runs.items()}
    days = [date.fromisoformat(row["origin_date"]).toordinal() for row in rows[1]]

    def column(key: str, seed: int = 1) -> list[float]:
        return [float(np.log10(float(row[key]))) for row in rows[seed]]

    low, high = min(column("prior_10") + column("now_10")), max(column("prior_90") + column("now_90"))
    frame = _Frame.fit((days[0], days[-1]), (low - 0.05, high + 0.05))
    parts = []
    for words, colour, shade in (("prior", RULE, 0.25), ("now", OURS, 0.30)):
        edge = [*zip(days, column(f"{words}_10"), strict=True)]
        back = [*zip(reversed(days), reversed(column(f"{words}_90")), strict=True)]
        parts.append(frame.area([*edge, *back], colour, shade))
        parts.append(frame.line([*zip(days, column(f"{words}_50"), strict=True)], colour, 2.5))
    parts += [
        frame.line([*zip(days, column("now_50", seed), strict=True)], OURS, 1) for seed in list(runs)[1:]
    ]
    return frame.page(
        f"{title} ({name})",
        "Grey: prior; blue: learned; bands hold 80 %; thin line: median of another seed.",
        parts,
        _month_ticks(days[0], days[-1]),
        _log_ticks(low, high),
    )


def _month_ticks(first: int, last: int) -> list[tuple[float, str]]:
    return [(float(day.toordinal()), f"{day:%b %y}") for day in MONTHS if first <= day.toordinal() <= last]


def _log_ticks(low: float, high: float) -> list[tuple[float, str]]:
    steps = (1, 2, 5) if high - low < 2 else (1,)
    powers = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    ticks = [(float(np.log10(step * 10.0**power)), step * 10.0**power) for power in powers for step in steps]
    return [(at, f"{value:,.0f}" if value >= 1 else f"{value:g}") for at, value in ticks if low <= at <= high]
