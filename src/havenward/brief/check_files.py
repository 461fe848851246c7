"""The check that re-opens every finished file before it is handed over, and lists what is over the line.

It knows nothing of how a brief is composed and searches what was really written: words, attributes, hidden
sheets, comments, columns, counts. A kind of file that it cannot read is refused.
"""

from __future__ import annotations

import csv
import html.parser
import io
import json
import re
from typing import TYPE_CHECKING

from havenward.brief import check_packed
from havenward.brief.check_text import (
    check_html_text,
    check_rows,
    check_texts,
    cut_off,
    is_number,
    release_problem,
)
from havenward.brief.redact import LONGEST_QUOTE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from havenward.brief.guard import Guard
    from havenward.errors import Problem

    Check = Callable[[Path, str, Guard], list[Problem]]

QUOTE_ALLOWANCE = 2  # dots of what was cut off
LOADING_TEXT = re.compile(
    r"<[a-zA-Z!/][^>]*>|\]\(\s*(?:javascript|data|file):|!\[[^\]]*\]\(\s*(?:https?:)?//", re.IGNORECASE
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def check_files(paths: Iterable[Path], guard: Guard) -> list[Problem]:
    """Re-open finished files and list what is over the line.

    Parameters
    ----------
    paths
        HTML, SVG, XLSX, CSV, JSON, GeoJSON, GPKG, Parquet, PNG, PDF, Markdown, plain text, or ZIP of these.
    guard
        What they may not hold.
    """
    problems: list[Problem] = []
    passed: set[tuple[str, bytes]] = set()
    # archives last: what lies in them and has passed beside them is not opened again
    for path in sorted(paths, key=lambda path: path.suffix.lower() == ".zip"):
        found = check_file(path, path.name, guard, passed=passed)
        problems += found
        if not found:
            passed.add(check_packed.fingerprint(path.name, path.read_bytes()))
    return problems


def check_file(
    path: Path, where: str, guard: Guard, depth: int = 0, passed: Collection[tuple[str, bytes]] = ()
) -> list[Problem]:
    """Check one file.

    Parameters
    ----------
    path, guard
        The file, and what it may not hold.
    where
        What it is called in problems.
    depth
        How many archives it lies in.
    passed
        Fingerprints of files that need not be opened again where an archive holds them.
    """
    kind = path.suffix.lower()
    if kind == ".zip":
        return _guarded(
            path, where, lambda: check_packed.check_zip(path, where, guard, depth, check_file, passed)
        )
    check = CHECKS.get(kind)
    if check is None:
        expected = f"expected one of {', '.join(sorted([*CHECKS, '.zip']))}"
        return [release_problem(where, f"a file of the kind '{kind}'", expected, "release-kind")]
    return _guarded(path, where, lambda: check(path, where, guard))


def _guarded(path: Path, where: str, check: Callable[[], list[Problem]]) -> list[Problem]:
    """Refuse what cannot be read: nobody then knows what is in it."""
    try:
        return check()
    except FileNotFoundError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the reader of a kind of file stumbles on
        found = f"a file that cannot be read as {path.suffix.lower()} ({type(error).__name__})"
        return [release_problem(where, found, "expected a file that can be searched", "release-unreadable")]


# -- text ----------------------------------------------------------------------------------------------


def _check_plain(path: Path, where: str, guard: Guard) -> list[Problem]:
    text = path.read_text(encoding="utf-8")
    problems = check_texts(where, [text], guard, prose=[text])
    tags = LOADING_TEXT.findall(text)
    return problems + [_loading(where, cut_off(tag)) for tag in tags]


def _check_csv(path: Path, where: str, guard: Guard) -> list[Problem]:
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    cells = [cell for row in rows for cell in row]
    problems = check_texts(where, cells, guard, prose=(cell for cell in cells if " " in cell))
    problems += [
        release_problem(
            where, f"the formula {cut_off(cell)}", "expected text that is only text", "release-formula"
        )
        for cell in dict.fromkeys(cells)
        if (cell.lstrip(" ")[:1] in FORMULA_STARTS if cell.strip() else False) and not is_number(cell)
    ]
    return problems + check_rows(where, rows, guard)


def _check_json(path: Path, where: str, guard: Guard) -> list[Problem]:
    text = path.read_text(encoding="utf-8")
    data = json.loads(text)
    strings = list(_strings(data))
    problems = check_texts(where, [*strings, text], guard, prose=(one for one in strings if " " in one))
    for rows in _tables(data):
        problems += check_rows(where, rows, guard)
    return problems


def _strings(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield str(key)
            yield from _strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value)


def _tables(data: object) -> Iterator[list[list[str]]]:
    """Find lists of alike objects, as rows of text; of GeoJSON features their properties."""
    if isinstance(data, dict):
        for value in data.values():
            yield from _tables(value)
    elif isinstance(data, list):
        records = [one for one in data if isinstance(one, dict)]
        inner = [one["properties"] for one in records if isinstance(one.get("properties"), dict)]
        records = inner or records
        if records:
            header = list(dict.fromkeys(key for one in records for key in one))
            yield [header, *([_cell(one.get(key)) for key in header] for one in records)]
        for value in data:
            yield from _tables(value)


def _cell(value: object) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value)


# -- pages and pictures of lines -----------------------------------------------------------------------


