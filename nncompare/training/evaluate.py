"""Predictions in evaluation mode. N images, K classes."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from nncompare.training.attempts import attempt
from nncompare.training.model import normalise
from nncompare.training.tensors import Split

# A piece whose activations stay in the processor's cache is evaluated faster than a whole batch.
LARGEST_PIECE = 250


def log_probabilities(model: nn.Module, split: Split, batch_size: int) -> Tensor:
    """Predict log class probabilities (N, K), with no more than `batch_size` images at once."""
    return torch.cat(list(_pieces(model, split, batch_size)))


def log_probabilities_unless(
    give_up: Callable[[], bool], model: nn.Module, split: Split, batch_size: int
) -> Tensor | None:
    """Predict as `log_probabilities`, or give None as soon as `give_up` says so between two pieces."""
    pieces = []
    for piece in _pieces(model, split, batch_size):
        if give_up():
            return None
        pieces.append(piece)
    return torch.cat(pieces)


def mean_loss_and_accuracy(scores: Tensor, labels: Tensor) -> tuple[float, float]:
    """Give mean cross entropy and share of right answers for log probabilities (N, K) and labels (N,)."""
    loss = -scores.gather(1, labels.unsqueeze(1)).mean()
    return loss.item(), (scores.argmax(dim=1) == labels).float().mean().item()


def _pieces(model: nn.Module, split: Split, batch_size: int) -> Iterator[Tensor]:
    size, done = min(batch_size, LARGEST_PIECE), 0
    while done < len(split):
        scores = _try(model, split, done, size)
        if scores is None:
            size //= 2
            continue
        done += len(scores)
        yield scores


def _try(model: nn.Module, split: Split, start: int, size: int) -> Tensor | None:
    """Predict one piece; give None when it does not fit into memory."""
    images = split.images[start : start + size]
    return attempt(
        lambda: _predict(model, normalise(images, split.mean, split.std)), images.device, can_be_smaller=size > 1
    )


@torch.inference_mode()
def _predict(model: nn.Module, images: Tensor) -> Tensor:
    was_training = model.training
    model.eval()
    try:
        return torch.log_softmax(model(images).float(), dim=1)
    finally:
        model.train(was_training)
