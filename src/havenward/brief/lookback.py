"""What was said beside what was counted: forecasts of earlier dates against counts published later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from havenward.brief.charts import LARGE, FanSettings, RangeBar, fan_chart, range_chart
from havenward.brief.content import Count
from havenward.brief.evidence import visible_figures
from havenward.brief.facts import current_locations, latest, name_series, read_fans
from havenward.brief.lessons import learning_of
from havenward.brief.page import planning_bars, render
from havenward.brief.plans import planning_figures
from havenward.brief.release import guard_for, hand_over
from havenward.brief.view import Known, give_marks
from havenward.records import TOTAL
from havenward.runs import told_if_damaged
from havenward.words import Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from havenward.brief.content import Fan
    from havenward.records import Case
    from havenward.runs import Run

AUDIENCE = "public"
FILE = "look-back.html"
MEASURES = {"counted_displaced": "stock", "displaced_total": "cumulative_displaced"}
AFTER_DAYS = (28, 90, 180)
NEAR_DAYS = 10  # a count further away than this does not stand for a day
STEP_DAYS = 7


@dataclass(frozen=True)
class Comparison:
    """A count beside the forecast for its day; `band` is 50, 90 or 0 (outside both)."""

    day: date
    series: str
    counted: int
    low: float
    central: float
    high: float
    band: int

    @property
    def inside(self) -> bool:
        """Whether the count lies in the 90 % range."""
        return self.band > 0


class TableRow(NamedTuple):
    """A row of the table of a panel, in words."""

    words: str
    day: date
    series: str
    low: str
    central: str
    high: str
    counted: str
    inside: bool
    error: str


class Panel(NamedTuple):
    """One target of one forecast beside its counts."""

    heading: str
    chart: Markup
    series: str
    statements: list[str]
    rows: list[TableRow]


class Part(NamedTuple):
    """One forecast."""

    origin: date
    lead: str
    panels: list[Panel]
    meta: str


def write_look_back(
    case: Case,
    runs: Sequence[Run],
    folder: Path,
    until: date | None = None,
    *,
    target: str = "counted_displaced",
    note: str = "",
    series: Sequence[str] = (),
    language: str = "en",
) -> Path:
    """Write `look-back.html`: forecasts beside what was counted and what published plans said.

    Parameters
    ----------
    case
        The whole case, with the counts that were published after the forecasts.
    runs
        Forecasts of different origin dates.
    folder
        Where the page goes.
    until
        Last day of the stock counts that may be compared, where a series breaks; None for all.
    target
        The target that the first sentence of each forecast is about: `counted_displaced` (beside counts
        of the stock) or `displaced_total` (beside cumulative counts).
    note
        Why, in a sentence or two.
    series
        Counting systems that are compared, never joined. Empty: all of the cumulative counts, and of the
        counts of the stock the one with the most counts, which the target is about.
    language
        `en`, `fr`, `es` or `ar`.

    Returns
    -------
    path
        The page, released to the public.

    Raises
    ------
    ReleaseError
        The page would hold a withheld name, or the folder cannot be used.
    RunError
        The tables of a run cannot be read.
    """
    guard = guard_for(case.locations, case.title, AUDIENCE, case.suppress_below)
    targets = [target, *(name for name in MEASURES if name != target)]
    words = Words(language)
    parts = [_part(case, run, targets, until, tuple(series), words) for run in runs]
    last = max(run.last_date for run in runs)
    drawing, day = _planning(case, runs, guard_day=last, series=tuple(series), words=words)
    html = render(
        "look-back.html",
        words,
        title=case.title,
        parts=parts,
        limits=_limits(runs, words),
        planning=drawing,
        planning_day=day,
        origins=[words.say_date(run.origin_date) for run in runs],
        until_note=words.say("look_until", day=words.say_date(until), note=note).strip() if until else note,
    )
    folder = Path(folder)
    with hand_over(folder, (FILE,), guard) as part:
        (part / FILE).write_text(html, encoding="utf-8", newline="\n")
    return folder / FILE


def _limits(runs: Sequence[Run], words: Words) -> list[str]:
    """Say once what the forecasts cannot tell, though they may have different tracks."""
    lines = [
        line
        for run in runs
        for line in words.limit_lines(str(run.meta["track"]), run.origin_date, learning_of(run))
    ]
    return [*dict.fromkeys(lines), *words.misuse_lines()]


def compare_with_counts(
    case: Case, fan: Fan, run: Run, target: str, until: date | None = None, series: Sequence[str] = ()
) -> list[Comparison]:
    """Put every count of the days of a forecast beside it; the latest version of each count, by day."""
    found = []
    for count in _counts(case, run, target, until, series):
        at = fan.dates.index(count.date)
        value = count.persons
        band = 50 if fan.q25[at] <= value <= fan.q75[at] else 90 if fan.q05[at] <= value <= fan.q95[at] else 0
        found.append(Comparison(count.date, count.series, value, fan.q05[at], fan.q50[at], fan.q95[at], band))
    return found


def _counts(case: Case, run: Run, target: str, until: date | None, series: Sequence[str]) -> list[Count]:
    measure = MEASURES[target]
    last = min(until, run.last_date) if until and measure == "stock" else run.last_date
    wanted = [
        row
        for row in case.observations
        if row.scope == "total"
        and row.measure == measure
        and row.persons is not None
        and run.origin_date < row.date <= last
        and (not series or row.series in series)
    ]
    rows = sorted(
        latest(wanted, lambda row: (row.series, row.date)).values(), key=lambda row: (row.date, row.series)
    )
    if measure == "stock" and not series and rows:
        names = [row.series for row in rows]
        main = max(sorted(set(names)), key=names.count)
        rows = [row for row in rows if row.series == main]
    return [Count(row.date, row.persons or 0, row.series, row.published) for row in rows]


def _part(
    case: Case,
    run: Run,
    targets: Sequence[str],
    until: date | None,
    series: Sequence[str],
    words: Words,
) -> Part:
    with told_if_damaged(run):
        fans = read_fans(run, targets)
    names = name_series(case)
    panels, lead = [], words.say("look_none")
    for target in targets:
        if (target, TOTAL) not in fans:
            continue
        fan = fans[target, TOTAL]
        compared = compare_with_counts(case, fan, run, target, until, series)
        panels.append(_panel(run, target, fan, compared, names, words))
        if target == targets[0] and compared:
            lead = _end_words(compared[-1], words)
    meta = words.say(
        "look_meta",
        track=run.meta["track"],
        members=run.meta["members"],
        seed=run.meta["seed"],
        priors=run.meta["priors"],
        version=run.meta["package_version"],
    )
    return Part(run.origin_date, lead, panels, meta)


def _panel(
    run: Run,
    target: str,
    fan: Fan,
    compared: Sequence[Comparison],
    names: Mapping[str, str],
    words: Words,
) -> Panel:
    heading = words.say(f"target_{target}")
    counts = tuple(Count(row.day, row.counted, names[row.series], row.day) for row in compared)
    statements = _statements(compared, names, words)
    said = words.say("look_alt", heading=heading, day=words.say_date(run.origin_date))
    chart = fan_chart(
        f"{target}-{run.origin_date.isoformat()}",
        _weekly(fan, run.origin_date),
        heading,
        " ".join([said, *statements]),
        LARGE,
        FanSettings(counts=counts, origin=run.origin_date),
        words,
    )
    counted = words.signs.comma.join(sorted({count.series for count in counts}))
    return Panel(heading, chart, counted, statements, _table(run.origin_date, compared, words))


def _weekly(fan: Fan, origin: date) -> Fan:
    from havenward.brief.content import Fan as FanRecord

    keep = [
        n
        for n, day in enumerate(fan.dates)
        if (day - origin).days % STEP_DAYS == 0 or n in {0, len(fan.dates) - 1}
    ]
    columns = [tuple(values[n] for n in keep) for values in (fan.q05, fan.q25, fan.q50, fan.q75, fan.q95)]
    return FanRecord(tuple(fan.dates[n] for n in keep), *columns)


def _statements(compared: Sequence[Comparison], names: Mapping[str, str], words: Words) -> list[str]:
    """Say plainly how often counts lay inside, and where the forecast missed; one block for each series."""
    if not compared:
        return [words.say("look_none")]
    lines = []
    for series in sorted({row.series for row in compared}):
        rows = [row for row in compared if row.series == series]
        said = _series_words(rows, words)
        head = words.say("page_colon", label=names[series])
        lines += [f"{head} {line}" for line in said]
    return lines


def _series_words(rows: Sequence[Comparison], words: Words) -> list[str]:
    inside = sum(row.inside for row in rows)
    half = sum(row.band == 50 for row in rows)
    lines = [
        words.say(
            "look_inside",
            n=inside,
            of=len(rows),
            share=words.say_share(inside, len(rows)),
            half=half,
            half_share=words.say_share(half, len(rows)),
        )
    ]
    above = [row for row in rows if row.counted > row.high]
    below = [row for row in rows if row.counted < row.low]
    for key, missed in (("look_above", above), ("look_below", below)):
        if missed:
            first, last = (words.say_short_date(missed[at].day) for at in (0, -1))
            lines.append(words.say(key, n=len(missed), of=len(rows), first=first, last=last))
    if not above and not below:
        lines.append(words.say("look_never"))
    return [*lines, _end_words(rows[-1], words)]


def _end_words(row: Comparison, words: Words) -> str:
    way = "look_too_high" if row.central > row.counted else "look_too_low"
    error = words.say(way, n=words.say_people(abs(row.central - row.counted), 0))
    verdict = words.say("look_end_inside" if row.inside else "look_end_missed", error=error)
    return words.say(
        "look_end",
        day=words.say_date(row.day),
        counted=words.say_people(row.counted),
        central=words.say_people(row.central),
        low=words.say_people(row.low),
        high=words.say_people(row.high),
        verdict=verdict,
    )


def _table(origin: date, compared: Sequence[Comparison], words: Words) -> list[TableRow]:
    """Choose the count nearest to each of the days, and the last, of every series."""
    rows = []
    for series in sorted({row.series for row in compared}):
        mine = [row for row in compared if row.series == series]
        chosen = []
        for days in AFTER_DAYS:
            wanted = origin + timedelta(days=days)
            near = min(mine, key=lambda row: abs((row.day - wanted).days))
            if abs((near.day - wanted).days) <= NEAR_DAYS:
                chosen.append((words.say("look_day_n", n=days), near))
        chosen.append((words.say("look_last_count"), mine[-1]))
        rows += [
            TableRow(
                told,
                row.day,
                series,
                words.say_people(row.low),
                words.say_people(row.central),
                words.say_people(row.high),
                words.say_people(row.counted),
                row.inside,
                words.say_signed(row.central - row.counted),
            )
            for told, row in chosen
        ]
    return rows


def _planning(
    case: Case, runs: Sequence[Run], guard_day: date, series: Sequence[str], words: Words
) -> tuple[Markup | None, date]:
    """Draw what reports expected beside forecasts of people ever displaced and their last counts."""
    guard = guard_for(case.locations, case.title, AUDIENCE, case.suppress_below)
    # the whole case is looked at, so reports from after the forecasts have to be left out here
    told = replace(case, reports=tuple(row for row in case.reports if row.published <= guard_day))
    known = Known(told, guard_day, current_locations(told), guard, AUDIENCE, give_marks(told, ()))
    names = name_series(case)
    bars = planning_bars(planning_figures(visible_figures(known, words), guard_day), words)
    counts = [count for run in runs for count in _counts(case, run, "displaced_total", None, series)]
    last = {}
    for count in sorted(counts, key=lambda count: count.date):
        last[count.series] = count
    day = min((run.last_date for run in runs), default=guard_day)
    if last:
        day = min(day, max(count.date for count in last.values()))
    for run in runs:
        with told_if_damaged(run):
            fan = read_fans(run, ("displaced_total",)).get(("displaced_total", TOTAL))
        if fan is not None and day in fan.dates:
            at = fan.dates.index(day)
            bars.append(
                RangeBar(
                    words.say("look_forecast", day=words.say_short_date(run.origin_date)),
                    words.say(
                        "look_amount",
                        central=words.say_people(fan.q50[at]),
                        low=words.say_people(fan.q05[at]),
                        high=words.say_people(fan.q95[at]),
                    ),
                    fan.q05[at],
                    fan.q50[at],
                    fan.q95[at],
                    ours=True,
                )
            )
    if not bars:
        return None, day
    marks = [
        (
            float(count.persons),
            words.say(
                "look_by",
                series=names[key],
                persons=words.say_people(count.persons),
                day=words.say_short_date(count.date),
            ),
        )
        for key, count in sorted(last.items())
    ]
    described = words.join([f"{bar.words}{words.signs.comma}{bar.detail}" for bar in bars])
    if marks:
        described += ". " + words.say("look_alt_counted", marks=words.join([told for _, told in marks]))
    return range_chart("planned", bars, words.say("look_planned"), described, marks, words), day
