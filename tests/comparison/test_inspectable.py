"""What is asked of a pair for its robustness, for pictures of one's own, and for feature maps."""

import numpy as np
import pytest
from breaking_pair import BreakingPair, falling
from small_images import TEST_IMAGES

from nncompare.comparison.inspectable import AsksNetworks, grey_values
from nncompare.comparison.robustness import measure_robustness
from nncompare.data import evenly_spaced
from nncompare.disturbances import DISTURBANCES
from nncompare.messages import VisibleImages

pytestmark = pytest.mark.usefixtures("synthetic_digits")
predict_images, feature_maps = AsksNetworks.predict_images, AsksNetworks.feature_maps
ROTATE = DISTURBANCES["rotate"].strengths


def pair() -> BreakingPair:
    return BreakingPair({"A": falling(0.98, 0.9), "B": falling(0.98, 0.4)})


def test_every_strength_is_one_inquiry_on_the_same_images_and_networks():
    asked, told = pair(), []
    found = measure_robustness(asked, "rotate", lambda done, of: told.append((done, of)))
    assert [inquiry.disturbance.strength for inquiry in asked.asked if inquiry.disturbance] == list(ROTATE)
    (images,) = {inquiry.images for inquiry in asked.asked if isinstance(inquiry.images, VisibleImages)}
    assert images == VisibleImages("test", tuple(range(TEST_IMAGES)))
    assert all(inquiry.networks == asked.networks and inquiry.look == "answers" for inquiry in asked.asked)
    assert told == [(done, 9) for done in range(10)]
    assert found is not None
    assert found.right["B"] == (490,) * 4 + (200,) * 5
    assert (found.breaks_first, found.epochs, found.strengths) == ("B", {"A": 2.0, "B": 2.0}, ROTATE)


@pytest.mark.parametrize("after", [0, 1, 4])
def test_it_is_cancelled_between_two_strengths(after):
    asked = pair()
    assert measure_robustness(asked, "blur", is_cancelled=lambda: len(asked.asked) == after) is None
    assert len(asked.asked) == after


def test_what_cannot_be_tried_is_a_sentence():
    with pytest.raises(ValueError, match=r"no disturbance 'sing'; there are rotate, .*\."):
        measure_robustness(pair(), "sing")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="No model of this comparison has weights"):
        measure_robustness(BreakingPair({}), "rotate")


@pytest.mark.parametrize(("count", "wanted"), [(10_000, 1_000), (500, 1_000), (1_000, 7), (1, 5), (3, 1)])
def test_images_are_evenly_spaced_from_the_first_to_the_last(count, wanted):
    found = evenly_spaced(count, wanted)
    assert len(found) == min(count, wanted)
    assert found[0] == 0
    assert found[-1] == (count - 1 if wanted > 1 else 0)
    if len(found) > 1:
        assert np.ptp(np.diff(found)) <= 1
        assert np.diff(found).min() >= 1


def test_images_of_ones_own_are_predicted_in_parts():
    asked = pair()
    found = predict_images(asked, np.zeros((2_300, 28, 28), np.uint8))
    assert {name: table.shape for name, table in found.items()} == {"A": (2_300, 10), "B": (2_300, 10)}
    assert [len(inquiry.images) for inquiry in asked.asked if isinstance(inquiry.images, np.ndarray)] == [
        1000,
        1000,
        300,
    ]
    assert predict_images(asked, np.zeros((28, 28)))["A"].shape == (1, 10)
    assert predict_images(asked, np.zeros((0, 28, 28), np.uint8))["B"].shape == (0, 10)


@pytest.mark.parametrize(
    ("given", "grey"),
    [(np.uint8(7), 7), (7, 7), (np.int16(255), 255), (1.0, 255), (np.float32(0.5), 128), (0.0, 0), (200.0, 200)],
)
def test_grey_values_may_be_whole_numbers_or_shares(given, grey):
    found = grey_values(np.full((2, 28, 28), given), 28)
    assert found.dtype == np.uint8
    assert (found == grey).all()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (np.zeros((28, 27)), r"shape \(N, 28, 28\); got \(28, 27\)"),
        (np.zeros((2, 28, 28, 1)), "got"),
        (np.zeros((1, 28, 28), bool), "whole numbers or shares; got bool"),
        (np.full((1, 28, 28), 256), "from 0 to 255; got 256 to 256"),
        (np.full((1, 28, 28), -1), "from 0 to 255; got -1"),
        (np.full((1, 28, 28), 255.5), "from 0 to 255; got 255.5"),
        (np.full((1, 28, 28), 1.0000001), "whole numbers to 255, or shares to 1; got 1"),
        (np.full((1, 28, 28), np.nan), "from 0 to 255; got nan"),
        (np.full((1, 28, 28), "x"), "whole numbers or shares"),
    ],
)
def test_what_may_be_meant_in_several_ways_is_refused(given, words):
    asked = pair()
    with pytest.raises(ValueError, match=words):
        predict_images(asked, given)
    assert asked.asked == []


def test_floats_of_which_one_is_above_1_are_grey_values():
    given = np.zeros((1, 28, 28))
    given[0, 0, :2] = 1, 255
    assert grey_values(given, 28)[0, 0, :3].tolist() == [1, 255, 0]


def test_feature_maps_are_those_of_one_model_and_image():
    asked = pair()
    maps = feature_maps(asked, "b", 7)
    assert [one.shape[1:] for one in maps] == [(14, 14), (7, 7), (3, 3)]
    (inquiry,) = asked.asked
    assert [network.name for network in inquiry.networks] == ["B"]
    assert (inquiry.images, inquiry.look) == (VisibleImages("test", (7,)), "inside")


def test_there_is_no_map_of_what_is_not_there():
    with pytest.raises(ValueError, match="no test image 500; there are 0 to 499"):
        feature_maps(pair(), "a", TEST_IMAGES)
    with pytest.raises(ValueError, match="no test image -1"):
        feature_maps(pair(), "a", -1)
    with pytest.raises(ValueError, match="no test image first"):
        feature_maps(pair(), "a", "first")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no model 'c' with weights"):
        feature_maps(pair(), "c", 0)
    with pytest.raises(ValueError, match="no split named 'all'"):
        feature_maps(pair(), "a", 0, "all")  # type: ignore[arg-type]
