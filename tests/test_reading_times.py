"""Time words of reports: which days they mean, and which figure of a sentence they belong to."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havenward.reading.calendar_words import FUTURE, days_meant
from havenward.reading.layout import lay_out
from havenward.reading.parts import Quantity
from havenward.reading.times import date_quantities

WEDNESDAY = date(2016, 11, 2)

# words | first day | last day, read in a report of Wednesday 2 November 2016
PAST = """
on Saturday | 2016-10-29 | 2016-10-29
last Saturday | 2016-10-29 | 2016-10-29
on Wednesday | 2016-11-02 | 2016-11-02
last Wednesday | 2016-10-26 | 2016-10-26
late on Tuesday | 2016-11-01 | 2016-11-01
Monday night | 2016-10-31 | 2016-10-31
since Friday | 2016-10-28 | 2016-11-02
since Wednesday | 2016-10-26 | 2016-11-02
yesterday | 2016-11-01 | 2016-11-01
the day before yesterday | 2016-10-31 | 2016-10-31
last night | 2016-11-01 | 2016-11-01
overnight | 2016-11-01 | 2016-11-02
today | 2016-11-02 | 2016-11-02
earlier today | 2016-11-02 | 2016-11-02
tomorrow | 2016-11-03 | 2016-11-03
now | 2016-11-02 | 2016-11-02
currently | 2016-11-02 | 2016-11-02
so far | - | 2016-11-02
to date | - | 2016-11-02
until now | - | 2016-11-02
last week | 2016-10-24 | 2016-10-30
this week | 2016-10-31 | 2016-11-02
late last week | 2016-10-29 | 2016-10-30
since last week | 2016-10-24 | 2016-11-02
since early last week | 2016-10-24 | 2016-11-02
after last week's | 2016-10-24 | 2016-10-30
last weekend | 2016-10-29 | 2016-10-30
last month | 2016-10-01 | 2016-10-31
this month | 2016-11-01 | 2016-11-02
so far this month | 2016-11-01 | 2016-11-02
early this month | 2016-11-01 | 2016-11-10
last year | 2015-01-01 | 2015-12-31
this year | 2016-01-01 | 2016-11-02
so far this year | 2016-01-01 | 2016-11-02
since the start of the year | 2016-01-01 | 2016-11-02
since the beginning of October | 2016-10-01 | 2016-11-02
since 17 October | 2016-10-17 | 2016-11-02
since October 17 | 2016-10-17 | 2016-11-02
on Oct. 17 | 2016-10-17 | 2016-10-17
from 17 October | 2016-10-17 | -
after 17 October | 2016-10-17 | -
before 17 October | - | 2016-10-16
until 30 November | - | 2016-11-30
by 2006 | - | 2006-12-31
as of 30 June | 2016-06-30 | 2016-06-30
as at 30 June 2014 | 2014-06-30 | 2014-06-30
as of December 2013 | 2013-12-31 | 2013-12-31
as of the end of June | 2016-06-30 | 2016-06-30
as of 04 February at 09.00 UTC | 2016-02-04 | 2016-02-04
23 June | 2016-06-23 | 2016-06-23
23rd of June | 2016-06-23 | 2016-06-23
on the 23rd of June | 2016-06-23 | 2016-06-23
June 23, 2014 | 2014-06-23 | 2014-06-23
23 June 2014 | 2014-06-23 | 2014-06-23
on 25th July 2013 | 2013-07-25 | 2013-07-25
Saturday, 29 October | 2016-10-29 | 2016-10-29
23/06/2014 | 2014-06-23 | 2014-06-23
06/23/2014 | 2014-06-23 | 2014-06-23
2014-06-23 | 2014-06-23 | 2014-06-23
12 December | 2015-12-12 | 2015-12-12
29 February | 2016-02-29 | 2016-02-29
in June | 2016-06-01 | 2016-06-30
last June | 2016-06-01 | 2016-06-30
in December | 2015-12-01 | 2015-12-31
in May this year | 2016-05-01 | 2016-05-31
in May last year | 2015-05-01 | 2015-05-31
in November 2007 | 2007-11-01 | 2007-11-30
mid-July | 2016-07-11 | 2016-07-20
early March | 2016-03-01 | 2016-03-10
in late October | 2016-10-21 | 2016-10-31
since late October | 2016-10-21 | 2016-11-02
at the end of September | 2016-09-24 | 2016-09-30
in late 2014 | 2014-09-01 | 2014-12-31
in 2014 | 2014-01-01 | 2014-12-31
during 2013 and 2014 | 2013-01-01 | 2014-12-31
in 2016 | 2016-01-01 | 2016-11-02
since 2014 | 2014-01-01 | 2016-11-02
in the 1990s | 1990-01-01 | 1999-12-31
in the early 2000s | 2000-01-01 | 2003-12-31
between 2006 and 2015 | 2006-01-01 | 2015-12-31
2007-08 | 2007-01-01 | 2008-12-31
between 8 and 12 May | 2016-05-08 | 2016-05-12
from 8 to 12 May 2015 | 2015-05-08 | 2015-05-12
8-12 May | 2016-05-08 | 2016-05-12
May 8-12, 2015 | 2015-05-08 | 2015-05-12
from 28 October to 2 November | 2016-10-28 | 2016-11-02
January to March | 2016-01-01 | 2016-03-31
from January to March 2015 | 2015-01-01 | 2015-03-31
between July and August | 2016-07-01 | 2016-08-31
in the past 24 hours | 2016-11-01 | 2016-11-02
over the past 48 hours | 2016-10-31 | 2016-11-02
in the last three weeks | 2016-10-12 | 2016-11-02
over the past few days | 2016-10-29 | 2016-11-02
in the past year | 2015-11-03 | 2016-11-02
in recent weeks | 2016-10-05 | 2016-11-02
two weeks ago | 2016-10-19 | 2016-10-19
a month ago | 2016-10-02 | 2016-10-02
three years ago | 2013-11-02 | 2013-11-02
last summer | 2016-06-01 | 2016-08-31
in summer 2015 | 2015-06-01 | 2015-08-31
the first quarter of 2015 | 2015-01-01 | 2015-03-31
in the first half of this year | 2016-01-01 | 2016-06-30
in the first three months of 2016 | 2016-01-01 | 2016-03-31
since fighting erupted on 25 October | 2016-10-25 | 2016-11-02
since then | - | -
on the same day | - | -
within the first 24 hours | - | -
31 June | - | -
every year | - | -
"""
AHEAD = """
on Saturday | 2016-11-05 | 2016-11-05
next Saturday | 2016-11-05 | 2016-11-05
on Wednesday | 2016-11-02 | 2016-11-02
by Saturday evening | - | 2016-11-05
next week | 2016-11-07 | 2016-11-13
this week | 2016-11-02 | 2016-11-06
next month | 2016-12-01 | 2016-12-31
this year | 2016-11-02 | 2016-12-31
by the end of the year | - | 2016-12-31
by the end of this month | - | 2016-11-30
by mid-November | - | 2016-11-20
by 2017 | - | 2017-12-31
in December | 2016-12-01 | 2016-12-31
on 12 December | 2016-12-12 | 2016-12-12
in the coming days | 2016-11-02 | 2016-11-09
in the coming weeks | 2016-11-02 | 2016-11-30
in the next two months | 2016-11-02 | 2017-01-02
within the next six months | 2016-11-02 | 2017-05-02
in one week | 2016-11-02 | 2016-11-09
"""


def read_rows(table: str):
    def day(cell):
        return None if cell == "-" else date.fromisoformat(cell)

    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return [(words, day(first), day(last)) for words, first, last in rows]


def test_there_are_at_least_eighty_expressions():
    assert len(read_rows(PAST)) + len(read_rows(AHEAD)) >= 120


@pytest.mark.parametrize(("words", "first", "last"), read_rows(PAST))
def test_days_of_words_about_what_was(words, first, last):
    assert days_meant(words, WEDNESDAY) == (first, last)


@pytest.mark.parametrize(("words", "first", "last"), read_rows(AHEAD))
def test_days_of_words_about_what_will_be(words, first, last):
    assert days_meant(words, WEDNESDAY, FUTURE) == (first, last)


@pytest.mark.parametrize(
    "words", ["on Saturday", "last week", "in June", "so far", "two weeks ago", "in the past year"]
)
def test_without_the_date_of_the_report_only_full_dates_have_days(words):
    assert days_meant(words, None) == (None, None)
    assert days_meant("23 June 2014", None) == (date(2014, 6, 23), date(2014, 6, 23))
    assert days_meant("since 2014", None) == (date(2014, 1, 1), None)


# text with its figures in braces | the time words of each
SENTENCES = [
    ("{400} people fled on Saturday.", ["on Saturday"]),
    ("On Saturday, {400} people fled and {20} died.", ["On Saturday", "On Saturday"]),
    ("{400} people fled in May and {90} in June.", ["in May", "in June"]),
    (
        "Storms killed {400} people between 2006 and 2015, including {90} in 2014.",
        ["between 2006 and 2015", "in 2014"],
    ),
    ("The UN said on Tuesday that {400} people had fled since 17 October.", ["since 17 October"]),
    ("{400} people have fled, the UN said on Tuesday.", [None]),
    ("As of 30 June, {400} people were in camps.", ["As of 30 June"]),
    ("{400} people were in camps, as of 30 June 2014.", ["as of 30 June 2014"]),
    ("{400} people left the town overnight.", ["overnight"]),
    ("Up to {400} people could flee in the coming weeks.", ["in the coming weeks"]),
    ("About {400} people a day arrived last week.", ["last week"]),
    ("Some {400} people (OCHA, 3 May 2016) live in tents.", [None]),
    ("So far this month, {400} families have come.", ["So far this month"]),
    ("The town, which rebels seized in 2014, holds {400} families.", [None]),
    ("{400} people may come and will need tents.", [None]),
    ("They march; {400} people are without water.", [None]),
    ("{400} have fled since the fighting began.", ["since the fighting began"]),
    ("By the end of the year {400} people will need help.", ["By the end of the year"]),
    (
        "In the past 24 hours {400} people crossed, against {900} a month ago.",
        ["In the past 24 hours", "a month ago"],
    ),
    ("Between 8 and 12 May, {400} people came.", ["Between 8 and 12 May"]),
    ("{400} died in January and February 2015.", ["in January and February 2015"]),
    ("The army entered on Monday; {400} people fled on Tuesday.", ["on Tuesday"]),
]


def figures_of(marked: str):
    spans, text = [], ""
    for part in re.split(r"(\{[^}]*\})", marked):
        plain = part.strip("{}")
        if part.startswith("{"):
            spans.append((len(text), len(text) + len(plain)))
        text += plain
    layout = lay_out(text)
    quantities = []
    for start, end in spans:
        sentence = max(i for i, s in enumerate(layout.sentences) if s.start <= start)
        number = float(text[start:end].replace(",", ""))
        quantities.append(Quantity(start, end, number, number, number, "exact", sentence))
    return layout, quantities


@pytest.mark.parametrize(("marked", "expressions"), SENTENCES)
def test_figures_get_the_time_words_of_their_clause(marked, expressions):
    layout, quantities = figures_of(f"News\n\n{marked}")
    whens = date_quantities(layout, quantities, WEDNESDAY)
    assert [when.expression for when in whens] == expressions


def test_a_weekday_is_the_next_one_only_where_the_clause_speaks_of_what_will_be():
    layout, quantities = figures_of(
        "News\n\n{400} people fled on Saturday, and {900} will be moved on Sunday."
    )
    fled, moved = date_quantities(layout, quantities, WEDNESDAY)
    assert (fled.date_from, moved.date_from) == (date(2016, 10, 29), date(2016, 11, 6))


def test_items_of_a_list_take_the_date_of_its_first_line():
    layout, quantities = figures_of(
        "News\n\nAs of 30 June 2014:\n\n- {400} displaced people\n- {900} refugees\n"
    )
    days = {when.date_to for when in date_quantities(layout, quantities, None)}
    assert days == {date(2014, 6, 30)}


WORDS = """since until by as of on in the last past next three few days weeks months year May June Monday 12 31 2014
    2016-02-30 12/31/14 between and to early mid- late end , . ago so far now 9:30 a.m. 400 people this every - ( )"""
PARTS = st.sampled_from(sorted(set(WORDS.split())))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.one_of(st.text(max_size=80), st.lists(PARTS, max_size=12).map(" ".join)))
def test_any_words_give_days_in_order_and_the_same_twice(words):
    for tense in ("", FUTURE):
        first, last = days_meant(words, WEDNESDAY, tense)
        assert (first, last) == days_meant(words, WEDNESDAY, tense)
        assert first is None or last is None or first <= last


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(PARTS, min_size=1, max_size=40).map(" ".join))
def test_time_words_are_copied_from_the_text(text):
    layout = lay_out(text)
    quantities = [
        Quantity(s.start, s.start + 1, 1.0, 1.0, 1.0, "exact", index)
        for index, s in enumerate(layout.sentences)
    ]
    whens = date_quantities(layout, quantities, WEDNESDAY)
    assert whens == date_quantities(layout, quantities, WEDNESDAY)
    assert all(when.expression is None or when.expression in text for when in whens)


@pytest.mark.parametrize(
    "text",
    [
        "in the last " * 80_000,
        "since " * 150_000,
        "12 May " * 140_000,
        "1/1/11 " * 140_000,
        "between 5 and " * 70_000,
    ],
)
def test_hostile_texts_are_read_to_the_end(text):
    layout = lay_out(text)
    quantities = [
        Quantity(s.start, s.start + 1, 1.0, 1.0, 1.0, "exact", index)
        for index, s in enumerate(layout.sentences)
    ]
    assert len(date_quantities(layout, quantities, WEDNESDAY)) == len(quantities)
