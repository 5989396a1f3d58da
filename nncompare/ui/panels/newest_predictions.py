"""Where the newest predictions for the images on the screen come from.

While a network learns, its worker sends them along; at the end of an epoch they are part of the whole test set;
and what neither covers after the end is predicted when it is asked for.
"""

from collections.abc import Callable

from nncompare.comparison.seed_run import SeedRun
from nncompare.comparison.view import RunView
from nncompare.messages import Prediction, VisibleImages
from nncompare.ui.refresher import Refresher


class NewestPredictions:
    """The newest predictions of both models of one pair."""

    def __init__(self, pair: SeedRun, refresher: Refresher) -> None:
        self._pair, self._refresher = pair, refresher
        self._answers: dict[tuple[str, VisibleImages], Prediction] = {}
        self._asked: set[tuple[str, VisibleImages, float]] = set()

    def of(self, name: str, shown: VisibleImages) -> Prediction | None:
        """Find the newest prediction of model `name` for `shown`, None when there is none yet."""
        run = next((run for run in self._pair.runs if run.name == name), None)
        if run is None:
            return None
        live, whole = run.shown, run.test
        candidates = [self._answers.get((name, shown)), live if live is not None and live.of == shown else None]
        if whole is not None and shown.split == "test":
            rows = whole.probabilities[list(shown.indices)]
            candidates.append(Prediction(whole.epoch, rows, shown))
        return max((found for found in candidates if found), key=lambda found: found.epoch, default=None)

    def ask_for_missing(self, shown: VisibleImages, failed: Callable[[str], None]) -> None:
        """After the end, have predicted what no earlier prediction covers."""
        for run in self._pair.runs:
            newest = self.of(run.name, shown)
            is_final = newest is not None and newest.epoch == run.epoch
            question = (run.name, shown, run.epoch)
            has_left = run.state.is_over or run.is_suspended
            if has_left and run.weights is not None and not is_final and question not in self._asked:
                self._asked.add(question)
                self._ask(run, shown, failed)

    def _ask(self, run: RunView, shown: VisibleImages, failed: Callable[[str], None]) -> None:
        name, result, epoch = run.name, self._pair.result(), run.epoch
        model = result.a if name == "A" else result.b
        assert model is not None

        def take(probabilities: object) -> None:
            self._answers[name, shown] = Prediction(epoch, probabilities, shown)  # type: ignore[arg-type]

        self._refresher.in_background(
            lambda: model.predict(shown.split, shown.indices),
            take,
            lambda error: failed(f"Model {name} could not predict these images. {error}"),
        )
