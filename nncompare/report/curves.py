"""All points of all curves as CSV."""

from collections.abc import Iterator

from nncompare.comparison.result import ComparisonResult, ModelResult
from nncompare.figures.points import is_of_all_images
from nncompare.history import COLUMNS
from nncompare.report.tables import csv_of

_HEADING = ("seed", "model", "measured on", *COLUMNS)


def curves_csv(result: ComparisonResult) -> str:
    """Return a table of every point that was measured, of all seeds and models, in full precision.

    Columns: seed, model, on which images it was measured; then those of `TrainPoint`: epoch, images, steps (updates of
    the weights), seconds, loss in nats, and accuracy from 0 to 1.
    """
    models = [(seed, model) for seed, of_seed in result.by_seed.items() for model in of_seed.models]
    return csv_of([_HEADING, *((seed, model.name, *row) for seed, model in models for row in _rows(model))])


def _rows(model: ModelResult) -> Iterator[tuple[object, ...]]:
    train, test = ([getattr(curve, name) for name in COLUMNS] for curve in (model.history.train, model.history.test))
    for point in zip(*train, strict=False):
        yield "training images", *point
    of_all = is_of_all_images(model.history.test.epoch).tolist()
    for is_whole, *values in zip(of_all, *test, strict=False):
        yield "all test images" if is_whole else "sample of test images", *values
