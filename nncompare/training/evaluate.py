"""Predictions in evaluation mode. N images, K classes."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from nncompare.training.model import normalise
from nncompare.training.tensors import Split

# A piece whose activations stay in the processor's cache is evaluated faster than a whole batch.
PIECE = 250


def log_probabilities(model: nn.Module, split: Split) -> Tensor:
    """Predict log class probabilities (N, K)."""
    return torch.cat(list(_pieces(model, split)))


def log_probabilities_unless(give_up: Callable[[], bool], model: nn.Module, split: Split) -> Tensor | None:
    """Predict as `log_probabilities`, or give None as soon as `give_up` says so between two pieces."""
    pieces = []
    for piece in _pieces(model, split):
        if give_up():
            return None
        pieces.append(piece)
    return torch.cat(pieces)


def mean_loss_and_accuracy(scores: Tensor, labels: Tensor) -> tuple[float, float]:
    """Give mean cross entropy and share of right answers for log probabilities (N, K) and labels (N,)."""
    loss = -scores.gather(1, labels.unsqueeze(1)).mean()
    return loss.item(), (scores.argmax(dim=1) == labels).float().mean().item()


def _pieces(model: nn.Module, split: Split) -> Iterator[Tensor]:
    for images in split.images.split(PIECE):
        yield _predict(model, normalise(images, split.mean, split.std))


@torch.inference_mode()
def _predict(model: nn.Module, images: Tensor) -> Tensor:
    was_training = model.training
    model.eval()
    scores = model(images).float()
    model.train(was_training)
    return torch.log_softmax(scores, dim=1)
