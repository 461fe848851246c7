"""How a file of another office becomes rows of text, and which files are refused before anything is read.

CSV, TSV, XLSX, JSON, JSON lines, and a ZIP that holds one of them. Nothing is executed, no formula is worked
out, and sizes are bounded before anything is unpacked.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from havenward.archives import count_stated_entries
from havenward.case.importers.grid_books import cell_text, check_workbook, read_sheet
from havenward.case.importers.grid_parts import MAX_COLUMNS, Grid, add_rows, check_cells, cut_off, refuse
from havenward.errors import CaseError
from havenward.limits import (
    ARCHIVE_BYTES,
    ARCHIVE_ENTRIES,
    ARCHIVE_FREE_BYTES,
    ARCHIVE_RATIO,
    IMPORT_BYTES,
    JSON_BYTES,
    JSON_OBJECTS,
    MERGED_BYTES,
    MERGED_TAGS,
    TABLE_CELL,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Grid", "check_workbook", "refuse"]  # which others take from here

MAX_FILE_BYTES, MAX_UNPACKED_BYTES, MAX_RATIO = IMPORT_BYTES, ARCHIVE_BYTES, ARCHIVE_RATIO
MAX_CELL = TABLE_CELL
SNIFFED_ROWS = 25

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# beginnings of files that are no tables, and what they are
_OTHER_KINDS = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3", "a GeoPackage or another database"),
    (b"\x1f\x8b", "a file packed with gzip"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
)
_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".json", ".jsonl", ".ndjson", ".geojson")
# keys under which interfaces put their rows
_ROW_KEYS = ("data", "results", "result", "items", "records", "features", "rows", "timeseries")


def read_grids(path: Path, name: str = "") -> list[Grid]:
    """Read every sheet of a file.

    Raises
    ------
    CaseError
        The file is missing, empty, cut off, protected, too large, of another kind, or an error page.
    """
    name = name or path.name
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise too_large(name, path.stat().st_size)
        data = path.read_bytes()
    except OSError as error:
        raise refuse(
            name,
            f"the file cannot be read ({error.strerror or error})",
            "expected a file that may be read",
            "check the path, and that the file is not open elsewhere",
            "import-file-unreadable",
        ) from error
    return list(_read_data(data, name, deep=False))


def _read_data(data: bytes, name: str, *, deep: bool) -> Iterator[Grid]:
    check_kind(data, name)
    if data.startswith(b"PK"):
        yield from _read_zip(data, name, deep=deep)
        return
    text, note = decode(data, name)
    notes = [note] if note else []
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start in {"{", "["} and PurePath(name).suffix.lower() not in {".csv", ".tsv"}:
        if len(data) > JSON_BYTES:
            raise too_large(name, len(data), JSON_BYTES)
        if text.count("{") + text.count("[") > JSON_OBJECTS:
            raise refuse(
                name,
                f"the file has more than {JSON_OBJECTS:,} objects",
                "expected a table that fits into memory",
                "keep only the rows and columns that the case needs",
                "import-file-too-large",
            )
        yield Grid("", read_json(text, name), notes)
    else:
        yield Grid("", read_delimited(text, name), notes)


def too_large(name: str, size: float, most: int = MAX_FILE_BYTES) -> CaseError:
    """Refuse a file beyond the limit."""
    return refuse(
        name,
        f"the file has {size / 1e6:,.0f} MB",
        f"expected at most {most / 1e6:,.0f} MB",
        "keep only the rows and columns that the case needs",
        "import-file-too-large",
    )


def check_kind(data: bytes, name: str) -> None:
    """Refuse what is certainly no table: nothing, a page, a protected or old workbook, another kind."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise refuse(
            name,
            "the file is empty",
            "expected a table",
            "download or save it again",
            "import-file-empty",
        )
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data[:200_000] or b"EncryptedPackage" in data[:200_000]:
            raise refuse(
                name,
                "the workbook is protected with a password",
                "expected a file that opens without one",
                "open it, remove the password, and save it as .xlsx",
                "import-file-protected",
            )
        raise refuse(
            name,
            "this is a workbook in the old format of Excel (.xls)",
            "expected .xlsx or CSV",
            "open it and save it as .xlsx",
            "import-file-old-workbook",
        )
    head = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or (
        head.startswith(b"<?xml") and b"<html" in head
    ):
        raise refuse(
            name,
            f"this is a web page{_page_title(data)}",
            "expected a table",
            "download it again: the address may need a login, or the service may be down",
            "import-file-is-page",
        )
    if head.startswith(b"<"):
        raise refuse(
            name,
            "this is XML, which services also send in place of an error",
            "expected a table",
            "open it in a text editor to see what it says, then download it again",
            "import-file-is-page",
        )
    kind = next((words for start, words in _OTHER_KINDS if data.startswith(start)), "")
    if kind:
        raise refuse(
            name,
            f"this is {kind}",
            "expected CSV, XLSX, JSON, or a ZIP that holds one of them",
            "save the table in one of these forms",
            "import-file-kind",
        )


