"""The few plain widgets that panels are made of, each with its class for the style sheet; and how they are arranged.

A panel shows itself in one box. An arrangement takes widgets and panels, and returns one box.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import ipywidgets as widgets
from anywidget import AnyWidget
from markupsafe import Markup

from nncompare.templates import fill
from nncompare.ui.making import close, common, make


class Panel(Protocol):
    """A part of the page."""

    @property
    def box(self) -> widgets.Widget:
        """The widget to put on the page."""


Part: TypeAlias = widgets.Widget | Panel
P_co = TypeVar("P_co", bound=Panel, covariant=True)


class Later(Generic[P_co]):
    """A panel that is made when somebody first needs it; until then its place on the page is empty.

    What is made when a page opens costs it a message for each widget, whether it is seen or not.
    """

    def __init__(self, css_classes: str, make_panel: Callable[[], P_co]) -> None:
        self._make_panel = make_panel
        self.box = column(css_classes, [])

    @cached_property
    def panel(self) -> P_co:
        """The panel; the first look makes it, and puts it into its place."""
        made = self._make_panel()
        self.box.children = [made.box]
        return made

    @property
    def is_made(self) -> bool:
        """Whether it is there by now."""
        return "panel" in vars(self)


class Place(widgets.HTML):
    """A place for HTML; it shows a template of the folder ``templates`` at once, where one is given."""

    def __init__(self, css_classes: str, template: str = "", **values: Any) -> None:
        value = render(template, **values) if template else ""
        super().__init__(value, **common(widgets.HTML, css_classes))
        self._texts: tuple[str, dict[str, Any], str] | None = None  # and what they became

    def show(self, template: str, **values: Any) -> None:
        """Show a template in place of what was here."""
        set_value(self, value=render(template, **values))

    def show_texts(self, template: str, **values: Any) -> None:
        """Show a template as `show` does, but fill it only where values have changed.

        They must compare by their content, and not be changed in place.
        """
        if self._texts != (template, values, self.value):
            self.show(template, **values)
            self._texts = template, values, self.value

    def tell(self, *sentences: str) -> None:
        """Show sentences, each with the mark of a message; empty ones are left out, so that it may take no room."""
        self.show_texts("messages.html", messages=[text for text in sentences if text])


def render(template: str, **values: Any) -> Markup:
    """Fill a template of the folder ``templates``."""
    return fill("nncompare.ui", template, **values)


def html(css_classes: str, value: str) -> widgets.HTML:
    """Make HTML that stays as it is."""
    return make(widgets.HTML, css_classes, value=value)


def column(css_classes: str, parts: Sequence[Part]) -> widgets.VBox:
    """Stack widgets and panels."""
    return make(widgets.VBox, css_classes, children=_boxes(parts))


def row(css_classes: str, parts: Sequence[Part]) -> widgets.HBox:
    """Put widgets and panels side by side."""
    return make(widgets.HBox, css_classes, children=_boxes(parts))


def two(parts: Sequence[Part]) -> widgets.HBox:
    """Put the two of A and B, or two charts, into columns of equal width; one below the other on a narrow page."""
    return row("nnc-two", parts)


def step(heading: str, parts: Sequence[Part]) -> widgets.VBox:
    """Arrange a step: its panels from top to bottom.

    The heading is for screen readers: its tab says the same to all others.
    """
    return column("nnc-step", [html("nnc-heading nnc-unseen", f"<h2>{heading}</h2>"), *parts])


def button(text: str, on_click: Callable[[], None], *, strong: bool = False) -> widgets.Button:
    """Make a button; a page has one strong one."""
    made = make(widgets.Button, "nnc-button nnc-strong" if strong else "nnc-button", description=text)
    made.on_click(lambda _: on_click())
    return made


def watched(control: Any, on_change: Callable[[], None]) -> Any:
    """Return a control that reports every change of its value."""
    control.observe(lambda _: on_change(), names="value")
    return control


def dropdown(title: str, options: Sequence[tuple[str, Any]], on_change: Callable[[], None]) -> widgets.Dropdown:
    """Make a choice; the first option is chosen."""
    return watched(make(widgets.Dropdown, options=options, description=title), on_change)


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
    """Add or remove a class for the style sheet.

    Raises
    ------
    TypeError
        For a widget with a script of ours: its classes never change on a page that shows it, since anywidget takes all
        listeners off its view. A box around it can be hidden.
    """
    if isinstance(widget, AnyWidget):
        raise TypeError(f"The classes of a {type(widget).__name__} cannot change. Put it into a box.")
    if is_set != (css_class in widget._dom_classes):
        (widget.add_class if is_set else widget.remove_class)(css_class)


def hide(widget: widgets.DOMWidget, is_hidden: bool) -> None:
    """Take a widget off the page, or put it back."""
    set_class(widget, "nnc-hidden", is_hidden)


def close_tree(widget: widgets.Widget) -> None:
    """Close a widget with everything in it; ipywidgets itself would keep the rest for ever."""
    for child in getattr(widget, "children", ()):
        close_tree(child)
    close(widget)


def _boxes(parts: Sequence[Part]) -> list[widgets.Widget]:
    return [part if isinstance(part, widgets.Widget) else part.box for part in parts]
