"""The line that tells how far `compare` is: in a terminal, in a notebook, and nowhere else."""

import re
import sys
from collections.abc import Mapping
from io import StringIO
from types import SimpleNamespace

import IPython
import IPython.display
import pytest
from fake_engine import FakeEngine
from processes import until
from tiny_pairs import pair

from nncompare.comparison.runner import ComparisonRun
from nncompare.ui.compare import ProgressLine


class Output:
    """What a cell shows of one output, one after the other."""

    def __init__(self, bundle: Mapping[str, str], *, raw: bool, display_id: bool) -> None:
        assert raw
        assert display_id
        self.lines: list[str] = []
        outputs.append(self)
        self.update(bundle, raw=True)

    def update(self, bundle: Mapping[str, str], *, raw: bool) -> None:
        assert raw
        assert set(bundle) == {"text/plain"}
        self.lines.append(bundle["text/plain"])


outputs: list[Output] = []


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> list[Output]:
    outputs.clear()
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setattr(IPython.display, "display", Output)
    return outputs


def test_in_a_notebook_one_output_tells_how_far_it_is_and_is_empty_at_the_end(notebook: list[Output]) -> None:
    with ProgressLine() as line:
        line.of_download("mnist")(25, 100)
        line.of_download("mnist")(50, 100)
        (output,) = notebook
        assert output.lines[-1].startswith("MNIST:  50%")
    assert output.lines[-1] == ""


def test_it_counts_all_models_of_all_seeds(notebook: list[Output]) -> None:
    engine = FakeEngine()
    running = ComparisonRun(pair(repeat=2, b={"epochs": 3}), engine)  # type: ignore[arg-type]
    running.start()
    until(lambda: len(engine.active()) == 2, "training")
    with ProgressLine() as line:
        line.watch(running)
        assert re.match("(Starting|Training):   0%", notebook[0].lines[-1]), "it may have begun meanwhile"
        assert "/8.00k" in notebook[0].lines[-1], "1,000 images, 1 + 3 epochs, two seeds"
    running.stop()
    assert running.wait(90)


@pytest.mark.parametrize("is_on", [True, False])
def test_in_a_log_and_where_it_is_not_wanted_there_is_no_line(monkeypatch: pytest.MonkeyPatch, is_on: bool) -> None:
    class Stream(StringIO):
        def isatty(self) -> bool:
            return not is_on

    monkeypatch.setattr(sys, "stderr", stream := Stream())
    with ProgressLine(is_on=is_on) as line:
        line.of_download("mnist")(50, 100)
    assert stream.getvalue() == ""


def test_where_it_is_not_wanted_a_notebook_has_no_output_of_it(notebook: list[Output]) -> None:
    with ProgressLine(is_on=False) as line:
        line.of_download("mnist")(50, 100)
    assert notebook == []
