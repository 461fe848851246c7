"""Draws the pictures of the explanation pages from the code itself: what they show is what the model does."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

from havenward.brief.svg import (
    BAND_50,
    BAND_90,
    DARK,
    GREY,
    PALE,
    WARM,
    Scale,
    figure,
    label,
    line,
    nice_ticks,
    path,
    tag,
)
from havenward.case.load import load_case
from havenward.distributions import weighted_quantiles
from havenward.movement.rules import HAVENWARD
from havenward.pipeline import bundled_case, known_case, simulate
from havenward.settings import ForecastSettings

IMAGES = Path(__file__).parent / "images"
WIDTH, HEIGHT = 620.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 60.0, 150.0, 20.0, 34.0


def main() -> None:
    """Draw every picture."""
    IMAGES.mkdir(exist_ok=True)
    pictures = {
        "movement-hazard": draw_hazard(),
        "movement-room": draw_room(),
        "movement-distance": draw_distance(),
        "movement-members": draw_members(),
        "movement-day": draw_day(),
    }
    for name, picture in pictures.items():
        (IMAGES / f"{name}.svg").write_text(f"{picture}\n", encoding="utf-8", newline="\n")


def draw_hazard() -> str:
    """Draw the chance per day of leaving, of those who will leave, around the day the front arrives."""
    days = np.linspace(-30, 30, 241)
    hazard, early = 0.05, 0.0001
    curves = []
    for blocking, colour, words in ((0.0, BAND_50, "free to go"), (0.8, DARK, "held: 80 % prevented")):
        kept = (1 - blocking) * (early + hazard * np.exp(np.minimum(days, 0) / HAVENWARD.early_days))
        values = np.where(days >= 0, hazard, kept)
        curves.append((100 * (1 - np.exp(-values)), colour, words))
    return plot(
        "hazard",
        days,
        curves,
        "days from the front reaching the cell",
        "% a day",
        "Chance per day of leaving, of those who will leave",
    )


def draw_room() -> str:
    """Draw how a site's attraction falls as it fills."""
    filled = np.linspace(0, 1.6, 321)
    curves = []
    for floor, colour, words in ((0.25, DARK, "crowding 0.25"), (0.05, BAND_50, "crowding 0.05")):
        room = np.interp(filled, [0, HAVENWARD.full_from, 1, 2], [1, 1, floor, floor])
        curves.append((room, colour, words))
    return plot(
        "room",
        100 * filled,
        curves,
        "% of the places taken",
        "factor",
        "Attraction left to a site as it fills",
    )


def draw_distance() -> str:
    """Draw the weight of a site against its distance."""
    km = np.linspace(0, 200, 401)
    curves = [
        ((HAVENWARD.softening_km / (HAVENWARD.softening_km + km)) ** power, colour, f"exponent {power:g}")
        for power, colour in ((1.8, WARM), (1.0, DARK), (0.56, BAND_50))
    ]
    return plot(
        "distance",
        km,
        curves,
        "km by road",
        "weight",
        "Weight of a site by distance, beside one at no distance",
    )


def draw_day() -> str:
    """Draw the way of people through one day: where they are, what moves them on, and what decides it."""
    rules = HAVENWARD
    stations = (
        (18.0, "at home", "who will leave", "is drawn once"),
        (165, "on the road", f"on foot {rules.foot_km_per_day:g} km a day",
         f"riding {rules.ride_km_per_day:g} km a day"),
        (312, "at a gate", "waiting days,", "people passed a day"),
        (459, "at a site", f"fewer come from {100 * rules.full_from:g} %", "of its places on"),
    )  # fmt: skip
    moves: tuple[tuple[float, str, str], ...] = (
        (136, "leave", "front, shock"),
        (283, "arrive", ""),
        (430, "pass", ""),
    )
    wide, high, top = 118.0, 62.0, 62.0
    parts: list[object] = []
    for left, name, first, second in stations:
        parts.append(
            tag(
                "rect", x=left, y=top, width=wide, height=high, rx=6, fill=PALE, stroke=DARK, stroke_width=1.2
            )
        )
        middle = left + wide / 2
        parts.append(label(middle, top + 20, name, anchor="middle", size=13, fill=DARK, weight="600"))
        parts.append(label(middle, top + 38, first, anchor="middle", size=10.5, fill=GREY))
        parts.append(label(middle, top + 52, second, anchor="middle", size=10.5, fill=GREY))
    for start, name, why in moves:
        parts += arrow([(start, top + high / 2), (start + 27, top + high / 2)])
        parts.append(label(start + 14, top - 22, name, anchor="middle", size=12, weight="600"))
        parts.append(label(start + 14, top - 9, why, anchor="middle", size=10.5, fill=GREY))
    ways_back: tuple[tuple[list[tuple[float, float]], float, float, str], ...] = (
        (
            [(518, top + high), (518, 168), (77, 168), (77, top + high)], 297, 162,
            f"return: once all towns of the group have been passed, over {rules.return_ramp_days:g} days",
        ),
        (
            [(545, top), (545, 30), (491, 30), (491, top)], 518, 22, "move on to host families",
        ),
    )  # fmt: skip
    for points, x, y, words in ways_back:
        parts += arrow(points)
        parts.append(label(x, y, words, anchor="middle", size=10.5, fill=GREY))
    weight = f"attraction x room / ({rules.softening_km:g} km + distance)^exponent"
    choice = f"where to: {weight}, up to {rules.awareness_links} links ahead"
    parts.append(label(297, 200, choice, anchor="middle", size=12, fill=WARM, weight="600"))
    title = "One day of the model"
    words = "At home, on the road, at a gate, at a site; arrows lead on, to host families, and home."
    drawing = figure("movement-day", WIDTH, 214.0, title, words, *parts)
    return str(drawing).replace("<svg ", '<svg font-family="sans-serif" ', 1)


