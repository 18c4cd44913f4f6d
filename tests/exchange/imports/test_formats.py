"""What each format says becomes answers of others or verdicts, and never more."""

import csv
import io
import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image

from tests.exchange.imports.conftest import Bring, codes
from tests.images import saved
from tests.web import builders
from wildlife.exchange.imports.models import Import
from wildlife.identifications.models import Detection, Verdict, Vote
from wildlife.photos.models import Photo
from wildlife.projects.models import Deployment, Project
from wildlife.species.models import Taxon

pytestmark = pytest.mark.django_db


def _megadetector(*images: dict, **info) -> dict:
    return {
        "images": list(images),
        "detection_categories": {"1": "animal", "2": "person", "3": "vehicle"},
        "info": {"format_version": "1.4", "detector": "mdv5a", "classifier": "sorter", **info},
        "classification_categories": {"0": "lion", "1": "Loxodonta africana"},
    }


def _image(name: str = "a/IMG_1.JPG", *detections: dict) -> dict:
    return {"file": name, "detections": list(detections)}


def _animal(box=(0.1, 0.2, 0.3, 0.4), conf: object = 0.9, *classes) -> dict:
    return {"category": "1", "conf": conf, "bbox": list(box), "classifications": list(classes)}


@pytest.fixture
def waiting(taxa: dict[str, Taxon], project: Project) -> Photo:
    return builders.photo("", project=project, state="waiting", name="IMG_1.JPG")


def test_answers_of_others_stand_where_our_models_have_not_looked(
    bring: Bring, waiting: Photo
) -> None:
    animal = _animal((0.1, 0.2, 0.3, 0.4), 0.9, ["1", 0.8], ["0", 0.1])
    job = bring(_megadetector(_image("CARD\\img_1.jpg", animal)))
    assert (job.state, job.format, codes(job)) == ("done", "megadetector", [])
    row = waiting.detections.get()
    assert (row.x, row.y, row.width, row.height) == (0.1, 0.2, 0.3, 0.4)
    assert row.run.lineup["source"] == "sorter"
    assert row.identification.taxon.slug == "loxodonta-africana"
    assert row.identification.runners_up == [["panthera-leo", 0.1]]
    vote = row.votes.get()
    assert (vote.release, vote.scores[0]) == ("sorter", ["loxodonta-africana", 0.8])
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_beside_our_own_answers_they_weigh_nothing(bring: Bring, elephant: Photo) -> None:
    own = elephant.detections.get(index=0)
    where = (own.x, own.y, own.width, own.height)
    document = _megadetector(_image("=IMG 1.JPG", _animal(where, 0.9, ["0", 0.99])))
    before = elephant.detections.count()
    for _ in range(2):
        job = bring(document)
    assert elephant.detections.count() == before
    vote = own.votes.get(release="sorter")
    assert (vote.weight, vote.scores) == (0.0, [["panthera-leo", 0.99]])
    own.identification.refresh_from_db()
    assert own.identification.taxon.slug == "loxodonta-africana"
    assert job.counts["answers_new"] == 0
    assert job.counts["answers_same"] == 1


def test_what_only_others_see_is_listed_beside_our_own_answers(
    bring: Bring, elephant: Photo
) -> None:
    job = bring(_megadetector(_image("=IMG 1.JPG", _animal((0.9, 0.9, 0.05, 0.05), 0.9, ["0", 1]))))
    assert codes(job) == ["not_seen_here"]
    assert not Vote.objects.filter(release="sorter").exists()


def test_what_is_wrong_in_one_item_spoils_no_other(bring: Bring, waiting: Photo) -> None:
    job = bring(
        _megadetector(
            "no image", {"file": ""}, {"file": "gone.jpg", "failure": "broken", "detections": None},
            _image("IMG_1.JPG", _animal((0.9, 0.2, 0.3, 0.4)), _animal(conf=float("nan")),
                   _animal((0.1, 0.1, float("inf"), 0.1)), {"category": "9"}, _animal(("a",)),
                   _animal((0, 0, 0.5, 0.5))),
            _image("../../etc/passwd"),
        )
    )  # fmt: skip
    assert job.state == "done"
    assert sorted(codes(job)) == sorted(
        ["no_name", "no_name", "failed_there", "not_here", "box_outside", "bad_number",
         "bad_number", "bad_category", "bad_box", "not_here"]
    )  # fmt: skip
    assert [row.width for row in waiting.detections.all()] == [0.5]


