"""What each audience may see, and the check that re-opens every finished file before it is handed over.

`RULES` is the whole policy. Composing asks it before a fact enters a brief; `check_files` knows nothing of
that and searches what was really written: words, attributes, hidden sheets, comments, columns, counts.
"""

from __future__ import annotations

import csv
import html.parser
import io
import re
import tempfile
import tomllib
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import resources
from math import trunc
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from havenward.brief.wording import fixed_phrases, say
from havenward.errors import Problem, ReleaseError
from havenward.records import RECEIVING_KINDS
from havenward.runs import RUN_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from havenward.records import Location


class Rule(NamedTuple):
    """A kind of thing, who may see it, and what it is called where it is withheld."""

    kind: str
    public: bool
    partner: bool
    team: bool
    words: str


RULES = (
    #    kind               public partner team
    Rule("receiving",         True,  True,  True, "receiving places: people, capacity and needs"),
    Rule("total_stock",       True,  True,  True, "people currently displaced, in total"),
    Rule("displaced_total",   True,  True,  True, "people ever displaced since the start, in total"),
    Rule("gates",            False,  True,  True, "towns and border gates on the way, and who waits there"),
    Rule("origins",          False, False,  True, "places that people leave, and how many are in each"),
    Rule("remaining",        False, False,  True, "people still inside"),
    Rule("flows",            False, False,  True, "daily arrivals and departures"),
    Rule("daily",            False, False,  True, "numbers for every single day (weekly steps are shown)"),
    Rule("routes",           False, False,  True, "routes and places passed on the way"),
    Rule("events",           False, False,  True, "dated changes of access"),
    Rule("access",           False, False,  True, "assumptions about access, fighting and screening"),
    Rule("learning",         False,  True,  True, "odd counts, and what could not be learned from"),
    Rule("armed",            False, False,  True, "figures on armed forces, fighters and people trapped"),
    Rule("small",            False, False,  True, "counts of a few people"),
)  # fmt: skip

# The only assumptions that others than the team may see: totals of the whole case, and what is said of
# receiving places. What is not listed is withheld, so a name that a rule set invents stays inside.
SHOWN_ASSUMPTIONS = (
    "population_at_risk",
    "displaced_total",
    "release_fraction",
    "distance_exponent",
    "host_attraction",
    "destination_*",
    "return_rate",
    "onward_rate",
    "walking_share",
    "crowding",
    "ready_places",
    "opening_caseload",
    "count_multiplier",
    "*_coverage",
    "household_size",
)
# ... and with the key of a receiving place after the point
SHOWN_OF_PLACES = ("capacity", "opening_caseload", "destination_*")
# A group of origins may bear such a name; where the page must use the word it cannot be searched for.
EVERYDAY_WORDS = frozenset(
    {
        "north",
        "south",
        "east",
        "west",
        "northeast",
        "northwest",
        "southeast",
        "southwest",
        "centre",
        "central",
    }
)
ARMED_TERMS = ("forces", "fighters", "trapped")
FLOW_COLUMNS = ("arrivals", "departures", "newly_displaced", "returned", "remaining")
COUNT_COLUMNS = ("people", "low", "central", "high", "persons")
COUNT_SHEETS = (
    "People",
    "Gaps",
)  # their low, central and high are people; in Needs only the people columns are
NEEDS_FILES = ("needs.csv",)
MIN_NAME = 3  # shorter names and keys would be found in any text
MIN_DECIMALS = 3  # a coordinate this fine points at a place (100 m)


def allows(audience: str, kind: str) -> bool:
    """Tell whether an audience may see a kind of thing (a row of `RULES`)."""
    rule = next(rule for rule in RULES if rule.kind == kind)
    return bool(getattr(rule, audience))


def withheld_words(audience: str) -> tuple[str, ...]:
    """List in words what is held back from an audience."""
    return tuple(rule.words for rule in RULES if not getattr(rule, audience))


def assumption_allowed(name: str, audience: str, guard: Guard) -> bool:
    """Tell whether an assumption may be shown by name: `parameter`, or `parameter.place`."""
    if allows(audience, "access"):
        return True
    parameter, dot, place = name.partition(".")
    if not dot:
        return any(fnmatchcase(name, pattern) for pattern in SHOWN_ASSUMPTIONS)
    return place in guard.receiving and any(fnmatchcase(parameter, shown) for shown in SHOWN_OF_PLACES)


# -- names that must not appear ------------------------------------------------------------------------


