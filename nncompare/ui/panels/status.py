"""How the comparison stands, in a few words: for the header, and for screen readers."""

from nncompare import words
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.data import DatasetInfo
from nncompare.ui.elements import html, set_value
from nncompare.ui.html import render

_WORDS = {State.IDLE: "ready", State.RUNNING: "training"}


class Status:
    """A chip with the state, and a warning where the images were made by this program."""

    def __init__(self) -> None:
        self.box = html("nnc-state")

    def show(self, running: ComparisonRun | None, info: DatasetInfo, *, is_ready: bool) -> None:
        """Show the state of a comparison, or of the data set `info` where there is none."""
        state = running.state if running is not None else State.IDLE
        chip = _chip(running, state) if running is not None else _without_run(info, is_ready)
        stand_in = info.title if info.synthetic else ""
        set_value(self.box, value=render("status.html", state=state, chip=chip, stand_in=stand_in))


def announcement(running: ComparisonRun | None) -> str:
    """Return the states as a sentence, for those who do not see them."""
    if running is None:
        return ""
    states = ", ".join(f"Model {run.name} {_word(run.state)}" for run in running.runs)
    place = running.position
    told = f"{states}. {words.waiting(place.position, None)}" if place is not None else states
    return told if len(running.pairs) == 1 else f"Seed {running.current.seed}: {told}"


def _without_run(info: DatasetInfo, is_ready: bool) -> str:
    return f"{info.title} · ready" if is_ready else f"{info.title}: not here yet"


def _chip(running: ComparisonRun, state: State) -> str:
    if (place := running.position) is not None:
        return words.waiting(place.position, place.seconds)
    # Of one seed, pauses are left out; of several, that would count those twice that train at once.
    trained = max(run.progress.seconds if run.progress else 0.0 for run in running.runs)
    return f"{_word(state)} · {words.clock(trained if len(running.pairs) == 1 else running.seconds)}"


def _word(state: State) -> str:
    return _WORDS.get(state, state.value)
