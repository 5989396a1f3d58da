import pytest
import torch
from tiny_runs import images, model_of, plan_of, run
from torch import Tensor
from torch.nn.functional import cross_entropy

from nncompare.config import RunConfig
from nncompare.training import backends
from nncompare.training.backends.fast import FastNetwork
from nncompare.training.backends.plain import PlainNetwork
from nncompare.training.optimizers import Sgd
from nncompare.training.step import MicroBatch, Updates
from nncompare.training.tensors import TensorSplit, normalise


@pytest.fixture
def gradients(monkeypatch: pytest.MonkeyPatch) -> list[Tensor]:
    """Record the gradient of every update, when the optimiser is about to take it."""
    seen: list[Tensor] = []

    def record(optimizer: Sgd, gradients: list[Tensor], rate: float) -> None:
        seen.append(torch.cat([gradient.flatten() for gradient in gradients]).clone())
        step(optimizer, gradients, rate)

    step = Sgd.step
    monkeypatch.setattr(Sgd, "step", record)
    return seen


def whole_gradient(data: TensorSplit, index: Tensor) -> Tensor:
    """Compute the gradient of the mean loss over some images at once, as a textbook would."""
    model = model_of(4)
    scores = model(normalise(data.images[index], data.mean, data.std))
    cross_entropy(scores, data.labels[index]).backward()
    return torch.cat([parameter.grad.flatten() for parameter in model.parameters()])


def still() -> RunConfig:
    """Learn so slowly that the weights stay as they are."""
    return RunConfig(channels=4, dropout=0, optimizer="sgd", learning_rate=1e-30)


def pieces_of(updates: Updates, count: int) -> list[MicroBatch]:
    """Train for one epoch in which nothing goes wrong."""
    pieces = []
    for piece in updates.epoch(torch.arange(count)):
        assert isinstance(piece, MicroBatch)
        pieces.append(piece)
    return pieces


# 150 images in updates of 64 leave a last one of 22, whose last piece has 6 or 2 images.
@pytest.mark.parametrize(("batch_size", "steps"), [(64, 1), (16, 4), (4, 16)])
@pytest.mark.parametrize("way", [PlainNetwork, FastNetwork])
def test_the_gradient_of_many_pieces_is_that_of_one_large_batch(
    way: type, batch_size: int, steps: int, gradients: list[Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(backends.BACKENDS, "fast", way)
    data = images(150)
    updates = Updates(model_of(4), data, still(), plan_of(batch_size, steps), "float32")
    gradients.clear()  # the state of the optimiser is made by a step as well
    list(updates.epoch(torch.arange(150)))
    wanted = [whole_gradient(data, index) for index in torch.arange(150).split(64)]
    assert len(gradients) == 3
    network = updates.network
    for found, other in zip(gradients, wanted, strict=True):
        views = network._views(found) if isinstance(network, FastNetwork) else [found]
        one = torch.cat([view.flatten() for view in views])
        assert float((one - other).norm() / other.norm()) < 1e-5


def test_an_epoch_is_cut_into_updates_and_updates_into_pieces() -> None:
    pieces = pieces_of(Updates(model_of(4), images(150), still(), plan_of(16, 4), "float32"), 150)
    assert [piece.images for piece in pieces] == [16] * 4 + [16] * 4 + [16, 6]
    assert [piece.completes_update for piece in pieces] == [False, False, False, True] * 2 + [False, True]


def test_a_piece_tells_its_summed_loss_and_its_right_answers() -> None:
    data, model = images(20), model_of(4)
    (piece,) = pieces_of(Updates(model_of(4), data, still(), plan_of(32), "float32"), 20)
    scores = model(normalise(data.images, data.mean, data.std)).detach()
    losses = [float(cross_entropy(s, y)) for s, y in zip(scores, data.labels, strict=True)]
    assert float(piece.loss) == pytest.approx(sum(losses))
    assert int(piece.right) == sum(int(s.argmax() == y) for s, y in zip(scores, data.labels, strict=True))


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_accumulated_training_starts_as_training_with_the_large_batch_does(optimizer: str) -> None:
    data = images(64 * 6)
    _, whole = run(data, images(50), plan=plan_of(64), optimizer=optimizer, learning_rate=0.01)
    _, parts = run(data, images(50), plan=plan_of(16, 4), optimizer=optimizer, learning_rate=0.01)
    whole_losses = {point.images: point.loss for point in whole if type(point).__name__ == "TrainPoint"}
    sums = running_sums(parts)
    before = 0
    for seen in list(whole_losses)[:5]:
        mean = (sums[seen] - sums.get(before, 0.0)) / (seen - before)
        assert mean == pytest.approx(whole_losses[seen], rel=1e-5)
        before = seen


def running_sums(events: list) -> dict[int, float]:
    sums, before, total = {}, 0, 0.0
    for point in events:
        if type(point).__name__ == "TrainPoint":
            total += point.loss * (point.images - before)
            sums[point.images] = total
            before = point.images
    return sums
