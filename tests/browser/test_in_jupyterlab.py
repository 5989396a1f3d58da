"""What JupyterLab does with a dashboard that is one of its outputs: keys, saved notebooks, missing extensions."""

import re
from collections.abc import Iterator

import pytest
from dashboard_page import MODELS, READY_SECONDS, DashboardPage
from hosts import NOTEBOOK, Host
from playwright.sync_api import Browser, expect
from waiting import wait_until

pytestmark = pytest.mark.browser

SMALL = {"train_images": 1_000, "a": {"channels": 1, "epochs": 1}, "b": {"channels": 2, "epochs": 1}}
STEPS = ("Models", "Data", "Training", "Predictions", "Explore", "History")
CELLS = ".jp-NotebookPanel .jp-Cell"
# The link is there until a field is wrong.
KINDS = (
    *("a[href]", "select", "[data-pick]", "summary", "button.widget-toggle-button", "button.widget-button"),
    *("input[type=checkbox]", "input[type=text]"),
)
# Cut the cell, put one below it or above it, paste; "d" is a key of the dashboard itself.
COMMANDS = ("x", "b", "a", "v")
ERRORS = "Error displaying widget"


@pytest.fixture
def bare_lab(browser: Browser, lab_host: Host, request: pytest.FixtureRequest) -> Iterator[DashboardPage]:
    """A tab for a JupyterLab without one of its extensions; what it complains of is not looked at."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.route(f"**/extensions/{request.param}/**", lambda route: route.abort())
        yield DashboardPage(page, lab_host)
    lab_host.end_kernels()


def test_no_key_that_a_control_has_is_a_command_of_jupyterlab(on_lab: DashboardPage) -> None:
    page = on_lab.open().page
    cells, prompt = page.locator(CELLS), page.locator(f"{CELLS} .jp-InputPrompt").last
    before = cells.count(), prompt.inner_text()
    assert before == (2, "[1]:")
    seen = set()
    for step in STEPS:
        on_lab.go(step)
        if step == "Training":
            on_lab.open_details()
        for kind in KINDS:
            control = page.locator(f".nnc {kind}:not(:disabled)").filter(visible=True)
            if control.count():
                control.first.focus()
                for key in (*COMMANDS, *(["Shift+Enter"] if kind.startswith("input") else [])):  # which runs the cell
                    page.keyboard.press(key)
                seen.add(kind)
    assert seen == set(KINDS)
    assert (cells.count(), prompt.inner_text()) == before
    expect(page.locator(".nnc")).to_be_visible()


def test_the_key_that_begins_the_presentation_ends_it(on_lab: DashboardPage) -> None:
    on_lab.open()
    on_lab.go("Training")
    dashboard = on_lab.page.locator(".nnc")
    for is_on in (True, False):
        on_lab.page.keyboard.press("p")
        expect(dashboard).to_have_class(re.compile("nnc-presenting") if is_on else re.compile("^(?!.*nnc-presenting)"))


def test_everything_can_be_done_with_the_keyboard_in_a_notebook(on_lab: DashboardPage) -> None:
    page = on_lab.open().page
    on_lab.choose("synthetic-digits")
    on_lab.use(**SMALL)
    on_lab.go("Models")
    optimiser = on_lab.field("A", "Optimiser")
    optimiser.focus()
    page.keyboard.press("s")
    expect(optimiser.locator("option:checked")).to_have_text("SGD")
    page.keyboard.press("ArrowUp")
    expect(optimiser.locator("option:checked")).to_have_text("Adam")
    channels = on_lab.field("A", "Channels")
    channels.focus()
    page.keyboard.press("End")
    page.keyboard.type("6")
    expect(channels).to_have_value("16")
    page.keyboard.press("ControlOrMeta+z")
    expect(channels).to_have_value("1")
    on_lab.go("Training")
    expect(on_lab.train_button).to_be_enabled()
    on_lab.train_button.focus()
    with on_lab.new_run():
        page.keyboard.press("Space")
    on_lab.wait_for_end()
    expect(page.locator(CELLS)).to_have_count(2)


def test_a_saved_notebook_shows_the_last_state_without_its_kernel(on_lab: DashboardPage) -> None:
    page = on_lab.page
    notebook = on_lab.open_notebook(NOTEBOOK)
    on_lab.run_all_cells()
    on_lab.choose("synthetic-digits")
    on_lab.use(**SMALL)
    on_lab.train()
    on_lab.wait_for_end()
    still = page.locator(".nnc-still")
    expect(still.locator("img")).to_have_count(2)
    expect(still).to_be_hidden()
    on_lab.go("Predictions")
    verdict = page.locator(".nnc-verdict h3").inner_text()
    page.get_by_label("Images from", exact=True).focus()
    page.keyboard.press("ControlOrMeta+s")
    wait_until(lambda: "data:image/png" in notebook.read_text("utf-8"), 20, "the notebook is saved")

    page.goto("about:blank")
    on_lab.host.end_kernels()
    page.goto(f"{on_lab.host.address}lab/workspaces/{notebook.stem}/tree/{notebook.name}")
    expect(still).to_be_visible(timeout=1000 * READY_SECONDS)
    expect(still).to_contain_text(verdict)
    expect(still).to_contain_text("To use it, run this cell.")
    assert still.locator("img").evaluate_all("(all) => all.map((one) => one.complete && one.naturalWidth > 500)") == [
        True
    ] * len(MODELS)
    page.get_by_text(ERRORS).wait_for(state="attached")
    expect(page.get_by_text(ERRORS)).to_be_hidden()
    assert all("model not found" in error for error in on_lab.noise.errors), on_lab.noise.errors
    on_lab.noise.errors.clear()

    page.get_by_role("button", name="| Idle").wait_for(timeout=1000 * READY_SECONDS)
    on_lab.run_all_cells()
    expect(page.get_by_role("heading", name="Train two networks side by side")).to_be_visible(timeout=60_000)
    expect(page.locator(".nnc-still")).to_be_hidden()


@pytest.mark.parametrize("bare_lab", ["anywidget"], indirect=True)
def test_without_the_extension_of_anywidget_one_sentence_says_what_to_install(bare_lab: DashboardPage) -> None:
    bare_lab.open_notebook(NOTEBOOK)
    bare_lab.run_all_cells()
    page = bare_lab.page
    sentence = page.locator(".nnc").get_by_role("alert")
    expect(sentence).to_contain_text("pip install anywidget", timeout=1000 * READY_SECONDS)
    page.locator(".jupyter-widgets-error-widget").first.wait_for(state="attached")
    expect(page.locator(".jupyter-widgets-error-widget").filter(visible=True)).to_have_count(0)
    assert page.locator(".nnc").inner_text().strip() == sentence.inner_text().strip()


@pytest.mark.parametrize("bare_lab", ["@jupyter-widgets/jupyterlab-manager"], indirect=True)
def test_without_any_widgets_the_picture_says_what_to_install(bare_lab: DashboardPage) -> None:
    bare_lab.open_notebook(NOTEBOOK)
    bare_lab.run_all_cells()
    still = bare_lab.page.locator(".nnc-still")
    expect(still).to_contain_text("pip install ipywidgets anywidget", timeout=1000 * READY_SECONDS)
    expect(still).to_be_visible()
    expect(bare_lab.page.get_by_text("VBox(")).to_have_count(0)
