"""Protects the rule set `flee`: each quirk by hand, all of them against single people, six cases against Flee."""

import csv
import dataclasses
import datetime as dt
import random
from pathlib import Path

import numpy as np
import pytest

from havenward.errors import CaseError
from havenward.flee_inputs import FleeClosure, FleeInputs, FleeLocation, FleeRoute, FleeSeries
from havenward.movement.flee.day import draw_poisson
from havenward.movement.flee.settings import read_flee_settings
from havenward.movement.flee.simulate import run_world, simulate_flee
from havenward.movement.flee.world import build_world
from havenward.randomness import Streams
from havenward.records import Ensemble

CASES = Path(__file__).parents[1].parent / "shared" / "flee-cases"


def place(name: str, kind: str, size: int = 0, country: str = "home", **attributes: str) -> FleeLocation:
    return FleeLocation(name, "", country, 0.0, 0.0, kind, 0.0, size, attributes)


def counts(*people: float, name: str = "C", first: int = 0) -> FleeSeries:
    return FleeSeries(name, tuple(range(first, first + len(people))), tuple(map(float, people)))


def toy(
    locations: list[FleeLocation],
    routes: list[tuple],
    *,
    days: int = 4,
    conflicts: dict[str, tuple[float, ...]] | None = None,
    closures: list[FleeClosure] | None = None,
    series: list[FleeSeries] | None = None,
    spawn: dict | None = None,
    **move: object,
) -> FleeInputs:
    """Build inputs; unless told otherwise, 1000 people appear at the conflict zone `A`, on day 0."""
    return FleeInputs(
        start_date=dt.date(2020, 1, 1),
        days=days,
        locations=tuple(locations),
        routes=tuple(
            FleeRoute(r[0], r[1], r[2], r[3] if len(r) > 3 else 0, r[4] if len(r) > 4 else {}) for r in routes
        ),
        closures=tuple(closures or ()),
        conflicts={"A": (1.0,) * days} if conflicts is None else conflicts,
        series=tuple([counts(1000.0)] if series is None else series),
        total=None,
        corrections=(),
        changes=(),
        settings={"spawn_rules": {"insert_day0": False} if spawn is None else spawn, "move_rules": move},
    )


def run(inputs: FleeInputs, members: int = 1) -> Ensemble:
    return simulate_flee(inputs, members=members, streams=Streams(5), workers=1)


def stock(ensemble: Ensemble, name: str, member: int = 0) -> list[int]:
    return ensemble.stock[member, :, ensemble.locations.index(name)].tolist()


CHAIN = [place("A", "conflict_zone", 100), place("B", "forwarding_hub"), place("C", "camp")]
AWAY = {"conflict_weight": 0.0, "camp_movechance": 0.0}  # nobody goes to a conflict zone or leaves a camp


# -- distances and speeds ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("km", "day"), [(355, 0), (359, 0), (360, 1), (719, 1), (720, 2)], ids=str)
def test_a_further_hop_has_a_whole_day_and_arrival_is_beyond_the_distance(km: int, day: int):
    found = run(toy(CHAIN, [("A", "B", 100), ("B", "C", km)], **AWAY))
    assert stock(found, "C") == [1000 if t >= day else 0 for t in range(4)]
    assert stock(found, "B") == [0, 0, 0, 0]


def test_the_first_link_is_walked_with_start_on_foot():
    found = run(toy(CHAIN, [("A", "B", 100), ("B", "C", 50)], start_on_foot=True, **AWAY))
    assert stock(found, "C") == [0, 0, 1000, 1000]  # 35, 70, 105 km; then a whole day's ride


def test_a_link_can_be_walked_by_chance_and_have_a_speed_of_its_own():
    walked = {"walk_probability": "1.0"}
    found = run(toy(CHAIN, [("A", "B", 100, 0, walked), ("B", "C", 50)], **AWAY))
    assert stock(found, "C") == [0, 0, 1000, 1000]
    slow = {"max_move_speed": "60"}
    found = run(toy(CHAIN, [("A", "B", 100, 0, slow), ("B", "C", 50)], **AWAY))
    assert stock(found, "C") == [0, 1000, 1000, 1000]


def test_short_stints_drive_people_on_through_towns_until_a_day_is_used_up():
    towns = [place("A", "conflict_zone", 100), *(place(n, "town") for n in "BDEF"), place("C", "camp")]
    line = [("A", "B", 150), ("B", "D", 150), ("D", "E", 150), ("E", "F", 150), ("F", "C", 150)]
    still = {"default_movechance": 0.01, "awareness_level": 3, "distance_power": -9.0, **AWAY}
    plain = run(toy(towns, line, **still))
    assert 5 < 1000 - stock(plain, "C")[0] <= 1000
    forced = run(toy(towns, line, avoid_short_stints=True, **still))
    # (150 + 150 + 150) / 360 is above 1 on arrival at E: up to there everybody is driven on
    assert stock(forced, "B")[0] < 20
    assert stock(forced, "D")[0] < 20


