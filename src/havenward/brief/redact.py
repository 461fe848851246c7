"""What of a quoted sentence is said outside the team: no person, no number of a person, few words."""

from __future__ import annotations

import csv
import io
import re
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from havenward.brief.audience import allows
from havenward.words import Words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from havenward.records import Case

LONGEST_QUOTE = 25  # words, outside the team

EMAIL = re.compile(r"[\w.+%-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
HANDLE = re.compile(r"(?<![\w@/.])@\w{2,30}\b")
_SEPARATOR = "[ \\u00a0\\u202f./\\u2010-\\u2015-]?"
# International: a plus or two zeros, then 8 to 15 digits. Local: a zero, then 8 to 11 digits. What is written
# as a number of people never begins with either.
PHONE = re.compile(
    rf"(?<![\w.,:/=#-])(?:\(?(?:\+|00)[1-9]\d{{0,2}}\)?(?:{_SEPARATOR}\(?\d{{1,5}}\)?){{2,6}}"
    rf"|\(?0[1-9]\d{{0,3}}\)?(?:{_SEPARATOR}\d{{2,5}}){{2,4}})(?![\w%]|[.,]\d)"
)
PHONE_DIGITS = range(9, 16)
_NUMBER_WORD = r"(?:no\.?|nr\.?|num\.?|number|#)"
ID_NUMBER = re.compile(
    rf"\b(?:(?:ID|passport|identity card|national card|ration card)\s*(?:card\s*)?{_NUMBER_WORD}?"
    rf"|(?:case|file|registration|visa|licen[cs]e|UNHCR|proGres)\s*{_NUMBER_WORD})\s*:?\s*#?"
    r"((?=[A-Z0-9/-]*\d{4})[A-Z0-9][A-Z0-9/-]{4,})\b",
    re.IGNORECASE,
)
BARE_ID = re.compile(r"(?<![\w./=-])(?:[A-Z]\d{7,8}|\d{10,14}|\d{3}-\d{2}[A-Z]\d{5})(?![\w./-])")

# Before a name; they go with it, since they often stand for it alone (Abu Ahmed, Sheikh Salem).
HONORIFICS = (
    "Mr", "Mrs", "Ms", "Miss", "Dr", "Prof", "Professor", "Sheikh", "Shaikh", "Sheik", "Haji", "Hajji",
    "Hajj", "Abu", "Umm", "Um", "Imam", "Mullah", "Sayyid", "Father", "Sister", "Brother", "Reverend",
    "Rev", "Bishop", "Monsieur", "Madame", "Mme", "Señor", "Señora", "Sra", "Doña", "Ustaz", "Ustad",
)  # fmt: skip
# Before a name; they stay: what somebody is may be said.
OFFICES = (
    "President", "Minister", "Governor", "Mayor", "Commissioner", "Coordinator", "Director",
    "Spokesman", "Spokeswoman", "Spokesperson", "General", "Colonel", "Captain", "Major", "Lieutenant",
    "Brigadier", "Commander", "Ambassador", "Representative", "Envoy", "Secretary", "Manager", "Chief",
    "Officer", "Judge", "Senator", "Deputy", "Secretary-General", "Chairman", "Chairwoman", "Sergeant",
)  # fmt: skip
# After or before a name, these say that it is a person who speaks or of whom something private is told.
SAYING = (
    "said", "says", "told", "tells", "added", "adds", "warned", "warns", "explained", "explains",
    "recalled", "recalls", "fled", "flees", "lost", "cried", "wept", "escaped", "asked", "asks",
    "replied", "confirmed", "confirms", "stated", "states", "expects", "expected", "puts", "hopes",
    "hoped", "believes", "thinks", "estimated", "estimates", "a dit", "dijo",
)  # fmt: skip
KIN = (
    "father", "mother", "son", "daughter", "brother", "sister", "wife", "husband", "widow", "named",
    "called", "resident", "farmer", "teacher", "driver", "doctor", "nurse", "shopkeeper", "witness",
    "neighbour", "neighbor", "cousin", "uncle", "aunt", "grandmother", "grandfather", "student",
)  # fmt: skip
# Given names that are common where Havenward has been used; a pair that begins with one is a person, unless
# the case or the table of sources knows it as something else.
GIVEN_NAMES = frozenset(
    """
    abbas abdallah abdel abdul abdulaziz abdullah abdulrahman adam adnan ahmad ahmed aisha akram ali
    alia alin aliyu alma amal amin amina amir ammar ana andrew anna antonio anwar asma awad aya aziz
    baraka bashar bashir beatrice bilal carlos chantal charles christian claude daniel david deborah
    denis dina elena elizabeth emma emmanuel eric esther fadi faisal farah farhad farid faruk fatima
    fatma fatou fawzi francis francois gabriel george ghassan grace habib hadi hamid hamza hana hanan
    hasan hassan helen hiba hoda hussein hussain ibrahim idris igor ilyas imad irina isaac ismail ivan
    jaber jaafar jalal jamal james jane jasim jassim jean jennifer jibril joan john jomaa jose joseph
    juan judith kamal karim kevin khadija khaled khalid khalil laila layla lina lise lucy luis maha
    mahdi mahmoud mahmud majid manal maria mariam marie mark martin mary maryam matteo maya michael
    mohamed mohammad mohammed mona moussa muhammad mukhtar munir mustafa nabil nadia nadir naima najib
    natalia nasser noor nour nura olena oleksandr oksana olga omar osama oumar patrick paul peter petro
    philip pierre qasim rabia rachel rafiq rahma rana rashid rasha razan reem robert rose ruth saad
    sabah saddam said saif salah saleh salem salim salma sami samir samira samuel sana sara sarah serhiy
    shadi sofia solomon stephen suad suleiman susan tariq thomas umar victor vladimir volodymyr walid
    wafa william yahya yasin yasmin yousef youssef yusuf zahra zainab zaki zara zeinab zubair
    """.split()  # noqa: SIM905 - a list of two hundred strings cannot be read
)
_WORD = r"[A-Z\u00c0-\u00de][\w\u2019'-]*[a-z\u00df-\u00ff][\w\u2019'-]*"
_LINK = r"(?:[Aa]l|[Ee]l|[Bb]in|[Ii]bn|[Bb]int|[Aa]bu|[Aa]bdul|[Aa]bdel|de|da|dos|del|van|von|ould|ag)"
NAME = rf"(?:{_LINK}[ -])*{_WORD}(?:[ \u00a0](?:{_LINK}[ -])*{_WORD}){{0,3}}"
_ONE_NAME = re.compile(rf"(?<![\w-]){NAME}")
_HONOURED = re.compile(rf"\b(?:{'|'.join(HONORIFICS)})\b\.?[ \u00a0]({NAME})")
_OFFICE = re.compile(rf"\b(?:{'|'.join(OFFICES)})[ \u00a0]({NAME})")
_SAID = re.compile(rf"(?<![\w-])({NAME})(?=,? (?:{'|'.join(SAYING)})\b)")
_SAID_BEFORE = re.compile(rf"\b(?:{'|'.join(SAYING)})[ \u00a0](?:to )?({NAME})")
_AGED = re.compile(
    rf"(?<![\w-])({NAME})(?=,? \(?(?:aged |age )?\d{{1,2}}[,)]|, (?:a|an|the) (?:{'|'.join(KIN)})\b)"
)
_KIN = re.compile(rf"\b(?:{'|'.join(KIN)}),? ({NAME})", re.IGNORECASE)

# A name that holds one of these is no person.
NOT_PERSONS = frozenset(
    """
    agency agencies administration airport alliance appeal area army assembly association authority
    authorities bank border bridge brigade bureau camp camps cases center central centre centres church
    city civil coalition commission commissioner committee company conference convoy coordination corps
    corridor council country court crescent crisis cross data defence defense delegation department
    desert development directorate district division east eastern emergency europe family families
    federal federation figures force forces foundation front fund general governorate government
    governorates group groups guard headquarters health high hospital house human humanitarian
    international interior island islamic kingdom lake league left management medical migration military
    minister ministry mission mobilization mountain mountains movement nation national nations new news
    north northern northwest northeast norwegian offensive office operation organisation organization
    organizations parliament party peace peninsula people peshmerga plain plains plan plans police port
    post president press programme program project province provinces qaeda red refugee refugees region
    regional relief republic response rights river road sahel save school sea sector security service
    services side site sites society south southern southeast southwest state states station street
    syrian syria team territory town transit union united university valley village villages water west
    western women world zab january february march april may june july august september october november
    december monday tuesday wednesday thursday friday saturday sunday
    """.split()  # noqa: SIM905 - as above
)
# A sentence begins with a capital; these are then no part of a name.
_OPENERS = frozenset(
    """
    a about according after all almost already also although among an and another any around as at
    because before between both but by camps close despite during each even every families few for four
    five from government has have he her here his however humanitarian hundreds if in inside into it its
    just last local many meanwhile more most much nearly no nobody not now of officials on once one only
    or other others our over people places plans recently reliable residents she since six so some
    someone such tens than that the their them then there these they this those thousands three through
    to today two under until up we what when where which while who with within yesterday you
    """.split()  # noqa: SIM905 - as above
)


class Span(NamedTuple):
    """What goes: from where to where, and the phrase that takes its place."""

    start: int
    end: int
    phrase: str


def quote_for(
    sentence: str, quantity: str, audience: str, keep: Collection[str] = (), language: str = "en"
) -> str:
    """Give a quoted sentence as an audience may read it: redacted, and cut to the words about the quantity.

    Parameters
    ----------
    sentence, quantity
        As in `figures.csv`; the quantity stays in the cut.
    audience
        The team reads the sentence as it is.
    keep
        As `redact_quote` takes it.
    language
        Of the words that stand for what went.
    """
    return shorten_quote(redact_quote(sentence, audience, keep, language), quantity, audience)


def names_kept(case: Case) -> frozenset[str]:
    """Give the names of places, organisations and outlets that a case knows, and of countries."""
    table = (resources.files("havenward") / "tables" / "countries.csv").read_text(encoding="utf-8")
    names = {row["name"] for row in csv.DictReader(io.StringIO(table))}
    names |= {text for row in case.locations for text in (row.name, row.admin1, row.admin2)}
    names |= {text for row in case.figures for text in (row.location, row.origin, row.destination)}
    names |= {row.publisher for row in case.sources} | {row.outlet for row in case.reports}
    return frozenset(names - {""})


def redact_quote(text: str, audience: str, keep: Collection[str] = (), language: str = "en") -> str:
    """Take persons out of a quoted text: names, phone numbers, addresses, handles, numbers of documents.

    Parameters
    ----------
    text
        A sentence of a report.
    audience
        The team reads the text as it is.
    keep
        Names of places, organisations and outlets that the case knows; they are never taken for a person.
    language
        Of the words that stand for what went.

    Notes
    -----
    Figures, places and organisations stay. A name goes where something says that it is a person: an
    honorific, an office, somebody speaking, an age, kinship, or a common given name. A name about which
    nothing is said stays; people check quotes before they are handed over.
    """
    if allows(audience, "persons"):
        return text
    words = Words(language)
    found = sorted(find_persons(text, keep), key=lambda span: (span.start, -span.end))
    parts, at = [], 0
    for span in found:
        if span.start < at:
            continue
        parts += [text[at : span.start], words.say(f"redacted_{span.phrase}")]
        at = span.end
    return "".join([*parts, text[at:]])


def public_speaker(speaker: str, audience: str, keep: Collection[str] = (), language: str = "en") -> str:
    """Give who said something as organisation or office; outside the team no person is named.

    Parameters
    ----------
    speaker
        `source_attribution` of a figure: `the UN coordinator Lise Grande`, `Obeidi`, `UNHCR`.
    audience, keep, language
        As for `redact_quote`.
    """
    if allows(audience, "persons") or not speaker:
        return speaker
    name = speaker.strip()
    known = {text.casefold() for text in keep}
    alone = _ONE_NAME.fullmatch(name)
    bare = name.casefold().removeprefix("the ")
    if alone and bare not in known and not _is_no_person(name, known):
        # a single word in capitals, or one that is known, is an organisation; any other may be a person
        return Words(language).say("speaker_withheld")
    reduced = redact_quote(name, audience, keep, language)
    mark = Words(language).say("redacted_name")
    rest = " ".join(reduced.replace(mark, " ").split()).strip(" ,;")
    return rest or Words(language).say("speaker_withheld")


def find_contacts(text: str) -> Iterator[Span]:
    """Find phone numbers, addresses, handles and numbers of documents."""
    for found in EMAIL.finditer(text):
        yield Span(*found.span(), "email")
    for found in HANDLE.finditer(text):
        yield Span(*found.span(), "email")
    for found in ID_NUMBER.finditer(text):
        yield Span(*found.span(1), "id")
    for found in PHONE.finditer(text):
        if sum(char.isdigit() for char in found[0]) in PHONE_DIGITS:
            yield Span(*found.span(), "phone")
    for found in BARE_ID.finditer(text):
        yield Span(*found.span(), "id")


def find_persons(text: str, keep: Collection[str] = ()) -> Iterator[Span]:
    """Find what tells of a person: contacts, and names that something says are a person's."""
    yield from find_contacts(text)
    known = {name.casefold() for name in keep}
    for found in _HONOURED.finditer(text):
        yield Span(*found.span(), "name")
    for pattern in (_OFFICE, _SAID, _SAID_BEFORE, _AGED, _KIN):
        for found in pattern.finditer(text):
            start, end = _without_opener(text, *found.span(1))
            if pattern is _KIN and not text[start : start + 1].isupper():
                continue
            if start < end and not _is_no_person(
                text[start:end], known, alone=pattern in {_SAID, _SAID_BEFORE}
            ):
                yield Span(start, end, "name")
    for found in _ONE_NAME.finditer(text):
        start, end = _without_opener(text, *found.span())
        parts = re.split(r"[ \u00a0-]", text[start:end])
        given = parts[0].casefold() in GIVEN_NAMES or (len(parts) > 2 and parts[1].casefold() in GIVEN_NAMES)
        if len(parts) > 1 and given and not _is_no_person(text[start:end], known):
            yield Span(start, end, "name")


def _without_opener(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out words that are only capital because a sentence begins, and offices."""
    while start < end:
        first = re.match(r"\S+\s*", text[start:end])
        if first is None:
            break
        word = first[0].strip().casefold().rstrip(",")
        if word not in _OPENERS and word not in _OFFICE_WORDS:
            break
        start += first.end()
    return start, end


_OFFICE_WORDS = frozenset(office.casefold() for office in OFFICES)


def _is_no_person(name: str, known: set[str], *, alone: bool = False) -> bool:
    """Tell whether a name is of a place or an organisation; `alone` where one word is not enough to judge."""
    plain = name.casefold().removesuffix("\u2019s").removesuffix("'s")
    words = [word for word in re.split(r"[ \u00a0-]", plain) if word]
    if not words or NOT_PERSONS.intersection(words):
        return True
    if any(f" {plain} " in f" {one} " for one in known):
        return True
    # a word of capitals is an organisation: UNHCR, OCHA, IOM
    return alone and len(words) == 1 and name.isupper()


def shorten_quote(text: str, quantity: str, audience: str) -> str:
    """Cut a quote to the words around its quantity where it is longer than the audience may be given."""
    words = text.split()
    if allows(audience, "long_quotes") or len(words) <= LONGEST_QUOTE:
        return text
    at = text.casefold().find(quantity.casefold()) if quantity else -1
    first = len(text[: max(at, 0)].split())
    if text[:at][-1:].strip() and at > 0:
        first -= 1  # the quantity begins inside a word
    size = max(1, len(quantity.split()))
    begin = max(0, min(first - (LONGEST_QUOTE - size) // 2, len(words) - LONGEST_QUOTE))
    end = begin + LONGEST_QUOTE
    before, after = "\u2026 " if begin else "", " \u2026" if end < len(words) else ""
    return before + " ".join(words[begin:end]) + after
