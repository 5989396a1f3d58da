"""Predictions in evaluation mode. N images, K classes."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from nncompare.training.backends import Network
from nncompare.training.oom import run_or_none
from nncompare.training.tensors import TensorSplit, normalise

# Images whose activations stay in the cache of a processor are evaluated faster than a whole batch.
MOST_ON_CPU = 250


class Predictor:
    """Predicts with a network as it stands, in the number format in which it is trained.

    Attributes
    ----------
    batch_size : int
        The most images that are predicted at once.
    """

    def __init__(self, network: Network, batch_size: int) -> None:
        self._network, self.batch_size = network, batch_size

    def log_probabilities(self, split: TensorSplit) -> Tensor:
        """Predict log class probabilities (N, K)."""
        return torch.cat(list(self._micro_batches(split)))

    def log_probabilities_unless(self, give_up: Callable[[], bool], split: TensorSplit) -> Tensor | None:
        """Predict as `log_probabilities`; None as soon as `give_up` is true after a micro-batch."""
        found = []
        for scores in self._micro_batches(split):
            if give_up():
                return None
            found.append(scores)
        return torch.cat(found)

    def _micro_batches(self, split: TensorSplit) -> Iterator[Tensor]:
        is_on_processor = split.images.device.type == "cpu"
        size, done = min(self.batch_size, MOST_ON_CPU) if is_on_processor else self.batch_size, 0
        while done < len(split):
            scores = self._scores_or_none(split, done, size)
            if scores is None:
                size //= 2
                continue
            done += len(scores)
            yield scores

    def _scores_or_none(self, split: TensorSplit, start: int, size: int) -> Tensor | None:
        images = split.images[start : start + size]
        return run_or_none(
            lambda: self._network.log_probabilities(normalise(images, split.mean, split.std)),
            images.device,
            can_be_smaller=size > 1,
        )


def mean_loss_and_accuracy(scores: Tensor, labels: Tensor) -> tuple[float, float]:
    """Return mean cross entropy and share of right answers for log probabilities (N, K) and labels (N,)."""
    loss = -scores.gather(1, labels.unsqueeze(1)).mean()
    return loss.item(), (scores.argmax(dim=1) == labels).float().mean().item()
