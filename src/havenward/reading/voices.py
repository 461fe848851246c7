"""Whose turn it is: transcripts, interviews, clips in scripts, posts, and what goes on with a sentence.

In a transcript everyone speaks under a label ('BRANDT:'). A label of the outlet's own people (presenter,
correspondent) is the outlet; a guest is a speaker for what nobody else is named for. A clip or a quotation
under a line with a name belongs to that name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from havenward.reading import speaker_words as words
from havenward.reading.speaker_phrases import Phrase, is_name, read_phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havenward.reading.parts import Layout, Sentence

MOST_TURNS = 5000  # turns of one transcript
LONGEST_INTRO = 160  # characters of the line that introduces a clip or a quotation

_CAPITALS = re.compile(
    r"((?:[A-ZÀ-Þ][A-ZÀ-Þ.’'-]*)(?:\s[A-ZÀ-Þ][A-ZÀ-Þ.’'-]*){0,4})(?:\s*\([^()\n]{2,60}\))?:\s+(?=[\w\"“'‘\[…])"
)
_NAMED = re.compile(
    r"((?:[A-ZÀ-Þ][\w.’'-]+)(?:\s(?:[A-ZÀ-Þ][\w.’'-]+|al|de|van|bin)){0,4}):\s+(?=[A-Z\"“'‘\[…])"
)
# labels of those who ask or present: the outlet itself
_HOSTS = frozenset(
    """presenter host anchor interviewer moderator narrator announcer newsreader question q reporter
    correspondent journalist editor studio voiceover vo newsroom""".split()
)
_OWN_PEOPLE = re.compile(
    r"\b(?:our|the\s+BBC['’]s|this\s+programme['’]s)\s+(?:own\s+)?(?:\w+\s+){0,2}?(?:correspondent|reporter|colleague|editor|producer|man|woman)\s+"
    r"(?:in\s+[A-Z]\w+,?\s+)?((?:[A-ZÀ-Þ][\w’'-]+\s?){1,3})"
)
_CLIP = re.compile(r"\s*[\[(](?:[A-Z]{2,}\s*\d*\s*[-–—:.]\s*)?([^\[\]()\n]{3,140})[\])]\s*$")
_SEGMENT = re.compile(r"\s+[-–—]\s+|,\s+|:\s+|;\s+")
_QUOTE = '"“„'
_POST = re.compile(r"[^\n]{0,80}@\w{2,30}")

_NUMBER = (
    r"\d|one\b|two\b|three\b|four\b|five\b|six\b|seven\b|eight\b|nine\b|ten\b|eleven\b|twelve\b|thirteen\b|fourteen\b|fifteen\b|"
    r"sixteen\b|seventeen\b|eighteen\b|nineteen\b|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|"
    r"dozens|scores|tens\s+of|half\b|most\b|many\b|another\b|others?\b|a\s+(?:second|further|quarter|third|fifth|hundred|thousand|million|dozen)|"
    r"an\s+(?:additional|estimated|average)|at\s+least|more\s+than|fewer|less\s+than|about\b|around\b|some\b|nearly|almost|over\b|"
    r"up\s+to|as\s+many|roughly|approximately|only\b|just\b|between\b|no\b|none\b|all\b|the\s+(?:rest|remainder|remaining|others?)\b|"
    r"virtually|close\s+to|well\s+over|upwards"
)
_REFERS = (
    r"they\b|it\b|he\b|she\b|these\b|those\b|there\s|this\b|that\b|its\b|their\b|his\b|her\b|such\b|both\b|of\s+(?:these|those|them|the|this|all|whom|\d)|"
    r"among\s|including\b"
)
_TIMES = (
    rf"(?:as\s+of|by|on|since|until|till)\s+(?:the\s+)?(?:early\s+|late\s+|mid-)?(?:\d|{words.DAYS}|{words.MONTHS}|then|now|yesterday|last|nightfall|end)|"
    r"in\s+(?:total|all|addition|the\s+(?:last|past|first|second|third|next|worst|best|mildest|gravest|most|coming|previous|same|other|low|high|middle))|"
    r"(?:should|if|unless)\s|otherwise\b|"
    r"in\s+(?:the|a|its)\s+(?:\w+est\b|(?:\w+[\s-]+){0,2}(?:scenario|case|variant|event)\b)|"
    r"so\s+far|yesterday|today|earlier(?:,|\s+(?:in|on|this|that)\b)|previously|(?:an?|one|two|three|some|\d+)\s+(?:hours?|weeks?|months?|years?|days?)\s|(?:the\s+)?(?:day|week|month|year)\s+before|in\s+a\s+(?:worst|best)"
)
_FACTS = (
    r"the\s+(?:first|second|third|fourth|worst|lowest|highest)\b|the\s+(?:\w+[\s-]+){0,2}(?:total|number|numbers|figure|figures|toll|count|tally|scenario|scenarios|estimate|families|displaced|"
    r"refugees|victims|dead|injured|wounded|evacuees|survivors|majority|newcomers|arrivals|missing|casualties|returnees|homeless|"
    r"idps|households|latest|same|forecast|plan|worst|low|high)\b"
)
# what a sentence that goes on with the words of the one before begins with
_CONTINUES = re.compile(
    rf"(?:[•*·–—-]\s+)?[\"“'‘]?(?:(?:but|and|also|however|moreover|besides|additionally|furthermore|of\s+course),?\s+)?"
    rf"(?:{_NUMBER}|{_REFERS}|{_TIMES}|{_FACTS})",
    re.IGNORECASE,
)
_INDIRECT = re.compile(r"\b(?:would|might\s+have|was\s+expected\s+to|were\s+expected\s+to)\b")
_AGENT = re.compile(
    r"(?:some|many|most|other|others|several|both|all|the\s+other|another|two|three|about|around|no)\s+(?:\w+\s+){0,2}?(?:agencies|"
    r"organisations|organizations|partners|ngos|groups|governments|countries|donors|charities|workers|officials|analysts|experts|"
    r"observers|media|teams)\b|(?:there|this|that|it)\s+(?:is|was)\s+(?:no|not|why|what|how|hard|unclear)\b",
    re.IGNORECASE,
)
_PLAN_GOES_ON = re.compile(
    r"(?:[•*·–—-]\s+)?(?:in\s+)?(?:the|a)\s+(?:\w+[\s-]+){0,2}(?:scenario|case|variant|plan|projection|forecast)\b|it\s|its\s",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:[Ww]e|[Oo]urs?|I|[Mm]y)\b(?!\s*[.)])")
_QUOTED = re.compile(r"“[^”\n]{0,2000}(?:”|$)|\"[^\"\n]{0,2000}(?:\"|$)")


def continues(text: str, start: int, end: int) -> bool:
    """Whether a sentence or clause goes on with what was said before it, rather than turning elsewhere."""
    if _AGENT.match(text, start, min(end, start + 90)):
        return False
    return bool(_CONTINUES.match(text, start, end)) or bool(
        _INDIRECT.search(text, start, min(end, start + 300))
    )


def speaks_of_itself(text: str, start: int, end: int) -> bool:
    """Whether the writer says 'we' or 'our', outside quotations."""
    if not _FIRST_PERSON.search(text, start, end):
        return False
    return bool(_FIRST_PERSON.search(_QUOTED.sub(" ", text[start : min(end, start + 3000)])))


def goes_on_with_plan(text: str, start: int, end: int) -> bool:
    """Whether a sentence goes on with the scenarios of a plan or forecast."""
    return bool(_PLAN_GOES_ON.match(text, start, end))


def is_post_header(text: str, s: Sentence) -> bool:
    """Whether a line opens a post: 'Name @handle · 21:04'."""
    return s.end - s.start <= 120 and "@" in text[s.start : s.end] and bool(_POST.match(text, s.start, s.end))


def find_turns(layout: Layout) -> dict[int, Phrase | None]:
    """Tell for each paragraph of a transcript whose turn it is.

    Parameters
    ----------
    layout
        The text with its sentences.

    Returns
    -------
    turns
        The label of a guest by the index of the paragraph, None for the outlet's own people; empty where the
        text is no transcript.
    """
    text = layout.text
    labels: dict[int, Phrase] = {}
    last = -1
    for s in layout.sentences:
        if s.paragraph == last or s.role in {"title", "heading"}:
            continue
        last = s.paragraph
        match = _CAPITALS.match(text, s.start, min(s.end + 2, s.start + 120)) or _NAMED.match(
            text, s.start, min(s.end + 2, s.start + 80)
        )
        if match and len(labels) < MOST_TURNS:
            labels[s.paragraph] = Phrase(match.start(1), match.end(1), match[1], "person", speaks=True)
    if not _is_transcript(list(labels.values())):
        return {}
    own = {name.lower() for match in _OWN_PEOPLE.finditer(text) for name in match[1].split()}
    turns: dict[int, Phrase | None] = {}
    current: Phrase | None = None
    for paragraph in range(last + 1):
        if paragraph in labels:
            label = labels[paragraph]
            said = {w.strip(".").lower() for w in label.words.split()}
            current = None if said & _HOSTS or said & own or said == {"a"} else label
        turns[paragraph] = current
    return turns


def _is_transcript(labels: Sequence[Phrase]) -> bool:
    """Whether labels alternate as in a transcript: a host among them, or two that come back."""
    names = [label.words.lower() for label in labels]
    hosts = any(set(name.replace(".", "").split()) & _HOSTS for name in names)
    again = sum(names.count(name) > 1 for name in set(names)) if len(names) < 400 else 2
    return len(set(names)) > 1 and (hosts or again > 1)


def named_in_line(text: str, start: int, end: int) -> Phrase | None:
    """Read the name in the line that introduces a clip or a quotation: '[ACT 1 - officer, Paola Ardila]'."""
    if end - start > LONGEST_INTRO:
        return None
    clip = _CLIP.match(text, start, end)
    if clip:
        start, end = clip.span(1)
    elif text[start:end].rstrip()[-1:] == ":":
        end = start + len(text[start:end].rstrip()) - 1
    else:
        return None
    role: Phrase | None = None
    at = start
    for stop in [*_SEGMENT.finditer(text, start, end), None]:
        close = stop.start() if stop else end
        phrase = read_phrase(text, at, close, strong=False)
        if phrase and phrase.kind == "person" and is_name(phrase.words):
            return phrase
        if phrase and phrase.speaks and role is None:
            role = phrase
        at = stop.end() if stop else end
    return role


def opens_quotation(text: str, start: int) -> bool:
    """Whether a quotation begins at a place."""
    return text[start : start + 1] in _QUOTE and start < len(text)
