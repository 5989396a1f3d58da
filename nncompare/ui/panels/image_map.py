"""The map of the test set: images that are alike to a network lie side by side, for A and for B."""

import time
from collections.abc import Callable
from functools import partial

import numpy as np

from nncompare.comparison.seed_run import SeedRun
from nncompare.data import DataError, ImageData
from nncompare.engine.client import EngineError
from nncompare.inspection import Answer, Inquiry, NetworkState
from nncompare.messages import VisibleImages
from nncompare.ui.elements import Place, button, column, hide, row
from nncompare.ui.newest import Newest
from nncompare.ui.panels.map_canvas import MapCanvas
from nncompare.ui.panels.map_picks import MapPicks
from nncompare.ui.panels.map_picture import MapPicture, picture_of
from nncompare.ui.panels.map_summary import MapSummary
from nncompare.ui.refresher import Refresher

MOST_IMAGES, REST_SECONDS = 2_000, 10.0
_TOLD_AS_THEY_ARE = (EngineError, DataError, ValueError)
_NOTHING_YET = "Nothing has been trained yet. Train, and each network's map of the test set appears here."
_SOON = "The map appears here as soon as a network has begun to learn."
_NO_WEIGHTS = "The weights of these networks were not kept, so there is no map of them. Train again to see one."


class ImageMapPanel:
    """Shows the last features of test images in two dimensions; calls `on_pick` with positions in the test set.

    While a comparison trains it is drawn again every ten seconds at most, and whenever the user asks for it.
    """

    def __init__(
        self,
        refresher: Refresher,
        on_pick: Callable[[tuple[int, ...]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._newest, self._clock = Newest(refresher), clock
        self._images: ImageData | None = None
        self._pair: SeedRun | None = None
        self._picture: MapPicture | None = None
        self._asked: tuple[tuple[str, float], ...] = ()  # of which networks after which epochs
        self._asked_at: float | None = None
        self._is_visible, self._has_failed = False, False
        self._canvas = MapCanvas(refresher.posting(self._on_points), refresher.posting(self._on_look))
        self._picks = MapPicks(refresher, on_pick, self._canvas.mark, self._give_up)
        self._summary, self._note = MapSummary(), Place("nnc-imagemap-note")
        self._refresh = button("Refresh", refresher.posting(self._ask))
        state = row("nnc-row nnc-imagemap-state", [self._refresh, self._note])
        self._side = column("nnc-imagemap-side", [self._summary, state, self._picks])
        self.box = row("nnc-imagemap", [self._canvas, self._side])
        self._clear()

    def use(self, images: ImageData | None, pair: SeedRun | None) -> None:
        """Look at another data set or pair; what was shown goes."""
        if images is not self._images or pair is not self._pair:
            self._images, self._pair = images, pair
            self._clear()

    def set_visible(self, is_visible: bool) -> None:
        """Say whether it is on the screen; nothing is asked while it is not."""
        self._is_visible = is_visible

    def tick(self) -> None:
        """Ask for a picture if there is something new and it is time for it."""
        networks = self._networks()
        self._offer_refresh()
        if self._picture is None and not self._newest.is_waiting and not networks:
            self._say(self._why_there_is_none)
        if self._is_visible and networks and _state_of(networks) != self._asked and self._is_time:
            self._ask()

    def _offer_refresh(self) -> None:
        """There is nothing newer of what has ended, unless it could not be shown."""
        is_final = self._pair is not None and self._pair.state.is_over and self._picture is not None
        hide(self._refresh, not self._networks() or (is_final and not self._has_failed))

    @property
    def _is_time(self) -> bool:
        if self._newest.is_waiting:
            return False
        is_over = self._pair is not None and self._pair.state.is_over
        return self._asked_at is None or is_over or self._clock() - self._asked_at >= REST_SECONDS

    @property
    def _why_there_is_none(self) -> str:
        if self._pair is None or self._images is None:
            return _NOTHING_YET
        return _NO_WEIGHTS if self._pair.state.is_over else _SOON

    def _networks(self) -> tuple[NetworkState, ...]:
        return self._pair.networks if self._pair is not None and self._images is not None else ()

    def _clear(self) -> None:
        self._newest.forget()
        self._picture, self._asked, self._asked_at, self._has_failed = None, (), None, False
        self._canvas.clear()
        self._picks.clear()
        self._summary.clear()
        self._say("")
        hide(self._canvas, True)

    def _ask(self) -> None:
        networks = self._networks()
        if self._pair is None or self._images is None or not networks:
            return
        self._asked, self._asked_at = _state_of(networks), self._clock()
        if self._picture is None:
            self._say("The map is being computed.")
        places = evenly_spaced(len(self._images.labels("test")))
        inquiry = Inquiry(networks, self._images.info.name, VisibleImages("test", places), look="map")
        self._newest.ask(partial(self._pair.inspect, inquiry), partial(self._on_answer, places), self._on_failed)

    def _on_answer(self, places: tuple[int, ...], answer: Answer) -> None:
        if self._images is None:
            return
        try:
            picture = picture_of(answer, places, self._images.labels("test"), self._picture)
        except ValueError as error:
            self._on_failed(error)
        else:
            self._show(self._images, picture)

    def _show(self, images: ImageData, picture: MapPicture) -> None:
        self._picture, self._has_failed = picture, False
        self._canvas.show(picture, images.info.classes)
        self._picks.draw(images, picture)
        self._describe(images, picture)
        self._say("")
        self._offer_refresh()
        hide(self._canvas, False)

    def _describe(self, images: ImageData, picture: MapPicture) -> None:
        self._summary.show(picture, images.info.classes, is_whole=self._picks.is_empty)

    def _say(self, hint: str) -> None:
        self._note.show_texts("note.html", error="", used="", hint=hint)

    def _on_failed(self, error: Exception) -> None:
        self._has_failed = True
        is_sentence = isinstance(error, _TOLD_AS_THEY_ARE)
        self._offer_refresh()
        self._note.tell(str(error) if is_sentence else f"The map could not be made. {error}")

    def _on_points(self, points: tuple[int, ...]) -> None:
        if self._images is not None and self._picture is not None:
            self._picks.pick(points, self._images, self._picture)
            self._describe(self._images, self._picture)

    def _on_look(self, point: int) -> None:
        if self._images is not None and self._picture is not None and point < len(self._picture.places):
            self._canvas.show_image(point, self._images.images("test")[self._picture.places[point]])

    def _give_up(self) -> None:
        self._canvas.give_up()
        self._on_points(())


def evenly_spaced(count: int) -> tuple[int, ...]:
    """Return the positions of the images on the map, of so many in the test set."""
    return tuple(np.linspace(0, count - 1, min(MOST_IMAGES, count)).round().astype(int).tolist())


def _state_of(networks: tuple[NetworkState, ...]) -> tuple[tuple[str, float], ...]:
    return tuple((network.name, network.epoch) for network in networks)
