"""Which days time words mean, counted from the date of the report.

Vague words have fixed meanings, so that reading twice gives the same: 'early', 'mid' and 'late' are
thirds of a
month or year, 'recent' and 'coming' days are seven, weeks four, months three; a week runs from Monday.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

FUTURE = "future"
Days = tuple[date | None, date | None]
NOTHING: Days = (None, None)
VAGUE = {"hour": 1, "day": 7, "week": 28, "month": 92, "year": 3 * 365, "decade": 30 * 365}
EDGE_DAYS = 7  # 'the end of June' is its last seven days

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), 1)
    for name in names.split()
}  # fmt: skip
_WEEKDAYS = {
    name: number
    for number, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())
}
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "winter": (12, 2)}
_NUMBERS = {
    name: number
    for number, name in enumerate("a one two three four five six seven eight nine ten eleven twelve".split())
} | {"a": 1, "an": 1, "fifteen": 15, "twenty": 20, "thirty": 30, "couple of": 2}
_FEW = {"few": 4, "several": 5, "some": 4, "many": 6}

_M = (
    r"(?P<month>january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\.?"
)
_D = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_Y = r"(?P<year>(?:19|20)\d\d)"
_W = r"(?P<weekday>monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_WHICH_YEAR = rf"(?:,?\s+(?:of\s+)?(?:{_Y}|(?P<which>this|last|the same|that)\s+year))?"
_CLOCK = r"(?:,?\s+(?:at|until|to|by)?\s*\d{1,2}(?:[:.]\d\d)?\s?(?:a\.m\.|p\.m\.|am|pm|utc|gmt|hrs))?"

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)$")
_SLASH = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{2,4})$")
_DAY_MONTH = re.compile(
    rf"(?:{_W.replace('<weekday>', '<wd>')},?\s+)?(?:the\s+)?{_D}\s+(?:of\s+)?{_M}{_WHICH_YEAR}{_CLOCK}$"
)
_MONTH_DAY = re.compile(rf"(?:{_W.replace('<weekday>', '<wd>')},?\s+)?{_M}\s+{_D}(?:,?\s+{_Y})?{_CLOCK}$")
_MONTH_ONLY = re.compile(rf"(?:(?P<turn>last|this|next|past|previous)\s+)?{_M}{_WHICH_YEAR}$")
_YEAR_ONLY = re.compile(rf"(?:the\s+year\s+)?{_Y}$")
_YEARS = re.compile(r"((?:19|20)\d\d)[-–/](\d\d(?:\d\d)?)$")
_DECADE = re.compile(r"(?:the\s+)?((?:19|20)\d\d)s$")
_SEASON = re.compile(
    rf"(?:(?P<turn>last|this|next)\s+)?(?P<season>spring|summer|autumn|winter)(?:\s+(?:of\s+)?{_Y})?$"
)
_PART_OF_YEAR = re.compile(
    rf"(?:the\s+)?(?P<nth>first|second|third|fourth|last)\s+(?P<part>quarter|half)\s+of\s+(?:{_Y}|(?:(?P<which>this|last|the)\s+)year)$"
)
_WEEKDAY = re.compile(
    rf"(?:(?P<turn>last|this|next|past|previous|coming)\s+)?{_W}(?:\s+(?:morning|afternoon|evening|night|midnight|noon))?{_CLOCK}$"
)
_PERIOD = re.compile(
    r"(?:the\s+)?(?P<turn>last|this|next|past|previous|current|coming|the)\s+(?P<period>weekend|week|month|year|decade|century)$"
)
_AGO = re.compile(
    r"(?P<number>[\w ]+?)\s+(?P<unit>hour|day|week|month|year|decade)s?\s+(?:ago|earlier|before)$"
)
_SPAN = re.compile(
    r"(?:the\s+|these\s+)?(?P<turn>past|last|previous|preceding|next|coming|first|following|final|recent)\s+"
    r"(?:(?P<number>[\w ]+?)\s+)?(?P<unit>hour|day|week|month|year|decade)s?$"
)
_IN_SPAN = re.compile(
    r"(?:the\s+)?(?:next\s+)?(?P<number>[\w ]+?)\s+(?P<unit>hour|day|week|month|year|decade)s?$"
)
_LAST_OF = re.compile(
    r"(?:the\s+)?(?P<turn>first|last|final)\s+(?P<number>[\w ]+?)\s+(?P<unit>day|week"
    r"|month)s?\s+of\s+(?P<rest>.+)$"
)
_EDGE = re.compile(
    r"(?:the\s+)?(?P<edge>early|mid|late|mid-to-late|early\s+to\s+mid)(?:-|\s+)(?:in\s+)?(?P<rest>.+)$"
)
_EDGE_OF = re.compile(
    r"(?:the\s+)?(?:very\s+)?(?P<edge>beginning|start|end|middle|close)\s+of\s+(?P<rest>.+)$"
)
_RANGE = re.compile(
    r"(?:(?:from|between|during|in)\s+)?(?P<a>.+?)\s*(?:\b(?:to|and|until|till|through)\b|[-–])\s*(?P<b>.+)$"
)
_PREFIX = re.compile(
    r"(?P<prefix>on|in|at|by|since|ever\s+since|until|till|up\s+to|up\s+until|as\s+of|as\s+at|as\s+from|from|during|before|"
    r"after|around|about|through|throughout|within|over|prior\s+to|towards?|starting|beginning|dated|ending|only|"
    r"so\s+far|already|earlier|later|for|back\s+in|late\s+on|early\s+on|on\s+or\s+about)\s+(?P<rest>.+)$"
)
_NOW = frozenset(
    {
        "now", "currently", "at present", "presently", "at the moment", "right now", "today", "nowadays",
        "these days", "tonight", "this morning", "this afternoon", "this evening", "earlier today",
        "later today",
    }
)  # fmt: skip
_SO_FAR = frozenset("so far|to date|until now|till now|up to now".split("|"))
_EVENT = re.compile(
    r"since\s+.*?\b(?:began|started|broke\s+out|erupted|resumed|escalated|intensified)\s+(?P<rest>.+)$"
)


def days_meant(words: str, published: date | None, tense: str = "") -> Days:
    """Give the first and last day that time words mean.

    Parameters
    ----------
    words
        Time words as written: 'since 17 October', 'on Saturday', 'in the last three weeks'.
    published
        Date of the report; None where it is unknown.
    tense
        `future` where the sentence speaks of what is to come; then a weekday is the next one.

    Returns
    -------
    date_from, date_to
        Both may be None: 'since the fighting began' has no day, 'by 2006' no first day.

    Examples
    --------
    >>> days_meant("since 17 October", date(2016, 11, 2))
    (datetime.date(2016, 10, 17), datetime.date(2016, 11, 2))
    """
    text = re.sub(r"\s+", " ", words.strip().strip(",.;").lower())
    if text.endswith(("'s", "’s")):
        text = text[:-2].removeprefix("after ")  # 'after last week's floods': in last week
    if len(text) > 120:
        return NOTHING
    try:
        return _read(text, published, tense)
    except (ValueError, OverflowError):  # no such day: '31 June', or before the year 1
        return NOTHING


def _read(text: str, published: date | None, tense: str) -> Days:
    event = _EVENT.match(text)
    if event:
        first, _ = _read(event["rest"], published, "")
        return first, published if first else None
    whole = _plain(text, published, tense)
    if whole is not None:
        return whole
    between = _range(text, published, tense)
    if between is not None:
        return between
    match = _PREFIX.match(text)
    if not match:
        return NOTHING
    return _prefixed(re.sub(r"\s+", " ", match["prefix"]), match["rest"], published, tense)


def _prefixed(prefix: str, rest: str, published: date | None, tense: str) -> Days:
    """Read 'since', 'by', 'as of' and the like before a date."""
    if prefix in {"since", "ever since", "from", "as from", "starting", "beginning"}:
        first, last = _read_since(rest, published)
        ahead = first is not None and published is not None and first > published
        if prefix in {"from", "starting", "beginning", "as from"}:
            return first, None
        return (first, None if ahead else published) if first else NOTHING
    if prefix in {"within", "in"}:
        match = _IN_SPAN.match(rest)
        count = _count(match["number"]) if match else None
        if match and count is not None and not rest.startswith(("the first", "the past", "the last")):
            return (published, _shift(published, match["unit"], count)) if published else NOTHING
    if prefix == "so far":
        first, _ = _read(rest, published, "")
        return first, published
    if prefix in {"by", "until", "till", "up to", "up until", "ending", "before", "prior to"}:
        # a date without a year after 'until' is the nearest one; a weekday may still be over
        first, last = _read(rest, published, tense if _WEEKDAY.match(rest) else FUTURE)
        if prefix in {"before", "prior to"}:
            return None, first - timedelta(1) if first else None
        return None, last
    if prefix == "after":
        first, last = _read(rest, published, tense)
        return (last or first), None
    if prefix in {"as of", "as at"}:
        _, last = _read(rest, published, "")
        return last, last
    return _read(rest, published, tense)


def _read_since(rest: str, published: date | None) -> Days:
    """Read the beginning of a period: 'since Friday' told on a Friday is a week ago."""
    match = _WEEKDAY.match(rest)
    if match and published:
        back = (published.weekday() - _WEEKDAYS[match["weekday"]]) % 7 or 7
        return published - timedelta(back), None
    edge = _EDGE_OF.match(rest)
    if edge and edge["edge"] in {"beginning", "start"}:
        return _read(edge["rest"], published, "whole")
    first, last = _read(rest, published, "")
    return first, last


def _plain(text: str, published: date | None, tense: str) -> Days | None:
    """Read words without a preposition; None where they are no date."""
    for read in (_absolute, _month, _relative, _weekday, _period, _span, _edge):
        found = read(text, published, tense)
        if found is not None:
            return found
    return None


def _absolute(text: str, published: date | None, tense: str) -> Days | None:
    if match := _ISO.match(text):
        return _one(date(int(match[1]), int(match[2]), int(match[3])))
    if match := _SLASH.match(text):
        day, month, year = int(match[1]), int(match[2]), int(match[3])
        if month > 12 >= day:  # written month first
            day, month = month, day
        return _one(date(year + 2000 if year < 100 else year, month, day))
    if match := _DAY_MONTH.match(text) or _MONTH_DAY.match(text):
        month, day = _MONTHS[match["month"]], int(match["day"])
        year = _year_of(match, published)
        if year:
            return _one(date(year, month, day))
        return _one(_nearest(month, day, published, tense)) if published else NOTHING
    if match := _YEAR_ONLY.match(text):
        return _capped(date(int(match["year"]), 1, 1), date(int(match["year"]), 12, 31), published, tense)
    if match := _YEARS.match(text):
        first = int(match[1])
        last = int(match[2]) if len(match[2]) == 4 else first // 100 * 100 + int(match[2])
        return (date(first, 1, 1), date(last, 12, 31)) if first <= last <= first + 60 else NOTHING
    if match := _DECADE.match(text):
        return date(int(match[1]), 1, 1), date(int(match[1]) + 9, 12, 31)
    if match := _PART_OF_YEAR.match(text):
        return _part_of_year(match, published)
    return None


def _part_of_year(match: re.Match[str], published: date | None) -> Days:
    year = _year_of(match, published)
    if not year and published:
        year = published.year
    if not year:
        return NOTHING
    months = 3 if match["part"] == "quarter" else 6
    nth = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": 12 // months - 1}[match["nth"]]
    if nth * months >= 12:
        return NOTHING
    first, last = nth * months + 1, nth * months + months
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _year_of(match: re.Match[str], published: date | None) -> int:
    groups = match.groupdict()
    if groups.get("year"):
        return int(groups["year"])
    if groups.get("which") and published:
        return published.year - (groups["which"] == "last")
    return 0


def _nearest(month: int, day: int, published: date, tense: str) -> date:
    """Choose the year of a date without one: the nearest, rather before the report than after it."""
    best: tuple[float, date] | None = None
    for year in (published.year - 1, published.year, published.year + 1):
        try:
            candidate = date(year, month, day)
        except ValueError:  # 29 February
            continue
        away = (candidate - published).days
        ahead, back = (1.0, 1.5) if tense == FUTURE else (15.0, 1.0)
        cost = away * ahead if away > 0 else -away * back
        if best is None or cost < best[0]:
            best = (cost, candidate)
    if best is None:
        raise ValueError
    return best[1]


def _month(text: str, published: date | None, tense: str) -> Days | None:
    if match := _MONTH_ONLY.match(text):
        month = _MONTHS[match["month"]]
        year = _year_of(match, published)
        if not year:
            if published is None:
                return NOTHING
            # a month without a year is the last one before the report, or the nearest in what is to come
            turn = match["turn"]
            if turn == "next" or (tense == FUTURE and turn in {None, "this"}):
                middle = _nearest(month, 15, published, tense)
                year = middle.year if turn is None or middle > published else middle.year + 1
            else:
                year = published.year - (month > published.month)
            if turn in {"last", "past", "previous"} and month == published.month:
                year -= 1
        return _capped(date(year, month, 1), date(year, month, monthrange(year, month)[1]), published, tense)
    if match := _SEASON.match(text):
        if match["year"]:
            return _season(match["season"], int(match["year"]))
        if not published:
            return NOTHING
        seasons = [_season(match["season"], published.year + n) for n in (-2, -1, 0, 1, 2)]
        if match["turn"] == "next" or tense == FUTURE:
            return next(s for s in seasons if s[1] > published)
        if match["turn"] == "last":
            return [s for s in seasons if s[1] < published][-1]
        return [s for s in seasons if s[0] <= published][-1]
    return None


def _season(name: str, year: int) -> tuple[date, date]:
    """Give the days of a northern season; winter is named by the year it begins in."""
    first, last = _SEASONS[name]
    end = year + (last < first)
    return date(year, first, 1), date(end, last, monthrange(end, last)[1])


def _relative(text: str, published: date | None, tense: str) -> Days | None:
    del tense
    if text in _NOW:
        return _one(published) if published else NOTHING
    if text in _SO_FAR:
        return None, published
    shifts = {
        "yesterday": (-1, -1), "last night": (-1, -1), "overnight": (-1, 0), "tomorrow": (1, 1),
        "day before yesterday": (-2, -2), "the day before yesterday": (-2, -2), "earlier yesterday": (-1, -1),
    }  # fmt: skip
    if text in shifts:
        if not published:
            return NOTHING
        a, b = shifts[text]
        return published + timedelta(a), published + timedelta(b)
    if match := _AGO.match(text):
        count = _count(match["number"])
        if count is None or published is None or not text.endswith("ago"):
            return NOTHING
        return _one(_shift(published, match["unit"], -count))
    return None


def _weekday(text: str, published: date | None, tense: str) -> Days | None:
    match = _WEEKDAY.match(text)
    if not match:
        return None
    if not published:
        return NOTHING
    wanted = _WEEKDAYS[match["weekday"]]
    turn = match["turn"]
    ahead = (wanted - published.weekday()) % 7
    back = (published.weekday() - wanted) % 7
    if turn in {"next", "coming"}:
        return _one(published + timedelta(ahead or 7))
    if turn in {"last", "past", "previous"}:
        return _one(published - timedelta(back or 7))
    if tense == FUTURE:
        return _one(published + timedelta(ahead))
    return _one(published - timedelta(back))


def _period(text: str, published: date | None, tense: str) -> Days | None:
    match = _PERIOD.match(text)
    if not match:
        return None
    if not published:
        return NOTHING
    turn, period = match["turn"], match["period"]
    step = {"last": -1, "past": -1, "previous": -1, "next": 1, "coming": 1}.get(turn, 0)
    if turn == "past" or (
        text.startswith("the ") and turn in {"past", "coming", "last"} and period != "weekend"
    ):
        days = {"week": 7, "month": 30, "year": 365, "decade": 3652, "century": 36524, "weekend": 7}[period]
        edge = published + timedelta(step * days)
        return (edge, published) if step < 0 else (published, edge)
    if period in {"week", "weekend"}:
        first = published - timedelta(published.weekday()) + timedelta(7 * step)
        last = first + timedelta(6)
        if period == "weekend":
            if step == 0 and not tense and published.weekday() < 5:
                first -= timedelta(7)  # 'this weekend' told on a Monday is over
            elif step == -1 and published.weekday() >= 5:
                pass
            first += timedelta(5)
            last = first + timedelta(1)
    elif period == "month":
        index = published.year * 12 + published.month - 1 + step
        first = date(index // 12, index % 12 + 1, 1)
        last = date(first.year, first.month, monthrange(first.year, first.month)[1])
    elif period == "year":
        first, last = date(published.year + step, 1, 1), date(published.year + step, 12, 31)
    else:
        years = 10 if period == "decade" else 100
        start = published.year // years * years + step * years
        first, last = date(start, 1, 1), date(start + years - 1, 12, 31)
    return _capped(first, last, published, tense) if step == 0 else (first, last)


def _span(text: str, published: date | None, tense: str) -> Days | None:
    del tense
    if match := _LAST_OF.match(text):
        first, last = _read(match["rest"], published, "whole")
        count = _count(match["number"])
        if first is None or last is None or count is None:
            return NOTHING
        if match["turn"] == "first":
            return first, _shift(first, match["unit"], count) - timedelta(1)
        return _shift(last + timedelta(1), match["unit"], -count), last
    match = _SPAN.match(text)
    if not match:
        return None
    turn, unit = match["turn"], match["unit"]
    if not published or turn in {"first", "following", "final"}:
        return NOTHING  # counted from an event, not from the report
    count = _count(match["number"]) if match["number"] else None
    if count is None:
        if match["number"]:
            return NOTHING
        edge = timedelta(VAGUE[unit])
        return (published, published + edge) if turn in {"next", "coming"} else (published - edge, published)
    if turn in {"next", "coming"}:
        return published, _shift(published, unit, count)
    return _shift(published, unit, -count), published


def _edge(text: str, published: date | None, tense: str) -> Days | None:
    """Read 'early March', 'late last week', 'the end of the year'."""
    match = _EDGE.match(text) or _EDGE_OF.match(text)
    if not match:
        return None
    rest = match["rest"]
    if rest in {"the year", "the month", "the week"}:
        rest = rest.replace("the", "this")
    elif match["edge"] in {"early", "late"} and (found := _weekday(rest, published, tense)):
        return found
    elif match["edge"] in {"early", "late"} and rest.startswith("on "):
        return _read(rest, published, tense)
    # the whole period, uncapped: its end may lie ahead
    first, last = _read(rest, published, "whole" if tense != FUTURE else FUTURE)
    if tense == FUTURE and rest.startswith("this"):
        first, last = _read(rest, published, "whole")
    if first is None or last is None:
        return NOTHING
    length = (last - first).days + 1
    edge = re.sub(r"\s+", " ", match["edge"])
    if edge in {"end", "close"}:
        return last - timedelta(min(EDGE_DAYS, length) - 1), last
    if edge in {"beginning", "start"}:
        return first, first + timedelta(min(EDGE_DAYS, length) - 1)
    if 28 <= length <= 31 and first.day == 1:
        cuts: tuple[date, ...] = (first, first + timedelta(10), first + timedelta(20), last + timedelta(1))
    elif length in {365, 366}:
        cuts = (first, date(first.year, 5, 1), date(first.year, 9, 1), last + timedelta(1))
    elif length > 3650 and first.month == 1:
        cuts = (first, date(first.year + 4, 1, 1), date(first.year + 7, 1, 1), last + timedelta(1))
    else:
        cuts = tuple(first + timedelta(round(length * n / 3)) for n in range(4))
    low, high = {"early": (0, 1), "mid": (1, 2), "middle": (1, 2), "late": (2, 3), "mid-to-late": (1, 3),
                 "early to mid": (0, 2)}[edge]  # fmt: skip
    return cuts[low], cuts[high] - timedelta(1)


def _range(text: str, published: date | None, tense: str) -> Days | None:
    """Read 'between 8 and 12 May', 'January to March', '1998-2004'."""
    match = _RANGE.match(text)
    if not match:
        return None
    a, b = match["a"], match["b"]
    late = _plain(b, published, tense if tense == FUTURE else "whole")
    if re.match(r"\d{1,2}(?:st|nd|rd|th)?$", b):  # 'May 8 to 12'
        month_day = re.match(r"(\w+\.?) \d{1,2}(?:st|nd|rd|th)?$", a)
        late = _plain(f"{month_day[1]} {b}", published, "whole") if month_day else None
    else:
        month_day_year = re.match(r"(\d{1,2}(?:st|nd|rd|th)?),? ((?:19|20)\d\d)$", b)  # 'May 8-12, 2016'
        start = re.match(r"(\w+\.?) \d{1,2}(?:st|nd|rd|th)?$", a)
        if month_day_year and start:
            late = _plain(f"{start[1]} {month_day_year[1]}, {month_day_year[2]}", published, "whole")
            a = f"{a}, {month_day_year[2]}"
    if late is None or late[1] is None:
        return None if late is None else NOTHING
    end = late[1]
    day = re.match(r"(\d{1,2})(?:st|nd|rd|th)?$", a)
    if day:
        first: date | None = date(end.year, end.month, int(day[1]))
    else:
        early = _plain(a, end if not _has_year(a) else published, "whole")
        if early is None or early[0] is None:
            return None if early is None else NOTHING
        first = early[0]
    if first and first > end:
        return NOTHING
    return first, end


def _has_year(text: str) -> bool:
    return bool(re.search(r"(?:19|20)\d\d", text))


def _count(number: str) -> int | None:
    """Read a small number word; None where it is none."""
    number = number.strip()
    number = number.removeprefix("a ") if number.removeprefix("a ") in {*_FEW, "couple of"} else number
    if number.isdigit():
        return int(number) if len(number) <= 3 else None
    return _NUMBERS.get(number, _FEW.get(number))


def _shift(day: date, unit: str, count: int) -> date:
    """Go a number of hours, days, weeks, months or years from a day."""
    if unit == "hour":
        whole = -(-abs(count) // 24)
        return day + timedelta(whole if count > 0 else -whole)
    if unit in {"day", "week"}:
        return day + timedelta(count * (7 if unit == "week" else 1))
    months = count * {"month": 1, "year": 12, "decade": 120}[unit]
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _one(day: date) -> Days:
    return day, day


def _capped(first: date, last: date, published: date | None, tense: str) -> Days:
    """Cut a period that holds the report: what was has been so far, what will be is still to come."""
    if published is None or tense == "whole" or not first <= published <= last:
        return first, last
    return (published, last) if tense == FUTURE else (first, published)
