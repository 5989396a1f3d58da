"""The settings of one model: used twice, for A and for B."""

from collections.abc import Callable

import ipywidgets as widgets

from nncompare import architectures
from nncompare.config import RunConfig, bounds, from_text
from nncompare.limits import Limits
from nncompare.memory.plan import Fit
from nncompare.ui.elements import button, column, html, row, set_class, set_value
from nncompare.ui.html import render
from nncompare.ui.panels.field import Field

_CHOICES = {
    "optimizer": [("Adam", "adam"), ("SGD", "sgd")],
    "schedule": [("Constant", "constant"), ("One cycle", "one-cycle")],
}


class ModelForm:
    """Fields made from `RunConfig`, a note beside each, and the layer table; `read` returns the configuration."""

    def __init__(
        self, name: str, on_change: Callable[[], None], *, is_optional: bool, limits: Limits | None = None
    ) -> None:
        self.name, self._limits = name, limits or Limits()
        self._switch = _switch(name) if is_optional else None
        self.fields = {field: Field(_input(field)) for field in RunConfig.model_fields}
        self.memory = html("nnc-memory")
        self._widest_channels: int | None = None
        self.widest = button("Widest that fits", self._take_widest)
        self.layers = html("nnc-layers")
        for widget in (*([self._switch] if self._switch else []), *(field.control for field in self.fields.values())):
            widget.observe(lambda _: on_change(), names="value")
        title = html("nnc-title", render("model_title.html", name=name))
        head = row("nnc-head", [title, self._switch] if self._switch is not None else [title])
        fit = row("nnc-fit", [self.memory, self.widest])
        fields = column("nnc-fields", list(self.fields.values()))
        self.box = column(f"nnc-card nnc-{name.lower()}", [head, fields, fit, self.layers])

    def read(self) -> tuple[RunConfig | None, dict[str, str]]:
        """Return the configuration, or None and a sentence for each wrong field."""
        config, errors = from_text({name: field.value for name, field in self.fields.items()})
        if config is not None and (errors := self._limits.wrong(config)):
            return None, errors
        return config, errors

    @property
    def is_used(self) -> bool:
        """Whether this model is to be trained."""
        return self._switch is None or bool(self._switch.value)

    def write(self, config: RunConfig | None) -> None:
        """Put a configuration into the fields; None switches the model off."""
        if self._switch is not None:
            set_value(self._switch, value=config is not None)
        if config is not None:
            for name, field in self.fields.items():
                field.value = _text(getattr(config, name))

    def show(self, config: RunConfig | None, errors: dict[str, str], fit: Fit | None) -> None:
        """Write the notes and the layer table for what `read` returned, and for what memory makes of it."""
        plan = fit.plan if fit else None
        for name, field in self.fields.items():
            used = plan.why.get(name, "") if plan else ""
            field.tell(errors.get(name, ""), self._hint(name, config), used)
            set_value(field.control, disabled=not self.is_used or (name == "momentum" and self._optimizer == "adam"))
        self._show_fit(config, fit)
        channels = plan.channels if plan else None
        table = architectures.layers(channels) if channels else []
        set_value(self.layers, value=render("layers.html", layers=table, channels=channels))
        set_class(self.box, "nnc-off", not self.is_used)

    def _show_fit(self, config: RunConfig | None, fit: Fit | None) -> None:
        set_value(self.memory, value=render("memory.html", fit=fit))
        widest = min(fit.widest, self._limits.most("channels") or fit.widest) if fit is not None else None
        width = f": {widest} channels" if widest is not None else ""
        set_value(self.widest, description=f"Widest that fits{width}")
        is_taken = widest is None or config is None or config.channels == widest
        set_value(self.widest, disabled=is_taken or not self.is_used)
        self._widest_channels = widest

    def _take_widest(self) -> None:
        if self._widest_channels is not None:
            self.fields["channels"].value = str(self._widest_channels)

    def _hint(self, name: str, config: RunConfig | None) -> str:
        if name == "epochs" and (most := self._limits.most(name)):
            return f"1 to {most} on this server"
        return _hint(name, config, self._optimizer)

    @property
    def _optimizer(self) -> str:
        return str(self.fields["optimizer"].value)


def _switch(name: str) -> widgets.Checkbox:
    return widgets.Checkbox(value=True, description=f"Train model {name}", indent=False)


def _input(name: str) -> widgets.Widget:
    field = RunConfig.model_fields[name]
    if name in _CHOICES:
        return widgets.Dropdown(options=_CHOICES[name], description=field.title, tooltip=field.description)
    return widgets.Text(description=field.title, tooltip=field.description, continuous_update=True)


def _text(value: str | float) -> str:
    """Write a setting so that it is read again as the same; without the zero of 3.0."""
    return str(value).removesuffix(".0")


def _hint(name: str, config: RunConfig | None, optimizer: str) -> str:
    if name == "channels" and config is not None:
        return " → ".join(f"{width:,}" for width in architectures.widths(config.channels))
    if name == "schedule":
        return "the learning rate is its peak" if config is not None and config.schedule == "one-cycle" else ""
    if name == "optimizer":
        return ""
    if name == "momentum" and optimizer == "adam":
        return "SGD only"
    if name == "learning_rate" and optimizer == "sgd":
        return "0.01 to 0.1 suits SGD"
    field = RunConfig.model_fields[name]
    extra = field.json_schema_extra
    unit = f" {extra['unit']}" if isinstance(extra, dict) and "unit" in extra else ""
    return bounds(field).removeprefix("a whole number from ").removeprefix("a number ").removeprefix("from ") + unit
