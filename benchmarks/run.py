"""Everything that is wanted of the speed, as one table with the machine's figures: `make bench`.

    python benchmarks/run.py                          every row; needs MNIST and Chromium, and about an hour
    python benchmarks/run.py --rows ab s --rounds 7   some of them

Ours and theirs take turns within one run, and medians count. Every single value is kept in benchmarks/results/. The row
keras needs TensorFlow (`pip install -c constraints.txt -e '.[keras]'`), and is left out without it.
"""

import argparse
import importlib
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from results import FOLDER, keep
from rows import COLUMNS, Measured, plain
from setting import Setting
from surroundings import look_around


def main() -> None:
    """Measure what was chosen, print it, and keep it; exit with 1 when a benchmark did not run to its end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS))
    parser.add_argument("--results", type=Path, default=FOLDER, help="folder for what is kept")
    Setting.add_options(parser)
    arguments = parser.parse_args()
    setting, around, found = Setting.of(arguments), look_around(), Measured()
    options = {"rounds": setting.rounds, "rows": " ".join(arguments.rows), "smoke": setting.is_smoke}
    chosen = arguments.rows if arguments.rows != list(BENCHMARKS) else ()
    failed = []
    for name in arguments.rows:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            found.add(BENCHMARKS[name](setting))
        except Exception:  # what the others have found is kept
            traceback.print_exc()
            failed.append(name)
        page = keep(arguments.results, around, {**options, "failed": " ".join(failed)}, found, chosen)
    print("\n".join(around.lines()), f"medians of {setting.rounds} rounds", sep="\n")
    print(plain(COLUMNS, [row.cells() for row in found.rows]))
    for table in found.tables:
        print("", table.title, plain(table.columns, table.lines), sep="\n")
    print(f"\nKept in {page}" + (f"; did not run to the end: {', '.join(failed)}" if failed else ""))
    sys.exit(bool(failed))


def _of(module: str, function: str = "measure") -> Callable[[Setting], Measured]:
    """Return a function that imports its module when it is called: without Chromium the other rows can be measured."""

    def measure(setting: Setting) -> Measured:
        found: Measured = getattr(importlib.import_module(module), function)(setting)
        return found

    return measure


# Memory first: what other processes share with those that are weighed counts less.
BENCHMARKS = {
    "memory": _of("page_memory"),
    "ab": _of("jobs", "measure_ab"),
    "s": _of("jobs", "measure_s"),
    "keras": _of("jobs", "measure_keras"),
    "99": _of("ninety_nine"),
    "first-step": _of("first_step"),
    "opening": _of("opening"),
    "screen": _of("screen"),
    "growth": _of("growth"),
    "flops": _of("flops"),
    "explore": _of("explore"),
}


if __name__ == "__main__":
    main()
