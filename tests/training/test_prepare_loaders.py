import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import Dataset, IterableDataset, TensorDataset

from nncompare import prepare_loaders
from nncompare.training.torchvision_import import import_torchvision

USAGE_EXAMPLE = """
train_dataset = ...  # Load your training dataset
test_dataset = ...   # Load your testing dataset
user_input_batch_size = 300  # Desired batch size

# Prepare loaders with optimal settings
max_possible_batch, accumulation_steps = prepare_loaders(train_dataset, test_dataset, user_input_batch_size)

print(f"Optimal Batch Size: {max_possible_batch}")
print(f"Accumulation Steps: {accumulation_steps}")
"""

torchvision = import_torchvision()
to_tensor = torchvision.transforms.ToTensor()


class ListOf(Dataset):
    """The least that a map-style data set can be."""

    def __init__(self, samples: list[Any]) -> None:
        self.samples = samples

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> Any:
        return self.samples[index]


def pixels(count: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, *shape), dtype=np.uint8)


def mnist(folder: Path, transform: Any = None) -> tuple[Dataset, Dataset]:
    """Write 40 + 20 images as MNIST, and open them with torchvision's own class."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for prefix, count in (("train", 40), ("t10k", 20)):
        labels = (np.arange(count) % 10).astype(np.uint8)
        images = pixels(count, 28, 28)
        header = struct.pack(">IIII", 2051, count, 28, 28)
        (raw / f"{prefix}-images-idx3-ubyte").write_bytes(header + images.tobytes())
        (raw / f"{prefix}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 2049, count) + labels.tobytes())
    train, test = (torchvision.datasets.MNIST(folder, train=train, transform=transform) for train in (True, False))
    return train, test


def leave_memory(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Let so many bytes be left of a limit, beside what this process takes."""
    monkeypatch.setattr("nncompare.machine.memory.sharing_bytes", lambda: 0)
    monkeypatch.setenv("MEM_LIMIT", str(size))


def tensors(count: int = 40, *shape: int) -> TensorDataset:
    return TensorDataset(torch.zeros(count, *(shape or (1, 28, 28))), torch.arange(count) % 10)


