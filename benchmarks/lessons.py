"""Trains lessons, and prints how long each takes and what it shows: all built-in ones, or those that are named."""

import argparse
import tempfile
from pathlib import Path

from nncompare import compare
from nncompare.comparison.result import ComparisonResult
from nncompare.lessons import CHOICES, NUMBERS, Lesson, built_in_lessons, find_lesson
from nncompare.report.measured import measured
from nncompare.report.wording import finding
from nncompare.store import Store


def main() -> None:
    """Train the lessons, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(built_in_lessons()), metavar="NAME or FILE")
    parser.add_argument("--seed", type=int, help="another seed than that of the lesson")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nncompare-") as folder:
        for name in arguments.names:
            lesson = find_lesson(name)
            changes = {} if arguments.seed is None else {"seed": arguments.seed}
            result = compare(lesson.settings.model_copy(update=changes), store=Store(Path(folder)))
            print("\n".join(_told(lesson, result)), flush=True)


def _told(lesson: Lesson, result: ComparisonResult) -> list[str]:
    lines = [f"{lesson.name}: {result.seconds:.1f} s, {finding(result.verdict())}; asked: {lesson.guess.of}"]
    for quantity in (*NUMBERS, *CHOICES):
        if (found := measured(quantity, result)) is not None:
            value = found.value if isinstance(found.value, str) else f"{found.value:.2f}"
            interval = f" ({found.low:.2f} to {found.high:.2f})" if None not in (found.low, found.high) else ""
            lines.append(f"  {quantity}: {value}{interval}")
    return lines


if __name__ == "__main__":
    main()
