"""How the check opens files that are packed: workbooks, archives, databases, columns, pictures, documents."""

from __future__ import annotations

import base64
import hashlib
import re
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from havenward.brief.check_text import (
    MOST_TOLD,
    check_contacts,
    check_html_text,
    check_numbers,
    check_points,
    check_rows,
    check_texts,
    cut_off,
    release_problem,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from havenward.brief.guard import Guard
    from havenward.errors import Problem

# An archive that is larger, deeper or denser than any product is not unpacked.
MOST_MEMBERS, MOST_BYTES, DEEPEST, DENSEST = 2000, 300_000_000, 2, 400
MOST_TEXT = 20_000_000  # bytes of one packed text of a picture
SHORTEST_RAW = 5  # letters of a name that is searched for in raw bytes; shorter ones stand there by chance
COUNT_SHEETS = ("people", "gaps")  # sheets whose values are people where nothing else is said
READABLE_PARTS = (".xml", ".rels", ".vml", ".png")
# What a formula may not do: fetch, link, call another program or read another file.
REACHING = re.compile(
    r"HYPERLINK|WEBSERVICE|FILTERXML|IMPORT|INDIRECT|ENCODEURL|RTD\s*\(|DDE|CALL\s*\(|REGISTER|EXEC|\[|\|",
    re.IGNORECASE,
)
PLAIN_CHUNKS = frozenset(
    {
        b"IHDR",
        b"PLTE",
        b"IDAT",
        b"IEND",
        b"tRNS",
        b"pHYs",
        b"gAMA",
        b"cHRM",
        b"sRGB",
        b"sBIT",
        b"bKGD",
        b"tIME",
    }
)
TEXT_CHUNKS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
ACTIVE = ("/EmbeddedFiles", "/JavaScript", "/JS", "/Launch", "/OpenAction", "/AA", "/AcroForm", "/RichMedia")
ATTACHED = ("/EmbeddedFile", "/Filespec", "/FileAttachment", "/AF")
_PRINTABLE = re.compile(r"[^\x00-\x08\x0e-\x1f\x7f\ufffd]{4,}")
# every database of places says which way its axes run; a group of a case may be called `east`
_AXIS = re.compile(r'AXIS\["[^"]*",\s*(?:NORTH|SOUTH|EAST|WEST)\b', re.IGNORECASE)
_CELL_NAME = re.compile(r"\$?[A-Z]{1,3}\$?\d+(:\$?[A-Z]{1,3}\$?\d+)?")
_NUMBER = re.compile(r"\d+")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CELL_TAGS = frozenset((f"{_MAIN}c", f"{_MAIN}row"))
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


# -- archives ------------------------------------------------------------------------------------------


def open_archive(path: Path, where: str) -> tuple[dict[str, bytes], list[Problem]]:
    """Unpack an archive into memory, within bounds; what is outside them is a problem and not unpacked."""
    expected = "expected an archive like those that are written here"
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        size = sum(info.file_size for info in infos)
        packed = sum(info.compress_size for info in infos)
        found = []
        if len(infos) > MOST_MEMBERS or size > MOST_BYTES or size > max(packed, 1) * DENSEST + 10_000_000:
            found.append(f"an archive of {len(infos)} files and {size} bytes unpacked")
        names = [info.filename for info in infos]
        found += [f"the file name '{cut_off(name)}'" for name in names if _leads_out(name)]
        if len(set(names)) < len(names):
            found.append("two files of one name")
        if any(info.flag_bits & 1 for info in infos):
            found.append("a file that is encrypted")
        if found:
            return {}, [release_problem(where, what, expected, "release-archive") for what in found]
        if path.read_bytes()[:2] != b"PK":
            return {}, [release_problem(where, "something before the archive", expected, "release-archive")]
        members = {}
        left = MOST_BYTES
        for info in infos:
            with archive.open(info) as member:
                members[info.filename] = member.read(left + 1)
            left -= len(members[info.filename])
            if left < 0:  # what the directory says of sizes need not be true
                return {}, [
                    release_problem(where, "more than its directory says", expected, "release-archive")
                ]
        notes = [archive.comment, *(info.comment + info.extra for info in infos)]
        members["archive notes"] = b"\n".join(notes)
    return members, []


def fingerprint(name: str, content: bytes) -> tuple[str, bytes]:
    """Give the kind of a file and a fingerprint of its bytes."""
    return Path(name).suffix.lower(), hashlib.sha256(content).digest()


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or ":" in name


def check_zip(
    path: Path,
    where: str,
    guard: Guard,
    depth: int,
    check_file: Callable[[Path, str, Guard, int], list[Problem]],
    passed: Collection[tuple[str, bytes]] = (),
) -> list[Problem]:
    """Check every file of an archive, archives in it too, but for those that passed beside it."""
    if depth >= DEEPEST:
        return [
            release_problem(
                where, "an archive in an archive in an archive", "expected fewer", "release-archive"
            )
        ]
    members, problems = open_archive(path, where)
    notes = members.pop("archive notes", b"").decode("utf-8", "replace")
    problems += check_texts(where, [*members, notes], guard, prose=[notes])
    with tempfile.TemporaryDirectory(prefix="havenward-check-") as folder:
        for number, (name, content) in enumerate(members.items()):
            if name.endswith("/") or fingerprint(name, content) in passed:
                continue
            copy = Path(folder) / f"{number}{Path(name).suffix}"
            copy.write_bytes(content)
            problems += check_file(copy, f"{where} {name}", guard, depth + 1)
    return problems


# -- workbooks -----------------------------------------------------------------------------------------


def check_workbook(path: Path, where: str, guard: Guard) -> list[Problem]:
    """Search every part of a workbook: cells, hidden sheets, comments, names, properties, formulas."""
    members, problems = open_archive(path, where)
    if problems:
        return problems
    members.pop("archive notes")
    parts = {}
    for name, content in members.items():
        part = f"{where} {name}"
        if not name.endswith(READABLE_PARTS) or "externalLink" in name:
            problems.append(
                release_problem(
                    part, "a part that cannot be searched", "expected sheets only", "release-kind"
                )
            )
        elif name.endswith(".png"):
            problems += check_png_bytes(content, part, guard)
        elif b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            problems.append(
                release_problem(part, "entities of its own", "expected plain XML", "release-unreadable")
            )
        else:
            parts[name] = ET.fromstring(content)  # noqa: S314 - entities were refused above
    for name, root in parts.items():
        texts = _texts_of(root)
        prose = texts if "relationships" not in root.tag.casefold() else []
        problems += check_texts(f"{where} {name}", texts, guard, prose=(one for one in prose if " " in one))
        problems += _check_formulas(f"{where} {name}", root)
    return problems + _check_sheets(parts, where, guard)


def _check_sheets(parts: dict[str, ET.Element], where: str, guard: Guard) -> list[Problem]:
    """Check the cells of every sheet as a table."""
    problems = []
    shared = [_text_of(item) for item in parts.get("xl/sharedStrings.xml", ET.Element("none"))]
    links = {
        link.get("Id", ""): f"xl/{link.get('Target', '').removeprefix('/xl/')}"
        for link in parts.get("xl/_rels/workbook.xml.rels", ET.Element("none"))
    }
    told = set()
    for sheet in parts["xl/workbook.xml"].iter(f"{_MAIN}sheet"):
        title, target = sheet.get("name", ""), links.get(sheet.get(_RELATION, ""), "")
        told.add(target)
        problems += _check_sheet(parts.get(target), shared, f"{where} {title}", title, guard)
    for name, root in parts.items():  # sheets that the workbook does not list are in the file all the same
        if name.startswith("xl/worksheets/") and name.endswith(".xml") and name not in told:
            problems += _check_sheet(root, shared, f"{where} {name}", "", guard)
    return problems


def _check_sheet(
    root: ET.Element | None, shared: list[str], where: str, title: str, guard: Guard
) -> list[Problem]:
    if root is None:
        return []
    rows = [_row_of(row, shared) for row in root.iter(f"{_MAIN}row")]
    all_people = title.casefold() in COUNT_SHEETS
    return check_rows(where, rows, guard, all_people=all_people)


def _check_formulas(where: str, root: ET.Element) -> list[Problem]:
    """Refuse formulas that reach out of the workbook."""
    formulas = [node.text or "" for tag in ("f", "definedName") for node in root.iter(f"{_MAIN}{tag}")]
    # thousands differ in their rows only: one of each kind is looked at
    alike = dict(zip(_NUMBER.sub("0", "\0".join(formulas)).split("\0"), formulas, strict=False))
    return [
        release_problem(
            where,
            f"the formula {cut_off(formula)}",
            "expected formulas that use this workbook only",
            "release-formula",
        )
        for formula in alike.values()
        # a table may be named in square brackets; text in quotes does nothing
        if REACHING.search(re.sub(r'"[^"]*"|[^\W\d]\w*\[[^\[\]]*\]|\[@[^\[\]]*\]', "", formula))
    ]


def _texts_of(root: ET.Element) -> list[str]:
    """Give every text of a part in its order, and each attribute of its cells and each formula once."""
    texts: list[str] = []
    of_cells: dict[str, None] = {}
    formulas: dict[str, None] = {}
    for node in root.iter():
        tag, text, tail = node.tag, node.text, node.tail
        if text:
            if tag.endswith("}f"):
                formulas[text] = None
            else:
                texts.append(text)
        if tail:
            texts.append(tail)
        if tag in CELL_TAGS:
            of_cells.update(dict.fromkeys(node.attrib.values()))
        else:
            texts += [value for value in node.attrib.values() if not _CELL_NAME.fullmatch(value)]
    texts += [value for value in of_cells if not _CELL_NAME.fullmatch(value)]
    return [*texts, *dict.fromkeys(_CELL_NAME.sub(" ", "\0".join(formulas)).split("\0"))]


def _text_of(item: ET.Element) -> str:
    return "".join(node.text or "" for node in item.iter(f"{_MAIN}t"))


def _row_of(row: ET.Element, shared: list[str]) -> list[str]:
    """Give the cells of a row at their columns, as text."""
    cells: dict[int, str] = {}
    for cell in row.iter(f"{_MAIN}c"):
        value = cell.find(f"{_MAIN}v")
        text = value.text or "" if value is not None else _text_of(cell)
        at = _column_of(cell.get("r", "A").rstrip("0123456789"))
        cells[at] = shared[int(text)] if cell.get("t") == "s" and text else text
    return [cells.get(n, "") for n in range(max(cells, default=-1) + 1)]


@cache
def _column_of(letters: str) -> int:
    """Give the place of a column from its letters: A is 0."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


# -- databases and columns -----------------------------------------------------------------------------


def check_geopackage(path: Path, where: str, guard: Guard) -> list[Problem]:
    """Search a GeoPackage: every row of every table, geometries, and the bytes that no table owns."""
    import shapely  # type: ignore[import-untyped]

    problems = []
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
        free = base.execute("PRAGMA freelist_count").fetchone()[0]
        if free:
            problems.append(
                release_problem(
                    where, f"{free} deleted pages", "expected a database made anew", "release-free-pages"
                )
            )
        master = base.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master").fetchall()
        problems += check_texts(where, [text for row in master for text in row], guard)
        tables = ["sqlite_master", *(name for kind, name, *_ in master if kind == "table")]
        for table in tables:
            try:
                cursor = base.execute(f'SELECT * FROM "{table.replace(chr(34), chr(34) * 2)}"')  # noqa: S608
            except (
                sqlite3.OperationalError
            ):  # a virtual table whose module is not here; its bytes are searched
                continue
            header = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
            problems += _check_records(f"{where} {table}", header, rows, guard)
            blobs = [value for row in rows for value in row if isinstance(value, bytes)]
            shapes = [shape for shape in map(_geometry_bytes, blobs) if shape]
            if shapes:
                points = shapely.get_coordinates(shapely.from_wkb(shapes, on_invalid="raise"))
                problems += check_points(f"{where} {table}", [(x, y) for x, y in points.tolist()], guard)
            if table in {"gpkg_geometry_columns", "gpkg_contents"}:
                problems += _check_crs(where, header, rows)
    return problems + _check_raw(path.read_bytes(), where, guard)


def _check_crs(where: str, header: list[str], rows: list[tuple[Any, ...]]) -> list[Problem]:
    """Refuse layers in metres: positions in them cannot be compared."""
    at = header.index("srs_id") if "srs_id" in header else None
    bad = {row[at] for row in rows if at is not None and row[at] not in {None, 0, -1, 4326}}
    expected = "expected degrees (4326)"
    return [
        release_problem(where, f"a layer in the projection {code}", expected, "release-kind")
        for code in sorted(bad, key=str)
    ]


def _geometry_bytes(blob: bytes) -> bytes | None:
    """Give the shape inside a GeoPackage geometry (magic `GP`, version, flags, srs, envelope)."""
    if blob[:2] != b"GP" or len(blob) < 8:
        return None
    envelope = (0, 32, 48, 48, 64)[min((blob[3] >> 1) & 7, 4)]
    return None if blob[3] & 0x10 else blob[8 + envelope :]  # an empty geometry says nothing


def _check_records(where: str, header: list[str], rows: list[tuple[Any, ...]], guard: Guard) -> list[Problem]:
    """Check rows of any types: as texts, as a table, and as numbers that may be a position."""
    texts = [_AXIS.sub("", value) for row in rows for value in row if isinstance(value, str)]
    problems = check_texts(
        where, [*header, *dict.fromkeys(texts)], guard, prose=(t for t in texts if " " in t)
    )
    cells = [["" if v is None or isinstance(v, bytes) else str(v) for v in row] for row in rows]
    problems += check_rows(where, [header, *cells], guard)
    for row in rows if guard.points else ():
        numbers = [float(value) for value in row if isinstance(value, float)]
        problems += check_numbers(where, numbers, guard) if len(numbers) > 1 else []
    return problems


def _check_raw(content: bytes, where: str, guard: Guard) -> list[Problem]:
    """Search raw bytes for withheld names, and for positions as a computer stores them."""
    text = "\n".join(
        found
        for coding in ("utf-8", "utf-16-le")
        for found in _PRINTABLE.findall(content.decode(coding, "replace"))
        if coding == "utf-8" or found.isascii()
    )
    text = _AXIS.sub("", text)
    # a name that is shown may be torn at the end of a page, and leave one that is withheld
    torn = " ".join(f" {phrase} " for phrase in guard.spoken)
    names = [name for name in guard.names_in(text) if len(name) >= SHORTEST_RAW and f" {name} " not in torn]
    found = [f"the name '{name}'" for name in names]
    for lat, lon in guard.points:
        # four-byte numbers are those of an index of positions
        if any(
            all(struct.pack(form, one) in content for one in (lat, lon)) for form in ("<d", ">d", "<f", ">f")
        ):
            found.append(f"the position {lat:.5f}, {lon:.5f}")
    expected = "expected nothing of that in its bytes, deleted rows included"
    return [release_problem(where, what, expected, "release-name") for what in found[:MOST_TOLD]]


def check_parquet(path: Path, where: str, guard: Guard) -> list[Problem]:
    """Search a Parquet file: values, columns, metadata and statistics."""
    import polars as pl

    table = pl.read_parquet(path)
    problems = check_texts(where, table.columns, guard)
    for name, kind in table.schema.items():
        if kind in {pl.String, pl.Categorical}:
            values = table[name].drop_nulls().unique().cast(pl.String).to_list()
            problems += check_texts(f"{where} {name}", values, guard, prose=(v for v in values if " " in v))
        elif kind.is_nested() or kind in {pl.Binary, pl.Object}:
            problems.append(
                release_problem(
                    where, f"the column '{name}' of {kind}", "expected plain columns", "release-kind"
                )
            )
    plain = table.select(pl.exclude(pl.List, pl.Array, pl.Struct, pl.Binary, pl.Object))
    cells = plain.select(pl.all().cast(pl.String, strict=False).fill_null("")).rows()
    header = [name.casefold() for name in plain.columns]
    problems += check_rows(where, [header, *cells], guard)
    if guard.points and sum(kind.is_float() for kind in table.schema.values()) > 1:
        floats = table.select(pl.selectors.float()).drop_nulls()
        for row in floats.rows():
            problems += check_numbers(where, row, guard)
    content = path.read_bytes()
    size = int.from_bytes(content[-8:-4], "little")
    footer = content[-8 - size : -8]
    problems += _check_raw(footer, f"{where} metadata", guard)
    for packed in re.findall(rb"[A-Za-z0-9+/]{40,}={0,2}", footer):  # the schema is kept in this coding
        problems += _check_raw(
            base64.b64decode(packed + b"=" * (-len(packed) % 4)), f"{where} metadata", guard
        )
    notes = [found for found in _PRINTABLE.findall(footer.decode("utf-8", "replace")) if " " in found]
    return problems + check_contacts(f"{where} metadata", notes, guard)


# -- pictures and documents ----------------------------------------------------------------------------


def check_png(path: Path, where: str, guard: Guard) -> list[Problem]:
    """Search what a picture carries beside its pixels."""
    return check_png_bytes(path.read_bytes(), where, guard)


def check_png_bytes(content: bytes, where: str, guard: Guard) -> list[Problem]:
    """Search the chunks of a PNG: texts are read, what may hide something is refused."""
    if content[:8] != b"\x89PNG\r\n\x1a\n":
        message = "no PNG"
        raise ValueError(message)
    problems, at, kind = [], 8, b""
    while at < len(content) and kind != b"IEND":
        size = int.from_bytes(content[at : at + 4], "big")
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        at += 12 + size
        if kind in TEXT_CHUNKS:
            text = _chunk_text(kind, data)
            problems += check_texts(where, [text], guard, prose=[text])
        elif kind not in PLAIN_CHUNKS:
            what = f"a part '{kind.decode('latin-1')}' that may describe where and by whom it was made"
            problems.append(release_problem(where, what, "expected pixels only", "release-kind"))
    if content[at:] or kind != b"IEND":
        problems.append(
            release_problem(where, "something after the picture", "expected pixels only", "release-kind")
        )
    return problems


def _chunk_text(kind: bytes, data: bytes) -> str:
    """Give a text of a picture; packed ones are unpacked up to a bound."""
    key, _, rest = data.partition(b"\0")
    if kind == b"zTXt" or (kind == b"iTXt" and rest[:1] == b"\1"):
        packed = rest[1:] if kind == b"zTXt" else rest[2:].split(b"\0", 2)[-1]
        rest = zlib.decompressobj().decompress(packed, MOST_TEXT)
    return f"{key.decode('utf-8', 'replace')} {rest.decode('utf-8', 'replace')}".replace("\0", " ")


def check_pdf(path: Path, where: str, guard: Guard) -> list[Problem]:
    """Search a PDF: text of the pages, properties, alternative texts, links, and everything else it holds."""
    from pypdf import PdfReader

    reader = PdfReader(path, strict=False)
    if reader.is_encrypted:
        return [
            release_problem(where, "encryption", "expected a file that can be searched", "release-unreadable")
        ]
    pages = [page.extract_text() or "" for page in reader.pages]
    strings, keys = _walk_pdf(reader)
    texts = [*strings, *pages]
    # a name may be broken at the end of a line, with or without a hyphen
    joined = [re.sub(r"[-\u00ad\u2010]\n", "", page).replace("\n", " ") for page in pages]
    problems = check_texts(
        where, [*texts, *joined], guard, prose=[*joined, *(s for s in strings if " " in s)]
    )
    problems += check_html_text(where, " \n ".join(joined), guard)
    expected = "expected pages only"
    problems += [
        release_problem(where, f"an attached file or an action ({key})", expected, "release-attachment")
        for key in sorted(keys.intersection([*ACTIVE, *ATTACHED]))
    ]
    return problems


def _walk_pdf(reader: Any) -> tuple[list[str], set[str]]:  # noqa: ANN401 - a reader, imported late
    """Give every text in the objects of a PDF, and every key and type that they use."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

    strings: list[str] = []
    keys: set[str] = set()
    todo: list[Any] = [reader.trailer]
    for generation, table in reader.xref.items():
        todo += [IndirectObject(number, generation, reader) for number in table]
    todo += [IndirectObject(number, 0, reader) for number in reader.xref_objStm]
    seen: set[int] = set()
    while todo:
        item = todo.pop()
        if isinstance(item, IndirectObject):
            if item.idnum in seen:
                continue
            seen.add(item.idnum)
            item = item.get_object()
        if isinstance(item, DictionaryObject):
            for key, value in item.items():
                keys.add(str(key))
                if key in {"/Type", "/Subtype", "/S"}:
                    keys.add(str(value))
                todo.append(value)
            if isinstance(item, StreamObject) and item.get("/Type") == "/Metadata":
                strings.append(item.get_data().decode("utf-8", "replace"))
        elif isinstance(item, ArrayObject):
            todo += list(item)
        elif isinstance(item, str):
            strings.append(str(item))
        elif isinstance(item, bytes):
            strings += [item.decode(coding, "replace") for coding in ("utf-8", "utf-16-be")]
    return strings, keys
