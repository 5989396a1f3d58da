"""How long a model still trains, or has trained: alone, and over all seeds of a comparison."""

from math import ceil

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.words import brief_clock

Time = tuple[str, float | None]
"""What it is, in a word, and seconds; None where they cannot be told."""


def time_of(run: RunView, expected_seconds: float | None, of_all: Time | None) -> tuple[str, str]:
    """Return the time that is of interest now: what it is, and a figure; `of_all` seeds where there are several."""
    if run.state is State.IDLE:
        return "left" if expected_seconds is None else "about", brief_clock(expected_seconds)
    if run.position is not None and run.position.position:
        return "starts in", brief_clock(run.position.seconds)
    word, seconds = of_all or (("took", run.seconds) if run.state.is_over else ("left", _left(run)))
    return word, brief_clock(seconds)


def time_of_all(running: ComparisonRun, run: RunView) -> Time | None:
    """Return how long all seeds of a model have taken, or will still take; None where there is but one."""
    if len(running.pairs) == 1:
        return None
    waiting = sum(not pair.has_begun for pair in running.pairs)
    if running.wait(0) or (run.state.is_over and not waiting):
        return "took", sum(one.seconds for pair in running.pairs for one in pair.runs if one.name == run.name)
    at_once = sum(pair.has_begun and pair.state.is_active for pair in running.pairs)
    left = 0.0 if run.state.is_over else _left(run)
    rounds = ceil(waiting / max(1, at_once))
    return "left", None if left is None else left + rounds * max(map(_whole, running.runs))


def _left(run: RunView) -> float | None:
    is_held = run.state in (State.PAUSING, State.PAUSED) and run.epoch
    return _whole(run) - run.trained_seconds if is_held else run.seconds_left


def _whole(run: RunView) -> float:
    """Return how long a run takes from its start to its end, if it goes on as it went."""
    return run.trained_seconds * run.config.epochs / run.epoch if run.epoch else 0.0
