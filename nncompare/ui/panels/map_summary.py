"""What the map shows, in words: how much of the truth, how well both networks agree, which classes are neighbours."""

from collections.abc import Sequence

from nncompare.ui.elements import Place, set_value
from nncompare.ui.panels.map_picture import MapPicture

_AGREEMENT = (
    (0.8, "they see the same images as alike."),
    (0.5, "they see partly the same images as alike."),
    (0.0, "they see different images as alike."),
)


class MapSummary:
    """Says of a picture what its dots cannot; the only way to it for those who do not see them."""

    def __init__(self) -> None:
        self.box = Place("nnc-imagemap-summary")

    def clear(self) -> None:
        """Show nothing."""
        set_value(self.box, value="")

    def show(self, picture: MapPicture, classes: Sequence[str], *, is_whole: bool) -> None:
        """Show this picture in words; those that are not `is_whole` leave room for something else below."""
        fit = picture.fit
        self.box.show(
            "map_summary.html",
            names=picture.names,
            shares=picture.shares,
            fit=fit,
            is_open=is_whole,
            agreement=next(words for least, words in _AGREEMENT if fit is None or fit >= least),
            images=len(picture.places),
            epochs=[_epochs(network.epoch) for network in picture.networks],
            accuracies=picture.accuracies,
            nearest=[[(classes[one], classes[other]) for one, other in pairs] for pairs in picture.nearest()],
        )


def _epochs(epoch: float) -> str:
    number = f"{epoch:.2f}".rstrip("0").rstrip(".")
    return f"{number} epoch{'' if number == '1' else 's'}"
