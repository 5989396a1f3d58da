"""``nncompare compare``: trains as the flags say, or goes on with what was interrupted, and prints the result."""

import argparse

from nncompare.cli.comparison_flags import given_flags, read_comparison
from nncompare.cli.endings import Ending
from nncompare.cli.output import show, tell
from nncompare.cli.progress_bars import ProgressBars
from nncompare.cli.result_text import result_json, result_table
from nncompare.cli.saved_runs import open_interrupted, way_on
from nncompare.comparison.compare import begin, resume, see_through
from nncompare.comparison.result import ComparisonError, ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.data import DataError
from nncompare.engine.client import EngineError
from nncompare.errors import UserError
from nncompare.store import StoreError
from nncompare.whole_file import replace_file, replaceable


def compare_and_print(arguments: argparse.Namespace) -> Ending:
    """Train and compare as the flags say, print the result and write the report; return how it ended.

    Raises `UserError` when a value is wrong, there is nothing to resume, or the report cannot be written.
    """
    with ProgressBars() as bars:
        running = _resume(arguments, bars) if arguments.resume is not None else _begin(arguments, bars)
        result, ending, what_happened = _see_through(running, bars)
    text = result_json(result, running.saved_id) if arguments.json else result_table(result)
    not_written = [show(text), _write_report(result, arguments.report)]
    for sentence in filter(None, [*not_written, what_happened]):
        tell(sentence)
    return ending or (Ending.NOT_WRITTEN if any(not_written) else Ending.DONE)


def _begin(arguments: argparse.Namespace, bars: ProgressBars) -> ComparisonRun:
    comparison = read_comparison(arguments)
    _require_writable(arguments.report)
    return begin(comparison, data_progress=bars.of_download(comparison.dataset))


def _resume(arguments: argparse.Namespace, bars: ProgressBars) -> ComparisonRun:
    if flags := given_flags(arguments):
        raise UserError(f"--resume goes on with the settings that were saved. Leave out {' and '.join(flags)}.")
    folder = open_interrupted(arguments.resume)
    _require_writable(arguments.report)
    tell(f"resuming {folder.id}.")
    try:
        return resume(folder, data_progress=bars.of_download(folder.comparison.dataset))
    except StoreError as error:
        raise UserError(f"{folder.id} cannot be resumed. {error}") from None


def _see_through(running: ComparisonRun, bars: ProgressBars) -> tuple[ComparisonResult, Ending, str]:
    """Wait for the end; return what was reached, and where it is not all, why and how to go on."""
    try:
        return see_through(running, bars.watch), Ending.DONE, ""
    except ComparisonError as error:
        if error.is_refused:
            raise UserError(str(error)) from None
        return error.result, Ending.FAILED, f"{error} {way_on(running.saved_id)}".strip()
    except KeyboardInterrupt:
        return running.result(), Ending.INTERRUPTED, f"stopped. {way_on(running.saved_id)}".strip()


def _require_writable(report: str | None) -> None:
    """Tell before the training, and not after it, that the report cannot be written."""
    try:
        if report is not None:
            replaceable(report)
    except OSError as error:
        raise UserError(
            f"The report cannot be written to {report}: {error.strerror}. Name a file in a folder that can be "
            "written to."
        ) from None


def _write_report(result: ComparisonResult, file: str | None) -> str:
    """Write the report, if there is to be one; return why that failed."""
    if file is None:
        return ""
    from nncompare.report import report_page

    try:
        replace_file(file, report_page(result).encode())
    except OSError as error:
        return f"The report could not be written to {file}: {error.strerror}. What was there before is unharmed."
    except (EngineError, DataError) as error:
        return f"The report could not be made. {error}"
    tell(f"the report is in {file}.")
    return ""
