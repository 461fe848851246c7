"""How a reading desk bears a million reports: reading, copies, bytes, questions, memory.

    python benchmarks/desk.py make REPORTS_DIR [--reports 1000000] [--seed 1]
    python benchmarks/desk.py add DESK REPORTS_DIR [--workers 2]      goes on where it was stopped
    python benchmarks/desk.py add BIG REPORTS_DIR --figures-of DESK   the store alone, without reading
    python benchmarks/desk.py ask DESK                                ten questions, first and second time
    python benchmarks/desk.py near REPORTS_DIR [--shards 1]           how well copies are found

`make` writes invented reports: every text comes from a grammar with a seed, about 45 of 100 are copies of an
earlier one word for word, about 10 are copies with edits, as outlets make them. Lines carry `origin`, which
the desk does not read: it names the report that a copy was made from.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHARD = 20_000
EXACT, NEAR = 0.45, 0.10
FIRST_DAY, DAYS = date(2023, 1, 1), 730
KEPT_FOR_COPIES = 3_000  # recent originals that a copy is made of

# -- the grammar ---------------------------------------------------------------------------------------------

OUTLETS = tuple(
    f"{a} {b}"
    for a in ("Northern", "Valley", "Capital", "River", "Eastern", "Frontier", "Delta", "Highland", "Coastal",
              "Union", "Morning", "Evening", "Radio", "Border")
    for b in ("Post", "Herald", "Wire", "Courier", "Observer", "Tribune")
)  # fmt: skip
BODIES = (
    "the Red Crescent", "UNHCR", "the International Organization for Migration", "OCHA", "the mayor's office",
    "the provincial governor", "the interior ministry", "a spokesman for the army", "local officials",
    "the World Food Programme", "aid workers", "the health ministry", "camp managers", "village elders",
    "the Norwegian Refugee Council", "Save the Children", "the civil defence", "a district commissioner",
)  # fmt: skip
GROUPS = ("people", "civilians", "families", "residents", "villagers", "women and children", "households")
HEDGES = (
    "more than ", "about ", "at least ", "some ", "nearly ", "up to ", "an estimated ", "around ", "",
    "over ",
)  # fmt: skip
CAUSES = (
    "shelling", "heavy fighting", "an armed attack", "air strikes", "floods", "clashes between two militias",
    "a new offensive", "house searches", "threats from armed men", "the collapse of a dam", "rocket fire",
    "the loss of the harvest", "an order to leave", "the closure of the last clinic", "drone attacks",
)  # fmt: skip
WHEN = (
    "since Friday", "since Sunday", "overnight", "on Tuesday", "over the past week", "this month",
    "on Monday", "in the last three days", "since the start of the month", "yesterday", "last week",
    "by Thursday evening",
)  # fmt: skip
MEANS = (
    "on foot", "in trucks", "by boat", "on donkey carts", "in buses sent by the province",
    "along the river road", "through the fields", "with what they could carry", "in the dark",
    "in long columns of cars",
)  # fmt: skip
SITES = ("camp", "transit centre", "reception centre", "stadium", "school", "football ground", "market hall")
FLED = (
    "{H}{n} {g} have fled {p} {w} because of {c}, {b} said.",
    "{b} said {h}{n} {g} had been displaced from {p} by {c} {w}.",
    "{H}{n} {g} left {p} for {q} {m} {w}, according to {b}.",
    "{c} in {p} has driven {h}{n} {g} from their homes {w}, {b} reported.",
    "As many as {n} {g} crossed from {p} into {q} {w}, {b} told reporters.",
)
ARRIVED = (
    "{h}{n} {g} arrived in {q} {w}, {b} said.",
    "The {s} in {q} received {h}{n} {g} {w}, according to {b}.",
    "{b} registered {h}{n} new arrivals at the {s} in {q} {w}.",
    "{q} now hosts {h}{n} displaced {g}, {b} said.",
    "The {s} at {q}, built for {k} people, holds {h}{n}, {b} said.",
)
EXPECTED = (
    "Up to {n} {g} could leave {p} within weeks if {c} goes on, {b} warned.",
    "{b} expects {h}{n} {g} to be displaced from {p} by the end of the month.",
    "Another {n} {g} may follow, {b} said, and {q} is preparing for them.",
)
HARM = (
    "{h}{k} people were killed and {j} injured in {p} {w}, {b} said.",
    "{b} counted {k} destroyed homes in {p} and {j} damaged ones.",
    "{h}{n} {g} remain trapped in {p} without water, {b} said.",
    "In {q}, {h}{n} {g} need food, {b} said.",
)
BACK = (
    "{h}{n} {g} have gone back to {p} {w}, {b} said.",
    "{b} said that {h}{n} {g} returned to {p} {m}.",
)
NOUNS = (
    "the road", "the bridge", "the bakery", "the ferry", "the well", "the old mill", "the bus station",
    "the mosque", "the church", "the clinic", "the checkpoint", "the grain store", "the pump",
    "the telephone mast", "the ring road", "the fish market", "the court house", "the girls' school",
    "the railway yard", "the cement works",
)  # fmt: skip
VERBS = (
    "was closed", "stood empty", "had run out of fuel", "was guarded by police", "opened late",
    "had lost its roof", "was crowded", "lay under water", "was being repaired", "was out of use",
    "had no light", "was full of cattle",
)  # fmt: skip
TIMES = (
    "at dawn", "for the third day", "when the rain came", "after the noon prayer", "as night fell",
    "in the morning", "while children slept", "until the wind turned", "before the market opened",
    "when the shops shut",
)  # fmt: skip
THINGS = (
    "blankets", "a sewing machine", "two goats", "a bag of rice", "school books", "a radio",
    "her mother's coat", "a box of tools", "papers wrapped in plastic", "a birdcage", "cooking pots",
    "a mattress",
)  # fmt: skip
SYLLABLES = (
    "ka", "mo", "re", "sa", "ti", "lo", "ne", "ba", "di", "fa", "gu", "hi", "jo", "la", "mi", "no", "pe",
    "ra", "su", "ta", "ve", "wa", "ya", "zo", "che", "sha", "bri", "dra", "ste", "mar", "san", "lin",
)  # fmt: skip
TRADES = (
    "teacher",
    "baker",
    "nurse",
    "driver",
    "farmer",
    "shopkeeper",
    "fisherman",
    "student",
    "carpenter",
    "midwife",
)


@dataclass(frozen=True)
class Story:
    """An invented original: title, sentences, day, and its number."""

    number: int
    title: str
    sentences: tuple[str, ...]
    day: date


def read_places(count: int) -> list[str]:
    """Take towns from the table of the reader, one in so many, so that they are spread over the world."""
    from havenward.reading.gazetteer import load_gazetteer

    rows = [line.split(";") for line in load_gazetteer().lines if line]
    towns = [
        row[0].title() for row in rows if row[1].startswith("t,") and row[0].isalpha() and len(row[0]) > 4
    ]
    return towns[:: max(1, len(towns) // count)][:count]


def say_number(random: Random, number: int) -> str:
    """Write a number as reports do."""
    form = random.random()
    if form < 0.12 and number >= 2000 and number % 1000 == 0:
        return f"{number // 1000} thousand"
    if form < 0.2 and number < 1000 and number % 100 == 0:
        words = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
        return f"{words[number // 100 - 1]} hundred"
    if form < 0.25 and number >= 10_000:
        return f"between {number:,} and {number + number // 4:,}"
    return f"{number:,}"


def draw_number(random: Random) -> int:
    """Draw a count: mostly round, from tens to hundreds of thousands."""
    number = int(10 ** random.uniform(1.7, 5.2))
    step = 10 ** max(0, len(str(number)) - random.choice((1, 2, 2, 3)))
    return max(20, number // step * step)


def make_name(random: Random) -> str:
    """Make up a person's name."""
    return " ".join("".join(random.choices(SYLLABLES, k=random.choice((2, 3)))).title() for _ in range(2))