def _page_title(data: bytes) -> str:
    match = re.search(rb"<title[^>]*>([^<]{1,200})", data[:20_000], re.IGNORECASE)
    if not match:
        return ""
    title = " ".join(match[1].decode("utf-8", "replace").split())
    return f" ('{title[:80]}')"


# -- ZIP and XLSX --------------------------------------------------------------------------------------


def open_zip(data: bytes, name: str) -> zipfile.ZipFile:
    """Open a ZIP whose sizes are bounded and whose entries need no password.

    Raises
    ------
    CaseError
        It is cut off, protected, or unpacks to far more than a table.
    """
    if count_stated_entries(data) > ARCHIVE_ENTRIES:
        raise refuse(
            name,
            f"the archive holds more than {ARCHIVE_ENTRIES:,} files",
            "expected a workbook, or an archive of one table",
            "unpack it and name the file that you mean",
            "import-archive-entries",
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise cut_off(name) from error
    unpacked, packed = sum(i.file_size for i in infos), sum(i.compress_size for i in infos)
    if unpacked > MAX_UNPACKED_BYTES or (
        unpacked > ARCHIVE_FREE_BYTES and unpacked > MAX_RATIO * max(packed, 1)
    ):
        raise refuse(
            name,
            f"the file unpacks to {unpacked / 1e6:,.0f} MB",
            f"expected at most {MAX_UNPACKED_BYTES / 1e6:,.0f} MB, and at most {MAX_RATIO} times its size",
            "take it from its source again; a file like this can be made to fill a disk",
            "import-file-bomb",
        )
    if any(info.flag_bits & 1 for info in infos):
        raise refuse(
            name,
            "the archive is protected with a password",
            "expected a file that opens without one",
            "unpack it with its password first",
            "import-file-protected",
        )
    return archive


def _read_zip(data: bytes, name: str, *, deep: bool) -> Iterator[Grid]:
    archive = open_zip(data, name)
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    if "xl/workbook.xml" in names or any(entry.startswith("xl/worksheets/") for entry in names):
        yield from _read_workbook(data, name, sum(info.file_size for info in archive.infolist()))
        return
    tables = [
        entry
        for entry in names
        if PurePath(entry).suffix.lower() in _TABLES
        and not PurePath(entry).name.startswith((".", "~$", "README", "readme"))
        and "__MACOSX" not in entry
    ]
    if len(tables) != 1 or deep:
        listed = f"the tables {', '.join(PurePath(t).name for t in tables[:5])}" if tables else "no table"
        found = "the archive holds another archive" if deep else f"the archive holds {listed}"
        raise refuse(
            name,
            found,
            "expected one table: CSV, XLSX or JSON",
            "unpack it and name the file that you mean",
            "import-archive-choice",
        )
    try:
        inner = archive.read(tables[0])
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise cut_off(name) from error
    except Exception as error:  # zlib raises an error of its own
        raise cut_off(name) from error
    yield from _read_data(inner, f"{name}/{PurePath(tables[0]).name}", deep=True)


def _read_workbook(data: bytes, name: str, unpacked: int) -> Iterator[Grid]:
    import warnings

    import openpyxl  # type: ignore[import-untyped]

    # a larger workbook is read row by row, which does not tell merged cells
    whole = unpacked <= MERGED_BYTES and check_workbook(data, name) <= MERGED_TAGS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and drop-downs, which are not read
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=not whole, data_only=True)
            for sheet in book.worksheets:
                if sheet.sheet_state == "visible":
                    yield read_sheet(sheet, whole=whole)
    except CaseError:
        raise
    except Exception as error:  # a damaged workbook fails in as many ways as it has parts
        raise cut_off(name) from error


