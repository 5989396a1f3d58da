"""How networks are asked about what is looked at, whatever that is; the panels that ask have tests of their own."""

from typing import Any

import pytest
from by_hand import ByHand
from fake_pair import FakePair, pair_of

from nncompare.comparison.state import State
from nncompare.engine.client import EngineError
from nncompare.inspection import Inquiry
from nncompare.messages import VisibleImages
from nncompare.ui.asking import Asking


class Asker:
    """Asks about images by their numbers, and keeps what it hears; an answer comes when a test says so."""

    def __init__(self, pair: FakePair) -> None:
        self.refresher, self.heard = ByHand(), list[Any]()
        refresher: Any = self.refresher
        self.asking: Asking[int] = Asking(
            refresher,
            lambda networks, dataset, number: Inquiry(networks, dataset, VisibleImages("test", (number,))),
            lambda number, answer: self.heard.append((number, answer)),
            self.heard.append,
            lambda networks: 3600,
        )
        self.asking.set_visible(True)
        self.asking.look_at(pair, 0)


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> FakePair:
    """Networks whose answer is the inquiry."""
    made: Any = pair_of()
    monkeypatch.setattr(made, "inspect", lambda inquiry: inquiry)
    return made


def numbers(asker: Asker) -> list[tuple[int, int]]:
    return numbers_of(asker.heard)


def numbers_of(heard: list[Any]) -> list[tuple[int, int]]:
    return [(number, inquiry.images.indices[0]) for number, inquiry in heard]


def test_each_answer_comes_with_what_it_is_about_and_only_the_newest_question_waits(pair: FakePair) -> None:
    asker = Asker(pair)
    for number in (1, 2, 3):
        asker.asking.look_at(pair, number)
    assert asker.asking.seconds > 0
    asker.refresher.work()
    assert numbers(asker) == [(0, 0), (3, 3)]
    assert asker.asking.seconds == 0


@pytest.mark.parametrize(("other", "subject"), [(None, 0), (pair_of(), 0), (None, None)])
def test_no_answer_comes_from_networks_or_about_images_that_are_not_looked_at(
    pair: FakePair, other: FakePair | None, subject: int | None
) -> None:
    asker = Asker(pair)
    asker.asking.set_visible(False)
    asker.asking.look_at(other, subject)
    asker.refresher.work()
    assert asker.heard == []


def test_the_same_is_asked_again_when_it_is_wanted_when_all_has_ended_and_when_weights_are_back(pair: FakePair) -> None:
    asker = Asker(pair)
    tick, networks = asker.asking.tick, pair.networks
    for change, asked in [
        (lambda: None, 1),
        (lambda: pair.learn(1.0), 1),
        (asker.asking.ask, 2),
        (lambda: pair.learn(2.0), 2),
        (lambda: setattr(pair, "state", State.FINISHED), 3),
        (lambda: setattr(pair, "networks", ()), 3),
        (lambda: setattr(pair, "networks", networks), 4),
    ]:
        change()
        tick()
        asker.refresher.work()
        assert len(asker.heard) == asked
    assert asker.heard[-1][1].networks == networks


def test_who_comes_back_to_where_there_was_no_answer_asks_again(
    pair: FakePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(inquiry: Inquiry) -> None:
        raise EngineError("All workers are busy.")

    monkeypatch.setattr(pair, "inspect", fail)
    asker = Asker(pair)
    asker.refresher.work()
    asker.asking.tick()
    asker.refresher.work()
    assert asker.heard == ["All workers are busy."]
    monkeypatch.setattr(pair, "inspect", lambda inquiry: inquiry)
    for is_visible in (False, True):
        asker.asking.set_visible(is_visible)
    asker.refresher.work()
    assert numbers_of(asker.heard[1:]) == [(0, 0)]
