"""Groups of verbs: what auxiliaries, and verbs of expecting or believing, say of the verb they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from havenward.reading.grammar_words import (
    BE,
    BELIEF,
    CARRIES,
    DO,
    FORCED,
    FORECAST,
    FUTURE,
    HAVE,
    NEGATIONS,
    ORDERED,
    PREPOSITIONS,
    UNREAL,
)

if TYPE_CHECKING:
    from havenward.reading.clauses import Clause
    from havenward.reading.lexicon_terms import Cue


@dataclass
class Group:
    """A group of verbs after a noun phrase: its cue and what its auxiliaries say."""

    start: int
    end: int
    at: int = -1
    cue: Cue | None = None
    tense: str = ""
    passive: bool = False
    perfect: bool = False
    progressive: bool = False
    expected: bool = False
    negated: bool = False
    ordered: bool = False
    unreal: bool = False
    forced: bool = False
    belief: bool = False
    stays: bool = False
    conditional: bool = False
    finite: bool = False
    able: bool = False
    be: bool = False
    other: str = ""


def read_group(clause: Clause, start: int, limit: int = 16) -> Group | None:  # noqa: C901, PLR0912, PLR0915 - cases, read in order
    """Read the verbs that begin at a token, up to the one that tells a term; None where none begins."""
    words, cues = clause.words, clause.cues
    group = Group(start, start)
    j = start
    seen = False
    to = False
    stop = min(len(words), start + limit)
    while j < stop:
        word = words[j]
        cue = cues[j]
        nxt = words[j + 1] if j + 1 < len(words) else ""
        if seen and word in {'"', "“", "”", "'"}:
            j += 1
            continue
        if word in BE and not (word in {"'s", "re"} and not seen and j == start):
            if BE[word] in {"present", "past"}:
                group.tense = group.tense or BE[word]
                group.finite = group.finite or not to
            group.passive = group.be = True
            group.progressive = BE[word] == "progressive"
            seen = True
        elif word in HAVE and not (cue is not None and clause.span[j] > 1):
            if (to or group.expected) and nxt != "to":
                group.perfect = True
                group.expected = False  # "could have been", "are feared to have been": over by now
            elif nxt == "to":
                group.forced = not group.expected  # "had to flee"; not "would have to take"
                group.tense = group.tense or HAVE[word]
                if HAVE[word] == "present" and word != "having":
                    group.unreal = False
            else:
                group.perfect = True
                group.tense = group.tense or HAVE[word]
            group.finite = True
            seen = True
        elif word in DO:
            group.tense = "past" if word == "did" else "present"
            group.finite = seen = True
        elif word in FUTURE:
            group.expected = True
            group.finite = seen = True
            group.conditional = group.conditional or word in {"could", "would", "may", "might", "should"}
            if word.endswith("n't"):
                group.negated = True
        elif word in {"can", "can't"}:
            group.able = True
            group.finite = seen = True
            group.tense = group.tense or "present"
            group.negated = group.negated or word == "can't"
        elif word in NEGATIONS and cue is None:
            group.negated = True
            if word == "cannot":
                group.finite = seen = True
        elif (
            word in FORCED and cue is None and (seen or word in {"forced", "compelled", "coerced", "obliged"})
        ):
            group.forced = True
            seen = True
        elif word in ORDERED and (seen or nxt == "to"):
            group.ordered = True
            seen = True
        elif word in {"expected", "projected", "anticipated"} and j == start and nxt != "to":
            group.expected = seen = group.belief = group.passive = True
        elif (
            word in FORECAST
            and cue is None
            and (group.passive or nxt == "to" or words[j - 1] in {"not", "now"})
        ):
            if nxt in {"to", "likely"} or word in {"likely", "feared"} or cues_ahead(clause, j + 1):
                if word != "feared" or nxt == "to":
                    group.expected = True
                group.belief = True
            elif group.passive:
                group.expected = True
            seen = True
        elif word in BELIEF and cue is None and (seen or nxt in {"to", "as"}):
            group.belief = group.be = True
            group.passive = False
            seen = True
        elif word == "yet" and nxt == "to" and clause.word(j + 2) == "be":
            group.expected = seen = True
        elif word in UNREAL and cue is None:
            group.unreal = not (group.expected and word in {"try", "want", "seek", "attempt", "wish", "hope"})
            seen = True
        elif word == "to" and (seen or to or j == start):
            to = True
            group.passive = False
        elif word in {
            "remain",
            "remains",
            "remained",
            "remaining",
            "continue",
            "continues",
            "continued",
            "stay",
        } and (
            cue is None
            or (cue.term == "live" and (_state_ahead(clause, j + 1) or nxt == "to" or nxt in UNREAL))
        ):
            group.stays = group.be = True
            group.finite = True
            group.tense = group.tense or ("past" if word.endswith("ed") else "present")
            seen = True
        elif word == "as" and words[j - 1] in BELIEF | {"registered", "listed", "classified"} and cue is None:
            pass
        elif word == "given" and any(w in {"order", "orders"} for w in words[j + 1 : j + 5]):
            group.ordered = seen = True
            j = next(k for k in range(j + 1, j + 5) if words[k] in {"order", "orders"})
        elif word == "by" and (group.ordered or group.forced) and "to" in words[j + 1 : j + 6]:
            j = words.index("to", j + 1) - 1
        elif (
            cue is not None and cue.term == "assisted" and word.startswith("regist") and nxt == "as" and seen
        ):
            group.be = True
        elif (
            cue is not None
            and cue.term == "leave"
            and cue.form in {"ed", "en"}
            and ((ahead := clause.cues[j + 1] if j + 1 < len(words) else None) is not None)
            and (ahead.role == "A" or ahead.form in {"en", "ed"})
        ):
            group.be = group.passive = group.finite = seen = True
            group.tense = group.tense or "past"
        elif cue is not None and cue.role != "N":
            if (
                cue.term in {"live", "linger"}
                and word in {"wait", "waiting", "await", "awaiting"}
                and "return" in words[j : j + 4]
            ):
                group.unreal = True
                j += 1
                continue
            if nxt == "to" and cue.term == "in_need":  # "need to flee", "needed to be evacuated"
                group.expected = cue.form in {"base", "s"}
                seen = True
                j += 1
                continue
            group.cue, group.at = cue, j
            if cue.form in {"ed", "s"} or (cue.form == "base" and not seen):
                group.finite = True
            if not group.tense and not seen:
                group.tense = "present" if cue.form in {"s", "base"} else "past"
            group.end = j + clause.span[j]
            return group
        elif word in {"in", "out", "at", "without", "under"} and cue is not None:
            group.cue, group.at, group.end = cue, j, j + clause.span[j]
            return group
        elif word in CARRIES or word.endswith("ly"):
            if word in {"able", "allowed", "permitted", "managed"}:
                group.passive = False
            if word in {"left", "rendered", "found", "got", "get", "getting"}:
                group.be = True
            if word == "used" and nxt == "to":
                group.tense = "past"
            if word == "being":
                group.progressive = True
            if not seen and j - start > 2:
                return None
        elif (
            word in {"and", ","}
            and seen
            and j + 1 < stop
            and (words[j + 1].endswith("ly") or words[j + 1] in CARRIES)
        ):
            pass
        else:
            break
        j += 1
    if not seen:
        return None
    group.end = j
    nxt = words[j] if j < len(words) else ""
    if nxt.endswith(("ed", "ing", "en")) or (nxt and nxt[0].isalpha() and nxt not in PREPOSITIONS):
        group.other = nxt
    return group


def cues_ahead(clause: Clause, j: int) -> bool:
    """Whether a verb of a term follows within three tokens."""
    return any(clause.cues[k] is not None for k in range(j, min(len(clause.words), j + 3)))


def _state_ahead(clause: Clause, j: int) -> bool:
    """Whether a state ("displaced", "in need") follows within two tokens."""
    for k in range(j, min(len(clause.words), j + 3)):
        cue = clause.cues[k]
        if cue is not None:
            return cue.role == "A" or cue.form in {"en", "ed"}
        if clause.words[k] in PREPOSITIONS or not clause.words[k][0].isalpha():
            return False
    return False
