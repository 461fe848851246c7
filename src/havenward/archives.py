"""Whether a ZIP archive may be opened at all: what its end states, before a library believes any of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable

_END, _END_BYTES, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
_ENTRY_BYTES = 46  # the least that an entry takes in the list of an archive
_CHUNK = 1 << 20
_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


def count_stated_entries(data: bytes) -> int:
    """Tell for how many entries the list at the end of an archive has room; a library would read them all.

    Archives with a list of the large form (ZIP64) have room for any number: 2**32 is given.
    """
    at = data.rfind(_END, max(0, len(data) - _END_BYTES - _LONGEST_COMMENT))
    if at < 0 or at + _END_BYTES > len(data):
        return 0  # it has no end, and no library opens it
    size = int.from_bytes(data[at + 12 : at + 16], "little")
    entries = int.from_bytes(data[at + 10 : at + 12], "little")
    return 2**32 if size == 0xFFFFFFFF or entries == 0xFFFF else size // _ENTRY_BYTES


def read_parts(
    archive: zipfile.ZipFile, wanted: Callable[[str], bool], each: Callable[[bytes], None]
) -> None:
    """Hand the bytes of some entries of an archive on, a piece at a time; pieces overlap nowhere."""
    for info in archive.infolist():
        if wanted(info.filename):
            with archive.open(info) as stream:
                while piece := stream.read(_CHUNK):
                    each(piece)


def count_tags(archive: zipfile.ZipFile) -> int:
    """Count the tags of all XML in an archive, opening and closing ones, without reading it as XML.

    Raises
    ------
    ValueError
        Some XML is in an encoding in which tags could hide; Word and Excel write UTF-8.
    zipfile.BadZipFile, OSError, zlib.error
        It is damaged.
    """
    count = 0

    def add(piece: bytes) -> None:
        nonlocal count
        count += piece.count(b"<")

    for info in archive.infolist():
        if info.filename.lower().endswith((".xml", ".rels", ".vml")):
            with archive.open(info) as stream:
                check_encoding(stream.read(400))
    read_parts(archive, lambda name: name.lower().endswith((".xml", ".rels", ".vml")), add)
    return count


def check_encoding(start: bytes) -> None:
    """Refuse XML in which a tag may be written in other bytes than its letters.

    Raises
    ------
    ValueError
        It is in UTF-16 or says that it is in another encoding than UTF-8 or ASCII.
    """
    said = _ENCODING.search(start)
    if (
        b"\0" in start
        or start[:2] in (b"\xff\xfe", b"\xfe\xff")
        or (said and said[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"))
    ):
        message = "XML in another encoding than UTF-8"
        raise ValueError(message)
