"""The sheet on the page: a canvas with its tools, and what the networks see."""

from collections.abc import Callable, Sequence
from typing import Any

import traitlets

from nncompare.pictures import LARGEST_BYTES, SIDE
from nncompare.ui.clickable import STATIC
from nncompare.ui.elements import render
from nncompare.ui.making import Scripted

# One widget: they are parts of one sheet.
_SCRIPTS = ("drawing_sheet", "drawing_pen", "drawing_frame", "drawing_sending", "drawing")


class Drawing(Scripted):
    """The sheet with its tools, and a `hint` while it is empty.

    Calls `on_message` with the content and the buffers of what the page sends.
    """

    _esm = "\n".join((STATIC / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS)
    html = traitlets.Unicode().tag(sync=True)
    hint = traitlets.Unicode().tag(sync=True)
    largest_bytes = traitlets.Int(LARGEST_BYTES).tag(sync=True)

    def __init__(self, on_message: Callable[[Any, Sequence[Any]], None], hint: str) -> None:
        super().__init__("nnc-draw", html=str(render("drawing.html", side=SIDE)), hint=hint)
        self.on_msg(lambda _widget, content, buffers: on_message(content, buffers))