def arrow(points: list[tuple[float, float]]) -> list[object]:
    """Draw a line with a head at its last point."""
    (x0, y0), (x, y) = points[-2:]
    across, down = float(np.sign(x - x0)), float(np.sign(y - y0))  # shafts run level or upright
    back = (x - 8 * across, y - 8 * down)
    head = [
        (x, y),
        (back[0] - 3.5 * down, back[1] + 3.5 * across),
        (back[0] + 3.5 * down, back[1] - 3.5 * across),
    ]
    shaft = [*points[:-1], back]
    return [
        tag("path", d=path(shaft), fill="none", stroke=DARK, stroke_width=1.4),
        tag("path", d=path(head, close=True), fill=DARK),
    ]


def draw_members() -> str:
    """Draw a few members of the bundled case beside the range of all."""
    case = load_case(bundled_case())
    settings = ForecastSettings(dt.date(2016, 10, 16), 240, members=400, track="D")
    ensemble = simulate(known_case(case, settings), settings, workers=2)
    days = np.arange(ensemble.displaced.shape[1])
    low, high = weighted_quantiles(ensemble.displaced, ensemble.weights, (0.05, 0.95)) / 1000.0
    members = [(ensemble.displaced[m] / 1000.0, DARK, "six members" if m == 0 else "") for m in range(6)]
    return plot(
        "members",
        days,
        members,
        "days from the origin date, 16 October 2016",
        "thousand",
        "People displaced: six members, and where nine in ten of 400 lie",
        band=(low, high),
    )


def plot(
    key: str,
    x: np.ndarray,
    curves: list[tuple[np.ndarray, str, str]],
    x_words: str,
    y_words: str,
    title: str,
    band: tuple[np.ndarray, np.ndarray] | None = None,
) -> str:
    """Draw curves over one axis, each named at its end."""
    top = max(float(values.max()) for values, _, _ in curves)
    if band is not None:
        top = max(top, float(band[1].max()))
    ticks = nice_ticks(top, 4)
    across = Scale(float(x[0]), float(x[-1]), LEFT, WIDTH - RIGHT)
    up = Scale(0, ticks[-1], HEIGHT - BOTTOM, TOP)
    parts: list[object] = [label(LEFT - 8, TOP - 8, y_words, anchor="end", size=11, fill=GREY)]
    for tick in ticks:
        parts.append(line(LEFT, up(tick), WIDTH - RIGHT, up(tick)))
        parts.append(label(LEFT - 8, up(tick) + 4, f"{tick:g}", anchor="end", size=11, fill=GREY))
    parts += [
        label(across(value), HEIGHT - BOTTOM + 16, f"{value:.0f}", anchor="middle", size=11, fill=GREY)
        for value in np.linspace(x[0], x[-1], 5)
    ]
    parts.append(label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4, x_words, anchor="middle", size=11, fill=GREY))
    if band is not None:
        edge = [(across(a), up(b)) for a, b in zip(x, band[1], strict=True)]
        edge += [(across(a), up(b)) for a, b in zip(x, band[0], strict=True)][::-1]
        parts.append(tag("path", d=path(edge, close=True), fill=BAND_90))
    taken: list[float] = []
    for values, colour, words in curves:
        points = [(across(a), up(b)) for a, b in zip(x, values, strict=True)]
        parts.append(tag("path", d=path(points), fill="none", stroke=colour, stroke_width=1.8))
        if words:
            at = points[-1][1] + 4
            while any(abs(at - other) < 14 for other in taken):
                at -= 14
            taken.append(at)
            parts.append(label(WIDTH - RIGHT + 8, at, words, size=11, fill=colour, weight="600"))
    drawing = figure(f"movement-{key}", WIDTH, HEIGHT, title, f"{title}, against {x_words}.", *parts)
    return str(drawing).replace("<svg ", '<svg font-family="sans-serif" ', 1)


if __name__ == "__main__":
    main()
