"""Predictions in evaluation mode. N images, K classes."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from nncompare.config import Precision
from nncompare.training.attempts import attempt
from nncompare.training.device import number_format
from nncompare.training.model import normalise
from nncompare.training.tensors import Split

# A piece whose activations stay in the processor's cache is evaluated faster than a whole batch.
LARGEST_PIECE = 250


class Predictor:
    """Predicts with a network as it stands, in the number format in which it is trained.

    The last layer is computed in float32 in any case: bfloat16 keeps three digits, and confidences would show it.

    Attributes
    ----------
    batch_size : int
        So many images at once, and no more.
    """

    def __init__(self, model: nn.Sequential, batch_size: int, precision: Precision) -> None:
        self._model, self.batch_size, self._precision = model, batch_size, precision

    def log_probabilities(self, split: Split) -> Tensor:
        """Predict log class probabilities (N, K)."""
        return torch.cat(list(self._pieces(split)))

    def log_probabilities_unless(self, give_up: Callable[[], bool], split: Split) -> Tensor | None:
        """Predict as `log_probabilities`, or give None as soon as `give_up` says so between two pieces."""
        pieces = []
        for piece in self._pieces(split):
            if give_up():
                return None
            pieces.append(piece)
        return torch.cat(pieces)

    def _pieces(self, split: Split) -> Iterator[Tensor]:
        size, done = min(self.batch_size, LARGEST_PIECE), 0
        while done < len(split):
            scores = self._try(split, done, size)
            if scores is None:
                size //= 2
                continue
            done += len(scores)
            yield scores

    def _try(self, split: Split, start: int, size: int) -> Tensor | None:
        """Predict one piece; give None when it does not fit into memory."""
        images = split.images[start : start + size]
        return attempt(
            lambda: _predict(self._model, normalise(images, split.mean, split.std), self._precision),
            images.device,
            can_be_smaller=size > 1,
        )


def mean_loss_and_accuracy(scores: Tensor, labels: Tensor) -> tuple[float, float]:
    """Give mean cross entropy and share of right answers for log probabilities (N, K) and labels (N,)."""
    loss = -scores.gather(1, labels.unsqueeze(1)).mean()
    return loss.item(), (scores.argmax(dim=1) == labels).float().mean().item()


@torch.inference_mode()
def _predict(model: nn.Sequential, images: Tensor, precision: Precision) -> Tensor:
    was_training = model.training
    model.eval()
    try:
        with number_format(images.device, precision):
            features = model[:-1](images)
        return torch.log_softmax(model[-1](features.float()), dim=1)
    finally:
        model.train(was_training)
