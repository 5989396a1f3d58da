"""The dashboard as its user sees it: what can be read there, and what can be pressed."""

import json
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from hosts import LOOPBACK, NOTEBOOK, Host
from playwright.sync_api import ConsoleMessage, FilePayload, Locator, Page, Request, TimeoutError, expect
from waiting import wait_until

MODELS = ("A", "B")
STEPS = ("Data", "Models", "Training", "Predictions", "Explore", "History")
_TRAIN = re.compile(r"^Train (both|A|again)$")  # the button that begins a comparison, whatever its word is
READY_SECONDS, TRAINING_SECONDS, MOMENT_SECONDS = 60.0, 120.0, 3.0

# The lanes and the curves in one look. A training curve is the solid line in the colour of its model; rings,
# pluses and crosses are drawn with other pens.
_LOOK = """() => Object.fromEntries(["A", "B"].map((name) => {
  const model = name.toLowerCase();
  const strip = document.querySelector(`.nnc-run.nnc-${model} [data-state]`);
  const curves = [...document.querySelectorAll("svg.nnc-chart path")].filter(({ style }) =>
    style.stroke.includes(`--nnc-${model},`) && !style.strokeDasharray && ["1.8", "5"].includes(style.strokeWidth));
  return [name, {
    state: strip.dataset.state,
    epoch: strip.querySelector(".nnc-epoch")?.textContent ?? "",
    points: curves.map((path) => path.getAttribute("d").match(/[ML]/g).length),
  }];
}))"""
# The lanes and the curves come in messages of their own: a curve may be a message ahead of its lane.
_GREW = f"""(before) => {{
  const now = ({_LOOK})();
  const grew = ([name, {{ epoch, points }}]) =>
    / [0-9]+ of /.test(epoch) && points.length === 2 && points.every((n, i) => n > (before[name][i] ?? 0));
  return Object.entries(now).every(grew) && now;
}}"""
# However short the run is: each change of the page is looked at.
_WATCH_FOR_A_RUN = """() => {
  window.nncBegan = false;
  const isActive = ({ dataset }) => !["", "idle", "finished", "stopped", "failed"].includes(dataset.state);
  const watcher = new MutationObserver(() => {
    window.nncBegan ||= [...document.querySelectorAll(".nnc-run [data-state]")].some(isActive);
    if (window.nncBegan) watcher.disconnect();
  });
  watcher.observe(document, { subtree: true, childList: true });
}"""
_CARDS = """(cards) => cards.map((card) => ({
  index: Number(card.dataset.index),
  source: card.querySelector("img").src,
  label: card.querySelector("small b").textContent,
  guesses: Object.fromEntries([...card.querySelectorAll("[data-model]")].map((guess) => [guess.dataset.model, {
    label: guess.querySelector("b")?.textContent ?? null,
    confidence: guess.querySelector("small")?.textContent ?? null,
    sign: guess.querySelector(".nnc-ok, .nnc-no")?.getAttribute("aria-label") ?? null,
  }])),
}))"""


@dataclass(frozen=True)
class RunPanel:
    """What the Training step says of one model; `points` are those of its training curve in both charts."""

    state: str
    epoch: str
    points: list[int]


@dataclass
class Noise:
    """What the browser complained of, and whom it asked besides this machine; `failed` lists what did not come."""

    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """Hear everything from now on."""
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._on_request)
        page.on("requestfailed", lambda request: self.failed.append(f"{request.url}: {request.failure}"))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname != LOOPBACK:
            self.strangers.append(request.url)


# The size of the drawing in its own units and on the page: as equal, they show letters in their true size.
_HAS_TRUE_SIZE = """(plot) => {
  const [, , width, height] = plot.querySelector("svg").getAttribute("viewBox").split(" ").map(Number);
  return [width - plot.clientWidth, height - plot.clientHeight].every((off) => Math.abs(off) < 1);
}"""


