"""Whether a race was fair: what both models had the same, and in which settings they differ."""

from dataclasses import dataclass

from nncompare.architectures import parameter_count
from nncompare.comparison.result import ModelResult
from nncompare.comparison.view import RunView
from nncompare.config import RunConfig
from nncompare.history import History
from nncompare.memory import in_mebibytes

_OPTIMIZERS = {"adam": "Adam", "sgd": "SGD"}


Contender = RunView | ModelResult
"""One side of a race: a run under way, or a model that has ended."""


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


def aspects(a: Contender, b: Contender) -> list[Aspect]:
    """List what was equal and what was not; of devices and threads only once they are known."""
    widths = _channels(a), _channels(b)
    found = [
        # One seed and one set of images for both: the order is drawn from the seed alone.
        Aspect("data order", True, "same"),
        Aspect("initial weights", widths[0] == widths[1], _same_or(widths, "differ, widths differ")),
        _aspect("epochs", _epochs(a), _epochs(b)),
    ]
    one, other = a.setup, b.setup
    if one.threads and other.threads:
        found += [
            _aspect("threads", one.threads, other.threads),
            _aspect("device", one.device, other.device),
            _aspect("precision", one.precision, other.precision),
        ]
    return found


def differences(a: Contender, b: Contender) -> list[Difference]:
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
    """Return the mean seconds of a finished epoch."""
    return history.epoch_seconds[-1] / history.epochs if history.epochs else None


def _channels(contender: Contender) -> int:
    setup = contender.setup
    return setup.plan.channels if setup.plan else setup.config.channels


def _epochs(contender: Contender) -> str:
    return f"{round(contender.epoch, 2) if contender.state.is_over else contender.setup.config.epochs:g}"


def _aspect(name: str, a: object, b: object) -> Aspect:
    return Aspect(name, a == b, f"{a}" if a == b else f"{a} and {b}")


def _same_or(pair: tuple[object, object], words: str) -> str:
    return "same" if pair[0] == pair[1] else words


def _value(contender: Contender, name: str) -> str:
    plan = contender.setup.plan
    if name == "channels":
        return str(_channels(contender))
    if name == "batch_size" and plan is not None:
        return f"{plan.effective_batch_size:,}"
    value = getattr(contender.setup.config, name)
    if isinstance(value, str):
        return _OPTIMIZERS.get(value, value)
    return f"{value:g}" if isinstance(value, float) else f"{value:,}"


def _is_used(name: str, *contenders: Contender) -> bool:
    return name != "momentum" or all(contender.setup.config.optimizer == "sgd" for contender in contenders)


def _memory(contender: Contender) -> str:
    plan = contender.setup.plan
    return in_mebibytes(plan.training_bytes) if plan else ""


def _epoch_time(contender: Contender) -> str:
    seconds = seconds_per_epoch(contender.history)
    return f"{seconds:.1f} s" if seconds is not None else ""
