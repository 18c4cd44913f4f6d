import numpy as np
import pytest
import torch

from models_registry.training.losses import allowed_loss, distillation_loss
from models_registry.training.metrics import Answers, calibration_error, temperature

LOGITS = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [1.0, 0.0, 0.5]], np.float32)


def test_an_answer_is_right_where_any_right_output_is_first() -> None:
    answers = Answers(LOGITS, [(0,), (0, 2), (1, 2)])

    assert answers.hits(1).tolist() == [True, False, False]
    assert answers.hits(2).tolist() == [True, True, True]


def test_the_loss_counts_what_all_right_outputs_got_together() -> None:
    answers = Answers(LOGITS[:1], [(0, 1)])

    assert answers.loss() == pytest.approx(-np.log(answers.probabilities()[0, :2].sum()), abs=1e-6)


def test_the_temperature_undoes_overconfidence() -> None:
    rng = np.random.default_rng(0)
    honest = rng.normal(0, 1.5, (4000, 5)).astype(np.float32)
    chances = Answers(honest, ()).probabilities()
    right = [(int(rng.choice(5, p=row / row.sum())),) for row in chances.astype(float)]
    boastful = Answers(honest * 2, right)

    fitted = temperature(boastful)

    assert fitted == pytest.approx(2, rel=0.08)
    assert calibration_error(boastful, fitted) < 0.03 < calibration_error(boastful, 1.0)


def test_probability_may_move_freely_among_allowed_outputs() -> None:
    allowed = torch.tensor([[True, True, False]])
    weights = torch.ones(1)
    one = allowed_loss(torch.tensor([[3.0, 0.0, 0.0]]), allowed, weights, 0.0)
    other = allowed_loss(torch.tensor([[0.0, 3.0, 0.0]]), allowed, weights, 0.0)

    assert one == pytest.approx(other)
    assert one < allowed_loss(torch.tensor([[0.0, 0.0, 3.0]]), allowed, weights, 0.0)


def test_the_parents_opinion_is_about_its_own_outputs_only() -> None:
    known = torch.tensor([True, True, False])
    parent = torch.tensor([[0.5, 0.5, 0.0]])

    assert distillation_loss(torch.tensor([[1.0, 1.0, 9.0]]), parent, known) == pytest.approx(0)
    assert distillation_loss(torch.tensor([[3.0, 1.0, 0.0]]), parent, known) > 0.3
