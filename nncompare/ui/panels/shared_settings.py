"""What both models share: the seeds, the device, how much memory they may take, and the number format."""

from collections.abc import Callable
from typing import get_args

import ipywidgets as widgets
from pydantic import BaseModel, Field

from nncompare.config import Comparison, Integer, Precision, ThreadSharing, read_field
from nncompare.memory.mebibytes import MEBIBYTE
from nncompare.ui.elements import html, offer, row, set_class, set_value
from nncompare.ui.html import render
from nncompare.ui.panels.machine_notes import Machine

SHARED = ("seed", "repeat", "device", "memory_budget", "precision", "threads")
_FIELDS = Comparison.model_fields


class _Budget(BaseModel):
    memory_budget: Integer = Field(1, ge=1, title="Memory budget (MiB)")


class SharedSettings:
    """Six fields, each with a note; `read` gives what they say, and a sentence for what is wrong."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._fields: dict[str, widgets.Widget] = {
            "seed": widgets.Text(description="Seed", tooltip=_FIELDS["seed"].description),
            "repeat": widgets.Text(description="Repeat (seeds)", tooltip=_FIELDS["repeat"].description),
            "device": widgets.Dropdown(
                options=[("auto", "auto"), ("cpu", "cpu")], description="Device", tooltip=_FIELDS["device"].description
            ),
            "memory_budget": widgets.Text(
                description="Memory budget (MiB)",
                placeholder="70% of what is available",
                tooltip=_FIELDS["memory_budget"].description,
            ),
        }
        self._fields["precision"] = widgets.Dropdown(
            options=get_args(Precision), description="Precision", tooltip=_FIELDS["precision"].description
        )
        self._fields["threads"] = widgets.Dropdown(
            options=get_args(ThreadSharing), description="Threads", tooltip=_FIELDS["threads"].description
        )
        self._notes = {name: html("nnc-note") for name in self._fields}
        self._budget: int | None = None
        for field in self._fields.values():
            field.observe(lambda _: on_change(), names="value")
        self.box = row(
            "nnc-card nnc-shared", [row("nnc-field", [self._fields[n], self._notes[n]]) for n in self._fields]
        )

    @property
    def device(self) -> str:
        """The device that is chosen."""
        return str(self._fields["device"].value)

    @property
    def precision(self) -> Precision:
        """The number format that is wished for."""
        found: Precision = self._fields["precision"].value
        return found

    def write(self, comparison: Comparison) -> None:
        """Put settings into the fields."""
        self._budget = comparison.memory_budget
        set_value(self._fields["seed"], value=str(comparison.seed))
        set_value(self._fields["repeat"], value=str(comparison.repeat))
        set_value(self._fields["memory_budget"], value=_in_mebibytes(comparison.memory_budget))
        set_value(self._fields["precision"], value=comparison.precision)
        set_value(self._fields["threads"], value=comparison.threads)
        self._offer(comparison.device)
        set_value(self._fields["device"], value=comparison.device)

    def read(self) -> tuple[dict[str, object], dict[str, str]]:
        """Give the values of `Comparison`'s fields that are right, and a sentence for each that is wrong."""
        values: dict[str, object] = {name: self._fields[name].value for name in ("device", "precision", "threads")}
        errors = {}
        for name, read in (
            ("seed", lambda: self._read_whole("seed")),
            ("repeat", lambda: self._read_whole("repeat")),
            ("memory_budget", self._read_budget),
        ):
            values[name], errors[name] = read()
        wrong = {name: error for name, error in errors.items() if error}
        return {name: value for name, value in values.items() if name not in wrong}, wrong

    def show(self, errors: dict[str, str], machine: Machine, budget: int | None) -> None:
        """Write the notes: what is wrong, or what the setting means on this machine."""
        self._offer(*machine.devices)
        hints = {
            "seed": "the same for both; the same seed gives the same run",
            "repeat": "1 to 10: trained from so many seeds, for a surer verdict",
            "device": machine.device_note(self.device),
            "threads": "fixed: repeats to the last bit; survivor: the last one gets all, and is done sooner",
            "precision": machine.precision_note(self.precision),
            "memory_budget": "" if "memory_budget" in errors else machine.budget_note(budget),
        }
        for name, hint in hints.items():
            error = errors.get(name, "")
            set_class(self._fields[name], "nnc-invalid", bool(error))
            set_value(self._notes[name], value=render("note.html", error=error, used="", hint=hint))

    def _offer(self, *devices: str) -> None:
        names = dict.fromkeys(["auto", "cpu", *devices, self.device])
        offer(self._fields["device"], [(name, name) for name in names], otherwise="auto")

    def _read_whole(self, name: str) -> tuple[object, str]:
        return read_field(Comparison, name, self._fields[name].value)

    def _read_budget(self) -> tuple[object, str]:
        text = self._fields["memory_budget"].value.strip()
        if text == _in_mebibytes(self._budget):  # so that a budget from a file keeps its last byte
            return self._budget, ""
        if not text:
            return None, ""
        size, error = read_field(_Budget, "memory_budget", text)
        return (None if error else size * MEBIBYTE), error


def _in_mebibytes(budget: int | None) -> str:
    if budget is None:
        return ""
    whole, rest = divmod(budget, MEBIBYTE)
    return f"{budget / MEBIBYTE:.2f}" if rest else str(whole)
