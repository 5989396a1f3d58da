"""How long an epoch takes on this machine, as it was measured when such a model was trained here."""

from collections.abc import Callable
from dataclasses import dataclass

from nncompare.config import Comparison, RunConfig
from nncompare.data import CATALOG
from nncompare.store import Store
from nncompare.ui.refresher import Refresher

_MOST_COMPARISONS = 100


@dataclass(frozen=True)
class _Work:
    """All that an epoch's time depends on, but for what else the machine has to do."""

    channels: int
    batch_size: int
    optimizer: str
    has_dropout: bool
    train_images: int
    device: str
    precision: str
    memory_budget: int | None
    is_alone: bool

    @classmethod
    def of(cls, config: RunConfig, comparison: Comparison) -> "_Work":
        model = config.channels, config.batch_size, config.optimizer, config.dropout > 0
        machine = comparison.device, comparison.precision, comparison.memory_budget
        images = CATALOG[comparison.dataset].used_images(comparison.train_images)
        return cls(*model, images, *machine, comparison.b is None)


class EpochTimes:
    """Knows the newest time of each kind of work that the store tells of; for other work there is none.

    While `is_asked`, it tells none: a lesson asks for it.
    """

    def __init__(self, refresher: Refresher, store: Store, on_change: Callable[[], None]) -> None:
        self._refresher, self._store, self._on_change = refresher, store, on_change
        self._seconds: dict[_Work, float] = {}
        self.is_asked = False

    def look(self) -> None:
        """Read the store again, beside the refresher's thread: on a slow disk that takes long."""
        self._refresher.in_background(self._read, self._on_read, lambda _: None)  # without the store nothing is known

    def seconds(self, config: RunConfig | None, comparison: Comparison | None) -> float | None:
        """Return the seconds of an epoch of a model; None where such a model was not trained here.

        `comparison` says what it shares with the other one. Where a setting is wrong there is none.
        """
        if config is None or comparison is None or self.is_asked:
            return None
        return self._seconds.get(_Work.of(config, comparison))

    def about(self, config: RunConfig | None, comparison: Comparison | None) -> str:
        """Return the same as text; nothing where it is not known."""
        seconds = self.seconds(config, comparison)
        return "" if seconds is None else f"{seconds:.1f}" if seconds < 9.95 else f"{seconds:,.0f}"

    def _read(self) -> dict[_Work, float]:
        found: dict[_Work, float] = {}
        for summary in self._store.summaries(_MOST_COMPARISONS):
            for model in summary.models if summary.is_from_here else ():
                if model.epoch_seconds is not None:
                    found.setdefault(_Work.of(model.config, summary.comparison), model.epoch_seconds)
        return found

    def _on_read(self, found: dict[_Work, float]) -> None:
        if found != self._seconds:
            self._seconds = found
            self._on_change()
