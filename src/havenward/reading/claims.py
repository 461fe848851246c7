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
    estimate estimates count counts figures reckoning projections toll tally figure number numbers opinion
    calculation calculations account update announced provided published issued released recorded claimed stated confirmed compiled documented
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
    r"\s+(?:to\s+be|dead|missing|killed|injured|wounded|displaced|sick|by(?!\s+(?:tele)?phone|\s+e?-?mail|\s+text|\s+video)|goodbye|farewell|so\s+far|"
    r"since|as\s+(?:dead|missing|killed|injured|displaced)|no\s+to|yes|prayers?)\b"
)
_TO_HAVE = re.compile(r"\s+to\s+have\b")
# acts, not words: 'the floods claimed N lives', 'has added another N', 'declared a state of emergency'
_LIVES = re.compile(r"\s+(?:the\s+|an?\s+)?(?:[\w,.-]+\s+){0,5}?(?:lives|life|victims|casualties)\b|\s+responsibility\b")
_ADDED = re.compile(r"\s+(?:another|an?\s+(?:further|additional|extra)|more|to|some|about|around|over|\d)\b")
_DECLARED = re.compile(
    r"\s+(?:an?\s+(?:\w+\s+)?(?:state|ban|curfew|ceasefire|truce|day|days|emergency|holiday|lockdown|war)\b|war\b|victory\b|"
    r"independence\b|(?:three|two|seven)\s+days\b|(?:the|his|her|its|their)\s+(?:\w+\s+){0,2}?(?:independence|disaster|emergency|area|winner|candidacy|support)\b)"
)
_AS = re.compile(r"\bas\s+$")
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
_CLOSES = re.compile(r"""[,.?!…—][”"’']\s*(?:(?:the|an?|one)\s*)?$""")
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
    r"\b(?:[Bb]y|[Oo]n|[Ii]n)\s+((?:the\s+)?[\w.’'-]+(?:\s+[\w.’'-]+){0,4}?\s"
    r"(?:estimates?|counts?|figures|reckoning|projections|view|opinion|tally|calculations?|account))\b"
)
# whose number it is: 'the army's toll so far: N', 'the UN's own count is lower'
_OWNED = re.compile(
    r"(?:\s+(?:so\s+far|to\s+date|yesterday|today|tonight|(?:on|for|as\s+of)\s+[\w ]{2,30}?))?"
    r"(?:\s*:\s|\s+(?:now\s+)?(?:is|was|are|were|stands\s+at|stood\s+at|remains|comes\s+to|came\s+to|reached|exceeds)\s)"
)
_OWNED_LEAD = re.compile(
    r"(?:\b(?:own|latest|updated?|new|official|provisional|confirmed|preliminary|current|death|casualty|running|total|last|"
    r"revised|working|planning|best|initial)\s+)+$",
    re.IGNORECASE,
)
_COLON_LEAD = re.compile(
    r"(?:(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*\s+)?\d{1,2}[:.h]\d{2}\s+)?(?:[^:\n“”\"]{2,40}\s[—–-]\s+)?(?:(?:UPDATE|Updated?|Latest|New|NEW)\s+)?"
)
_COLON = re.compile(r"([^:;.!?“”\"\n()\[\]]{2,90}|[^:;!?“”\"\n()\[\]]{2,90}):\s+(?=[\w“”\"'‘])")
# 'Ministry: 300 dead' names a speaker; 'Children: 300' and 'Evacuation centres: 12' do not
_NO_COLON = frozenset(
    """centres centers centre center children force forces team teams services service camps camp police army
    military refugees residents station church university staff groups partners fighters soldiers troops
    volunteers medics doctors survivors witnesses villagers relatives guards farmers members workers traders
    teachers headquarters""".split()
)
_QUOTE_END = re.compile(r"""[,?!.…][”"]\s+(?=[A-Za-z])""")
_QUOTE_PRONOUN = re.compile(r"(he|she|they|it)\s+(?:\w+ly\s+)?[a-z]{3,12}(?:s|ed|es)\b")
_QUOTE_NAME = re.compile(
    r"((?:[A-ZÀ-Þ][\w’'.-]*|the|an?|one|al-\w+)(?:\s+(?:[\w’'.-]+)){0,6}?)"
    r"(?:,\s[^,\"“”\n]{2,70},)?\s+(?!was\b|is\b|has\b|does\b)[a-z]{3,12}(?:s|ed)\b(?=\s*[.,:;]|\s+(?:in|at|from|on|as|to|of|me|us|with|through|while|by|into)\b)"
)
_AND_SAID = re.compile(r"\b(?:and|but|or|then)\s+(?:also\s+|then\s+|later\s+)?$")
_INFINITIVE_NEXT = re.compile(
    r"\s+(?:to|with|for|in|its|their|themselves|himself|help|aid|calm)\b(?!\s+\w+\s+(?:at|that))"
)
_SPEAKING = frozenset({"spoke", "speaks", "speak", "talks", "talked", "talk"})
# verbs that are about words only where a number or a clause follows
_SEEING = frozenset("sees saw found find finds list lists agreed places place placed tally reads".split())
_SEEN = re.compile(r"\s+that\b")
_GIVING = frozenset({"gave", "gives"})
_GIVEN = re.compile(
    r"\s+(?:an?|the|its|no|different|other)\s+(?:\w+\s+){0,2}?(?:figures?|numbers?|toll|estimates?|count|total)\b|\s+\d"
)
_THINKING = frozenset("believes believe believed thinks think suspects suspect".split())
_WORD = re.compile(r"[A-Za-z]+")
_TRIGGERS = frozenset(
    form for word in _VERBS | _LEADS_IN for form in (word, word.capitalize() if word in _LEADS_IN else word)
) | {"Said"}
_MADE_BY = frozenset(
    """estimate estimates count counts figures reckoning projections view opinion tally calculation calculations
    account""".split()
)
_TALLIES = frozenset("toll tally count counts figures figure number numbers estimate estimates update".split())
_COORDINATED = re.compile(r"\b(?:and|but|while)\s*$")
_HEAD = re.compile(
    r"""["“'‘]?(?:(?:But|And|Meanwhile|However|Later|Earlier|[A-Z]\w+ly|(?:On|In|At)\s[^,\n]{1,40}),?\s+)?"""
    r"""((?:[A-Z][\w.’'-]*|[Tt]he|of|for|in|and|al-\w+|[a-z]{3,15})(?:\s(?:[A-Z(][\w.’'()-]*|the|of|for|in|and|al|bin|"""
    r"""[a-z’'-]{3,15})){0,9}?)"""
    r"""(?:,[^,\n]{1,80},)?\s+(?:has|have|had|is|are|was|were|will|visited|runs|[a-z]{2,14}(?:ed|es|s)|gave|went|came|met|"""
    r"""spoke|held|told|said|says|did|does|do|would|could|can|may)\b"""
)
_OWN = re.compile(r"(its|their|his|her|our)\s", re.IGNORECASE)
# what belongs to a speaker speaks for him: 'its teams counted N'
_OWNED_BY = re.compile(
    r"(?:\w+\s+){0,2}?(?:teams?|staff|data|figures?|officials|records?|census|counts?|survey|workers|volunteers|tally|"
    r"monitors|reports?|estimates?|assessment|observers|experts|analysts|colleagues|plan|projections?|website)$",
    re.IGNORECASE,
)
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
        colon = self._colon_claim(s)
        if colon:
            found.append(colon)
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
        found += self._after_quotes(s, found)
        found.sort(key=lambda c: (c.start, c.end))
        return found

    def _colon_claim(self, s: Sentence) -> Claim | None:
        """Read 'Deputy minister NAME: the government has N beds' and 'UNHCR: N have arrived'."""
        text, end = self.text, min(s.end, s.start + 200)
        if s.role == "title" or ":" not in text[s.start : end]:
            return None
        lead = _COLON_LEAD.match(text, s.start, end)
        at = lead.end() if lead else s.start
        match = _COLON.match(text, at, end)
        if match is None:
            return None
        phrase = read_phrase(text, match.start(1), match.end(1), strong=False)
        if phrase is None or not phrase.speaks or phrase.kind == "document":
            return None
        small = {w.lower() for w in _WORD.findall(phrase.words)}
        several = phrase.words.isupper() and len(small) > 2
        if small & _NO_COLON or several or (text[match.end()].isdigit() and phrase.kind == "person"):
            return None
        return Claim(match.start(1), match.end(1), phrase, "front")

    def _after_quotes(self, s: Sentence, found: list[Claim]) -> list[Claim]:
        """Read whoever stands behind a quotation with any verb: '"N are behind us," she shrugs'."""
        more: list[Claim] = []
        for match in _QUOTE_END.finditer(self.text, s.start, s.end):
            if len(more) >= MANY_CLAIMS:
                break
            at = match.end()
            if any(c.start <= at + 60 and c.end > at for c in found):
                continue
            pronoun = _QUOTE_PRONOUN.match(self.text, at, s.end)
            if pronoun:
                more.append(Claim(at, pronoun.end(), None, "back", pronoun[1]))
                continue
            named = _QUOTE_NAME.match(self.text, at, min(s.end, at + 200))
            phrase = read_phrase(self.text, named.start(1), named.end(1), strong=True) if named else None
            if named and phrase and (phrase.speaks or phrase.kind == "person"):
                more.append(Claim(at, named.end(), phrase, "back"))
        return more

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
        owned = _OWNED.match(text, match.end(), s.end) if match[0] in _TALLIES else None
        if owned:
            return self._owner(s, at, owned.end())
        if match[0] in _MADE_BY:
            estimates = _BY_ESTIMATES.search(text, max(s.start, at - 60), match.end())
            if estimates and estimates.end() == match.end():
                phrase = read_phrase(text, estimates.start(1), estimates.end(1), strong=False)
                return Claim(estimates.start(), estimates.end(), phrase, "back") if phrase else None
        return None

    def _owner(self, s: Sentence, noun: int, end: int) -> Claim | None:
        """Read whose number it is in 'the army's toll so far: N' and 'Updated UN number: N'."""
        text = self.text
        low = max(s.start, noun - 80)
        stop = noun
        lead = _OWNED_LEAD.search(text[low:stop])
        if lead:
            stop = low + lead.start()
        phrase, start, _ = phrase_before(text, low, stop, strong=False) if stop > low else (None, stop, "")
        if phrase is None:
            owner = re.search(r"([\w.&-]{2,20})['’]s?\s*$|\b([A-Z]{2,8})\s*$", text[low:stop])
            if owner is None:
                return None
            start, stop = low + owner.start(), low + owner.end(1 if owner[1] else 2)
            phrase = read_phrase(text, start, stop, strong=False)
        elif (possessed := re.search(r"['’]s?$", phrase.words)) is not None:
            phrase = read_phrase(text, phrase.start, phrase.end - len(possessed[0]), strong=False)
        if phrase is None or not phrase.speaks or phrase.kind == "document":
            return None
        return Claim(phrase.start, end, phrase, "front")

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
        own = _OWN.match(phrase.words) if phrase else None
        if phrase and own:
            if previous:
                return None  # 'X said its teams had counted N'
            if _OWNED_BY.match(phrase.words, own.end()):
                phrase, pronoun = None, own[1].lower()
        if phrase and any(a < phrase.end and b > phrase.start for a, b in self._spans_near(phrase.start)):
            return None
        reach, core = self._reach(s, start, end, word)
        if _AS.search(text[max(s.start, start - 4) : start]) and not pronoun:
            reach = "back"  # 'N soldiers, as UN experts have reported'
        if not strong and reach == "front" and not self._counts(word, end, s.end):
            return None
        if word in {"added", "adds", "add"} and not (phrase and phrase.speaks) and not pronoun and _ADDED.match(text, end):
            return None  # 'fighting has added another N'
        return Claim(start, core, phrase, reach, pronoun, faint=not strong or word in _THINKING)

    def _end_of_verb(self, s: Sentence, match: re.Match[str], lead: str) -> int:
        """Find where a verb of saying ends; 0 where the word is a noun, passive, negated or an infinitive."""
        text, end = self.text, match.end()
        word = match[0].lower()
        if word in {"reported", "believed", "thought", "feared"} and _TO_HAVE.match(text, end, s.end):
            return 0
        if word.startswith("claim") and _LIVES.match(text, end, min(s.end, end + 60)):
            return 0
        if word.startswith("declare") and _DECLARED.match(text, end, s.end):
            return 0
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

    def _holds_figure(self, start: int, end: int) -> bool:
        """Whether a figure begins in a stretch of text."""
        at = bisect_right(self.spans, (start, 0))
        return at < len(self.spans) and self.spans[at][0] < end

    def _counts(self, word: str, at: int, end: int) -> bool:
        """Whether a verb of counting is followed by a number or a clause, not an infinitive or goods."""
        if word in _GIVING:
            return bool(_GIVEN.match(self.text, at, end))
        if word in _SPEAKING:
            return self.text.startswith((" of ", " about "), at)
        if word in _SEEING:
            return bool(_SEEN.match(self.text, at, end)) or self._holds_figure(at, min(end, at + 60))
        return not _INFINITIVE_NEXT.match(self.text, at, end)

    def _reach(self, s: Sentence, start: int, end: int, word: str) -> tuple[str, int]:
        """Tell whether a subject with its verb follows what it says, and where the two end."""
        text = self.text
        if start > s.start and _COMMA_BEFORE.search(text[max(s.start, start - 12) : start]):
            if _CLOSES.search(text[max(s.start, start - 8) : start]) and not text.startswith(
                (" that ", ": "), end
            ):
                stretch = _STRETCH.match(text, end, s.end)
                told = stretch.end() if stretch else end
                return "back", end if self._holds_figure(end, told) else told
            stretch = _STRETCH.match(text, end, s.end)
            if stretch and not _THAT.search(stretch[0]):
                if not self._holds_figure(stretch.start(), stretch.end()) and (word in {"told", "tells"} or _MODIFIERS.match(stretch[0])):
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
        text = self.text
        quoted = _CLOSES.search(text[max(0, at - 4) : at])
        if word not in words.INVERTING and not (quoted and word in words.SAYING):
            return None
        before = text[max(0, at - 4) : at].rstrip()
        opens = before[-1:] in '"”’' and bool(before[-1:])
        if not opens and not (at > s.start and before[-1:] in ',"”’?!…'):
            return None
        phrase = phrase_after(text, end, s.end)
        if phrase is None or phrase.start - end > 2 or phrase.pronoun:
            return None
        if before[-1:] == "," and (
            not _ENDS_INVERTED.match(text, phrase.end, s.end)
            or text[phrase.end : phrase.end + 2] in {' "', " “"}
        ):
            return None  # 'the mayor, NAME, said officials had ...': a subject of what is said
        return Claim(at, phrase.end, phrase, "back")
