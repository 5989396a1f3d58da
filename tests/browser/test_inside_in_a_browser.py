"""The maps of both networks in a browser: what is drawn, and how one gets about by mouse and keyboard."""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from dashboard_page import DashboardPage
from fake_networks import answer_of
from hosts import NOTEBOOK, Host, plain_voila
from inside_page import CELL, digit
from playwright.sync_api import Browser, Locator, Page, expect
from waiting import wait_until

from nncompare.config import RunConfig
from nncompare.figures.sprites import grey
from nncompare.inspection import Inside, NetworkState
from nncompare.messages import Setup

pytestmark = pytest.mark.browser

CHANNELS = {"A": 8, "B": 128}
WIDTHS = {"projector": (1280, 720), "laptop": (840, 600), "phone": (375, 667)}
_IS_AS_WIDE = """() => {
  const rest = innerWidth - document.querySelector(".nnc").getBoundingClientRect().width;
  return rest >= 0 && rest < 20; // a bar to scroll with
}"""
_TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_PIXELS = """(canvas) => [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]"""


@pytest.fixture(scope="module")
def host(chromium: str, user_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A page with nothing but the panel."""
    folder = tmp_path_factory.mktemp("inside")
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    support = str(Path(__file__).parents[1] / "support")
    notebook["cells"][-1]["source"] = CELL.format(folder=support, channels=CHANNELS)
    (folder / "inside.ipynb").write_text(json.dumps(notebook), "utf-8")
    share = files("nncompare") / "server" / "share" / "jupyter"
    flags = {"JUPYTER_PATH": str(share)}, "--template=nncompare"
    with plain_voila(folder, user_cache, *flags, notebook=folder / "inside.ipynb") as host:
        yield host


@pytest.fixture(scope="module")
def shared_page(browser: Browser, host: Host) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 720}) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(host.address)
        expect(page.locator(".nnc-inside-frame")).to_have_count(8, timeout=60_000)
        yield page


@pytest.fixture
def page(shared_page: Page) -> Iterator[Page]:
    yield shared_page
    resize(shared_page, *WIDTHS["projector"])


def resize(page: Page, width: int, height: int) -> None:
    """Change the size of the window, and wait until the page, which is laid out a moment later, has drawn the maps."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function(_IS_AS_WIDE)
    page.evaluate(_TWO_FRAMES)


def frame(page: Page, name: str, block: int) -> Locator:
    return page.locator(f'.nnc-inside-frame[aria-label^="{name},"][data-block="{block}"]')


def inside_of(name: str, number: int) -> Inside:
    state = NetworkState(name, Setup(RunConfig(channels=CHANNELS[name])), {}, 3.0)
    inside = answer_of(state, digit(number)[None], None).inside
    assert inside is not None
    return inside


def number_on(page: Page) -> int:
    return int((page.locator(".nnc-inside-words b").text_content() or "").strip())


def drawn(button: Locator) -> np.ndarray:
    values = button.locator("canvas").evaluate(_PIXELS)
    side = round((len(values) / 4) ** 0.5)
    return np.array(values, np.uint8).reshape(side, side, 4)


def expect_drawn(button: Locator, expected: np.ndarray) -> None:
    """Wait for a map: the browser takes a moment to read the picture that it is cut out of."""
    wait_until(lambda: np.array_equal(drawn(button)[..., 0], expected), "the map is drawn")


def test_each_map_is_drawn_pixel_by_pixel_also_that_of_the_next_image(page: Page) -> None:
    for _ in range(2):
        number = number_on(page)
        inside = inside_of("B", number)
        for block in (2, 3):
            maps, found = inside.maps[block - 1], frame(page, "B", block)
            expect_drawn(found.locator("[data-channel='3']"), grey(maps[3], float(maps.max())))
        page.get_by_role("button", name="Next image").click()
        expect(page.locator(".nnc-inside-words")).to_contain_text(f"Digit {(number + 1) % 10}")


@pytest.mark.parametrize("size", WIDTHS)
def test_a_and_b_are_as_high_as_each_other_and_nothing_is_wider_than_the_page(page: Page, size: str) -> None:
    width, height = WIDTHS[size]
    resize(page, width, height)
    for block in range(4):
        boxes = [frame(page, name, block).bounding_box() for name in CHANNELS]
        assert boxes[0] is not None
        assert boxes[1] is not None
        assert boxes[0]["height"] == boxes[1]["height"]
        assert boxes[0]["y"] == boxes[1]["y"], "beside each other"
        for name in CHANNELS:
            grid = frame(page, name, block).locator(".nnc-inside-grid")
            fits = "(grid) => grid.scrollHeight <= grid.clientHeight && grid.scrollWidth <= grid.clientWidth"
            assert grid.evaluate(fits), (name, block)
    assert page.evaluate("document.querySelector('.nnc').scrollWidth") <= width


def test_pages_lead_through_all_maps(page: Page) -> None:
    found = frame(page, "B", 3)
    on, back = found.locator("[data-turn='1']"), found.locator("[data-turn='-1']")
    seen: set[int] = set()
    while True:
        seen |= set(found.locator("[data-channel]").evaluate_all("(all) => all.map((one) => +one.dataset.channel)"))
        if on.is_disabled():
            break
        on.click()
    assert seen == {*range(512)}
    expect(found.locator(".nnc-inside-pages")).to_contain_text("–512of 512")
    while back.is_enabled():
        back.click()
    expect(found.locator("[data-channel='0']")).to_be_visible()


def test_one_tab_stop_and_arrow_keys_reach_every_map_and_enter_enlarges_one(page: Page) -> None:
    found = frame(page, "B", 2)
    assert found.locator('[data-channel][tabindex="0"]').count() == 1
    found.locator("[data-channel='0']").focus()
    page.keyboard.press("End")
    expect(found.locator("[data-channel='255']")).to_be_focused()
    page.keyboard.press("Home")
    across = int(found.get_attribute("data-across") or 0)
    for key, channel in (("ArrowRight", 1), ("ArrowDown", 1 + across), ("ArrowLeft", across), ("ArrowUp", 0)):
        page.keyboard.press(key)
        expect(found.locator(f"[data-channel='{channel}']")).to_be_focused()
    page.keyboard.press("PageDown")
    per_page = int(found.get_attribute("data-page") or 0)
    button = found.get_by_role("button", name=f"B, block 2, channel {per_page + 1} of 256")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=f"Block 2, channel {per_page + 1} of 256")
    expect(dialog).to_contain_text("It is computed from all 128 maps of block 1")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
    page.keyboard.press("Home")


