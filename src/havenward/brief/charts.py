"""What a forecast looks like: fans of people over time with capacity and counts, and ranges side by side."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from havenward.brief.svg import (
    BAND_50,
    BAND_90,
    DARK,
    GREY,
    INK,
    PALE,
    RULE,
    WARM,
    Scale,
    figure,
    join,
    label,
    line,
    nice_ticks,
    path,
    tag,
)
from havenward.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from havenward.brief.content import Amount, Count, Fan

LETTER = 0.5  # a letter of a label is about so wide, in sizes of it
SHORT_HORIZON = 62  # days up to which ticks are fortnights, not months


class Frame(NamedTuple):
    """The size of a fan chart and the room around its plot."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    size: float
    small: bool


LARGE = Frame(460, 270, 54, 84, 18, 30, 12, small=False)
SMALL = Frame(250, 116, 48, 8, 16, 20, 11, small=True)
# on paper a unit is a point, and no letter is smaller than 9 points
PRINT = Frame(262, 168, 46, 74, 16, 24, 10.5, small=False)
PRINT_SMALL = Frame(172, 80, 42, 6, 13, 17, 10, small=True)
SLIDE = Frame(720, 370, 76, 130, 28, 42, 18, small=False)


class FanSettings(NamedTuple):
    """What is drawn beside a fan; `steps` gives the capacity from each day on, until the site closes."""

    capacity: Amount | None = None
    capacity_word: str = ""
    counts: Sequence[Count] = ()
    first_likely: date | None = None
    origin: date | None = None
    until: date | None = None
    steps: Sequence[tuple[date, Amount]] = ()
    closes: date | None = None


def fan_chart(
    key: str,
    fan: Fan,
    title: str,
    description: str,
    frame: Frame,
    beside: FanSettings | None = None,
    words: Words | None = None,
) -> Markup:
    """Draw a forecast: 90 and 50 % bands, median, counts as dots, capacity as a dashed line.

    Parameters
    ----------
    key
        Prefix of the identifiers in the drawing; unique on its page.
    fan
        What is expected.
    title, description
        For those who cannot see the drawing.
    frame
        `LARGE` labels its bands; `SMALL` is for many sites side by side.
    beside
        Capacity, counts and marks.
    words
        Language of the labels; English where none is given.
    """
    beside, words = beside or FanSettings(), words or Words()
    start, end = fan.dates[0], beside.until or fan.dates[-1]
    if beside.origin:
        start = min(start, beside.origin)
    if beside.counts:
        start = min(start, *(count.date for count in beside.counts))
    peak = max([*fan.q95, *(count.persons for count in beside.counts)], default=0)
    limits = [amount.central or 0 for _, amount in beside.steps]
    limit = max([beside.capacity.central or 0, *limits]) if beside.capacity else None
    fits = limit is not None and limit <= max(peak, 1) * (2.2 if frame.small else 3)
    ticks = nice_ticks(max(peak, limit if fits and limit else 0), 2 if frame.small else 4)
    x = Scale(0, max((end - start).days, 1), frame.left, frame.width - frame.right)
    y = Scale(0, ticks[-1], frame.height - frame.bottom, frame.top)
    xs = [x((day - start).days) for day in fan.dates]
    parts = [*_axes(frame, x, y, ticks, start, end, words)]
    for low, high, fill in ((fan.q05, fan.q95, BAND_90), (fan.q25, fan.q75, BAND_50)):
        upper = [(a, y(b)) for a, b in zip(xs, high, strict=True)]
        lower = [(a, y(b)) for a, b in zip(xs, low, strict=True)]
        parts.append(tag("path", d=path(upper + lower[::-1], close=True), fill=fill))
    parts.append(
        tag(
            "path",
            d=path([(a, y(b)) for a, b in zip(xs, fan.q50, strict=True)]),
            fill="none",
            stroke=DARK,
            stroke_width=2 if not frame.small else 1.6,
        )
    )
    parts += _capacity(frame, y, beside, _spans(x, beside, start, end), words, fits=fits)
    if beside.first_likely and beside.first_likely <= end:
        at = x((beside.first_likely - start).days)
        parts.append(line(at, frame.top, at, frame.height - frame.bottom, stroke=WARM, width=1.2))
        right = at < (frame.left + frame.width - frame.right) / 2
        parts.append(
            label(
                at + (4 if right else -4),
                frame.top + 10,
                _without_year(beside.first_likely, words),
                anchor="start" if right else "end",
                size=frame.size - 1,
                fill=WARM,
                halo=True,
                weight="600",
            )
        )
    if beside.origin and not frame.small and beside.origin > start:
        at = x((beside.origin - start).days)
        parts.append(line(at, frame.top, at, frame.height - frame.bottom, stroke=GREY, dash="2 3"))
    parts += _dots(frame, x, y, [count for count in beside.counts if start <= count.date <= end], start)
    if not frame.small:
        parts += _band_labels(frame, y, fan, xs[-1], words)
    return figure(key, frame.width, frame.height, title, description, *parts)


