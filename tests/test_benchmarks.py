"""Every benchmark runs, at its smallest, and leaves its table. No time is asserted: those of a test mean nothing.

They take minutes, since each starts processes of its own. So they run where ``NNCOMPARE_EVERY_BENCHMARK=1`` asks for
it, as ``make smoke`` does. The suite checks that each can be imported, and the figures that they start from.
"""

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from nncompare.architectures import DEFAULT, parameter_count
from nncompare.training.backends import build_model

FOLDER = Path(__file__).parents[1] / "benchmarks"
sys.path.append(str(FOLDER))

import flops  # noqa: E402
from operations import part_flops  # noqa: E402

# Does its work as soon as it is imported.
AT_ONCE = ("textbook_first_step.py",)
NEEDS_BROWSER = ("memory", "99", "opening", "screen")
NEEDS_TENSORFLOW = ("keras",)
ROWS = {
    "ab": ["AB"],
    "s": ["S"],
    "keras": ["keras"],
    "first-step": ["first step"],
    "growth": ["growth", "growth"],
    "flops": ["flops"],
    "explore": ["explore"] * 4,
    "memory": ["memory", "memory"],
    "99": ["99"],
    "opening": ["page", "first point"],
    "screen": ["screen", "screen"],
}


def smoke(script: str, *arguments: str) -> str:
    """Run a benchmark at its smallest, on one thread a process: others may need the cores."""
    command = [sys.executable, str(FOLDER / script), "--smoke", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rows_of(names: list[str], folder: Path) -> dict[str, Any]:
    """Run rows of the table; check what is printed and kept, and give it."""
    printed = smoke("run.py", "--results", str(folder), "--rows", *names)
    (kept,) = folder.glob("*.json")
    found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    assert [row["name"] for row in found["rows"]] == [row for name in names for row in ROWS[name]]
    page = kept.with_suffix(".md").read_text(encoding="utf-8")
    for row in found["rows"]:
        assert row["job"] in printed
        assert f"| {row['name']} | {row['job']} |" in page
        assert len(row["ours"]) == 1
        assert all(value > 0 for value in (*row["ours"], *row["theirs"]))
        assert (row["reached"] is None) == (row["wanted"] is None)
    for table in found["tables"]:
        assert table["title"] in printed
        assert {len(line) for line in table["lines"]} == {len(table["columns"])}
    around = found["surroundings"]
    assert all(around[key] for key in ("date", "commit", "cores", "cpu", "memory_gib", "torch", "instructions"))
    assert found["options"]["smoke"] is True
    return found


slow = pytest.mark.skipif(
    os.environ.get("NNCOMPARE_EVERY_BENCHMARK") != "1", reason="NNCOMPARE_EVERY_BENCHMARK=1 asks for it: make smoke"
)


@slow
def test_rows_without_a_browser(synthetic_digits: Path, tmp_path: Path) -> None:
    names = [name for name in ROWS if name not in NEEDS_BROWSER + NEEDS_TENSORFLOW]
    found = rows_of(names, tmp_path)
    assert Counter(line[0] for line in found["tables"][0]["lines"]) == {"images": 2, "models": 2}
    (picture,) = tmp_path.glob("*-growth.svg")
    assert "<svg" in picture.read_text(encoding="utf-8")
    profile = {line[0]: line[1:4] for line in found["tables"][1]["lines"]}
    shares_of_peak = {part: float(share) for part, (_, _, share) in profile.items() if share}
    assert set(shares_of_peak) == set(part_flops(8))
    assert all(milliseconds != "0.000" for milliseconds, _, _ in (profile[part] for part in shares_of_peak))


@slow
@pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed: pip install -e '.[keras]'")
def test_keras_trains_the_same_network(synthetic_digits: Path, tmp_path: Path) -> None:
    (row,) = rows_of(["keras"], tmp_path)["rows"]
    (answer,) = row["details"]["keras"]
    assert answer["parameters"] == [parameter_count(2)] * 2
    assert all(0 <= accuracy <= 1 for model in answer["test accuracies"] for accuracy in model)


def test_without_tensorflow_its_row_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs, setting = importlib.import_module("jobs"), importlib.import_module("setting").Setting(is_smoke=True)
    monkeypatch.setattr(jobs, "find_spec", lambda name: None)
    assert jobs.measure_keras(setting).rows == []
    assert "TensorFlow is not installed" in capsys.readouterr().err


@pytest.fixture
def chromium() -> None:
    """Pass over what needs a browser where there is none."""
    if shutil.which("chromium") is None:
        pytest.skip("Chromium is not installed: browser tests are skipped.")


@slow
@pytest.mark.browser
@pytest.mark.parametrize("name", ["memory", "opening"])
def test_rows_of_the_page(chromium: None, synthetic_digits: Path, tmp_path: Path, name: str) -> None:
    rows_of([name], tmp_path)


@slow
@pytest.mark.browser
def test_it_is_told_when_99_percent_were_missed(chromium: None, synthetic_digits: Path, tmp_path: Path) -> None:
    (row,) = rows_of(["99"], tmp_path)["rows"]
    (accuracy,) = row["details"]["test accuracies"]
    assert 0 <= accuracy < 0.99, "a network of two channels cannot have learned it from 1,000 images"
    assert row["reached"] is False
    assert row["shortfall"] == "no: below 99% in 1"


@slow
@pytest.mark.browser
def test_the_page_trains_with_and_without_a_browser(chromium: None, synthetic_digits: Path, tmp_path: Path) -> None:
    (table,) = rows_of(["screen"], tmp_path)["tables"]
    seconds = {line[0]: float(line[2]) for line in table["lines"]}
    assert seconds["script"] == 0 < min(seconds["light client"], seconds["Chromium"])


@slow
@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("speed.py", "x textbook"),
        ("memory.py", "of 1 off by more than"),
        ("precision.py", "4 channels: float32"),
        ("accept.py", "same seed twice: losses"),
        ("classroom.py", "Every tab finished"),
        ("soak.py", "told epochs lost: 0"),
    ],
)
def test_others(synthetic_digits: Path, script: str, says: str) -> None:
    assert says in smoke(script)


