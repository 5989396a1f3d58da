"""The sheet in a browser: drawn on by pointer and by keys, and with pictures of the user's own."""

import base64
import io
import re
from collections.abc import Callable, Iterator
from functools import partial
from importlib.resources import files
from pathlib import Path

import pytest
from dashboard_page import DashboardPage
from drawing_page import write_notebook
from hosts import Host, plain_voila
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect
from tabs import WINDOW, assert_quiet, tab

pytestmark = pytest.mark.browser

SEVEN = [(0.2, 0.2), (0.75, 0.2), (0.4, 0.8)]
SUPPORT = Path(__file__).parents[1] / "support"
ROOT = Path(__file__).parents[2]
# As a page hears it when somebody presses Ctrl and V, or lets a file go above it.
_GIVE = """([kind, type, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "picture", { type }));
  const options = { bubbles: true, cancelable: true };
  const event = kind === "paste" ? new ClipboardEvent("paste", { ...options, clipboardData: data })
    : new DragEvent(kind, { ...options, dataTransfer: data });
  const target = kind === "paste" ? document.activeElement : document.body;
  target.dispatchEvent(event);
}"""
_MANY_STROKES = """(canvas) => {
  const { left, top } = canvas.getBoundingClientRect();
  canvas.setPointerCapture = () => {};
  for (let stroke = 0; stroke < 1000; stroke += 1) {
    const place = { clientX: left + 20 + (stroke % 150), clientY: top + 30 + (stroke % 170) };
    const options = { pointerId: 7, pointerType: "pen", bubbles: true, ...place };
    for (const kind of ["pointerdown", "pointermove", "lostpointercapture"])
      canvas.dispatchEvent(new PointerEvent(kind, options));
  }
}"""


