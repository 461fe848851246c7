"""What the page in words says: what runs short, what would help most, what is not known, and the rules."""

from __future__ import annotations

import calendar
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from havenward.needs.report import about_resource, basis_rows, day_of, order_by, shown
from havenward.needs.supplies import PLACES
from havenward.needs.wording import join_parts, say_likelihood, say_number, say_percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from havenward.needs.assess import Assessment
    from havenward.needs.shortfalls import Shortfall

TRACKS = {
    "A": "the totals were given: a hindcast",
    "B": "the schedule of access was given",
    "C": "only what was published by the origin date",
    "D": "only what was published by the origin date, and no counts",
}
TOLD = 0.1  # shortfalls less likely than this stand in the table only
PLACES_TOLD, NAMES_TOLD = 8, 5
HALF = 0.5
OLD_DAYS = 56

RULES = """\
- Whole things are rounded up at every place and in every member, then added up.
- What lasts (taps, toilets, tents, staff) serves the people present on the day. What is handed out (kits,
  blankets) is counted for everybody present at the end of the origin date, once, and everybody who arrived
  since, because families take it along. What is consumed (water, food) is a rate; `used_*` is its sum since
  the origin date.
- People who were there before the crisis are among those present and are counted once.
- Tents, taps, toilets and ground are asked for at camps only; host families have a roof. Room for people is
  asked for wherever a number of places is known.
- Supplies that are bound to no place are shared on each day in proportion to what each place still lacks.
- A store is used up day by day. What was missed on one day is not asked for again on the next.
- Places never come from counts. Nobody moves elsewhere because places are added: what a decision saves is
  worked out with the same arrivals.
- Opening a site earlier takes people who are over capacity anywhere, whatever the distance: that is the most
  it can do.
- Where nothing is stated about a supply, nothing is said about a shortfall: no data is not zero."""


def compose_page(found: Assessment) -> str:
    """Write the page in words."""
    run = found.run
    parts = [
        f"# Needs and gaps: {found.title}",
        (
            f"From {run.origin_date}, {len(found.crowd.days)} days ahead, {found.crowd.members} members; "
            f"track {run.meta['track']}, {TRACKS[str(run.meta['track'])]}. A planning product for those who "
            "receive people: small numbers are not suppressed, so it is not for the public. Low, central and "
            "high are the 5, 50 and 95 % points; P50, P80 and P95 are enough with that probability."
        ),
        "## What runs short",
        *_bullets(_shortfalls(found), "Nothing runs short where supplies are stated."),
        "## What would help most",
        *_bullets(_decisions(found), "No decision that was looked at changes anything."),
        "## What is not known",
        *_bullets(_unknown(found), "Every supply is stated."),
        "## What the numbers rest on",
        *_bullets(_basis(found), "No household size or share was used."),
        "## Rules",
        RULES,
        "## Files",
        (
            "`needs.csv` what is needed; `gaps.csv` what is missing on the key days; `shortfalls.csv` what "
            "runs short where, when, how likely, which first; `decisions.csv` what single decisions save; "
            "`placement.csv` where a budget does most, beside other ways to place it; `logistics.csv` weight "
            "and cost from the unit costs that were given; `supplies.csv` what each row of `stock.csv` was "
            "taken for."
        ),
    ]
    return join_parts(parts)


def _bullets(lines: Iterator[str], nothing: str) -> list[str]:
    found = [f"- {line}" for line in lines]
    return found or [nothing]


def _shortfalls(found: Assessment) -> Iterator[str]:
    """Say for every resource where it runs short, when, and how likely; room for people first."""
    rows = {
        key: sorted(
            ((row, place) for place, row in places.items() if row.chance >= TOLD),
            key=lambda item: (-item[0].people_days, item[1]),
        )
        for key, places in found.outcome.shortfalls.items()
    }
    order = sorted(rows, key=lambda key: (key != PLACES, -sum(row.people_days for row, _ in rows[key])))
    for key in order:
        if found.resources[key].shared is not None and rows[key]:
            yield _shared_line(found, key, rows[key])
        for row, place in rows[key][: PLACES_TOLD if key == PLACES else 3]:
            first = day_of(found, row.first_likely)
            when = f", from {first} on likelier than not" if first else ""
            ordered = order_by(found, key, first)
            p50, p80, p95 = (say_number(shown(found, key, value)) for value in row.peak)
            unit = about_resource(found, key)[3]
            yield (
                f"{found.locations[place].name}, {_item(found, key)}: {say_likelihood(row.chance)}{when}; at "
                f"worst {p50} {unit} missing at P50, {p80} at P80, {p95} at P95"
                + (f"; order by {ordered}" if ordered else "")
                + "."
            )
    told = sum(len(listed) for listed in rows.values())
    if told > PLACES_TOLD:
        yield f"All {told} shortfalls likelier than one in ten stand in `shortfalls.csv`."
    yield from _binding(found)


