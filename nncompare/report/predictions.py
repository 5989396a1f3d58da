"""The predictions for a whole split as CSV. N images, K classes."""

from nncompare.comparison.result import ComparisonResult
from nncompare.config import SplitName
from nncompare.data import CATALOG
from nncompare.report.tables import csv_of

_DIGITS = 6


def predictions_csv(result: ComparisonResult, split: SplitName = "test") -> str:
    """Return a table of N rows with the predictions of each trained model.

    Columns: position in the data set, true class; then for each model the predicted class and the probabilities of the
    K classes, rounded to six digits. Classes are written by name.

    Raises
    ------
    ValueError
        If a model has no weights, or there is no such split.
    """
    classes = CATALOG[result.comparison.dataset].classes
    models = [model for model in (result.a, result.b) if model is not None]
    tables = [model.probabilities(split) for model in models]
    columns = [[f"{model.name} predicted", *(f"{model.name}: {name}" for name in classes)] for model in models]
    lines: list[list[object]] = [["image", "label", *(name for part in columns for name in part)]]
    predicted = [table.argmax(axis=1) for table in tables]
    rounded = [table.astype(float).round(_DIGITS).tolist() for table in tables]
    for image, label in enumerate(result.labels(split)):
        cells = [[classes[which[image]], *rows[image]] for which, rows in zip(predicted, rounded, strict=True)]
        lines.append([image, classes[label], *(cell for part in cells for cell in part)])
    return csv_of(lines)