def test_half_a_document_gives_its_whole_items(bring: Bring, waiting: Photo) -> None:
    whole = json.dumps(_megadetector(_image("IMG_1.JPG", _animal()), _image("IMG_2.JPG")))
    half = '{"images": ' + whole[whole.index("[") : whole.index("IMG_2")]
    job = bring(half.encode())
    assert job.state == "done"
    assert codes(job) == ["broken_json"]
    assert waiting.detections.count() == 1


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (_megadetector(format_version="2.0"), "a.json", "2.0"),
        ({"hello": 1}, "a.json", "none of the formats"),
        (b"no json", "a.json", "none of the formats"),
        (b"PK\x03\x04 half a zip", "a.zip", "damaged"),
        (b"one,two\n1,2\n", "a.csv", "No column"),
        (b"", "a.csv", "No column"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    bring: Bring, content: object, name: str, told: str
) -> None:
    job = bring(content, name)
    assert job.state == "failed"
    assert told in job.why


def test_a_table_that_is_packed_like_a_trap_is_not_opened(bring: Bring) -> None:
    bomb = io.BytesIO()
    with ZipFile(bomb, "w", 8) as archive:
        archive.writestr("labels.csv", b"file,taxon\n" + b"0" * (40 * 1024 * 1024))
    job = bring(bomb.getvalue(), "bomb.zip")
    assert (job.state, "trap" in job.why) == ("failed", True)


def test_no_animal_of_others_is_an_answer(bring: Bring, waiting: Photo) -> None:
    bring(_megadetector(_image("IMG_1.JPG", _animal(conf=0.03))))
    row = waiting.detections.get()
    assert (row.whole_image, row.identification.reason) == (True, "no_animal")


def test_speciesnet_says_one_thing_of_a_photo(bring: Bring, waiting: Photo) -> None:
    elephant = "uuid;mammalia;proboscidea;elephantidae;loxodonta;africana;african elephant"
    lion = "uuid;mammalia;carnivora;felidae;;;cats"
    bring(
        {
            "predictions": [
                {
                    "filepath": "IMG_1.JPG",
                    "classifications": {"classes": [elephant, lion], "scores": [0.7, 0.2]},
                    "detections": [
                        {"category": "1", "label": "animal", "conf": 0.5, "bbox": [0, 0, 0.5, 0.5]},
                        {"category": "2", "label": "human", "conf": 0.9, "bbox": [0, 0, 0.1, 0.5]},
                    ],
                    "prediction": elephant,
                    "prediction_score": 0.7,
                    "model_version": "4.0.1a",
                }
            ]
        }
    )
    animal, person = waiting.detections.all()
    assert animal.identification.taxon.slug == "loxodonta-africana"
    assert animal.identification.runners_up == [["felidae", 0.2]]
    assert animal.run.lineup["source"] == "SpeciesNet 4.0.1a"
    assert person.category == "person"


def _speciesnet(*detections: tuple[str, float, str]) -> dict:
    """A prediction as SpeciesNet writes it since 5.0.6."""
    told = []
    for label, conf, name in detections:
        answer = {"class": name, "score": 0.7, "source": "classifier"}
        told.append({"category": "1", "label": label, "conf": conf,
                     "bbox": [0, 0, 1, 1] if label.startswith("whole") else [0.1, 0.1, conf, conf],
                     **({"processed_classification": answer} if name else {})})  # fmt: skip
    photo = {"filepath": "IMG_1.JPG", "detections": told, "model_version": "4.0.3a"}
    return {"info": {"format_version": "20261015"}, "predictions": [photo]}


LION = "uuid;mammalia;carnivora;felidae;panthera;leo;lion"
HUMAN = "uuid;mammalia;primates;hominidae;homo;sapiens;human"
WHOLE_IMAGE = "whole_image_classification"


