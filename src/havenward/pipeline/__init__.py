"""The stages in order, from reports to a brief: the only folder whose files name two stages."""

from havenward.pipeline.bundled import BUNDLED, bundled_case
from havenward.pipeline.demo import LOOK_BACK_UNTIL, LOOKS, RECOUNT, run_demo
from havenward.pipeline.forecasts import (
    TRACK_WORDS,
    check_size,
    known_case,
    run_forecast,
)
from havenward.pipeline.history import (
    audit_leaks,
    forecast_known_sites,
    forecast_with_movement,
    known_on_track,
    pooled_total,
    run_backtest,
    score_run,
)
from havenward.pipeline.play import as_simulated, first_day, learn_and_simulate, simulate
from havenward.pipeline.products import (
    check_products,
    compare_runs,
    explain_number,
    look_at_needs,
    make_brief,
)
from havenward.pipeline.progress import SILENT, Progress
from havenward.pipeline.reports import (
    list_unread,
    read_files,
    read_into_case,
    read_report,
    reading_places,
)

__all__ = [
    "BUNDLED",
    "LOOKS",
    "LOOK_BACK_UNTIL",
    "RECOUNT",
    "SILENT",
    "TRACK_WORDS",
    "Progress",
    "as_simulated",
    "audit_leaks",
    "bundled_case",
    "check_products",
    "check_size",
    "compare_runs",
    "explain_number",
    "first_day",
    "forecast_known_sites",
    "forecast_with_movement",
    "known_case",
    "known_on_track",
    "learn_and_simulate",
    "list_unread",
    "look_at_needs",
    "make_brief",
    "pooled_total",
    "read_files",
    "read_into_case",
    "read_report",
    "reading_places",
    "run_backtest",
    "run_demo",
    "run_forecast",
    "score_run",
    "simulate",
]
