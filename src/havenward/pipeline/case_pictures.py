"""What a case looks like to those who edit it: its places and ways on a map, its assumptions as curves.

These drawings are for the team. Colours come from the style sheet by class, so that they suit a dark screen.
"""

from __future__ import annotations

from math import cos, isfinite, log10, pi, sin
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from havenward.brief.map_sheets import Sheet, draw_borders, lay_ground
from havenward.brief.svg import Scale, figure, nice_ticks, path, short, tag
from havenward.distributions import summary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from markupsafe import Markup
    from numpy.typing import NDArray

    from havenward.distributions import Distribution

    FloatArray = NDArray[np.float64]
    Point = tuple[float, float]
    Box = tuple[float, float, float, float]

SHEET = Sheet("places", 760.0, 0.5, 0.8, 52.0, 9.0, 0, 13.0)
SIZES = {"origin": 6.5, "camp": 6.0, "host": 6.0, "border": 6.0, "town": 3.6, "marker": 2.6}
NAME_WIDTH = 7.0  # of a letter, for placing names
LONGEST_NAME = 26
TOO_CLOSE = 5.0  # places nearer than this would hide one another
WIDE, TALL, LEFT, FOOT = 640.0, 220.0, 14.0, 34.0
LOG_FROM = 15.0  # a curve whose 95 % point is so many times its 5 % point is drawn on a logarithmic axis
BINS = 72


class Spot(NamedTuple):
    """A place of the map: its row, what it is, where the drawing leads."""

    key: str
    name: str
    kind: str
    longitude: float
    latitude: float
    link: str
    told: str
    chosen: bool = False


class Way(NamedTuple):
    """A route of the map."""

    start: str
    end: str
    is_open: bool
    link: str
    told: str
    chosen: bool = False


class Curve(NamedTuple):
    """A curve of a drawing: how it is called, its class in the style sheet, values with their weights."""

    title: str
    key: str
    values: FloatArray
    weights: FloatArray


# -- the map -----------------------------------------------------------------------------------------------


def draw_case_map(
    spots: Sequence[Spot], ways: Sequence[Way], title: str, told: str, boundaries: str = ""
) -> Markup | None:
    """Draw places and routes; each leads to its row. None where no place has a position.

    The drawing states in `data-` attributes how a point of it becomes a position, for scripts.
    """
    if not spots:
        return None
    ground = lay_ground([(spot.longitude, spot.latitude) for spot in spots], SHEET)
    at = _spread_out({spot.key: ground(spot.longitude, spot.latitude) for spot in spots})
    parts = [
        tag("rect", x=0.5, y=0.5, width=SHEET.width - 1, height=ground.height - 1, class_="sheet"),
        *draw_borders(boundaries, ground, SHEET),
        tag("g", *[_draw_way(way, at) for way in ways if way.start in at and way.end in at], class_="ways"),
        tag("g", *_draw_spots(spots, at), class_="spots"),
    ]
    drawing = figure(
        "places", SHEET.width, ground.height, title, told,
        tag("g", *parts, class_="ground", data_west=repr(ground.west), data_north=repr(ground.north),
            data_squeeze=repr(ground.squeeze), data_scale=repr(ground.scale), data_left=repr(ground.left),
            data_top=repr(ground.top)),
        class_="case-map",
    )  # fmt: skip
    # what leads somewhere is no picture: its parts have to be reachable one by one
    return type(drawing)(str(drawing).replace(' role="img"', ' role="group"', 1))


def _spread_out(at: Mapping[str, Point]) -> dict[str, Point]:
    """Move places that stand on one point apart, on a ring around it, so that each can be chosen."""
    together: dict[tuple[int, int], list[str]] = {}
    for key, (x, y) in at.items():
        together.setdefault((round(x / TOO_CLOSE), round(y / TOO_CLOSE)), []).append(key)
    spread = {}
    for keys in together.values():
        ring = 0.0 if len(keys) == 1 else max(9.0, 15.0 * len(keys) / (2 * pi))
        for n, key in enumerate(sorted(keys)):
            turn = 2 * pi * n / len(keys) - pi / 2
            spread[key] = (at[key][0] + ring * cos(turn), at[key][1] + ring * sin(turn))
    return spread


def _draw_way(way: Way, at: Mapping[str, Point]) -> Markup:
    (x1, y1), (x2, y2) = at[way.start], at[way.end]
    name = "way" + ("" if way.is_open else " closed") + (" chosen" if way.chosen else "")
    ends = {"x1": float(x1), "y1": float(y1), "x2": float(x2), "y2": float(y2)}
    # the wide clear line is what a finger or a pointer meets
    drawn = [tag("title", way.told), tag("line", class_="touch", **ends), tag("line", class_="line", **ends)]
    if not way.is_open:
        x, y = (x1 + x2) / 2, (y1 + y2) / 2
        drawn.append(tag("path", d=f"M{short(x - 4)} {short(y - 4)}l8 8m0 -8l-8 8", class_="cross"))
    return tag("a", *drawn, href=way.link, class_=name, tabindex="-1", aria_label=way.told)


