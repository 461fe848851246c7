"""What text a file holds: plain text, HTML, PDF and Word files become one text with its title and date.

The file is never changed. Offsets of figures count characters of the text made here, so it is kept beside
the figures where it is not the file itself. Line ends are written as one newline; nothing else of a plain
text is touched, soft hyphens and odd spaces included.
"""

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from havenward.archives import count_stated_entries, count_tags
from havenward.dates import parse_date
from havenward.errors import CaseError, Problem
from havenward.limits import (
    ARCHIVE_ENTRIES,
    PAGE_BYTES,
    PAGE_TAGS,
    PDF_OPERATIONS,
    PDF_STREAM_BYTES,
    REPORT_BLOCKS,
    REPORT_BYTES,
    REPORT_CHARACTERS,
    REPORT_PAGES,
    REPORT_TAGS,
    REPORT_UNPACKED_BYTES,
)
from havenward.reading.properties import (
    NO_PROPERTIES,
    Properties,
    day_of_text,
    pdf_properties,
    read_properties,
    tell_properties,
)

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import date
    from pathlib import Path

SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".docx")
MAX_BYTES, MAX_CHARACTERS, MAX_PAGES = REPORT_BYTES, REPORT_CHARACTERS, REPORT_PAGES
MAX_UNPACKED_BYTES = REPORT_UNPACKED_BYTES

_HEADER_LINE = re.compile(r"(title|outlet|published|url|kind|source):[ \t]*(.*)\Z")


@dataclass(frozen=True)
class Document:
    """A report as read.

    `extracted` tells that the text was taken out of another format and is not the file itself; `offset` is
    how many characters of the file stand before the text (a header).
    """

    name: str
    text: str
    title: str = ""
    outlet: str = ""
    published: date | None = None
    url: str = ""
    kind: str = "original"
    source: str = ""
    extracted: bool = False
    notes: tuple[str, ...] = ()
    properties: Properties = NO_PROPERTIES


def open_document(path: Path, published: date | None = None, outlet: str = "") -> Document:
    """Read a file as a report.

    Parameters
    ----------
    path
        A text file (with or without a header of `key: value` lines), HTML, PDF or DOCX.
    published, outlet
        What the user says; counts over what the file says.

    Raises
    ------
    CaseError
        The file cannot be read, is too large, or holds no text.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _cannot_read(
                path,
                f"the file has {size / 2**20:,.0f} MB",
                f"expected at most {MAX_BYTES / 2**20:.0f} MB",
                "give the report alone, as text",
                "report-too-large",
            )
        data = path.read_bytes()
    except OSError as error:
        raise _cannot_read(
            path,
            f"the file cannot be read ({error.strerror or error})",
            "expected a file that may be read",
            "correct the path or the rights",
            "report-unreadable",
        ) from error
    document = read_document(path, data)
    if len(document.text) > MAX_CHARACTERS:
        raise _cannot_read(
            path,
            f"the text has {len(document.text):,} characters",
            f"expected at most {MAX_CHARACTERS:,}",
            "split it into its reports",
            "report-too-large",
        )
    if not document.text.strip():
        raise _cannot_read(
            path,
            "there is no text in it",
            "expected the words of a report",
            "a scanned page needs text recognition first; give its text",
            "report-without-text",
        )
    document = replace(document, published=published or document.published, outlet=outlet or document.outlet)
    return _take_properties(document) if document.extracted else document


def _take_properties(document: Document) -> Document:
    """Fill a missing day from the head of the text, then day and outlet from the properties of the file."""
    published = document.published or day_of_text(document.text)
    used = Properties(
        None if published else document.properties.day,
        "" if document.outlet else document.properties.author,
    )
    return replace(
        document,
        published=published or used.day,
        outlet=document.outlet or used.author,
        notes=(*document.notes, *tell_properties(used)),
    )


def read_document(path: Path, data: bytes) -> Document:
    """Decide by content, then by name, what format the bytes are, and take the text out."""
    suffix, start = path.suffix.lower(), data[:1024].lstrip()
    if data[:5] == b"%PDF-":
        return _read_pdf(path, data)
    if data[:4] == b"PK\x03\x04" or suffix == ".docx":
        return _read_docx(path, data)
    if suffix in (".html", ".htm") or start[:14].lower().startswith((b"<!doctype html", b"<html")):
        return _read_html(path, data)
    if b"\x00" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _cannot_read(
            path,
            "the file is no text",
            f"expected one of {', '.join(SUFFIXES)}",
            "save the report as text or PDF",
            "report-format",
        )
    text, notes = decode(data)
    return replace(split_header(path.name, text), notes=notes)


def decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Turn bytes into text, line ends into one newline; tells where the encoding had to be guessed."""
    notes: tuple[str, ...] = ()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
            notes = ("the file is not UTF-8; it was read as Windows-1252",)
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


