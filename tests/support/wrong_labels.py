"""Labels of which some are wrong, and what networks make of the images."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class WrongLabels(NamedTuple):
    """Labels (N,), where they are wrong, and the probabilities (N, K) of each network."""

    labels: NDArray[np.intp]
    wrong: NDArray[np.intp]
    probabilities: list[NDArray[np.floating]]


def wrong_labels(
    seed: int, images: int = 400, classes: int = 10, networks: int = 2, share: float = 0.03, sharpness: float = 6.0
) -> WrongLabels:
    """Make up images, a share of them with a wrong label, and networks that know most of the true classes."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, classes, images)
    wrong = np.flatnonzero(random.random(images) < share)
    labels = truth.copy()
    labels[wrong] = (truth[wrong] + random.integers(1, classes, len(wrong))) % classes
    hard = random.normal(size=(images, classes))  # all networks find the same images hard
    scores = [sharpness * np.eye(classes)[truth] + hard + random.normal(size=hard.shape) for _ in range(networks)]
    return WrongLabels(labels, wrong, [softmax(one) for one in scores])


def contradict(labels: NDArray[np.integer], margins: dict[int, float], classes: int = 10) -> NDArray[np.float32]:
    """Make probabilities that are right and 0.7 sure, but for images whose next class leads the label so far."""
    shares = np.full((len(labels), classes), 0.3 / (classes - 1))
    shares[np.arange(len(labels)), labels] = 0.7
    for image, margin in margins.items():
        label = labels[image]
        shares[image] = 0
        shares[image, [label, (label + 1) % classes]] = (1 - margin) / 2, (1 + margin) / 2
    return shares.astype(np.float32)


def softmax(scores: NDArray[np.floating]) -> NDArray[np.floating]:
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))
