"""On which address the workbench listens, and whether people need a token."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import secrets
import socket
import sys
from typing import TYPE_CHECKING

from havenward.errors import Problem, SettingsError
from havenward.locks import BusyError, hold
from havenward.workbench.security import OWN_HOSTS
from havenward.workbench.workspace import CASE_FILE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TOKEN_BYTES = 18
KEEP_ALIVE_S = 75  # longer than clients keep a connection: who closes first must not be us, amid a request
SWITCH_S = 0.001  # how long a page that is being made may hold up all others
MIN_TOKEN = 12  # letters: what people choose must not be guessed at two tries a second
OPEN_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104 - named to ask for a host name, not bound to by default


def serve(
    folder: Path,
    *,
    host: str,
    port: int,
    names: tuple[str, ...],
    token: str,
    told: Callable[[str], None],
    cluster: str = "",
    opened: Callable[[str], object] | None = None,
) -> None:
    """Serve a folder of cases until the person stops it.

    Parameters
    ----------
    names
        Under which people will ask for it, beside the address.
    token
        Which they type to enter; made up and told where it is empty and others than this machine can ask.
    told
        Is told the address, and the token where one was made up.
    cluster
        The address of a Dask cluster for forecasts; empty for none.
    opened
        Is given the address, to open it in a browser.

    Raises
    ------
    SettingsError
        The folder is none, is itself a case or is served already, the port is taken, the token is too short,
        or nobody could ask for the address.
    """
    import uvicorn

    from havenward.workbench.ahead import start_ahead
    from havenward.workbench.app import make_app

    _check_folder(folder)
    _check_words(host, names, token)
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(hold(folder / "jobs" / ".lock", wait=False))
        except BusyError as error:
            raise SettingsError(_served_already(folder)) from error
        except OSError as error:
            raise SettingsError(_not_writable(folder, error)) from error
        listening = _listen(host, port)
        port = listening.getsockname()[1]
        if not token and (names or not is_local(host)):
            token = secrets.token_urlsafe(TOKEN_BYTES)
            told(f"people enter with this token: {token}")
        own = f"[{host}]" if ":" in host else host
        hosts = {*names, own} - {"0.0.0.0", "[::]"} | set(OWN_HOSTS)  # noqa: S104 - taken away, not bound to
        app = make_app(folder, hosts=tuple(sorted(hosts)), port=port, token=token, cluster=cluster)
        address = f"http://{names[0] if names else own}:{port}/"
        told(f"the workbench is open at {address} (Ctrl+C ends it)")
        if opened is not None:
            opened(address)
        logging.getLogger("havenward").setLevel(logging.INFO)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
        start_ahead(folder)
        sys.setswitchinterval(SWITCH_S)
        with contextlib.suppress(KeyboardInterrupt):  # which is how a person ends it
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


def _check_words(host: str, names: tuple[str, ...], token: str) -> None:
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
    if token and len(token) < MIN_TOKEN:
        raise SettingsError(
            Problem(
                "--token",
                f"found {len(token)} characters",
                f"expected at least {MIN_TOKEN}",
                "choose a longer one, or leave it out: then one is made up and printed",
                "serve-token",
            )
        )


def _not_writable(folder: Path, error: OSError) -> Problem:
    return Problem(
        str(folder),
        f"the folder cannot be written to ({error.strerror or error})",
        "expected room and rights to write: the workbench keeps its jobs and runs there",
        "correct the rights, free some space, or name another folder",
        "target-read-only",
    )


def _served_already(folder: Path) -> Problem:
    return Problem(
        str(folder),
        "it is served already",
        "expected one server for one folder, since both would do the same jobs",
        "use the one that is running, or end it first",
        "serve-twice",
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # named TCP, since asyncio turns the delay of small packets off only then: 40 ms of every answer
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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
