"""What both networks say of the image that is looked at: asked for, and asked again as they learn."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from nncompare.comparison.inspectable import TOLD_AS_THEY_ARE
from nncompare.comparison.seed_run import SeedRun
from nncompare.inspection import Answer, Inquiry, NetworkState
from nncompare.ui.newest import Newest
from nncompare.ui.panels.image_choice import ChosenImage
from nncompare.ui.refresher import Refresher

_REST_SECONDS = 1.0  # between two answers on the same image


@dataclass(frozen=True, eq=False)
class Answered:
    """An image, and what was said of it."""

    image: ChosenImage
    answer: Answer


@dataclass(frozen=True, eq=False)
class _Question:
    image: ChosenImage
    networks: tuple[NetworkState, ...]

    @property
    def epochs(self) -> list[tuple[str, float]]:
        return [(network.name, network.epoch) for network in self.networks]


class Answering:
    """Asks one question at a time, and calls `on_news` when something is known; nothing is asked while nobody looks.

    Attributes
    ----------
    answered : Answered or None
        The newest answer of these networks, which may be one on the image before.
    error : str
        Why there is no newer one, in a sentence; mostly empty.
    """

    def __init__(self, refresher: Refresher, on_news: Callable[[], None]) -> None:
        self._newest, self._on_news = Newest(refresher), on_news
        self._pair: SeedRun | None = None
        self._image: ChosenImage | None = None
        self._asked: _Question | None = None
        self._asked_at = 0.0
        self._is_visible = False
        self.answered: Answered | None = None
        self.error = ""

    @property
    def seconds(self) -> float:
        """For how long an answer has been waited for; 0 while none is."""
        return self._newest.seconds

    def use(self, pair: SeedRun | None) -> None:
        """Ask the networks of this pair from now on."""
        if pair is not self._pair:
            self._pair = pair
            self._forget()
            self.tick()

    def look_at(self, image: ChosenImage | None) -> None:
        """Ask what they say of this image."""
        self._image = image
        if image is None:
            self._forget()
        self.tick()

    def set_visible(self, is_visible: bool) -> None:
        """Set whether anybody looks."""
        self._is_visible = is_visible
        if not is_visible:
            self._newest.forget()
            self._asked = None
        self.tick()

    def tick(self) -> None:
        """Ask if the image is another one, and again once the networks have learned, at most once a second."""
        networks = self._pair.networks if self._pair is not None and self._is_visible else ()
        if self._image is not None and networks:
            question = _Question(self._image, networks)
            if self._is_due(question):
                self._ask(question)

    def _is_due(self, question: _Question) -> bool:
        asked = self._asked
        if asked is None or asked.image is not question.image:
            return True
        is_rested = not self._newest.is_waiting and time.monotonic() - self._asked_at >= _REST_SECONDS
        return is_rested and asked.epochs != question.epochs

    def _ask(self, question: _Question) -> None:
        pair = self._pair
        assert pair is not None
        image = question.image
        inquiry = Inquiry(question.networks, pair.comparison.dataset, image.pixels[None], disturbance=image.disturbance)
        self._asked, self._asked_at = question, time.monotonic()
        self._newest.ask(
            lambda: pair.inspect(inquiry), lambda answer: self._on_answer(Answered(image, answer)), self._on_failed
        )

    def _on_answer(self, answered: Answered) -> None:
        self.answered, self.error = answered, ""
        self._on_news()

    def _on_failed(self, error: Exception) -> None:
        is_sentence = isinstance(error, TOLD_AS_THEY_ARE)
        self.error = str(error) if is_sentence else f"The networks could not answer. {error}"
        self._on_news()

    def _forget(self) -> None:
        self._newest.forget()
        self.answered, self._asked, self.error = None, None, ""
