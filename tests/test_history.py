from nncompare.events import EpochEnd, Event, Failed, Finished, TestPoint, TrainPoint
from nncompare.history import History

EVENTS: list[Event] = [
    TrainPoint(0.1, 100, 2, 0.5, 2.3, 0.1),
    TestPoint(0.1, 100, 2, 0.6, 2.2, 0.2, 1_000),
    TrainPoint(1.0, 1_000, 16, 1.5, 1.3, 0.4),
    TestPoint(1.0, 1_000, 16, 2.0, 1.2, 0.5, 10_000),
    EpochEnd(1, 2.1, 1.8, 0.25, 0.45, 1.2, 0.5),
    Finished(1.0, 2.2, stopped=False),
]


def test_events_become_columns() -> None:
    history = History()
    history.extend(EVENTS)
    assert history.train.epoch == [0.1, 1.0]
    assert history.train.images == [100, 1_000]
    assert history.train.steps == [2, 16]
    assert history.train.seconds == [0.5, 1.5]
    assert history.train.loss == [2.3, 1.3]
    assert history.train.accuracy == [0.1, 0.4]
    assert history.test.epoch == [0.1, 1.0]
    assert history.test.seconds == [0.6, 2.0]
    assert history.test.loss == [2.2, 1.2]
    assert history.test.accuracy == [0.2, 0.5]
    assert history.epochs == 1
    assert (history.train_loss, history.train_accuracy) == ([1.8], [0.25])
    assert (history.test_loss, history.test_accuracy) == ([1.2], [0.5])
    assert (history.train_eval_accuracy, history.epoch_seconds) == ([0.45], [2.1])


def test_an_end_carries_no_figures() -> None:
    history = History()
    history.extend([Finished(1.0, 2.0, stopped=True), Failed("No.")])
    assert history == History()


def test_a_copy_does_not_grow() -> None:
    history = History()
    history.extend(EVENTS[:2])
    copy = history.copy()
    history.extend(EVENTS[2:])
    assert len(copy.train.loss) == len(copy.test.loss) == 1
    assert copy.epochs == 0
    assert copy != history


def test_histories_share_nothing() -> None:
    History().extend(EVENTS)
    assert History().train.loss == []