# -- choice ------------------------------------------------------------------------------------------------


def fork() -> tuple[list[FleeLocation], list[tuple]]:
    places = [place("A", "conflict_zone", 100), place("C", "camp", 0), place("D", "camp", 0, "far")]
    return places, [("A", "C", 90), ("A", "D", 40)]


def share(inputs: FleeInputs, name: str) -> float:
    found = run(inputs, 40)
    return float(found.stock[:, 0, found.locations.index(name)].mean()) / 1000


def test_routes_are_drawn_by_score_and_distance():
    # near to D, and 3 times as good: 3 / (10 + 40) against 1 / (10 + 90)
    assert share(toy(*fork(), foreign_weight=3.0, **AWAY), "D") == pytest.approx(6 / 7, abs=0.006)
    # with powers, 50 ** -0.5 squared against 100 ** -0.5 squared
    powers = {"distance_power": 0.5, "weight_power": 2.0}
    assert share(toy(*fork(), **powers, **AWAY), "D") == pytest.approx(
        (1 / 50) / (1 / 50 + 1 / 100), abs=0.006
    )
    # constants added to every score: (1 + 1) / 100 and (1 + 3) / 50
    softer = {"weight_softening": 1.0, "foreign_weight": 3.0, "conflict_weight": 0.0}
    assert share(toy(*fork(), **softer), "D") == pytest.approx(0.08 / 0.10, abs=0.006)


def test_each_route_to_the_same_place_competes_by_itself():
    places = [
        place("A", "conflict_zone", 1),
        *(place(n, "marker") for n in "MN"),
        place("C", "camp"),
        place("D", "camp"),
    ]
    routes = [("A", "M", 40), ("A", "N", 40), ("M", "C", 50), ("N", "C", 50), ("A", "D", 90)]
    assert share(toy(places, routes, **AWAY), "C") == pytest.approx(2 / 3, abs=0.006)


def test_markers_are_passed_and_never_a_destination():
    places = [place("A", "conflict_zone", 1), place("M", "marker"), place("C", "camp")]
    found = run(toy(places, [("A", "M", 100), ("M", "C", 100)], **AWAY))
    assert stock(found, "C") == [1000] * 4
    # with awareness -1, which is otherwise like 1, nobody sees beyond a marker
    found = run(toy(places, [("A", "M", 100), ("M", "C", 100)], awareness_level=-1, **AWAY))
    assert stock(found, "A") == [1000] * 4


def test_nobody_moves_with_awareness_zero():
    assert stock(run(toy(*fork(), awareness_level=0, **AWAY)), "A") == [1000] * 4


def test_forced_redirection_is_not_read_but_1_counts_the_link_twice():
    places, (to_c, to_d) = fork()
    forced = toy(places, [(*to_c[:2], 40, 1), to_d], **AWAY)
    assert share(forced, "C") == pytest.approx(2 / 3, abs=0.006)
    forced = toy(places, [(*to_c[:2], 40, 2), to_d], **AWAY)
    assert share(forced, "C") == pytest.approx(1 / 2, abs=0.006)


def test_of_parallel_links_the_first_is_walked_whichever_was_weighed():
    places = [place("A", "conflict_zone", 1), place("C", "camp")]
    assert stock(run(toy(places, [("A", "C", 800), ("A", "C", 10)], **AWAY)), "C") == [0, 0, 1000, 1000]
    assert stock(run(toy(places, [("A", "C", 10), ("A", "C", 800)], **AWAY)), "C") == [1000] * 4


def test_pruning_drops_light_routes():
    places, routes = fork()
    assert share(toy(places, routes, pruning_threshold=1.5, **AWAY), "D") == 1.0  # 1/50 against 1/100
    assert 0.6 < share(toy(places, routes, pruning_threshold=2.5, **AWAY), "D") < 0.73


def test_fixed_routes_keep_one_route_per_place_and_count_the_score_twice():
    places = [place("A", "conflict_zone", 1), *(place(n, "forwarding_hub") for n in "M"), place("C", "camp")]
    routes = [("A", "M", 40), ("M", "C", 50), ("A", "C", 190)]
    arrays = build_world(toy(places, routes, awareness_level=2, fixed_routes=True, **AWAY)).arrays
    first, last = arrays.path_first[0, :2]
    assert last - first == 2  # to M, and to C by M
    assert sorted(arrays.path_nearness[first:last]) == pytest.approx([1 / 100, 1 / 50])
    assert share(toy(*fork(), fixed_routes=True, foreign_weight=3.0, **AWAY), "D") == pytest.approx(
        (9 / 50) / (9 / 50 + 1 / 100), abs=0.006
    )


