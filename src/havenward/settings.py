"""What a user can set for a forecast and a brief: frozen, typed, checked when made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 - dataclasses are read at run time by the reference docs

from havenward.errors import Problem, SettingsError, nearest

TRACKS = ("A", "B", "C", "D")
PRIOR_SETS = ("time-ordered", "leave-one-out")
AUDIENCES = ("public", "partner", "team")
RULE_SETS = ("havenward", "flee")
LANGUAGES = ("en", "fr", "es", "ar")
MAX_MEMBERS = 1_000_000
QUICK_MEMBERS = 200  # of a what-if: enough for a range, in a second or two
MAX_HORIZON_DAYS = 4000


@dataclass(frozen=True)
class ForecastSettings:
    """Settings of one forecast.

    Parameters
    ----------
    origin_date
        Nothing published later is used (`--as-of`).
    horizon_days
        Days to look ahead, 1 to 4000.
    members
        Runs in the ensemble, 1 to 1,000,000.
    seed
        Whole number from 0; the same seed gives the same bytes.
    track
        Information track: B conflict or access schedule given, C only what was published by the origin
        date, D the same without counts.
    rules, priors, scenario
        Rule set, prior set and scenario by name (empty: no scenario).
    """

    origin_date: date
    horizon_days: int
    members: int = 1000
    seed: int = 1
    track: str = "C"
    rules: str = "havenward"
    priors: str = "time-ordered"
    scenario: str = ""

    def __post_init__(self) -> None:
        """Refuse values that make no sense, all at once."""
        problems = [
            *_one_of("--track", self.track, TRACKS),
            *_one_of("--rules", self.rules, RULE_SETS),
            *_one_of("--priors", self.priors, PRIOR_SETS),
            *_within("--members", self.members, 1, MAX_MEMBERS),
            *_within("--horizon", self.horizon_days, 1, MAX_HORIZON_DAYS),
            *_within("--seed", self.seed, 0, 2**63 - 1),
            *_within("--as-of", self.origin_date.year, 1900, 2200, "year "),
        ]
        if problems:
            raise SettingsError(problems)


@dataclass(frozen=True)
class BriefSettings:
    """Settings of one brief.

    Parameters
    ----------
    audience
        `public`, `partner` or `team`: what may be shown.
    suppress_below
        Counts of people under this are not shown outside the team.
    language
        `en`, `fr`, `es` or `ar`.
    hxl
        Whether tables carry a row of HXL tags under their header.
    reason
        Why somebody needs more than the public may see; logged beside the products. Obligatory for
        `partner` and `team`.
    """

    audience: str = "public"
    suppress_below: int = 10
    language: str = "en"
    hxl: bool = False
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse values that make no sense, all at once."""
        problems = [
            *_one_of("--audience", self.audience, AUDIENCES),
            *_within("[release] suppress_below", self.suppress_below, 0, 1_000_000),
            *_one_of("--language", self.language, LANGUAGES),
        ]
        if problems:
            raise SettingsError(problems)


def _one_of(option: str, value: str, allowed: tuple[str, ...]) -> list[Problem]:
    if value in allowed:
        return []
    close = nearest(value, allowed)
    repair = f"did you mean '{close}'?" if close else "choose one of these"
    return [
        Problem(option, f"found '{value}'", f"expected one of {', '.join(allowed)}", repair, "unknown-choice")
    ]


def _within(option: str, value: int, low: int, high: int, what: str = "") -> list[Problem]:
    if low <= value <= high:
        return []
    return [
        Problem(
            option,
            f"found {what}{value}",
            f"expected a {what or 'whole number '}from {low} to {high}",
            "correct the value",
            "out-of-range",
        )
    ]
