"""The fourth step: what both models say about the same images."""

import random
from collections.abc import Iterable

import ipywidgets as widgets

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.seed_run import SeedRun
from nncompare.config import SplitName
from nncompare.data import DataError, ImageData, load, png_data_uri
from nncompare.messages import Prediction, VisibleImages
from nncompare.ui.elements import button, column, html, offer, row, set_class, set_value
from nncompare.ui.html import render
from nncompare.ui.panels.changes import Changes
from nncompare.ui.panels.evaluation import EvaluationPanel
from nncompare.ui.panels.newest_predictions import NewestPredictions
from nncompare.ui.panels.top_predictions import TopPrediction, top_predictions
from nncompare.ui.refresher import Refresher, Rest

MOST_IMAGES = 100
_MODELS = ("A", "B")
_HINT = f"1 to {MOST_IMAGES}"
_SPLITS = [("Test images", "test"), ("Training images", "train")]
_NEWEST = -1


class PredictionsStep:
    """Shows a sample of images with the predictions of both models, also while they train."""

    def __init__(self, refresher: Refresher) -> None:
        self._refresher = refresher
        self._random = random.Random(0)
        self._images: ImageData | None = None
        self._running: ComparisonRun | None = None
        self._pair: SeedRun | None = None
        self._newest: NewestPredictions | None = None
        self._changes = Changes()
        self._shown = VisibleImages("test", ())
        self._wanted = 12
        self._error = ""
        self._drawn: tuple[object, ...] | None = None
        self._rest = Rest()
        self.is_visible = False
        self._split = widgets.Dropdown(options=_SPLITS, description="Images from")
        self._count = widgets.Text(str(self._wanted), description="How many")
        for widget in (self._split, self._count):
            widget.observe(lambda _: refresher.post(self._on_choice_change), names="value")
        self._seed = widgets.Dropdown(options=[("newest", _NEWEST)], description="Models of seed")
        self._seed.observe(lambda _: refresher.post(self.tick), names="value")
        self._seed_place = row("nnc-hidden", [self._seed])
        self._note = html("nnc-note", render("note.html", error="", used="", hint=_HINT))
        self._summary = html("nnc-summary")
        self._judgement = EvaluationPanel(refresher, self._show_chosen, self._on_failed)
        self._cards = html("nnc-cards", render("no_images.html"))
        sample = button("New sample", lambda: refresher.post(self._on_new_sample))
        choice = row("nnc-row nnc-choice", [self._split, self._count, self._note, sample, self._seed_place])
        heading = html("nnc-heading", "<h2>What do they say?</h2>")
        shown = self._judgement
        judgement = [shown.verdict, shown.exports.box, shown.matrices, shown.filter.box]
        self.box = column("nnc-step", [heading, *judgement, choice, self._summary, self._cards])

    def use_images(self, images: ImageData) -> None:
        """Show images of a data set on which nothing is trained yet."""
        is_new = self._images is None or self._images.info is not images.info
        if self._running is None and is_new:
            self._images = images
            self._new_sample()

    def begin(self, running: ComparisonRun) -> None:
        """Follow a comparison that has just been started."""
        self._running, self._pair = running, None
        self._offer_seeds(running)
        try:
            self._images = load(running.comparison.dataset)
        except DataError as error:
            self._images = None
            set_value(self._summary, value=render("message.html", message=str(error)))
        self._new_sample()

    def tick(self) -> None:
        """Draw the cards anew if a prediction has changed."""
        if self._images is None:
            return
        if self._running is not None:
            self._offer_seeds(self._running)
            self._look_at(self._chosen_pair(self._running))
        if self._judgement.follow(self._running, self._pair, self._chosen_split, self._images.info.classes):
            self._new_sample()
        if self._newest is not None and not self._judgement.filter.is_on:
            self._newest.ask_for_missing(self._shown, self._on_failed)
        newest = {name: self._prediction(name) for name in _MODELS}
        epochs = {name: prediction.epoch if prediction else None for name, prediction in newest.items()}
        seed = self._pair.seed if self._pair is not None else None
        drawn = (self._images.info.name, self._shown, self._error, seed, *epochs.values())
        if self._running is not None and self._running.state.is_active and not self.is_visible:
            return  # nobody sees what would be drawn again in a moment
        is_new = self._drawn is None or drawn[:4] != self._drawn[:4]
        if drawn != self._drawn and (is_new or self._rest.is_over):
            self._drawn = drawn
            self._rest.after(lambda: self._draw(newest))

    def _offer_seeds(self, running: ComparisonRun) -> None:
        options = [("newest", _NEWEST), *((str(pair.seed), pair.seed) for pair in running.begun)]
        offer(self._seed, options, otherwise=_NEWEST)
        set_class(self._seed_place, "nnc-hidden", len(running.pairs) == 1)

    def _chosen_pair(self, running: ComparisonRun) -> SeedRun:
        return next((pair for pair in running.begun if pair.seed == self._seed.value), running.current)

    def _look_at(self, pair: SeedRun) -> None:
        if pair is not self._pair:
            self._pair, self._newest, self._error = pair, NewestPredictions(pair, self._refresher), ""
            self._changes = Changes()

    @property
    def _chosen_split(self) -> SplitName:
        return "train" if self._split.value == "train" else "test"

    def _prediction(self, name: str) -> Prediction | None:
        found = self._judgement.prediction(name, self._shown)
        return found or (self._newest.of(name, self._shown) if self._newest else None)

    def _show_chosen(self) -> None:
        """Show the page that the filter has found, or a sample where there is no filter."""
        if self._judgement.filter.is_on:
            self._show(self._judgement.filter.page(self._wanted))
        else:
            self._new_sample()

    def _on_new_sample(self) -> None:
        self._judgement.filter.leave()
        self._new_sample()

    def _on_choice_change(self) -> None:
        error = self._count_error
        set_class(self._count, "nnc-invalid", bool(error))
        set_value(self._note, value=render("note.html", error=error, used="", hint=_HINT))
        if not error:
            self._wanted = int(self._count.value)
            is_other_split = self._shown.split != self._chosen_split
            if is_other_split:
                self._new_sample()
            else:
                self._show_chosen()

    def _on_failed(self, message: str) -> None:
        self._error = message

    @property
    def _count_error(self) -> str:
        text = self._count.value.strip()
        if text.isdecimal() and len(text) <= len(str(MOST_IMAGES)) and 1 <= int(text) <= MOST_IMAGES:
            return ""
        return f"How many must be a whole number from 1 to {MOST_IMAGES}; got {text[:40] or 'nothing'}."

    def _new_sample(self) -> None:
        if self._images is None:
            return
        total = self._total(self._images, self._chosen_split)
        self._show(sorted(self._random.sample(range(total), min(self._wanted, total))))

    def _show(self, positions: Iterable[int]) -> None:
        self._shown = VisibleImages(self._chosen_split, tuple(int(position) for position in positions))
        self._error = ""
        if self._running is not None:
            self._running.show(self._shown)
        self.tick()

    def _total(self, images: ImageData, split: SplitName) -> int:
        total = len(images.labels(split))
        trained = self._running.comparison.train_images if self._running is not None else None
        return min(total, trained) if trained is not None and split == "train" else total

    def _draw(self, newest: dict[str, Prediction | None]) -> None:
        assert self._images is not None
        info, running = self._images.info, self._running
        summary = render(
            "predictions_summary.html",
            info=info,
            newest=newest,
            right={name: self._right(prediction) for name, prediction in newest.items()},
            total=len(self._shown.indices),
            has_models=running is not None,
            is_live=running is not None and running.state.is_active,
            error=self._error,
        )
        set_value(self._summary, value=summary)
        names = [run.name for run in running.runs] if running is not None else list(_MODELS)
        guesses = {name: self._guesses(self._images, name, prediction) for name, prediction in newest.items()}
        cards = [self._card(self._images, place, index, guesses) for place, index in enumerate(self._shown.indices)]
        has_words = max(map(len, info.classes)) > 1
        set_value(self._cards, value=render("cards.html", cards=cards, names=names, has_words=has_words))

    def _card(
        self, images: ImageData, place: int, index: int, guesses: dict[str, list[TopPrediction | None]]
    ) -> dict[str, object]:
        split = self._shown.split
        label = int(images.labels(split)[index])
        return {
            "index": index,
            "label": images.info.classes[label],
            "src": png_data_uri(images.images(split)[index]),
            "guesses": {name: found[place] for name, found in guesses.items()},
        }

    def _guesses(self, images: ImageData, name: str, prediction: Prediction | None) -> list[TopPrediction | None]:
        labels = images.labels(self._shown.split)[list(self._shown.indices)]
        before = self._changes.before(name, self._shown, prediction) if prediction is not None else []
        return top_predictions(
            prediction, images.info.classes, labels, before, with_others=self._judgement.filter.is_on
        )

    def _right(self, prediction: Prediction | None) -> int | None:
        if prediction is None or self._images is None:
            return None
        labels = self._images.labels(self._shown.split)[list(self._shown.indices)]
        return int((prediction.probabilities.argmax(axis=1) == labels).sum())
