"""The settings of one model: used twice, for A and for B."""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache

import ipywidgets as widgets

from nncompare import architectures
from nncompare.architectures import Layer
from nncompare.config import OPTIMIZERS, RunConfig, from_text, read_field
from nncompare.limits import Limits
from nncompare.memory.plan import Fit
from nncompare.ui.elements import Place, button, column, row, set_class, set_value, watched
from nncompare.ui.making import make
from nncompare.ui.panels.field import Field
from nncompare.ui.panels.memory_fit import MemoryFit
from nncompare.ui.panels.network_picture import NetworkPicture, Scale
from nncompare.words import setting

FIRST = ("channels", "dropout", "batch_size", "learning_rate", "optimizer", "epochs")
"""The settings that a form shows at once; the others are under More."""
RARE = tuple(name for name in RunConfig.model_fields if name not in FIRST)

_CHOICES: dict[str, list[tuple[str, str]]] = {
    "optimizer": [(title, name) for name, title in OPTIMIZERS.items()],
    "schedule": [("Constant", "constant"), ("One cycle", "one-cycle")],
}
_LEAST_RATE = 1e-6  # a smaller one is allowed, but moves no weight by much in a hundred epochs
_BY_OPTIMIZER = {("momentum", "adam"): "SGD only", ("learning_rate", "sgd"): "0.01 to 0.1 suits SGD"}


class ModelForm:
    """Fields made from `RunConfig`, a picture of the network, and its costs; `read` returns the configuration.

    `box` has what is mostly changed, `more` all else. Where a lesson asks for the memory (`is_memory_asked`), neither
    tells it; the picture does not either while the workers are still to say what they train with. `on_copy` is called
    where the settings are to be copied to the `other` model.
    """

    def __init__(
        self,
        name: str,
        other: str,
        on_change: Callable[[], None],
        on_copy: Callable[[], None],
        limits: Limits | None = None,
    ) -> None:
        self.name, self._other, self._limits = name, other, limits or Limits()
        self.network: Sequence[Layer] = []  # empty while its width is wrong
        self._training_bytes, self.is_memory_asked, self.is_machine_known = 0, False, False
        self._texts: dict[str, str] = {}
        self._found: tuple[RunConfig | None, dict[str, str]] = None, {}
        self.copy = button(f"Copy to {other}", on_copy)
        self._switch: widgets.Checkbox | None = None
        if name == "B":  # A is always trained
            self._switch = watched(
                make(widgets.Checkbox, value=True, description=f"Train {name}", indent=False), on_change
            )
        self.fields = {
            field: Field.of(RunConfig, field, on_change, _CHOICES.get(field, ())) for field in RunConfig.model_fields
        }
        self._apart = Place("nnc-apart")
        self.picture = NetworkPicture(name)
        self.fit = MemoryFit(self._limits, self._take_width)
        self.box, self.more = self._arranged(), self._arranged_more()

    def read(self) -> tuple[RunConfig | None, dict[str, str]]:
        """Return the configuration, or None and a sentence for each wrong field."""
        texts = {name: field.value for name, field in self.fields.items()}
        if texts != self._texts:  # it is asked for several times after each key
            self._texts, self._found = texts, from_text(texts)
        config, errors = self._found
        if config is not None and (wrong := self._limits.wrong(config)):
            return None, wrong
        return config, dict(errors)

    def value(self, name: str) -> object:
        """Return the value of one setting; where it is wrong, what was entered."""
        return _value(name, self.fields[name].value)

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

    def show(
        self, config: RunConfig | None, errors: dict[str, str], fit: Fit | None, differing: Collection[str] = ()
    ) -> None:
        """Write the notes and the layer table for what `read` returned, and for what memory makes of it.

        The settings that are `differing` from those of the other model are marked.
        """
        plan, is_adam = fit.plan if fit else None, self.fields["optimizer"].value == "adam"
        for name, field in self.fields.items():
            used = plan.why.get(name, "") if plan else ""
            differs = f"Differs from model {self._other}." if name in differing else ""
            field.tell(errors.get(name, ""), self._hint(name, config), used, differs)
            set_value(field.control, disabled=not self.is_used or (name == "momentum" and is_adam))
        channels = plan.channels if plan else self._entered_channels(errors)
        self.network = architectures.layers(channels) if channels else []
        self._training_bytes = plan.training_bytes if plan and self.is_machine_known else 0
        self.fit.show(config, None if self.is_memory_asked else fit, self.network, is_used=self.is_used)
        self._apart.show_texts("model_apart.html", told=self._rare_words(differing))
        for box in (self.box, self.more):
            set_class(box, "nnc-off", not self.is_used)

    def draw(self, scale: Scale, sample: str, seconds: str) -> None:
        """Draw the network by a scale that both models have, and write what it costs; `seconds` are of an epoch."""
        parameters = sum(layer.parameters for layer in self.network) if self.network else None
        training_bytes = None if self.is_memory_asked else self._training_bytes
        costs = {"parameters": parameters, "training_bytes": training_bytes, "seconds": seconds}
        self.picture.show(self.network, scale, sample, costs)

    def _arranged(self) -> widgets.Widget:
        self.copy.add_class("nnc-plain-link")
        switch = [self._switch] if self._switch is not None else []
        title = Place("nnc-title", "model_title.html", name=self.name)
        head = row("nnc-head", [title, self._apart, self.copy, *switch])
        fields = row("nnc-fields", [self.fields[name] for name in FIRST])
        return column(self._css_classes, [head, fields, self.picture])

    def _arranged_more(self) -> widgets.Widget:
        head = Place("nnc-head", "model_title.html", name=self.name)
        fields = row("nnc-fields", [self.fields[name] for name in RARE])
        return column(self._css_classes, [head, fields, self.fit.widest, self.fit])

    @property
    def _css_classes(self) -> str:
        return f"nnc-card nnc-form nnc-{self.name.lower()}"

    def _rare_words(self, differing: Collection[str]) -> list[str]:
        """Say what is set otherwise than in the other model under More, where nobody sees it."""
        names = [name for name in RARE if name in differing and not self.fields[name].control.disabled]
        return [f"{str(RunConfig.model_fields[name].title).lower()} {self.fields[name].value}" for name in names]

    def _entered_channels(self, errors: dict[str, str]) -> int | None:
        """Return the width where another setting is wrong: the network is drawn all the same."""
        channels = self.value("channels")
        return channels if isinstance(channels, int) and "channels" not in errors else None

    def _take_width(self, channels: int) -> None:
        self.fields["channels"].value = str(channels)

    def _hint(self, name: str, config: RunConfig | None) -> str:
        if name == "epochs" and (most := self._limits.most(name)):
            return f"1 to {most} on this server"
        if name == "schedule" and config is not None and config.schedule == "one-cycle":
            return "the learning rate is its peak"
        if name == "learning_rate" and config is not None and config.learning_rate < _LEAST_RATE:
            return f"{setting(config.learning_rate)} is too small to learn"
        return _BY_OPTIMIZER.get((name, self.fields["optimizer"].value), "")


@lru_cache
def _value(name: str, text: str) -> object:
    value, error = read_field(RunConfig, name, text)
    return text if error else value


def differing(a: ModelForm, b: ModelForm) -> set[str]:
    """Return the settings in which two models differ; none where only one is trained."""
    are_both_used = a.is_used and b.is_used
    return {name for name in RunConfig.model_fields if are_both_used and a.value(name) != b.value(name)}
