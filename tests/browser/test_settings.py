"""Settings that travel: in the address of the page, in a file, from a preset, from one form to the other."""

import json
import re
from pathlib import Path

import pytest
from dashboard_page import DashboardPage
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LINK = "?dataset=synthetic-digits&a.channels=4&b.optimizer=sgd&train_images=1000"


def test_the_address_carries_the_settings(on_voila: DashboardPage) -> None:
    on_voila.open(LINK)
    expect(on_voila.dataset("synthetic-digits")).to_have_attribute("aria-checked", "true")
    expect(on_voila.train_images).to_have_value("1,000")
    on_voila.go("Models")
    expect(on_voila.field("A", "Channels")).to_have_value("4")
    expect(on_voila.field("B", "Optimiser").locator("option:checked")).to_have_text("SGD")
    expect(on_voila.field("B", "Momentum")).to_be_enabled()
    expect(on_voila.field("A", "Momentum")).to_be_disabled()
    expect(on_voila.page.locator(".nnc-notice")).to_be_empty()

    on_voila.fill("A", channels="5")
    expect(on_voila.page).to_have_url(re.compile(r"[?&]a\.channels=5\b"))
    expect(on_voila.page).to_have_url(re.compile(r"[?&]b\.optimizer=sgd\b"))
    link = on_voila.page.get_by_label("Link to these settings", exact=True)
    expect(link).to_have_value(on_voila.page.url)
    on_voila.fill("A", channels="nothing")
    expect(on_voila.row_of(on_voila.field("A", "Channels")).get_by_role("alert")).to_be_visible()
    expect(on_voila.page).to_have_url(re.compile(r"[?&]a\.channels=5\b"))


def test_a_shared_link_opens_the_same_settings(on_voila: DashboardPage) -> None:
    on_voila.open()
    on_voila.choose("synthetic-digits")
    on_voila.go("Models")
    on_voila.fill("B", dropout="0.5", batch_size="512")
    on_voila.page.get_by_label("Seed", exact=True).fill("7")
    on_voila.wait_for_settings(dataset="synthetic-digits", seed=7, b={"dropout": 0.5, "batch_size": 512})
    before, address = on_voila.saved(), on_voila.page.url
    on_voila.page.goto("about:blank")
    on_voila.open(address.removeprefix(on_voila.host.address))
    on_voila.go("Models")
    on_voila.wait_for_settings(**before)


def test_a_wrong_value_in_the_address_is_said_and_left_out(on_voila: DashboardPage) -> None:
    on_voila.open("?a.channels=1000000000&b.dropout=0.5&dataset=cats&<script>alert(1)</script>=1")
    notice = on_voila.page.locator(".nnc-notice").get_by_role("alert")
    expect(notice.filter(has_text="Channels must be a whole number from 1 to 256; got 1000000000.")).to_be_visible()
    expect(notice.filter(has_text="Data set must be")).to_be_visible()
    expect(on_voila.dataset("mnist")).to_have_attribute("aria-checked", "true")
    on_voila.go("Models")
    expect(on_voila.field("A", "Channels")).to_have_value("8")
    expect(on_voila.field("B", "Dropout")).to_have_value("0.5")


def test_settings_go_to_a_file_and_come_back(on_voila: DashboardPage, tmp_path: Path) -> None:
    on_voila.open(LINK)
    on_voila.go("Models")
    on_voila.fill("B", channels="12", dropout="0.125")
    on_voila.wait_for_settings(b={"channels": 12, "dropout": 0.125})
    with on_voila.page.expect_download() as download:
        on_voila.page.get_by_role("link", name="Save settings").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    saved = json.loads(file.read_text(encoding="utf-8"))
    assert (saved["a"]["channels"], saved["b"]["channels"], saved["train_images"]) == (4, 12, 1000)

    on_voila.fill("B", channels="3", dropout="0")
    on_voila.wait_for_settings(b={"channels": 3, "dropout": 0})
    on_voila.upload(file)
    on_voila.wait_for_settings(**saved)
    assert on_voila.read("B", "Channels", "Dropout") == ["12", "0.125"]


FOREIGN = {
    "another.json": b'{"hello": 1}',
    "text.json": b"not JSON",
    "binary.json": b"\x00\xff\xfe",
    "list.json": b"[]",
    "empty.json": b"",
    "wrong.json": b'{"a": {"channels": 0}}',
    "large.json": b" " * 200_000,
}


def test_a_foreign_file_is_refused_in_a_sentence(ready: DashboardPage) -> None:
    ready.go("Models")
    before = ready.saved()
    sentence = ready.page.locator(".nnc-file-note").get_by_role("alert")
    for name, content in FOREIGN.items():
        ready.upload({"name": name, "mimeType": "application/json", "buffer": content})
        expect(sentence).to_contain_text(f"{name} was not taken")
        assert ready.saved() == before


def test_presets_set_both_forms_and_ask(ready: DashboardPage) -> None:
    ready.go("Models")
    question = ready.page.locator(".nnc-question").get_by_role("status")
    for name, settings in (
        ("Wider or not", {"a": {"channels": 8}, "b": {"channels": 32}}),
        ("Batch 16 or 1,024", {"a": {"batch_size": 16}, "b": {"batch_size": 1024}}),
        ("Dropout or none", {"a": {"dropout": 0}, "b": {"dropout": 0.5}, "train_images": 2000}),
    ):
        ready.page.get_by_role("button", name=name, exact=True).click()
        expect(question).to_contain_text(name)
        expect(question).to_contain_text("?")
        ready.wait_for_settings(**settings)
    assert ready.read("A", "Dropout", "Epochs") == ["0", "10"]


def test_one_model_is_copied_to_the_other(ready: DashboardPage) -> None:
    ready.go("Models")
    ready.fill("A", channels="6", dropout="0.3", batch_size="32", learning_rate="0.01", optimiser="SGD", epochs="2")
    ready.wait_for_settings(a={"channels": 6, "epochs": 2, "optimizer": "sgd"})
    ready.page.get_by_role("button", name="Copy A to B", exact=True).click()
    ready.wait_for_settings(b=ready.saved()["a"])
    ready.fill("B", channels="9")
    ready.wait_for_settings(b={"channels": 9})
    ready.page.get_by_role("button", name="Copy B to A", exact=True).click()
    ready.wait_for_settings(a=ready.saved()["b"])
    assert ready.read("A", "Channels", "Epochs") == ["9", "2"]
