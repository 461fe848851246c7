"""How an ensemble is kept while it grows: chunks of members, each whole or not there, read place by place.

A chunk is a few members with all that they drew and did. Which members stand in which chunk follows from the
number of members, days and places alone, so that any number of hands, here or elsewhere, makes the same
chunks. A chunk holds its places in blocks, each packed by itself: whoever wants one place reads one block of
every chunk, and nobody ever holds the whole ensemble.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from havenward.records import Ensemble

    IntArray = NDArray[np.int32]
    FloatArray = NDArray[np.float64]

MOST_MEMBERS = 100  # of a chunk: a second of work, so that little is lost and every core has some
CHUNK_BYTES = 64_000_000  # of a chunk before packing, where places and days are many; one member at least
BLOCK_BYTES = 250_000  # of a block of places in a chunk before packing
MAGIC = b"HVNWRD\x00\x01"  # the last byte counts the format
_DIGEST = 16
_COUNTS = 3  # stock, arrivals and departures, four bytes each
_LEVEL = 1  # of packing: six times smaller already, and higher levels gain little at ten times the cost


@dataclass(frozen=True)
class Plan:
    """Which members stand in which chunk, and which places in which block.

    Parameters
    ----------
    members, days, places
        Of the whole ensemble.
    size
        Members of a chunk.
    step
        Places of a block.
    """

    members: int
    days: int
    places: int
    size: int
    step: int

    @classmethod
    def of(cls, members: int, days: int, places: int) -> Plan:
        """Cut an ensemble so that no chunk and no block is large."""
        one = 4 * _COUNTS * days  # bytes of a member and place
        size = max(1, min(MOST_MEMBERS, CHUNK_BYTES // (one * places)))
        return cls(members, days, places, size, max(1, BLOCK_BYTES // (one * size)))

    @property
    def chunks(self) -> tuple[tuple[int, int], ...]:
        """First member, and one past the last, of every chunk."""
        return tuple(pairwise([*range(0, self.members, self.size), self.members]))

    @property
    def blocks(self) -> tuple[tuple[int, int], ...]:
        """First place, and one past the last, of every block."""
        return tuple(pairwise([*range(0, self.places, self.step), self.places]))


def name_chunk(first: int) -> str:
    """Name the chunk that begins with this member."""
    return f"members-{first:09d}.chunk"


def pack_chunk(ensemble: Ensemble, plan: Plan) -> bytes:
    """Pack the members of a chunk; the same members always give the same bytes."""
    counts = np.stack([ensemble.stock, ensemble.arrivals, ensemble.departures])
    by_place = np.ascontiguousarray(np.moveaxis(counts, 3, 0))  # (place, count, member, day)
    names = sorted(ensemble.draws)
    parts = [
        _pack(np.stack([ensemble.displaced, ensemble.newly_displaced, ensemble.returned])),
        _pack(np.ascontiguousarray(ensemble.opening)),
        _pack(np.stack([ensemble.draws[name] for name in names]) if names else np.zeros((0, 1))),
        *(_pack(by_place[begin:end]) for begin, end in plan.blocks),
    ]
    about = {
        "locations": list(ensemble.locations),
        "first_date": ensemble.first_date.isoformat(),
        "members": len(ensemble.weights),
        "days": ensemble.displaced.shape[1],
        "draws": names,
        "parts": [len(part) for part in parts],
    }
    head = json.dumps(about, sort_keys=True).encode()
    body = b"".join([len(head).to_bytes(8, "little"), head, *parts])
    return MAGIC + blake2b(body, digest_size=_DIGEST).digest() + body


def is_whole(content: bytes) -> bool:
    """Tell whether these are the bytes of a chunk and not one of them is missing or other."""
    begin = len(MAGIC) + _DIGEST
    digest = blake2b(content[begin:], digest_size=_DIGEST).digest()
    return content[:begin] == MAGIC + digest


class Kept:
    """An ensemble in the chunks of a folder, given place by place; see `records.Members`.

    Parameters
    ----------
    folder
        Holds every chunk of the plan, whole.
    plan
        Members, days and places.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        """Read what concerns no single place: totals, opening caseload, draws."""
        self._plan = plan
        self._files = [_File(folder / name_chunk(first)) for first, _ in plan.chunks]
        shape = (plan.members, plan.days)
        self.displaced, self.newly_displaced, self.returned = (np.empty(shape, np.int32) for _ in range(3))
        self.opening: IntArray = np.empty((plan.members, plan.places), np.int32)
        about = self._files[0].about
        self.locations: tuple[str, ...] = tuple(about["locations"])
        self.first_date = date.fromisoformat(about["first_date"])
        self.weights: FloatArray = np.full(plan.members, 1.0 / plan.members)
        names: Sequence[str] = about["draws"]
        draws = np.empty((len(names), plan.members))
        for file, (first, last) in zip(self._files, plan.chunks, strict=True):
            size = last - first
            totals = file.read(0, np.int32).reshape(3, size, plan.days)
            self.displaced[first:last], self.newly_displaced[first:last], self.returned[first:last] = totals
            self.opening[first:last] = file.read(1, np.int32).reshape(size, plan.places)
            if names:
                draws[:, first:last] = file.read(2, np.float64).reshape(len(names), size)
        self.draws: Mapping[str, FloatArray] = dict(zip(names, draws, strict=True))
        self._block = lru_cache(maxsize=2)(self._read_block)  # neighbours are asked for one after another
        self._block_of = np.repeat(np.arange(len(plan.blocks)), [end - begin for begin, end in plan.blocks])

    def at(self, place: int) -> tuple[IntArray, IntArray, IntArray]:
        """Give stock, arrivals and departures of the place with this index, each of shape (member, day)."""
        block = int(self._block_of[place])
        stock, arrivals, departures = self._block(block)[place - self._plan.blocks[block][0]]
        return stock, arrivals, departures

    def _read_block(self, block: int) -> IntArray:
        """Read a block of places from every chunk, shape (place, count, member, day)."""
        plan = self._plan
        begin, end = plan.blocks[block]
        whole = np.empty((end - begin, _COUNTS, plan.members, plan.days), np.int32)
        for file, (first, last) in zip(self._files, plan.chunks, strict=True):
            part = file.read(3 + block, np.int32)
            whole[:, :, first:last] = part.reshape(end - begin, _COUNTS, last - first, plan.days)
        return whole