def test_a_stored_route_is_followed_with_certainty_the_next_day():
    places = [place("A", "conflict_zone", 1), place("B", "town"), place("C", "camp")]
    settings = {"default_movechance": 0.006, "camp_weight": 1e9, "awareness_level": 2, **AWAY}
    found = run(toy(places, [("A", "B", 370), ("B", "C", 370)], **settings))
    # they arrive on day 1 with 350 km left and go on at once, whatever the town's own chance
    assert stock(found, "B")[1] <= 1
    assert stock(found, "C") == [0, 0, pytest.approx(1000, abs=1), pytest.approx(1000, abs=1)]


def test_people_take_to_classes_of_danger():
    inputs = toy(*fork(), foreign_weight=3.0, ChildrenAvoidHazards=True, **AWAY)
    inputs = dataclasses.replace(inputs, demographics={"demographics_age.csv": "age,Default\n10,1\n30,3\n"})
    # children square the score: 9 / 50 against 1 / 100
    expected = 0.25 * 18 / 19 + 0.75 * 6 / 7
    assert share(inputs, "D") == pytest.approx(expected, abs=0.006)
    with pytest.raises(CaseError, match=r"demographics_age\.csv: the file is missing"):
        run(toy(*fork(), ElderlyAvoidHazards=True))


# -- capacity ----------------------------------------------------------------------------------------------


def test_capacity_is_no_ceiling_for_those_who_decide_together():
    places = [place("A", "conflict_zone", 1), place("C", "camp", 10)]
    assert stock(run(toy(places, [("A", "C", 10)], **AWAY)), "C") == [1000] * 4


def test_a_camp_past_half_of_its_buffer_turns_people_away_for_the_day():
    # 960 of 1000 places are taken: the multiplier is 0.4, below one half
    people = [counts(960.0, 1960.0, 1960.0)]
    places = [place("A", "conflict_zone", 1), place("C", "camp", 1960)]
    inputs = toy(places, [("A", "C", 10)], series=people, spawn={}, capacity_scaling=1.0, **AWAY)
    found = run(inputs)
    assert build_world(inputs).arrays.capacity.tolist() == [-1.0, 1000.0]  # what was there counts twice
    assert stock(found, "C") == [960] * 4
    assert stock(found, "A") == [0, 1000, 1000, 1000]
    # 949 of 1000: the multiplier is 0.51, so all of them are let in
    inputs = toy(
        [places[0], place("C", "camp", 1949)],
        [("A", "C", 10)],
        series=[counts(949.0, 1949.0)],
        spawn={},
        **AWAY,
    )
    assert stock(run(inputs), "C") == [949, 1949, 1949, 1949]


def test_a_capacity_below_one_after_the_subtraction_is_unlimited():
    places = [place("A", "conflict_zone", 1), place("C", "camp", 704)]
    inputs = toy(places, [("A", "C", 10)], series=[counts(6505.0, 7505.0)], spawn={}, **AWAY)
    assert build_world(inputs).arrays.capacity.tolist() == [-1.0, -5801.0]
    assert stock(run(inputs), "C")[1] == 7505


# -- closures ----------------------------------------------------------------------------------------------


def test_people_on_a_link_that_closes_travel_on_and_are_put_back():
    shut = [FleeClosure("location", "C", "", 1, 2)]
    places = [place("A", "conflict_zone", 1), place("C", "camp")]
    found = run(toy(places, [("A", "C", 800)], days=7, closures=shut, **AWAY))
    # on the way on days 0 and 1, put back on day 2 although the link is open again, there on day 5
    assert stock(found, "A") == [0, 0, 1000, 0, 0, 0, 0]
    assert stock(found, "C") == [0, 0, 0, 0, 0, 1000, 1000]


def test_borders_close_between_two_countries_and_only_on_their_day():
    shut = [FleeClosure("country", "home", "far", 0, 2)]
    places, routes = fork()
    found = run(toy(places, routes[1:], closures=shut, **AWAY))
    assert stock(found, "D") == [0, 0, 1000, 1000]
    # closed before the first day: never closed
    early = [FleeClosure("country", "home", "far", -1, 2)]
    assert stock(run(toy(places, routes[1:], closures=early, **AWAY)), "D") == [1000] * 4


