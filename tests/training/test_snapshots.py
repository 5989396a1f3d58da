"""What is laid down to be saved: after every epoch and in a pause, never apart from the events that it counts."""

import math
import threading

import numpy as np
import pytest
from processes import until
from tiny_runs import images, run, same_weights, session_of

from nncompare.events import EpochEnd, TrainPoint
from nncompare.messages import Controls, Cursor, Prediction
from nncompare.training.channel import RunChannel
from nncompare.training.loop import train

SETTINGS = {"dropout": 0.5, "learning_rate": 0.01, "epochs": 4}


def train_on_channel(session, channel: RunChannel, pause_at: float = math.inf) -> None:
    """Put everything on the channel, as a worker does; ask for a pause after so many images."""
    for event in train(session):
        channel.publish(event, session.checkpoint() if isinstance(event, EpochEnd) else None)
        if isinstance(event, TrainPoint) and event.images >= pause_at:
            channel.set_controls(Controls(pause=True))


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_a_run_goes_on_from_the_end_of_an_epoch_to_the_same_weights(epoch: int) -> None:
    data, test = images(205), images(50)
    whole, _ = run(data, test, **SETTINGS)
    session = session_of(data, test, **SETTINGS)
    ends = (event for event in train(session) if isinstance(event, EpochEnd))
    checkpoint = next(session.checkpoint() for event in ends if event.epoch == epoch)
    assert checkpoint.position.epochs == epoch
    assert checkpoint.position.since_epoch.images == 0
    second = session_of(data, test, **SETTINGS, start=checkpoint)
    told = [event.epoch for event in train(second) if isinstance(event, EpochEnd)]
    assert told == list(range(epoch + 1, 5))
    assert same_weights(second.model, whole)


def test_the_end_of_an_epoch_never_comes_without_its_snapshot() -> None:
    channel = RunChannel()
    session = session_of(images(60), images(20), channel, **{**SETTINGS, "epochs": 40})
    thread = threading.Thread(target=train_on_channel, args=(session, channel), daemon=True)
    thread.start()
    seen, ends = Cursor(), 0
    while thread.is_alive() or ends < 40:
        thread.join(0.001)  # else this one would leave it hardly a moment
        report = channel.report(seen)
        told = [event for event in report.events if isinstance(event, EpochEnd)]
        ends += len(told)
        if told:
            assert report.snapshot is not None
            assert report.snapshot.checkpoint.position.epochs == ends
            assert report.snapshot.events <= seen.events + len(report.events)
            assert report.snapshot.test is not None
        seen = report.cursor
    assert channel.report(seen).snapshot is None
    assert channel.snapshot is None, "what has arrived takes no room"


def test_a_pause_is_told_together_with_its_snapshot() -> None:
    data, test = images(500), images(20)
    whole, _ = run(data, test, **SETTINGS)
    channel = RunChannel()
    session = session_of(data, test, channel, **SETTINGS)
    thread = threading.Thread(target=train_on_channel, args=(session, channel, 200), daemon=True)
    thread.start()
    until(lambda: channel.report(Cursor()).is_paused, "the pause")
    report = channel.report(Cursor())
    channel.set_controls(Controls(stop=True))
    thread.join(90)
    assert report.snapshot is not None
    assert report.snapshot.events == len(report.events)
    assert report.progress is not None
    assert report.snapshot.checkpoint.position.images == report.progress.images
    second = session_of(data, test, **SETTINGS, start=report.snapshot.checkpoint)
    list(train(second))
    assert same_weights(second.model, whole)


def test_predictions_for_the_test_set_that_nobody_has_fetched_are_not_lost() -> None:
    channel, made = RunChannel(), [Prediction(float(n), np.full((2, 10), n, np.float32)) for n in range(1, 25)]
    for prediction in made[:3]:
        channel.publish_prediction(prediction)
    report = channel.report(Cursor())
    assert report.test is made[2]
    assert report.earlier == tuple(made[:2])
    assert channel.report(Cursor()).earlier == report.earlier, "until they have arrived"
    again = channel.report(report.cursor)
    assert (again.test, again.earlier) == (None, ())
    for prediction in made[3:]:
        channel.publish_prediction(prediction)
    late = channel.report(again.cursor)
    assert late.test is made[-1]
    assert late.earlier == tuple(made[-16:-1]), "a kernel that sleeps gets the last ones"
