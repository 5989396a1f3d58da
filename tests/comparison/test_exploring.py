"""What networks are asked beyond predictions: after the end, in a pause, and beside their own training."""

import os
import signal
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from killable_engine import KillableEngine
from model_runs import model_run
from processes import until
from tiny_pairs import begin, finish, pair, until_both_train, worker_pids

from nncompare.comparison import seed_run as seed_run_module
from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.config import Comparison
from nncompare.data import load
from nncompare.disturbances import Disturbance
from nncompare.engine import inquiries, loop
from nncompare.engine.client import Engine, EngineError
from nncompare.engine.shared import EngineHolder
from nncompare.engine.tasks import inspect_beside
from nncompare.inspection import Answer, Inquiry, NetworkState
from nncompare.memory import Plan
from nncompare.messages import Cursor, LiveWeights, Report, Setup, VisibleImages, Weights

TEST_PICTURES = VisibleImages("test", tuple(range(0, 200, 4)))
DRAWING = np.zeros((1, 28, 28), np.uint8)
DRAWING[0, 6:22, 13:16] = 255


def asked(networks: tuple[NetworkState, ...], images: Any = DRAWING, **more: Any) -> Inquiry:
    return Inquiry(networks, "synthetic-digits", images, **more)


def long_pair() -> Comparison:
    return pair(a={"epochs": 100}, b={"epochs": 100}, train_images=3_000)


def end(running: ComparisonRun) -> None:
    running.stop()
    assert running.wait(90)


@pytest.fixture(scope="module")
def result(engines: EngineHolder) -> ComparisonResult:
    return finish(pair(precision="float32"), engines)


