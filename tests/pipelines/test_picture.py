"""The picture of the graph: columns for the page and mermaid for the README."""

from pipelines.identify import Lineup, Member, build
from pipelines.picture import Progress, mermaid, picture

LINEUP = Lineup(
    detector=Member("finder", "finder@3"),
    coarse=Member("coarse", "coarse@1"),
    experts=(Member("birds", "birds@2"), Member("all-animals", "all-animals@1", queue="gpu")),
)
TITLES = {"expert.birds": "Birds"}


def test_columns_run_from_the_photo_to_the_species_with_experts_side_by_side():
    columns = picture(build(LINEUP), {}, TITLES)
    assert [[cell.name for cell in column] for column in columns] == [
        ["photos"],
        ["detect"],
        ["sort"],
        ["expert.birds", "expert.all-animals"],
        ["fuse"],
        ["describe"],
    ]


def test_cells_carry_title_release_and_progress():
    columns = picture(build(LINEUP), {"expert.birds": Progress("done", 12, "fp32")}, TITLES)
    birds, animals = columns[3]
    assert (birds.title, birds.release, birds.status) == ("Birds", "birds@2", "done")
    assert (birds.milliseconds, birds.note) == (12, "fp32")
    assert (animals.title, animals.status) == ("all-animals", "waiting")


def test_an_expert_runs_on_its_own_queue_unless_it_names_another():
    graph = build(LINEUP)
    assert graph["expert.birds"].queue == "expert.birds"
    assert graph["expert.all-animals"].queue == "gpu"


def test_mermaid_draws_each_edge_between_neighbours_once():
    drawn = mermaid(build(LINEUP), TITLES).splitlines()
    edges = [line.strip() for line in drawn if "-->" in line]
    assert edges == [
        "photos --> detect",
        "detect --> sort",
        "sort --> expert_birds",
        "sort --> expert_all_animals",
        "expert_birds --> fuse",
        "expert_all_animals --> fuse",
        "fuse --> describe",
    ]
