"""Where in a sentence somebody says something: verbs with their subjects, 'according to', 'reported by'."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from havenward.reading import speaker_words as words
from havenward.reading.speaker_phrases import Phrase, phrase_after, phrase_before, read_phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havenward.reading.parts import Sentence

MANY_CLAIMS = 80  # claims of one sentence; what has more is no sentence
VERB_EVERY = 100  # characters per verb of saying looked into in long texts; prose has one in 130
_VERBS = words.SAYING | words.COUNTING
# words that may begin 'according to X', 'citing X', 'reported by X', 'by UN estimates'
_LEADS_IN = frozenset(
    """according per view words based attributed citing quoting cited quoted cites quotes reported given
    estimate estimates count counts figures reckoning projections
    announced provided published issued released recorded claimed stated confirmed compiled documented
    verified collected offered tallied counted""".split()
)
# nouns that look like verbs of saying: 'reports of N deaths', 'estimates suggest'
_NOUN_NEXT = re.compile(
    r"\s+(?:of|from|by|show|shows|say|says|said|suggest|suggests|indicate|indicates|put|puts|published|"
    r"compiled|reveal|reveals|released|vary|varies|are|is|was|were|have|has|that\s+(?:the\s+)?\w+\s+by)\b"
)
_NOUNS = frozenset(
    """reports report estimates estimate claims claim records record documents document shows show states
    projects project forecast forecasts fears fear puts places place count counts warning notes note lists
    list quote quotes find finds wants""".split()
)
_DETERMINED = re.compile(
    r"\b(?:a|an|the|this|that|these|those|its|their|his|her|our|no|any|every|latest|new|official|media|news|"
    r"some|many|other|of|in|on|at|by|for|from|with|to)\s$",
    re.IGNORECASE,
)
# participles behind what they are about: 'N people reported missing', 'cases reported in May'
_PARTICIPLE_NEXT = re.compile(
    r"\s+(?:to\s+(?:be|have)|dead|missing|killed|injured|wounded|displaced|sick|by(?!\s+(?:tele)?phone|\s+e?-?mail|\s+text|\s+video)|goodbye|farewell|so\s+far|"
    r"since|as\s+(?:dead|missing|killed|injured|displaced)|no\s+to|yes|prayers?)\b"
)
_ARTICLE = re.compile(r"\b(?:[Aa]n?|[Tt]he|[Pp]lease|of|with|widely|previously)\s+(?:\w+ly\s+)?$")
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|get|got)\s+(?:\w+ly\s+|also\s+|now\s+|still\s+)?$")
_NO_CLAIM = re.compile(
    r"\b(?:to|not|n[o']t|never|cannot|declined|refused|n’t)\s+(?:\w+ly\s+)?$", re.IGNORECASE
)
_QUOTED_AS = re.compile(r"\s+as\s+saying\b")
_STRETCH = re.compile(r"""[^.,;:!?"“”\n]{0,90}""")
_MODIFIERS = re.compile(
    rf"\s*(?:$|(?:on|in|at|late|early|earlier|this|last|during|after|to|by|from|via|through|over|yesterday|"
    rf"today|overnight|recently|{words.DAYS})\b)"
)
_THAT = re.compile(r"\bthat\b")
_COMMA_BEFORE = re.compile(r"""(?:[,;"”’'!?…—–]|\s-)\s*(?:(?:Mr|Mrs|Ms|Miss|Dr|Sir)\.?\s+)?$""")
_ACCORDING = re.compile(
    r"(?:according\s+to|per(?=\s+(?:the|[A-Z]|state|local|official)\b)|(?:view|words)\s+of(?=\s[a-zA-Z])"
    r"|based\s+on|attributed\s+to)\s+",
    re.IGNORECASE,
)
_QUOTING = re.compile(r"\b(?:citing|quoting|cited|quoted|cites|quotes)\s+(?!in\b|by\b|as\b)", re.IGNORECASE)
_BY = re.compile(
    r"\b(?:reported|given|announced|cited|provided|quoted|published|issued|released|recorded|claimed|stated|"
    r"confirmed|compiled|documented|verified|collected|offered|tallied|counted)(?:\s+\w+ly)?\s+by\s+"
)
_BY_ESTIMATES = re.compile(
    r"\b(?:[Bb]y|[Oo]n)\s+((?:the\s+)?[\w.’'-]+(?:\s+[\w.’'-]+){0,3}?\s"
    r"(?:estimates?|counts?|figures|reckoning|projections))\b"
)
_AND_SAID = re.compile(r"\b(?:and|but|or|then)\s+(?:also\s+|then\s+|later\s+)?$")
_INFINITIVE_NEXT = re.compile(
    r"\s+(?:to|with|for|in|its|their|themselves|himself|help|aid|calm)\b(?!\s+\w+\s+(?:at|that))"
)
_SPEAKING = frozenset({"spoke", "speaks", "speak", "talks", "talked"})
_GIVING = frozenset({"gave", "gives"})
_GIVEN = re.compile(
    r"\s+(?:an?|the|its|no|different|other)\s+(?:\w+\s+){0,2}?(?:figures?|numbers?|toll|estimates?|count|total)\b|\s+\d"
)
_THINKING = frozenset("believes believe believed thinks think suspects suspect".split())
_WORD = re.compile(r"[A-Za-z]+")
_TRIGGERS = frozenset(
    form for word in _VERBS | _LEADS_IN for form in (word, word.capitalize() if word in _LEADS_IN else word)
) | {"Said"}
_MADE_BY = frozenset("estimate estimates count counts figures reckoning projections".split())
_COORDINATED = re.compile(r"\b(?:and|but|while)\s*$")
_HEAD = re.compile(
    r"""["“'‘]?(?:(?:But|And|Meanwhile|However|Later|Earlier|[A-Z]\w+ly|(?:On|In|At)\s[^,\n]{1,40}),?\s+)?"""
    r"""((?:[A-Z][\w.’'-]*|[Tt]he|of|for|in|and|al-\w+|[a-z]{3,15})(?:\s(?:[A-Z(][\w.’'()-]*|the|of|for|in|and|al|bin|"""
    r"""[a-z’'-]{3,15})){0,9}?)"""
    r"""(?:,[^,\n]{1,80},)?\s+(?:has|have|had|is|are|was|were|will|visited|runs|[a-z]{2,14}(?:ed|es|s)|gave|went|came|met|"""
    r"""spoke|held|told|said|says|did|does|do|would|could|can|may)\b"""
)
_OWN = re.compile(r"(?:its|their|his|her|our)\s")
_ENDS_INVERTED = re.compile(
    rf"""\s*(?:$|[,.;:"”?!)\n—–(]|-\s|(?:in|on|at|during|after|to|by|late|early|earlier|last|this|via|adding|"""
    rf"""who|as|told|yesterday|today|from|with|while|but|the|{words.DAYS})\b)"""
)


