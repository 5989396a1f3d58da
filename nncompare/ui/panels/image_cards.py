"""Images on cards with what the models predict, and a line that says which images they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nncompare.comparison.seed_run import SeedRun
from nncompare.config import SplitName
from nncompare.data import ImageData
from nncompare.messages import Prediction, VisibleImages
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Place
from nncompare.ui.panels.cards import cards_of, enlarged, labels_of
from nncompare.ui.panels.newest_predictions import Changes
from nncompare.ui.refresher import Refresher, Rest


@dataclass(frozen=True, eq=False)
class ShownImages:
    """What is looked at: `shown` of these images, and by name what each model says of them, None where nothing yet.

    `words` say which images they are, empty of a sample. `pair` are the models, None before there are any; `epoch` is
    the earlier one that is looked back at.
    """

    images: ImageData
    shown: VisibleImages
    newest: Mapping[str, Prediction | None]
    words: str
    pair: SeedRun | None
    epoch: int | None
    error: str

    @property
    def subject(self) -> tuple[object, ...]:
        """What is drawn at once where it is another one."""
        return self.images.info.name, self.shown, self.words, self.pair, self.epoch, self.error

    @property
    def may_change(self) -> bool:
        """Whether other answers to the same images may follow."""
        return self.epoch is not None or (self.pair is not None and self.pair.state.is_active)

    @property
    def predicted(self) -> dict[str, Prediction]:
        """What was said."""
        return {name: one for name, one in self.newest.items() if one is not None}


class ImageCards:
    """Draws a look where it has changed; newer predictions of the same images wait until the last ones are drawn.

    Calls `on_explore` with the split and the position of an image that is to be looked at alone.
    """

    def __init__(self, refresher: Refresher, on_explore: Callable[[SplitName, int], None]) -> None:
        self._on_explore = on_explore
        self._look: ShownImages | None = None
        self._drawn: tuple[tuple[object, ...], list[float | None]] = (), []
        self._enlarged: tuple[SplitName, int] | None = None
        self._changes, self._rest = Changes(), Rest()
        self.summary = Place("nnc-summary")
        self.cards = Clickable(refresher.posting(self._on_pick), "nnc-cards")
        self.cards.show("no_images.html")

    def show(self, look: ShownImages) -> None:
        """Draw this look, if it is new and there is time."""
        if self._look is not None and look.pair is not self._look.pair:
            self._changes = Changes()
        self._look = look
        drawn = look.subject, [one.epoch if one is not None else None for one in look.newest.values()]
        if drawn != self._drawn and (look.subject != self._drawn[0] or self._rest.is_over):
            self._drawn = drawn
            self._rest.after(lambda: self._draw(look))

    def _draw(self, look: ShownImages) -> None:
        labels, predicted = labels_of(look.images, look.shown), look.predicted
        self.summary.show(
            "predictions_summary.html",
            look=look,
            info=look.images.info,
            right={name: int((one.probabilities.argmax(axis=1) == labels).sum()) for name, one in predicted.items()},
            total=len(labels),
        )
        cards = cards_of(look.images, look.shown, look.newest, self._changes)
        self.cards.show("cards.html", cards=cards, classes=look.images.info.classes)

    def _on_pick(self, pick: str) -> None:
        look, (what, _, index) = self._look, pick.rpartition(":")
        if what and self._enlarged is not None:  # others may be shown by now
            self._on_explore(*self._enlarged)
        elif look is not None and int(index) in look.shown.indices:
            self._enlarged = look.shown.split, int(index)
            self.cards.show_dialog("enlarged.html", **enlarged(look.images, look.shown, look.predicted, int(index)))