# -- JSON ----------------------------------------------------------------------------------------------


def read_json(text: str, name: str) -> list[tuple[int, list[str]]]:
    """Lay out JSON records as a table: its header in row 1, record n in row n + 1.

    Records are a list of objects, lines of objects, or a list under one of the usual keys. Objects inside
    objects are written with a point between the keys.
    """
    records = [_flatten(record) for record in _json_records(text, name)]
    headings = list(dict.fromkeys(key for record in records for key in record))[:MAX_COLUMNS]
    rows: list[tuple[int, list[str]]] = []
    add_rows(rows, iter([headings, *([record.get(key, "") for key in headings] for record in records)]), name)
    return rows


def _json_records(text: str, name: str) -> list[dict[str, Any]]:
    try:
        document = _loads(text)
    except (ValueError, RecursionError) as error:
        try:
            lines = [_loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            raise cut_off(name) from error
        document = lines
    rows = document
    if isinstance(document, dict):
        rows = next((document[key] for key in _ROW_KEYS if isinstance(document.get(key), list)), None)
        if rows is None and isinstance(document.get("data"), dict):
            rows = next((part for part in document["data"].values() if isinstance(part, list)), None)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        said = _error_words(document)
        raise refuse(
            name,
            f"the service sent an error: {said}" if said else "the file holds no list of records",
            "expected a list of records",
            "download it again as the service's page describes" if said else "save the table as CSV or XLSX",
            "import-json-shape",
        )
    if document != rows and isinstance(document, dict) and document.get("type") == "FeatureCollection":
        return [{**_as_dict(row.get("properties")), **_point(row.get("geometry"))} for row in rows]
    return rows


def _loads(text: str) -> Any:  # noqa: ANN401 - any JSON
    """Read JSON; halves of signs (surrogates), which no file of text can hold, become question marks."""
    document = json.loads(text)
    if "\\ud" in text or "\\uD" in text:
        document = json.loads(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))
    return document


def _error_words(document: object) -> str:
    if not isinstance(document, dict):
        return ""
    for key in ("error", "errors", "message", "detail", "error_description"):
        if document.get(key):
            return " ".join(str(document[key]).split())[:120]
    return ""


def _as_dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _point(geometry: object) -> dict[str, Any]:
    shape = _as_dict(geometry)
    place = shape.get("coordinates")
    if shape.get("type") != "Point" or not isinstance(place, list) or len(place) < 2:
        return {}
    return {"longitude": place[0], "latitude": place[1]}


def _flatten(record: dict[str, Any], before: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, dict) and len(before) < 100:
            flat.update(_flatten(value, f"{before}{key}."))
        elif isinstance(value, list):
            flat[f"{before}{key}"] = "; ".join(cell_text(part) for part in value[:100])
        else:
            flat[f"{before}{key}"] = cell_text(value)
    return flat


