"""Chooses an image of the data set: by its number, at random, or one on which the networks disagree."""

import random
from collections.abc import Callable

import ipywidgets as widgets
import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Rule

from nncompare.comparison.seed_run import SeedRun
from nncompare.config import SplitName, read_field
from nncompare.data import ImageData
from nncompare.settings import Integer, Settings
from nncompare.ui.elements import button, column, dropdown, hide, row, set_value, watched
from nncompare.ui.making import make
from nncompare.ui.panels.field import Field
from nncompare.ui.panels.image_choice import ChosenImage
from nncompare.ui.refresher import Refresher

_SPLITS = [("test images", "test"), ("training images", "train")]
_WORDS: dict[SplitName, str] = {"test": "test image", "train": "training image"}


class _Number(Settings):
    number: Integer = Rule(0, ge=0, title="Number")


class ImagePicker:
    """Calls `on_image` with the image that is chosen; before, `on_plain` where it was chosen as it is undisturbed."""

    def __init__(
        self, refresher: Refresher, on_image: Callable[[ChosenImage], None], on_plain: Callable[[], None]
    ) -> None:
        self._on_plain = on_plain
        self._on_image, self._random = on_image, random.Random(0)
        self._images: ImageData | None = None
        self._pair: SeedRun | None = None
        self._chosen: tuple[SplitName, int] | None = None
        on_choice = refresher.posting(self._on_choice)
        self.split = dropdown("of the", _SPLITS, on_choice)
        self.number = Field(watched(make(widgets.Text, value="0", description="Image"), on_choice))
        self.again = button("Show", refresher.posting(self._on_show))
        self.another = button("Another", refresher.posting(self._on_another))
        self.disagreed = button("One they disagree on", refresher.posting(self._on_disagreed))
        fields = row("nnc-row nnc-picking", [self.number.control, self.split])
        others = row("nnc-row", [self.again, self.another, self.disagreed])
        self.box = column("nnc-card nnc-picker", [fields, self.number.note, others])

    def use(self, images: ImageData | None, pair: SeedRun | None) -> None:
        """Choose among these images; those on which the networks of this pair disagree are offered."""
        self._images, self._pair = images, pair
        self.tick()

    def tick(self) -> None:
        """Offer the images on which they disagree once that is known."""
        tests = [run.test for run in self._pair.runs] if self._pair is not None else []
        hide(self.disagreed, len(tests) == 1)
        set_value(self.disagreed, disabled=len(tests) < 2 or None in tests)

    def choose(self, split: SplitName, index: int) -> None:
        """Choose an image, and write into the fields which one it is."""
        if self._images is not None and 0 <= index < len(self._images.labels(split)):
            self._chosen = split, index  # first: what is written is no choice of the user
            set_value(self.split, value=split)
            self.number.value = str(index)
            self.number.tell("")
            pixels, label = self._images.images(split)[index], int(self._images.labels(split)[index])
            self._on_image(ChosenImage(np.array(pixels), f"{_WORDS[split]} {index:,}", label))

    def _on_choice(self) -> None:
        if (self.split.value, self._read()) != self._chosen:
            self._on_show()

    def _on_show(self) -> None:
        if (number := self._read()) is not None:
            self.choose(self.split.value, number)

    def _read(self) -> int | None:
        """Return the number that was entered; None, and a sentence beside it, where there is no such image."""
        most = len(self._images.labels(self.split.value)) - 1 if self._images is not None else -1
        number, error = read_field(_Number, "number", self.number.value)
        is_one = not error and number is not None and number <= most
        self.number.tell("" if is_one or most < 0 else f"A number from 0 to {most:,}.")
        return number if is_one else None

    def _on_another(self) -> None:
        if self._images is not None:
            self.choose(self.split.value, self._random.randrange(len(self._images.labels(self.split.value))))

    def _on_disagreed(self) -> None:
        found = disagreements(self._pair)
        if len(found):
            self._on_plain()
            self.choose("test", int(self._random.choice(found)))
        else:
            self.number.tell("After their last epoch they agree on all test images.")


def disagreements(pair: SeedRun | None) -> NDArray[np.intp]:
    """Return the test images for which both networks said different classes at the end of their last epochs."""
    tests = [run.test for run in pair.runs] if pair is not None else []
    said = [test.probabilities.argmax(axis=1) for test in tests if test is not None]
    return np.flatnonzero(said[0] != said[1]) if len(said) == 2 else np.zeros(0, np.intp)
