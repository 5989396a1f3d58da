"""Buttons whose words change with what they do."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import traitlets

from nncompare.ui.clickable import STATIC
from nncompare.ui.elements import set_value
from nncompare.ui.making import Scripted


@dataclass(frozen=True)
class Action:
    """One button: the name of what it does, and the words on it.

    A button without words shows a sign; its `label` names it then. One that `is_off` is shown, but cannot be pressed. A
    page has one that `is_strong`. Without a name nothing is shown in its place, which stays empty.
    """

    action: str = ""
    words: str = ""
    label: str = ""
    is_off: bool = False
    is_strong: bool = False

    @property
    def name(self) -> str:
        """How a user names the button."""
        return self.label or self.words


class ActionButtons(Scripted):
    """Shows actions in places that stay; calls `on_press` with the name of the action that was pressed.

    The page reports what was read on the button. Where that is offered no more, nothing happens: so a press that was
    meant for Pause never resumes.
    """

    _esm = (STATIC / "action_buttons.js").read_text(encoding="utf-8")
    buttons = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self, on_press: Callable[[str], None], css_class: str) -> None:
        super().__init__(f"nnc-actions {css_class}")
        self._on_press = on_press
        self._actions: tuple[Action, ...] = ()
        self.on_msg(self._on_message)

    def show(self, actions: Sequence[Action]) -> None:
        """Show these in place of those before, the first one in the first place."""
        self._actions = tuple(actions)
        set_value(self, buttons=[asdict(action) for action in actions])

    @property
    def offered(self) -> dict[str, str]:
        """The actions that can be pressed, by the names of their buttons."""
        return {one.name: one.action for one in self._actions if one.action and not one.is_off}

    def press(self, action: object) -> None:
        """Report a press, as the page does."""
        if action in self.offered.values():
            self._on_press(str(action))

    def _on_message(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        self.press(content.get("press"))
