"""Asks networks what happens inside them, when something else is looked at and now and then while they learn."""

from collections.abc import Callable
from functools import partial
from time import monotonic

from nncompare.comparison.inspectable import TOLD_AS_THEY_ARE, Inspectable
from nncompare.inspection import Answer, Inquiry, NetworkState
from nncompare.ui.newest import Newest
from nncompare.ui.panels.image_choice import ChosenImage

# Between two questions on the same image, while networks learn: an answer takes 30 ms for one of 16 channels, and 1.5 s
# for one of 128, on the processors that train. So the rest grows with their square, and training is hardly slower.
_REST_SECONDS, _REST_PER_SQUARE = 3.0, 0.004
_NO_IMAGE = "Choose an image first: draw one, or take one of the data set."
_NO_PAIR = "There are no networks to look into yet: press Train."
_NO_WEIGHTS = (
    "There are no weights to look into: these networks have not begun to learn, or what they learned was not kept."
)


class AskingInside:
    """Hands each answer to `show`, and a sentence to `say` where there is none, with whether something went wrong.

    `pair`, `image`, the class `target` and `is_visible` say what is looked at; `look` finds out whether that is new.
    """

    def __init__(self, newest: Newest, show: Callable[[Answer], None], say: Callable[[str, bool], None]) -> None:
        self._newest, self._show, self._say = newest, show, say
        self.pair: Inspectable | None = None
        self.image: ChosenImage | None = None
        self.target: int | None = None
        self.is_visible = self._is_answered = False
        self._question: object = None
        self._epochs: list[float] = []
        self._rests_until = 0.0

    def look(self) -> None:
        """Ask, if something else is looked at, or the networks have learned on, and it can be seen."""
        if not self.is_visible:
            return
        networks = self.pair.networks if self.pair is not None else ()
        if self.pair is None or self.image is None or not networks:
            self._question = None
            self._say(_NO_PAIR if self.pair is None else _NO_IMAGE if networks else _NO_WEIGHTS, False)
            return
        names, epochs = [network.name for network in networks], [network.epoch for network in networks]
        question = (self.pair, self.image, self.target, names)  # of two that train, one may be there first
        if question != self._question or self._is_due(networks, epochs):
            self._question, self._epochs, self._is_answered = question, epochs, False
            self._ask(self.pair, self.image, networks)

    def _is_due(self, networks: tuple[NetworkState, ...], epochs: list[float]) -> bool:
        if not self._is_answered:
            return not self._newest.is_waiting  # somebody else has dropped the question
        have_ended = all(network.epoch >= network.setup.config.epochs for network in networks)
        return epochs != self._epochs and (have_ended or monotonic() >= self._rests_until)

    def _ask(self, pair: Inspectable, image: ChosenImage, networks: tuple[NetworkState, ...]) -> None:
        squares = sum(network.setup.config.channels**2 for network in networks)
        self._rests_until = monotonic() + max(_REST_SECONDS, _REST_PER_SQUARE * squares)
        dataset, question = pair.comparison.dataset, self._question
        inquiry = Inquiry(networks, dataset, image.pixels[None], "inside", image.disturbance, self.target)
        self._newest.ask(lambda: pair.inspect(inquiry), partial(self._hear, question), partial(self._fail, question))

    def _hear(self, question: object, answer: Answer) -> None:
        if question == self._question:
            self._is_answered = True
            self._show(answer)

    def _fail(self, question: object, error: Exception) -> None:
        if question == self._question:
            self._is_answered = True
            mistake = f"The networks could not be asked ({type(error).__name__}: {error})."
            self._say(str(error) if isinstance(error, TOLD_AS_THEY_ARE) else mistake, True)
