"""A folder of cases, a browser without a screen, and a server in a process of its own, for tests of the workbench."""

import contextlib
import re
import subprocess
import sys
import time
import warnings
from pathlib import Path

import httpx
import pytest

from havenward.workbench.app import make_app
from toy_case import TOY, write_files

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the test client asks for another library than the one that we have
    from starlette.testclient import TestClient

ORIGIN = "http://127.0.0.1:8000"


def make_root(folder: Path, *names: str, **files: str) -> Path:
    """Write a folder of toy cases; `files` change or add files of each."""
    for name in names or ("toy",):
        write_files(folder / name, TOY | files)
    return folder


@contextlib.contextmanager
def open_browser(root: Path, *, token: str = "", workers: int = 0, **more):
    """Open the workbench on a folder, as a browser that keeps its cookies."""
    app = make_app(root, token=token, workers=workers, **more)
    with TestClient(app, base_url=ORIGIN, raise_server_exceptions=False) as client:
        yield client


def form_token(client) -> str:
    """Take the secret of forms from a page, as its scripts do."""
    return re.search(r'data-token="([0-9a-f]+)"', client.get("/jobs").text).group(1)


def wait_for(found, seconds: float = 60.0):
    """Wait until something is so, and give it; a test that waits in vain fails."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.02)
    pytest.fail("waited in vain")


class Server:
    """`havenward serve` in a process of its own, on a port that was free."""

    def __init__(self, root: Path, *options: str) -> None:
        command = [sys.executable, "-m", "havenward", "serve", str(root), "--port", "0", *options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.said = []
        for line in self.process.stderr:
            self.said.append(line)
            if "is open at" in line:
                break
        else:
            pytest.fail("".join(self.said))
        self.address = re.search(r"(http://\S+?)/ ", line).group(1)

    def browser(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=30)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()
