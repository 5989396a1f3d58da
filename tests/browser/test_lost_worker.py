"""A worker that is killed while it trains, as the page shows it."""

import pytest
from dashboard_page import MODELS, DashboardPage
from hosts import Host
from playwright.sync_api import expect
from waiting import wait_until

pytestmark = pytest.mark.browser


def test_one_model_is_lost_and_the_other_goes_on(on_voila: DashboardPage, voila_host: Host) -> None:
    on_voila.open("?dataset=synthetic-digits&train_images=20000&a.channels=16&b.channels=16&a.epochs=2&b.epochs=2")
    on_voila.choose("synthetic-digits")
    on_voila.train()
    on_voila.watch_curves_grow()
    victim = max(voila_host.workers(), key=lambda worker: worker.pid)
    victim.kill()

    alert = on_voila.page.locator(".nnc-lane").get_by_role("alert")
    expect(alert).to_contain_text("ended unexpectedly", timeout=20_000)
    (lost,) = [model for model in MODELS if on_voila.look()[model].state == "failed"]
    (other,) = [model for model in MODELS if model != lost]
    expect(on_voila.lane(lost).get_by_role("alert")).to_contain_text(f"The worker process of model {lost}")
    assert min(on_voila.look()[lost].points) > 0
    on_voila.wait_for(other, "finished")
    expect(on_voila.lane(other)).to_contain_text("epoch 2 done in")
    expect(on_voila.chip).to_contain_text("failed")

    on_voila.go("Models")
    for model in MODELS:
        on_voila.fill(model, channels="4", epochs="1")
    on_voila.wait_for_settings(a={"channels": 4, "epochs": 1}, b={"channels": 4, "epochs": 1})
    on_voila.train()
    wait_until(lambda: on_voila.look()[lost].state != "failed", 15, "a new run")
    on_voila.wait_for_end()
    expect(alert).to_have_count(0)
