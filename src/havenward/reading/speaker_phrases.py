"""Which words beside a verb of saying are the speaker, and what kind of speaker they name."""

from __future__ import annotations

import re
from typing import NamedTuple

from havenward.reading import speaker_words as words

WINDOW = 240  # characters before a verb that may hold its subject
LONGEST = 110  # characters of a speaker

_WORDS = re.compile(r"[^\W\d_][\w’'-]*")
_NAME_WORD = r"(?:[A-ZÀ-Þ][\w’'-]*[a-zß-ÿ’'][\w’'-]*|al-[A-Z][\w’'-]+|[A-Z]\.)"
_NAME = re.compile(rf"{_NAME_WORD}(?:\s+(?:{_NAME_WORD}|al|el|bin|ibn|de|da|do|dos|van|von|der|Abu)){{1,4}}$")
_ENDS_IN_NAME = re.compile(
    rf"(?:^|[\s,])({_NAME_WORD}(?:\s+(?:{_NAME_WORD}|al|el|bin|ibn|de|da|dos|van|von)){{1,3}})$"
)
_LONGEST_NAME = 4  # words
_NAME_PARTS = frozenset("al el bin ibn de da dos van von".split())
_TITLE = re.compile(r"(?:Mr|Mrs|Ms|Miss|Dr|Sir)\.?\s+(?=[A-Z])")
_ADVERB = (
    r"(?:has|have|had|also|now|later|earlier|already|however|meanwhile|recently|previously|separately|since|"
    r"then|today|yesterday|still|again|are|is|was|were|being|been|both|all|itself|himself|herself|themselves|"
    r"reportedly|repeatedly|officially|to\s+date|so\s+far|late|early|just|initially|"
    r"would|could|might|may|will|can|does|did|do|"
    rf"(?:late\s+|early\s+)?(?:on\s+)?(?:{words.DAYS})(?:\s+(?:morning|evening|night|afternoon))?|"
    rf"in\s+(?:{words.MONTHS})(?:\s+\d{{4}})?|in\s+\d{{4}}|on\s+\d{{1,2}}\s+(?:{words.MONTHS})(?:\s+\d{{4}})?|"
    rf"on\s+(?:{words.MONTHS})\s+\d{{1,2}}|(?:last|this)\s+(?:week|month|year)|"
    r"in\s+a\s+(?:statement|report|tweet|press\s+release|briefing|letter)|in\s+turn|for\s+(?:his|her|its|their)\s+part)"
)
_TAIL = re.compile(rf"(?:^|(?<=[\s,])){_ADVERB},?$")
_PRONOUN = re.compile(r"(?:^|\s)(he|she|they|it|who|which|we|i|you|both)$", re.IGNORECASE)
_CUT = re.compile(
    r"""[,;:!?]\s|["“”„]|(?<!\w)['‘]|['’](?=\s[A-Z])|\s[—–-]\s|(?<=[a-z\d)])\.\s|…|\n|"""
    r"""\b(?:that|who|which|whom|(?<!known\s)as|when|where|while|but|because|after|before|if|though|although|than|since|until|"""
    r"""whereas|yet|so|what|whether|said|says|told|adding|warned|saying)\s"""
)
_AND = re.compile(r"\s(?:and|or)\s")
_FINITE = re.compile(
    r"\b(?:[a-z]{3,}ed|is|are|was|were|has|have|had|left|fled|hit|will|would|could|can|may|might|must|should|"
    r"cut|died|dead|went|came|took|told|said)\b"
)
_COUNTED = re.compile(
    r"\d|\b(?:million|thousand|hundred|dozen|half|third|quarter|percent|up\s+to|at\s+least|more\s+than|people|families)s?\b"
)
_LEAD = re.compile(
    r"(?:But|And|Meanwhile|However|Yet|Still|Earlier|Later|Separately|Also|Today|Yesterday|Now|While|Although|Though|"
    r"Whereas|As|When|If|So|Then|have|has|had|and|but|or|in\s+total|In\s+total|For\s+example|Last\s+week|"
    r"This\s+week|Last\s+month|Last\s+year|In\s+all|At\s+least)\b,?\s+"
)
_LEAD_TIME = re.compile(
    rf"(?:[Oo]n|[Ii]n|[Bb]y|[Aa]t|[Ll]ate\s+on|[Ee]arly\s+on|[Ll]ast|[Ss]ince)\s+"
    rf"(?:early\s+|late\s+|mid-)?(?:{words.DAYS}|(?:\d{{1,2}}\s+)?(?:{words.MONTHS})|\d{{4}}|dawn|noon|midday|dusk|"
    rf"nightfall|midnight|evening|sunset|daybreak|the\s+weekend|week)"
    rf"(?:\s+(?:morning|evening|night|afternoon|\d{{4}}|\d{{1,2}}))?\s+|Yesterday\s+|Today\s+|Tonight\s+|"
    # the number of a post or an item
    r"\(?\d{1,2}[/.)]\s+|[•‣·▪*]\s+"
)
_LEAD_PLACE = re.compile(
    r"(?:[Ii]n|[Aa]t|[Ff]rom|[Nn]ear|[Aa]cross)\s+(?:[A-Z][\w’'-]+\s+){1,3}(?=(?:the|local|officials|residents|police)\b)"
)
_AFTER_STOP = re.compile(
    r"""\s(?=\d{1,3}(?:,\d{3})*\s)|[;:"“”„!?\n\[]|\.(?=\s|$)|,|\s[—–]\s|\s-\s|(?<=\s)(?:who|which|that|as|told|adding|after|when|while|where|there|"""
    r"""have|has|had|is|are|was|were|will|would|could|may|with|but|because|since|during|following|amid|"""
    r"""said|says|say|warned|saying|speaking|via|also|than|if|until|before|so|then|late|early|yesterday|today)\b"""
    rf"""|(?<=\s)on\s+(?:{words.DAYS}|(?:{words.MONTHS})\b|\d)|(?<=\s)in\s+(?:{words.MONTHS}|a|an|its|his|her|their|\d+)\b"""
    r"""|(?<=\s)(?:at|by|to|for)\s+(?:a|an|the\s+time|phone|email|reporters|journalists)\b|(?<=\s)and\s+(?=\d|that|it|they|he|she|said|told|more|another)"""
    rf"""|(?<=\s)(?:{words.DAYS})\b|(?<=\s)(?:last|this)\s+(?:week|month|year)"""
)
_MAKER = re.compile(
    r"\s(?:from|by|released\s+by|published\s+by|issued\s+by|compiled\s+by|of)\s+(?=(?:the|an?|its|[A-Z]|local|state|government)\b|[A-Z])"
)
_OF_DATE = re.compile(
    rf"\s(?:of|from|for|on|dated)\s+(?:\d{{1,2}}\s|(?:{words.MONTHS}|{words.DAYS}|last|this)\b).*$"
)
_ABBREVIATED = re.compile(rf"\b{words.TITLES}$")
_ACRONYM = re.compile(r"(?:the\s+)?[A-Z][A-Za-z]*[A-Z]+s?$")
_PREPOSITION = re.compile(r"(?:In|At|Near|On|From|Across|Outside|Around|By|After|Before|For|With)\s")
_SHORT_NAME = re.compile(r"\(([A-Z][A-Za-z&-]{1,11})\)$")
_ASIDE = re.compile(r"\s(?:I|we)(?:\s(?:met|spoke|reached|talked)\b.*)?$")
_PERSONAL = re.compile(r"\b(?:I|we|We)\b")
_WHO_CUT = re.compile(r"\s(?:who|which|that)\s$")
_RELATIVE = re.compile(r"(?:who|which|whose|an?|the|its|his|her|head|\d{2}$|[a-z])\b")


