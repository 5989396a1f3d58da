"""Notebooks that nobody looked at while they ran: ``jupyter nbconvert --execute``, as papermill and Jupyter Book do."""

import json
from pathlib import Path

import pytest
from dashboard_page import MODELS, READY_SECONDS, DashboardPage
from hosts import NOTEBOOK, Host, convert
from nbformat import NO_CONVERT, read
from nbformat.sign import NotebookNotary
from playwright.sync_api import Browser, Page, expect
from small_images import TEST_IMAGES
from stored_runs import store_finished
from tabs import are_loaded
from waiting import wait_until

from nncompare.config import Comparison, RunConfig
from nncompare.data import load
from nncompare.store import Store

pytestmark = pytest.mark.browser

COMPARISON = Comparison(
    dataset="synthetic-digits", train_images=1_000, a=RunConfig(channels=2), b=RunConfig(channels=3)
)
LOOK_BACK = """import time

dashboard.open_saved("{id}")
deadline = time.monotonic() + 60
while "<img" not in dashboard.still.bundle["text/html"] and time.monotonic() < deadline:
    time.sleep(0.05)
dashboard.result
"""


@pytest.fixture(scope="module")
def executed(user_cache: Path, synthetic_digits: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook that opens the dashboard, and with it a comparison that was saved; it was run without a browser."""
    folder = tmp_path_factory.mktemp("executed")
    labels = load("synthetic-digits").labels("test")
    id_ = store_finished(Store(folder / "nncompare_home"), COMPARISON, labels)
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    looks = {**notebook["cells"][-1], "id": "looks", "source": LOOK_BACK.format(id=id_)}
    notebook["cells"].append(looks)
    (folder / "executed.ipynb").write_text(json.dumps(notebook), "utf-8")
    convert(folder, user_cache, folder / "executed.ipynb", "--execute", "--to", "notebook", "--inplace")
    return folder / "executed.ipynb"


def assert_shows_the_last_state(page: Page) -> None:
    still = page.locator(".nnc-still")
    expect(still).to_be_visible(timeout=1000 * READY_SECONDS)
    expect(still.get_by_role("heading")).to_contain_text(f"{TEST_IMAGES} test images")
    expect(still).to_contain_text(f"of {TEST_IMAGES} test images right")
    expect(still).to_contain_text("To use it, run this cell.")
    wait_until(lambda: are_loaded(still), "both pictures are there, and large")
    for words in ("Error displaying widget", "Loading widget", "VBox("):
        expect(page.get_by_text(words).filter(visible=True)).to_have_count(0)
    expect(page.locator(".nnc > :not(:first-child)").filter(visible=True)).to_have_count(0)


def test_a_page_that_nbconvert_made_shows_the_last_state(executed: Path, user_cache: Path, browser: Browser) -> None:
    convert(executed.parent, user_cache, executed, "--to", "html")
    with browser.new_context(offline=True) as context:
        page = context.new_page()
        page.goto(executed.with_suffix(".html").as_uri())
        assert_shows_the_last_state(page)
        result = page.locator(".nnc-picture:not(.nnc-still *)")
        expect(result).to_contain_text(f"of {TEST_IMAGES} test images right")
        expect(result.locator("img")).to_have_count(len(MODELS))
        expect(page.get_by_text("ComparisonResult(")).to_have_count(0)


@pytest.mark.parametrize("is_trusted", [True, False], ids=["trusted", "foreign"])
def test_jupyterlab_shows_the_last_state_of_a_notebook_that_was_run_elsewhere(
    executed: Path, on_lab: DashboardPage, lab_host: Host, is_trusted: bool
) -> None:
    assert "widgets" in json.loads(executed.read_text("utf-8"))["metadata"]
    notary = NotebookNotary(data_dir=str(lab_host.folder / "jupyter_data_dir"))
    (notary.sign if is_trusted else notary.unsign)(read(executed, NO_CONVERT))
    on_lab.open_notebook(executed)
    assert_shows_the_last_state(on_lab.page)
