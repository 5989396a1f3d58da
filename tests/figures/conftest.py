from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nncompare.events import TestPoint, TrainPoint
from nncompare.history import History

MakeHistory = Callable[..., History]


@pytest.fixture
def make_history() -> MakeHistory:
    """Histories of a made-up run: 40 training points and 5 test points an epoch, falling towards `floor`."""

    def make(epochs: float, floor: float = 0.05, seed: int = 0) -> History:
        random = np.random.default_rng(seed)
        history = History()
        for index in range(1, round(40 * epochs) + 1):
            epoch = index / 40
            loss = float((floor + 2.2 * np.exp(-4 * epoch)) * (1 + 0.1 * random.random()))
            counts: dict[str, Any] = {"epoch": epoch, "images": 1500 * index, "steps": index, "seconds": epoch}
            history.add(TrainPoint(**counts, loss=loss, accuracy=max(0.1, 1 - loss / 3)))
            if index % 8 == 0:
                history.add(TestPoint(**counts, loss=0.8 * loss, accuracy=max(0.1, 1 - loss / 4), sample_size=1000))
        return history

    return make
