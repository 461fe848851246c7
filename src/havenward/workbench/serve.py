"""On which address the workbench listens, and whether people need a token."""

from __future__ import annotations

import ipaddress
import logging
import secrets
import socket
from typing import TYPE_CHECKING

from havenward.errors import Problem, SettingsError
from havenward.workbench.security import OWN_HOSTS
from havenward.workbench.workspace import CASE_FILE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TOKEN_BYTES = 18
OPEN_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104 - named to ask for a host name, not bound to by default


def serve(
    folder: Path, *, host: str, port: int, names: tuple[str, ...], token: str, told: Callable[[str], None]
) -> None:
    """Serve a folder of cases until the person stops it.

    Raises
    ------
    SettingsError
        The folder is none or is itself a case, the port is taken, or nobody could ask for the address.
    """
    import uvicorn

    from havenward.workbench.app import make_app

    _check_folder(folder)
    listening = _listen(host, port)
    port = listening.getsockname()[1]
    local = is_local(host)
    if not local and not token:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        told(f"people enter with this token: {token}")
    hosts = (*OWN_HOSTS, *names) if local or host in OPEN_ADDRESSES else (host, *names)
    if host in OPEN_ADDRESSES and not names:
        raise SettingsError(
            Problem(
                "--host",
                f"found {host}, which is every address and no name",
                "expected the name or address under which people will ask",
                "add it with --name, for example --name office-server",
                "serve-without-name",
            )
        )
    app = make_app(folder, hosts=hosts, port=port, token=token)
    shown = names[0] if names else host
    told(
        f"the workbench is open at http://{f'[{shown}]' if ':' in shown else shown}:{port}/ (Ctrl+C ends it)"
    )
    logging.getLogger("havenward").setLevel(logging.INFO)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=2
    )
    uvicorn.Server(config).run(sockets=[listening])


def is_local(host: str) -> bool:
    """Tell whether an address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_folder(folder: Path) -> None:
    if (folder / CASE_FILE).is_file():
        found, repair = "this is a case itself", f"name the folder that it lies in: {folder.resolve().parent}"
    elif not folder.is_dir():
        found, repair = "there is no such folder", "make it, or name another"
    else:
        return
    raise SettingsError(
        Problem(str(folder), found, "expected a folder that holds cases", repair, "serve-folder")
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise SettingsError(
            Problem(
                f"{host}:{port}",
                f"cannot be listened on ({error})",
                "expected an address of this machine and a free port",
                "choose another with --host and --port; --port 0 takes any that is free",
                "serve-address",
            )
        ) from error
    listening.listen(128)
    return listening
