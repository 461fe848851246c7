"""Lets `python -m havenward` stand for the command."""

from __future__ import annotations

import sys

from havenward.cli import main

if __name__ == "__main__":
    sys.exit(main())
