"""What became of a run, to be said before any figure: it broke off, was stopped, or does no better than guessing."""

import numpy as np
from numpy.typing import NDArray

from nncompare.analysis import Guessing, guessing
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.words import number_of, short_epoch

GUESSED = "did no better than guessing"


def epochs_of(run: RunView) -> str:
    """Return how many epochs a run has done, or is to do while it is under way, as a number: 2.2."""
    return short_epoch(run.epoch) if run.state.is_over else f"{run.config.epochs}"


def epochs_told(run: RunView) -> str:
    """Return how many epochs a run has done, and of how many, where it has not done all: 2.2 of 3."""
    done, wanted = epochs_of(run), f"{run.config.epochs}"
    return wanted if done == wanted else f"{done} of {wanted}"


def ended_early(run: RunView) -> str:
    """Return how a run ended before its last epoch, in words that follow its name; empty if it did not."""
    wanted = f"{short_epoch(run.epoch)} of {number_of(run.config.epochs, 'epoch')}"
    if run.history.diverged is not None:
        return f"broke off at epoch {short_epoch(run.history.diverged.epoch)}"
    if run.state is State.FAILED:
        return f"failed after {wanted}"
    return f"stopped after {wanted}" if run.state is State.STOPPED else ""


def both_stopped(a: RunView, b: RunView) -> str:
    """Return, in fewer words than for each, how both were stopped that were to do the same; empty if they were not."""
    runs = a, b
    if any(run.state is not State.STOPPED or run.history.diverged is not None for run in runs):
        return ""
    if a.config.epochs != b.config.epochs:
        return ""
    ends = f"{short_epoch(a.epoch)} and {short_epoch(b.epoch)}"
    return f"Both stopped, after {ends} of {number_of(a.config.epochs, 'epoch')}"


def lacked_memory(run: RunView) -> str:
    """Return how many of its channels a run has had, in words that follow its name; empty if it had all of them."""
    if run.plan is None or run.plan.channels == run.config.channels:
        return ""
    return f"had {run.plan.channels} of {run.config.channels} channels"


def guess_of(run: RunView, labels: NDArray[np.integer]) -> Guessing | None:
    """Hold an ended run against guessing, by the labels (N,) of the test set; None where it has not predicted that.

    One that was stopped within an epoch is no longer what has predicted it.
    """
    if not run.state.is_over or run.test is None or not run.is_tested or len(run.test.probabilities) != len(labels):
        return None
    return guessing(labels, run.test.probabilities.argmax(axis=1))


def told(run: RunView) -> str:
    """Return the run's own message, if it has one, with the name of its model."""
    is_named = not run.message or f"odel {run.name}" in run.message
    return run.message if is_named else f"Model {run.name}: {run.message}"
