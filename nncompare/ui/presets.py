"""Comparisons that are worth a lesson, each with a question to answer before training."""

from dataclasses import dataclass

from nncompare.config import RunConfig


@dataclass(frozen=True)
class Preset:
    """A pair of settings, and the question that it answers."""

    name: str
    question: str
    a: RunConfig
    b: RunConfig
    train_images: int | None = None


PRESETS = (
    Preset(
        "Wider or not",
        "B has four times as many channels as A. How many points of accuracy will that bring, "
        "and how many times longer will an epoch take?",
        RunConfig(channels=8),
        RunConfig(channels=32),
    ),
    Preset(
        "Batch 16 or 1,024",
        "B sees 64 times as many images before each update of its weights. Which curve falls faster from epoch to "
        "epoch, and which model is done first?",
        RunConfig(channels=8, batch_size=16),
        RunConfig(channels=8, batch_size=1024),
    ),
    Preset(
        "Dropout or none",
        "Both models see only 2,000 images, ten times. Which one will know its training images better than the test "
        "images, and by how much?",
        RunConfig(dropout=0.0, epochs=10),
        RunConfig(dropout=0.5, epochs=10),
        train_images=2_000,
    ),
    Preset(
        "99% in one epoch",
        "Both see every training image once. A uses the plain settings, B a cycle of the learning rate, and smoothed "
        "labels. Which of them, if any, gets 99% of the test images right? With MNIST, one does.",
        RunConfig(channels=12, epochs=1),
        RunConfig(
            channels=12,
            dropout=0.0,
            learning_rate=0.01,
            epochs=1,
            schedule="one-cycle",
            label_smoothing=0.05,
        ),
    ),
)
