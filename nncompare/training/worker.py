"""What the kernel calls inside a worker process; torch is imported only when one of these functions runs.

Every process has a token of its own. A task that finds another token than the one it was meant for is a second
attempt after a lost worker, and answers "lost" at once.
"""

import asyncio
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from nncompare.config import Precision, RunConfig
from nncompare.config import Split as SplitName
from nncompare.data import DataError, ImageData, fetch, load
from nncompare.events import EpochEnd, Event, Failed, Finished, Parked
from nncompare.machine import usable_cores
from nncompare.memory import Plan
from nncompare.training.checkpoint import Checkpoint, Weights
from nncompare.training.desk import Controls, Desk, Report, Seen

if TYPE_CHECKING:
    import torch

    from nncompare.training.tensors import Split

# A pause that is longer makes room for others.
PARK_SECONDS = 60.0
# A run that nobody has asked for so long has lost its kernel: it ends, and its worker is free.
FORGOTTEN_SECONDS = 60.0

_TOKEN = secrets.token_hex(8)
_KEPT_DESKS = 4
_desks: OrderedDict[str, Desk] = OrderedDict()
_desks_lock = threading.Lock()


@dataclass(frozen=True)
class SlotReport:
    """What a worker process says of itself.

    Attributes
    ----------
    token : str
        Tells this process from every other.
    cores : int
        Cores that it may use.
    device : str
        What the wished device came to: ``cpu`` or ``cuda:0``.
    devices : dict
        Every device that can be chosen here, and what it is.
    available_bytes, physical_bytes : int
        Memory of the device: free, and all of it.
    has_native_bfloat16 : bool
        Whether the device multiplies in bfloat16.
    """

    token: str
    cores: int
    device: str
    devices: dict[str, str]
    available_bytes: int
    physical_bytes: int
    has_native_bfloat16: bool = False


@dataclass(frozen=True)
class Assignment:
    """Everything that a worker needs to train one model."""

    run: str
    token: str
    config: RunConfig
    plan: Plan
    dataset: str
    train_images: int | None
    seed: int
    precision: Precision
    device: str
    threads: int
    start: Checkpoint | None = None
    park_seconds: float = PARK_SECONDS


@dataclass(frozen=True)
class Outcome:
    """How a run ended; `state` is "lost" for a second attempt, which trains nothing.

    A run that was finished, stopped or parked can go on from its checkpoint; one that diverged leaves its last finite
    weights.
    """

    state: Literal["finished", "stopped", "parked", "failed", "lost"]
    message: str = ""
    weights: Weights | None = None
    checkpoint: Checkpoint | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class PredictionRequest:
    """A trained network, and the images it is to predict (None: the whole split)."""

    config: RunConfig
    plan: Plan
    precision: Precision
    weights: Weights
    dataset: str
    split: SplitName
    indices: tuple[int, ...] | None
    device: str
    threads: int


def slot_report(device: str) -> SlotReport:
    """Tell what this worker process is and has.

    Raises
    ------
    DeviceError
        When the wished device is not here.
    """
    from nncompare.training.device import choose_device, device_memory, device_titles, has_native_bfloat16

    chosen = choose_device(device)
    memory = device_memory(chosen)
    return SlotReport(
        token=_TOKEN,
        cores=usable_cores(),
        device=str(chosen),
        devices=device_titles(),
        available_bytes=memory.available_bytes,
        physical_bytes=memory.total_bytes,
        has_native_bfloat16=has_native_bfloat16(chosen),
    )


async def survey(device: str) -> SlotReport:
    """Tell the same beside whatever the process is doing: off the loop that answers for it, since torch may be new."""
    return await asyncio.to_thread(slot_report, device)


def warm_up(dataset: str | None) -> None:
    """Do what the first training step would otherwise wait for: import torch, prepare its operators, map the data."""
    from nncompare.training.rehearsal import rehearse

    rehearse()
    if dataset is not None:
        try:
            _images(dataset)
        except DataError:
            return  # the run itself will say so, with advice


