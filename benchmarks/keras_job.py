"""Networks that Keras trains on TensorFlow, written as any tutorial of Keras writes it: their side of row "keras".

Reads one JSON argument and prints one JSON answer, for `jobs.py`. It is a process of its own, since TensorFlow and
torch in one process disturb each other. The images are normalised float arrays in memory, and TensorFlow runs on its
default threads.

The seconds are those of `fit`, one network after the other: with all that it does before its first step, such as
tracing, and with the evaluation on the test images after every epoch. Importing TensorFlow, loading the images and
building the networks are not counted.
"""

import json
import sys
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncompare.config import RunConfig, SplitName
from nncompare.data import ImageData, load


def main() -> None:
    """Train each model of the argument, and tell the seconds of all and the test accuracies of each."""
    import keras  # not above: this module can be imported where there is no TensorFlow
    import tensorflow

    asked = json.loads(sys.argv[1])
    images = load(asked["dataset"])
    training = _arrays(images, "train", asked["train_images"])
    test = _arrays(images, "test", asked["test_images"])
    seconds, parameters, accuracies = 0.0, [], []
    for settings in asked["models"]:
        config = RunConfig(**settings)
        model = _build(keras, config)
        began = time.perf_counter()
        fitted = model.fit(
            *training,
            batch_size=config.batch_size,
            epochs=config.epochs,
            validation_data=test,
            verbose=0,  # the answer stands alone on the output
        )
        seconds += time.perf_counter() - began
        parameters.append(model.count_params())
        accuracies.append(fitted.history["val_accuracy"])
    answer = {"seconds": seconds, "parameters": parameters, "test accuracies": accuracies}
    print(json.dumps({**answer, "keras": keras.__version__, "tensorflow": tensorflow.__version__}))


def _arrays(images: ImageData, split: SplitName, count: int | None) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return the first images of a split, (N, H, W, 1), and their labels, (N,)."""
    shades = images.images(split)[:count, :, :, np.newaxis] / 255
    normalised = (shades - images.info.mean) / images.info.std
    return normalised.astype(np.float32), np.array(images.labels(split)[:count])


def _build(keras: Any, config: RunConfig) -> Any:
    """Return the network that nncompare trains, compiled."""
    layers = keras.layers
    model = keras.Sequential([keras.Input((28, 28, 1))])
    for width in (config.channels, 2 * config.channels, 4 * config.channels):
        model.add(layers.Conv2D(width, 3, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dropout(config.dropout))
    model.add(layers.Dense(10))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=_optimizer(keras.optimizers, config), loss=loss, metrics=["accuracy"])
    return model


def _optimizer(optimizers: Any, config: RunConfig) -> Any:
    if config.optimizer == "adam":
        return optimizers.Adam(config.learning_rate)
    return optimizers.SGD(config.learning_rate, momentum=config.momentum)


if __name__ == "__main__":
    main()
