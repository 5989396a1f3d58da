"""Train and wait, in a script or a notebook, while one line tells how far it is."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from tqdm import tqdm

from nncompare.comparison.compare import begin, see_through
from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.config import Comparison, require_comparison
from nncompare.data import CATALOG
from nncompare.store import Store
from nncompare.words import waiting


def compare(
    comparison: Comparison,
    *,
    progress: bool = True,
    data_progress: Callable[[int, int], None] | None = None,
    watch: Callable[[ComparisonRun], None] = lambda _: None,
    store: Store | None = None,
) -> ComparisonResult:
    """Train both models of a comparison and wait for the end; also from a plain script.

    After Ctrl-C both models stop and the KeyboardInterrupt goes on; what was learned is kept, and can be resumed.

    Parameters
    ----------
    comparison : Comparison
        What to train. A data set that is missing is downloaded or made first.
    progress : bool
        Whether one line tells how far it is. It moves in a terminal and in a notebook, and is gone at the end; in logs
        there is none.
    data_progress : callable, optional
        Called with (done, total) while the data set is fetched, in place of the line.
    watch : callable, optional
        Called four times a second with the running comparison.
    store : Store, optional
        Where it is saved as it goes; the user's store if not given.

    Raises
    ------
    ComparisonError
        When a model failed; the message is a sentence for the user, and `result` holds what was reached.
    DataError
        When the data set can neither be found nor fetched.
    TypeError
        For what is no `Comparison`.
    LimitsError
        When the environment names a limit that is none.
    """
    require_comparison(comparison)
    with ProgressLine(is_on=progress) as line:

        def look(running: ComparisonRun) -> None:
            line.watch(running)
            watch(running)

        running = begin(comparison, data_progress=data_progress or line.of_download(comparison.dataset), store=store)
        return see_through(running, look)


class ProgressLine(ExitStack):
    """One line where somebody looks at it, in a terminal or below a notebook's cell; it is gone at the end."""

    def __init__(self, *, is_on: bool = True) -> None:
        super().__init__()
        is_off = None if is_on else True  # None: where the stream is a file or a pipe
        how: dict[str, Any] = {"leave": False, "unit": "", "unit_scale": True, "dynamic_ncols": True}
        stream = _stream() if is_on else sys.stderr
        self._bar = self.enter_context(tqdm(desc="Starting", file=stream, disable=is_off, **how))

    def of_download(self, dataset: str) -> Callable[[int, int], None]:
        """Return a callback for what is done of a download, and the total."""
        return lambda done, total: self._show(CATALOG[dataset].title, done, total)

    def watch(self, running: ComparisonRun) -> None:
        """Show how far all models of all seeds are, or why nothing moves."""
        comparison, place = running.comparison, running.position
        models = [config for config in (comparison.a, comparison.b) if config is not None]
        images = CATALOG[comparison.dataset].used_images(comparison.train_images)
        total = comparison.repeat * images * sum(config.epochs for config in models)
        done = sum(run.progress.images for pair in running.pairs for run in pair.runs if run.progress is not None)
        usual = waiting(place.position, place.seconds) if place is not None else "Training" if done else "Starting"
        self._show(next((run.silence for run in running.runs if run.silence), usual), done, total)

    def _show(self, what: str, done: int, total: int) -> None:
        self._bar.set_description(what, refresh=False)
        if total != self._bar.total or not done:  # the time until something moves says nothing of how long it takes
            self._bar.reset(total)
        self._bar.n = done
        self._bar.refresh()


class _CellOutput:
    """An output of the notebook's cell that runs, as a stream whose last line is seen."""

    encoding = "utf-8"

    def __init__(self) -> None:
        from IPython.display import display  # a plain script does without it

        self._handle = display({"text/plain": ""}, raw=True, display_id=True)

    def write(self, text: str) -> None:
        self._handle.update({"text/plain": text.strip()}, raw=True)

    def flush(self) -> None:
        pass


def _stream() -> Any:
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return _CellOutput() if getattr(shell, "kernel", None) is not None else sys.stderr
