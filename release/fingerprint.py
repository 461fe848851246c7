"""Whether two installations forecast the same numbers: a line for each run of a demo, `fingerprint.py DIR`.

It runs with the Python of the installation that is compared, so it needs nothing but what Havenward needs. A
line holds the run, a hash of the values of its tables and a hash of the bytes of their files. Values are
hashed as whole numbers, doubles and text; so two versions of the writer may differ in bytes and agree in
values.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import polars as pl

TABLES = ("members.parquet", "forecast.parquet")


def hash_values(path: Path) -> str:
    """Hash the names and values of all columns of a table, whatever way they are packed."""
    summed = hashlib.sha256()
    for column in pl.read_parquet(path):
        summed.update(f"{column.name}:{len(column)}:{column.null_count()};".encode())
        if column.dtype.is_integer() or column.dtype == pl.Date:
            numbers = column.to_physical().cast(pl.Int64)
            summed.update(numbers.fill_null(-(2**62)).to_numpy().tobytes())
        elif column.dtype.is_float():
            summed.update(column.cast(pl.Float64).to_numpy().tobytes())
        else:
            summed.update("\x1f".join(str(value) for value in column.cast(pl.String)).encode())
    return summed.hexdigest()


def main() -> int:
    """Print `run values bytes` for each run folder below the folder named."""
    for run in sorted(path.parent for path in Path(sys.argv[1]).rglob("members.parquet")):
        values = hashlib.sha256("".join(hash_values(run / name) for name in TABLES).encode())
        packed = hashlib.sha256(b"".join((run / name).read_bytes() for name in TABLES))
        name = run.relative_to(sys.argv[1]).as_posix()
        print(name, values.hexdigest()[:16], packed.hexdigest()[:16])
    return 0


if __name__ == "__main__":
    sys.exit(main())
