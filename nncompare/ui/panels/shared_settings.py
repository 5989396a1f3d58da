"""What both models share: the seeds, the device, how much memory they may take, and the number format."""

from collections.abc import Callable
from typing import Any, get_args

from pydantic import Field as Rule

from nncompare.config import Comparison, Precision, read_field
from nncompare.memory.mebibytes import MEBIBYTE
from nncompare.messages import WorkerInfo
from nncompare.number_text import size_bytes
from nncompare.settings import Integer, Settings
from nncompare.ui.elements import html, offer, row
from nncompare.ui.panels.field import Field
from nncompare.ui.panels.machine import budget_note, device_note, precision_note

SHARED = ("seed", "repeat", "device", "memory_budget", "precision")
_CHOSEN = ("device", "precision")
_OTHERWISE: dict[str, dict[str, Any]] = {
    "repeat": {"description": "Repeat (seeds)"},
    "device": {"options": [("auto", "auto"), ("cpu", "cpu")]},
    "memory_budget": {"description": "Memory budget (MiB)", "placeholder": "70% of what is available"},
    "precision": {"options": get_args(Precision)},
}
_HINTS = {
    "seed": "used by both models; the same seed gives the same run",
    "repeat": "1 to 10 seeds; with more of them the verdict is more certain",
}


class _Budget(Settings):
    memory_budget: Integer = Rule(1, ge=1, title="Memory budget (MiB)")


class SharedSettings:
    """Five fields, each with a note; `read` returns their values, and a sentence for what is wrong."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self.fields = {name: Field.of(Comparison, name, on_change, **_OTHERWISE.get(name, {})) for name in SHARED}
        self._budget: int | None = None
        self._gap = 0
        heading = html("nnc-title", "<h3>Both models</h3>")
        self.box = row("nnc-card nnc-form nnc-shared", [heading, *self.fields.values()])

    @property
    def device(self) -> str:
        """The device that is chosen."""
        return str(self.fields["device"].value)

    def write(self, comparison: Comparison) -> None:
        """Put settings into the fields."""
        self._budget, self._gap = comparison.memory_budget, comparison.seed_gap
        self._offer(comparison.device)
        texts = {name: str(getattr(comparison, name)) for name in SHARED}
        for name, text in (texts | {"memory_budget": _in_mebibytes(comparison.memory_budget)}).items():
            self.fields[name].value = text

    def read(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the values of `Comparison`'s fields that are right, and a sentence for each that is wrong."""
        entered = {name: read_field(Comparison, name, self.fields[name].value) for name in ("seed", "repeat")}
        entered["memory_budget"] = self._read_budget()
        values = {name: value for name, (value, error) in entered.items() if not error}
        errors = {name: error for name, (_, error) in entered.items() if error}
        chosen = {name: self.fields[name].value for name in _CHOSEN}
        # A page can take back what was chosen, whatever was offered.
        errors |= {name: "Choose one of these." for name, value in chosen.items() if value is None}
        return values | {name: value for name, value in chosen.items() if value is not None}, errors

    def show(self, errors: dict[str, str], machine: WorkerInfo, budget: int | None, trouble: str = "") -> None:
        """Write the notes: what is wrong, or what the setting means on this machine.

        `trouble` tells why no worker has described it.
        """
        self._offer(*machine.devices)
        hints = _HINTS | {
            "seed": f"that of A; the seed of B is higher by {self._gap:,}" if self._gap else _HINTS["seed"],
            "device": device_note(machine, self.device, trouble),
            "precision": precision_note(machine, self.fields["precision"].value or "auto"),
            "memory_budget": "" if "memory_budget" in errors else budget_note(machine, budget),
        }
        for name, field in self.fields.items():
            field.tell(errors.get(name, ""), hints[name])

    def _offer(self, *devices: str) -> None:
        names = dict.fromkeys(["auto", "cpu", *devices, self.device])
        offer(self.fields["device"].control, [(name, name) for name in names], otherwise="auto")

    def _read_budget(self) -> tuple[int | None, str]:
        text = self.fields["memory_budget"].value.strip()
        if text == _in_mebibytes(self._budget):  # so that a budget from a file keeps its last byte
            return self._budget, ""
        if not text:
            return None, ""
        if size_bytes(text) is not None:
            return read_field(Comparison, "memory_budget", text)
        size, error = read_field(_Budget, "memory_budget", text)
        return (None if error else size * MEBIBYTE), error


def _in_mebibytes(budget: int | None) -> str:
    if budget is None:
        return ""
    whole, rest = divmod(budget, MEBIBYTE)
    return f"{budget / MEBIBYTE:.2f}" if rest else str(whole)
