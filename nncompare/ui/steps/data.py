"""The first step: which images are learned, and how many of them."""

from collections.abc import Callable

import ipywidgets as widgets

from nncompare.config import Comparison, read_field
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
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import button, column, html, row, set_class, set_value
from nncompare.ui.html import render
from nncompare.ui.refresher import Refresher

_ALL = "all"
_COUNTS = ("1,000", "5,000", "10,000", "30,000", _ALL)


class DataStep:
    """Chooses a data set, fetches it where it is missing, and says what stands in the way.

    Calls `on_change` after every change, and `on_next` when the user goes on.
    """

    def __init__(self, refresher: Refresher, on_change: Callable[[], None], on_next: Callable[[], None]) -> None:
        self._refresher, self._on_change = refresher, on_change
        self.dataset = "mnist"
        self.images: ImageData | None = None
        self._states: dict[str, DatasetState] = {}
        self._strips: dict[str, list[str]] = {}
        self._progress: dict[str, float] = {}
        self._errors: dict[str, str] = {}
        self._cards = Clickable(lambda name: refresher.post(lambda: self.choose(name)), "nnc-datasets")
        self._status = html("nnc-status")
        self._fetch = button("Download", lambda: refresher.post(self._fetch_chosen), strong=True)
        self._stand_in = button("Use the stand-in", lambda: refresher.post(self._choose_stand_in))
        self._next = button("Next: models", on_next, strong=True)
        self._count = widgets.Combobox(value=_ALL, options=_COUNTS, description="Training images")
        self._count.tooltip = Comparison.model_fields["train_images"].description
        self._count.observe(lambda _: refresher.post(self._on_count_change), names="value")
        self._count_note = html("nnc-note")
        self.box = column(
            "nnc-step",
            [
                html("nnc-heading", "<h2>Which images should they learn?</h2>"),
                self._cards,
                row("nnc-row nnc-action", [self._status, self._fetch, self._stand_in]),
                row("nnc-field nnc-count", [self._count, self._count_note]),
                row("nnc-row nnc-next", [self._next]),
            ],
        )

    def open(self, dataset: str, train_images: int | None) -> None:
        """Show all data sets with the given one chosen."""
        self.dataset = dataset
        self.set_count(train_images)
        for name in CATALOG:
            self._look(name)
        self._refresh()

    def choose(self, name: str) -> None:
        """Choose a data set; one that is made here is made at once."""
        if name not in CATALOG:
            return
        self.dataset = name
        self.images = None
        self._look(name)
        if self._states[name].availability is Availability.GENERATE:
            self._fetch_chosen()
        self._refresh()
        self._on_change()

    def set_count(self, train_images: int | None) -> None:
        """Set how many training images are used; None: all."""
        set_value(self._count, value=_ALL if train_images is None else f"{train_images:,}")

    @property
    def problems(self) -> dict[str, str]:
        """What stands in the way of training: field to sentence."""
        found = {}
        if self._count_error:
            found["train_images"] = self._count_error
        title = CATALOG[self.dataset].title
        if self.dataset in self._progress:
            found["dataset"] = f"{title} is on its way. Training can start when it is here."
        elif self._states[self.dataset].availability is not Availability.READY:
            found["dataset"] = f"{title} is not here yet. Get it on the Data step."
        return found

    def settings(self, base: Comparison) -> Comparison:
        """Give `base` with the chosen data set and number of images."""
        return base.model_copy(update={"dataset": self.dataset, "train_images": self._train_images()})

    def _train_images(self) -> int | None:
        return self._read_count()[0]

    @property
    def _count_error(self) -> str:
        return self._read_count()[1]

    def _read_count(self) -> tuple[int | None, str]:
        text = self._count.value.strip().lower()
        return (None, "") if text == _ALL else read_field(Comparison, "train_images", text)

    def _on_count_change(self) -> None:
        self._refresh()
        self._on_change()

    def _look(self, name: str) -> None:
        self._states[name] = dataset_state(name)
        if self._states[name].availability is Availability.READY:
            self._refresher.in_background(
                lambda: _load_with_strip(name),
                lambda answer: self._on_loaded(name, *answer),
                lambda error: self._on_load_failed(name, error),
            )

    def preview_missing(self) -> None:
        """Draw samples of the synthetic sets that are not made yet."""
        for name, info in CATALOG.items():
            if info.synthetic and name not in self._strips:
                self._preview(name)

    def _preview(self, name: str) -> None:
        self._refresher.in_background(
            lambda: [png_data_uri(image) for image in preview(CATALOG[name])],
            lambda strip: self._on_previewed(name, strip),
            lambda _: None,  # without a preview its place stays empty
        )

    def _on_previewed(self, name: str, strip: list[str]) -> None:
        self._strips.setdefault(name, strip)
        self._refresh()

    def _on_loaded(self, name: str, images: ImageData, strip: list[str]) -> None:
        self._strips[name] = strip
        self._errors.pop(name, None)
        if name == self.dataset:
            self.images = images
        self._refresh()
        self._on_change()

    def _on_load_failed(self, name: str, error: Exception) -> None:
        self._states[name] = DatasetState(name, Availability.DAMAGED, None, str(error))
        self._errors[name] = str(error)
        self._refresh()
        self._on_change()

    def _choose_stand_in(self) -> None:
        self.choose(CATALOG[self.dataset].stand_in or self.dataset)

    def _fetch_chosen(self) -> None:
        name = self.dataset
        if name in self._progress:
            return
        self._progress[name] = 0.0
        self._errors.pop(name, None)
        self._refresher.in_background(
            lambda: fetch(name, progress=lambda done, total: self._on_progress(name, done, total)),
            lambda _: self._on_fetched(name),
            lambda error: self._on_fetch_failed(name, error),
        )
        self._refresh()
        self._on_change()

    def _on_progress(self, name: str, done: int, total: int) -> None:
        # Only a number is left here: the refresher draws it.
        if name in self._progress:
            self._progress[name] = done / max(total, 1)

    def _on_fetched(self, name: str) -> None:
        self._progress.pop(name, None)
        self._look(name)
        self._refresh()
        self._on_change()

    def _on_fetch_failed(self, name: str, error: Exception) -> None:
        self._progress.pop(name, None)
        self._look(name)
        self._errors[name] = str(error)
        self._refresh()
        self._on_change()

    def tick(self) -> None:
        """Draw what moves by itself."""
        if self._progress:
            self._refresh()

    def _refresh(self) -> None:
        cards = [self._card(name) for name in CATALOG]
        set_value(self._cards, html=render("datasets.html", cards=cards))
        self._refresh_action()
        error = self._count_error
        hint = "shuffled anew in every epoch" if error or self._train_images() is None else "the first of 60,000"
        set_class(self._count, "nnc-invalid", bool(error))
        set_value(self._count_note, value=render("note.html", error=error, used="", hint=hint))

    def _card(self, name: str) -> dict[str, object]:
        return {
            "info": CATALOG[name],
            "state": self._states[name],
            "is_chosen": name == self.dataset,
            "strip": self._strips.get(name, []),
        }

    def _refresh_action(self) -> None:
        info, state = CATALOG[self.dataset], self._states[self.dataset]
        progress, error = self._progress.get(self.dataset), self._errors.get(self.dataset, "")
        is_missing = state.availability is not Availability.READY and progress is None
        set_value(
            self._status,
            value=render("data_status.html", info=info, state=state, progress=progress, error=error),
        )
        set_value(self._fetch, description=f"{'Make' if info.synthetic else 'Download'} {info.title}")
        set_value(self._stand_in, description=_stand_in_title(self.dataset))
        set_class(self._fetch, "nnc-hidden", not is_missing)
        set_class(self._stand_in, "nnc-hidden", not (is_missing and info.stand_in))
        set_class(self._next, "nnc-strong", not is_missing)


def _stand_in_title(name: str) -> str:
    stand_in = CATALOG[name].stand_in
    return f"Use {CATALOG[stand_in].title} instead" if stand_in else ""


def _load_with_strip(name: str) -> tuple[ImageData, list[str]]:
    images = load(name)
    return images, [png_data_uri(images.train_images[index]) for index in sample_per_class(images)]
