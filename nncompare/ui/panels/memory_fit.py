"""What a model takes of the memory, and the widest network that fits into it."""

from collections.abc import Callable

from nncompare.config import RunConfig
from nncompare.limits import Limits
from nncompare.memory.plan import Fit
from nncompare.ui.elements import Place, button, row, set_value


class MemoryFit:
    """A sentence on the memory, and a button that calls `on_take` with the most channels that fit."""

    def __init__(self, limits: Limits, on_take: Callable[[int], None]) -> None:
        self._limits, self._on_take = limits, on_take
        self.memory = Place("nnc-memory")
        self._widest_channels: int | None = None
        self.widest = button("Widest that fits", self._take)
        self.box = row("nnc-fit", [self.memory, self.widest])

    def show(self, config: RunConfig | None, fit: Fit | None, *, is_used: bool) -> None:
        """Write what memory makes of a configuration."""
        self.memory.show_texts("memory.html", fit=fit)
        widest = min(fit.widest, self._limits.most("channels") or fit.widest) if fit is not None else None
        width = f": {widest} channels" if widest is not None else ""
        is_taken = widest is None or config is None or config.channels == widest
        set_value(self.widest, description=f"Widest that fits{width}", disabled=is_taken or not is_used)
        self._widest_channels = widest

    def _take(self) -> None:
        if self._widest_channels is not None:
            self._on_take(self._widest_channels)
