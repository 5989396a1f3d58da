"""The picture that a saved notebook shows in the place of its dashboard."""

import base64
import importlib
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import IPython
import pytest
from IPython.core.interactiveshell import InteractiveShell
from page_engine import PageEngine
from processes import until
from tiny_comparison import WHAT, train

import nncompare
from nncompare.comparison.state import State
from nncompare.ui import dashboard as dashboard_module
from nncompare.ui import still as still_module
from nncompare.ui.dashboard import Dashboard

PNG = re.compile(r'src="data:image/png;base64,([^"]+)"')
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def outputs(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is sent to the notebook, one after the other: the bundle, and the options that it is sent with."""
    sent: list[dict[str, Any]] = []

    def send(bundle: dict[str, Any], **options: Any) -> None:
        sent.append({"bundle": bundle, **options})

    monkeypatch.setattr(dashboard_module, "display", send)
    monkeypatch.setattr(still_module, "display", send)
    monkeypatch.setattr(still_module, "update_display", lambda bundle, **options: send(bundle, **options, update=True))
    return sent


def test_a_cell_gets_the_dashboard_and_below_it_what_is_seen_without_it(
    tiny: Dashboard, outputs: list[dict[str, Any]]
) -> None:
    tiny._ipython_display_()
    alive, still = outputs
    assert set(alive["bundle"]) == {WIDGET, "text/plain"}
    assert alive["bundle"]["text/plain"] == "", "a host without widgets would show it"
    assert "To use it, run this cell." in still["bundle"]["text/html"]
    assert "run this cell" in still["bundle"]["text/plain"]
    assert WIDGET not in still["bundle"], "each new version of it would build the dashboard anew"
    assert "<img" not in still["bundle"]["text/html"]


def test_a_page_has_no_picture_of_itself(
    tiny: Dashboard, outputs: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    tiny._ipython_display_()
    assert [set(output["bundle"]) for output in outputs] == [{WIDGET, "text/plain"}]


def test_after_the_end_it_shows_both_curves_and_the_verdict(
    finished: Dashboard, outputs: list[dict[str, Any]], settle: Callable[[Dashboard], None]
) -> None:
    finished._ipython_display_()
    until(lambda: len(outputs) > 2, WHAT)
    _, first, last = outputs
    assert last["update"]
    assert last["display_id"] == first["display_id"]
    html = last["bundle"]["text/html"]
    pictures = [base64.b64decode(found) for found in PNG.findall(html)]
    assert [picture[:4] for picture in pictures] == [b"\x89PNG"] * 2
    until(lambda: "<h3>" in finished.steps.predictions.evaluation.verdict.value, WHAT)
    verdict = ElementTree.fromstring(f"<div>{finished.steps.predictions.evaluation.verdict.value}</div>").find(".//h3")
    assert verdict is not None
    assert verdict.text
    for shown in (html, last["bundle"]["text/plain"]):
        assert verdict.text in shown
        assert "Loss over epochs" in shown
        assert "Accuracy over epochs" in shown
    settle(finished)
    assert len(outputs) == 3, "nothing has changed since"


def test_while_it_trains_it_is_left_alone_for_minutes(
    tiny: Dashboard,
    outputs: list[dict[str, Any]],
    engine: PageEngine,
    settle: Callable[[Dashboard], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SimpleNamespace(monotonic=lambda: 0.0)
    monkeypatch.setattr(still_module, "time", clock)
    tiny._ipython_display_()
    train(tiny)
    until(lambda: tiny.current.state is State.RUNNING, WHAT)
    settle(tiny)
    assert len(outputs) == 2

    clock.monotonic = lambda: 301.0
    until(lambda: len(outputs) == 3, WHAT)
    assert "Model A training, Model B training" in outputs[-1]["bundle"]["text/html"]
    engine.end_all()
    until(lambda: len(outputs) == 4, WHAT)
    assert "Model A training" not in outputs[-1]["bundle"]["text/html"]


def test_a_result_that_is_the_value_of_a_cell_is_its_verdict_and_its_curves(
    finished: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = InteractiveShell()
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    importlib.reload(nncompare)  # as a notebook imports it
    assert shell.display_formatter is not None
    shown, _ = shell.display_formatter.format(finished.result)
    assert len(PNG.findall(shown["text/html"])) == 2
    for text in shown.values():
        assert "test images" in text
        assert "Accuracy over epochs" in text
        assert "run this cell" not in text
