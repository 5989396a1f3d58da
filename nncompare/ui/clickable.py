"""HTML that reports clicks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from markupsafe import escape

STATIC = Path(__file__).parent / "static"


class Clickable(anywidget.AnyWidget):
    """Shows `html`; a click on an element with a ``data-pick`` attribute calls `on_pick` with its value.

    What is not offered cannot be picked, whatever the browser says.
    """

    _esm = (STATIC / "clickable.js").read_text(encoding="utf-8")
    html = traitlets.Unicode().tag(sync=True)

    def __init__(self, on_pick: Callable[[str], None], css_class: str = "") -> None:
        super().__init__()
        self._on_pick = on_pick
        if css_class:
            self.add_class(css_class)
        self.on_msg(self._on_message)

    def download(self, name: str, media_type: str, content: bytes) -> None:
        """Send a file, which the browser saves."""
        self.send({"download": {"name": name, "type": media_type}}, buffers=[content])

    def pick(self, pick: object) -> None:
        """Report a click, as the page does."""
        if isinstance(pick, str) and f'data-pick="{escape(pick)}"' in self.html:
            self._on_pick(pick)

    def _on_message(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        self.pick(content.get("pick"))
