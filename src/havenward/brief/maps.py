"""Where people will be: maps with circles in proportion to people, rings for capacity, marks of shortfall."""

from __future__ import annotations

from math import cos, hypot, log10, pi, sin, sqrt
from typing import TYPE_CHECKING, NamedTuple

from havenward.brief.map_sheets import (
    PANEL,
    PRINT,
    SCREEN,
    Ground,
    Sheet,
    draw_borders,
    lay_ground,
    lay_sheet,
)
from havenward.brief.release import coarsen
from havenward.brief.svg import (
    BAND_50,
    DARK,
    GREY,
    INK,
    WARM,
    figure,
    join,
    label,
    line,
    path,
    tag,
)
from havenward.geography import distance_km
from havenward.words import ARABIC, Words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from markupsafe import Markup

    from havenward.brief.content import Brief, Place
    from havenward.brief.release import Guard

    Point = tuple[float, float]

SMALLEST = 2.5
MANY = 20  # with more places than this circles are smaller, and a number that finds no room is left out
LONGEST_NAME = 26
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
    coarse: bool = False
    short: bool = False
    crowded: bool = False


def draw_map(
    brief: Brief, words: Words | None = None, sheet: Sheet = SCREEN, day: date | None = None
) -> tuple[Markup | None, MapNotes]:
    """Draw the receiving places of a brief on a day; None where no place has a position.

    Parameters
    ----------
    brief
        Positions are coarsened here as its audience may see them.
    words
        Language of the labels; English where none is given.
    sheet
        `SCREEN`, `PRINT` or `SLIDE`.
    day
        A key day; the focal day where none is given.
    """
    words, day = words or Words(), day or brief.focal_day
    places, notes = _with_position(brief)
    if not places:
        return None, notes
    sheet = _suited(sheet, len(places))
    ground = lay_ground([position for *_, position in places], sheet)
    peak = _peak([place for _, place, *_ in places], (day,))
    spots = _set_spots(places, ground, sheet, day, peak)
    short = any(_is_short(spot.place, day) for spot in spots)
    parts = [lay_sheet(sheet, ground.height), *draw_borders(brief.boundaries, ground, sheet)]
    parts += _circles(spots, day, sheet)
    parts += _labels(spots, day, brief, words, sheet, ground.height)
    parts += _scale_bar(ground, sheet)
    parts += _circle_key(peak, ground.height, sheet, words, short=short)
    largest = words.join(
        [
            f"{spot.place.name} {words.say_people(spot.place.on(day).central, brief.suppress_below)}"
            for spot in spots[:5]
        ]
    )
    drawing = figure(
        sheet.key,
        sheet.width,
        ground.height + _key_height(sheet),
        words.say("map_title", day=words.say_date(day)),
        words.say("map_alt", n=len(spots), day=words.say_date(day), largest=largest),
        *parts,
        class_="chart map",
    )
    return drawing, notes._replace(
        moved=any(spot.moved for spot in spots), short=short, crowded=len(spots) > MANY
    )


