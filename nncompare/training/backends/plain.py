"""A step as any book has it, with autograd, for any network; the oracle that the fast backend is tested against."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from nncompare.config import Precision
from nncompare.training.shards import Crew, Sums, shard_size, summed


class PlainNetwork:
    """Computes gradients with autograd; `parameters` are those of the model, whose last module is a linear layer.

    The shards are computed one after the other: they share the gradient of autograd and the random numbers of dropout.
    """

    def __init__(
        self, model: nn.Sequential, precision: Precision, label_smoothing: float = 0.0, _: Crew | None = None
    ) -> None:
        self._model, self._precision, self._label_smoothing = model, precision, label_smoothing
        self.parameters: list[Tensor] = list(model.parameters())
        self.shard_images = shard_size(self.parameters[0])

    @property
    def _number_format(self) -> torch.autocast:
        # A new one for each forward pass: it keeps the converted weights until it is left.
        device = self.parameters[0].device.type
        return torch.autocast(device, dtype=torch.bfloat16, enabled=self._precision == "bfloat16")

    def backward(self, images: Tensor, labels: Tensor, update_images: int) -> tuple[Tensor, Tensor]:
        """Compute the gradient of a micro-batch; return its summed loss and its number of right answers, on the device.

        The loss is a sum over images divided by those of the whole update: so accumulation is exact.
        """
        shards = zip(images.split(self.shard_images), labels.split(self.shard_images), strict=True)
        return summed([self._backward(*shard, update_images) for shard in shards])

    def _backward(self, images: Tensor, labels: Tensor, update_images: int) -> Sums:
        with self._number_format:
            scores = self._model(images)
        loss = cross_entropy(scores.float(), labels, reduction="sum", label_smoothing=self._label_smoothing)
        (loss / update_images).backward()
        return loss.detach(), (scores.detach().argmax(dim=1) == labels).sum()

    @torch.inference_mode()
    def log_probabilities(self, shards: Iterator[Tensor], _: int) -> list[Tensor]:
        """Predict log class probabilities (B, K) of each shard, in evaluation mode.

        The last layer is computed in float32 in any case: bfloat16 keeps three digits, and confidences would show it.
        """
        was_training = self._model.training
        self._model.eval()
        try:
            return [self._log_probabilities(images) for images in shards]
        finally:
            self._model.train(was_training)

    def _log_probabilities(self, images: Tensor) -> Tensor:
        with self._number_format:
            features = self._model[:-1](images)
        return torch.log_softmax(self._model[-1](features.float()), dim=1)
