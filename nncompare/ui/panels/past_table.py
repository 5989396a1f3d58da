"""The table of models that were trained before: its order, its filter, and what is unfolded in it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import ipywidgets as widgets

from nncompare.store import LONGEST_NAME, LONGEST_NOTE, Label, Store, Summary
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import column, row, watched
from nncompare.ui.making import make
from nncompare.ui.panels.past_columns import COLUMNS, DATE, columns_of, described, in_order, matching
from nncompare.ui.panels.past_models import Key, PastRow, rows_of
from nncompare.ui.refresher import Refresher

_ROWS = 40


@dataclass(frozen=True)
class Found:
    """What is in the store: the readable, a sentence for each of the others, and the bytes that each of all takes.

    `of_classes` are so many of visitors, which are not listed here.
    """

    summaries: list[Summary] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    guessed: set[Key] = field(default_factory=set)
    of_classes: int = 0


class PastTable:
    """Shows models, one a row, and calls `on_pick(action, row, word)` for what is done to one of them.

    The actions are open, use (the word is the model that is to be like it), overlay, and two without a row: hide, which
    takes the overlay away, and delete, where the word names the comparison. `on_label(row, label)` is called with what
    the user has written to a model.
    """

    def __init__(
        self,
        refresher: Refresher,
        store: Store,
        on_pick: Callable[[str, PastRow | None, str], None],
        on_label: Callable[[PastRow, Label], None],
    ) -> None:
        self._store, self._on_pick, self._on_label = store, on_pick, on_label
        self._found: Found | None = None
        self._most, self._order, self._falls = _ROWS, DATE.key, True
        self._unfolded, self._edited, self._to_delete, self._overlay = "", "", "", ""
        wanted = make(widgets.Text, description="Filter", placeholder="name, note, data set, setting …")
        self.filter = watched(wanted, refresher.posting(self._draw))
        self.list = Clickable(refresher.posting(self.pick), "nnc-history", refresher.posting(self.save))
        self.box = column("", [row("nnc-row nnc-history-filter", [self.filter]), self.list])
        self._draw()

    def show(self, found: Found, overlay: str) -> None:
        """Show what was found; `overlay` is the key of the model that is in the charts."""
        self._found, self._overlay = found, overlay
        self._draw()

    @property
    def _rows(self) -> list[PastRow]:
        return rows_of(self._found.summaries, self._found.guessed) if self._found is not None else []

    def _draw(self) -> None:
        rows = self._rows
        wanted = matching(rows, self.filter.value)
        self.list.show(
            "history.html",
            rows=in_order(wanted, self._order, falls=self._falls)[: self._most],
            columns=columns_of(wanted),
            described=described,
            wanted=len(wanted),
            total=len(rows),
            order=(self._order, self._falls),
            unfolded=self._unfolded,
            edited=self._edited,
            to_delete=self._to_delete,
            overlay=self._overlay,
            found=self._found,
            home=None if self._store.is_of_session else self._store.home,
            note=self._store.note,
            longest={"name": LONGEST_NAME, "note": LONGEST_NOTE},
        )

    def pick(self, pick: str) -> None:
        """Do what a button of the table stands for; only what is in the store can be meant."""
        action, id_, name, word, *_ = *pick.split(":"), "", "", ""
        chosen = next((row for row in self._rows if row.key == f"{id_}:{name}"), None)
        if action in _CHANGES:
            _CHANGES[action](self, id_)
        elif chosen is not None and action in ("row", "edit"):
            self._unfold(chosen.key, is_edited=action == "edit")
        elif chosen is not None or action == "hide":
            self._on_pick(action, chosen, word)
        elif action == "delete" and id_ and id_ == self._to_delete:
            self._to_delete = ""
            self._on_pick(action, None, id_)
        self._draw()

    def save(self, form: str, values: dict[str, str]) -> None:
        """Report a name and a note, as they were filled in."""
        chosen = next((row for row in self._rows if form == f"label:{row.key}"), None)
        if chosen is not None:
            self._edited = ""
            name, note = (_plain(values.get(key, "")) for key in ("name", "note"))
            self._on_label(chosen, Label(name=name[:LONGEST_NAME], note=note[:LONGEST_NOTE]))

    def _put_in_order(self, key: str) -> None:
        if key in COLUMNS:
            self._falls = not self._falls if key == self._order else COLUMNS[key].begins_high
            self._order = key

    def _unfold(self, key: str, *, is_edited: bool) -> None:
        is_open = self._unfolded == key and not is_edited
        self._unfolded, self._edited, self._to_delete = "" if is_open else key, key if is_edited else "", ""

    def _show_more(self, _: str) -> None:
        self._most += _ROWS

    def _keep(self, _: str) -> None:
        self._to_delete = self._edited = ""

    def _ask(self, id_: str) -> None:
        if self._found is not None and id_ in self._found.sizes:
            self._to_delete = id_


def _plain(text: str) -> str:
    """Leave out what no terminal should get, and double spaces."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


_CHANGES: dict[str, Callable[[PastTable, str], None]] = {
    "order": PastTable._put_in_order,
    "more": PastTable._show_more,
    "keep": PastTable._keep,
    "ask": PastTable._ask,
}
