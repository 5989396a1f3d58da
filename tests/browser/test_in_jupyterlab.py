"""What JupyterLab does with a dashboard that is one of its outputs: saved notebooks, missing extensions."""

from collections.abc import Iterator

import pytest
from dashboard_page import READY_SECONDS, DashboardPage
from hosts import NOTEBOOK, Host
from playwright.sync_api import Browser, expect
from tabs import are_loaded
from waiting import wait_until

pytestmark = pytest.mark.browser

SMALL = {"train_images": 1_000, "a": {"channels": 1, "epochs": 1}, "b": {"channels": 2, "epochs": 1}}
ERRORS = "Error displaying widget"


@pytest.fixture
def bare_lab(browser: Browser, lab_host: Host, request: pytest.FixtureRequest) -> Iterator[DashboardPage]:
    """A tab for a JupyterLab without one of its extensions; what it complains of is not looked at."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.route(f"**/extensions/{request.param}/**", lambda route: route.abort())
        yield DashboardPage(page, lab_host)
    lab_host.end_kernels()


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
    wait_until(lambda: "data:image/png" in notebook.read_text("utf-8"), "the notebook is saved")

    page.goto("about:blank")
    on_lab.host.end_kernels()
    page.goto(f"{on_lab.host.address}lab/workspaces/{notebook.stem}/tree/{notebook.name}")
    expect(still).to_be_visible(timeout=1000 * READY_SECONDS)
    expect(still).to_contain_text(verdict)
    expect(still).to_contain_text("To use it, run this cell.")
    wait_until(lambda: are_loaded(still), "both pictures are there, and large")
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


def test_of_a_kernel_that_was_shut_down_the_dashboard_says_so(on_lab: DashboardPage) -> None:
    on_lab.open_notebook(NOTEBOOK)
    on_lab.run_all_cells()
    page = on_lab.page
    expect(page.get_by_role("heading", name="Train two networks side by side")).to_be_visible(timeout=60_000)
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Shut Down Kernel", exact=True).click()
    # Of an engine that is still being looked for, a kernel that ends may complain as well.
    ended = page.get_by_role("alert").filter(has_text="The kernel of this notebook has ended")
    expect(ended).to_be_visible()