class DashboardPage:
    """One dashboard in one tab of a browser."""

    def __init__(self, page: Page, host: Host, *, is_first_visit: bool = False) -> None:
        self.page, self.host, self.noise = page, host, Noise()
        self._has_trained: dict[str, Any] | None = None  # with which settings, while nothing else was done since
        if not is_first_visit:
            page.add_init_script("window.nncTourSeen = true")
        self.noise.listen(page)
        self.train_button = page.get_by_role("button", name=_TRAIN)
        self.stop_button = page.get_by_role("button", name="Stop", exact=True)
        self.cards = page.locator(".nnc-image")
        self.chip = page.locator(".nnc-chip")

    def open(self, query: str = "") -> "DashboardPage":
        """Open the dashboard and wait until it can be used."""
        if self.host.name == "jupyterlab":
            self.open_notebook(NOTEBOOK)
            self.run_all_cells()
        else:
            self.sign_in()
            self.page.goto(self.host.address + query)
        self.expect_ready()
        return self

    def expect_ready(self) -> None:
        """Wait until the dashboard can be used."""
        start = self.page.get_by_role("heading", name="Train two networks side by side")
        of_lesson = self.page.locator(".nnc-lesson-question p").first
        try:
            expect(start.or_(of_lesson).filter(visible=True).first).to_be_visible(timeout=1000 * READY_SECONDS)
        except AssertionError as error:  # what pytest shows of it is the empty page alone
            error.add_note(f"{self.noise}\n{self.host.log.read_text('utf-8', 'replace')[-4_000:]}")
            raise

    def sign_in(self) -> None:
        """Get the cookie that the token is good for."""
        if self.host.token:
            self.page.context.request.get(self.host.door, max_redirects=0)

    def open_notebook(self, notebook: Path) -> Path:
        """Open a copy of a notebook in JupyterLab, and wait for its kernel; return the copy."""
        name = secrets.token_hex(4)
        copied = Path(shutil.copy(notebook, self.host.folder / "notebooks" / f"{name}.ipynb"))
        self.page.goto(f"{self.host.address}lab/workspaces/{name}/tree/{name}.ipynb")
        self.page.get_by_role("button", name="| Idle").wait_for(timeout=1000 * READY_SECONDS)
        return copied

    def run_all_cells(self) -> None:
        """Run the notebook that is open in JupyterLab."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    @property
    def kernel(self) -> str:
        """The number of the page's kernel."""
        return str(json.loads(self.page.locator("#jupyter-config-data").text_content() or "{}")["kernelId"])

    def go(self, step: str) -> None:
        """Go to a step with the navigation."""
        button = self.page.get_by_role("navigation", name="Steps").get_by_role("button", name=step, exact=True)
        button.click()
        expect(button).to_have_attribute("aria-current", "step")

    # Data

    def dataset(self, name: str) -> Locator:
        """The card of a data set."""
        return self.page.locator(f'[role="radio"][data-pick="{name}"]')

    def choose(self, dataset: str) -> None:
        """Choose a data set by its card, and wait until it is there."""
        self.dataset(dataset).click()
        self.wait_for_dataset(dataset)

    def wait_for_dataset(self, dataset: str) -> None:
        """Wait until a data set is chosen and its images are there."""
        card = self.dataset(dataset)
        expect(card).to_have_attribute("aria-checked", "true")
        expect(card.locator(".nnc-availability")).to_have_text("Ready.", timeout=1000 * READY_SECONDS)
        expect(card.locator("img")).to_have_count(10, timeout=1000 * READY_SECONDS)
        expect(self.chip).not_to_contain_text("not here yet")

    @property
    def train_images(self) -> Locator:
        """The field for the number of training images."""
        return self.page.get_by_label("Training images", exact=True)

    # Models

    def form(self, model: str) -> Locator:
        """The form of one model: what is seen of it at once, and what is under More."""
        return self.page.locator(f".nnc-form.nnc-{model.lower()}")

    def open_more(self, *, is_open: bool = True) -> None:
        """Show the settings that are rarely changed, or fold them again."""
        line = self.page.locator(".nnc-unfold")
        if line.get_attribute("aria-expanded") != str(is_open).lower():
            line.click()
        expect(self.page.locator(".nnc-rare")).to_be_visible(visible=is_open)

    def field(self, model: str, label: str) -> Locator:
        """One field of a form."""
        return self.form(model).get_by_label(label, exact=True)

    def fill(self, model: str, **settings: str) -> None:
        """Fill in a form; the names are those of the labels, in small letters and with underscores."""
        for name, value in settings.items():
            found = self.field(model, name.replace("_", " ").capitalize())
            if name == "optimiser":
                found.select_option(label=value)
            else:
                found.fill(value)

    def read(self, model: str, *labels: str) -> list[str]:
        """Read fields of a form."""
        return [self.field(model, label).input_value() for label in labels]

    def row_of(self, found: Locator) -> Locator:
        """The row that holds a field and the note beside it."""
        return found.locator("xpath=ancestor::*[contains(concat(' ', @class, ' '), ' nnc-field ')]")

    def use(self, **settings: Any) -> None:
        """Set everything at once, as a file of settings does; what is left out is as it is by default."""
        self._has_trained = None
        self.go("Models")
        content = json.dumps({"dataset": "synthetic-digits", **settings}).encode()
        self.upload({"name": "settings.json", "mimeType": "application/json", "buffer": content})
        self.wait_for_settings(**settings)

    def upload(self, file: Path | FilePayload) -> None:
        """Press "Open settings" and choose a file."""
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_role("button", name="Open settings").click()
        chooser.value.set_files(file)

    def saved(self) -> dict[str, Any]:
        """The settings that the Save link holds; empty while something is wrong."""
        link = self.page.locator("a[download]")
        if not link.count():
            return {}
        href = link.get_attribute("href") or ""
        settings: dict[str, Any] = json.loads(unquote(href.partition(",")[2]))
        return settings

    def wait_for_settings(self, **expected: Any) -> None:
        """Wait until the program has understood what was filled in: ``a={"channels": 8}, train_images=2000``."""
        wait_until(lambda: _agrees(self.saved(), expected), f"settings {expected}, not {self.saved()}")

    # Training

    def train(self) -> None:
        """Go to the Training step and press Train."""
        self.go("Training")
        expect(self.train_button).to_be_enabled()
        with self.new_run():
            self.train_button.click()

    @contextmanager
    def new_run(self) -> Iterator[None]:
        """Do what begins a run, and wait until it has begun: what is shown until then is that of the run before."""
        self._has_trained = None
        self.page.evaluate(_WATCH_FOR_A_RUN)
        yield
        self.page.wait_for_function("() => window.nncBegan", timeout=1000 * READY_SECONDS)

    def have_trained(self, **settings: Any) -> None:
        """Train with these settings until the end, unless that is what the test before has done here."""
        if self._has_trained == settings:
            self.go("Training")
        else:
            self.use(**settings)
            self.train()
        self.wait_for_end()
        self._has_trained = settings

    def rest(self) -> None:
        """Stop what trains."""
        self.go("Training")
        self.press_stop()
        expect(self.train_button).to_be_visible(timeout=1000 * TRAINING_SECONDS)  # it need not be possible to train

    def press_stop(self) -> None:
        """Press Stop where it is offered; a button that has just appeared takes a press after a moment alone."""
        if self.stop_button.is_visible():
            with suppress(TimeoutError):  # it has ended by itself
                self.stop_button.click(timeout=1000 * MOMENT_SECONDS)

    def lane(self, model: str) -> Locator:
        """The strip of one model on the Training step."""
        return self.page.locator(f".nnc-run.nnc-{model.lower()}")

    def log(self, model: str) -> Locator:
        """What is said of one model in the details of the Training step, also while they are folded."""
        return self.page.locator(f".nnc-run-details.nnc-{model.lower()}")

    def open_details(self) -> None:
        """Unfold the details of the Training step."""
        details = self.page.locator(".nnc-fold details")
        if details.get_attribute("open") is None:
            details.locator("summary").click()

    def train_on(self, epochs: int) -> None:
        """Train both for more epochs."""
        self._has_trained = None
        wanted = f"Continue + {epochs} epoch{'s' if epochs != 1 else ''}"
        go_on = self.page.get_by_role("button", name=re.compile(r"^Continue \+"))
        while (words := go_on.inner_text()) != wanted:
            step = "More epochs" if int(words.split()[2]) < epochs else "Fewer epochs"
            self.page.get_by_role("button", name=step, exact=True).click()
            expect(go_on).not_to_have_text(words)
        go_on.click()

    def look(self) -> dict[str, RunPanel]:
        """Look at both lanes and at the curves."""
        return _lanes(self.page.evaluate(_LOOK))

    def watch_curves_grow(self, before: Mapping[str, RunPanel] | None = None) -> dict[str, RunPanel]:
        """Wait until each lane names its epoch, and each training curve in each chart has more points than before."""
        points = {name: lane.points for name, lane in before.items()} if before else {"A": [], "B": []}
        grown = self.page.wait_for_function(_GREW, arg=points, polling=50, timeout=1000 * TRAINING_SECONDS)
        return _lanes(grown.json_value())

    def wait_for(self, model: str, *states: str) -> None:
        """Wait until a model is in one of these states."""
        strip = self.lane(model).locator("[data-state]")
        pattern = re.compile(f"^({'|'.join(states)})$")
        expect(strip).to_have_attribute("data-state", pattern, timeout=1000 * TRAINING_SECONDS)

    def wait_for_end(self) -> None:
        """Wait until both models have finished."""
        for model in MODELS:
            self.wait_for(model, "finished", "failed", "stopped")
        assert [self.look()[model].state for model in MODELS] == ["finished", "finished"]

    def wait_for_size(self, plot: Locator) -> None:
        """Wait until a chart is drawn for the size that it has."""
        self.page.wait_for_function(_HAS_TRUE_SIZE, arg=plot.element_handle())

    # Predictions

    def shown(self) -> list[dict[str, Any]]:
        """Read the cards: the image, its true label, and what both models say."""
        cards: list[dict[str, Any]] = self.cards.evaluate_all(_CARDS)
        return cards

    def wait_for_cards(self, is_right: Callable[[list[dict[str, Any]]], bool], what: str) -> list[dict[str, Any]]:
        """Wait until both models have said something of each card, and the cards are as they should be."""

        def cards() -> list[dict[str, Any]]:
            found = self.shown()
            return found if found and is_right(found) and all(map(_is_complete, found)) else []

        return wait_until(cards, what)


def indices(cards: list[dict[str, Any]]) -> list[int]:
    """Tell which images are shown."""
    return [card["index"] for card in cards]


def assert_predicted(cards: list[dict[str, Any]], classes: str) -> None:
    """Each card has an image, its label, and of both models a label, a confidence, and whether that is right."""
    for card in cards:
        assert card["source"].startswith("data:image/png;base64,")
        assert card["label"] in classes
        assert set(card["guesses"]) == set(MODELS)
        for guess in card["guesses"].values():
            assert guess["label"] in classes
            assert re.fullmatch(r"\d{1,3}(\.\d{1,3})?%", guess["confidence"])
            assert 10 <= float(guess["confidence"][:-1]) <= 100
            assert guess["sign"] == ("right" if guess["label"] == card["label"] else "wrong")


def _is_complete(card: dict[str, Any]) -> bool:
    return all(guess["sign"] for guess in card["guesses"].values())


def _lanes(looked: dict[str, Any]) -> dict[str, RunPanel]:
    return {name: RunPanel(**lane) for name, lane in looked.items()}


def _agrees(found: Any, expected: Any) -> bool:
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(_agrees(found.get(name), value) for name, value in expected.items())
    return bool(found == expected)
