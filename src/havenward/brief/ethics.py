"""What an ethical matrix says: who could be harmed by a run, how, what is done about it and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from havenward.brief.audience import ARMED_TERMS, GRID_DEGREES, withheld_words
from havenward.brief.evaluation import FORM, plain, share, table
from havenward.brief.facts import current_locations
from havenward.brief.guard import guard_for
from havenward.brief.redact import LONGEST_QUOTE, find_persons, names_kept
from havenward.dates import valid_until
from havenward.records import RECEIVING_KINDS
from havenward.words import ENGLISH

if TYPE_CHECKING:
    from havenward.records import Case
    from havenward.runs import Run

AUDIENCE = "public"


class Concern(NamedTuple):
    """A row: who, what could go wrong for them, what is done, what this run shows of it, what is open."""

    who: str
    harm: str
    done: str
    evidence: str
    still_open: str


class Findings(NamedTuple):
    """What a run holds that could harm, counted."""

    origins: int
    gates: int
    routes: int
    access_dates: int
    armed: int
    naming: int
    persons: int
    figures: int
    positions: int
    receiving: int
    no_capacity: int
    hosts: int


def write_ethics(case: Case, run: Run) -> str:
    """Write the ethical matrix of a run as Markdown; it holds nothing that the public may not see.

    Parameters
    ----------
    case
        The case as the run knew it.
    run
        A complete run folder.
    """
    found = look_for_harm(case)
    heads = ("who", "what could go wrong", "what is done about it", "in this run", "open")
    decisions = [
        (
            "Who decides on a release?",
            "whoever runs 'havenward brief'; no name is recorded in the case",
            "not done",
        ),
        (
            "What is released?",
            (
                "public by default; for partners and the team a typed reason is needed, and each release is "
                "logged with the fingerprint of every file"
            ),
            "done",
        ),
        (
            "Is the case's own setting narrower?",
            f"audience '{case.audience}', counts under {case.suppress_below} held back",
            "done",
        ),
        ("Were affected people asked or told?", "the run records no consultation", "not done"),
        ("Can somebody object or report harm?", "no contact is recorded in the case", "not done"),
        (
            "When is this looked at again?",
            (
                f"by {valid_until(run.origin_date).isoformat()}, and at once when access or control of an "
                "area changes"
            ),
            "not done",
        ),
        ("Did an ethical reviewer look at it?", "none is recorded", "not done"),
    ]
    lines = [
        f"# Ethical matrix: {plain(case.title)}, known on {run.origin_date.isoformat()}",
        "",
        FORM,
        "",
        "## People concerned",
        "",
        *table(heads, _concerns(case, run, found)),
        "",
        "## Held back from the public",
        "",
        *(f"- {words}" for words in withheld_words(AUDIENCE)),
        "",
        "## It must not be used",
        "",
        *(f"- {line}" for line in ENGLISH.misuse_lines()),
        "",
        "## Decisions and review",
        "",
        *table(("asked", "evidence", "status"), decisions),
        "",
    ]
    return "\n".join(lines)


def look_for_harm(case: Case) -> Findings:
    """Count what a case holds that could harm people if everybody saw it."""
    guard = guard_for(case.locations, case.title, AUDIENCE, case.suppress_below)
    keep = names_kept(case)
    rows = current_locations(case).values()
    receiving = [row for row in rows if row.kind in RECEIVING_KINDS]
    texts = [f"{row.sentence}\n{row.source_attribution}" for row in case.figures]
    return Findings(
        origins=sum(row.kind == "origin" for row in rows),
        gates=sum(row.kind in {"town", "border"} for row in rows),
        routes=len(case.routes),
        access_dates=len(case.events),
        armed=sum(row.term in ARMED_TERMS for row in case.figures),
        naming=sum(bool(guard.names_in(text)) for text in texts),
        persons=sum(any(True for _ in find_persons(text, keep)) for text in texts),
        figures=len(case.figures),
        positions=sum(row.latitude is not None for row in receiving),
        receiving=len(receiving),
        no_capacity=sum(row.capacity is None for row in receiving),
        hosts=sum(row.kind == "host" for row in receiving),
    )


def _concerns(case: Case, run: Run, found: Findings) -> list[Concern]:
    cell = round(GRID_DEGREES * 111)
    return [
        Concern(
            "people who cannot leave yet",
            "somebody who hunts or holds them learns where they are, how they get out, or when",
            "places that people leave, routes, gates and dates of access stay with the team (gates also with "
            "partners); every finished file is searched for them",
            f"{found.origins} places that people leave, {found.gates} gates, {found.routes} links and "
            f"{found.access_dates} dated events are in the case; "
            f"{share(found.naming, found.figures)} figures "
            "name such a place and are held back from the public",
            "a run folder holds all of it and is not encrypted",
        ),
        Concern(
            "people on the way and at receiving places",
            "a site becomes a target, or a few people are found",
            f"public positions are those of a cell of about {cell} km; counts under {case.suppress_below} "
            "are held back, and others with them where sums would give them away",
            f"{share(found.positions, found.receiving)} receiving places have a position",
            "names of sites are public, since aid cannot be planned without them",
        ),
        Concern(
            "people whom reports quote or name",
            "somebody is found by name, number or words",
            "outside the team names, numbers and addresses are taken out, and quotes are at most "
            f"{LONGEST_QUOTE} words",
            f"something of a person stands in {share(found.persons, found.figures)} figures",
            "a name about which the sentence says nothing stays; people must read quotes before a release",
        ),
        Concern(
            "host communities",
            "they are left out of help, or numbers are used against newcomers",
            "needs and gaps are given for host communities as for sites; products say what they must not be "
            "used for",
            f"{share(found.hosts, found.receiving)} receiving places are host communities",
            "what hosts themselves need is not modelled",
        ),
        Concern(
            "women, children, older people, people with disabilities",
            "their needs vanish in totals",
            "products say that no such data are used",
            "no numbers by sex, age or disability",
            "everything: this must come from assessments",
        ),
        Concern(
            "people whom the model gets wrong",
            "a place gets too little since a number was low, or where nothing is known",
            "every number has a range; places without a known capacity are listed",
            f"no published capacity at {share(found.no_capacity, found.receiving)} receiving places; track "
            f"{run.meta['track']}",
            "whether errors fall on some groups more than on others has not been measured",
        ),
        Concern(
            "authorities and border officials",
            "a high number is taken as a reason to close a border or hold people back",
            "ranges and needs are published, not threats; misuse is named on every product",
            "the wording is fixed and the same in every run",
            "nobody can take back what was handed over",
        ),
        Concern(
            "donors and planners",
            "a low number is taken as a proof that no help is needed",
            "skill and losses on past crises stand beside the numbers; products run out",
            f"not to be used after {valid_until(run.origin_date).isoformat()}",
            "how products are used is not followed up",
        ),
        Concern(
            "staff of aid organisations",
            "they are sent where fighting is expected, or are taken for informants",
            "the model forecasts no attack; figures on armed forces stay with the team",
            f"{found.armed} figures on forces, fighters or people trapped are in the case",
            "security advice must come from elsewhere",
        ),
        Concern(
            "armed actors",
            "they use it to plan, or it is taken as evidence against people",
            "movements of armed actors are never mapped or forecast",
            f"{found.armed} such figures are held back from all but the team",
            "none known beyond what is said above",
        ),
    ]
