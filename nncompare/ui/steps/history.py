"""The fifth step: what was trained before, to be opened, used again, laid beside, or deleted, one or many at once."""

from collections.abc import Callable
from dataclasses import dataclass

from nncompare.config import RunConfig
from nncompare.data import CATALOG
from nncompare.store import ModelSummary, Store, Summary
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Place, step
from nncompare.ui.panels.clean_up import CleanUp
from nncompare.ui.panels.curve_charts import PastModel
from nncompare.ui.refresher import Refresher
from nncompare.words import apart, percent

_ROWS = 20


@dataclass(frozen=True)
class _Line:
    """One model in the list: what it was, and how far it came with how many seeds."""

    name: str
    key: str
    config: RunConfig
    epochs: int
    test_accuracy: str
    seeds: int


@dataclass(frozen=True)
class _Found:
    """What is in the store: the readable, a sentence for each of the others, and the bytes that each of all takes."""

    summaries: list[Summary]
    unreadable: dict[str, str]
    sizes: dict[str, int]


class HistoryStep:
    """Lists the saved comparisons, the newest first.

    Calls `on_open(id)`, `on_use(config, model)` and `on_overlay(past model or None)`. The list is read again whenever
    the step is shown, beside the refresher's thread: it may be long, and on a slow disk.
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
        self._found = _Found([], {}, {})
        self._is_read, self._rows = False, _ROWS
        self._to_delete, self._overlay = "", ""
        self.note = Place("nnc-history-note")
        self.list = Clickable(refresher.posting(self.pick), "nnc-history")
        self.clean_up = CleanUp(refresher, store, self._on_cleaned)
        self.box = step("What was trained before", [self.note, self.list, self.clean_up])
        self._draw()

    def refresh(self) -> None:
        """Read the store again."""
        self._refresher.in_background(
            self._read,
            self._on_read,
            lambda error: self.note.tell(f"The saved comparisons cannot be read. {error}"),
        )

    def _read(self) -> _Found:
        summaries, unreadable = self._store.summaries(), self._store.unreadable()
        ids = [*(summary.id for summary in summaries), *unreadable]
        return _Found(summaries, unreadable, {id_: self._store.size(id_) for id_ in ids})

    def _on_read(self, found: _Found) -> None:
        self._found, self._is_read = found, True
        if self._overlay and self._overlay.partition(":")[0] not in found.sizes:  # it was deleted
            self._show_overlay("", None)
        self._draw()

    def _draw(self) -> None:
        cards = [
            {
                "id": summary.id,
                "title": CATALOG[summary.comparison.dataset].title,
                "date": summary.created.astimezone().strftime("%d %b %Y, %H:%M"),
                "seeds": summary.comparison.seeds,
                "images": summary.comparison.train_images,
                "state": summary.state_word,
                "is_open": summary.is_open,
                "lines": _lines(summary),
            }
            for summary in self._found.summaries[: self._rows]
        ]
        values: dict[str, object] = {"to_delete": self._to_delete, "overlay": self._overlay, "is_read": self._is_read}
        values |= {"unreadable": self._found.unreadable, "sizes": self._found.sizes}
        values |= {"home": self._store.home, "note": self._store.note}
        self.list.show("history.html", cards=cards, more=max(0, len(self._found.summaries) - self._rows), **values)

    def pick(self, pick: str) -> None:
        """Do what a button of the list stands for; only what is in the list can be meant."""
        action, id_, *words = *pick.split(":"), ""
        known = {summary.id: summary for summary in self._found.summaries}
        if action == "more":
            self._rows += _ROWS
        elif action == "keep":
            self._to_delete = ""
        elif action == "hide":
            self._show_overlay("", None)
        elif action == "ask" and (id_ in known or id_ in self._found.unreadable):
            self._to_delete = id_
        elif action == "delete" and id_ == self._to_delete:
            self._delete(id_)
        elif action == "open" and id_ in known:
            self.note.tell()
            self._on_open(id_)
        elif action in ("use", "overlay") and id_ in known:
            self._pick_model(action, known[id_], words)
        self._draw()

    def _pick_model(self, action: str, summary: Summary, words: list[str]) -> None:
        line = next((line for line in _lines(summary) if words and line.key == words[0]), None)
        if line is None:
            return
        if action == "use" and words[1] in ("A", "B"):
            self._on_use(line.config, words[1])
        elif action == "overlay":
            self._read_overlay(summary, line)

    def _read_overlay(self, summary: Summary, line: _Line) -> None:
        seed = next((model.seed for model in summary.models if model.name == line.name and model.epochs), None)
        if seed is None:
            return
        title = f"model {line.name}, {CATALOG[summary.comparison.dataset].title}, {line.config.channels} channels"
        self._refresher.in_background(
            lambda: PastModel(title, self._store.open(summary.id).load().runs[seed, line.name].history),
            lambda past: self._show_overlay(f"{summary.id}:{line.key}", past),
            lambda error: self.note.tell(f"Its curves cannot be read. {error}"),
        )

    def _show_overlay(self, key: str, past: PastModel | None) -> None:
        self._overlay = key
        self._on_overlay(past)
        self._draw()

    def _delete(self, id_: str) -> None:
        self._to_delete = ""
        self._refresher.in_background(
            lambda: self._store.delete(id_),
            lambda _: self._on_cleaned(""),
            lambda error: self.note.tell(f"It was not deleted. {error}"),
        )

    def _on_cleaned(self, sentence: str) -> None:
        self.note.tell(sentence)
        self.refresh()


def _lines(summary: Summary) -> list[_Line]:
    names = dict.fromkeys(model.name for model in summary.models)
    by_name = {name: [model for model in summary.models if model.name == name] for name in names}
    found = {name: [model.test_accuracy for model in models] for name, models in by_name.items()}
    known = {name: [one for one in values if one is not None] for name, values in found.items()}
    means = apart([sum(values) / len(values) if values else None for values in known.values()], percent, 2)
    return [
        _line(name, models, mean, len(known[name])) for (name, models), mean in zip(by_name.items(), means, strict=True)
    ]


def _line(name: str, models: list[ModelSummary], mean: str, seeds: int) -> _Line:
    first = next((model for model in models if model.test_accuracy is not None), models[0])
    return _Line(name, name.lower(), first.config, first.epochs, mean, seeds)