class Phrase(NamedTuple):
    """Words that name a speaker.

    `kind` is `person`, `group` (organisation, office, several people), `media` or `document`; `carries` tells
    whether a document names its maker; `speaks` whether a word of it is known to name speakers.
    """

    start: int
    end: int
    words: str
    kind: str
    carries: bool = True
    speaks: bool = False
    pronoun: bool = False


def phrase_before(text: str, first: int, verb: int, *, strong: bool) -> tuple[Phrase | None, int, str]:
    """Read the subject that ends before a verb.

    Parameters
    ----------
    text
        The report.
    first
        Where the sentence begins.
    verb
        Where the verb begins.
    strong
        The verb is one of saying, so that any noun may be its subject.

    Returns
    -------
    phrase
        The speaker; None for a pronoun or where nobody speaks.
    start
        Where the subject begins.
    pronoun
        The pronoun in lower case, or nothing.
    """
    low = max(first, verb - WINDOW)
    end = _strip_tail(text, low, verb)
    match = _PRONOUN.search(text[max(low, end - 6) : end])
    if match:
        word = match[1].lower()
        if word in {"we", "i", "you"}:
            return None, end, ""
        start = end - len(word)
        return None, start, word
    if text[end - 1 : end] == "," and end - 1 > low:
        phrase = _before_apposition(text, low, end - 1, strong=strong)
        return phrase, phrase.start if phrase else end, ""
    start = _last_cut(text, low, end)
    if low > first and start == low:
        return None, end, ""  # no beginning of a subject in sight
    whole = _before_relative(text, low, start, end, strong=strong)
    if whole:
        return whole, whole.start, ""
    start = _strip_lead(text, start, end)
    phrase = read_phrase(text, start, end, strong=strong)
    if phrase and phrase.kind == "person":
        phrase = _with_role(text, low, phrase)
    return phrase, phrase.start if phrase else start, ""


