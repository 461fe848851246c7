"""How the members of a case are played: what each needs, by whose hands, and where chunks of them lie."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from havenward.errors import Problem, RunError, SettingsError
from havenward.pipeline.progress import SILENT, Progress
from havenward.records import START_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from havenward.forecast.chunks import Kept, Plan
    from havenward.forecast.journal import Journal
    from havenward.forecast.posterior import Posterior
    from havenward.movement.flee.world import FleeWorld
    from havenward.movement.simulate import Simulator
    from havenward.randomness import Streams
    from havenward.records import Case, Ensemble
    from havenward.runners import Runner
    from havenward.settings import ForecastSettings
    from havenward.stores import Store


def simulate(
    known: Case, settings: ForecastSettings, *, workers: int, progress: Progress = SILENT
) -> Ensemble:
    """Draw the assumptions, let the counts sharpen them where there are any, and run every member."""
    return learn_and_simulate(known, settings, workers=workers, progress=progress)[0]


def learn_and_simulate(
    known: Case, settings: ForecastSettings, *, workers: int, progress: Progress = SILENT
) -> tuple[Ensemble, Posterior | None]:
    """Draw the assumptions, let the counts sharpen them where there are any, and run every member.

    Returns
    -------
    ensemble
        Every member, of equal weight, in memory.
    posterior
        What the counts taught; None for the rule set `flee`, which is handed them.
    """
    from havenward.runners import Threads

    play = Play(known, settings)
    posterior = learn(play, Threads(workers), progress=progress)
    streams = streams_of_members(play, posterior)
    return play(streams, settings.members, threads=workers, told=progress.step), posterior


@dataclass(frozen=True)
class Play:
    """A case as known at the origin date, ready to play any of its members, here or on another machine.

    Parameters
    ----------
    known
        The case as it was known.
    settings
        Of the forecast.
    """

    known: Case
    settings: ForecastSettings

    def __call__(
        self,
        streams: Streams,
        members: int,
        days: int | None = None,
        *,
        threads: int = 1,
        told: Callable[[int], None] | None = None,
    ) -> Ensemble:
        """Play so many members, the first of which has the number `streams.first`.

        Parameters
        ----------
        streams
            All randomness, or that of members that have learned.
        members
            How many.
        days
            Only so many of the first days; by default all.
        threads
            Threads that share them.
        told
            Called with the number of members finished since the last call.
        """
        if self.settings.rules == "flee":
            from havenward.movement.flee.simulate import run_world

            return run_world(self._world, members=members, streams=streams, workers=threads, told=told)
        from havenward.forecast.ensemble import draw_assumptions

        engine, not_come = self._prepared
        draws = draw_assumptions(self.simulated.assumptions, streams, members, not_come)
        mine = replace(engine, streams=streams)
        return mine.run(draws, days=days, workers=threads, told=told)

    @cached_property
    def simulated(self) -> Case:
        """The case with what was really used put in; assumptions to draw."""
        s = self.settings
        return as_simulated(self.known, s.rules, s.priors, s.scenario)

    @property
    def days(self) -> int:
        """Number of simulated days."""
        return self._world.days if self.settings.rules == "flee" else self._prepared[0].days

    @property
    def places(self) -> tuple[str, ...]:
        """Keys of the places, as in the ensemble."""
        return self._world.names if self.settings.rules == "flee" else self._prepared[0].network.places

    @property
    def first_date(self) -> date:
        """First simulated day."""
        flee = self.settings.rules == "flee"
        return self._world.start_date if flee else self._prepared[0].first_date

    @cached_property
    def _prepared(self) -> tuple[Simulator, dict[str, float]]:
        from havenward.randomness import Streams

        s = self.settings
        engine = prepare_engine(self.known, self.simulated, s, Streams(s.seed))
        return engine, dates_not_come(self.simulated, s.origin_date)

    @cached_property
    def _world(self) -> FleeWorld:
        return _flee_world(self.known, self.settings)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what was prepared: another machine prepares it again sooner than it is sent."""
        return {"known": self.known, "settings": self.settings}


