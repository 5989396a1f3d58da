"""The weights of a trained network as a file that any PyTorch can load: safetensors, which runs nothing when opened."""

from collections.abc import Mapping

import numpy as np

from nncompare.messages import Weights


def weights_file(weights: Weights, metadata: Mapping[str, str]) -> bytes:
    """Return the content of a safetensors file whose tensors are named as in the network's ``state_dict``."""
    from safetensors.numpy import save

    arrays = {name: np.ascontiguousarray(values) for name, values in weights.items()}
    return save(arrays, {"format": "pt", **metadata})
