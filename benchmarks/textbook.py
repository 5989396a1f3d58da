"""What nncompare is measured against: the loop that every PyTorch tutorial shows, on torch's default threads."""

from typing import Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Subset

from nncompare.config import RunConfig
from nncompare.data import ImageData, dataset_state
from nncompare.training.torchvision_import import import_torchvision

THREADS = torch.get_num_threads()


def datasets(images: ImageData, train_images: int | None = None, test_images: int | None = None) -> tuple[Any, Any]:
    """Return torchvision's data sets, training and test, with ToTensor and Normalize for each image.

    `train_images` and `test_images` limit each to its first images; None means all.
    """
    torchvision = import_torchvision()
    transforms = torchvision.transforms
    transform = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize((images.info.mean,), (images.info.std,))]
    )
    folder = dataset_state(images.info.name).folder
    assert folder is not None

    class Images(torchvision.datasets.MNIST):  # type: ignore[name-defined]
        raw_folder = str(folder)

    def first(count: int | None, *, train: bool) -> Any:
        whole = Images(str(folder.parent), train=train, transform=transform)
        return whole if count is None else Subset(whole, range(min(count, len(whole))))

    return first(train_images, train=True), first(test_images, train=False)


def build(config: RunConfig) -> tuple[nn.Module, torch.optim.Optimizer]:
    """Return the network that nncompare trains, written as a tutorial would, and its optimiser."""
    layers: list[nn.Module] = []
    before = 1
    for width in (config.channels, 2 * config.channels, 4 * config.channels):
        layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        before = width
    model = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(config.dropout), nn.Linear(before * 9, 10))
    if config.optimizer == "adam":
        return model, torch.optim.Adam(model.parameters(), lr=config.learning_rate)
    return model, torch.optim.SGD(model.parameters(), lr=config.learning_rate, momentum=config.momentum)


def learn(config: RunConfig, training: Any, model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Train for one epoch."""
    torch.set_num_threads(THREADS)
    model.train()
    for batch, labels in DataLoader(training, batch_size=config.batch_size, shuffle=True):
        optimizer.zero_grad()
        loss = cross_entropy(model(batch), labels)
        loss.backward()
        optimizer.step()
        loss.item()


@torch.no_grad()
def evaluate(config: RunConfig, test: Any, model: nn.Module) -> float:
    """Return the accuracy on the test set."""
    model.eval()
    loader = DataLoader(test, batch_size=config.batch_size)
    return sum((model(batch).argmax(dim=1) == labels).sum().item() for batch, labels in loader) / len(test)
