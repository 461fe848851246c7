"""Which online sources a case can be filled from, and for which of them the user has set a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class ServiceToken:
    """A source and its token; what the token is stays in the environment.

    Parameters
    ----------
    name
        The source as people call it.
    variable
        Environment variable of the token; empty where none is needed.
    is_set
        Whether it holds anything.
    """

    name: str
    variable: str
    is_set: bool


def list_services(environment: Mapping[str, str]) -> list[ServiceToken]:
    """List the online sources and whether their tokens are set; nobody is asked."""
    from havenward.case.importers.online import SERVICES

    return [
        ServiceToken(
            service.name,
            service.variable,
            bool(service.variable) and bool(environment.get(service.variable, "").strip()),
        )
        for service in SERVICES.values()
    ]
