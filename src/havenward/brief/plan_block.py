"""What a contingency plan takes over: a planning scenario in Markdown, numbers rounded and with ranges."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from havenward.brief.tables import first_words, need_lines
from havenward.records import TOTAL
from havenward.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from havenward.brief.content import Amount, Brief, ScenarioRow

MOST_PLACES, MOST_SHORTFALLS, MOST_ASSUMPTIONS = 15, 12, 12
MARKDOWN = re.compile(r"([\\`*_{}\[\]#|~])")


def write_plan_block(brief: Brief, path: Path) -> None:
    """Write the block, in the language of the brief."""
    text = "\n".join(_Block(brief).lines())
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def plain(text: str) -> str:
    """Take from a text of a case whatever Markdown or HTML could make of it."""
    one_line = " ".join(text.split())
    marked = MARKDOWN.sub(r"\\\1", one_line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return marked.replace("://", ":\u200b//")  # no address becomes a link by itself


class _Block:
    """The sections of one block, in the order in which a plan asks for them."""

    def __init__(self, brief: Brief) -> None:
        self.brief = brief
        self.words = Words(brief.language)

    def lines(self) -> Iterator[str]:
        """Give the whole block line by line."""
        brief, words = self.brief, self.words
        say, day = words.say, words.say_date(brief.focal_day)
        yield f"# {say('plan_title')}: {plain(brief.title)}"
        yield ""
        yield f"*{words.say_for('strap', brief.track)}. {say(f'audience_{brief.audience}')}.*"
        yield ""
        yield say(
            "plan_dates", origin=words.say_date(brief.origin_date), valid=words.say_date(brief.valid_until)
        )
        yield from self.section("plan_scenario", self.scenario())
        yield from self.section("plan_likelihood", self.likelihood())
        yield from self.section("plan_assumptions", self.assumptions())
        yield from self.section("plan_caseload", self.caseload(), day=day)
        yield from self.section("plan_triggers", self.triggers())
        yield from self.section("plan_figures", self.figures(), day=day)
        yield from self.section("plan_shortfalls", self.shortfalls())
        yield from self.section("plan_not_in_it", (f"- {plain(line)}" for line in brief.unknown))
        yield from self.section("plan_misuse", (f"- {line}" for line in words.misuse_lines()))

    def section(self, key: str, lines: Iterable[str], **values: str) -> Iterator[str]:
        """Give a heading and its lines; nothing where there are none."""
        found = list(lines)
        if found:
            yield from ("", f"## {self.words.say(key, **values)}", "", *found)

    def scenario(self) -> Iterator[str]:
        """Say in one paragraph what is planned for."""
        yield plain(self.brief.lead)

    def likelihood(self) -> Iterator[str]:
        """Say how likely the scenario behind the numbers is, and name the others."""
        rows = sorted(self.brief.scenarios, key=lambda row: not row.chosen)
        if not any(row.chosen for row in rows):
            yield f"- {self.words.say('plan_as_written')}"
        for row in rows:
            yield f"- {self.one_scenario(row)}"

    def one_scenario(self, row: ScenarioRow) -> str:
        """Name a scenario with its likelihood in words and number."""
        title = f"**{plain(row.title)}**" if row.chosen else plain(row.title)
        if row.likelihood is None:
            return f"{title}: {self.words.say('plan_no_likelihood')}"
        reason = f" \u2013 {plain(row.words)}" if row.words else ""
        return f"{title}: {self.words.say_chance(row.likelihood)}{reason}"

    def assumptions(self) -> Iterator[str]:
        """List assumptions, those behind the big numbers first, as held after counts, else before."""
        words = self.words
        first = {note.mark for item in self.brief.headlines for note in item.notes}
        ordered = sorted(self.brief.assumptions, key=lambda row: (row.mark not in first, not row.figures))
        for row in ordered[:MOST_ASSUMPTIONS]:
            low, central, high = row.posterior or row.prior
            name, spread = row.name.replace("_", " "), f"{central} ({words.join_range(low, high)})"
            yield f"- {plain(name)} ({row.mark}): {plain(spread)} {words.say_unit(row.unit)}"
        rest = len(self.brief.assumptions) - MOST_ASSUMPTIONS
        if rest > 0:
            yield f"- {words.say('plan_more', n=rest)}"

    def caseload(self) -> Iterator[str]:
        """Give people by group: displaced, at receiving places, at each of the fullest places."""
        brief, words = self.brief, self.words
        groups: list[tuple[str, str, Amount]] = [
            (label, "", dict(amounts)[brief.focal_day])
            for label, amounts in (
                (words.say("big_displaced"), brief.total_people),
                (words.say("rows_all_receiving"), brief.received),
            )
            if brief.focal_day in dict(amounts)
        ]
        groups += [
            (plain(place.name), words.say_kind(place.kind), place.on(brief.focal_day))
            for place in brief.places[:MOST_PLACES]
        ]
        few = brief.suppress_below
        yield from self.table(
            ("plan_group", "col_kind", "col_central", "plan_range"),
            (
                (label, kind, words.say_people(amount.central, few), words.say_range(amount, few))
                for label, kind, amount in groups
            ),
        )
        if len(brief.places) > MOST_PLACES:
            yield ""
            yield words.say("plan_more", n=len(brief.places) - MOST_PLACES)
        yield ""
        yield words.say("plan_no_groups")

    def triggers(self) -> Iterator[str]:
        """List what would be seen first, by scenario, and what would change our mind."""
        for row in self.brief.scenarios:
            yield from (f"- {plain(row.title)}: {plain(trigger)}" for trigger in row.triggers)
        yield from (f"- {plain(sign)}" for sign in self.brief.signs)

    def figures(self) -> Iterator[str]:
        """Give what is needed at all receiving places."""
        words = self.words
        yield from self.table(
            ("col_sector", "col_item", "col_central", "plan_range", "col_unit", "col_standard"),
            (
                (
                    line.sector,
                    line.item,
                    line.central,
                    words.join_range(line.low, line.high),
                    line.unit,
                    line.standard,
                )
                for line in need_lines(self.brief)
            ),
        )

    def shortfalls(self) -> Iterator[str]:
        """List the first likely shortfalls; without them, sites that are likely to be full."""
        words = self.words
        for row in self.brief.shortfalls[:MOST_SHORTFALLS]:
            first = self.day(row.first_likely)
            middle, _, high = (
                None if value is None else words.say_quantity(value, row.unit) for value in row.missing
            )
            missing = (
                f"{middle[0]}, {words.say('need_up_to', high=high[0])} {middle[1]}" if middle and high else ""
            )
            chance = words.say_chance(row.chance)
            where = words.say("rows_all_receiving") if row.location == TOTAL else plain(row.name)
            yield f"- {where}, {words.say_item(row.item)}: {chance}; {first}; {missing}".rstrip("; ")
        if not self.brief.shortfalls:
            for place in self.brief.places:
                if place.chance_over:
                    chance = words.say_chance(place.chance_over)
                    yield f"- {plain(place.name)}: {chance}; {first_words(place, words)}"

    def day(self, day: date | None) -> str:
        """Say from when on something is likely to be short."""
        return self.words.say_short_date(day) if day else self.words.say("not_before")

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
        """Write a table of Markdown."""
        yield f"| {' | '.join(self.words.say(head) for head in heads)} |"
        yield f"|{'---|' * len(heads)}"
        for row in rows:
            yield f"| {' | '.join(cell.replace('<', '&lt;') for cell in row)} |"