def test_closures_of_single_links_never_match():
    shut = [FleeClosure("link", "A", "D", 0, 9)]
    assert stock(run(toy(*fork(), closures=shut, **AWAY)), "A") == [0] * 4


def test_a_closed_camp_is_a_town_and_reopens():
    shut = [FleeClosure("camp", "C", "", 0, 2)]
    arrays = build_world(toy(CHAIN, [("A", "B", 9)], closures=shut)).arrays
    days = arrays.row_of_day
    assert arrays.camp[days, 2].tolist() == [False, False, True, True]
    assert arrays.town[days, 2].tolist() == [True, True, False, False]
    assert arrays.movechance[days, 2].tolist() == [0.3, 0.3, 0.001, 0.001]


# -- conflicts ---------------------------------------------------------------------------------------------


def conflict_of(*series: float, **spawn: object) -> np.ndarray:
    inputs = toy(CHAIN, [("A", "B", 9)], days=len(series), conflicts={"A": series}, spawn=spawn)
    arrays = build_world(inputs).arrays
    return np.stack([arrays.conflict[arrays.row_of_day, 0], arrays.spawn_factor[arrays.row_of_day, 0]])


def test_a_change_between_two_intensities_is_not_seen():
    assert conflict_of(1.0, 0.2, 0.2, 0.0, 0.5)[0].tolist() == [1.0, 1.0, 1.0, -1.0, 0.5]


def test_a_zone_by_type_stays_one_where_the_schedule_says_zero_on_day_0():
    assert conflict_of(0.0, 0.0, 0.0)[0].tolist() == [1.0, 1.0, 1.0]
    assert conflict_of(0.0, 1.0, 0.0)[0].tolist() == [1.0, 1.0, -1.0]


def test_spawn_weights_decay_a_day_late():
    factors = conflict_of(*[1.0] * 6, conflict_spawn_decay=[1.0, 0.5, 0.1], conflict_spawn_decay_interval=2)
    # weights are refreshed at the end of a day, with that day's age of the conflict
    assert factors[1].tolist() == [1.0, 1.0, 1.0, 0.5, 0.5, 0.1]


def test_an_old_conflict_repels_less():
    decay = {"insert_day0": False, "conflict_spawn_decay": [1.0, 0.5], "conflict_spawn_decay_interval": 2}
    arrays = build_world(toy(CHAIN, [("A", "B", 9)], spawn=decay, conflict_weight=0.25)).arrays
    assert arrays.score[arrays.row_of_day, 0].tolist() == pytest.approx([0.25, 0.25, 0.5, 0.5])


def test_a_schedule_that_ends_early_is_refused():
    with pytest.raises(
        CaseError, match=r"conflicts\.csv A: it ends after day 1; expected a value for each of the 4"
    ):
        run(toy(CHAIN, [("A", "B", 9)], conflicts={"A": (1.0, 1.0)}))


# -- who appears -------------------------------------------------------------------------------------------


def new_people(series: list[FleeSeries], days: int = 6, hasten: int = 1, **spawn: object) -> list[int]:
    inputs = toy(CHAIN, [("A", "B", 9)], days=days, series=series, spawn=spawn)
    inputs = dataclasses.replace(inputs, settings={**inputs.settings, "optimisations": {"hasten": hasten}})
    return build_world(inputs).arrays.new.tolist()


def test_counts_are_interpolated_and_cut_and_falls_become_a_debt():
    # 10, 13, 16, 20 (cut), then 15, then 32
    assert new_people([FleeSeries("C", (0, 3, 4, 5), (10.0, 20.0, 15.0, 32.0))]) == [0, 3, 3, 4, 0, 12]
    two = [counts(5.0, 9.0, name="C"), counts(4.0, 1.0, 8.0, name="D")]
    assert new_people(two, days=4) == [0, 1, 7, 0]
    assert new_people(two, days=4, insert_day0=False) == [9, 1, 7, 0]
    assert new_people([FleeSeries("C", (0, 2), (10.0, 31.0))], days=3, hasten=10) == [0, 1, 1]


def test_corrections_scale_all_that_was_counted_before():
    inputs = toy(CHAIN, [("A", "B", 9)], series=[counts(10.0, 20.0, 10.0, 40.0)], spawn={})
    inputs = dataclasses.replace(inputs, corrections=(("C", 2),))
    world = build_world(inputs).arrays
    assert world.new.tolist() == [0, 5, 0, 30]  # 5, 10, 10, 40
    assert world.opening.tolist() == [0, 0, 5]


