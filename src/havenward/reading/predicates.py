"""What follows the noun of a number: relative clauses, participles, states, and its verb."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from havenward.reading.governors import Left, read_left
from havenward.reading.grammar_words import (
    BE,
    BELIEF,
    CONJUNCTIONS,
    DETERMINERS,
    FORCED,
    FORECAST,
    FUTURE,
    HAVE,
    HEDGES,
    NEGATIONS,
    ORDERED,
    PREPOSITIONS,
)
from havenward.reading.lexicon_groups import HEADS
from havenward.reading.lexicon_terms import Cue
from havenward.reading.noun_phrases import Phrase, read_phrase
from havenward.reading.verbs import Group, cues_ahead, read_group

if TYPE_CHECKING:
    from havenward.reading.clauses import Clause

_IRREGULAR = frozenset(
    """
    fell went came ran took gave fought stood sat lay rose grew saw spoke chose drew flew rode
    slept began
    """.split()
)
_STOPS = CONJUNCTIONS | {";", ".", ":", '"', "”", "“", "!", "?"}


@dataclass
class Predicates:
    """All that may tell a term of a noun phrase: before it, after it, and the verb it is subject of."""

    left: Left
    after: list[Group] = field(default_factory=list)
    main: Group | None = None
    subject: bool = False
    agent: bool = False
    subset: bool = False


def read_right(clause: Clause, phrase: Phrase, out: Predicates) -> None:  # noqa: C901, PLR0912, PLR0915 - cases, read in order
    """Walk on from the noun phrase: over relative clauses, participles and states to its verb."""
    words, cues, n = clause.words, clause.cues, len(clause.words)
    j = phrase.right
    stop = min(n, j + 36)
    subject = out.subject
    while j < stop:
        word = words[j]
        if clause.qty[j] >= 0:
            previous = words[j - 1]
            begin = read_phrase(clause, j)
            previous = words[begin.left - 1] if begin.left else ""
            if previous in PREPOSITIONS and previous != "including":
                j = begin.right
                continue
            if (
                subject
                and not out.after
                and previous in {"and", "or", ",", ";", "(", "–", "-", "comprising", "including"}
            ):
                j = max(begin.right, j + 1)
                continue
            break
        if word in {"(", "["}:
            close = ")" if word == "(" else "]"
            end = next((k for k in range(j, min(n, j + 30)) if words[k] == close), -1)
            if end < 0:
                break
            j = end + 1
            continue
        if word in {"–", "—", "-"}:
            end = next((k for k in range(j + 1, min(n, j + 16)) if words[k] in {"–", "—", "-"}), -1)
            if end < 0:
                break
            j = end + 1
            continue
        if (
            word == ";"
            and subject
            and not out.after
            and j + 1 < n
            and clause.qty[j + 1] >= 0
            and read_phrase(clause, j + 1).head >= 0
        ):
            j += 1
            continue
        if word == "comprising" and subject:
            j += 1
            continue
        if word == ",":
            k = _past_aside(clause, j, stop)
            if k < 0:
                break
            j = k
            continue
        if word in {"who", "which", "that"}:
            group = read_group(clause, j + 1)
            if clause.word(j + 1) == ",":  # "who, it says, reach"
                k = next((k for k in range(j + 2, min(n, j + 9)) if words[k] == ","), -1)
                if k >= 0:
                    group = read_group(clause, k + 1)
            if group is None and clause.word(j + 1) == "according":
                k = next((k for k in range(j + 2, min(n, j + 10)) if words[k] in HAVE or words[k] in BE), -1)
                group = read_group(clause, k) if k >= 0 else None
            if (
                group is None and j + 2 < n and words[j + 2] in {"said", "says", "say"}
            ):  # "who he said number ..."
                j += 3
                continue
            if group is not None and group.cue is not None:
                if (
                    words[group.end : group.end + 1]
                    and group.cue.role == "O"
                    and not group.passive
                    and _object(clause, group.end)
                ):
                    out.agent = True
                    if group.expected:
                        out.after.append(replace(group, cue=None))
                else:
                    out.after.append(group)
            elif group is not None:
                out.after.append(group)
            elif j + 1 < n:
                k = next((k for k in range(j + 1, min(n, j + 7)) if cues[k] is not None), -1)
                if k >= 0 and cues[k].role in "OB" and word == "that":  # type: ignore[union-attr]
                    out.after.append(Group(k, k + 1, k, cues[k], "past", passive=True))
            j = group.end if group is not None and group.end > j else j + 1
            continue
        if word in {"whose", "whom"}:
            k = next((k for k in range(j + 1, min(n, j + 8)) if cues[k] is not None), -1)
            if k >= 0 and cues[k].term == "homes_destroyed":  # type: ignore[union-attr]
                out.after.append(Group(k, k + 1, k, Cue("lost", "S", "ed", stock=False), "past"))
            j += 1
            if k >= 0:
                j = k + 1
            continue
        cue = cues[j]
        if (
            word in {"in", "at", "inside", "under"}
            and j == phrase.right
            and cue is None
            and _in_camp(clause, j + 1)
        ):
            out.after.append(Group(j, j + 1, j, Cue("displaced", "A", "", stock=True)))
            j += 1
            continue
        if (
            (word in BELIEF | ORDERED | FORCED | FORECAST and not (cue is not None and clause.span[j] > 1))
            or (word == "to" and j == phrase.right)
            or (word == "to" and out.left.kind in {"expect", "causes"} and cues_ahead(clause, j + 1))
        ):
            group = read_group(clause, j)
            if group is not None and (group.cue is not None or group.forced or group.expected):
                if word == "to" and out.left.kind != "causes":
                    group.expected = group.expected or not group.perfect
                out.after.append(group)
                j = max(group.end, j + 1)
                continue
        if cue is not None and cue.role == "A":
            out.after.append(Group(j, j + clause.span[j], j, cue))
            j += clause.span[j]
            continue
        if cue is not None and cue.role in "SOB":
            end = j + clause.span[j]
            group = Group(j, end, j, cue)
            if cue.form == "ing":
                group.progressive = True
                if not (cue.role == "O" and _object(clause, end)):
                    out.after.append(group)
                else:
                    break
                j = end
                continue
            if cue.form in {"ed", "en"} and cue.role in "OB" and not _object(clause, end):
                group.passive = True
                group.tense = "past"
                out.after.append(group)
                j = end
                continue
            if cue.form in {"ed", "en"} and cue.role == "O":
                out.agent = True
                if subject:
                    out.main = Group(j, end, tense="past", finite=True, other=word)
                break
            if j > phrase.right and words[j - 1] in {"and", "or"} and not subject:
                break
            if subject:
                group = read_group(clause, j) or group
                if cue.role == "O" and _object(clause, end):
                    out.agent = True
                    break
                group.finite = True
                out.main = group
                j = group.end + (clause.word(group.end) in {"in", "back", "out", "over"})
                state = cues[j] if j < n else None
                if state is not None and state.role == "A":  # "came in with shrapnel wounds"
                    out.after.append(Group(j, j + clause.span[j], j, state))
                break
            if cue.role == "S" and cue.form == "base" and out.left.kind == "causes":
                out.after.append(group)
            break
        starts_group = (
            word in BE
            or word in HAVE
            or word in FUTURE
            or word in NEGATIONS
            or word
            in {
                "can",
                "did",
                "do",
                "does",
                "continue",
                "continued",
                "continues",
                "remain",
                "remained",
                "begin",
                "began",
            }
        )
        if starts_group:
            group = read_group(clause, j)
            if group is None:
                break
            if subject:
                if (
                    group.cue is not None
                    and group.cue.role == "O"
                    and not group.passive
                    and _object(clause, group.end)
                ):
                    out.agent = True
                out.main = group
                _join_participles(clause, group, out)
            elif group.progressive and not group.finite:
                out.after.append(group)
                j = max(j + 1, group.end)
                continue
            break
        if (
            subject
            and j == phrase.right
            and (word.endswith("ed") or word in _IRREGULAR)
            and cue is None
            and HEADS.get(word) is None
        ):
            out.main = Group(j, j + 1, tense="past", finite=True, other=word)
            break
        if word in {"and", "or"}:
            if subject and not out.after and j + 1 < n and words[j + 1] not in PREPOSITIONS:
                j += 1
                continue
            k = j + 1
            if k < n and cues[k] is not None and cues[k].form in {"en", "ed", "ing"}:  # type: ignore[union-attr]
                j += 1
                continue
            break
        if word == "as" and words[j + 1 : j + 2] == ["of"]:
            j += 4
            continue
        if word in _STOPS and word not in {"during", "following", "because", "amid", "despite", "where"}:
            break
        j += 1


def _in_camp(clause: Clause, j: int) -> bool:
    """Whether a camp or shelter of the displaced follows a preposition within the same phrase."""
    for k in range(j, min(len(clause.words), j + 6)):
        if clause.words[k] in {"camps", "camp", "shelters", "tents", "settlements"}:
            return True
        if (
            clause.words[k] in PREPOSITIONS
            or clause.words[k] in {",", ".", ";", "and"}
            or clause.cues[k] is not None
        ):
            return clause.words[k] in {"evacuation", "displacement"}
    return False


def _join_participles(clause: Clause, group: Group, out: Predicates) -> None:
    """Read "were affected and evacuated": the second participle under the same auxiliaries."""
    j = group.end
    if group.cue is None or clause.word(j) not in {"and", "or"} or j + 1 >= len(clause.words):
        return
    if clause.words[j + 1] in BE or clause.words[j + 1] in HAVE:  # "did not flee and were trapped"
        second = read_group(clause, j + 1)
        if second is not None and second.cue is not None:
            out.after.append(second)
        return
    cue = clause.cues[j + 1]
    if cue is not None and cue.form in {"ed", "en"} and cue.role in "SB" and not group.passive:
        out.after.append(replace(group, at=j + 1, cue=cue, end=j + 1 + clause.span[j + 1]))
        return
    if (
        cue is not None
        and cue.form in {"ed", "en"}
        and cue.role in "OB"
        and not _object(clause, j + 1 + clause.span[j + 1])
    ):
        out.after.append(replace(group, at=j + 1, cue=cue, end=j + 1 + clause.span[j + 1]))


def _object(clause: Clause, j: int) -> bool:
    """Whether an object follows a verb, so that its subject is the one who acts."""
    words = clause.words
    if clause.word(j - 1) in {"from", "of"}:  # "driven from their homes": the homes belong to the verb
        return False
    while j < len(words) and (words[j].endswith("ly") or words[j] in {"and", "or"}):
        if words[j] in {"and", "or"}:
            if j + 1 >= len(words) or clause.cues[j + 1] is None:
                return False
            j += clause.span[j + 1]
        j += 1
    if j >= len(words):
        return False
    word = words[j]
    if clause.qty[j] >= 0:
        return True
    if (word in HEDGES and word not in PREPOSITIONS) or word in {
        "about",
        "around",
        "over",
        "more",
        "at",
        "up",
    }:
        for k in range(j, min(len(words), j + 5)):
            if clause.qty[k] >= 0:
                return True
            if words[k] not in HEDGES:
                break
    if word in DETERMINERS and word not in {"that", "no"}:
        follows = words[j + 1] if j + 1 < len(words) else ""
        return follows not in {
            "day",
            "week",
            "month",
            "year",
            "night",
            "weekend",
            "same",
            "past",
            "last",
            "previous",
            "time",
            "morning",
            "evening",
            "first",
            "early",
        }
    kind = HEADS.get(word)
    return kind is not None and kind != "thing" and word != "dead"


def _past_aside(clause: Clause, j: int, stop: int) -> int:  # noqa: C901, PLR0912 - cases, read in order
    """Step over an aside between commas; give the token where the sentence goes on, -1 where it does not."""
    words, cues = clause.words, clause.cues
    n = len(words)
    if j + 1 >= n:
        return -1
    nxt = words[j + 1]
    if nxt in {"who", "which", "that", "whose"}:
        return j + 1
    if nxt == "or":  # the same people in another unit: "530 households, or some 3,000 people, living in ..."
        for k in range(j + 2, min(n, j + 9)):
            if clause.qty[k] >= 0:
                end = read_phrase(clause, k).right
                return end + 1 if clause.word(end) == "," else end
    if nxt in {"and", "but", "while", "as", "with", "leaving", "killing", "when", "after", "of", "whom"}:
        if nxt in {"and", "as", "with"}:
            pass
        else:
            return -1
    cue = cues[j + 1]
    if nxt in BE or nxt in HAVE or nxt in FUTURE:
        return j + 1
    if cue is not None and (cue.role == "A" or cue.form in {"ed", "en"} or cue.term == "live"):
        return j + 1
    if cue is not None and cue.form == "ing":
        return -1 if cue.role == "O" else j + 1
    k = j
    while k + 1 < min(stop, j + 26):
        k += 1
        if words[k] == "(" and ")" in words[k : k + 20]:
            k = words.index(")", k)
            continue
        if words[k] in {";", ".", ":"}:
            return -1
        if words[k] == "," and k + 1 < n:
            follows = cues[k + 1]
            if (
                words[k + 1] in BE
                or words[k + 1] in HAVE
                or words[k + 1] in FUTURE
                or words[k + 1] == "who"
                or (
                    follows is not None and follows.role in "SB" and follows.form in {"ed", "base", "s", "en"}
                )
            ):
                return k + 1
    return -1


def read_predicates(clause: Clause, phrase: Phrase) -> Predicates:
    """Collect everything that governs or tells of the noun phrase of a number."""
    words = clause.words
    left = read_left(clause, phrase)
    out = Predicates(left)
    subjectless = {"verb", "noun", "of", "prep", "hold", "aid", "city", "home", "reach", "state", "have"}
    out.subject = left.kind not in subjectless
    if left.kind == "verb" and left.cue is not None and left.cue.role == "S" and left.cue.term != "leave":
        out.subject = False
    if left.kind == "city" and words[left.at - 1 if words[left.at] == "of" else left.at] in {
        "community",
        "village",
        "group",
        "population",
    }:
        out.subject = True
    out.subset = left.kind == "subset"
    read_right(clause, phrase, out)
    return out
