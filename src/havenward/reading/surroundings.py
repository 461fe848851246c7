"""What a word that needs its surroundings means here: flight abroad or within, life at home or in a camp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havenward.reading.borders import Borders
from havenward.reading.grammar_words import PREPOSITIONS
from havenward.reading.lexicon_groups import IDENTITY
from havenward.reading.lexicon_terms import ORDER

if TYPE_CHECKING:
    from havenward.reading.lexicon_terms import Cue
    from havenward.reading.verbs import Group


# what people face when they are in need
_HUNGER = frozenset(
    """
    hunger famine starvation insecurity shortages shortage malnutrition food water insecure
    undernourishment crisis
    """.split()
)
# what people who depend on it are in need of
_AID = frozenset(
    """
    aid assistance food relief help support handouts hand-outs rations ration humanitarian charity donations
    deliveries distributions agencies donors wfp unrwa trucking trucks remittances
    """.split()
)
# words of time after "left": nothing is left, somebody leaves
_TIMES = frozenset(
    """
    last yesterday today overnight monday tuesday wednesday thursday friday saturday sunday this earlier
    again already now early late before within en together tonight tomorrow daily each every first
    """.split()
)
# what buries people alive
_SLIDES = tuple(
    """
    landslide mud avalanche rubble collaps slide quake earthquake debris snow dam rock storm
    flood rain
    """.split()
)
_OVER = frozenset("over through ashore across".split())
# words after a verb of motion that give it a direction
_DIRECTIONS = frozenset(
    """
    to into toward towards across over for through from out off away up down along past on onto by north south
    east west ahead inland uphill downhill aboard ashore at under beyond via there here here's away
    """.split()
)


class Surroundings(Borders):
    """The sentence around one number, asked for the term of a cue in it."""

    def settle(self, cue: Cue, at: int, group: Group | None) -> str:  # noqa: C901, PLR0912, PLR0915 - in order
        """Give the term of a cue where it stands; empty where it tells none."""
        clause, phrase = self.clause, self.phrase
        term, end = cue.term, at + clause.span[at]
        kind = phrase.kind
        words = clause.words
        if term in ORDER and term not in {
            "displaced",
            "homes_destroyed",
            "returned",
            "in_need",
            "refugee",
            "killed",
        }:
            if term == "trapped" and kind == "home" and words[at].startswith("bur"):
                return "homes_destroyed"
            if (
                term == "trapped"
                and words[at].startswith("bur")
                and group is None
                and at < self.at
                and not any(w.startswith(_SLIDES) for w in words[max(0, at - 12) : at])
            ):
                return "killed"  # those who were buried by hand
            return term
        if term == "killed":
            return "" if kind == "home" else term
        if term == "refugee":
            if (
                words[at].startswith("cross")
                and clause.span[at] == 1
                and kind != "refugee"
                and not self.foreign()
                and not (kind in {"", "person", "household"} and self.ends(end))
                and not self.abroad(at, end)
            ):
                return "refugee" if kind != "home" and self.flight() == "refugee" else ""
            return term
        if term == "returned":
            if words[at].startswith("hand") and not any(
                w.startswith(("deport", "expel", "expul", "repatriat", "migra", "border", "return"))
                for w in words + self.before.split()
            ):
                return ""
            return "" if kind in {"forces", "fighters", "home"} and words[at].startswith("push") else term
        if term == "in_need":
            if kind == "home":
                return ""
            following = words[end : end + 6]
            if words[at].startswith(("need", "requir")) and "to" in following[:1]:
                return ""
            if words[at].startswith(("rely", "relie", "depend")) and not any(
                w in _AID for w in words[end : end + 9]
            ):
                return ""
            if words[at].startswith(("requir", "lack", "need", "rely", "depend")) and kind in {
                "forces",
                "fighters",
                "death",
            }:
                return ""
            return term
        if term == "displaced" and words[at].startswith("expel") and self.foreign():
            return "returned"
        if term in {"displaced", "fled"}:
            if words[at].startswith("resettle") and any(
                w in {"return", "returns", "regained"} for w in words
            ):
                return "returned"
            if words[at : at + 2] == ["relocated", "to"] and "safe" in " ".join(words[end : end + 3]):
                return "evacuated"
            if kind == "home":
                return ""
            if words[at].startswith("shelter") and at < self.at:
                return self.hosting(at, end, group)
            if cue.role == "A" and self.foreign() and self.settled_abroad(end - 1):
                return "refugee"
            if "precaution" in words[end : end + 4]:
                return "evacuated"
            if cue.stock and self.camps(at, end) and self.flight() == "refugee":
                return "refugee"
            return "refugee" if cue.role != "A" and self.abroad(at, end) else "displaced"
        if term == "homes_lost":
            return "homes_destroyed" if kind == "household" else "displaced"
        if term == "homes_destroyed":
            if kind == "home" or (
                phrase.head < 0 and (self.unit == "homes" or not words[at].startswith("cover"))
            ):
                return term
            if kind == "household":
                return "affected"
            return "swept" if words[at].startswith(("sweep", "swept", "wash")) else ""
        if term == "lost":
            return "displaced"
        if term == "enough":
            return "in_need" if group is not None and group.negated else ""
        if term == "face":
            near = words[end : end + 6]
            if any(w in _HUNGER for w in near):
                return "in_need"
            return "displacement_risk" if any(w.startswith(("evict", "displace")) for w in near) else ""
        if term == "affect":
            if kind == "home":
                return "homes_destroyed"
            return "affected" if words[at].startswith(("affect", "impact", "hit")) else ""
        if term == "live":
            return self.living(end, group)
        if term == "go":
            return self.going(at, end)
        if term == "linger":
            if kind in {"forces", "fighters", "home", "thing", "staff", "death"}:
                return ""
            if self.sheltered(end) or words[at].startswith(
                ("sle", "camp", "huddl", "crouch", "squat", "cram", "crowd")
            ):
                return self.flight() or "displaced"
            return self.flight()
        if term == "carry":
            if kind not in {"person", "household", "resident", ""}:
                return ""
            after = words[end : end + 2] + (words[phrase.right : phrase.right + 2] if at < self.at else [])
            if "back" in after or "home" in after:
                return "returned"
            return "evacuated" if "out" in after else self.flight(carried=True)
        if term == "destroyed_if_not":
            return "homes_destroyed" if kind == "home" and group is not None and group.negated else ""
        if term == "arrive" and words[at].startswith("enter"):
            if kind == "home":
                return "homes_destroyed"
            if any(self.country(k) for k in range(max(0, at - 14), min(len(words), end + 8))):
                return "refugee"
        if term == "arrive":
            if (
                not (clause.span[at] > 1 and words[at + 1] in _OVER)
                and words[at]
                in {
                    "come",
                    "comes",
                    "came",
                    "coming",
                    "reach",
                    "reached",
                    "follow",
                    "followed",
                    "following",
                    "joined",
                    "join",
                    "joining",
                    "enter",
                    "entered",
                }
                and not self.abroad(at, end)
            ):
                if words[at].startswith("follow"):
                    return "follow"
                if (
                    words[at].startswith("reach")
                    and self.clause.capital[end : end + 1] == [True]
                    and (self.known or "arrivals" in words)
                ):
                    return self.flight() or "displaced"
                if self.sheltered(end) and kind not in {"home", "thing"}:
                    return self.flight() or "displaced"
                if words[at].startswith("reach") and kind in {"person", "household"} and self.flight():
                    return self.flight()
                return ""
            return self.arrival(end, at)
        if term == "leave":
            return self.leaving(at, end, group)
        if term == "move":
            return self.moving(at, end, group)
        if term == "host":
            return self.hosting(at, end, group)
        if term == "deploy":
            return kind if kind in {"forces", "fighters"} else ""
        return term

    def camps(self, at: int, end: int) -> bool:
        """Whether a state is one of staying somewhere, not of having lost a home."""
        words = self.clause.words[at:end]
        return not any(
            w.startswith(
                (
                    "displac",
                    "homeless",
                    "without",
                    "rough",
                    "outdoors",
                    "outside",
                    "street",
                    "home",
                    "idp",
                    "open",
                )
            )
            for w in words
        )

    def going(self, at: int, end: int) -> str:
        """Give the term of going somewhere by whatever means: back, abroad, to safety, or away."""
        words, clause = self.clause.words, self.clause
        if self.phrase.kind == "home" and words[at] == "gone":
            return "homes_destroyed"
        if self.phrase.kind not in {"person", "household", "resident", "", "displaced", "refugee"}:
            return ""
        near = words[end : end + 4]
        if any(w in {"home", "back"} for w in near[:2]):
            return "returned"
        if self.abroad(at, end):
            return "refugee"
        if any(w.startswith("safe") for w in near):
            return "evacuated" if self.flight() == "" else self.flight()
        if not (self.ends(end) or near[:1] == [] or near[0] in _DIRECTIONS | _TIMES):
            return ""
        if near[:1] == ["on"] and words[at].startswith(("go", "went", "gone", "walk", "run", "ran")):
            return self.flight() if near[1:2] == ["foot"] else ""
        if words[at] == "gone" and words[at - 1] in {"are", "were", "is", "was", "be"}:
            return self.flight() or "displaced"
        if words[at] in {"go", "goes", "went", "gone", "going"} and self.phrase.kind == "":
            return ""
        return self.flight() or (
            "displaced" if self.sheltered(end) or clause.capital[end + 1 : end + 2] == [True] else ""
        )

    def moving(self, at: int, end: int, group: Group | None) -> str:
        """Give the term of moving, or of being moved, somewhere."""
        words, phrase = self.clause.words, self.phrase
        if phrase.kind not in {"person", "household", "resident", "", "displaced", "refugee"}:
            return ""
        near = words[end : end + 8] if group is not None else words[phrase.right : phrase.right + 6]
        if near[:1] in (["back"], ["home"]):
            return "returned"
        if any(word.startswith("safe") or word in {"away", "inland", "uphill"} for word in near):
            return "evacuated"
        if self.abroad(at, end):
            return "refugee"
        if self.sheltered(end):
            return self.flight() or "displaced"
        return "displaced" if words[at].startswith("mov") and at + self.clause.span[at] == end else ""

    def living(self, end: int, group: Group | None) -> str:
        """Give the term of living, staying or remaining somewhere."""
        clause, phrase = self.clause, self.phrase
        words = clause.words
        if self.foreign() and self.settled_abroad(end - 1):
            return "refugee"
        for k in range(end, min(len(words), end + 11)):
            cue = clause.cues[k]
            if cue is not None and cue.role == "A":
                return self.settle(cue, k, group)
            if words[k] in {".", ";", ",", "who", "and"}:
                break
        if phrase.kind == "refugee":
            return ""
        before = words[max(0, phrase.left - 9) : phrase.left]
        if (
            before
            and before[-1] == "where"
            and any(word in {"shelters", "camps", "camp", "shelter"} for word in before)
        ):
            return self.flight() or "displaced"
        if self.sheltered(end):
            return self.flight() or "displaced"
        if phrase.kind in {"forces", "fighters", "home"}:
            return ""
        return "at_risk_population"

    def arrival(self, end: int, at: int = -1) -> str:
        """Give the term of an arrival: refugee from abroad, displaced otherwise."""
        words = self.clause.words
        if self.phrase.kind == "home" or self.phrase.kind in {"forces", "fighters"}:
            return ""
        if "border" in words[max(0, end - 8) : end] and "crossings" in words[end - 1 : end]:
            return "refugee"
        if self.phrase.kind in {"refugee", "migrant", "asylum"} or self.abroad(max(at, end - 1), end):
            return "refugee"
        if any(w in {"refugees", "refugee", "migrants", "asylum"} for w in words[max(0, end - 8) : end + 12]):
            return "refugee"
        if any(
            self.country(k + 1) and words[k] in {"from", "into", "in", "to"}
            for k in range(end, min(len(words) - 1, end + 6))
        ):
            return "refugee"
        if self.foreign() and any(self.country(k) for k in range(end, min(len(words), end + 8))):
            return "refugee"
        if self.phrase.kind == "" and "refugee" in self.before:
            return "refugee"
        if at >= 0 and words[at].startswith("gather") and not self.sheltered(end):
            return ""
        if (
            at >= 0
            and words[at].startswith(("mov", "relocat", "travel", "walk", "head", "join"))
            and not (self.sheltered(end) or self.known)
        ):
            return ""
        return self.flight() or "displaced"

    def leaving(self, at: int, end: int, group: Group | None) -> str:
        """Give the term of leaving."""
        words = self.clause.words
        if group is not None and group.passive:
            return "evacuated" if words[at].startswith("mov") else ""
        if self.phrase.kind in {"home", "thing"}:
            return ""
        if "origin" in words[end : end + 14] and "for" in words[end : end + 10]:
            return "returned"
        if self.abroad(at, end):
            return "refugee"
        near = words[end : end + 6]
        if near[:1] == ["behind"]:
            return ""
        if any(w in {"corridor", "corridors", "convoy", "evacuation"} for w in words[end : end + 10]):
            return "evacuated"
        if self.ends(end) or near[0] in _TIMES or words[at].startswith(("abandon", "vacat", "decamp")):
            return (self.flight() if self.phrase.pronoun or self.phrase.kind == "" else "") or "displaced"
        if self.clause.span[at] > 1 and near[:1] and near[0] in PREPOSITIONS:
            return "displaced"
        if any(self.clause.capital[k] for k in range(end, min(len(words), end + 3))) or any(
            w
            in {
                "home",
                "homes",
                "houses",
                "villages",
                "village",
                "town",
                "city",
                "area",
                "areas",
                "camp",
                "enclave",
                "neighbourhood",
                "district",
                "island",
                "region",
            }
            for w in near
        ):
            return "displaced"
        return (
            "displaced"
            if near[:1] in ([], ["."], ["for"], ["by"], ["on"], ["since"], ["with"])
            or (end < len(words) and self.clause.capital[end])
            else ""
        )

    def hosting(self, at: int, end: int, group: Group | None) -> str:  # noqa: C901, PLR0912 - cases in order
        """Give the term of being hosted, held or housed."""
        clause, phrase = self.clause, self.phrase
        words = clause.words
        identity = IDENTITY.get(phrase.kind, "")
        if phrase.kind == "captive":
            return "held"
        before = words[max(0, at - 8) : at]
        able = (
            any(w in {"can", "could", "capacity", "enough", "able", "space"} for w in before)
            or "up" in words[end : end + 1]
        )
        if able and group is None:
            return "capacity"
        if words[at] == "held" and group is not None and group.passive and not self.sheltered(end):
            return "held"
        if identity in {"refugee", "displaced"}:
            return identity
        if words[at].startswith(("see", "saw", "have", "had", "contain", "home")):
            return ""
        if group is not None and not group.passive:
            return ""
        if words[at].startswith(("register", "count", "receiv", "welcom", "admit")) and phrase.kind == "home":
            return ""
        if group is None and (
            "refugee" in words[max(0, at - 14) : at]
            or any(
                self.country(k) and (k == 0 or words[k - 1] not in {"in", "of"})
                for k in range(max(0, at - 7), at)
            )
        ):
            return "refugee"
        if any(
            self.country(k + 1) and words[k] == "from"
            for k in range(phrase.right - 1, min(len(words) - 1, phrase.right + 4))
        ):
            return "refugee"
        if self.foreign() and group is None:
            return "refugee"
        if words[at].startswith("hold") and phrase.kind in {"forces", "fighters"}:
            return ""
        if words[at].startswith(
            (
                "hous",
                "host",
                "shelter",
                "accommodat",
                "harbo",
                "hold",
                "lodg",
                "held",
                "absorb",
                "taken",
                "takes",
                "took",
            )
        ):
            return self.flight() or "displaced"
        if words[at].startswith(("receiv", "welcom", "accept")) and phrase.kind in {"person", "household"}:
            return self.flight() or ("refugee" if "refugee" in self.before else "displaced")
        return ""
