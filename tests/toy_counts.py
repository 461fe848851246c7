"""Small crises with counts, for tests of rules, pairs and backtests."""

from datetime import date, timedelta

import numpy as np

from havenward.records import Case, Event, Location, Observation, Route

START = date(2020, 1, 1)


def day(number):
    return START + timedelta(days=int(number))


def place(name, kind="camp", published=0, population=None, capacity=None):
    return Location(
        name, name, "", kind, None, None, "", "", "", "", population, capacity, None, None, day(published), ""
    )  # fmt: skip


def count(location, on, persons, published=None, series="a", measure="stock", scope="location", origin=""):
    seen = day(on if published is None else published)
    return Observation(day(on), None, scope, location, origin, measure, persons, None, series, seen, "")


def fight(location, on, published=None):
    return Event(day(on), "conflict", location, "", "", None, day(on if published is None else published), "")


def road(a, b, km):
    return Route(a, b, float(km), "road", START, "")


def crisis(observations, places=("p", "q"), name="toy", country="XXX", start=START, **more):
    return Case(
        "T", name, country, start, 60, "havenward", False, False, 0, "public", 10,
        locations=tuple(place(one) if isinstance(one, str) else one for one in places),
        observations=tuple(observations), **more,
    )  # fmt: skip


def random_crisis(seed, name="toy", country="XXX", sites=("p", "q", "r"), days=120, start=0):
    """Make counts that mostly rise, every few days, published up to four days later, some of them revised."""
    random = np.random.default_rng(seed)
    rows = [count("", on, int(9 * on + 50), on + 1, scope="total", series="t") for on in range(0, days, 6)]
    for site in sites:
        persons, on = int(random.integers(0, 500)), int(random.integers(0, 5))
        while on < days:
            lag = int(random.integers(0, 5))
            rows.append(count(site, on, persons, on + lag))
            if random.random() < 0.1:
                rows.append(count(site, on, persons + 7, on + lag + int(random.integers(1, 9))))
            persons = max(0, persons + int(random.lognormal(4, 1)) - 30)
            on += int(random.integers(1, 7))
    places = (*(place(site) for site in sites), place("source", "origin", population=1000))
    return crisis(
        rows, places, name, country, day(start),
        routes=tuple(road("source", site, 10 * (1 + at)) for at, site in enumerate(sites)),
        events=(fight("source", 3),),
    )  # fmt: skip
