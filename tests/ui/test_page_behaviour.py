"""What the page says of values that cannot be used, as its user finds it: by labels, classes and sentences."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import pytest
from ipywidgets.widgets import widget
from processes import until
from small_images import few
from tiny_comparison import can_train

from nncompare.catalog import CATALOG
from nncompare.config import Comparison, RunConfig
from nncompare.ui.clickable import OpenFile
from nncompare.ui.dashboard import Dashboard

SMALL = Comparison(
    dataset="synthetic-digits", train_images=1_000, a=RunConfig(channels=4, epochs=1), b=RunConfig(channels=8)
)
Settle = Callable[[Dashboard], None]


class Shown:
    """The widgets of a dashboard, found as its user finds them."""

    def __init__(self, dashboard: Dashboard, settle: Settle) -> None:
        self.dashboard, self._settle = dashboard, settle
        bundle = dashboard._repr_mimebundle_()
        self._root = widget._instances[bundle["application/vnd.jupyter.widget-view+json"]["model_id"]]

    def settle(self) -> None:
        self._settle(self.dashboard)

    def form(self, model: str) -> widgets.Widget:
        return next(part for part in _parts(self._root) if _classes(part) >= {"nnc-card", f"nnc-{model.lower()}"})

    def field(self, label: str, model: str = "") -> widgets.Widget:
        """The field, or the button, with this label: in the form of a model, or anywhere."""
        within = self.form(model) if model else self._root
        (found,) = [part for part in _parts(within) if getattr(part, "description", "") == label]
        return found

    def fill(self, label: str, value: Any, model: str = "") -> None:
        """Change a field, and wait until the dashboard has understood."""
        self.field(label, model).value = value
        self.settle()

    def press(self, label: str) -> None:
        self.field(label).click()
        self.settle()

    def send(self, name: str, content: bytes) -> None:
        """Open a file of settings, as the browser sends it."""
        (file,) = [part for part in _parts(self._root) if isinstance(part, OpenFile)]
        file._handle_custom_msg({"file": name}, [content])
        self.settle()

    def text(self, css_class: str) -> str:
        """What stands in the places of a class."""
        places = [part for part in _parts(self._root) if css_class in _classes(part)]
        return "\n".join(getattr(part, "html", getattr(part, "value", "")) for part in places)

    def note(self, label: str, model: str = "") -> str:
        """What stands beside a field."""
        field = self.field(label, model)
        (row,) = [part for part in _parts(self._root) if field in getattr(part, "children", ())]
        return "\n".join(part.value for part in row.children if isinstance(part, widgets.HTML))

    def is_marked(self, label: str, model: str = "") -> bool:
        return "nnc-invalid" in _classes(self.field(label, model))

    @property
    def can_train(self) -> bool:
        return can_train(self.dashboard)


def _parts(found: widgets.Widget) -> Iterator[widgets.Widget]:
    yield found
    for child in getattr(found, "children", ()):
        yield from _parts(child)


def _classes(found: widgets.Widget) -> set[str]:
    return set(getattr(found, "_dom_classes", ()))


@pytest.fixture
def shown(open_dashboard: Callable[..., Dashboard], settle: Settle, synthetic_digits: Path) -> Shown:
    found = Shown(open_dashboard(SMALL), settle)
    found.settle()
    return found


WRONG_SETTINGS = [
    ("Channels", "abc", "Channels must be a whole number from 1 to 256; got abc."),
    ("Channels", "0", "Channels must be a whole number from 1 to 256; got 0."),
    ("Channels", "-1", "Channels must be a whole number from 1 to 256; got -1."),
    ("Channels", "1000000000", "Channels must be a whole number from 1 to 256; got 1000000000."),
    ("Channels", "", "Channels must be a whole number from 1 to 256; got nothing."),
    ("Dropout", "1", "Dropout must be a number from 0 to below 1; got 1."),
    ("Learning rate", "nan", "Learning rate must be a number above 0 to 10; got nan."),
    ("Epochs", "2.5", "Epochs must be a whole number from 1 to 100; got 2.5."),
]


def test_a_wrong_setting_of_a_model_is_told_at_its_field_and_at_train(shown: Shown) -> None:
    for label, value, sentence in WRONG_SETTINGS:
        right = shown.field(label, "A").value
        shown.fill(label, value, "A")
        assert shown.is_marked(label, "A"), value
        assert 'role="alert"' in shown.note(label, "A")
        assert sentence in shown.note(label, "A")
        assert not shown.can_train
        assert shown.dashboard.comparison is None
        assert f"Model A: {sentence}" in shown.text("nnc-reason")
        shown.fill(label, right, "A")
        assert not shown.is_marked(label, "A"), value
        assert 'role="alert"' not in shown.note(label, "A")
        assert shown.can_train
        assert shown.text("nnc-reason").strip() == ""


WRONG_NUMBERS = {
    "Training images": (
        ("abc", "0", "999", "60,001", "nan"),
        "Training images must be a whole number from 1,000 to 60,000; got ",
    ),
    "Seed": (("abc", "-1", "4294967296"), "Seed must be a whole number from 0 to 4,294,967,295; got "),
    "Memory budget (MiB)": (("much",), "Memory budget (MiB) must be a whole number from 1; got "),
}


def test_a_wrong_number_beside_the_models_is_told(shown: Shown) -> None:
    for label, (values, sentence) in WRONG_NUMBERS.items():
        right = shown.field(label).value
        for value in values:
            shown.fill(label, value)
            assert shown.is_marked(label), value
            assert f"{sentence}{value.replace(',', '')}." in shown.note(label)
            assert not shown.can_train
            assert sentence in shown.text("nnc-reason")
        shown.fill(label, right)
        assert not shown.is_marked(label)
        assert shown.can_train


def test_a_wrong_setting_of_a_model_that_is_switched_off_does_not_count(shown: Shown) -> None:
    shown.fill("Channels", "abc", "B")
    assert not shown.can_train
    shown.fill("Train B", False)
    assert shown.can_train
    shown.fill("Train B", True)
    assert not shown.can_train
    shown.fill("Channels", "8", "B")
    assert shown.can_train


def test_a_wrong_number_of_shown_images_is_told_and_the_right_one_taken(shown: Shown) -> None:
    cards = shown.dashboard.steps.predictions.cards
    until(lambda: "nnc-image" in cards.html, "the images")
    before = cards.html
    for value in ("0", "101", "abc", "-3", "1e9", "ten", "²", "9" * 5_000, ""):
        shown.fill("How many", value)
        assert shown.is_marked("How many"), value
        sentence = f"How many must be a whole number from 1 to 100; got {value[:30] or 'nothing'}"
        assert sentence in shown.note("How many")
        assert cards.html == before
    shown.fill("How many", "3")
    assert not shown.is_marked("How many")


FOREIGN_FILES = {
    "another.json": b'{"hello": 1}',
    "text.json": b"not JSON",
    "binary.json": b"\x00\xff\xfe",
    "list.json": b"[]",
    "empty.json": b"",
    "wrong.json": b'{"a": {"channels": 0}}',
    "deep.json": b"{" * 10_000,
    "large.json": b"x" * 200_000,
    "evil.json": b'{"evil": "<script>"}',
}


def test_a_foreign_file_is_refused_in_a_sentence(shown: Shown) -> None:
    for name, content in FOREIGN_FILES.items():
        shown.send(name, content)
        assert 'role="alert"' in shown.text("nnc-file-note")
        assert f"{name} was not taken" in shown.text("nnc-file-note")
        assert "<script>" not in shown.text("nnc-file-note")
        assert shown.dashboard.comparison == SMALL


def test_each_model_is_copied_to_the_other(shown: Shown) -> None:
    for label, value in (("Channels", "6"), ("Dropout", "0.3"), ("Optimiser", "sgd"), ("Epochs", "2")):
        shown.fill(label, value, "A")
    shown.press("Copy to B")
    copied = shown.dashboard.comparison
    assert copied is not None
    assert copied.b == copied.a == RunConfig(channels=6, dropout=0.3, optimizer="sgd", epochs=2)
    shown.fill("Channels", "9", "B")
    shown.press("Copy to A")
    assert shown.field("Channels", "A").value == "9"
    assert shown.field("Epochs", "A").value == "2"


def test_a_set_that_is_not_made_yet_is_made_when_that_is_pressed(
    open_dashboard: Callable[..., Dashboard], settle: Settle, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    shown = Shown(open_dashboard(SMALL.model_copy(update={"dataset": "synthetic-fashion"})), settle)
    shown.settle()
    assert "nnc-hidden" not in _classes(shown.field("Make Synthetic fashion"))
    assert not shown.can_train
    monkeypatch.setitem(CATALOG, "synthetic-fashion", few("synthetic-fashion"))
    shown.press("Make Synthetic fashion")
    until(lambda: shown.can_train, "the images")
    assert "nnc-hidden" in _classes(shown.field("Make Synthetic fashion"))
