"""What the words around a number say befell the counted, each finding with its time and its weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havenward.reading.governor_words import AIDS, EXPECTS, NUMBERS
from havenward.reading.governors import Left, cue_ending
from havenward.reading.grammar_words import PREPOSITIONS
from havenward.reading.lexicon_groups import HEADS, IDENTITY, PERSONS
from havenward.reading.lexicon_terms import Cue
from havenward.reading.tenses import PLANNING, Find, Times, rank_term

if TYPE_CHECKING:
    from havenward.reading.verbs import Group


# what makes shelter one that is yet to come
_WANTED = frozenset(
    """
    will plan plans planned planning build building request requests requested asks ask asked seek seeks
    seeking appeal appeals appealed wants needs
    """.split()
)


_HURT = frozenset("injured wounded hurt lost maimed missing disappeared went been".split())


class Findings(Times):
    """The findings on one quantity of one sentence."""

    def collect(self) -> None:  # noqa: C901, PLR0912 - cases, read in order
        """Gather every finding: from what follows, the verb, what stands before, the noun itself."""
        clause, phrase, preds = self.clause, self.phrase, self.preds
        main, left = preds.main, preds.left
        for group in preds.after:
            self.add_group(group, 1)
        if main is not None:
            self.add_group(main, 0)
        self.add_left(left)
        for index in phrase.inner:
            cue = clause.cues[index]
            if cue is not None:
                term = self.around.settle(cue, index, None)
                if term:
                    self.add(term, self.stock_time(), 2, index, index + clause.span[index])
        if (
            phrase.head >= 0
            and clause.words[phrase.head].startswith("survivor")
            and any(w in {"found", "pulled", "rescued", "recovered"} for w in clause.words)
        ):
            self.add("rescued", "past", 1, phrase.head, phrase.head + 1)
        identity = IDENTITY.get(phrase.kind, "")
        if identity == "arrive":
            identity = self.around.arrival(phrase.right)
        if phrase.kind == "captive" and (left.kind == "verb" or left.word in {"took", "taken", "taking"}):
            self.add("held", "past", 0, phrase.head, phrase.head + 1)
        if identity:
            time = self.stock_time()
            if phrase.kind in {"displacement", "arrival", "return", "evacuation", "asylum", "abduction"} or (
                phrase.kind == "returnee" and (left.kind not in {"there", "reach"})
            ):
                time = "past"
                if (
                    self.percent
                    and main is not None
                    and main.be
                    and main.tense == "present"
                    and not main.perfect
                ):
                    time = "current"
            if (
                phrase.kind == "forces"
                and left.kind == "other"
                and (left.perfect or left.word.endswith("ed"))
            ):
                time = "past"
            if (
                phrase.kind in {"forces", "fighters"}
                and main is not None
                and main.other
                and main.tense == "past"
            ):
                time = "past"
            if self.clause.words[phrase.head].startswith("casualt") and any(
                w in {"injured", "wounded", "injuries", "deaths", "killed", "dead"}
                for w in self.clause.words[phrase.right : phrase.right + 12]
            ):
                identity = "mixed"
            guess = left.kind == "there" and left.conditional  # "there may be 1,000 fighters": there are
            if (main is not None and main.expected and main.cue is None) or (left.expected and not guess):
                time = "expected"
            if identity in {"refugee", "displaced"} and PLANNING.search(self.sentence_text):
                time = "expected"
            self.add(identity, time, 3, phrase.head, phrase.head + 1)

    def add(
        self, term: str, time: str, weight: int, start: int, end: int, group: Group | None = None
    ) -> None:
        """Keep a finding; some terms fix their time whatever the verb says."""
        conditional = group.conditional if group else False
        negated = bool(group and group.negated)
        if term == "displacement_risk":
            term, time, conditional = "displaced", "expected", True
        if (
            term in {"killed", "injured", "homes_destroyed", "mixed", "rescued", "swept"}
            and time != "expected"
        ):
            time = "past"
        if term == "rescued" and time == "expected":
            term, time = "trapped", "current"  # who still needs to be rescued
        if term in {"missing", "trapped"} and time == "past":
            buried = any(word.startswith("bur") for word in self.clause.words[start:end])
            time = "past" if buried else "current"
        self.finds.append(Find(term, time, weight, start, end, conditional, negated))

    def add_group(self, group: Group, weight: int) -> None:  # noqa: C901, PLR0912 - cases, read in order
        """Take the finding of a group of verbs."""
        cue = group.cue
        clause = self.clause
        if (
            cue is not None
            and cue.term == "host"
            and not group.passive
            and clause.words[group.at].startswith("receiv")
        ):
            if any(w in AIDS for w in clause.words[group.end : group.end + 5]):
                time = "expected" if group.expected else "past"
                self.add("assisted", time, weight, group.start, group.end, group)
            return
        if cue is not None and cue.term == "move" and not group.passive and not group.be:
            cue = cue._replace(role="S")  # "46,000 people have moved"
        passive = (group.passive or group.be) and cue is not None and cue.form in {"ed", "en"}
        if cue is not None and cue.role == "O" and cue.form and not passive:
            return  # "2,500 people helped": they act, nothing befalls them
        if group.forced and (cue is None or cue.role in "SA"):
            term = "displaced"
            if cue is not None:
                term = self.around.settle(cue, group.at, group) or "displaced"
            if cue is None and self.around.abroad(group.end - 1, group.end):
                term = "refugee"
            if term == "displaced" and "precaution" in clause.words[group.end : group.end + 6]:
                term = "evacuated"
            if cue is not None or self.out_of_home(group.end) or term == "refugee":
                self.add(
                    term, "expected" if group.expected else "past", weight, group.start, group.end, group
                )
            return
        if group.ordered:
            if cue is not None and cue.term == "returned":
                time = "past" if group.tense == "past" else "current"
                self.add("returned", time, weight, group.start, group.end, group)
            elif (
                (cue is not None and (cue.term in {"displaced", "evacuated", "leave", "arrive"}))
                or "leave" in clause.words[group.start : group.end + 4]
                or "evacuation" in clause.words[group.start : group.end + 6]
            ):
                self.add(
                    "evacuated",
                    "expected" if group.expected else "current",
                    weight,
                    group.start,
                    group.end,
                    group,
                )
            return
        if (
            cue is None
            and group.other
            and clause.word(group.end + 1) in {"home", "back"}
            and not group.passive
        ):
            self.add(
                "returned", "expected" if group.expected else "past", weight, group.start, group.end, group
            )
            return
        if cue is None and group.other and group.passive and clause.word(group.end + 1) == "out":
            self.add(
                "evacuated", "expected" if group.expected else "past", weight, group.start, group.end, group
            )
            return
        if cue is None:
            if group.other == "done" and "so" in clause.words[group.end : group.end + 3]:
                self.add("follow", "past", weight, group.start, group.end, group)
            elif group.passive or group.stays:
                self.add_place(group, weight)
            return
        term = self.around.settle(cue, group.at, group)
        if not term:
            return
        if term == "killed" and clause.word(group.end) == "or" and clause.word(group.end + 1) in _HURT:
            term = "mixed"
        if (
            group.negated
            and cue.term in {"leave", "arrive", "go", "displaced", "fled", "move"}
            and self.cannot(group)
        ):
            self.add("trapped", "current", weight, group.start, group.end, group)
            return
        if group.unreal or (group.negated and cue.role != "A"):
            if term == "returned" and cue.term != "evacuated":
                self.add("waiting", "current", weight, group.start, group.end, group)
                return
            if term in {"displaced", "refugee", "evacuated"} and group.unreal:
                if cue.form == "base":
                    self.add(
                        "trapped" if self.cannot(group) else "displaced",
                        "current",
                        weight,
                        group.start,
                        group.end,
                        group,
                    )
                return
        self.add(term, self.time_of(term, cue, group), weight, group.start, group.end, group)

    def cannot(self, group: Group) -> bool:
        """Whether the verbs say that they cannot, rather than do not."""
        words = self.clause.words[group.start : group.end]
        return any(word in {"unable", "cannot", "prevented", "can't", "couldn't"} for word in words) or (
            "not" in words and any(word in {"can", "could", "able"} for word in words)
        )

    def add_left(self, left: Left) -> None:  # noqa: C901, PLR0912, PLR0915 - cases, read in order
        """Take the finding of what governs the number from before it."""
        clause, phrase, preds = self.clause, self.phrase, self.preds
        cue = left.cue
        if cue is not None and cue.term == "displaced" and clause.words[left.at].startswith("shelter"):
            cue = Cue("host", "O", cue.form, stock=True)  # "Turkey, which shelters 2.7 million Syrians"
        if left.kind in {"verb", "noun"} and cue is not None:
            if cue.term == "leave":
                return
            if phrase.kind == "home" and clause.words[left.at].startswith(("enter", "reach", "fill", "hit")):
                self.add("homes_destroyed", "expected" if left.expected else "past", 0, left.at, left.at + 1)
                return
            if left.kind == "verb" and cue.role == "S" and cue.term not in {"arrive", "in_need"}:
                return
            if (
                preds.after
                and preds.after[0].cue is not None
                and cue.term == "host"
                and (preds.after[0].passive or preds.after[0].be or left.purpose)
            ) or (
                preds.after
                and preds.after[0].cue is not None
                and cue.term == "host"
                and not clause.words[left.at].startswith(
                    ("host", "hous", "shelter", "hold", "accommod", "harbo")
                )
            ):
                return
            term = self.around.settle(cue, left.at, None)
            if term == "arrive":
                term = self.around.arrival(phrase.right)
            if not term or (cue.role == "S"):
                return
            if term in {"killed", "injured"} and phrase.kind == "home":
                return
            time = "expected" if left.expected else "past"
            if left.kind == "noun" and cue.role != "O":
                time = self.noun_time(left)
            elif cue.stock and not left.expected:
                time = "current"
            elif (term in {"rescued", "assisted"} and left.purpose) or (
                left.purpose
                and cue.form == "base"
                and not left.expected
                and term not in {"displaced", "refugee"}
            ):
                time = "expected"
            elif (cue.form == "ing" and left.progressive and not left.perfect and not left.past) or (
                cue.form in {"base", "s"} and term == "evacuated" and not left.purpose and not left.expected
            ):
                time = "current"
            if (
                cue.form in {"base", "s"}
                and term in {"assisted", "affected"}
                and not (left.purpose or left.expected)
            ):
                time = "current"
            if term == "capacity":
                term = "assisted"
                time = "expected" if left.expected and not left.conditional else "current"
            if term == "displaced" and left.purpose and cue.form == "base" and not left.expected:
                time = "expected" if cue.term == "displaced" else "current"
            if cue.term == "host" and left.past and not left.perfect:
                time = "current" if not self.earlier() else "past"
            if (
                cue.term == "host"
                and term in {"refugee", "displaced"}
                and clause.words[left.at] in {"taken", "took", "received", "welcomed", "absorbed", "admitted"}
            ):
                time = "expected" if left.expected else "past"
            self.finds.append(
                Find(term, time, 0, left.at, left.at + clause.span[left.at], left.conditional, left.negated)
            )
            if term in {"killed", "injured", "rescued", "homes_destroyed", "missing", "trapped"}:
                last = self.finds.pop()
                self.add(last.term, last.temporality, 0, last.start, last.end)
                self.finds[-1].conditional, self.finds[-1].negated = left.conditional, left.negated
        elif left.kind == "causes":
            ordered = left.word.startswith(
                ("order", "urg", "tell", "told", "advis", "ask", "instruct", "warn")
            )
            forced = left.word.startswith(("forc", "compel", "driv", "drove", "push", "coerc", "chas"))
            moving = [g for g in preds.after if g.cue is not None]
            if clause.word(phrase.right) in {"running", "scrambling", "packing"}:
                self.add("displaced", "expected" if left.expected else "past", 0, left.at, left.at + 1)
                return
            if clause.word(phrase.right) in {"home", "back"}:
                self.add("returned", "expected" if left.expected else "past", 0, left.at, left.at + 1)
                return
            for group in moving:
                term = self.around.settle(group.cue, group.at, group)  # type: ignore[arg-type]
                if ordered and group.cue is not None and group.cue.term in {"move", "leave", "arrive"}:
                    term = "evacuated"
                if not term:
                    continue
                time = "expected" if left.expected else "past"
                if ordered and term in {"displaced", "evacuated", "leave", "refugee"}:
                    term, time = "evacuated", "current"
                self.finds.append(Find(term, time, 0, group.start, group.end, left.conditional))
            if (
                not moving
                and (forced or ordered)
                and (self.out_of_home(phrase.right) or "to" in clause.words[phrase.right : phrase.right + 1])
            ):
                term = "evacuated" if ordered else "displaced"
                if not ordered and self.around.abroad(phrase.right - 1, phrase.right):
                    term = "refugee"
                time = "expected" if left.expected else ("current" if ordered else "past")
                self.finds.append(Find(term, time, 0, left.at, left.at + 1, left.conditional))
        elif left.kind == "hold":
            ahead = set(clause.words[max(0, left.at - 12) : left.at - 1])
            soon = bool(ahead & _WANTED)
            if (
                phrase.kind not in {"displaced", "refugee"}
                or "capacity" in clause.words[max(0, left.at - 4) : left.at + 1]
            ):
                self.add("assisted", "expected" if soon else "current", 0, max(0, left.at - 1), left.at + 1)
        elif (
            left.kind == "aid"
            and self.around.foreign()
            and any(
                w in {"protection", "asylum", "residency", "status"}
                for w in clause.words[max(0, left.at - 5) : left.at + 1]
            )
        ):
            self.add("refugee", "expected" if left.expected else "current", 0, left.at, left.at + 1)
        elif left.kind == "aid":
            if phrase.kind not in {"displaced", "refugee"}:
                future = left.expected or left.purpose
                self.add("assisted", "expected" if future else "past", 0, left.at, left.at + 1)
        elif left.kind in {"city", "home"} and phrase.kind not in {"forces", "fighters", "home"}:
            self.add(
                "at_risk_population",
                "past" if left.past or self.earlier() else "current",
                1,
                left.at,
                left.at + 1,
            )
        elif left.kind == "other" and left.word == "back" and phrase.kind in {"person", "household", ""}:
            self.add("returned", "expected" if left.expected else "past", 0, left.at, left.at + 1)
        elif left.kind == "state" and cue is not None:
            term = self.around.settle(cue, left.at, None)
            if term:
                self.add(term, self.stock_time(), 1, left.at, left.at + clause.span[left.at])
        if (
            phrase.kind in PERSONS | {"household", "home", ""}
            and left.at > 0
            and left.kind in {"prep", "verb", "aid", "hold"}
        ):
            near = clause.words[max(0, left.at - 9) : left.at + 1]
            if "evacuation" in near and any(
                w in {"order", "orders", "notice", "notices", "alert", "alerts"} for w in near
            ):
                self.finds = []
                self.add("evacuated", "current", 0, left.at, left.at + 1)
        if left.kind == "reach" or (left.kind == "have" and phrase.kind in {"", "unknown"}):
            self.add_subject(left)

    def add_subject(self, left: Left) -> None:  # noqa: C901, PLR0912, PLR0915 - cases, read in order
        """Take the term of "the number of refugees has reached 1.2 million" from its subject."""
        clause = self.clause
        words = clause.words
        start = left.at - 1
        floor = max(-1, left.at - 40)
        best: tuple[int, str, int] | None = None
        for k in range(start, floor, -1):
            if words[k] == "toll":
                best = (0, "injured" if words[k - 1] == "injury" else "killed", k)
                break
            if words[k] in NUMBERS and best is not None:
                break
            if words[k] in {";", "."} or (words[k] in {"but", "while", "which"} and best is not None):
                break
            begin = cue_ending(clause, k)
            if begin >= 0 and clause.cues[begin] is not None and clause.cues[begin].term == "mixed":  # type: ignore[union-attr]
                best = (0, "mixed", begin)
                break
            cue = clause.cues[k]
            term = ""
            if cue is not None:
                term = self.around.settle(cue, k, None)
            elif words[k] in {"population", "residents", "inhabitants"}:
                term = "at_risk_population"
            elif words[k] in {"refugees", "refugee"}:
                term = "refugee"
            elif words[k] in {"idps", "idp", "displaced", "homeless"}:
                term = "displaced"
            elif words[k] == "evacuees":
                term = "evacuated"
            elif words[k] == "returnees":
                term = "returned"
            elif words[k] == "arrivals":
                term = self.around.arrival(k + 1)
            elif words[k] in {"wounded", "injured"}:
                term = "injured"
            elif words[k] == "dead":
                term = "killed"
            elif HEADS.get(words[k]) in {"fighters", "forces"}:
                term = HEADS[words[k]]
            if term == "at_risk_population" and any(
                w in {"camp", "camp's", "camps"} for w in words[max(0, k - 3) : k]
            ):
                term = "refugee" if "refugee" in words[max(0, k - 3) : k] else "displaced"
            if term in {"", "leave", "assisted", "waiting", "capacity"} or (
                term == "homes_destroyed" and self.phrase.kind != "home"
            ):
                continue
            rank = rank_term(term)
            if best is None or rank < best[0]:
                best = (rank, term, k)
        if best is None and (
            left.expected or any(w in EXPECTS for w in words[max(0, left.at - 8) : left.at])
        ):
            whole = self.base()
            if whole is not None and any(
                w in NUMBERS or w == "it" for w in words[max(0, left.at - 6) : left.at]
            ):
                term = whole.meaning.term
                if term in {"refugee", "displaced", "at_risk_population", "expected_displaced"} or (
                    term == "other" and "total" in words
                ):
                    term = "displaced"
                self.add(term, "expected", 0, max(0, left.at - 1), left.at + 1)
            else:
                self.add("expected", "expected", 0, max(0, left.at - 1), left.at + 1)
        if best is not None:
            time = "current"
            if left.expected:
                time = "expected"
            elif (left.past and (self.earlier() or words[self.phrase.left - 1] == "from")) or (
                best[1] in {"displaced", "refugee", "returned", "evacuated"}
                and "number" not in words
                and (words[best[2]] in {"displacement", "displacements"})
            ):
                time = "past"
            whole = self.base()
            here = whole is not None and whole.sentence == self.quantity.sentence
            if whole is not None and here and self.phrase.kind == "" and self.daily("refugee"):
                time = whole.meaning.temporality  # "73,000 crossed ..., at an average of 4,000 a day"
            self.add(best[1], time, 0, best[2], best[2] + 1)

    def add_place(self, group: Group, weight: int) -> None:
        """Read "are in camps", "remain in the city", "were children"."""
        clause = self.clause
        words = clause.words
        j = group.end
        if j >= len(words) or self.phrase.kind in {"death", "injury", "home", "thing", "staff", "missing"}:
            return
        word = words[j]
        if (
            word.endswith("ed")
            and words[j + 1 : j + 2]
            and words[j + 1] in PREPOSITIONS
            and self.around.sheltered(j + 1)
        ):
            self.add("displaced", self.time_of("displaced", None, group), weight, group.start, j + 1, group)
            return
        if group.expected and word not in PREPOSITIONS and not group.stays:
            if group.belief and self.phrase.kind in PERSONS | {"household", ""}:
                self.add("expected", "expected", weight, group.start, group.end, group)
            return
        if word in {"in", "inside", "at", "under", "within", "with", "on", "near", "still"} or group.stays:
            if self.around.sheltered(j):
                self.add(
                    "displaced", self.time_of("displaced", None, group), weight, group.start, j + 1, group
                )
            elif (
                word != "with"
                and (word != "on" or group.stays)
                and self.phrase.kind not in {"forces", "fighters"}
            ):
                self.add(
                    "at_risk_population",
                    self.time_of("at_risk_population", None, group),
                    3,
                    group.start,
                    j + 1,
                    group,
                )

    def out_of_home(self, start: int) -> bool:
        """Whether the words say that someone was driven out or away."""
        words = self.clause.words[start : start + 5]
        return any(
            w in {"from", "out", "off", "into", "away", "across", "over", "towards", "toward"}
            for w in words[:2]
        )
