"""What is said of skill: how forecasts did on past crises beside the best simple rule, losses in words."""

from __future__ import annotations

import csv
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from havenward.brief.wording import say, say_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TABLE = "track_record.csv"
TARGET = "net_arrivals"
# what was aimed at; what falls short of it is told
AIM_SKILL, AIM_HORIZONS = 0.20, (14, 28)
BANDS = ((50, 0.42, 0.58), (95, 0.90, 0.98))
AIM_WIDTH = 1.10


class Record(NamedTuple):
    """A row of the shipped table: a target at one horizon, means over crises of equal weight."""

    target: str
    horizon: int
    crises: int
    n: int
    wis_log: float
    best_rule: str
    wis_log_best: float
    skill: float
    skill_low: float
    skill_high: float
    coverage_50: float
    coverage_95: float
    tvd: float
    made_on: str
    tvd_best: float
    width_ratio_95: float


def read_track_record() -> tuple[Record, ...]:
    """Read the shipped table."""
    text = (resources.files("havenward") / "tables" / TABLE).read_text(encoding="utf-8")
    kinds = {"target": str, "best_rule": str, "made_on": str, "horizon": int, "crises": int, "n": int}
    return tuple(
        Record(**{name: kinds.get(name, float)(value) for name, value in row.items()})
        for row in csv.DictReader(text.splitlines())
    )


def skill_lines(records: Sequence[Record] | None = None) -> list[str]:
    """Write the section of the model card, in Markdown."""
    rows = [row for row in (read_track_record() if records is None else records) if row.target == TARGET]
    if not rows:
        return [say("skill_none")]
    table = [
        (
            "| days ahead | crises | outcomes | our score | best rule | its score | skill | "
            "inside 50 / 95 % | misplaced, ours / rule |"
        ),
        "|" + " --- |" * 9,
    ]
    table += [
        f"| {row.horizon} | {row.crises} | {say_number(row.n)} | {row.wis_log:.3f} | {row.best_rule} | "
        f"{row.wis_log_best:.3f} | {row.skill:+.1%} ({row.skill_low:+.1%} to {row.skill_high:+.1%}) | "
        f"{row.coverage_50:.0%} / {row.coverage_95:.0%} | {row.tvd:.1%} / {row.tvd_best:.1%} |"
        for row in rows
    ]
    crises = max(row.crises for row in rows)
    return [
        say("skill_none"),
        "",
        say("skill_what", crises=crises, day=max(row.made_on for row in rows)),
        "",
        *table,
        "",
        "Where it fell short:",
        "",
        *(f"- {line}" for line in _losses(rows)),
        f"- {say('skill_scope')}",
    ]


def _losses(rows: Sequence[Record]) -> Iterator[str]:
    """Say every loss and every aim that was missed."""
    for row in rows:
        h = row.horizon
        if row.skill < 0:
            yield say("skill_worse", h=h, value=f"{-row.skill:.1%}")
        elif row.skill_low <= 0:
            yield say("skill_zero", h=h)
        if h in AIM_HORIZONS and 0 <= row.skill < AIM_SKILL:
            yield say("skill_short", h=h, aim=f"{AIM_SKILL:.0%}", value=f"{row.skill:.1%}")
        for share, low, high in BANDS:
            held = row.coverage_50 if share == 50 else row.coverage_95
            if not low <= held <= high:
                yield say(
                    "skill_narrow" if held < low else "skill_wide", h=h, share=share, held=f"{held:.1%}"
                )
        if row.width_ratio_95 > AIM_WIDTH:
            yield say("skill_width", h=h, times=f"{row.width_ratio_95:.2f}")
        if row.tvd > row.tvd_best:
            yield say("skill_place", h=h, tvd=f"{row.tvd:.1%}", best=f"{row.tvd_best:.1%}")
