"""When the networks are asked where the test images lie: for what is new, but not too often while they learn."""

import time
from collections.abc import Callable
from functools import partial

from nncompare.comparison.seed_run import SeedRun
from nncompare.data import ImageData, evenly_spaced
from nncompare.inspection import Answer, Inquiry, NetworkState
from nncompare.messages import VisibleImages
from nncompare.ui.newest import Newest
from nncompare.ui.refresher import Refresher

MOST_IMAGES, REST_SECONDS = 2_000, 10.0


class MapQuestions:
    """Asks one question at a time; calls `on_answer` with the positions of the images and the answer, or `on_failed`.

    Attributes
    ----------
    images : ImageData or None
    pair : SeedRun or None
        Whose test set and networks are asked about.
    """

    def __init__(
        self,
        refresher: Refresher,
        on_answer: Callable[[tuple[int, ...], Answer], None],
        on_failed: Callable[[Exception], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._newest, self._clock = Newest(refresher), clock
        self._on_answer, self._on_failed = on_answer, on_failed
        self.images: ImageData | None = None
        self.pair: SeedRun | None = None
        self._asked: tuple[tuple[str, float], ...] = ()  # of which networks after which epochs
        self._asked_at = 0.0

    def use(self, images: ImageData | None, pair: SeedRun | None) -> None:
        """Ask of another data set or pair from now on."""
        self.images, self.pair = images, pair
        self._newest.forget()
        self._asked = ()

    @property
    def networks(self) -> tuple[NetworkState, ...]:
        """The networks that can be asked."""
        return self.pair.networks if self.pair is not None and self.images is not None else ()

    @property
    def is_over(self) -> bool:
        """Whether these networks learn no more."""
        return self.pair is not None and self.pair.state.is_over

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is still to come."""
        return self._newest.is_waiting

    @property
    def is_due(self) -> bool:
        """Whether there is something new, and it is time for it."""
        networks = self.networks
        if self.is_waiting or not networks or _state_of(networks) == self._asked:
            return False
        is_more = len(networks) > len(self._asked)
        return is_more or self.is_over or self._clock() - self._asked_at >= REST_SECONDS

    def ask(self) -> None:
        """Ask now."""
        networks = self.networks
        if self.pair is None or self.images is None or not networks:
            return
        self._asked, self._asked_at = _state_of(networks), self._clock()
        places = tuple(evenly_spaced(len(self.images.labels("test")), MOST_IMAGES).tolist())
        inquiry = Inquiry(networks, self.images.info.name, VisibleImages("test", places), look="map")
        self._newest.ask(partial(self.pair.inspect, inquiry), partial(self._on_answer, places), self._on_failed)


def _state_of(networks: tuple[NetworkState, ...]) -> tuple[tuple[str, float], ...]:
    return tuple((network.name, network.epoch) for network in networks)