def _before_relative(text: str, low: int, start: int, end: int, *, strong: bool) -> Phrase | None:
    """Read the subject in front of a relative clause: 'residents who fled the town say'."""
    relative = _WHO_CUT.search(text[max(low, start - 7) : start])
    if relative is None or not _FINITE.search(text, start, end):
        return None
    stop = start - len(relative[0])
    if stop <= low or text[stop - 1] == ",":
        return None
    return read_phrase(text, _strip_lead(text, _last_cut(text, low, stop), stop), stop, strong=strong)


def _last_cut(text: str, low: int, end: int) -> int:
    """Find where the last clause or phrase before a place begins."""
    start = low
    for cut in _CUT.finditer(text, low, end):
        if cut.end() < end and not (cut[0].startswith(".") and _ABBREVIATED.search(text[low : cut.start()])):
            start = cut.end()
    return start


def _strip_tail(text: str, low: int, end: int) -> int:
    """Go back over auxiliaries, adverbs and dates between a subject and its verb."""
    for _ in range(6):
        while end > low and text[end - 1].isspace():
            end -= 1
        match = _TAIL.search(text[max(low, end - 45) : end])
        if not match:
            return end
        end = max(low, end - 45) + match.start()
        if match[0].endswith(","):  # 'the Red Cross, meanwhile, said': both commas are the adverb's
            while end > low and text[end - 1].isspace():
                end -= 1
            end -= text[end - 1 : end] == ","
    return end


def _strip_lead(text: str, start: int, end: int) -> int:
    for _ in range(4):
        while start < end and (text[start].isspace() or text[start] in "\"“'‘("):
            start += 1
        match = (
            _LEAD.match(text, start, end)
            or _LEAD_TIME.match(text, start, end)
            or _LEAD_PLACE.match(text, start, end)
        )
        if not match:
            break
        start = match.end()
    # 'N were killed and officials said': only what follows 'and' is the subject
    for match in reversed(list(_AND.finditer(text, start, end))):
        left = text[start : match.start()]
        if _FINITE.search(left) or _COUNTED.search(left) or len(left.split()) > 9:
            return match.end()
    return start


def _parts_of(text: str, low: int, end: int) -> list[tuple[int, int]]:
    """Cut words at their commas, as far back as they may belong to one subject."""
    parts: list[tuple[int, int]] = []
    start = low
    for cut in _CUT.finditer(text, low, end):
        if cut[0] == ", ":
            parts.append((start, cut.start()))
        elif cut[0].strip() in {"who", "which", "that", "as", "where", "whom"} or (
            cut[0].startswith(".") and _ABBREVIATED.search(text[low : cut.start()])
        ):
            continue
        else:
            parts.clear()
        start = cut.end()
    parts.append((start, end))
    # cuts inside the last part moved its beginning: join again from the comma
    return [(a if i == 0 else parts[i - 1][1] + 2, b) for i, (a, b) in enumerate(parts)][-5:]


