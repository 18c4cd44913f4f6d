"""What a classifier is trained to do."""

import torch


def allowed_loss(
    logits: torch.Tensor, allowed: torch.Tensor, weights: torch.Tensor, smoothing: float
) -> torch.Tensor:
    """Return the loss of the probability that all allowed outputs have together.

    `logits` and the boolean `allowed` have shape (batch, outputs), `weights` (batch,).
    """
    log = logits.log_softmax(1)
    right = log.masked_fill(~allowed, -torch.inf).logsumexp(1)
    loss = -(1 - smoothing) * right - smoothing * log.mean(1)
    return (loss * weights).sum() / weights.sum()


def distillation_loss(
    logits: torch.Tensor, parent: torch.Tensor, known: torch.Tensor
) -> torch.Tensor:
    """Return how far the answer among the parent's outputs is from the parent's own (KL, nats).

    `parent` holds probabilities, shape (batch, outputs); `known` is True for the outputs that the
    parent has. What goes to new outputs does not count: the parent could not say that.
    """
    log = logits.masked_fill(~known, -torch.inf).log_softmax(1).masked_fill(~known, 0)
    entropy = torch.xlogy(parent, parent).sum(1)
    return (entropy - (parent * log).sum(1)).mean()
