"""Which licences a release may carry without a further thought, and how an SPDX expression is weighed."""

from __future__ import annotations

import re

# may be passed on with notice alone; everything else needs a reason beside it in licences.csv
PERMISSIVE = frozenset({
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "CNRI-Python", "IJG", "ISC",
    "MIT", "MIT-0", "PSF-2.0", "Python-2.0", "Qhull", "Unicode-3.0", "Unlicense", "Zlib", "blessing",
    "bzip2-1.0.6", "curl", "libpng-2.0", "libtiff",
})  # fmt: skip
# additions to a licence that only give more freedom
KIND_ADDITIONS = frozenset({"LLVM-exception", "GCC-exception-3.1"})
# with this addition, what is linked to the library is not bound by the licence of the library
FREED = frozenset({"GPL-3.0-or-later WITH GCC-exception-3.1"})
WORD = re.compile(r"\(|\)|[A-Za-z0-9.+-]+")


def is_permissive(expression: str) -> bool:
    """Say whether an SPDX expression can be met with permissive licences alone.

    Of `A OR B` one must be permissive, of `A AND B` both. What cannot be read is not permissive.

    Examples
    --------
    >>> is_permissive("GPL-2.0-only OR MIT"), is_permissive("MIT AND MPL-2.0")
    (True, False)
    """
    words = WORD.findall(expression)
    if not words or "".join(words) != re.sub(r"\s", "", expression):
        return False
    try:
        kind, rest = _weigh_any(words)
    except (IndexError, ValueError):
        return False
    return kind and not rest


def _weigh_any(words: list[str]) -> tuple[bool, list[str]]:
    kind, rest = _weigh_all(words)
    while rest and rest[0] == "OR":
        other, rest = _weigh_all(rest[1:])
        kind = kind or other
    return kind, rest


def _weigh_all(words: list[str]) -> tuple[bool, list[str]]:
    kind, rest = _weigh_one(words)
    while rest and rest[0] == "AND":
        other, rest = _weigh_one(rest[1:])
        kind = kind and other
    return kind, rest


def _weigh_one(words: list[str]) -> tuple[bool, list[str]]:
    if words[0] == "(":
        kind, rest = _weigh_any(words[1:])
        if rest[0] != ")":
            message = "a bracket is not closed"
            raise ValueError(message)
        return kind, rest[1:]
    if words[0] in {"AND", "OR", "WITH", ")"}:
        message = f"{words[0]} where a licence is expected"
        raise ValueError(message)
    if len(words) > 2 and words[1] == "WITH":
        whole = " ".join(words[:3])
        return (words[0] in PERMISSIVE and words[2] in KIND_ADDITIONS) or whole in FREED, words[3:]
    return words[0] in PERMISSIVE, words[1:]
