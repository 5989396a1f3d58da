"""The figures of one run in words: for the strip and the details, and which images or epoch they are of."""

from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.events import TEST_SAMPLE
from nncompare.figures.points import is_of_all_images
from nncompare.history import History
from nncompare.words import (
    UNKNOWN,
    Write,
    apart,
    brief_loss,
    count,
    digits_apart,
    digits_to_check,
    loss,
    percent,
    short_epoch,
)

_EPOCHS_TOLD = 3
_MOST_DIGITS = {"accuracy": 2, "loss": 4}  # those for which the strip has room


def large(run: RunView, other: RunView | None) -> dict[str, str]:
    """Write the figures of the strip, with as many digits as tell both models apart if there is room for them."""
    both = [_newest(one) for one in (run, other) if one is not None]
    accuracies, losses = ([values[name] for values in both] for name in ("test_accuracy", "test_loss"))
    most = _MOST_DIGITS["accuracy"]
    digits = min(most, digits_to_check(accuracies, digits_apart(percent, [accuracies], 1, most)))
    finer = digits_apart(brief_loss, [losses], 3, _MOST_DIGITS["loss"])
    return {"accuracy": percent(accuracies[0], digits), "loss": brief_loss(losses[0], finer)}


def measured(run: RunView, other: RunView | None) -> dict[str, str]:
    """Write losses and accuracies with as many digits as tell both models apart."""
    both = [_newest(one) for one in (run, other) if one is not None]
    told = {name: apart([values[name] for values in both], *_written(name))[0] for name in both[0]}
    moving = () if run.history.epochs else ("train_loss", "train_accuracy")
    return {name: f"≈{value}" if name in moving and value != UNKNOWN else value for name, value in told.items()}


def last_epochs(run: RunView, other: RunView | None) -> list[tuple[int, float, str, str]]:
    """Return number, seconds, test accuracy and test loss; these can be told from those of the other model's epoch."""
    histories = [one.history for one in (run, other) if one is not None]
    ends = [0.0, *run.history.epoch_seconds]
    return [
        (
            epoch + 1,
            ends[epoch + 1] - ends[epoch],
            _after(epoch, histories, "test_accuracy"),
            _after(epoch, histories, "test_loss"),
        )
        for epoch in range(run.history.epochs)[-_EPOCHS_TOLD:]
    ]


def images_words(run: RunView) -> str:
    """Say of which test images the large figures are, or of which epoch; nothing at the end, where it is all."""
    points = run.history.test.epoch
    if run.state is State.FINISHED or not points:
        return ""
    of_which = "all images" if is_of_all_images(points)[-1] else f"{count(TEST_SAMPLE)} images"
    if not run.state.is_over:
        return of_which
    epoch = tested_words(run).strip("()") or f"epoch {short_epoch(points[-1])}"
    return epoch if of_which == "all images" or run.history.epochs else f"{epoch}, {of_which}"


def tested_words(run: RunView) -> str:
    """Say which epoch the test figures are of, where a run has ended later and was not measured again."""
    is_old = run.state.is_over and run.history.test.epoch[-1:] != [run.epoch]
    return epoch_words(run) if is_old else ""


def epoch_words(run: RunView) -> str:
    """Say which epoch a mean is of, where the run has gone on since."""
    done = run.history.epochs
    return f"(epoch {done})" if done and done != run.epoch else ""


def _after(epoch: int, histories: list[History], name: str) -> str:
    values = [getattr(history, name)[epoch] for history in histories if epoch < history.epochs]
    return apart(values, *_written(name))[0]


def _newest(run: RunView) -> dict[str, float | None]:
    history = run.history
    is_old = bool(tested_words(run))
    return {  # of training images means of an epoch, as everywhere else; the newest point only before there is one
        "train_loss": _last(history.train_loss or history.train.loss),
        "train_accuracy": _last(history.train_accuracy or history.train.accuracy),
        "test_loss": _last(history.test_loss if is_old else history.test.loss),
        "test_accuracy": _last(history.test_accuracy if is_old else history.test.accuracy),
    }


def _last(values: list[float]) -> float | None:
    return values[-1] if values else None


def _written(name: str) -> tuple[Write, int]:
    return (loss, 3) if name.endswith("loss") else (percent, 1)
