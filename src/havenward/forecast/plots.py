"""How a backtest looks: skill by horizon, reliability of quantiles, fans against what was counted (SVG)."""

from __future__ import annotations

from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from havenward.files import open_whole
from havenward.forecast.backtest_scores import HEADLINE, Results, reliability_curve
from havenward.records import QUANTILE_LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from havenward.forecast.sensitivity import Sensitivity

WIDTH, HEIGHT = 640, 380
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 46, 52
OURS, RULE, INK, FAINT = (
    "#1b6ca8",
    "#8a8a8a",
    "#222222",
    "#dddddd",
)  # readable without colour: ours is thicker
BANDS = ((0.025, 0.975, 0.18), (0.10, 0.90, 0.22), (0.25, 0.75, 0.30))


def write_plots(
    results: Results, summary: Mapping[str, Any], out: Path, main: str = "havenward"
) -> list[Path]:
    """Write skill.svg, reliability.svg and a fan per crisis (its most counted site) to a folder.

    Parameters
    ----------
    results, summary
        A backtest and what `summarise` makes of it.
    out
        Folder, made where missing.
    main
        The model that is shown; where it is missing, the rule with the best headline score.
    """
    out.mkdir(parents=True, exist_ok=True)
    models = set(results.pairs["model"])
    shown = main if main in models else _best_model(summary)
    pictures = {"skill.svg": draw_skill(summary, shown), "reliability.svg": draw_reliability(results, shown)}
    for case in sorted(results.observed["case"].unique()):
        pictures[f"fan-{case}.svg"] = draw_fan(results, case, shown)
    written = []
    for name, text in pictures.items():
        if text:
            with open_whole(out / name) as stream:
                stream.write(text)
            written.append(out / name)
    return written


def draw_skill(summary: Mapping[str, Any], main: str = "havenward") -> str:
    """Draw skill against the best simple rule by horizon, with its interval, and a dot per crisis."""
    blocks = summary["targets"].get(HEADLINE, {})
    skills = {int(h): b["models"][main]["skill"] for h, b in blocks.items() if main in b["models"]}
    if not skills:
        return ""
    horizons = sorted(skills)
    known = [v for s in skills.values() for v in (s["low"], s["high"], s["value"], *s["by_case"].values())]
    low, high = min(0.0, *known) - 0.05, max(0.0, *known) + 0.05
    frame = _Frame.fit((-0.5, len(horizons) - 0.5), (low, high))
    parts = [frame.line([(-0.5, 0.0), (len(horizons) - 0.5, 0.0)], INK, 1)]
    for at, horizon in enumerate(horizons):
        skill = skills[horizon]
        parts += [frame.dot(at + 0.18, value, 2.5, RULE, case) for case, value in skill["by_case"].items()]
        if np.isfinite(skill["low"]):
            parts.append(frame.line([(at, skill["low"]), (at, skill["high"])], OURS, 3))
        parts.append(frame.dot(at, skill["value"], 6, OURS, f"{skill['value']:+.0%}"))
    ticks = [(at, f"{horizon} days") for at, horizon in enumerate(horizons)]
    return frame.page(
        f"Skill of {main} against the best simple rule",
        "Above zero we are better. Line: 90 % interval over crises; small dots: single crises.",
        parts,
        ticks,
        _even_ticks(low, high, lambda v: f"{v:+.0%}"),
    )


def draw_reliability(results: Results, main: str = "havenward") -> str:
    """Draw how often outcomes lay at or below each quantile, all horizons of the headline target together."""
    rows = results.pairs.filter((pl.col("model") == main) & (pl.col("target") == HEADLINE))
    curve = reliability_curve(rows)
    if not curve:
        return ""
    frame = _Frame.fit((0, 1), (0, 1))
    parts = [frame.line([(0, 0), (1, 1)], RULE, 1), frame.line(curve, OURS, 2.5)]
    parts += [frame.dot(level, share, 3, OURS, f"{level:g}: {share:.2f}") for level, share in curve]
    ticks = [(v / 4, f"{v * 25} %") for v in range(5)]
    return frame.page(
        f"Reliability of {main}",
        "Share of outcomes at or below each quantile (upward) against the level of the quantile.",
        parts,
        ticks,
        ticks,
    )