@dataclass(frozen=True)
class Guard:
    """What a finished file is searched for.

    Parameters
    ----------
    names
        Normalised names and keys of places that the audience may not see.
    spoken
        Normalised phrases that may be said although they hold such a name: `Hill Camp` where `Hill` is
        withheld.
    coordinates
        Of every withheld place, how its latitude and its longitude may be written; a file gives a place away
        when it holds both (one number alone can be chance).
    receiving
        Keys of the receiving places, which every audience may see.
    """

    audience: str
    names: tuple[str, ...]
    spoken: tuple[str, ...]
    coordinates: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    suppress_below: int
    receiving: frozenset[str]

    def names_in(self, text: str) -> tuple[str, ...]:
        """Find withheld names in a text; hyphens, underscores and case do not hide them."""
        plain = f" {normalise(text)} "
        if not any(f" {name} " in plain for name in self.names):
            return ()
        for phrase in self.spoken:
            plain = plain.replace(f" {phrase} ", " \0 ")
        return tuple(name for name in self.names if f" {name} " in plain)

    def is_small(self, value: float | None) -> bool:
        """Tell whether a count of people is too small to be shown."""
        return value is not None and not allows(self.audience, "small") and value < self.suppress_below


def normalise(text: str) -> str:
    """Reduce a text to lower-case words and single spaces, so that `East-Side_1` is `east side 1`."""
    return " ".join(re.findall(r"\w+", text.replace("_", " ").casefold()))


def guard_for(locations: Iterable[Location], title: str, audience: str, suppress_below: int) -> Guard:
    """Collect what an audience may not see of a case's places, the names of their groups included.

    A name that the title of the case holds, or that the fixed wording of the page itself uses, cannot be
    searched for and is left out; facts that name it are reduced when the brief is composed. The same holds
    for a group called `east` where a place that is shown has that word in its name.
    """
    hidden_kinds = {"marker"} if not allows(audience, "routes") else set()
    hidden_kinds |= {"town", "border"} if not allows(audience, "gates") else set()
    hidden_kinds |= {"origin"} if not allows(audience, "origins") else set()
    rows = list(locations)
    hidden = [row for row in rows if row.kind in hidden_kinds]
    shown = [row for row in rows if row.kind not in hidden_kinds]
    said = {
        normalise(text)
        for row in shown
        if row.kind in RECEIVING_KINDS
        for text in (row.name, row.location, row.admin1, row.admin2, row.country)
    }
    said |= {normalise(text) for row in shown for text in (row.name, row.location)}
    fixed = f" {normalise(title)} {normalise(_fixed_text())} "
    everyday = EVERYDAY_WORDS.intersection(word for text in said for word in text.split())
    names = {normalise(text) for row in hidden for text in (row.name, row.location)}
    names |= {normalise(row.group) for row in hidden} - everyday
    names = {name for name in names - said if len(name) >= MIN_NAME and f" {name} " not in fixed}
    spoken = [phrase for phrase in said if any(f" {name} " in f" {phrase} " for name in names)]
    visible = {_coordinates(row) for row in shown}
    points = {_coordinates(row) for row in hidden} - visible - {None}
    return Guard(
        audience,
        tuple(sorted(names)),
        tuple(sorted(spoken, key=len, reverse=True)),
        tuple(sorted(point for point in points if point)),
        suppress_below,
        frozenset(row.location for row in rows if row.kind in RECEIVING_KINDS),
    )


def safe_text(text: str, guard: Guard) -> str:
    """Give a text, or say that it is withheld where it names a place that the audience may not see.

    A reason may name past crises (`raqqa-2017`) although the case withholds a place of that name: such a
    crisis is then not named, and the rest of the text stands.
    """
    if guard.names_in(text):
        for crisis in _past_crises():
            if guard.names_in(crisis):
                text = text.replace(crisis, say("past_crisis"))
    return say("redacted") if guard.names_in(text) else text


def _past_crises() -> list[str]:
    """List the names under which past crises are cited."""
    table = (resources.files("havenward") / "tables" / "past_crises.csv").read_text("utf-8")
    return sorted({row["crisis"] for row in csv.DictReader(io.StringIO(table))})


