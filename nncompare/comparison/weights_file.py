"""The weights of a trained network as a file that any PyTorch can load: safetensors, which runs nothing when opened."""

from typing import TYPE_CHECKING

import numpy as np

from nncompare.data import CATALOG

if TYPE_CHECKING:
    from nncompare.comparison.result import ModelResult


def weights_file(model: "ModelResult", dataset: str) -> bytes:
    """Make the file of one model.

    The tensors are named as in the network's ``state_dict``. The metadata says what they belong to: ``config``
    (JSON), ``channels`` (those that were used), ``dataset``, ``seed``, ``epoch``, and ``mean`` and ``std``: the network
    takes (pixel / 255 - mean) / std.

    Raises
    ------
    ValueError
        When the model has no weights.
    """
    from safetensors.numpy import save

    if model.weights is None or model.plan is None:
        raise ValueError(f"Model {model.name} has no weights to save. {model.message}".strip())
    info = CATALOG[dataset]
    metadata = {
        "format": "pt",
        "config": model.config.model_dump_json(),
        "channels": str(model.plan.channels),
        "dataset": dataset,
        "seed": str(model.seed),
        "epoch": f"{model.epoch:g}",
        "mean": repr(info.mean),
        "std": repr(info.std),
    }
    return save({name: np.ascontiguousarray(values) for name, values in model.weights.items()}, metadata)
