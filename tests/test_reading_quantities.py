"""Number expressions: value, hedge, range, rate; what is no number; and laws that hold for any text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenward.reading.layout import lay_out
from havenward.reading.parts import Quantity
from havenward.reading.quantities import find_quantities

# The number words stand in [[ ]]; then the quantifier, and the value or both ends.
# fmt: off
EXPRESSIONS: list[tuple[str, str, float | tuple[float, float]]] = [
    ("Some [[22 000]] people fled.", "approximately", 22_000),
    ("There were [[22,000]] people in the camp.", "exact", 22_000),
    ("About [[22.000]] people fled the town.", "approximately", 22_000),
    ("Floods displaced [[1,00,000]] people in Assam.", "exact", 100_000),
    ("Over [[46, 000]] people fled.", "more_than", 46_000),
    ("Some [[two\xa0million]] civilians remain.", "approximately", 2_000_000),
    ("At least [[12\u202f345]] people fled.", "at_least", 12_345),
    ("At least [[12\u2009345]] people fled.", "at_least", 12_345),
    ("Nearly [[1.2 mil\xadlion]] people fled.", "approximately", 1_200_000),
    ("Nearly [[1.2 millio-n]] people fled.", "approximately", 1_200_000),
    ("Up to [[2.5m]] people could flee.", "up_to", 2_500_000),
    ("Up to [[2.5 mn]] people could flee.", "up_to", 2_500_000),
    ("Floods displaced some [[199K]] people.", "approximately", 199_000),
    ("Around [[1.2 million]] people fled.", "approximately", 1_200_000),
    ("More than [[3 lakh]] people were moved.", "more_than", 300_000),
    ("About [[1.5 crore]] people live there.", "approximately", 15_000_000),
    ("[[Two million]] people live there.", "exact", 2_000_000),
    ("[[Half a million]] people could flee.", "exact", 500_000),
    ("[[A million and a half]] people fled.", "exact", 1_500_000),
    ("[[One and a half million]] people fled.", "exact", 1_500_000),
    ("[[Two hundred thousand]] people fled.", "exact", 200_000),
    ("[[A hundred]] people fled.", "exact", 100),
    ("More than [[a dozen]] people died.", "more_than", 12),
    ("[[Two dozen]] people died.", "exact", 24),
    ("[[A couple of thousand]] people left.", "approximately", 2_000),
    ("[[Several hundred thousand]] people fled.", "unspecified_many", 300_000),
    ("[[Tens of thousands]] of people fled.", "unspecified_many", 20_000),
    ("[[Hundreds]] of people fled.", "unspecified_many", 200),
    ("[[Dozens]] were killed.", "unspecified_many", 24),
    ("[[Scores]] of people were killed.", "unspecified_many", 40),
    ("[[A few thousand]] people remain.", "unspecified_many", 3_000),
    ("[[Twenty-five]] people were killed.", "exact", 25),
    ("[[Two hundred and fifty thousand]] people fled.", "exact", 250_000),
    ("[[Nine hundred and twenty-one]] families were displaced.", "exact", 921),
    ("[[Twenty-one thousand three hundred and forty-two]] people fled.", "exact", 21_342),
    ("About [[15 per cent]] of the population fled.", "approximately", 15),
    ("More than [[15%]] of the population fled.", "more_than", 15),
    ("[[Ten percent]] of the people fled.", "exact", 10),
    ("[[Half]] of them could be displaced.", "exact", 50),
    ("About [[a third]] of the residents fled.", "approximately", 33.3333),
    ("[[Two-thirds]] of the families have left.", "exact", 66.6667),
    ("[[Three quarters]] of the people fled.", "exact", 75),
    ("[[One in five]] Syrians has fled.", "exact", 20),
    ("[[Nine out of ten]] families need aid.", "exact", 90),
    ("They are about [[one-tenth]] of the population.", "approximately", 10),
    ("Roughly [[half]] of them could be displaced.", "approximately", 50),
    ("[[1 in 10]] people is displaced.", "exact", 10),
    ("[[One out of every three]] children is displaced.", "exact", 33.3333),
    ("Between [[500,000 and one million]] people could flee.", "between", (500_000, 1_000_000)),
    ("[[1.2 to 1.5 million]] people could flee.", "between", (1_200_000, 1_500_000)),
    ("Some [[300-400]] people fled.", "between", (300, 400)),
    ("[[2,000\u20134,000]] people fled.", "between", (2_000, 4_000)),
    ("From [[5,000 to 6,000]] people could flee.", "between", (5_000, 6_000)),
    ("Up to [[1.2-1.5m]] people could flee.", "between", (1_200_000, 1_500_000)),
    ("[[Two to three million]] people fled.", "between", (2_000_000, 3_000_000)),
    ("[[Two or three hundred]] people fled.", "between", (200, 300)),
    ("[[300-400,000]] people fled.", "between", (300_000, 400_000)),
    ("Between [[20 and 30,000]] people fled.", "between", (20_000, 30_000)),
    ("Between [[15 and 20 per cent]] of the people fled.", "between", (15, 20)),
    ("[[10-15%]] of the people fled.", "between", (10, 15)),
    ("[[10% to 15%]] of the people fled.", "between", (10, 15)),
    ("Between [[half a million and a million]] people could flee.", "between", (500_000, 1_000_000)),
    ("[[100,000 to 120,000]] \u2013 The number of people that were forced out.", "between", (100_000, 120_000)),
    ("No fewer than [[300]] people fled.", "at_least", 300),
    ("A minimum of [[300]] people fled.", "at_least", 300),
    ("Upwards of [[300]] people fled.", "at_least", 300),
    ("[[300]] or more people fled.", "at_least", 300),
    ("[[300]]+ people fled.", "at_least", 300),
    ("[[300]]-plus people fled.", "at_least", 300),
    ("As many as [[300]] people fled.", "up_to", 300),
    ("A maximum of [[300]] people can stay.", "up_to", 300),
    ("No more than [[300]] people remain.", "up_to", 300),
    ("Not more than [[300]] people remain.", "up_to", 300),
    ("Under [[300]] people remain.", "less_than", 300),
    ("Below [[300]] people.", "less_than", 300),
    ("Fewer than [[300]] people remain.", "less_than", 300),
    ("Less than [[300]] people remain.", "less_than", 300),
    ("Nearly [[300]] people remain.", "approximately", 300),
    ("Almost [[300]] people remain.", "approximately", 300),
    ("Close to [[300]] people remain.", "approximately", 300),
    ("Just under [[300]] people remain.", "approximately", 300),
    ("Well over [[300]] people remain.", "more_than", 300),
    ("Just over [[300]] people remain.", "more_than", 300),
    ("In excess of [[300]] people remain.", "more_than", 300),
    ("The number of displaced exceeded [[300,000]].", "more_than", 300_000),
    ("The number of displaced has topped [[300,000]].", "more_than", 300_000),
    ("The toll has surpassed [[300]].", "more_than", 300),
    ("The toll has passed [[300]].", "more_than", 300),
    ("The number of refugees passed the [[one million]] mark.", "more_than", 1_000_000),
    ("An estimated [[300]] people fled.", "approximately", 300),
    ("The number of displaced people is estimated at [[300]].", "approximately", 300),
    ("The IDMC estimate of [[232,700]] internally displaced.", "approximately", 232_700),
    ("[[300]] people or so fled.", "approximately", 300),
    ("[[300]] or so people fled.", "approximately", 300),
    ("There were [[300]] or thereabouts.", "approximately", 300),
    ("~[[300]] people fled.", "approximately", 300),
    ("c. [[300]] people fled.", "approximately", 300),
    ("Circa [[300]] people fled.", "approximately", 300),
    ("Approx. [[300]] people fled.", "approximately", 300),
    ("The smallest number we are expecting is about [[half a million]] people.", "at_least", 500_000),
    ("At the very least [[300]] people will flee.", "at_least", 300),
    ("As high as [[300]] people.", "up_to", 300),
    ("The number could be as high as [[1 million]].", "up_to", 1_000_000),
    ("They are thought to number in the [[thousands but probably under 10,000]].", "less_than", (2_000, 10_000)),
    ("They expect more than [[500,000 and up to a million]] people.", "between", (500_000, 1_000_000)),
    ("More than an estimated [[700]] people fled.", "more_than", 700),
    ("At least some [[300]] people fled.", "at_least", 300),
    ("Over the past week [[300]] people fled.", "exact", 300),
    ("Fighters handed over [[300]] prisoners.", "exact", 300),
    ("An estimated 720 houses have been damaged and [[180]] houses destroyed.", "exact", 180),
    ("Some 530 households, or [[3,000]] people, live there.", "exact", 3_000),
    ("Nearly all the [[31,440]] IDPs were displaced.", "exact", 31_440),
    ("[[40,000]] people in Guadalcanal are also estimated to have been affected.", "approximately", 40_000),
    ("There are [[40,000]] approximately in rural areas.", "approximately", 40_000),
    ("[[300]] \u2013 Approximate number of people who stayed.", "approximately", 300),
    ("Up to another [[300]] people fled.", "up_to", 300),
    ("Another [[100]] houses were damaged.", "exact", 100),
    ("Only [[7,800]] people remained.", "exact", 7_800),
    ("The Okinawa base hosts half of the roughly [[50,000]] troops.", "approximately", 50_000),
    ("The more than [[300]] people who fled.", "more_than", 300),
    ("[[14,076]] households (approximately 70,380 people) were affected.", "exact", 14_076),
    ("14,076 households (approximately [[70,380]] people) were affected.", "approximately", 70_380),
    ("[[Two]] people were killed.", "exact", 2),
    ("The attack killed [[three]] villagers.", "exact", 3),
    ("[[Nine]] others were hurt.", "exact", 9),
    ("A bomb exploded, killing [[three]].", "exact", 3),
    ("[[Two]] were killed.", "exact", 2),
    ("[[One]] death has been reported.", "exact", 1),
    ("[[One]] person died.", "exact", 1),
    ("Rebels killed ten villagers and [[four]] more in Baksa.", "exact", 4),
    ("A family of [[six]] died.", "exact", 6),
    ("[[Half a dozen]] people died.", "exact", 6),
    ("[[A quarter of a million]] people fled.", "exact", 250_000),
    ("[[Three-quarters of a million]] people fled.", "exact", 750_000),
    ("Nearly [[a quarter]] of the residents left.", "approximately", 25),
    ("[[Thousands upon thousands]] of people fled.", "unspecified_many", 2_000),
    ("[[Hundreds, if not thousands]], of people fled.", "unspecified_many", 200),
    ("[[Hundreds of thousands]] could flee.", "unspecified_many", 200_000),
    ("[[Several dozen]] people were hurt.", "unspecified_many", 36),
    ("[[Tens]] of people were hurt.", "unspecified_many", 20),
    ("It displaced [[1,234,567]] people.", "exact", 1_234_567),
    ("It displaced [[1.234.567]] people.", "exact", 1_234_567),
    ("It displaced [[2'500]] people.", "exact", 2_500),
    ("In June [[20]] people were killed.", "exact", 20),
    ("In total, [[1900]] beneficiaries were reached.", "exact", 1_900),
    ("More than [[2000]] have fled.", "more_than", 2_000),
    ("In 2014 [[300]] people fled.", "exact", 300),
    ("On June 12, [[300]] people fled.", "exact", 300),
    ("By 7 Aug, [[73,300]] people were in camps.", "exact", 73_300),
    ("Floods affected 339,870 people across[[14]] provinces.", "exact", 14),
    ("Not less than [[300]] people died.", "at_least", 300),
    ("More than [[half]] of the people fled.", "more_than", 50),
    ("Up to [[one third]] of the people fled.", "up_to", 33.3333),
    ("It may not exceed [[300]] people.", "up_to", 300),
    ("The toll is nearing [[300]].", "approximately", 300),
    ("Somewhere in the region of [[300]] people fled.", "approximately", 300),
    ("The camp holds a maximum [[300]] people.", "up_to", 300),
    ("The most we expect is [[300,000]] people.", "up_to", 300_000),
    ("The lowest estimate is [[300,000]] people.", "at_least", 300_000),
    ("[[300]] people, possibly more, have fled.", "at_least", 300),
    ("Officials estimated that the fighting displaced [[300,000]] people.", "approximately", 300_000),
    ("OCHA estimates [[300,000]] people have fled.", "approximately", 300_000),
    ("[[1.5 million-2 million]] people fled.", "between", (1_500_000, 2_000_000)),
    ("Between [[200,000 people and 300,000]] people fled.", "between", (200_000, 300_000)),
    ("Between [[200,000 and as many as 300,000]] people fled.", "between", (200_000, 300_000)),
    ("At least [[200,000, and possibly as many as 700,000]], could flee.", "between", (200_000, 700_000)),
    ("[[10,000 to possibly 20,000]] people fled.", "between", (10_000, 20_000)),
    ("The figure rose from [[5,000]] to 6,000 people.", "exact", 5_000),
    ("The figure rose from 5,000 to [[6,000]] people.", "exact", 6_000),
    ("The number went from 5,000 to [[6,000]] people.", "exact", 6_000),
    ("Numbers range from [[5,000 to 6,000]] people.", "between", (5_000, 6_000)),
    ("[[300 to 400]] families", "between", (300, 400)),
    ("[[3-4 thousand]] people", "between", (3_000, 4_000)),
    ("[[2\xbd million]] people fled.", "exact", 2_500_000),
    ("[[Two and a half million]] people fled.", "exact", 2_500_000),
    ("[[One million eight hundred thousand]] people fled.", "exact", 1_800_000),
    ("[[A hundred and twenty]] people died.", "exact", 120),
    ("[[A hundred thousand]] people fled.", "exact", 100_000),
    ("[[Half-a-million]] people fled.", "exact", 500_000),
    ("Nearly [[a half million]] people fled.", "approximately", 500_000),
    ("Another [[million]] people fled.", "exact", 1_000_000),
    ("[[5 hundred]] people fled.", "exact", 500),
    ("[[2 millions]] people fled.", "exact", 2_000_000),
    ("As few as [[300]] people fled.", "at_least", 300),
    ("A [[300]]-strong group fled.", "exact", 300),
    ("Between [[three and four hundred]] people fled.", "between", (300, 400)),
    ("Between [[five hundred and six hundred]] people fled.", "between", (500, 600)),
    ("Some [[two dozen]] people fled.", "approximately", 24),
    ("Some [[2,000 to 3,000]] people fled.", "between", (2_000, 3_000)),
    ("The [[1.8 million]]-strong population.", "exact", 1_800_000),
    ("A city of [[1.8-million]] people.", "exact", 1_800_000),
    ("[[60%]] were women.", "exact", 60),
    ("[[Sixty per cent]] were women.", "exact", 60),
    ("Up to [[60 percent]] of homes", "up_to", 60),
    ("A crowd of [[1bn]] people", "exact", 1_000_000_000),
    ("Around [[three thousand five hundred]] people", "approximately", 3_500),
    ("[[200-300k]] people", "between", (200_000, 300_000)),
    ("[[500 to 1,000]] people", "between", (500, 1_000)),
    ("Anywhere between [[1 and 1.5 million]] people", "between", (1_000_000, 1_500_000)),
    ("at least [[1,000 but fewer than 2,000]] people", "less_than", (1_000, 2_000)),
    ("at least [[1,000 but no more than 2,000]] people", "between", (1_000, 2_000)),
    ("[[tens of millions]] of people", "unspecified_many", 20_000_000),
    ("many [[thousands]] of people fled", "unspecified_many", 2_000),
    ("[[hundreds]] of families", "unspecified_many", 200),
    ("in their [[thousands]]", "unspecified_many", 2_000),
    ("around [[20-25]] families", "between", (20, 25)),
    ("some [[1 million]] people", "approximately", 1_000_000),
    ("a further [[300]] people", "exact", 300),
    ("(over [[300]] people)", "more_than", 300),
    ("\u2018up to [[300]] people\u2019", "up_to", 300),
    (">[[300]] people", "more_than", 300),
    ("<[[300]] people", "less_than", 300),
    ("as many as [[1.5 million]] people", "up_to", 1_500_000),
    ("the toll exceeds [[300]]", "more_than", 300),
    ("not fewer than [[300]] people", "at_least", 300),
    ("some [[10 per cent]]", "approximately", 10),
    ("slightly more than [[300]] people", "more_than", 300),
    ("slightly fewer than [[300]] people", "approximately", 300),
    ("slightly over [[300]] people", "more_than", 300),
    ("considerably more than [[300]] people", "more_than", 300),
    ("up to around [[300]] people", "up_to", 300),
    ("roughly [[300-400]] people", "between", (300, 400)),
    ("[[300]] at least", "at_least", 300),
    ("[[300]] people at most", "up_to", 300),
    ("[[300]] or fewer people", "up_to", 300),
    ("[[300]]-odd people", "approximately", 300),
    ("approximately [[one million]] people", "approximately", 1_000_000),
    ("Between [[1.2 million and 1.5 million]] people live there.", "between", (1_200_000, 1_500_000)),
    ("At least [[100,000 and up to 150,000]] people are trapped.", "between", (100_000, 150_000)),
    ("The agency expects [[5,000 to as many as 10,000]] people.", "between", (5_000, 10_000)),
    ("[[Two to three hundred thousand]] people fled.", "between", (200_000, 300_000)),
    ("[[Five-to-six thousand]] people fled.", "between", (5_000, 6_000)),
    ("[[Half to two-thirds]] of the people fled.", "between", (50, 66.6667)),
    ("[[A quarter to a third]] of the people fled.", "between", (25, 33.3333)),
    ("[[Thousands to tens of thousands]] could flee.", "unspecified_many", 2_000),
    ("[[Tens or even hundreds of thousands]] of people fled.", "unspecified_many", 20_000),
    ("[[1,000s]] of people fled.", "unspecified_many", 2_000),
    ("[[Hundred of thousands]] fled.", "unspecified_many", 200_000),
    ("Some [[1/3]] of the people fled.", "approximately", 33.3333),
    ("Some [[2 1/2 million]] people fled.", "approximately", 2_500_000),
    ("An [[80,000]]-capacity camp opened.", "exact", 80_000),
    ("[[Six-hundred-and-fifty]] families fled.", "exact", 650),
    ("The highest estimate is [[2 million]] people.", "up_to", 2_000_000),
    ("The largest number of IDPs, in Anbar, is [[300,000]].", "exact", 300_000),
    ("Most people say that the number of the dead is [[300]].", "exact", 300),
    ("The estimated cost of housing [[300]] families is high.", "exact", 300),
    ("The estimated number of displaced people is [[300]].", "approximately", 300),
    ("350 families/[[1,750]] individuals", "exact", 1_750),
    ("According to a government estimate, only [[7,800]] people remain.", "exact", 7_800),
    ("The government worried about [[300]] people.", "exact", 300),
    ("About 2.7 million people were told to leave, while more than [[50,000]] were given orders.", "more_than", 50_000),
    ("The UN says [[300]] people, at least 20 of them children, died.", "exact", 300),
    ("The UN says 300 people, at least [[20]] of them children, died.", "at_least", 20),
]

# Nothing here counts people, families or homes, nor could it.
NOTHING = [
    "On 23 June they left.",
    "On June 23, 2014 they left.",
    "They left in 2014.",
    "They left at 8:30 a.m. on Monday.",
    "It struck at 21.00 UTC.",
    "Call +41 22 739 8111 now.",
    "Call 020 7946 0958.",
    "UN Resolution 2139 was passed.",
    "UNSCR 2254 asks.",
    "They took Highway 1.",
    "Zone D01 and an F-16 jet.",
    "The third day was calm.",
    "On the 21st they left.",
    "one of the worst storms",
    "No one was hurt.",
    "One day they left.",
    "He was one of those.",
    "Between 13-15 May they left.",
    "between 1 and 16 March",
    "from 2013 to 2014",
    "in 2013-2014",
    "the 1990s",
    "in the first half of 2015",
    "a third person",
    "the third quarter",
    "half an hour later",
    "a half-hour",
    "in half",
    "Category 4 storm",
    "No. 17",
    "page 5",
    "two villages",
    "three hours",
    "Three provinces were hit.",
    "five bridges",
    "two days later",
    "one village",
    "on 18 and 19 March",
    "On 5, 6 and 7 May",
    "24/7",
    "COVID-19",
    "the 2014-15 budget",
    "at 0600 hours",
    "6.7 magnitude",
    "Boeing 737",
    "See http://a.b/1234 now",
    "9/11",
    "in the third week",
    "the second",
    "in mid-2015",
    "June 2015",
    "two of the bridges",
    "the MH17 crash",
    "M23 rebels",
    "M 6.7",
    "two and a half years",
    "Camp 15",
    "a 56-year-old",
    "a seven-year-old",
    "nine-storey",
    "twice",
    "as one",
    "at one point",
    "one another",
    "per hundred thousand",
    "a majority",
    "most of them",
    "21.5.2015",
    "2015-08-24",
    "24-08-2015",
    "the other half-hour", "No. 5 Battalion 300", "1.2 Background", "resolution 1325",
]

# Text, then the kind of each quantity in order.
KINDS = [
    ("Up to 3,000 people a day are crossing into Uganda.", ["rate"]),
    ("Around 2,500 refugees arrive every day at the border.", ["rate"]),
    ("The daily average of arrivals is 1,800.", ["rate"]),
    ("Every day, some 3,000 people cross the border.", ["rate"]),
    ("An average of 400 people per day fled in March.", ["rate"]),
    ("The camp receives 300-400 new arrivals daily.", ["rate"]),
    ("Arrivals reached 8,000/day.", ["rate"]),
    ("Ethiopia received 1,000 refugees daily, up from 500 a day in August.", ["rate", "rate"]),
    ("More than 500,000 people face hunger every day.", ["count"]),
    ("Some 3,000 people a week cross the border.", ["count"]),
    ("Today 300 people fled.", ["count"]),
    ("Half of the 3.5 million people are children.", ["percent", "count"]),
    ("Some 60-70 per cent are women.", ["percent"]),
]

# Text, then the words of the hedge of the first quantity.
HEDGES = [
    ("The UN says that at least some 300 people fled.", "at least some "),
    ("More than an estimated 700 people fled.", "More than an estimated "),
    ("They fled (approximately 300 people).", "approximately "),
    ("In all, 300 people or so fled.", " or so"),
    ("Between 300 and 400 people fled.", "Between "),
    ("There were 300 people.", "300"),
]

HIGHER = [
    ("UNHCR plans for 200,000 refugees, and the number could rise further.", [True]),
    ("At least 24 people were killed. Officials fear the toll could climb.", [True]),
    ("As many as 1.5 million people could be displaced, perhaps more.", [True]),
    ("The camp holds 300 people. It could grow by 200.", [False, False]),
    ("At least 24 people were killed and more rain is expected.", [False]),
]

BARE = [
    ("Roughly half of them could be displaced.", [True]),
    ("Of the 3,000 families, 1,200 have returned and 800 are in camps.", [False, True, True]),
    ("Two more people were killed.", [False]),
    ("Fighting killed 11 and injured 23.", [True, True]),
]
# fmt: on


def read(text: str) -> tuple[str, tuple[Quantity, ...]]:
    """Read a sentence below a headline."""
    whole = f"Headline\n\n{text}"
    return whole, find_quantities(lay_out(whole))


def ends_of(
    quantifier: str, value: float | tuple[float, float]
) -> tuple[float | None, float | None, float | None]:
    """Give low, high and point as the annotation guide defines them."""
    if isinstance(value, tuple):
        return (*value, None)
    if quantifier in ("exact", "approximately"):
        return value, value, value
    return (None, value, None) if quantifier in ("up_to", "less_than") else (value, None, None)


@pytest.mark.parametrize(("marked", "quantifier", "value"), EXPRESSIONS)
def test_value_and_hedge(marked: str, quantifier: str, value: float | tuple[float, float]) -> None:
    text = marked.replace("[[", "").replace("]]", "")
    start = marked.index("[[") + len("Headline\n\n")
    end = marked.index("]]") - 2 + len("Headline\n\n")
    _, found = read(text)
    matching = [quantity for quantity in found if quantity.start < end and start < quantity.end]
    assert [(quantity.start, quantity.end) for quantity in matching] == [(start, end)]
    (quantity,) = matching
    assert quantity.quantifier == quantifier
    assert (quantity.low, quantity.high, quantity.point) == pytest.approx(ends_of(quantifier, value))


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_number(text: str) -> None:
    whole, found = read(text)
    assert [whole[quantity.start : quantity.end] for quantity in found] == []


@pytest.mark.parametrize(("text", "kinds"), KINDS)
def test_kind(text: str, kinds: list[str]) -> None:
    assert [quantity.kind for quantity in read(text)[1]] == kinds


@pytest.mark.parametrize(("text", "words"), HEDGES)
def test_words_of_the_hedge(text: str, words: str) -> None:
    whole, found = read(text)
    start, end = found[0].hedge
    assert whole[start:end] == words


@pytest.mark.parametrize(("text", "higher"), HIGHER)
def test_the_speaker_adds_that_it_may_be_more(text: str, higher: list[bool]) -> None:
    assert [quantity.higher for quantity in read(text)[1]] == higher


def test_another_speaker_who_says_it_may_be_more_gives_a_figure() -> None:
    whole, found = read(
        "The Red Cross says up to 500,000 could flee, and the UN says it could be even higher."
    )
    assert [(whole[q.start : q.end], q.quantifier, q.low, q.high) for q in found] == [
        ("500,000", "up_to", None, 500_000),
        ("even higher", "more_than", 500_000, None),
    ]


@pytest.mark.parametrize(("text", "bare"), BARE)
def test_numbers_that_stand_for_people_named_before(text: str, bare: list[bool]) -> None:
    assert [quantity.pronoun for quantity in read(text)[1]] == bare


def test_a_small_word_counts_only_beside_people_homes_and_deaths() -> None:
    whole, found = read(
        "Two villages burned and three people died; five others, one of the worst hit, and two bridges. In June,"
        " four were rescued on one boat, killing six. It took three days."
    )
    assert [whole[quantity.start : quantity.end] for quantity in found] == ["three", "five", "four", "six"]


def test_cells_of_a_row_are_not_one_number() -> None:
    whole, found = read("Anbar 120 350\nErbil\t250\t400\nDohuk 12 500 people")
    assert [whole[quantity.start : quantity.end] for quantity in found] == [
        "120",
        "350",
        "250",
        "400",
        "12 500",
    ]


def test_a_list_of_data_without_words_is_not_read() -> None:
    assert find_quantities(lay_out("1," * 5000)) == ()


WORDS = (
    "between 1,000 and 1.2 million to - , . half a third two-thirds one in five per cent % more than at least"
    " estimated people hundred thousands of dozens ( ) 2014 May 23 No. 5 higher could be daily 22 000 k m + or so"
    " possibly 1/3 's"
)
ODD = ("\u00ad", "\u00a0", "\n", "\u2013", "\u00bd", "\u0130", "\u01c5", "\t")
SCRAPS = st.sampled_from([*WORDS.split(), *ODD])
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(SCRAPS, max_size=40).map(" ".join),
    st.lists(SCRAPS, max_size=30).map("".join),
)


@given(TEXTS)
def test_any_text_gives_spans_that_hold(text: str) -> None:
    layout = lay_out(text)
    found = find_quantities(layout)
    assert found == find_quantities(lay_out(text))
    end = 0
    for quantity in found:
        sentence = layout.sentences[quantity.sentence]
        assert sentence.start <= quantity.start < quantity.end <= sentence.end
        assert end <= quantity.start
        end = quantity.end
        assert 0 <= quantity.hedge[0] <= quantity.hedge[1] <= len(text)
        assert not text[quantity.start].isspace()
        assert not text[quantity.end - 1].isspace()
        stated = [value for value in (quantity.low, quantity.high, quantity.point) if value is not None]
        assert stated
        assert min(stated) >= 0
        if quantity.quantifier == "between":
            assert quantity.low is not None
            assert quantity.high is not None
            assert quantity.low < quantity.high
        if quantity.point is not None:
            assert quantity.low == quantity.high == quantity.point


@given(st.lists(SCRAPS, max_size=30).map(" ".join))
def test_soft_hyphens_change_no_value(text: str) -> None:
    plain = text.replace("\u00ad", "")
    broken = re.sub(r"(?<=[a-z0-9])(?=[a-z0-9])", "\u00ad", plain)
    assert [q.low for q in find_quantities(lay_out(f"Title\n\n(x {broken}"))] == [
        q.low for q in find_quantities(lay_out(f"Title\n\n(x {plain}"))
    ]
