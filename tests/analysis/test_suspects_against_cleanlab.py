"""Doubted labels against those of cleanlab, by the authors of confident learning."""

import numpy as np
import pytest
from wrong_labels import wrong_labels

from nncompare.analysis import suspects
from nncompare.analysis.suspects import WIDE

count = pytest.importorskip("cleanlab.count", reason="cleanlab is not installed: pip install -e '.[test]'")
filters = pytest.importorskip("cleanlab.filter")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("networks", "sharpness"), [(1, 3.0), (2, 5.0), (2, 9.0), (6, 7.0)])
def test_they_are_what_cleanlab_doubts_of_every_network(seed: int, networks: int, sharpness: float) -> None:
    made = wrong_labels(seed, images=3_000, networks=networks, sharpness=sharpness)
    of_each = [
        filters.find_label_issues(made.labels, one, filter_by="confident_learning", n_jobs=1)
        for one in made.probabilities
    ]
    rows = np.arange(len(made.labels))
    said = [one.argmax(axis=1) for one in made.probabilities]
    thresholds = [count.get_confident_thresholds(made.labels, one) for one in made.probabilities]
    is_sure = [
        one.max(axis=1) >= bounds[k] - 1e-6 for one, bounds, k in zip(made.probabilities, thresholds, said, strict=True)
    ]
    margins = np.min([one.max(axis=1) - one[rows, made.labels] for one in made.probabilities], axis=0)
    wanted = np.logical_and.reduce([*of_each, *is_sure, *(one == said[0] for one in said), margins >= WIDE])
    found = suspects(made.labels, made.probabilities)
    assert len(found) > 0
    assert sorted(found) == np.flatnonzero(wanted).tolist()
    assert (np.diff(margins[found]) <= 0).all()
