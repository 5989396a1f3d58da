"""What the page says about values that cannot be used."""

import pytest
from dashboard_page import DashboardPage
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser

WRONG = [
    ("Channels", "abc", "Channels must be a whole number from 1 to 256; got abc."),
    ("Channels", "0", "Channels must be a whole number from 1 to 256; got 0."),
    ("Channels", "-1", "Channels must be a whole number from 1 to 256; got -1."),
    ("Channels", "1000000000", "Channels must be a whole number from 1 to 256; got 1000000000."),
    ("Channels", "", "Channels must be a whole number from 1 to 256; got nothing."),
    ("Dropout", "1", "Dropout must be a number from 0 to below 1; got 1."),
    ("Learning rate", "nan", "Learning rate must be a number above 0 to 10; got nan."),
    ("Epochs", "2.5", "Epochs must be a whole number from 1 to 100; got 2.5."),
]


def test_a_wrong_setting_is_marked_and_disables_train(ready: DashboardPage) -> None:
    for label, value, sentence in WRONG:
        ready.go("Models")
        found = ready.field("A", label)
        right = found.input_value()
        found.fill(value)
        _expect_marked(ready, found, sentence)
        ready.go("Training")
        expect(ready.train_button).to_be_disabled()
        expect(ready.page.get_by_role("alert").filter(has_text=f"Model A: {sentence}")).to_be_visible()

        ready.go("Models")
        found.fill(right)
        expect(ready.row_of(found).locator(".nnc-invalid")).to_have_count(0)
        expect(ready.row_of(found).get_by_role("alert")).to_have_count(0)
        ready.go("Training")
        expect(ready.train_button).to_be_enabled()
        expect(ready.page.locator(".nnc-reason")).to_be_empty()


def test_a_wrong_setting_of_a_model_that_is_switched_off_does_not_count(ready: DashboardPage) -> None:
    is_used = ready.page.get_by_label("Train model B", exact=True)
    ready.go("Models")
    ready.fill("B", channels="abc")
    ready.go("Training")
    expect(ready.train_button).to_be_disabled()
    ready.go("Models")
    is_used.uncheck()
    ready.go("Training")
    expect(ready.train_button).to_be_enabled()
    ready.go("Models")
    is_used.check()
    ready.fill("B", channels="8")
    ready.go("Training")
    expect(ready.train_button).to_be_enabled()


@pytest.mark.parametrize(
    ("step", "label", "values", "sentence"),
    [
        (
            "Data",
            "Training images",
            ("abc", "0", "999", "60,001", "nan"),
            "Training images must be a whole number from 1,000 to 60,000",
        ),
        ("Models", "Seed", ("abc", "-1", "4294967296"), "Seed must be a whole number from 0 to 4,294,967,295"),
    ],
)
def test_a_wrong_number_beside_the_models_is_marked(
    ready: DashboardPage, step: str, label: str, values: tuple[str, ...], sentence: str
) -> None:
    ready.go(step)
    found = ready.page.get_by_label(label, exact=True)
    right = found.input_value()
    for value in values:
        found.fill(value)
        _expect_marked(ready, found, f"{sentence}; got {value.replace(',', '')}.")
    ready.go("Training")
    expect(ready.train_button).to_be_disabled()
    expect(ready.page.locator(".nnc-reason").get_by_role("alert").filter(has_text=sentence)).to_be_visible()
    ready.go(step)
    found.fill(right)
    ready.go("Training")
    expect(ready.train_button).to_be_enabled()


def test_a_wrong_number_of_shown_images_keeps_what_is_shown(ready: DashboardPage) -> None:
    ready.go("Predictions")
    expect(ready.cards).to_have_count(12)
    found = ready.page.get_by_label("How many", exact=True)
    for value in ("0", "101", "abc", "-3", "1e9"):
        found.fill(value)
        message = f"How many must be a whole number from 1 to 100; got {value}."
        expect(ready.page.get_by_role("alert").filter(has_text=message)).to_be_visible()
        expect(ready.page.locator(".nnc-choice .nnc-invalid")).to_be_visible()
        expect(ready.cards).to_have_count(12)
    found.fill("3")
    expect(ready.cards).to_have_count(3)


def _expect_marked(dashboard: DashboardPage, found: Locator, sentence: str) -> None:
    row = dashboard.row_of(found)
    expect(row.locator(".nnc-invalid")).to_be_visible()
    expect(row.get_by_role("alert")).to_contain_text(sentence)