def _check_page(path: Path, where: str, guard: Guard) -> list[Problem]:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    problems = check_texts(where, page.texts, guard, prose=["".join(page.prose)])
    problems += check_html_text(where, "".join(page.prose), guard)
    problems += [_loading(where, what) for what in page.loads]
    problems += check_quotes(where, page.quotes, guard)
    return problems


def check_quotes(where: str, quotes: Iterable[str], guard: Guard) -> list[Problem]:
    """Refuse quotes that are longer than the audience may be given."""
    if guard.audience == "team":
        return []
    return [
        release_problem(
            where,
            f"a quote of {len(quote.split())} words",
            f"expected at most {LONGEST_QUOTE}",
            "release-long-quote",
        )
        for quote in quotes
        if len(quote.split()) > LONGEST_QUOTE + QUOTE_ALLOWANCE
    ]


def _loading(where: str, what: str) -> Problem:
    return release_problem(
        where, f"the page loads {what}", "expected a page that loads nothing", "page-loads-something"
    )


class Page(html.parser.HTMLParser):
    """Gathers every text and attribute of a page or drawing, comments too, and what it would load."""

    LOADING = ("src", "srcset", "data", "poster", "action", "background", "xlink:href", "formaction", "ping")
    FORBIDDEN = (
        "script", "iframe", "link", "object", "embed", "base", "form", "foreignobject", "applet", "frame",
        "audio", "video",
    )  # fmt: skip
    INLINE = ("b", "i", "em", "strong", "u", "bdi", "wbr")  # words go on across them
    SILENT = ("class", "style")  # words of the style sheet; addresses in them are found all the same
    OWN_IMAGE = "data:image/png;base64,"

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.values: list[str] = []
        self.prose: list[str] = []
        self.loads: list[str] = []
        self.quotes: list[str] = []
        self._inside = 0
        self._style = False

    @property
    def texts(self) -> list[str]:
        """Give words first, then attributes: what goes on in the next line is not torn apart by them."""
        return [*self.words, *self.values]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note attributes; only a link that somebody follows may have an address."""
        if tag in self.FORBIDDEN:
            self.loads.append(f"<{tag}>")
        if tag in {"q", "blockquote"}:
            self._inside += 1
            self.quotes.append("")
        self._style = tag == "style"
        self._break(tag)
        for name, value in attrs:
            text = value or ""
            if name not in self.SILENT:
                self.values.append(text)
            is_local = text.startswith("#")
            if (name in self.LOADING or (name == "href" and tag != "a")) and not is_local:
                self.loads.append(f"{name}={cut_off(text)}")
            scheme = text.strip().partition(":")[0].casefold()
            if name == "href" and tag == "a" and scheme in {"javascript", "data", "file", "vbscript"}:
                self.loads.append(f"{name}={cut_off(text)}")
            if name == "href" and scheme in {"mailto", "tel"}:
                self.prose.append(f"\n{text.partition(':')[2]}\n")
            if name in {"title", "alt", "aria-label", "content"}:
                self.prose.append(f"\n{text}\n")
            if (name == "http-equiv" and text.casefold() == "refresh") or name.startswith("on"):
                self.loads.append(f"{name}={cut_off(text)}")
            if re.search(r"url\(\s*['\"]?(?!#)", text):
                self.loads.append(f"{name}={cut_off(text)}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave a quote or a style sheet."""
        if tag in {"q", "blockquote"} and self._inside:
            self._inside -= 1
        if tag == "style":
            self._style = False
        self._break(tag)

    def _break(self, tag: str) -> None:
        if tag not in self.INLINE:
            self.prose.append("\n")

    def handle_data(self, data: str) -> None:
        """Note text; of style sheets what they write on the page, and their comments."""
        if self._style:
            if re.search(r"url\(\s*['\"]?(?!#)|@import", data):
                self.loads.append("something from its style sheet")
            self.words += [a or b for a, b in re.findall(r"/\*(.*?)\*/|[\"']([^\"']*)[\"']", data, re.DOTALL)]
            return
        self.words.append(data)
        self.prose.append(data)
        if self._inside:
            self.quotes[-1] += data

    def handle_comment(self, data: str) -> None:
        """Note comments: they are handed over like everything else."""
        self.words.append(data)
        self.prose.append(f"\n{data}\n")

    def handle_decl(self, decl: str) -> None:
        """Note declarations; one with entities of its own could hide text."""
        self.words.append(decl)
        if "[" in decl or "entity" in decl.casefold():
            self.loads.append("entities of its own")

    def handle_pi(self, data: str) -> None:
        """Note instructions; a style sheet named there would be loaded."""
        self.words.append(data)
        if data.casefold().startswith("xml-stylesheet"):
            self.loads.append(cut_off(data))

    def unknown_decl(self, data: str) -> None:
        """Note marked sections (CDATA)."""
        self.words.append(data)
        self.prose.append(data)


CHECKS: dict[str, Check] = {
    ".html": _check_page,
    ".svg": _check_page,
    ".csv": _check_csv,
    ".json": _check_json,
    ".geojson": _check_json,
    ".md": _check_plain,
    ".txt": _check_plain,
    ".xlsx": check_packed.check_workbook,
    ".gpkg": check_packed.check_geopackage,
    ".parquet": check_packed.check_parquet,
    ".png": check_packed.check_png,
    ".pdf": check_packed.check_pdf,
}
