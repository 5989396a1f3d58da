"""Which data sets are on this machine: looked for, fetched or made, and loaded, beside the refresher's thread."""

from collections.abc import Callable

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
    """The state of every data set; calls `on_change` when one changes.

    Attributes
    ----------
    states : dict of str to DatasetState
    images : dict of str to ImageData
        Those that are loaded.
    samples : dict of str to list of str
        An image of each class, as addresses for HTML.
    progress : dict of str to float
        The share, from 0 to 1, of those that are being fetched.
    errors : dict of str to str
        Why one could not be fetched or loaded.
    """

    def __init__(self, refresher: Refresher, on_change: Callable[[], None]) -> None:
        self._refresher, self._on_change = refresher, on_change
        self.states: dict[str, DatasetState] = {}
        self.images: dict[str, ImageData] = {}
        self.samples: dict[str, list[str]] = {}
        self.progress: dict[str, float] = {}
        self.errors: dict[str, str] = {}

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
                lambda loaded: self._on_loaded(name, *loaded),
                lambda error: self._on_load_failed(name, error),
            )

    def fetch(self, name: str) -> None:
        """Download a data set, or make it; nothing happens while that is going on."""
        if name in self.progress:
            return
        self.progress[name] = 0.0
        self.errors.pop(name, None)
        self._refresher.in_background(
            lambda: fetch(name, progress=lambda done, total: self._on_progress(name, done, total)),
            lambda _: self._on_fetched(name),
            lambda error: self._on_fetched(name, str(error)),
        )
        self._on_change()

    def preview_missing(self) -> None:
        """Draw samples of the synthetic sets that are not made yet."""
        for name, info in CATALOG.items():
            if info.synthetic and name not in self.samples:
                self._preview(name)

    def _preview(self, name: str) -> None:
        self._refresher.in_background(
            lambda: [png_data_uri(image) for image in preview(CATALOG[name])],
            lambda samples: self._on_previewed(name, samples),
            lambda _: None,  # without a preview its place stays empty
        )

    def _on_previewed(self, name: str, samples: list[str]) -> None:
        self.samples.setdefault(name, samples)
        self._on_change()

    def _on_loaded(self, name: str, images: ImageData, samples: list[str]) -> None:
        self.images[name], self.samples[name] = images, samples
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

    def _on_fetched(self, name: str, error: str = "") -> None:
        self.progress.pop(name, None)
        self.look(name)
        if error:
            self.errors[name] = error
        self._on_change()


def _load_with_samples(name: str) -> tuple[ImageData, list[str]]:
    images = load(name)
    return images, [png_data_uri(images.train_images[index]) for index in sample_per_class(images)]
