"""An image that is drawn or chosen, what disturbs it, and what both networks say of it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nncompare.comparison.seed_run import SeedRun
from nncompare.config import SplitName
from nncompare.data import ImageData
from nncompare.inspection import Answer, Inquiry
from nncompare.ui.asking import Asking, Networks
from nncompare.ui.elements import column, row
from nncompare.ui.panels.answers import Answered, AnswersPanel, obstacle
from nncompare.ui.panels.disturb import DisturbPanel
from nncompare.ui.panels.drawing import DrawingPanel
from nncompare.ui.panels.image_choice import ChosenImage
from nncompare.ui.panels.image_picker import ImagePicker
from nncompare.ui.refresher import Refresher

_REST_SECONDS = 1.0  # between two questions on the same image
_PATIENCE_SECONDS = 1.0  # after which a wait is worth a word
_NO_IMAGE = "Draw a picture, or choose one: A and B answer here."


class DrawAndDisturb:
    """Calls `on_chosen` with every other image that is looked at, and `say` with a sentence for screen readers."""

    def __init__(
        self, refresher: Refresher, on_chosen: Callable[[ChosenImage | None], None], say: Callable[[str], None]
    ) -> None:
        self._on_chosen = on_chosen
        self._images: ImageData | None = None
        self._pair: SeedRun | None = None
        self._plain: ChosenImage | None = None  # before it is disturbed
        self._image: ChosenImage | None = None
        self._answered: Answered | None = None  # of these networks, but it may be of the image before
        self._error = ""  # why there is nothing newer
        self.disturb = DisturbPanel(refresher, self._choose)
        self.drawing = DrawingPanel(refresher, self._on_drawing, self.disturb.begin)
        self.picker = ImagePicker(refresher, self._on_picked, self.disturb.begin)
        self.answers = AnswersPanel(say)
        self._asking = Asking(refresher, _inquiry, self._on_answer, self._on_failed, lambda _: _REST_SECONDS)
        sources = column("nnc-sources", [column("nnc-card nnc-sheet", [self.drawing]), self.picker])
        self.box = row("nnc-drawn", [sources, self.disturb, self.answers])

    def use(self, images: ImageData | None, pair: SeedRun | None) -> None:
        """Look at images of this data set, with the networks of this pair."""
        is_other = (images and images.info) is not (self._images and self._images.info)
        if pair is not self._pair:
            self._answered, self._error = None, ""
        self._images, self._pair = images, pair
        self.drawing.use(images)
        self.picker.use(images, pair)
        if is_other:
            self.look_at(None)
            self.picker.choose("test", 0)
        self._ask()

    def choose(self, split: SplitName, index: int) -> None:
        """Look at an image of the data set that was chosen elsewhere, where it is not disturbed."""
        self.disturb.begin()
        self.picker.choose(split, index)

    def look_at(self, image: ChosenImage | None) -> None:
        """Look at this image; what disturbs it stays as it is."""
        self._plain = image
        self._choose()

    def set_visible(self, is_visible: bool) -> None:
        """Set whether anybody sees the answers."""
        self._asking.set_visible(is_visible)

    def tick(self) -> None:
        """Ask again where the networks have learned, and tell what is waited for."""
        self._asking.tick()
        self.picker.tick()
        self._tell()
        self.answers.tick()

    def _on_picked(self, image: ChosenImage) -> None:
        self.drawing.set_aside()
        self.look_at(image)

    def _on_drawing(self, pixels: NDArray[np.uint8] | None, words: str) -> None:
        was_drawn = self._plain is not None and self._plain.label is None
        if pixels is not None:
            self.look_at(ChosenImage(pixels, words))
        elif was_drawn:  # there is nothing on the sheet any more
            self.look_at(None)

    def _choose(self) -> None:
        disturbance = self.disturb.disturbance
        self._image = replace(self._plain, disturbance=disturbance) if self._plain is not None else None
        if self._image is None:
            self._answered, self._error = None, ""
        self._on_chosen(self._image)
        self._ask()

    def _ask(self) -> None:
        self._asking.look_at(self._pair, self._image)
        self._draw()

    def _on_answer(self, image: ChosenImage, answer: Answer) -> None:
        self._answered, self._error = Answered(image, answer), ""
        self._draw()

    def _on_failed(self, sentence: str) -> None:
        self._error = sentence
        self._draw()

    def _draw(self) -> None:
        self._show_seen()
        self._tell()

    def _tell(self) -> None:
        can_answer, seconds = not obstacle(self._pair), self._asking.seconds
        note = self._error or ("Waiting for a worker." if seconds > _PATIENCE_SECONDS else "")
        self.answers.fade(seconds > 0 and bool(note))
        if can_answer and self._image is None:
            note = note or _NO_IMAGE
        self.answers.show(self._pair, self._answered, self._classes, note)
        self.disturb.enable(can_answer)

    def _show_seen(self) -> None:
        image, answered = self._image, self._answered
        if image is None:
            self.disturb.show(None, "")
        elif answered is not None and answered.image is image:
            self._show_pixels(answered.answer.images[0], image)
        elif image.disturbance is None or answered is None:  # else the answer brings what is seen
            self._show_pixels(image.pixels, replace(image, disturbance=None))

    def _show_pixels(self, pixels: NDArray[np.uint8], image: ChosenImage) -> None:
        label = self._classes[image.label] if image.label is not None else ""
        self.disturb.show(pixels, image.words, label, image.change)

    @property
    def _classes(self) -> tuple[str, ...]:
        return self._images.info.classes if self._images is not None else ()


def _inquiry(networks: Networks, dataset: str, image: ChosenImage) -> Inquiry:
    return Inquiry(networks, dataset, image.pixels[None], disturbance=image.disturbance)
