"""Which images of a data set are looked at: of which split, how many at once, and a sample that is drawn by chance."""

import random
from collections.abc import Callable

import ipywidgets as widgets
from pydantic import Field as Rule

from nncompare.config import SplitName, read_field
from nncompare.settings import Integer, Settings
from nncompare.ui.elements import button, dropdown, row, watched
from nncompare.ui.making import make
from nncompare.ui.panels.field import Field
from nncompare.ui.refresher import Refresher

MOST_IMAGES = 100
_FIRST_COUNT = 12
_HINT = f"1 to {MOST_IMAGES}"
_SPLITS = [("Test images", "test"), ("Training images", "train")]


class _Choice(Settings):
    count: Integer = Rule(_FIRST_COUNT, ge=1, le=MOST_IMAGES, title="How many")


class ImageSource:
    """Calls `on_split` and `on_count` when another one is chosen, and `on_sample` when another sample is asked for.

    `wanted` is how many images are shown at once.
    """

    def __init__(
        self,
        refresher: Refresher,
        on_split: Callable[[], None],
        on_count: Callable[[], None],
        on_sample: Callable[[], None],
    ) -> None:
        self._random, self._on_count = random.Random(0), on_count
        self.wanted = _FIRST_COUNT
        self.split = dropdown("Images from", _SPLITS, refresher.posting(on_split))
        self.count = Field(
            watched(
                make(widgets.Text, value=str(_FIRST_COUNT), description="How many"),
                refresher.posting(self._on_count_change),
            )
        )
        self.count.tell("", _HINT)
        self.new_sample = button("New sample", refresher.posting(on_sample))
        self.box = row("nnc-row nnc-choice", [self.count.control, self.count.note, self.new_sample])

    @property
    def chosen(self) -> SplitName:
        """The split."""
        split: SplitName = self.split.value
        return split

    def sample(self, images: int) -> list[int]:
        """Draw as many positions as are wanted, of so many images."""
        return sorted(self._random.sample(range(images), min(self.wanted, images)))

    def _on_count_change(self) -> None:
        count, error = read_field(_Choice, "count", self.count.value)
        self.count.tell(error, _HINT)
        if count is not None:
            self.wanted = count
            self._on_count()
