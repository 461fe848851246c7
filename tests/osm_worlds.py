"""Small worlds of roads as OpenStreetMap files, and a slow, plain way to measure distances in them."""

import heapq
from datetime import date

from havenward.records import Case, Location

DAY = date(2026, 5, 1)
STAMP = "2026-05-01T20:20:00Z"


def write_osm(path, nodes, ways, places=(), stamp=STAMP):
    """Write nodes {number: (longitude, latitude)}, ways [(number, [nodes], tags)], places [(number, point, tags)]."""
    import osmium
    from osmium.osm.mutable import Node, Way

    header = osmium.io.Header()
    if stamp:
        header.set("osmosis_replication_timestamp", stamp)
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        for number, point in sorted(nodes.items()):
            writer.add_node(Node(id=number, location=point))
        for number, point, tags in places:
            writer.add_node(Node(id=number, location=point, tags=tags))
        for number, refs, tags in ways:
            writer.add_way(Way(id=number, nodes=refs, tags=tags))
    return path


def place(key, longitude, latitude, kind="town", name="", source="list"):
    """Make a location."""
    return Location(
        key, name or key, "", kind, latitude, longitude, "", "", "", "", None, None, None, None, DAY, source
    )


def toy_case(*locations, rules="havenward"):
    """Make a case of locations alone."""
    return Case("Toy", "toy", "TCD", DAY, 60, rules, False, False, 3, "public", 10, locations=locations)


def line_world(path, tags=None, kilometres=40, **words):
    """Write one road along the equator, a node each km from longitude 20 on, numbered from 1."""
    degree = 111.3195
    nodes = {1 + step: (20 + step / degree, 0.0) for step in range(kilometres + 1)}
    return write_osm(path, nodes, [(1, list(nodes), tags or {"highway": "primary"})], **words)


def at_km(key, km, kind="town", north=0.0, **words):
    """Place a location beside the road of `line_world`, so many kilometres along it."""
    return place(key, 20 + km / 111.3195, north / 110.574, kind, **words)


def walk_all(arrows, start):
    """Find the shortest distances from a node by trying the nearest first; arrows {node: [(node, km)]}."""
    settled, waiting = {}, [(0.0, start)]
    while waiting:
        km, node = heapq.heappop(waiting)
        if node in settled:
            continue
        settled[node] = km
        for other, length in arrows.get(node, ()):
            heapq.heappush(waiting, (km + length, other))
    return settled
