"""The report and the table of predictions, of models that were really trained."""

import csv
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from small_images import TEST_IMAGES

from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.config import Comparison, RunConfig
from nncompare.engine.shared import EngineHolder
from nncompare.report import PICTURES, predictions_csv, report_page

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
    assert running.wait(60)
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
        "Confusion matrices",
        "Scores of the classes",
        "Calibration",
        "Where they disagree",
    ]
    assert text.count("<svg") == 5
    assert f"{result.verdict().only_a_right:,}" in page.words
    assert "epochs: 2 and 1" in page.words
    assert "made by this program" in page.words
    assert result.b is not None
    assert result.b.plan is not None
    assert result.b.plan.why["batch_size"] in page.words
    assert f"{result.a.history.test_accuracy[0]:.2%}" in page.words
    assert len(text) < 2**20


def test_the_momentum_is_told_of_a_model_that_uses_it(result: ComparisonResult) -> None:
    a, b = result.models
    config = b.config.model_copy(update={"optimizer": "sgd", "momentum": 0.8})
    with_sgd = replace(b, setup=replace(b.setup, config=config))
    (row,) = re.findall(r"<tr>.*Momentum.*?</tr>", report_page(replace(result, b=with_sgd)))
    assert a.config.optimizer == "adam"
    assert re.findall(r"<td>(.*?)</td>", row) == ["–", "0.8"]


def test_the_first_image_of_the_report_is_the_greatest_disagreement(result: ComparisonResult) -> None:
    outcomes = result.outcomes()
    apart = np.abs(outcomes.a - outcomes.b).sum(axis=1) * (outcomes.predicted_by_a != outcomes.predicted_by_b)
    first = re.search(r"#(\d+) · label", report_page(result))
    assert first is not None
    assert apart[int(first[1])] == pytest.approx(apart.max())


def test_of_several_seeds_the_report_has_the_verdict_of_all(engines: EngineHolder) -> None:
    result = trained(engines, repeat=2, seed=8)
    page = Page(report_page(result))
    assert page.headings[0].endswith("over 2 seeds")
    assert "seeds 8, 9" in page.words
    assert "Confusion matrices, seed 8" in page.headings
    assert "bands their range" in page.words


def test_of_one_model_alone_there_is_a_shorter_report(engines: EngineHolder) -> None:
    result = trained(engines, b=None)
    page = Page(report_page(result))
    assert page.headings == ["Model A alone", "The two models", "How they learned"]
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
