"""The curves of a comparison as they are now: mean and range of its seeds, and where they will end."""

from collections.abc import Mapping
from dataclasses import replace

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.history import History, SeedBand, seed_band


def most_epochs(running: ComparisonRun | None) -> int:
    """Return the planned epochs of the longer run."""
    return max((run.config.epochs for run in running.runs), default=0) if running is not None else 0


def goals(running: ComparisonRun | None) -> dict[str, float]:
    """Return by model the epochs at which its curve will end: no room is kept for those that will not come."""
    pairs = (running.begun or [running.current]) if running is not None else []
    ends = [(run.name, run.epoch if run.state.is_over else run.config.epochs) for pair in pairs for run in pair.runs]
    return {name: max(end for of, end in ends if of == name) for name, _ in ends}


def curves(running: ComparisonRun | None) -> dict[str, SeedBand]:
    """Return for each model mean and range over the seeds that have begun."""
    if running is None:
        return {}
    pairs = [pair.runs for pair in running.begun] if len(running.begun) > 1 else [running.runs]
    return {runs[0].name: seed_band([run.history for run in runs]) for runs in zip(*pairs, strict=True)}


def curves_begun(running: ComparisonRun) -> int:
    """Count the curves that have a point."""
    return sum(bool(run.history.train.epoch) for pair in running.pairs for run in pair.runs)


def shows_means(running: ComparisonRun) -> bool:
    """Tell whether all of several seeds have come to their end: then the figures of a model are their means."""
    return len(running.pairs) > 1 and all(state is State.FINISHED for state in running.states())


def drawn_runs(running: ComparisonRun, bands: Mapping[str, SeedBand]) -> dict[str, RunView]:
    """Return by name the runs of the current seed with the figures that these curves end in; none where others do."""
    if len(running.begun) > 1 and not shows_means(running):
        return {}
    return {run.name: _with(run, bands[run.name].mean) for run in running.runs if run.name in bands}


def _with(run: RunView, history: History) -> RunView:
    return run if run.history is history else replace(run, history=history)
