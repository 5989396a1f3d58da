"""A page that says what no page would: every widget is sent what it never expects, and the dashboard goes on."""

import logging
import re
from urllib.parse import quote

import ipywidgets as widgets
import pytest
from traitlets import TraitError

from nncompare.config import Comparison, RunConfig
from nncompare.ui.clickable import Clickable, OpenFile
from nncompare.ui.dashboard import Dashboard
from nncompare.ui.page import Page

TINY = Comparison(dataset="synthetic-digits", a=RunConfig(channels=1), b=RunConfig(channels=2), train_images=1_000)
SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
STRINGS = [
    *(SCRIPT, "", " ", "\0", "\ud800", "../../etc/passwd", "; rm -rf /", "$(id)", "{{7*7}}", "%s%n", "é" * 10_000),
    *(
        "-1",
        "1e999",
        "NaN",
        "9" * 5_000,
        "0x10",
        "١٢",
        "A",
        "Data",
        "mnist",
        "test",
        "3,4",
        "a.b",
        "1:2:3",
        "x:y",
        "cell-99-99",
    ),
    *("report.html", "../x.html", "loss.png", "a.safetensors", "__class__", "None", "true"),
]
VALUES: list[object] = [None, True, -1, 10**400, 1e308, float("nan"), [], [[]], {}, {"a": 1}, b"x", *STRINGS[:12]]


def parts(widget: widgets.Widget) -> list[widgets.Widget]:
    """List a widget and everything in it."""
    return [widget, *(part for child in getattr(widget, "children", ()) for part in parts(child))]


def html_of(dashboard: Dashboard) -> str:
    shown = [getattr(part, name, "") for part in parts(dashboard.box) for name in ("value", "html", "description")]
    return "\n".join(
        str(text)
        for part, text in zip([p for p in parts(dashboard.box) for _ in range(3)], shown, strict=True)
        if isinstance(part, widgets.HTML | Clickable)
    )


@pytest.fixture
def dashboard(open_dashboard, caplog):
    caplog.set_level(logging.ERROR)
    found = open_dashboard(TINY)
    found.refresher.in_background = lambda *_: None  # what is slow is not asked here
    return found


def assert_unharmed(dashboard, settle, caplog) -> None:
    settle(dashboard)
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]  # of any other server, too
    assert [record.getMessage() + str(record.exc_info) for record in errors] == []
    found = html_of(dashboard)
    assert len(found) > 1_000
    assert re.findall(r"<script|onerror=alert(?![^<]*&)", found) == []


def test_any_pick_is_taken_or_passed_over(dashboard, settle, caplog):
    clickables = [part for part in parts(dashboard.box) if isinstance(part, Clickable)]
    assert len(clickables) >= 3
    for clickable in clickables:
        for pick in (*STRINGS, *VALUES):
            clickable._on_message(clickable, {"pick": pick}, [])
        clickable._on_message(clickable, {}, [])
    assert_unharmed(dashboard, settle, caplog)


def test_any_value_is_taken_or_said_to_be_wrong(dashboard, settle, caplog):
    """As the browser sets them: through the state of the widget."""
    for part in parts(dashboard.box):
        if isinstance(part, widgets.HTML | Clickable | OpenFile | Page | widgets.Box):
            continue  # what they show is written here, and never read
        for name in ("value", "index"):
            before = getattr(part, name, None)
            for value in VALUES if name in part.keys else []:
                try:
                    part.set_state({name: value})
                except (TraitError, IndexError, TypeError):
                    continue
            if name in part.keys and not isinstance(part, widgets.Button):
                setattr(part, name, before)
    assert_unharmed(dashboard, settle, caplog)
    assert dashboard.comparison == TINY


def test_any_word_of_the_page_is_taken_or_passed_over(dashboard, settle, caplog):
    (page,) = [part for part in parts(dashboard.box) if isinstance(part, Page)]
    for value in (*STRINGS, *VALUES):
        for name in ("ready", "pong", "ping", "top", "query"):
            page._on_message(page, {name: value}, [])
    assert_unharmed(dashboard, settle, caplog)


def test_any_name_of_a_file_is_shown_as_text(dashboard, settle, caplog):
    for name in STRINGS:
        for content in (
            b"",
            b"{}",
            b'{"seed": "<script>"}',
            b'{"<script>": 1}',
            b'{"dataset": "<script>alert(1)</script>"}',
        ):
            file = dashboard.steps.models.files.file
            file._on_message(file, {"file": name}, [content])
    assert_unharmed(dashboard, settle, caplog)


def address_of(texts) -> str:
    values = [quote(text, errors="surrogatepass") for text in texts]
    names = ("dataset", "a.channels", "b", "b.optimizer", "device")
    return "&".join(f"{name}={value}" for value in values for name in (*names, value))[:60_000]


def test_any_address_is_read(monkeypatch, open_dashboard, settle, caplog):
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    short = [text for text in STRINGS if len(text) < 100]
    long = [[text] for text in STRINGS if len(text) >= 100]
    for texts in (*(short[start : start + 5] for start in range(0, len(short), 5)), *long):
        monkeypatch.setenv("QUERY_STRING", address_of(texts))
        opened = open_dashboard()
        assert ("too long" in opened.notice.value) is (len(address_of(texts)) > 2_000)
        assert_unharmed(opened, settle, caplog)
        opened.close()


def test_a_choice_that_is_taken_back_is_told_or_made_again(dashboard, settle, caplog):
    fields = dashboard.steps.models.shared.fields
    fields["device"].control.set_state({"index": None})
    assert_unharmed(dashboard, settle, caplog)
    assert dashboard.comparison == TINY, "auto is chosen again"
    fields["precision"].control.set_state({"index": None})
    assert_unharmed(dashboard, settle, caplog)
    assert dashboard.comparison is None
    assert "Choose one of these." in fields["precision"].note.value
    fields["precision"].value = TINY.precision
    settle(dashboard)
    assert dashboard.comparison == TINY
