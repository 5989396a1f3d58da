"""The first step: which images are learned, and how many of them."""

from collections.abc import Callable, Collection

import ipywidgets as widgets

from nncompare.config import Comparison, read_field
from nncompare.data import CATALOG, Availability, DatasetInfo, ImageData
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Place, button, column, hide, row, set_class, set_value, watched
from nncompare.ui.local_datasets import LocalDatasets
from nncompare.ui.making import make
from nncompare.ui.panels.field import Field, FieldTies
from nncompare.ui.refresher import Refresher

_ALL = "all"
_COUNT_TOOLTIP = Comparison.model_fields["train_images"].description
_SAMPLE = 7  # which is told from the others at a glance
_COUNTS = ("1,000", "5,000", "10,000", "30,000", _ALL)


class DataStep:
    """Chooses a data set, fetches it where it is missing, and tells what stands in the way.

    Calls `on_change` after every change, and `on_next` when the user goes on.
    """

    def __init__(self, refresher: Refresher, on_change: Callable[[], None], on_next: Callable[[], None]) -> None:
        self._on_change = on_change
        self.dataset = "mnist"
        self.local = LocalDatasets(refresher, self._refresh_and_tell)
        self._fetch_soon = refresher.posting(self.local.fetch)
        self.cards = Clickable(refresher.posting(self.choose), "nnc-datasets")
        self.offer = column("nnc-offer", [self.cards])
        self._status = Place("nnc-status")
        self._fetch = button("Download", refresher.posting(lambda: self.local.fetch(self.dataset)), strong=True)
        self._stand_in = button(
            "Use the stand-in", refresher.posting(lambda: self.choose(self.info.stand_in or self.dataset))
        )
        self._next = button("Next: models", on_next, strong=True)
        count = make(
            widgets.Combobox, value=_ALL, options=_COUNTS, description="Training images", tooltip=_COUNT_TOOLTIP
        )
        self.count = Field(watched(count, refresher.posting(self._refresh_and_tell)), "nnc-count")
        action = row("nnc-action", [self.count, self._status, self._fetch, self._stand_in, self._next])
        self.box = column("nnc-step", [Place("nnc-intro", "intro.html"), self.offer, action, FieldTies()])

    def open(self, dataset: str, train_images: int | None) -> None:
        """Show all data sets with the given one chosen."""
        self.dataset = dataset
        self.set_count(train_images)
        for name in CATALOG:
            self.local.look(name)
        if self.local.states[dataset].availability is Availability.UNPACK:
            self._fetch_soon(dataset)
        self._refresh()

    def hide_fields(self, names: Collection[str]) -> None:
        """Take these settings off the page; they keep their values."""
        for name, part in {"dataset": self.offer, "train_images": self.count.box}.items():
            hide(part, name in names)

    def choose(self, name: str) -> None:
        """Choose a data set; one that is made or unpacked here is so at once."""
        if name not in CATALOG:
            return
        self.dataset = name
        self.local.look(name)
        if self.local.states[name].availability in (Availability.GENERATE, Availability.UNPACK):
            self.local.fetch(name)
        self._refresh_and_tell()

    def set_count(self, train_images: int | None) -> None:
        """Set how many training images are used; None: all."""
        self.count.value = _ALL if train_images is None else f"{train_images:,}"

    @property
    def info(self) -> DatasetInfo:
        """The chosen data set."""
        return CATALOG[self.dataset]

    @property
    def train_count(self) -> int:
        """How many training images are used; all of them while what is entered is wrong."""
        return self.info.used_images(self._read_count()[0])

    @property
    def images(self) -> ImageData | None:
        """Its images; None until they are loaded."""
        return self.local.images.get(self.dataset)

    @property
    def sample(self) -> str:
        """One of its images, as an address for HTML; nothing until it is there."""
        return next(iter(self.local.samples.get(self.dataset, [])[_SAMPLE:]), "")

    @property
    def problems(self) -> dict[str, str]:
        """What stands in the way of training: field to sentence."""
        error, title = self._read_count()[1], self.info.title
        found = {"train_images": error} if error else {}
        if self.dataset in self.local.progress:
            found["dataset"] = f"{title} is on its way. Training can start when it is here."
        elif not self.local.is_ready(self.dataset):
            found["dataset"] = f"{title} is not here yet. Get it on the Data step."
        return found

    def settings(self, base: Comparison) -> Comparison:
        """Return `base` with the chosen data set and number of images."""
        return base.model_copy(update={"dataset": self.dataset, "train_images": self._read_count()[0]})

    def tick(self) -> None:
        """Draw what moves by itself."""
        if self.local.progress:
            self._refresh()

    def _read_count(self) -> tuple[int | None, str]:
        text = self.count.value.strip().lower()
        return (None, "") if text == _ALL else read_field(Comparison, "train_images", text)

    def _refresh_and_tell(self) -> None:
        self._refresh()
        self._on_change()

    def _refresh(self) -> None:
        self.cards.show("datasets.html", cards=[self._card(name) for name in CATALOG])
        self._refresh_action()
        count, error = self._read_count()
        hint = "shuffled in every epoch" if count is None else f"the first of {self.info.train_count:,}"
        self.count.tell(error, hint)

    def _card(self, name: str) -> dict[str, object]:
        return {
            "info": CATALOG[name],
            "state": self.local.states[name],
            "is_chosen": name == self.dataset,
            "strip": self.local.samples.get(name, []),
        }

    def _refresh_action(self) -> None:
        info, local = self.info, self.local
        state, progress = local.states[info.name], local.progress.get(info.name)
        error = local.errors.get(info.name, "")
        self._status.show("data_status.html", info=info, state=state, progress=progress, error=error)
        set_value(self._fetch, description=f"{'Make' if info.synthetic else 'Download'} {info.title}")
        set_value(self._stand_in, description=f"Use {CATALOG[info.stand_in].title} instead" if info.stand_in else "")
        is_missing = not local.is_ready(info.name) and progress is None
        hide(self._fetch, not is_missing)
        hide(self._stand_in, not (is_missing and info.stand_in))
        set_class(self._next, "nnc-strong", not is_missing)
