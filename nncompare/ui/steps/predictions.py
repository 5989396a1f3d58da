"""The fourth step: what both models predict for the same images."""

import random
from collections.abc import Callable, Iterable

import ipywidgets as widgets
from pydantic import Field as Rule

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.seed_run import SeedRun
from nncompare.config import SplitName, read_field
from nncompare.data import DataError, ImageData, load
from nncompare.messages import Prediction, VisibleImages
from nncompare.settings import Integer, Settings
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Part, Place, button, column, dropdown, hide, offer, row, step, watched
from nncompare.ui.making import make
from nncompare.ui.panels.cards import cards_of, enlarged, labels_of
from nncompare.ui.panels.epoch_slider import EpochSlider
from nncompare.ui.panels.evaluation import EvaluationPanel
from nncompare.ui.panels.field import Field
from nncompare.ui.panels.findings import Findings
from nncompare.ui.panels.lesson_answer import LessonAnswer
from nncompare.ui.panels.newest_predictions import Changes, NewestPredictions
from nncompare.ui.refresher import Refresher, Rest

MOST_IMAGES = 100
_FIRST_COUNT = 12
_MODELS = ("A", "B")
_HINT = f"1 to {MOST_IMAGES}"
_SPLITS = [("Test images", "test"), ("Training images", "train")]
_NEWEST = -1


class _Choice(Settings):
    count: Integer = Rule(_FIRST_COUNT, ge=1, le=MOST_IMAGES, title="How many")