class _File:
    """One chunk on disk: what it is about, and where its parts begin."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as stream:
            stream.seek(len(MAGIC) + _DIGEST)
            length = int.from_bytes(stream.read(8), "little")
            self.about: Mapping[str, Any] = json.loads(stream.read(length))
        begin = len(MAGIC) + _DIGEST + 8 + length
        self._edges = np.cumsum([begin, *self.about["parts"]]).tolist()

    def read(self, part: int, kind: type[np.generic]) -> NDArray[Any]:
        """Read and unpack one part, as one row of numbers."""
        with self._path.open("rb") as stream:
            stream.seek(self._edges[part])
            packed = stream.read(self._edges[part + 1] - self._edges[part])
        return _unpack(packed, np.dtype(kind))


def _pack(numbers: NDArray[Any]) -> bytes:
    """Pack numbers: first bytes of all, then second bytes of all, and so on, since most are alike."""
    rows = np.ascontiguousarray(numbers).reshape(-1).view(np.uint8).reshape(-1, numbers.dtype.itemsize)
    return zlib.compress(rows.T.tobytes(), _LEVEL)


def _unpack(packed: bytes, kind: np.dtype[Any]) -> NDArray[Any]:
    columns = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(kind.itemsize, -1)
    return np.ascontiguousarray(columns.T).view(kind).reshape(-1)
