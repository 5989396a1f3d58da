"""Settings: in the address of the page, in a file, from a lesson, from one form to the other, and wrong ones."""

import json
import re
from pathlib import Path

import pytest
from dashboard_page import DashboardPage
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser

LINK = "?dataset=cats&a.channels=1000000000&b.dropout=0.5&b.optimizer=sgd&train_images=1000&<script>alert(1)</script>=1"
PLAIN = {"train_images": 1_000, "a": {"channels": 4, "epochs": 1}, "b": {"channels": 8, "epochs": 1}}
STEPS = "Used: 32 × 8 steps = 256 images an update."
_ARE_ABOVE_THE_FOLD = """() => {
  const [a, b] = [...document.querySelectorAll(".nnc-form:has(.nnc-costs)")].map((it) => it.getBoundingClientRect());
  return a.top === b.top && a.right < b.left && b.bottom < innerHeight;
}"""
_IS_A_TABLE = """() => {
  const heights = (model) => [...document.querySelectorAll(`.nnc-form.nnc-${model}:has(.nnc-costs) .nnc-field`)]
    .map((field) => field.querySelector("input, select").getBoundingClientRect().top).join();
  return heights("a") === heights("b");
}"""


def test_the_address_carries_the_settings_and_opens_them_on_another_page(on_voila: DashboardPage) -> None:
    on_voila.open(LINK)
    notice = on_voila.page.locator(".nnc-notice").get_by_role("alert")
    expect(notice.filter(has_text="Channels must be a whole number from 1 to 256; got 1000000000.")).to_be_visible()
    expect(notice.filter(has_text="Data set must be")).to_be_visible()
    expect(on_voila.dataset("mnist")).to_have_attribute("aria-checked", "true")
    expect(on_voila.train_images).to_have_value("1,000")
    on_voila.choose("synthetic-digits")
    on_voila.go("Models")
    expect(on_voila.field("A", "Channels")).to_have_value("8")
    expect(on_voila.field("B", "Dropout")).to_have_value("0.5")
    expect(on_voila.field("B", "Optimiser").locator("option:checked")).to_have_text("SGD")
    expect(on_voila.field("B", "Momentum")).to_be_enabled()
    expect(on_voila.field("A", "Momentum")).to_be_disabled()

    on_voila.fill("A", channels="5")
    expect(on_voila.page).to_have_url(re.compile(r"[?&]a\.channels=5\b"))
    expect(on_voila.page).to_have_url(re.compile(r"[?&]b\.optimizer=sgd\b"))
    link = on_voila.page.get_by_label("Link to these settings", exact=True)
    expect(link).to_have_value(on_voila.page.url.removesuffix("#models"))
    assert on_voila.page.url.endswith("#models")
    on_voila.fill("A", channels="nothing")
    expect(on_voila.row_of(on_voila.field("A", "Channels")).get_by_role("alert")).to_be_visible()
    expect(on_voila.page).to_have_url(re.compile(r"[?&]a\.channels=5\b"))

    on_voila.fill("A", channels="6")
    on_voila.fill("B", batch_size="512")
    on_voila.open_more()
    on_voila.page.get_by_label("Seed", exact=True).fill("7")
    on_voila.wait_for_settings(dataset="synthetic-digits", seed=7, a={"channels": 6}, b={"batch_size": 512})
    before, address = on_voila.saved(), on_voila.page.url
    on_voila.page.goto("about:blank")
    on_voila.open(address.removeprefix(on_voila.host.address).removesuffix("#models"))
    expect(on_voila.dataset("synthetic-digits")).to_have_attribute("aria-checked", "true")
    expect(on_voila.page.locator(".nnc-notice")).to_be_empty()
    on_voila.go("Models")
    on_voila.wait_for_settings(**before)


