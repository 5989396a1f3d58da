"""The dashboard: four steps from images to predictions, and what holds them together."""

import threading
from typing import Any

from nncompare import words
from nncompare.comparison.comparison import RunningComparison
from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.run import ModelRun
from nncompare.comparison.state import State
from nncompare.config import Comparison, RunConfig
from nncompare.data import CATALOG
from nncompare.engine.shared import shared_engine
from nncompare.environment import environment
from nncompare.errors import DeviceError
from nncompare.limits import Limits
from nncompare.store import Store
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import close_tree, column, html, row, set_class, set_value
from nncompare.ui.html import render
from nncompare.ui.page import Page
from nncompare.ui.panels.interrupted import Interrupted
from nncompare.ui.panels.machine_notes import Machine
from nncompare.ui.refresher import Refresher
from nncompare.ui.settings_link import from_query, to_query
from nncompare.ui.steps.data import DataStep
from nncompare.ui.steps.history import HistoryStep
from nncompare.ui.steps.models import ModelsStep
from nncompare.ui.steps.predictions import PredictionsStep
from nncompare.ui.steps.training import TrainingStep

OPENING = Comparison(a=RunConfig(channels=8), b=RunConfig(channels=16))
_AWAY = "This page was away for too long, and its training was ended. Reload it to begin anew."
_PARTING_SECONDS = 15.0
STEPS = ("Data", "Models", "Training", "Predictions", "History")