def test_day_0_people_are_inserted_and_can_be_left_out():
    people = [counts(70.0, 80.0)]
    found = run(toy(CHAIN, [("A", "B", 9)], series=people, spawn={}, **AWAY))
    assert stock(found, "C")[0] == 70
    assert found.newly_displaced[0].tolist() == [70, 10, 0, 0]
    assert found.opening[0].tolist() == [0, 0, 70]
    empty = run(toy(CHAIN, [("A", "B", 9)], series=people, spawn={"empty_camps_on_day0": True}, **AWAY))
    assert empty.newly_displaced[0].tolist() == [0, 10, 0, 0]


def test_people_appear_by_population_and_conflict():
    places = [place("A", "conflict_zone", 300), place("B", "conflict_zone", 100), place("C", "camp")]
    zones = {"A": (0.5,) * 4, "B": (1.0,) * 4}
    inputs = toy(places, [], conflicts=zones)
    found = run(inputs, 40)
    assert found.stock[:, 0, 0].mean() == pytest.approx(600, abs=8)


def test_hasten_divides_and_the_result_states_people():
    inputs = toy(CHAIN, [("A", "B", 100), ("B", "C", 100)], series=[counts(0.0, 1005.0)], spawn={}, **AWAY)
    inputs = dataclasses.replace(inputs, settings={**inputs.settings, "optimisations": {"hasten": 10}})
    found = run(inputs)
    assert stock(found, "C") == [0, 1000, 1000, 1000]
    assert found.displaced[0].tolist() == [0, 1000, 1000, 1000]


def test_people_are_taken_from_populations_until_nobody_is_left():
    spawn = {"insert_day0": False, "take_from_population": True}
    enough = toy([place("A", "conflict_zone", 1000), place("C", "camp")], [], spawn=spawn)
    assert stock(run(enough), "A") == [1000] * 4
    few = toy([place("A", "conflict_zone", 999), place("C", "camp")], [], spawn=spawn)
    with pytest.raises(CaseError, match=r"conflicts\.csv day 0: more people would appear .* than live there"):
        run(few)


def test_nobody_can_appear_without_a_conflict_zone():
    inputs = toy(CHAIN, [], conflicts={"A": (1.0, 0.0, 0.0, 0.0)}, series=[counts(0, 0, 5.0)], spawn={})
    with pytest.raises(
        CaseError, match=r"conflicts\.csv day 2: people are to appear, but no inhabited place"
    ):
        run(inputs)


@pytest.mark.parametrize(
    ("mode", "rate", "expected"), [("constant", 101, 50), ("pop_ratio", 0.01, 20), ("Poisson", 100, None)]
)
def test_conflicts_can_drive_people_out(mode: str, rate: float, expected: int | None):
    driven = {"conflict_driven_spawning": {"spawn_mode": mode, "displaced_per_conflict_day": rate}}
    places = [place("A", "conflict_zone", 4001), place("C", "camp")]
    found = run(toy(places, [], conflicts={"A": (0.5,) * 4}, series=[counts(0.0)], spawn=driven), 40)
    if expected is not None:
        assert (found.newly_displaced == expected).all()
    else:
        assert found.newly_displaced.mean() == pytest.approx(50, abs=2)
        assert found.newly_displaced.var() == pytest.approx(50, rel=0.3)


@pytest.mark.parametrize("mean", [0.3, 12.0, 75.0, 3000.0])
def test_poisson_numbers_have_their_mean_and_variance(mean: float):
    drawn = np.array([draw_poisson(mean, np.uint64(seed)) for seed in range(4000)])
    assert drawn.mean() == pytest.approx(mean, abs=4 * (mean / 4000) ** 0.5)
    assert drawn.var() == pytest.approx(mean, rel=0.12)


def test_camps_are_sinks_only_under_the_misspelt_key():
    places = [place("A", "conflict_zone", 1), place("C", "camp", deactivation_probability="1.0")]
    restless = {"camp_movechance": 0.5, "conflict_weight": 1.0}
    for key, stay in (("camps_are_sinks", False), ("camps_are_sicks", True)):
        spawn = {"insert_day0": False, key: True}
        found = run(toy(places, [("A", "C", 400)], days=6, spawn=spawn, **restless))
        # whoever is there at the end of a day stays for good, and stays counted
        assert (np.diff(stock(found, "C")) >= 0).all() == stay
        assert found.displaced[0].tolist() == [1000] * 6


# -- settings ----------------------------------------------------------------------------------------------


