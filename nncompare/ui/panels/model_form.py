"""The settings of one model: used twice, for A and for B."""

from collections.abc import Callable

import ipywidgets as widgets
from pydantic.fields import FieldInfo

from nncompare import architectures
from nncompare.config import OPTIMIZERS, RunConfig, bounds, from_text
from nncompare.limits import Limits
from nncompare.memory.plan import Fit
from nncompare.ui.elements import Place, button, column, row, set_class, set_value, watched
from nncompare.ui.panels.field import Field

_CHOICES: dict[str, list[tuple[str, str]]] = {
    "optimizer": [(title, name) for name, title in OPTIMIZERS.items()],
    "schedule": [("Constant", "constant"), ("One cycle", "one-cycle")],
}
_BY_OPTIMIZER = {("momentum", "adam"): "SGD only", ("learning_rate", "sgd"): "0.01 to 0.1 suits SGD"}


class ModelForm:
    """Fields made from `RunConfig`, a note beside each, and the layer table; `read` returns the configuration."""

    def __init__(
        self, name: str, on_change: Callable[[], None], *, is_optional: bool, limits: Limits | None = None
    ) -> None:
        self.name, self._limits = name, limits or Limits()
        head: list[widgets.Widget] = [Place("nnc-title", "model_title.html", name=name)]
        self._switch: widgets.Checkbox | None = None
        if is_optional:
            switch = widgets.Checkbox(value=True, description=f"Train model {name}", indent=False)
            self._switch = watched(switch, on_change)
            head.append(switch)
        self.fields = {
            field: Field.of(RunConfig, field, on_change, _CHOICES.get(field, ())) for field in RunConfig.model_fields
        }
        self.memory, self.layers = Place("nnc-memory"), Place("nnc-layers")
        self._widest_channels: int | None = None
        self.widest = button("Widest that fits", self._take_widest)
        fields, fit = column("nnc-fields", list(self.fields.values())), row("nnc-fit", [self.memory, self.widest])
        self.box = column(f"nnc-card nnc-{name.lower()}", [row("nnc-head", head), fields, fit, self.layers])

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
                # read again as the same, without the zero of 3.0
                field.value = str(getattr(config, name)).removesuffix(".0")

    def show(self, config: RunConfig | None, errors: dict[str, str], fit: Fit | None) -> None:
        """Write the notes and the layer table for what `read` returned, and for what memory makes of it."""
        plan, is_adam = fit.plan if fit else None, self.fields["optimizer"].value == "adam"
        for name, field in self.fields.items():
            used = plan.why.get(name, "") if plan else ""
            field.tell(errors.get(name, ""), self._hint(name, config), used)
            set_value(field.control, disabled=not self.is_used or (name == "momentum" and is_adam))
        self._show_fit(config, fit)
        channels = plan.channels if plan else None
        self.layers.show("layers.html", layers=architectures.layers(channels) if channels else [], channels=channels)
        set_class(self.box, "nnc-off", not self.is_used)

    def _show_fit(self, config: RunConfig | None, fit: Fit | None) -> None:
        self.memory.show("memory.html", fit=fit)
        widest = min(fit.widest, self._limits.most("channels") or fit.widest) if fit is not None else None
        width = f": {widest} channels" if widest is not None else ""
        is_taken = widest is None or config is None or config.channels == widest
        set_value(self.widest, description=f"Widest that fits{width}", disabled=is_taken or not self.is_used)
        self._widest_channels = widest

    def _take_widest(self) -> None:
        if self._widest_channels is not None:
            self.fields["channels"].value = str(self._widest_channels)

    def _hint(self, name: str, config: RunConfig | None) -> str:
        if name == "epochs" and (most := self._limits.most(name)):
            return f"1 to {most} on this server"
        if name == "channels" and config is not None:
            return " → ".join(f"{width:,}" for width in architectures.widths(config.channels))
        if name in _CHOICES:
            is_cycle = name == "schedule" and config is not None and config.schedule == "one-cycle"
            return "the learning rate is its peak" if is_cycle else ""
        return _BY_OPTIMIZER.get((name, self.fields["optimizer"].value)) or _range_of(RunConfig.model_fields[name])


def _range_of(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    unit = f" {extra['unit']}" if isinstance(extra, dict) and "unit" in extra else ""
    return bounds(field).removeprefix("a whole number from ").removeprefix("a number ").removeprefix("from ") + unit
