"""How long the answers to "where do they differ?" take, for 10,000 images and without any model.

    python benchmarks/analysis.py     (needs Chromium)

The cards are timed on a real page, from the click on a filter to the drawn grid. Every figure is the median of several
rounds. Exits with 1 when a promise is missed.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))

from dashboard_page import DashboardPage
from hosts import voila

from nncompare.analysis import Group, Order, Outcomes, calibration, class_scores, confusion_matrix, judge
from nncompare.data import fetch, load

IMAGES, CLASSES, CARDS = 10_000, 10, 100
MOST_SECONDS, MOST_CARD_SECONDS, MOST_CARD_BYTES = 0.1, 0.3, 1_000_000
ROUNDS = 15
DATASET = "synthetic-digits"
_RACE = "?dataset=synthetic-digits&train_images=2000&a.channels=2&b.channels=4&a.epochs=1&b.epochs=1"
_SHOWN = "[...document.querySelectorAll('.nnc-image:has(.nnc-other)')].map((card) => card.dataset.index).join()"
# Ends in the frame after the one in which the new cards stand in the page.
_TIMED = f"""(pick) => new Promise((done) => {{
  const before = {_SHOWN}, began = performance.now();
  const look = () => {{
    const drawn = {_SHOWN};
    if (!drawn || drawn === before) return requestAnimationFrame(look);
    requestAnimationFrame(() => done(performance.now() - began));
  }};
  document.querySelector(`.nnc-groups [data-pick="${{pick}}"]`).click();
  requestAnimationFrame(look);
}})"""
_SIZE = "new Blob([document.querySelector('.nnc-cards').innerHTML]).size"


def main() -> None:
    """Measure, and print a line for each promise."""
    fetch(DATASET)
    images = load(DATASET)
    labels, a, b = images.labels("test"), _probabilities(1), _probabilities(2)
    answers: dict[str, Callable[[], object]] = {
        "outcomes and their counts": lambda: Outcomes(labels, a, b).counts(),
        "disagreements, sorted by loss": lambda: Outcomes(labels, a, b).select(Group.DISAGREE, Order.LOSS),
        "verdict": lambda: judge(Outcomes(labels, a, b)),
        "both matrices and scores": lambda: [
            class_scores(confusion_matrix(labels, table.argmax(axis=1), CLASSES)) for table in (a, b)
        ],
        "calibration of both": lambda: [calibration(labels, table) for table in (a, b)],
    }
    seconds = {name: _median(answer) for name, answer in answers.items()}
    for name, taken in seconds.items():
        print(f"{name}: {1000 * taken:.1f} ms (at most {1000 * MOST_SECONDS:.0f})")
    drawn, size = _cards()
    print(f"{CARDS} cards: {1000 * drawn:.0f} ms (at most {1000 * MOST_CARD_SECONDS:.0f}), {size / 1000:.0f} kB")
    sys.exit(max(seconds.values()) > MOST_SECONDS or drawn > MOST_CARD_SECONDS or size > MOST_CARD_BYTES)


def _probabilities(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(CLASSES, 0.1), IMAGES).astype(np.float32)


def _median(work: Callable[[], object]) -> float:
    def once() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return statistics.median(once() for _ in range(ROUNDS))


def _cards() -> tuple[float, int]:
    """Give the seconds until a page of cards is drawn, and the bytes of its HTML."""
    with tempfile.TemporaryDirectory(prefix="nncompare-") as folder, sync_playwright() as playwright:
        data = {name: os.environ[name] for name in ("NNCOMPARE_DATA_DIR",) if name in os.environ}
        flags = {"executable_path": shutil.which("chromium"), "args": ["--no-sandbox", "--disable-gpu"]}
        with (
            playwright.chromium.launch(**flags) as browser,  # type: ignore[arg-type]
            voila(Path(folder) / "page", Path(folder) / "cache", data) as host,
        ):
            dashboard = DashboardPage(browser.new_page(), host).open(_RACE)
            dashboard.choose(DATASET)
            dashboard.train()
            dashboard.wait_for_end()
            dashboard.go("Predictions")
            dashboard.page.get_by_label("How many", exact=True).fill(str(CARDS))
            expect(dashboard.cards).to_have_count(CARDS)
            picks = ["all", "disagree"] * ROUNDS
            taken = [dashboard.page.evaluate(_TIMED, pick) / 1000 for pick in picks]
            return statistics.median(taken), int(dashboard.page.evaluate(_SIZE))


if __name__ == "__main__":
    main()