def test_what_is_not_supported_is_refused_by_name_all_at_once():
    settings = {
        "spawn_rules": {"conflict_spawn_decay": ["x"], "starvation_driven_spawning": True},
        "move_rules": {
            "flood_rules": {"max_flood_level": 4},
            "harvest_months": [9],
            "max_move_speed": "fast",
        },
        "optimisations": {"hasten": 0},
    }
    with pytest.raises(CaseError) as caught:
        read_flee_settings(settings)
    text = str(caught.value)
    assert "simsetting move_rules.flood_rules: this rule of Flee is not supported; expected rules" in text
    assert "simsetting move_rules.harvest_months: this rule of Flee is not supported" in text
    assert "simsetting spawn_rules.starvation_driven_spawning: this rule of Flee is not supported" in text
    assert "simsetting move_rules.max_move_speed: the value is 'fast'; expected a number; correct it" in text
    assert "simsetting spawn_rules.conflict_spawn_decay: the value is 'x'" in text
    assert "simsetting optimisations.hasten: the value is 0; expected a whole number from 1" in text


def test_missing_settings_take_the_defaults_of_the_code():
    settings = read_flee_settings({})
    assert (settings.max_move_speed, settings.default_movechance, settings.hasten) == (360.0, 0.3, 1)
    assert settings.conflict_weight == pytest.approx(10**-0.5)
    first_rules = read_flee_settings({"move_rules": {"use_v1_rules": True, "avoid_short_stints": True}})
    assert (first_rules.max_move_speed, first_rules.camp_weight) == (200.0, 2.0)
    assert not first_rules.avoid_short_stints
    # a place that people hardly leave is a camp, whatever its type
    arrays = build_world(
        toy([place("A", "conflict_zone", 1), place("B", "town")], [], default_movechance=0.001)
    ).arrays
    assert arrays.camp[0].tolist() == [False, True]


# -- laws --------------------------------------------------------------------------------------------------


def country(seed: int, **move: object) -> FleeInputs:
    """Draw a small country with all kinds of places, closures and conflicts that come and go."""
    rng = random.Random(seed)  # noqa: S311 - a toy
    kinds = ["conflict_zone"] * 4 + ["town"] * 4 + ["forwarding_hub", "marker", "idpcamp", "camp", "camp"]
    names = [f"{kind[0]}{n}" for n, kind in enumerate(kinds)]
    locations = [
        place(
            name,
            kind,
            rng.choice([0, 150, 400]) if "camp" in kind else rng.randint(50, 900),
            "home" if n < 9 else "far",
        )
        for n, (name, kind) in enumerate(zip(names, kinds, strict=True))
    ]
    pairs = [(n, rng.randrange(n)) for n in range(1, 13)] + [
        tuple(rng.sample(range(13), 2)) for _ in range(8)
    ]
    walk = {"walk_probability": "0.4"}
    routes = [
        (names[a], names[b], rng.randint(20, 600), 0, walk if rng.random() < 0.2 else {}) for a, b in pairs
    ]
    days = 20
    conflicts = {n: tuple(float((t + k) % 9 < 6) for t in range(days)) for k, n in enumerate(names[:4])}
    closures = [FleeClosure("country", "home", "far", 6, 9), FleeClosure("location", names[5], "", 3, 12)]
    series = [FleeSeries(n, (0, 8, 12, 19), (20.0, 200.0, 150.0, 400.0)) for n in names[-2:]]
    return toy(
        locations, routes, days=days, conflicts=conflicts, closures=closures, series=series,
        spawn={"conflict_spawn_decay": [1.0, 0.5], "conflict_spawn_decay_interval": 5}, max_move_speed=300.0, **move,
    )  # fmt: skip


BINS = ("km_bins", "memory_bins", "onward_bins")
OPTIONS = {
    "defaults": {},
    "short stints": {"avoid_short_stints": True, "default_movechance": 0.5},
    "on foot": {"start_on_foot": True, "avoid_short_stints": True},
    "awareness 2": {"awareness_level": 2, "avoid_short_stints": True},
    "awareness 3": {"awareness_level": 3, "start_on_foot": True},
}


@pytest.mark.parametrize("option", OPTIONS)
def test_people_are_conserved(option: str):
    inputs = country(3, **OPTIONS[option])
    found = run(inputs, 3)
    assert (found.stock >= 0).all()
    moved = found.arrivals.astype(int) - found.departures
    appeared = np.diff(found.stock.astype(int), axis=1) - moved[:, 1:]
    assert (appeared >= 0).all()  # nobody vanishes from a place
    np.testing.assert_array_equal(appeared.sum(axis=2), found.newly_displaced[:, 1:])
    np.testing.assert_array_equal(found.newly_displaced.cumsum(axis=1), found.displaced)
    assert (found.stock.sum(axis=2) <= found.displaced).all()  # the others are on links
    # whoever left is on a link or has arrived
    on_links = (found.departures.sum(axis=2) - found.arrivals.sum(axis=2)).cumsum(axis=1)
    np.testing.assert_array_equal(found.stock.sum(axis=2) + on_links, found.displaced)


