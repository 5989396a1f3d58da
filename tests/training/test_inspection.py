"""What is told of trained networks, against torch's own modules, finite differences and other libraries."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from captum.attr import InputXGradient
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from tiny_runs import model_of, plan_of
from torch import Tensor, nn

from nncompare import architectures
from nncompare.architectures import Architecture
from nncompare.architectures.three_blocks import ThreeBlocks
from nncompare.catalog import dataset_info
from nncompare.config import RunConfig
from nncompare.data import load
from nncompare.disturbances import Disturbance
from nncompare.inspection import MOST_SEEN, Answer, Inquiry, Inside, NetworkState, Refusal
from nncompare.messages import Setup, VisibleImages
from nncompare.training.disturbances import disturbed
from nncompare.training.inspection import answer, inspect
from nncompare.training.trained_networks import trained_model

CPU = torch.device("cpu")
INFO = dataset_info("mnist")
PICTURES = np.random.default_rng(3).integers(0, 256, (40, 28, 28), dtype=np.uint8)


def state_of(model: nn.Module, name: str = "A", channels: int = 3, epoch: float = 1.5) -> NetworkState:
    setup = Setup(RunConfig(channels=channels), plan_of(16, channels=channels), "cpu", "bfloat16")
    return NetworkState(name, setup, {key: value.numpy() for key, value in model.state_dict().items()}, epoch)


def network(seed: int = 1, channels: int = 3) -> nn.Sequential:
    """Return a network with larger weights than those it begins with, which make all classes nearly alike."""
    model = model_of(channels, seed=seed).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2)
    return model


def inquiry(model: nn.Module, images: Any = PICTURES, channels: int = 3, **asked: Any) -> Inquiry:
    return Inquiry((state_of(model, channels=channels),), "mnist", images, **asked)


def as_input(images: NDArray[np.uint8]) -> Tensor:
    return ((torch.from_numpy(images.astype(np.float32)) / 255 - INFO.mean) / INFO.std).unsqueeze(1)


def probabilities(model: nn.Module, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    with torch.no_grad():
        found: NDArray[np.float32] = model(as_input(images)).softmax(dim=1).numpy()
    return found


def looked_inside(model: nn.Module, image: NDArray[np.uint8] = PICTURES[0], target: int | None = None) -> Inside:
    (found,) = inspect(inquiry(model, image[None], look="inside", target=target), CPU).networks
    assert found.inside is not None
    return found.inside


def test_each_network_answers_under_its_name_with_its_own_probabilities() -> None:
    a, b = network(1), network(2, channels=5)
    states = (state_of(a), state_of(b, "B", 5, epoch=2.0))
    told = inspect(Inquiry(states, "mnist", PICTURES), CPU, threads=2)
    assert [(one.name, one.epoch) for one in told.networks] == [("A", 1.5), ("B", 2.0)]
    for model, name in ((a, "A"), (b, "B")):
        found = told.of(name)
        assert found is not None
        np.testing.assert_allclose(found.probabilities, probabilities(model, PICTURES), atol=1e-6)
        assert found.inside is found.map is None
    assert np.array_equal(told.images, PICTURES)


def test_the_images_are_disturbed_before() -> None:
    model, how = network(), Disturbance("rotate", 20)
    told = inspect(inquiry(model, disturbance=how), CPU)
    assert np.array_equal(told.images, disturbed(PICTURES, how))
    np.testing.assert_allclose(told.networks[0].probabilities, probabilities(model, told.images), atol=1e-6)


def test_images_of_the_data_set_are_named_by_their_positions(synthetic_digits: Path) -> None:
    states = (state_of(network()),)
    for split in ("test", "train"):
        told = inspect(Inquiry(states, "synthetic-digits", VisibleImages(split, (7, 3, 7))), CPU)
        assert np.array_equal(told.images, load("synthetic-digits").images(split)[[7, 3, 7]])


def test_maps_are_what_the_modules_hand_on_and_filters_what_the_first_one_has() -> None:
    model, seen = network(), []
    for module in model:
        if isinstance(module, nn.ReLU):
            module.register_forward_hook(lambda *called: seen.append(called[-1]))
    inside = looked_inside(network())
    probabilities(model, PICTURES[:1])
    assert [maps.shape for maps in inside.maps] == [(3, 14, 14), (6, 7, 7), (12, 3, 3)]
    for mine, theirs in zip(inside.maps, seen, strict=True):
        np.testing.assert_allclose(mine, theirs[0].numpy(), atol=1e-4)
    np.testing.assert_array_equal(inside.filters, model.state_dict()["0.weight"][:, 0].numpy())


def test_of_many_images_only_the_first_are_sent_back(synthetic_digits: Path) -> None:
    states, many = (state_of(network()),), VisibleImages("test", tuple(range(MOST_SEEN + 20)))
    told = inspect(Inquiry(states, "synthetic-digits", many, disturbance=Disturbance("blur", 1)), CPU)
    assert len(told.networks[0].probabilities) == MOST_SEEN + 20
    seen = load("synthetic-digits").images("test")[: MOST_SEEN + 20]
    assert np.array_equal(told.images, disturbed(seen, Disturbance("blur", 1))[:MOST_SEEN])


@pytest.mark.parametrize("target", [None, 4])
def test_the_gradient_is_that_of_finite_differences(target: int | None) -> None:
    inside, exact = looked_inside(network(), target=target), network().double()
    wanted = int(probabilities(network(), PICTURES[:1]).argmax()) if target is None else target
    assert inside.target == wanted
    image, step = as_input(PICTURES[:1]).double(), 1e-6
    moved = step * torch.eye(784, dtype=torch.float64).view(784, 1, 28, 28)
    with torch.no_grad():
        slope = (exact(image + moved) - exact(image - moved))[:, wanted] / (2 * step)
    np.testing.assert_allclose(inside.gradient, slope.view(28, 28) * image[0, 0], atol=1e-4)
    assert np.abs(inside.gradient).max() > 1e-2


@pytest.mark.parametrize("target", [2, 9])
def test_the_gradient_times_input_is_that_of_captum(target: int) -> None:
    theirs = InputXGradient(network()).attribute(as_input(PICTURES[:1]).requires_grad_(), target=target)
    found = looked_inside(network(), target=target).gradient
    np.testing.assert_allclose(found, theirs[0, 0].detach().numpy(), atol=1e-4)


def test_occlusion_is_what_a_black_square_around_each_pixel_takes_away() -> None:
    model, wanted = network(), 6
    inside = looked_inside(model, target=wanted)
    before = probabilities(model, PICTURES[:1])[0, wanted]
    for row, column in [(0, 0), (3, 27), (14, 9), (27, 27)]:
        covered = PICTURES[:1].copy()
        covered[0, max(0, row - 3) : row + 4, max(0, column - 3) : column + 4] = 0
        fall = before - probabilities(model, covered)[0, wanted]
        assert inside.occlusion[row, column] == pytest.approx(fall, abs=1e-5)


def test_nothing_can_be_hidden_of_a_black_picture() -> None:
    inside = looked_inside(network(), np.zeros((28, 28), np.uint8))
    assert not inside.occlusion.any()
    assert np.isfinite(inside.gradient).all()


def test_a_square_on_black_takes_nothing_away() -> None:
    picture = np.zeros((28, 28), np.uint8)
    picture[10:18, 12:16] = 200
    found = looked_inside(network(), picture).occlusion
    assert found[9:19, 11:17].any()
    assert not found[:6].any()
    assert not found[:, 20:].any()


@pytest.mark.parametrize(("channels", "images"), [(1, 60), (3, 40)])
def test_the_map_is_the_pca_of_another_library(channels: int, images: int) -> None:
    """Once with more images than features, once with fewer."""
    model, pictures = network(channels=channels), np.resize(PICTURES, (images, 28, 28)) // 2
    pictures += np.arange(images, dtype=np.uint8)[:, None, None]
    (found,) = inspect(inquiry(model, pictures, channels, look="map"), CPU).networks
    with torch.no_grad():
        features = model[:-1](as_input(pictures)).numpy()
    theirs = PCA(2, svd_solver="full").fit(features.astype(float))
    assert found.map is not None
    np.testing.assert_allclose(found.map.points, theirs.transform(features.astype(float)), atol=1e-4)
    assert found.map.shares == pytest.approx(theirs.explained_variance_ratio_.tolist(), abs=1e-4)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_images_that_are_all_alike_lie_on_one_point(count: int) -> None:
    (found,) = inspect(inquiry(network(), np.repeat(PICTURES[:1], count, axis=0), look="map"), CPU).networks
    assert found.map is not None
    np.testing.assert_allclose(found.map.points, np.zeros((count, 2)), atol=1e-5)
    assert all(0 <= share <= 1 for share in found.map.shares)


def test_nothing_of_torch_is_touched_and_no_random_number_drawn() -> None:
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    model = state_of(network(seed=77))
    torch.set_rng_state(before)
    for look in ("answers", "map"):
        inspect(Inquiry((model,), "mnist", PICTURES, look, Disturbance("noise", 20)), CPU)
    inspect(Inquiry((model,), "mnist", PICTURES[:1], "inside", Disturbance("occlude", 4)), CPU)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads
    assert torch.is_grad_enabled()


def test_a_network_is_built_once_and_has_the_weights_of_the_last_question() -> None:
    first, weights = trained_model(state_of(network(5)), CPU), network(5).state_dict()
    other = state_of(network(5))
    other.weights["0.weight"] = other.weights["0.weight"] + 1
    assert trained_model(other, CPU) is first
    assert torch.equal(first.state_dict()["0.weight"], weights["0.weight"] + 1)
    assert trained_model(state_of(network(5)), CPU) is first
    assert all(torch.equal(first.state_dict()[name], tensor) for name, tensor in weights.items())
    assert not any(parameter.requires_grad for parameter in first.parameters())


def test_another_thread_has_a_network_of_its_own() -> None:
    here = trained_model(state_of(network(5)), CPU)
    with ThreadPoolExecutor(1) as thread:
        there = thread.submit(trained_model, state_of(network(6)), CPU).result()
    assert there is not here
    assert torch.equal(here.state_dict()["0.weight"], network(5).state_dict()["0.weight"])


class TwoConvolutions(Architecture):
    """Another network: no pooling in its first block, and blocks of their own."""

    name, title = "two-convolutions", "Two convolutions"
    layers = ThreeBlocks.layers

    def build(self, channels: int, dropout: float, classes: int = 10, image: Any = None) -> nn.Sequential:
        block = nn.Sequential(nn.Conv2d(1, channels, 5, stride=2), nn.Tanh())
        head = nn.Sequential(nn.Conv2d(channels, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(dropout))
        return nn.Sequential(block, head, nn.Flatten(), nn.Linear(400, classes))


def test_any_architecture_can_be_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(architectures, "of", lambda config: TwoConvolutions())
    model = TwoConvolutions().build(3, 0.5).eval()
    inside = looked_inside(model)
    assert [maps.shape for maps in inside.maps] == [(3, 12, 12), (4, 10, 10)]
    assert inside.filters.shape == (3, 5, 5)
    (found,) = inspect(inquiry(model, look="map"), CPU).networks
    np.testing.assert_allclose(found.probabilities, probabilities(model, PICTURES), atol=1e-6)


@pytest.mark.parametrize(
    ("images", "asked", "says"),
    [
        (PICTURES[0], {}, "N x 28 x 28; got 28 x 28 as uint8."),
        (PICTURES[:, :27], {}, "got 40 x 27 x 28 as uint8."),
        (PICTURES / 255, {}, "got 40 x 28 x 28 as float64."),
        (PICTURES.tolist(), {}, "N x 28 x 28; got list."),
        (PICTURES[:0], {}, "There is no image to look at."),
        (PICTURES, {"target": 10}, "There is no class 10; there are 0 to 9."),
        (PICTURES, {"target": -1}, "There is no class -1"),
        (PICTURES, {"look": "inside"}, "one image at a time, not of 40."),
        (VisibleImages("test", ()), {}, "There is no image to look at."),
        (VisibleImages("test", (3, 10_000)), {}, "There is no image 10,000 among the 10,000 of this split."),
        (VisibleImages("test", (-1,)), {}, "There is no image -1"),
        (VisibleImages("valid", (1,)), {}, "There is no split named 'valid'"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_asked_is_told_in_a_sentence(images: Any, asked: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        inquiry(network(), images, **asked).check()


def test_without_weights_there_is_nobody_to_ask() -> None:
    with pytest.raises(ValueError, match="There is no network to ask: none has weights"):
        Inquiry((), "mnist", PICTURES).check()


def test_a_worker_refuses_in_a_sentence_and_raises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = inquiry(network(channels=4))  # weights of another width than the plan says
    told = answer(wrong, "cpu", 1)
    assert isinstance(told, Refusal)
    assert told.message.startswith("The networks could not be looked into (RuntimeError: Error(s) in loading")

    def short_of_memory(*_: object) -> Answer:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr("nncompare.training.inspection.inspect", short_of_memory)
    assert answer(wrong, "cpu", 1) == Refusal(
        "There is not enough memory to look into the networks with so many images. Ask again with fewer."
    )
