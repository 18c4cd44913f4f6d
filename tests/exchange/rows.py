"""What the tests of this package ask for."""

from django.db.models import QuerySet

from wildlife.exchange.source import View
from wildlife.photos.models import Photo

ALL = View(places=True, originals=True)


def photos() -> QuerySet[Photo]:
    """Return all photos in the library's order."""
    return Photo.objects.order_by("-moment", "-id")