def draw_fan(
    results: Results, case: str, main: str = "havenward", horizon: int = 28, location: str = ""
) -> str:
    """Draw the bands of a site's net arrivals by day of forecast, and what was counted.

    Parameters
    ----------
    results
        A backtest.
    case, main, horizon
        Crisis, model, days ahead (the nearest horizon that was scored).
    location
        The site; by default the one with the most outcomes.
    """
    rows = results.pairs.filter(
        (pl.col("case") == case) & (pl.col("model") == main) & (pl.col("target") == HEADLINE)
    )
    if rows.is_empty():
        return ""
    horizon = min(rows["horizon"].unique(), key=lambda h: (abs(h - horizon), h))
    rows = rows.filter(pl.col("horizon") == horizon)
    if not location:
        location = (
            rows.group_by("location").len().sort("len", "location", descending=[True, False]).item(0, 0)
        )
    mine = rows.filter(pl.col("location") == location).sort("origin_date")
    days = [day.toordinal() for day in mine["origin_date"]]
    observed = mine["observed"].to_list()
    values = np.array(mine["value"].to_list())
    # the outermost quantiles of one bad day must not flatten the picture: the scale is that of the outcomes
    reach = max(float(np.abs(observed).max()), float(np.median(values[:, -3])), 1.0)
    low = min(0.0, *observed, float(np.median(values[:, 2]))) - 0.1 * reach
    high = 1.6 * reach
    frame = _Frame.fit((min(days), max(*days, min(days) + 1)), (low, high))
    at = {level: index for index, level in enumerate(QUANTILE_LEVELS)}
    parts = []
    for lower, upper, shade in BANDS:
        edge = [*zip(days, values[:, at[lower]], strict=True)]
        back = [*zip(reversed(days), reversed(values[:, at[upper]]), strict=True)]
        parts.append(frame.area([*edge, *back], OURS, shade))
    parts.append(frame.line([*zip(days, values[:, at[0.5]], strict=True)], OURS, 2))
    parts += [
        frame.dot(day, value, 2.5, INK, f"{value:,.0f}") for day, value in zip(days, observed, strict=True)
    ]
    first, last = mine["origin_date"][0], mine["origin_date"][-1]
    return frame.page(
        f"{case}, {location}: net arrivals in {horizon} days",
        f"{main}: bands of 50, 80 and 95 % by day of forecast; dots: what was counted.",
        parts,
        [(first.toordinal(), str(first)), (last.toordinal(), str(last))],
        _even_ticks(low, high, lambda v: f"{v:,.0f}"),
    )


def _best_model(summary: Mapping[str, Any]) -> str:
    scores: dict[str, list[float]] = {}
    for block in summary["targets"].get(HEADLINE, {}).values():
        for model, row in block["models"].items():
            scores.setdefault(model, []).append(row["wis_log"])
    return min(scores, key=lambda model: (np.mean(scores[model]), model), default="")


def draw_worries(sensitivity: Sensitivity, most: int = 8) -> str:
    """Draw what an outcome hangs on most, as bars: alone (dark), and with other assumptions (light).

    Parameters
    ----------
    sensitivity
        Of one outcome.
    most
        How many assumptions are shown.

    Returns
    -------
    svg
        Empty where no assumption stands out.
    """
    from havenward.forecast.sensitivity import rank_worries

    rows = rank_worries(sensitivity, most)
    if not rows:
        return ""
    one = sensitivity
    title = f"What we are least sure about: {one.outcome.label}"
    words = (
        f"{one.low:,.0f} to {one.high:,.0f} in nine members of ten. Dark: share of the doubt that would go "
        "if this were known; light: the share that would stay with all else known."
    )
    names, step, top = 330, 30, 64
    reach = max(max(alone, whole) for _, alone, whole in rows)
    scale = (WIDTH - names - 60) / max(reach, 0.05)
    height = top + step * len(rows) + 14
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f'<g font-family="sans-serif" font-size="12" fill="{INK}">',
        f"<title>{escape(title)}</title><desc>{escape(words)}</desc>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="20" font-size="14" font-weight="bold">{escape(title)}</text>',
    ]
    for at, part in enumerate(wrap(words, 110)):
        lines.append(f'<text x="12" y="{37 + 14 * at}" font-size="11">{escape(part)}</text>')
    for at, (name, alone, whole) in enumerate(rows):
        down = top + step * at
        said = f"{name}: {alone:.0%} alone, {max(alone, whole):.0%} with others"
        light = f'y="{down + 4}" width="{max(alone, whole) * scale:.1f}" height="16" fill="{OURS}"'
        lines += [
            f'<text x="{names - 8}" y="{down + 15}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{names}" {light} fill-opacity="0.3"><title>{escape(said)}</title></rect>',
            f'<rect x="{names}" y="{down + 4}" width="{alone * scale:.1f}" height="16" fill="{OURS}"/>',
            f'<text x="{names + max(alone, whole) * scale + 6:.1f}" y="{down + 16}">{alone:.0%}</text>',
        ]
    return "\n".join([*lines, "</g>", "</svg>"]) + "\n"


