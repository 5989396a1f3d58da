"""The map in the browser: it is drawn there, from numbers that are sent once."""

from collections.abc import Callable, Sequence
from typing import Any, TypeGuard

import numpy as np
import traitlets
from numpy.typing import NDArray

from nncompare.ui.clickable import STATIC
from nncompare.ui.elements import set_value
from nncompare.ui.making import Scripted
from nncompare.ui.panels.map_picture import MapPicture

# One script: they are parts of one drawing, and each widget of its own costs the page a message.
_SCRIPTS = ("map_points", "map_painting", "map_legend", "map_glide", "map_faces", "image_map")


class MapCanvas(Scripted):
    """Shows a picture; calls `on_points` with the points that were picked, and with none where they were given up.

    Calls `on_look` with a point whose image is to be shown beside it.

    Points are numbered as in the picture. What is not on it cannot be picked, whatever the browser says. A click, a
    frame that is drawn around several, and the keys do the same; gliding from one network to the other, colours and
    the words on a point are the browser's own.
    """

    _esm = "\n".join((STATIC / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS)
    picture = traitlets.Dict().tag(sync=True)

    def __init__(self, on_points: Callable[[tuple[int, ...]], None], on_look: Callable[[int], None]) -> None:
        super().__init__("nnc-card nnc-imagemap-card")
        self._on_points, self._on_look, self._count = on_points, on_look, 0
        self.on_msg(self._on_message)

    def clear(self) -> None:
        """Show nothing."""
        self._count = 0
        set_value(self, picture={})

    def show(self, picture: MapPicture, classes: Sequence[str]) -> None:
        """Show a picture in place of the one before; where it has as many points, they move to their new places."""
        self._count = len(picture.places)
        self.picture = {
            "names": list(picture.names),
            "classes": list(classes),
            "points": picture.points.astype("<f4").tobytes(),
            "places": picture.places.astype("<u4").tobytes(),
            "labels": picture.labels.astype(np.uint8).tobytes(),
            "said": picture.said.tobytes(),
        }

    def show_image(self, point: int, pixels: NDArray[np.uint8]) -> None:
        """Show the image of a point, shape (H, W), beside it."""
        self.send({"face": point}, buffers=[pixels.tobytes()])

    def mark(self, point: int) -> None:
        """Put the ring around a point."""
        self.send({"mark": point})

    def give_up(self) -> None:
        """Have nothing picked any more."""
        self.send({"picked": []})

    def _on_message(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        points = content.get("points")
        if isinstance(points, list) and len(points) <= self._count and all(map(self._is_point, points)):
            self._on_points(tuple(dict.fromkeys(points)))
        if self._is_point(point := content.get("look")):
            self._on_look(point)

    def _is_point(self, value: Any) -> TypeGuard[int]:
        return type(value) is int and 0 <= value < self._count
