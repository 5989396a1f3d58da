"""The sixth step: what was trained before, to be compared, named, opened, used again, laid beside, or deleted."""

from collections.abc import Callable

from nncompare.config import RunConfig
from nncompare.store import Label, Store
from nncompare.ui.elements import Place, step
from nncompare.ui.panels.clean_up import CleanUp
from nncompare.ui.panels.curve_charts import PastModel
from nncompare.ui.panels.past_models import PastRow, find_guessed
from nncompare.ui.panels.past_table import Found, PastTable
from nncompare.ui.refresher import Refresher


class HistoryStep:
    """Lists the models of the saved comparisons, the newest first.

    Calls `on_open(id)`, `on_use(config, model)` and `on_overlay(past model or None)`. The store is read again whenever
    the step is shown, beside the refresher's thread: it may be large, and on a slow disk.
    """

    def __init__(
        self,
        refresher: Refresher,
        store: Store,
        on_open: Callable[[str], None],
        on_use: Callable[[RunConfig, str], None],
        on_overlay: Callable[[PastModel | None], None],
    ) -> None:
        self._refresher, self._store = refresher, store
        self._on_open, self._on_use, self._on_overlay = on_open, on_use, on_overlay
        self._found, self._overlay = Found(), ""
        self.note = Place("nnc-history-note")
        self.table = PastTable(refresher, store, self._on_pick, self._on_label)
        self.clean_up = CleanUp(refresher, store, self._on_cleaned)
        self.box = step("What was trained before", [self.note, self.table, self.clean_up])

    def refresh(self) -> None:
        """Read the store again."""
        self._refresher.in_background(
            self._read,
            self._on_read,
            lambda error: self.note.tell(f"The saved comparisons cannot be read. {error}"),
        )

    def _read(self) -> Found:
        summaries, unreadable = self._store.summaries(), self._store.unreadable()
        ids = [*(summary.id for summary in summaries), *unreadable]
        sizes = {id_: self._store.size(id_) for id_ in ids}
        return Found(summaries, unreadable, sizes, find_guessed(summaries), self._store.of_classes())

    def _on_read(self, found: Found) -> None:
        self._found = found
        if self._overlay and self._overlay.partition(":")[0] not in found.sizes:  # it was deleted
            self._show_overlay("", None)
        self.table.show(found, self._overlay)

    def _on_pick(self, action: str, row: PastRow | None, word: str) -> None:
        if action == "hide":
            self._show_overlay("", None)
        elif action == "delete" and row is None:
            self._delete(word)
        elif row is not None and action == "open":
            self.note.tell()
            self._on_open(row.summary.id)
        elif row is not None and action == "use" and word in ("A", "B"):
            self._on_use(row.config, word)
        elif row is not None and action == "overlay":
            self._read_overlay(row)

    def _read_overlay(self, row: PastRow) -> None:
        models = (model for model in row.summary.models if model.name == row.name and model.epochs)
        if (model := next(models, None)) is None:
            return
        id_, key = row.summary.id, (model.seed, model.name)
        self._refresher.in_background(
            lambda: PastModel(_title(row), self._store.open(id_).load().runs[key].history),
            lambda past: self._show_overlay(row.key, past),
            lambda error: self.note.tell(f"Its curves cannot be read. {error}"),
        )

    def _show_overlay(self, key: str, past: PastModel | None) -> None:
        self._overlay = key
        self._on_overlay(past)
        self.table.show(self._found, key)

    def _on_label(self, row: PastRow, label: Label) -> None:
        self._refresher.in_background(
            lambda: self._store.label(row.summary.id, row.name, label),
            lambda _: self._on_cleaned(""),
            lambda error: self._on_cleaned(f"It was not saved. {error}"),
        )

    def _delete(self, id_: str) -> None:
        self._refresher.in_background(
            lambda: self._store.delete(id_),
            lambda _: self._on_cleaned(""),
            lambda error: self.note.tell(f"It was not deleted. {error}"),
        )

    def _on_cleaned(self, sentence: str) -> None:
        self.note.tell(sentence)
        self.refresh()


def _title(row: PastRow) -> str:
    own = f"“{row.label.name}”, " if row.label.name else ""
    learned = f"{row.dataset.title}, learned from {row.images:,} images"
    return f"{own}model {row.name}, {learned}, {row.config.channels} channels"
