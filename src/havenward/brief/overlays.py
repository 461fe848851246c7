"""What is drawn over a forecast: what it would be if one thing were otherwise, and single members."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from havenward.brief.svg import (
    BAND_50,
    BAND_90,
    DARK,
    GREY,
    INK,
    RULE,
    WARM,
    Scale,
    figure,
    label,
    line,
    nice_ticks,
    path,
    tag,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from markupsafe import Markup

    from havenward.brief.charts import Frame
    from havenward.brief.content import Amount, Fan
    from havenward.words import Words

MEMBER = "#5b8db3"  # apart from the bands below and the median above, in print without colour too
MOST_DATES = 6
KEY_HEIGHT = 18


class Plot(NamedTuple):
    """The room of a chart and how days and people come to places in it."""

    frame: Frame
    x: Scale
    y: Scale
    start: date

    def points(self, dates: Sequence[date], values: Sequence[float]) -> list[tuple[float, float]]:
        """Give the places of values by day."""
        return [
            (self.x((day - self.start).days), self.y(value)) for day, value in zip(dates, values, strict=True)
        ]


def two_fans_chart(
    key: str,
    before: Fan,
    after: Fan,
    title: str,
    description: str,
    frame: Frame,
    words: Words,
    names: tuple[str, str],
) -> Markup:
    """Draw a forecast in blue, and what it would be in warm lines: the middle, dashed 1 in 20 either side.

    Parameters
    ----------
    key
        Prefix of the identifiers in the drawing; unique on its page.
    before, after
        Of the same days, or of days that overlap.
    names
        What the lines below the chart call them.
    """
    plot, parts = _lay(frame, sorted({*before.dates, *after.dates}), max(*before.q95, *after.q95), words)
    parts += _bands(plot, before)
    parts.append(_line(plot, before.dates, before.q50, DARK, 1.8))
    for values in (after.q05, after.q95):
        parts.append(_line(plot, after.dates, values, WARM, 1.2, "4 3"))
    parts.append(_line(plot, after.dates, after.q50, WARM, 2.2))
    parts += _key(frame, ((DARK, names[0]), (WARM, names[1])))
    return figure(key, frame.width, frame.height + KEY_HEIGHT, title, description, *parts)


def members_chart(
    key: str,
    fan: Fan,
    members: Sequence[Sequence[float]],
    title: str,
    description: str,
    frame: Frame,
    words: Words,
    capacity: Amount | None = None,
) -> Markup:
    """Draw single members as thin lines over their fan.

    Parameters
    ----------
    key
        Prefix of the identifiers in the drawing; unique on its page.
    members
        Of each the people on the days of the fan.
    capacity
        A dashed line; left out where it lies above everything.
    """
    top = max([*fan.q95, *(value for row in members for value in row)], default=0)
    plot, parts = _lay(frame, fan.dates, top, words)
    parts += _bands(plot, fan)
    parts += [_line(plot, fan.dates, row, MEMBER, 0.9) for row in members]
    parts.append(_line(plot, fan.dates, fan.q50, DARK, 1.8))
    if capacity is not None and capacity.central is not None and capacity.central <= top:
        level = plot.y(capacity.central)
        parts.append(
            line(frame.left, level, frame.width - frame.right, level, stroke=WARM, width=1.4, dash="5 3")
        )
    parts += _key(
        frame, ((DARK, words.say("chart_central")), (MEMBER, words.say("web_members", n=len(members))))
    )
    return figure(key, frame.width, frame.height + KEY_HEIGHT, title, description, *parts)


def _lay(frame: Frame, dates: Sequence[date], top: float, words: Words) -> tuple[Plot, list[Markup]]:
    """Lay out the axes: people upwards, the first days of months below."""
    ticks = nice_ticks(top, 2 if frame.small else 4)
    plot = Plot(
        frame,
        Scale(0, max((dates[-1] - dates[0]).days, 1), frame.left, frame.width - frame.right),
        Scale(0, ticks[-1], frame.height - frame.bottom, frame.top),
        dates[0],
    )
    parts = []
    for tick in ticks:
        level = plot.y(tick)
        parts.append(line(frame.left, level, frame.width - frame.right, level, stroke=RULE if tick else GREY))
        text = words.say_number(tick) if tick == int(tick) else words.say_decimal(tick)
        parts.append(label(frame.left - 5, level + 4, text, anchor="end", size=frame.size - 1, fill=GREY))
    shown = [day for day in dates if day.day == 1] or [dates[0], dates[-1]]
    for day in shown[:: -(-len(shown) // (MOST_DATES // 2 if frame.small else MOST_DATES))]:
        at, bottom = plot.x((day - dates[0]).days), frame.height - frame.bottom
        text = words.say("chart_day", day=day.day, month=words.say_short_month(day.month))
        parts.append(line(at, bottom, at, bottom + 4, stroke=GREY))
        parts.append(
            label(at, bottom + 1.25 * frame.size, text, anchor="middle", size=frame.size - 1, fill=GREY)
        )
    return plot, parts


def _bands(plot: Plot, fan: Fan) -> list[Markup]:
    return [
        tag(
            "path",
            d=path(plot.points(fan.dates, high) + plot.points(fan.dates, low)[::-1], close=True),
            fill=fill,
        )
        for low, high, fill in ((fan.q05, fan.q95, BAND_90), (fan.q25, fan.q75, BAND_50))
    ]


def _line(
    plot: Plot,
    dates: Sequence[date],
    values: Sequence[float],
    stroke: str,
    width: float,
    dash: str | None = None,
) -> Markup:
    return tag(
        "path",
        d=path(plot.points(dates, values)),
        fill="none",
        stroke=stroke,
        stroke_width=width,
        stroke_dasharray=dash,
    )


def _key(frame: Frame, rows: Sequence[tuple[str, str]]) -> list[Markup]:
    """Say below the chart which line is which."""
    parts: list[Markup] = []
    x, y = float(frame.left), frame.height + KEY_HEIGHT / 2
    if frame.small:
        return parts  # the large drawing beside it says so
    for colour, text in rows:
        parts.append(line(x, y, x + 18, y, stroke=colour, width=2.4))
        parts.append(label(x + 23, y + 4, text, size=frame.size, fill=INK))
        x += 40 + 0.56 * frame.size * len(text)
    return parts
