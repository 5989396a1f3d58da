"""After a race: filter to disagreements, pick a cell of the difference, read the cards, and take the report home."""

import csv
from pathlib import Path

import pytest
from dashboard_page import DashboardPage
from playwright.sync_api import expect
from small_images import TEST_IMAGES
from tabs import box_of
from waiting import wait_until

pytestmark = pytest.mark.browser

PAIR = {"train_images": 2_000, "a": {"channels": 2, "epochs": 1}, "b": {"channels": 4, "epochs": 1}, "repeat": 2}


def saved(on_page: DashboardPage, pick: str, folder: Path) -> Path:
    """Press a button that saves a file."""
    with on_page.page.expect_download() as download:
        on_page.page.locator(f'[data-pick="{pick}"]').click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def test_where_two_models_differ(ready: DashboardPage, tmp_path: Path) -> None:
    page = ready.page
    ready.use(**PAIR)
    ready.train()
    expect(page.locator(".nnc-seeds")).to_contain_text("Seed 1 of 2", timeout=60_000)
    expect(page.locator(".nnc-seeds")).to_contain_text("2 of 2 seeds", timeout=120_000)
    for quantity in ("Loss", "Accuracy"):
        bands = page.get_by_role("img", name=f"{quantity} over epochs").first.locator('path[style*="opacity: 0.25"]')
        expect(bands).to_have_count(2)

    ready.go("Predictions")
    expect(page.locator(".nnc-verdict h3")).to_contain_text("two seeds")
    page.get_by_label("How many", exact=True).fill("12")
    disagree = page.get_by_role("button", name="Disagree")
    expect(disagree).to_have_attribute("aria-pressed", "true")
    cards = ready.wait_for_cards(
        lambda found: (
            len(found) == 12 and all(card["guesses"]["A"]["label"] != card["guesses"]["B"]["label"] for card in found)
        ),
        "cards of disagreements, without a click",
    )
    _enlarge(ready, cards[0]["index"])

    page.get_by_role("button", name="A − B", exact=True).click()
    matrix = page.get_by_role("table", name="A − B")
    expect(matrix.locator("button").first).to_be_visible()
    cells = matrix.locator("button").evaluate_all(
        "(cells) => cells.map((cell) => [cell.dataset.pick, cell.textContent])"
    )
    pick, _ = max((cell for cell in cells if _is_off_diagonal(cell[0])), key=lambda cell: _size(cell[1]))
    _, true_class, said = pick.split(":")
    cell = matrix.locator(f'[data-pick="{pick}"]')
    matrix.locator("button").first.focus()
    for key, times in (("ArrowDown", int(true_class)), ("ArrowRight", int(said))):
        for _ in range(times):
            page.keyboard.press(key)
    expect(cell).to_be_focused()
    expect(page.locator(".nnc-label-line")).to_have_text(cell.get_attribute("aria-label") or "")
    page.keyboard.press("Enter")
    ready.wait_for_cards(
        lambda found: all(
            card["label"] == true_class and said in {guess["label"] for guess in card["guesses"].values()}
            for card in found
        ),
        f"images of {true_class} taken for {said}",
    )
    expect(cell).to_be_focused()
    expect(cell).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="only A right").click()
    ready.wait_for_cards(
        lambda found: all(
            (card["guesses"]["A"]["sign"], card["guesses"]["B"]["sign"]) == ("right", "wrong") for card in found
        ),
        "images that only A got right",
    )

    report = saved(ready, "report.html", tmp_path)
    page.locator(".nnc-save-more summary").click()
    rows = list(csv.DictReader(saved(ready, "predictions.csv", tmp_path).read_text().splitlines()))
    assert len(rows) == TEST_IMAGES
    assert rows[cards[0]["index"]]["label"] == cards[0]["label"]
    assert saved(ready, "confusion.png", tmp_path).read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in saved(ready, "loss.svg", tmp_path).read_bytes()
    _read(ready, report)


def _enlarge(ready: DashboardPage, index: int) -> None:
    """Enlarge an image by the keyboard, and come back to it."""
    page = ready.page
    image = page.get_by_role("button", name=f"Enlarge image {index}:")
    image.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=f"Image {index}: label")
    expect(dialog.get_by_role("row")).to_have_count(11)
    box = box_of(dialog.locator("img"))
    assert box["width"] == box["height"] == 280
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(image).to_be_focused()


def _read(ready: DashboardPage, report: Path) -> None:
    """Open the report in the browser without a network."""
    context = ready.page.context.browser.new_context(offline=True)  # type: ignore[union-attr]
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(report.as_uri())
    expect(page.get_by_role("heading", level=1)).to_contain_text("two seeds")
    expect(page.locator("svg[role=img]")).to_have_count(5)
    images = page.locator(".image img")
    wait_until(lambda: images.count() > 12, "images of disagreements")
    assert images.evaluate_all("(found) => found.every((image) => image.complete && image.naturalWidth === 28)")
    assert errors == []
    context.close()


def _is_off_diagonal(pick: str) -> bool:
    _, true_class, said = pick.split(":")
    return true_class != said


def _size(words: str) -> int:
    return abs(int(words.replace(",", "").replace("−", "-"))) if words else 0
