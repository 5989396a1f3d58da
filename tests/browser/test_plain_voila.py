"""The notebook in a Voila that knows nothing of this program."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from dashboard_page import MODELS, DashboardPage, assert_predicted
from hosts import Host, plain_voila
from playwright.sync_api import Browser, Route, expect
from tabs import tab

pytestmark = pytest.mark.browser

SMALL = {"train_images": 1_000, "a": {"channels": 1, "epochs": 1}, "b": {"channels": 2, "epochs": 1}}


@pytest.fixture(scope="module")
def host(
    chromium: str, user_cache: Path, synthetic_digits: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    with plain_voila(tmp_path_factory.mktemp("plain_voila"), user_cache) as host:
        yield host


@pytest.fixture
def dashboard(browser: Browser, host: Host) -> Iterator[DashboardPage]:
    """A tab without a network, where Voila's own template asks for icons in vain."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)

        def only_here(route: Route) -> None:
            (route.continue_ if route.request.url.startswith((host.address, "blob:", "data:")) else route.abort)()

        page.route("**/*", only_here)
        yield DashboardPage(page, host)


def test_the_address_sets_the_fields_and_two_models_train_and_predict(dashboard: DashboardPage) -> None:
    page = dashboard.open("?train_images=1000&a.channels=1&b.channels=2").page
    dashboard.choose("synthetic-digits")
    dashboard.go("Models")
    assert dashboard.read("B", "Channels") == ["2"], "the address sets the fields"
    dashboard.use(**SMALL)
    dashboard.train()
    dashboard.wait_for_end()
    for model in MODELS:
        expect(dashboard.log(model)).to_contain_text("epoch 1 done in")
    dashboard.go("Predictions")
    assert_predicted(dashboard.wait_for_cards(bool, "predicted images"), "0123456789")
    expect(page.locator(".nnc-verdict")).to_be_visible(timeout=60_000)
    expect(page.locator(".nnc-still")).to_have_count(0)


def test_with_the_template_of_this_package_nobody_else_is_asked(
    browser: Browser, user_cache: Path, synthetic_digits: Path, tmp_path: Path
) -> None:
    share = files("nncompare") / "server" / "share" / "jupyter"
    flags = {"JUPYTER_PATH": str(share)}, "--template=nncompare"
    with plain_voila(tmp_path, user_cache, *flags) as host, tab(browser, host) as dashboard:
        expect(dashboard.open().page).to_have_title("nncompare")
        dashboard.choose("synthetic-digits")
