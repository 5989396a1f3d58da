"""Several tabs on one engine: at no moment may all that trains have more threads than there are cores."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fake_engine import SLOTS, FakeEngine
from processes import until
from tiny_pairs import pair

from nncompare.comparison import drive as drive_module
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.config import Comparison
from nncompare.engine import process as engine_process
from nncompare.engine.shared import EngineHolder
from nncompare.machine import usable_cores

_ACTIONS = 100
COMPUTING = (State.RUNNING, State.PAUSING, State.STOPPING)


class Watch:
    """Looks again and again at how many threads all runs have together; `most` is the largest sum, `looks` how many."""

    def __init__(self, tabs: list[ComparisonRun]) -> None:
        self._models = [model for tab in tabs for pair in tab.pairs for model in pair.models]
        self._is_over = threading.Event()
        self.most = self.looks = 0

    def look(self) -> None:
        while not self._is_over.is_set():
            threads = self._threads()
            self.looks += 1
            self.most = max(self.most, threads)
            self._is_over.wait(0.0005)

    def stop(self) -> None:
        self._is_over.set()

    def _threads(self) -> int:
        """Add up what holds at one moment: if a run has changed meanwhile, look again."""
        while True:
            before = [model.view for model in self._models]
            if all(model.view is view for model, view in zip(self._models, before, strict=True)):
                return sum(map(threads_of, before))


def threads_of(run: RunView) -> int:
    return (run.threads_now or run.threads) if run.state in COMPUTING else 0


@contextmanager
def watched(tabs: list[ComparisonRun]) -> Iterator[Watch]:
    watch = Watch(tabs)
    thread = threading.Thread(target=watch.look)
    thread.start()
    try:
        yield watch
    finally:
        watch.stop()
        thread.join()


def comparisons(**settings: Any) -> list[Comparison]:
    """What five tabs want: pairs and single models, with fixed shares and with those of the survivor."""
    wanted = [("fixed", True), ("survivor", True), ("survivor", False), ("fixed", False), ("survivor", True)]
    tabs = [
        pair(threads=sharing, **settings).model_copy(update={} if both else {"b": None}) for sharing, both in wanted
    ]
    # The fake engine tells models apart by their widths.
    return [
        tab.model_copy(
            update={
                name: config.model_copy(update={"channels": 2 * number + offset})
                for offset, (name, config) in enumerate((("a", tab.a), ("b", tab.b)), start=1)
                if config is not None
            }
        )
        for number, tab in enumerate(tabs)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_tabs_that_end_pause_and_train_on_never_have_more_threads_than_cores(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drive_module, "EXCHANGE_SECONDS", 0.005)
    choice, engine = random.Random(seed), FakeEngine()
    tabs = [ComparisonRun(comparison, engine) for comparison in comparisons()]  # type: ignore[arg-type]
    with watched(tabs) as watch:
        for tab in tabs:
            tab.start()
        for _ in range(_ACTIONS):
            until(lambda: engine.active() or all(tab.wait(0) for tab in tabs), "somebody who trains", 10)
            _do_something(choice, engine, tabs)
        _finish(engine, tabs)
    assert engine.mistakes == []
    assert engine.all_free
    assert watch.looks > _ACTIONS
    assert watch.most == len(SLOTS), "every core is used, and none twice"


def _do_something(choice: random.Random, engine: FakeEngine, tabs: list[ComparisonRun]) -> None:
    active = engine.active()
    under_way = [tab for tab in tabs if any(run.state in COMPUTING for run in tab.runs)]
    tab = choice.choice(under_way or tabs)
    match choice.choice(["end", "end", "pause", "resume", "train on"]):
        case "end" if active:
            choice.choice(active).end("finished")
        case "pause":
            tab.pause(choice.choice(["A", None]))
        case "resume":
            tab.resume()
        case "train on":
            tab.train_on(1)


def _finish(engine: FakeEngine, tabs: list[ComparisonRun]) -> None:
    def all_over() -> bool:
        for tab in tabs:
            tab.resume()
        for worker in engine.active():
            worker.end("finished")
        return all(tab.wait(0) for tab in tabs)

    until(all_over, "the end of all tabs", 20)


def test_on_a_real_engine_too(engines: EngineHolder) -> None:
    tabs = [ComparisonRun(comparison, engines) for comparison in comparisons()[:3]]
    with watched(tabs) as watch:
        for tab in tabs:
            tab.start()
        assert all(tab.wait(120) for tab in tabs)
    assert [tab.state for tab in tabs] == [State.FINISHED] * len(tabs)
    assert 0 < watch.most <= max(usable_cores(), engine_process.SLOTS)
