"""Which digits count nothing: those of dates, years, times, telephone numbers, references and addresses."""

from __future__ import annotations

import re

_TITLED = "January February March April May June July August September October November December".split()
# A month is written with a capital: "12 may have died" is no date.
_MONTHS = frozenset(
    form
    for name in (*_TITLED, *(name[:3] for name in _TITLED), "Sept")
    for form in (name, name + ".", name.upper(), name.upper() + ".")
)
_MONTH = "(?:" + "|".join(sorted((form for form in _MONTHS if form[-1] != "."), key=len, reverse=True)) + ")"
_DAY = "[0-3]?[0-9](?:st|nd|rd|th|ST|ND|RD|TH)?"
_COUNTED = (
    " (?:people|persons|civilians|families|households|homes|houses|men|women|children|refugees|IDPs|migrants"
    "|residents|villagers|soldiers|were|was|dead|killed|had|have|more)\\b"
)

# From a digit on: days before a month, whole dates, spans of years, times, telephone numbers.
_FROM_DIGIT = re.compile(
    rf"{_DAY}(?:(?: ?[-/&,] ?|,? (?:and|to|or|until|till) ){_DAY}){{0,4}} ?(?:of )?{_MONTH}\b\.?"
    r"(?:,? ?(?:19|20)[0-9]{2}\b)?|(?:[0-9]{4}[-/.][01]?[0-9][-/.][0-3]?[0-9]"
    r"|[0-3]?[0-9]([-/.])[0-3]?[0-9]\1(?:[0-9]{4}|[0-9]{2}))\b(?![,.]?[0-9])"
    rf"|(?:19|20)[0-9]{{2}} ?[-/] ?(?:(?:19|20)?[0-9]{{2}})\b(?![,.]?[0-9])(?!{_COUNTED})"
    r"|[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?: ?[aApP]\.?[mM]\b\.?)?"
    r"|[0-2]?[0-9](?:\.[0-5][0-9])? ?(?:[ap]\.?m\b\.?|[AP]\.?M\b\.?|\(?(?:GMT|UTC)\b|o'clock)"
    r"|[0-2][0-9][0-5][0-9] ?(?:\(?(?:GMT|UTC)\b|hours\b|hrs?\b|local time)"
    r"|[0-9]{2,4}-[0-9]{3,4}-[0-9]{3,5}\b|0[0-9]{1,4}[ -][0-9]{3,4}[ -][0-9]{3,5}\b"
)
_PHONE = re.compile(
    r"\+ ?[0-9]{1,3}[ .()-]{1,2}[0-9][0-9 .()/-]{5,18}[0-9]|\([0-9]{2,5}\) ?[0-9][0-9 -]{4,12}[0-9]"
)
# From a digit on, after a month: the days of that month, and a year.
_AFTER_MONTH = re.compile(
    rf"(?:(?:19|20)[0-9]{{2}}\b|(?P<day>{_DAY})(?![0-9,.]*[0-9]|%| million| thousand| hundred)"
    rf"(?:(?: ?[-/&] ?| (?:and|to|or) ){_DAY}(?![0-9,.]*[0-9]|{_COUNTED}| million| thousand))*"
    rf"(?P<year>,? (?:19|20)[0-9]{{2}}\b(?!{_COUNTED}))?)"
)
_COUNTED_NEXT = re.compile(_COUNTED)
_IN_MONTH = ("in ", "since ", "during ", "of ", "last ", "this ", "early ", "late ", "mid-")