def test_settings_go_to_a_file_and_come_back_and_a_foreign_file_is_refused(
    ready: DashboardPage, tmp_path: Path
) -> None:
    ready.use(**PLAIN)
    ready.fill("B", channels="12", dropout="0.125")
    ready.wait_for_settings(b={"channels": 12, "dropout": 0.125})
    with ready.page.expect_download() as download:
        ready.page.get_by_role("link", name="Save settings").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    saved = json.loads(file.read_text(encoding="utf-8"))
    assert (saved["a"]["channels"], saved["b"]["channels"], saved["train_images"]) == (4, 12, 1000)

    ready.fill("B", channels="3", dropout="0")
    ready.wait_for_settings(b={"channels": 3, "dropout": 0})
    ready.upload(file)
    ready.wait_for_settings(**saved)
    assert ready.read("B", "Channels", "Dropout") == ["12", "0.125"]

    sentence = ready.page.locator(".nnc-file-note").get_by_role("alert")
    for name, content in (("binary.json", b"\x00\xff\xfe"), ("large.json", b" " * 200_000)):
        ready.upload({"name": name, "mimeType": "application/json", "buffer": content})
        expect(sentence).to_contain_text(f"{name} was not taken")
        assert ready.saved() == saved


def test_a_lesson_sets_both_forms_and_one_model_is_copied_to_the_other(ready: DashboardPage) -> None:
    ready.use(**PLAIN)
    lessons = ready.page.get_by_label("Lesson", exact=True)
    lessons.select_option("Dropout and overfitting")
    expect(ready.page.locator(".nnc-lesson-question")).to_contain_text("?")
    ready.wait_for_settings(a={"dropout": 0}, b={"dropout": 0.5}, train_images=1000)
    assert ready.read("A", "Dropout", "Epochs") == ["0", "20"]
    lessons.select_option("No lesson")
    expect(ready.page.locator(".nnc-lesson-question")).to_be_hidden()
    ready.go("Data")
    ready.choose("synthetic-digits")
    ready.go("Models")

    ready.fill("A", channels="6", dropout="0.3", batch_size="32", learning_rate="0.01", optimiser="SGD", epochs="2")
    ready.wait_for_settings(a={"channels": 6, "epochs": 2, "optimizer": "sgd"})
    ready.page.get_by_role("button", name="Copy to B", exact=True).click()
    ready.wait_for_settings(b=ready.saved()["a"])


def test_a_wrong_setting_is_marked_and_disables_train_while_it_counts(ready: DashboardPage) -> None:
    ready.use(**PLAIN)
    channels = ready.field("B", "Channels")
    channels.fill("abc")
    sentence = "Channels must be a whole number from 1 to 256; got abc."
    _expect_marked(ready, channels, sentence)
    _expect_train_disabled(ready, f"Model B: {sentence}")

    ready.go("Models")
    is_used = ready.page.get_by_label("Train B", exact=True)
    is_used.uncheck()
    ready.go("Training")
    expect(ready.train_button).to_be_enabled()
    ready.go("Models")
    is_used.check()
    channels.fill("8")
    expect(ready.row_of(channels).locator(".nnc-invalid")).to_have_count(0)
    expect(ready.row_of(channels).get_by_role("alert")).to_have_count(0)
    ready.go("Training")
    expect(ready.train_button).to_be_enabled()
    expect(ready.page.locator(".nnc-reason").get_by_role("alert")).to_have_count(0)

    ready.go("Models")
    ready.open_more()
    for step, label, value, right, sentence in (
        ("Data", "Training images", "999", "1,000", "Training images must be a whole number from 1,000 to 60,000"),
        ("Models", "Seed", "-1", "0", "Seed must be a whole number from 0 to 4,294,967,295"),
    ):
        ready.go(step)
        found = ready.page.get_by_label(label, exact=True)
        found.fill(value)
        _expect_marked(ready, found, f"{sentence}; got {value}.")
        _expect_train_disabled(ready, sentence)
        ready.go(step)
        found.fill(right)
    ready.go("Training")
    expect(ready.train_button).to_be_enabled()


