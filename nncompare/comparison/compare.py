"""A comparison from a plain script, or a terminal: it is waited for."""

from collections.abc import Callable

from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.config import Comparison, require_comparison
from nncompare.data import fetch
from nncompare.engine.shared import shared_engine
from nncompare.limits import Limits
from nncompare.store import RunFolder, Store


def compare(
    comparison: Comparison,
    *,
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
    data_progress : callable, optional
        Called with (done, total) while the data set is fetched.
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
    return see_through(begin(comparison, data_progress=data_progress, store=store), watch)


def begin(
    comparison: Comparison, *, data_progress: Callable[[int, int], None] | None = None, store: Store | None = None
) -> ComparisonRun:
    """Begin a comparison in the background; parameters and errors are those of `compare`."""
    require_comparison(comparison)
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
        As `compare` does.
    """
    fetch(folder.comparison.dataset, progress=data_progress)
    shared_engine.join()
    running = ComparisonRun.reopen(folder, shared_engine)
    running.resume()
    return running


def see_through(running: ComparisonRun, watch: Callable[[ComparisonRun], None]) -> ComparisonResult:
    """Wait for the end of a comparison as `compare` does; what interrupts this leaves it to be resumed."""
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
