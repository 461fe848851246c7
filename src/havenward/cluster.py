"""Where a Dask cluster is found, and who in it may take part: machines that would give the same bytes.

The scheduler and the workers are Dask's own; how pieces travel to them stands in `cluster_pieces.py`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import secrets
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenward.cluster_pieces import ClusterRunner
from havenward.errors import Problem, SettingsError
from havenward.runners import Threads
from havenward.sameness import OF_A_SCHEDULER, PYTHON, compare_machines, describe_machine, describe_package

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from havenward.runners import Runner

    Client = Any  # Dask gives types to only some of it

LOCAL = "local"
CONNECT_S = 10.0  # how long a scheduler is waited for
FIRST_WORKER_S = 60.0  # how long the first worker is waited for
_HOST_AND_PORT = re.compile(r"(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}")


@contextmanager
def open_runner(
    cluster: str,
    workers: int,
    kind: Callable[[int], Runner] = Threads,
    *,
    told: Callable[[str], None] = lambda words: None,  # noqa: ARG005
) -> Iterator[Runner]:
    """Open whoever is to do the work, and let go of them in the end.

    Parameters
    ----------
    cluster
        Empty for this process and its machine; `local` for a Dask cluster of processes on this machine that
        nobody else can reach; otherwise the address of a scheduler (`tcp://host:8786`, `tls://host:8786` with
        Dask's own settings of certificates) or the path of its scheduler file.
    workers
        On this machine; 0 for one per core. A cluster has the workers that it has.
    kind
        `Threads` or `Processes`, where there is no cluster.
    told
        Is told in words what a person who waits should know: nobody is there yet, a worker was lost.

    Yields
    ------
    runner
        See `runners.Runner`; the same bytes whichever it is.

    Raises
    ------
    SettingsError
        Dask is not installed, nobody answers at the address, no worker comes, or a machine has other
        versions, another build, or another arithmetic than this one.
    """
    workers = workers or os.cpu_count() or 1
    if not cluster:
        yield kind(workers)
        return
    with ExitStack() as opened:
        opened.enter_context(_quiet())
        try:
            import distributed  # noqa: F401 - only asked for
        except ImportError as error:
            raise SettingsError(_no_dask(cluster)) from error
        address = _start_local(workers, opened) if cluster == LOCAL else _find_address(cluster)
        client = _connect(cluster, address)
        opened.callback(_close, client)
        _await_worker(client, cluster, told)
        check_machines(client)
        yield ClusterRunner(client, check_machines, told)


def check_machines(client: Client) -> None:
    """Refuse a cluster whose machines could give other bytes than this one; every difference at once.

    Raises
    ------
    SettingsError
        See `sameness.compare_machines`.
    """
    # Dask's own answers first: code of ours must not run on another Python
    versions = client.get_versions()
    pythons = {"scheduler": versions["scheduler"], **versions["workers"]}
    described = {
        _worker(who): {PYTHON: ".".join(str(said["host"]["python"]).split(".")[:2])}
        for who, said in pythons.items()
        if said
    }
    problems = compare_machines(described, describe_package(), (PYTHON,))
    if problems:
        raise SettingsError(problems)

    def look(*, whole: bool) -> dict[str, str]:  # sent as code, since there may be no Havenward to send it to
        try:
            from havenward.sameness import describe_machine, describe_package
        except ImportError:
            return {}
        return dict(describe_machine() if whole else describe_package())

    scheduler = client.run_on_scheduler(look, whole=False)
    problems = compare_machines({"scheduler": scheduler}, describe_package(), OF_A_SCHEDULER)
    found = client.run(look, whole=True, on_error="return")
    here = client.nthreads()
    said = {_worker(who): what for who, what in found.items() if isinstance(what, dict)}
    problems += compare_machines(said, describe_machine())
    problems += [
        _cannot_look(_worker(who), what)
        for who, what in found.items()
        if isinstance(what, BaseException) and who in here  # who has gone since is no problem
    ]
    if problems:
        raise SettingsError(problems)


def is_here(runner: Runner) -> bool:
    """Tell whether everybody who works is a part of this process or was started by it on this machine."""
    return not isinstance(runner, ClusterRunner)


def sees_folder(runner: Runner, folder: Path) -> bool:
    """Tell whether everybody who works reads and writes the files of a folder under the same path.

    Parameters
    ----------
    folder
        Must exist and be writable here.
    """
    if not isinstance(runner, ClusterRunner):
        return True
    token = folder.resolve() / f".seen-{secrets.token_hex(8)}"
    token.write_text(token.name, encoding="utf-8")
    answers: list[Path] = []
    try:
        found = runner.client.run(_answer_token, str(token), on_error="return")
        answers = [token.with_name(f"{token.name}-{said}") for said in found.values() if _is_hex(said)]
        # what a worker wrote must be here, not on a disk of its own that happens to have such a folder
        return len(answers) == len(found) > 0 and all(path.is_file() for path in answers)
    finally:
        for path in (token, *answers):
            path.unlink(missing_ok=True)


def _answer_token(token: str) -> str:
    """Read a token and write another beside it, on a worker."""
    path, said = Path(token), secrets.token_hex(8)
    if path.read_text(encoding="utf-8") != path.name:
        return ""
    path.with_name(f"{path.name}-{said}").write_text(said, encoding="utf-8")
    return said


def _is_hex(said: object) -> bool:
    return isinstance(said, str) and re.fullmatch(r"[0-9a-f]{16}", said) is not None


# -- to the cluster and back -------------------------------------------------------------------------------


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's own running commentary from the terminal: what a person needs to know, we tell."""
    logs = [logging.getLogger(name) for name in ("distributed", "tornado", "asyncio")]
    levels = [log.level for log in logs]
    with suppress(ImportError):
        import distributed  # noqa: F401 - sets the levels when it is loaded
    for log in logs:
        log.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="distributed")  # versions are ours to compare
            yield
    finally:
        for log, level in zip(logs, levels, strict=True):
            log.setLevel(level)