def test_order_threads_and_strangers_change_nothing():
    inputs = country(4, awareness_level=2, avoid_short_stints=True)
    # of parallel links the first row is walked, so their order does matter
    single = {frozenset((r.name1, r.name2)): r for r in inputs.routes}
    inputs = dataclasses.replace(inputs, routes=tuple(single.values()))
    one = simulate_flee(inputs, members=20, streams=Streams(1), workers=1)
    two = simulate_flee(inputs, members=20, streams=Streams(1), workers=2)
    few = simulate_flee(inputs, members=3, streams=Streams(1), workers=1)
    np.testing.assert_array_equal(one.stock, two.stock)
    np.testing.assert_array_equal(one.stock[:3], few.stock)
    first, *rest = inputs.locations
    turned = dataclasses.replace(
        inputs, locations=(first, *reversed(rest)), routes=tuple(reversed(inputs.routes))
    )
    np.testing.assert_array_equal(
        one.stock[:3], simulate_flee(turned, members=3, streams=Streams(1), workers=1).stock
    )
    more = dataclasses.replace(inputs, locations=(*inputs.locations, place("a stranger", "town", 5)))
    found = simulate_flee(more, members=3, streams=Streams(1), workers=1)
    np.testing.assert_array_equal(one.stock[:3], found.stock[:, :, 1:])


# -- single people -----------------------------------------------------------------------------------------


class Walker:
    def __init__(self, at: str):
        self.at, self.link, self.route, self.on_link, self.km = at, None, (), 0.0, 0.0
        self.memory, self.places, self.doomed = 0.0, 1, False


