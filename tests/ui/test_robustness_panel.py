"""The robustness panel: pressed without a browser, on pairs that answer at once or when a test lets them."""

import threading
from collections.abc import Callable, Iterator

import pytest
from breaking_pair import BreakingPair, falling
from processes import until

from nncompare.engine.client import EngineError
from nncompare.inspection import Inquiry
from nncompare.ui.panels.robustness import RobustnessPanel
from nncompare.ui.refresher import Refresher

pytestmark = pytest.mark.usefixtures("synthetic_digits")
MODELS = {"A": falling(0.98, 0.9), "B": falling(0.98, 0.4)}


@pytest.fixture
def refresher() -> Iterator[Refresher]:
    made = Refresher(lambda: None)
    made.start()
    yield made
    made.close()
    made.thread.join(90)


@pytest.fixture
def panel(refresher: Refresher) -> RobustnessPanel:
    return RobustnessPanel(refresher)


@pytest.fixture
def settled(refresher: Refresher) -> Callable[[], None]:
    """Wait until all that was posted is done."""

    def wait() -> None:
        done = threading.Event()
        refresher.post(done.set)
        assert done.wait(90)

    return wait


class Gate:
    """Lets inquiries through one by one."""

    def __init__(self) -> None:
        self._passes = threading.Semaphore(0)
        self.waiting = 0

    def __call__(self, _: Inquiry) -> None:
        self.waiting += 1
        assert self._passes.acquire(timeout=90)

    def open(self, times: int = 99) -> None:
        self._passes.release(times)


def offered(panel: RobustnessPanel) -> list[str]:
    return list(panel.buttons.offered)


def until_drawn(panel: RobustnessPanel) -> str:
    """Wait until the curves are on the page, which comes after they were found; return the page."""
    until(lambda: "<svg" in panel.curves.box.html, "the curves are drawn")
    return panel.curves.box.html


def test_without_weights_there_is_nothing_to_try(panel, settled):
    assert offered(panel) == []
    assert "train one, or open another comparison" in panel.curves.box.html
    panel.use(None, BreakingPair({}))
    panel.set_visible(True)
    assert offered(panel) == []


def test_weights_that_come_later_can_be_tried(panel):
    pair = BreakingPair({})
    panel.use(None, pair)
    pair.networks = BreakingPair(MODELS).networks
    panel.tick()
    assert offered(panel) == ["Draw the curves"]
    assert "Which model breaks first?" in panel.curves.box.html


def test_curves_are_drawn_with_their_finding_and_kept_for_the_report(panel, settled):
    panel.use(None, BreakingPair(MODELS))
    panel.buttons.press("try")
    html = until_drawn(panel)
    assert "B breaks first: from 25° on A is better (p &lt; 0.001)." in html
    assert html.count("<svg") == 2
    assert html.count("<tr>") == 10
    assert panel.progress.value == ""
    panel.choice.value = "blur"
    settled()
    assert "Which model breaks first?" in panel.curves.box.html
    panel.choice.value = "rotate"
    settled()
    assert panel.curves.box.html == html
    assert [found.disturbance for found in panel.found] == ["rotate"]
    panel.use(None, None)
    assert panel.found == []


def test_progress_is_shown_while_it_is_measured(panel):
    gate = Gate()
    panel.use(None, BreakingPair(MODELS, gate))
    panel.buttons.press("try")
    until(lambda: "0 of 9 strengths" in panel.progress.value, "it has begun")
    gate.open(2)
    until(lambda: "2 of 9 strengths" in panel.progress.value, "two strengths are done")
    assert 'aria-valuenow="2"' in panel.progress.value
    assert offered(panel) == ["Cancel"]
    gate.open()
    until_drawn(panel)


@pytest.mark.parametrize("how", ["cancel", "other choice", "other pair"])
def test_it_can_be_given_up_at_once_and_nothing_more_is_asked(panel, settled, how):
    gate = Gate()
    pair = BreakingPair(MODELS, gate)
    panel.use(None, pair)
    panel.buttons.press("try")
    until(lambda: gate.waiting == 1, "it has begun")
    if how == "cancel":
        panel.buttons.press("cancel")
    elif how == "other choice":
        panel.choice.value = "noise"
    else:
        panel.use(None, BreakingPair(MODELS))
    until(lambda: offered(panel) == ["Draw the curves"], "it can be begun again")
    assert pair.asked == [], "it did not wait for the answer under way"
    assert panel.progress.value == ""
    assert panel.note.value == ""
    gate.open()
    until(lambda: len(pair.asked) == 1, "the answer under way has come")
    settled()
    assert (gate.waiting, panel.found) == (1, [])


def test_what_fails_is_a_sentence_and_can_be_tried_again(panel, settled):
    def fail(_: Inquiry) -> None:
        raise EngineError("There is no worker.")

    panel.use(None, BreakingPair(MODELS, fail))
    panel.buttons.press("try")
    until(lambda: "The curves could not be made. There is no worker." in panel.note.value, "it is said")
    settled()
    assert offered(panel) == ["Draw the curves"]
    panel.use(None, BreakingPair(MODELS))
    panel.buttons.press("try")
    until_drawn(panel)
    assert panel.note.value == ""


@pytest.mark.parametrize(("kind", "begins"), [("csv", b"disturbance,"), ("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_curves_are_saved_as_files(panel, monkeypatch, kind, begins):
    panel.use(None, BreakingPair(MODELS))
    panel.buttons.press("try")
    until_drawn(panel)
    saved = []
    monkeypatch.setattr(panel.curves.box, "download", lambda *file: saved.append(file))
    panel.curves.box.pick(kind)
    until(lambda: saved, "the file is there")
    (name, _, content), *_ = saved
    assert name == f"nncompare-synthetic-digits-seed-0-robustness-rotate.{kind}"
    assert content.startswith(begins)
    panel.curves.box.pick("exe")


def test_the_finding_is_read_out_once(refresher, settled):
    said: list[str] = []
    panel = RobustnessPanel(refresher, said.append)
    panel.use(None, BreakingPair(MODELS))
    panel.buttons.press("try")
    until(lambda: said, "it is said")
    settled()
    assert said == ["B breaks first: from 25° on A is better (p < 0.001)."]


def test_one_model_alone_is_tried_too(panel):
    panel.use(None, BreakingPair({"A": MODELS["A"]}))
    panel.buttons.press("try")
    until_drawn(panel)
    assert "A alone: 98.0% right undisturbed, still 90.0% at 90°." in panel.curves.box.html
    assert "Better" not in panel.curves.box.html
