"""Which files the workbench takes from a browser, and under which names: by content and not by what they say.

A file is looked at before anything opens it. Archives (Word files and workbooks are some, too) are counted
through once, so that none can unpack to more than is sensible; nothing is unpacked to the disk.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
import zipfile
import zlib
from typing import IO, TYPE_CHECKING

from havenward.errors import Problem, SettingsError
from havenward.files import sync_tree
from havenward.limits import (
    UPLOAD_BYTES,
    UPLOAD_ENTRIES,
    UPLOAD_FREE_BYTES,
    UPLOAD_RATIO,
    UPLOAD_UNPACKED_BYTES,
)
from havenward.workbench.workspace import MAX_NAME, is_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from starlette.datastructures import UploadFile

MAX_FILES = 100
MAX_FILE_BYTES, MAX_UNPACKED_BYTES, MAX_ENTRIES = UPLOAD_BYTES, UPLOAD_UNPACKED_BYTES, UPLOAD_ENTRIES
MAX_DENSITY, DENSITY_FREE_BYTES = (
    UPLOAD_RATIO,
    UPLOAD_FREE_BYTES,
)  # small archives may be as dense as they like
LOOK_BYTES = 1_024
CHUNK_BYTES = 1 << 20
# kind of content: the endings that it may have; what has another gets the first
ENDINGS = {
    "text": (".txt", ".md", ".csv", ".tsv", ".json", ".jsonl", ".geojson", ".toml", ".html", ".htm", ".xml",
             ".osm"),
    "html": (".html", ".htm"),
    "pdf": (".pdf",),
    "docx": (".docx",),
    "xlsx": (".xlsx", ".xlsm"),
    "zip": (".zip",),
    "gpkg": (".gpkg",),
    "osm": (".pbf",),
}  # fmt: skip
REPORT_KINDS = ("text", "html", "pdf", "docx")
_ENCODING_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_NO_NAME = re.compile(r"[^\w .-]+")


def keep_uploads(
    files: Iterable[UploadFile | str], folder: Path, *, kinds: Collection[str] = tuple(ENDINGS)
) -> list[Path]:
    """Keep the files of a form in a folder of their own.

    Parameters
    ----------
    files
        As the form gave them (`form.getlist(...)`); fields left empty are passed over.
    folder
        Made here, as `Workspace.new_uploads_folder` names it. It goes when the job that was given the files
        has done its work.
    kinds
        Kinds of content that are taken: keys of `ENDINGS`.

    Returns
    -------
    paths
        In the order of the form. Names are safe on every system, differ, and end as the content asks.

    Raises
    ------
    SettingsError
        There is no file, or one is refused; then none is kept. It names every file that is refused, and why.
    """
    given = [file for file in files if not isinstance(file, str) and file.filename]
    if not given or len(given) > MAX_FILES:
        raise SettingsError(_wrong_number(len(given)))
    folder.mkdir(parents=True)
    try:
        paths, problems = _keep_all(given, folder, kinds)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if problems:
        shutil.rmtree(folder)
        raise SettingsError(problems)
    sync_tree(folder)  # a job is promised for them, which may begin after the next start
    return paths


def _keep_all(
    files: Sequence[UploadFile], folder: Path, kinds: Collection[str]
) -> tuple[list[Path], list[Problem]]:
    paths: list[Path] = []
    problems: list[Problem] = []
    for file in files:
        name, part = file.filename or "", folder / f".part-{len(paths)}"
        try:
            _copy(file.file, part, name)
            kind = kind_of(part, name)
        except SettingsError as error:
            problems += error.problems
            continue
        if kind in kinds:
            free = _free_name(name, kind, {one.name.casefold() for one in paths})
            paths.append(part.rename(folder / free))
        else:
            problems.append(_wrong_kind(name, kinds))
    return paths, problems


def kind_of(path: Path, name: str) -> str:
    """Tell what a file is by its content: a key of `ENDINGS`, or nothing where it is none of them.

    Raises
    ------
    SettingsError
        It is an archive that unpacks to too much, is broken or locked, or hides something.
    """
    with path.open("rb") as stream:
        start = stream.read(LOOK_BYTES)
    if start.startswith(b"%PDF-"):
        return "pdf"
    if start.startswith(b"PK\x03\x04"):
        return _kind_of_archive(path, name)
    if start.startswith(b"SQLite format 3\x00"):
        return "gpkg" if start[68:72] in (b"GPKG", b"GP10", b"GP11") else ""
    if b"OSMHeader" in start[:24]:
        return "osm"
    if b"\x00" in start and not start.startswith(_ENCODING_MARKS):
        return ""
    if not start.startswith(_ENCODING_MARKS) and any(byte < 9 or 13 < byte < 27 for byte in start):
        return ""  # control characters that no text has
    words = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return "html" if words.startswith((b"<!doctype html", b"<html")) else "text"


def safe_name(name: str) -> str:
    r"""Make a name out of what a browser calls a file: its last part, with nothing that a system could read.

    Examples
    --------
    >>> safe_name(r"..\..\etc/Sitrep 5 (final).PDF")
    'Sitrep 5 -final-.pdf'
    """
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    stem, point, ending = _NO_NAME.sub("-", last).lstrip(" .-").rpartition(".")
    if not point:
        stem, ending = ending, ""
    ending = f".{ending.strip().lower()}"[:12] if ending.strip() else ""
    stem = stem.strip(" .")[: MAX_NAME - len(ending) - 4] or "file"  # room for a number
    made = f"{stem.rstrip(' .')}{ending}"
    return made if is_name(made) else f"file-{made}" if is_name(f"file-{made}") else "file"


def _free_name(name: str, kind: str, taken: Collection[str]) -> str:
    made = safe_name(name)
    stem, point, ending = made.rpartition(".")
    if not point or f".{ending}" not in ENDINGS[kind]:
        known = {one for endings in ENDINGS.values() for one in endings}
        stem, ending = (stem if f".{ending}" in known else made), ENDINGS[kind][0][1:]
    number, free = 1, f"{stem}.{ending}"
    while free.casefold() in taken:
        number += 1
        free = f"{stem}-{number}.{ending}"
    return free


def _copy(stream: IO[bytes], part: Path, name: str) -> None:
    stream.seek(0)
    size = 0
    with part.open("wb") as out:
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            if size > MAX_FILE_BYTES:
                raise SettingsError(
                    Problem(
                        _shown(name),
                        "the file is too large",
                        f"expected {MAX_FILE_BYTES / 1e6:.0f} MB at most",
                        "leave out what is not needed, or import it with the command line",
                        "upload-too-large",
                    )
                )
            out.write(chunk)
    if not size:
        raise SettingsError(
            Problem(
                _shown(name),
                "the file is empty",
                "expected something in it",
                "look at the file, and choose it again",
                "upload-empty",
            )
        )


# -- archives ----------------------------------------------------------------------------------------------


def _kind_of_archive(path: Path, name: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            faults = _find_faults(entries, path.stat().st_size)
            if not (fault := next(faults, "")):
                fault = _count_through(archive, entries)
            names = {entry.filename for entry in entries}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        fault, names = "it is broken", set()
    if fault:
        raise SettingsError(
            Problem(
                _shown(name),
                f"this archive is not opened: {fault}",
                f"expected at most {MAX_ENTRIES:,} files, {MAX_UNPACKED_BYTES / 1e6:.0f} MB, no password",
                "unpack it yourself and send what is needed of it",
                "upload-archive",
            )
        )
    if "[Content_Types].xml" in names:
        return "docx" if "word/document.xml" in names else "xlsx" if "xl/workbook.xml" in names else ""
    return "zip"


def _find_faults(entries: list[zipfile.ZipInfo], size: int) -> Iterator[str]:
    """Say what the list of an archive itself admits, before a byte is unpacked."""
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES:
        yield f"it holds {len(entries):,} files"
    if unpacked > MAX_UNPACKED_BYTES:
        yield f"it unpacks to {unpacked / 1e6:,.0f} MB"
    if unpacked > DENSITY_FREE_BYTES and unpacked > MAX_DENSITY * size:
        yield f"it unpacks to {unpacked / size:,.0f} times its size"
    if sum(entry.compress_size for entry in entries) > size:
        yield "its files lie over each other"
    if any(entry.flag_bits & 1 for entry in entries):
        yield "it is locked with a password"
    for entry in entries:
        parts = entry.filename.replace("\\", "/").split("/")
        if ".." in parts or not parts[0] or ":" in parts[0] or "\x00" in entry.filename:
            yield "one of its files would lie outside it"
            return


def _count_through(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> str:
    """Unpack an archive into nothing: sizes may lie, and a document that defines its own entities is none."""
    total = 0
    for entry in entries:
        with archive.open(entry) as stream:
            first = True
            while chunk := stream.read(CHUNK_BYTES):
                total += len(chunk)
                if total > MAX_UNPACKED_BYTES:
                    return f"it unpacks to more than {MAX_UNPACKED_BYTES / 1e6:.0f} MB"
                if (
                    first
                    and entry.filename.endswith((".xml", ".rels"))
                    and b"<!DOCTYPE" in chunk[:LOOK_BYTES]
                ):
                    return f"{_shown(entry.filename)} defines words of its own"
                first = False
    return ""


# -- what is said ------------------------------------------------------------------------------------------


def _shown(name: str) -> str:
    return "".join(sign for sign in name if sign.isprintable())[:MAX_NAME] or "file"


def _wrong_number(number: int) -> Problem:
    return Problem(
        "files",
        f"{number:,} were sent" if number else "none was sent",
        f"expected 1 to {MAX_FILES}",
        "send them in several steps" if number else "choose a file first",
        "upload-number",
    )


def _wrong_kind(name: str, kinds: Collection[str]) -> Problem:
    endings = sorted({ending for kind in kinds for ending in ENDINGS[kind]})
    return Problem(
        _shown(name),
        "what is in this file is of no kind that is taken here",
        f"expected one of {', '.join(endings)}",
        "save it as one of these; only changing its name does not help",
        "upload-kind",
    )
