"""The filters and maps of one network, as many as fit: a grid of buttons, cut out of two pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import traitlets

from nncompare.figures.sprites import Scales, Sheet, filters_sprite, maps_sprite, sheets_of
from nncompare.inspection import Inside
from nncompare.ui.clickable import STATIC
from nncompare.ui.elements import render, set_value
from nncompare.ui.making import Scripted


@dataclass(frozen=True)
class Frame:
    """A place for pictures of one kind: its words, where they lie in which sprite, and how many the wider network has.

    `block` is 0 for the filters of the first layer.
    """

    title: str
    one: str
    block: int
    sheet: Sheet
    most: int


class FeatureMaps(Scripted):
    """Shows what happens inside the network `name`; calls `on_pick` with a block and a channel, both from 0.

    The browser cuts the sprites up and turns the pages. Only the sprites are sent again where the network is as wide as
    before, so that what has the focus keeps it.
    """

    _esm = (STATIC / "inside.js").read_text(encoding="utf-8")
    html = traitlets.Unicode().tag(sync=True)
    maps = traitlets.Bytes().tag(sync=True)
    filters = traitlets.Bytes().tag(sync=True)

    def __init__(self, name: str, on_pick: Callable[[int, int], None]) -> None:
        super().__init__("nnc-inside-maps")
        self._name, self._on_pick = name, on_pick
        self._counts: tuple[int, ...] = ()
        self.on_msg(self._on_message)

    def show(self, inside: Inside, scales: Scales, most_channels: int) -> None:
        """Show filters and maps by `scales`, with room as for so many channels in the first block."""
        frames = frames_of(inside, most_channels)
        self._counts = tuple(frame.sheet.count for frame in frames)
        # One message: the browser must not cut a picture by the places of another one.
        with self.hold_sync():
            set_value(
                self,
                html=render("inside_maps.html", name=self._name, frames=frames),
                maps=maps_sprite(inside.maps, scales.whites(inside)),
                filters=filters_sprite(inside.filters, scales.filters),
            )

    def _on_message(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        frame, channel = content.get("frame"), content.get("channel")
        if type(frame) is int and type(channel) is int and self._has(frame, channel):
            self._on_pick(max(0, frame - 1), channel)  # a filter, and the map that it makes

    def _has(self, frame: int, channel: int) -> bool:
        return 0 <= frame < len(self._counts) and 0 <= channel < self._counts[frame]


def frames_of(inside: Inside, most_channels: int) -> list[Frame]:
    """Return a frame for the filters, and one for each block, in which each has a multiple of the channels."""
    maps = [
        Frame(f"Block {number}", "map", number, sheet, sheet.count // len(inside.filters) * most_channels)
        for number, sheet in enumerate(sheets_of(inside.maps), start=1)
    ]
    return [Frame("First layer", "filter", 0, Sheet.of(inside.filters), most_channels), *maps]
