"""What the kernel calls inside a worker process, and `nncompare doctor` in its own.

Every process has a token of its own. A task that finds another token than the one it was meant for is a second
attempt after a lost worker, and answers "lost" at once.
"""

import os
import secrets
from contextlib import suppress
from functools import cache
from typing import get_args

import numpy as np
import torch
from numpy.typing import NDArray

from nncompare import architectures
from nncompare.config import OptimizerName, RunConfig, SplitName
from nncompare.data import DataError, ImageData, fetched
from nncompare.environment import environment
from nncompare.events import EpochEnd, Event, Failed, Finished, Suspended
from nncompare.inspection import Answer, Inquiry, Refusal
from nncompare.machine import promises, usable_cores
from nncompare.memory import Plan, model_share
from nncompare.memory.budget import MODELS_OF_A_PAIR, RUN_BYTES
from nncompare.messages import BROKE_OFF, Assignment, DeviceInfo, Outcome, PredictionRequest, Setup, WorkerInfo
from nncompare.training import inspection, number_format
from nncompare.training.backends import build_model, make_network
from nncompare.training.channel import RunChannel, open_channel
from nncompare.training.device import choose_device, device_memory, device_titles, give_back_memory, is_out_of_memory
from nncompare.training.evaluate import Predictor
from nncompare.training.loop import train
from nncompare.training.session import Job, Session
from nncompare.training.shards import Crew
from nncompare.training.tensors import TensorSplit

# From the report of a worker until its run begins.
_HANDOVER_SECONDS = 30.0


@cache
def _token() -> str:
    """Make it when it is first asked for: made at import it would be the same in all forked workers."""
    return secrets.token_hex(8)


def worker_info(device: str, *, is_idle: bool = True) -> WorkerInfo:
    """Return what this worker process is and has; raise a DeviceError when there is no such device here.

    One that `is_idle` measures its number formats where nobody has: beside a training that would take its random
    numbers.
    """
    chosen = choose_device(device)
    with promises.alone():
        memory = device_memory(chosen)
        if is_idle and chosen.type == "cpu":
            _promise_share(memory.available_bytes)
    return WorkerInfo(
        token=_token(),
        cores=usable_cores(),
        device=str(chosen),
        devices=device_titles(),
        available_bytes=memory.available_bytes,
        physical_bytes=memory.total_bytes,
        formats=number_format.measured(chosen) if is_idle else number_format.known(chosen),
        promised_bytes=memory.promised_bytes,
    )


def describe_devices() -> list[DeviceInfo]:
    """Describe the devices that can be chosen here, in a process that does not train."""
    return [
        DeviceInfo(name, title, device_memory(torch.device(name)), number_format.measured(torch.device(name)))
        for name, title in device_titles().items()
    ]


def warm_up(dataset: str | None) -> None:
    """Measure the number formats, train a tiny network with each optimiser, map the data: the first step waits less."""
    number_format.measured(choose_device("auto"))
    black = TensorSplit.of(np.zeros((8, 28, 28), np.uint8), np.zeros(8, np.uint8), 0.5, 0.5, torch.device("cpu"))
    plan = Plan(4, 1, 4, channels=1)
    for optimizer in get_args(OptimizerName):
        config = RunConfig(epochs=1, channels=1, optimizer=optimizer)
        list(train(Session(Job(Setup(config, plan, "cpu", "float32"), 0), black, black, RunChannel())))
    if dataset is not None:
        with suppress(DataError):  # the run itself will say so, with advice
            fetched(dataset)


def run_training(assignment: Assignment) -> Outcome:
    """Train one model from start to end; `channel.exchange` reports what happens meanwhile."""
    is_meant = assignment.token == _token()
    channel = open_channel(assignment.run, assignment.silence_seconds) if is_meant else None
    if channel is None:
        return Outcome("lost")
    try:
        _promise(assignment.setup)
        return _train(assignment, channel)
    except DataError as error:
        return Outcome("failed", str(error))
    except Exception as error:  # an exception of torch's own would bring torch into the kernel
        return Outcome("failed", _why_it_broke_off(error))
    finally:  # else what this run has taken would look as if it were taken when the next one is planned
        give_back_memory(torch.device(assignment.setup.device))
        promises.withdraw()


