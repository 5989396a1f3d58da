"""The map of the test set: images that are alike to a network lie side by side, for A and for B."""

import time
from collections.abc import Callable

from nncompare.comparison.inspectable import TOLD_AS_THEY_ARE
from nncompare.comparison.seed_run import SeedRun
from nncompare.data import ImageData
from nncompare.inspection import Answer
from nncompare.ui.elements import Place, button, column, hide, row
from nncompare.ui.panels.map_canvas import MapCanvas
from nncompare.ui.panels.map_picks import MapPicks
from nncompare.ui.panels.map_picture import MapPicture, picture_of
from nncompare.ui.panels.map_questions import MapQuestions
from nncompare.ui.panels.map_summary import MapSummary
from nncompare.ui.refresher import Refresher

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
        self._questions = MapQuestions(refresher, self._on_answer, self._on_failed, clock)
        self._picture: MapPicture | None = None
        self._is_visible, self._has_failed = False, False
        self._canvas = MapCanvas(refresher.posting(self._on_points), refresher.posting(self._on_look))
        self._picks = MapPicks(refresher, on_pick, self._canvas.mark, self._give_up)
        self._summary, self._note = MapSummary(), Place("nnc-imagemap-note")
        self._refresh = button("Refresh", refresher.posting(self._ask))
        state = row("nnc-row nnc-imagemap-state", [self._refresh, self._note])
        self._main = column("nnc-imagemap-main", [self._canvas])  # an anywidget's own class does not change on the page
        self._side = column("nnc-imagemap-side", [self._summary, state, self._picks])
        self.box = row("nnc-imagemap", [self._main, self._side])
        self._clear()

    def use(self, images: ImageData | None, pair: SeedRun | None) -> None:
        """Look at another data set or pair; what was shown goes."""
        if images is not self._questions.images or pair is not self._questions.pair:
            self._questions.use(images, pair)
            self._clear()

    def set_visible(self, is_visible: bool) -> None:
        """Say whether it is on the screen; nothing is asked while it is not."""
        self._is_visible = is_visible

    def tick(self) -> None:
        """Ask for a picture if there is something new and it is time for it."""
        self._offer_refresh()
        if self._picture is None and not self._questions.networks:
            self._say(self._why_there_is_none)
        if self._is_visible and self._questions.is_due:
            self._ask()

    def _offer_refresh(self) -> None:
        """There is nothing newer of what has ended, unless it could not be shown."""
        is_final = self._questions.is_over and self._picture is not None and not self._has_failed
        hide(self._refresh, is_final or not self._questions.networks)

    @property
    def _why_there_is_none(self) -> str:
        if self._questions.pair is None:
            return _NOTHING_YET
        return _NO_WEIGHTS if self._questions.is_over else _SOON

    def _clear(self) -> None:
        self._picture, self._has_failed = None, False
        self._canvas.clear()
        self._picks.clear()
        self._summary.clear()
        self._say("")
        hide(self._main, True)

    def _ask(self) -> None:
        if self._picture is None and self._questions.networks:
            self._say("The map is being computed.")
        self._questions.ask()

    def _on_answer(self, places: tuple[int, ...], answer: Answer) -> None:
        images = self._questions.images
        if images is None:
            return
        try:
            picture = picture_of(answer, places, images.labels("test"), self._picture)
        except ValueError as error:
            self._on_failed(error)
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

    def _on_failed(self, error: Exception) -> None:
        self._has_failed = True
        self._offer_refresh()
        is_sentence = isinstance(error, TOLD_AS_THEY_ARE)
        self._note.tell(str(error) if is_sentence else f"The map could not be made. {error}")

    def _on_points(self, points: tuple[int, ...]) -> None:
        if self._questions.images is not None and self._picture is not None:
            self._picks.pick(points, self._questions.images, self._picture)
            self._describe(self._questions.images, self._picture)

    def _on_look(self, point: int) -> None:
        images, picture = self._questions.images, self._picture
        if images is not None and picture is not None and point < len(picture.places):
            self._canvas.show_image(point, images.images("test")[picture.places[point]])

    def _give_up(self) -> None:
        self._canvas.give_up()
        self._on_points(())
