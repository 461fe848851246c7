"""How a table that the user names is opened: CSV in UTF-8, or a message that says why it cannot be read."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from havenward.errors import Problem, SettingsError


def open_own(path: Path, option: str, slug: str) -> csv.DictReader[str]:
    """Open a table of the user.

    Parameters
    ----------
    path
        The file.
    option
        The option that named it.
    slug
        Name of the message where it cannot be read.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            Problem(
                str(path),
                f"the file cannot be read ({error})",
                "expected a CSV file in UTF-8",
                f"name another file with {option}",
                slug,
            )
        ) from error
    return csv.DictReader(io.StringIO(text))
