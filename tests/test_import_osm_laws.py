"""Protects the distances of imported roads: brute force, closed forms, and the laws of a coarse graph and of links."""

from itertools import pairwise

import numpy as np
import pytest

from havenward.case.importers.osm import import_osm
from havenward.case.importers.osm_graph import (
    DRIVE_KM,
    WALK_KM,
    Access,
    coarsen,
    measure_pieces,
)
from havenward.case.importers.osm_links import choose_links, find_groups
from havenward.case.importers.osm_paths import follow_ways, make_net, measure_between
from havenward.case.importers.osm_roads import Box, lay_roads, measure_km, measure_short_km, read_extract
from havenward.case.importers.osm_tags import read_use
from osm_worlds import place, toy_case, walk_all, write_osm

WORLD = Box(-180, -90, 180, 90)
TAGS = (
    {"highway": "primary"},
    {"highway": "residential", "oneway": "yes"},
    {"highway": "track"},
    {"highway": "secondary", "oneway": "-1", "bridge": "yes"},
    {"highway": "path"},
    {"route": "ferry"},
)


def random_world(path, seed):
    """Roads at random: chains, rings, parallel ways, dead ends, ways that share pieces."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(8, 40))
    points = 30 + rng.integers(0, 400, (count, 2)) / 1000
    nodes = {number + 1: (float(x), float(y)) for number, (x, y) in enumerate(points)}
    ways = []
    for number in range(int(rng.integers(5, 30))):
        refs = rng.integers(1, count + 1, int(rng.integers(2, 8))).tolist()
        ways.append((number + 1, refs, TAGS[int(rng.integers(len(TAGS)))]))
        if rng.random() < 0.2:  # a second way on the same ground
            ways.append((number + 1001, refs[::-1], TAGS[int(rng.integers(len(TAGS)))]))
    write_osm(path, nodes, ways)
    return nodes, ways


def brute_arrows(nodes, ways, *, by_vehicle):
    """Read the ways again, by hand, as arrows between nodes."""
    arrows = {}
    for _, refs, tags in ways:
        path, way = tags.get("highway") == "path", tags.get("oneway")
        for a, b in pairwise(refs):
            if a == b or (by_vehicle and path):
                continue
            km = float(measure_short_km(*map(np.array, (*nodes[a], *nodes[b]))))
            if not (by_vehicle and way == "-1"):
                arrows.setdefault(a, []).append((b, km))
            if not (by_vehicle and way == "yes"):
                arrows.setdefault(b, []).append((a, km))
    return arrows


@pytest.mark.parametrize("seed", range(60))
def test_coarse_distances_are_those_of_brute_force(tmp_path, seed):
    nodes, ways = random_world(tmp_path / "r.osm.pbf", seed)
    roads = lay_roads(read_extract(tmp_path / "r.osm.pbf", paths=True, tracks=True), WORLD)
    graph = measure_pieces(roads)
    if not graph.nodes:
        return
    rng = np.random.default_rng(seed)
    kept = rng.integers(0, graph.nodes, 6)
    coarse, number = coarsen(graph, kept)
    assert coarse.nodes <= graph.nodes
    assert len(coarse.start) <= len(graph.start)
    # rows of the graph back to numbers of the file, by their coordinates
    by_point = {}
    for ref, point in nodes.items():
        by_point.setdefault((round(point[0], 6), round(point[1], 6)), []).append(ref)
    points = [
        (round(float(x), 6), round(float(y), 6)) for x, y in zip(roads.longitude, roads.latitude, strict=True)
    ]
    if any(len(by_point[point]) > 1 for point in points):
        return  # two nodes at one point cannot be told apart here
    refs = [by_point[points[row]][0] for row in kept]
    for column, by_vehicle in ((DRIVE_KM, True), (WALK_KM, False)):
        arrows = brute_arrows(nodes, ways, by_vehicle=by_vehicle)
        brute = [[walk_all(arrows, a).get(b, np.inf) for b in refs] for a in refs]
        brute = np.minimum(brute, np.transpose(brute))
        for net, rows in ((make_net(coarse, column), number[kept]), (make_net(graph, column), kept)):
            km = measure_between(net, Access(rows, np.zeros(6)), 1e4)
            np.testing.assert_allclose(km, brute, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_what_lies_on_a_way_adds_up_to_its_length(tmp_path, seed):
    random_world(tmp_path / "r.osm.pbf", seed)
    graph = measure_pieces(lay_roads(read_extract(tmp_path / "r.osm.pbf", paths=True, tracks=True), WORLD))
    kept = np.unique(np.random.default_rng(seed).integers(0, graph.nodes, 8))
    coarse, number = coarsen(graph, kept)
    net, access = make_net(coarse), Access(number[kept], np.full(len(kept), 0.25))
    km = measure_between(net, access, 1e4)
    pairs = [(a, b) for a in range(len(kept)) for b in range(a + 1, len(kept)) if np.isfinite(km[a, b])]
    for (a, b), sums in zip(pairs, follow_ways(net, access, pairs, km), strict=True):
        assert sums[0] + 0.5 == pytest.approx(km[a, b], abs=1e-6)
        assert sums[DRIVE_KM] == pytest.approx(sums[0])


@pytest.mark.parametrize("seed", range(40))
def test_links_lead_everywhere_within_the_tolerance_and_are_few(seed):
    rng = np.random.default_rng(seed)
    count, tolerance = int(rng.integers(2, 14)), float(rng.choice([0, 0.1, 0.5]))
    points = rng.uniform(0, 100, (count, 2))
    km = np.hypot(*(points[:, None] - points[None, :]).transpose(2, 0, 1)) * 1.2
    if seed % 3 == 0:
        km[: count // 2, count // 2 :] = km[count // 2 :, : count // 2] = np.inf
    passed = rng.random(count) < 0.6
    wanted = passed[:, None] | passed[None, :]
    links = choose_links(km, wanted, passed, tolerance)
    assert len(set(links)) == len(links)
    for a in range(count):
        # from a place through those that may be passed
        arrows = {}
        for x, y in links:
            for one, other in ((x, y), (y, x)):
                if one == a or passed[one]:
                    arrows.setdefault(one, []).append((other, km[one, other]))
        found = walk_all(arrows, a)
        for b in range(count):
            if a != b and wanted[a, b] and np.isfinite(km[a, b]):
                assert found[b] <= (1 + tolerance) * km[a, b] + 1e-5
        near = [b for b in range(count) if b != a and wanted[a, b] and np.isfinite(km[a, b])]
        if near:
            nearest = min(near, key=lambda b: km[a, b])
            assert (min(a, nearest), max(a, nearest)) in links


def test_places_on_one_line_are_linked_as_a_chain():
    km = np.abs(np.subtract.outer(np.arange(6.0), np.arange(6.0))) * 10
    wanted = np.ones((6, 6), bool)
    assert choose_links(km, wanted, np.ones(6, bool), 0.0) == [(n, n + 1) for n in range(5)]
    # nobody passes: every pair needs its own link
    assert len(choose_links(km, wanted, np.zeros(6, bool), 0.0)) == 15


def test_places_at_one_point_stay_linked_to_the_rest():
    km = np.array([[0, 0, 5], [0, 0, 5], [5, 5, 0]], float)
    links = choose_links(km, np.ones((3, 3), bool), np.ones(3, bool), 0.1)
    assert len(find_groups(3, links)) == 1


def test_a_grid_of_streets_has_city_block_distances(tmp_path):
    step, size = 0.01, 9
    nodes = {1 + x + size * y: (30 + x * step, y * step) for x in range(size) for y in range(size)}
    ways = [(1 + n, [1 + n * size + x for x in range(size)], {"highway": "residential"}) for n in range(size)]
    ways += [
        (101 + n, [1 + n + y * size for y in range(size)], {"highway": "residential"}) for n in range(size)
    ]
    write_osm(tmp_path / "grid.osm.pbf", nodes, ways)
    rng = np.random.default_rng(3)
    spots = rng.permutation(size * size)[:7]
    locations = [
        place(f"p{n}", 30 + (n % size) * step, (n // size) * step, "town" if i % 2 else "camp")
        for i, n in enumerate(spots.tolist())
    ]
    # without play, a link that is left out has a way of just the same length
    case = toy_case(*locations)
    routes = {
        frozenset((r.from_, r.to)): r.distance_km
        for r in import_osm(tmp_path / "grid.osm.pbf", case, {"detour": 0.0}).routes
    }
    assert routes
    for ends, km in routes.items():
        a, b = (int(key[1:]) for key in ends)
        blocks = abs(a % size - b % size) * 1.11320 + abs(a // size - b // size) * 1.10574
        assert km == pytest.approx(blocks, abs=0.051)  # rows are rounded to 0.1 km


# length of a degree on WGS 84 by latitude, in km: published tables of geodesy
@pytest.mark.parametrize(
    ("latitude", "north", "east"),
    [(0, 110.574, 111.320), (30, 110.852, 96.486), (45, 111.132, 78.847), (60, 111.412, 55.800)],
)
def test_lengths_are_those_of_the_ellipsoid(latitude, north, east):
    half = 0.05
    at = np.array(float(latitude))
    x = np.array(20.0)
    assert float(measure_short_km(x, at - half, x, at + half)) * 10 == pytest.approx(north, rel=1e-4)
    assert float(measure_short_km(x - half, at, x + half, at)) * 10 == pytest.approx(east, rel=1e-4)
    # great circles, for air lines
    assert float(measure_km(x, at - half, x, at + half)) * 10 == pytest.approx(north, rel=0.006)


def test_lengths_across_the_date_line():
    km = measure_short_km(np.array(179.95), np.array(0.0), np.array(-179.95), np.array(0.0))
    assert float(km) == pytest.approx(11.132, rel=1e-4)


@pytest.mark.parametrize(
    ("tags", "there", "back", "walked"),
    [
        ({"highway": "primary"}, 65, 65, True),
        ({"highway": "primary", "oneway": "yes"}, 65, 0, True),
        ({"highway": "primary", "oneway": "-1"}, 0, 65, True),
        ({"highway": "motorway"}, 90, 0, True),
        ({"highway": "motorway", "oneway": "no"}, 90, 90, True),
        ({"highway": "tertiary", "junction": "roundabout"}, 40, 0, True),
        ({"highway": "primary", "surface": "sand"}, 15, 15, True),
        ({"highway": "residential", "access": "private"}, None, None, None),
        ({"highway": "residential", "access": "no", "foot": "yes"}, 0, 0, True),
        ({"highway": "residential", "access": "no", "motor_vehicle": "yes"}, 25, 25, False),
        ({"highway": "residential", "motor_vehicle": "no"}, 0, 0, True),
        ({"highway": "path"}, 0, 0, True),
        ({"highway": "construction"}, None, None, None),
        ({"highway": "pedestrian", "area": "yes"}, None, None, None),
        ({"route": "ferry"}, 10, 10, True),
        ({"route": "bus"}, None, None, None),
    ],
)
def test_tags_say_who_may_use_a_way(tags, there, back, walked):
    use = read_use(tags, paths=True, tracks=True)
    if there is None:
        assert use is None
    else:
        assert (use.there_kmh, use.back_kmh, use.walked) == (there, back, walked)


def test_paths_and_tracks_are_options():
    assert read_use({"highway": "path"}, paths=False, tracks=True) is None
    assert read_use({"highway": "track"}, paths=False, tracks=True).there_kmh == 15
    without = read_use({"highway": "track"}, paths=False, tracks=False)
    assert (without.there_kmh, without.walked) == (0, True)
