"""The map of the test set: images that are alike to a network lie side by side, for A and for B."""

from collections.abc import Callable

from nncompare.comparison.inspectable import Inspectable
from nncompare.data import ImageData, evenly_spaced
from nncompare.inspection import Answer, Inquiry
from nncompare.messages import VisibleImages
from nncompare.ui.asking import Asking, Networks
from nncompare.ui.elements import Place, button, column, hide, row
from nncompare.ui.panels.map_canvas import MapCanvas
from nncompare.ui.panels.map_picks import MapPicks
from nncompare.ui.panels.map_picture import MapPicture, picture_of
from nncompare.ui.panels.map_summary import MapSummary
from nncompare.ui.refresher import Refresher

_MOST_IMAGES, _REST_SECONDS = 2_000, 10.0
_COMPUTED = "The map is being computed."
_NOTHING_YET = "Nothing has been trained yet. Train, and each network's map of the test set appears here."
_SOON = "The map appears here as soon as a network has begun to learn."
_NO_WEIGHTS = "The weights of these networks were not kept, so there is no map of them. Train again to see one."


class ImageMapPanel:
    """Shows the last features of test images in two dimensions; calls `on_pick` with positions in the test set.

    While a comparison trains it is drawn again every ten seconds at most, and whenever the user asks for it.
    """

    def __init__(self, refresher: Refresher, on_pick: Callable[[tuple[int, ...]], None]) -> None:
        self._asking = Asking(refresher, _inquiry, self._on_answer, self._on_failed, lambda _: _REST_SECONDS)
        self._images: ImageData | None = None
        self._picture: MapPicture | None = None
        self._has_failed = False
        self._canvas = MapCanvas(refresher.posting(self._on_points), refresher.posting(self._on_look))
        self._picks = MapPicks(refresher, on_pick, self._canvas.mark, self._give_up)
        self._summary, self._note = MapSummary(), Place("nnc-imagemap-note")
        self._refresh = button("Refresh", refresher.posting(self._on_refresh))
        state = row("nnc-row nnc-imagemap-state", [self._refresh, self._note])
        self._main = column("nnc-imagemap-main", [self._canvas])  # an anywidget's own class does not change on the page
        self._side = column("nnc-imagemap-side", [self._summary, state, self._picks])
        self.box = row("nnc-imagemap", [self._main, self._side])
        self._clear()

    def use(self, images: ImageData | None, pair: Inspectable | None) -> None:
        """Look at another data set or pair; what was shown goes."""
        if images is not self._images or pair is not self._asking.pair:
            self._images = images
            self._clear()
            self._asking.look_at(pair, _evenly_spaced(images) if images is not None else None)

    def set_visible(self, is_visible: bool) -> None:
        """Say whether it is on the screen; nothing is asked while it is not."""
        self._asking.set_visible(is_visible)

    def tick(self) -> None:
        """Ask for a picture if there is something new and it is time for it."""
        self._asking.tick()
        self._offer_refresh()
        self._tell()

    def _offer_refresh(self) -> None:
        """There is nothing newer of what has ended, unless it could not be shown."""
        is_final = self._is_over and self._picture is not None and not self._has_failed
        hide(self._refresh, is_final or not self._asking.networks)

    def _tell(self) -> None:
        """Say why there is no picture, or not yet."""
        if self._picture is not None:
            return
        if self._asking.seconds > 0:
            self._say(_COMPUTED)
        elif self._asking.pair is None:
            self._say(_NOTHING_YET)
        elif not self._asking.networks:
            self._say(_NO_WEIGHTS if self._is_over else _SOON)

    @property
    def _is_over(self) -> bool:
        return self._asking.pair is not None and self._asking.pair.state.is_over

    def _clear(self) -> None:
        self._asking.look_at(None, None)
        self._picture, self._has_failed = None, False
        self._canvas.clear()
        self._picks.clear()
        self._summary.clear()
        self._say("")
        hide(self._main, True)

    def _on_refresh(self) -> None:
        self._asking.ask()
        self._tell()

    def _on_answer(self, asked: VisibleImages, answer: Answer) -> None:
        images = self._images
        assert images is not None
        try:
            picture = picture_of(answer, asked.indices, images.labels("test"), self._picture)
        except ValueError as error:
            self._on_failed(str(error))
        else:
            self._show(images, picture)

    def _show(self, images: ImageData, picture: MapPicture) -> None:
        self._picture, self._has_failed = picture, False
        self._canvas.show(picture, images.info.classes)
        self._picks.draw(images, picture)
        self._describe(images, picture)
        self._say("")
        self._offer_refresh()
        hide(self._main, False)

    def _describe(self, images: ImageData, picture: MapPicture) -> None:
        self._summary.show(picture, images.info.classes, is_whole=self._picks.is_empty)

    def _say(self, hint: str) -> None:
        self._note.show_texts("note.html", error="", used="", hint=hint)

    def _on_failed(self, sentence: str) -> None:
        self._has_failed = True
        self._offer_refresh()
        self._note.tell(sentence)

    def _on_points(self, points: tuple[int, ...]) -> None:
        if self._images is not None and self._picture is not None:
            self._picks.pick(points, self._images, self._picture)
            self._describe(self._images, self._picture)

    def _on_look(self, point: int) -> None:
        images, picture = self._images, self._picture
        if images is not None and picture is not None and point < len(picture.places):
            self._canvas.show_image(point, images.images("test")[picture.places[point]])

    def _give_up(self) -> None:
        self._canvas.give_up()
        self._on_points(())


def _evenly_spaced(images: ImageData) -> VisibleImages:
    return VisibleImages("test", tuple(evenly_spaced(len(images.labels("test")), _MOST_IMAGES).tolist()))


def _inquiry(networks: Networks, dataset: str, images: VisibleImages) -> Inquiry:
    return Inquiry(networks, dataset, images, "map")
