"""How many reports are read in a second, how soon the first one is, and whether memory stays flat.

    python benchmarks/reading.py [FOLDER]      by default the labelled reports of tests/reports

Times are processor seconds of one core. Memory is that of the process after so many reports.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = (1, 1000, 5000)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "tests" / "reports" / "texts")
    folder = parser.parse_args().folder
    paths = sorted(folder.glob("*.txt"))
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "havenward", "read", str(paths[0]), "--format", "jsonl"],
        check=True,
        capture_output=True,
    )
    print(f"first report from start to figures: {time.perf_counter() - began:.2f} s of wall time")

    from havenward.reading.documents import open_document
    from havenward.reading.gazetteer import load_gazetteer
    from havenward.reading.read import read_report

    gazetteer = load_gazetteer()
    documents = [open_document(path) for path in paths]
    characters = sum(len(document.text) for document in documents)
    read_report(documents[0], gazetteer)
    process = psutil.Process()
    done, began = 0, time.process_time()
    for wanted in ROUNDS:
        while done < wanted:
            read_report(documents[done % len(documents)], gazetteer)
            done += 1
        seconds = time.process_time() - began
        per_report = seconds / done
        mean = characters / len(documents)
        print(
            f"{done:>6} reports of {mean:,.0f} characters: {1 / per_report:,.0f} a second, "
            f"{3000 / mean * per_report * 1000:.1f} ms for 3,000 characters, "
            f"{process.memory_info().rss / 2**20:,.0f} MiB"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
