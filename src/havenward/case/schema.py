"""Which forms of a case folder can be read: its schema number, and what changed with each.

Schema 1 is every case up to now. Columns and keys that were added on the way may be left out, so that a case
of any age is read as it lies, and nothing in it is ever rewritten for the sake of its form:

- `stock.csv` got `unit` and `lead_time_days`;
- `case.toml` got `residents_held`, `front_by_cell` and `[release]`;
- `events.csv` got the kinds `conflict`, `conflict_ends` and `screening`;
- `imports.csv`, `boundaries.geojson` and `case.xlsx` may lie in the folder.

What would be read wrongly by an older version gets a new number, which `case.toml` then states as `schema`.
"""

from __future__ import annotations

from havenward.errors import CaseError, Problem

CASE_SCHEMA = 1
SCHEMA_KEY = "schema"


def check_schema(stated: object) -> None:
    """Refuse a case of a newer version at once: all that it has more would look like mistakes.

    Raises
    ------
    CaseError
        The number is none, or a newer one.
    """
    if isinstance(stated, bool) or not isinstance(stated, int) or stated < 1:
        raise CaseError(
            Problem(
                "case.toml",
                f"{SCHEMA_KEY} is {stated!r}",
                f"expected a whole number from 1 to {CASE_SCHEMA}",
                "remove the key",
                "case-schema",
            )
        )
    if stated > CASE_SCHEMA:
        raise CaseError(
            Problem(
                "case.toml",
                f"{SCHEMA_KEY} {stated}: the case was written by a newer version of Havenward",
                f"expected at most {CASE_SCHEMA}",
                "use a newer version of Havenward",
                "case-too-new",
            )
        )