def _dots(frame: Frame, x: Scale, y: Scale, counts: Sequence[Count], start: date) -> list[Markup]:
    """Draw counts as dots, each series in its own way and named at its last dot."""
    parts = []
    for n, series in enumerate(sorted({count.series for count in counts})):
        rows = [count for count in counts if count.series == series]
        fill, stroke = ((INK, "#fff"), ("#fff", INK), (GREY, "#fff"))[n % 3]
        parts += [
            tag(
                "circle",
                cx=x((row.date - start).days),
                cy=y(row.persons),
                r=2.6 if frame.small else 3.0,
                fill=fill,
                stroke=stroke,
                stroke_width=0.8 if stroke == "#fff" else 1.2,
            )
            for row in rows
        ]
        if not frame.small:
            last = max(rows, key=lambda row: row.date)
            at = x((last.date - start).days)
            side = "end" if at > frame.left + 60 else "start"
            parts.append(
                label(
                    at, y(last.persons) - 7, series, anchor=side, size=frame.size - 1, halo=True, weight="600"
                )
            )
    return parts


def _without_year(day: date, words: Words) -> str:
    return words.say("chart_day", day=day.day, month=words.say_short_month(day.month))


def _axes(
    frame: Frame, x: Scale, y: Scale, ticks: Sequence[float], start: date, end: date, words: Words
) -> list[Markup]:
    parts = []
    for tick in ticks:
        parts.append(
            line(frame.left, y(tick), frame.width - frame.right, y(tick), stroke=GREY if tick == 0 else RULE)
        )
        parts.append(
            label(
                frame.left - 5,
                y(tick) + 4,
                _tick_words(tick, words),
                anchor="end",
                size=frame.size - 1,
                fill=GREY,
            )
        )
    free = 0.0  # where the next date may begin: one that would run into the last is left out
    for day, text in _date_ticks(start, end, words, small=frame.small):
        at = x((day - start).days)
        half = len(text) * LETTER * frame.size / 2
        if at - half < free or at + half > frame.width:
            continue
        free = at + half + 4
        parts.append(line(at, frame.height - frame.bottom, at, frame.height - frame.bottom + 4, stroke=GREY))
        parts.append(
            label(
                at,
                frame.height - frame.bottom + 1.25 * frame.size,
                text,
                anchor="middle",
                size=frame.size - 1,
                fill=GREY,
            )
        )
    return parts


def _tick_words(value: float, words: Words) -> str:
    if value >= 1_000_000:
        return words.say("chart_million", n=words.say_decimal(value / 1e6))
    return words.say_number(value) if value == int(value) else words.say_decimal(value)


