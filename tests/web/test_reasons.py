"""Why an answer came out, in words."""

from dataclasses import replace

import pytest

from pipelines.rules import Rules
from tests.web import builders
from wildlife.identifications.models import Detection, Identification, Vote
from wildlife.species.models import Taxon
from wildlife.species.selectors import tree
from wildlife.web.names import names_of
from wildlife.web.reasons import Reasons, groups_in, reasons_of

ELEPHANT, LION, CAT = "loxodonta-africana", "panthera-leo", "felidae"


def vote(expert: str, none: float = 0.0, **scores: float) -> Vote:
    ranked = [[slug.replace("_", "-"), share] for slug, share in scores.items()]
    return Vote(expert=expert, release="1", weight=1.0, scores=ranked, none=none)


@pytest.fixture
def reasons(taxa: dict[str, Taxon]):
    """Return why an answer came out of some votes; by default the elephant did."""

    def told(*votes: Vote, groups=(("mammal", 1.0),), answer=ELEPHANT, **more) -> Reasons | None:
        rules = more.pop("rules", Rules())
        given = Identification(
            taxon=taxa[answer] if answer else None,
            confidence=0.9,
            agreement=1.0,
            reason="species",
            **more,
        )
        row = Detection(groups=[list(pair) for pair in groups])
        who = replace(builders.LINEUP, rules=rules)
        grown = tree()
        return reasons_of(row, given, votes, who, names_of(taxa), grown, groups_in(grown))

    return told


def test_a_group_is_ruled_out_by_the_expert_that_would_know_it(reasons) -> None:
    told = reasons(
        vote("mammals", loxodonta_africana=0.9),
        vote("birds", none=1.0),
        groups=(("mammal", 0.7), ("bird", 0.2), ("insect", 0.1)),
    )

    assert told.groups == (
        "“bird” (20% by the sorting) is ruled out by Birds, "
        "which recognises hardly any that it knows.",
    )


def test_votes_that_overrule_the_sorting_are_told(reasons) -> None:
    told = reasons(
        vote("mammals", loxodonta_africana=0.9), groups=(("insect", 0.6), ("mammal", 0.4))
    )

    assert told.groups == (
        "It was sorted as “insect” (60%) first. "
        "The experts' votes outweigh that: they point to “mammal”.",
    )


@pytest.mark.parametrize(
    ("general", "why"),
    [
        (
            {"panthera_leo": 0.6, "loxodonta_africana": 0.4},
            "First choice of A thousand things (60%), "
            "but Mammals of the world gave it next to nothing.",
        ),
        (
            {"loxodonta_africana": 0.9},
            "Nobody's first choice, and Mammals of the world and A thousand things gave it next to "
            "nothing.",
        ),
    ],
)
def test_a_rival_loses_to_those_that_rule_it_out(reasons, general: dict, why: str) -> None:
    told = reasons(
        vote("mammals", loxodonta_africana=0.9),
        vote("general", **general),
        runners_up=[[LION, 0.2]],
    )

    assert [(one.name.slug, one.why) for one in told.rivals] == [(LION, why)]


def test_a_rival_that_nobody_rules_out_is_outweighed(reasons) -> None:
    told = reasons(
        vote("mammals", loxodonta_africana=0.8, panthera_leo=0.2), vote("general", panthera_leo=0.6)
    )

    assert [one.why for one in told.rivals] == [
        "First choice of A thousand things (60%), but the other votes weigh more."
    ]


def test_what_lies_in_line_with_the_answer_is_no_rival(reasons) -> None:
    told = reasons(vote("mammals", panthera_leo=0.5), vote("general", carnivora=0.5), answer=CAT)

    assert told.rivals == ()


def test_what_even_the_surest_expert_keeps_is_told(reasons) -> None:
    told = reasons(
        vote("mammals", none=0.3, loxodonta_africana=0.7),
        vote("general", none=0.6, loxodonta_africana=0.4),
    )

    assert told.kept.startswith("Even Mammals of the world,")
    assert "keeps 30%" in told.kept
    assert reasons(vote("mammals", loxodonta_africana=1.0)).kept == ""


@pytest.mark.parametrize(
    ("walk", "stop"),
    [
        (
            [["felidae", "family", 0.7, True], [LION, "species", 0.4, False]],
            "It stops here because the best branch below, Lion, holds 40% of the vote. "
            "To go on it takes 55%.",
        ),
        (
            [["felidae", "family", 0.7, True], [LION, "species", 0.6, True]],
            "At every fork one branch held at least 55% of the vote.",
        ),
        ([], ""),
    ],
)
def test_the_walk_says_why_it_ended_by_the_rules_of_its_run(reasons, walk, stop: str) -> None:
    told = reasons(vote("mammals", panthera_leo=0.5), answer=CAT, walk=walk, rules=Rules(walk=0.55))

    assert told.stop == stop


def test_without_votes_there_is_nothing_to_explain(reasons) -> None:
    silent = Vote(expert="mammals", release="1", weight=1.0, abstention="It failed.")

    assert reasons() is None
    assert reasons(silent) is None
    assert reasons(vote("birds", none=1.0)) is None


def test_a_plain_vote_is_called_one(reasons) -> None:
    told = reasons(vote("mammals", panthera_leo=0.5), rules=Rules(method="majority"))

    assert told.groups == (
        "The votes were counted plainly: the taxon with most of them is the answer.",
    )
    assert (told.rivals, told.kept, told.stop) == ((), "", "")


def test_the_place_is_told_where_it_spoke_against_somebody(reasons) -> None:
    told = reasons(
        vote("mammals", loxodonta_africana=0.6, elephas_maximus=0.3),
        countries=["ZAF", "MOZ"],
        elsewhere=["elephas-maximus"],
    )

    assert told.place == (
        "The photo is from South Africa. These are listed for other countries only, and counted "
        "10% of what they would there: Asian elephant."
    )


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"countries": ["ZAF"]},
        {"countries": ["DEU"], "elsewhere": [ELEPHANT]},
    ],
)
def test_a_place_that_decided_nothing_is_not_told(reasons, more) -> None:
    assert reasons(vote("mammals", loxodonta_africana=0.9), **more).place == ""
