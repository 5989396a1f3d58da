"""What the page's own script does: it copies the link, and asks before it is left."""

from collections.abc import Iterator

import pytest
from dashboard_page import DashboardPage
from interrupted import LONG
from playwright.sync_api import Dialog, expect

pytestmark = pytest.mark.browser

# As on plain http, where a browser has no clipboard for scripts.
_NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
_HEAR_A_COPY = "addEventListener('copy', () => { window.nncCopied = String(document.activeElement.value) })"


@pytest.fixture
def questions(ready: DashboardPage) -> Iterator[list[str]]:
    """What the browser asks, and each time is told to stay."""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    ready.page.on("dialog", stay)
    yield asked
    ready.page.remove_listener("dialog", stay)


def test_the_link_is_copied_also_where_scripts_have_no_clipboard(ready: DashboardPage) -> None:
    page = ready.page
    ready.go("Models")
    page.evaluate(_NO_CLIPBOARD)
    page.evaluate(_HEAR_A_COPY)
    link = page.get_by_label("Link to these settings", exact=True).input_value()
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    assert page.evaluate("window.nncCopied") == link
    expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()
    expect(page.locator(".nnc-share")).to_contain_text("Others need the server’s own address instead of 127")
    expect(page.locator(".nnc-share")).to_contain_text("token")


def test_the_browser_asks_only_where_leaving_would_interrupt_a_training(
    ready: DashboardPage, questions: list[str]
) -> None:
    ready.use(**LONG)
    ready.train()
    ready.watch_curves_grow()
    with ready.page.expect_event("dialog"):
        ready.page.evaluate("setTimeout(() => location.reload())")
    assert questions == ["beforeunload"]
    ready.watch_curves_grow(ready.look())  # whoever stays misses nothing
    ready.rest()
    ready.go("Data")  # which the kernel does after all that it had to say of the end
    ready.page.reload()
    ready.go("Training")
    assert questions == ["beforeunload"]
