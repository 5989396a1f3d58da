import dataclasses
import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from tiny_runs import images, model_of, plan_of, run, same_weights, session_of
from torch.nn.functional import cross_entropy

from nncompare.events import Diverged, EpochEnd, Event, Failed, Finished, TestPoint, TrainPoint
from nncompare.messages import Controls, Cursor, VisibleImages
from nncompare.training.channel import RunChannel
from nncompare.training.loop import train
from nncompare.training.tensors import TensorSplit, normalise

WILD = {"optimizer": "sgd", "learning_rate": 10, "momentum": 0.99}


def of_kind(events: list[Event], kind: type) -> list:
    return [event for event in events if isinstance(event, kind)]


def losses(events: list[Event]) -> list[float]:
    return [event.loss for event in events if isinstance(event, TrainPoint | TestPoint)]


def evaluated(model: torch.nn.Module, split: TensorSplit) -> tuple[float, float]:
    """Give mean loss and accuracy, written as a textbook would."""
    model.eval()
    with torch.no_grad():
        scores = model(normalise(split.images, split.mean, split.std))
    return float(cross_entropy(scores, split.labels)), float((scores.argmax(1) == split.labels).float().mean())


def test_the_points_of_an_epoch_come_where_they_are_promised() -> None:
    _, events = run(images(800), images(1_500), batch_size=10, epochs=2)
    points = of_kind(events, TrainPoint)
    assert events[0] == points[0]
    assert points[0].images == 10
    first_epoch = [point for point in points if point.epoch <= 1]
    assert 38 <= len(first_epoch) <= 42
    assert 38 <= len(points) - len(first_epoch) <= 42
    assert max(after.epoch - before.epoch for before, after in pairwise(points)) <= 1 / 38
    tests = of_kind(events, TestPoint)
    assert [round(point.epoch, 2) for point in tests] == [0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.6, 1.8, 2]
    assert [point.sample_size for point in tests] == [1_000] * 4 + [1_500] + [1_000] * 4 + [1_500]
    assert events[-1] == Finished(2.0, events[-1].seconds, stopped=False)


def test_every_point_counts_images_steps_and_seconds() -> None:
    _, events = run(images(100), images(30), plan=plan_of(8, 2), epochs=2)
    points = [event for event in events if isinstance(event, TrainPoint | TestPoint)]
    for point in points:
        assert point.epoch == point.images / 100
        # 100 images are six updates of 16 and one of 4.
        whole_epochs, rest = divmod(point.images, 100)
        assert point.steps == 7 * whole_epochs + rest // 16
    assert all(after.seconds >= before.seconds >= 0 for before, after in pairwise(points))
    assert points[-1].images == 200


def test_a_test_set_below_the_sample_is_used_whole() -> None:
    _, events = run(images(200), images(30))
    assert {point.sample_size for point in of_kind(events, TestPoint)} == {30}


def test_the_end_of_an_epoch_has_the_means_over_all_its_images() -> None:
    _, events = run(images(330), images(50), batch_size=16, epochs=2, learning_rate=0.01)
    ends = of_kind(events, EpochEnd)
    assert [end.epoch for end in ends] == [1, 2]
    for end in ends:
        points = [point for point in of_kind(events, TrainPoint) if end.epoch - 1 < point.epoch <= end.epoch]
        starts = [(end.epoch - 1) * 330, *(point.images for point in points[:-1])]
        counts = [point.images - start for point, start in zip(points, starts, strict=True)]
        assert sum(counts) == 330
        mean_loss = sum(point.loss * count for point, count in zip(points, counts, strict=True)) / 330
        right = sum(point.accuracy * count for point, count in zip(points, counts, strict=True)) / 330
        assert end.train_loss == pytest.approx(mean_loss)
        assert end.train_accuracy == pytest.approx(right)


def test_a_train_point_has_the_mean_over_the_images_since_the_last_one() -> None:
    """One batch an epoch and a learning rate next to nothing: the loss is that of the untouched network."""
    data = images(64)
    _, events = run(data, images(20), batch_size=64, learning_rate=1e-30)
    loss, accuracy = evaluated(model_of(), data)
    (point,) = of_kind(events, TrainPoint)
    assert (point.loss, point.accuracy) == (pytest.approx(loss), pytest.approx(accuracy))


def test_the_end_of_an_epoch_evaluates_the_model_on_the_whole_test_set() -> None:
    data, test = images(320), images(1_300, seed=1)
    model, events = run(data, test, epochs=1, dropout=0.5, learning_rate=0.01)
    end, point = of_kind(events, EpochEnd)[0], of_kind(events, TestPoint)[-1]
    loss, accuracy = evaluated(model, test)
    assert (end.test_loss, end.test_accuracy) == (pytest.approx(loss, rel=1e-5), pytest.approx(accuracy))
    assert (point.loss, point.accuracy) == (end.test_loss, end.test_accuracy)
    assert end.train_eval_accuracy == pytest.approx(evaluated(model, data)[1])