@pytest.mark.parametrize(
    ("detections", "expected"),
    [
        ([("animal", 0.8, LION), ("human", 0.6, HUMAN), ("animal", 0.04, "")],
         [("animal", 0.8, "panthera-leo"), ("person", 0.6, "")]),
        ([("animal", 0.8, "uuid;;;;;;animal"), ("animal", 0.5, "uuid;;;;;;blank")],
         [("animal", 0.8, "")]),
        ([("animal", 0.05, "")], [("animal", 1.0, "no_animal")]),
        ([("animal", 0.04, LION)], [("animal", 1.0, "no_animal")]),
        ([], [("animal", 1.0, "no_animal")]),
        ([(WHOLE_IMAGE, 1.0, LION), ("animal", 0.4, "")], [("animal", 0.4, "panthera-leo")]),
        ([(WHOLE_IMAGE, 1.0, LION)], [("animal", 0.7, "panthera-leo")]),
        ([(WHOLE_IMAGE, 1.0, "uuid;;;;;;blank")], [("animal", 0.7, "no_animal")]),
    ],
)  # fmt: skip
def test_speciesnet_says_one_thing_of_each_detection(
    bring: Bring, waiting: Photo, detections: list, expected: list
) -> None:
    job = bring(_speciesnet(*detections))
    assert (job.state, codes(job)) == ("done", [])
    found = []
    for row in waiting.detections.order_by("index"):
        answer = getattr(row, "identification", None)
        slug = answer.taxon.slug if answer and answer.taxon else answer.reason if answer else ""
        found.append((row.category, row.confidence, slug))
    assert found == expected


def test_labels_of_coco_are_verdicts_of_their_file(bring: Bring, waiting: Photo) -> None:
    document = {
        "info": {"version": "1.0"},
        "images": [{"id": "1", "file_name": "IMG_1.JPG", "width": 200, "height": 100}],
        "annotations": [
            {"id": "a", "image_id": "1", "category_id": 1, "bbox": [20, 10, 100, 50], "count": 2},
            {"id": "b", "image_id": "1", "category_id": 2, "bbox": [0, 0, 500, 50]},
            {"id": "c", "image_id": "gone", "category_id": 1},
        ],
        "categories": [
            {"id": 0, "name": "empty"},
            {"id": 1, "name": "LION"},
            {"id": 2, "name": "x"},
        ],
    }
    job = bring(document, "labels.json")
    verdict = waiting.verdicts.get()
    assert (verdict.x, verdict.y, verdict.width, verdict.height) == (0.1, 0.1, 0.5, 0.5)
    assert (verdict.taxon.slug, verdict.count, verdict.source) == ("panthera-leo", 2, "labels.json")
    assert verdict.given_by is None
    assert sorted(codes(job)) == ["box_outside", "no_image"]


def test_a_table_of_labels_knows_columns_and_animals_by_many_names(
    bring: Bring, waiting: Photo, elephant: Photo, taxa: dict[str, Taxon]
) -> None:
    taxa["panthera-leo"].common_names.create(language="de", name="Löwe")
    builders.refresh()
    text = (
        "Relative Path;Animal;Count;Sex;Observer\n"
        "IMG_1.JPG;löwe;2;female;bob\n'=IMG 1.JPG;unicorn;;;\nIMG_1.JPG;löwe;1;male;bob\n;lion;;;\n"
    ).replace("Relative Path", "File")
    job = bring(text.encode("utf-8-sig"), "labels.csv")
    verdict = waiting.verdicts.get()
    assert (verdict.taxon, verdict.count, verdict.sex) == (taxa["panthera-leo"], 3, "")
    assert verdict.source == "bob"
    problems = {one.code: one.line for one in job.problems.all()}
    assert problems == {"unknown_taxon": 3, "no_name": 5}


def test_the_same_file_twice_changes_nothing(bring: Bring, waiting: Photo) -> None:
    table = b"file,taxon\nIMG_1.JPG,lion\n"
    bring(table, "a.csv")
    document = _megadetector(_image("IMG_1.JPG", _animal()))
    bring(document)
    rows = [list(model.objects.values()) for model in (Verdict, Detection, Vote)]
    again = bring(table, "a.csv"), bring(document)
    assert again[0].counts["verdicts_same"] == 1
    assert again[1].counts["answers_same"] == 1
    assert [list(model.objects.values()) for model in (Verdict, Detection, Vote)] == rows


