"""How SVG is written: elements with every text and attribute escaped, numbers short, scales and ticks.

A drawing runs from left to right in every language: its time axis does, as on charts of Arabic newspapers
and statistics, and what a map shows has no mirror image. A label with Arabic words is set right to left.
"""

from __future__ import annotations

from math import floor, log10
from typing import NamedTuple

from markupsafe import Markup, escape

from havenward.words import ARABIC, END

# One family of blue for people, one warm contrast for shortfall, greys for context; the three blues differ
# in lightness, so that they stay apart in print without colour.
DARK = "#0b3a5b"
BAND_50 = "#7fb0d3"
BAND_90 = "#cfe2ef"
WARM = "#a63c06"
INK = "#1d2733"
GREY = "#55606b"
RULE = "#d5dbe1"
PALE = "#eef2f5"
RTL_START = "\u2067"


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """Write an element; `class_` is class, underscores in names become hyphens, None leaves one out."""
    parts = [f"<{name}"]
    for key, value in attributes.items():
        if value is not None:
            text = short(value) if isinstance(value, float) else str(value)
            parts.append(f' {key.rstrip("_").replace("_", "-")}="{escape(text)}"')
    parts.append(">")
    parts += [str(escape(child)) for child in children]
    parts.append(f"</{name}>")
    return Markup("".join(parts))  # noqa: S704 - every piece was escaped above


def join(parts: list[Markup]) -> Markup:
    """Join elements that are escaped already."""
    return Markup("").join(parts)


def short(value: float) -> str:
    """Write a coordinate with one decimal at most: finer is invisible and would carry exact counts."""
    return f"{value:.1f}".rstrip("0").rstrip(".") if value else "0"


def figure(
    key: str,
    width: float,
    height: float,
    title: str,
    description: str,
    *children: object,
    class_: str = "chart",
) -> Markup:
    """Write a whole drawing with its title and description for those who cannot see it."""
    return tag(
        "svg",
        tag("title", title, id=f"{key}-t"),
        tag("desc", description, id=f"{key}-d"),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {short(width)} {short(height)}",
        role="img",
        direction="ltr",
        aria_labelledby=f"{key}-t {key}-d",
        class_=class_,
    )


def label(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    size: float = 11,
    fill: str = INK,
    weight: str | None = None,
    halo: bool = False,
) -> Markup:
    """Write a text; a halo keeps it readable over lines."""
    around = {"stroke": "#fff", "stroke_width": 3.0, "stroke_linejoin": "round"} if halo else {}
    place = {"x": float(x), "y": float(y), "text_anchor": anchor, "font_size": size, "font_weight": weight}
    if not ARABIC.search(text):
        return tag("text", text, **place, fill=fill, **around, paint_order="stroke" if halo else None)
    words = f"{RTL_START}{text}{END}"
    drawn = tag("text", words, **place, fill=fill)
    # letters that are joined would cut into one another with their halos: these are drawn below all letters
    return tag("text", words, **place, fill="#fff", aria_hidden="true", **around) + drawn if halo else drawn


def line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    *,
    stroke: str = RULE,
    width: float = 1,
    dash: str | None = None,
) -> Markup:
    """Draw a straight line."""
    return tag(
        "line",
        x1=float(x1),
        y1=float(y1),
        x2=float(x2),
        y2=float(y2),
        stroke=stroke,
        stroke_width=width,
        stroke_dasharray=dash,
    )


def path(points: list[tuple[float, float]], *, close: bool = False) -> str:
    """Write the data of a path through points."""
    return "M" + "L".join(f"{short(x)} {short(y)}" for x, y in points) + ("Z" if close else "")


class Scale(NamedTuple):
    """A linear scale from values to positions."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Give the position of a value."""
        span = self.high - self.low or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)


def nice_ticks(top: float, count: int = 4) -> list[float]:
    """Choose round values from 0 that reach `top`."""
    if top <= 0:
        return [0.0, 1.0]
    raw = top / count
    base = 10 ** floor(log10(raw))
    step = next(m * base for m in (1, 2, 2.5, 5, 10) if m * base >= raw * 0.999)
    ticks = [0.0]
    while ticks[-1] < top * 0.999:
        ticks.append(ticks[-1] + step)
    return ticks
