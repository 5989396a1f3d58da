"""Both models of a pair as they were after an epoch that lies behind them."""

from dataclasses import replace

from nncompare.comparison.result import ComparisonResult, ModelResult
from nncompare.comparison.seed_run import SeedRun
from nncompare.comparison.state import State
from nncompare.messages import Prediction, Progress


def after_epoch(pair: SeedRun, epoch: int) -> ComparisonResult:
    """Return what the models predicted for the test set after an epoch, as if their training had ended there.

    Each is as it was after its newest epoch that is kept and not later; one of which none is kept has no predictions.
    Weights are not kept. This may read from disk.
    """
    result = pair.result()
    images = len(result.labels())
    a, *others = (_then(model, _newest(pair, model.name, epoch, images)) for model in result.models)
    return replace(result, a=a, b=others[0] if others else None, state=State.FINISHED)


def _newest(pair: SeedRun, name: str, epoch: int, images: int) -> Prediction | None:
    kept = (pair.test_predictions(name, one) for one in reversed(pair.epochs(name)) if one <= epoch)
    return next((found for found in kept if found is not None and len(found.probabilities) == images), None)


def _then(model: ModelResult, test: Prediction | None) -> ModelResult:
    done = round(test.epoch) if test is not None else 0
    seconds = model.history.epoch_seconds[done - 1] if done else 0.0
    return replace(
        model,
        setup=replace(model.setup, config=model.config.model_copy(update={"epochs": done or model.config.epochs})),
        state=State.FINISHED,
        message="",
        history=replace(model.history, diverged=None),
        progress=Progress(0, 0, float(done), seconds, 0.0),
        seconds=seconds,
        test=test,
        weights=None,
        checkpoint=None,
    )