class Dashboard:
    """Trains and compares two networks in a notebook or on a web page.

    Parameters
    ----------
    comparison : Comparison, optional
        The settings to open with; 8 channels against 16 if not given.
        The address of the page, where it carries settings, goes before them.
    """

    def __init__(self, comparison: Comparison | None = None) -> None:
        self._limits = Limits.from_environment()
        self._opening = comparison or _within(OPENING, self._limits)
        self._base, problems = from_query(environment().query, self._opening)
        self._engines = shared_engine
        self._store = Store.of_session()
        self._engines.join()
        self._running: RunningComparison | None = None
        self._begun_before = 0
        self._address = ""
        self._is_warm = False
        self._surveyed = ""
        self._is_open = True
        self._ended: ComparisonResult | None = None
        self._refresher = Refresher(self._tick)
        self._page = Page(
            lambda address: self._refresher.post(lambda: self._on_page_ready(address)),
            self._limits.page_timeout_seconds,
        )
        self._steps = Clickable(lambda step: self._refresher.post(lambda: self._go(step)), "nnc-steps")
        self._status = html("nnc-state")
        self._notice = html(
            "nnc-notice", render("messages.html", messages=[f"Left out of the address: {p}" for p in problems])
        )
        self._interrupted = Interrupted(self._refresher, self._store, self._open_saved)
        self._storage_note = html("nnc-storage")
        self._data = DataStep(self._refresher, self._on_change, lambda: self._post_go("Models"))
        self._models = ModelsStep(
            self._refresher,
            self._on_change,
            self._open,
            self._data.set_count,
            lambda: self._post_go("Training"),
            self._limits,
        )
        self._training = TrainingStep(self._refresher, self._train, self._steer, lambda: self._post_go("Predictions"))
        self._predictions = PredictionsStep(self._refresher)
        self._history = HistoryStep(
            self._refresher, self._store, self._open_from_history, self._use_settings, self._training.lay_beside
        )
        steps = (self._data, self._models, self._training, self._predictions, self._history)
        self._boxes = dict(zip(STEPS, [step.box for step in steps], strict=True))
        self._step = STEPS[0]
        header = row("nnc-header", [self._steps, self._status])
        notices = [self._notice, self._storage_note, self._interrupted.box]
        self._box = column("nnc", [self._page, header, *notices, *self._boxes.values()])
        self._open(self._base)
        self._go(self._step)
        self._refresher.start()

    @property
    def result(self) -> ComparisonResult | None:
        """The last comparison that has ended; None before."""
        return self._running.result() if self._running is not None and self._running.wait(0) else self._ended

    @property
    def comparison(self) -> Comparison | None:
        """The settings as they stand on the page; None while one of them is wrong."""
        if "train_images" in self._data.problems:
            return None
        return self._models.settings(self._data.settings(self._base))

    def close(self) -> None:
        """Leave what is trained to the store, let go of the workers, and remove the page."""
        self._let_go()
        close_tree(self._box)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self._box._repr_mimebundle_(**kwargs)

    @property
    def _problems(self) -> dict[str, str]:
        problems = {**self._models.problems, **self._data.problems}
        if self._limits.most_comparisons is not None and self._begun >= self._limits.most_comparisons:
            problems["comparisons"] = self._limits.no_more_comparisons
        return problems

    @property
    def _begun(self) -> int:
        """Count the comparisons of this dashboard for which there was room; those that are only looked at do not."""
        running = self._running
        return self._begun_before + bool(running is not None and running.begun and running.has_stood_in_line)

    @property
    def _state(self) -> State:
        return self._running.state if self._running is not None else State.IDLE

    def _open(self, comparison: Comparison) -> None:
        self._base = comparison
        self._data.open(comparison.dataset, comparison.train_images)
        self._models.write(comparison)
        self._on_change()

    def _on_change(self) -> None:
        comparison = self.comparison
        query = to_query(comparison, self._opening) if comparison is not None else self._page.query
        set_value(self._page, query=query)
        self._models.keep(comparison, f"{self._address}{'?' if query else ''}{query}" if self._address else "")
        if self._data.images is not None:
            self._predictions.use_images(self._data.images)
        if self._surveyed and self._surveyed != self._models.device:
            self._models.show_machine(Machine.here("", self._models.machine.devices))
            self._survey()
        self._refresh_state()

    def _on_page_ready(self, address: str) -> None:
        """Once the page stands, prepare what Train would otherwise wait for."""
        self._address = address
        self._on_change()
        if self._running is None:
            self._training.draw_empty()
        self._data.preview_missing()
        if not self._is_warm:
            self._is_warm = True
            dataset = self._data.dataset if self._data.images is not None else None
            self._refresher.in_background(
                lambda: self._engines.get().warm_up(dataset), lambda _: self._survey(), self._on_warm_up_failed
            )

    def _on_warm_up_failed(self, error: Exception) -> None:
        self._is_warm = False
        set_value(self._notice, value=render("messages.html", messages=[str(error)]))

    def _survey(self) -> None:
        """Ask the workers what the chosen device is and has; the forms reckon with the answer."""
        device = self._surveyed = self._models.device
        self._refresher.in_background(
            lambda: self._engines.get().survey(device),
            lambda report: self._on_survey(device, Machine.of(report), ""),
            lambda error: self._on_no_survey(device, error),
        )

    def _on_survey(self, device: str, machine: Machine, device_error: str) -> None:
        if device == self._models.device:  # else another answer is on its way
            self._models.show_machine(machine, device_error)
            self._on_change()

    def _on_no_survey(self, device: str, error: Exception) -> None:
        is_no_device = isinstance(error, DeviceError)
        machine = Machine.here("" if is_no_device else str(error), self._models.machine.devices)
        self._on_survey(device, machine, str(error) if is_no_device else "")

    def _post_go(self, step: str) -> None:
        self._refresher.post(lambda: self._go(step))

    def _go(self, step: str) -> None:
        if step not in self._boxes:
            return
        is_new, self._step = step != self._step, step
        for name, box in self._boxes.items():
            set_class(box, "nnc-hidden", name != step)
        self._predictions.is_visible = step == "Predictions"
        self._refresh_state()
        if is_new:
            self._page.show_top()
        if step == "Models" and self._surveyed:
            self._survey()  # what is available changes all the time
        if step == "History":
            self._history.refresh()

    def _train(self) -> None:
        comparison = self.comparison
        if comparison is None or self._problems or not self._state.can_train:
            return
        running = RunningComparison(comparison, self._engines, limits=self._limits, store=self._store)
        self._follow(running)
        running.start()
        self._tick()

    def _follow(self, running: RunningComparison) -> None:
        """Show a comparison in place of the one before."""
        self._ended, self._begun_before = self.result, self._begun
        self._running = running
        set_value(self._notice, value="")
        self._training.begin(running)
        self._predictions.begin(running)

    def _open_from_history(self, id_: str) -> None:
        if self._state.can_train:
            self._open_saved(id_)
        else:
            self._history.say("Stop the training first, then open another comparison.")

    def _use_settings(self, config: RunConfig, name: str) -> None:
        """Put the settings of a past model into a form."""
        self._models.use(config, name)
        self._go("Models")

    def _open_saved(self, id_: str) -> None:
        """Show a saved comparison as it was; one that was interrupted waits for Resume."""
        if self._state.can_train:
            self._refresher.in_background(
                lambda: RunningComparison.reopen(self._store.open(id_), self._engines),
                self._on_reopened,
                lambda error: set_value(self._notice, value=render("messages.html", messages=[str(error)])),
            )

    def _on_reopened(self, running: RunningComparison) -> None:
        if not self._state.can_train:  # Train was pressed meanwhile
            running.leave()
            return
        self._open(running.comparison)
        self._follow(running)
        self._go("Training")
        self._tick()

    def _steer(self, action: str, name: str | None) -> None:
        """Pause, resume, stop or train on; what the state does not allow changes nothing."""
        running = self._running
        if running is None:
            return
        match action:
            case "pause":
                running.pause(name)
            case "resume":
                running.resume(name)
            case "stop":
                running.stop(name)
            case "train_on":
                self._ended = self.result
                running.train_on(self._training.more_epochs, name)
        self._tick()

    def _tick(self) -> None:
        self._data.tick()
        self._training.tick()
        self._refresher.is_hurried = self._training.expects_first_point
        self._predictions.tick()
        self._interrupted.tick(is_wanted=self._state.can_train)
        notes = [self._running.storage_note] if self._running is not None and self._running.storage_note else []
        set_value(self._storage_note, value=render("messages.html", messages=notes))
        self._refresh_state()
        self._look_after_page()

    def _look_after_page(self) -> None:
        """On the web, a page that is gone must not leave a run behind, unless it was asked to; a notebook keeps it."""
        if not environment().is_web_page:
            return
        self._page.ping()
        set_value(self._page, keeps_kernel=self._state.is_active, goes_on=self._training.goes_on_alone)
        seconds = self._page.seconds_gone
        if seconds and not self._outlives_page(seconds):
            set_value(self._notice, value=render("messages.html", messages=[_AWAY]))
            self._let_go()

    def _outlives_page(self, seconds_gone: float) -> bool:
        """Say whether what trains goes on; what is paused could not be resumed by anybody."""
        is_in_grace = seconds_gone <= self._limits.grace_seconds
        goes_on = self._training.goes_on_alone and self._state not in (State.PAUSING, State.PAUSED)
        return self._state.is_active and (is_in_grace or goes_on)

    def _let_go(self) -> None:
        if self._is_open:
            self._is_open = False
            self._refresher.close()
            if self._running is not None and self._state.is_active:
                self._running.leave()
                threading.Thread(target=self._leave_in_order, args=(self._running,), daemon=True).start()
            else:
                self._engines.leave()

    def _leave_in_order(self, running: RunningComparison) -> None:
        """Let the workers hear of the stop: those of a server would go on for others' patience."""
        running.wait(_PARTING_SECONDS)
        self._engines.leave()

    def _refresh_state(self) -> None:
        state = self._state
        self._training.enable(self._problems)
        set_value(self._steps, html=render("navigation.html", steps=STEPS, current=self._step))
        chip, stand_in = self._chip(state), self._stand_in()
        set_value(
            self._status,
            value=render("status.html", state=state, chip=chip, stand_in=stand_in),
        )
        set_value(self._page, said=self._said())

    def _said(self) -> str:
        """Tell the states in a sentence, for those who do not see them."""
        running = self._running
        if running is None:
            return ""
        states = ", ".join(f"Model {run.name} {_STATE_WORDS[run.state]}" for run in running.runs)
        place = running.place
        said = f"{states}. {words.waiting(place.position, None)}" if place is not None else states
        return said if len(running.pairs) == 1 else f"Seed {running.current.seed}: {said}"

    def _stand_in(self) -> str:
        """Name the stand-in that this page is about, if it is one."""
        is_about_run = self._running is not None and self._step in ("Training", "Predictions")
        dataset = self._running.comparison.dataset if self._running and is_about_run else self._data.dataset
        return CATALOG[dataset].title if CATALOG[dataset].synthetic else ""

    def _chip(self, state: State) -> str:
        running = self._running
        if running is None:
            title = CATALOG[self._data.dataset].title
            return f"{title}: not here yet" if "dataset" in self._data.problems else f"{title} · ready"
        if (place := running.place) is not None:
            return words.waiting(place.position, place.seconds)
        # Of one seed, pauses are left out; of several, that would count those twice that train at once.
        trained = _trained_seconds(running.runs) if len(running.pairs) == 1 else running.seconds
        return f"{_STATE_WORDS[state]} · {words.clock(trained)}"


def _within(comparison: Comparison, limits: Limits) -> Comparison:
    models = {"a": limits.within(comparison.a), "b": limits.within(comparison.b) if comparison.b else None}
    return comparison.model_copy(update=models)


def _trained_seconds(runs: list[ModelRun]) -> float:
    """Give the seconds of the longer run, pauses left out."""
    return max(run.progress.seconds if run.progress else 0.0 for run in runs)


_STATE_WORDS = {
    State.IDLE: "ready",
    State.PREPARING: "preparing",
    State.RUNNING: "training",
    State.PAUSING: "pausing",
    State.PAUSED: "paused",
    State.STOPPING: "stopping",
    State.FINISHED: "finished",
    State.STOPPED: "stopped",
    State.FAILED: "failed",
}
