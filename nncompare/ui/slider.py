"""A slider with its unit, for mouse, touch and keyboard."""

from collections.abc import Callable
from typing import Any

import traitlets

from nncompare.ui.clickable import STATIC
from nncompare.ui.elements import set_value
from nncompare.ui.making import Scripted


class Slider(Scripted):
    """Calls `on_change` with every value that it is moved to: whole steps from `lowest` to `highest`.

    It is the browser's own slider: those of ipywidgets have no name for screen readers. What the page sends beyond its
    ends becomes the end, and what is no number is refused.
    """

    _esm = (STATIC / "slider.js").read_text(encoding="utf-8")
    label = traitlets.Unicode().tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    lowest = traitlets.Float(0.0).tag(sync=True)
    highest = traitlets.Float(1.0).tag(sync=True)
    step = traitlets.Float(1.0).tag(sync=True)
    value = traitlets.Any(0.0).tag(sync=True)
    is_off = traitlets.Bool(False).tag(sync=True)

    def __init__(self, on_change: Callable[[float], None]) -> None:
        super().__init__("nnc-slider")
        self.observe(lambda change: on_change(change["new"]), names="value")

    def offer(self, label: str, unit: str, lowest: float, highest: float, step: float, value: float) -> None:
        """Offer other values, under another name, and stand at one of them."""
        with self.hold_sync():
            set_value(self, label=label, unit=unit, lowest=lowest, highest=highest, step=step)
            set_value(self, value=value)

    @traitlets.validate("value")
    def _within(self, proposal: dict[str, Any]) -> float:
        value = proposal["value"]
        if not isinstance(value, int | float) or value != value:
            raise traitlets.TraitError(f"{value!r} is no number.")
        return float(min(max(value, self.lowest), self.highest))
