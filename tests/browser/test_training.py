"""Training on a page that stands already: pause, look, go on, stop, more epochs, and a worker that is killed."""

import pytest
from dashboard_page import MODELS, DashboardPage, assert_predicted, indices
from hosts import Host
from playwright.sync_api import Locator, expect
from waiting import wait_until

pytestmark = pytest.mark.browser

DIGITS = "0123456789"
LONG = {"train_images": 3_000, "a": {"channels": 4, "epochs": 100}, "b": {"channels": 4, "epochs": 100}}
SHORT = {"train_images": 1_000, "a": {"channels": 1, "epochs": 1}, "b": {"channels": 2, "epochs": 1}}
MANY_TABS = 60


def test_a_race_is_looked_at_paused_resumed_stopped_and_run_again(ready: DashboardPage) -> None:
    ready.use(**LONG)
    ready.train()
    ready.watch_curves_grow()
    expect(ready.page.locator(".nnc-race")).to_contain_text("initial weights")
    watch_predictions_move(ready)
    ready.go("Training")
    pause_and_resume(ready)

    ready.lane("B").get_by_role("button", name="Stop B", exact=True).click()
    ready.wait_for("B", "stopped")
    assert ready.look()["A"].state == "running"
    ready.stop_button.click()
    ready.wait_for("A", "stopped")
    looked = ready.look().values()
    assert all(len(look.points) == 2 and min(look.points) > 1 for look in looked), looked
    expect(ready.train_button).to_be_enabled()
    expect(ready.chip).to_contain_text("stopped")

    ready.train()
    for model in MODELS:
        ready.wait_for(model, "running")


def watch_predictions_move(dashboard: DashboardPage) -> None:
    """See the predictions of the same images change while the models learn."""
    dashboard.go("Predictions")
    dashboard.page.get_by_label("How many", exact=True).fill("12")
    first = dashboard.wait_for_cards(lambda cards: len(cards) == 12, "predictions while learning")
    assert_predicted(first, DIGITS)
    summary = dashboard.page.locator(".nnc-summary p")
    expect(summary).to_contain_text("epochs")
    for _ in range(2):
        expect(summary).not_to_have_text(summary.inner_text())
    assert indices(dashboard.shown()) == indices(first)


def pause_and_resume(dashboard: DashboardPage) -> None:
    """Pause, see that the curves stand still however often they are drawn, and go on."""
    page = dashboard.page
    page.get_by_role("button", name="Pause", exact=True).click()
    for model in MODELS:
        dashboard.wait_for(model, "paused")
    expect(dashboard.chip).to_contain_text("paused")
    expect(dashboard.stop_button).to_be_enabled()
    expect(dashboard.train_button).to_have_count(0)
    draw_over(dashboard, "images")
    still = dashboard.look()
    for axis in ("epochs", "images", "seconds", "images"):
        draw_over(dashboard, axis)
    assert dashboard.look() == still
    page.get_by_role("button", name="Resume", exact=True).click()
    dashboard.watch_curves_grow(still)
    draw_over(dashboard, "epochs")


def draw_over(dashboard: DashboardPage, axis: str) -> None:
    words = {"images": "images", "updates": "updates of the weights"}.get(axis, axis)
    dashboard.page.get_by_label("Curves over", exact=True).select_option(label=axis)
    for quantity in ("Loss", "Accuracy"):
        expect(dashboard.page.get_by_role("img", name=f"{quantity} over {words}").first).to_be_visible()


def test_more_epochs_are_trained_where_it_ended(ready: DashboardPage) -> None:
    ready.use(**SHORT)
    ready.train()
    ready.wait_for_end()
    page = ready.page
    page.get_by_role("button", name="Fewer epochs", exact=True).click()
    expect(page.get_by_role("button", name="Continue + 2 epochs", exact=True)).to_be_enabled()
    ready.open_details()
    page.get_by_role("button", name="Continue A", exact=True).click()
    expect(ready.lane("A")).to_contain_text("3 epochs ✓", timeout=60_000)
    expect(ready.lane("B")).to_contain_text("1 epoch ✓")
    draw_over(ready, "images")
    values = page.get_by_role("button", name="Exact values", exact=True)
    values.click()
    expect(page.locator(".nnc-values tbody tr")).to_have_count(3)
    values.click()
    expect(page.locator(".nnc-values tbody tr")).to_have_count(0)
    draw_over(ready, "epochs")


def test_one_model_is_lost_and_the_other_goes_on(ready: DashboardPage, voila_host: Host) -> None:
    known = voila_host.workers()
    ready.use(train_images=3_000, a={"channels": 8, "epochs": 6}, b={"channels": 8, "epochs": 6})
    ready.train()
    ready.watch_curves_grow()
    assert known == voila_host.workers()
    max(known, key=lambda worker: worker.pid).kill()

    alert = ready.page.locator(".nnc-run").get_by_role("alert")
    expect(alert).to_contain_text("ended unexpectedly")
    (lost,) = [model for model in MODELS if ready.look()[model].state == "failed"]
    (other,) = [model for model in MODELS if model != lost]
    expect(ready.lane(lost).get_by_role("alert")).to_contain_text(f"The worker process of model {lost}")
    assert min(ready.look()[lost].points) > 0
    ready.wait_for(other, "finished")
    expect(ready.log(other)).to_contain_text("epoch 6 done in")
    expect(ready.chip).to_contain_text("failed")

    ready.use(**SHORT)
    ready.train()
    wait_until(lambda: ready.look()[lost].state != "failed", "a new run")
    ready.wait_for_end()
    expect(alert).to_have_count(0)


def test_everything_can_be_done_with_the_keyboard(ready: DashboardPage) -> None:
    page = ready.page
    ready.use(**SHORT | {"dataset": "fashion-mnist"})
    ready.go("Data")
    _tab_to(ready, ready.dataset("fashion-mnist"))
    page.keyboard.press("ArrowRight")
    expect(ready.dataset("synthetic-digits")).to_be_focused()
    ready.wait_for_dataset("synthetic-digits")
    expect(ready.dataset("synthetic-digits")).to_be_focused()

    steps = page.get_by_role("navigation", name="Steps")
    for name in ("Models", "Training"):
        button = steps.get_by_role("button", name=name, exact=True)
        _tab_to(ready, button, "Shift+Tab")
        page.keyboard.press("Enter")
        expect(button).to_have_attribute("aria-current", "step")
        expect(button).to_be_focused()
        if name == "Models":
            _tab_to(ready, ready.field("A", "Channels"))
            page.keyboard.press("ControlOrMeta+a")
            page.keyboard.type("6")
            ready.wait_for_settings(a={"channels": 6})

    expect(ready.train_button).to_be_enabled()
    _tab_to(ready, ready.train_button)
    with ready.new_run():
        page.keyboard.press("Space")
    ready.wait_for_end()


def _tab_to(dashboard: DashboardPage, target: Locator, key: str = "Tab") -> None:
    """Press Tab until an element has the focus, as long as that can reasonably take."""
    for _ in range(MANY_TABS):
        if target.evaluate("element => element === document.activeElement"):
            return
        dashboard.page.keyboard.press(key)
    raise AssertionError(f"{MANY_TABS} times {key} did not lead to {target}.")