# Words before a number that make it a label.
_LABELS = frozenset(
    "No No. no. Nos Nos. nos. Nr Nr. N\u00b0 n\u00b0 Number number Resolution resolution Resolutions"
    " resolutions SitRep Sitrep sitrep SITREP Update Issue Edition Page page Pages pages p. pp. p pp Section"
    " section Sections sections Chapter chapter Article article Articles articles Table table Tables Figure"
    " figure Fig. Annex annex Category category Level level Phase phase Stage stage Highway highway Route"
    " Flight flight Boeing Airbus Unit Battalion Brigade Division Zone Block Ward District Region Camp Line"
    " Version version WCAG ISO Top Sector Grade grade Day Week Episode Volume Vol. Part Paragraph paragraph"
    " Paragraphs paragraphs Para para Para. para. Round Channel Terminal Gate Bulletin UNSCR UN Area Class"
    " Type Tier Agenda Cup Olympics Rule Clause Act Law Decree Schedule Appendix Lot Plot Room Apartment Apt"
    " Apt. Box Magnitude magnitude Interstate Guideline Guidelines Edition Series Formula".split()
)
_LABEL_NUMBER = re.compile(
    r"#?[0-9]{1,5}(?:\.[0-9]+)*\b(?![,.]?[0-9]|%| ?per ?cent| million| thousand| hundred)"
    r"(?:(?:,| and|-| to) ?[0-9]{1,2}\b(?![,.]?[0-9]))?"
)
# a message of a thread ("4/ ", "4/12 ") and a note ("[2]", "[2, 5-7]")
_COUNTER = re.compile(r"[0-9]{1,3}/(?:[0-9]{1,3}|n)?(?=\s)")
_CITATION = re.compile(r"[0-9]{1,3}(?:[-,;\u2013 ]{1,2}[0-9]{1,3})*\]")
# labels in lower case, which may also stand before people: "in ward 5", not "in the ward 5 people"
_PLAIN_LABELS = frozenset(
    "ward block sector gate zone camp unit barrack lane bus row report bulletin update alert".split()
)
_ADDRESS = re.compile(r"(?:https?://|www\.|pic\.twitter\.com/|[#@])\S+")


def find_addresses(clean: str) -> list[tuple[int, int]]:
    """Find web addresses, handles and hash tags, whose digits and words count nothing."""
    if not ("://" in clean or "www." in clean or "@" in clean or "#" in clean or "pic." in clean):
        return []
    return [match.span() for match in _ADDRESS.finditer(clean)]


def skip_reference(clean: str, start: int, left: int, right: int) -> int:
    """Give the end of the date, time or reference that the digit at `start` belongs to, 0 for none.

    Parameters
    ----------
    clean
        The text with its capitals.
    start
        Where the digits begin.
    left, right
        Span of the sentence.
    """
    match = _FROM_DIGIT.match(clean, start, right)
    if match:
        return match.end()
    if start == left or clean[start - 1] == "[":
        match = (_COUNTER if start == left else _CITATION).match(clean, start, right)
        if match:
            return match.end()
    if start == left:
        return 0
    before = clean[start - 1]
    if before in "+(":
        match = _PHONE.match(clean, start - 1, right)
        return match.end() if match else 0
    if before not in " ,.#":
        return 0
    words = clean[max(left, start - 20) : start].split()
    word = words[-1].rstrip(",#") if words else ""
    word = word.lstrip("([\"'")
    if word in _MONTHS or (word in ("of", "mid") and len(words) > 1 and words[-2] in _MONTHS):
        return _skip_after_month(clean, start, left, right, word)
    if word in _PLAIN_LABELS and len(words) > 1 and words[-2] not in ("the", "a", "this", "that"):
        match = _LABEL_NUMBER.match(clean, start, right)
        if match and match.end() - start < 4 and not _COUNTED_NEXT.match(clean, match.end(), right):
            return match.end()
    if word in _LABELS or (word == "of" and len(words) > 1 and words[-2] == "Group"):
        match = _LABEL_NUMBER.match(clean, start, right)
        return match.end() if match else 0
    return 0


def _skip_after_month(clean: str, start: int, left: int, right: int, month: str) -> int:
    """Give the end of the day or year after a month; `in June 20 people were killed` holds no day."""
    match = _AFTER_MONTH.match(clean, start, right)
    if not match:
        return 0
    day = match.group("day")
    if day and not match.group("year") and _COUNTED_NEXT.match(clean, match.end("day"), right):
        lead = clean[max(left, start - len(month) - 9) : start - len(month) - 1].lower()
        if lead.endswith(_IN_MONTH):
            return 0
    return match.end()
