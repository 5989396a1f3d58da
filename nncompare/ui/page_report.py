"""A page and its comparison as they are reported to the class."""

import math
from collections.abc import Sequence
from statistics import fmean

from nncompare.catalog import CATALOG
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.engine.class_report import LessonState, ModelOutcome, ModelProgress, Outcome, PageReport


def report_of(running: ComparisonRun | None, lesson: LessonState, trained_for: str = "") -> PageReport:
    """Return where a page is; its models are those of the current seed, and were begun with the lesson of this name."""
    if running is None:
        return PageReport(lesson=lesson)
    place = running.position
    return PageReport(
        state=running.state.value,
        position=place.position if place is not None else 0,
        seconds=place.seconds if place is not None else None,
        lesson=lesson,
        trained_for=trained_for,
        seed=running.pairs.index(running.current) + 1,
        seeds=len(running.pairs),
        models=tuple(map(_progress_of, running.runs)),
    )


def outcome_of(running: ComparisonRun, lesson: LessonState) -> Outcome:
    """Return what came out; without a lesson it is by how many points B is better, of what was trained to its end."""
    by_model = zip(*(pair.runs for pair in running.begun), strict=True)
    outcome = Outcome(
        state=running.state.value,
        dataset=running.comparison.dataset,
        train_images=CATALOG[running.comparison.dataset].used_images(running.comparison.train_images),
        seed=running.comparison.seed,
        seeds=running.comparison.repeat,
        lesson=lesson,
        models=tuple(map(_outcome_of, by_model)),
    )
    if lesson.name or running.state is not State.FINISHED:
        return outcome
    return outcome.model_copy(update={"lesson": lesson.model_copy(update={"result": outcome.difference})})


def has_ended_here(running: ComparisonRun) -> bool:
    """Return whether it was trained on this page, and not only opened from the history, and has ended."""
    return running.wait(0) and running.has_stood_in_line and bool(running.begun)


def _progress_of(run: RunView) -> ModelProgress:
    return ModelProgress(
        name=run.name,
        state=run.state.value,
        epoch=round(run.epoch, 2),
        epochs=run.config.epochs,
        accuracy=_accuracy(run),
    )


def _outcome_of(runs: Sequence[RunView]) -> ModelOutcome:
    whole = [run for run in runs if run.epoch == run.history.epochs]  # else it is no longer what was tested
    shares = [share for share in map(_accuracy, whole) if share is not None]
    return ModelOutcome(name=runs[0].name, settings=runs[0].config, accuracy=fmean(shares) if shares else None)


def _accuracy(run: RunView) -> float | None:
    found = run.history.test_accuracy
    return found[-1] if found and math.isfinite(found[-1]) else None
