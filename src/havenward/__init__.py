"""Havenward foresees where people will flee and helps to have the place ready.

The face of the package, in the order of the work:

>>> import havenward as hw
>>> reading = hw.read_report(Path("report.txt"), published=date(2016, 7, 31))          # doctest: +SKIP
>>> case = hw.load_case("cases/mosul-2016")                                            # doctest: +SKIP
>>> settings = hw.ForecastSettings(date(2016, 10, 16), horizon_days=120)              # doctest: +SKIP
>>> run = hw.run_forecast(case, settings, Path("runs/eve"))                           # doctest: +SKIP
>>> hw.make_brief(run, Path("briefs/eve"), hw.BriefSettings(audience="public"))       # doctest: +SKIP

Names are imported when they are first used, so that `import havenward` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from havenward.brief.compose import compose_brief
    from havenward.case.assumptions import resolve_assumptions
    from havenward.case.check import check_case
    from havenward.case.known import as_of
    from havenward.case.load import load_case
    from havenward.case.write import write_case
    from havenward.errors import HavenwardError
    from havenward.needs.requirements import estimate_needs
    from havenward.pipeline import audit_leaks as audit
    from havenward.pipeline import (
        compare_runs,
        look_at_needs,
        make_brief,
        read_files,
        read_into_case,
        read_report,
        run_demo,
        run_forecast,
    )
    from havenward.pipeline import run_backtest as backtest
    from havenward.pipeline import score_run as score
    from havenward.runs import read_run
    from havenward.settings import BriefSettings, ForecastSettings

# where each name of the face lives; after a colon its name there, where it is another
_HOMES = {
    "BriefSettings": "havenward.settings",
    "ForecastSettings": "havenward.settings",
    "HavenwardError": "havenward.errors",
    "as_of": "havenward.case.known",
    "audit": "havenward.pipeline:audit_leaks",
    "backtest": "havenward.pipeline:run_backtest",
    "check_case": "havenward.case.check",
    "compare_runs": "havenward.pipeline",
    "compose_brief": "havenward.brief.compose",
    "estimate_needs": "havenward.needs.requirements",
    "load_case": "havenward.case.load",
    "look_at_needs": "havenward.pipeline",
    "make_brief": "havenward.pipeline",
    "read_files": "havenward.pipeline",
    "read_into_case": "havenward.pipeline",
    "read_report": "havenward.pipeline",
    "read_run": "havenward.runs",
    "resolve_assumptions": "havenward.case.assumptions",
    "run_demo": "havenward.pipeline",
    "run_forecast": "havenward.pipeline",
    "score": "havenward.pipeline:score_run",
    "write_case": "havenward.case.write",
}

__all__ = [
    "BriefSettings",
    "ForecastSettings",
    "HavenwardError",
    "as_of",
    "audit",
    "backtest",
    "check_case",
    "compare_runs",
    "compose_brief",
    "estimate_needs",
    "load_case",
    "look_at_needs",
    "make_brief",
    "read_files",
    "read_into_case",
    "read_report",
    "read_run",
    "resolve_assumptions",
    "run_demo",
    "run_forecast",
    "score",
    "write_case",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import a name of the face from its home."""
    if name == "__version__":
        from importlib.metadata import version

        return version("havenward")
    if name in _HOMES:
        module, _, own = _HOMES[name].partition(":")
        return getattr(import_module(module), own or name)
    message = f"module 'havenward' has no attribute '{name}'"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """List the face."""
    return __all__
