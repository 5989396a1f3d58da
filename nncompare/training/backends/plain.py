"""A step as any book has it, with autograd, for any network; the oracle that the fast backend is tested against."""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from nncompare.config import Precision


class PlainNetwork:
    """Computes gradients with autograd; `parameters` are those of the model, whose last module is a linear layer."""

    def __init__(self, model: nn.Sequential, precision: Precision, label_smoothing: float = 0.0) -> None:
        self._model, self._precision, self._label_smoothing = model, precision, label_smoothing
        self.parameters: list[Tensor] = list(model.parameters())

    @property
    def _number_format(self) -> torch.autocast:
        # A new one for each forward pass: it keeps the converted weights until it is left.
        device = self.parameters[0].device.type
        return torch.autocast(device, dtype=torch.bfloat16, enabled=self._precision == "bfloat16")

    def backward(self, images: Tensor, labels: Tensor, update_images: int) -> tuple[Tensor, Tensor]:
        """Compute the gradient of a micro-batch; return its summed loss and its number of right answers, on the device.

        The loss is a sum over images divided by those of the whole update: so accumulation is exact.
        """
        with self._number_format:
            scores = self._model(images)
        loss = cross_entropy(scores.float(), labels, reduction="sum", label_smoothing=self._label_smoothing)
        (loss / update_images).backward()
        return loss.detach(), (scores.detach().argmax(dim=1) == labels).sum()

    @torch.inference_mode()
    def log_probabilities(self, images: Tensor) -> Tensor:
        """Predict log class probabilities (B, K) in evaluation mode.

        The last layer is computed in float32 in any case: bfloat16 keeps three digits, and confidences would show it.
        """
        was_training = self._model.training
        self._model.eval()
        try:
            with self._number_format:
                features = self._model[:-1](images)
            return torch.log_softmax(self._model[-1](features.float()), dim=1)
        finally:
            self._model.train(was_training)