def make_sentence(random: Random, forms: tuple[str, ...], p: str, q: str) -> str:
    """Fill a form; words before the number decide whether it may begin with a capital."""
    hedge = random.choice(HEDGES)
    n, small, more = draw_number(random), random.randint(3, 900), random.randint(2, 400)
    sentence = random.choice(forms).format(
        H=hedge.capitalize(), h=hedge, n=say_number(random, n), k=f"{small:,}", j=f"{more:,}",
        g=random.choice(GROUPS), p=p, q=q, w=random.choice(WHEN), c=random.choice(CAUSES),
        b=random.choice(BODIES), m=random.choice(MEANS), s=random.choice(SITES),
    )  # fmt: skip
    return sentence[0].upper() + sentence[1:]


def make_noise(random: Random, p: str) -> str:
    """Make a sentence without a figure."""
    noun, verb, when = random.choice(NOUNS), random.choice(VERBS), random.choice(TIMES)
    form = random.random()
    if form < 0.35:
        return f"In {p} {noun} {verb} {when}, and {random.choice(NOUNS)} {random.choice(VERBS)}."
    if form < 0.65:
        name, trade = make_name(random), random.choice(TRADES)
        return (
            f'"I took {random.choice(THINGS)} and {random.choice(THINGS)}," said {name}, a {trade} from {p}.'
        )
    if form < 0.85:
        return f"{noun.capitalize()} near {p} {verb} {when}; {random.choice(BODIES)} gave no reason."
    one, two = random.choices(CAUSES, k=2)
    return f"Nobody could say whether {noun} {verb} because of {one} or {two}."


