"""The second step: the lesson, two identical forms, and settings that can be kept and shared."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from nncompare.config import Comparison, RunConfig
from nncompare.data import CATALOG, DatasetInfo
from nncompare.errors import DeviceError
from nncompare.limits import Limits
from nncompare.memory import BudgetError, Room, fit
from nncompare.messages import WorkerInfo
from nncompare.store import Store
from nncompare.ui.elements import Panel, Place, button, column, hide, html, row
from nncompare.ui.panels.epoch_times import EpochTimes
from nncompare.ui.panels.field import FieldTies
from nncompare.ui.panels.machine import this_machine
from nncompare.ui.panels.model_form import ModelForm, differing
from nncompare.ui.panels.more_settings import MoreSettings
from nncompare.ui.panels.network_picture import Scale
from nncompare.ui.panels.settings_file import SettingsFile
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
        store: Store,
        limits: Limits | None = None,
    ) -> None:
        self._on_change = on_change
        self._info, self._sample = CATALOG[Comparison().dataset], ""
        self._train_count, self._kept_back = self._info.train_count, ""
        self.machine = this_machine({})
        self._trouble: Exception | None = None  # why no worker has described it
        on_field_change = refresher.posting(self._refresh_and_tell)
        copy = refresher.posting(self._copy)
        self.forms = {
            name: ModelForm(name, other, on_field_change, partial(copy, name, other), limits=limits)
            for name, other in ("AB", "BA")
        }
        self.shared = SharedSettings(on_field_change)
        self.files = SettingsFile(refresher, on_open)
        self.times = EpochTimes(refresher, store, self._draw)
        self.problems: dict[str, str] = {}
        self.more = MoreSettings(refresher, self.forms, self.shared, Place("nnc-help", "help.html", fields=_EXPLAINED))
        forms = [row("nnc-forms", list(self.forms.values())), self.more]
        files = [row("nnc-last", [self.files, button("Next: training", on_next, strong=True)]), self.files.note]
        self.box = column("nnc-step", [html("nnc-unseen", "<h2>Models</h2>"), lesson, *forms, *files, FieldTies()])

    def write(self, comparison: Comparison) -> None:
        """Put settings into the forms."""
        self.forms["A"].write(comparison.a)
        self.forms["B"].write(comparison.b)
        self.shared.write(comparison)
        self.refresh()

    def use_dataset(self, info: DatasetInfo, train_count: int, sample: str) -> None:
        """Plan for so many training images of this data set, and its test images, and show one, from now on."""
        if (info, train_count, sample) != (self._info, self._train_count, self._sample):
            self._info, self._train_count, self._sample = info, train_count, sample
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

    def keep_back(self, cost: str) -> None:
        """Tell no longer what a lesson asks for: the "memory" of the models, or their "time"; empty for neither."""
        if cost != self._kept_back:
            self._kept_back, self.times.is_asked = cost, cost == "time"
            for form in self.forms.values():
                form.is_memory_asked = cost == "memory"
            self.refresh()

    def show_machine(self, machine: WorkerInfo | None, trouble: Exception | None) -> None:
        """Plan for this machine from now on; None where no worker has described it, and `trouble` tells why."""
        self.machine, self._trouble = machine or this_machine(self.machine.devices), trouble
        self._refresh_and_tell()

    def refresh(self) -> None:
        """Read the forms, and write their notes, pictures and tables."""
        self.problems = {}
        shared, errors = self.shared.read()
        room, different = self._room(shared, errors), differing(*self.forms.values())
        for name, form in self.forms.items():
            self._refresh_form(name, form, room, different)
        if isinstance(self._trouble, DeviceError):
            errors["device"] = str(self._trouble)
        self.problems |= errors
        self.shared.show(errors, self.machine, shared.get("memory_budget"), str(self._trouble or ""))
        self.more.show(self.problems)
        self._draw()

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
        self.files.keep(comparison, link)

    def _room(self, shared: dict[str, Any], errors: dict[str, str]) -> Room | None:
        """Return what one model may take; None, and a sentence among the errors, where the budget is wrong."""
        if "memory_budget" not in errors:
            precision = self.machine.resolved(self.shared.fields["precision"].value or "auto")
            try:
                return self.machine.room(shared["memory_budget"], precision)
            except BudgetError as error:
                errors["memory_budget"] = str(error)
        return None

    def _refresh_form(self, name: str, form: ModelForm, room: Room | None, different: set[str]) -> None:
        (config, errors), found = form.read(), None
        if config is not None and room is not None:
            try:
                found = fit(config, room, self._info.test_count, self._train_count)
            except ValueError as error:
                errors = {"channels": str(error)}
        form.is_machine_known = bool(self.machine.device or self._trouble)
        form.show(config, errors, found, different)
        if form.is_used:
            self.problems |= {f"{name}.{field}": f"Model {name}: {text}" for field, text in errors.items()}

    def _draw(self) -> None:
        """Draw both networks by one scale, with what they cost."""
        scale = Scale.of([form.network for form in self.forms.values()])
        images = {"dataset": self._info.name, "train_images": self._train_count}
        comparison = self.settings(Comparison().model_copy(update=images))
        for form in self.forms.values():
            form.draw(scale, self._sample, self.times.about(form.read()[0], comparison))

    def _refresh_and_tell(self) -> None:
        self.refresh()
        self._on_change()

    def _copy(self, source: str, target: str) -> None:
        config, _ = self.forms[source].read()
        if config is not None:
            self.use(config, target)
