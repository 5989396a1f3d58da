"""The few plain widgets that the steps are made of, each with its class for the style sheet."""

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets


def button(text: str, on_click: Callable[[], None], *, strong: bool = False) -> widgets.Button:
    """Make a button; a page has one strong one."""
    made = widgets.Button(description=text)
    made.add_class("nnc-button")
    if strong:
        made.add_class("nnc-strong")
    made.on_click(lambda _: on_click())
    return made


def html(css_classes: str, value: str = "") -> widgets.HTML:
    """Make a place for HTML."""
    return _with_classes(widgets.HTML(value), css_classes)


def column(css_classes: str, children: Sequence[widgets.Widget]) -> widgets.VBox:
    """Stack widgets."""
    return _with_classes(widgets.VBox(list(children)), css_classes)


def row(css_classes: str, children: Sequence[widgets.Widget]) -> widgets.HBox:
    """Put widgets side by side."""
    return _with_classes(widgets.HBox(list(children)), css_classes)


def set_value(widget: widgets.Widget, **traits: Any) -> None:
    """Change only what is different: every change is a message to the page."""
    for name, value in traits.items():
        if getattr(widget, name) != value:
            setattr(widget, name, value)


def offer(choice: widgets.Dropdown, options: Sequence[tuple[str, Any]], otherwise: Any) -> None:
    """Offer other options; what was chosen stays chosen, or becomes `otherwise` where it is not offered any more."""
    if tuple(choice.options) != tuple(options):
        chosen = choice.value
        choice.options = options  # which chooses the first one
        choice.value = chosen if chosen in dict(options).values() else otherwise


def set_class(widget: widgets.DOMWidget, css_class: str, is_set: bool) -> None:
    """Add or remove a class for the style sheet."""
    if is_set and css_class not in widget._dom_classes:
        widget.add_class(css_class)
    elif not is_set and css_class in widget._dom_classes:
        widget.remove_class(css_class)


def close_tree(widget: widgets.Widget) -> None:
    """Close a widget with everything in it; ipywidgets itself would keep the rest for ever."""
    for child in getattr(widget, "children", ()):
        close_tree(child)
    for part in ("layout", "style"):
        if isinstance(getattr(widget, part, None), widgets.Widget):
            getattr(widget, part).close()
    widget.close()


def _with_classes(made: Any, css_classes: str) -> Any:
    for css_class in css_classes.split():
        made.add_class(css_class)
    return made