def test_looking_through_changes_nothing_and_tells_what_would(bring: Bring, waiting: Photo) -> None:
    job = bring(b"file,taxon\nIMG_1.JPG,lion\nIMG_2.JPG,lion\n", "a.csv", only_look=True)
    assert (job.state, job.total) == ("ready", 2)
    counts = {name: count for name, count in job.counts.items() if count}
    assert counts == {"photos": 2, "matched": 1, "not_here": 1, "verdicts_new": 1}
    assert not Verdict.objects.exists()


def test_names_that_several_photos_have_are_listed_and_not_guessed(
    bring: Bring, waiting: Photo, project: Project
) -> None:
    builders.photo("", project=project, name="IMG_1.JPG")
    assert codes(bring(b"file,taxon\nimg_1.jpg,lion\n", "a.csv")) == ["ambiguous"]
    job = bring(f"sha256,taxon\n{waiting.sha256},lion\n".encode(), "b.csv")
    assert (codes(job), waiting.verdicts.count()) == ([], 1)


def _package(*observations: str) -> dict[str, str]:
    home = "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.2"
    names = ("deployments", "media", "observations")
    told = {"profile": f"{home}/camtrap-dp-profile.json",
            "resources": [{"name": one, "path": f"{one}.csv"} for one in names]}  # fmt: skip
    return {
        "datapackage.json": json.dumps(told),
        "deployments.csv": "deploymentID,latitude,longitude,deploymentStart,deploymentEnd\n"
        "D1,1.5,36.2,2024-05-01T00:00:00+03:00,2024-06-01T00:00:00+03:00\n",
        "media.csv": "mediaID,deploymentID,timestamp,filePath,fileName\n"
        "m1,D1,2024-05-02T06:30:00+03:00,media/IMG_1.JPG,IMG_1.JPG\n",
        "observations.csv": "mediaID,observationType,scientificName,count,classificationMethod,"
        "classifiedBy,classificationTimestamp\n" + "\n".join(observations) + "\n",
    }


