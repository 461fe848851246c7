"""The command that opens the workbench."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.cli.words import DONE, add_cluster_option, add_command, say

if TYPE_CHECKING:
    import argparse

    from havenward.cli.words import Commands


def add_serve(commands: Commands) -> None:
    """Describe `havenward serve`."""
    parser = add_command(
        commands,
        "serve",
        "open the workbench: a web application on this machine, for a folder of cases",
        "havenward serve cases --port 8000",
        _run_serve,
    )
    parser.add_argument(
        "folder", type=Path, nargs="?", default=Path(), metavar="CASES_DIR", help="folder that holds cases"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; others than this machine need a token"
    )
    parser.add_argument("--port", type=int, default=8000, help="port to listen on; 0 for any that is free")
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="HOST",
        help="name under which people will ask for it, where it is not the address; may be repeated",
    )
    parser.add_argument(
        "--token",
        default="",
        help="what people must type to enter, 12 characters or more; better given as HAVENWARD_TOKEN in the "
        "environment (empty: made up and printed, where others than this machine can ask)",
    )
    parser.add_argument("--open", action="store_true", help="open it in the browser of this machine")
    add_cluster_option(parser)


def _run_serve(chosen: argparse.Namespace) -> int:
    import webbrowser

    from havenward.workbench.serve import serve

    serve(
        chosen.folder,
        host=chosen.host,
        port=chosen.port,
        names=tuple(chosen.name),
        token=chosen.token or os.environ.get("HAVENWARD_TOKEN", ""),
        told=say,
        cluster=chosen.cluster,
        opened=webbrowser.open if chosen.open else None,
    )
    return DONE
