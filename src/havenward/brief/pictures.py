"""Which pictures are handed over: each chart and map as SVG and PNG for print, with title, date and notes."""

from __future__ import annotations

import csv
import os
import re
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from havenward.brief import charts, maps
from havenward.brief.drawings import (
    FONT,
    Drawing,
    draw_days,
    draw_place,
    draw_total,
    draw_where,
    shown_places,
)
from havenward.brief.map_sheets import SCREEN, SLIDE
from havenward.brief.svg import DARK, GREY, figure, label, tag
from havenward.brief.typeset import compile_typst, show_letters
from havenward.words import ARABIC, Words

if TYPE_CHECKING:
    from pathlib import Path

    from markupsafe import Markup

    from havenward.brief.content import Brief

DOTS_PER_INCH = 300
PRINT_SCALE = 0.84  # a map is then 170 mm wide, as the text of an A4 page is
PAGES_AT_ONCE = 4
SLIDE_WIDTH, SLIDE_HEIGHT = 460.8, 259.2  # points: 1920 by 1080 dots
LETTER = 0.54  # a letter is about so wide, in sizes of it
PICTURES_FILE = "pictures.csv"
COLUMNS = ("file", "title", "alt", "width_px", "height_px", "dpi", "language", "origin_date", "audience")
VIEW_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


class Picture(NamedTuple):
    """A drawing with title and notes around it; width and height are in points."""

    name: str
    title: str
    alt: str
    svg: str
    width: float
    height: float


def write_pictures(brief: Brief, folder: Path) -> tuple[Path, ...]:
    """Write every chart and map of a brief as SVG and as PNG at 300 dots per inch, and a list with alt texts.

    Parameters
    ----------
    brief
        From `compose_brief`.
    folder
        Must exist; files of these names are replaced.

    Returns
    -------
    paths
        `map`, `map-slide` (16:9), `map-days`, `map-DATE` for each key day, `displaced`, `site-NN` for each
        place with a chart, each as `.svg` and `.png`; and `pictures.csv`.
    """
    pictures = make_pictures(brief)
    template = (resources.files("havenward.brief") / "typst" / "pictures.typ").read_bytes()
    pages = [
        {
            "svg": show_letters(it.svg),
            "width": it.width * (1 if it.width == SLIDE_WIDTH else PRINT_SCALE),
            "height": it.height * (1 if it.width == SLIDE_WIDTH else PRINT_SCALE),
        }
        for it in pictures
    ]
    paths: list[Path] = []
    rows: list[tuple[object, ...]] = []
    made = _set_pages(template, pages)
    for picture, png in zip(pictures, made, strict=True):
        drawn, printed = folder / f"{picture.name}.svg", folder / f"{picture.name}.png"
        drawn.write_text(picture.svg, encoding="utf-8", newline="\n")
        printed.write_bytes(_with_size(png))
        paths += [drawn, printed]
        wide, tall = struct.unpack(">II", png[16:24])
        about = (wide, tall, DOTS_PER_INCH, brief.language, brief.origin_date.isoformat(), brief.audience)
        rows.append((printed.name, _plain(picture.title), _plain(picture.alt), *about))
    listed = folder / PICTURES_FILE
    # with a byte order mark, so that spreadsheets read it as UTF-8
    with listed.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS, *rows])
    return (*paths, listed)


def _set_pages(template: bytes, pages: list[dict[str, object]]) -> list[bytes]:
    """Set pages a few at a time, so that few large pictures are in memory at once, and on several cores."""
    parts = [pages[at : at + PAGES_AT_ONCE] for at in range(0, len(pages), PAGES_AT_ONCE)]
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as workers:
        made = workers.map(
            lambda part: compile_typst(template, part, "png", dots_per_inch=DOTS_PER_INCH), parts
        )
        return [png for part in made for png in part]


def make_pictures(brief: Brief) -> list[Picture]:
    """Draw every picture of a brief, with the title, date and notes that it needs when it stands alone."""
    words = Words(brief.language)
    coarse = maps.draw_map(brief, words)[1].coarse
    about_maps = [*([words.say("map_coarse")] if coarse else []), words.say("disclaimer")]
    places = [(f"map-{day.isoformat()}", draw_where(brief, words, SCREEN, day)) for day in brief.key_days]
    found: list[tuple[str, Drawing | None, list[str]]] = [
        ("map", draw_where(brief, words, SCREEN), about_maps),
        ("map-days", draw_days(brief, words), about_maps),
        *((name, drawing, about_maps) for name, drawing in places),
        ("displaced", draw_total(brief, words, charts.LARGE), [words.say("print_band_note")]),
    ]
    for number, place in shown_places(brief):
        drawing = draw_place(brief, number, place, words, charts.SMALL)
        found.append((drawing.name, drawing, [words.say("print_band_note")]))
    pictures = [
        frame_picture(name, drawing, notes, brief, words) for name, drawing, notes in found if drawing
    ]
    slide = draw_where(brief, words, SLIDE)
    return [*pictures, frame_slide("map-slide", slide, about_maps, brief, words)] if slide else pictures


