"""The second step: two identical forms, presets, and settings that can be kept and shared."""

from collections.abc import Callable

import ipywidgets as widgets
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from nncompare.comparison.precision import chosen_precision
from nncompare.config import Comparison, RunConfig, one_sentence
from nncompare.data import CATALOG
from nncompare.limits import Limits
from nncompare.memory import BudgetError, model_memory_limit
from nncompare.memory.plan import fit
from nncompare.settings_file import LARGEST_BYTES, read_settings
from nncompare.ui.elements import button, column, html, row, set_value
from nncompare.ui.html import render
from nncompare.ui.open_file import OpenFile
from nncompare.ui.panels.machine_notes import Machine
from nncompare.ui.panels.model_form import ModelForm
from nncompare.ui.panels.shared_settings import SHARED, SharedSettings
from nncompare.ui.presets import PRESETS, Preset
from nncompare.ui.refresher import Refresher

_MOST_TEST_IMAGES = max(info.test_count for info in CATALOG.values())


class ModelsStep:
    """Holds the settings of both models and what they share; `settings` and `problems` say what they come to.

    Calls `on_change` after every change, `on_open` with a comparison that was read from a file, and
    `on_next` when the user goes on.
    """

    def __init__(
        self,
        refresher: Refresher,
        on_change: Callable[[], None],
        on_open: Callable[[Comparison], None],
        on_images: Callable[[int | None], None],
        on_next: Callable[[], None],
        limits: Limits | None = None,
    ) -> None:
        self._refresher, self._on_change, self._on_open, self._on_images = refresher, on_change, on_open, on_images
        self._comparison = Comparison()
        self.machine, self._device_error = Machine.here(), ""
        self._forms = {
            name: ModelForm(name, self._on_field_change, is_optional=name == "B", limits=limits) for name in ("A", "B")
        }
        self._shared = SharedSettings(self._on_field_change)
        self._question = html("nnc-question", render("question.html", preset=None))
        self._file = OpenFile(
            "Open settings",
            ".json",
            LARGEST_BYTES,
            lambda name, content: refresher.post(lambda: self._open(name, content)),
        )
        self._file_note = html("nnc-file-note")
        self._keep = html("nnc-keep")
        self.problems: dict[str, str] = {}
        self.box = column("nnc-step", [*self._arrange(on_next)])

    def _arrange(self, on_next: Callable[[], None]) -> list[widgets.Widget]:
        presets = [button(p.name, lambda p=p: self._post(lambda: self._use(p))) for p in PRESETS]  # type: ignore[misc]
        copies = [
            button("Copy A to B", lambda: self._post(lambda: self._copy("A", "B"))),
            button("Copy B to A", lambda: self._post(lambda: self._copy("B", "A"))),
        ]
        return [
            html("nnc-heading", "<h2>Two networks, side by side</h2>"),
            row("nnc-row", [html("nnc-label", "Start from"), *presets]),
            self._question,
            row("nnc-two", [form.box for form in self._forms.values()]),
            row("nnc-row", copies),
            self._shared.box,
            row("nnc-row", [self._file, self._keep]),
            self._file_note,
            html("nnc-help", render("help.html", fields=_explained_fields())),
            row("nnc-row nnc-next", [button("Next: training", on_next, strong=True)]),
        ]

    def write(self, comparison: Comparison) -> None:
        """Put settings into the forms."""
        self._comparison = comparison
        self._forms["A"].write(comparison.a)
        self._forms["B"].write(comparison.b)
        self._shared.write(comparison)
        self.refresh()

    def use(self, config: RunConfig, name: str) -> None:
        """Put the settings of one model into the form of model `name`."""
        self._forms[name].write(config)
        self._on_field_change()

    @property
    def device(self) -> str:
        """The device that is chosen."""
        return self._shared.device

    def show_machine(self, machine: Machine, device_error: str = "") -> None:
        """Reckon with this machine from now on; or with none, where the chosen device is not there."""
        self.machine, self._device_error = machine, device_error
        self.refresh()

    def refresh(self) -> None:
        """Read the forms, and write their notes and tables."""
        self.problems = {}
        shared, errors = self._shared.read()
        limit = self._memory_limit(shared, errors)
        for name, form in self._forms.items():
            self._refresh_form(name, form, limit)
        if self._device_error:
            errors = {**errors, "device": self._device_error}
        self.problems |= errors
        self._shared.show(errors, self.machine, _budget(shared))

    def settings(self, base: Comparison) -> Comparison | None:
        """Give `base` with both models and what they share as the forms say; None while something is wrong."""
        a, b = (form.read()[0] for form in self._forms.values())
        shared, errors = self._shared.read()
        is_b_used = self._forms["B"].is_used
        if a is None or errors or (is_b_used and b is None):
            return None
        return base.model_copy(update={"a": a, "b": b if is_b_used else None, **shared})

    def keep(self, comparison: Comparison | None, link: str) -> None:
        """Offer the settings as a file and as a link."""
        json = comparison.model_dump_json(indent=2) if comparison else ""
        set_value(self._keep, value=render("keep.html", json=json, link=link))

    def _memory_limit(self, shared: dict[str, object], errors: dict[str, str]) -> int | None:
        """Give the bytes for one model; None, and a sentence among the errors, where the budget is wrong."""
        if "memory_budget" in errors:
            return None
        try:
            return model_memory_limit(_budget(shared), self.machine.available_bytes, self.machine.physical_bytes)
        except BudgetError as error:
            errors["memory_budget"] = str(error)
            return None

    def _refresh_form(self, name: str, form: ModelForm, limit: int | None) -> None:
        config, errors = form.read()
        found = None
        if config is not None and limit is not None:
            try:
                has_native = self.machine.has_native_bfloat16
                precision = chosen_precision(self._shared.precision, config.channels, has_native_bfloat16=has_native)
                found = fit(config, limit, _MOST_TEST_IMAGES, precision)
            except ValueError as error:
                errors = {"channels": str(error)}
        form.show(config, errors, found)
        if form.is_used:
            self.problems |= {f"{name}.{field}": f"Model {name}: {text}" for field, text in errors.items()}

    def _on_field_change(self) -> None:
        self._post(lambda: None)

    def _post(self, action: Callable[[], None]) -> None:
        def then_refresh() -> None:
            action()
            self.refresh()
            self._on_change()

        self._refresher.post(then_refresh)

    def _copy(self, source: str, target: str) -> None:
        config, _ = self._forms[source].read()
        if config is not None:
            self._forms[target].write(config)

    def _use(self, preset: Preset) -> None:
        self._forms["A"].write(preset.a)
        self._forms["B"].write(preset.b)
        self._on_images(preset.train_images)
        set_value(self._question, value=render("question.html", preset=preset))

    def _open(self, name: str, content: bytes | None) -> None:
        try:
            if content is None:
                raise ValueError("is too large to be a file of settings.")
            comparison = Comparison.model_validate(read_settings(content))
        except ValidationError as error:
            self._say(f"{name} was not taken. {one_sentence(error, Comparison)}")
        except ValueError as error:
            self._say(f"{name} was not taken: it {error}")
        else:
            self._on_open(comparison)
            set_value(self._file_note, value=render("opened.html", name=name))

    def _say(self, message: str) -> None:
        set_value(self._file_note, value=render("message.html", message=message))


def _explained_fields() -> list[FieldInfo]:
    return [*RunConfig.model_fields.values(), *(Comparison.model_fields[name] for name in SHARED)]


def _budget(shared: dict[str, object]) -> int | None:
    budget = shared.get("memory_budget")
    return budget if isinstance(budget, int) else None