def draw_small_multiples(brief: Brief, words: Words | None = None, columns: int = 3) -> Markup | None:
    """Draw one small map for each key day, circles on one scale; None where no place has a position.

    A place that is likely to hold more people than it can take bears a diamond as well as another colour.
    """
    words, sheet = words or Words(), PANEL
    places, _ = _with_position(brief)
    if not places:
        return None
    sheet = _suited(sheet, len(places))
    ground, days = lay_ground([position for *_, position in places], sheet), brief.key_days
    peak = _peak([place for _, place, *_ in places], days)
    columns = min(columns, len(days))
    wide, tall, top = sheet.width + 8, ground.height + 36, 0.0
    borders = join(draw_borders(brief.boundaries, ground, sheet))
    parts: list[Markup] = []
    told = []
    for n, day in enumerate(days):
        # the first day stands where reading begins
        column = n % columns if words.direction == "ltr" else columns - 1 - n % columns
        spots = _set_spots(places, ground, sheet, day, peak)
        over = sum(_is_short(spot.place, day) for spot in spots)
        people = words.say_people(_received(brief, day), brief.suppress_below)
        about = {"people": people, "over": words.say_number(over)}
        below = words.say("map_day_line", **about)
        told.append(f"{words.say_date(day)}: {words.say('map_day_words', **about)}")
        bare = [spot._replace(ring=0.0) for spot in spots]
        drawn = [lay_sheet(sheet, ground.height), borders, *_circles(bare, day, sheet)]
        edge, anchor = (1.0, "start") if words.direction == "ltr" else (sheet.width - 1, "end")
        heads = [
            label(edge, -16, words.say_short_date(day), size=sheet.size + 1, weight="600", anchor=anchor),
            label(edge, -5, below, size=sheet.size, fill=GREY, anchor=anchor),
        ]
        at = f"translate({wide * column:.0f} {28 + tall * (n // columns):.0f})"
        parts.append(tag("g", *drawn, *heads, transform=at))
        top = tall * (n // columns + 1)
    rows_wide = wide * columns - 8
    key_sheet = sheet._replace(width=rows_wide)
    return figure(
        "map-days",
        rows_wide,
        top + _key_height(sheet) + 4,
        words.say("map_days_title"),
        words.say("map_days_alt", days=words.join(told)),
        *parts,
        *_circle_key(peak, top, key_sheet, words, short=True, ring=False),
        class_="chart map",
    )


def _suited(sheet: Sheet, places: int) -> Sheet:
    """Make circles smaller where there are many."""
    return sheet._replace(largest=max(sheet.largest * min(1.0, sqrt(MANY / places)), 0.5 * sheet.largest))


def _received(brief: Brief, day: date) -> float | None:
    amount = dict(brief.received).get(day)
    return amount.central if amount else None


def _is_short(place: Place, day: date) -> bool:
    """Tell whether more people than there is room for are likelier than not on a day."""
    over = place.over_on(day)
    return over is not None and (over.central or 0) > 0


def _with_position(brief: Brief) -> tuple[list[tuple[int, Place, Point]], MapNotes]:
    """Give the receiving places with a position: number in the table, place, longitude and latitude."""
    found, coarse = [], False
    for number, place in enumerate(brief.places, start=1):
        position = coarsen(place.latitude, place.longitude, brief.audience)
        coarse = coarse or position.precision == "coarse"
        if position.latitude is not None and position.longitude is not None:
            found.append((number, place, (position.longitude, position.latitude)))
    notes = MapNotes(
        tuple(place.name for place in brief.places if place.latitude is None),
        any(place.approximate for _, place, *_ in found),
        moved=False,
        coarse=coarse,
    )
    return found, notes


def _key_height(sheet: Sheet) -> float:
    return max(2 * sheet.largest, 1.4 * sheet.size) + 8


def _circle_key(
    peak: float, top: float, sheet: Sheet, words: Words, *, short: bool, ring: bool = True
) -> list[Markup]:
    """Draw what the circles stand for, in the same drawing, so that the scale is the same at any size."""
    if peak <= 0:
        return []
    step = 10 ** int(log10(peak))
    sizes = [value for value in (step * 5, step, step / 5) if 1 <= value <= peak]
    sizes = sizes[: 2 if sheet.width > PRINT.width else 1]
    unit = sheet.size / 11
    parts, x, y = [], 4.0 * unit, top + _key_height(sheet) / 2 + 2

    def write(text: str) -> None:
        nonlocal x
        parts.append(label(x + 4 * unit, y + 4 * unit, text, fill=GREY, size=sheet.size))
        x += 10 * unit + _wide(text, sheet.size)

    for n, value in enumerate(sizes):
        radius = _radius(value, peak, sheet)
        x += radius
        parts.append(tag("circle", cx=x, cy=y, r=radius, fill=BAND_50, stroke=DARK))
        x += radius
        number = words.say_number(value)
        write(words.say("map_people", n=number) if n == 0 else number)
    if ring:
        x += 7 * unit
        parts.append(
            tag(
                "circle",
                cx=x,
                cy=y,
                r=7 * unit,
                fill="none",
                stroke=WARM,
                stroke_width=1.5,
                stroke_dasharray="4 2",
            )
        )
        x += 7 * unit
        write(words.say("map_capacity"))
    if short:
        x += 5 * unit
        parts.append(_diamond(x, y, 5 * unit))
        x += 5 * unit
        write(words.say("map_short"))
    return parts


def _wide(text: str, size: float) -> float:
    """Guess how wide a text is: Latin letters of the shipped font are about half its size."""
    return (0.62 if ARABIC.search(text) else 0.53) * size * len(text)


def _diamond(x: float, y: float, size: float) -> Markup:
    """Draw the mark of a shortfall, which is told by its shape where there is no colour."""
    points = [(x, y - size), (x + size, y), (x, y + size), (x - size, y)]
    return tag("path", d=path(points, close=True), fill=WARM, stroke="#fff", stroke_width=1)


def _peak(places: Sequence[Place], days: Sequence[date]) -> float:
    return max((place.on(day).central or 0 for place in places for day in days), default=0)


def _radius(people: float, peak: float, sheet: Sheet) -> float:
    """Give the radius of a circle whose area is in proportion to people."""
    return sheet.largest * sqrt(max(people, 0) / peak) if peak > 0 else 0.0


def _set_spots(
    places: Sequence[tuple[int, Place, Point]], ground: Ground, sheet: Sheet, day: date, peak: float
) -> list[Spot]:
    """Set the places of a day on the ground and spread those that meet."""
    spots = []
    for number, place, position in places:
        limit = place.capacity.central if place.capacity else None
        ring = _radius(limit, peak, sheet) if limit is not None else 0.0
        spots.append(
            Spot(
                number,
                place,
                *ground(*position),
                max(_radius(place.on(day).central or 0.0, peak, sheet), SMALLEST * sheet.size / 11),
                # a ring may outgrow the page where a place takes far more than will come: left out there
                ring if ring <= sheet.largest * 1.8 else 0.0,
                moved=False,
            )
        )
    return _spread(spots, sheet)


def _spread(spots: list[Spot], sheet: Sheet) -> list[Spot]:
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
        around = max(9.0 * sheet.size / 11, 0.8 * max(spot.radius for spot in group))
        for n, spot in enumerate(group):
            turn = 2 * pi * n / len(group)
            found.append(
                spot._replace(x=spot.x + around * cos(turn), y=spot.y + around * sin(turn), moved=True)
            )
    return sorted(found, key=lambda spot: spot.number)


def _circles(spots: Sequence[Spot], day: date, sheet: Sheet) -> list[Markup]:
    """Draw the places, the largest below; the marks of shortfalls lie above all of them."""
    parts = []
    for spot in sorted(spots, key=lambda spot: -max(spot.radius, spot.ring)):
        parts += _spot(spot)
    size = 0.4 * sheet.size
    return parts + [_diamond(spot.x, spot.y, size) for spot in spots if _is_short(spot.place, day)]


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


def _labels(
    spots: Sequence[Spot], day: date, brief: Brief, words: Words, sheet: Sheet, height: float
) -> list[Markup]:
    """Name the fullest places where there is room; every other place carries its number only."""
    taken: list[tuple[float, float, float, float]] = [(0, height - 2.4 * sheet.size, 12 * sheet.size, height)]
    taken += [
        (s.x - s.radius * 0.6, s.y - s.radius * 0.6, s.x + s.radius * 0.6, s.y + s.radius * 0.6)
        for s in spots
    ]
    parts: list[Markup] = []
    for n, spot in enumerate(spots):
        number = words.say_number(spot.number)
        name = short_name(spot.place.name, brief.guard)
        second = words.say_people(spot.place.on(day).central, brief.suppress_below)
        if n < sheet.named and any(
            _place_label(spot, text, second, taken, parts, height, sheet)
            for text in (f"{number} {name}", number)
        ):
            continue
        if not _place_label(spot, number, "", taken, parts, height, sheet) and len(spots) <= MANY:
            middle = spot.y + 0.32 * sheet.size
            parts.append(label(spot.x, middle, number, anchor="middle", size=sheet.size - 1, halo=True))
    return parts


def short_name(name: str, guard: Guard) -> str:
    """Cut a name to what fits on a map, unless the short form is the name of a withheld place."""
    first = name.partition(",")[0]
    short = first if len(first) <= LONGEST_NAME else first[: LONGEST_NAME - 1].rstrip() + "\u2026"
    return name if guard.names_in(short) else short


def _place_label(
    spot: Spot,
    text: str,
    second: str,
    taken: list[tuple[float, float, float, float]],
    parts: list[Markup],
    height: float,
    sheet: Sheet,
) -> bool:
    """Try the eight sides of a circle; take the first where the text meets nothing."""
    size = sheet.size
    wide = max(_wide(text, size), _wide(second, size)) + 2
    tall = (2.27 if second else 1.09) * size
    away = max(spot.radius, spot.ring if spot.ring < sheet.largest else 0) + 3
    for dx, dy in ((1, 0), (-1, 0), (0.7, -0.8), (0.7, 0.8), (-0.7, -0.8), (-0.7, 0.8), (0, -1), (0, 1)):
        x, y = spot.x + away * dx, spot.y + away * dy
        left = x if dx > 0 else x - wide if dx < 0 else x - wide / 2
        top = y - tall / 2 + dy * tall / 2
        box = (left, top, left + wide, top + tall)
        if box[0] < 3 or box[2] > sheet.width - 3 or box[1] < 3 or box[3] > height - 3:
            continue
        if any(box[0] < b[2] and box[2] > b[0] and box[1] < b[3] and box[3] > b[1] for b in taken):
            continue
        taken.append(box)
        anchor = "start" if dx > 0 else "end" if dx < 0 else "middle"
        at = left if dx > 0 else left + wide if dx < 0 else left + wide / 2
        weight = "600" if second else None
        parts.append(label(at, top + 0.91 * size, text, anchor=anchor, halo=True, weight=weight, size=size))
        if second:
            parts.append(label(at, top + 2 * size, second, anchor=anchor, halo=True, fill=DARK, size=size))
        return True
    return False


def _scale_bar(ground: Ground, sheet: Sheet) -> list[Markup]:
    """Draw a scale bar of a round length, true for north to south and at the middle latitude to the east."""
    middle = ground.north - (ground.height / 2 - ground.top) / ground.scale
    km_per_unit = distance_km(0, middle, 0, middle + 1 / ground.scale)
    longest = 10 * sheet.size
    length = next((km for km in (500, 200, 100, 50, 20, 10, 5, 2, 1) if km / km_per_unit <= longest), 1)
    x, y, wide = sheet.size, ground.height - sheet.size - 1, length / km_per_unit
    return [
        line(x, y, x + wide, y, stroke=INK, width=1.5),
        line(x, y - 4, x, y + 1, stroke=INK, width=1.5),
        line(x + wide, y - 4, x + wide, y + 1, stroke=INK, width=1.5),
        label(x + wide + 5, y + 3, f"{length} km", fill=INK, size=sheet.size),
    ]
