"""How pieces of work travel to the workers of a Dask cluster, and how a lost one is done again.

Work and pieces travel as bytes that only a worker opens. A piece is a pure function of the work and of what
it is given, so whoever does it, and how often, the result is the same.
"""

from __future__ import annotations

import pickle
import time
import warnings
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from havenward.errors import Problem, RunError, SettingsError
from havenward.sameness import compare_machines, describe_machine, machine_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from havenward.runners import Piece, Result

    Client = Any  # Dask gives types to only some of it
    Future = Any

NO_WORKER_S = 300.0  # how long all workers may be gone before the work is given up
MAX_LOSSES = 20  # of one piece: workers that died with it in hand before it is taken for the cause
_AHEAD = 3  # pieces handed out per worker: nobody waits, and little is held
_KEPT = 4  # times as many results may wait for one piece that is late
_LOOK_S = 1.0  # how often the cluster is looked at
_ANSWER_S = 10.0  # how long the scheduler may take to say who is there
_FETCH_S = 120.0  # how long one result may take to travel before the cluster is looked at again
_PREFIX = "havenward"
_LOST = ("cancelled", "lost")


@dataclass
class Losses:
    """Who was lost on the way.

    Parameters
    ----------
    workers
        Workers that ended without saying so.
    pieces
        Pieces they had in hand, waiting or done, that others did instead.
    """

    workers: int = 0
    pieces: int = 0

    def __str__(self) -> str:
        """Say it in a sentence."""
        whose = "1 worker was" if self.workers == 1 else f"{self.workers} workers were"
        what = "1 piece was" if self.pieces == 1 else f"{self.pieces} pieces were"
        return f"{whose} lost; {what} given to others"


class OtherMachineError(Exception):
    """A worker that came later is not like the machine that asked."""

    def __init__(self, address: str, described: Mapping[str, str]) -> None:
        super().__init__(address, described)
        self.address, self.described = address, described


