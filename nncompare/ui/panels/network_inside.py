"""What happens inside one network with the chosen image: where it looks, its filters and its maps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncompare.data import png_data_uri
from nncompare.figures.sprites import Scales, overlay
from nncompare.inspection import Inside, NetworkAnswer
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Place, column, hide, row, set_value
from nncompare.ui.panels.enlarged_map import strongest_place
from nncompare.ui.panels.feature_maps import FeatureMaps

_NEXT_TO_NOTHING = 0.005  # of a probability


@dataclass(frozen=True)
class Look:
    """An overlay on the image: what it says, how it is computed, what it shows, and that in words."""

    title: str
    method: str
    picture: str
    words: str


class NetworkInside:
    """The card of network `name`; calls `on_pick` with the name, and with the block and the channel that are chosen.

    Of the overlays it calls `on_look` with the number of the one that is chosen, from 0.
    """

    def __init__(self, name: str, on_pick: Callable[[str, int, int], None], on_look: Callable[[int], None]) -> None:
        self._name = name
        self._title = Place("nnc-inside-title")
        self._looks = Clickable(lambda pick: on_look(int(pick)), "nnc-inside-looks")
        self._maps = FeatureMaps(name, lambda block, channel: on_pick(name, block, channel))
        self._parts = row("nnc-inside-parts", [self._looks, self._maps])
        self.box = column(f"nnc-card nnc-inside-card nnc-{name.lower()}", [self._title, self._parts])
        self.hide()

    def hide(self) -> None:
        """Show nothing, as of a network that there is not."""
        hide(self.box, True)
        set_value(self._title, value="")

    def tell(self, sentence: str) -> None:
        """Say why there is nothing to see."""
        hide(self.box, False)
        hide(self._parts, True)
        self._title.show("inside_title.html", name=self._name, sentence=sentence)

    def show(
        self, answer: NetworkAnswer, image: NDArray[np.uint8], scales: Scales, classes: Sequence[str], channels: int
    ) -> None:
        """Show what it answers to an image (H, W), and why; with room as for so many channels in the first block."""
        inside, shares = answer.inside, answer.probabilities[0]
        assert inside is not None
        said = int(shares.argmax())
        hide(self.box, False)
        hide(self._parts, False)
        self._title.show(
            "inside_title.html",
            name=self._name,
            sentence="",
            said=classes[said],
            share=float(shares[said]),
            target=classes[inside.target] if inside.target != said else "",
            target_share=float(shares[inside.target]),
            epoch=answer.epoch,
        )
        target, looks = classes[inside.target], looks_of(inside, image, scales)
        self._looks.show("inside_looks.html", name=self._name, target=target, looks=looks)
        self._maps.show(inside, scales, channels)


def looks_of(inside: Inside, image: NDArray[np.uint8], scales: Scales) -> list[Look]:
    """Return where a network looks in an image (H, W): both ways of telling it."""
    gradient, occlusion = (
        png_data_uri(overlay(image, values, full))
        for values, full in ((inside.gradient, scales.gradient), (inside.occlusion, scales.occlusion))
    )
    return [
        Look("What speaks for it", "gradient × input", gradient, _of_gradient(inside.gradient)),
        Look("What it needs", "occlusion", occlusion, _of_occlusion(inside.occlusion)),
    ]


def _of_gradient(values: NDArray[np.floating]) -> str:
    return f"Most at {strongest_place(values)}." if values.max() > 0 else "No pixel speaks for it."


def _of_occlusion(values: NDArray[np.floating]) -> str:
    most = float(values.max())
    if np.abs(values).max() < _NEXT_TO_NOTHING:
        return "Hiding any part costs little."
    if most < _NEXT_TO_NOTHING:
        return "Hiding any part only helps it."
    return f"Hiding {strongest_place(values)} costs {points(most)}."


def points(share: float) -> str:
    """Say how much of a probability something is: less than 1 point, 1 point, 56 points."""
    whole = round(100 * share)
    return "less than 1 point" if not whole else f"{whole} point{'' if whole == 1 else 's'}"
