"""Progress bars on stderr: one for the data set, then one for each model."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from tqdm import tqdm

from nncompare.cli.output import Unfailing
from nncompare.comparison.runner import ComparisonRun
from nncompare.data import CATALOG
from nncompare.words import waiting


class ProgressBars(ExitStack):
    """The bars of a command, and what has to be said beside them; closed at the end."""

    def __init__(self) -> None:
        super().__init__()
        self._stream = Unfailing(sys.stderr)
        self._position = 0
        self._storage_note = ""
        self._silences: dict[str, str] = {}
        self._bars: dict[str, tqdm[Any]] = {}

    def of_download(self, dataset: str) -> Callable[[int, int], None]:
        """Return a callback for what is done of a download, and the total."""
        info = CATALOG[dataset]
        return lambda done, total: self._set(info.title, done, total, "" if info.synthetic else "B")

    def watch(self, running: ComparisonRun) -> None:
        """Draw how far both models are, and say once why they wait, and why something is not saved."""
        self._tell_place(running)
        self._tell_silences(running)
        if running.storage_note not in ("", self._storage_note):
            self._storage_note = running.storage_note
            self._tell(self._storage_note)
        seed = f", seed {running.current.seed}" if len(running.pairs) > 1 else ""
        for run in running.runs:
            images, total = (run.progress.images, run.progress.total_images) if run.progress is not None else (0, None)
            self._set(f"model {run.name}{seed}", images, total)

    def _tell_place(self, running: ComparisonRun) -> None:
        """Tell the place in line when it changes, and not every time that the expected wait does."""
        place = running.position
        position = place.position if place is not None else 0
        if place is not None and position != self._position:
            self._tell(waiting(position, place.seconds))
        self._position = position

    def _tell_silences(self, running: ComparisonRun) -> None:
        for run in running.runs:
            if run.silence not in ("", self._silences.get(run.name)):
                self._tell(f"model {run.name}: {run.silence}")
            self._silences[run.name] = run.silence

    def _set(self, title: str, done: int, total: int | None, unit: str = "") -> None:
        if title not in self._bars:
            bar = tqdm(desc=title, unit=unit, unit_scale=True, file=self._stream, initial=done)
            self._bars[title] = self.enter_context(bar)
        bar = self._bars[title]
        bar.total = total
        if done != bar.n:
            bar.update(done - bar.n)

    def _tell(self, sentence: str) -> None:
        tqdm.write(f"nncompare: {sentence}", file=self._stream)
