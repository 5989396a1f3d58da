"""Takes the pictures of the steps that the README shows; with ``--all`` more of them, to be looked at.

The data sets are looked for as the dashboard itself does (``NNCOMPARE_DATA_DIR``, then the cache).
"""

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from dashboard_page import MODELS, DashboardPage  # noqa: E402
from hosts import voila  # noqa: E402

WIDTH, NARROW = 1280, 800
THEMES = ("light", "dark")
SETTINGS = "a.channels=8&b.channels=16"
LOWEST = 560
_PLOT = re.compile("values at one place")
# The shell lays itself out again a frame after the window has changed its size.
_SETTLED_HEIGHT = """(shell) => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(shell.scrollHeight))))"""


def main() -> None:
    """Walk through the dashboard and keep its pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "images", help="where the pictures go")
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="more widths and states go there")
    parser.add_argument("--dataset", default="fashion-mnist", help="data set to train on")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nncompare-") as folder, sync_playwright() as playwright:
        data = _data_elsewhere(Path(folder))
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        with chromium as browser, voila(Path(folder), Path(folder) / "cache", data) as host:
            page = browser.new_page(viewport={"width": WIDTH, "height": 900})
            Tour(DashboardPage(page, host), arguments.folder, arguments.all).walk(arguments.dataset)


def _data_elsewhere(folder: Path) -> dict[str, str]:
    """Return a path to the images that says nothing of the machine on which the pictures are taken."""
    place = folder / "data"
    place.mkdir()
    for found in Path(os.environ.get("NNCOMPARE_DATA_DIR", place)).resolve().iterdir():
        (place / found.name).symlink_to(found)
    return {"NNCOMPARE_DATA_DIR": str(place)}


class Tour:
    """A walk through the steps with a camera."""

    def __init__(self, dashboard: DashboardPage, folder: Path, review: Path | None) -> None:
        self._dashboard, self._folder, self._review = dashboard, folder, review

    def walk(self, dataset: str) -> None:
        """Take every picture, in the order in which a user comes by."""
        dashboard = self._dashboard
        dashboard.open(f"?dataset={dataset}&{SETTINGS}")
        dashboard.choose(dataset)
        expect(dashboard.page.locator(".nnc-strip img")).to_have_count(40, timeout=20_000)
        self._take("data", "")
        dashboard.go("Predictions")
        expect(dashboard.cards.first).to_be_visible()
        self._take("predictions", "idle")
        dashboard.go("Training")
        expect(dashboard.page.locator("svg.nnc-chart")).to_have_count(2)
        self._take("training", "idle")
        self._take_models()
        self._take_training()
        dashboard.go("Predictions")
        dashboard.wait_for_cards(lambda cards: len(cards) == 12, "predictions")
        self._take("predictions", "")
        dashboard.go("Explore")
        expect(dashboard.page.locator(".nnc-answers .nnc-answer")).to_have_count(len(MODELS), timeout=20_000)
        self._take("explore", "")
        dashboard.go("History")
        expect(dashboard.page.locator(".nnc-pasts")).to_be_visible()
        self._take("history", "after")
        if self._review:
            self._take_errors()

    def _take_models(self) -> None:
        self._dashboard.go("Models")
        expect(self._dashboard.page.locator(".nnc-network svg")).to_have_count(2)
        self._take("models", "")
        if self._review:
            saved = self._dashboard.saved()
            self._dashboard.page.get_by_label("Lesson", exact=True).select_option("Dropout and overfitting")
            self._dashboard.fill("B", channels="1000000000", dropout="1", optimiser="SGD", batch_size="100")
            expect(self._dashboard.row_of(self._dashboard.field("B", "Dropout")).get_by_role("alert")).to_be_visible()
            self._take("models", "error")
            self._dashboard.go("Training")
            self._take("training", "error")
            self._dashboard.go("Models")
            self._dashboard.page.get_by_label("Lesson", exact=True).select_option("No lesson")
            self._write(saved)

    def _write(self, saved: dict[str, object]) -> None:
        """Put the settings back, as a user would who opens a file."""
        content = json.dumps(saved).encode()
        self._dashboard.upload({"name": "before.json", "mimeType": "application/json", "buffer": content})
        self._dashboard.wait_for_settings(**saved)

    def _take_training(self) -> None:
        dashboard = self._dashboard
        dashboard.train()
        expect(dashboard.lane("B")).to_contain_text("epoch 2 of 3", timeout=240_000)
        self._take("training", "")
        dashboard.go("Predictions")
        self._take("predictions", "during")
        dashboard.go("Training")
        for model in MODELS:
            expect(dashboard.log(model)).to_contain_text("epoch 3 done in", timeout=240_000)
        dashboard.wait_for_end()
        self._take("training", "after")

    def _take_errors(self) -> None:
        page = self._dashboard.page
        self._dashboard.go("Predictions")
        page.get_by_label("How many", exact=True).fill("1000")
        expect(page.get_by_role("alert").first).to_be_visible()
        self._take("predictions", "error")
        self._dashboard.open("?a.channels=1000000000&dataset=cats")
        self._take("data", "error")
        self._dashboard.go("Models")
        page.get_by_text("What do the settings mean?").click()
        self._take("models", "help")

    def _take(self, step: str, state: str) -> None:
        """Take a picture in both themes; those of the README have no state in their name."""
        if not state:
            self._shoot(self._folder, step, WIDTH)
        if self._review:
            for width in (WIDTH, NARROW):
                self._shoot(self._review, f"{step}-{state or 'plain'}-{width}", width)

    def _shoot(self, folder: Path, name: str, width: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        page = self._dashboard.page
        page.set_viewport_size({"width": width, "height": _height(page, width)})
        page.locator("#rendered_cells").evaluate("shell => shell.scrollTo(0, 0)")
        page.mouse.move(0, 0)
        for plot in page.get_by_role("group", name=_PLOT).filter(visible=True).all():
            self._dashboard.wait_for_size(plot)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            file = folder / f"{name}-{theme}.png"
            page.screenshot(path=file)
            print(f"{file} ({file.stat().st_size // 1000} kB)")


def _height(page: Page, width: int) -> int:
    """Find the height at which nothing has to be scrolled: on the web page the shell scrolls, not the window."""
    page.set_viewport_size({"width": width, "height": LOWEST})
    return int(page.locator("#rendered_cells").evaluate(_SETTLED_HEIGHT))


if __name__ == "__main__":
    main()
