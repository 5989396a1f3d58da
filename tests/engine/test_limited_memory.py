"""A limit on the memory, as JupyterHub sets it, and two notebooks on one machine; with real engines."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_pairs import engine_pids, finish, pair

from nncompare.comparison.state import State
from nncompare.engine import loop
from nncompare.engine.client import Engine
from nncompare.engine.shared import EngineHolder
from nncompare.memory import model_memory_limit

COMMAND = Path(sys.executable).parent / "nncompare"
MEBIBYTE = 2**20
FLAGS = ("--dataset", "synthetic-digits", "--train-images", "1000", "--a", "channels=1,epochs=1", "--b", "none")


def compare(mebibytes: int) -> subprocess.CompletedProcess[str]:
    """Train in a shell whose MEM_LIMIT is so much, with everything that comes with it."""
    environment = {**os.environ, "MEM_LIMIT": str(mebibytes * MEBIBYTE)}
    return subprocess.run([COMMAND, "compare", *FLAGS], env=environment, capture_output=True, text=True, timeout=120)


def figure_in(sentence: str) -> int:
    """Return the MiB that are said to be enough."""
    figures = re.findall(r"([\d,]+) MiB in all would be enough", sentence)
    assert len(figures) == 1, sentence
    return int(figures[0].replace(",", ""))


def test_what_a_limit_does_not_hold_is_refused_and_the_figure_that_is_named_holds_it(synthetic_digits: Path) -> None:
    refused = compare(256)
    assert (refused.returncode, refused.stdout) == (2, "")
    (sentence,) = [line for line in refused.stderr.splitlines() if line.startswith("nncompare: ")]
    assert sentence.startswith("nncompare: There is too little memory to train two models: ")
    enough = compare(figure_in(sentence))
    assert enough.returncode == 0, enough.stderr


def test_whatever_the_limit_is_nothing_is_begun_that_is_then_killed(synthetic_digits: Path) -> None:
    for mebibytes in (400, 512, 600):
        done = compare(mebibytes)
        assert done.returncode == 0 or "There is too little memory" in done.stderr, done.stderr
        assert "unexpectedly" not in done.stderr


def test_no_process_is_started_where_it_would_be_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = engine_pids()
    monkeypatch.setenv("MEM_LIMIT", str(256 * MEBIBYTE))
    holder = EngineHolder()
    result = finish(pair(), holder)
    holder.close()
    assert engine_pids() == before
    assert result.state is State.FAILED
    assert result.a.is_refused
    assert result.a.message.startswith("There is too little memory to train two models: ")


@pytest.fixture
def two_notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Engine, Engine]]:
    """Start two engines on a machine where the tests before have promised nothing."""
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("MEM_LIMIT", str(4 * 2**30))  # under which what other programs take does not count
    with contextlib.closing(EngineHolder()) as one, contextlib.closing(EngineHolder()) as other:
        yield one.get(), other.get()


def test_two_notebooks_together_plan_no_more_than_there_is(two_notebooks: tuple[Engine, Engine]) -> None:
    mine, theirs = two_notebooks
    alone = theirs.survey("cpu")
    limit_alone = model_memory_limit(None, alone.available_bytes, alone.physical_bytes)
    slots = loop.wait(mine.claim(2, "cpu"))  # as when Train is pressed: planned, and nothing taken yet
    beside = theirs.survey("cpu")
    limits = [model_memory_limit(None, slot.report.available_bytes, slot.report.physical_bytes) for slot in slots]
    assert sum(limits) == pytest.approx(2 * limit_alone, rel=0.1), "who comes first takes what it would alone"
    assert beside.promised_bytes > 0.9 * sum(limits)
    limit_beside = model_memory_limit(None, beside.available_bytes, beside.physical_bytes)
    assert sum(limits) + 2 * limit_beside < alone.available_bytes
