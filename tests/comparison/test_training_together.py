import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from processes import until_gone
from small_images import TEST_IMAGES
from tiny_pairs import begin, finish, pair, until_both_train
from torch.nn.functional import conv2d, max_pool2d, relu

from nncompare import compare
from nncompare.comparison import compare as module
from nncompare.comparison.result import ComparisonError, ComparisonResult
from nncompare.comparison.state import State
from nncompare.config import SplitName
from nncompare.data import load
from nncompare.engine.shared import EngineHolder
from nncompare.history import History
from nncompare.machine import usable_cores
from nncompare.messages import VisibleImages, Weights

PLAIN_SCRIPT = """
import json, sys
import psutil
from nncompare import Comparison, RunConfig, compare

small = RunConfig(channels=1, epochs=1)
result = compare(Comparison(dataset="synthetic-digits", train_images=1000, a=small, b=small))
print(json.dumps({
    "accuracies": [result.a.history.test_accuracy, result.b.history.test_accuracy],
    "shape": result.b.probabilities("test").shape,
    "torch": "torch" in sys.modules,
    "pids": [child.pid for child in psutil.Process().children(recursive=True)],
}))
"""


@pytest.fixture(scope="module")
def result(engines: EngineHolder) -> ComparisonResult:
    return finish(pair(a={"epochs": 2}, b={"batch_size": 300}), engines)


def figures(history: History) -> list[list[float]]:
    """Give everything of a history but its times."""
    columns = [history.train_loss, history.train_accuracy, history.train_eval_accuracy]
    columns += [history.test_loss, history.test_accuracy]
    return columns + [getattr(c, n) for c in (history.train, history.test) for n in ("images", "loss", "accuracy")]


def predicted(weights: Weights, images: np.ndarray, mean: float, std: float) -> np.ndarray:
    """Predict class probabilities from bare weights, written with the plain functions of torch."""
    arrays = [torch.from_numpy(np.array(array)) for array in weights.values()]
    maps = ((torch.from_numpy(images.astype(np.float32)) / 255 - mean) / std).unsqueeze(1)
    for kernels, bias in zip(arrays[0:6:2], arrays[1:6:2], strict=True):
        maps = max_pool2d(relu(conv2d(maps, kernels, bias, padding=1)), 2)
    return torch.softmax(maps.flatten(1) @ arrays[6].T + arrays[7], dim=1).numpy()


def test_both_models_train_at_the_same_time(engines: EngineHolder) -> None:
    running = begin(pair(a={"epochs": 4}, b={"epochs": 4}), engines)
    until_both_train(running)
    assert (running.a.state, running.state) == (State.RUNNING, State.RUNNING)
    assert running.wait(90)
    result = running.result()
    assert result.state is State.FINISHED
    assert result.b is not None
    assert result.seconds >= max(result.a.seconds, result.b.seconds)


def test_the_result_has_the_names_of_the_design(result: ComparisonResult) -> None:
    assert result.b is not None
    assert result.a.config == result.comparison.a
    assert result.a.plan is not None
    assert result.b.plan is not None
    assert (result.a.plan.batch_size, result.a.plan.accumulation_steps, result.a.plan.channels) == (64, 1, 1)
    assert (result.b.plan.batch_size, result.b.plan.effective_batch_size) == (512, 512)
    assert result.b.plan.why == {"batch_size": "Used: 512, the next power of two."}
    assert [model.history.epochs for model in (result.a, result.b)] == [2, 1]
    assert result.a.history.train.images[-1] == 2_000
    assert result.a.history.test.epoch[-1] == 2.0
    assert 0 < result.a.seconds <= result.seconds


def test_the_test_probabilities_are_those_behind_the_last_accuracy(result: ComparisonResult) -> None:
    labels = load("synthetic-digits").labels("test")
    for model in (result.a, result.b):
        assert model is not None
        probabilities = model.probabilities("test")
        assert probabilities.shape == (TEST_IMAGES, 10)
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
        accuracy = np.mean(probabilities.argmax(axis=1) == labels)
        assert accuracy == pytest.approx(model.history.test_accuracy[-1], abs=1e-6)
        loss = -np.mean(np.log(probabilities[np.arange(TEST_IMAGES), labels]))
        assert loss == pytest.approx(model.history.test_loss[-1], rel=1e-4)


@pytest.mark.parametrize(("split", "count"), [("train", 1_000), ("test", TEST_IMAGES)])
def test_the_weights_predict_the_same_in_other_hands(result: ComparisonResult, split: SplitName, count: int) -> None:
    data = load("synthetic-digits")
    assert result.a.weights is not None
    probabilities = result.a.probabilities(split)
    assert probabilities.shape == (count, 10)
    expected = predicted(result.a.weights, data.images(split)[:300], data.info.mean, data.info.std)
    np.testing.assert_allclose(probabilities[:300], expected, atol=1e-4)


def test_chosen_images_are_predicted_in_their_order(result: ComparisonResult) -> None:
    whole = result.a.probabilities("test")
    np.testing.assert_allclose(result.a.predict("test", (70, 3, 499)), whole[[70, 3, 499]], atol=1e-6)


