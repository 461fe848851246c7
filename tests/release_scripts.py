"""Where tests find the scripts of release/ and benchmarks/history.py: they are scripts, not packages."""

import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "release"))
sys.path.append(str(ROOT / "benchmarks"))

audit = import_module("audit")
build = import_module("build")
commands = import_module("commands")
fingerprint = import_module("fingerprint")
history = import_module("history")
licences = import_module("licences")
locked = import_module("locked")
sbom = import_module("sbom")
signing = import_module("signing")
spdx = import_module("spdx")
verify = import_module("verify")
wheelhouse = import_module("wheelhouse")
