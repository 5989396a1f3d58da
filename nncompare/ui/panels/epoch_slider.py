"""One slider through the epochs of a training: what the models predicted then, by what judges them at the end."""

from collections.abc import Callable
from math import ceil
from typing import Any

import traitlets

from nncompare.comparison.seed_run import SeedRun
from nncompare.comparison.view import RunView
from nncompare.config import SplitName
from nncompare.ui.clickable import STATIC
from nncompare.ui.elements import column, hide, set_value
from nncompare.ui.making import Scripted
from nncompare.ui.newest import Newest
from nncompare.ui.panels.findings import Findings, find_after
from nncompare.ui.refresher import Refresher
from nncompare.words import number_of

_NOT_OF_TRAINING_IMAGES = "Earlier epochs are kept for the test images alone."


class _Slider(Scripted):
    """Shows positions from 1 to `total`, of which `last` is the end, or what is learned now; calls `on_epoch`.

    `shown` is the earlier epoch that the page shows, 0 for none; `note` says what is not as the position says. The end
    `is_early` where a model ended before its last epoch.
    """

    _esm = (STATIC / "through_epochs.js").read_text(encoding="utf-8")
    total = traitlets.Int(1).tag(sync=True)
    last = traitlets.Int(1).tag(sync=True)
    shown = traitlets.Int(0).tag(sync=True)
    is_live = traitlets.Bool(False).tag(sync=True)
    is_off = traitlets.Bool(False).tag(sync=True)
    is_early = traitlets.Bool(False).tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)

    def __init__(self, on_epoch: Callable[[int], None]) -> None:
        super().__init__("nnc-through")
        self._on_epoch = on_epoch
        self.on_msg(self._on_message)

    def _on_message(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        if type(epoch := content.get("epoch")) is int:
            self._on_epoch(epoch)


class EpochSlider:
    """Calls `on_found` with what was found after the epoch that was asked for last; None: the end is looked at again.

    It is there where an earlier epoch is kept, also while both train: the end is then what they have learned by now.
    """

    def __init__(
        self,
        refresher: Refresher,
        on_found: Callable[[Findings | None], None],
        on_failed: Callable[[str], None],
    ) -> None:
        self._on_found, self._tell_failed = on_found, on_failed
        self._newest = Newest(refresher)
        self._pair: SeedRun | None = None
        self._split: SplitName = "test"
        self._wanted: int | None = None
        self.epoch: int | None = None  # the earlier one that is shown
        self.slider = _Slider(refresher.posting(self.go))
        self.box = column("nnc-through-row", [self.slider])  # the class of a view with a script is not taken away
        hide(self.box, True)

    def look_at(self, pair: SeedRun | None, split: SplitName) -> None:
        """Offer the epochs of these models; where they, or the images, are others than before, look at the end."""
        if pair is not self._pair or split != self._split:
            self._pair, self._split = pair, split
            self.leave()
        is_there = pair is not None and _has_earlier(pair)
        hide(self.box, not is_there)
        if pair is not None and is_there:
            self._offer(pair)

    def go(self, epoch: int) -> None:
        """Look at an earlier epoch; 0: at the end."""
        pair = self._pair
        if epoch == 0:
            self.leave(is_told=False)  # by now it may have moved again
        elif pair is None or self.slider.is_off or not 1 <= epoch < self.slider.last:
            self.leave()
        elif epoch != self._wanted:
            self._wanted = epoch
            self._newest.ask(lambda: find_after(pair, epoch), self._show, self._on_failed)

    def leave(self, *, is_told: bool = True) -> None:
        """Look at the end; the page is told, unless it was the one that said so."""
        self._newest.forget()
        was_past = self.epoch is not None
        self._wanted = self.epoch = None
        if is_told:
            self.slider.send({"leave": True})
        if was_past:
            self._on_found(None)
        set_value(self.slider, shown=0, note=self._note(None))

    def _offer(self, pair: SeedRun) -> None:
        last = ceil(max(run.epoch for run in pair.runs))
        is_live = pair.state.is_active
        planned = max(run.config.epochs for run in pair.runs) if is_live else last
        with self.slider.hold_sync():
            set_value(self.slider, total=max(last, planned), last=last, is_live=is_live, is_off=self._split != "test")
            set_value(self.slider, is_early=_has_early_end(pair))
            if self.epoch is None:
                set_value(self.slider, note=self._note(None))
        if self.epoch is not None and self.epoch >= last:  # it went back to what was saved last
            self.leave()

    def _show(self, found: Findings) -> None:
        self.epoch = found.epoch
        self._on_found(found)
        with self.slider.hold_sync():  # last: what plays goes on once all of it has come
            set_value(self.slider, shown=found.epoch or 0, note=self._note(found))

    def _on_failed(self, error: Exception) -> None:
        self.leave()
        self._tell_failed(f"The epoch cannot be shown. {error}")

    def _note(self, found: Findings | None) -> str:
        if self._split != "test":
            return _NOT_OF_TRAINING_IMAGES
        if self._pair is None:
            return ""
        if found is None or found.epoch is None:
            return _ends(self._pair) if _has_early_end(self._pair) else ""
        done = {model.name: round(model.epoch) for model in found.models}
        return " ".join(filter(None, (_behind(run, done.get(run.name, 0), found.epoch) for run in self._pair.runs)))


def _has_earlier(pair: SeedRun) -> bool:
    return any(epoch < run.epoch for run in pair.runs for epoch in pair.epochs(run.name))


def _has_early_end(pair: SeedRun) -> bool:
    return not pair.state.is_active and any(run.epoch < run.config.epochs for run in pair.runs)


def _ends(pair: SeedRun) -> str:
    """Say where each model ended: A ended at epoch 1.53 of 3, B at 1.68 of 3."""
    ends = [(run.name, f"{round(run.epoch, 2):g} of {run.config.epochs}") for run in pair.runs]
    return ", ".join(f"{name} {'at' if number else 'ended at epoch'} {end}" for number, (name, end) in enumerate(ends))


def _behind(run: RunView, done: int, epoch: int) -> str:
    """Say why a model is not shown as it was after an epoch, but `done` epochs; empty where it is."""
    reached = min(epoch, run.history.epochs)
    if done == epoch:
        return ""
    if not reached:
        return f"{run.name} has not finished an epoch."
    if done == reached:
        return f"{run.name} has learned for {number_of(done, 'epoch')} only."
    return f"{run.name}: epoch {reached} is not kept{f', this is epoch {done}' if done else ''}."