def test_the_test_point_within_an_epoch_comes_from_a_fixed_spread_sample() -> None:
    test = images(3_000, seed=1)
    _, events = run(images(64), test, learning_rate=1e-30, batch_size=8)
    inside = of_kind(events, TestPoint)[:4]
    assert len({(point.loss, point.accuracy) for point in inside}) == 1
    sample = test.take(torch.linspace(0, 2_999, 1_000).long())
    assert inside[0].loss == pytest.approx(evaluated(model_of(), sample)[0], rel=1e-5)


def test_the_last_evaluation_leaves_the_probabilities_of_the_whole_test_set() -> None:
    test, channel = images(130, seed=1), RunChannel()
    model, _ = run(images(64), test, channel)
    model.eval()
    with torch.no_grad():
        expected = torch.softmax(model(normalise(test.images, test.mean, test.std)), dim=1)
    assert channel.test is not None
    assert channel.test.epoch == 1
    torch.testing.assert_close(torch.from_numpy(channel.test.probabilities), expected, atol=1e-5, rtol=1e-4)


def test_looking_at_images_changes_nothing_of_the_training() -> None:
    watched, unwatched = RunChannel(), RunChannel()
    watched.set_controls(Controls(shown=VisibleImages("train", (3, 1, 2))))
    data, test = images(300), images(60)
    one, told = run(data, test, watched, dropout=0.5, epochs=2)
    other, untold = run(data, test, unwatched, dropout=0.5, epochs=2)
    assert watched.shown is not None
    assert unwatched.shown is None
    assert same_weights(one, other)
    assert losses(told) == losses(untold)


