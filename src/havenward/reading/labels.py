"""What a number in a table or behind a label counts: by the words over it, else by the line before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from havenward.reading.clauses import split_words
from havenward.reading.grammar_words import BE, FUTURE, HAVE
from havenward.reading.inheritance import Inheriting
from havenward.reading.lexicon_groups import HEADS, IDENTITY
from havenward.reading.lexicon_terms import ORDER
from havenward.reading.tenses import EVENTS, OTHERS, ROW_WORDS, Done, Find, rank_term

if TYPE_CHECKING:
    from havenward.reading.tables import Cell

# Labels of other matters.
_OTHER = frozenset(
    """
    funding funded funds budget cost costs requirement requirements required gap cholera measles cases
    probability rate ratio price prices score distance altitude dollar temperature page date phone tel contact
    host rain wind trucks packs kits parcels latrines wells sites schools camps villages barangays doses stock
    """.split()
)
# Labels that say of whom, but not what befell them.
_GENERIC = frozenset(
    """
    persons people individuals families households hh hhs total number children women men girls boys elderly
    female male adults minors infants figure count sum subtotal all others of which on in at the and under
    district region province department governorate state county city town camp location cumulative overall
    current updated latest new un number official officially reported registered including pregnant disabled
    """.split()
)
_MEANT = {
    "fled": "displaced",
    "move": "displaced",
    "lost": "displaced",
    "affect": "affected",
    "live": "at_risk_population",
}
_SOON = frozenset("expected projected planned forecast planning anticipated".split())


class Label(NamedTuple):
    """What a label says: the unit, the term (empty for none) and its time; `refused` for another matter."""

    unit: str
    term: str
    temporality: str
    refused: bool = False


class Labelled(Inheriting):
    """Findings from the words above or before a number that stands in a table or a key-figure line."""

    label: Label | None = None

    def read_cell(self, cell: Cell) -> Label:
        """Read the words of a head or label."""
        clause = split_words(self.clause.text, cell.start, cell.end, ())
        words = clause.words
        unit, terms, refused, event = "persons", [], False, False
        for k, word in enumerate(words):
            kind = HEADS.get(word, "")
            if kind == "household":
                unit = "households"
            elif kind == "home":
                unit = "homes"
            if word in _OTHER or kind in {"thing", "staff"}:
                refused = True
            cue, term = clause.cues[k], ROW_WORDS.get(word, "") or IDENTITY.get(kind, "")
            if not term and cue is not None:
                term = _MEANT.get(cue.term, cue.term)
                event = event or (cue.form in {"ed", "en"} and not cue.stock and term in ORDER)
            if term == "arrive":
                term = self.known.topics.flight(self.quantity.sentence) or "displaced"
            if term in ORDER or term in OTHERS:
                terms.append(term)
        if unit == "homes":
            terms = ["homes_destroyed"] if {"homes_destroyed", "affected"} & set(terms) else []
        else:
            terms = [term if term != "homes_destroyed" else "affected" for term in terms]
        if not terms:
            return Label(unit, "", "", refused)
        events = [term for term in terms if term in EVENTS]
        term = events[0] if events else min(terms, key=rank_term)
        time = (
            "past"
            if event or term in {"killed", "injured", "homes_destroyed", "affected", "rescued"}
            else "current"
        )
        return Label(unit, term, "expected" if _SOON & set(words) else time)

    def labelled(self) -> Find | None:
        """Take the term from the label, or where it only says of whom, from the line before."""
        cell = self.known.tables.cell(self.quantity.sentence, self.quantity.start)
        if cell is None:
            return None
        kind = self.phrase.kind
        own = kind in {"", "household", "person", "home"} or cell.column
        if not own or (not cell.column and self.preds.main is not None):
            return None
        if not cell.column and any(w in BE or w in HAVE or w in FUTURE for w in cell.head.casefold().split()):
            return None  # a sentence that leads in
        label = self.read_cell(cell)
        if label.refused and not label.term:
            self.label = label
            return None
        if not cell.column and kind not in {"", "household", "person", "home"}:
            return None
        if kind in {"household", "home"}:
            label = label._replace(unit=f"{kind}s")
        if label.term:
            self.label = label
            return Find(label.term, label.temporality, 1, self.at, self.at + 1)
        words = cell.head.casefold().split()
        named = any(word[:1].isupper() for word in cell.head.split())
        last = self.last_line()
        line = self.known.layout.sentences[self.quantity.sentence]
        named = named and line.role != "body"
        if last is not None and (named or any(word in _GENERIC for word in words)):
            self.label = label
            return Find(last.meaning.term, last.meaning.temporality, 2, self.at, self.at + 1)
        return None

    def last_line(self) -> Done | None:
        """Give the last figure of the lines before, past the rows of the same table."""
        done = self.known.done
        if not done or self.quantity.sentence - done[-1].sentence > 4:
            return None
        return done[-1]
