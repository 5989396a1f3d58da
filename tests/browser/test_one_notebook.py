"""One notebook of JupyterLab: its keys beside those of JupyterLab, what axe-core finds, and the end of its kernel."""

import re
from collections.abc import Iterator

import pytest
from axe import assert_accessible, needs_axe
from dashboard_page import DashboardPage
from hosts import Host
from keyboard_only import assert_all_is_reached
from playwright.sync_api import Browser, expect
from tabs import assert_quiet, tab

pytestmark = pytest.mark.browser

SMALL = {"train_images": 1_000, "a": {"channels": 1, "epochs": 1}, "b": {"channels": 2, "epochs": 1}}
STEPS = ("Models", "Data", "Training", "Predictions", "Explore", "History")
SECONDS = 60_000
CELLS = ".jp-NotebookPanel .jp-Cell"
# The link is there until a field is wrong.
KINDS = (
    *("a[href]", "select", "[data-pick]", "summary", "button.widget-toggle-button", "button.widget-button"),
    *("input[type=checkbox]", "input[type=text]"),
)
# Cut the cell, put one below it or above it, paste; "d" is a key of the dashboard itself.
COMMANDS = ("x", "b", "a", "v")


@pytest.fixture(scope="module")
def opened(browser: Browser, lab_host: Host) -> Iterator[DashboardPage]:
    with tab(browser, lab_host) as dashboard:
        yield dashboard.open()
    lab_host.end_kernels()


@pytest.fixture
def in_notebook(opened: DashboardPage) -> Iterator[DashboardPage]:
    """The dashboard in a notebook that these tests share."""
    yield opened
    assert_quiet(opened)


def test_no_key_that_a_control_has_is_a_command_of_jupyterlab(in_notebook: DashboardPage) -> None:
    page = in_notebook.page
    cells, prompt = page.locator(CELLS), page.locator(f"{CELLS} .jp-InputPrompt").last
    expect(prompt).to_have_text("[1]:")
    expect(cells).to_have_count(2)
    seen = set()
    for step in STEPS:
        in_notebook.go(step)
        if step == "Training":
            in_notebook.open_details()
        for kind in KINDS:
            control = page.locator(f".nnc {kind}:not(:disabled)").filter(visible=True)
            if control.count():
                control.first.focus()
                for key in (*COMMANDS, *(["Shift+Enter"] if kind.startswith("input") else [])):  # which runs the cell
                    page.keyboard.press(key)
                seen.add(kind)
    assert seen == set(KINDS)
    assert (cells.count(), prompt.inner_text()) == (2, "[1]:")
    expect(page.locator(".nnc")).to_be_visible()


def test_the_key_that_begins_the_presentation_ends_it(in_notebook: DashboardPage) -> None:
    in_notebook.go("Training")
    dashboard = in_notebook.page.locator(".nnc")
    for is_on in (True, False):
        in_notebook.page.keyboard.press("p")
        expect(dashboard).to_have_class(re.compile("nnc-presenting") if is_on else re.compile("^(?!.*nnc-presenting)"))


def test_everything_can_be_done_with_the_keyboard_in_a_notebook(in_notebook: DashboardPage) -> None:
    page = in_notebook.page
    in_notebook.go("Data")
    in_notebook.choose("synthetic-digits")
    in_notebook.use(**SMALL)
    in_notebook.go("Models")
    optimiser = in_notebook.field("A", "Optimiser")
    optimiser.focus()
    page.keyboard.press("s")
    expect(optimiser.locator("option:checked")).to_have_text("SGD")
    page.keyboard.press("ArrowUp")
    expect(optimiser.locator("option:checked")).to_have_text("Adam")
    channels = in_notebook.field("A", "Channels")
    channels.focus()
    page.keyboard.press("End")
    page.keyboard.type("6")
    expect(channels).to_have_value("16")
    page.keyboard.press("ControlOrMeta+z")
    expect(channels).to_have_value("1")
    in_notebook.go("Training")
    expect(in_notebook.train_button).to_be_enabled()
    in_notebook.train_button.focus()
    with in_notebook.new_run():
        page.keyboard.press("Space")
    in_notebook.wait_for_end()
    expect(page.locator(CELLS)).to_have_count(2)


def test_the_keyboard_leads_to_everything_in_a_notebook(in_notebook: DashboardPage) -> None:
    in_notebook.have_trained(**SMALL)
    in_notebook.go("Predictions")
    expect(in_notebook.page.locator(".nnc-verdict")).to_be_visible(timeout=SECONDS)
    assert_all_is_reached(in_notebook)


@needs_axe
def test_axe_finds_nothing_serious_in_a_notebook(in_notebook: DashboardPage) -> None:
    in_notebook.have_trained(**SMALL)
    assert_accessible(in_notebook, part=".nnc")


def test_in_a_notebook_keys_are_obeyed_only_inside_the_dashboard(in_notebook: DashboardPage) -> None:
    page = in_notebook.page
    cells, here = page.locator(CELLS), page.locator(".nnc-nav [aria-current]")
    page.get_by_role("button", name="Data", exact=True).focus()
    page.keyboard.press("4")
    expect(here).to_have_text("Predictions")
    page.keyboard.press("d")
    page.keyboard.press("d")  # which deletes a cell
    expect(cells).to_have_count(2)
    in_notebook.go("Models")
    page.get_by_role("heading", name="Model A").click()  # which takes no focus
    page.keyboard.press("3")
    expect(here).to_have_text("Training")
    page.keyboard.press("d")
    page.keyboard.press("d")
    expect(cells).to_have_count(2)
    page.get_by_role("button", name="Help").click()
    page.get_by_role("button", name="Take the tour").click()
    expect(page.locator(".nnc-tour")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".nnc-tour")).to_be_hidden()
    cells.first.click()
    page.keyboard.press("Escape")
    page.keyboard.press("5")
    expect(here).to_have_text("Data")


def test_at_last_it_says_that_its_kernel_has_ended(in_notebook: DashboardPage) -> None:
    page = in_notebook.page
    (kernel,) = [one for one in in_notebook.host.processes() if "ipykernel_launcher" in one.cmdline()]
    kernel.kill()
    words = page.locator(".nnc").get_by_role("alert").filter(has_text="The kernel of this notebook has ended")
    expect(words).to_be_visible(timeout=SECONDS)
    expect(page.locator(".nnc-header")).to_have_attribute("inert", "")
