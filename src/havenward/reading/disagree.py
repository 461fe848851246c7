"""Which figures of a report cannot both be right, said in a plain sentence."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from havenward.reading import facts
from havenward.reading.parts import Conflict
from havenward.reading.shares import find_base, list_populations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havenward.reading.parts import ReadFigure

APPROXIMATE = 0.10  # 'about N' reaches this far to either side
EXACT = 0.02
UPWARD = 1.25  # 'more than N' is rarely more than this times N, where it stands beside a share
SHARE_WITHIN = 0.2  # 'about one-tenth' reaches this far to either side, as a share of itself
UNLIKE = 10  # two counts of one thing do not differ by more than this factor
ALIKE = 2.0  # numbers that can both be right state one fact within this factor
_ONE_FACT = frozenset({"killed", "injured", "trapped", "expected_displaced", "at_risk_population"})
LOOK_BACK = 60  # figures of one kind that are compared with each other

_PLURALS = frozenset(
    """officials residents doctors witnesses agencies authorities locals figures medics police media people
    villagers activists analysts experts leaders elders workers rebels sources monitors observers
    eyewitnesses""".split()
)
_SMALL_INSIDE = frozenset(
    {"The", "A", "An", "Local", "State", "Some", "Provincial", "Regional", "Aid", "Its", "Two"}
)
_HEDGE = {
    "approximately": "about ", "at_least": "at least ", "more_than": "more than ", "up_to": "up to ",
    "less_than": "fewer than ", "between": "between ",
}  # fmt: skip


def find_impossible(figures: Sequence[ReadFigure], links: Sequence[dict[str, int]]) -> list[Conflict]:
    """Find arithmetic that cannot hold: shares of more than the whole, parts above their total."""
    return [*_impossible_shares(figures, links), *_impossible_parts(figures, links)]


def find_differences(
    figures: Sequence[ReadFigure], links: Sequence[dict[str, int]], same: Sequence[int]
) -> list[Conflict]:
    """Find what speakers disagree on: figures of one fact that do not meet.

    Parameters
    ----------
    figures
        The figures of one report in text order.
    links
        How each is linked to others: kind of relation to index.
    same
        For each figure the first one that states the same number of the same fact.

    Returns
    -------
    conflicts
        Each holds two or more figures of one fact.
    """
    kinds: dict[tuple[str, bool], list[int]] = defaultdict(list)
    bases = {link["share_of"]: index for index, link in enumerate(links) if "share_of" in link}
    for index, figure in enumerate(figures):
        if not figure.source_attribution or "part_of" in links[index]:
            continue
        if index in bases and figures[bases[index]].sentence == figure.sentence:
            continue  # 'half of the N people could flee' does not expect N
        if facts.number_of(figure) is None or figure.quantifier == "unspecified_many":
            continue
        unit = "persons" if figure.unit == "percent" else figure.unit
        kinds[f"{figure.term}/{unit}", figure.temporality == "expected"].append(index)
    found = []
    for members in kinds.values():
        left = members[:LOOK_BACK]
        while left:
            first = left[0]
            cluster = [first]
            for other in left[1:]:
                new = comparable(figures[first], figures[other]) and all(
                    same[other] != same[c] for c in cluster
                )
                if new and any(_differ(figures[other], figures[c], links, (other, c)) for c in cluster):
                    cluster.append(other)
            if len(cluster) > 1:
                words = say_difference([figures[c] for c in cluster])
                found.append(Conflict(tuple(cluster), words))
            left = [
                other
                for other in left
                if other not in cluster and same[other] not in {same[c] for c in cluster}
            ]
    return found


def agree_on_fact(a: ReadFigure, b: ReadFigure) -> bool:
    """Whether two speakers state one fact with numbers that can both be right: 30 dead, and at least 25."""
    if a.term not in _ONE_FACT or not comparable(a, b) or "unspecified_many" in {a.quantifier, b.quantifier}:
        return False
    first, second = facts.number_of(a) or 0.0, facts.number_of(b) or 0.0
    if min(first, second) < facts.SMALL or max(first, second) > ALIKE * min(first, second):
        return False
    low, high = _reach(a)
    other_low, other_high = _reach(b)
    return low <= other_high and other_low <= high


def comparable(a: ReadFigure, b: ReadFigure) -> bool:
    """Whether two figures speak of the same people at the same time."""
    if not facts.groups_agree(a, b) or not facts.dates_agree(a, b) or a.negated != b.negated:
        return False
    # two floods, or two years: flows of different periods are no quarrel
    when = {(f.date_expression or "").casefold() for f in (a, b)}
    if a.temporality == "past" and len(when) > 1 and "" not in when:
        return False
    here, there = facts.place_of(a), facts.place_of(b)
    # a place that is only known from elsewhere in the report is no ground for a quarrel about small events
    if here != there and not (facts.places_agree(here, there) and a.temporality == "expected"):
        return False
    origins = {o.casefold() for o in (a.origin, b.origin) if o}
    goals = {d.casefold() for d in (a.destination, b.destination) if d}
    return len(origins) < 2 and len(goals) < 2


def _differ(a: ReadFigure, b: ReadFigure, links: Sequence[dict[str, int]], at: tuple[int, int]) -> bool:
    return differ(a, b) and not any(to in at for index in at for to in links[index].values())


def differ(a: ReadFigure, b: ReadFigure) -> bool:
    """Whether two comparable figures come from different speakers and cannot both be right."""
    if facts.same_speaker(a.source_attribution, b.source_attribution):
        return False
    if facts.values_agree(a, b) and a.quantifier == b.quantifier:
        return False
    if a.temporality == "expected":
        return True  # who expects at least half a million and who says up to one do not expect the same
    first, second = facts.number_of(a) or 0.0, facts.number_of(b) or 0.0
    if max(first, second) > UNLIKE * min(first, second):
        return False  # a town and its country, not two counts of one thing
    low, high = _reach(a)
    other_low, other_high = _reach(b)
    return high < other_low or other_high < low


def _reach(figure: ReadFigure) -> tuple[float, float]:
    """Give the range that a figure leaves open."""
    low, high, point = facts.value_of(figure)
    if point is not None:
        spread = APPROXIMATE if figure.quantifier == "approximately" else EXACT
        return point * (1 - spread), point * (1 + spread)
    return (0.0 if low is None else low), (float("inf") if high is None else high)


def say_difference(figures: Sequence[ReadFigure]) -> str:
    """Say who says what, as in 'The ministry says 30; doctors say 90.' (one sentence)."""
    parts = []
    for figure in figures:
        verb = "says"
        if figure.temporality == "expected" and figure.quantifier in {
            "at_least",
            "more_than",
            "exact",
            "approximately",
        }:
            verb = "expects"
        speaker = figure.source_attribution or "the report"
        if _several(speaker):
            verb = verb[:-1]
        parts.append(f"{_inside(speaker)} {verb} {say_number(figure)}")
    sentence = "; ".join(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _several(speaker: str) -> bool:
    return speaker.casefold().rpartition(" ")[2] in _PLURALS


def _inside(speaker: str) -> str:
    """Write a speaker as within a sentence."""
    first = speaker.partition(" ")[0]
    if first in _SMALL_INSIDE or first.casefold() in _PLURALS:
        return speaker[0].lower() + speaker[1:]
    return speaker


def say_number(figure: ReadFigure) -> str:
    """Say a figure with its hedge, in its own words where they are a number."""
    words = " ".join(figure.quantity_text.split())
    if figure.unit == "percent":
        number = facts.number_of(figure)
        share = f"{_HEDGE.get(figure.quantifier, '')}{words[:1].lower()}{words[1:]}"
        return f"{share} ({number:,.0f})" if number is not None else share
    low = words.casefold()
    if any(word in low for word in ("higher", "more", "fewer", "lower", "greater")):
        number = facts.number_of(figure)
        words = words if number is None else f"{number:,.0f}"
    if words[:1].isupper() and words[1:2].islower():
        words = f"{words[0].lower()}{words[1:]}"
    hedge = _HEDGE.get(figure.quantifier, "")
    unit = "" if figure.unit == "persons" else f" {figure.unit.replace('_', ' ')}"
    return f"{hedge}{words}{unit}"


def _impossible_shares(figures: Sequence[ReadFigure], links: Sequence[dict[str, int]]) -> list[Conflict]:
    """Check 'N, about one-tenth of the population' against a population that is known."""
    found = []
    populations = list_populations(figures)
    for index, figure in enumerate(figures):
        if figure.unit != "percent" or "share_of" not in links[index]:
            continue
        if (figure.point or 0) > 100 or (figure.low or 0) > 100:
            found.append(Conflict((index,), f"{figure.quantity_text} is more than the whole."))
            continue
        count = links[index]["share_of"]
        base = find_base(figures, index, {}, populations)
        if base is None or not base.apposed or not figure.point:
            continue
        place = (figure.location or figure.location_context or "").casefold()
        whole = populations.get(place)
        if whole is not None and (facts.number_of(figures[whole]) or 0) < (
            facts.number_of(figures[count]) or 0
        ):
            whole = None  # the inhabitants of another place
        population = facts.number_of(figures[whole]) if whole is not None else _stated_base(figure)
        if not population:
            continue
        low, high = _reach(figures[count])
        high = min(high, low * UPWARD) if low else high
        share = 100 * low / population, 100 * high / population
        if share[1] < figure.point * (1 - SHARE_WITHIN) or share[0] > figure.point * (1 + SHARE_WITHIN):
            members = (count, index) if whole is None else tuple(sorted({count, index, whole}))
            found.append(
                Conflict(
                    members,
                    f"{say_number(figures[count])[:1].upper()}{say_number(figures[count])[1:]} is not "
                    f"{_HEDGE.get(figure.quantifier, '')}{figure.quantity_text} of a population of "
                    f"{population:,.0f}: "
                    f"it is {100 * (facts.number_of(figures[count]) or 0) / population:.0f} percent.",
                )
            )
    return found


def _stated_base(figure: ReadFigure) -> float | None:
    """Read the population that was handed to `resolve_shares`, from the name of the base."""
    name = figure.resolved_base or ""
    digits = name.rpartition("(")[2].rstrip(")").replace(",", "")
    return float(digits) if digits.isdigit() else None


def _impossible_parts(figures: Sequence[ReadFigure], links: Sequence[dict[str, int]]) -> list[Conflict]:
    """Check that parts do not exceed their whole."""
    parts: dict[int, list[int]] = defaultdict(list)
    for index, link in enumerate(links):
        if "part_of" in link:
            parts[link["part_of"]].append(index)
    found = []
    for whole, members in parts.items():
        top = _reach(figures[whole])[1]
        found += [
            Conflict(
                (whole, part),
                f"{figures[part].quantity_text} cannot be part of {figures[whole].quantity_text}.",
            )
            for part in members
            if _reach(figures[part])[0] > top
        ]
    return found
