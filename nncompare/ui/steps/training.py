"""The third step: both models train, side by side."""

from collections.abc import Callable, Mapping

import ipywidgets as widgets

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.view import RunView
from nncompare.data import DataError, load
from nncompare.environment import environment
from nncompare.report.fairness import aspects, differences
from nncompare.report.fates import guess_of
from nncompare.report.wording import no_better_than_guessing
from nncompare.ui.elements import Place, button, hide, row, set_value, step, two
from nncompare.ui.panels.curve_charts import CurveCharts
from nncompare.ui.panels.run_panel import RunControls, RunPanel
from nncompare.ui.refresher import Refresher

_MORE_EPOCHS = (1, 2, 3, 5, 10, 20)


class TrainingStep:
    """The buttons, the figures of both models, and the curves.

    Calls `on_train`, `on_control(action, model)` (pause, resume, stop or train_on; None for both) and `on_next`.
    """

    def __init__(
        self,
        refresher: Refresher,
        on_train: Callable[[], None],
        on_control: Callable[[str, str | None], None],
        on_next: Callable[[], None],
    ) -> None:
        control = refresher.posting(on_control)
        self.train = button("Train", refresher.posting(on_train), strong=True)
        self.both = RunControls(lambda action: control(action, None))
        self.more = widgets.Dropdown(options=[(f"+{count}", count) for count in _MORE_EPOCHS], description="epochs")
        self.outlives_page = widgets.Checkbox(
            value=False,
            description="Go on when this page is closed",
            tooltip="Otherwise training is stopped some time after the page was closed.",
            indent=False,
        )
        hide(self.outlives_page, not environment().is_web_page)
        self.reason, self.seeds, self.race = Place("nnc-reason"), Place("nnc-seeds"), Place("nnc-race")
        self.runs = {name: RunPanel(name, lambda action, name=name: control(action, name)) for name in ("A", "B")}  # type: ignore[misc]
        self._guesses: dict[str, tuple[RunView, str]] = {}
        self.curves = CurveCharts(refresher)
        controls = [self.train, self.both, row("nnc-more", [self.more]), self.outlives_page, self.reason]
        figures = [self.seeds, self.race, two(list(self.runs.values())), self.curves, self.curves.further]
        parts = [row("nnc-row nnc-controls", controls), *figures]
        self.box = step("Watch them learn", parts, button("Next: predictions", on_next))

    def enable(self, running: ComparisonRun | None, problems: Mapping[str, str]) -> None:
        """Enable the buttons for what is possible now, and tell why Train is not."""
        states = running.states() if running is not None else []
        can_train = all(state.can_train for state in states)
        can_train_on = running is not None and running.can_train_on
        set_value(self.train, disabled=bool(problems) or not can_train)
        self.both.enable(states, can_train_on=can_train_on)
        set_value(self.more, disabled=self.both.buttons["train_on"].disabled)
        reasons = list(dict.fromkeys(problems.values())) if can_train else []
        self.reason.show_texts("reason.html", reasons=reasons)

    def tick(self, running: ComparisonRun | None) -> None:
        """Draw what has changed since the last look."""
        runs = {run.name: run for run in running.runs} if running is not None else {}
        can_train_on = running is not None and running.can_train_on
        for name, panel in self.runs.items():
            run, other = runs.get(name), runs.get("B" if name == "A" else "A")
            guessed = self._guessed(running, run) if running is not None and run is not None else ""
            panel.show(run, other, guessed, is_idle=running is None, can_train_on=can_train_on)
        if running is not None:
            self._show_seeds(running)
            self._show_race(running)
            self.curves.tick()

    def _guessed(self, running: ComparisonRun, run: RunView) -> str:
        """Say of a run that has ended if it does no better than guessing; that is counted once."""
        if not run.state.is_over:
            return ""
        if self._guesses.get(run.name, (None,))[0] is not run:
            self._guesses[run.name] = run, _guess_words(run, running.comparison.dataset)
        return self._guesses[run.name][1]

    def _show_race(self, running: ComparisonRun) -> None:
        if running.b is None:
            set_value(self.race, value="")
        else:
            a, b = running.a, running.b
            self.race.show_texts("race.html", aspects=aspects(a, b), differences=differences(a, b))

    def _show_seeds(self, running: ComparisonRun) -> None:
        """Show of which of several seeds the figures are; nothing where there is one."""
        pairs, current = running.pairs, running.current
        values = {"seed": current.seed, "number": pairs.index(current) + 1, "total": len(pairs)}
        if len(pairs) > 1:
            self.seeds.show("seeds.html", **values, is_over=running.wait(0), begun=len(running.begun))
        else:
            set_value(self.seeds, value="")


def _guess_words(run: RunView, dataset: str) -> str:
    try:
        guess = guess_of(run, load(dataset).labels("test"))
    except DataError:  # the images are not on this machine any more
        return ""
    return no_better_than_guessing(run.name, guess) if guess is not None and guess.is_likely else ""
