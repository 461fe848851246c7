"""How a file is written whole or not at all: beside its place first, then into it in one step."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def replace_whole(path: Path) -> Iterator[Path]:
    """Give a path to write to; it takes the place of `path` when the block ends without an error."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.part-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def open_whole(path: Path) -> Iterator[IO[str]]:
    """Open a text file (UTF-8, newlines as written) that appears under its name only when complete."""
    with replace_whole(path) as part, part.open("w", encoding="utf-8", newline="\n") as stream:
        yield stream
