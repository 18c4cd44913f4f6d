"""The whole evaluation over recorded votes: all, each group, each expert alone, other rules."""

import json

import pytest

from pipelines.rules import Rules
from tests.identifications.evaluation.build import (
    TREE,
    WHOLE,
    ballot,
    detection,
    header,
    judged,
    record,
    truth,
)
from tests.identifications.evaluation.build import answer as answered
from wildlife.identifications.evaluation.results import evaluate, report_of, worst

ASKED = {
    "photos",
    "animals_found",
    "false_animals",
    "class_top1",
    "species_top1",
    "species_top5",
    "nameable_top1",
    "right_at_claimed_rank",
    "answered_species_or_genus",
    "calibration_error",
    "photos_per_second",
}
HEAD = header(
    cats=("Felis catus", "Elephas maximus"), birds=("Corvus corax", "Struthio camelus", "Felidae")
)
TRUTHS = (
    truth("Felis catus", file="cat.jpg"),
    truth("Elephas maximus", file="elephant.jpg"),
    truth("Corvus corax", group="bird", file="raven.jpg"),
    truth(group="none", file="empty.jpg"),
)
RECORDS = (
    record(ballot("cats", "Felis catus"), ballot("birds", "Corvus corax"), file="cat.jpg"),
    record(ballot("cats", "Felis catus"), file="elephant.jpg"),
    record(ballot("birds", "Corvus corax"), file="raven.jpg", group="bird"),
    record(detections=(detection(box=WHOLE, confidence=0),), group="none", file="empty.jpg"),
)


def evaluated(records=RECORDS, truths=TRUTHS, rules=None, weights=None):
    return evaluate(
        truths, records, HEAD, tree=TREE, rules=rules or Rules(walk=0.5), weights=weights
    )


def test_groups_and_all_are_counted():
    result = evaluated()
    assert {group: some.photos for group, some in result.groups.items()} == {
        "mammal": 2,
        "bird": 1,
        "none": 1,
    }
    assert (result.figures.photos, result.figures.false_animals) == (4, 0)
    assert result.groups["bird"].species_top1 == 1


def test_an_expert_alone_is_judged_on_what_it_saw_and_by_what_it_knows():
    alone = evaluated().experts
    assert (alone["cats"].figures.photos, alone["birds"].figures.photos) == (2, 2)
    assert alone["cats"].figures.species_top1 == pytest.approx(1 / 2)
    assert (alone["birds"].figures.nameable, alone["birds"].figures.nameable_top1) == (1, 1)
    assert (alone["birds"].ensemble.photos, alone["birds"].ensemble.nameable) == (2, 1)


def test_weights_and_rules_answer_anew():
    assert evaluated(weights={"cats": 0.0}).groups["mammal"].species_top1 == 0
    assert evaluated(weights={"birds": 0.0}).groups["mammal"].species_top1 == pytest.approx(1 / 2)
    sure = evaluated(rules=Rules(walk=0.95), records=RECORDS[:1])
    assert sure.figures.answered["species"] == 0


def test_unreadable_photos_are_named_and_not_judged():
    result = evaluated(records=(record(file="cat.jpg", failure="Cut short."), *RECORDS[1:]))
    assert result.failed == (("cat.jpg", "Cut short."),)
    assert result.figures.photos == 3


def test_photos_without_votes_are_left_out():
    assert evaluated(records=RECORDS[2:]).figures.photos == 2


def test_the_report_has_every_figure_for_all_groups_and_experts():
    report = json.loads(json.dumps(report_of(evaluated())))
    for entry in (report, *report["groups"].values(), *report["experts"].values()):
        assert entry.keys() >= ASKED
    assert report["experts"]["birds"]["release"] == "birds@1"
    assert report["rules"]["walk"] == 0.5
    assert report["ensemble_against_best_member"]["mammal"]["best"] == "cats"


def test_the_surest_mistakes_come_first_and_what_was_overlooked_last():
    sure = judged("Felis catus", answered("Corvus corax", confidence=0.99))
    unsure = judged("Felis catus", answered("Elephas maximus", confidence=0.6))
    false_animal = judged("", answered("Corvus corax", confidence=0.8), group="none")
    missed = judged("Felis catus", detections=())
    right = judged("Felis catus", answered("Felis catus"))
    unnamed = judged("", answered("Felis catus"))
    every = [missed, right, unsure, false_animal, unnamed, sure]
    assert worst(every, 9) == [sure, false_animal, unsure, missed]
    assert worst(every, 1) == [sure]
