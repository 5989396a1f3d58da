"""A comparison from a plain script, or a terminal: it is waited for."""

from collections.abc import Callable

from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.config import Comparison
from nncompare.data import fetch
from nncompare.engine.shared import shared_engine
from nncompare.limits import Limits
from nncompare.store import RunFolder, Store


def begin(
    comparison: Comparison, *, data_progress: Callable[[int, int], None] | None = None, store: Store | None = None
) -> ComparisonRun:
    """Begin a comparison in the background, in the user's store if none is given.

    A data set that is missing is downloaded or made first; `data_progress` is called with (done, total) meanwhile.

    Raises
    ------
    DataError
        When the data set can neither be found nor fetched.
    LimitsError
        When the environment names a limit that is none.
    """
    limits = Limits.from_environment()
    fetch(comparison.dataset, progress=data_progress)
    shared_engine.join()  # for good: a script that compares once compares again
    running = ComparisonRun(comparison, shared_engine, limits=limits, store=store or Store.default())
    running.start()
    return running


def resume(folder: RunFolder, *, data_progress: Callable[[int, int], None] | None = None) -> ComparisonRun:
    """Let a saved comparison go on in the background from where it was interrupted.

    Raises
    ------
    StoreError
        When somebody else goes on with it; or when it cannot be read.
    DataError, LimitsError
        As `begin` does.
    """
    fetch(folder.comparison.dataset, progress=data_progress)
    shared_engine.join()
    running = ComparisonRun.reopen(folder, shared_engine)
    running.resume()
    return running


def see_through(running: ComparisonRun, watch: Callable[[ComparisonRun], None]) -> ComparisonResult:
    """Wait for the end, calling `watch` four times a second; what interrupts this leaves it to be resumed.

    Raises
    ------
    ComparisonError
        When a model failed; `result` holds what was reached.
    """
    try:
        while not running.wait(0.25):
            watch(running)
    except BaseException:
        running.leave()
        running.wait(10)
        raise
    watch(running)
    result = running.result()
    result.raise_for_failure()
    return result
