"""A tiny training before the first real one, which would wait for torch to prepare itself."""

import numpy as np
import torch

from nncompare.config import RunConfig
from nncompare.memory import Plan
from nncompare.messages import Setup
from nncompare.training.channel import RunChannel
from nncompare.training.loop import train
from nncompare.training.session import Job, Session
from nncompare.training.tensors import TensorSplit


def warm_up_torch() -> None:
    """Train a network with one channel on eight black images, with either optimiser."""
    black = TensorSplit.of(np.zeros((8, 28, 28), np.uint8), np.zeros(8, np.uint8), 0.5, 0.5, torch.device("cpu"))
    plan = Plan(4, 1, 4, channels=1, training_bytes=0, memory_limit=0, why={})
    for optimizer in ("adam", "sgd"):
        config = RunConfig.model_validate({"epochs": 1, "channels": 1, "optimizer": optimizer})
        setup = Setup(config, plan, "cpu", 1, "float32")
        for _ in train(Session(Job(setup, 0), black, black, RunChannel())):
            pass