def split_header(name: str, text: str) -> Document:
    """Part the header of a report (`key: value` lines, an empty line) from its text, where there is one."""
    head, gap, body = text.partition("\n\n")
    lines = [_HEADER_LINE.match(line.strip()) for line in head.split("\n")]
    values = {match[1]: match[2].strip() for match in lines if match}
    if not gap or not all(lines) or "title" not in values:
        first = next((line.strip() for line in text.split("\n") if line.strip()), "")
        return Document(name, text, title=first[:200])
    notes: tuple[str, ...] = ()
    published = None
    if values.get("published"):
        try:
            published = parse_date(values["published"])
        except ValueError:
            notes = (f"'{values['published']}' in the header is no date; expected YYYY-MM-DD",)
    return Document(
        name,
        body,
        title=values["title"],
        outlet=values.get("outlet", ""),
        published=published,
        url=values.get("url", ""),
        kind=values.get("kind", "original"),
        source=values.get("source", ""),
        notes=notes,
    )


def _read_html(path: Path, data: bytes) -> Document:
    import logging

    from lxml import html as lxml_html
    from trafilatura import bare_extraction
    from trafilatura.settings import use_config

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # its complaints are about single tags
    if len(data) > PAGE_BYTES:
        raise _cannot_read(
            path,
            f"the page has {len(data) / 2**20:,.0f} MB",
            f"expected at most {PAGE_BYTES / 2**20:.0f} MB",
            "save the article alone, or give its text",
            "report-too-large",
        )
    config = use_config()
    config.set("DEFAULT", "EXTRACTION_TIMEOUT", "0")  # signals do not work outside the main thread
    found: Any = None
    try:
        if data.count(b"<") <= PAGE_TAGS:
            found = bare_extraction(
                data,
                include_tables=True,
                include_comments=False,
                favor_recall=True,
                with_metadata=True,
                config=config,
            )
    except Exception:  # noqa: BLE001 - hostile pages break it in many ways; their words are read below
        found = None
    body = _plain_tables(found.text or "") if found is not None else ""
    title = (found.title or "") if found is not None else ""
    if not body.strip():  # no article found: all words of the page, in order
        try:
            page = lxml_html.fromstring(data)
        except Exception as error:  # the parser has errors of its own, and of the library under it
            raise _cannot_read(
                path,
                "no HTML could be read",
                "expected a page with text",
                "save the page again, or give its text",
                "report-format",
            ) from error
        for tag in page.iter("script", "style", "noscript", "template"):
            tag.text = ""
        for tag in page.iter("td", "th"):
            tag.tail = f"\t{tag.tail or ''}"
        for tag in page.iter("p", "li", "div", "br", "tr", "h1", "h2", "h3", "h4", "h5", "h6"):
            tag.tail = f"\n{tag.tail or ''}"
        body = "\n".join(line.strip() for line in page.text_content().splitlines() if line.strip())
    published = None
    if found is not None and found.date:
        try:
            published = parse_date(found.date)
        except ValueError:
            published = None
    text = body if body.lstrip().startswith(title) else f"{title}\n\n{body}"
    outlet = (found.sitename or "") if found is not None else ""
    url = (found.url or "") if found is not None else ""
    return Document(path.name, text, title, outlet, published, url, extracted=True)


def _plain_tables(text: str) -> str:
    """Write rows as words between tabs instead of bars, and leave out the rule under the head."""
    lines = []
    for line in text.split("\n"):
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not all(set(cell) <= set("-: ") for cell in cells):
                lines.append("\t".join(cells))
        else:
            lines.append(line)
    return "\n".join(lines)


class _TooIntricateError(BaseException):
    """A PDF has more operations than any report; an `Exception` would be swallowed inside of the library."""


def _read_pdf(path: Path, data: bytes) -> Document:
    import io
    import logging

    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    notes: list[str] = []
    try:
        with _limit_pypdf():
            reader = PdfReader(io.BytesIO(data))
            locked = reader.is_encrypted and not reader.decrypt("")
            pages = [] if locked else _read_pages(reader, notes)
            told = None if locked else reader.metadata
            title = str(told.title or "").strip() if told else ""
            properties = pdf_properties(told) if told else Properties()
    except Exception as error:  # a damaged PDF fails in as many ways as it has parts
        raise _cannot_read(
            path,
            f"the PDF cannot be read ({type(error).__name__})",
            "expected a whole PDF",
            "open and save it again, or give its text",
            "report-format",
        ) from error
    if locked:
        raise _cannot_read(
            path,
            "the PDF is locked by a password",
            "expected one that opens without",
            "save it without a password",
            "report-locked",
        )
    text = _without_halves("\n\n".join(_tidy_page(page) for page in pages).replace("\x00", ""))
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    title = _without_halves(title) or first[:200]
    return Document(path.name, text, title, extracted=True, notes=tuple(notes), properties=properties)


def _read_pages(reader: Any, notes: list[str]) -> list[str]:  # noqa: ANN401 - of a library that is loaded late
    """Take the text out of each page; what is not read is noted, and an error if it is all."""
    operations = 0

    def count_operation(*_: object) -> None:
        nonlocal operations
        operations += 1
        if operations > PDF_OPERATIONS:
            raise _TooIntricateError

    count, pages, damaged = len(reader.pages), [], 0
    until = min(count, MAX_PAGES)
    for number in range(until):
        try:
            pages.append(reader.pages[number].extract_text(visitor_operand_before=count_operation))
        except _TooIntricateError:
            until = number
            break
        except Exception:  # damaged pages fail in many ways
            damaged += 1
            if damaged == until:
                raise
    if until < count:
        notes.append(f"only the first {until} of {count} pages were read")
    if damaged:
        notes.append(f"{damaged} of {count} pages are damaged or too intricate, and were not read")
    return pages