# -- lines on a page ---------------------------------------------------------------------------------------


def _even_ticks(low: float, high: float, say: Callable[[float], str]) -> list[tuple[float, str]]:
    """Give about five round values between two ends."""
    step = 10.0 ** np.floor(np.log10((high - low) / 4))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= 6)
    return [(float(v), say(float(v) + 0.0)) for v in np.arange(np.ceil(low / step), high / step) * step]


class _Frame(NamedTuple):
    """Axes: the values at the ends of the drawing."""

    x: tuple[float, float]
    y: tuple[float, float]

    @classmethod
    def fit(cls, x: tuple[float, float], y: tuple[float, float]) -> _Frame:
        return cls(x, y)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Give the place on the page, in pixels; what lies outside is moved to the edge."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = min(max((y - self.y[0]) / (self.y[1] - self.y[0]), 0.0), 1.0)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    def _points(self, points: Iterable[tuple[float, float]]) -> str:
        return " ".join("{:.1f},{:.1f}".format(*self.place(*point)) for point in points)

    def line(self, points: Sequence[tuple[float, float]], colour: str, thick: float) -> str:
        style = f'fill="none" stroke="{colour}" stroke-width="{thick}"'
        return f'<polyline points="{self._points(points)}" {style}/>'

    def area(self, points: Sequence[tuple[float, float]], colour: str, shade: float) -> str:
        return f'<polygon points="{self._points(points)}" fill="{colour}" fill-opacity="{shade}"/>'

    def dot(self, x: float, y: float, size: float, colour: str, words: str) -> str:
        across, down = self.place(x, y)
        return (
            f'<circle cx="{across:.1f}" cy="{down:.1f}" r="{size}" fill="{colour}">'
            f"<title>{escape(words)}</title></circle>"
        )

    def page(
        self,
        title: str,
        words: str,
        parts: Iterable[str],
        x_ticks: Iterable[tuple[float, str]],
        y_ticks: Iterable[tuple[float, str]],
    ) -> str:
        """Put axes and words around what was drawn."""
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
            f'<g font-family="sans-serif" font-size="12" fill="{INK}">',
            f"<title>{escape(title)}</title><desc>{escape(words)}</desc>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            f'<text x="{LEFT}" y="18" font-size="14" font-weight="bold">{escape(title)}</text>',
            f'<text x="{LEFT}" y="35" font-size="11">{escape(words)}</text>',
        ]
        for value, text in y_ticks:
            _, down = self.place(self.x[0], value)
            lines.append(
                f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{down:.1f}" y2="{down:.1f}" stroke="{FAINT}"/>'
            )
            lines.append(f'<text x="{LEFT - 6}" y="{down + 4:.1f}" text-anchor="end">{escape(text)}</text>')
        for value, text in x_ticks:
            across, _ = self.place(value, self.y[0])
            down = HEIGHT - BOTTOM + 20
            anchor = "start" if across <= LEFT else "end" if across >= WIDTH - RIGHT else "middle"
            lines.append(f'<text x="{across:.1f}" y="{down}" text-anchor="{anchor}">{escape(text)}</text>')
        return "\n".join([*lines, *parts, "</g>", "</svg>"]) + "\n"
