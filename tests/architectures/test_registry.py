"""What every architecture of the registry promises: its numbers are those of the network that it builds."""

import pytest
import torch
from torch import nn

from nncompare import architectures
from nncompare.architectures import ARCHITECTURES, DEFAULT, Architecture
from nncompare.config import RunConfig
from nncompare.memory.footprint import training_footprint
from nncompare.training.backends import build_model

every_architecture = pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=ARCHITECTURES.keys())


@every_architecture
@pytest.mark.parametrize(("image", "classes"), [((1, 28, 28), 10), ((3, 32, 36), 7)])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_table_is_what_torch_builds(
    architecture: Architecture, channels: int, classes: int, image: tuple[int, int, int]
) -> None:
    model, table = architecture.build(channels, 0.5, classes, image), architecture.layers(channels, classes, image)
    assert sum(layer.parameters for layer in table) == sum(parameter.numel() for parameter in model.parameters())
    assert (table[0].shape, table[-1].shape) == (image, (classes,))
    assert isinstance(model[-1], nn.Linear)
    seen = iter(outputs(model, image))
    assert all(layer.shape in seen for layer in table), "in this order"


@every_architecture
def test_the_activations_are_some_of_what_torch_computes(architecture: Architecture) -> None:
    computed = sum(torch.Size(shape).numel() for shape in outputs(architecture.build(4, 0.5), (1, 28, 28)))
    assert 0 < sum(layer.activations for layer in architecture.layers(4)) < computed


@every_architecture
def test_more_channels_take_more_memory(architecture: Architecture) -> None:
    """As the search for the widest network that fits relies on."""
    bytes_of = [training_footprint(channels, "adam", architecture=architecture).total(4) for channels in range(1, 257)]
    assert bytes_of == sorted(set(bytes_of))


@every_architecture
def test_the_weights_depend_on_the_seed(architecture: Architecture) -> None:
    one, same, other = (last_weight(architecture, seed) for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_a_configuration_chooses_the_first_of_the_registry() -> None:
    assert architectures.of(RunConfig()) is DEFAULT is next(iter(ARCHITECTURES.values()))
    assert all(name == architecture.name and architecture.title for name, architecture in ARCHITECTURES.items())


def last_weight(architecture: Architecture, seed: int) -> torch.Tensor:
    layer = build_model(architecture, 2, 0.1, seed)[-1]
    assert isinstance(layer, nn.Linear)
    return layer.weight


def outputs(model: nn.Module, image: tuple[int, int, int]) -> list[tuple[int, ...]]:
    """Return the shapes that the input and the modules of a network have for one image, in their order."""
    shapes: list[tuple[int, ...]] = [image]
    for module in model.modules():
        module.register_forward_hook(lambda _, __, output: shapes.append(tuple(output.shape[1:])))
    model(torch.zeros(1, *image))
    return shapes
