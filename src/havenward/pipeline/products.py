"""From a run to what is handed over: briefs, needs, comparisons, and the chain behind a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from havenward.pipeline.forecasts import as_simulated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from havenward.needs.assess import Assessment, NeedsSettings
    from havenward.records import Case, Need, Standard
    from havenward.runs import Run
    from havenward.settings import BriefSettings


def make_brief(run: Run, folder: Path, settings: BriefSettings) -> tuple[Path, ...]:
    """Turn a run into a brief for an audience; returns the files written."""
    from havenward.brief.compose import compose_brief
    from havenward.brief.write import write_brief

    known, needs, standards, size = _needed_by(run)
    return write_brief(compose_brief(known, run, needs, settings, standards, size), folder)


def explain_number(run: Run, name: str) -> tuple[str, list[dict[str, Any]]]:
    """Follow a number of a brief back to what it rests on; for the team.

    Parameters
    ----------
    run
        A complete run folder.
    name
        As `brief.explain.explain_name` takes it: a mark (`A3`), or a name (`total`).

    Returns
    -------
    text, values
        The chain in words, and as plain values.
    """
    from havenward.brief.explain import explain_name, format_items, items_as_dicts

    known, needs, standards, size = _needed_by(run)
    items = explain_name(known, run, needs, name, standards, size)
    return format_items(items), items_as_dicts(items)


def _needed_by(run: Run) -> tuple[Case, tuple[Need, ...], tuple[Standard, ...], float]:
    """Give the case as a run simulated it, its needs, the standards, and the size of a household."""
    from havenward.case.load import load_case
    from havenward.needs.requirements import estimate_needs, household_size
    from havenward.needs.standards import load_standards

    known = load_case(run.case_folder)
    known = as_simulated(known, run.meta["rules"], run.meta["priors"], run.meta["scenario"])
    standards = load_standards()
    return known, estimate_needs(known, run, standards), standards, household_size(known, standards)[0]


def look_at_needs(
    run: Run,
    folder: Path,
    *,
    standards: Path | None = None,
    profile: str | None = None,
    costs: Path | None = None,
    budget_places: int = 10_000,
    truck_tonnes: float = 10.0,
    workers: int = 0,
) -> tuple[Path, ...]:
    """Work out needs, gaps and decisions of a run and write them; returns the files written.

    Parameters
    ----------
    run
        A complete run folder.
    folder
        Where the tables go; never into a run.
    standards, profile
        Rows of the user, and the profile whose rows they replace (see `load_standards`).
    costs
        Unit costs, weights and lead times of the user.
    budget_places
        Places that may be added, and are placed where they do most.
    truck_tonnes
        What one truck carries.
    workers
        Threads; 0 for two. Changes nothing but the time.
    """
    from havenward.needs.assess import NeedsSettings
    from havenward.needs.report import write_needs

    settings = NeedsSettings(budget_places, truck_tonnes, workers)
    return write_needs(_assessed(run, standards, profile, costs, settings)[1], folder)


def compare_runs(
    runs: Sequence[Run],
    case: Case | None = None,
    *,
    standards: Path | None = None,
    profile: str | None = None,
    table: Path | None = None,
) -> tuple[str, dict[str, Any]]:
    """Put runs side by side, the others against the first.

    Parameters
    ----------
    runs
        Two or more of one crisis.
    case
        With counts published later, which update the weights of the runs.
    standards, profile
        As for `look_at_needs`.
    table
        CSV for every amount of every run.

    Returns
    -------
    text, values
        The comparison in words, and as plain values.
    """
    from havenward.needs.compare import (
        Side,
        compare_sides,
        comparison_as_dict,
        compose_comparison,
        name_runs,
        write_comparison,
    )

    names = name_runs(runs)
    sides = [Side(name, *_assessed(run, standards, profile)) for name, run in zip(names, runs, strict=True)]
    comparison = compare_sides(sides, case.observations if case else ())
    if table is not None:
        write_comparison(comparison, table)
    return compose_comparison(comparison), comparison_as_dict(comparison)


def _assessed(
    run: Run,
    standards: Path | None,
    profile: str | None,
    costs: Path | None = None,
    settings: NeedsSettings | None = None,
) -> tuple[Case, Assessment]:
    """Give the case as a run simulated it, and what that means for needs."""
    from havenward.case.load import load_case
    from havenward.needs.assess import assess_needs
    from havenward.needs.costs import read_costs
    from havenward.needs.standards import DEFAULT_PROFILE, load_standards

    known = load_case(run.case_folder)
    known = as_simulated(known, run.meta["rules"], run.meta["priors"], run.meta["scenario"])
    rows = load_standards(standards, profile or DEFAULT_PROFILE)
    return known, assess_needs(known, run, rows, read_costs(costs, rows), settings)
