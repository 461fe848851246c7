"""How far apart places are: great-circle distances on longitude and latitude (EPSG:4326)."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


def distance_km(longitude_a: float, latitude_a: float, longitude_b: float, latitude_b: float) -> float:
    """Measure the great-circle distance between two points in degrees, in kilometres (haversine)."""
    half_lat = radians(latitude_b - latitude_a) / 2
    half_lon = radians(longitude_b - longitude_a) / 2
    chord = sin(half_lat) ** 2 + cos(radians(latitude_a)) * cos(radians(latitude_b)) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))
