from pipelines.picture import Cell
from wildlife.web.graph import columns_of, progress_of


def cell(
    name: str, status: str = "waiting", milliseconds: int | None = None, note: str = ""
) -> Cell:
    return Cell(name, name.title(), "", status, milliseconds, note)


def test_lines_join_every_box_with_every_box_of_the_column_before() -> None:
    columns = columns_of([[cell("sort")], [cell("a"), cell("b")], [cell("fuse")]])

    assert [len(column.lines) for column in columns] == [0, 2, 2]
    assert columns[1].lines == ("M0 50C50 50 50 25 100 25", "M0 50C50 50 50 75 100 75")
    assert columns[2].lines[0].startswith("M0 25")
    assert columns[2].lines[0].endswith("100 50")


def test_a_box_says_its_status_in_words_and_does_not_repeat_it_as_a_note() -> None:
    (column,) = columns_of(
        [[cell("birds", "skipped", note="not asked"), cell("a", "done", 1500, "bf16")]]
    )

    birds, a = column.boxes
    assert (birds.status_word, birds.note, birds.duration) == ("not asked", "", "")
    assert (a.status_word, a.note, a.duration) == ("done", "bf16", "1.5 s")


def test_progress_names_the_first_step_that_has_not_ended() -> None:
    picture = [
        [cell("photos", "done")],
        [cell("detect", "done")],
        [cell("sort", "running")],
        [cell("expert.birds"), cell("expert.mammals")],
    ]

    progress = progress_of(picture)

    assert progress.sentence == "Sorting what was found…"
    assert (progress.ended, progress.total) == (2, 5)


def test_an_abstaining_expert_does_not_hold_progress_up() -> None:
    progress = progress_of(
        [[cell("expert.birds", "abstained"), cell("x", "failed")], [cell("fuse")]]
    )

    assert progress.sentence == "Joining the experts' votes…"
    assert progress.ended == 2


def test_without_models_the_photo_waits_for_one() -> None:
    assert progress_of([]).sentence == "Waiting until a model is ready…"