def _shared_line(found: Assessment, key: str, rows: Sequence[tuple[Shortfall, str]]) -> str:
    first = min((row.first_likely for row, _ in rows if row.first_likely >= 0), default=-1)
    day = day_of(found, first)
    when = f"from {day} on likelier than not" if day else "never likelier than not"
    return (
        f"What is there of {_item(found, key)} is shared by all who lack them, so that {len(rows)} places "
        f"run short together: {when}."
    )


def _binding(found: Assessment) -> Iterator[str]:
    """Say which resource runs short first in most futures, where there is more than one."""
    by_key: dict[str, list[str]] = defaultdict(list)
    several = Counter(place for place, _ in found.binds)
    for (place, key), share in sorted(found.binds.items()):
        if share >= HALF and several[place] > 1:
            by_key[key].append(found.locations[place].name)
    for key, names in by_key.items():
        rest = f" and {len(names) - NAMES_TOLD} more" if len(names) > NAMES_TOLD else ""
        yield (
            f"The first to run short in more than half of the futures is {_item(found, key)} at "
            f"{'; '.join(names[:NAMES_TOLD])}{rest}."
        )


def _item(found: Assessment, key: str) -> str:
    item = about_resource(found, key)[2]
    return f"{item[0].lower()}{item[1:]}"


def _decisions(found: Assessment) -> Iterator[str]:
    for row in found.decisions[:5]:
        name = found.locations[row.location].name
        share = f", {say_percent(row.saved / row.before)} of {say_number(row.before)}" if row.before else ""
        item = about_resource(found, row.key)[2].lower()
        what = {
            "extra places": f"{say_number(row.quantity)} more places at {name}",
            "a truck a day": f"A truck a day of {item} to {name}",
            "open a week earlier": f"{name} opened a week earlier, at most",
        }[row.action]
        yield f"{what}: saves {say_number(row.saved)} days of people without{share}."
    for placement in found.placements:
        best = placement.plans[0]
        where = ", ".join(
            f"{say_number(lots * placement.lot)} at {found.locations[place].name}"
            for place, lots in sorted(zip(placement.places, best.lots, strict=True), key=lambda p: -p[1])[:6]
            if lots
        )
        item = "places" if placement.key == PLACES else about_resource(found, placement.key)[2].lower()
        total = say_number(float(best.lots.sum()) * placement.lot)
        others = "; ".join(f"{plan.name} {say_number(plan.saved)}" for plan in placement.plans[1:])
        saved = say_number(best.saved)
        yield f"{total} {item} do most as {where}: saves {saved} days of people without ({others})."


def _unknown(found: Assessment) -> Iterator[str]:
    """Say for what no supply or no number of places is stated, and which rows were not understood."""
    silent = [
        about_resource(found, key)[2]
        for key, rows in found.outcome.shortfalls.items()
        if not rows and key != PLACES
    ]
    if silent:
        more = " and others" if len(silent) > NAMES_TOLD else ""
        yield (
            f"No supply is stated for {len(silent)} of {len(found.resources) - 1} things needed: "
            f"{'; '.join(silent[:NAMES_TOLD])}{more}."
        )
    pools = [
        _item(found, key)
        for key, resource in found.resources.items()
        if found.outcome.shortfalls[key] and resource.shared and len(resource.stated) == 1
    ]
    if pools:
        yield (
            f"Of {', '.join(pools)} only what is bound to no place is stated. What places hold already is "
            "not counted, so these shortfalls are the most they can be."
        )
    roomless = [found.locations[place].name for place in found.crowd.places if place not in found.rooms]
    if roomless:
        yield f"No number of places is known for {'; '.join(roomless)}."
    for row in found.supplies.unmatched:
        if not row.row.unit.strip():  # only in runs from before the column
            yield (
                f"stock.csv row {row.row.row}: '{row.row.item}' has no unit, as in every run of this age, "
                "and is set off against nothing."
            )
            continue
        meant = f"; may have meant {', '.join(row.suggestions)}" if row.suggestions else ""
        yield f"stock.csv row {row.row.row}: '{row.row.item}' stands for nothing in the standards{meant}."
    old = sorted(
        {
            (row.row, (found.run.origin_date - row.published).days)
            for places in found.supplies.stated.values()
            for stated in places.values()
            for row in stated.rows
            if (found.run.origin_date - row.published).days > OLD_DAYS
        }
    )
    if old:
        rows = ", ".join(f"row {row} ({days} days)" for row, days in old)
        yield f"Supplies stated long before the origin date may be used up: {rows} of stock.csv."
    for key, why in found.left_out.items():
        yield f"{key.replace('_', ' ')} is left out: {why}."


def _basis(found: Assessment) -> Iterator[str]:
    for name, low, central, high, reason in basis_rows(found):
        yield f"{name.replace('_', ' ')}: {low:.3g} to {high:.3g}, central {central:.3g}. {reason}"
    months, why = found.winter
    said = ", ".join(calendar.month_name[month] for month in months) or "no month"
    yield f"Winter items count in {said}: {why}."
