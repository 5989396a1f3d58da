"""A drawing or a picture of the user's becomes the 28 x 28 pixels that the networks see of it.

A picture stays in the memory of the kernel: nothing of it is kept in the state of a widget, in a log, or on a disk.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nncompare.data import ImageData
from nncompare.pictures import TOO_MANY_BYTES, WHOLE, Frame, PictureError, crop, prepare, read
from nncompare.ui.elements import set_value
from nncompare.ui.newest import Newest
from nncompare.ui.panels.drawing_messages import DrawnSheet, EmptySheet, FileInPieces, PieceOfFile, Said, said_by
from nncompare.ui.panels.drawing_widget import Drawing
from nncompare.ui.refresher import Refresher

_SHOWN_SIDE = 480  # of the picture on the page, in pixels
_NOTHING = "Draw something, or open a picture."
_FAILED = "The picture cannot be used: reading it failed."
_HINTS = {
    True: "Draw a digit here, or open, paste or drop a picture",
    False: "Open, paste or drop a photo, or draw here",
}

_log = logging.getLogger(__name__)

Grey = NDArray[np.uint8]
OnImage = Callable[[Grey | None, str], None]


@dataclass(frozen=True, eq=False)
class _Subject:
    """What is looked at: grey values, the part of them that counts, and what it is inside a sentence."""

    grey: Grey
    words: str
    frame: Frame = WHOLE

    def prepared(self, is_as_drawn: bool, are_strokes: bool) -> Grey | str:
        """Return what the networks see, or a sentence."""
        try:
            return prepare(crop(self.grey, self.frame), is_as_drawn, are_strokes=are_strokes)
        except PictureError as error:
            return str(error)


class DrawingPanel:
    """Calls `on_image` with the prepared image, (28, 28) uint8, and what it is, after every stroke and picture.

    Where there is nothing to see it is called with None, and with a sentence. Before a picture that has just been
    opened `on_opened` is called. A file that cannot be read changes nothing but the words below the sheet. All happens
    on the refresher's thread, but reading and preparing beside it, one after the other; of what comes meanwhile only
    the newest counts.
    """

    def __init__(self, refresher: Refresher, on_image: OnImage, on_opened: Callable[[], None] = lambda: None) -> None:
        self._newest, self._on_image, self._on_opened = Newest(refresher), on_image, on_opened
        self._subject: _Subject | None = None
        self._file = FileInPieces()
        self._is_as_drawn, self._are_strokes = False, True
        self._number = 0  # of the message that is answered
        self.box = Drawing(refresher.posting(self._on_drawing_message), hint=_HINTS[True])

    def use(self, images: ImageData | None) -> None:
        """Prepare for the images of another data set."""
        are_strokes = images is None or images.info.are_strokes
        if are_strokes != self._are_strokes:
            self._are_strokes = are_strokes
            set_value(self.box, hint=_HINTS[are_strokes])
            if self._subject is not None:
                self._look(self._subject)

    def set_aside(self) -> None:
        """Show that something else is looked at; what is still being made of the sheet is wanted no more."""
        self._newest.forget()
        self._answer(words="", aside=True)

    def _on_drawing_message(self, content: Any, buffers: Sequence[Any]) -> None:
        said = said_by(content, buffers)
        if said is not None:
            number = content.get("number")
            self._number = number if isinstance(number, int) else 0
            self._is_as_drawn = content.get("as_drawn") is True
            self._take(said)

    def _take(self, said: Said) -> None:
        match said:
            case EmptySheet():
                self._newest.forget()
                self._subject = None
                self._show(None, "", _NOTHING)
            case DrawnSheet(grey):
                self._look(_Subject(grey, "your drawing"))
            case Frame() if self._subject is not None:
                self._look(replace(self._subject, frame=said))
            case PieceOfFile():
                self._take_piece(said)

    def _take_piece(self, piece: PieceOfFile) -> None:
        content = None if piece.is_too_large else self._file.add(piece)
        if piece.is_too_large:
            self._answer(words=TOO_MANY_BYTES)
        elif content is None:
            self._answer(is_partial=True)
        else:
            self._newest.ask(lambda: _opened(content), lambda found: self._look(*found), self._fail)

    def _look(self, subject: _Subject, shown: Grey | None = None) -> None:
        self._subject = subject
        is_as_drawn, are_strokes = self._is_as_drawn, self._are_strokes

        def show(found: Grey | str) -> None:
            seen, words = (None, found) if isinstance(found, str) else (found, "")
            self._show(seen, words, words or subject.words, shown)

        self._newest.ask(lambda: subject.prepared(is_as_drawn, are_strokes), show, self._fail)

    def _show(self, seen: Grey | None, words: str, said: str, shown: Grey | None = None) -> None:
        if shown is None:
            self._answer(words=words)
        else:
            self._answer([shown.tobytes()], words=words, photo=shown.shape[::-1])
            self._on_opened()
        self._on_image(seen, said)

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, PictureError):
            _log.error("A picture was not prepared: %s", type(error).__name__)
        self._answer(words=str(error) if isinstance(error, PictureError) else _FAILED)

    def _answer(self, buffers: Sequence[bytes] = (), **content: Any) -> None:
        self.box.send({"answered": self._number, **content}, buffers=[*buffers])


def _opened(content: bytes) -> tuple[_Subject, Grey]:
    """Read a picture; also return it as small as the page shows it."""
    grey = read(content)
    image = Image.fromarray(grey)
    image.thumbnail((_SHOWN_SIDE, _SHOWN_SIDE))
    return _Subject(grey, "your picture"), np.asarray(image)
