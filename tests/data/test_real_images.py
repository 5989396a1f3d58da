import os

import numpy as np
import pytest

from nncompare.data import CATALOG, Availability, dataset_state, load, sample_per_class

FOLDER = os.environ.get("NNCOMPARE_DATA_DIR")


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_the_real_images_are_whole_and_as_the_catalogue_says(name: str) -> None:
    if not FOLDER or dataset_state(name, FOLDER).availability is not Availability.READY:
        pytest.skip(f"NNCOMPARE_DATA_DIR does not hold {CATALOG[name].title}")
    data = load(name, FOLDER)
    assert (data.train_images.shape, data.test_images.shape) == ((60_000, 28, 28), (10_000, 28, 28))
    assert np.mean(data.train_images / 255) == pytest.approx(CATALOG[name].mean, abs=1e-4)
    assert np.std(data.train_images / 255) == pytest.approx(CATALOG[name].std, abs=1e-4)
    assert data.train_labels[sample_per_class(data)].tolist() == list(range(10))
