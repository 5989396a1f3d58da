"""What counts as silence: the time in which somebody listened, not that in which it slept."""

from collections.abc import Callable

import pytest

from nncompare.silence import Silence


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let seconds pass on the clock of `Silence`."""
    now = [100.0]
    monkeypatch.setattr("nncompare.silence.monotonic", lambda: now[0])

    def let_pass(seconds: float) -> None:
        now[0] += seconds

    return let_pass


def listen(silence: Silence, seconds: int, passing: Callable[[float], None]) -> None:
    for _ in range(seconds):
        passing(1.0)
        silence.look()


def test_it_is_too_long_at_its_limit_and_begins_anew_with_a_word(passing: Callable[[float], None]) -> None:
    silence = Silence(60)
    listen(silence, 59, passing)
    assert not silence.is_too_long
    listen(silence, 1, passing)
    assert silence.is_too_long
    silence.end()
    assert not silence.is_too_long
    listen(silence, 59, passing)
    assert not silence.is_too_long


def test_whoever_slept_has_not_listened(passing: Callable[[float], None]) -> None:
    silence = Silence(60)
    for _ in range(5):
        passing(3_600.0)
        silence.look()
        assert silence.told_seconds < 45
    assert not silence.is_too_long
    listen(silence, 30, passing)
    assert silence.is_too_long


def test_it_is_told_in_steps_that_are_worth_a_word(passing: Callable[[float], None]) -> None:
    long, short, told = Silence(60), Silence(4), []
    for _ in range(59):
        listen(long, 1, passing)
        told.append(long.told_seconds)
    assert told == [0] * 14 + [15] * 15 + [30] * 15 + [45] * 15
    for _ in range(3):
        passing(0.5)
        short.look()
    assert short.told_seconds == 0
    passing(0.5)
    short.look()
    assert short.told_seconds == 2
