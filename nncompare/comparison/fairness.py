"""Whether a race was fair: what both models had the same, and in which settings they differ."""

from dataclasses import dataclass

from nncompare.architectures import parameter_count
from nncompare.comparison.result import ModelResult
from nncompare.comparison.run import ModelRun
from nncompare.config import Precision, RunConfig
from nncompare.history import History
from nncompare.memory import Plan, in_mebibytes

_OPTIMIZERS = {"adam": "Adam", "sgd": "SGD"}


@dataclass(frozen=True)
class RunSetup:
    """One side of a race: what was asked for, what is used of it, and where it runs; empty where that is not known.

    `epoch_seconds` is the mean of a finished epoch; `ended_at` is where it ended, such as 0.7 for one that was stopped.
    """

    config: RunConfig
    plan: Plan | None = None
    device: str = ""
    threads: int = 0
    precision: Precision | None = None
    epoch_seconds: float | None = None
    ended_at: float | None = None

    @classmethod
    def of(cls, run: ModelRun) -> "RunSetup":
        """Take what is known of a run."""
        with run.lock:
            return cls._of(run)

    @classmethod
    def of_result(cls, model: ModelResult) -> "RunSetup":
        """Take what a run has left behind."""
        return cls._of(model)

    @classmethod
    def _of(cls, side: ModelRun | ModelResult) -> "RunSetup":
        ended_at = side.epoch if side.state.is_over else None
        pace = seconds_per_epoch(side.history)
        return cls(side.config, side.plan, side.device, side.threads, side.precision, pace, ended_at)


@dataclass(frozen=True)
class Aspect:
    """One thing that should be equal in a fair race, and how it was."""

    name: str
    is_same: bool
    words: str


@dataclass(frozen=True)
class Difference:
    """One setting or cost in which A and B differ, as the user reads it."""

    name: str
    a: str
    b: str


def aspects(a: RunSetup, b: RunSetup) -> list[Aspect]:
    """Say what was equal and what was not; of devices and threads only once they are known."""
    widths = _channels(a), _channels(b)
    found = [
        # One seed and one set of images for both: the order is drawn from the seed alone.
        Aspect("data order", True, "same"),
        Aspect("initial weights", widths[0] == widths[1], _same_or(widths, "differ, widths differ")),
        _aspect("epochs", _epochs(a), _epochs(b)),
    ]
    if a.threads and b.threads:
        found += [
            _aspect("threads", a.threads, b.threads),
            _aspect("device", a.device, b.device),
            _aspect("numbers", a.precision, b.precision),
        ]
    return found


def differences(a: RunSetup, b: RunSetup) -> list[Difference]:
    """List the settings in which both differ, then what each costs: parameters, memory and time per epoch."""
    settings = [
        Difference(str(field.title).lower(), _value(a, name), _value(b, name))
        for name, field in RunConfig.model_fields.items()
        if _value(a, name) != _value(b, name) and _is_used(name, a, b)
    ]
    return settings + [
        Difference(name, *values)
        for name, values in (
            ("parameters", (f"{parameter_count(_channels(a)):,}", f"{parameter_count(_channels(b)):,}")),
            ("memory", (_memory(a), _memory(b))),
            ("time per epoch", (_epoch_time(a), _epoch_time(b))),
        )
        if all(values)
    ]


def seconds_per_epoch(history: History) -> float | None:
    """Give the mean seconds of a finished epoch."""
    return history.epoch_seconds[-1] / history.epochs if history.epochs else None


def _channels(contender: RunSetup) -> int:
    return contender.plan.channels if contender.plan else contender.config.channels


def _epochs(contender: RunSetup) -> str:
    return f"{contender.config.epochs if contender.ended_at is None else round(contender.ended_at, 2):g}"


def _aspect(name: str, a: object, b: object) -> Aspect:
    return Aspect(name, a == b, f"{a}" if a == b else f"{a} and {b}")


def _same_or(pair: tuple[object, object], words: str) -> str:
    return "same" if pair[0] == pair[1] else words


def _value(contender: RunSetup, name: str) -> str:
    plan = contender.plan
    if name == "channels":
        return str(_channels(contender))
    if name == "batch_size" and plan is not None:
        return f"{plan.effective_batch_size:,}"
    value = getattr(contender.config, name)
    if isinstance(value, str):
        return _OPTIMIZERS.get(value, value)
    return f"{value:g}" if isinstance(value, float) else f"{value:,}"


def _is_used(name: str, *contenders: RunSetup) -> bool:
    return name != "momentum" or all(contender.config.optimizer == "sgd" for contender in contenders)


def _memory(contender: RunSetup) -> str:
    return in_mebibytes(contender.plan.training_bytes) if contender.plan else ""


def _epoch_time(contender: RunSetup) -> str:
    return f"{contender.epoch_seconds:.1f} s" if contender.epoch_seconds is not None else ""
