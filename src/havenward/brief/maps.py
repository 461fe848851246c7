"""Where people will be: a map with circles in proportion to people and rings for capacity."""

from __future__ import annotations

from math import cos, hypot, log10, pi, radians, sin, sqrt
from typing import TYPE_CHECKING, NamedTuple

from havenward.brief.svg import BAND_50, DARK, GREY, INK, PALE, RULE, WARM, figure, join, label, line, tag
from havenward.brief.wording import say, say_date, say_number, say_people
from havenward.geography import distance_km

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from markupsafe import Markup

    from havenward.brief.content import Brief, Place
    from havenward.brief.release import Guard

WIDTH = 560.0
MARGIN = 64.0
LARGEST = 26.0  # radius of the largest circle
SMALLEST = 2.5
KEY_HEIGHT = 2 * LARGEST + 8
LONGEST_NAME = 26
NAMED = 12  # places that are named on the map; all have their number of the table
TOO_CLOSE = 4.0  # places nearer than this on the page count as one point and are spread


class Spot(NamedTuple):
    """A place on the page; `moved` when it was spread from others at the same point."""

    number: int
    place: Place
    x: float
    y: float
    radius: float
    ring: float
    moved: bool


class MapNotes(NamedTuple):
    """What the text beside a map must tell."""

    without_position: tuple[str, ...]
    approximate: bool
    moved: bool


def draw_map(brief: Brief) -> tuple[Markup | None, MapNotes]:
    """Draw the receiving places of a brief; None where no place has a position."""
    with_position = [
        (n, place)
        for n, place in enumerate(brief.places, start=1)
        if place.latitude is not None and place.longitude is not None
    ]
    notes = MapNotes(
        tuple(place.name for place in brief.places if place.latitude is None),
        any(place.approximate for _, place in with_position),
        moved=False,
    )
    if not with_position:
        return None, notes
    spots, height, degrees_per_unit = _lay_out(with_position, brief.focal_day)
    parts = [tag("rect", x=0.5, y=0.5, width=WIDTH - 1, height=height - 1, fill=PALE, stroke=RULE)]
    for spot in sorted(spots, key=lambda spot: -max(spot.radius, spot.ring)):
        parts += _spot(spot)
    parts += _labels(spots, brief.focal_day, brief.guard, height)
    middle = sum(spot.place.latitude or 0 for spot in spots) / len(spots)
    parts += _scale_bar(degrees_per_unit, middle, height)
    parts.append(_north())
    largest = ", ".join(
        f"{spot.place.name} {say_people(spot.place.on(brief.focal_day).central, brief.suppress_below)}"
        for spot in spots[:5]
    )
    day = say_date(brief.focal_day)
    parts += _circle_key(_peak(brief.places, brief.focal_day), height)
    drawing = figure(
        "map",
        WIDTH,
        height + KEY_HEIGHT,
        f"Receiving places on {day}",
        say("map_alt", n=len(spots), day=day, largest=largest),
        *parts,
        class_="chart map",
    )
    return drawing, notes._replace(moved=any(spot.moved for spot in spots))


def _circle_key(peak: float, top: float) -> list[Markup]:
    """Draw what the circles stand for, in the same drawing, so that the scale is the same at any size."""
    if peak <= 0:
        return []
    step = 10 ** int(log10(peak))
    sizes = [value for value in (step * 5, step, step / 5) if 1 <= value <= peak]
    parts, x, y = [], 6.0, top + KEY_HEIGHT / 2 + 2
    for value in sizes:
        radius = _radius(value, peak)
        x += radius
        parts.append(tag("circle", cx=x, cy=y, r=radius, fill=BAND_50, stroke=DARK))
        parts.append(label(x + radius + 4, y + 4, f"{say_number(value)} people", fill=GREY))
        x += radius + 92
    parts.append(
        tag(
            "circle",
            cx=x + 12,
            cy=y,
            r=11.0,
            fill="none",
            stroke=WARM,
            stroke_width=1.5,
            stroke_dasharray="4 2",
        )
    )
    parts.append(label(x + 28, y + 4, "capacity", fill=GREY))
    return parts


