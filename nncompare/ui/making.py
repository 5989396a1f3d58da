"""How widgets are made: for one message to the page each.

The layout and the style of a widget are widgets, too. Ours say nothing, as the style sheets say it all: so every widget
of a kind has the same ones. Classes that are set later would be a message of their own.
"""

from typing import Any, TypeVar

import ipywidgets as widgets
from anywidget import AnyWidget

Made = TypeVar("Made", bound=widgets.Widget)

_SHARED: dict[type[widgets.Widget], widgets.Widget] = {}  # the layout and the styles of this kernel


def make(kind: type[Made], css_classes: str = "", **traits: Any) -> Made:
    """Make a widget with classes for the style sheet."""
    return kind(**common(kind, css_classes), **traits)


def common(kind: type[widgets.Widget], css_classes: str) -> dict[str, Any]:
    """Return what a widget of this kind and with these classes is made with."""
    parts = {name: trait.klass for name in ("layout", "style") if (trait := getattr(kind, name, None)) is not None}
    shared = {name: _shared(klass) for name, klass in parts.items()}
    return {**shared, "_dom_classes": tuple(css_classes.split())}


def close(widget: widgets.Widget) -> None:
    """Close a widget; what it shares stays."""
    for part in ("layout", "style"):
        own = getattr(widget, part, None)
        if isinstance(own, widgets.Widget) and own not in _SHARED.values():
            own.close()
    widget.close()


class Scripted(AnyWidget):
    """A widget with a script of ours."""

    def __init__(self, css_classes: str = "", **traits: Any) -> None:
        super().__init__(**common(type(self), css_classes), **traits)


def _shared(kind: type[widgets.Widget]) -> widgets.Widget:
    found = _SHARED.get(kind)
    if found is None or found.comm is None:  # the user may have closed all widgets of the kernel
        found = _SHARED[kind] = kind()
    return found
