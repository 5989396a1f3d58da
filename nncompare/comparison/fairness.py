"""Whether a race was fair: what both models had the same, and in which settings they differ."""

from collections.abc import Callable
from dataclasses import dataclass

from nncompare.architectures import parameter_count
from nncompare.comparison.view import RunView
from nncompare.config import RunConfig
from nncompare.history import History
from nncompare.memory import in_mebibytes

_OPTIMIZERS = {"adam": "Adam", "sgd": "SGD"}


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


def aspects(a: RunView, b: RunView) -> list[Aspect]:
    """List what was equal and what was not; of devices and threads only once they are known."""
    widths = _channels(a), _channels(b)
    found = [
        # One seed and one set of images for both: the order is drawn from the seed alone.
        Aspect("data order", True, "same"),
        Aspect("initial weights", *((True, "same") if widths[0] == widths[1] else (False, "differ, widths differ"))),
        _aspect("epochs", _epochs(a), _epochs(b)),
    ]
    if a.threads and b.threads:
        found += [_aspect(name, getattr(a, name), getattr(b, name)) for name in ("threads", "device", "precision")]
    return found


def differences(a: RunView, b: RunView) -> list[Difference]:
    """List the settings in which both differ, then what each costs: parameters, memory and time per epoch."""
    settings = [
        Difference(str(field.title).lower(), _value(a, name), _value(b, name))
        for name, field in RunConfig.model_fields.items()
        if _value(a, name) != _value(b, name) and _is_used(name, a, b)
    ]
    costs = [Difference(name, cost(a), cost(b)) for name, cost in _COSTS.items()]
    return settings + [cost for cost in costs if cost.a and cost.b]


def seconds_per_epoch(history: History) -> float | None:
    """Return the mean seconds of a finished epoch."""
    return history.epoch_seconds[-1] / history.epochs if history.epochs else None


def _channels(contender: RunView) -> int:
    return contender.plan.channels if contender.plan else contender.config.channels


def _epochs(contender: RunView) -> str:
    return f"{round(contender.epoch, 2) if contender.state.is_over else contender.config.epochs:g}"


def _aspect(name: str, a: object, b: object) -> Aspect:
    return Aspect(name, a == b, f"{a}" if a == b else f"{a} and {b}")


def _value(contender: RunView, name: str) -> str:
    plan = contender.plan
    if name == "channels":
        return str(_channels(contender))
    if name == "batch_size" and plan is not None:
        return f"{plan.effective_batch_size:,}"
    value = getattr(contender.config, name)
    if isinstance(value, str):
        return _OPTIMIZERS.get(value, value)
    return f"{value:g}" if isinstance(value, float) else f"{value:,}"


def _is_used(name: str, *contenders: RunView) -> bool:
    return name != "momentum" or all(contender.config.optimizer == "sgd" for contender in contenders)


def _memory(contender: RunView) -> str:
    return in_mebibytes(contender.plan.training_bytes) if contender.plan else ""


def _epoch_time(contender: RunView) -> str:
    seconds = seconds_per_epoch(contender.history)
    return f"{seconds:.1f} s" if seconds is not None else ""


_COSTS: dict[str, Callable[[RunView], str]] = {
    "parameters": lambda contender: f"{parameter_count(_channels(contender)):,}",
    "memory": _memory,
    "time per epoch": _epoch_time,
}
