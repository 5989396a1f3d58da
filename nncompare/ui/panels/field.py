"""One field of a form, the note beside it, and what ties the two for screen readers."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import ipywidgets as widgets
from pydantic import BaseModel

from nncompare.ui.clickable import STATIC
from nncompare.ui.elements import Place, row, set_class, set_value, watched
from nncompare.ui.making import Scripted, make


class Field:
    """A control with a note: what is wrong, what is used instead, or a hint."""

    def __init__(self, control: widgets.Widget, css_class: str = "") -> None:
        self.control, self.note, self._css_class = control, Place("nnc-note"), css_class

    @classmethod
    def of(
        cls,
        model: type[BaseModel],
        name: str,
        on_change: Callable[[], None],
        options: Sequence[Any] = (),
        **traits: Any,
    ) -> "Field":
        """Make the field of a setting, named and explained as in `model`: a choice where there are options."""
        rule = model.model_fields[name]
        traits = {"description": rule.title, "tooltip": rule.description, **traits}
        control = make(widgets.Dropdown, options=options, **traits) if options else make(widgets.Text, **traits)
        return cls(watched(control, on_change))

    @cached_property
    def box(self) -> widgets.HBox:
        """Both side by side; made when it is asked for, since a row of other controls can do without."""
        return row(f"nnc-field {self._css_class}", [self.control, self.note])

    @property
    def value(self) -> Any:
        """What was entered or chosen."""
        return self.control.value

    @value.setter
    def value(self, value: Any) -> None:
        set_value(self.control, value=value)

    def tell(self, error: str, hint: str = "", used: str = "", differs: str = "") -> None:
        """Write the note: of what is wrong, what is used, and the hint, the first that is not empty.

        `differs` is a sentence where the other model has another value: a sign says so to those who see the page.
        """
        set_class(self.control, "nnc-invalid", bool(error))
        set_class(self.control, "nnc-differs", bool(differs))
        self.note.show_texts("note.html", error=error, used=used, hint=hint, differs=differs)


class FieldTies(Scripted):
    """Ties each field of its step to its note, and each form to its heading, which ipywidgets itself cannot."""

    _esm = (STATIC / "field.js").read_text(encoding="utf-8")

    def __init__(self) -> None:
        super().__init__("nnc-hidden")
