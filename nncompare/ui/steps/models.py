"""The second step: the lesson, two identical forms, and settings that can be kept and shared."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from pydantic import ValidationError

from nncompare.config import Comparison, RunConfig, one_sentence
from nncompare.data import CATALOG, DatasetInfo
from nncompare.errors import DeviceError
from nncompare.limits import Limits
from nncompare.memory import BudgetError, model_memory_limit
from nncompare.memory.plan import fit
from nncompare.messages import WorkerInfo
from nncompare.settings_file import LARGEST_BYTES, read_settings
from nncompare.ui.clickable import OpenFile
from nncompare.ui.elements import Panel, Place, button, hide, row, step, two
from nncompare.ui.panels.machine import this_machine
from nncompare.ui.panels.model_form import ModelForm
from nncompare.ui.panels.shared_settings import SHARED, SharedSettings
from nncompare.ui.refresher import Refresher

_EXPLAINED = [*RunConfig.model_fields.values(), *(Comparison.model_fields[name] for name in SHARED)]


class ModelsStep:
    """Holds the settings of both models and what they share; `settings` and `problems` tell what they come to.

    Calls `on_change` after every change, `on_open` with a comparison that was read from a file, and
    `on_next` when the user goes on.
    """

    def __init__(
        self,
        refresher: Refresher,
        on_change: Callable[[], None],
        on_open: Callable[[Comparison], None],
        lesson: Panel,
        on_next: Callable[[], None],
        limits: Limits | None = None,
    ) -> None:
        self._on_change, self._on_open = on_change, on_open
        self._info = CATALOG[Comparison().dataset]
        self._train_count = self._info.train_count
        self.machine = this_machine({})
        self._trouble: Exception | None = None  # why no worker has described it
        on_field_change = refresher.posting(self._refresh_and_tell)
        self.forms = {
            name: ModelForm(name, on_field_change, is_optional=name == "B", limits=limits) for name in ("A", "B")
        }
        self.shared = SharedSettings(on_field_change)
        self.file = OpenFile("Open settings", ".json", LARGEST_BYTES, refresher.posting(self._open))
        self.file_note, self.kept = Place("nnc-file-note"), Place("nnc-keep")
        self.problems: dict[str, str] = {}
        copy = refresher.posting(self._copy)
        self.copies = [button(f"Copy {x} to {y}", partial(copy, x, y)) for x, y in ("AB", "BA")]
        forms = [two(list(self.forms.values())), row("nnc-row", self.copies), self.shared]
        files = [row("nnc-row", [self.file, self.kept]), self.file_note]
        explained = Place("nnc-help", "help.html", fields=_EXPLAINED)
        parts = [lesson, *forms, *files, explained]
        self.box = step("Two networks, side by side", parts, button("Next: training", on_next, strong=True))

    def write(self, comparison: Comparison) -> None:
        """Put settings into the forms."""
        self.forms["A"].write(comparison.a)
        self.forms["B"].write(comparison.b)
        self.shared.write(comparison)
        self.refresh()

    def use_dataset(self, info: DatasetInfo, train_count: int) -> None:
        """Plan for so many training images of this data set, and its test images, from now on."""
        if (info, train_count) != (self._info, self._train_count):
            self._info, self._train_count = info, train_count
            self.refresh()

    def use(self, config: RunConfig, name: str) -> None:
        """Put the settings of one model into the form of model `name`."""
        self.forms[name].write(config)
        self._refresh_and_tell()

    def hide_fields(self, names: Collection[str]) -> None:
        """Take these settings off the page; they keep their values."""
        for fields in (self.shared.fields, *(form.fields for form in self.forms.values())):
            for name, field in fields.items():
                hide(field.box, name in names)

    def show_machine(self, machine: WorkerInfo | None, trouble: Exception | None) -> None:
        """Plan for this machine from now on; None where no worker has described it, and `trouble` tells why."""
        self.machine, self._trouble = machine or this_machine(self.machine.devices), trouble
        self._refresh_and_tell()

    def refresh(self) -> None:
        """Read the forms, and write their notes and tables."""
        self.problems = {}
        shared, errors = self.shared.read()
        limit = self._memory_limit(shared, errors)
        for name, form in self.forms.items():
            self._refresh_form(name, form, limit, shared.get("memory_budget"))
        if isinstance(self._trouble, DeviceError):
            errors["device"] = str(self._trouble)
        self.problems |= errors
        self.shared.show(errors, self.machine, shared.get("memory_budget"), str(self._trouble or ""))

    def settings(self, base: Comparison) -> Comparison | None:
        """Return `base` with both models and what they share as entered; None while something is wrong."""
        a, b = (form.read()[0] for form in self.forms.values())
        shared, errors = self.shared.read()
        is_b_used = self.forms["B"].is_used
        if a is None or errors or (is_b_used and b is None):
            return None
        return base.model_copy(update={"a": a, "b": b if is_b_used else None, **shared})

    def keep(self, comparison: Comparison | None, link: str) -> None:
        """Offer the settings as a file and as a link."""
        json = comparison.model_dump_json(indent=2) if comparison else ""
        self.kept.show("keep.html", json=json, link=link)

    def _memory_limit(self, shared: dict[str, Any], errors: dict[str, str]) -> int | None:
        """Return the bytes for one model; None, and a sentence among the errors, where the budget is wrong."""
        if "memory_budget" not in errors:
            available, physical = self.machine.available_bytes, self.machine.physical_bytes
            try:
                return model_memory_limit(shared["memory_budget"], available, physical)
            except BudgetError as error:
                errors["memory_budget"] = str(error)
        return None

    def _refresh_form(self, name: str, form: ModelForm, limit: int | None, budget: int | None) -> None:
        (config, errors), found = form.read(), None
        if config is not None and limit is not None:
            try:
                precision = self.machine.resolved(self.shared.fields["precision"].value)
                threads, images = self.machine.threads, self._train_count
                promised = 0 if budget else self.machine.promised_bytes
                found = fit(config, limit, self._info.test_count, precision, threads, images, promised)
            except ValueError as error:
                errors = {"channels": str(error)}
        form.show(config, errors, found)
        if form.is_used:
            self.problems |= {f"{name}.{field}": f"Model {name}: {text}" for field, text in errors.items()}

    def _refresh_and_tell(self) -> None:
        self.refresh()
        self._on_change()

    def _copy(self, source: str, target: str) -> None:
        config, _ = self.forms[source].read()
        if config is not None:
            self.use(config, target)

    def _open(self, name: str, content: bytes | None) -> None:
        try:
            if content is None:
                raise ValueError("is too large to be a file of settings.")
            comparison = Comparison.model_validate(read_settings(content))
        except ValidationError as error:
            self.file_note.tell(f"{name} was not taken. {one_sentence(error, Comparison)}")
        except ValueError as error:
            self.file_note.tell(f"{name} was not taken: it {error}")
        else:
            self._on_open(comparison)
            self.file_note.show("opened.html", name=name)