def _draw_spots(spots: Sequence[Spot], at: Mapping[str, Point]) -> list[Markup]:
    taken: list[Box] = []
    for spot in spots:
        (x, y), r = at[spot.key], SIZES.get(spot.kind, 3.0)
        taken.append((x - r, y - r, x + r, y + r))
    weight = {"camp": 0, "origin": 1, "host": 2, "border": 3, "town": 4}
    drawn: dict[str, Markup] = {}
    for spot in sorted(spots, key=lambda one: (not one.chosen, weight.get(one.kind, 5), one.name)):
        (x, y), r = at[spot.key], SIZES.get(spot.kind, 3.0)
        name = (
            spot.name if len(spot.name) <= LONGEST_NAME else spot.name[: LONGEST_NAME - 1].rstrip(" ,") + "…"
        )
        wide = NAME_WIDTH * len(name)
        dx, anchor = r + 3, "start"
        box = (x + dx, y - 7, x + dx + wide, y + 7)
        own = (x - r, y - r, x + r, y + r)
        if box[2] > SHEET.width - 4 or _meets(box, taken, own):
            left = (x - r - 3 - wide, y - 7, x - r - 3, y + 7)
            if left[0] > 4 and (box[2] > SHEET.width - 4 or not _meets(left, taken, own)):
                dx, anchor, box = -r - 3, "end", left
        meets = _meets(box, taken, own)
        if not meets:
            taken.append(box)
        text = tag(
            "text", name, x=float(x + dx), y=float(y + 4), text_anchor=anchor, font_size=SHEET.size,
            class_="name crowded" if meets else "name", direction="ltr", aria_hidden="true",
        )  # fmt: skip
        classes = f"spot {spot.kind}" + (" chosen" if spot.chosen else "")
        drawn[spot.key] = tag(
            "a", tag("title", spot.told), _mark(spot.kind, x, y, r), text,
            href=spot.link, class_=classes, data_key=spot.key, data_x=float(x), data_y=float(y),
            # what is seen has to be in what is heard, so that a place can be called by it
            aria_label=spot.told if name == spot.name else f"{name} {spot.told}",
        )  # fmt: skip
    return [drawn[spot.key] for spot in sorted(spots, key=lambda one: one.chosen)]


def _meets(box: Box, taken: Sequence[Box], own: Box) -> bool:
    """Tell whether a name would lie over another name or another place."""
    return any(box[0] < b[2] and box[2] > b[0] and box[1] < b[3] and box[3] > b[1] for b in taken if b != own)


def _mark(kind: str, x: float, y: float, r: float) -> Markup:
    """Draw the sign of a kind of place: kinds differ in shape, not in colour alone."""
    shapes = {
        "origin": [(x, y - r), (x + r, y), (x, y + r), (x - r, y)],
        "camp": [(x - r * 0.85, y - r * 0.85), (x + r * 0.85, y - r * 0.85), (x + r * 0.85, y + r * 0.85),
                 (x - r * 0.85, y + r * 0.85)],
        "border": [(x, y - r), (x + r, y + r * 0.8), (x - r, y + r * 0.8)],
    }  # fmt: skip
    if kind in shapes:
        return tag("path", d=path(shapes[kind], close=True), class_="sign")
    return tag("circle", cx=float(x), cy=float(y), r=float(r), class_="sign")


# -- curves --------------------------------------------------------------------------------------------------


def curve_of(distribution: Distribution, title: str, key: str) -> Curve:
    """Turn a distribution into the values of a curve: its quantiles on an even grid."""
    levels = tuple((np.arange(2000) + 0.5) / 2000)
    values = np.array(summary(distribution, levels))
    return Curve(title, key, values, np.ones(len(values)))


