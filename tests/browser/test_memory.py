"""A memory budget in a lesson: what it changes is said beside its control, and again where the models train."""

import pytest
from dashboard_page import DashboardPage
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LINK = "?dataset=synthetic-digits&train_images=1000&a.channels=8&a.batch_size=256&a.epochs=1&b.channels=200&b.epochs=1"
STEPS = "Used: 32 × 8 steps = 256 images an update."


def test_a_budget_makes_accumulation_happen(on_voila: DashboardPage) -> None:
    page = on_voila.open(LINK).page
    on_voila.choose("synthetic-digits")
    on_voila.go("Models")
    budget = page.get_by_label("Memory budget (MiB)", exact=True)
    expect(on_voila.row_of(page.get_by_label("Device", exact=True))).to_contain_text("auto took", timeout=60_000)
    expect(on_voila.row_of(budget)).to_contain_text("70% of the")

    budget.fill("9")
    expect(on_voila.row_of(budget)).to_contain_text("4.5 MiB for each model")
    expect(on_voila.row_of(on_voila.field("A", "Batch size"))).to_contain_text(STEPS)
    channels = on_voila.row_of(on_voila.field("B", "Channels"))
    expect(channels).to_contain_text("the widest that fits into memory")
    on_voila.form("B").get_by_role("button", name="Widest that fits: ").click()
    expect(channels).not_to_contain_text("the widest that fits")
    widest = int(on_voila.field("B", "Channels").input_value())
    assert 1 < widest < 200
    on_voila.wait_for_settings(memory_budget=9 * 2**20, b={"channels": widest})

    on_voila.train()
    on_voila.wait_for_end()
    expect(on_voila.lane("A")).to_contain_text(STEPS)
    expect(on_voila.lane("A")).to_contain_text("× 8 = 256")


def test_a_wrong_budget_is_told_at_its_field(on_voila: DashboardPage) -> None:
    page = on_voila.open(LINK).page
    on_voila.choose("synthetic-digits")
    on_voila.go("Models")
    budget = page.get_by_label("Memory budget (MiB)", exact=True)
    for text, said in (("much", "a whole number from 1; got much"), ("99999999", "more than the memory that is there")):
        budget.fill(text)
        expect(on_voila.row_of(budget).get_by_role("alert")).to_contain_text(said)
        on_voila.go("Training")
        expect(on_voila.train_button).to_be_disabled()
        on_voila.go("Models")
    budget.fill("")
    expect(on_voila.row_of(budget)).to_contain_text("70% of the")
    on_voila.go("Training")
    expect(on_voila.train_button).to_be_enabled()
