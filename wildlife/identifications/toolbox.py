"""What the steps of the graph need, made from this project's storage, models and species."""

from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage

from models_registry.errors import ReleaseUnknown, WeightsTampered
from models_registry.interfaces import Classifier, Detector
from models_registry.services import registry
from pipelines.identify import Describe, Media, Member, Places, Tools
from wildlife.identifications import exemplars
from wildlife.identifications.places import places_of_files
from wildlife.species.selectors import tree


class StorageMedia:
    """Originals, previews and crops in a Django storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def open(self, key: str) -> BinaryIO:
        return cast(BinaryIO, self._storage.open(key))

    def save(self, key: str, data: bytes) -> None:
        self._storage.save(key, ContentFile(data))


class RegistryModels:
    """The releases of a line-up, as this process's registry holds them."""

    def detector(self, member: Member) -> Detector:
        return registry().detector(self._same(member))

    def classifier(self, member: Member) -> Classifier:
        release = self._same(member)
        if registry().card(release).kind == "embedder":
            return registry().neighbours(release, exemplars.learned(release))
        return registry().classifier(release)

    def _same(self, member: Member) -> str:
        """Refuse a release whose card was changed after the run was started with it."""
        if registry().card(member.release).sha256 != member.sha256:
            raise WeightsTampered(
                f"{member.release} is not the release that this run was started with"
            )
        return member.release


def tools(
    describe: Describe, media: Media | None = None, places: Places = places_of_files
) -> Tools:
    """Return the toolbox of this process, with the given last step; media are the storage's."""
    return Tools(
        models=RegistryModels(),
        media=media or StorageMedia(default_storage),
        tree=tree,
        places=places,
        describe=describe,
        max_pixels=settings.MAX_PHOTO_PIXELS,
    )


def precision(release: str) -> str:
    """Return at which precision this process runs a release, "" where it has none of its name."""
    try:
        return registry().precision(release)
    except ReleaseUnknown:
        return ""
