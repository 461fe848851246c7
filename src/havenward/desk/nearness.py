"""Which reports are near copies of each other: most of their runs of three words are the same.

Each report has a signature of 64 min-hashes of its three-word runs (Broder 1997), 16 bits of each kept. Two
reports are compared where four neighbouring min-hashes agree (Indyk & Motwani 1998; 16 such bands), and are
near copies where at least `NEAR` of all 64 agree, which estimates the share of runs that both have of those
that either has. What near copies join is a group.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

BANDS, HASHES_PER_BAND = 16, 4
# Measured in benchmarks/desk.py: copies with an edited lead, a paragraph cut or numbers brought up to date
# lie above, different reports of one day about one place far below.
NEAR = 0.5
_RUN = 3  # words
_HASHES = BANDS * HASHES_PER_BAND
_BITS = 16
_WORD = r"[\p{L}\p{N}]+"
_PIECE = 1 << 21  # runs hashed at a time: 16 MB for each step of arithmetic
_PAIRS = 1 << 18  # pairs compared at a time

U64 = np.uint64


def sign_texts(texts: list[str]) -> NDArray[np.uint64]:
    """Give the signature of each text.

    Parameters
    ----------
    texts
        Evened texts.

    Returns
    -------
    signatures
        Shape (text, band), uint64: four min-hashes of 16 bits in each. The same for the same words on
        every machine and with every version of every library.
    """
    if not texts:
        return np.empty((0, BANDS), U64)
    words, counts = _hash_words(texts)
    runs, starts = _hash_runs(words, counts)
    signatures = np.empty((len(texts), _HASHES), U64)
    ends = np.append(starts[1:], len(runs))
    first = 0
    while first < len(texts):
        last = max(first + 1, int(np.searchsorted(ends, starts[first] + _PIECE, side="right")))
        piece = runs[starts[first] : ends[last - 1]]
        at = starts[first:last] - starts[first]
        for number, factor in enumerate(_factors()):
            signatures[first:last, number] = np.minimum.reduceat(piece * factor, at)
        first = last
    short = (signatures >> U64(8)) & U64(2**_BITS - 1)  # the highest bits of a minimum are nearly all zero
    lanes = short.reshape(len(texts), BANDS, HASHES_PER_BAND)
    shifts = (np.arange(HASHES_PER_BAND) * _BITS).astype(U64)
    packed: NDArray[np.uint64] = np.bitwise_or.reduce(lanes << shifts, axis=2)
    return packed


def _hash_words(texts: list[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Give the hash of every word of every text in order, and how many words each text has."""
    lists = pl.Series(texts).str.to_lowercase().str.extract_all(_WORD)
    counts = lists.list.len().to_numpy().astype(np.int64)
    words = (
        lists.explode(empty_as_null=False).rename("word")
        if counts.any()
        else pl.Series("word", [], pl.String)
    )
    known = words.unique(maintain_order=True)
    hashes = [
        int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little") for word in known.to_list()
    ]
    table = pl.DataFrame({"word": known, "hash": pl.Series(hashes, dtype=pl.UInt64)})
    found = words.to_frame().join(table, on="word", how="left", maintain_order="left")
    return found["hash"].to_numpy().astype(U64), counts


def _hash_runs(
    words: NDArray[np.uint64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Give the hash of every run of words, and where the runs of each text start; each text has at least one.

    The last runs of a text are filled up with nothing, so that texts of one or two words have runs too.
    """
    sizes = np.maximum(counts, 1)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    ahead = np.zeros((_RUN, int(sizes.sum())), U64)
    own = np.arange(len(words)) - np.repeat(np.cumsum(counts) - counts, counts)  # place within the text
    at = np.repeat(starts, counts) + own
    ahead[0, at] = words
    for step in range(1, _RUN):
        inside = own >= step
        ahead[step, at[inside] - step] = words[inside]
    mixed = np.zeros(ahead.shape[1], U64)
    for row in ahead:
        mixed = _mix(mixed * U64(0x9E3779B97F4A7C15) + row + U64(1))
    return mixed, starts


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the bits of each value (the finaliser of SplitMix64; Steele, Lea & Flood 2014)."""
    values = (values ^ (values >> U64(30))) * U64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> U64(27))) * U64(0x94D049BB133111EB)
    return values ^ (values >> U64(31))


def _factors() -> NDArray[np.uint64]:
    """Give an odd factor for each hash; part of the format of a desk, so never changed."""
    return _mix(np.arange(1, _HASHES + 1, dtype=U64) * U64(0x9E3779B97F4A7C15)) | U64(1)


def compare(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Estimate which share of runs two reports have in common.

    Parameters
    ----------
    first, second
        Signatures, shape (pair, band).

    Returns
    -------
    shares
        Shape (pair,), 0 to 1, with a standard error of at most 1/16.
    """
    differ = (first ^ second).view(np.uint16)
    shares: NDArray[np.float64] = (differ == 0).reshape(len(first), _HASHES).mean(axis=1)
    return shares


def group_reports(signatures: NDArray[np.uint64], near: float = NEAR) -> NDArray[np.int64]:
    """Put near copies into groups.

    Parameters
    ----------
    signatures
        Shape (report, band). In the order of the names of the reports: the answer then depends on which
        reports there are and not on when each came.
    near
        Least share of common runs of near copies.

    Returns
    -------
    groups
        Shape (report,): the row of the first report of its group.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(signatures)
    if count == 0:
        return np.empty(0, np.int64)
    pairs = np.unique(np.concatenate([_pairs_of_band(signatures, band) for band in range(BANDS)]))
    kept = [
        piece[compare(signatures[piece >> U64(32)], signatures[piece & U64(2**32 - 1)]) >= near]
        for piece in (pairs[at : at + _PAIRS] for at in range(0, len(pairs), _PAIRS))
    ]
    linked = np.concatenate(kept) if kept else pairs
    one, two = (linked >> U64(32)).astype(np.int64), (linked & U64(2**32 - 1)).astype(np.int64)
    graph = coo_array((np.ones(len(one), np.int8), (one, two)), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    first = np.full(labels.max() + 1, count, np.int64)
    np.minimum.at(first, labels, np.arange(count))
    groups: NDArray[np.int64] = first[labels]
    return groups


def _pairs_of_band(signatures: NDArray[np.uint64], band: int) -> NDArray[np.uint64]:
    """Pair neighbours among the reports that agree in a band, and each with the first of them.

    For groups it is enough that each is paired with some near copy, so a text that a thousand outlets carry
    costs a thousand pairs and not a million. The next band comes second in the order: reports that agree by
    chance then seldom stand between near copies.
    """
    mine = signatures[:, band]
    order = np.lexsort((signatures[:, (band + 1) % BANDS], mine)).astype(U64)
    keys = mine[order]
    same = keys[1:] == keys[:-1]
    first_of_run = np.maximum.accumulate(np.where(np.append(True, ~same), np.arange(len(keys)), 0))
    left, right, head = order[:-1][same], order[1:][same], order[first_of_run[1:]][same]
    pairs = []
    for one in (left, head):
        low, high = np.minimum(one, right), np.maximum(one, right)
        pairs.append((low << U64(32)) | high)
    return np.unique(np.concatenate(pairs))
