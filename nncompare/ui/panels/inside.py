"""Inside both networks: what their filters find in the chosen image, and where in it they look."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from nncompare.comparison.inspectable import Inspectable
from nncompare.data import CATALOG, ImageData, png_data_uri
from nncompare.figures.sprites import Scales
from nncompare.inspection import Answer, Inquiry, Inside, NetworkAnswer
from nncompare.ui.asking import Asking, Networks
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Place, button, column, dropdown, hide, row, set_value
from nncompare.ui.panels.enlarged_map import enlarged_map
from nncompare.ui.panels.image_choice import ChosenImage
from nncompare.ui.panels.network_inside import NetworkInside, looks_of, points
from nncompare.ui.refresher import Refresher

# An answer takes 30 ms for a network of 16 channels, and 1.5 s for one of 128, on the processors that train. So the
# rest grows with their square, and training is hardly slower.
_REST_SECONDS, _REST_PER_SQUARE = 3.0, 0.004
_NO_IMAGE = "Choose an image first: draw one, or take one of the data set."
_NO_PAIR = "There are no networks to look into yet: press Train."
_NO_WEIGHTS = (
    "There are no weights to look into: these networks have not begun to learn, or what they learned was not kept."
)
_OWN_ANSWERS, _OWN = "their own answers", -1  # None would choose nothing
_NOT_NUMBERS = "Its weights are not numbers any more, so there is nothing to see: its training broke off."
_NOTHING_TOLD = "It has told nothing of what happens inside."

_Question: TypeAlias = tuple[ChosenImage, int | None]


class InsidePanel:
    """Shows A beside B, for their own answers or for a class that is chosen; a picture that is chosen is enlarged.

    It asks when another image, pair or class is chosen, and now and then while the networks learn. It calls `on_plain`
    when the image is to be looked at undisturbed.
    """

    def __init__(self, refresher: Refresher, on_plain: Callable[[], None] = lambda: None) -> None:
        self._asking = Asking(refresher, _inquiry, self._on_answer, self._on_failed, _rest)
        self._pair: Inspectable | None = None
        self._image: ChosenImage | None = None
        self._is_visible = False
        self._shown: tuple[Answer, Scales] | None = None
        self.target = dropdown("What speaks for", [(_OWN_ANSWERS, _OWN)], refresher.posting(self._look))
        self.plain = button("Take it off", refresher.posting(on_plain))
        self.plain.tooltip = "Look at the image undisturbed"
        self._words, self._note, self._key = (Place(f"nnc-inside-{part}") for part in ("words", "note", "key"))
        self._dialog = Clickable(lambda _pick: None, "nnc-inside-dialog")
        enlarge, enlarge_look = refresher.posting(self._enlarge), refresher.posting(self._enlarge_look)
        self._networks = {name: NetworkInside(name, enlarge, enlarge_look) for name in "AB"}
        head = row("nnc-row nnc-inside-head", [self._words, self.plain, self.target])
        cards = row("nnc-inside-cards", [*self._networks.values()])
        self.box = column("nnc-inside", [head, self._note, cards, self._key, self._dialog])
        self._say("", False)

    def use(self, images: ImageData | None, pair: Inspectable | None) -> None:
        """Look into another pair."""
        if pair is not self._pair:
            self._pair = pair
            options = ((_OWN_ANSWERS, _OWN), *((name, number) for number, name in enumerate(self._classes)))
            set_value(self.target, options=options)  # where they are others, the first one is chosen
            self._say("", False)
            self._look()

    def look_at(self, image: ChosenImage | None) -> None:
        """Look at another image."""
        self._image = image
        self._look()

    def set_visible(self, is_visible: bool) -> None:
        """Ask only while it can be seen."""
        self._is_visible = is_visible
        self._asking.set_visible(is_visible)
        self._tell()

    def tick(self) -> None:
        """Ask again where the networks have learned on."""
        self._asking.tick()
        self._tell()

    @property
    def _classes(self) -> tuple[str, ...]:
        return CATALOG[self._pair.comparison.dataset].classes if self._pair is not None else ()

    def _look(self) -> None:
        target = self.target.value if self.target.value != _OWN else None
        self._asking.look_at(self._pair, (self._image, target) if self._image is not None else None)
        self._tell()

    def _tell(self) -> None:
        """Say why there is nothing to ask about."""
        if self._is_visible and not self._asking.networks:
            has_weights = self._pair is not None and self._pair.networks
            self._say(_NO_PAIR if self._pair is None else _NO_IMAGE if has_weights else _NO_WEIGHTS, False)

    def _on_failed(self, sentence: str) -> None:
        self._say(sentence, True)

    def _on_answer(self, question: _Question, answer: Answer) -> None:
        (image, _), classes = question, self._classes
        insides = [each.inside for each in answer.networks if each.inside is not None and not _problem(each)]
        self._shown = answer, Scales.of(insides)
        for name in self._networks:
            self._show_network(name, answer, insides, classes)
        label = classes[image.label] if image.label is not None else None
        src = png_data_uri(answer.images[0])
        self._words.show_texts("inside_words.html", src=src, words=image.words, label=label, change=image.change)
        hide(self.plain, not image.change)
        self._note.show_texts("inside_note.html", sentence="", is_error=False)
        hide(self._key, not insides)
        scales, is_pair = self._shown[1], len(insides) > 1
        self._key.show_texts("inside_key.html", scales=scales, points=points(scales.occlusion), is_pair=is_pair)
        hide(self.target, False)

    def _show_network(self, name: str, answer: Answer, insides: Sequence[Inside], classes: Sequence[str]) -> None:
        shown, found = self._networks[name], answer.of(name)
        if found is None:
            shown.hide()
        elif problem := _problem(found):
            shown.tell(problem)
        else:
            assert self._shown is not None
            most_channels = max(len(inside.filters) for inside in insides)
            shown.show(found, answer.images[0], self._shown[1], classes, most_channels)

    def _say(self, sentence: str, is_error: bool) -> None:
        """Show a sentence, and nothing else; after a mistake another class may be tried."""
        self._shown = None
        hide(self.target, not is_error)
        hide(self.plain, True)
        for shown in self._networks.values():
            shown.hide()
        self._words.tell()
        hide(self._key, True)
        self._note.show_texts("inside_note.html", sentence=sentence, is_error=is_error)

    def _enlarge(self, name: str, block: int, channel: int) -> None:
        answer, scales = self._shown or (None, None)
        found = answer.of(name) if answer is not None else None
        inside = found.inside if found is not None else None
        if answer and scales and inside and block < len(inside.maps) and channel < len(inside.maps[block]):
            values = enlarged_map(name, inside, answer.images[0], scales, block, channel)
            self._dialog.show_dialog("enlarged_map.html", **values)

    def _enlarge_look(self, number: int) -> None:
        """Show where both networks look, by one of the two ways to tell."""
        if self._shown is None:
            return
        (answer, scales), classes = self._shown, self._classes
        found = [
            (each.name, classes[each.inside.target], looks_of(each.inside, answer.images[0], scales)[number])
            for each in answer.networks
            if each.inside is not None and not _problem(each)
        ]
        full = (scales.gradient, scales.occlusion)[number]
        values = {"src": png_data_uri(answer.images[0]), "found": found, "full": full, "points": points(full)}
        self._dialog.show_dialog("enlarged_look.html", number=number, **values)


def _inquiry(networks: Networks, dataset: str, question: _Question) -> Inquiry:
    image, target = question
    return Inquiry(networks, dataset, image.pixels[None], "inside", image.disturbance, target)


def _rest(networks: Networks) -> float:
    return max(_REST_SECONDS, _REST_PER_SQUARE * sum(network.setup.config.channels**2 for network in networks))


def _problem(answer: NetworkAnswer) -> str:
    """Return why a network cannot be looked into; nothing where it can."""
    inside = answer.inside
    if inside is None:
        return _NOTHING_TOLD if np.isfinite(answer.probabilities).all() else _NOT_NUMBERS
    arrays = (answer.probabilities, inside.filters, inside.gradient, inside.occlusion, *inside.maps)
    return "" if all(np.isfinite(array).all() for array in arrays) else _NOT_NUMBERS
