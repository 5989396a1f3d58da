"""Which data sets are on this machine: looked for, fetched or made, and loaded, beside the refresher's thread."""

from collections.abc import Callable
from functools import partial

from nncompare.data import (
    CATALOG,
    Availability,
    DatasetState,
    ImageData,
    dataset_state,
    fetch,
    load,
    png_data_uri,
    preview,
    sample_per_class,
)
from nncompare.ui.refresher import Refresher


class LocalDatasets:
    """The state of every data set, by its name; calls `on_change` when one changes."""

    def __init__(self, refresher: Refresher, on_change: Callable[[], None]) -> None:
        self._refresher, self._on_change = refresher, on_change
        self.states: dict[str, DatasetState] = {}
        self.images: dict[str, ImageData] = {}  # of those that are loaded
        self.samples: dict[str, list[str]] = {}  # an image of each class, as addresses for HTML
        self.progress: dict[str, float] = {}  # the share, from 0 to 1, of those that are being fetched
        self.errors: dict[str, str] = {}  # why one could not be fetched or loaded

    def is_ready(self, name: str) -> bool:
        """Return whether a data set is on this machine, whole."""
        return self.states[name].availability is Availability.READY

    def look(self, name: str) -> None:
        """Look whether a data set is there, and load it."""
        self.states[name] = dataset_state(name)
        self.images.pop(name, None)
        if self.is_ready(name):
            self._refresher.in_background(
                lambda: _load_with_samples(name),
                partial(self._on_loaded, name),
                partial(self._on_load_failed, name),
            )

    def fetch(self, name: str) -> None:
        """Download a data set, or make it; nothing happens while that is going on."""
        if name in self.progress:
            return
        self.progress[name] = 0.0
        self.errors.pop(name, None)
        self._refresher.in_background(
            lambda: fetch(name, progress=partial(self._on_progress, name)),
            lambda _: self._on_fetched(name, None),
            partial(self._on_fetched, name),
        )
        self._on_change()

    def preview_missing(self) -> None:
        """Draw samples of the synthetic sets that are not made yet."""
        for name, info in CATALOG.items():
            if info.synthetic and name not in self.samples:
                self._refresher.in_background(
                    lambda info=info: [png_data_uri(image) for image in preview(info)],  # type: ignore[misc]
                    partial(self._on_previewed, name),
                    lambda _: None,  # without a preview its place stays empty
                )

    def _on_previewed(self, name: str, samples: list[str]) -> None:
        self.samples.setdefault(name, samples)
        self._on_change()

    def _on_loaded(self, name: str, loaded: tuple[ImageData, list[str]]) -> None:
        self.images[name], self.samples[name] = loaded
        self.errors.pop(name, None)
        self._on_change()

    def _on_load_failed(self, name: str, error: Exception) -> None:
        self.states[name] = DatasetState(name, Availability.DAMAGED, None, str(error))
        self.errors[name] = str(error)
        self._on_change()

    def _on_progress(self, name: str, done: int, total: int) -> None:
        # Only a number is left here: the refresher draws it.
        if name in self.progress:
            self.progress[name] = done / max(total, 1)

    def _on_fetched(self, name: str, error: Exception | None) -> None:
        self.progress.pop(name, None)
        self.look(name)
        if error is not None:
            self.errors[name] = str(error)
        self._on_change()


def _load_with_samples(name: str) -> tuple[ImageData, list[str]]:
    images = load(name)
    return images, [png_data_uri(images.train_images[index]) for index in sample_per_class(images)]
