"""The steps of reading in order: a document in, its figures, movements and conflicts out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from havenward.reading.language import name_language
from havenward.reading.layout import lay_out
from havenward.reading.meaning import understand
from havenward.reading.movements import find_movements
from havenward.reading.names import even_out
from havenward.reading.parts import ReadFigure, Reading
from havenward.reading.places import find_places
from havenward.reading.quantities import find_quantities
from havenward.reading.reconcile import MOST_FIGURES, reconcile
from havenward.reading.roles import Sites
from havenward.reading.shares import resolve_shares
from havenward.reading.speakers import listen
from havenward.reading.times import date_quantities
from havenward.reading.where import locate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from havenward.reading.documents import Document
    from havenward.reading.gazetteer import Gazetteer

# A report of a hundred pages; what is longer is a book of reports, or made to keep a machine busy.
MOST_CHARACTERS = 300_000
NO_BASES: Mapping[str, float] = {}


def read_report(document: Document, gazetteer: Gazetteer, bases: Mapping[str, float] = NO_BASES) -> Reading:
    """Read one report.

    Parameters
    ----------
    document
        Its text and date.
    gazetteer
        Places that are known by name.
    bases
        Persons by the name of a place or group, for shares whose base is not in the report.

    Returns
    -------
    reading
        Figures in the order of the text. A report that is not in English has none, and says so in `refused`.
    """
    text = document.text
    language = name_language(text)
    if language != "English":
        refused = f"the text is in {language}; only English is read"
        return Reading(document.name, text, document.published, refused=refused, notes=document.notes)
    notes = document.notes
    if len(text) > MOST_CHARACTERS:
        notes += (f"only the first {MOST_CHARACTERS:,} of {len(text):,} characters were read",)
    layout = lay_out(text[:MOST_CHARACTERS])
    quantities = find_quantities(layout)
    understood = understand(layout, quantities)
    kept = [(q, m) for q, m in zip(quantities, understood, strict=True) if m is not None]
    if len(kept) > MOST_FIGURES:
        kept = kept[:MOST_FIGURES]
        notes += (f"more than {MOST_FIGURES:,} figures: only the first {MOST_FIGURES:,} are kept",)
    counts = tuple(q for q, _ in kept)
    meanings = tuple(m for _, m in kept)
    mentions = find_places(layout, gazetteer)
    sites = Sites(even_out(layout), mentions)
    places = locate(layout, counts, meanings, mentions, sites)
    times = date_quantities(layout, counts, document.published)
    spans = tuple((q.start, q.end) for q in counts)
    speaker_of = listen(layout, spans)
    speakers = tuple(speaker_of(span) for span in spans)
    figures = tuple(
        ReadFigure(
            report=document.name,
            start=quantity.start,
            end=quantity.end,
            sentence=layout.words(quantity.sentence),
            quantity_text=text[quantity.start : quantity.end],
            low=quantity.low,
            high=quantity.high,
            point=quantity.point,
            quantifier=quantity.quantifier,
            unit=meaning.unit,
            group=meaning.group,
            term=meaning.term,
            temporality=meaning.temporality,
            location=where.location,
            origin=where.origin,
            destination=where.destination,
            date_expression=when.expression,
            date_from=when.date_from,
            date_to=when.date_to,
            source_attribution=speaker,
            location_context=where.context,
            conditional=meaning.conditional,
            negated=meaning.negated,
            higher=quantity.higher,
        )
        for quantity, meaning, where, when, speaker in zip(
            counts, meanings, places, times, speakers, strict=True
        )
    )
    known = {text[m.start : m.end].casefold(): (m.kind, m.country) for m in mentions if m.country}
    figures, conflicts = reconcile(resolve_shares(figures, bases), known)
    movements = find_movements(layout, mentions, speaker_of, sites)
    return replace(
        Reading(document.name, text, document.published, notes=notes),
        figures=figures,
        movements=movements,
        conflicts=conflicts,
    )
