"""The report and the table of predictions, of models that were really trained."""

import csv
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from small_images import TEST_IMAGES

from nncompare.analysis import Robustness
from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.config import Comparison, RunConfig
from nncompare.disturbances import DISTURBANCES
from nncompare.engine.shared import EngineHolder
from nncompare.events import Diverged
from nncompare.memory import Plan
from nncompare.report import PICTURES, curves_csv, predictions_csv, report_page

TINY = Comparison(
    dataset="synthetic-digits",
    train_images=1_000,
    a=RunConfig(channels=1, epochs=2),
    b=RunConfig(channels=2, epochs=1, batch_size=300),
)


class Page(HTMLParser):
    """Collects what a page asks for, and whether its elements are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.headings: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action", "data")]
        if tag not in ("meta", "img", "path", "use"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "path":
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data
        if self.open and self.open[-1] in ("h1", "h2"):
            self.headings.append(data)


def trained(engines: EngineHolder, **changes: object) -> ComparisonResult:
    running = ComparisonRun(TINY.model_copy(update=changes), engines)
    running.start()
    assert running.wait(90)
    return running.result()


@pytest.fixture(scope="module")
def result(engines: EngineHolder) -> ComparisonResult:
    return trained(engines)


def test_the_report_holds_everything_and_asks_for_nothing(result: ComparisonResult) -> None:
    text = report_page(result)
    page = Page(text)
    assert page.open == []
    assert all(address.startswith("data:image/png;base64,") for address in page.addresses)
    assert len(page.addresses) == min(100, len(result.disagreements()))
    assert "<script" not in text
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", text)
    assert page.headings[1:] == [
        "The two models",
        "How they learned",
        "Where they disagree",
        "Confusion matrices",
        "Scores of the classes",
        "Calibration",
    ]
    assert text.count("<svg") == 5
    assert f"{result.verdict().only_a_right:,}" in page.words
    assert "epochs: 2 and 1" in page.words
    assert "made by this program" in page.words
    assert result.b is not None
    assert result.b.plan is not None
    assert result.b.plan.why["batch_size"] in page.words
    assert f"{result.a.history.test_accuracy[0]:.1%}" in page.words
    assert len(text) < 2**20


def test_the_report_begins_with_its_date_and_folds_what_is_long(result: ComparisonResult) -> None:
    text, found = report_page(result), len(result.disagreements())
    head, _, body = text.partition("</header>")
    assert re.search(r"\d\d \w+ \d{4}, \d\d:\d\d · .* · 1,000 training images", head)
    first, _, _ = body.partition('<details class="more">')
    assert first.count('class="card image"') == min(24, found)
    assert text.count('class="card image"') == min(100, found)
    unfolded = re.sub(r"<details.*?</details>", "", text, flags=re.DOTALL)
    assert unfolded.count("<table") == 1


def test_robustness_that_was_tried_is_told_last(result: ComparisonResult) -> None:
    strengths, right = DISTURBANCES["rotate"].strengths, {"A": (480,) * 9, "B": (480,) * 4 + (200,) * 5}
    tried = Robustness("rotate", strengths, 500, right, (0,) * 4 + (280,) * 5, (0,) * 9, result.seed)
    text = report_page(result, tried=[tried, replace(tried, disturbance="blur"), replace(tried, seed=99)])
    page = Page(text)
    assert page.open == []
    assert page.headings[-1] == "How robust they are"
    assert text.count("B breaks first: from 25° on A is better (p &lt; 0.001).") == 1
    assert text.count("B breaks first") == 2  # not that of a seed that is not in the report
    assert text.count("<svg") == 7


def test_the_momentum_is_told_of_a_model_that_uses_it(result: ComparisonResult) -> None:
    a, b = result.models
    config = b.config.model_copy(update={"optimizer": "sgd", "momentum": 0.8})
    with_sgd = replace(b, setup=replace(b.setup, config=config))
    (row,) = re.findall(r"<tr>.*Momentum.*?</tr>", report_page(replace(result, b=with_sgd)))
    assert a.config.optimizer == "adam"
    assert re.findall(r"<td>(.*?)</td>", row) == ["–", "0.8"]


def test_settings_are_written_as_they_are_entered(result: ComparisonResult) -> None:
    _, b = result.models
    config = b.config.model_copy(update={"learning_rate": 10.0, "dropout": 0.0, "batch_size": 60_000})
    text = report_page(replace(result, b=replace(b, setup=replace(b.setup, config=config))))
    rows = {title: re.findall(r"<td>(.*?)</td>", row) for title, row in re.findall(r'"row">([^<]*)(.*?)</tr>', text)}
    assert rows["Learning rate"] == ["0.001", "10"]
    assert rows["Dropout"] == ["0.25", "0"]
    assert rows["Batch size"] == ["64", "60,000"]
    assert rows["Weight decay"] == ["0", "0"]


def test_the_images_of_an_update_are_those_that_there_are(result: ComparisonResult) -> None:
    _, b = result.models
    for plan, words in ((Plan(1_024, 1, 1_000, 2), "1,024"), (Plan(512, 2, 1_000, 2), "512 × 2")):
        text = report_page(replace(result, b=replace(b, setup=replace(b.setup, plan=plan))))
        assert f"<td>{words}, all 1,000 training images</td>" in text


def test_what_happened_to_a_model_stands_before_the_figures(result: ComparisonResult) -> None:
    _, b = result.models
    message = "Training of model B broke off: the loss is no longer a finite number."
    history = replace(b.history, diverged=Diverged(0.5, 500, 1, 1.0))
    text = report_page(replace(result, b=replace(b, state=State.FAILED, message=message, history=history)))
    page = Page(text)
    assert re.search(r"^A learned for 2 epochs.*, B broke off at epoch 0\.5.*: ", page.headings[0])
    assert "is better" not in page.headings[0]
    assert page.words.count(message) == 1
    assert page.words.index(message) < page.words.index("Only A was right on")


def test_what_happened_to_both_models_of_another_seed_is_said_once(result: ComparisonResult) -> None:
    message = "Training of model A and model B could not go on."
    a, b = (replace(model, state=State.FAILED, message=message) for model in result.models)
    other = replace(result, seed=1, a=a, b=b, state=State.FAILED)
    two_seeds = result.comparison.model_copy(update={"repeat": 2})
    page = Page(report_page(replace(result, comparison=two_seeds, others=(other,))))
    assert page.words.count(f"Seed 1: {message}") == 1


def test_the_first_image_of_the_report_is_the_greatest_disagreement(result: ComparisonResult) -> None:
    outcomes = result.outcomes()
    apart = np.abs(outcomes.a - outcomes.b).sum(axis=1) * (outcomes.predicted_by_a != outcomes.predicted_by_b)
    first = re.search(r"#(\d+) · label", report_page(result))
    assert first is not None
    assert apart[int(first[1])] == pytest.approx(apart.max())


def test_of_several_seeds_the_report_has_the_verdict_of_all(engines: EngineHolder) -> None:
    result = trained(engines, repeat=2, seed=8)
    page = Page(report_page(result))
    assert page.headings[0].endswith(("over two seeds", "that two seeds could show"))
    assert "seeds 8, 9" in page.words
    assert "Confusion matrices, seed 8" in page.headings
    assert "bands their range" in page.words


def test_of_one_model_alone_there_is_a_shorter_report(engines: EngineHolder) -> None:
    result = trained(engines, b=None)
    page = Page(report_page(result))
    assert page.headings[0] in ("Model A alone", "Model A did no better than guessing")
    assert page.headings[1:] == ["The two models", "How they learned"]
    assert len(predictions_csv(result).splitlines()) == TEST_IMAGES + 1


def test_the_table_holds_what_both_models_say(result: ComparisonResult) -> None:
    rows = list(csv.DictReader(predictions_csv(result).splitlines()))
    labels, b = result.labels(), result.b
    assert b is not None
    assert [int(row["image"]) for row in rows] == list(range(TEST_IMAGES))
    assert [row["label"] for row in rows] == [str(label) for label in labels]
    for name, model in (("A", result.a), ("B", b)):
        table = np.array([[float(row[f"{name}: {digit}"]) for digit in range(10)] for row in rows])
        np.testing.assert_allclose(table, model.probabilities(), atol=1e-6)
        predicted = np.array([int(row[f"{name} predicted"]) for row in rows])
        np.testing.assert_array_equal(predicted, model.probabilities().argmax(axis=1))
    assert len(predictions_csv(result, "train").splitlines()) == 1_001


def test_every_picture_can_be_drawn_of_either_split(result: ComparisonResult) -> None:
    for picture in PICTURES.values():
        for split in ("test", "train"):
            figure, words = picture.draw(result, split)
            assert figure.get_figwidth() > 0
            assert words.endswith(".")


def test_a_comparison_that_was_ended_in_line_has_a_report(engines: EngineHolder) -> None:
    page = Page(report_page(ComparisonRun(TINY, engines).result()))
    assert page.open == []
    assert "Synthetic digits" in page.words


def test_every_point_of_all_curves_is_a_row_in_full_precision(result: ComparisonResult) -> None:
    rows = list(csv.DictReader(curves_csv(result).splitlines()))
    for model in result.models:
        own = [row for row in rows if row["model"] == model.name]
        learned = [row for row in own if row["measured on"] == "training images"]
        assert [float(row["loss"]) for row in learned] == model.history.train.loss
        whole = [row for row in own if row["measured on"] == "all test images"]
        assert [float(row["accuracy"]) for row in whole] == model.history.test_accuracy
        assert len(own) == len(model.history.train.epoch) + len(model.history.test.epoch)
