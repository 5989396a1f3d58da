"""The main job, end to end, in both hosts, on a machine without images and without a network."""

import re
from pathlib import Path

import pytest
from dashboard_page import MODELS, DashboardPage, assert_predicted, indices
from hosts import Host
from kernel_talk import connected, value_of
from playwright.sync_api import expect
from waiting import wait_until

pytestmark = pytest.mark.browser

DIGITS = "0123456789"
EPOCHS = 12  # enough for three looks, however rarely a slow page draws
COUNTED = {"A": {"channels": 12, "epochs": EPOCHS}, "B": {"channels": 16, "epochs": EPOCHS, "batch_size": 128}}


def test_two_models_train_side_by_side_on_the_web(on_voila: DashboardPage, no_network: dict[str, str]) -> None:
    on_voila.open()
    take_the_stand_in(on_voila, Path(no_network["NNCOMPARE_DATA_DIR"]))
    train_side_by_side(on_voila)
    look_at_predictions(on_voila)


def test_two_models_train_side_by_side_in_a_notebook_and_go_on_without_its_page(
    on_lab: DashboardPage, lab_host: Host
) -> None:
    on_lab.open()
    on_lab.choose("synthetic-digits")
    train_side_by_side(on_lab)
    look_at_predictions(on_lab)

    on_lab.train()
    on_lab.watch_curves_grow()
    workers = lab_host.workers()
    on_lab.page.close()
    (kernel,) = lab_host.ask("api/kernels")
    with connected(lab_host.folder / "jupyter_runtime_dir" / f"kernel-{kernel['id']}.json") as client:
        wait_until(lambda: value_of(client, "dashboard.current.state.is_active") is False, "the end of it", seconds=180)
        assert value_of(client, "str(dashboard.result.state)") == "finished"
    assert len(workers) == len(MODELS)
    assert all(worker.is_running() for worker in workers)


def take_the_stand_in(dashboard: DashboardPage, folder: Path) -> None:
    """Try to download MNIST, and take what is offered instead."""
    page = dashboard.page
    expect(dashboard.dataset("mnist")).to_contain_text("Will be downloaded, 12 MB.")
    expect(dashboard.dataset("fashion-mnist")).to_contain_text("Will be downloaded, 31 MB.")
    dashboard.go("Training")
    expect(dashboard.train_button).to_be_disabled()
    expect(page.locator(".nnc-reason").get_by_role("alert")).to_contain_text("MNIST is not here yet.")

    dashboard.go("Data")
    page.get_by_role("button", name="Download MNIST", exact=True).click()
    sentence = page.locator(".nnc-status").get_by_role("alert")
    expect(sentence).to_contain_text("MNIST could not be downloaded: no answer from", timeout=60_000)
    expect(page.get_by_role("button", name="Download MNIST", exact=True)).to_be_enabled()
    assert list(folder.rglob("*ubyte*")) == []
    page.get_by_role("button", name="Use Synthetic digits instead", exact=True).click()
    dashboard.wait_for_dataset("synthetic-digits")


def train_side_by_side(dashboard: DashboardPage) -> None:
    """Fill in both forms, press Train twice, which starts one run, and watch the curves until the end."""
    dashboard.train_images.fill("3,000")
    dashboard.go("Models")
    dashboard.fill("A", channels="12", epochs=str(EPOCHS))
    dashboard.fill("B", channels="16", epochs=str(EPOCHS), batch_size="128", optimiser="SGD", learning_rate="0.05")
    dashboard.wait_for_settings(train_images=3_000, a=COUNTED["A"], b={**COUNTED["B"], "optimizer": "sgd"})
    dashboard.go("Training")
    expect(dashboard.train_button).to_be_enabled()
    with dashboard.new_run():
        dashboard.train_button.dblclick()
    looks = [dashboard.watch_curves_grow()]
    looks += [dashboard.watch_curves_grow(looks[-1])]
    looks += [dashboard.watch_curves_grow(looks[-1])]
    assert [looks[0][model].state for model in MODELS] == ["running", "running"]
    for look in looks:
        assert all(re.fullmatch(rf"epoch \d+ of {EPOCHS}", look[model].epoch) for model in MODELS)
    assert len(dashboard.host.workers()) >= len(MODELS)
    dashboard.wait_for_end()
    for model in MODELS:
        expect(dashboard.log(model)).to_contain_text(f"epoch {EPOCHS} done in")
    # A second run would begin the moment that the first one is over.
    expect(dashboard.train_button).to_be_enabled()
    dashboard.go("Data")
    dashboard.go("Training")
    expect(dashboard.chip).to_contain_text("finished")
    assert [dashboard.look()[model].state for model in MODELS] == ["finished", "finished"]


def look_at_predictions(dashboard: DashboardPage) -> None:
    """Look at test images, at training images, at others of them, and at as many as there may be."""
    page = dashboard.page
    dashboard.go("Predictions")
    tested = dashboard.wait_for_cards(lambda cards: len(cards) == 12, "twelve predicted test images")
    assert_predicted(tested, DIGITS)
    page.get_by_label("Images from", exact=True).select_option(label="Training images")
    trained = dashboard.wait_for_cards(
        lambda cards: indices(cards) != indices(tested), "predictions of training images"
    )
    assert_predicted(trained, DIGITS)
    assert max(indices(trained)) < 3_000
    page.get_by_role("button", name="New sample", exact=True).click()
    fresh = dashboard.wait_for_cards(lambda cards: indices(cards) != indices(trained), "a new sample")
    assert_predicted(fresh, DIGITS)
    page.get_by_label("How many", exact=True).fill("100")
    hundred = dashboard.wait_for_cards(lambda cards: len(cards) == 100, "a hundred predicted images")
    assert_predicted(hundred, DIGITS)
    page.get_by_label("How many", exact=True).fill("101")
    message = "How many must be a whole number from 1 to 100; got 101."
    expect(page.get_by_role("alert").filter(has_text=message)).to_be_visible()
    expect(page.locator(".nnc-choice .nnc-invalid")).to_be_visible()
    expect(dashboard.cards).to_have_count(100)
    page.get_by_label("How many", exact=True).fill("3")
    expect(dashboard.cards).to_have_count(3)
