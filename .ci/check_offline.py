"""Whether an office without a network can install and use a release: `check_offline.py WHEELHOUSE`.

Makes a new environment, installs from the folder alone, and runs `havenward doctor` and the demo, all with
the network off: in a network of its own that has no way out where the system allows that (`unshare`), else
with a guard in Python that refuses every connection. Prints seconds by the clock and of the processor for
each step.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

UNSHARE = ["unshare", "--map-root-user", "--net"]
# refuses names and connections in every Python that starts with it on its path
GUARD = """
import socket

def refuse(*_, **__):
    raise OSError("the network is off in this check")

socket.getaddrinfo = socket.create_connection = refuse
socket.socket.connect = socket.socket.connect_ex = refuse
"""
REACH = """
import socket, sys
try:
    socket.create_connection(("192.0.2.1", 9), timeout=3)  # an address that is nobody's (RFC 5737)
except TimeoutError:
    sys.exit("a connection was tried and timed out: the network is not off")
except OSError as problem:
    print("network off:", problem)
else:
    sys.exit("a connection was made: the network is not off")
"""
SMALLEST_BRIEF = 100_000  # bytes


def main() -> int:
    """Run the steps; exit status 1 at the first that fails."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("wheelhouse", type=Path, metavar="WHEELHOUSE")
    parser.add_argument("--members", default="50", help="of each ensemble of the demo (default %(default)s)")
    parser.add_argument("--extras", default="cluster,desk", help="to install as well (default %(default)s)")
    asked = parser.parse_args()
    wheels = asked.wheelhouse.resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        outside, changes = turn_network_off(folder)
        environment = folder / "env"
        run("make an environment", [sys.executable, "-m", "venv", str(environment)], folder)
        programs = next(path for path in (environment / "bin", environment / "Scripts") if path.exists())
        python = str(programs / "python")
        run("the network is off", [*outside, python, "-c", REACH], folder, changes)
        what = f"havenward[{asked.extras}]" if asked.extras else "havenward"
        # what is never imported here needs no bytecode; it would take half of the time
        pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-compile"]
        run("install", [*outside, *pip, "--no-index", "--find-links", str(wheels), what], folder, changes)
        program = str(programs / "havenward")
        run("doctor", [*outside, program, "doctor"], folder, changes)
        demo = [program, "demo", "--out", "demo", "--members", asked.members]
        run(f"demo, {asked.members} members", [*outside, *demo], folder, changes)
        briefs = [
            path for path in (folder / "demo").rglob("brief.html") if path.stat().st_size > SMALLEST_BRIEF
        ]
        print(f"{len(briefs)} briefs")
        return 0 if briefs else 1


def turn_network_off(folder: Path) -> tuple[list[str], dict[str, str]]:
    """Find how: words to put before a command, and changes to its environment."""
    # nothing that this machine is set to may help: no proxy, no index, no folder of wheels
    changes = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}
    if shutil.which(UNSHARE[0]):
        tried = subprocess.run([*UNSHARE, "true"], capture_output=True, check=False)
        if tried.returncode == 0:
            print("the network is off by a network of its own")
            return UNSHARE, changes
    guard = folder / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    print("the network is off by a guard in Python")
    return [], {**changes, "PYTHONPATH": str(guard)}


def run(what: str, command: list[str], folder: Path, changes: dict[str, str] | None = None) -> None:
    """Run one step and print what it took; ends the program where it fails."""
    began, worked = time.perf_counter(), sum(os.times()[2:4])
    place = {**os.environ, **(changes or {})}
    done = subprocess.run(command, cwd=folder, env=place, capture_output=True, text=True, check=False)
    wall, cpu = time.perf_counter() - began, sum(os.times()[2:4]) - worked
    print(f"{what}: {wall:.1f} s, processor {cpu:.1f} s", flush=True)
    if done.returncode:
        print((done.stdout + done.stderr)[-3000:], file=sys.stderr)
        sys.exit(f"{what}: ended with status {done.returncode}")


if __name__ == "__main__":
    sys.exit(main())
