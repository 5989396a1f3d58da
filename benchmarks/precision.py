"""What bfloat16 does to accuracy: both formats from the same five seeds.

    python benchmarks/precision.py     (needs MNIST; --smoke for two seeds on a few synthetic images)

The difference is judged as the dashboard judges two settings: paired over the seeds. Exits with 1 when bfloat16 is
worse by more than chance explains.
"""

import sys

from nncompare import compare
from nncompare.analysis import judge_seeds
from nncompare.config import Comparison, DatasetName, Precision, RunConfig

IS_SMOKE = "--smoke" in sys.argv
SEEDS, TRAIN_IMAGES, EPOCHS = (2, 1_000, 1) if IS_SMOKE else (5, 20_000, 2)
DATASET: DatasetName = "synthetic-digits" if IS_SMOKE else "mnist"
WIDTHS = (2, 4) if IS_SMOKE else (16, 32)
_UNLIKELY = 0.05


def main() -> None:
    """Measure, and print a line for each width."""
    found = {"float32": _measure("float32"), "bfloat16": _measure("bfloat16")}
    is_worse = False
    for width in WIDTHS:
        float32, bfloat16 = (found[precision][width] for precision in ("float32", "bfloat16"))
        verdict = judge_seeds(float32[0], bfloat16[0], 10_000)
        lead = -verdict.difference
        is_worse = is_worse or (lead < 0 and verdict.p_value is not None and verdict.p_value < _UNLIKELY)
        print(
            f"{width} channels: float32 {_words(verdict.accuracies_a)}, {float32[1]:.1f} s; "
            f"bfloat16 {_words(verdict.accuracies_b)}, {bfloat16[1]:.1f} s; difference {100 * lead:+.2f} points, "
            f"p {verdict.p_value}"
        )
    sys.exit(is_worse and not IS_SMOKE)


def _measure(precision: Precision) -> dict[int, tuple[tuple[int, ...], float]]:
    """Return for each width the right answers from each seed, and the mean seconds."""
    a, b = (RunConfig(channels=width, epochs=EPOCHS) for width in WIDTHS)
    result = compare(
        Comparison(dataset=DATASET, a=a, b=b, repeat=SEEDS, train_images=TRAIN_IMAGES, precision=precision)
    )
    columns = zip(*(one.models for one in result.by_seed.values()), strict=True)
    return {
        width: (
            tuple(round(10_000 * model.history.test_accuracy[-1]) for model in models),
            sum(model.seconds for model in models) / SEEDS,
        )
        for width, models in zip(WIDTHS, columns, strict=True)
    }


def _words(accuracies: tuple[float, ...]) -> str:
    return f"{sum(accuracies) / len(accuracies):.2%} ({min(accuracies):.2%} to {max(accuracies):.2%})"


if __name__ == "__main__":
    main()
