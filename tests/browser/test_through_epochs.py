"""A user moves through the epochs of a training, by keys, by pointer and by itself, and comes back to the end."""

import re

import pytest
from axe import needs_axe, serious
from dashboard_page import DashboardPage
from playwright.sync_api import Locator, Page, expect
from waiting import wait_until

pytestmark = pytest.mark.browser

PAIR = {"train_images": 2_000, "a": {"channels": 2, "epochs": 3}, "b": {"channels": 4, "epochs": 5}}
_IS_UNDER_WAY = "() => /^After epoch [2-4] /.test(document.querySelector('.nnc-through-place').textContent)"
_PLACE = "(found) => { const { x, y, width, height } = found.getBoundingClientRect(); return [x, y, width, height]; }"


def place(found: Locator) -> list[float]:
    found_at: list[float] = found.evaluate(_PLACE)
    return found_at


def expect_epoch(page: Page, epoch: int) -> None:
    """All that is on the page is of this epoch; 0 is the end."""
    words = f"After epoch {epoch} of 5" if epoch else "The end, epoch 5 of 5"
    expect(page.locator(".nnc-through-place")).to_have_text(words)
    then = page.locator(".nnc-verdict .nnc-then")
    if epoch:
        expect(then).to_have_text(f"after epoch {epoch}")
        expect(page.locator(".nnc-score").last).to_contain_text(f"after {epoch}.00 epochs")
    else:
        expect(then).to_have_count(0)


def test_through_the_epochs(ready: DashboardPage) -> None:
    page = ready.page
    ready.have_trained(**PAIR)
    ready.go("Predictions")
    slider = page.get_by_role("slider", name="Epoch", exact=True)
    expect(slider).to_be_visible()
    expect(page.locator(".nnc-verdict h3")).to_be_visible()
    page.get_by_role("button", name="A sample").click()
    expect(page.locator(".nnc-score")).to_have_count(2)
    expect_epoch(page, 0)
    matrix, verdict = page.get_by_role("table", name="A − B"), page.locator(".nnc-verdict")
    expect(matrix).to_be_visible()
    slider.focus()  # which brings it into view
    before, at_the_end = [place(found) for found in (slider, verdict, matrix)], matrix.inner_text()

    page.keyboard.press("Home")
    expect_epoch(page, 1)
    wait_until(lambda: matrix.inner_text() != at_the_end, "another matrix")
    source = [card["source"] for card in ready.shown()]
    for epoch in (2, 3, 4):
        page.keyboard.press("ArrowRight")
        expect_epoch(page, epoch)
        assert place(slider) == before[0], "it stays under the finger"
        assert place(matrix)[:3] == before[2][:3]
    expect(page.locator(".nnc-through-note")).to_have_text("A has learned for 3 epochs only.")
    assert [card["source"] for card in ready.shown()] == source, "the same images"
    expect(slider).to_be_focused()
    page.keyboard.press("Escape")
    expect_epoch(page, 0)
    wait_until(lambda: matrix.inner_text() == at_the_end, "the matrix of the end")

    x, y, width, height = place(slider)
    page.mouse.move(x + width - 4, y + height / 2)
    page.mouse.down()
    page.mouse.move(x + width / 2, y + height / 2, steps=8)
    page.mouse.move(x + 4, y + height / 2, steps=8)
    page.mouse.up()
    expect_epoch(page, 1)
    page.get_by_role("button", name="Back to the end").click()
    expect_epoch(page, 0)
    expect(slider).to_be_focused()

    play = page.get_by_role("button", name="Play through the epochs")
    play.click()
    page.wait_for_function(_IS_UNDER_WAY)  # which looks at every frame: an epoch stays for a second only
    page.get_by_role("button", name="Hold at this epoch").click()
    expect(play).to_be_visible()
    held = int(page.locator(".nnc-through-place").inner_text().split()[2])
    assert 1 < held < 5
    expect_epoch(page, held)
    play.click()
    expect_epoch(page, 0)
    expect(play).to_be_visible()


@needs_axe
def test_axe_finds_nothing_serious_at_an_earlier_epoch(ready: DashboardPage) -> None:
    page = ready.page
    ready.have_trained(**PAIR)
    ready.go("Predictions")
    page.get_by_role("slider", name="Epoch", exact=True).focus()
    page.keyboard.press("Home")
    expect(page.locator(".nnc-verdict .nnc-then")).to_be_visible()
    assert serious(page) == {}


def test_on_a_phone_it_has_room_and_while_both_train_it_moves_through_what_is_done(ready: DashboardPage) -> None:
    page = ready.page
    model = {"channels": 4, "epochs": 100}
    ready.use(train_images=2_000, a=model, b=model)
    ready.train()
    ready.go("Predictions")
    size = page.viewport_size
    page.set_viewport_size({"width": 375, "height": 667})
    slider = page.get_by_role("slider", name="Epoch", exact=True)
    expect(slider).to_be_visible(timeout=60_000)
    shown = page.locator(".nnc-through-place")
    expect(shown).to_have_text(re.compile(r"^Now, in epoch \d+ of 100$"))
    x, _, width, _ = place(slider)
    assert width > 120
    assert x + width <= 375
    slider.focus()
    page.keyboard.press("Home")
    expect(shown).to_have_text("After epoch 1 of 100")
    expect(page.locator(".nnc-verdict .nnc-then")).to_have_text("after epoch 1")
    page.get_by_role("button", name="Back to now").click()
    expect(shown).to_have_text(re.compile("^Now"))
    expect(page.locator(".nnc-verdict .nnc-then")).to_be_hidden()
    page.set_viewport_size(size or {"width": 1280, "height": 720})