def _before_apposition(text: str, low: int, end: int, *, strong: bool) -> Phrase | None:
    """Read the subject in 'NAME, the mayor of X, said' and 'the mayor, NAME, said'."""
    joined = _parts_of(text, low, end)
    if len(joined) < 2:
        return None
    heads = [(_strip_lead(text, a, b), b) for a, b in joined]
    for i in range(len(heads) - 2, -1, -1):
        a, b = heads[i]
        nxt = text[heads[i + 1][0] : heads[i + 1][1]].strip()
        if _ENDS_IN_NAME.search(text[a:b]) and _RELATIVE.match(nxt) and not _PREPOSITION.match(text, a):
            phrase = read_phrase(text, a, b, strong=strong)
            if phrase and phrase.kind == "person":
                return phrase
    a, b = heads[-1]
    short = _SHORT_NAME.search(text, a, b)
    if short and len(heads) > 2:  # a long name with commas of its own, 'the agency, NAME, NAME (ABC), said'
        return Phrase(short.start(1), short.end(1), short[1], "group", speaks=True)
    inner = read_phrase(text, a, b, strong=False)
    if inner and inner.kind == "person" and _NAME.match(text[inner.start : inner.end]):
        return _with_role(text, low, inner)
    for i in range(len(heads) - 2, -1, -1):
        a, b = heads[i]
        phrase = None if _PREPOSITION.match(text, a) else read_phrase(text, a, b, strong=strong)
        if phrase:
            tail = text[heads[-1][0] : heads[-1][1]]
            if i == len(heads) - 2 and _ACRONYM.match(tail) and not _ACRONYM.match(phrase.words):
                whole = text[phrase.start : heads[-1][1]]  # 'the refugee agency, ARRA, said'
                return Phrase(phrase.start, heads[-1][1], whole, phrase.kind, speaks=True)
            return phrase
    return None


def _with_role(text: str, low: int, name: Phrase) -> Phrase:
    """Take 'the head of the mission, NAME' as one phrase where the role stands before the name."""
    if text[max(low, name.start - 2) : name.start] != ", ":
        return name
    end = name.start - 2
    start = _strip_lead(text, _last_cut(text, low, end), end)
    role = read_phrase(text, start, end, strong=False)
    if role and role.speaks and role.kind == "person" and len(role.words) < LONGEST - len(name.words):
        whole = text[role.start : name.end]
        return Phrase(role.start, name.end, whole, "person", speaks=True)
    return name


def phrase_after(text: str, start: int, limit: int) -> Phrase | None:
    """Read the speaker that begins at a place: 'according to ...', ', said ...'."""
    while start < limit and text[start].isspace():
        start += 1
    limit = min(limit, start + 200)
    end = limit
    for stop in _AFTER_STOP.finditer(text, start, limit):
        if stop[0] == "." and _ABBREVIATED.search(text[start : stop.start()]):
            continue
        if stop.start() > start:
            end = stop.start()
            break
        return None
    # a name before a role ends the speaker; a role before a name goes on to it
    phrase = read_phrase(text, start, end, strong=True)
    if phrase is None:
        return None
    if phrase.kind == "person" and text[end : end + 2] == ", " and not _ends_in_name(phrase.words):
        name_stop = _AFTER_STOP.search(text, end + 2, limit)
        name_end = name_stop.start() if name_stop else limit
        if _NAME.match(text[end + 2 : name_end].rstrip()):
            whole = text[phrase.start : name_end].rstrip()
            return Phrase(phrase.start, phrase.start + len(whole), whole, "person", speaks=True)
    return phrase


def read_phrase(text: str, start: int, end: int, *, strong: bool) -> Phrase | None:
    """Judge whether words name a speaker, trim them, and tell their kind."""
    while start < end and (text[start].isspace() or text[start] in "\"“'‘,"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",\"”'’"):
        end -= 1
    if text[start : start + 1] == "@":
        start += 1
    aside = _ASIDE.search(text, start, end)  # 'a village head I met in the hills'
    if aside:
        end = aside.start()
    title = _TITLE.match(text, start, end)
    if title:
        start = title.end()
    if end - start < 2 or end - start > LONGEST:
        return None
    found = [w.lower() for w in _WORDS.findall(text[start:end])]
    if not found or len(found) > 16:
        return None
    bare = [w[:-2] if w.endswith(("'s", "’s")) else w.rstrip("'’") for w in found]
    known = set(bare)
    if _PERSONAL.search(text, start, end):
        return None
    if (
        known & words.NO_SOURCE
        or known & _OURS
        or bare[-1] in _NOBODY | _DETERMINERS
        or text[end - 2 : end] in {"'s", "’s"}
    ):
        return None
    if bare[0].partition("-")[0] in _NUMBERS and not known & words.PEOPLE_WHO_SPEAK:
        return None
    if known & words.DOCUMENTS and not (known & words.PEOPLE_WHO_SPEAK and bare[-1] not in words.DOCUMENTS):
        return _document(text, start, end, known)
    speaks = bool(known & words.ORGANISATIONS or known & words.PEOPLE_WHO_SPEAK) or any(
        w.endswith(_SCHOLARS) for w in bare
    )
    if not _may_speak(text, start, end, bare, strong=strong, speaks=speaks):
        return None
    end = _trim_origin(text, start, end)
    return Phrase(start, end, text[start:end], _kind(text[start:end], bare, known), speaks=speaks)


