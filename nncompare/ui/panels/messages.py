"""Sentences for the user, each with the mark of a message."""

from nncompare.ui.elements import html, set_value
from nncompare.ui.html import render


class Messages:
    """A place for sentences; it takes no room while there are none."""

    def __init__(self, css_class: str) -> None:
        self.box = html(css_class)

    def show(self, *sentences: str) -> None:
        """Show these in place of those before; empty ones are left out."""
        set_value(self.box, value=render("messages.html", messages=[text for text in sentences if text]))