def run_training(assignment: Assignment) -> Outcome:
    """Train one model from start to end; what happens meanwhile is told by `exchange`."""
    desk = _open_desk(assignment)
    if desk is None:
        return Outcome("lost")
    try:
        return _train(assignment, desk)
    except DataError as error:
        return Outcome("failed", str(error))
    except Exception as error:  # an exception of torch's own would bring torch into the kernel
        return Outcome("failed", _why_it_broke_off(error))
    finally:
        _give_back(assignment.device)


def exchange(run: str, seen: Seen, controls: Controls) -> Report | None:
    """Take what is new on a run's desk and leave the controls there; None while the run has not begun here."""
    desk = _desks.get(run)
    if desk is None:
        return None
    desk.set_controls(controls)
    return desk.report(seen)


def predict(request: PredictionRequest) -> NDArray[np.float32]:
    """Predict class probabilities (N, K) with given weights."""
    import torch

    from nncompare.training.evaluate import Predictor
    from nncompare.training.model import build_model
    from nncompare.training.network import make_network

    torch.set_num_threads(request.threads)
    device = torch.device(request.device)
    model = build_model(request.plan.channels, request.config.dropout, seed=0)
    model.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in request.weights.items()})
    split = _split(_images(request.dataset), request.split, None, device)
    part = split if request.indices is None else split.take(torch.tensor(request.indices, dtype=torch.long))
    predictor = Predictor(make_network(model.to(device), request.precision), request.plan.batch_size)
    probabilities: NDArray[np.float32] = predictor.log_probabilities(part).exp().cpu().numpy()
    return probabilities


def _open_desk(assignment: Assignment) -> Desk | None:
    with _desks_lock:
        if assignment.token != _TOKEN or assignment.run in _desks:
            return None
        desk = _desks[assignment.run] = Desk(forgotten_after_seconds=FORGOTTEN_SECONDS)
        while len(_desks) > _KEPT_DESKS:
            _desks.popitem(last=False)
        return desk


def _train(assignment: Assignment, desk: Desk) -> Outcome:
    import torch

    from nncompare.training.loop import train
    from nncompare.training.session import Job, Session

    torch.set_num_threads(assignment.threads)
    device = torch.device(assignment.device)
    images = _images(assignment.dataset)
    training = _split(images, "train", assignment.train_images, device)
    job = Job(
        assignment.config, assignment.plan, assignment.seed, assignment.precision, park_seconds=assignment.park_seconds
    )
    session = Session(job, training, _split(images, "test", None, device), desk, assignment.start)
    last: Event | None = None
    for event in train(session):
        desk.put(event, session.checkpoint() if isinstance(event, EpochEnd) else None)
        last = event
    checkpoint = session.checkpoint()
    seconds = checkpoint.position.seconds
    match last:
        case Finished(stopped=stopped):
            return Outcome("stopped" if stopped else "finished", "", checkpoint.weights, checkpoint, seconds)
        case Parked():
            return Outcome("parked", "", checkpoint.weights, checkpoint, seconds)
        case Failed(message):
            return Outcome("failed", message, checkpoint.weights, None, seconds)
        case _:
            return Outcome("failed", "The training ended without a word.")


def _images(dataset: str) -> ImageData:
    fetch(dataset)  # nothing to do where it is
    return load(dataset)


def _split(images: ImageData, split: SplitName, count: int | None, device: "torch.device") -> "Split":
    from nncompare.training.tensors import Split

    arrays = images.images(split)[:count], images.labels(split)[:count]
    return Split.of(*arrays, images.info.mean, images.info.std, device)


def _give_back(device: str) -> None:
    """What one run has taken must not look as if it were taken when the next one is planned."""
    import torch

    from nncompare.training.device import give_back_memory

    give_back_memory(torch.device(device))


def _why_it_broke_off(error: Exception) -> str:
    from nncompare.training.device import is_out_of_memory

    if is_out_of_memory(error):
        return (
            "Training broke off: the memory does not hold this network, not even with one image at a time. The curves "
            "up to here are kept. Choose fewer channels or end other programs, then train again."
        )
    return f"Training broke off: {_first_line(error)}. The curves up to here are kept."


def _first_line(error: Exception) -> str:
    lines = f"{type(error).__name__}: {error}".splitlines()
    # TorchScript tells first that something failed, then where, and at last what.
    told = lines[-1] if "TorchScript" in lines[0] else lines[0]
    return told.rstrip(".")[:200]
