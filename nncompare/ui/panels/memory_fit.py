"""What a model takes of the memory, the widest network that fits into it, and the layers of this one."""

from collections.abc import Callable, Sequence

from nncompare.architectures import Layer
from nncompare.config import RunConfig
from nncompare.limits import Limits
from nncompare.memory.plan import Fit
from nncompare.ui.elements import Place, button, set_value


class MemoryFit:
    """A sentence on the memory, a table of the layers, and `widest`, which calls `on_take` with the most channels."""

    def __init__(self, limits: Limits, on_take: Callable[[int], None]) -> None:
        self._limits, self._on_take = limits, on_take
        self.box = Place("nnc-fit")
        self._widest_channels: int | None = None
        self.widest = button("Widest that fits", self._take)

    def show(self, config: RunConfig | None, fit: Fit | None, layers: Sequence[Layer], *, is_used: bool) -> None:
        """Write what memory makes of a configuration, and its layers."""
        self.box.show_texts("fit.html", fit=fit, layers=layers)
        widest = min(fit.widest, self._limits.most("channels") or fit.widest) if fit is not None else None
        width = f": {widest} channels" if widest is not None else ""
        is_taken = widest is None or config is None or config.channels == widest
        set_value(self.widest, description=f"Widest that fits{width}", disabled=is_taken or not is_used)
        self._widest_channels = widest

    def _take(self) -> None:
        if self._widest_channels is not None:
            self._on_take(self._widest_channels)
