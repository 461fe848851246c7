"""Protects quick answers: the package and the command parser load without the heavy libraries."""

import subprocess
import sys

import pytest

HEAVY = ("numpy", "numba", "polars", "scipy", "jinja2", "xlsxwriter")


@pytest.mark.parametrize(
    "code",
    ["import havenward", "from havenward.cli import build_parser; build_parser()"],
    ids=["import havenward", "build the parser"],
)
def test_no_heavy_library_is_loaded(code: str):
    report = f"{code}; import sys; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