def _peak(places: Sequence[Place], day: date) -> float:
    return max((place.on(day).central or 0 for place in places), default=0)


def _radius(people: float, peak: float) -> float:
    """Give the radius of a circle whose area is in proportion to people."""
    return LARGEST * sqrt(max(people, 0) / peak) if peak > 0 else 0.0


def _lay_out(places: Sequence[tuple[int, Place]], day: date) -> tuple[list[Spot], float, float]:
    """Project places on the page (equirectangular, true at the middle) and spread those that meet."""
    lats = [place.latitude or 0.0 for _, place in places]
    lons = [place.longitude or 0.0 for _, place in places]
    squeeze = cos(radians((min(lats) + max(lats)) / 2))
    wide = max((max(lons) - min(lons)) * squeeze, 0.05)
    tall = max(max(lats) - min(lats), 0.05)
    height = min(max(WIDTH * tall / wide, WIDTH * 0.55), WIDTH * 0.95)
    scale = min((WIDTH - 2 * MARGIN) / wide, (height - 2 * MARGIN) / tall)
    left = (WIDTH - scale * (max(lons) - min(lons)) * squeeze) / 2
    top = (height - scale * (max(lats) - min(lats))) / 2
    peak = _peak([place for _, place in places], day)
    # a ring may outgrow the page where a place takes far more than will come: it is left out there
    spots = []
    for number, place in places:
        limit = place.capacity.central if place.capacity else None
        ring = _radius(limit, peak) if limit is not None else 0.0
        spots.append(
            Spot(
                number,
                place,
                left + ((place.longitude or 0.0) - min(lons)) * squeeze * scale,
                top + (max(lats) - (place.latitude or 0.0)) * scale,
                max(_radius(place.on(day).central or 0.0, peak), SMALLEST),
                ring if ring <= LARGEST * 1.8 else 0.0,
                moved=False,
            )
        )
    return _spread(spots), height, 1 / scale


def _spread(spots: list[Spot]) -> list[Spot]:
    """Move places that lie on one point on a circle around it, so that each can be seen."""
    groups: list[list[Spot]] = []
    for spot in spots:
        near = next(
            (group for group in groups if hypot(group[0].x - spot.x, group[0].y - spot.y) < TOO_CLOSE), None
        )
        if near is None:
            groups.append([spot])
        else:
            near.append(spot)
    found = []
    for group in groups:
        if len(group) == 1:
            found += group
            continue
        around = max(9.0, 0.8 * max(spot.radius for spot in group))
        for n, spot in enumerate(group):
            turn = 2 * pi * n / len(group)
            found.append(
                spot._replace(x=spot.x + around * cos(turn), y=spot.y + around * sin(turn), moved=True)
            )
    return sorted(found, key=lambda spot: spot.number)


def _spot(spot: Spot) -> list[Markup]:
    dash = "2 2" if spot.place.approximate else None
    parts = [
        tag(
            "circle",
            cx=spot.x,
            cy=spot.y,
            r=spot.radius,
            fill=BAND_50,
            fill_opacity="0.75",
            stroke=DARK,
            stroke_width=1,
            stroke_dasharray=dash,
        )
    ]
    if spot.ring > 0:
        parts.append(
            tag(
                "circle",
                cx=spot.x,
                cy=spot.y,
                r=spot.ring,
                fill="none",
                stroke=WARM,
                stroke_width=1.4,
                stroke_dasharray="4 2",
            )
        )
    return parts


