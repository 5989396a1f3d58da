import pytest
import torch
from torch import nn

from nncompare.architectures import DEFAULT, Layer, layers, parameter_count
from nncompare.training.backends import build_model


@pytest.mark.parametrize("channels", [1, 3, 16, 64])
def test_the_layer_table_is_what_torch_builds(channels: int) -> None:
    model = build_model(DEFAULT, channels, 0.5, seed=0)
    convolutions = [layer for layer in model if isinstance(layer, nn.Conv2d)]
    pools = [at for at, layer in enumerate(model) if isinstance(layer, nn.MaxPool2d)]
    linear = model[-1]
    assert isinstance(linear, nn.Linear)
    shapes = [tuple(model[: at + 1](torch.zeros(2, 1, 28, 28)).shape[1:]) for at in pools]
    table = layers(channels)
    assert [layer.shape for layer in table[1:4]] == shapes
    assert [layer.parameters for layer in table[1:4]] == [count(convolution) for convolution in convolutions]
    assert table[4] == Layer("Dropout", (linear.in_features,), 0)
    assert table[5] == Layer("Linear", (linear.out_features,), count(linear))
    assert parameter_count(channels) == count(model)


def test_the_shapes_are_halved_and_the_channels_doubled() -> None:
    assert [layer.shape for layer in layers(5)] == [(1, 28, 28), (5, 14, 14), (10, 7, 7), (20, 3, 3), (180,), (10,)]


@pytest.mark.parametrize(("channels", "parameters"), [(1, 476), (8, 8_778), (16, 29_066)])
def test_the_parameters_of_known_widths(channels: int, parameters: int) -> None:
    assert parameter_count(channels) == parameters


def test_another_number_of_classes_changes_the_last_layer_alone() -> None:
    assert layers(4, classes=3)[:-1] == layers(4)[:-1]
    assert layers(4, classes=3)[-1] == Layer("Linear", (3,), 4 * 4 * 9 * 3 + 3)


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())
