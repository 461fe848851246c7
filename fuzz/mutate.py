"""How an input is changed: bytes, words, lines, cells, values of JSON, and what lies inside of packed files."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import re
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from words import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

MOST_BYTES = 200_000  # larger inputs find nothing that smaller ones do not; sizes have tests of their own
MOST_CHANGES = 5
LONGEST_REPEAT = 3_000
MOST_UNPACKED = 2_000_000
EDGES = (
    0,
    1,
    -1,
    127,
    128,
    255,
    256,
    65535,
    65536,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**53 + 1,
    2**63,
    10**30,
    -(2**63),
)
_KIND_OF_SUFFIX = {
    ".csv": "table", ".tsv": "table", ".toml": "toml", ".yml": "yaml", ".json": "json", ".jsonl": "json", ".geojson": "json",
    ".html": "html", ".pdf": "pdf", ".xml": "xml", ".rels": "xml", ".osm": "xml", ".txt": "report", ".form": "form",
}  # fmt: skip
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_ZIPPED = (".zip", ".docx", ".xlsx", ".npz")


def mutate(rng: Random, name: str, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change an input once or some times, in ways that fit the file that it stands for.

    Parameters
    ----------
    rng
        Decides everything.
    name
        Of the file; its ending says what is in it.
    data
        The input.
    others
        Inputs for files of this name, to take pieces from.
    """
    suffix = PurePosixPath(name).suffix.lower()
    for _ in range(rng.randint(1, MOST_CHANGES)):
        data = _change(rng, suffix, data, others)[:MOST_BYTES]
        if rng.random() < 0.4:
            break
    return data


def _change(rng: Random, suffix: str, data: bytes, others: Sequence[bytes]) -> bytes:
    inside = _INSIDE.get(suffix)
    if inside is not None and rng.random() < 0.85:
        try:
            changed = inside(rng, data)
        except (
            OSError,
            ValueError,
            EOFError,
            LookupError,
            zipfile.BadZipFile,
            zlib.error,
            RuntimeError,
            NotImplementedError,
            RecursionError,
            StopIteration,
        ):
            changed = None  # it is broken already, and is changed as bytes
        if changed is not None:
            return changed
    kind = _KIND_OF_SUFFIX.get(suffix, "any")
    return change_text(rng, data, WORDS[kind], others, rows=kind == "table")


# -- any bytes -----------------------------------------------------------------------------------------


def change_text(
    rng: Random, data: bytes, words: Sequence[bytes], others: Sequence[bytes], *, rows: bool = False
) -> bytes:
    """Change bytes by one of the ways below."""
    ways: list[Callable[[], bytes]] = [
        lambda: _flip(rng, data),
        lambda: _put(rng, data, rng.choice(words)),
        lambda: _put(rng, data, rng.choice(words)),
        lambda: _swap_number(rng, data),
        lambda: _cut(rng, data),
        lambda: _again(rng, data),
        lambda: _change_lines(rng, data),
        lambda: _splice(rng, data, others),
    ]
    if rows:
        ways += [lambda: _change_cell(rng, data, words, others)] * 6
    return rng.choice(ways)()


def _span(rng: Random, data: bytes, most: int = 40) -> tuple[int, int]:
    start = rng.randint(0, len(data))
    return start, min(len(data), start + rng.randint(0, most))


def _flip(rng: Random, data: bytes) -> bytes:
    if not data:
        return bytes([rng.randrange(256)])
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed))
        changed[at] = rng.choice((rng.randrange(256), changed[at] ^ (1 << rng.randrange(8)), 0, 255, 127))
    return bytes(changed)


def _put(rng: Random, data: bytes, word: bytes) -> bytes:
    start, end = _span(rng, data, 12)
    if rng.random() < 0.5:
        end = start
    return data[:start] + word + data[end:]


def _swap_number(rng: Random, data: bytes) -> bytes:
    found = list(_NUMBER.finditer(data))
    if not found:
        return _flip(rng, data)
    at = rng.choice(found)
    new = rng.choice(
        (
            str(rng.choice(EDGES)).encode(),
            b"%d" % (int(float(at[0][:15])) + rng.choice((-1, 1))),
            at[0] * 2,
            b"-" + at[0],
            b"1e308",
            b"",
        )
    )
    return data[: at.start()] + new + data[at.end() :]


