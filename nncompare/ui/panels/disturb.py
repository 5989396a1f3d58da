"""Disturbs the image that is looked at, and shows it as the networks see it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nncompare.data import png_data_uri
from nncompare.disturbances import DISTURBANCES, Disturbance, DisturbanceName
from nncompare.ui.elements import Place, button, column, dropdown, row, set_value
from nncompare.ui.refresher import Refresher
from nncompare.ui.slider import Slider


class DisturbPanel:
    """Calls `on_change` when another disturbance, or another strength of it, is chosen."""

    def __init__(self, refresher: Refresher, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        options = [(info.title, name) for name, info in DISTURBANCES.items()]
        self.kind = dropdown("Disturb it", options, refresher.posting(self.take_off))
        self.slider = Slider(refresher.posting(self._on_strength))
        self.reset = button("Reset", refresher.posting(self.take_off))
        self.seen = Place("nnc-seen")
        controls = column("nnc-strength", [row("nnc-row nnc-picking", [self.kind, self.reset]), self.slider])
        self.box = column("nnc-card nnc-disturb", [self.seen, controls])
        self.begin()

    @property
    def disturbance(self) -> Disturbance | None:
        """What is chosen; None where it changes nothing."""
        is_on = self._strength != DISTURBANCES[self._name].neutral
        return Disturbance(self._name, self._strength) if is_on else None

    def show(self, pixels: NDArray[np.uint8] | None, words: str, label: str = "", change: str = "") -> None:
        """Show an image (28, 28): what it is, its true class, and what was changed, where there is such."""
        src = png_data_uri(pixels) if pixels is not None else ""
        self.seen.show_texts("seen.html", src=src, words=words, label=label, change=change)

    def enable(self, is_possible: bool) -> None:
        """Let the strength be changed, or not: only networks that answer see what it does."""
        set_value(self.slider, is_off=not is_possible)

    def begin(self) -> None:
        """Stand where nothing is changed."""
        self._name: DisturbanceName = self.kind.value
        info = DISTURBANCES[self._name]
        self._strength = info.neutral
        self.slider.offer(info.title, info.unit, info.lowest, info.highest, info.step, info.neutral)
        set_value(self.reset, disabled=True)

    def take_off(self) -> None:
        """Change nothing any more."""
        self.begin()
        self._on_change()

    def _on_strength(self, strength: float) -> None:
        info = DISTURBANCES[self._name]
        within = min(max(strength, info.lowest), info.highest)  # the kind may have been changed since it was moved
        if within != self._strength:
            self._strength = within
            set_value(self.reset, disabled=self.disturbance is None)
            self._on_change()
