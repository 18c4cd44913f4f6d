"""The graph as data: what makes one valid, what its columns are, and how steps run."""

import pytest

from pipelines.graph import Graph, GraphInvalid, Step, run_step
from pipelines.runners import MemoryStore, canvas, run_here
from tests.pipelines.build import step


def diamond() -> Graph:
    return Graph(
        inputs={"number": int},
        steps=(
            step("double", lambda n: 2 * n, "number"),
            step("left", lambda n: n + 1, "double"),
            step("right", lambda n: n - 1, "double"),
            step("sum", lambda a, b: a + b, "left", "right"),
        ),
    )


def test_steps_are_run_from_the_inputs_to_the_end():
    store = MemoryStore(number=5)
    run_here(diamond(), store)
    assert store.get("sum", int) == 20


def test_columns_hold_what_may_run_side_by_side():
    names = [[one.name for one in column] for column in diamond().levels()]
    assert names == [["double"], ["left", "right"], ["sum"]]


@pytest.mark.parametrize(
    "steps",
    [
        (step("a", lambda: 1), step("a", lambda: 2)),
        (step("number", lambda: 1),),
        (step("b", lambda n: n, "a"), step("a", lambda: 1)),
    ],
    ids=["twice the same name", "the name of an input", "reads what comes later"],
)
def test_an_impossible_graph_is_refused(steps):
    with pytest.raises(GraphInvalid):
        Graph(inputs={"number": int}, steps=steps)


def test_a_step_that_has_its_value_is_not_run_again():
    calls = []
    graph = Graph(inputs={}, steps=(step("once", lambda: calls.append(1) or 7),))
    store = MemoryStore()
    run_step(graph, "once", store)
    run_step(graph, "once", store)
    assert calls == [1]


def test_the_first_value_stays():
    store = MemoryStore()
    store.put("answer", 1)
    store.put("answer", 2)
    assert store.get("answer", int) == 1


def failing() -> int:
    raise RuntimeError("out of memory")


def test_an_optional_step_turns_its_error_into_a_value():
    graph = Graph(
        inputs={},
        steps=(Step("e", failing, (), str, "q", on_failure=lambda error: f"no: {error}"),),
    )
    store = MemoryStore()
    run_here(graph, store)
    assert store.get("e", str) == "no: out of memory"


def test_a_needed_step_that_fails_stops_the_run():
    graph = Graph(inputs={}, steps=(step("a", failing), step("b", lambda: 1)))
    store = MemoryStore()
    with pytest.raises(RuntimeError, match="out of memory"):
        run_here(graph, store)
    assert not store.has("b")


def test_the_canvas_has_one_signature_per_step_in_the_same_columns():
    from celery import signature

    work = canvas(diamond(), lambda one: signature("run", args=(one.name,), immutable=True))
    first, chord = work.tasks[0], work.tasks[1]
    assert first.args == ("double",)
    assert [task.args[0] for task in chord.tasks] == ["left", "right"]
    assert chord.body.args == ("sum",)
