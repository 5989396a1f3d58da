import numpy as np
import pytest
import torch
from tiny_runs import model_of, same_weights

from nncompare.training.tensors import normalise


def test_the_network_computes_what_the_brief_says() -> None:
    """Convolution, ReLU, pooling, three times, then a linear layer: written again in numpy."""
    model = model_of(3).eval()
    weights = [parameter.detach().double().numpy() for parameter in model.parameters()]
    images = np.random.default_rng(1).normal(size=(2, 1, 28, 28))
    with torch.inference_mode():
        scores = model(torch.tensor(images, dtype=torch.float32)).numpy()
    expected = np.stack([forward(image, weights) for image in images])
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-5)


def forward(maps: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    for kernels, bias in zip(weights[0:6:2], weights[1:6:2], strict=True):
        padded = np.pad(maps, ((0, 0), (1, 1), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        convolved = np.einsum("chwij,kcij->khw", windows, kernels) + bias[:, None, None]
        maps = pooled(np.maximum(convolved, 0))
    return weights[6] @ maps.reshape(-1) + weights[7]


def pooled(maps: np.ndarray) -> np.ndarray:
    channels, side = maps.shape[0], maps.shape[1] // 2
    return maps[:, : 2 * side, : 2 * side].reshape(channels, side, 2, side, 2).max(axis=(2, 4))


def test_the_weights_depend_on_seed_and_width_alone() -> None:
    torch.manual_seed(123)
    one = model_of(2, 0.0, seed=5)
    torch.rand(7)
    assert same_weights(one, model_of(2, 0.9, seed=5))
    assert not same_weights(one, model_of(2, 0.0, seed=6))


def test_dropout_switches_features_off_while_learning_alone() -> None:
    model = model_of(4, 0.5)
    dropout = next(layer for layer in model if isinstance(layer, torch.nn.Dropout))
    ones = torch.ones(200, 100)
    share = float((dropout(ones) == 0).float().mean())
    assert share == pytest.approx(0.5, abs=0.02)
    model.eval()
    assert torch.equal(dropout(ones), ones)


def test_normalising_takes_mean_and_deviation_of_grey_values() -> None:
    grey = torch.tensor([[[[0, 51], [102, 255]]]], dtype=torch.uint8)
    expected = (np.array([[0, 0.2], [0.4, 1.0]]) - 0.2) / 0.5
    np.testing.assert_allclose(normalise(grey, 0.2, 0.5)[0, 0].numpy(), expected, atol=1e-6)
    assert grey.dtype is torch.uint8
