"""Whether a race was fair: what both models had the same, and in which settings they differ."""

from collections.abc import Callable
from typing import NamedTuple

from nncompare.architectures import parameter_count
from nncompare.comparison.view import RunView
from nncompare.config import RunConfig
from nncompare.history import History
from nncompare.memory import in_mebibytes
from nncompare.report.fates import epochs_of
from nncompare.words import setting


class Aspect(NamedTuple):
    """One thing that should be equal in a fair race, and how it was."""

    name: str
    is_same: bool
    words: str


class Difference(NamedTuple):
    """One setting or cost in which A and B differ, as the user reads it."""

    name: str
    a: str
    b: str


class Lead(NamedTuple):
    """By how much A was ahead of B (B of A, where it is negative) after the last epoch that both have done."""

    epoch: int
    accuracy_a: float
    accuracy_b: float

    @property
    def points(self) -> float:
        """A minus B, in percentage points of the whole test set."""
        return 100 * (self.accuracy_a - self.accuracy_b)


def lead_of(a: RunView, b: RunView) -> Lead | None:
    """Compare both on the whole test set where both were measured: their newest figures are of different epochs."""
    done = min(a.history.epochs, b.history.epochs)
    if not done:
        return None
    return Lead(done, a.history.test_accuracy[done - 1], b.history.test_accuracy[done - 1])


def distinction(run: RunView, other: RunView | None) -> str:
    """Return what tells a model from the other in few words, at most two settings: 8 channels, dropout 0.1."""
    if other is None:
        return _named("channels", _value(run, "channels"))
    found = different_settings(run, other)
    return ", ".join(_named(one.name, one.a) for one in found[:2]) or "same settings"


def aspects(a: RunView, b: RunView, *, has_one_seed: bool = True) -> list[Aspect]:
    """List what was equal and what was not; of device and precision only once they are known."""
    why = "" if _channels(a) == _channels(b) else "widths differ"
    why = why if has_one_seed else "seeds differ"
    found = [
        # One set of images for both: the order is drawn from the seed alone.
        Aspect("data order", has_one_seed, "same" if has_one_seed else "differs, seeds differ"),
        Aspect("initial weights", not why, f"differ, {why}" if why else "same"),
        _aspect("epochs", epochs_of(a), epochs_of(b)),
    ]
    if a.device and b.device:
        found += [_aspect(name, getattr(a, name), getattr(b, name)) for name in ("device", "precision")]
    return found


def differences(a: RunView, b: RunView) -> list[Difference]:
    """List the settings in which both differ, then the costs in which they do: parameters, memory, time per epoch."""
    costs = [Difference(name, cost(a), cost(b)) for name, cost in _COSTS.items()]
    return different_settings(a, b) + [one for one in costs if one.a and one.b and one.a != one.b]


def different_settings(a: RunView, b: RunView) -> list[Difference]:
    """List the settings in which both differ."""
    fields = RunConfig.model_fields.items()
    settings = [Difference(str(field.title).lower(), _value(a, name), _value(b, name)) for name, field in fields]
    return [one for one in settings if one.a != one.b and one.a and one.b]


def seconds_per_epoch(history: History) -> float | None:
    """Return the mean seconds of a finished epoch."""
    return history.epoch_seconds[-1] / history.epochs if history.epochs else None


def _channels(run: RunView) -> int:
    return run.plan.channels if run.plan else run.config.channels


def _aspect(name: str, a: object, b: object) -> Aspect:
    return Aspect(name, a == b, f"{a}" if a == b else f"{a} and {b}")


def _value(run: RunView, name: str) -> str:
    if name == "momentum" and run.config.optimizer != "sgd":
        return ""  # it is not used
    if name == "optimizer":
        return run.config.optimizer_title
    used = {"channels": run.plan.channels, "batch_size": run.plan.effective_batch_size} if run.plan else {}
    return setting(used.get(name, getattr(run.config, name)))


def _named(name: str, value: str) -> str:
    if name in ("channels", "epochs"):
        return f"{value} {name.removesuffix('s') if value == '1' else name}"
    return value if name in ("optimiser", "schedule") else f"{name} {value}"


def _time_per_epoch(run: RunView) -> str:
    seconds = seconds_per_epoch(run.history)
    return "" if seconds is None else f"{seconds:.1f} s" if seconds >= 1 else f"{seconds:.2g} s"


_COSTS: dict[str, Callable[[RunView], str]] = {
    "parameters": lambda run: f"{parameter_count(_channels(run)):,}",
    "memory": lambda run: in_mebibytes(run.plan.training_bytes) if run.plan else "",
    "time per epoch": _time_per_epoch,
}