def _zip(files: dict[str, str | bytes]) -> bytes:
    to = io.BytesIO()
    with ZipFile(to, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return to.getvalue()


def test_a_package_brings_deployments_times_verdicts_and_answers(
    bring: Bring, waiting: Photo, project: Project
) -> None:
    job = bring(
        _zip(_package("m1,animal,Panthera leo,2,human,Ann B.,2024-07-01T10:00:00Z",
                      "m1,animal,Loxodonta africana,1,machine,net 1,",
                      "m1,unclassified,,,,,", "m1,dragon,,,,,", ",animal,Panthera leo,1,human,x,")),
        "p.zip", time_zone="Africa/Nairobi",
    )  # fmt: skip
    assert sorted(codes(job)) == ["bad_category", "of_event"]
    deployment = project.deployments.get()
    assert (deployment.name, deployment.start.hour) == ("D1", 0)
    waiting.refresh_from_db()
    assert (waiting.deployment, waiting.utc_offset) == (deployment, 180)
    assert waiting.taken_at.isoformat() == "2024-05-02T06:30:00+00:00"
    verdict = waiting.verdicts.get()
    assert (verdict.source, verdict.count) == ("Ann B.", 2)
    assert verdict.given_at.isoformat() == "2024-07-01T10:00:00+00:00"
    assert waiting.detections.get().run.lineup["source"] == "net 1"


def test_a_package_that_leads_out_of_itself_is_refused(bring: Bring) -> None:
    files = _package()
    files["datapackage.json"] = files["datapackage.json"].replace("media.csv", "../media.csv")
    job = bring(_zip(files), "p.zip")
    assert (job.state, "outside" in job.why) == ("failed", True)


def test_photos_come_with_the_archive(bring: Bring, taxa: object, project: Project) -> None:
    files = _package("m1,animal,Panthera leo,,human,bob,")
    files["media/IMG_1.JPG"] = saved(Image.new("RGB", (16, 12)))
    job = bring(_zip(files), "p.zip", only_look=True)
    assert (job.counts["photos_added"], project.photos.count()) == (1, 0)
    for _ in range(2):
        job = bring(_zip(files), "p.zip")
        assert job.counts["photos"] == 1
    photo = project.photos.get()
    assert photo.verdicts.get().taxon.slug == "panthera-leo"
    assert photo.deployment.name == "D1"


@pytest.mark.parametrize(
    ("of_photo", "of_event", "told"),
    [
        ("animal,Panthera leo,2,,female", "animal,Panthera leo,2,,female", None),
        ("animal,Panthera leo,3,adult,", "animal,Panthera leo,,,", None),
        ("animal,Panthera leo,2,,", "animal,Panthera leo,3,,", "Panthera leo × 3"),
        ("animal,Panthera leo,,,female", "animal,Panthera leo,,,male", "Panthera leo, male"),
        ("animal,Panthera leo,,,", "animal,Loxodonta africana,1,,", "Loxodonta africana × 1"),
        ("blank,,,,", "human,,,,", "human"),
        ("blank,,,,", "blank,,,,", None),
        ("blank,,,,", "unclassified,,,,", None),
    ],
)
def test_what_is_said_of_an_event_is_lost_only_where_its_photos_say_it_too(
    bring: Bring, waiting: Photo, of_photo: str, of_event: str, told: str | None
) -> None:
    files = _package()
    heading = (
        "eventID,mediaID,classificationMethod,observationType,scientificName,count,lifeStage,sex"
    )
    rows = (heading, f"e1,m1,human,{of_photo}", f"e1,,human,{of_event}")
    job = bring(_zip(files | {"observations.csv": "\n".join(rows)}), "p.zip")
    found = [(one.line, one.item, one.code) for one in job.problems.all()]
    assert found == ([(3, "e1", "of_event")] if told else [])
    if told:
        assert f": {told}. None of its photos" in job.problems.get().why


def test_photos_of_a_package_are_known_by_what_is_in_them(
    bring: Bring, taxa: object, waiting: Photo, project: Project
) -> None:
    files = {f"card/{name}": text for name, text in _package("m1,blank,,,human,bob,").items()}
    files["card/media/IMG_1.JPG"] = saved(Image.new("RGB", (16, 12), "red"))
    bring(_zip(files), "p.zip")
    brought = project.photos.exclude(pk=waiting.pk).get()  # not the other one of this name
    assert brought.verdicts.get().kind == "no_animal"
    assert not waiting.verdicts.exists()
    job = bring(_zip(files), "p.zip", only_look=True)
    assert ("photos_added" in job.counts, job.counts["matched"]) == (False, 1)


@pytest.mark.shared
def test_a_published_package_is_imported_whole(
    bring: Bring, project: Project, shared_dir: Path
) -> None:
    folder = shared_dir / "photos/camera-trap/camtrap-dp"
    observations = list(csv.DictReader((folder / "observations.csv").open()))
    media = list(csv.DictReader((folder / "media.csv").open()))
    names = {row["scientificName"] for row in observations} - {"", "Homo sapiens"}
    for name in names:
        Taxon.objects.create(slug=name.lower().replace(" ", "-"), scientific_name=name,
                             rank="species")  # fmt: skip
    builders.refresh()
    for row in media:
        builders.photo("", project=project, state="waiting", name=row["fileName"])
    tables = ("datapackage.json", "deployments.csv", "media.csv", "observations.csv")
    content = _zip({name: (folder / name).read_bytes() for name in tables})
    job = bring(content, "package.zip", time_zone="Europe/Brussels")
    told = job.problems.filter(code="of_event").values_list("line", "item", "values")
    assert list(told) == [  # of 37 events, what is on none of their photos
        (98, "7363b68a", {"said": "Anas platyrhynchos × 4, adult, male, foraging"}),
        (342, "45ee3031", {"said": "Anas platyrhynchos × 5, subadult"}),
    ]
    assert (job.state, job.total) == ("done", 423 + 2)
    assert job.counts["matched"] == len(media) == 423
    assert Deployment.objects.count() == 4
    assert Photo.objects.filter(deployment=None).count() == 0
    told = {row["mediaID"] for row in observations if row["classificationMethod"] == "human"
            and row["mediaID"] and row["observationType"] != "unclassified"}  # fmt: skip
    assert Verdict.objects.values("photo").distinct().count() == len(told)
    rows = list(Verdict.objects.order_by("pk").values())
    again: Import = bring(content, "package.zip", time_zone="Europe/Brussels")
    assert again.counts["verdicts_new"] == again.counts["verdicts_changed"] == 0
    assert again.counts["deployments"] == 0
    assert list(Verdict.objects.order_by("pk").values()) == rows
