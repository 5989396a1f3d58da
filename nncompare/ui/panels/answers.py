"""What A and B say of one image, side by side: the likeliest classes of each, and whether they agree."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from nncompare import words
from nncompare.comparison.seed_run import SeedRun
from nncompare.inspection import Answer, NetworkAnswer
from nncompare.ui.elements import Place, set_class
from nncompare.ui.panels.image_choice import ChosenImage

_SHOWN = 3
_SETTLED_SECONDS = 1.0  # an answer that stays for so long is read out
_NOTHING_TRAINED = "Nothing is trained yet. Once you train, A and B answer here, from their first seconds on."
_NOT_BEGUN = "A and B answer here as soon as they have begun to learn."
_NO_WEIGHTS = "The weights of these networks are gone, so they cannot answer. Train again, or open another comparison."


@dataclass(frozen=True, eq=False)
class Answered:
    """An image, and what was said of it."""

    image: ChosenImage
    answer: Answer


@dataclass(frozen=True)
class Likely:
    """A class and how likely a network finds it, from 0 to 1."""

    label: str
    share: float


@dataclass(frozen=True)
class Said:
    """What one network said: its likeliest classes, the likeliest first; `is_right` where the label is known."""

    name: str
    epoch: float
    likely: tuple[Likely, ...]
    is_right: bool | None

    @property
    def label(self) -> str:
        """The class that it said."""
        return self.likely[0].label


class AnswersPanel:
    """Shows answers, and calls `say` with a sentence for screen readers once they have settled."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self._said, self._sentence, self._since = say, "", "", 0.0
        self.box = Place("nnc-card nnc-answers")

    def show(self, pair: SeedRun | None, answered: Answered | None, classes: Sequence[str], note: str) -> None:
        """Show the newest answers of a pair, and a note on newer ones; without answers, why there are none."""
        said = said_by(answered, classes) if answered is not None else ()
        label, change = (answered.image.label, answered.image.change) if answered is not None else (None, "")
        verdict = verdict_on(said, classes[label] if label is not None else "")
        names = [run.name for run in pair.runs] if pair is not None and said else []
        missing = [name for name in names if name not in {one.name for one in said}]
        note = note or (obstacle(pair) if not said else "")
        self.box.show_texts("answers.html", said=said, missing=missing, verdict=verdict, change=change, note=note)
        if said and answered is not None:
            each = ", ".join(f"{one.name} says {one.label}" for one in said)
            image = answered.image
            subject = f"{words.capitalize_first(image.words)}{f', {change}' if change else ''}"
            self._settle(f"{subject}: {each}. {verdict[1]}".strip())

    def fade(self, is_old: bool) -> None:
        """Show that what is here was said of the image before, or that it is the newest."""
        set_class(self.box, "nnc-old", is_old)

    def tick(self) -> None:
        """Have read out what has not changed for a moment."""
        if self._sentence != self._said and time.monotonic() - self._since >= _SETTLED_SECONDS:
            self._said = self._sentence
            self._say(self._said)

    def _settle(self, sentence: str) -> None:
        if sentence != self._sentence:
            self._sentence, self._since = sentence, time.monotonic()


def said_by(answered: Answered, classes: Sequence[str]) -> tuple[Said, ...]:
    """Return what each network said of the first image that it was asked about."""
    networks = sorted(answered.answer.networks, key=lambda network: network.name)
    return tuple(_said(network, answered.image.label, classes) for network in networks)


def _said(network: NetworkAnswer, label: int | None, classes: Sequence[str]) -> Said:
    shares = network.probabilities[0]
    order = np.argsort(-shares, kind="stable")[:_SHOWN]
    likely = tuple(Likely(classes[place], float(shares[place])) for place in order)
    return Said(network.name, round(network.epoch, 1), likely, int(order[0]) == label if label is not None else None)


def verdict_on(said: Sequence[Said], label: str) -> tuple[str, str]:
    """Return in a few words whether the networks agree, and a sentence on who is right, where that is known."""
    if not said:
        return "", ""
    first = said[0]
    if len(said) == 1:
        headline, who = f"{first.name} says {first.label}", "that is right" if first.is_right else "that is wrong"
    else:
        is_same = len({one.label for one in said}) == 1
        headline = f"Both say {first.label}" if is_same else "They disagree"
        right = [one.name for one in said if one.is_right]
        who = {0: "both are wrong", 1: f"only {''.join(right)} is right"}.get(len(right), "both are right")
    return headline, f"The label is {label}: {who}." if label else ""


def obstacle(pair: SeedRun | None) -> str:
    """Return why the networks of a pair cannot answer, in a sentence; empty where they can."""
    if pair is None:
        return _NOTHING_TRAINED
    if pair.networks:
        return ""
    place = next((run.position for run in pair.runs if run.position is not None and run.position.position), None)
    if place is not None:
        return f"{words.waiting(place.position, place.seconds)}. {_NOT_BEGUN}"
    if not pair.state.is_over:
        return _NOT_BEGUN
    return " ".join([*dict.fromkeys(run.message for run in pair.runs if run.message), _NO_WEIGHTS])
