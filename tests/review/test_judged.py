"""What counts as a case: which words of people, beside which answers of the machine."""

from datetime import timedelta

import pytest
from django.utils import timezone

from models_registry.models import ModelRelease
from tests.web import builders
from wildlife.identifications.answers import WHOLE
from wildlife.identifications.models import Detection, Run, Verdict
from wildlife.identifications.verdicts import Word, give, mark
from wildlife.review import judged as module
from wildlife.review.judged import above_of, judged
from wildlife.review.models import Acceptance
from wildlife.review.quality import Tally

Kind = Verdict.Kind
pytestmark = pytest.mark.usefixtures("nothing_is_new")


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def lion(project, taxa, **more) -> Detection:
    """A photo on which the machine sees an African savanna elephant."""
    photo = builders.photo(guest="", project=project)
    builders.answered(photo, taxa["loxodonta-africana"], **more)
    return photo.detections.get()


def test_what_people_say_stands_beside_answer_and_votes(mara, ann, taxa) -> None:
    found = lion(mara, taxa)
    builders.vote(found, "birds", scores=[["panthera-leo", 0.2]], none=0.8)
    builders.vote(found, "fish", scores=[], none=0.0, abstention="It broke.")
    give(found, Word(taxon=taxa["panthera-leo"]), ann)
    [case] = judged(mara)
    elephant = taxa["loxodonta-africana"].pk
    assert (case.photo, case.truth) == (found.photo_id, taxa["panthera-leo"].pk)
    assert (case.said, case.sure) == (elephant, 0.91)
    assert case.votes == {"mammals": elephant, "general": elephant, "birds": None}
    above = above_of({case.truth, elephant})
    assert taxa["felidae"].pk in above[case.truth]
    assert taxa["felidae"].pk not in above[elephant]


def test_where_two_have_to_agree_one_is_not_enough(mara, ann, bo, taxa) -> None:
    mara.reviewers_needed = 2
    mara.save()
    found = lion(mara, taxa)
    give(found, Word(taxon=taxa["panthera-leo"]), ann)
    assert list(judged(mara)) == []
    give(found, Word(taxon=taxa["panthera-leo"]), bo)
    assert len(list(judged(mara))) == 1


def test_unsure_says_nothing_and_no_other_project_counts(mara, ann, taxa) -> None:
    give(lion(mara, taxa), Word(Kind.UNSURE), ann)
    photo = builders.photo()
    builders.answered(photo, taxa["panthera-leo"])
    give(photo.detections.get(), Word(taxon=taxa["panthera-leo"]), ann)
    assert list(judged(mara)) == []


def test_what_was_accepted_unseen_does_not_count(mara, ann, taxa) -> None:
    job = Acceptance.objects.create(project=mara, by=ann, above=0.9)
    give(lion(mara, taxa), Word(taxon=taxa["loxodonta-africana"]), ann, batch=job.pk)
    assert list(judged(mara)) == []


def test_an_answer_of_a_machine_that_had_learned_it_is_left_out(mara, ann, taxa) -> None:
    found = lion(mara, taxa)
    give(found, Word(taxon=taxa["panthera-leo"]), ann)
    Run.objects.update(created_at=timezone.now() + timedelta(hours=1))
    assert not next(judged(mara)).late  # no expert here learns from people
    ModelRelease.objects.create(name="general", version="1", kind="embedder", sha256="0" * 64)
    [case] = judged(mara)
    assert case.late
    tally = Tally([case])
    assert (tally.late, tally.pairs) == (1, {})


def test_what_no_model_saw_was_said_to_be_nothing(mara, ann, taxa) -> None:
    found = lion(mara, taxa)
    mark(found.photo_id, (0.7, 0.7, 0.2, 0.2), Word(taxon=taxa["panthera-leo"]), ann)
    [case] = judged(mara)
    assert (case.said, case.truth, case.sure) == ("no_animal", taxa["panthera-leo"].pk, None)
    assert case.votes == {}


def test_a_word_about_a_whole_photo_is_about_its_surest_animal(mara, ann, taxa) -> None:
    found = lion(mara, taxa)
    mark(found.photo_id, WHOLE, Word(taxon=taxa["panthera-leo"]), ann)
    [case] = judged(mara)
    assert (case.said, case.truth) == (taxa["loxodonta-africana"].pk, taxa["panthera-leo"].pk)


def test_an_empty_photo_that_people_call_empty_is_right(mara, ann, taxa) -> None:
    photo = builders.photo(guest="", project=mara)
    builders.run(photo)
    mark(photo.pk, WHOLE, Word(Kind.NO_ANIMAL), ann)
    [case] = judged(mara)
    assert (case.said, case.truth) == ("no_animal", "no_animal")


def test_the_newest_come_first_and_queries_stay_few(
    mara, ann, taxa, django_assert_max_num_queries
) -> None:
    photos = [lion(mara, taxa) for _ in range(12)]
    for found in photos:
        give(found, Word(taxon=taxa["panthera-leo"]), ann)
    with django_assert_max_num_queries(7):
        made = list(judged(mara))
    assert [case.photo for case in made] == [one.photo_id for one in reversed(photos)]


def test_portions_change_nothing(mara, ann, taxa, monkeypatch) -> None:
    for _ in range(5):
        give(lion(mara, taxa), Word(taxon=taxa["panthera-leo"]), ann)
    whole = list(judged(mara))
    monkeypatch.setattr(module, "PORTION", 2)
    assert list(judged(mara)) == whole
