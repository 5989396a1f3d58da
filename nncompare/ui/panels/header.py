"""The header: the way through the steps, and how the comparison stands in a few words; also for screen readers."""

from collections.abc import Callable, Mapping

from nncompare import words
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.data import DatasetInfo
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Panel, Place, hide
from nncompare.ui.panels.seed_choice import seed_words

_WORDS = {State.IDLE: "ready", State.RUNNING: "training"}


class Navigation:
    """Names the steps, and shows the chosen one; calls `on_pick` with the name of another."""

    def __init__(self, steps: Mapping[str, Panel], on_pick: Callable[[str], None]) -> None:
        self._steps = steps
        self.step = next(iter(steps))
        self.box = Clickable(on_pick, "nnc-steps")

    def show(self, step: str) -> None:
        """Show a step in place of the one before."""
        self.step = step
        for name, panel in self._steps.items():
            hide(panel.box, name != step)
        self.box.show("navigation.html", steps=list(self._steps), current=step)


def show_status(
    place: Place, running: ComparisonRun | None, info: DatasetInfo, *, is_ready: bool, page_number: int = 0
) -> None:
    """Show the state of a comparison, or of the data set `info` where there is none; and whether images are made up.

    In a class, also the number by which the teacher knows this page.
    """
    state, title = State.IDLE, ""
    chip = f"{info.title} · ready" if is_ready else f"{info.title}: not here yet"
    if running is not None:
        state, title = running.state, info.title  # which the chip does not name then
        chip = _chip(running, state)
    place.show_texts(
        "status.html", state=state, chip=chip, title=title, is_made_up=info.synthetic, page_number=page_number
    )


def tab_title(running: ComparisonRun | None) -> str:
    """Return the title of the browser's tab: the name, and the state of what is shown."""
    return "nncompare" if running is None else f"nncompare · {_word(running.state)}"


def announcement(running: ComparisonRun | None) -> str:
    """Return the states as a sentence, for those who do not see them."""
    if running is None:
        return ""
    states = ", ".join(f"Model {run.name} {_word(run.state)}" for run in running.runs)
    place = running.position
    told = f"{states}. {words.waiting(place.position, None)}" if place is not None else states
    return told if len(running.pairs) == 1 else f"{words.capitalize_first(seed_words(running))}: {told}"


def _chip(running: ComparisonRun, state: State) -> str:
    if (place := running.position) is not None:
        return words.waiting(place.position, place.seconds)
    # Of one seed, pauses are left out; of several, that would count those twice that train at once. An ended run counts
    # its evaluation as well: the whole is never shorter than its part.
    trained = max(max(run.trained_seconds, run.seconds) for run in running.runs)
    return f"{_word(state)} · {words.clock(trained if len(running.pairs) == 1 else running.seconds)}"


def _word(state: State) -> str:
    return _WORDS.get(state, state.value)
