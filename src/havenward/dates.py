"""How days are counted and written: ISO dates, whole days, no times of day."""

from __future__ import annotations

from datetime import date, timedelta

DAY = timedelta(days=1)


def parse_date(text: str) -> date:
    """Read `YYYY-MM-DD`; raises ValueError for anything else, `2016-7-1` and `01/07/2016` included."""
    if len(text) != len("2016-07-31"):
        message = f"not an ISO date: {text!r}"
        raise ValueError(message)
    return date.fromisoformat(text)


def day_number(day: date, first: date) -> int:
    """Count the days from `first` (which is 0) to `day`; negative before it."""
    return (day - first).days


def day_date(number: int, first: date) -> date:
    """Give the date that lies `number` days after `first`."""
    return first + timedelta(days=number)


def key_days(origin: date, last: date, step_days: int = 28) -> tuple[date, ...]:
    """List the days that needs and tables are given for: the end of each block of days, and the last day."""
    days = [origin + timedelta(days=n) for n in range(step_days, (last - origin).days + 1, step_days)]
    return tuple(days) if days and days[-1] == last else (*days, last)


def valid_until(origin: date) -> date:
    """Give the day a brief runs out: four weeks after its origin date."""
    return origin + timedelta(days=28)
