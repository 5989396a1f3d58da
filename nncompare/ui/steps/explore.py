"""The fifth step: one image at a time, and what the networks make of it."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from nncompare.analysis import Robustness
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.seed_run import SeedRun
from nncompare.config import SplitName
from nncompare.data import DataError, ImageData, load
from nncompare.ui.elements import Later, Panel, Place, column, html
from nncompare.ui.panels.draw_and_disturb import DrawAndDisturb
from nncompare.ui.panels.image_choice import ChosenImage
from nncompare.ui.panels.image_map import ImageMapPanel
from nncompare.ui.panels.inside import InsidePanel
from nncompare.ui.panels.robustness import RobustnessPanel
from nncompare.ui.panels.seed_choice import SeedChoice
from nncompare.ui.refresher import Refresher
from nncompare.ui.tabs import Tabs


class Look(Panel, Protocol):
    """A panel of this step."""

    def use(self, images: ImageData | None, pair: SeedRun | None, /) -> None:
        """Look at another data set, or at another pair of networks."""

    def set_visible(self, is_visible: bool, /) -> None:
        """Set whether it is on the screen."""

    def tick(self) -> None:
        """Show what is new; called four times a second while it is on the screen."""


AnyLook = TypeVar("AnyLook", bound=Look)


class ExploreStep:
    """Shows one of several panels that look at the same image; calls `say` with sentences for screen readers.

    The networks of what trains send their weights along only while somebody looks.
    """

    def __init__(self, refresher: Refresher, say: Callable[[str], None]) -> None:
        self._running: ComparisonRun | None = None
        self._images: ImageData | None = None
        self._used: tuple[ImageData | None, SeedRun | None] = None, None
        self._image: ChosenImage | None = None
        self._is_visible = False
        self._has_weights_sent: bool | None = None
        self.note = Place("nnc-explore-note")
        self._drawn = self._later(lambda: DrawAndDisturb(refresher, self._on_chosen, say))
        self._inside = self._later(lambda: self._inside_of(InsidePanel(refresher, self._on_plain)))
        self._robustness = self._later(lambda: RobustnessPanel(refresher, say))
        self._looks: dict[str, Later[Look]] = {
            "Draw and disturb": self._drawn,
            "Inside": self._inside,
            "Map": self._later(lambda: ImageMapPanel(refresher, self._on_pick)),
            "Robustness": self._robustness,
        }
        self.tabs = Tabs("What to look at", self._looks, refresher.posting(self._show))
        self.seed = SeedChoice(refresher.posting(self._use_newest))
        heading = html("nnc-heading nnc-unseen", "<h2>Explore</h2>")
        self.box = column("nnc-step nnc-explore", [heading, self.note, self.seed, self.tabs])

    @property
    def drawn(self) -> DrawAndDisturb:
        """The panel that an image is chosen with."""
        return self._drawn.panel

    @property
    def robustness(self) -> Sequence[Robustness]:
        """All robustness curves that were made of the pair that is looked at."""
        return self._robustness.panel.found if self._robustness.is_made else ()

    def use_images(self, images: ImageData) -> None:
        """Look at images of a data set on which nothing is trained yet."""
        if self._running is None:
            self._images = images

    def begin(self, running: ComparisonRun) -> None:
        """Look at a comparison that has just been started, or was opened."""
        self._running, self._has_weights_sent = running, None
        self.note.tell()
        try:
            self._images = load(running.comparison.dataset)
        except DataError as error:
            self._images = None
            self.note.tell(str(error))
        self._use_newest()

    def look_at(self, split: SplitName, index: int) -> None:
        """Look at an image of the data set."""
        self._use_newest()
        self.drawn.choose(split, index)

    def set_visible(self, is_visible: bool) -> None:
        """Set whether the step is on the screen of a page that is there."""
        self._ask_for_weights(is_visible)
        if is_visible != self._is_visible:
            self._is_visible = is_visible
            if is_visible:
                self._use_newest()
            self._shown.set_visible(is_visible)

    def tick(self) -> None:
        """Show what is new."""
        if self._is_visible:
            self._use_newest()
            self._shown.tick()

    @property
    def _shown(self) -> Look:
        return self._looks[self.tabs.shown].panel

    def _later(self, make: Callable[[], AnyLook]) -> Later[AnyLook]:
        def made() -> AnyLook:
            look = make()
            look.use(*self._used)
            return look

        return Later("", made)

    def _inside_of(self, panel: InsidePanel) -> InsidePanel:
        panel.look_at(self._image)
        return panel

    def _show(self, title: str) -> None:
        if title != self.tabs.shown:
            self._shown.set_visible(False)
            self.tabs.show(title)
            self._shown.set_visible(self._is_visible)

    def _ask_for_weights(self, is_visible: bool) -> None:
        running = self._running
        is_wanted = is_visible and running is not None and running.state.is_active
        if running is not None and is_wanted != self._has_weights_sent:
            self._has_weights_sent = is_wanted
            running.explore(is_wanted)

    def _use_newest(self) -> None:
        newest = self._images, self.seed.pair_of(self._running) if self._running is not None else None
        if newest[0] is not self._used[0] or newest[1] is not self._used[1]:
            self._used = newest
            for look in self._looks.values():
                if look.is_made:
                    look.panel.use(*newest)

    def _on_chosen(self, image: ChosenImage | None) -> None:
        self._image = image
        if self._inside.is_made:
            self._inside.panel.look_at(image)

    def _on_plain(self) -> None:
        self.drawn.disturb.take_off()

    def _on_pick(self, indices: tuple[int, ...]) -> None:
        if indices:
            self.drawn.choose("test", indices[0])
