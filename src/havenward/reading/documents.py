"""What text a file holds: plain text, HTML, PDF and Word files become one text with its title and date.

The file is never changed. Offsets of figures count characters of the text made here, so it is kept beside
the figures where it is not the file itself. Line ends are written as one newline; nothing else of a plain
text is touched, soft hyphens and odd spaces included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from havenward.dates import parse_date
from havenward.errors import CaseError, Problem

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".docx")
# a report is pages, not libraries; what is larger is a mistake or an attack
MAX_BYTES = 64 * 2**20
MAX_CHARACTERS = 4 * 2**20
MAX_PAGES = 500
MAX_UNPACKED_BYTES = 256 * 2**20

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
    return replace(document, published=published or document.published, outlet=outlet or document.outlet)


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
    config = use_config()
    config.set("DEFAULT", "EXTRACTION_TIMEOUT", "0")  # signals do not work outside the main thread
    found: Any = None
    try:
        found = bare_extraction(
            data,
            include_tables=True,
            include_comments=False,
            favor_recall=True,
            with_metadata=True,
            config=config,
        )
    except (ValueError, RecursionError, AssertionError):  # hostile nesting
        found = None
    body = _plain_tables(found.text or "") if found is not None else ""
    title = (found.title or "") if found is not None else ""
    if not body.strip():  # no article found: all words of the page, in order
        try:
            page = lxml_html.fromstring(data)
        except (ValueError, lxml_html.etree.ParserError) as error:
            raise _cannot_read(
                path,
                "no HTML could be read",
                "expected a page with text",
                "save the page again, or give its text",
                "report-format",
            ) from error
        for tag in page.iter("script", "style", "noscript", "template"):
            tag.text = ""
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


def _read_pdf(path: Path, data: bytes) -> Document:
    import io
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _cannot_read(
                path,
                "the PDF is locked by a password",
                "expected one that opens without",
                "save it without a password",
                "report-locked",
            )
        count = len(reader.pages)
        pages = [reader.pages[number].extract_text() for number in range(min(count, MAX_PAGES))]
        title = str(reader.metadata.title or "").strip() if reader.metadata else ""
    except CaseError:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, RecursionError, OSError) as error:
        raise _cannot_read(
            path,
            f"the PDF cannot be read ({type(error).__name__})",
            "expected a whole PDF",
            "open and save it again, or give its text",
            "report-format",
        ) from error
    notes = (f"only the first {MAX_PAGES} of {count} pages were read",) if count > MAX_PAGES else ()
    text = "\n\n".join(_tidy_page(page) for page in pages).replace("\x00", "")
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    return Document(path.name, text, title or first[:200], extracted=True, notes=notes)


def _tidy_page(text: str) -> str:
    """Join words that a line end parts (`dis-` / `placed`), and end lines without blanks."""
    text = re.sub(r"[ \t]+\n", "\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"(?<=[a-z]{2})-\n(?=[a-z]{2})", "", text)


def _read_docx(path: Path, data: bytes) -> Document:
    import io
    import zipfile

    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table
    from lxml.etree import LxmlError

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            raise _cannot_read(
                path,
                f"it unpacks to {unpacked / 2**20:,.0f} MB",
                f"expected at most {MAX_UNPACKED_BYTES / 2**20:.0f} MB",
                "remove pictures, or give its text",
                "report-too-large",
            )
        word = docx.Document(io.BytesIO(data))
        lines = []
        for block in word.iter_inner_content():
            if isinstance(block, Table):
                lines += [
                    "\t".join(" ".join(cell.text.split()) for cell in _row_cells(row)) for row in block.rows
                ]
            else:
                lines.append(block.text)
        title = str(word.core_properties.title or "").strip()
    except CaseError:
        raise
    except (zipfile.BadZipFile, PackageNotFoundError, LxmlError, KeyError, ValueError, OSError) as error:
        raise _cannot_read(
            path,
            f"the Word file cannot be read ({type(error).__name__})",
            "expected a .docx",
            "open and save it again as .docx, or give its text",
            "report-format",
        ) from error
    text = "\n\n".join(line for line in lines if line.strip())
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    return Document(path.name, text, title or first[:200], extracted=True)


def _row_cells(row: Any) -> list[Any]:  # noqa: ANN401 - the library types it no further
    """Give the cells of a row, merged ones once."""
    cells: list[Any] = []
    for cell in row.cells:
        if not cells or cell._tc is not cells[-1]._tc:  # noqa: SLF001 - only so a merged cell can be told
            cells.append(cell)
    return cells


def _cannot_read(path: Path, found: str, expected: str, repair: str, slug: str) -> CaseError:
    return CaseError(Problem(path.name, found, expected, repair, slug))