def make_story(random: Random, number: int, places: list[str]) -> Story:
    """Make up an original report of 300 to 1,200 characters."""
    p, q = random.sample(places, 2)
    wanted = random.triangular(290, 1_020, 300)
    sentences = [make_sentence(random, random.choice((FLED, FLED, ARRIVED)), p, q)]
    while sum(map(len, sentences)) < wanted:
        forms = random.choice((FLED, ARRIVED, EXPECTED, HARM, BACK, None, None, None))
        sentences.append(make_sentence(random, forms, p, q) if forms else make_noise(random, p))
    title = f"{random.choice(('Thousands', 'Hundreds', 'Families', 'Many', 'More people'))} " + random.choice(
        (f"leave {p} after {random.choice(CAUSES)}", f"on the road from {p} to {q}", f"reach {q} from {p}")
    )
    return Story(number, title, tuple(sentences), FIRST_DAY + timedelta(days=random.randrange(DAYS)))


def write_text(random: Random, story: Story) -> str:
    """Set a story in paragraphs of two or three sentences."""
    parts, at = [], 0
    while at < len(story.sentences):
        size = random.choice((2, 3))
        parts.append(" ".join(story.sentences[at : at + size]))
        at += size
    return "\n\n".join(parts)


def edit_text(random: Random, text: str, places: list[str]) -> str:
    """Edit a copy as an outlet does: one to three small changes."""
    for _ in range(random.choice((1, 1, 2, 3))):
        kind = random.randrange(6)
        sentences = text.split(". ")
        if kind == 0 and len(sentences) > 4:  # cut the end
            text = ". ".join(sentences[:-1]) + "."
        elif kind == 1:  # an agency line before it
            text = f"({random.choice(OUTLETS)}, with agencies) - {text}"
        elif kind == 2:  # a number brought up to date
            digits = [word for word in text.split() if word.replace(",", "").isdigit() and len(word) > 2]
            if digits:
                text = text.replace(random.choice(digits), f"{draw_number(random):,}", 1)
        elif kind == 3:  # a sentence of its own
            text = f"{text} {make_noise(random, random.choice(places))}"
        elif kind == 4 and len(sentences) > 5:  # a sentence within goes
            del sentences[random.randrange(1, len(sentences) - 1)]
            text = ". ".join(sentences)
        else:  # other words for the same
            for old, new in (("said", "stated"), ("according to", "as told by"), ("because of", "owing to")):
                text = text.replace(old, new, 1)
    return text


def make_reports(count: int, seed: int) -> Iterator[dict[str, str | int]]:
    """Make so many reports, one after another; copies follow their original by chance."""
    random = Random(seed)  # noqa: S311 - for invented texts
    places = read_places(400)
    recent: list[tuple[Story, str]] = []
    for number in range(count):
        draw = random.random()
        if recent and draw < EXACT + NEAR:
            story, text = random.choice(recent)
            exact = draw < EXACT
            if not exact:
                text = edit_text(random, text, places)
            elif random.random() < 0.3:  # what mail and web pages do to blanks
                text = text.replace("\n\n", "\r\n\r\n").replace(". ", ".  ")
            day = story.day + timedelta(days=random.choice((0, 0, 0, 0, 0, 1) if exact else (0, 0, 1, 2)))
        else:
            story = make_story(random, number, places)
            text, day = write_text(random, story), story.day
            if len(recent) < KEPT_FOR_COPIES:
                recent.append((story, text))
            else:
                recent[random.randrange(KEPT_FOR_COPIES)] = (story, text)
        outlet = random.choice(OUTLETS)
        yield {
            "report": f"r{number:07}",
            "published": day.isoformat(),
            "outlet": outlet,
            "title": story.title,
            "url": f"https://{outlet.lower().replace(' ', '-')}.example/{number}",
            "text": text,
            "origin": story.number,
        }


