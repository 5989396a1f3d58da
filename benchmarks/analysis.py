"""How long the answers to "where do they differ?" take, for 10,000 images and without any model.

    python benchmarks/analysis.py     (needs Chromium; --smoke: one round, and no promise counts)

The cards are timed on a real page, from the click on a filter to the drawn grid. Every figure is the median of several
rounds. Exits with 1 when a promise is missed.
"""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from pages import DashboardPage, browser, dashboard
from playwright.sync_api import expect

from nncompare.analysis import Group, Order, Outcomes, calibration, class_scores, confusion_matrix, judge
from nncompare.data import fetch, load

IMAGES, CLASSES, CARDS = 10_000, 10, 100
MOST_SECONDS, MOST_CARD_SECONDS, MOST_CARD_BYTES = 0.1, 0.3, 1_000_000
IS_SMOKE = "--smoke" in sys.argv
ROUNDS = 1 if IS_SMOKE else 15
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
  document.querySelector(`.nnc-others [data-pick="${{pick}}"]`).click();
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
    is_missed = max(seconds.values()) > MOST_SECONDS or drawn > MOST_CARD_SECONDS or size > MOST_CARD_BYTES
    sys.exit(is_missed and not IS_SMOKE)


def _probabilities(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(CLASSES, 0.1), IMAGES).astype(np.float32)


def _median(work: Callable[[], object]) -> float:
    def once() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return statistics.median(once() for _ in range(ROUNDS))


def _cards() -> tuple[float, int]:
    """Return the seconds until a page of cards is drawn, and the bytes of its HTML."""
    with browser() as chromium, dashboard() as host:
        opened = DashboardPage(chromium.new_page(), host).open(_RACE)
        opened.wait_for_dataset(DATASET)
        opened.train()
        opened.wait_for_end()
        opened.go("Predictions")
        opened.page.get_by_label("How many", exact=True).fill(str(CARDS))
        expect(opened.cards).to_have_count(CARDS)
        picks = ["all", "disagree"] * ROUNDS
        taken = [opened.page.evaluate(_TIMED, pick) / 1000 for pick in picks]
        return statistics.median(taken), int(opened.page.evaluate(_SIZE))


if __name__ == "__main__":
    main()