def draw_curves(
    curves: Sequence[Curve], title: str, told: str, say: Callable[[float], str], key: str = "curve"
) -> Markup:
    """Draw how likely values are: one outline for each curve, all with the same area, medians as lines.

    Parameters
    ----------
    curves
        The first lies at the back.
    say
        Writes a value of the axis.
    """
    ends = [_spread(curve) for curve in curves]
    low, high = min(end[0] for end in ends), max(end[2] for end in ends)
    logarithmic = low > 0 and min(end[3] for end in ends) > 0 and high / low > LOG_FROM * 2
    turn = np.log10 if logarithmic else np.asarray
    bottom, top = float(turn(low)), float(turn(high))
    if not isfinite(bottom) or not isfinite(top) or top - bottom <= 1e-12 * max(1.0, abs(top)):
        bottom, top = bottom - max(abs(bottom) * 0.1, 0.5), top + max(abs(top) * 0.1, 0.5)
    scale = Scale(bottom, top, LEFT, WIDE - LEFT)
    edges = np.linspace(bottom, top, BINS + 1)
    heights = [
        _heights(turn(_safe(curve.values, logarithmic, low)), curve.weights, edges) for curve in curves
    ]
    peak = max(float(height.max()) for height in heights) or 1.0
    floor = TALL - FOOT
    parts = [tag("line", x1=LEFT, y1=floor, x2=WIDE - LEFT, y2=floor, class_="axis")]
    for value in _ticks(low, high, logarithmic=logarithmic):
        x = scale(float(turn(value)))
        if LEFT - 1 <= x <= WIDE - LEFT + 1:
            parts.append(tag("line", x1=x, y1=floor, x2=x, y2=floor + 5, class_="axis"))
            parts.append(_axis_text(x, floor + 20, say(value)))
    for curve, height, end in zip(curves, heights, ends, strict=True):
        middles = (edges[:-1] + edges[1:]) / 2
        points = [
            (scale(float(x)), floor - (floor - 12) * float(h) / peak)
            for x, h in zip(middles, height, strict=True)
        ]
        around = [(points[0][0], floor), *points, (points[-1][0], floor)]
        parts.append(tag("path", d=path(around, close=True), class_=f"curve {curve.key}"))
        x = scale(float(turn(_safe(np.array([end[1]]), logarithmic, low))[0]))
        parts.append(tag("line", x1=x, y1=12.0, x2=x, y2=floor, class_=f"middle {curve.key}"))
    return figure(key, WIDE, TALL, title, told, *parts, class_="curves")


def draw_range(curves: Sequence[Curve], key: str, told: str) -> Markup:
    """Draw ranges from the 5 to the 95 % point as bars over one another, with their middles, for a list."""
    levels = (0.05, 0.5, 0.95)
    ends = [weighted(curve, levels) for curve in curves]
    low, high = min(end[0] for end in ends), max(end[2] for end in ends)
    logarithmic = low > 0 and high / low > LOG_FROM
    turn = log10 if logarithmic else float
    bottom, top = turn(low), turn(high)
    if top - bottom <= 1e-12:
        bottom, top = bottom - 1, top + 1
    scale = Scale(bottom, top, 6.0, 154.0)
    parts = []
    for n, (curve, end) in enumerate(zip(curves, ends, strict=True)):
        y = 8.0 + 12 * n
        a, m, b = (scale(turn(value)) for value in end)
        parts.append(tag("rect", x=a - 1, y=y - 3.5, width=max(b - a, 1.0) + 2, height=7.0, rx=3.5,
                         class_=f"bar {curve.key}"))  # fmt: skip
        parts.append(tag("circle", cx=m, cy=y, r=4.2, class_=f"dot {curve.key}"))
    return figure(key, 160, 4 + 12 * len(curves), told, told, *parts, class_="range")


def weighted(curve: Curve, levels: Sequence[float]) -> tuple[float, ...]:
    """Give quantiles of a curve."""
    order = np.argsort(curve.values, kind="stable")
    cumulated = np.cumsum(curve.weights[order]) / curve.weights.sum()
    at = np.minimum(np.searchsorted(cumulated, np.array(levels) - 1e-9), len(order) - 1)
    return tuple(float(value) for value in curve.values[order][at])


def _spread(curve: Curve) -> tuple[float, float, float, float]:
    """Give where a curve is to begin and end, its middle between them, and its lowest value."""
    low, middle, high = weighted(curve, (0.005, 0.5, 0.99))
    return low, middle, high, float(curve.values.min())


def _safe(values: FloatArray, logarithmic: bool, low: float) -> FloatArray:  # noqa: FBT001 - one of two axes
    return np.maximum(values, low * 0.5) if logarithmic else values


def _heights(values: FloatArray, weights: FloatArray, edges: FloatArray) -> FloatArray:
    counts, _ = np.histogram(values, bins=edges, weights=weights)
    share = counts / weights.sum()
    # few members would draw teeth that mean nothing
    wide = 1.0 if len(values) >= 2000 else 2.0 if len(values) >= 900 else 3.0
    kernel = np.exp(-0.5 * np.square(np.arange(-9, 10) / wide))
    widened = np.pad(share, 9, mode="edge")
    smooth: FloatArray = np.convolve(widened, kernel / kernel.sum(), mode="valid")
    return smooth


def _ticks(low: float, high: float, *, logarithmic: bool) -> list[float]:
    if not logarithmic:
        span = high - low or 1.0
        if low >= 0 and low < 0.4 * high:
            return nice_ticks(high, 5)
        step = nice_ticks(span, 4)[1]
        first = np.ceil(low / step) * step
        return [float(first + n * step) for n in range(8) if first + n * step <= high + step * 1e-6]
    steps = (1,) if high / low > 1e4 else (1, 3) if high / low > 100 else (1, 2, 5)
    decades = range(int(np.floor(log10(low))), int(np.ceil(log10(high))) + 1)
    return [step * 10.0**n for n in decades for step in steps if low <= step * 10.0**n <= high]


def _axis_text(x: float, y: float, text: str) -> Markup:
    return tag("text", text, x=float(x), y=float(y), text_anchor="middle", font_size=12, class_="tick")
