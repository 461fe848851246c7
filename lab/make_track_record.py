"""Makes src/havenward/tables/track_record.csv, which model cards quote, from the summary of a backtest.

    havenward backtest CASE... --format json --out DIR > summary.json
    python lab/make_track_record.py summary.json

The cases are the six public Flee conflicts, imported with `havenward import flee`.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

from havenward.forecast.skill_table import format_skill_table

TABLE = Path(__file__).resolve().parents[1] / "src" / "havenward" / "tables" / "track_record.csv"

if __name__ == "__main__":
    summary = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    text = format_skill_table(summary, date.today())  # noqa: DTZ011 - the day on which it is made
    TABLE.write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(text.splitlines()) - 1} rows in {TABLE.name}")
