"""Predictions in evaluation mode. N images, K classes."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from nncompare.training.backends import Network
from nncompare.training.model import normalise
from nncompare.training.oom import attempt
from nncompare.training.tensors import TensorSplit

# A piece whose activations stay in the processor's cache is evaluated faster than a whole batch.
LARGEST_PIECE = 250


class Predictor:
    """Predicts with a network as it stands, in the number format in which it is trained.

    Attributes
    ----------
    batch_size : int
        So many images at once, and no more.
    """

    def __init__(self, network: Network, batch_size: int) -> None:
        self._network, self.batch_size = network, batch_size

    def log_probabilities(self, split: TensorSplit) -> Tensor:
        """Predict log class probabilities (N, K)."""
        return torch.cat(list(self._pieces(split)))

    def log_probabilities_unless(self, give_up: Callable[[], bool], split: TensorSplit) -> Tensor | None:
        """Predict as `log_probabilities`, or give None as soon as `give_up` says so between two pieces."""
        pieces = []
        for piece in self._pieces(split):
            if give_up():
                return None
            pieces.append(piece)
        return torch.cat(pieces)

    def _pieces(self, split: TensorSplit) -> Iterator[Tensor]:
        is_on_processor = split.images.device.type == "cpu"
        size, done = min(self.batch_size, LARGEST_PIECE) if is_on_processor else self.batch_size, 0
        while done < len(split):
            scores = self._try(split, done, size)
            if scores is None:
                size //= 2
                continue
            done += len(scores)
            yield scores

    def _try(self, split: TensorSplit, start: int, size: int) -> Tensor | None:
        """Predict one piece; give None when it does not fit into memory."""
        images = split.images[start : start + size]
        return attempt(
            lambda: self._network.log_probabilities(normalise(images, split.mean, split.std)),
            images.device,
            can_be_smaller=size > 1,
        )


def mean_loss_and_accuracy(scores: Tensor, labels: Tensor) -> tuple[float, float]:
    """Give mean cross entropy and share of right answers for log probabilities (N, K) and labels (N,)."""
    loss = -scores.gather(1, labels.unsqueeze(1)).mean()
    return loss.item(), (scores.argmax(dim=1) == labels).float().mean().item()
