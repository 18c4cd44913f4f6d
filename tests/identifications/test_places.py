"""What the place of a photo makes of its answer, and how the answer follows when it changes."""

import io

import pytest
from django.core.management import CommandError, call_command
from PIL import ExifTags, Image

from models_registry.models import ModelRelease
from tests.identifications.conftest import GREEN, RED, ColourClassifier
from tests.identifications.test_execution import start, work
from wildlife.exchange import deployments as tables
from wildlife.identifications import reanswering, verdicts
from wildlife.identifications.models import Detection, Identification, Run, Verdict, Vote
from wildlife.photos import assigning, deployments, origins
from wildlife.photos.models import Photo
from wildlife.projects.models import Deployment, EventsDue, Happening, Project
from wildlife.species.models import Range, Taxon

pytestmark = pytest.mark.usefixtures("releases", "sent")
BERLIN, YELLOWSTONE = (52.5, 13.4), (44.6, -110.5)


@pytest.fixture(autouse=True)
def torn(registry, taxa):
    """Experts that cannot tell a fox from a wolf; the fox lives in Germany, the wolf in the USA."""
    labels = registry.models["first@1"].labels
    for name in ("first@1", "second@1"):
        registry.models[name] = ColourClassifier(labels, [0.5, 0.48], [0.5, 0.48])
    for slug, country in (("vulpes-vulpes", "DEU"), ("canis-lupus", "USA")):
        Range.objects.create(taxon=Taxon.objects.get(slug=slug), country=country)


def geotagged(latitude: float, longitude: float) -> bytes:
    image = Image.new("RGB", (400, 300), RED)
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N" if latitude >= 0 else "S",
            ExifTags.GPS.GPSLatitude: (abs(latitude), 0.0, 0.0),
            ExifTags.GPS.GPSLongitudeRef: "E" if longitude >= 0 else "W",
            ExifTags.GPS.GPSLongitude: (abs(longitude), 0.0, 0.0),
        }
    )
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def answer_of(photo: Photo) -> Identification:
    return Identification.objects.get(detection__photo=photo)


def answered(photo: Photo) -> Identification:
    work(start(photo))
    return answer_of(photo)


def test_without_a_place_the_votes_alone_count(photo):
    answer = answered(photo())
    assert (answer.taxon.slug, answer.countries, answer.elsewhere) == ("canidae", [], [])


@pytest.mark.parametrize(
    ("point", "slug", "stranger"),
    [(BERLIN, "vulpes-vulpes", "canis-lupus"), (YELLOWSTONE, "canis-lupus", "vulpes-vulpes")],
)
def test_the_place_that_the_file_tells_decides_between_look_alikes(photo, point, slug, stranger):
    answer = answered(photo(content=geotagged(*point)))
    assert answer.taxon.slug == slug
    assert answer.elsewhere == [stranger]
    assert answer.countries[0] in ("DEU", "USA")


def test_the_word_of_a_person_goes_before_that_of_the_file(photo):
    one = photo(
        content=geotagged(*BERLIN),
        latitude=YELLOWSTONE[0],
        longitude=YELLOWSTONE[1],
        place_corrected=True,
    )
    assert answered(one).taxon.slug == "canis-lupus"


@pytest.fixture
def project(db) -> Project:
    return Project.objects.create(name="Forest", slug="forest")


def camera(project: Project, point: tuple[float | None, float | None]) -> Deployment:
    return Deployment.objects.create(
        project=project, name="C1", latitude=point[0], longitude=point[1]
    )


def in_project(photo, project: Project, **more) -> Photo:
    return photo(guest="", project=project, **more)


def test_where_neither_tells_the_place_of_the_deployment_counts(photo, project):
    one = in_project(photo, project, deployment=camera(project, YELLOWSTONE))
    assert answered(one).taxon.slug == "canis-lupus"


def test_an_answer_follows_when_the_place_is_corrected(photo, registry):
    one = photo()
    answered(one)
    votes = list(Vote.objects.order_by("pk").values())
    registry.models.clear()  # nothing is looked at again
    one.refresh_from_db()
    origins.correct_place(one, *BERLIN)
    assert reanswering.go_on() == 1
    assert answer_of(one).taxon.slug == "vulpes-vulpes"
    one.refresh_from_db()
    assert (one.taxon.slug, one.answer_due) == ("vulpes-vulpes", False)
    assert list(Vote.objects.order_by("pk").values()) == votes
    assert reanswering.go_on() == 0


def test_it_goes_back_when_the_correction_is_taken_back(photo):
    one = photo()
    before = answered(one)
    one.refresh_from_db()
    origins.correct_place(one, *BERLIN)
    reanswering.go_on()
    one.refresh_from_db()
    origins.forget_corrections(one)
    reanswering.go_on()
    again = answer_of(one)
    for name in reanswering.COLUMNS:
        assert getattr(again, name) == getattr(before, name), name


