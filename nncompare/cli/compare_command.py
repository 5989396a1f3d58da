"""``nncompare compare``: trains as the flags say, and prints the result."""

import argparse
import os
import sys
from pathlib import Path

from nncompare.cli.comparison_flags import read_comparison
from nncompare.cli.progress_bars import ProgressBars
from nncompare.cli.result_text import result_json, result_table
from nncompare.comparison.compare import compare
from nncompare.comparison.result import ComparisonError, ComparisonResult
from nncompare.errors import UserError


def compare_and_print(arguments: argparse.Namespace) -> str:
    """Train and compare as the flags say, print the result and write the report; return why a model failed, if one did.

    Raises `UserError` when a value is wrong or the report cannot be written.
    """
    comparison = read_comparison(arguments)
    report = Path(arguments.report) if arguments.report else None
    if report is not None:
        _require_writable(report)
    failure = ""
    with ProgressBars() as bars:
        try:
            result = compare(comparison, data_progress=bars.of_download(comparison.dataset), watch=bars.watch)
        except ComparisonError as error:
            if error.is_refused:
                raise UserError(str(error)) from None
            failure, result = str(error), error.result
    print(result_json(result) if arguments.json else result_table(result))
    if report is not None:
        _write_report(result, report)
    return failure


def _require_writable(report: Path) -> None:
    """Tell before the training, and not after it, that the report cannot be written."""
    if report.is_dir() or not os.access(report.parent, os.W_OK):
        raise UserError(f"The report cannot be written to {report}: name a file in a folder that can be written to.")


def _write_report(result: ComparisonResult, file: Path) -> None:
    from nncompare.report import report_page

    try:
        file.write_text(report_page(result), encoding="utf-8")
    except OSError as error:
        raise UserError(f"The report could not be written to {file}: {error.strerror}.") from None
    print(f"nncompare: the report is in {file}.", file=sys.stderr)