@dataclass
class ClusterRunner:
    """The workers of a Dask cluster, as a runner.

    Parameters
    ----------
    client
        Connected, and its machines checked.
    check
        Refuses machines that could give other bytes; asked again when a piece breaks.
    told
        Is told in words what a person who waits should know.
    losses
        Who was lost so far.
    """

    client: Client
    check: Callable[[Client], None]
    told: Callable[[str], None] = lambda words: None  # noqa: ARG005
    losses: Losses = field(default_factory=Losses)

    def __post_init__(self) -> None:
        """Listen to what the scheduler says of workers that leave."""
        self.client.subscribe_topic("all", self._hear)

    @property
    def workers(self) -> int:
        """How many pieces are done at the same time: threads of all workers."""
        threads: Mapping[str, int] = self.client.nthreads()
        return max(1, sum(threads.values()))

    def share(self, work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[Result]:
        """Do every piece; results come in the order of the pieces, whoever is lost on the way.

        Raises
        ------
        RunError
            The scheduler is gone, no worker is left for minutes, or a piece ends its workers again and again.
        SettingsError
            A worker that came later is not like this machine.
        """
        sharing = _Sharing(self, work)
        try:
            yield from sharing.results(enumerate(pieces))
        finally:
            sharing.stop()

    def _hear(self, event: tuple[float, Mapping[str, Any]]) -> None:
        """Count what a worker had in hand when it went; called for everything that the scheduler tells."""
        said = event[1]
        if not isinstance(said, dict) or said.get("action") != "remove-worker" or said.get("expected"):
            return
        keys = {*said.get("processing-tasks", ()), *said.get("lost-computed-tasks", ())}
        ours = [str(key) for key in keys if str(key).startswith(f"{_PREFIX}-piece-")]
        self.losses.workers += 1
        self.losses.pieces += len(ours)


@dataclass
class _Handed:
    """A piece that is out: its number, its bytes, what became of it, and how many died with it in hand."""

    number: int
    content: bytes
    future: Future
    losses: int = 0
    tries: int = 0


class _Sharing:
    """One piece of work that is being shared: what is out, what is done, and who is there."""

    def __init__(self, runner: ClusterRunner, work: object) -> None:
        import cloudpickle  # type: ignore[import-untyped]  # also takes what stands in a script

        self._runner, self._client = runner, runner.client
        self._watch = _Watch(runner)
        self._work = cloudpickle.dumps(work, pickle.HIGHEST_PROTOCOL)
        self._name = blake2b(self._work, digest_size=8).hexdigest()
        self._sent = self._send_work()
        self._out: deque[_Handed] = deque()
        self._busy: set[int] = set()
        self._ready: SimpleQueue[tuple[int, int]] = SimpleQueue()

    def results(self, waiting: Iterator[tuple[int, Any]]) -> Iterator[Any]:
        """Hand pieces out and give their results, in order."""
        more = True
        while True:
            self._watch.look()
            room = self._watch.threads * _AHEAD
            while more and len(self._busy) < room and len(self._out) < room * _KEPT:
                number, piece = next(waiting, (-1, None))
                more = number >= 0
                if more:
                    content = pickle.dumps(piece, pickle.HIGHEST_PROTOCOL)
                    handed = _Handed(number, content, None)
                    self._out.append(handed)
                    self._hand_out(handed)
            if not self._out:
                self._watch.tell_losses()
                return
            if self._out[0].future.status == "pending":
                self._hear_of_some()
                continue
            done, result = self._take(self._out[0])
            if done:
                handed = self._out.popleft()
                self._busy.discard(handed.number)
                handed.future.release()
                yield result

    def stop(self) -> None:
        """Let go of everything that is still out."""
        with suppress(Exception):  # the connection may be what has failed
            if self._out:
                self._client.cancel([handed.future for handed in self._out])
            self._sent.release()

    def _send_work(self) -> Future:
        """Send the work to where workers hand it on to each other; if all who have it go, it is sent again.

        As a task and not as scattered data, which would be lost with the worker that holds it.
        """
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sending large graph")  # once, and it is needed
            key = f"{_PREFIX}-work-{self._name}"
            return self._client.submit(_hand_over, self._work, key=key, pure=True)

    def _hand_out(self, handed: _Handed) -> None:
        """Ask for a piece, named by all that decides its result, so that nothing is done twice in vain."""
        name = blake2b(handed.content, digest_size=8).hexdigest()
        # a new try has a name of its own: the scheduler remembers the end of the old one for a while
        again = f"-{handed.tries}" if handed.tries else ""
        if self._sent.status in _LOST:
            self._sent = self._send_work()
        handed.future = self._client.submit(
            _do_piece,
            self._sent,
            handed.content,
            machine_name(),
            key=f"{_PREFIX}-piece-{self._name}-{handed.number}-{name}{again}",
            pure=True,
            priority=1 if handed.tries else 0,  # all others wait for it
        )
        said = (handed.number, handed.tries)
        self._busy.add(handed.number)
        handed.future.add_done_callback(lambda _: self._ready.put(said))

    def _hear_of_some(self) -> None:
        """Wait until a piece is done, and strike out all that are; those that were lost are done again."""
        first, wait = self._out[0].number, True
        with suppress(Empty):
            while True:
                number, tries = self._ready.get(block=wait, timeout=_LOOK_S)
                wait = False
                at = number - first
                if not 0 <= at < len(self._out) or self._out[at].tries != tries:
                    continue  # of a piece that has been taken, or is being done again
                handed = self._out[at]
                self._busy.discard(number)
                if handed.future.status in _LOST or self._deaths(handed):
                    self._do_again(handed)

    def _take(self, handed: _Handed) -> tuple[bool, Any]:
        """Fetch a result; False where it has been lost and is done again.

        Raises
        ------
        Exception
            Whatever the work itself raised.
        """
        future = handed.future
        if future.status in _LOST or self._deaths(handed):
            self._do_again(handed)
            return False, None
        try:
            return True, future.result(timeout=_FETCH_S)
        except OtherMachineError as error:
            self._runner.check(self._client)
            found = {f"worker {error.address}": error.described}  # it has gone again since
            raise SettingsError(compare_machines(found, describe_machine())) from error
        except Exception as error:
            if future.status != "error":
                return False, None  # it was lost on its way; the scheduler has it done again
            if not hasattr(error, "problems"):
                self._runner.check(self._client)  # a machine without our code breaks in a hundred ways
            raise

    @staticmethod
    def _deaths(handed: _Handed) -> int:
        """Say how many workers ended with a piece in hand, where that is why it has no result."""
        from distributed import KilledWorker

        if handed.future.status != "error":
            return 0
        error = handed.future.exception(timeout=_FETCH_S)
        return int(error.allowed_failures) + 1 if isinstance(error, KilledWorker) else 0

    def _do_again(self, handed: _Handed) -> None:
        handed.losses += self._deaths(handed)
        if handed.losses >= MAX_LOSSES:
            raise RunError(_piece_kills(handed))
        handed.tries += 1
        self._hand_out(handed)


class _Watch:
    """Looks after a cluster while results are waited for: who is there, and how long nobody has been."""

    def __init__(self, runner: ClusterRunner) -> None:
        self._runner = runner
        self._looked = time.monotonic()
        self._gone: float | None = None
        self._told = str(runner.losses)
        self.threads = runner.workers

    def look(self) -> None:
        """Look again, at most once in a while, and tell what a person should know.

        Raises
        ------
        RunError
            The scheduler is gone, or there has been no worker for minutes.
        """
        now, client = time.monotonic(), self._runner.client
        if now - self._looked < _LOOK_S:
            return
        self._looked = now
        self.tell_losses()
        if client.status in ("closed", "closing"):
            raise RunError(_scheduler_lost())
        there = 0
        if client.status == "running":
            with suppress(OSError, TimeoutError):
                there = sum(client.sync(client.scheduler.ncores, callback_timeout=_ANSWER_S).values())
        if there:
            self._gone, self.threads = None, there
            return
        if self._gone is None:
            self._gone = now
            self._runner.told(f"no worker is there; waiting up to {NO_WORKER_S:.0f} s for one to come")
        if now - self._gone > NO_WORKER_S:
            raise RunError(_no_workers_left())

    def tell_losses(self) -> None:
        """Tell who was lost since the last time."""
        said = str(self._runner.losses)
        if said != self._told:
            self._told = said
            self._runner.told(said)


# -- on a worker -------------------------------------------------------------------------------------------


def _hand_over(content: bytes) -> bytes:
    return content


def _do_piece(work: bytes, piece: bytes, expected: str) -> Any:  # noqa: ANN401 - whatever the work gives
    """Do one piece on a worker that is like the machine that asked."""
    if machine_name() != expected:
        from distributed import get_worker

        raise OtherMachineError(get_worker().address, dict(describe_machine()))
    return _open_work(work)(pickle.loads(piece))  # noqa: S301 - a cluster trusts who may use it


@lru_cache(maxsize=2)  # a worker does many pieces of the same work, which keeps what it prepares
def _open_work(work: bytes) -> Callable[[Any], Any]:
    opened: Callable[[Any], Any] = pickle.loads(work)  # noqa: S301 - as above
    return opened


# -- what can go wrong -------------------------------------------------------------------------------------


def _piece_kills(handed: _Handed) -> Problem:
    return Problem(
        f"piece {handed.number + 1}",
        f"{handed.losses} workers ended with it in hand",
        f"expected fewer than {MAX_LOSSES}",
        "it may need more memory than a worker has: give workers more, or ask for less at once; what is done "
        "is kept",
        "cluster-piece-kills",
    )


def _no_workers_left() -> Problem:
    return Problem(
        "the cluster",
        f"no worker has been there for {NO_WORKER_S:.0f} s",
        "expected at least one",
        "start workers and ask again; what is done is kept",
        "cluster-workers-lost",
    )


def _scheduler_lost() -> Problem:
    return Problem(
        "the cluster",
        "the connection to the scheduler is lost",
        "expected a scheduler that stays",
        "start the scheduler and its workers, and ask again; what is done is kept",
        "cluster-scheduler-lost",
    )
