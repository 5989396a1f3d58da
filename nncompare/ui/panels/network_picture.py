"""A picture of a network: its maps as blocks, as high as the side of a map and as wide as there are maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nncompare.architectures import Layer
from nncompare.ui.elements import Place

# Of the whole width, what all stages share evenly, so that the text below the narrowest has room.
_EVEN_SHARE = 0.75
_FILLED = 0.92

Network = Sequence[Layer]


@dataclass(frozen=True)
class Scale:
    """What two pictures have in common: the share of the width of each stage, and that of one map."""

    stages: tuple[float, ...] = ()
    map_width: float = 0.0

    @classmethod
    def of(cls, networks: Sequence[Network]) -> "Scale":
        """Choose the scale by which the widest of these networks fits."""
        counts = [[layer.shape[0] for layer in _maps(network)] for network in networks if network]
        if not counts:
            return cls()
        widest = [max(stage) for stage in zip(*counts, strict=True)]
        even = _EVEN_SHARE / len(widest)
        stages = tuple(even + (1 - _EVEN_SHARE) * width / sum(widest) for width in widest)
        fitting = min(_FILLED * stage / width for stage, width in zip(stages, widest, strict=True))
        return cls(stages, fitting)


@dataclass(frozen=True)
class Block:
    """The maps of one layer, in percent of the picture's width and height, from its upper left corner."""

    maps: int
    side: int
    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Where it ends below."""
        return self.top + self.height


class NetworkPicture:
    """Image, blocks and classes of one network, drawn from its layer table, and its costs."""

    def __init__(self, name: str) -> None:
        self._name, self.box = name, Place("nnc-picture")

    def show(self, network: Network, scale: Scale, sample: str, costs: Mapping[str, object]) -> None:
        """Draw a network by a scale that it has in common with another one, and a `sample` of its images.

        Below it stands what it costs: its `parameters`, the `training_bytes` (None where a lesson asks for them), and
        the `seconds` of an epoch, empty where they are not known.
        """
        texts = {"name": self._name, "sample": sample, "stages": scale.stages, "blocks": blocks(network, scale)}
        image, classes = (network[0].shape[1:], network[-1].shape[0]) if network else ((), 0)
        self.box.show_texts("network.html", image=image, classes=classes, costs=costs, **texts)


def blocks(network: Network, scale: Scale) -> list[Block]:
    """Return a block for each layer of maps; each stands in the middle of its stage."""
    found, begin = [], 0.0
    for layer, stage in zip(_maps(network), scale.stages, strict=False):
        maps, side, _ = layer.shape
        width, height = maps * scale.map_width, side / network[0].shape[1]
        left, top = begin + (stage - width) / 2, (1 - height) / 2
        found.append(Block(maps, side, *(round(100 * share, 2) for share in (left, top, width, height))))
        begin += stage
    return found


def _maps(network: Network) -> list[Layer]:
    image, *layers = network or [Layer("", (), 0)]
    return [layer for layer in layers if len(layer.shape) == len(image.shape)]
