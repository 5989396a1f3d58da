import pytest

from nncompare.events import Diverged, EpochEnd, TestPoint, TrainPoint
from nncompare.history import History, seed_band


def history_of(losses: list[float], accuracy: float, seconds: float = 1.0) -> History:
    history = History()
    for index, loss in enumerate(losses, start=1):
        counts = (index / 2, 100 * index, index, seconds * index)
        history.add(TrainPoint(*counts, loss=loss, accuracy=accuracy))
        if index % 2 == 0:
            history.add(TestPoint(*counts, loss=loss, accuracy=accuracy, sample_size=1_000))
            history.add(EpochEnd(index // 2, seconds * index, loss, accuracy, accuracy, loss, accuracy))
    return history


def test_mean_and_range_at_every_place() -> None:
    spread = seed_band([history_of([4, 2], 0.5, 1.0), history_of([2, 1], 0.75, 3.0)])
    assert [spread.mean.train.loss, spread.low.train.loss, spread.high.train.loss] == [[3, 1.5], [2, 1], [4, 2]]
    assert spread.mean.train.seconds == spread.low.train.seconds == [2.0, 4.0]
    assert (spread.mean.train.images, spread.mean.train.steps) == ([100, 200], [1, 2])
    assert (spread.mean.test_accuracy, spread.low.test_accuracy, spread.high.test_accuracy) == ([0.625], [0.5], [0.75])
    assert spread.high.epoch_seconds == spread.mean.epoch_seconds == [4.0]
    assert spread.mean.test.accuracy == [0.625]


def test_a_seed_counts_as_far_as_it_has_come() -> None:
    spread = seed_band([history_of([4, 2, 2, 2], 0.5), history_of([2], 0.75), History()])
    assert spread.mean.train.epoch == [0.5, 1.0, 1.5, 2.0]
    assert spread.mean.train.loss == [3, 2, 2, 2]
    assert spread.high.train.loss == [4, 2, 2, 2]
    assert spread.mean.test_accuracy == [0.5, 0.5]


def test_points_at_other_places_are_read_between() -> None:
    odd = History()
    for epoch, loss in ((0.25, 4.0), (0.75, 2.0), (1.25, 2.0)):
        odd.add(TrainPoint(epoch, 1, 1, 1.0, loss, 0.5))
    spread = seed_band([odd, history_of([1, 1], 0.5)])
    assert spread.mean.train.epoch == [0.25, 0.75, 1.25]
    assert spread.low.train.loss == [1, 1, 2]


def test_one_history_is_its_own_spread_and_none_has_none() -> None:
    alone = history_of([4, 2], 0.5)
    assert seed_band([alone]).mean is alone
    with pytest.raises(ValueError, match="no mean"):
        seed_band([])
    assert seed_band([History(), History()]).mean == History()


def test_where_a_seed_diverged_is_kept() -> None:
    broken = history_of([4], 0.5)
    broken.add(Diverged(0.5, 100, 1, 1.0))
    assert seed_band([history_of([4, 2], 0.5), broken]).mean.diverged == broken.diverged
