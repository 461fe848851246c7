"""Which HXL tag stands under which column: core hashtags of HXL 1.1, quantiles as attributes of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

TAGS = {
    "location": "#loc+id",
    "name": "#loc+name",
    "pcode": "#loc+code+v_pcodes",
    "kind": "#loc+type",
    "admin1": "#adm1+name",
    "admin2": "#adm2+name",
    "country": "#country+code+v_iso3",
    "measure": "#indicator+name",
    "date": "#date",
    "days_ahead": "#date+ahead+num",
    "origin_date": "#date+reported",
    "sector": "#sector+name",
    "item": "#item+name",
    "standard": "#item+code",
    "unit": "#item+unit",
    "reason": "#meta+reason",
    "forecast_from": "#meta+method",
    "people_low": "#inneed+ind+p05",
    "people_central": "#inneed+ind+median",
    "people_high": "#inneed+ind+p95",
    "people_are": "#inneed+type",
    "requirement_low": "#need+required+p05",
    "requirement_central": "#need+required+median",
    "requirement_high": "#need+required+p95",
    "available_low": "#capacity+p05",
    "available_central": "#capacity+median",
    "available_high": "#capacity+p95",
    "available_is": "#capacity+status",
    "places_silent": "#indicator+silent+num",
    "gap_low": "#need+gap+p05",
    "gap_central": "#need+gap+median",
    "gap_high": "#need+gap+p95",
    "chance": "#indicator+probability+num",
    "first_likely": "#date+start+likely",
    "need_low": "#need+p05",
    "need_central": "#need+median",
    "need_high": "#need+p95",
    "added_low": "#need+rounding+p05",
    "added_central": "#need+rounding+median",
    "added_high": "#need+rounding+p95",
    "adjust_low": "#need+adjust+p05",
    "adjust_central": "#need+adjust+median",
    "adjust_high": "#need+adjust+p95",
}
# `low`, `central` and `high` are people in one table and things in another
OF_PEOPLE = {
    "low": "#affected+displaced+ind+p05",
    "central": "#affected+displaced+ind+median",
    "high": "#affected+displaced+ind+p95",
}
OF_NEEDS = {"low": "#need+p05", "central": "#need+median", "high": "#need+p95"}


def tags_for(columns: Sequence[str], *, people: bool = False) -> tuple[str, ...]:
    """Give the HXL tags of the columns of a table.

    Parameters
    ----------
    columns
        As in `brief.rows`; a column that no core hashtag fits gets a tag of its own (`#x_...`).
    people
        Whether `low`, `central` and `high` are people; else they are what is needed.
    """
    table = TAGS | (OF_PEOPLE if people else OF_NEEDS)
    return tuple(table.get(column, f"#x_{column}") for column in columns)