def _may_speak(text: str, start: int, end: int, bare: list[str], *, strong: bool, speaks: bool) -> bool:
    """Whether words can be the subject of a verb of saying (`strong`) or of counting."""
    known = set(bare)
    capital = _has_name(text, start, end)
    if not speaks and (bare[-1] in words.MUTE or (known & words.MUTE and not capital)):
        return False
    if text[start].isdigit() and not known & words.PEOPLE_WHO_SPEAK:
        return False
    if (
        not speaks
        and not capital
        and not (strong and (_opens_noun(text, start) or _is_plural(text, start, bare)))
    ):
        return False
    if _FINITE_INSIDE.search(text, start, end):
        return False
    # 'provides labour for the government' is no subject of 'projects'
    plain = strong or len(bare) <= 3 or not text[start].islower() or _opens_noun(text, start)
    return plain or bare[0] in words.ORGANISATIONS | words.PEOPLE_WHO_SPEAK | words.BARE | _ADJECTIVES


_ADJECTIVES = frozenset(
    """local senior foreign regional provincial national international human medical military civil federal
    state public security aid relief health humanitarian independent western top former emergency district
    municipal village tribal religious political united deputy acting interim""".split()
)
_OURS = frozenset({"our", "my", "your"})
_SCHOLARS = ("ologist", "ologists", "ographer", "ographers")
_DETERMINERS = frozenset("the a an its his her their this that these those in on at by for with no".split())
_NOBODY = frozenset("i we you he she they it".split())
_NUMBERS = frozenset(
    """one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy
    eighty ninety hundred hundreds thousand thousands dozens scores half most percent per""".split()
)
_FINITE_INSIDE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|could|killed|left|fled|died|forced|displaced\s+by)\b"
)
_FROM = re.compile(r"\s(?:from|of|with|at)\s+(?=the\b|[A-Z])")


def _trim_origin(text: str, start: int, end: int) -> int:
    """Cut 'NAME of the agency' to the name."""
    match = _FROM.search(text, start, end)
    if match and not text.startswith(("The ", "A "), start) and _NAME.match(text[start : match.start()]):
        return match.start()
    return end


def _document(text: str, start: int, end: int, known: set[str]) -> Phrase | None:
    """Name the maker of a document where it is given, or else the document."""
    maker = None
    for match in _MAKER.finditer(text, start, end):
        maker = match
        break
    if maker:
        a = maker.end()
        phrase = read_phrase(text, a, end, strong=True) if a > start else None
        if phrase and phrase.kind != "document":
            return phrase
    dated = _OF_DATE.search(text, start, end)
    if dated:
        end = dated.start()
    named = _has_name(text, start, end) or bool(known & words.ORGANISATIONS) or "official" in known
    return Phrase(start, end, text[start:end], "document", named, speaks=True)


def _has_name(text: str, start: int, end: int) -> bool:
    """Whether a word is written large that need not be, or is an acronym."""
    sentence_start = start == 0 or text[start - 2 : start - 1] in ".!?\n" or text[start - 1 : start] in '\n"“'
    for number, match in enumerate(_WORDS.finditer(text, start, end)):
        word = match[0]
        if word[0].isupper() and (number or not sentence_start or word[1:2].isupper()):
            return True
        if number == 0 and word[0].isupper() and word.lower() not in _COMMON and len(word) > 2:
            return True
    return False