def _cut(rng: Random, data: bytes) -> bytes:
    if rng.random() < 0.25:
        return data[: rng.randint(0, len(data))]
    start, end = _span(rng, data, 200)
    return data[:start] + data[end:]


def _again(rng: Random, data: bytes) -> bytes:
    start, end = _span(rng, data, 60)
    piece = data[start:end]
    times = min(rng.choice((1, 2, 5, 50, LONGEST_REPEAT)), LONGEST_REPEAT // max(1, len(piece)) + 1)
    return data[:end] + piece * times + data[end:]


def _change_lines(rng: Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(4):
        case 0:
            lines[one], lines[other] = lines[other], lines[one]
        case 1:
            del lines[one]
        case 2:
            lines.insert(other, lines[one])
        case _:
            lines[one] += lines[other]
    return b"\n".join(lines)


def _splice(rng: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    other = rng.choice(others) if others else data
    start, end = _span(rng, other, 400)
    at, until = _span(rng, data, 100)
    return data[:at] + other[start:end] + data[until:]


def _change_cell(rng: Random, data: bytes, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    cells = lines[at].split(b",")
    column = rng.randrange(len(cells))
    source = rng.choice(others).split(b"\n") if others and rng.random() < 0.3 else lines
    choices = (
        rng.choice(words),
        rng.choice(rng.choice(source).split(b",")),
        b"",
        cells[column] + rng.choice(words),
        b'"' + cells[column] + b'"',
    )
    cells[column] = rng.choice(choices)
    if rng.random() < 0.1:
        cells.insert(column, cells[column])
    lines[at] = b",".join(cells)
    return b"\n".join(lines)


# -- inside of packed and nested files -------------------------------------------------------------------


def _in_zip(rng: Random, data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
        if not infos or sum(info.file_size for info in infos) > MOST_UNPACKED:
            return change_text(rng, data, WORDS["any"], ())
        files = [(info.filename, archive.read(info)) for info in infos]
    # small entries hold the structure; the large ones mostly styles
    at = rng.randrange(len(files))
    if rng.random() < 0.6:
        likely = [
            n
            for n, (name, _) in enumerate(files)
            if re.search(
                r"document\.xml|sheet\d*\.xml|sharedStrings|workbook\.xml|\.shp|\.dbf|\.shx|\.npy|csv|json",
                name,
            )
        ]
        at = rng.choice(likely) if likely else at
    name, content = files[at]
    match rng.randrange(20):
        case 0:
            del files[at]
        case 1:
            files.append((name, content))
        case 2:
            files[at] = (
                _put(rng, name.encode(), rng.choice(WORDS["any"]))
                .decode("utf-8", "replace")
                .replace("\0", "0")
                or "x",
                content,
            )
        case _:
            suffix = PurePosixPath(name).suffix.lower()
            files[at] = (name, _change(rng, suffix, content, [other for _, other in files]))
    stream = io.BytesIO()
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that stand twice
        with zipfile.ZipFile(stream, "w", rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive:
            for name, content in files:
                archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def _in_json(rng: Random, data: bytes) -> bytes | None:
    if rng.random() < 0.3:
        return None
    text = data.decode("utf-8", "surrogateescape")
    document = json.loads(text)
    spots: list[tuple[Any, Any]] = []
    waiting: list[Any] = [document]
    while waiting and len(spots) < 5_000:
        node = waiting.pop()
        items = (
            list(node.items())
            if isinstance(node, dict)
            else list(enumerate(node))
            if isinstance(node, list)
            else []
        )
        for key, value in items:
            spots.append((node, key))
            waiting.append(value)
    if not spots:
        return None
    holder, key = rng.choice(spots)
    other_holder, other_key = rng.choice(spots)
    match rng.randrange(7):
        case 0:
            del holder[key]
        case 1:
            holder[key] = other_holder[other_key]
        case 2:
            holder[key] = rng.choice(
                (
                    None,
                    True,
                    [],
                    {},
                    "",
                    [None],
                    {"": {}},
                    [[]],
                    *EDGES,
                    1e308,
                    float("nan"),
                    float("inf"),
                    "\ud800",
                    "\0",
                )
            )
        case 3:
            deep: Any = holder[key]
            for _ in range(rng.choice((2, 20, 300))):
                deep = [deep] if rng.random() < 0.5 else {"a": deep}
            holder[key] = deep
        case 4:
            holder[key] = rng.choice(WORDS["json"]).decode("utf-8", "replace")
        case 5 if isinstance(holder, list):
            holder.extend([holder[key]] * rng.choice((1, 3, 200)))
        case _ if isinstance(holder, dict):
            holder[rng.choice(WORDS["table"]).decode("utf-8", "replace")] = holder.pop(key)
    return json.dumps(document, ensure_ascii=rng.random() < 0.7).encode("utf-8", "surrogatepass")


def _in_gzip(rng: Random, data: bytes) -> bytes:
    return gzip.compress(_change(rng, ".osm", gzip.decompress(data), ()), 1)


def _in_bz2(rng: Random, data: bytes) -> bytes:
    return bz2.compress(_change(rng, ".osm", bz2.decompress(data), ()), 1)


def _in_pbf(rng: Random, data: bytes) -> bytes:
    """Change what a block of an OpenStreetMap file holds, and pack it again."""
    blocks, at = [], 0
    while at + 4 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        header = read_fields(data[at + 4 : at + 4 + size])
        length = next(value for number, value in header if number == 3)
        blob = data[at + 4 + size : at + 4 + size + int(length)]
        blocks.append((header, blob))
        at += 4 + size + int(length)
    chosen = rng.randrange(len(blocks))
    out = b""
    for number, (header, blob) in enumerate(blocks):
        if number == chosen:
            packed = next(value for field, value in read_fields(blob) if field == 3)
            raw = change_text(rng, zlib.decompress(bytes(packed)), WORDS["any"], ())
            stated = len(raw) if rng.random() < 0.95 else rng.choice(EDGES[3:12])
            blob = write_fields([(2, stated), (3, zlib.compress(raw))])  # noqa: PLW2901 - the changed one takes its place
        head = write_fields([(field, len(blob) if field == 3 else value) for field, value in header])
        out += len(head).to_bytes(4, "big") + head + blob
    return out


def _in_parquet(rng: Random, data: bytes) -> bytes:
    """Change the footer, which says where everything lies, rather than the cells."""
    size = int.from_bytes(data[-8:-4], "little")
    footer = data[-8 - size : -8]
    changed = change_text(rng, footer, WORDS["any"], ())
    length = len(changed) if rng.random() < 0.9 else rng.choice(EDGES[3:11])
    return data[: -8 - size] + changed + length.to_bytes(4, "little") + data[-4:]


_INSIDE: dict[str, Callable[[Random, bytes], bytes | None]] = {
    **dict.fromkeys(_ZIPPED, _in_zip),
    **dict.fromkeys((".json", ".geojson"), _in_json),
    ".gz": _in_gzip,
    ".bz2": _in_bz2,
    ".pbf": _in_pbf,
    ".parquet": _in_parquet,
}


def read_fields(message: bytes) -> list[tuple[int, int | bytes]]:
    """Read the fields of a protobuf message: numbers, and bytes."""
    found: list[tuple[int, int | bytes]] = []
    at = 0
    while at < len(message):
        key, at = _read_number(message, at)
        value, at = _read_number(message, at)
        if key & 7 == 2:
            found.append((key >> 3, message[at : at + value]))
            at += value
        else:
            found.append((key >> 3, value))
    return found


def write_fields(fields: Sequence[tuple[int, int | bytes]]) -> bytes:
    """Write the fields of a protobuf message."""
    out = b""
    for number, value in fields:
        if isinstance(value, bytes):
            out += _write_number(number << 3 | 2) + _write_number(len(value)) + value
        else:
            out += _write_number(number << 3) + _write_number(value)
    return out


def _read_number(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value, at, shift = value | (byte & 127) << shift, at + 1, shift + 7
        if byte < 128:
            return value, at


def _write_number(value: int) -> bytes:
    out, value = bytearray(), value & (2**64 - 1)
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
