import pytest
import torch
from tiny_runs import images, model_of, plan_of, run
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from nncompare.training.loop import Batch, backward, batches
from nncompare.training.model import normalise
from nncompare.training.tensors import Split


def gradient(model: nn.Module) -> Tensor:
    return torch.cat([parameter.grad.flatten() for parameter in model.parameters() if parameter.grad is not None])


def updates(data: Split, batch_size: int, steps: int) -> list[Tensor]:
    """Give the gradient of every update of one epoch; the weights stay as they are."""
    model = model_of(4)
    gradients = []
    for batch in batches(torch.arange(len(data)), plan_of(batch_size, steps)):
        backward(model, data, batch, "float32")
        if batch.completes_update:
            gradients.append(gradient(model))
            model.zero_grad()
    return gradients


def whole_gradient(data: Split, index: Tensor) -> Tensor:
    """Compute the gradient of the mean loss over some images at once, as a textbook would."""
    model = model_of(4)
    scores = model(normalise(data.images[index], data.mean, data.std))
    cross_entropy(scores, data.labels[index]).backward()
    return gradient(model)


# 150 images in updates of 64 leave a last one of 22, whose last batch has 6 or 2 images.
@pytest.mark.parametrize(("batch_size", "steps"), [(64, 1), (16, 4), (4, 16)])
def test_the_gradient_of_many_batches_is_that_of_one_large_batch(batch_size: int, steps: int) -> None:
    data = images(150)
    found = updates(data, batch_size, steps)
    wanted = [whole_gradient(data, index) for index in torch.arange(150).split(64)]
    assert len(found) == 3
    for one, other in zip(found, wanted, strict=True):
        assert float((one - other).norm() / other.norm()) < 1e-5


def test_an_epoch_is_cut_into_updates_and_updates_into_batches() -> None:
    cut = list(batches(torch.arange(150), plan_of(16, 4)))
    assert [len(batch.index) for batch in cut] == [16] * 4 + [16] * 4 + [16, 6]
    assert [batch.update_images for batch in cut] == [64] * 8 + [22] * 2
    assert [batch.completes_update for batch in cut] == [False, False, False, True] * 2 + [False, True]
    assert torch.equal(torch.cat([batch.index for batch in cut]), torch.arange(150))


def test_backward_gives_the_summed_loss_and_the_right_answers() -> None:
    data, model = images(20), model_of(4)
    loss, right = backward(model, data, Batch(torch.arange(20), 20, True), "float32")
    scores = model(normalise(data.images, data.mean, data.std)).detach()
    assert float(loss) == pytest.approx(
        sum(float(cross_entropy(s, y)) for s, y in zip(scores, data.labels, strict=True))
    )
    assert int(right) == sum(int(s.argmax() == y) for s, y in zip(scores, data.labels, strict=True))


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