def _coordinates(row: Location) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Give how the position of a place may begin when written, cut or rounded; None where it is coarse."""
    if row.latitude is None or row.longitude is None:
        return None
    if all(abs(value - round(value, MIN_DECIMALS - 1)) < 1e-9 for value in (row.latitude, row.longitude)):
        return None
    step = 10**MIN_DECIMALS
    written = [
        tuple(sorted({f"{value:.{MIN_DECIMALS}f}", f"{trunc(value * step) / step:.{MIN_DECIMALS}f}"}))
        for value in (row.latitude, row.longitude)
    ]
    return written[0], written[1]


def _fixed_text() -> str:
    """Give the words that a page may hold whatever the case: catalogue, templates, standards, parameters.

    Reasons of conventions and past crises name real places, which a case may have to withhold, so they are
    not among them; `safe_text` reduces them.
    """
    folder = resources.files("havenward.brief") / "templates"
    pages = [item.read_text(encoding="utf-8") for item in folder.iterdir() if item.name.endswith(".html")]
    tables = resources.files("havenward") / "tables"
    conventions = tomllib.loads((tables / "conventions.toml").read_text("utf-8"))["assumption"]
    parameters = [f"{row['name']} {row['unit']}" for row in conventions]
    return " ".join([*fixed_phrases(), *pages, *parameters, (tables / "standards.csv").read_text("utf-8")])


# -- handing over, and the check of finished files --------------------------------------------------------


@contextmanager
def hand_over(folder: Path, names: Sequence[str], guard: Guard) -> Iterator[Path]:
    """Give a place to write files to; when all pass the check, they are put into the folder.

    Parameters
    ----------
    folder
        Is made where it does not exist; files of these names are replaced.
    names
        The files that will be written.
    guard
        What they may not hold.

    Raises
    ------
    ReleaseError
        The folder cannot be used, or a file holds too much; nothing was put in place.
    """
    if (folder / RUN_FILE).exists():
        raise ReleaseError(
            _target_problem(
                folder,
                "the folder holds a run",
                "expected a folder that may be handed over",
                "brief-into-run",
            )
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise ReleaseError(
            _target_problem(folder, "found a file", "expected a folder", "target-not-a-folder")
        ) from error
    except OSError as error:
        raise ReleaseError(_not_written(folder, error)) from error
    try:
        with tempfile.TemporaryDirectory(prefix=".part-", dir=folder) as part:
            yield Path(part)
            refuse_leaks([Path(part) / name for name in names], guard)
            for name in names:
                (Path(part) / name).replace(folder / name)
    except OSError as error:
        raise ReleaseError(_not_written(folder, error)) from error


def _target_problem(folder: Path, found: str, expected: str, slug: str) -> Problem:
    return Problem(str(folder), found, expected, "name another folder with --out", slug)


def _not_written(folder: Path, error: OSError) -> Problem:
    found = f"the files could not be written ({error.strerror or error})"
    return _target_problem(folder, found, "expected room and rights to write", "brief-not-written")


def refuse_leaks(paths: Iterable[Path], guard: Guard) -> None:
    """Refuse files that hold more than their audience may see.

    Raises
    ------
    ReleaseError
        With every finding of `check_files`.
    """
    problems = check_files(paths, guard)
    if problems:
        raise ReleaseError(problems)


def check_files(paths: Iterable[Path], guard: Guard) -> list[Problem]:
    """Re-open finished files (HTML, XLSX, CSV, Markdown) and list what is over the line."""
    problems: list[Problem] = []
    for path in paths:
        if path.suffix == ".xlsx":
            problems += _check_workbook(path, guard)
        elif path.suffix == ".csv":
            rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
            problems += _check_texts(path.name, (cell for row in rows for cell in row), guard)
            problems += _check_table(path.name, rows, guard, all_people=path.name not in NEEDS_FILES)
        elif path.suffix == ".html":
            page = _Page()
            page.feed(path.read_text(encoding="utf-8"))
            problems += _check_texts(path.name, page.texts, guard)
            problems += [
                _problem(
                    path.name,
                    f"the page loads {what}",
                    "expected a page that loads nothing",
                    "page-loads-something",
                )
                for what in page.loads
            ]
        else:
            problems += _check_texts(path.name, [path.read_text(encoding="utf-8")], guard)
    return problems


def _check_texts(where: str, texts: Iterable[str], guard: Guard) -> list[Problem]:
    """Search for withheld names and coordinates."""
    whole = " \n ".join(texts)
    found = [f"the name '{name}'" for name in guard.names_in(whole)]
    found += [
        f"the position {pair[0][0]}, {pair[1][0]}"
        for pair in guard.coordinates
        if all(
            any(text in whole and re.search(rf"(?<![\d.]){re.escape(text)}", whole) for text in texts)
            for texts in pair
        )
    ]
    return [
        _problem(
            where,
            what,
            f"expected nothing that is withheld from the audience '{guard.audience}'",
            "release-name",
        )
        for what in found
    ]


def _check_table(where: str, rows: list[list[str]], guard: Guard, *, all_people: bool) -> list[Problem]:
    """Search a table for columns of flows and for small counts; its header is the first row that is long."""
    header_at = next((n for n, row in enumerate(rows) if sum(bool(cell) for cell in row) > 3), None)
    if header_at is None:
        return []
    header = [cell.strip().casefold() for cell in rows[header_at]]
    problems = []
    if not allows(guard.audience, "flows"):
        problems += [
            _problem(where, f"the column '{column}'", "expected no flows and nobody inside", "release-column")
            for column in header
            if column in FLOW_COLUMNS
        ]
    counts = [
        n
        for n, column in enumerate(header)
        if column.startswith(("people", "persons")) or (all_people and column in COUNT_COLUMNS)
    ]
    for number, row in enumerate(rows[header_at + 1 :], start=header_at + 2):
        small = [
            row[n] for n in counts if n < len(row) and _is_number(row[n]) and guard.is_small(float(row[n]))
        ]
        problems += [
            _problem(
                f"{where} row {number}",
                f"a count of {value}",
                f"expected no count under {guard.suppress_below}",
                "release-small-count",
            )
            for value in small
        ]
    return problems


def _problem(where: str, found: str, expected: str, slug: str) -> Problem:
    return Problem(
        where,
        f"{found} is in it" if slug.startswith("release-") else found,
        expected,
        "nothing was published; report this fault, or choose the audience that may see it",
        slug,
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


class _Page(html.parser.HTMLParser):
    """Gathers every text and attribute of a page, comments and styles too, and what it would load."""

    LOADING = ("src", "srcset", "data", "poster", "action", "background", "xlink:href")
    FORBIDDEN = ("script", "iframe", "link", "object", "embed", "base", "form")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note attributes; only a link that somebody follows may have an address."""
        if tag in self.FORBIDDEN:
            self.loads.append(f"<{tag}>")
        for name, value in attrs:
            self.texts.append(value or "")
            is_local = (value or "").startswith("#")
            if (name in self.LOADING or (name == "href" and tag != "a")) and not is_local:
                self.loads.append(f"{name}={value}")
            if name.startswith("on") or "url(" in (value or ""):
                self.loads.append(f"{name}={value}")

    def handle_data(self, data: str) -> None:
        """Note text, style sheets included."""
        self.texts.append(data)
        if self.lasttag == "style" and re.search(r"url\(|@import", data):
            self.loads.append("something from its style sheet")

    def handle_comment(self, data: str) -> None:
        """Note comments: they are handed over like everything else."""
        self.texts.append(data)