@pytest.fixture(scope="module")
def host(chromium: str, user_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("drawing")
    write_notebook(folder / "drawing.ipynb")
    share = files("nncompare") / "server" / "share" / "jupyter"
    paths = {"PYTHONPATH": f"{ROOT}:{SUPPORT}", "JUPYTER_PATH": str(share)}
    with plain_voila(folder, user_cache, paths, "--template=nncompare", notebook=folder / "drawing.ipynb") as host:
        yield host


@pytest.fixture(scope="module")
def shared(browser: Browser, host: Host) -> Iterator[DashboardPage]:
    with tab(browser, host) as dashboard:
        dashboard.page.goto(host.address)
        yield dashboard


@pytest.fixture
def page(shared: DashboardPage) -> Iterator[Page]:
    """A page with a sheet of its own for each test."""
    page = shared.page
    page.set_viewport_size(WINDOW)
    number = page.locator(".number")
    before = number.inner_text()
    press(page, "Another sheet")
    expect(number).not_to_have_text(before)
    expect(told(page)).to_contain_text(re.compile("^1 Draw something"))
    yield page
    assert_quiet(shared)


def told(page: Page) -> Locator:
    return page.locator(".told")


def sheet(page: Page) -> Locator:
    return page.get_by_role("application", name="Sheet to draw on")


def frame(page: Page) -> Locator:
    return page.get_by_role("application", name="Frame around what the networks see")


def words(page: Page) -> Locator:
    return page.get_by_role("status").filter(has=page.locator("xpath=self::*[contains(@class, 'nnc-draw-words')]"))


def box_of(found: Locator) -> FloatRect:
    box = found.bounding_box()
    assert box is not None
    return box


def draw(page: Page, points: list[tuple[float, float]]) -> None:
    """Draw with the pointer; places are shares of the sheet."""
    sheet(page).hover()  # which waits until it is in view, and its place is settled
    box = box_of(sheet(page))
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def picture(size: tuple[int, int] = (600, 300), format: str = "PNG") -> bytes:
    """Draw a tall stroke at the left, and a flat one at the right."""
    image, file = Image.new("RGB", size, "white"), io.BytesIO()
    width, height = size
    for points in ([(0.2, 0.2), (0.2, 0.8)], [(0.65, 0.5), (0.95, 0.5)]):
        places = [(x * width, y * height) for x, y in points]
        ImageDraw.Draw(image).line(places, fill="navy", width=height // 14)
    image.save(file, format)
    return file.getvalue()


def give(page: Page, kind: str, content: bytes, type: str = "image/png") -> None:
    page.evaluate(_GIVE, [kind, type, base64.b64encode(content).decode()])


def open_file(page: Page, name: str, content: bytes) -> None:
    with page.expect_file_chooser() as chooser:
        press(page, "Open picture")
    chooser.value.set_files({"name": name, "mimeType": "image/png", "buffer": content})


def brightness(page: Page) -> int:
    return int(told(page).inner_text().rpartition(", ")[2])


def test_a_seven_is_drawn_erased_and_taken_back(page: Page) -> None:
    draw(page, SEVEN)
    expect(told(page)).to_contain_text(re.compile(r"your drawing 20 x 1\d, \d+"))
    assert brightness(page) > 15
    press(page, "Eraser")
    expect(page.get_by_role("button", name="Eraser")).to_have_attribute("aria-pressed", "true")
    draw(page, [(0.1, 0.2), (0.85, 0.2)])
    expect(told(page)).to_contain_text(re.compile(r"your drawing 20 x (1\d|20), \d+"))
    page.keyboard.press("Control+z")
    press(page, "Undo")
    expect(told(page)).to_contain_text("Draw something")
    press(page, "Pen")
    draw(page, SEVEN)
    expect(told(page)).to_contain_text("your drawing")
    press(page, "Clear")
    expect(told(page)).to_contain_text("Draw something")
    press(page, "Undo")
    expect(told(page)).to_contain_text("your drawing")


def look_again(page: Page, act: Callable[[], None]) -> None:
    """Set the sheet aside, which it says; then do something by which it is looked at again."""
    press(page, "Look elsewhere")
    expect(page.get_by_role("button", name="Back to your")).to_be_visible()
    before = told(page).inner_text()
    act()
    expect(page.get_by_role("button", name="Back to your")).to_have_count(0)
    expect(told(page)).not_to_have_text(before)


def test_a_drawing_that_is_set_aside_says_so_until_it_is_looked_at_again(page: Page) -> None:
    draw(page, SEVEN)
    draw(page, [(0.3, 0.9), (0.6, 0.9)])
    page.get_by_role("switch", name="as drawn").check()
    expect(told(page)).to_contain_text("28 x 28")  # so nothing of the strokes is on its way
    look_again(page, partial(press, page, "Back to your drawing"))
    expect(sheet(page)).to_be_focused()
    look_again(page, partial(press, page, "Undo"))
    look_again(page, partial(draw, page, [(0.3, 0.9), (0.6, 0.9)]))
    expect(told(page)).to_contain_text("your drawing 28 x 28")


def test_a_picture_is_set_aside_and_an_empty_sheet_is_not(page: Page) -> None:
    open_file(page, "squared.png", picture())
    expect(told(page)).to_contain_text("your picture")
    look_again(page, partial(press, page, "Back to your picture"))
    expect(frame(page)).to_be_focused()
    look_again(page, partial(press, page, "Clear"))
    press(page, "Look elsewhere")
    expect(page.get_by_role("button", name="Back to your")).to_have_count(0)


def test_as_drawn_is_switched(page: Page) -> None:
    draw(page, SEVEN)
    expect(told(page)).to_contain_text("your drawing 20 x")
    page.get_by_role("switch", name="as drawn").check()
    expect(told(page)).to_contain_text("your drawing 28 x 28")
    assert brightness(page) > 200
    page.get_by_role("switch", name="as drawn").uncheck()
    expect(told(page)).to_contain_text("your drawing 20 x")


def test_one_dot_is_said_to_be_one(page: Page) -> None:
    sheet(page).click(position={"x": 60, "y": 60})
    expect(words(page)).to_have_text("There is only a dot in the picture.")
    draw(page, SEVEN)
    expect(words(page)).to_have_text("")


def test_the_arrow_keys_draw(page: Page) -> None:
    sheet(page).focus()
    for key in (*["ArrowUp"] * 8, "Space", *["ArrowDown"] * 15, "Shift+ArrowDown"):
        page.keyboard.press(key)
    expect(told(page)).to_contain_text(re.compile(r"your drawing 20 x [2-4],"))
    expect(page.locator(".nnc-draw-spoken")).to_have_text("column 14, row 21")
    page.keyboard.press("Space")
    expect(page.locator(".nnc-draw-spoken")).to_have_text("Lifted")
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    page.keyboard.press("Space")
    page.keyboard.press("Control+z")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Control+z")
    expect(told(page)).to_contain_text("Draw something")


def test_a_picture_is_opened_and_framed(page: Page) -> None:
    draw(page, SEVEN)
    expect(told(page)).to_contain_text("your drawing")
    open_file(page, "picture.png", picture())
    expect(told(page)).to_contain_text("your picture")
    frame(page).hover()  # which waits until its place is settled
    box = box_of(frame(page))
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] - 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 4, steps=5)
    page.mouse.up()
    expect(told(page)).to_contain_text(re.compile(r"your picture 20 x [2-4],"))
    frame(page).hover()
    half = box_of(frame(page))
    page.mouse.move(half["x"] + half["width"] / 2, half["y"] + half["height"] / 2)
    page.mouse.down()
    page.mouse.move(half["x"] + 2 * half["width"], half["y"] + half["height"] / 2, steps=5)
    page.mouse.up()
    expect(told(page)).to_contain_text(re.compile(r"your picture [2-4] x 20,"))
    press(page, "Pen")
    expect(told(page)).to_contain_text("your drawing")
    expect(frame(page)).to_be_hidden()