def test_what_people_said_stays_and_stands(photo, project):
    one = in_project(photo, project)
    answered(one)
    one.refresh_from_db()
    wolf = Taxon.objects.get(slug="canis-lupus")
    row = one.detections.get()
    Verdict.objects.create(
        photo=one, x=row.x, y=row.y, width=row.width, height=row.height, taxon=wolf, source="x"
    )
    verdicts.changed([one.pk])
    one.refresh_from_db()
    origins.correct_place(one, *BERLIN)
    reanswering.go_on()
    one.refresh_from_db()
    assert answer_of(one).taxon.slug == "vulpes-vulpes"
    assert one.taxon == wolf


def test_photos_that_are_assigned_or_whose_deployment_moves_are_answered_anew(photo, project):
    one = in_project(photo, project)
    answered(one)
    here = camera(project, YELLOWSTONE)
    assigning.assign(project.photos.all(), here, Photo.AssignedBy.HAND)
    reanswering.go_on()
    assert answer_of(one).taxon.slug == "canis-lupus"
    here.latitude, here.longitude = BERLIN
    deployments.change(here, None)
    EventsDue.objects.all().delete()
    Happening.objects.all().delete()
    reanswering.go_on()
    assert answer_of(one).taxon.slug == "vulpes-vulpes"
    assert Happening.objects.filter(subject=one.pk, kind=Happening.Kind.IDENTIFIED).exists()


def test_a_deployment_whose_name_alone_changes_leaves_answers_alone(photo, project):
    here = camera(project, YELLOWSTONE)
    one = in_project(photo, project, deployment=here)
    answered(one)
    here.name = "C2"
    deployments.change(here, None)
    assert reanswering.go_on() == 0


@pytest.mark.parametrize(("latitude", "due"), [(YELLOWSTONE[0], False), (BERLIN[0], True)])
def test_a_table_makes_answers_due_where_it_moves_a_deployment(photo, project, latitude, due):
    here = camera(project, YELLOWSTONE)
    one = in_project(photo, project, deployment=here)
    here.latitude, here.habitat = latitude, "mire"
    tables.carry_out(tables.Reading(changed=(here,)), project, None)
    one.refresh_from_db()
    assert one.answer_due is due


def test_a_photo_that_is_being_looked_at_waits_for_that(photo):
    one = photo()
    run = start(one)
    one.refresh_from_db()
    origins.correct_place(one, *BERLIN)
    assert reanswering.go_on() == 0
    work(run)
    one.refresh_from_db()
    assert one.answer_due
    assert reanswering.go_on() == 1
    assert answer_of(one).taxon.slug == "vulpes-vulpes"


def test_a_run_that_did_not_keep_what_its_experts_can_name_keeps_its_answer(photo):
    one = photo()
    before = answered(one)
    Run.objects.update(breadths={})
    one.refresh_from_db()
    origins.correct_place(one, *BERLIN)
    assert reanswering.go_on() == 1
    assert answer_of(one).taxon == before.taxon


def test_the_command_joins_votes_anew_by_the_weights_of_today(photo, project, registry, capsys):
    labels = registry.models["first@1"].labels
    registry.models["first@1"] = ColourClassifier(labels, [0.97, 0.01], [0.5, 0.5])
    registry.models["second@1"] = ColourClassifier(labels, [0.01, 0.97], [0.5, 0.5])
    one, other = in_project(photo, project), photo(GREEN)
    answered(one)
    work(Run.objects.filter(photos=other).first() or start(other))
    ModelRelease.objects.filter(name="second").update(weight=0.0)
    call_command("answer_again", "forest")
    assert "1 photos answered anew" in capsys.readouterr().out
    assert answer_of(one).taxon.slug == "vulpes-vulpes"
    assert Detection.objects.filter(photo=one).count() == 1


def test_the_command_names_a_project_that_there_is_not():
    with pytest.raises(CommandError, match="no project 'nowhere'"):
        call_command("answer_again", "nowhere")


@pytest.fixture
def red(tmp_path):
    Image.new("RGB", (64, 48), RED).save(tmp_path / "red.png")
    (tmp_path / "tagged.jpg").write_bytes(geotagged(*BERLIN))
    return tmp_path


def test_files_that_tell_no_place_are_from_the_country_that_is_named(red, capsys):
    call_command("identify", red, "--country", "usa")
    _title, plain, tagged = capsys.readouterr().out.splitlines()
    assert "Canis lupus" in plain
    assert "Vulpes vulpes" in tagged


def test_what_is_no_country_is_refused(red):
    with pytest.raises(CommandError, match="no country's code"):
        call_command("identify", red, "--country", "Atlantis")