def test_the_shown_images_are_predicted_in_their_order_at_the_end_too() -> None:
    channel = RunChannel()
    channel.set_controls(Controls(shown=VisibleImages("train", (30, 1, 2))))
    data = images(64)
    model, _ = run(data, images(20), channel)
    model.eval()
    with torch.no_grad():
        part = data.images[[30, 1, 2]]
        expected = torch.softmax(model(normalise(part, data.mean, data.std)), dim=1)
    assert channel.shown is not None
    assert channel.shown.of == VisibleImages("train", (30, 1, 2))
    torch.testing.assert_close(torch.from_numpy(channel.shown.probabilities), expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("settings", [{"dropout": 0.5}, {"optimizer": "sgd", "dropout": 0.2}])
def test_the_same_seed_gives_the_same_losses_to_the_last_digit(settings: dict) -> None:
    data, test = images(300), images(60)
    torch.manual_seed(77)
    one, first = run(data, test, seed=3, epochs=2, **settings)
    torch.rand(5)
    other, second = run(data, test, seed=3, epochs=2, **settings)
    assert losses(first) == losses(second)
    assert same_weights(one, other)
    _, third = run(data, test, seed=4, epochs=2, **settings)
    assert losses(first) != losses(third)


def test_the_order_of_the_images_does_not_depend_on_width_or_dropout(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[int]] = []

    def note(split: TensorSplit, index: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        seen[-1] += index.tolist()
        return normalise(split.images[index], split.mean, split.std), split.labels[index]

    monkeypatch.setattr(TensorSplit, "batch", note)
    for settings in ({"channels": 1, "dropout": 0.5}, {"channels": 3, "dropout": 0.0}):
        seen.append([])
        run(images(90), images(20), epochs=2, **settings)
    assert seen[0] == seen[1]
    assert sorted(seen[0][:90]) == sorted(seen[0][90:]) == list(range(90))
    assert seen[0][:90] != seen[0][90:]


def test_stop_acts_between_two_batches_and_keeps_what_was_learned() -> None:
    channel, data = RunChannel(), images(400)
    session = session_of(data, images(60), channel, epochs=3, batch_size=4)
    model = session.model
    events: list[Event] = []
    for event in train(session):
        events.append(event)
        if isinstance(event, TrainPoint) and event.images >= 100:
            channel.set_controls(Controls(stop=True))
    last = events[-1]
    stopped_at = next(point.images for point in of_kind(events, TrainPoint) if point.images >= 100)
    assert isinstance(last, Finished)
    assert last.stopped
    assert last.epoch * 400 == stopped_at
    assert of_kind(events, EpochEnd) == []
    assert not same_weights(model, model_of())
    loss, accuracy = evaluated(model, images(60))
    point = of_kind(events, TestPoint)[-1]
    assert (point.loss, point.accuracy) == (pytest.approx(loss, rel=1e-5), pytest.approx(accuracy))


def test_a_stop_that_was_set_before_the_first_batch_trains_nothing() -> None:
    channel = RunChannel()
    channel.set_controls(Controls(stop=True))
    model, events = run(images(400), images(20), channel, batch_size=4)
    assert events[-1] == Finished(0.0, events[-1].seconds, stopped=True)
    assert of_kind(events, TrainPoint) == []
    assert same_weights(model, model_of())


def test_a_stop_is_never_taken_back() -> None:
    channel = RunChannel()
    channel.set_controls(Controls(stop=True))
    channel.set_controls(Controls(stop=False))
    assert channel.controls.stop


@pytest.mark.parametrize("batch_size", [4, 8, 16, 32, 64, 128, 256])
@pytest.mark.parametrize("channels", [2, 4])
def test_no_event_of_a_wild_run_carries_a_nan(batch_size: int, channels: int) -> None:
    _, events = run(images(200), images(100), epochs=3, channels=channels, batch_size=batch_size, **WILD)
    assert_finite(events)


# The first batch has a huge, finite loss; after its step every loss is no number: at a point within the epoch, or at
# its end.
@pytest.mark.parametrize(("count", "batch_size"), [(400, 100), (400, 400)])
def test_a_learning_rate_that_is_too_high_fails_in_a_sentence(count: int, batch_size: int) -> None:
    model = model_of(channels=4)
    with torch.no_grad():
        model[6].bias.fill_(1e20)  # the last convolution: scores of 1e20 now, of 1e40 after one step
    _, events = run(images(count), images(100), model=model, channels=4, batch_size=batch_size, **WILD)
    assert isinstance(events[0], TrainPoint)
    assert_finite(events)
    assert isinstance(events[-1], Failed)
    assert "learning rate 10 is too high" in events[-1].message
    assert events[-1].message.endswith(".")
    assert of_kind(events, Finished) == of_kind(events, EpochEnd) == []


def assert_finite(events: list[Event]) -> None:
    for event in events:
        for name, value in dataclasses.asdict(event).items():
            assert not isinstance(value, float) or math.isfinite(value), (name, event)


def test_a_loss_that_is_no_number_ends_the_run_at_once() -> None:
    broken = model_of()
    with torch.no_grad():
        broken[0].weight.fill_(torch.inf)
    _, events = run(images(400), images(50), model=broken)
    assert [type(event) for event in events] == [Diverged, Failed]


def test_bfloat16_learns() -> None:
    data = images(600)
    model, events = run(data, images(200, seed=1), precision="bfloat16", epochs=3, learning_rate=0.01, channels=4)
    ends = of_kind(events, EpochEnd)
    assert ends[-1].train_loss < 0.5 * ends[0].train_loss
    assert ends[-1].test_accuracy > 0.9
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    _, exact = run(data, images(200, seed=1), epochs=3, learning_rate=0.01, channels=4)
    assert losses(exact) != losses(events)


def test_the_desk_gives_each_asker_what_is_new() -> None:
    channel = RunChannel()
    first, second = Finished(1.0, 0.5, False), Failed("No.")
    channel.publish(first)
    assert channel.report(Cursor()).events == (first,)
    channel.publish(second)
    assert channel.report(Cursor(events=1)).events == (second,)
    assert channel.report(Cursor(events=2)).events == ()


def test_a_handful_of_images_at_the_end_is_no_point_but_counts_in_the_mean() -> None:
    """1,610 images in batches of 64 leave 10: too few to say anything; the mean of either epoch has all images."""
    data, model = images(1_610), model_of()
    with torch.no_grad():
        whole = cross_entropy(model(data.batch(torch.arange(1_610))[0]), data.labels).item()
    _, events = run(data, images(50), model=model, epochs=2, batch_size=64, learning_rate=1e-12)
    points = of_kind(events, TrainPoint)
    assert 1_610 not in [point.images for point in points]
    assert {1_600, 1_610 + 64} <= {point.images for point in points}
    assert [end.train_loss for end in of_kind(events, EpochEnd)] == pytest.approx([whole, whole], rel=1e-5)


@pytest.mark.parametrize(
    ("shape", "dtype", "got"),
    [
        ((5, 32, 32), np.uint8, "5 x 32 x 32 as uint8"),
        ((5, 28, 28, 3), np.uint8, "5 x 28 x 28 x 3 as uint8"),
        ((4, 28, 28), np.uint8, "4 x 28 x 28 as uint8"),
        ((5, 28, 28), np.float32, "5 x 28 x 28 as float32"),
    ],
)
def test_images_of_another_size_or_colour_are_told(shape: tuple[int, ...], dtype: type, got: str) -> None:
    with pytest.raises(ValueError, match=f"^Training needs grey images of 28 x 28 pixels, one .* 5 labels.*got {got}"):
        TensorSplit.of(np.zeros(shape, dtype), np.zeros(5, np.uint8), 0.1, 0.2, torch.device("cpu"))