@pytest.fixture
def only_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody go through the line."""

    def refused(*_: object) -> Answer:
        raise AssertionError("This stood in line.")

    monkeypatch.setattr(seed_run_module, "inspect_on_worker", refused)


def test_a_result_answers_with_the_probabilities_of_its_models(result: ComparisonResult) -> None:
    told = result.inspect(asked(result.networks, TEST_PICTURES))
    assert [(one.name, one.epoch) for one in told.networks] == [("A", 1.0), ("B", 1.0)]
    for model in result.models:
        found = told.of(model.name)
        assert found is not None
        np.testing.assert_allclose(found.probabilities, model.predict("test", TEST_PICTURES.indices), atol=1e-5)
    assert np.array_equal(told.images, load("synthetic-digits").test_images[list(TEST_PICTURES.indices)])


def test_a_result_shows_what_happens_inside_and_where_images_lie(result: ComparisonResult) -> None:
    inside = result.inspect(asked(result.networks, look="inside", target=1, disturbance=Disturbance("rotate", 30)))
    for found, channels in zip(inside.networks, (1, 2), strict=True):
        assert found.inside is not None
        assert [maps.shape for maps in found.inside.maps] == [
            (channels, 14, 14),
            (2 * channels, 7, 7),
            (4 * channels, 3, 3),
        ]
        assert found.inside.target == 1
    places = result.inspect(asked(result.networks, TEST_PICTURES, look="map"))
    assert [one.map and one.map.points.shape for one in places.networks] == [(50, 2)] * 2


def test_what_cannot_be_asked_and_weights_that_are_gone_are_told_at_once(result: ComparisonResult) -> None:
    with pytest.raises(ValueError, match="got 28 x 28 as uint8"):
        result.inspect(asked(result.networks, DRAWING[0]))
    with pytest.raises(ValueError, match="There is no network to ask"):
        result.inspect(asked(()))


def test_what_a_worker_cannot_do_is_told_and_its_log_does_not_have_the_picture(
    result: ComparisonResult, engines: EngineHolder
) -> None:
    wrong = asked((NetworkState("A", result.a.setup, {"0.weight": np.zeros(3, np.float32)}, 1.0),))
    with pytest.raises(EngineError, match="could not be looked into"):
        result.inspect(wrong)
    process = engines.get()._connection.process
    assert process is not None
    said = os.pread(process._log.fileno(), 10**6, 0).decode()  # where it writes next stays as it is
    assert "array(" not in said
    assert "Inquiry" not in said


def test_networks_of_a_card_that_is_not_here_answer_all_the_same(
    result: ComparisonResult, engines: EngineHolder
) -> None:
    told = inquiries.inspect_on_worker(engines, "cuda:99", asked(result.networks))
    assert len(told.networks) == 2
    assert len(loop.wait(engines.get().idle())) == 2


@pytest.mark.usefixtures("only_beside")
def test_a_seed_that_has_ended_is_asked_where_another_one_trains(engines: EngineHolder) -> None:
    running = begin(long_pair().model_copy(update={"repeat": 2}), engines)
    first, second = running.pairs
    until_both_train(running)
    for name in "AB":
        running.stop(name)
    until(lambda: all(run.state is State.RUNNING for run in second.runs), "the other seed trains")
    told = first.inspect(asked(first.networks, TEST_PICTURES))
    for model in first.result().models:
        found = told.of(model.name)
        assert found is not None
        assert found.epoch == model.epoch
        assert found.probabilities.shape == (50, 10)
    end(running)


def test_an_inquiry_waits_in_line_and_not_for_ever(
    result: ComparisonResult, engines: EngineHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engines.get()
    slots = loop.wait(engine.claim(2, "cpu"))
    try:
        monkeypatch.setattr(inquiries, "LINE_SECONDS", 0.1)
        with pytest.raises(EngineError, match="All workers are busy with other trainings"):
            result.inspect(asked(result.networks))
        monkeypatch.undo()
        found: list[Answer] = []
        waiting = threading.Thread(target=lambda: found.append(result.inspect(asked(result.networks))))
        waiting.start()
    finally:
        loop.wait(engine.release([slot.address for slot in slots]))
    waiting.join(90)
    assert len(found[0].networks) == 2
    assert len(loop.wait(engine.idle())) == 2


def watched(settings: dict[str, Any], engines: EngineHolder) -> tuple[ComparisonResult, int]:
    """Train, and ask as long as A trains; return the result, and how often both have answered."""
    running = begin(pair(**settings), engines)
    assert running.current.networks == ()
    running.explore(True)
    until(lambda: len(running.current.networks) == 2, "the first weights of both")
    answers = 0
    while not running.a.state.is_over and not running.wait(0.05):  # B has a worker for much longer
        told = running.current.inspect(asked(running.current.networks))
        assert [one.name for one in told.networks] == ["A", "B"]
        answers += 1
    assert running.wait(90)
    return running.result(), answers


def test_both_answer_while_they_train_and_learn_what_they_learn_unwatched(
    engines: EngineHolder, only_beside: None
) -> None:
    for epochs in (5, 50):  # where others keep the machine busy, the short one may be over before anybody asks
        settings: dict[str, dict[str, Any]] = {"a": {"epochs": epochs, "dropout": 0.5}, "b": {"epochs": 2 * epochs}}
        result, answers = watched(settings, engines)
        if answers:
            break
    assert answers
    alone = weights_of(finish(pair(**settings), engines))
    assert all(
        np.array_equal(mine[name], theirs[name])
        for mine, theirs in zip(weights_of(result), alone, strict=True)
        for name in mine
    )


def test_weights_are_sent_back_to_their_worker_only_where_it_has_forgotten_them(
    engines: EngineHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_both = {"epochs": 100, "channels": 4}  # long epochs: after each, what was saved is newer for a moment
    running = begin(pair(a=of_both, b=of_both, train_images=60_000), engines)
    running.explore(True)
    sent, ask = [], Engine.ask

    async def watched(self: Engine, function: Any, *asked: Any, **where: Any) -> Any:
        if function is inspect_beside:
            sent.append(any(network.weights for network in asked[0].networks))
        return await ask(self, function, *asked, **where)

    monkeypatch.setattr(Engine, "ask", watched)
    for _ in range(5):  # a worker that has learned for seconds since then has forgotten them
        sent.clear()
        networks = keyed_networks(running)
        told = running.current.inspect(asked(networks))
        if sent == [False, False]:
            break
    assert sent == [False, False]
    again = running.current.inspect(asked(tuple(replace(network, key="lost") for network in networks)))
    assert sent[2:] == [False, False, True, True]
    for mine, theirs in zip(told.networks, again.networks, strict=True):
        assert np.array_equal(mine.probabilities, theirs.probabilities)
    end(running)


def keyed_networks(running: ComparisonRun) -> tuple[NetworkState, ...]:
    """Wait until both workers know their newest weights by a key."""
    seen: list[tuple[NetworkState, ...]] = []

    def are_keyed() -> bool:
        seen.append(running.current.networks)
        return len(seen[-1]) == 2 and all(network.key for network in seen[-1])

    until(are_keyed, "the keys of both")
    return seen[-1]


def weights_of(result: ComparisonResult) -> list[Weights]:
    return [network.weights for network in result.networks]


def test_in_a_pause_the_weights_of_the_pause_are_told(engines: EngineHolder, only_beside: None) -> None:
    running = begin(long_pair(), engines)
    until_both_train(running)
    running.pause()
    until(lambda: running.state is State.PAUSED, "the pause")
    networks = running.current.networks
    assert [network.epoch for network in networks] == [run.epoch for run in running.runs]
    told = running.current.inspect(asked(networks))
    assert [one.probabilities.shape for one in told.networks] == [(1, 10)] * 2
    end(running)
    assert [network.epoch for network in running.current.networks] == [run.epoch for run in running.runs]


def test_one_that_was_trained_alone_answers_alone(engines: EngineHolder) -> None:
    running = begin(pair().model_copy(update={"b": None}), engines)
    assert running.wait(90)
    (found,) = running.current.inspect(asked(running.current.networks)).networks
    assert found.name == "A"


def test_a_model_that_has_ended_is_asked_on_the_worker_of_the_other(engines: EngineHolder, only_beside: None) -> None:
    running = begin(pair(a={"epochs": 1}, b={"epochs": 100}, train_images=3_000), engines)
    until(lambda: running.a.state is State.FINISHED and len(running.current.networks) == 2, "A has ended")
    assert [one.name for one in running.current.inspect(asked(running.current.networks)).networks] == ["A", "B"]
    end(running)


@pytest.mark.parametrize("killed", ["workers", "engine"])
def test_what_is_killed_meanwhile_is_told_in_a_sentence(
    killable: KillableEngine, killed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inquiries, "LINE_SECONDS", 90.0)  # in which other workers begin
    running = begin(long_pair(), killable.holder)
    running.explore(True)
    until(lambda: len(running.current.networks) == 2, "the first weights of both")
    networks, failures = running.current.networks, []

    def ask_until_it_fails() -> None:
        try:
            while True:
                running.current.inspect(asked(networks, TEST_PICTURES))
        except EngineError as error:
            failures.append(str(error))

    asking = threading.Thread(target=ask_until_it_fails, daemon=True)
    asking.start()
    for pid in worker_pids(killable.pid) if killed == "workers" else [killable.pid]:
        os.kill(pid, signal.SIGKILL)
    asking.join(45)
    assert failures, "it waits for as long as an answer may take"
    assert failures[0].endswith("Try again."), failures
    assert running.wait(90)
    assert len(running.current.networks) == 2, "what was known of them is not lost"
    assert len(running.current.inspect(asked(running.current.networks)).networks) == 2, "the next workers answer"


def test_live_weights_count_until_something_newer_is_known() -> None:
    run = model_run(State.RUNNING, setup=Setup(pair().a, Plan(4, 1, 4, 1), "cpu", "float32"))
    assert run.network is None
    live = {"0.bias": np.ones(1, np.float32)}
    loop.wait(run.take(Report((), live=LiveWeights(0.4, live, "key"), cursor=Cursor(live=1))))
    loop.wait(run.take(Report((), cursor=Cursor(live=1))))
    assert run.network is not None
    assert (run.network.epoch, run.network.weights, run.network.key) == (0.4, live, "key")
    run.begin(run.view.setup)
    assert run.network is None, "on another worker it begins further back"