def _limit_pypdf() -> AbstractContextManager[Any]:
    """Keep the library from unpacking and parsing more than a page of text has, and from starting others."""
    import pypdf

    if not hasattr(pypdf, "apply_configuration"):  # before version 7 its own limits must do
        return nullcontext()
    return pypdf.apply_configuration(
        zlib_maximum_output_length=PDF_STREAM_BYTES,
        lzw_maximum_output_length=PDF_STREAM_BYTES,
        run_length_maximum_output_length=PDF_STREAM_BYTES,
        array_based_stream_maximum_output_length=PDF_STREAM_BYTES,
        stream_parsing_work_maximum_count=PDF_OPERATIONS,
        jbig2dec_binary=None,
    )


def _without_halves(text: str) -> str:
    """Replace halves of signs (surrogates), which no file of text can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _tidy_page(text: str) -> str:
    """Join words that a line end parts (`dis-` / `placed`), and end lines without blanks."""
    text = re.sub(r"[ \t]+\n", "\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"(?<=[a-z]{2})-\n(?=[a-z]{2})", "", text)


def _read_docx(path: Path, data: bytes) -> Document:
    try:
        unpacked, tags = _weigh_word(data)
        fits = unpacked <= MAX_UNPACKED_BYTES and tags <= REPORT_TAGS
        lines, title, properties = _read_word(data) if fits else (None, "", Properties())
    except Exception as error:  # a damaged Word file does, too
        raise _cannot_read(
            path,
            f"the Word file cannot be read ({type(error).__name__})",
            "expected a .docx",
            "open and save it again as .docx, or give its text",
            "report-format",
        ) from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise _cannot_read(
            path,
            f"it unpacks to {unpacked / 2**20:,.0f} MB",
            f"expected at most {MAX_UNPACKED_BYTES / 2**20:.0f} MB",
            "remove pictures, or give its text",
            "report-too-large",
        )
    if lines is None:
        raise _cannot_read(
            path,
            "it has more parts than any report",
            f"expected at most {REPORT_TAGS:,} tags, {REPORT_BLOCKS:,} paragraphs and "
            f"{MAX_CHARACTERS:,} letters",
            "give the report alone, or its text",
            "report-too-large",
        )
    text = "\n\n".join(line for line in lines if line.strip())
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    return Document(path.name, text, title or first[:200], extracted=True, properties=properties)


def _weigh_word(data: bytes) -> tuple[int, int]:
    """Tell to how many bytes a Word file unpacks, and how many tags it has, before it is read."""
    import io
    import zipfile

    if count_stated_entries(data) > ARCHIVE_ENTRIES:
        return 0, REPORT_TAGS + 1
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(item.file_size for item in archive.infolist())
        return unpacked, count_tags(archive) if unpacked <= MAX_UNPACKED_BYTES else 0


def _read_word(data: bytes) -> tuple[list[str] | None, str, Properties]:
    """Give the lines of a Word file, its title and properties; no lines where there are too many."""
    import io

    import docx
    from docx.table import Table

    word = docx.Document(io.BytesIO(data))
    lines: list[str] = []
    room = MAX_CHARACTERS
    for number, block in enumerate(word.iter_inner_content()):
        added = _table_lines(block, room) if isinstance(block, Table) else [block.text]
        lines += added
        room -= sum(map(len, added))
        if room < 0 or number > REPORT_BLOCKS:
            return None, "", Properties()
    own = word.core_properties
    return lines, str(own.title or "").strip(), read_properties(own.author, own.modified, own.created)


def _table_lines(table: Any, room: int) -> list[str]:  # noqa: ANN401 - the library types it no further
    """Write each row of a table as a line, merged cells once in each row that they cover.

    Columns are counted here: the library gives a cell as often as it says that it is wide, which may be two
    thousand million times. Ends early where the lines are longer than `room`.
    """
    from docx.table import _Cell

    lines: list[str] = []
    words: dict[int, str] = {}  # by column: what a cell above says that goes on below
    for row in table._tbl.tr_lst:  # noqa: SLF001 - only here the width of a cell is a number
        at, cells, last = row.grid_before, [], None
        for tc in row.tc_lst:
            goes_on = tc.vMerge == "continue" and at in words
            if not goes_on:
                words[at] = " ".join(_Cell(tc, table).text.split())
            if not goes_on or words[at] is not last:
                cells.append(words[at])
            last = words[at]
            at += tc.grid_span
        lines.append("\t".join(cells))
        room -= len(lines[-1])
        if room < 0:
            break
    return lines


def _cannot_read(path: Path, found: str, expected: str, repair: str, slug: str) -> CaseError:
    return CaseError(Problem(path.name, found, expected, repair, slug))
