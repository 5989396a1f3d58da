"""The images that were picked on the map, as small cards."""

from collections.abc import Callable, Sequence

from nncompare.data import ImageData, png_data_uri
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import set_value
from nncompare.ui.panels.map_picture import MapPicture
from nncompare.ui.refresher import Refresher

MOST_CARDS = 24
_GIVE_UP = "none"


class MapPicks:
    """Shows what was picked, the mistakes first where there is too much of it.

    Calls `on_pick` with the positions of the shown images in the test set, and of one alone when its card is pressed,
    and `on_mark` with its point then; `on_give_up` when nothing is to be picked any more. The card of the image that
    was told first, or alone, is marked.
    """

    def __init__(
        self,
        refresher: Refresher,
        on_pick: Callable[[tuple[int, ...]], None],
        on_mark: Callable[[int], None],
        on_give_up: Callable[[], None],
    ) -> None:
        self._tell, self._on_mark, self._on_give_up = on_pick, on_mark, on_give_up
        self._places: dict[int, int] = {}  # where the shown images are in the test set, by their points
        self._count = 0
        self._chosen: int | None = None
        self._cards: list[dict[str, object]] = []
        self.box = Clickable(refresher.posting(self._on_card), "nnc-imagemap-picks")

    @property
    def is_empty(self) -> bool:
        """Whether nothing is picked."""
        return not self._places

    def clear(self) -> None:
        """Show nothing."""
        self._places, self._count, self._chosen = {}, 0, None
        set_value(self.box, html="")

    def pick(self, points: Sequence[int], images: ImageData, picture: MapPicture) -> None:
        """Show other images, and tell of them."""
        shown = picture.worst_first(points, MOST_CARDS)
        self._places = {point: int(picture.places[point]) for point in shown}
        self._count, self._chosen = len(points), next(iter(shown), None)
        self.draw(images, picture)
        if self._places:
            self._tell(tuple(self._places.values()))

    def draw(self, images: ImageData, picture: MapPicture) -> None:
        """Show the same images in the same order, with what the networks of this picture say."""
        self._cards = _cards([*self._places], images, picture)
        self._show_cards()

    def _show_cards(self) -> None:
        values = {"cards": self._cards, "chosen": self._chosen, "count": self._count}
        self.box.show("map_picks.html", give_up=_GIVE_UP, **values)

    def _on_card(self, pick: str) -> None:
        if pick == _GIVE_UP:
            self._on_give_up()
        elif pick.isdecimal() and int(pick) in self._places:
            self._chosen = int(pick)
            self._show_cards()
            self._on_mark(int(pick))
            self._tell((self._places[int(pick)],))


def _cards(points: Sequence[int], images: ImageData, picture: MapPicture) -> list[dict[str, object]]:
    classes, pixels, said = images.info.classes, images.images("test"), picture.said
    return [
        {
            "point": point,
            "index": int(picture.places[point]),
            "label": classes[picture.labels[point]],
            "src": png_data_uri(pixels[picture.places[point]]),
            "answers": {
                name: (classes[said[row, point]], bool(said[row, point] == picture.labels[point]))
                for row, name in enumerate(picture.names)
            },
        }
        for point in points
    ]
