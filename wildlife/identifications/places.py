"""Where the photos of a run were taken, for the vote (R8 of `pipelines.fusion`).

The word of a person goes before that of the file, and that before the place of the deployment.
"""

from collections.abc import Iterable, Mapping

from pipelines.places import Place
from pipelines.types import Scene
from wildlife.photos.models import Photo
from wildlife.species.whereabouts import countries_at, ranges

Point = tuple[float, float]


def places_of_files(scenes: Iterable[Scene], country: str = "") -> dict[str, Place]:
    """Return the places that the files themselves tell, by the ids of their photos.

    Files that tell none are from `country` (ISO 3166-1 alpha-3), if that is known.
    """
    told = {scene.photo_id: _point_of(scene) for scene in scenes}
    places = _places({photo: point for photo, point in told.items() if point is not None})
    if country:
        there = Place((country,), ranges().elsewhere((country,)))
        places |= {photo: there for photo, point in told.items() if point is None}
    return places


def places_of_scenes(scenes: Iterable[Scene]) -> dict[str, Place]:
    """Return the places of photos that are looked at right now; their rows do not know all yet."""
    told = {scene.photo_id: _point_of(scene) for scene in scenes}
    points: dict[str, Point] = {}
    for photo in Photo.objects.filter(pk__in=told).select_related("deployment"):
        said = told[str(photo.pk)]
        if said is not None and not photo.place_corrected:
            points[str(photo.pk)] = said
        elif (point := point_of(photo)) is not None:
            points[str(photo.pk)] = point
    return _places(points)


def places_of(photos: Iterable[Photo]) -> dict[str, Place]:
    """Return the places of photos that were looked at; their deployments should be fetched too."""
    told = ((str(photo.pk), point_of(photo)) for photo in photos)
    return _places({photo: point for photo, point in told if point is not None})


def point_of(photo: Photo) -> Point | None:
    """Return the latitude and longitude of a photo, or else of its deployment."""
    for row in (photo, photo.deployment):
        if row is not None and row.latitude is not None and row.longitude is not None:
            return row.latitude, row.longitude
    return None


def _point_of(scene: Scene) -> Point | None:
    latitude, longitude = scene.origin.latitude, scene.origin.longitude
    return None if latitude is None or longitude is None else (latitude, longitude)


def _places(points: Mapping[str, Point]) -> dict[str, Place]:
    if not points:
        return {}
    known = ranges()
    there = {photo: countries_at(*point) for photo, point in points.items()}
    return {
        photo: Place(countries, known.elsewhere(countries))
        for photo, countries in there.items()
        if countries
    }