@pytest.mark.parametrize("transform", [None, to_tensor], ids=["without a transform", "with a transform"])
def test_the_usage_example_of_the_brief_word_for_word(
    transform: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train_dataset, test_dataset = mnist(tmp_path, transform)
    # The two lines with dots are for the reader to fill in; all others run as they stand.
    lines = [line for line in USAGE_EXAMPLE.splitlines() if "= ..." not in line]
    names = {"prepare_loaders": prepare_loaders, "train_dataset": train_dataset, "test_dataset": test_dataset}
    exec("\n".join(lines), names)
    # 20 test images hold a batch of 16 at most, and 300 of them are 19 batches.
    assert capsys.readouterr().out == "Optimal Batch Size: 16\nAccumulation Steps: 19\n"


def test_without_a_transform_the_images_become_what_to_tensor_makes_of_them(tmp_path: Path) -> None:
    plain = prepare_loaders(*mnist(tmp_path), 8).test_loader
    converted = prepare_loaders(*mnist(tmp_path, to_tensor), 8).test_loader
    for (one, labels), (other, expected_labels) in zip(plain, converted, strict=True):
        assert torch.equal(one, other)
        assert torch.equal(labels, expected_labels)
    images, _ = next(iter(plain))
    assert torch.equal(images, torch.from_numpy(pixels(20, 28, 28)[:8]).unsqueeze(1) / 255)


@pytest.mark.parametrize("transform", [None, to_tensor], ids=["without a transform", "with a transform"])
def test_colour_images_of_torchvision(transform: Any) -> None:
    data = torchvision.datasets.FakeData(size=12, image_size=(3, 8, 10), transform=transform)
    prepared = prepare_loaders(data, data, 4)
    images, labels = next(iter(prepared.train_loader))
    assert images.shape == (4, 3, 8, 10)
    assert images.dtype is torch.float32
    assert labels.shape == (4,)


@pytest.mark.parametrize(
    ("image", "shape"),
    [
        (torch.rand(1, 28, 28), (1, 28, 28)),
        (torch.rand(3, 28, 28), (3, 28, 28)),
        (pixels(1, 28, 28)[0], (28, 28)),
        (pixels(1, 3, 28, 28)[0], (3, 28, 28)),
        (Image.fromarray(pixels(1, 28, 28)[0]), (1, 28, 28)),
        (Image.fromarray(pixels(1, 28, 28, 3)[0]), (3, 28, 28)),
    ],
    ids=["grey tensor", "colour tensor", "grey array", "colour array", "grey PIL image", "colour PIL image"],
)
def test_images_of_every_kind(image: Any, shape: tuple[int, ...]) -> None:
    data = ListOf([(image, k) for k in range(10)])
    batches = list(prepare_loaders(data, data, 4).test_loader)
    assert [tuple(images.shape) for images, _ in batches] == [(4, *shape), (4, *shape), (2, *shape)]
    assert torch.cat([labels for _, labels in batches]).tolist() == list(range(10))


def test_the_memory_of_colour_images_counts_all_their_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    # 70% of this holds 100 grey images of 28 x 28 float32 values, and 33 in colour.
    leave_memory(monkeypatch, 28 * 28 * 4 * 100 * 10 // 7 + 1)
    assert prepare_loaders(tensors(200), tensors(200), 300) == (64, 5)
    assert prepare_loaders(tensors(200, 3, 28, 28), tensors(200, 3, 28, 28), 300) == (32, 10)
    coloured = ListOf([(Image.fromarray(pixels(1, 28, 28, 3)[0]), 0)] * 200)
    assert prepare_loaders(coloured, coloured, 300) == (32, 10)


def test_wide_numbers_take_more_memory_and_bytes_become_floats(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_memory(monkeypatch, 28 * 28 * 4 * 100 * 10 // 7 + 1)
    for image, answer in ((torch.rand(1, 28, 28, dtype=torch.float64), (32, 10)), (pixels(1, 28, 28)[0], (64, 5))):
        data = ListOf([(image, 0)] * 200)
        assert prepare_loaders(data, data, 300) == answer


def test_the_answer_unpacks_into_exactly_two_and_carries_the_rest() -> None:
    prepared = prepare_loaders(tensors(100), tensors(70), 100)
    assert list(prepared) == [64, 2]
    assert (prepared.requested, prepared.effective_batch_size) == (100, 100), "there are no more"
    assert prepare_loaders(tensors(200), tensors(70), 100).effective_batch_size == 128
    assert prepared.train_loader.batch_size == prepared.test_loader.batch_size == 64


def test_the_training_images_come_in_another_order_each_epoch_and_the_test_images_do_not() -> None:
    data = TensorDataset(torch.zeros(40, 1, 4, 4), torch.arange(40))
    prepared = prepare_loaders(data, data, 8)

    def order(loader: Any) -> list[int]:
        return torch.cat([labels for _, labels in loader]).tolist()

    first, second = order(prepared.train_loader), order(prepared.train_loader)
    assert sorted(first) == sorted(second) == list(range(40))
    assert len({tuple(first), tuple(second), tuple(range(40))}) == 3
    assert order(prepared.test_loader) == order(prepared.test_loader) == list(range(40))


def test_a_batch_size_above_the_training_set_gives_one_smaller_batch() -> None:
    prepared = prepare_loaders(tensors(6), tensors(40), 32)
    assert [len(labels) for _, labels in prepared.train_loader] == [6]


@pytest.mark.parametrize(
    ("training", "test", "sentence"),
    [
        (tensors(0), tensors(), "The training data set is empty."),
        (tensors(), tensors(0), "The test data set is empty."),
        (tensors(), tensors(3), "at least 4 images are needed, but the test set has 3"),
    ],
)
def test_too_few_images_are_told(training: Dataset, test: Dataset, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        prepare_loaders(training, test, 64)


class Stream(IterableDataset):
    def __init__(self, samples: list[Any]) -> None:
        self.samples = samples

    def __iter__(self) -> Iterator[Any]:
        yield from self.samples


class StreamWithLength(Stream):
    def __len__(self) -> int:
        return len(self.samples)


class StreamThatDoesNotKnow(Stream):
    def __len__(self) -> int:
        raise NotImplementedError


@pytest.mark.parametrize("training", [Stream([]), StreamThatDoesNotKnow([]), iter([])])
def test_a_data_set_without_a_length_is_told(training: Any) -> None:
    with pytest.raises(ValueError, match="The training data set has no length; a map-style data set is needed"):
        prepare_loaders(training, tensors(), 64)


def test_a_stream_that_has_a_length_keeps_its_own_order() -> None:
    data = StreamWithLength([(torch.full((1, 4, 4), k), k) for k in range(20)])
    prepared = prepare_loaders(data, data, 8)
    assert prepared == (8, 1)
    for loader in (prepared.train_loader, prepared.test_loader):
        for _ in range(2):
            batches = list(loader)
            assert [len(labels) for _, labels in batches] == [8, 8, 4]
            assert torch.cat([labels for _, labels in batches]).tolist() == list(range(20))
            assert torch.cat([images for images, _ in batches])[:, 0, 0, 0].tolist() == list(range(20))


def test_a_stream_that_says_more_than_it_has_is_empty() -> None:
    class Empty(Stream):
        def __len__(self) -> int:
            return 8

    with pytest.raises(ValueError, match="A sample of the training data set must be"):
        prepare_loaders(Empty([]), tensors(), 64)


@pytest.mark.parametrize(
    "image",
    [Image.fromarray(pixels(1, 28, 28)[0]), pixels(1, 28, 28)[0], torch.rand(1, 28, 28)],
    ids=["picture", "array", "tensor"],
)
@pytest.mark.parametrize("names", [("image", "label"), ("label", "img"), ("pixel_values", "labels")])
@pytest.mark.parametrize("kind", [ListOf, StreamWithLength])
def test_dictionaries_give_dictionaries(kind: Any, names: tuple[str, str], image: Any) -> None:
    """As Hugging Face has them, under names of which only the content says what they are."""
    key = next(name for name in names if not name.startswith("label"))
    label = next(name for name in names if name.startswith("label"))
    data = kind([{name: image if name == key else k for name in names} for k in range(10)])
    prepared = prepare_loaders(data, data, 4)
    assert prepared == (4, 1)
    batches = list(prepared.test_loader)
    assert [set(batch) for batch in batches] == [set(names)] * 3
    assert torch.cat([batch[label] for batch in batches]).tolist() == list(range(10))
    expected = to_tensor(image) if isinstance(image, Image.Image) else torch.as_tensor(image)
    assert all(torch.equal(one, expected) for batch in batches for one in batch[key])
    labels = torch.cat([batch[label] for batch in prepared.train_loader])
    assert sorted(labels.tolist()) == list(range(10))


def test_the_memory_of_images_in_dictionaries_counts_all_their_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_memory(monkeypatch, 28 * 28 * 4 * 100 * 10 // 7 + 1)
    coloured = ListOf([{"label": 0, "image": Image.fromarray(pixels(1, 28, 28, 3)[0])}] * 200)
    assert prepare_loaders(coloured, coloured, 300) == (32, 10)


@pytest.mark.parametrize(
    ("sample", "found"),
    [
        ({"text": "a", "label": 3}, "'text', 'label'"),
        ({"image": {"bytes": b"", "path": None}}, "'image'"),
        ({}, "an empty one"),
        (torch.rand(1, 28, 28), "Tensor"),
        (Image.fromarray(pixels(1, 28, 28)[0]), "Image"),
        (None, "NoneType"),
    ],
)
@pytest.mark.parametrize("kind", ["training", "test"])
def test_samples_without_an_image_are_told(kind: str, sample: Any, found: str) -> None:
    wrong = ListOf([sample] * 8)
    train, test = (wrong, tensors()) if kind == "training" else (tensors(), wrong)
    with pytest.raises(
        ValueError, match=rf"A sample of the {kind} data set must be \(image, label\), .* got {found}\.$"
    ):
        prepare_loaders(train, test, 4)


def test_all_parts_of_a_data_set_at_once_are_told() -> None:
    parts = {"train": tensors(), "test": tensors()}
    with pytest.raises(
        ValueError, match="The training data set is a dictionary; give one of its parts: 'train', 'test'"
    ):
        prepare_loaders(parts, parts["test"], 64)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [0, -3, 2.5, "300", None, True])
def test_a_wrong_batch_size_is_told(wrong: Any) -> None:
    with pytest.raises(ValueError, match="must be a whole number of at least 1; got"):
        prepare_loaders(tensors(), tensors(), wrong)


@pytest.mark.real_data
def test_the_real_mnist_without_a_transform(real_data: Path) -> None:
    training, test = (torchvision.datasets.MNIST(real_data, train=train) for train in (True, False))
    prepared = prepare_loaders(training, test, 300)
    assert prepared == (512, 1)
    images, labels = next(iter(prepared.test_loader))
    assert images.shape == (512, 1, 28, 28)
    assert labels[:5].tolist() == [7, 2, 1, 0, 4]