def learn(
    play: Play, runner: Runner, *, journal: Journal | None = None, progress: Progress = SILENT
) -> Posterior | None:
    """Let the members learn from the counts; None for the rule set `flee`, which is handed them."""
    from havenward.forecast.assimilate import assimilate
    from havenward.randomness import Streams

    settings, known = play.settings, play.known
    progress.begin("members", settings.members)
    if settings.rules == "flee":
        return None
    return assimilate(
        play,
        play.simulated.assumptions,
        known.observations,
        known.locations,
        Streams(settings.seed),
        settings.members,
        first_date=play.first_date,
        origin_date=settings.origin_date,
        gates={event.location for event in known.events if event.kind == "screening"},
        runner=runner,
        journal=journal,
    )


def streams_of_members(play: Play, posterior: Posterior | None) -> Streams:
    """Give the streams of all members of a run: what they have learned, and chance of their own."""
    from havenward.randomness import Streams

    return posterior.streams_for(play.days) if posterior else Streams(play.settings.seed)


# -- chunks of members -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlayChunk:
    """Plays the members of a chunk; a piece of work for any hands.

    Parameters
    ----------
    play
        The case.
    plan
        Which members stand in which chunk.
    store
        Where chunks are left; None: they are handed back.
    prefix
        Before their names in the store, which many runs may share.
    """

    play: Play
    plan: Plan
    store: Store | None
    prefix: str

    def __call__(self, piece: tuple[int, int, Streams]) -> bytes:
        """Play members `first` to `last` - 1 with their streams; give the chunk, or nothing if it is left."""
        from havenward.forecast.chunks import name_chunk, pack_chunk

        first, last, streams = piece
        content = pack_chunk(self.play(streams, last - first), self.plan)
        if self.store is None:
            return content
        self.store.write(self.prefix + name_chunk(first), content)
        return b""


def play_chunks(
    play: Play,
    posterior: Posterior | None,
    folder: Path,
    runner: Runner,
    store: Store | None,
    prefix: str = "",
    *,
    progress: Progress = SILENT,
) -> Kept:
    """Play every member that is not kept yet, in chunks, and give them all.

    Parameters
    ----------
    play, posterior
        The case, and what the counts taught.
    folder
        Chunks that are whole are taken up; all others come to be here.
    runner
        Who plays.
    store, prefix
        Where the runner leaves chunks, and how their names begin; None: they are handed back.
    progress
        Is told of finished members, those taken up at once.

    Raises
    ------
    RunError
        A chunk cannot be written or read.
    """
    from havenward.forecast.chunks import Kept, Plan, name_chunk
    from havenward.stores import open_store

    plan = Plan.of(play.settings.members, play.days, len(play.places))
    here = open_store(folder)
    elsewhere = None if store is None or store.url == here.url else store
    there = set(elsewhere.names()) if elsewhere else set()
    missing = []
    for first, last in plan.chunks:
        name = name_chunk(first)
        if _is_kept(here, name) or (
            elsewhere and prefix + name in there and _fetch(elsewhere, prefix, name, here)
        ):
            progress.step(last - first)
        else:
            missing.append((first, last))
    taken_up = plan.members - sum(last - first for first, last in missing)
    if taken_up:
        progress.note(f"{taken_up:,} of {plan.members:,} members are taken up from an interrupted run")
    streams = streams_of_members(play, posterior)
    work = PlayChunk(play, plan, store, prefix if elsewhere else "")
    pieces = ((first, last, streams.part(first, last)) for first, last in missing)
    for (first, last), content in zip(missing, runner.share(work, pieces), strict=True):
        name = name_chunk(first)
        if content:
            here.write(name, content)
        elif elsewhere and not _fetch(elsewhere, prefix, name, here):
            raise RunError(_chunk_lost(elsewhere, prefix + name))
        elif not elsewhere and not _is_kept(here, name):  # left in a folder of the same name elsewhere
            raise RunError(_chunk_lost(here, name))
        progress.step(last - first)
    kept = Kept(folder, plan)
    if elsewhere:
        elsewhere.delete(prefix + name_chunk(first) for first, _ in plan.chunks)
    return kept