# -- delimited text ------------------------------------------------------------------------------------


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Find the encoding of a text: UTF-8, UTF-16, else Windows-1252 with a note.

    Raises
    ------
    CaseError
        The bytes are no text in any of them.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace"), ""
    odd, even = data[1:4000:2].count(0), data[:4000:2].count(0)
    if max(odd, even) > 0.3 * min(len(data), 4000) / 2:
        return data.decode("utf-16-le" if odd > even else "utf-16-be", "replace"), ""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    if text and "\0" not in text:
        return text, ""
    high = sum(byte >= 0x80 for byte in data[:100_000])
    letters = high + sum(chr(byte).isalpha() for byte in data[:100_000] if byte < 0x80)
    if b"\0" in data or high > 0.3 * max(letters, 1):
        raise refuse(
            name,
            "its letters are in no encoding that is known here",
            "expected UTF-8, UTF-16 or Windows-1252",
            "open it and save it as 'CSV UTF-8' or as .xlsx",
            "import-encoding",
        )
    note = (
        "the file is not UTF-8 and was read as Windows-1252; look whether names with accents came out right"
    )
    return data.decode("cp1252", "replace"), note


def read_delimited(text: str, name: str) -> list[tuple[int, list[str]]]:
    """Split a text into rows, with the delimiter that gives the most even rows.

    Raises
    ------
    CaseError
        The text breaks off inside a row.
    """
    mark = _find_delimiter(text)
    check_cells(text.count(mark) + text.count("\n"), name)  # before any of them is an object of its own
    rows: list[tuple[int, list[str]]] = []
    try:
        add_rows(rows, _split(text, mark, strict=True), name)
    except csv.Error as error:
        if "unexpected end" in str(error):
            where = f"{name} row {len(rows) + 1}"
            raise refuse(
                where,
                "a quotation mark opens here and never closes, as if the file was cut off",
                "expected whole rows",
                "download it again, or close the quotation mark",
                "import-file-truncated",
            ) from error
        rows = _split_loosely(text, mark, name)
    _check_last(text, rows, name)
    return [(number, cells) for number, cells in rows if any(cells)]


def _split(text: str, mark: str, *, strict: bool) -> Iterator[list[str]]:
    for cells in csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=strict):
        yield [cell.strip() for cell in cells[:MAX_COLUMNS]]


def _split_loosely(text: str, mark: str, name: str) -> list[tuple[int, list[str]]]:
    """Split a text whose quotation marks do not keep to the rules."""
    rows: list[tuple[int, list[str]]] = []
    try:
        add_rows(rows, _split(text, mark, strict=False), name)
    except csv.Error as error:
        raise refuse(
            name,
            f"a cell has more than {MAX_CELL:,} characters",
            "expected short cells",
            "close the quotation mark that swallowed many rows",
            "import-cell-too-large",
        ) from error
    return rows


def _find_delimiter(text: str) -> str:
    lines = [
        line for line in text.lstrip("\ufeff\r\n").split("\n", SNIFFED_ROWS)[:SNIFFED_ROWS] if line.strip()
    ]
    if lines and (said := re.match(r"sep=(.)\r?\Z", lines[0])):
        return said[1]

    def evenness(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in lines]
        usual = max(set(counts), key=lambda n: (counts.count(n) if n else 0, n), default=0)
        return (counts.count(usual) if usual else 0, usual)

    return max((",", ";", "\t", "|"), key=evenness)


def _check_last(text: str, rows: list[tuple[int, list[str]]], name: str) -> None:
    """Refuse a text whose last row is shorter than all others and ends in the middle of a line."""
    if len(rows) < 3 or text.endswith(("\n", "\r")):
        return
    width = len(rows[-2][1])
    if len(rows[-1][1]) < width and width == max(len(cells) for _, cells in rows):
        where = f"{name} row {rows[-1][0]}"
        raise refuse(
            where,
            f"the last row has {len(rows[-1][1])} of {width} cells, as if the file was cut off",
            "expected whole rows",
            "download it again, or complete the row",
            "import-file-truncated",
        )
