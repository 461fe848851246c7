"""What the rule set `havenward` fixes: speeds, weights and limits that no assumption changes.

Rules are data: a scenario or a test passes another `Rules`, no code changes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """Constants of the movement model; sources beside each.

    Parameters
    ----------
    foot_km_per_day, ride_km_per_day
        Speeds. 35 km a day on foot and 200 by vehicle: Flee settings; a child's walk of 409 km in 12
        days (34 km a day) agrees.
    softening_km
        Added to every distance before its power is taken, so that the nearest place does not take all.
        10 km: Flee uses 10 to 50.
    choice_sharpness
        Power on the whole weight (omega); 1 is Flee's default.
    awareness_links
        How many links ahead people know a place to go to; markers do not count. 3: the widest of Flee's
        awareness levels.
    full_from
        Share of the places taken from which a site begins to draw fewer people. 0.9: Flee.
    early_days
        Days over which fear of the nearing front grows, e-fold. 7: convention.
    return_ramp_days
        Days over which returns rise after the last cell of a group is passed, e-fold. 30: convention.
    """

    foot_km_per_day: float = 35.0
    ride_km_per_day: float = 200.0
    softening_km: float = 10.0
    choice_sharpness: float = 1.0
    awareness_links: int | None = 3
    full_from: float = 0.9
    early_days: float = 7.0
    return_ramp_days: float = 30.0


HAVENWARD = Rules()
