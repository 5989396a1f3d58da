import numpy as np

from nncompare.messages import Prediction, VisibleImages
from nncompare.ui.panels.newest_predictions import Changes

IMAGES, OTHERS = VisibleImages("test", (4, 5, 6)), VisibleImages("test", (7, 8, 9))


def prediction(epoch, *classes, of=IMAGES):
    return Prediction(epoch, np.eye(10, dtype=np.float32)[list(classes)], of)


def test_the_first_look_has_nothing_to_compare_with():
    assert Changes().before("A", prediction(0.1, 1, 2, 3)) == [None, None, None]


def test_what_is_predicted_differently_is_told_until_the_next_look():
    changes = Changes()
    changes.before("A", prediction(0.1, 1, 2, 3))
    for _ in range(2):
        assert changes.before("A", prediction(0.2, 1, 7, 3)) == [None, 2, None]
    assert changes.before("A", prediction(0.3, 1, 7, 3)) == [None, None, None]


def test_models_do_not_mix():
    changes = Changes()
    changes.before("A", prediction(0.1, 1, 2, 3))
    assert changes.before("B", prediction(0.2, 4, 5, 6)) == [None, None, None]


def test_other_images_have_nothing_to_compare_with():
    changes = Changes()
    changes.before("A", prediction(0.1, 1, 2, 3))
    assert changes.before("A", prediction(0.2, 4, 5, 6, of=OTHERS)) == [None, None, None]