def _date_ticks(start: date, end: date, words: Words, *, small: bool) -> list[tuple[date, str]]:
    """Choose the dates named under a chart: fortnights for short horizons, first days of months else."""
    if (end - start).days <= SHORT_HORIZON:
        step = 28 if small else 14
        days = [start + timedelta(days=n) for n in range(0, (end - start).days + 1, step)]
        return [(day, _without_year(day, words)) for day in days]
    firsts = []
    day = date(start.year, start.month, 1)
    while day <= end:
        if day >= start:
            firsts.append(day)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    every = -(-len(firsts) // (4 if small else 6))
    chosen = [first for first in firsts if (first.month - 1) % every == 0]
    # the year stands once at each January, or at the first date where there is none
    dated = [first for first in chosen if first.month == 1] or chosen[:1]
    return [
        (first, words.say_short_month(first.month) + (f" {first.year}" if first in dated else ""))
        for first in chosen
    ]


def _spans(x: Scale, beside: FanSettings, start: date, end: date) -> list[tuple[float, float, Amount]]:
    """Give from where to where each capacity holds."""
    last = min(end, beside.closes) if beside.closes else end
    begins = [max(start, day) for day, _ in beside.steps]
    ends = [min(day, last) for day in (*begins[1:], last)][: len(begins)]
    return [
        (x((begin - start).days), x((stop - start).days), amount)
        for begin, stop, (_, amount) in zip(begins, ends, beside.steps, strict=True)
        if begin < stop
    ]


def _capacity(
    frame: Frame,
    y: Scale,
    beside: FanSettings,
    spans: Sequence[tuple[float, float, Amount]],
    words: Words,
    *,
    fits: bool,
) -> list[Markup]:
    """Draw the capacity as a dashed line with its number; one that lies far above is named at the top."""
    if beside.capacity is None or beside.capacity.central is None:
        return []
    shown = spans[0][2] if spans else beside.capacity
    levels = [words.say_people(amount.central, 0) for _, _, amount in spans]
    text = _capacity_words(frame, levels or [words.say_people(shown.central, 0)], beside, words, fits=fits)
    if not fits:
        return [
            label(
                frame.width - frame.right,
                frame.top - 5,
                text,
                anchor="end",
                size=frame.size - 1,
                fill=WARM,
            )
        ]
    at = y(shown.central or 0)
    parts = []
    if beside.capacity.low != beside.capacity.high and None not in {
        beside.capacity.low,
        beside.capacity.high,
    }:
        top = max(y(beside.capacity.high or 0), frame.top)
        parts.append(
            tag(
                "rect",
                x=float(frame.width - frame.right),
                y=top,
                width=4.0,
                height=max(y(beside.capacity.low or 0) - top, 1.0),
                fill=WARM,
            )
        )
    for begin, stop, amount in spans:
        level = y(amount.central or 0)
        parts.append(line(begin, level, stop, level, stroke=WARM, width=1.4, dash="5 3"))
    above = at - 4
    if beside.first_likely and abs(above - frame.top - 10) < frame.size:
        above = at + frame.size + 1  # the date of the first likely shortfall stands there
    parts.append(label(frame.left + 3, above, text, size=frame.size - 1, fill=WARM, halo=True))
    return parts


def _capacity_words(frame: Frame, levels: list[str], beside: FanSettings, words: Words, *, fits: bool) -> str:
    """Write the longest label of a capacity that there is room for."""
    full = words.say("chart_capacity", levels=words.say("chart_then").join(levels))
    short = words.say("chart_capacity", levels=levels[0] if len(levels) == 1 else f"{levels[0]}\u2026")
    known = f"{full} ({beside.capacity_word})" if beside.capacity_word else full
    forms = [known, full, short]
    if not fits:
        forms = [
            *(words.say("chart_above", capacity=form) for form in (known, full)),
            words.say("chart_above_short", capacity=short),
            short,
        ]
    room = frame.width - frame.right - (0 if not fits else frame.left)
    return next((form for form in forms if len(form) * LETTER * frame.size <= room), forms[-1])


def _band_labels(frame: Frame, y: Scale, fan: Fan, at: float, words: Words) -> list[Markup]:
    """Name the bands at the end of the chart, kept apart where they come close."""
    bands = [
        (fan.q95[-1], words.say("chart_high"), GREY),
        (fan.q50[-1], words.say("chart_central"), DARK),
        (fan.q05[-1], words.say("chart_low"), GREY),
    ]
    places = [y(value) for value, *_ in bands]
    gap = 2.25 * frame.size
    places[1] = min(max(places[1], places[0] + gap), frame.height - frame.bottom - gap)
    places[0] = min(places[0], places[1] - gap)
    places[2] = max(places[2], places[1] + gap)
    parts = []
    for position, (value, name, fill) in zip(places, bands, strict=True):
        number = words.say_people(value, 0)
        parts.append(line(at + 1, y(value), at + 8, position, stroke=RULE))
        parts.append(label(at + 10, position + 1, number, size=frame.size, fill=fill, weight="600"))
        parts.append(label(at + 10, position + 1.08 * frame.size, name, size=frame.size - 1.5, fill=GREY))
    return parts


class RangeBar(NamedTuple):
    """A row of a range chart; `low` or `high` is None where it is open, `ours` marks a forecast."""

    words: str
    detail: str
    low: float | None
    central: float | None
    high: float | None
    ours: bool = False


def range_chart(
    key: str,
    rows: Sequence[RangeBar],
    title: str,
    description: str,
    marks: Sequence[tuple[float, str]] = (),
    words: Words | None = None,
) -> Markup:
    """Draw ranges below one another on one scale; marks are upright lines such as what was counted."""
    words = words or Words()
    width, row_height, left, right, top = 460.0, 34.0, 12.0, 20.0, 30.0 if marks else 12.0
    height = top + row_height * len(rows) + 26
    numbers = [v for row in rows for v in (row.low, row.central, row.high) if v is not None]
    ticks = nice_ticks(max([*numbers, *(value for value, _ in marks)], default=1), 4)
    x = Scale(0, ticks[-1], left, width - right)
    bottom = height - 22
    parts = []
    for tick in ticks:
        parts.append(line(x(tick), top, x(tick), bottom))
        parts.append(label(x(tick), bottom + 14, _tick_words(tick, words), anchor="middle", fill=GREY))
    for n, (value, text) in enumerate(marks):
        parts.append(line(x(value), top - 4, x(value), bottom, stroke=INK, width=1.4, dash="2 2"))
        side = "end" if x(value) > width * 0.6 else "start"
        parts.append(label(x(value), top - 8 - 12 * (n % 2), text, anchor=side, fill=INK, weight="600"))
    for n, row in enumerate(rows):
        middle = top + n * row_height + 24
        parts.append(
            label(
                left + 2,
                middle - 9,
                f"{row.words}  {row.detail}".strip(),
                halo=True,
                weight="600" if row.ours else None,
            )
        )
        colour = DARK if row.ours else GREY
        low, high = row.low, row.high
        if low is not None and high is not None and low != high:
            parts.append(
                line(x(low), middle, x(high), middle, stroke=BAND_50 if row.ours else "#9aa5b0", width=7)
            )
        elif low is not None and high is None:
            parts.append(_arrow(x(low), middle, 1))
        elif high is not None and low is None and row.central is None:
            parts.append(_arrow(x(high), middle, -1))
        centre = (
            row.central if row.central is not None else low if high is None else high if low is None else None
        )
        if centre is not None:
            parts.append(tag("circle", cx=x(centre), cy=middle, r=4.0, fill=colour, stroke="#fff"))
    background = tag(
        "rect", x=left, y=top, width=width - left - right, height=bottom - top, fill=PALE, fill_opacity="0.4"
    )
    return figure(key, width, height, title, description, background, join(parts), class_="chart ranges")


def _arrow(x: float, y: float, side: int) -> Markup:
    """Draw a bound: an arrow to the open side."""
    tip = x + 26 * side
    return join(
        [
            line(x, y, tip, y, stroke="#9aa5b0", width=2.5),
            tag(
                "path", d=path([(tip, y - 4), (tip + 6 * side, y), (tip, y + 4)], close=True), fill="#9aa5b0"
            ),
        ]
    )
