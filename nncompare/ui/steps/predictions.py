"""The fourth step: what both models predict for the same images."""

from collections.abc import Callable, Iterable

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.seed_run import SeedRun
from nncompare.config import SplitName
from nncompare.data import DataError, ImageData, load
from nncompare.messages import Prediction, VisibleImages
from nncompare.ui.elements import Part, column, row, step
from nncompare.ui.panels.epoch_slider import EpochSlider
from nncompare.ui.panels.evaluation import EvaluationPanel
from nncompare.ui.panels.findings import Findings
from nncompare.ui.panels.image_cards import ImageCards, ShownImages
from nncompare.ui.panels.image_source import ImageSource
from nncompare.ui.panels.lesson_answer import LessonAnswer
from nncompare.ui.panels.newest_predictions import NewestPredictions
from nncompare.ui.panels.seed_choice import SeedChoice
from nncompare.ui.refresher import Refresher

_MODELS = ("A", "B")


class PredictionsStep:
    """Shows images with the predictions of both models: a sample, also while they train, or what a filter finds.

    Calls `on_explore` with the split and the position of an image that is to be looked at alone.
    """

    def __init__(
        self, refresher: Refresher, on_explore: Callable[[SplitName, int], None], on_questions: Callable[[], None]
    ) -> None:
        self._refresher = refresher
        self._images: ImageData | None = None
        self._running: ComparisonRun | None = None
        self._pair: SeedRun | None = None
        self._newest: NewestPredictions | None = None
        self.shown = VisibleImages("test", ())
        self._error, self._is_visible = "", False
        self.source = ImageSource(refresher, self._show_sample, self._show_chosen, self._on_new_sample)
        self.split, self.count, self.new_sample = self.source.split, self.source.count, self.source.new_sample
        self.seed = SeedChoice(refresher.posting(self.tick))
        self._image_cards = ImageCards(refresher, on_explore)
        self.summary, self.cards = self._image_cards.summary, self._image_cards.cards
        self.evaluation = EvaluationPanel(refresher, self._show_chosen, self._on_failed)
        self.epochs = EpochSlider(refresher, self._look_back, self._on_failed)
        self.lesson = LessonAnswer(refresher, on_questions)
        self.evaluation.exports.taken = lambda: self.lesson.taken
        of_what = row("nnc-of-what", [self.epochs, self.split, self.seed])
        judged = row("nnc-predictions", [self.evaluation.card, self._main(), self.evaluation.side])
        self.box = step("Predictions", [self.lesson, of_what, judged])

    def _main(self) -> Part:
        """Arrange what chooses images, the images, and what is next to them."""
        evaluation, found = self.evaluation, self.evaluation.filter
        heading = row("nnc-found", [self.summary, found.others])
        beyond = row("nnc-beyond", [found.pages, self.source])
        parts = [heading, found.note, found.choices, self.cards, beyond, evaluation.scores]
        return column("nnc-judged", parts)

    @property
    def disagreements(self) -> int | None:
        """On how many test images both models, once they have ended, give different answers; None before."""
        return self.evaluation.disagreements

    def show_disagreements(self) -> None:
        """Show the test images on which both models give different answers; those of most difference first."""
        self.epochs.leave()
        if self.source.chosen == "test":
            self.evaluation.show_disagreements()
        else:
            self.split.value = "test"  # once these are judged they are what is shown first

    def use_images(self, images: ImageData) -> None:
        """Show images of a data set on which nothing is trained yet."""
        is_new = self._images is None or self._images.info is not images.info
        if self._running is None and is_new:
            self._images = images
            self._show_sample()

    def begin(self, running: ComparisonRun) -> None:
        """Show a comparison that has just been started."""
        self._running, self._pair = running, None
        try:
            self._images = load(running.comparison.dataset)
        except DataError as error:
            self._images = None
            self.summary.tell(str(error))
        self._show_sample()

    def set_visible(self, is_visible: bool) -> None:
        """Set whether the step is on the screen."""
        self._is_visible = is_visible
        self._request_shown()

    def tick(self) -> None:
        """Draw what has changed."""
        images, running, split = self._images, self._running, self.source.chosen
        self.lesson.tick()
        if images is None:
            return
        if running is not None:
            self._look_at(self.seed.pair_of(running))
        self.epochs.look_at(self._pair, split)
        if self.evaluation.show(running, self._pair, split, images.info.classes):
            self._show_sample()
        if self._is_visible and self._newest is not None and not self.evaluation.filter.is_on:
            self._newest.ask_for_missing(self.shown, self._on_failed)
        if running is None or self._is_visible or not running.state.is_active:  # else it is drawn again in a moment
            self._image_cards.show(self._look(images))

    def _look_at(self, pair: SeedRun) -> None:
        if pair is not self._pair:
            self._pair, self._newest, self._error = pair, NewestPredictions(pair, self._refresher), ""

    def _look(self, images: ImageData) -> ShownImages:
        pair = self._pair
        trained = [run.name for run in pair.runs] if pair is not None else _MODELS
        newest = {name: self._prediction(name) for name in trained}
        words, epoch = self.evaluation.filter.words, self.epochs.epoch
        return ShownImages(images, self.shown, newest, words, pair, epoch, self._error)

    def _prediction(self, name: str) -> Prediction | None:
        found = self.evaluation.prediction(name, self.shown)
        if found is not None or self.evaluation.is_past or self._newest is None:
            return found
        return self._newest.of(name, self.shown)

    def _look_back(self, found: Findings | None) -> None:
        """Show what the models predicted after an earlier epoch; None: what they predict now."""
        if self.evaluation.look_back(found):
            self._show_sample()
        self.tick()

    def _show_chosen(self) -> None:
        if self.evaluation.filter.is_on:
            self._show(self.evaluation.filter.page(self.source.wanted))
        else:
            self._show_sample()

    def _show_sample(self) -> None:
        if self._images is not None:
            split = self.source.chosen
            total = len(self._images.labels(split))
            if self._running is not None and split == "train":
                total = min(total, self._running.comparison.train_images or total)
            self._show(self.source.sample(total))

    def _on_new_sample(self) -> None:
        self.evaluation.filter.leave()
        self._show_sample()

    def _on_failed(self, message: str) -> None:
        self._error = message

    def _show(self, positions: Iterable[int]) -> None:
        self.shown = VisibleImages(self.source.chosen, tuple(int(position) for position in positions))
        self._error = ""
        self._request_shown()
        self.tick()

    def _request_shown(self) -> None:
        if self._running is not None:  # live predictions cost about 1% of the training
            self._running.show(self.shown if self._is_visible else None)