def _labels(spots: Sequence[Spot], day: date, guard: Guard, height: float) -> list[Markup]:
    """Name the fullest places where there is room; every other place carries its number only."""
    taken: list[tuple[float, float, float, float]] = [
        (WIDTH - 40, 0, WIDTH, 50),
        (0, height - 30, 130, height),
    ]
    taken += [
        (s.x - s.radius * 0.6, s.y - s.radius * 0.6, s.x + s.radius * 0.6, s.y + s.radius * 0.6)
        for s in spots
    ]
    parts: list[Markup] = []
    for n, spot in enumerate(spots):
        words = f"{spot.number} {short_name(spot.place.name, guard)}" if n < NAMED else str(spot.number)
        second = say_people(spot.place.on(day).central, guard.suppress_below) if n < NAMED else ""
        if _place_label(spot, words, second, taken, parts, height):
            continue
        if not _place_label(spot, str(spot.number), "", taken, parts, height):
            parts.append(label(spot.x, spot.y + 3.5, str(spot.number), anchor="middle", size=10, halo=True))
    return parts


def short_name(name: str, guard: Guard) -> str:
    """Cut a name to what fits on a map, unless the short form is the name of a withheld place."""
    first = name.partition(",")[0]
    short = first if len(first) <= LONGEST_NAME else first[: LONGEST_NAME - 1].rstrip() + "\u2026"
    return name if guard.names_in(short) else short


def _place_label(
    spot: Spot,
    words: str,
    second: str,
    taken: list[tuple[float, float, float, float]],
    parts: list[Markup],
    height: float,
) -> bool:
    """Try the eight sides of a circle; take the first where the text meets nothing."""
    wide = 6.1 * max(len(words), len(second)) + 2
    tall = 25.0 if second else 12.0
    away = max(spot.radius, spot.ring if spot.ring < LARGEST else 0) + 3
    for dx, dy in ((1, 0), (-1, 0), (0.7, -0.8), (0.7, 0.8), (-0.7, -0.8), (-0.7, 0.8), (0, -1), (0, 1)):
        x, y = spot.x + away * dx, spot.y + away * dy
        left = x if dx > 0 else x - wide if dx < 0 else x - wide / 2
        top = y - tall / 2 + dy * tall / 2
        box = (left, top, left + wide, top + tall)
        if box[0] < 3 or box[2] > WIDTH - 3 or box[1] < 3 or box[3] > height - 3:
            continue
        if any(box[0] < b[2] and box[2] > b[0] and box[1] < b[3] and box[3] > b[1] for b in taken):
            continue
        taken.append(box)
        anchor = "start" if dx > 0 else "end" if dx < 0 else "middle"
        at = left if dx > 0 else left + wide if dx < 0 else left + wide / 2
        parts.append(label(at, top + 10, words, anchor=anchor, halo=True, weight="600" if second else None))
        if second:
            parts.append(label(at, top + 22, second, anchor=anchor, halo=True, fill=DARK))
        return True
    return False


def _scale_bar(degrees_per_unit: float, latitude: float, height: float) -> list[Markup]:
    """Draw a scale bar of a round length, true for north to south and, at this latitude, east to west."""
    km_per_unit = distance_km(0, latitude, 0, latitude + degrees_per_unit)
    length = next((km for km in (500, 200, 100, 50, 20, 10, 5, 2, 1) if km / km_per_unit <= 110), 1)
    x, y, wide = 12.0, height - 14, length / km_per_unit
    return [
        line(x, y, x + wide, y, stroke=INK, width=1.5),
        line(x, y - 4, x, y + 1, stroke=INK, width=1.5),
        line(x + wide, y - 4, x + wide, y + 1, stroke=INK, width=1.5),
        label(x + wide + 5, y + 3, f"{length} km", fill=INK),
    ]


def _north() -> Markup:
    x, y = WIDTH - 20, 30.0
    return join(
        [
            tag("path", d=f"M{x} {y - 16}L{x + 5} {y}L{x} {y - 4}L{x - 5} {y}Z", fill=INK),
            label(x, y + 13, "N", anchor="middle", fill=INK, weight="600"),
        ]
    )
