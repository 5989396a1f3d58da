"""How long an epoch takes: what the store tells of just such work on this machine, and nothing else."""

from typing import cast

import numpy as np
import pytest
from at_once import AtOnce
from stored_runs import store_finished

from nncompare.config import Comparison, RunConfig
from nncompare.store import Store, facts
from nncompare.ui.panels.epoch_times import EpochTimes
from nncompare.ui.refresher import Refresher

DONE = Comparison(dataset="synthetic-digits", a=RunConfig(channels=4), train_images=1_000)
OTHER_WORK = [
    {"a": RunConfig(channels=5)},
    {"a": RunConfig(channels=4, batch_size=128)},
    {"a": RunConfig(channels=4, optimizer="sgd")},
    {"a": RunConfig(channels=4, dropout=0.0)},
    {"train_images": 2_000},
    {"device": "cpu"},
    {"precision": "float32"},
    {"memory_budget": 2**30},
    {"b": None},
]
SAME_WORK = [{}, {"seed": 7}, {"dataset": "mnist"}, {"a": RunConfig(channels=4, epochs=20, learning_rate=0.1)}]


@pytest.fixture
def changes():
    return []


@pytest.fixture
def times(tmp_path, changes):
    store = Store(tmp_path / "home")
    store_finished(store, DONE, np.arange(20) % 10)
    return EpochTimes(cast("Refresher", AtOnce()), store, lambda: changes.append(1))


@pytest.mark.parametrize("same", SAME_WORK)
def test_work_that_was_done_here_takes_as_long_again(times, changes, same):
    asked = DONE.model_copy(update=same)
    assert times.about(asked.a, asked) == ""
    times.look()
    times.look()
    assert changes == [1], "the second look finds nothing new"
    assert times.about(asked.a, asked) == "1.0"
    assert times.seconds(asked.a, asked) == 1.0


@pytest.mark.parametrize("other", OTHER_WORK)
def test_nothing_is_said_of_other_work(times, other):
    times.look()
    asked = DONE.model_copy(update=other)
    assert times.about(asked.a, asked) == ""


def test_nothing_is_said_while_a_lesson_asks_for_it(times):
    times.look()
    times.is_asked = True
    assert times.about(DONE.a, DONE) == ""


def test_nothing_is_said_while_a_setting_is_wrong(times):
    times.look()
    assert times.about(None, DONE) == times.about(DONE.a, None) == ""


def test_what_another_machine_took_says_nothing_of_this_one(times, monkeypatch):
    here = facts.machine()
    monkeypatch.setattr(facts, "machine", lambda: {**here, "cores": "999"})
    times.look()
    assert times.about(DONE.a, DONE) == ""