def test_a_frame_is_moved_and_sized_with_keys(page: Page) -> None:
    open_file(page, "picture.png", picture())
    expect(told(page)).to_contain_text("your picture")
    frame(page).focus()
    for _ in range(25):
        page.keyboard.press("Shift+ArrowLeft")
    expect(told(page)).to_contain_text(re.compile(r"your picture 20 x [2-4],"))
    for _ in range(25):
        page.keyboard.press("ArrowRight")
    expect(told(page)).to_contain_text(re.compile(r"your picture [2-4] x 20,"))
    expect(page.locator(".nnc-draw-spoken")).to_have_text("left 50, top 0, right 100, bottom 100 percent")


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
def test_a_picture_is_pasted_while_the_sheet_has_the_focus(page: Page, format: str) -> None:
    sheet(page).focus()
    give(page, "paste", picture(format=format), f"image/{format.lower()}")
    expect(told(page)).to_contain_text("your picture")
    expect(frame(page)).to_be_focused()
    press(page, "Clear")
    expect(told(page)).to_contain_text("Draw something")


def test_a_large_picture_is_dropped_anywhere(page: Page) -> None:
    content = picture((1_200, 1_100), "BMP")
    assert len(content) > 2_000_000
    give(page, "dragover", b"")
    expect(page.locator(".nnc-draw-over")).to_be_visible()
    give(page, "drop", content, "image/bmp")
    expect(told(page)).to_contain_text("your picture")
    expect(page.locator(".nnc-draw-over")).to_have_count(0)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"a text", "not a picture"), (picture()[:300], "damaged or incomplete"), (bytes(10_000_001), "at most 10 MB")],
)
def test_what_cannot_be_read_gets_a_sentence(page: Page, content: bytes, sentence: str) -> None:
    draw(page, SEVEN)
    expect(told(page)).to_contain_text("your drawing")
    room = box_of(page.locator(".nnc-draw"))
    open_file(page, "picture.png", content)
    expect(words(page)).to_contain_text(sentence)
    assert box_of(page.locator(".nnc-draw")) == room, "it has its place"
    expect(words(page)).to_have_class(re.compile("nnc-message"))
    expect(told(page)).to_contain_text("your drawing")
    assert brightness(page) > 15
    open_file(page, "picture.png", picture())
    expect(told(page)).to_contain_text("your picture")
    expect(words(page)).to_have_text("")
    expect(words(page)).not_to_have_class(re.compile("nnc-message"))


def test_a_thousand_strokes_at_once_are_a_few_messages(page: Page) -> None:
    sheet(page).evaluate(_MANY_STROKES)
    expect(told(page)).to_contain_text("your drawing")
    draw(page, SEVEN)
    expect(told(page)).to_contain_text(re.compile(r"^[2-9] your drawing"))


def test_a_phone_has_the_sheet_over_its_width(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 667})
    assert box_of(sheet(page))["width"] > 290
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    draw(page, SEVEN)
    expect(told(page)).to_contain_text("your drawing")


def test_nothing_of_a_picture_is_on_the_disk(page: Page, host: Host) -> None:
    open_file(page, "secret-name.png", picture())
    expect(told(page)).to_contain_text("your picture")
    files = [path for path in host.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix in (".png", ".jpg") or b"secret-name" in path.read_bytes()]
