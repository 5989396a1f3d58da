"""A button that opens a file, if it is not too large: that is looked at in the browser, before anything is sent."""

from collections.abc import Callable, Sequence
from typing import Any

import anywidget
import traitlets

from nncompare.ui.clickable import STATIC

_LONGEST_NAME = 100


class OpenFile(anywidget.AnyWidget):
    """Calls `on_file` with the name and the bytes of a file that was chosen; None for one that is too large."""

    _esm = (STATIC / "open_file.js").read_text(encoding="utf-8")
    label = traitlets.Unicode().tag(sync=True)
    accept = traitlets.Unicode().tag(sync=True)
    largest_bytes = traitlets.Int().tag(sync=True)

    def __init__(
        self, label: str, accept: str, largest_bytes: int, on_file: Callable[[str, bytes | None], None]
    ) -> None:
        super().__init__(label=label, accept=accept, largest_bytes=largest_bytes)
        self._on_file, self._largest = on_file, largest_bytes
        self.on_msg(self._on_message)

    def _on_message(self, _widget: object, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        name = content.get("file")
        if not isinstance(name, str):
            return
        sent = bytes(buffers[0]) if len(buffers) == 1 else None
        self._on_file(name[:_LONGEST_NAME], sent if sent is not None and len(sent) <= self._largest else None)
