"""From a run to what is handed over: briefs, needs, comparisons, and the chain behind a number."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from havenward.errors import ReleaseError, RunError
from havenward.files import check_target
from havenward.pipeline.play import as_simulated

BRIEF_BYTES, NEEDS_BYTES = 10_000_000, 5_000_000  # more than any that was made

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from havenward.brief.changes import Earlier
    from havenward.brief.content import Brief
    from havenward.brief.shortages import Shortages
    from havenward.needs.assess import Assessment, NeedsSettings
    from havenward.records import Case, Need, Standard
    from havenward.runs import Run
    from havenward.settings import BriefSettings


class Basis(NamedTuple):
    """What a brief of a run rests on: the case as it was simulated, and what that means for needs."""

    case: Case
    needs: tuple[Need, ...]
    standards: tuple[Standard, ...]
    household_size: float
    shortages: Shortages


def check_products(products: Sequence[str]) -> None:
    """Refuse products that are not known, before any work is done for them."""
    from havenward.brief.write import check_products as check

    check(products)


def make_brief(
    run: Run,
    folder: Path,
    settings: BriefSettings,
    previous: Run | None = None,
    products: Sequence[str] = (),
) -> tuple[Path, ...]:
    """Turn a run into a brief for an audience; returns the files written.

    Parameters
    ----------
    run
        A complete run folder.
    folder
        Where the products go; never into a run.
    settings
        Audience, language and what else can be chosen.
    previous
        The run of the last brief of the same crisis: the new one says what changed since.
    products
        Which of `brief.write.PRODUCTS`; all where none is named.

    Raises
    ------
    SettingsError
        `previous` is of another crisis, or looks from a later day.
    ReleaseError
        A product is not known or holds more than its audience may see, or `partner` or `team` is asked for
        without a reason; nothing was put in place.
    """
    from havenward.brief.changes import check_previous
    from havenward.brief.release import require_reason
    from havenward.brief.write import write_brief

    check_products(products)
    check_target(folder, BRIEF_BYTES, ReleaseError)
    if previous is not None:
        check_previous(run, previous)
    brief = brief_of(run, settings, previous)
    require_reason(brief.audience, brief.reason, brief.guard)
    # the day of the release stands in the log alone: products are the same bytes on any day
    return write_brief(brief, folder, products, date.today())  # noqa: DTZ011 - the planner's own day


def brief_of(run: Run, settings: BriefSettings, previous: Run | None = None) -> Brief:
    """Compose the brief of a run without writing it; see `make_brief`."""
    from havenward.brief.compose import compose_brief

    basis = _basis_of(run)
    earlier = None if previous is None else _earlier(previous, run, basis, settings.audience)
    return compose_brief(
        basis.case,
        run,
        basis.needs,
        settings,
        basis.standards,
        basis.household_size,
        basis.shortages,
        earlier,
    )


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

    case, needs, standards, size, shortages = _basis_of(run)
    items = explain_name(case, run, needs, name, standards, size, shortages)
    return format_items(items), items_as_dicts(items)


def _basis_of(run: Run) -> Basis:
    """Read the case and the members of a run once, and work out needs and shortages."""
    from havenward.needs.requirements import estimate_needs, household_size
    from havenward.needs.standards import load_standards
    from havenward.pipeline.shortages import assess_for_brief, shortages_of

    known, standards = _simulated_case(run), load_standards()
    found = assess_for_brief(known, run, standards)
    needs = estimate_needs(known, run, standards, found.crowd)
    size = household_size(known, standards)[0]
    return Basis(known, needs, standards, size, shortages_of(found, needs, standards))


def _earlier(previous: Run, run: Run, basis: Basis, audience: str) -> Earlier:
    """Give the run of the last brief with its room on the days that both can be compared on."""
    from havenward.brief.audience import allows
    from havenward.brief.changes import Earlier, days_in_common
    from havenward.brief.shortages import Shortages
    from havenward.dates import key_days
    from havenward.pipeline.shortages import assess_for_brief, shortages_of

    def look(case: Case, run: Run) -> Shortages:
        return shortages_of(assess_for_brief(case, run, (), common), (), ())

    case, common = _simulated_case(previous), days_in_common(run, previous, daily=allows(audience, "daily"))
    if not common:
        return Earlier(case, previous, Shortages())
    key = set(common) <= set(key_days(run.origin_date, run.last_date))
    return Earlier(case, previous, look(case, previous), None if key else look(basis.case, run))


def _simulated_case(run: Run) -> Case:
    """Read the case as a run simulated it."""
    from havenward.case.load import load_case

    known = load_case(run.case_folder)
    return as_simulated(known, run.meta["rules"], run.meta["priors"], run.meta["scenario"])


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

    check_target(folder, NEEDS_BYTES, RunError)
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
    from havenward.needs.assess import assess_needs
    from havenward.needs.costs import read_costs
    from havenward.needs.standards import DEFAULT_PROFILE, load_standards

    known = _simulated_case(run)
    rows = load_standards(standards, profile or DEFAULT_PROFILE)
    return known, assess_needs(known, run, rows, read_costs(costs, rows), settings)
