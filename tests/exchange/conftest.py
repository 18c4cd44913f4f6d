"""Photos of a project, seen by models."""

from datetime import UTC, datetime

import pytest

from tests.web import builders
from wildlife.identifications.models import Identification
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.species.models import Taxon


@pytest.fixture
def taxa() -> dict[str, Taxon]:
    return builders.plant()


@pytest.fixture
def project(db: None) -> Project:
    return Project.objects.create(slug="savanna", name="Savanna")


@pytest.fixture
def elephant(taxa: dict[str, Taxon], project: Project) -> Photo:
    """A photo of the project with an elephant, seen by models, and a person."""
    made = builders.photo(
        "", project=project, taken_at=datetime(2024, 5, 1, 6, 30, tzinfo=UTC), utc_offset=180,
        latitude=-2.153, longitude=37.262, name="=IMG 1.JPG",
    )  # fmt: skip
    run = builders.run(made)
    animal = builders.box(made, run, 0)
    builders.box(made, run, 1, "person", confidence=0.8)
    Identification.objects.create(
        detection=animal, taxon=taxa["loxodonta-africana"], confidence=0.91, agreement=1.0,
        reason="species", runners_up=[["loxodonta-cyclotis", 0.05]],
    )  # fmt: skip
    Photo.objects.filter(pk=made.pk).update(taxon=taxa["loxodonta-africana"])
    return made
