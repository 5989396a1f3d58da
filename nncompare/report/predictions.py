"""The predictions of a whole split as a table. N images, K classes."""

import csv
from io import StringIO

from nncompare.comparison.result import ComparisonResult
from nncompare.config import SplitName
from nncompare.data import CATALOG

_DIGITS = 6


def predictions_csv(result: ComparisonResult, split: SplitName = "test") -> str:
    """Write N lines: the position in the data set, the true class, and for each model what it says and how sure it is.

    Columns: image, label; then for A, and for B where it was trained, said, and the probability of each of the K
    classes, rounded to six digits. Classes are written by name.

    Raises
    ------
    ValueError
        When a model has no weights, or there is no such split.
    """
    classes = CATALOG[result.comparison.dataset].classes
    models = [model for model in (result.a, result.b) if model is not None]
    tables = [model.probabilities(split) for model in models]
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    columns = [[f"{model.name} says", *(f"{model.name}: {name}" for name in classes)] for model in models]
    writer.writerow(["image", "label", *(name for part in columns for name in part)])
    said = [table.argmax(axis=1) for table in tables]
    rounded = [table.astype(float).round(_DIGITS).tolist() for table in tables]
    for image, label in enumerate(result.labels(split)):
        cells = [[classes[which[image]], *rows[image]] for which, rows in zip(said, rounded, strict=True)]
        writer.writerow([image, classes[label], *(cell for part in cells for cell in part)])
    return file.getvalue()