def frame_picture(name: str, drawing: Drawing, notes: list[str], brief: Brief, words: Words) -> Picture:
    """Put title, date and notes around a drawing at its own size."""
    wide, tall = _size(drawing)
    return _frame(name, drawing, notes, brief, words, (wide + 16, None), (wide, tall), 11.0)


def frame_slide(name: str, drawing: Drawing, notes: list[str], brief: Brief, words: Words) -> Picture:
    """Put title, date and notes around a drawing on a slide of 16 to 9."""
    size = (SLIDE_WIDTH, SLIDE_HEIGHT)
    return _frame(name, drawing, notes, brief, words, size, (SLIDE_WIDTH - 16, None), 9.0)


def _frame(
    name: str,
    drawing: Drawing,
    notes: list[str],
    brief: Brief,
    words: Words,
    whole: tuple[float, float | None],
    inner: tuple[float, float | None],
    size: float,
) -> Picture:
    """Lay out a picture: heading, the drawing scaled into what is left, notes below."""
    wide, edge, anchor = whole[0], 8.0, "start"
    if words.direction == "rtl":
        edge, anchor = wide - 8, "end"
    origin, last = words.say_date(brief.origin_date), words.say_date(brief.valid_until)
    known = words.say("print_known", day=origin)
    about = f"{known}. {words.say('print_expires', day=last)}. {words.say(f'audience_{brief.audience}')}."
    title = f"{brief.title}. {drawing.title}"
    heads, large = _wrapped(title, wide - 16, size + 1), size + 1
    if any(brief.guard.names_in(line) for line in heads):
        # half of a name may be that of a withheld place: such a title stays on one line
        heads, large = [title], min(large, (wide - 16) / (LETTER * len(title)))
    parts: list[Markup] = [tag("rect", x=0, y=0, width=wide, height="100%", fill="#fff")]
    y = 4.0
    for line in heads:
        y += 1.3 * (size + 1)
        parts.append(label(edge, y, line, size=large, weight="600", fill=DARK, anchor=anchor))
    below = [line for note in (about, *notes) for line in _wrapped(note, wide - 16, size - 2)]
    foot = 1.3 * (size - 2) * len(below) + 8
    tall = inner[1] if inner[1] is not None else (whole[1] or 0.0) - y - 6 - foot
    box = VIEW_BOX.search(drawing.svg)
    view = f"0 0 {box[1]} {box[2]}" if box else ""
    body = drawing.svg[drawing.svg.index(">") + 1 : drawing.svg.rindex("</svg>")]
    parts.append(_inside(body, view, 8.0, y + 6, inner[0], tall))
    y += 6 + tall
    for line in below:
        y += 1.3 * (size - 2)
        parts.append(label(edge, y, line, size=size - 2, fill=GREY, anchor=anchor))
    height = whole[1] if whole[1] is not None else y + 8
    drawn = figure(name, wide, height, drawing.title, drawing.alt, *parts)
    sized = f'<svg {FONT} width="{wide:.1f}" height="{height:.1f}" '
    return Picture(name, drawing.title, drawing.alt, str(drawn).replace("<svg ", sized, 1), wide, height)


def _inside(body: str, view: str, x: float, y: float, wide: float, tall: float) -> Markup:
    """Put a drawing into another; its own title and description are those of the whole."""
    from markupsafe import Markup

    bare = Markup(re.sub(r"<(title|desc)[^>]*>.*?</\1>", "", body, count=2, flags=re.DOTALL))  # noqa: S704 - ours
    return tag("svg", bare, x=x, y=y, width=wide, height=tall, viewBox=view)


def _size(drawing: Drawing) -> tuple[float, float]:
    found = VIEW_BOX.search(drawing.svg)
    return (float(found[1]), float(found[2])) if found else (1.0, 1.0)


def _wrapped(text: str, wide: float, size: float) -> list[str]:
    """Break a text into lines that are no wider than there is room."""
    most = int(wide / (size * (0.58 if ARABIC.search(text) else LETTER)))
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _with_size(png: bytes) -> bytes:
    """Write the size of a dot into a PNG, so that text processors show it at print size."""
    dots = round(DOTS_PER_INCH / 0.0254)
    chunk = b"pHYs" + struct.pack(">IIB", dots, dots, 1)
    head = 33  # the signature and the chunk of the image's size come first
    return png[:head] + struct.pack(">I", 9) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png[head:]


def _plain(text: str) -> str:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