def dask_teardown(_: object) -> None:
    """End this process now that Dask closes it: else it would wait four seconds for what still trains here."""
    os._exit(0)


def predict(request: PredictionRequest) -> NDArray[np.float32]:
    """Predict class probabilities (N, K) with given weights."""
    setup, (plan, precision) = request.setup, request.setup.resolved
    device, architecture = torch.device(setup.device), architectures.of(setup.config)
    promises.withdraw()  # that was for a run
    model = build_model(architecture, plan.channels, setup.config.dropout, seed=0)
    model.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in request.weights.items()})
    split = _split(fetched(request.dataset), request.split, None, device)
    part = split if request.indices is None else split.take(torch.tensor(request.indices, dtype=torch.long))
    with Crew(plan.threads) as crew:
        predictor = Predictor(make_network(architecture, model.to(device), precision, crew=crew), plan.batch_size)
        probabilities: NDArray[np.float32] = predictor.log_probabilities(part).exp().cpu().numpy()
    return probabilities


def inspect(inquiry: Inquiry, device: str, threads: int) -> Answer | Refusal:
    """Look into networks, on a worker that has nothing else to do."""
    promises.withdraw()  # that was for a run
    return inspection.answer(inquiry, device, threads)


def inspect_beside(inquiry: Inquiry, device: str) -> Answer | Refusal:
    """Look into networks on one thread, beside what trains here."""
    return inspection.answer(inquiry, device, threads=1)


def _train(assignment: Assignment, channel: RunChannel) -> Outcome:
    device = torch.device(assignment.setup.device)
    images = fetched(assignment.dataset)
    training = _split(images, "train", assignment.train_images, device)
    job = Job(assignment.setup, assignment.seed, assignment.suspend_seconds)
    last: Event | None = None
    with Crew(assignment.setup.resolved[0].threads) as crew:
        session = Session(job, training, _split(images, "test", None, device), channel, assignment.start, crew)
        for event in train(session):
            channel.publish(event, session.checkpoint() if isinstance(event, EpochEnd) else None)
            last = event
    checkpoint = session.checkpoint()
    kept = checkpoint.weights, checkpoint, checkpoint.position.seconds
    match last:
        case Finished(stopped=stopped):
            return Outcome("stopped" if stopped else "finished", "", *kept)
        case Suspended():
            return Outcome("suspended", "", *kept)
        case Failed(message):
            return Outcome("failed", message, checkpoint.weights, None, checkpoint.position.seconds)
        case _:
            return Outcome("failed", "The training ended without giving a reason.")


def _promise_share(available_bytes: int) -> None:
    """Promise this worker what its run may be given: it is planned elsewhere meanwhile."""
    slots = environment().engine_slots
    if slots.isdecimal() and int(slots):
        share = model_share(available_bytes) * MODELS_OF_A_PAIR // int(slots)
        promises.promise(share + RUN_BYTES, _HANDOVER_SECONDS)


def _promise(setup: Setup) -> None:
    """Promise this worker what its run is planned to take, and nothing of the processor's memory to one on a card."""
    if setup.plan is not None and not setup.device.startswith("cuda"):
        promises.promise(setup.plan.training_bytes + RUN_BYTES)


def _split(images: ImageData, split: SplitName, count: int | None, device: torch.device) -> TensorSplit:
    arrays = images.images(split)[:count], images.labels(split)[:count]
    return TensorSplit.of(*arrays, images.info.mean, images.info.std, device)


def _why_it_broke_off(error: Exception) -> str:
    if is_out_of_memory(error):
        return (
            f"{BROKE_OFF}: the memory does not hold this network, not even with one image at a time. The curves "
            "up to here are kept. Choose fewer channels or end other programs, then train again."
        )
    lines = f"{type(error).__name__}: {error}".splitlines()
    # TorchScript tells first that something failed, then where, and at last what.
    told = lines[-1] if "TorchScript" in lines[0] else lines[0]
    return f"{BROKE_OFF}: {told.rstrip('.')[:200]}. The curves up to here are kept."