@dataclass(frozen=True)
class Claim:
    """Somebody says something: where it stands, who, and which way it reaches.

    `reach` is `front` (forward), `back` (backward and forward), `by` (backward only) or `quoting` (whole
    sentence, before any outlet). `speaker` is None until a pronoun (`stands_for`) is resolved. `faint` marks
    a verb of thinking or counting: somebody else may say that X expects N.
    """

    start: int
    end: int
    speaker: Phrase | None
    reach: str
    stands_for: str = ""
    faint: bool = False


class ClaimFinder:
    """Finds the claims of one text, sentence by sentence.

    Parameters
    ----------
    text
        The report.
    spans
        Start and end of its figures: words that are a figure are no speaker.
    """

    def __init__(self, text: str, spans: Sequence[tuple[int, int]]) -> None:
        self.text = text
        self.spans = sorted(spans)
        self.verbs_left = max(2000, len(text) // VERB_EVERY)

    def find(self, s: Sentence) -> list[Claim]:
        """List the claims of a sentence in order."""
        found: list[Claim] = []
        for match in _WORD.finditer(self.text, s.start, s.end):
            if match[0] not in _TRIGGERS:
                continue
            if self.verbs_left <= 0 or len(found) >= MANY_CLAIMS:
                break
            self.verbs_left -= 1
            word = match[0].lower()
            if word in _LEADS_IN:
                claim = self._named_claim(s, match)
                if claim:
                    found.append(claim)
            if word in _VERBS:
                claim = self._verb_claim(s, match, found[-1] if found else None)
                if claim and not (found and claim.start < found[-1].end and claim.speaker is None):
                    found.append(claim)
        found.sort(key=lambda c: (c.start, c.end))
        return found

    def _named_claim(self, s: Sentence, match: re.Match[str]) -> Claim | None:
        """Read 'according to X', 'citing X', 'reported by X' and 'by X estimates'."""
        text, at = self.text, match.start()
        given = _BY.match(text, at, s.end)
        if given:
            phrase = phrase_after(text, given.end(), s.end)
            return Claim(at, phrase.end, phrase, "by") if phrase else None
        according = _ACCORDING.match(text, at, s.end)
        if according and (
            match[0] not in {"view", "words"} or text[max(0, at - 7) : at].lower() == "in the "
        ):
            phrase = phrase_after(text, according.end(), s.end)
            if phrase is None or (
                match[0] in {"based", "Based"}
                and (not phrase.speaks or not phrase.carries or " and " in phrase.words)
            ):
                return None  # 'based on the needs assessed' names nobody
            reach = "front" if _COORDINATED.search(text, max(s.start, at - 12), at) else "back"
            return Claim(at, max(phrase.end, according.end()), phrase, reach)
        quoting = _QUOTING.match(text, at, s.end)
        if quoting:
            phrase = phrase_after(text, quoting.end(), s.end)
            if phrase and phrase.kind != "document":
                return Claim(at, phrase.end, phrase, "quoting")
            return None
        if match[0] in _MADE_BY:
            estimates = _BY_ESTIMATES.search(text, max(s.start, at - 60), match.end())
            if estimates and estimates.end() == match.end():
                phrase = read_phrase(text, estimates.start(1), estimates.end(1), strong=False)
                return Claim(estimates.start(), estimates.end(), phrase, "back") if phrase else None
        return None

    def _verb_claim(self, s: Sentence, match: re.Match[str], previous: Claim | None) -> Claim | None:
        """Read a verb of saying with its subject before or behind it."""
        text, at, end = self.text, match.start(), match.end()
        word = match[0].lower()
        lead = text[max(s.start, at - 40) : at]
        end = self._end_of_verb(s, match, lead)
        if end == 0:
            return None
        if word in words.GOING_ON:
            return self._going_on(s, at, end, lead, previous)
        inverted = self._inverted(s, at, end, word)
        if inverted:
            return inverted
        if _AND_SAID.search(lead):
            if previous:
                return replace(previous, start=at, end=end, reach="front")
            subject = self.subject_of(s, at)
            if subject:
                return Claim(at, end, subject, "front")
        strong = word in words.SAYING
        phrase, start, pronoun = phrase_before(text, s.start, at, strong=strong)
        if phrase is None and not pronoun:
            return None
        if phrase and previous and _OWN.match(phrase.words):
            return None  # 'X said its teams had counted N'
        if phrase and any(a < phrase.end and b > phrase.start for a, b in self._spans_near(phrase.start)):
            return None
        reach, core = self._reach(s, start, end, word)
        if not strong and reach == "front" and not self._counts(word, end, s.end):
            return None
        return Claim(start, core, phrase, reach, pronoun, faint=not strong or word in _THINKING)

    def _end_of_verb(self, s: Sentence, match: re.Match[str], lead: str) -> int:
        """Find where a verb of saying ends; 0 where the word is a noun, passive, negated or an infinitive."""
        text, end = self.text, match.end()
        word = match[0].lower()
        if _PARTICIPLE_NEXT.match(text, end, s.end) or _NO_CLAIM.search(lead) or _ARTICLE.search(lead):
            return 0  # 'N people reported missing', 'not confirm', 'an estimated N'
        if _PASSIVE.search(lead) and not word.endswith("ing"):
            as_saying = _QUOTED_AS.match(text, end, s.end) if word == "quoted" else None
            return as_saying.end() if as_saying else 0
        if word in _NOUNS and (_NOUN_NEXT.match(text, end, s.end) or _DETERMINED.search(lead)):
            return 0
        large = match[0][0].isupper()
        if large and not (word == "said" and lead.rstrip()[-1:] in {"", '"', "”", "’"}):
            return 0
        return 0 if text[end : end + 1] == "-" and word in words.COUNTING else end

    def _spans_near(self, start: int) -> list[tuple[int, int]]:
        at = bisect_right(self.spans, (start, 0))
        return self.spans[max(0, at - 1) : at + 2]

    def _counts(self, word: str, at: int, end: int) -> bool:
        """Whether a verb of counting is followed by a number or a clause, not an infinitive or goods."""
        if word in _GIVING:
            return bool(_GIVEN.match(self.text, at, end))
        if word in _SPEAKING:
            return self.text.startswith(" of ", at)
        return not _INFINITIVE_NEXT.match(self.text, at, end)

    def _reach(self, s: Sentence, start: int, end: int, word: str) -> tuple[str, int]:
        """Tell whether a subject with its verb follows what it says, and where the two end."""
        text = self.text
        if start > s.start and _COMMA_BEFORE.search(text[max(s.start, start - 12) : start]):
            stretch = _STRETCH.match(text, end, s.end)
            if stretch and not _THAT.search(stretch[0]):
                holds = any(
                    stretch.start() <= a < stretch.end() for a, _ in self._spans_near(stretch.start())
                )
                if not holds and (word in {"told", "tells"} or _MODIFIERS.match(stretch[0])):
                    return "back", stretch.end()
        return "front", end

    def _going_on(self, s: Sentence, at: int, end: int, lead: str, previous: Claim | None) -> Claim | None:
        """Read ', saying N fled': the subject of the sentence goes on speaking."""
        if previous:
            return Claim(at, end, previous.speaker, "front", previous.stands_for)
        if not re.search(r"[,;]\s+(?:also\s+)?$|\bas\s+$|\band\s+$|[a-z]\s$", lead):
            return None
        subject = self.subject_of(s, at)
        return Claim(at, end, subject, "front") if subject else None

    def subject_of(self, s: Sentence, before: int) -> Phrase | None:
        """Read the subject at the head of a sentence, up to its first verb."""
        head = _HEAD.match(self.text, s.start, before)
        if not head:
            return None
        return read_phrase(self.text, head.start(1), head.end(1), strong=False)

    def _inverted(self, s: Sentence, at: int, end: int, word: str) -> Claim | None:
        """Read ', said the mayor': a verb before its subject, behind what is said."""
        if word not in words.INVERTING:
            return None
        text = self.text
        before = text[max(0, at - 4) : at].rstrip()
        opens = at == s.start and before[-1:] in '"”’'
        if not opens and not (at > s.start and before[-1:] in ',"”’?!…'):
            return None
        phrase = phrase_after(text, end, s.end)
        if phrase is None or phrase.start - end > 2 or phrase.pronoun:
            return None
        if before[-1:] == "," and not _ENDS_INVERTED.match(text, phrase.end, s.end):
            return None  # 'the mayor, NAME, said officials had ...': a subject of what is said
        return Claim(at, phrase.end, phrase, "back")