def test_a_click_on_a_filter_shows_it_with_its_map(page: Page) -> None:
    frame(page, "A", 0).get_by_role("button", name="A, first layer, filter 3 of 8").click()
    dialog = page.get_by_role("dialog", name="Block 1, channel 3 of 8")
    expect(dialog.get_by_role("img", name="Its filter")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)


def test_a_click_on_where_one_looks_shows_where_both_do(page: Page) -> None:
    opened = page.locator(".nnc-inside-looks").last.get_by_role("button").last
    opened.click()
    dialog = page.get_by_role("dialog", name="Occlusion")
    expect(dialog.get_by_role("img")).to_have_count(3)
    expect(dialog).to_contain_text("A black square of 7 × 7 pixels")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opened).to_be_focused()


def test_another_class_moves_the_overlays_and_keeps_the_maps(page: Page) -> None:
    pictures = page.locator(".nnc-inside-looks img")
    before = pictures.evaluate_all("(all) => all.map((one) => one.src)")
    maps = drawn(frame(page, "A", 2).locator("[data-channel='0']"))
    page.get_by_label("What speaks for").select_option("4")
    expect(page.locator(".nnc-inside-looks .nnc-inside-target")).to_have_text(["For 4", "For 4"])
    after = pictures.evaluate_all("(all) => all.map((one) => one.src)")
    assert all(one != other for one, other in zip(before, after, strict=True))
    np.testing.assert_array_equal(drawn(frame(page, "A", 2).locator("[data-channel='0']")), maps)
    page.get_by_label("What speaks for").select_option("their own answers")


@pytest.mark.parametrize("size", WIDTHS)
def test_every_map_can_be_hit(page: Page, size: str) -> None:
    """At least 24 pixels, as WCAG 2.2 asks for."""
    width, height = WIDTHS[size]
    resize(page, width, height)
    sides = page.locator(".nnc-inside-grid button").evaluate_all("(all) => all.map((one) => one.clientWidth)")
    assert min(sides) >= 24


def test_on_explore_it_shows_what_was_learned(ready: DashboardPage) -> None:
    page = ready.page
    ready.use(train_images=1_000, a={"channels": 1, "epochs": 1}, b={"channels": 2, "epochs": 1})
    ready.train()
    ready.wait_for_end()
    ready.go("Explore")
    page.get_by_role("tab", name="Inside").click()
    expect(page.locator(".nnc-inside-frame")).to_have_count(8, timeout=60_000)
    expect(page.locator(".nnc-inside-epoch")).to_have_text(["epoch 1", "epoch 1"])
    expect(page.locator(".nnc-inside-words")).to_contain_text("label")
    ready.go("Training")
    ready.go("Explore")
    frame(page, "B", 3).get_by_role("button", name="B, block 3, channel 8 of 8").click()
    dialog = page.get_by_role("dialog", name="Block 3, channel 8 of 8")
    expect(dialog).to_contain_text("22 × 22 pixels")
    page.keyboard.press("Escape")