def _start_local(workers: int, opened: ExitStack) -> str:
    """Start a scheduler and processes on this machine, on loopback and without pages."""
    from distributed import LocalCluster

    make: Any = LocalCluster
    started = make(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    )
    opened.callback(started.close)
    return str(started.scheduler_address)


def _find_address(cluster: str) -> str:
    """Take an address as it is written, or out of a scheduler file."""
    if "://" in cluster:
        return cluster
    if _HOST_AND_PORT.fullmatch(cluster):
        return f"tcp://{cluster}"
    try:
        said = json.loads(Path(cluster).read_text(encoding="utf-8"))["address"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SettingsError(
            Problem(
                "--cluster",
                f"found '{cluster}'",
                "expected local, the address of a Dask scheduler (tcp://host:8786), or its scheduler file",
                "correct it; `dask scheduler` prints its address when it starts",
                "cluster-address",
            )
        ) from error
    return str(said)


def _connect(cluster: str, address: str) -> Client:
    from distributed import Client

    make: Any = Client
    try:
        with ThreadPoolExecutor(1) as alone:  # a notebook runs a loop of its own in this thread
            kind = alone.submit(asyncio.run, _ask_who(address)).result()
        if kind == "Scheduler":
            return make(address, timeout=CONNECT_S, set_as_default=False, name="havenward")
    except Exception as error:  # a wrong address can fail in as many ways as there are servers
        reason = (str(error) or f"no answer: {type(error).__name__}").splitlines()[0][:200]
        raise SettingsError(_silent(cluster, address, reason)) from error
    raise SettingsError(_silent(cluster, address, f"it is a {kind}"))


async def _ask_who(address: str) -> str:
    """Ask what kind of server is there, within bounds: Dask's client would wait for a silent one for ever."""
    import distributed.comm
    import distributed.security

    comms: Any = distributed.comm
    security: Any = distributed.security

    async def ask() -> str:
        own = security.Security().get_connection_args("client")
        comm = await comms.connect(address, timeout=CONNECT_S, **own)
        try:
            await comm.write({"op": "identity", "reply": True})
            return str((await comm.read()).get("type", "stranger"))
        finally:
            comm.abort()

    return await asyncio.wait_for(ask(), CONNECT_S)


def _close(client: Client) -> None:
    with suppress(Exception):  # whoever is gone need not be told
        client.close(timeout=CONNECT_S)


def _await_worker(client: Client, cluster: str, told: Callable[[str], None]) -> None:
    if client.nthreads():
        return
    told(f"no worker is there yet; waiting up to {FIRST_WORKER_S:.0f} s for one to come")
    try:
        client.wait_for_workers(1, timeout=FIRST_WORKER_S)
    except (TimeoutError, OSError) as error:
        raise SettingsError(
            Problem(
                f"--cluster {cluster}",
                f"the scheduler answers, but no worker came within {FIRST_WORKER_S:.0f} s",
                "expected at least one",
                "start workers with `dask worker ADDRESS`, then ask again",
                "cluster-without-workers",
            )
        ) from error


def _worker(address: str) -> str:
    return address if address == "scheduler" else f"worker {address}"


def _no_dask(cluster: str) -> Problem:
    return Problem(
        f"--cluster {cluster}",
        "Dask is not installed",
        "expected its package distributed",
        "run: pip install 'havenward[cluster]'",
        "cluster-not-installed",
    )


def _silent(cluster: str, address: str, reason: str) -> Problem:
    return Problem(
        f"--cluster {cluster}",
        f"no scheduler answers at {address} within {CONNECT_S:.0f} s ({reason})",
        "expected a Dask scheduler",
        "start one with `dask scheduler`, or correct the address, its protocol or its certificates",
        "cluster-silent",
    )


def _cannot_look(who: str, error: BaseException) -> Problem:
    return Problem(
        who,
        f"cannot say what is installed there ({type(error).__name__}: {str(error)[:200]})",
        "expected a worker that runs Havenward",
        "see its own log, and start it again",
        "cluster-worker-broken",
    )
