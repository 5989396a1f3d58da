"""A saved comparison as it can be shown: without predictions that are not those of the test set."""

from dataclasses import replace

from nncompare.data import DataError, load
from nncompare.store import RunFolder, RunRecord, SavedComparison


def read_saved(folder: RunFolder) -> SavedComparison:
    """Return what `RunFolder.load` does; predictions for more or fewer images than there are count as damaged.

    What is needed of them is predicted anew, with the weights.
    """
    saved = folder.load()
    try:
        images = len(load(saved.comparison.dataset).labels("test"))
    except DataError:  # so nothing can be shown of them
        return saved
    damaged = {key: record for key, record in saved.runs.items() if _images(record) not in (None, images)}
    notes = tuple(
        f"The predictions of model {name}, seed {seed}, are damaged: there are {_images(record):,} of them for "
        f"{images:,} test images. {_rest(record)}"
        for (seed, name), record in damaged.items()
    )
    runs = {key: replace(record, test=None) if key in damaged else record for key, record in saved.runs.items()}
    return replace(saved, runs=runs, notes=(*saved.notes, *notes))


def _images(record: RunRecord) -> int | None:
    return len(record.test.probabilities) if record.test is not None else None


def _rest(record: RunRecord) -> str:
    return "Its curves are kept." if record.weights is None else "They are made anew, with its weights."