def write_shards(folder: Path, count: int, seed: int) -> None:
    """Write reports into packed streams of 20,000."""
    folder.mkdir(parents=True, exist_ok=True)
    reports = make_reports(count, seed)
    characters, began = 0, time.process_time()
    for first in range(0, count, SHARD):
        with gzip.GzipFile(folder / f"reports-{first // SHARD:03}.jsonl.gz", "wb", 4, mtime=0) as stream:
            for _, report in zip(range(min(SHARD, count - first)), reports, strict=False):
                characters += len(str(report["text"]))
                stream.write((json.dumps(report) + "\n").encode())
    print(
        f"{count:,} reports of {characters / count:,.0f} characters; "
        f"{time.process_time() - began:,.0f} s of work"
    )


# -- what is measured ----------------------------------------------------------------------------------------


def add(desk: Path, folder: Path, workers: int, figures_of: Path | None = None) -> None:
    """Add the reports, and say what it cost; without reading where figures come from another desk."""
    if figures_of is not None:
        stand_in_for_reading(figures_of)
    from havenward.desk.folder import read_manifest
    from havenward.pipeline.desk import add_to_desk
    from havenward.pipeline.progress import Progress

    began, seen = time.perf_counter(), [0]

    def step(count: int) -> None:
        seen[0] += count
        seconds = time.perf_counter() - began
        load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "?"
        print(f"{seen[0]:>9,} seen, {seconds:,.0f} s, load {load}", flush=True)

    done = add_to_desk(desk, [folder], workers=workers, progress=Progress(step=step))
    wall = time.perf_counter() - began
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    work = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
    print(f"{done.seen:,} seen, {done.reports:,} read, {done.appearances:,} kept, {done.figures:,} figures")
    print(f"wall {wall:,.0f} s, processors {work:,.0f} s (main process {own.ru_utime + own.ru_stime:,.0f} s)")
    print(f"peak memory {own.ru_maxrss / 1024:,.0f} MiB, largest worker {others.ru_maxrss / 1024:,.0f} MiB")
    manifest = read_manifest(desk)
    for table in ("reports", "appearances", "figures", "texts", "groups"):
        pieces = manifest.of(table)
        size = sum(piece.size for piece in pieces)
        print(f"{table}: {sum(p.rows for p in pieces):,} rows, {size:,} bytes in {len(pieces)} files")


def stand_in_for_reading(desk: Path, most: int = 40_000) -> None:
    """Give each text the figures of some report that was read into another desk, instead of reading it.

    So the store can be measured at a size that takes long to read: how many figures there are and how they
    look is as in real reading, only which report has which is not.
    """
    import polars as pl

    from havenward.desk.folder import read_manifest, read_pieces
    from havenward.desk.tables import FIGURES
    from havenward.reading import bulk
    from havenward.reading.parts import ReadFigure, Reading
    from havenward.reading.show import COLUMNS

    manifest = read_manifest(desk)
    counts = read_pieces(desk, manifest.of("reports"), ["report", "figures"]).head(most)
    rows = read_pieces(desk, manifest.of("figures"), list(FIGURES)).join(counts.select("report"), on="report")
    grouped: dict[str, list[ReadFigure]] = {}
    for row in rows.select(pl.col(list(COLUMNS))).iter_rows():
        grouped.setdefault(row[0], []).append(ReadFigure(**dict(zip(COLUMNS, row, strict=True))))
    known = [tuple(grouped.get(report, ())) for report in counts["report"]]
    random = Random(1)  # noqa: S311 - for invented texts

    def read_many(tasks, **_):  # noqa: ANN001, ANN003, ANN202 - stands in for the function of that name
        for task in tasks:
            yield task.document, Reading(task.document.name, task.document.text, None, random.choice(known))

    bulk.read_many = read_many