_CELL_NAME = re.compile(r"\$?[A-Z]{1,3}\$?\d+(:\$?[A-Z]{1,3}\$?\d+)?")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def _check_workbook(path: Path, guard: Guard) -> list[Problem]:
    """Search every part of a workbook: cells, hidden sheets, comments, properties, formulas."""
    problems: list[Problem] = []
    with zipfile.ZipFile(path) as archive:
        parts = {
            name: ET.fromstring(archive.read(name))  # noqa: S314 - a file that was just written here
            for name in archive.namelist()
            if name.endswith((".xml", ".rels", ".vml"))
        }
    shared = [_text_of(item) for item in parts.get("xl/sharedStrings.xml", ET.Element("none"))]
    for name, root in parts.items():
        texts = [text for node in root.iter() for text in _texts_of(node)]
        problems += _check_texts(f"{path.name} {name}", texts, guard)
    book = parts["xl/workbook.xml"]
    sheets = [sheet.get("name", "") for sheet in book.iter(f"{_MAIN}sheet")]
    for number, title in enumerate(sheets, start=1):
        cells = parts.get(f"xl/worksheets/sheet{number}.xml")
        if cells is not None:
            rows = [_row_of(row, shared) for row in cells.iter(f"{_MAIN}row")]
            problems += _check_table(f"{path.name} {title}", rows, guard, all_people=title in COUNT_SHEETS)
    return problems


def _texts_of(node: ET.Element) -> Iterator[str]:
    if node.text:
        yield _CELL_NAME.sub(" ", node.text) if node.tag.endswith("}f") else node.text
    if node.tail:
        yield node.tail
    for value in node.attrib.values():
        if not _CELL_NAME.fullmatch(value):
            yield value


def _text_of(item: ET.Element) -> str:
    return "".join(node.text or "" for node in item.iter(f"{_MAIN}t"))


def _row_of(row: ET.Element, shared: list[str]) -> list[str]:
    """Give the cells of a row at their columns, as text."""
    cells: dict[int, str] = {}
    for cell in row.iter(f"{_MAIN}c"):
        letters = re.sub(r"\d", "", cell.get("r", "A"))
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - ord("A") + 1
        value = cell.find(f"{_MAIN}v")
        text = value.text or "" if value is not None else _text_of(cell)
        cells[column - 1] = shared[int(text)] if cell.get("t") == "s" and text else text
    return [cells.get(n, "") for n in range(max(cells, default=-1) + 1)]
