"""On which hands pieces of work go: the threads or the processes of this machine, or whoever is handed in.

A runner decides who works and when; it never decides a result. The pieces are the same whoever runs them,
and results come back in the order of the pieces.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future

Piece = TypeVar("Piece")
Result = TypeVar("Result")

_AHEAD = 3  # pieces handed out per worker before the first is asked for: nobody waits, and little is held


class Runner(Protocol):
    """Who does pieces of work.

    Attributes
    ----------
    workers
        How many pieces are done at the same time, about.
    """

    @property
    def workers(self) -> int:
        """How many pieces are done at the same time, about."""
        ...

    def share(self, work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[Result]:
        """Do every piece; results come in the order of the pieces, each as soon as those before it.

        Parameters
        ----------
        work
            Does one piece. For processes and clusters it and the pieces are pickled, so it is a function of
            a module or an instance of a class of a module; it is sent once and keeps what it prepares.
        pieces
            Taken from as needed; an endless stream never stands in memory.
        """
        ...


@dataclass(frozen=True)
class Threads:
    """Threads of this process: for work that compiled code does."""

    workers: int

    def share(self, work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[Result]:
        """Do every piece; results come in the order of the pieces."""
        if self.workers <= 1:
            yield from map(work, pieces)
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(max_workers=self.workers) as pool:
            yield from _in_order(pool, work, pieces, self.workers * _AHEAD)


@dataclass(frozen=True)
class Processes:
    """Fresh processes on this machine: for work that Python does."""

    workers: int

    def share(self, work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[Result]:
        """Do every piece; results come in the order of the pieces."""
        waiting = iter(pieces)
        head = list(islice(waiting, 2))
        if self.workers <= 1 or len(head) < 2:
            yield from map(work, head)
            yield from map(work, waiting)
            return
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        # spawned and not forked: a fork of a process that runs threads can hang
        with ProcessPoolExecutor(
            self.workers, get_context("spawn"), initializer=_hold_work, initargs=(work,)
        ) as pool:
            yield from _in_order(pool, _do_held, chain(head, waiting), self.workers * _AHEAD)


def _in_order(
    pool: Executor, work: Callable[[Piece], Result], pieces: Iterable[Piece], out: int
) -> Iterator[Result]:
    """Keep so many pieces out; give results in the order of the pieces. What has not begun ends with us."""
    waiting = iter(pieces)
    under_way: deque[Future[Result]] = deque(pool.submit(work, piece) for piece in islice(waiting, out))
    try:
        while under_way:
            yield under_way.popleft().result()
            under_way.extend(pool.submit(work, piece) for piece in islice(waiting, 1))
    finally:
        for future in under_way:
            future.cancel()


_HELD: list[Callable[..., object]] = []  # of a worker process: the work that it was started for


def _hold_work(work: Callable[..., object]) -> None:
    _HELD[:] = [work]


def _do_held(piece: Any) -> Any:  # noqa: ANN401 - whatever the work takes and gives
    return _HELD[0](piece)
