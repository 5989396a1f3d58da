"""The notebook's cell is run again, while a comparison trains or after it."""

from processes import until
from tiny_comparison import TINY, WHAT, press, pressable, steps_seen, train

from nncompare.comparison.state import State
from nncompare.config import Comparison


def test_the_new_dashboard_shows_and_controls_what_trains(open_ready, open_dashboard, settle, engine) -> None:
    first = open_ready(TINY)
    train(first)
    until(lambda: len(engine.active()) == 2, WHAT)
    running = first.current.running
    again = open_dashboard(Comparison())
    until(lambda: again.current.running is running, WHAT)
    settle(again)
    assert again.comparison == running.comparison
    assert steps_seen(again) == ["Training"]
    assert "is shown here" in again.notice.value
    assert not first.is_open
    assert first.box.comm is None, "its buttons would be dead"
    until(lambda: {"Pause", "Stop"} <= pressable(again), WHAT)
    assert [worker.controls.stop for worker in engine.started] == [False, False], "nothing was interrupted"
    press(again, "Stop")
    until(lambda: running.wait(0), WHAT)
    assert running.state is State.STOPPED
    assert len(engine.started) == 2


def test_what_is_paused_is_taken_over_too(open_ready, open_dashboard, settle, engine) -> None:
    first = open_ready(TINY)
    train(first)
    until(lambda: len(engine.active()) == 2, WHAT)
    press(first, "Pause")
    until(lambda: first.current.state is State.PAUSED, WHAT)
    again = open_dashboard()
    until(lambda: "Resume" in pressable(again), WHAT)
    press(again, "Resume")
    until(lambda: again.current.state is State.RUNNING, WHAT)
    engine.end_all()
    until(lambda: again.result is not None, WHAT)


def test_a_dashboard_that_trains_nothing_keeps_what_it_shows(finished, open_dashboard, settle) -> None:
    again = open_dashboard()
    settle(again)
    assert again.current.running is None
    assert finished.is_open
    assert finished.result is not None
