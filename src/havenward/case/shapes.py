"""Which distribution a TOML table describes, components of mixtures included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from havenward.case.cells import show
from havenward.case.findings import Trouble
from havenward.case.tables import read_columns
from havenward.case.values import read_value
from havenward.distributions import LIMITS, SHAPES, Distribution, problems_of

if TYPE_CHECKING:
    from havenward.case.findings import Findings

POOLED = "figures"  # the distribution that is pooled from the figures of the reports
MAX_DEPTH = 3  # mixtures of mixtures of mixtures; nobody reads deeper ones
_PARAMETERS = sorted({name for names in SHAPES.values() for name in names})
# keys of an assumption that belong to its distribution
DISTRIBUTION_KEYS = (*_PARAMETERS, *LIMITS, "components")


def read_distribution(
    shape: str, table: dict[str, Any], file: str, place: str, findings: Findings, depth: int = 1
) -> Distribution | None:
    """Read the parameters, limits and components of a distribution; None where it cannot be used."""
    by_name = {column.name: column for column in read_columns("assumptions")}
    wanted = SHAPES[shape]
    given: dict[str, float] = {}
    sound = True
    for key in (*_PARAMETERS, *LIMITS):
        if key not in table:
            continue
        if key not in wanted and key not in LIMITS:
            findings.add(
                file, place, unused_key(key, f"expected only {_listed(wanted)} for a {shape} distribution")
            )
            sound = False
            continue
        value, trouble = read_value(by_name[key], table[key])
        if trouble is not None:
            findings.add(file, place, trouble)
            sound = False
        else:
            given[key] = value
    limits = {key: given.pop(key) for key in LIMITS if key in given}
    components: tuple[tuple[float, Distribution], ...] = ()
    if shape == "mixture":
        read = _read_components(table.get("components", []), file, place, findings, depth)
        sound, components = sound and read is not None, read or ()
    elif "components" in table:
        findings.add(file, place, unused_key("components", "expected components in a mixture only"))
        sound = False
    if not sound:
        return None
    distribution = Distribution(shape, given, components=components, **limits)
    troubles = problems_of(distribution)
    for found, expected in troubles:
        findings.add(
            file, place, Trouble(found, expected, "correct the distribution", "distribution-unsound")
        )
    return None if troubles else distribution


def _read_components(
    listed: object, file: str, place: str, findings: Findings, depth: int
) -> tuple[tuple[float, Distribution], ...] | None:
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        findings.add(
            file,
            place,
            Trouble(
                "components is not a list of tables",
                "expected a list of distributions, each with a weight",
                'write it as [{weight = 1, distribution = "fixed", value = 5}]',
                "value-type",
            ),
        )
        return None
    if depth >= MAX_DEPTH:
        findings.add(
            file,
            place,
            Trouble(
                "mixtures are nested too deeply",
                f"expected at most {MAX_DEPTH} levels",
                "write the components side by side",
                "mixture-depth",
            ),
        )
        return None
    by_name = {column.name: column for column in read_columns("assumptions")}
    allowed = ("weight", "distribution", *DISTRIBUTION_KEYS)
    components: list[tuple[float, Distribution]] = []
    sound = True
    for number, item in enumerate(listed, start=1):
        here = f"{place} component {number}"
        for key in (key for key in item if key not in allowed):
            findings.add(
                file,
                here,
                Trouble(
                    f"unknown key {show(key)}",
                    f"expected keys among {', '.join(allowed)}",
                    findings.offer(file, key, allowed, "remove or rename the key"),
                    "unknown-key",
                ),
            )
            sound = False
        weight, trouble = read_value(by_name["weight"], item.get("weight", 1.0))
        shape, second = read_value(by_name["distribution"], item.get("distribution", ""))
        if shape == POOLED:
            second = Trouble(
                "a component asks for figures",
                "expected a shape of its own",
                "pool figures in an assumption of their own",
                "mixture-pooled",
            )
        for found in (trouble, second):
            if found is not None:
                findings.add(file, here, found)
        distribution = None
        if trouble is None and second is None:
            distribution = read_distribution(shape, item, file, here, findings, depth + 1)
        if distribution is None:
            sound = False
        else:
            components.append((weight, distribution))
    return tuple(components) if sound else None


def unused_key(key: str, expected: str) -> Trouble:
    """Say that a key would be read by nothing, and what is expected instead."""
    return Trouble(
        f"key '{key}' has no use here", expected, "remove it, or choose another distribution", "unused-key"
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) if names else "components"
