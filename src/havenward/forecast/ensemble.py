"""What each member assumes, and what all of them together say: draws, the ensemble, its quantiles.

The simulator is handed in as a function, so this stage knows nothing of places or days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from havenward.distributions import quantile
from havenward.errors import CaseError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from havenward.randomness import Streams
    from havenward.records import Assumption

    FloatArray = NDArray[np.float64]


def draw_assumptions(
    assumptions: Sequence[Assumption],
    streams: Streams,
    members: int,
    above: Mapping[str, float] | None = None,
) -> dict[str, FloatArray]:
    """Draw every assumption once per member, each from a stream of its own name.

    Parameters
    ----------
    assumptions
        Sound assumptions with distributions; one with `below` is drawn after the one it names.
    streams
        All randomness of the run.
    members
        Number of members.
    above
        For some assumptions a value that is known not to be reached yet, in their unit: a date that has
        not come by the origin date lies after it.

    Returns
    -------
    draws
        By name, each of shape (member,), in the unit of the assumption.

    Raises
    ------
    CaseError
        An assumption names a limit that does not exist.
    """
    names = {a.name for a in assumptions}
    missing = [
        Problem(
            f"assumptions.toml [{a.name}]",
            f"is limited by '{a.below}'",
            "expected the name of an assumption",
            "correct the name or remove it",
            "unknown-assumption",
        )
        for a in assumptions
        if a.below and a.below not in names
    ]
    if missing:
        raise CaseError(missing)
    draws: dict[str, FloatArray] = {}
    for assumption in sorted(assumptions, key=lambda a: (bool(a.below), a.name)):
        if assumption.distribution is None:
            continue
        draws[assumption.name] = quantile(
            assumption.distribution,
            streams.uniforms(f"assumption.{assumption.name}", members),
            streams.uniforms(f"assumption.{assumption.name}.component", members),
            below=draws[assumption.below] if assumption.below else None,
            above=(above or {}).get(assumption.name),
        )
    return draws


def count_displaced(
    displaced: NDArray[np.int32], at_camps: NDArray[np.int32], draws: dict[str, FloatArray]
) -> FloatArray:
    """Give what a counting system would report of the people displaced.

    People at camps and those elsewhere are covered differently, and families are multiplied by a fixed size.

    Parameters
    ----------
    displaced, at_camps
        People displaced by this crisis, in all and at camps, shape (member, day).
    draws
        Needs `count_multiplier`, `camp_coverage`, `host_coverage`, each of shape (member,).

    Returns
    -------
    counted
        Shape (member, day).
    """
    camps = np.minimum(at_camps, displaced).astype(np.float64)
    elsewhere = displaced - camps
    counted: FloatArray = draws["count_multiplier"][:, None] * (
        draws["camp_coverage"][:, None] * camps + draws["host_coverage"][:, None] * elsewhere
    )
    return counted