def ask(desk: Path) -> None:
    """Ask ten questions, each for the first time (nothing of the desk in memory) and once more."""
    from havenward.pipeline import desk_answers as answers
    from havenward.pipeline.desk_answers import Wanted

    place = answers.ask_desk(
        desk, "SELECT place_key FROM figures GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1 OFFSET 20"
    ).rows[0]["place_key"]
    last = answers.describe_desk(desk)[1][-1]["number"]
    month = {"since": date(2024, 5, 1), "until": date(2024, 5, 31)}
    asked: dict[str, Callable[[], answers.Answer]] = {
        "all of one place": lambda: answers.find_in_desk(desk, Wanted(place=place)),
        "one place, one month": lambda: answers.find_in_desk(desk, Wanted(place=place, **month)),
        "displaced, 50,000 or more": lambda: answers.find_in_desk(
            desk, Wanted(term="displaced", least=50_000), most=100
        ),
        "one speaker, one month": lambda: answers.find_in_desk(desk, Wanted(speaker="UNHCR", **month)),
        "two words in the text": lambda: answers.find_in_desk(desk, Wanted(text="birdcage goats"), most=100),
        "one place, every copy": lambda: answers.find_in_desk(desk, Wanted(place=place), copies=True),
        "the hundred most copied": lambda: answers.copies_in_desk(desk, most=100),
        "changes since the last batch": lambda: answers.changes_in_desk(desk, str(last - 1), most=1000),
        "the last hundred of all": lambda: answers.find_in_desk(desk, Wanted(), most=100),
        "figures by term and month": lambda: answers.ask_desk(
            desk,
            "SELECT term, date_trunc('month', published) AS month, count(*), median(number) "
            "FROM figures GROUP BY ALL ORDER BY ALL",
        ),
    }
    for words, question in asked.items():
        forget_files(desk)
        rows, times = 0, []
        for _ in range(2):
            began, worked = time.perf_counter(), time.process_time()
            rows = len(question().rows)
            times.append(
                f"{time.perf_counter() - began:.2f} s ({time.process_time() - worked:.2f} s of work)"
            )
        print(f"{words}: {rows:,} rows; {times[0]} first, {times[1]} again", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MiB, load {os.getloadavg()[0]:.1f}")


def forget_files(desk: Path) -> None:
    """Ask the system to drop the files of a desk from memory, where it takes such a wish."""
    for path in desk.rglob("*.parquet"):
        with path.open("rb") as stream:
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def near(folder: Path, shards: int) -> None:
    """Say how many pairs of copies are found, and how many that are found are copies."""
    import numpy as np

    from havenward.desk.identity import even_text
    from havenward.desk.nearness import group_reports, sign_texts

    texts: dict[str, int] = {}
    for path in sorted(folder.glob("*.jsonl.gz"))[:shards]:
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            for line in stream:
                row = json.loads(line)
                texts.setdefault(even_text(row["text"]), row["origin"])
    origins = np.array(list(texts.values()))
    began = time.process_time()
    signatures = sign_texts(list(texts))
    signed = time.process_time()
    print(f"{len(texts):,} different texts; signing {1e6 * (signed - began) / len(texts):.0f} us each")
    for limit in (0.3, 0.4, 0.5, 0.6, 0.7):
        groups = group_reports(signatures, limit)
        both = count_pairs(np.stack([origins, groups]))
        true, found = count_pairs(origins[None]), count_pairs(groups[None])
        print(
            f"limit {limit}: precision {both / max(1, found):.5f}, "
            f"recall {both / max(1, true):.4f} of {true:,} pairs"
        )
    print(f"grouping {(time.process_time() - signed) / 5:.1f} s each time")


def count_pairs(keys) -> int:  # noqa: ANN001 - an array, numpy is imported late
    """Count the pairs of columns that are equal."""
    import numpy as np

    _, counts = np.unique(keys, axis=1, return_counts=True)
    return int((counts * (counts - 1) // 2).sum())


def main() -> int:
    """Do what is asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = parser.add_subparsers(required=True)
    one = parts.add_parser("make")
    one.add_argument("folder", type=Path)
    one.add_argument("--reports", type=int, default=1_000_000)
    one.add_argument("--seed", type=int, default=1)
    one.set_defaults(run=lambda a: write_shards(a.folder, a.reports, a.seed))
    two = parts.add_parser("add")
    two.add_argument("desk", type=Path)
    two.add_argument("folder", type=Path)
    two.add_argument("--workers", type=int, default=2)
    two.add_argument(
        "--figures-of", type=Path, metavar="DESK", help="do not read: take figures from this desk"
    )
    two.set_defaults(run=lambda a: add(a.desk, a.folder, a.workers, a.figures_of))
    three = parts.add_parser("ask")
    three.add_argument("desk", type=Path)
    three.set_defaults(run=lambda a: ask(a.desk))
    four = parts.add_parser("near")
    four.add_argument("folder", type=Path)
    four.add_argument("--shards", type=int, default=1)
    four.set_defaults(run=lambda a: near(a.folder, a.shards))
    asked = parser.parse_args()
    asked.run(asked)
    return 0


if __name__ == "__main__":
    sys.exit(main())
