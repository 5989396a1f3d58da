"""The main job, end to end, in both hosts."""

from pathlib import Path

import pytest
from dashboard_page import MODELS, DashboardPage, assert_predicted, indices
from hosts import voila
from playwright.sync_api import Browser, expect
from tabs import tab

pytestmark = pytest.mark.browser

DIGITS = "0123456789"
COUNTED = {"A": {"channels": 24, "epochs": 1}, "B": {"channels": 32, "epochs": 1, "batch_size": 128}}


def test_two_models_train_side_by_side(dashboard: DashboardPage) -> None:
    dashboard.open()
    dashboard.choose("synthetic-digits")
    dashboard.train_images.fill("6,000")
    dashboard.go("Models")
    dashboard.fill("A", channels="24", epochs="1")
    dashboard.fill("B", channels="32", epochs="1", batch_size="128", optimiser="SGD", learning_rate="0.05")
    dashboard.wait_for_settings(train_images=6_000, a=COUNTED["A"], b={**COUNTED["B"], "optimizer": "sgd"})

    dashboard.train()
    looks = [dashboard.watch_curves_grow()]
    looks += [dashboard.watch_curves_grow(looks[-1])]
    looks += [dashboard.watch_curves_grow(looks[-1])]
    for look in looks:
        assert [look[model].state for model in MODELS] == ["running", "running"]
        assert [look[model].epoch for model in MODELS] == ["epoch 1 of 1", "epoch 1 of 1"]
    assert len(dashboard.host.workers()) >= len(MODELS)
    dashboard.wait_for_end()
    expect(dashboard.chip).to_contain_text("finished")
    for model in MODELS:
        expect(dashboard.lane(model)).to_contain_text("epoch 1 done in")

    dashboard.go("Predictions")
    cards = dashboard.wait_for_cards(lambda cards: len(cards) == 12, "twelve predicted test images")
    assert_predicted(cards, DIGITS)
    _look_at_other_images(dashboard, cards)


def _look_at_other_images(dashboard: DashboardPage, test_images: list[dict[str, object]]) -> None:
    page = dashboard.page
    page.get_by_label("Images from", exact=True).select_option(label="Training images")
    trained = dashboard.wait_for_cards(
        lambda cards: indices(cards) != indices(test_images), "predictions of training images"
    )
    assert_predicted(trained, DIGITS)
    assert max(indices(trained)) < 6_000
    page.get_by_role("button", name="New sample", exact=True).click()
    fresh = dashboard.wait_for_cards(lambda cards: indices(cards) != indices(trained), "a new sample")
    assert_predicted(fresh, DIGITS)
    page.get_by_label("How many", exact=True).fill("100")
    hundred = dashboard.wait_for_cards(lambda cards: len(cards) == 100, "a hundred predicted images")
    assert_predicted(hundred, DIGITS)


def test_predictions_move_while_the_models_learn(on_voila: DashboardPage) -> None:
    on_voila.open("?dataset=synthetic-digits&a.channels=16&b.channels=16&a.epochs=20&b.epochs=20")
    on_voila.choose("synthetic-digits")
    on_voila.train()
    on_voila.go("Predictions")
    first = on_voila.wait_for_cards(lambda cards: len(cards) == 12, "predictions while learning")
    assert_predicted(first, DIGITS)
    summary = on_voila.page.locator(".nnc-summary p")
    expect(summary).to_contain_text("epochs")
    for _ in range(2):
        expect(summary).not_to_have_text(summary.inner_text(), timeout=20_000)
    assert indices(on_voila.shown()) == indices(first)

    on_voila.go("Training")
    on_voila.stop_button.click()
    for model in MODELS:
        on_voila.wait_for(model, "stopped")
    expect(on_voila.train_button).to_be_enabled()
    expect(on_voila.chip).to_contain_text("stopped")


@pytest.mark.real_data
def test_real_mnist(browser: Browser, real_data: Path, user_cache: Path, tmp_path: Path) -> None:
    variables = {"NNCOMPARE_DATA_DIR": str(real_data.resolve())}
    with voila(tmp_path, user_cache, variables) as host, tab(browser, host) as dashboard:
        dashboard.open("?dataset=mnist&train_images=2000&a.channels=8&a.epochs=1&b.channels=4&b.epochs=1")
        dashboard.wait_for_dataset("mnist")
        dashboard.train()
        dashboard.wait_for_end()
        dashboard.go("Predictions")
        cards = dashboard.wait_for_cards(lambda cards: len(cards) == 12, "twelve predicted digits")
        assert_predicted(cards, DIGITS)
        expect(dashboard.page.locator(".nnc-summary")).not_to_contain_text("made by this program")
