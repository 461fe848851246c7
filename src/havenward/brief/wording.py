"""How things are said: every fixed phrase of the products, and how numbers, dates and chances are written."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from havenward.brief.content import Amount, Learning

THIN = "\u202f"  # narrow no-break space between groups of three digits
TO = "\u2009\u2013\u2009"  # between the ends of a range
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

PHRASES = {
    "strap": "Planning scenario, not a forecast of an attack",
    "strap_A": "Hindcast, not a forecast: a replay of what happened",
    "heading": "where people will need a place",
    "heading_A": "a replay of what happened",
    "audience_public": "Public",
    "audience_partner": "For humanitarian partners",
    "audience_team": "Team only: do not forward",
    "track_A": "Hindcast, not a forecast: observed totals and capacities were given",
    "track_B": "Access schedule given, dated events published after {origin} included; no later counts",
    "track_C": "Only what was published by {origin}",
    "track_D": "Only what was published by {origin}; no counts used",
    "dots": "counts published by {origin} ({series}), a different measure with its own gaps",
    "dots_A": "counts ({series}), whenever they were published",
    "lead": (
        "On {day}, {after} days after the date of this brief, {central} people ({low} to {high}) are "
        "expected to be displaced by this crisis. {sites}"
    ),
    "lead_of": "{lead}",
    "lead_of_A": "This is a hindcast: what was observed was given to the model. {lead}",
    "lead_none": "On {day} few or no people are expected to be displaced by this crisis. {sites}",
    "lead_sites": (
        "{central} people ({low} to {high}) would then be at the {n} places that receive people, those "
        "displaced earlier included; the largest numbers at {names}."
    ),
    "lead_sure": (
        "The chances are 9 in 10 that a number lies in its range, if the assumptions on this page hold."
    ),
    "big_displaced": "People displaced by this crisis",
    "big_received": "People at receiving places",
    "big_over": "Sites over capacity",
    "big_water": "Water at receiving places",
    "big_received_line": "{opening} of them were there before this crisis",
    "big_over_line": (
        "More likely than not over capacity on some day by {day}: {n} of {of} sites with a limit"
    ),
    "big_over_people": "{central} people ({low} to {high}) above capacity on {day}",
    "big_water_line": "At {quantity} litres for each person and day",
    "big_tents_line": "Family tents: {central} ({low} to {high})",
    "few": "fewer than {n}",
    "not_before": "not before the end",
    "no_limit": "no limit",
    "closed": "closed by then",
    "beyond": "later than the horizon",
    "capacity_published": "published",
    "capacity_assumed": "assumed",
    "paraphrased": "Paraphrased from",
    "quoted": "Report text",
    "basis_case": "written in the case",
    "basis_figures": "pooled from figures",
    "basis_past crises": "past crises",
    "basis_convention": "convention",
    "basis_default": "default of the rule set",
    "kind_camp": "site",
    "kind_host": "host community",
    "kind_town": "town",
    "kind_border": "border",
    "kind_origin": "place that people leave",
    "past_crisis": "a past crisis",
    "redacted": "Not shown to this audience: the text names places that are withheld.",
    "unknown_no_counts": (
        "No counts of displaced people were used: none had been published by {origin}, or the track "
        "leaves them out."
    ),
    "unknown_counts": "Counts of displaced people are shown as dots; they have their own method and gaps.",
    "unknown_capacity": (
        "No capacity had been published by {origin} for {n} of {of} sites with a limit; theirs is an "
        "assumption with a range: {names}."
    ),
    "unknown_no_limit": (
        "How many people can be taken is not known at all, so no limit is set, at {n} of {of} "
        "receiving places: {names}."
    ),
    "unknown_coordinates": "Positions of receiving places: {n} approximate, {m} not known, of {of}.",
    "unknown_shares": "How many people live in each part of the area is an assumption.",
    "unknown_timing": (
        "When access to people will change is not known. It is part of every range and explains most "
        "of its width."
    ),
    "unknown_opening": "How many people displaced earlier are at each place already is an assumption.",
    "unknown_coverage": (
        "How completely people with host families are counted is an assumption; many never register."
    ),
    "unknown_groups": (
        "Age, sex, disability and children without carers: no data; the model counts people only."
    ),
    "unknown_supply": (
        "Needs are totals: what is already in place or on its way (water, tents, staff) is not subtracted."
    ),
    "unknown_nutrition": "Malnutrition: no survey in this case, so no caseload is given.",
    "unknown_review": "Figures read from reports that no person has reviewed: {n} of {of}.",
    "unknown_winter": "Cold season: household items are the base set; winter items come on top.",
    "withheld_figures": "rows that name withheld places or armed actors (figures: {n}, sources: {m})",
    "why_small": "fewer than {n} people",
    "look_title": "What was said beside what was counted",
    "look_inside": (
        "{n} of {of} counts lay inside the 90 % range ({share}), {half} of {of} inside the 50 % range"
        " ({half_share}). A good forecast has about 9 in 10 and 5 in 10."
    ),
    "look_above": (
        "More people were counted than the whole range allowed on {n} of {of} dates, first {first}, "
        "last {last}."
    ),
    "look_below": (
        "Fewer people were counted than the whole range allowed on {n} of {of} dates, first {first}, "
        "last {last}."
    ),
    "look_never": "No count lay outside the 90 % range.",
    "look_end": (
        "On {day}, the last count, {counted} people were counted; the forecast was {central} ({low} "
        "to {high}). {verdict}"
    ),
    "look_end_inside": "The count lies inside the range; the central number was {error}.",
    "look_end_missed": (
        "The count lies outside the range: the forecast missed, its central number was {error}."
    ),
    "look_none": "Nothing was counted in this period.",
    "look_dependent": (
        "Counts of one crisis follow one another, so these shares say little about other crises; no "
        "skill is claimed from them."
    ),
    "look_until": (
        "Counts of the stock after {day} are left out: the counting changed then, and the jump that "
        "followed is not movement. {note}"
    ),
    "look_planned": "What published reports expected",
    "target_counted_displaced": "People a counting system would report as displaced",
    "target_displaced_total": "People ever displaced",
    "from_counts": "from counts",
    "from_counts_note": (
        "From counts: the people there are forecast from the place's own counts; what is said of its "
        "capacity and needs rests on the members."
    ),
    "marks_note": (
        "Marks (A, F, S) are the same in every brief of a run, so that some are missing where an audience "
        "sees less."
    ),
    "lessons": "What the counts taught",
    "lessons_from": (
        "The members learned from {n} counts published by {origin}. Ranges hold 9 chances in 10, before the "
        "counts and after."
    ),
    "lessons_none": "They moved none of the assumptions shown here by much.",
    "lesson_higher_surer": "higher than assumed, and surer",
    "lesson_higher_unsure": "higher than assumed, hardly surer",
    "lesson_lower_surer": "lower than assumed, and surer",
    "lesson_lower_unsure": "lower than assumed, hardly surer",
    "lesson_later_surer": "later than assumed, and surer",
    "lesson_later_unsure": "later than assumed, hardly surer",
    "lesson_earlier_surer": "earlier than assumed, and surer",
    "lesson_earlier_unsure": "earlier than assumed, hardly surer",
    "lesson_same_surer": "about as assumed, but surer",
    "lesson_same_unsure": "about as assumed",
    "draw_of_place": "own attraction",
    "notes_heading": "Odd counts, and what could not be learned from",
    "dispute": "Said at different times or by different speakers: {parts}{tail}. None is taken to be right.",
    "dispute_more": "; and {n} more values",
    "dispute_pooled": "{name} ({mark}): pooled from figures that differ",
    "unknown_unread": (
        "Reports without a figure in the case: {n} of {of}. Where they have not been read, read them before "
        "you rely on what is pooled from reports."
    ),
    "skill_none": "No skill is claimed on this case: it shaped the model, or nothing has been counted yet.",
    "skill_what": (
        "History was repeated on {crises} past crises: at every report date the forecast saw only what "
        "had been published. Scored are the net arrivals at single sites, forecast from counts. Skill is "
        "how much lower our score is than that of the simple rule that did best in the other crises; the "
        "interval holds 9 chances in 10. Made on {day}."
    ),
    "skill_scope": (
        "These scores are of places that were counted. Where nothing has been counted the members alone "
        "speak, and no skill of theirs is claimed here."
    ),
    "skill_worse": "At {h} days the simple rule was better: our score was {value} higher.",
    "skill_zero": "At {h} days the interval of our skill holds zero: that we are better at all is not shown.",
    "skill_short": "At {h} days we aimed at a score {aim} lower than the rule's and came to {value}.",
    "skill_narrow": "At {h} days our {share} % bands held {held} of outcomes: they are too narrow.",
    "skill_wide": "At {h} days our {share} % bands held {held} of outcomes: they are too wide.",
    "skill_width": "At {h} days our 95 % bands were {times} times as wide, in people, as the rule's.",
    "skill_place": "At {h} days we sent {tvd} of arrivals to the wrong site; the rule did so with {best}.",
    "disclaimer": (
        "Names and positions do not imply any opinion on the legal status of a place or on borders. "
        "Positions are as far as known on the origin date."
    ),
    "map_alt": (
        "Map of {n} receiving places. Circle area shows the central number of people on {day}; a ring"
        " shows capacity. Largest: {largest}. All numbers stand in the table of sites."
    ),
    "fan_alt": (
        "{name}: people expected over time, {first} to {last}. On {day}: {central} people, range "
        "{low} to {high}. {capacity}"
    ),
    "fan_capacity": "Capacity {capacity} ({basis}).",
    "fan_none": "No capacity limit is known.",
}

METHOD = (
    "People are counted, never tracked: the model holds whole numbers of people per place and day.",
    (
        "A range runs from the 5 % to the 95 % quantile over members, so 9 chances in 10 lie inside; "
        "the central number is the median."
    ),
    (
        "Needs are a published standard times people, worked out in every member, with whole things "
        "such as toilets rounded up at every place."
    ),
    "Numbers over {thousand} are shown to two digits; the data files hold them in full.",
    "Run with seed {seed}, Havenward {version}; the same inputs give the same numbers.",
)
METHOD_OF_RULES = {
    "havenward": (
        (
            "Each of {members} members draws every uncertain input once, from the assumptions listed "
            "here, and then plays the days one by one: people leave when they can, travel, wait, arrive, "
            "move on or return."
        ),
        "Places draw people by nearness, space left and how well they are known; a full place draws fewer.",
        "People displaced earlier take up space at receiving places from the first day.",
    ),
    "flee": (
        (
            "The rules of Flee 3 are played day by day in {members} members. All have the same settings; "
            "they differ by chance alone, so ranges do not hold what is uncertain about the settings."
        ),
    ),
}
METHOD_OF_TRACK = {
    "A": "Observed totals and published capacities are inputs, whenever they were published.",
    "B": (
        "Dated events are inputs even where they were published after {origin}; of everything else only "
        "what was published by then."
    ),
    "C": "Inputs published after {origin} are not used.",
    "D": "Inputs published after {origin} are not used, and no counts at all.",
}
LIMITS_OF_TRACK = {
    "A": (
        "It is a hindcast, not a forecast: observed totals and capacities were given to it. How close it "
        "comes to what was counted says nothing about foresight."
    ),
    "B": (
        "The dated events of access published after {origin} were given to it, so it is no forecast of "
        "when people could leave."
    ),
    "C": "What happened or was published after {origin} is not in it.",
    "D": "Counts are left out: they do not change the forecast, and none are shown.",
}
LEARNING_TRACKS = ("B", "C")
LIMITS_OF_LEARNING = {
    "counts": (
        "Counts published by {origin} changed the forecast. It cannot tell a wrong count from a surprise, "
        "and how many people counts miss remains an assumption."
    ),
    "none": "No count published by {origin} could be learned from: nothing but assumptions stands behind it.",
}
METHOD_OF_LEARNING = {
    "counts": (
        "Members learn from the {counts} counts published by {origin}: those that come near to what was "
        "counted are kept and varied, the others go."
    ),
    "places": (
        "Places counted often ({places}, marked 'from counts') are forecast by pooling their own counts with "
        "simple rules, fading into the members from 56 to 84 days ahead. Capacity, needs and all totals rest "
        "on the members, there too."
    ),
}
LIMITS = (
    "It is one scenario built on assumptions. No skill is claimed for it on this crisis.",
    (
        "A range covers what the assumptions cover. What nobody wrote down, such as a deal, a flood "
        "or a closed border, can fall outside it."
    ),
)
MISUSE = (
    (
        "It must not be used to target, screen, block or detain people, to justify closing a border "
        "or holding people back, or to argue that help is not needed because a number is low."
    ),
    "It says nothing about armed actors and is no evidence of anybody's plans.",
)
READ_LEVELS = {
    "A": "read in the issuer's own text or an exact copy",
    "B": "quoted word for word elsewhere",
    "C": "read second-hand",
}


def say(key: str, **values: object) -> str:
    """Give a phrase of the catalogue, filled in."""
    return PHRASES[key].format(**values)


def fixed_phrases() -> list[str]:
    """List every phrase that a product may hold whatever the case."""
    tables = (
        PHRASES, METHOD_OF_TRACK, METHOD_OF_LEARNING, LIMITS_OF_TRACK, LIMITS_OF_LEARNING, READ_LEVELS,
    )  # fmt: skip
    rules = [line for lines in METHOD_OF_RULES.values() for line in lines]
    return [*METHOD, *rules, *LIMITS, *MISUSE, *(line for table in tables for line in table.values())]


def say_for(key: str, track: str, **values: object) -> str:
    """Give the phrase of an information track where it has one of its own, else the common one."""
    own = f"{key}_{track}"
    return say(own if own in PHRASES else key, **values)


def method_lines(track: str, rules: str, learning: Learning, **values: object) -> list[str]:
    """Say how the numbers came about.

    Parameters
    ----------
    track, rules
        Information track and rule set of the run.
    learning
        How much the run learned from counts.
    values
        `members`, `origin`, `seed`, `version`, in words.
    """
    first, *others = METHOD
    learned = [METHOD_OF_LEARNING["counts"]] if learning.counts else []
    learned += [METHOD_OF_LEARNING["places"]] if learning.places else []
    lines = (first, *METHOD_OF_RULES[rules], *learned, *others, METHOD_OF_TRACK[track])
    values |= {"counts": learning.counts, "places": len(learning.places)}
    return [line.format(thousand=say_number(1000), **values) for line in lines]


def limit_lines(track: str, origin: date, learning: Learning) -> list[str]:
    """Say what the numbers cannot tell; `MISUSE` stands apart."""
    learned = (
        [LIMITS_OF_LEARNING["counts" if learning.counts else "none"]] if track in LEARNING_TRACKS else []
    )
    lines = (LIMITS_OF_TRACK[track], *learned)
    return [*(line.format(origin=say_date(origin)) for line in lines), *LIMITS]


def say_number(value: float) -> str:
    """Write a whole number with narrow spaces between groups of three digits."""
    return f"{value:,.0f}".replace(",", THIN)


def round_people(value: float) -> int:
    """Round people for reading: two digits from 1,000, to ten from 100, else as it is."""
    if value >= 1000:
        step = 10 ** (len(str(int(value))) - 2)
        return int((value + step / 2) // step * step)
    return int((value + 5) // 10 * 10) if value >= 100 else round(value)


def say_people(value: float | None, suppress_below: int = 10) -> str:
    """Write a number of people for reading; None is too small to be shown."""
    if value is None:
        return say("few", n=suppress_below)
    return say_number(round_people(value))


def range_words(amount: Amount, suppress_below: int = 10) -> dict[str, str]:
    """Write the three values of an amount of people, by the names that phrases use."""
    values = {"central": amount.central, "low": amount.low, "high": amount.high}
    return {name: say_people(value, suppress_below) for name, value in values.items()}


def say_range(amount: Amount, suppress_below: int = 10) -> str:
    """Write the range of an amount of people."""
    if amount.high is None:
        return say("few", n=suppress_below)
    low = f"<{suppress_below}" if amount.low is None else say_people(amount.low, suppress_below)
    high = say_people(amount.high, suppress_below)
    return low if low == high else f"{low}{TO}{high}"


def say_quantity(value: float, unit: str) -> tuple[str, str]:
    """Write an amount of something needed, in a unit that suits its size, as (number, unit)."""
    scaled = {
        "litres per day": (1000, "m\u00b3 per day"),
        "kg per day": (1000, "tonnes per day"),
        "kg per month": (1000, "tonnes per month"),
        "kcal per day": (1e6, "million kcal per day"),
        "m2": (10_000, "hectares"),
    }
    divisor, shown = scaled.get(unit, (1, unit))
    return say_amount(value / divisor), shown


def say_amount(value: float) -> str:
    """Write a quantity for reading: two digits from 100, below with as many decimals as it needs."""
    if value >= 100:
        return say_number(round_people(value))
    if value == int(value):
        return say_number(value)
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def say_date(day: date) -> str:
    """Write a date in words: 16 October 2016."""
    return f"{day.day}\u00a0{MONTHS[day.month - 1]}\u00a0{day.year}"


def say_short_date(day: date) -> str:
    """Write a date in few letters: 16 Oct 2016."""
    return f"{day.day}\u00a0{MONTHS[day.month - 1][:3]}\u00a0{day.year}"


def say_chance(probability: float) -> str:
    """Write a probability as chances in ten, or in twenty at the ends."""
    if probability < 0.005:
        return "almost none"
    if probability < 0.05:
        return "under 1 in 20"
    if probability > 0.995:
        return "almost certain"
    if probability > 0.95:
        return "over 19 in 20"
    return f"{max(1, min(9, round(probability * 10)))} in 10"


def say_names(names: Sequence[str], most: int = 6) -> str:
    """List names, the first few of them; they may hold commas."""
    rest = len(names) - most
    return "; ".join(names[:most]) + (f"; and {rest} more" if rest > 0 else "")


def say_share(part: int, whole: int) -> str:
    """Write a share in per cent."""
    return f"{100 * part / whole:.0f} %" if whole else "none"


def valid_until(origin: date) -> date:
    """Give the day a brief runs out: four weeks after its origin date."""
    return origin + timedelta(days=28)