def test_the_same_seed_twice_gives_the_same_figures_to_the_last_digit(engines: EngineHolder) -> None:
    one, other = (finish(pair(b={"optimizer": "sgd", "dropout": 0.5}, seed=5), engines) for _ in range(2))
    assert figures(one.a.history) == figures(other.a.history)
    assert one.b is not None
    assert other.b is not None
    assert figures(one.b.history) == figures(other.b.history)
    another = finish(pair(b={"optimizer": "sgd", "dropout": 0.5}, seed=6), engines)
    assert figures(another.a.history) != figures(one.a.history)


def test_a_alone_is_a_beside_b_to_the_last_digit(engines: EngineHolder) -> None:
    a = {"channels": 9, "batch_size": 128}
    beside = finish(pair(a=a, b={"channels": 8}, memory_budget=80_000_000), engines)
    alone = finish(pair(a=a, memory_budget=80_000_000).model_copy(update={"b": None}), engines)
    assert alone.b is None
    assert alone.state is State.FINISHED
    assert figures(alone.a.history) == figures(beside.a.history)
    assert alone.a.plan is not None
    assert alone.a.plan == beside.a.plan
    assert alone.a.plan.threads == min(usable_cores(), 128 // 32), "several shards, on as many threads as there are"
    np.testing.assert_array_equal(alone.a.probabilities("test"), beside.a.probabilities("test"))


def test_a_small_budget_makes_accumulation_happen(engines: EngineHolder) -> None:
    result = finish(pair(b={"batch_size": 512}, memory_budget=4_000_000), engines)
    assert result.b is not None
    assert result.b.plan is not None
    assert result.b.plan.accumulation_steps > 1
    assert result.b.plan.effective_batch_size == 512
    # 1,000 images are two updates of at most 512; the test point at the end of the epoch has seen both.
    assert result.b.history.test.steps[-1] == 2


def test_an_update_is_never_said_to_have_more_images_than_there_are(engines: EngineHolder) -> None:
    result = finish(pair(a={"batch_size": 60_000}), engines)
    assert result.a.plan is not None
    assert result.a.plan.effective_batch_size == 1_000
    assert result.a.history.test.steps[-1] == 1
    assert "1,000 images an update" in result.a.plan.why["batch_size"]


def test_a_budget_that_is_too_small_is_told_and_the_next_comparison_works(engines: EngineHolder) -> None:
    result = finish(pair(memory_budget=1_000), engines)
    assert result.state is State.FAILED
    assert result.a.message.startswith("The memory budget of 0.00 MiB (1,000 bytes) is too small.")
    assert finish(pair(), engines).state is State.FINISHED


def test_a_device_that_is_not_there_is_told(engines: EngineHolder) -> None:
    result = finish(pair(device="cuda:99"), engines)
    assert result.state is State.FAILED
    assert result.a.message == "There is no device cuda:99 here. Choose one of auto, cpu."


def test_a_run_that_diverges_is_told_and_spares_the_other(engines: EngineHolder) -> None:
    wild = {"channels": 4, "optimizer": "sgd", "learning_rate": 10, "weight_decay": 1, "epochs": 2}
    result = finish(pair(a=wild, b={"channels": 1}), engines)
    assert result.b is not None
    assert result.a.state is State.FAILED
    assert result.a.message.startswith("Training of model A broke off: the loss is no longer a finite number.")
    assert "learning rate 10 is too high" in result.a.message
    assert all(map(np.isfinite, result.a.history.test.loss + result.a.history.train.loss))
    assert result.b.state is State.FINISHED


@pytest.mark.parametrize("settings", [{}, {"precision": "bfloat16"}])
def test_the_shown_images_are_predicted_while_training_goes_on(engines: EngineHolder, settings: dict) -> None:
    running = begin(pair(**settings), engines)
    running.show(VisibleImages("train", (5, 6, 7)))
    assert running.wait(90)
    result = running.result()
    assert running.a.shown is not None
    assert running.a.shown.of == VisibleImages("train", (5, 6, 7))
    np.testing.assert_allclose(running.a.shown.probabilities, result.a.probabilities("train")[5:8], atol=1e-5)


def test_compare_works_from_a_plain_script_and_leaves_nothing(synthetic_digits: Path, tmp_path: Path) -> None:
    script = tmp_path / "lesson.py"
    script.write_text(PLAIN_SCRIPT)
    # A file of that name beside the script must not be taken for torch by the workers.
    (tmp_path / "torch.py").write_text("raise RuntimeError('this is not torch')\n")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert [len(column) for column in told["accuracies"]] == [1, 1]
    assert told["shape"] == [TEST_IMAGES, 10]
    assert not told["torch"]
    assert len(told["pids"]) >= 3
    until_gone(told["pids"])


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_watcher_is_called_about_four_times_a_second_and_a_line_moves(
    engines: EngineHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "shared_engine", engines)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    seen: list[list[float]] = []
    result = compare(pair(a={"epochs": 4}), watch=lambda running: seen.append(running.a.history.train.epoch[-1:]))
    assert result.state is State.FINISHED
    assert 2 <= len(seen) <= result.seconds / 0.25 + 2
    assert seen[-1] == [4.0]
    *_, last, cleared, _ = terminal.getvalue().split("\r")
    assert last.startswith("Training: 100%")
    assert cleared.strip() == ""


def test_compare_raises_what_failed(engines: EngineHolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "shared_engine", engines)
    with pytest.raises(ComparisonError, match="is too small") as error:
        compare(pair(memory_budget=1_000))
    assert error.value.result.a.state is State.FAILED