def test_fields_are_told_apart_and_tied_to_their_notes_for_screen_readers(ready: DashboardPage) -> None:
    page = ready.page
    ready.use(**PLAIN)
    for model, other in ("AB", "BA"):
        form = page.get_by_role("group", name=f"Model {model}", exact=True)
        channels = form.get_by_role("textbox", name="Channels", exact=True)
        expect(channels).to_have_accessible_description(f"Differs from model {other}.")
        expect(form.get_by_role("textbox", name="Epochs", exact=True)).to_have_accessible_description("")
    channels = page.get_by_role("group", name="Model B", exact=True).get_by_role("textbox", name="Channels")
    for text, is_wrong in (("many", "true"), ("8", "false")):
        channels.fill(text)
        expect(channels).to_have_attribute("aria-invalid", is_wrong)
        sentence = "Channels must be a whole number from 1 to 256; got many." if is_wrong == "true" else "^Differs"
        expect(channels).to_have_accessible_description(re.compile(sentence))
    ready.open_more()
    both = page.get_by_role("group", name="Both models", exact=True)
    expect(both.get_by_role("textbox", name="Seed", exact=True)).to_have_accessible_description(re.compile("same seed"))
    ready.go("Data")
    expect(ready.train_images).to_have_accessible_description("the first of 60,000")


def test_the_models_are_above_the_fold_on_a_projector_and_side_by_side_in_a_notebook(ready: DashboardPage) -> None:
    page = ready.page
    usual = page.viewport_size
    ready.go("Models")
    ready.open_more(is_open=False)
    page.evaluate("() => { for (const found of document.querySelectorAll('details')) found.open = false; }")
    for width, height in ((1280, 720), (800, 640)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(_ARE_ABOVE_THE_FOLD)
    page.set_viewport_size({"width": 1280, "height": 720})
    expect(page.get_by_role("button", name="Next: training")).to_be_in_viewport(ratio=1)
    ready.go("Data")
    expect(page.get_by_role("button", name="Next: models")).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 375, "height": 667})
    ready.go("Models")
    page.wait_for_function(_IS_A_TABLE)
    if usual is not None:
        page.set_viewport_size(usual)


def test_a_budget_makes_accumulation_happen(ready: DashboardPage) -> None:
    page = ready.page
    ready.use(train_images=1_000, a={"channels": 8, "batch_size": 256, "epochs": 1}, b={"channels": 200, "epochs": 1})
    ready.open_more()
    budget = page.get_by_label("Memory budget (MiB)", exact=True)
    expect(ready.row_of(page.get_by_label("Device", exact=True))).to_contain_text("auto took", timeout=60_000)
    expect(ready.row_of(budget)).to_contain_text("70% of the")
    budget.fill("99999999")
    expect(ready.row_of(budget).get_by_role("alert")).to_contain_text("more than the memory that is there")

    budget.fill("9")
    expect(ready.row_of(budget)).to_contain_text("4.5 MiB for each model")
    expect(ready.row_of(ready.field("A", "Batch size"))).to_contain_text(STEPS)
    channels = ready.row_of(ready.field("B", "Channels"))
    expect(channels).to_contain_text("the widest that fits into memory")
    ready.form("B").get_by_role("button", name="Widest that fits: ").click()
    expect(channels).not_to_contain_text("the widest that fits")
    widest = int(ready.field("B", "Channels").input_value())
    assert 1 < widest < 200
    ready.wait_for_settings(memory_budget=9 * 2**20, b={"channels": widest})

    ready.train()
    ready.wait_for_end()
    expect(ready.log("A")).to_contain_text(STEPS)
    expect(ready.log("A")).to_contain_text("× 8 = 256")


def _expect_marked(dashboard: DashboardPage, found: Locator, sentence: str) -> None:
    row = dashboard.row_of(found)
    expect(row.locator(".nnc-invalid")).to_be_visible()
    expect(row.get_by_role("alert")).to_contain_text(sentence)


def _expect_train_disabled(dashboard: DashboardPage, sentence: str) -> None:
    dashboard.go("Training")
    expect(dashboard.train_button).to_be_disabled()
    expect(dashboard.page.locator(".nnc-reason").get_by_role("alert").filter(has_text=sentence)).to_be_visible()