def simulate_singly(inputs: FleeInputs, seed: int) -> np.ndarray:  # noqa: C901, PLR0915 - reads as one
    """Simulate person by person, as Flee on many processors does: shape (day, place); schedules are shared."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    world = build_world(inputs)
    names, s, a = world.names, world.settings, world.arrays
    people = [Walker(names[i]) for i, n in enumerate(a.opening) for _ in range(n)]
    at = {name: i for i, name in enumerate(names)}
    found = np.zeros((inputs.days, len(names)))

    def live(day: int) -> None:  # noqa: C901, PLR0915 - reads as one
        row, epoch = a.row_of_day[day], a.epoch_of_day[day]
        weights = a.spawn_factor[row] * a.pop
        people.extend(Walker(names[i]) for i in rng.choices(range(len(names)), weights, k=int(a.new[day])))
        links = {n: a.link_list[a.link_first[epoch, i] : a.link_first[epoch, i + 1]] for n, i in at.items()}
        if day and epoch != a.epoch_of_day[day - 1]:
            for p in people:
                p.doomed |= p.link is not None and bool(a.closing[epoch, p.link])

        def room(name: str) -> float:
            places, n = a.capacity[at[name]] * s.capacity_scaling, inside[name]
            if places < 1 or n <= s.capacity_buffer * places:
                return 1.0
            return (
                0.0
                if n >= places
                else 1 - (n - s.capacity_buffer * places) / (places * (1 - s.capacity_buffer))
            )

        def look(link: int, km: float, seen: tuple[str, ...], step: int):
            end, km = names[a.link_to[link]], km + a.link_km[link]
            marker = next(p for p in inputs.locations if p.name == end).location_type == "marker"
            if not marker:
                weight = a.score[row, at[end]] / (s.softening + km) ** s.distance_power * room(end)
                yield (*seen, end)[1:], weight**s.weight_power
            if s.awareness_level > step - marker:
                for on in links[end]:
                    if names[a.link_to[on]] not in seen:
                        yield from look(on, km, (*seen, end), step - marker + 1)

        def decide(p: Walker, *, forced: bool = False) -> None:
            chance = a.movechance[row, at[p.at]]
            if p.route or (forced and a.town[row, at[p.at]]):
                chance = 1.0
            if rng.random() >= chance:
                return
            if not p.route:
                seen = [r for link in links[p.at] for r in look(link, 0.0, (p.at,), 1)]
                if not seen:
                    return
                w = [x for _, x in seen]
                p.route = rng.choices([r for r, _ in seen], w if sum(w) > 0 else None)[0]
            step = next((link for link in links[p.at] if names[a.link_to[link]] == p.route[0]), None)
            if step is None or (a.camp[row, at[p.route[-1]]] and room(p.route[-1]) < 0.5):
                p.route = ()
                return
            p.route, p.link, p.on_link, p.doomed = p.route[1:], step, 0.0, False

        def travel(p: Walker) -> None:
            while p.link is not None:
                speed = a.link_speed[p.link]
                if (s.start_on_foot and p.places == 1) or rng.random() < a.link_walk[p.link]:
                    speed = s.max_walk_speed
                p.on_link += speed
                p.km += speed
                if p.on_link <= a.link_km[p.link]:
                    return
                p.places += 1
                p.km += a.link_km[p.link] - p.on_link
                p.at = names[(a.link_from if p.doomed else a.link_to)[p.link]]
                p.link = None
                if p.doomed or p.km >= speed:
                    return
                decide(p, forced=s.avoid_short_stints and p.memory + p.km / s.max_move_speed < 1.0)

        inside = {n: sum(p.at == n and p.link is None for p in people) for n in names}
        waiting = [p for p in people if p.link is None]
        for p in waiting:
            decide(p)
        inside = {n: sum(p.at == n and p.link is None for p in people) for n in names}
        for p in people:
            travel(p)
            p.memory, p.km = (p.memory + p.km / s.max_move_speed) / 2, 0.0
        for p in people:
            if p.link is None:
                found[day, at[p.at]] += 1

    for day in range(inputs.days):
        live(day)
    return found


@pytest.mark.parametrize("option", OPTIONS)
def test_counts_have_the_law_of_single_people(option: str):
    inputs = country(8, **OPTIONS[option])
    world = build_world(inputs)
    # how full camps are is looked at twice a day, as in the brute force
    world = dataclasses.replace(world, arrays=world.arrays._replace(slices=1, **dict.fromkeys(BINS, 64)))
    ours = run_world(world, members=600, streams=Streams(2), workers=1).stock.astype(float)
    runs = 25
    theirs = np.stack([simulate_singly(inputs, seed) for seed in range(runs)])
    spread = np.sqrt(ours.var(axis=0, ddof=1) / 600 + ours.var(axis=0, ddof=1) / runs)
    z = (ours.mean(axis=0) - theirs.mean(axis=0)) / np.maximum(spread, 0.05)
    assert np.sqrt((z**2).mean()) < 1.3
    assert np.abs(z).max() < 5.0
    busy = ours.var(axis=0) > 4.0
    ratio = theirs.var(axis=0, ddof=1)[busy].sum() / ours.var(axis=0, ddof=1)[busy].sum()
    assert 0.7 < ratio < 1.4
    # the few bins of the default say nearly the same: on average, and where they are worst
    default = build_world(inputs).arrays._replace(slices=1)
    coarse = run_world(
        dataclasses.replace(world, arrays=default), members=600, streams=Streams(2), workers=1
    ).stock.astype(float)
    people = ours.mean(axis=0).sum(axis=1, keepdims=True)
    apart = np.abs(coarse.mean(axis=0) - ours.mean(axis=0)) / people
    assert apart.mean() < 0.002
    assert apart.max() < 0.025


# -- Flee itself -------------------------------------------------------------------------------------------


@pytest.mark.skipif(not CASES.is_dir(), reason="the six public cases are not here")
@pytest.mark.parametrize(
    "case", ["burundi2015", "car2013", "mali2012", "nigeria2016", "ssudan2013", "syria2013"]
)
def test_flees_own_counts_are_met(case: str):
    from havenward.case.importers.flee_files import read_flee_folder

    rows = list(csv.DictReader((CASES / "reference" / f"{case}.csv").open(encoding="utf-8")))
    hasten = int(rows[0]["hasten"])
    inputs, _ = read_flee_folder(CASES / case, CASES / "simsetting.yml")
    settings = {**inputs.settings, "optimisations": {"hasten": hasten}}
    found = simulate_flee(
        dataclasses.replace(inputs, settings=settings), members=12, streams=Streams(3), workers=1
    )
    mean, sd = found.stock.mean(axis=0) / hasten, found.stock.std(axis=0, ddof=1) / hasten
    totals: dict[str, float] = {}
    for row in rows:
        totals[row["day"]] = totals.get(row["day"], 0.0) + float(row["mean"])
    place_of = {name: i for i, name in enumerate(found.locations)}
    apart, busy, ours, theirs = [], [], 0.0, 0.0
    for row in rows:
        at = int(row["day"]), place_of[row["camp"]]
        apart.append(abs(mean[at] - float(row["mean"])) / max(1.0, totals[row["day"]]))
        if totals[row["day"]] >= 500:
            busy.append(apart[-1] <= 0.05)
            ours, theirs = ours + sd[at] ** 2, theirs + float(row["sd"]) ** 2
    assert np.mean(apart) <= 0.01
    assert np.mean(busy) >= 0.99
    assert 0.5 < (ours / theirs) ** 0.5 < 1.6