def _is_kept(store: Store, name: str) -> bool:
    """Tell whether a chunk is there and whole; a machine that lost its power may have left less."""
    return bool(_read_whole(store, name))


def _fetch(store: Store, prefix: str, name: str, here: Store) -> bool:
    """Bring a chunk from where it was left; False where it is not there or not whole."""
    content = _read_whole(store, prefix + name)
    if content:
        here.write(name, content)
    return bool(content)


def _read_whole(store: Store, name: str) -> bytes:
    """Give the bytes of a chunk, none where it is not there or not whole."""
    from havenward.forecast.chunks import is_whole

    try:
        content = store.read(name)
    except FileNotFoundError:
        return b""
    return content if is_whole(content) else b""


def _chunk_lost(store: Store, name: str) -> Problem:
    return Problem(
        f"{store.url}: {name}",
        "a chunk of members that a worker has left is not there, or not whole",
        "expected a store that every worker and this machine see",
        "name such a store with --store, then run the command again; what is done is kept",
        "chunk-lost",
    )


# -- what all members share --------------------------------------------------------------------------------


def prepare_engine(known: Case, simulated: Case, settings: ForecastSettings, streams: Streams) -> Simulator:
    """Prepare what all members share: the case as simulated, its network, and its days."""
    from havenward.movement.simulate import simulator

    return simulator(
        simulated,
        simulated.assumptions,
        first_day(known, settings.origin_date),
        settings.origin_date,
        settings.origin_date + timedelta(days=settings.horizon_days),
        streams,
    )


def _flee_world(known: Case, settings: ForecastSettings) -> FleeWorld:
    """Prepare an imported Flee case to be run by Flee's rules over the whole of its period."""
    from havenward.case.importers.flee_case import flee_inputs
    from havenward.movement.flee.world import build_world

    inputs = flee_inputs(known)
    ahead = max(1, inputs.days - 1)
    if (settings.origin_date, settings.horizon_days) != (inputs.start_date, ahead):
        raise SettingsError(
            Problem(
                "--as-of, --horizon",
                f"found {settings.origin_date} and {settings.horizon_days} days",
                f"expected {inputs.start_date} and {ahead} days, the period of the Flee case",
                "leave both options out",
                "flee-period",
            )
        )
    return build_world(inputs)


def dates_not_come(known: Case, origin_date: date) -> dict[str, float]:
    """Name the assumed dates that have not come by the origin date: nothing that is known says they have."""
    started = any(
        e.kind == "operation_starts" and isinstance(e.date, date) and not e.location for e in known.events
    )
    return {
        a.name: float((origin_date - a.after).days)
        for a in known.assumptions
        if a.after is not None and not (started and a.name == "operation_start")
    }


def first_day(known: Case, origin_date: date) -> date:
    """Decide where the simulation begins: with the operation, or the day after the origin date before it."""
    started = [e.date for e in known.events if e.kind in START_KINDS and isinstance(e.date, date)]
    return max(known.start, min([origin_date + timedelta(days=1), *started]))


def as_simulated(known: Case, rules: str, priors: str, scenario: str) -> Case:
    """Put in what was really used: resolved assumptions, and what the scenario changes."""
    from havenward.case.assumptions import resolve_assumptions

    if rules == "flee":  # Flee's rules read settings, not assumptions
        return replace(known, assumptions=())
    resolved, added = resolve_assumptions(known, priors, scenario)
    return replace(known, assumptions=resolved, events=known.events + added)
