"""What is said of skill: how forecasts did on past crises beside the best simple rule, losses in words."""

from __future__ import annotations

import csv
from datetime import date
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from havenward.words import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from havenward.words import Words

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


class PastSkill(NamedTuple):
    """What is said of skill: what was measured, one row per horizon, and where it fell short."""

    about: tuple[str, ...]
    rows: tuple[Record, ...]
    losses: tuple[str, ...]


def read_track_record() -> tuple[Record, ...]:
    """Read the shipped table."""
    text = (resources.files("havenward") / "tables" / TABLE).read_text(encoding="utf-8")
    kinds = {"target": str, "best_rule": str, "made_on": str, "horizon": int, "crises": int, "n": int}
    return tuple(
        Record(**{name: kinds.get(name, float)(value) for name, value in row.items()})
        for row in csv.DictReader(text.splitlines())
    )


def past_skill(records: Sequence[Record] | None = None, words: Words = ENGLISH) -> PastSkill:
    """Say how forecasts did on past crises; without a record, only that no skill is claimed."""
    rows = [row for row in (read_track_record() if records is None else records) if row.target == TARGET]
    if not rows:
        return PastSkill((words.say("skill_none"),), (), ())
    crises, day = max(row.crises for row in rows), date.fromisoformat(max(row.made_on for row in rows))
    what = words.say("skill_what", crises=crises, day=words.say_date(day))
    losses = (*_losses(rows, words), words.say("skill_scope"))
    return PastSkill((words.say("skill_none"), what), tuple(rows), losses)


def skill_lines(records: Sequence[Record] | None = None) -> list[str]:
    """Write the section of the model card, in Markdown."""
    past = past_skill(records)
    if not past.rows:
        return list(past.about)
    none, what = past.about
    table = [
        (
            "| days ahead | crises | outcomes | our score | best rule | its score | skill | "
            "inside 50 / 95 % | misplaced, ours / rule |"
        ),
        "|" + " --- |" * 9,
    ]
    table += [
        f"| {row.horizon} | {row.crises} | {ENGLISH.say_number(row.n)} | {row.wis_log:.3f} | "
        f"{row.best_rule} | {row.wis_log_best:.3f} | {row.skill:+.1%} ({row.skill_low:+.1%} to "
        f"{row.skill_high:+.1%}) | {row.coverage_50:.0%} / {row.coverage_95:.0%} | "
        f"{row.tvd:.1%} / {row.tvd_best:.1%} |"
        for row in past.rows
    ]
    losses = [f"- {line}" for line in past.losses]
    return [none, "", what, "", *table, "", "Where it fell short:", "", *losses]


def _losses(rows: Sequence[Record], words: Words) -> Iterator[str]:
    """Say every loss and every aim that was missed."""

    def per_cent(share: float, digits: int = 1) -> str:
        return words.say_percent(share, digits)

    for row in rows:
        h = row.horizon
        if row.skill < 0:
            yield words.say("skill_worse", h=h, value=per_cent(-row.skill))
        elif row.skill_low <= 0:
            yield words.say("skill_zero", h=h)
        if h in AIM_HORIZONS and 0 <= row.skill < AIM_SKILL:
            yield words.say("skill_short", h=h, aim=per_cent(AIM_SKILL, 0), value=per_cent(row.skill))
        for share, low, high in BANDS:
            held = row.coverage_50 if share == 50 else row.coverage_95
            if not low <= held <= high:
                key = "skill_narrow" if held < low else "skill_wide"
                yield words.say(key, h=h, share=share, held=per_cent(held))
        if row.width_ratio_95 > AIM_WIDTH:
            yield words.say("skill_width", h=h, times=words.say_decimal(row.width_ratio_95))
        if row.tvd > row.tvd_best:
            yield words.say("skill_place", h=h, tvd=per_cent(row.tvd), best=per_cent(row.tvd_best))
