"""Where each figure applies, and where its people come from and go to: as written, or from the document."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from typing import TYPE_CHECKING

from havenward.reading.carrying import Carrier
from havenward.reading.choosing import Finder
from havenward.reading.names import even_out
from havenward.reading.parts import Where
from havenward.reading.roles import Sites, is_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havenward.reading.parts import Layout, Meaning, PlaceMention, Quantity
    from havenward.reading.roles import Site

_WEIGHT = {"title": 4, "heading": 2}
_MAX_FIGURES = 25  # a sentence of more figures is a table: the name before is that of the row
_FAR = 900  # characters around a figure in which its place is looked for


def locate(
    layout: Layout,
    quantities: Sequence[Quantity],
    meanings: Sequence[Meaning | None],
    mentions: Sequence[PlaceMention],
    sites: Sites | None = None,
) -> tuple[Where, ...]:
    """Say where each figure applies and where its people come from and go to.

    Parameters
    ----------
    layout
        The text in sentences.
    quantities, meanings
        Number expressions and what they count, one each; None where a quantity is no figure.
    mentions
        The places of the text, in order.
    sites
        Their phrases, where they are already made.

    Returns
    -------
    wheres
        One per quantity; empty for what is no figure. `location` is the place as written in the sentence of
        the figure, the sentence before or the governing heading; `context` is the place that the document is
        about, given where nothing nearer is written.
    """
    written = layout.text
    figures: dict[int, list[tuple[int, Meaning]]] = {}
    for row, meaning in enumerate(meanings):
        if meaning is not None:
            figures.setdefault(quantities[row].sentence, []).append((row, meaning))
    wheres = [Where()] * len(quantities)
    if not figures:
        return tuple(wheres)
    layout = even_out(layout)
    sites = sites or Sites(layout, mentions)
    carrier = Carrier(layout, sites)
    context = _find_context(layout, mentions)
    countries = [mention for mention in mentions if mention.kind == "country"]
    nation = _find_context(layout, countries) or context
    for index in sorted(figures):
        rows = figures[index]
        here = sites.of(index)
        starts = [site.start for site in here]
        if len(rows) > _MAX_FIGURES:
            for row, _ in rows:
                name = bisect_left(starts, quantities[row].start) - 1
                label = None if name < 0 else written[here[name].start : here[name].end]
                wheres[row] = Where(label, None if label else context)
            continue
        spans = [(quantities[row].start, quantities[row].end) for row, _ in rows]
        for at, (row, meaning) in enumerate(rows):
            finder = Finder(layout, _near(here, starts, spans[at]), spans, at, meaning)
            place, origin, destination = carrier.settle(index, finder)
            wheres[row] = Where(
                location=None if place is None else written[place.start : place.end],
                context=None if place is not None else nation if finder.counts_war() else context,
                origin=None if origin is None else written[origin.origin : origin.end],
                destination=None if destination is None else written[destination.start : destination.end],
            )
    return tuple(wheres)


def _near(sites: list[Site], starts: list[int], span: tuple[int, int]) -> list[Site]:
    """Give the first two places of a sentence and those around a figure; long sentences cost no more."""
    first = bisect_left(starts, span[0] - _FAR)
    last = bisect_right(starts, span[1] + _FAR)
    middle = bisect_left(starts, span[0])
    first, last = max(first, middle - 12), min(last, middle + 12)
    return [*sites[: min(2, first)], *sites[first:last]]


def _find_context(layout: Layout, mentions: Sequence[PlaceMention]) -> str | None:
    """Give the place that the document is about: by its title, its headings, and how often it is named."""
    weight: Counter[str] = Counter()
    first: dict[str, PlaceMention] = {}
    for mention in mentions:
        if not is_named(layout.text, mention.start, mention.end):
            continue
        key = layout.text[mention.start : mention.end].casefold().removeprefix("the ")
        weight[key] += _WEIGHT.get(layout.sentences[mention.sentence].role, 1)
        first.setdefault(key, mention)
    if not weight:
        return None
    best = max(weight, key=lambda key: (weight[key], -first[key].start))
    return layout.text[first[best].start : first[best].end]
