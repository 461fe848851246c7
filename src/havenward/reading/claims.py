"""Where in a sentence somebody says something: verbs with their subjects, 'according to', 'reported by'."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from havenward.reading import claim_forms as forms
from havenward.reading import speaker_words as words
from havenward.reading.speaker_phrases import Phrase, phrase_after, phrase_before, read_phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havenward.reading.parts import Sentence

MANY_CLAIMS = 80  # claims of one sentence; what has more is no sentence
VERB_EVERY = 100  # characters per verb of saying looked into in long texts; prose has one in 130


class Claim(NamedTuple):
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
        triggers = [m for m in forms.WORD.finditer(self.text, s.start, s.end) if m[0] in forms.TRIGGERS]
        for match in triggers:
            if self.text[match.start() - 1 : match.start()] == "-":
                continue
            if self.verbs_left <= 0 or len(found) >= MANY_CLAIMS:
                break
            self.verbs_left -= 1
            word = match[0].lower()
            if word in forms.PLANS:
                planned = None if found else self._plan_claim(s, match)
                found += [planned] if planned else []
                continue
            if word in forms.LEADS_IN:
                claim = self._named_claim(s, match)
                if claim:
                    found.append(claim)
            if word in forms.VERBS:
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
        lead = forms.COLON_LEAD.match(text, s.start, end)
        at = lead.end() if lead else s.start
        match = forms.COLON.match(text, at, end)
        if match is None:
            return None
        phrase = read_phrase(text, match.start(1), match.end(1), strong=False)
        if phrase is None or not phrase.speaks or phrase.kind == "document":
            return None
        small = {w.lower() for w in forms.WORD.findall(phrase.words)}
        several = phrase.words.isupper() and len(small) > 2
        if small & forms.NO_COLON or several:
            return None
        if text[match.end()].isdigit() and phrase.kind == "person" and " " not in phrase.words:
            return None
        return Claim(match.start(1), match.end(1), phrase, "front")

    def _after_quotes(self, s: Sentence, found: list[Claim]) -> list[Claim]:
        """Read whoever stands behind a quotation with any verb: '"N are behind us," she shrugs'."""
        more: list[Claim] = []
        for match in forms.QUOTE_END.finditer(self.text, s.start, s.end):
            if len(more) >= MANY_CLAIMS:
                break
            at = match.end()
            if any(c.start <= at + 60 and c.end > at for c in found):
                continue
            if match[0][-1] not in " \n" or match[0].strip()[-1] in "–—-":
                signed = forms.SIGNED.match(self.text, at, min(s.end, at + 130))
                phrase = read_phrase(self.text, *signed.span(1), strong=False) if signed else None
                if signed and phrase and (phrase.speaks or phrase.kind == "person"):
                    more.append(Claim(at, signed.end(), phrase, "back"))
                continue
            pronoun = forms.QUOTE_PRONOUN.match(self.text, at, s.end)
            if pronoun:
                more.append(Claim(at, pronoun.end(), None, "back", pronoun[1]))
                continue
            turned = forms.QUOTE_TURNED.match(self.text, at, s.end)
            if turned:
                phrase = phrase_after(self.text, turned.end(), s.end)
                if phrase and (phrase.speaks or phrase.kind == "person"):
                    more.append(Claim(at, phrase.end, phrase, "back"))
                continue
            named = forms.QUOTE_NAME.match(self.text, at, min(s.end, at + 200))
            phrase = read_phrase(self.text, named.start(1), named.end(1), strong=True) if named else None
            if named and phrase and (phrase.speaks or phrase.kind == "person"):
                more.append(Claim(at, named.end(), phrase, "back"))
        return more

    def _named_claim(self, s: Sentence, match: re.Match[str]) -> Claim | None:
        """Read 'according to X', 'citing X', 'reported by X' and 'by X estimates'."""
        text, at = self.text, match.start()
        given = forms.BY.match(text, at, s.end)
        if given:
            phrase = phrase_after(text, given.end(), s.end)
            return Claim(at, phrase.end, phrase, "by") if phrase else None
        according = forms.ACCORDING.match(text, at, s.end)
        if according and (
            match[0] not in {"view", "words"} or text[max(0, at - 7) : at].lower() == "in the "
        ):
            phrase = phrase_after(text, according.end(), s.end)
            if phrase is None or (
                match[0] in {"based", "Based"}
                and (not phrase.speaks or not phrase.carries or " and " in phrase.words)
            ):
                return None  # 'based on the needs assessed' names nobody
            reach = "front" if forms.COORDINATED.search(text, max(s.start, at - 12), at) else "back"
            return Claim(at, max(phrase.end, according.end()), phrase, reach)
        quoting = forms.QUOTING.match(text, at, s.end)
        if quoting:
            phrase = phrase_after(text, quoting.end(), s.end)
            if phrase and phrase.kind != "document":
                return Claim(at, phrase.end, phrase, "quoting")
            return None
        owned = forms.OWNED.match(text, match.end(), s.end) if match[0] in forms.TALLIES else None
        if owned:
            return self._owner(s, at, owned.end())
        if match[0] in forms.MADE_BY:
            estimates = forms.BY_ESTIMATES.search(text, max(s.start, at - 60), match.end())
            if estimates and estimates.end() == match.end():
                phrase = read_phrase(text, estimates.start(1), estimates.end(1), strong=False)
                return Claim(estimates.start(), estimates.end(), phrase, "back") if phrase else None
        return None

    def _plan_claim(self, s: Sentence, match: re.Match[str]) -> Claim | None:
        """Read 'a desk in the ministry has worked out three scenarios'."""
        if not forms.DREW_UP.search(self.text, max(s.start, match.start() - 60), match.start()):
            return None
        subject = self.subject_of(s, match.start())
        if subject is None or not subject.speaks:
            return None
        return Claim(match.start(), match.end(), subject, "front", faint=True)

    def _owner(self, s: Sentence, noun: int, end: int) -> Claim | None:
        """Read whose number it is in 'the army's toll so far: N' and 'Updated UN number: N'."""
        text = self.text
        low = max(s.start, noun - 80)
        stop = noun
        lead = forms.OWNED_LEAD.search(text[low:stop])
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
        joined = self._inverted(s, at, end, word) or self._and_said(s, at, end, lead, previous)
        if joined:
            return joined
        strong = word in words.SAYING
        phrase, start, pronoun = phrase_before(text, s.start, at, strong=strong)
        if phrase is None and not pronoun:
            return None
        own = forms.OWN.match(phrase.words) if phrase else None
        if phrase and own:
            if previous:
                return None  # 'X said its teams had counted N'
            if forms.OWNED_BY.match(phrase.words, own.end()):
                phrase, pronoun = None, own[1].lower()
        if phrase and any(a < phrase.end and b > phrase.start for a, b in self._spans_near(phrase.start)):
            return None
        reach, core = self._reach(s, start, end, word)
        if forms.AS.search(text[max(s.start, start - 4) : start]) and not pronoun:
            reach = "back"  # 'N soldiers, as UN experts have reported'
        if not strong and reach == "front" and not self._counts(word, end, s.end):
            return None
        if not (phrase and phrase.speaks) and self._is_act(word, end, pronoun):
            return None
        return Claim(start, core, phrase, reach, pronoun, faint=not strong or word in forms.THINKING)

    def _and_said(self, s: Sentence, at: int, end: int, lead: str, previous: Claim | None) -> Claim | None:
        """Read 'and said N fled': the one who spoke before, or the subject of the sentence."""
        if not forms.AND_SAID.search(lead):
            return None
        if previous:
            return previous._replace(start=at, end=end, reach="front")
        subject = self.subject_of(s, at)
        return Claim(at, end, subject, "front") if subject else None

    def _is_act(self, word: str, end: int, pronoun: str) -> bool:
        """Whether a subject that is no speaker acts: 'the town saw N', 'fighting added another N'."""
        if word in {"saw", "sees", "arrive", "arrives"}:
            return True
        return word in {"added", "adds", "add"} and not pronoun and bool(forms.ADDED.match(self.text, end))

    def _end_of_verb(self, s: Sentence, match: re.Match[str], lead: str) -> int:
        """Find where a verb of saying ends; 0 where the word is a noun, passive, negated or an infinitive."""
        text, end = self.text, match.end()
        word = match[0].lower()
        if word in forms.PASSIVE_LIKE and forms.TO_HAVE.match(text, end, s.end):
            return 0
        if word.startswith("claim") and forms.LIVES.match(text, end, min(s.end, end + 60)):
            return 0
        if word.startswith("declare") and forms.DECLARED.match(text, end, s.end):
            return 0
        if forms.PARTICIPLE_NEXT.match(text, end, s.end):
            return 0
        if forms.NO_CLAIM.search(lead) or forms.ARTICLE.search(lead):
            return 0  # 'N people reported missing', 'not confirm', 'an estimated N'
        if forms.PASSIVE.search(lead) and not word.endswith("ing"):
            as_saying = forms.QUOTED_AS.match(text, end, s.end) if word == "quoted" else None
            return as_saying.end() if as_saying else 0
        if word.startswith("den") and text.startswith((" having ", " any "), end):
            return 0
        if word == "state" and not text.startswith(" that ", end):
            return 0
        if word in forms.NOUNS and forms.OBJECT.search(lead):
            return 0  # 'denies reports that N'
        if word in forms.NOUNS and (forms.NOUN_NEXT.match(text, end, s.end) or forms.DETERMINED.search(lead)):
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
        if word in forms.GIVING:
            return bool(forms.GIVEN.match(self.text, at, end))
        if word in forms.SPEAKING:
            if word == "talk" and not forms.TALKERS.search(self.text[max(0, at - 28) : at - 4]):
                return False  # 'plays down talk of N'
            return self.text.startswith((" of ", " about "), at)
        if word in {"arrive", "arrives"}:
            return self.text.startswith(" at ", at) and self._holds_figure(at, at + 30)
        if word in {"made", "makes", "make", "let", "lets"}:
            return bool(forms.MADE_KNOWN.match(self.text, at, end))
        if word in {"referred", "refers", "refer"}:
            return self.text.startswith(" to ", at) and self._holds_figure(at, min(end, at + 40))
        if word in {"attributes", "attributed", "attribute"}:
            return self._holds_figure(at, min(end, at + 30))
        if word in forms.NUMBERING:
            return bool(forms.NUMBERED.match(self.text, at, end))
        if word in forms.SEEING:
            return bool(forms.SEEN.match(self.text, at, end)) or self._holds_figure(at, min(end, at + 60))
        return not forms.INFINITIVE_NEXT.match(self.text, at, end)

    def _reach(self, s: Sentence, start: int, end: int, word: str) -> tuple[str, int]:
        """Tell whether a subject with its verb follows what it says, and where the two end."""
        text = self.text
        if start > s.start and forms.COMMA_BEFORE.search(text[max(s.start, start - 12) : start]):
            if forms.CLOSES.search(text[max(s.start, start - 8) : start]) and not text.startswith(
                (" that ", ": "), end
            ):
                stretch = forms.STRETCH.match(text, end, s.end)
                told = stretch.end() if stretch else end
                return "back", end if self._holds_figure(end, told) else told
            stretch = forms.STRETCH.match(text, end, s.end)
            ends_there = (
                stretch
                and not forms.THAT.search(stretch[0])
                and not self._holds_figure(stretch.start(), stretch.end())
                and (word in {"told", "tells"} or forms.MODIFIERS.match(stretch[0]))
            )
            if stretch and ends_there:
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
        head = forms.HEAD.match(self.text, s.start, before)
        if head:
            if forms.STANDS_FOR.match(self.text, head.start(1)):
                return None
            last = self.text[head.end(1) : head.end()].rpartition(" ")[2].lower()
            speaking = (
                last in words.ORGANISATIONS or last in words.PEOPLE_WHO_SPEAK
            )  # 'aid workers' has no verb
            return read_phrase(
                self.text, head.start(1), head.end() if speaking else head.end(1), strong=False
            )
        several = forms.SEVERAL.match(self.text, s.start, min(before, s.start + 90))
        if several and several[1].split()[-1].lower() in words.ORGANISATIONS | words.PEOPLE_WHO_SPEAK:
            return read_phrase(self.text, several.start(1), several.end(1), strong=False)
        return None  # 'aid groups quarrel with the governor' has a plain verb

    def _inverted(self, s: Sentence, at: int, end: int, word: str) -> Claim | None:
        """Read ', said the mayor': a verb before its subject, behind what is said."""
        text = self.text
        quoted = forms.CLOSES.search(text[max(0, at - 4) : at])
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
            not forms.ENDS_INVERTED.match(text, phrase.end, s.end)
            or text[phrase.end : phrase.end + 2] in {' "', " “"}
        ):
            return None  # 'the mayor, NAME, said officials had ...': a subject of what is said
        return Claim(at, phrase.end, phrase, "back")