class PredictionsStep:
    """Shows a sample of images with the predictions of both models, also while they train.

    Calls `on_explore` with the split and the position of an image that is to be looked at alone.
    """

    def __init__(self, refresher: Refresher, on_explore: Callable[[SplitName, int], None]) -> None:
        self._on_explore = on_explore
        self._enlarged: tuple[SplitName, int] | None = None
        self._refresher, self._random = refresher, random.Random(0)
        self._images: ImageData | None = None
        self._running: ComparisonRun | None = None
        self._pair: SeedRun | None = None
        self._newest: NewestPredictions | None = None
        self.shown = VisibleImages("test", ())
        self._error = ""
        self._drawn: tuple[object, ...] = ()
        self._rest = Rest()
        self._is_visible = False
        on_choice = refresher.posting(self._on_choice_change)
        self.split = dropdown("Images from", _SPLITS, on_choice)
        self.count = Field(watched(make(widgets.Text, value=str(_FIRST_COUNT), description="How many"), on_choice))
        self.count.tell("", _HINT)
        self._wanted = _FIRST_COUNT
        self.seed = dropdown("Models of seed", [("newest", _NEWEST)], refresher.posting(self.tick))
        self._seed_place = row("nnc-hidden", [self.seed])
        self.summary = Place("nnc-summary")
        self.cards = Clickable(refresher.posting(self._on_enlarge), "nnc-cards")
        self.cards.show("no_images.html")
        self._changes = Changes()
        self.evaluation = EvaluationPanel(refresher, self._show_chosen, self._on_failed)
        self.epochs = EpochSlider(refresher, self._look_back, self._on_failed)
        self.lesson = LessonAnswer(refresher)
        self.evaluation.exports.taken = lambda: self.lesson.taken
        self.new_sample = button("New sample", refresher.posting(self._on_new_sample))
        judged = row("nnc-predictions", [self._main(), self.evaluation.side])
        self.box = step("Predictions", [self.lesson, self.epochs, judged])

    def _main(self) -> Part:
        """Arrange the verdict, the images below it, and what chooses others of them."""
        found, source = self.evaluation.filter, [self.split, self.count.control, self.count.note]
        choice = row("nnc-row nnc-choice", [*source, self.new_sample, self._seed_place])
        heading = row("nnc-found", [self.summary, found.others])
        images = [heading, found.note, self.cards, found.pages, found.choices, choice, self.evaluation.scores]
        return column("nnc-judged", [self.evaluation.card, *images])

    @property
    def disagreements(self) -> int | None:
        """On how many test images both models, once they have ended, give different answers; None before."""
        return self.evaluation.disagreements

    def show_disagreements(self) -> None:
        """Show the test images on which both models give different answers; those of most difference first."""
        self.epochs.leave()
        if self.split.value == "test":
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
        self._offer_seeds(running)
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
        """Draw the cards again if a prediction has changed."""
        images, running = self._images, self._running
        self.lesson.tick()
        if images is None:
            return
        if running is not None:
            self._offer_seeds(running)
            begun = (pair for pair in running.begun if pair.seed == self.seed.value)
            self._look_at(next(begun, running.current))
        self.epochs.look_at(self._pair, self.split.value)
        if self.evaluation.show(running, self._pair, self.split.value, images.info.classes):
            self._show_sample()
        if self._is_visible and self._newest is not None and not self.evaluation.filter.is_on:
            self._newest.ask_for_missing(self.shown, self._on_failed)
        if running is not None and running.state.is_active and not self._is_visible:
            return  # nobody sees what would be drawn again in a moment
        newest = {name: self._prediction(name) for name in _MODELS}
        chosen = self.shown, self.evaluation.filter.words, self.epochs.epoch
        subject = (images.info.name, *chosen, self._error, self._pair)
        drawn = (*subject, *(prediction.epoch if prediction else None for prediction in newest.values()))
        is_new = self._drawn[: len(subject)] != subject
        if drawn != self._drawn and (is_new or self._rest.is_over):
            self._drawn = drawn
            self._rest.after(lambda: self._draw(images, newest))

    def _offer_seeds(self, running: ComparisonRun) -> None:
        options = [("newest", _NEWEST), *((str(pair.seed), pair.seed) for pair in running.begun)]
        offer(self.seed, options, otherwise=_NEWEST)
        hide(self._seed_place, len(running.pairs) == 1)

    def _look_at(self, pair: SeedRun) -> None:
        if pair is not self._pair:
            self._pair, self._newest, self._error = pair, NewestPredictions(pair, self._refresher), ""
            self._changes = Changes()

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
            self._show(self.evaluation.filter.page(self._wanted))
        else:
            self._show_sample()

    def _on_new_sample(self) -> None:
        self.evaluation.filter.leave()
        self._show_sample()

    def _on_choice_change(self) -> None:
        count, error = read_field(_Choice, "count", self.count.value)
        self.count.tell(error, _HINT)
        if count is not None:
            self._wanted = count
            if self.shown.split != self.split.value:
                self._show_sample()
            else:
                self._show_chosen()

    def _on_failed(self, message: str) -> None:
        self._error = message

    def _show_sample(self) -> None:
        if self._images is not None:
            total = len(self._images.labels(self.split.value))
            if self._running is not None and self.split.value == "train":
                total = min(total, self._running.comparison.train_images or total)
            self._show(sorted(self._random.sample(range(total), min(self._wanted, total))))

    def _show(self, positions: Iterable[int]) -> None:
        self.shown = VisibleImages(self.split.value, tuple(int(position) for position in positions))
        self._error = ""
        self._request_shown()
        self.tick()

    def _request_shown(self) -> None:
        if self._running is not None:  # live predictions cost about 1% of the training
            self._running.show(self.shown if self._is_visible else None)

    def _draw(self, images: ImageData, newest: dict[str, Prediction | None]) -> None:
        running, labels = self._running, labels_of(images, self.shown)
        predicted = {name: prediction for name, prediction in newest.items() if prediction is not None}
        found, order = self.evaluation.filter.words
        self.summary.show(
            "predictions_summary.html",
            found=found,
            order=order,
            info=images.info,
            predicted=predicted,
            right={name: int((one.probabilities.argmax(axis=1) == labels).sum()) for name, one in predicted.items()},
            total=len(labels),
            has_models=running is not None,
            may_change=self.evaluation.is_past or (running is not None and running.state.is_active),
            error=self._error,
        )
        trained = {run.name for run in running.runs} if running is not None else set(_MODELS)
        seen = {name: prediction for name, prediction in newest.items() if name in trained}
        cards, classes = cards_of(images, self.shown, seen, self._changes), images.info.classes
        self.cards.show("cards.html", cards=cards, classes=classes)

    def _on_enlarge(self, pick: str) -> None:
        images, (what, _, index) = self._images, pick.rpartition(":")
        if what and self._enlarged is not None:  # others may be shown by now
            self._on_explore(*self._enlarged)
        elif images is not None and int(index) in self.shown.indices:
            self._enlarged = self.shown.split, int(index)
            newest = {name: found for name in _MODELS if (found := self._prediction(name)) is not None}
            self.cards.show_dialog("enlarged.html", **enlarged(images, self.shown, newest, int(index)))