@slow
def test_a_processor_in_the_place_of_a_card() -> None:
    assert "Missed: nothing. Broken off: nothing." in smoke("gpu.py", "--device", "cpu")


@slow
@pytest.mark.browser
@pytest.mark.parametrize(
    ("script", "says"), [("analysis.py", "100 cards: "), ("refresher.py", "kernel after 1 epochs ")]
)
def test_others_on_a_page(chromium: None, synthetic_digits: Path, script: str, says: str) -> None:
    assert says in smoke(script)


@pytest.mark.parametrize("name", [path.stem for path in sorted(FOLDER.glob("*.py")) if path.name not in AT_ONCE])
def test_each_can_be_imported(name: str) -> None:
    importlib.import_module(name)


@pytest.mark.parametrize("channels", [1, 8, 16])
def test_operations_are_counted_as_torch_counts_them(channels: int) -> None:
    operations = importlib.import_module("operations")
    model = build_model(DEFAULT, channels, 0.25, 0).train()
    with FlopCounterMode(display=False) as forward:
        scores = model(torch.zeros(3, 1, 28, 28))
    with FlopCounterMode(display=False) as backward:
        scores.sum().backward()
    assert 3 * operations.forward_flops(channels) == forward.get_total_flops()
    assert 3 * operations.training_flops(channels) == forward.get_total_flops() + backward.get_total_flops()


def test_a_row_knows_what_is_good() -> None:
    rows = importlib.import_module("rows")

    def reached(rule: str, ours: float, theirs: float | None, wanted: float, **more: str) -> bool:
        others = () if theirs is None else (theirs,)
        row = rows.Row("r", "j", "a", "s", rows.Rule[rule], (ours, ours, 100 * ours), others, wanted, **more)
        answer: bool = row.reaches(wanted)
        return answer

    assert reached("FASTER", 10, 30, 3)
    assert not reached("FASTER", 10, 29, 3)
    assert reached("SHARE", 4, 10, 0.4)
    assert not reached("SHARE", 4.1, 10, 0.4)
    assert reached("KEPT", 95, 100, 0.95)
    assert not reached("KEPT", 94, 100, 0.95)
    assert reached("AMOUNT", 160, None, 160)
    assert not reached("AMOUNT", 161, None, 160)
    assert not reached("SHARE", 1, 10, 0.4, shortfall="below 99%")


def test_a_format_that_is_not_taken_may_be_a_twentieth_faster_and_no_more() -> None:
    rounds = [{(2, 8, "float32"): (100.0, 1.0), (2, 8, "bfloat16"): (speed, 1.0)} for speed in (104.0, 104.0, 300.0)]
    row = flops._row_of_auto((2, 8, "bfloat16"), "float32", rounds)
    assert row.ratio == pytest.approx(1.04)
    assert row.reaches(row.wanted) is True
    assert flops._row_of_auto((2, 8, "bfloat16"), "float32", rounds[2:]).reaches(1.05) is False