_COMMON = frozenset(
    """the a an some many most several other others all both each few more another one two three four five six
    seven eight nine ten at in on by for from with about around nearly over up no not there here it its this
    that these those of as hundreds thousands millions dozens scores tens heavy flash severe such""".split()
)
_NOUN_OPENING = re.compile(
    r"(?:the|an?|one|some|several|many|other|local|senior|its|their|his|her|two|three|four)\s", re.IGNORECASE
)


def _opens_noun(text: str, start: int) -> bool:
    return bool(_NOUN_OPENING.match(text, start))


def _is_plural(text: str, start: int, bare: list[str]) -> bool:
    """Whether bare words at the head of a clause name several people: ', stallholders say'."""
    last = bare[-1]
    plural = last.endswith(("men", "women", "people", "folk", "crew")) or (
        last.endswith("s") and not last.endswith(("ss", "us", "is", "ings", "ions"))
    )
    before = text[max(0, start - 3) : start].rstrip()[-1:]
    return plural and len(bare) <= 3 and (not before or before in ',.;:–—-?!”"')


_HEAD_END = re.compile(r"\s(?:of|in|for|at|from|on|to|with)\s")
_POSSESSOR = re.compile(r"[\w ]{2,40}['’]s\s+")


def _ends_in_name(phrase: str) -> bool:
    """Whether words end in a name of two words or more."""
    last = phrase.rpartition(" ")[2]
    if last.islower() and last not in _NAME_PARTS and "\n" not in phrase:
        return False  # what most phrases end in
    end = phrase.rsplit(None, _LONGEST_NAME)
    begin = len(end[0]) if len(end) > _LONGEST_NAME else 0
    return _ENDS_IN_NAME.search(phrase, begin) is not None


def _kind(phrase: str, bare: list[str], known: set[str]) -> str:
    if known & words.MEDIA and not known & words.NO_MEDIA and not known & words.PEOPLE_WHO_SPEAK:
        return "media"
    if _ends_in_name(phrase) and bare[-1] not in words.ORGANISATIONS and bare[-2] not in words.ORGANISATIONS:
        owner = _POSSESSOR.match(phrase)
        if owner and _NAME.match(phrase, owner.end()):
            return "person"
        if not known & words.ORGANISATIONS or known & words.PEOPLE_WHO_SPEAK:
            return "person"
    before = _HEAD_END.search(phrase)
    heads = [w.lower() for w in _WORDS.findall(phrase[: before.start()])] if before else bare
    if heads and heads[-1] in words.ORGANISATIONS and not _ends_in_name(phrase):
        return "group"  # the mayor's office, the office of the governor
    if known & words.PEOPLE_WHO_SPEAK:
        head = next((w for w in bare if w in words.PEOPLE_WHO_SPEAK), "")
        several = head.endswith("s") or head in {"spokespeople", "staff"} or head in words.ORGANISATIONS
        if not several:
            return "person"
        return "group"
    if known & words.ORGANISATIONS:
        return "group"
    single = phrase.split()
    if len(single) == 1 and single[0][:1].isupper() and not single[0].isupper():
        return "person"
    return "group"


def noun_at_end(text: str, low: int, end: int) -> Phrase | None:
    """Read the speaker whose name ends at a place, within a clause: 'food was given by NAME' (, who said)."""
    while end > low and text[end - 1] in " ,":
        end -= 1
    starts = [m.start() for m in _WORDS.finditer(text, max(low, end - 70), end)]
    for large in (True, False):
        found = None
        for start in reversed(starts[-7:]):
            word = text[start:end].split(" ", 1)[0]
            small = word[0].islower()
            if large and small and word not in {"al", "bin", "de", "of", "the", "for", "and"}:
                break
            if large and small and word in {"of", "the", "for", "and"} and found is None:
                break
            if not large and not _NOUN_OPENING.match(text, start):
                continue
            phrase = read_phrase(text, start, end, strong=not large)
            if phrase and (not small or not large):
                found = phrase
            if not large and found:
                return found
        if found:
            return found
    return None


def is_name(phrase: str) -> bool:
    """Whether words are the name of a person and nothing else: 'Father Luis Ortega'."""
    return bool(_NAME.match(phrase)) and not any(
        w.lower() in words.PEOPLE_WHO_SPEAK or w.lower() in words.ORGANISATIONS for w in phrase.split()[-1:]
    )
