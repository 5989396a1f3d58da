"""The tour: seven stops that say what the dashboard is for and where things are."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stop:
    """One stop: on which step, beside which element (the first of these selectors that is visible), and its words."""

    step: str
    beside: tuple[str, ...]
    title: str
    text: str


STOPS = (
    Stop(
        "Data",
        (".nnc-nav",),
        "Two networks, side by side",
        "nncompare trains two small neural networks at the same time and tells you which one is better. The six steps "
        "stand here, from left to right.",
    ),
    Stop(
        "Data",
        ('[role="radiogroup"][aria-label="Data set"]', ".nnc-nav"),
        "What they learn",
        "Choose the images. Both networks see the same ones, in the same order.",
    ),
    Stop(
        "Models",
        (".nnc-forms", ".nnc-nav"),
        "What differs",
        "Set up models A and B. Change one thing only, and guess what it will do before you train.",
    ),
    Stop(
        "Training",
        (".nnc-step .nnc-strong", ".nnc-controls", ".nnc-nav"),
        "Watch them learn",
        "Train starts both. The curves of A and B grow side by side; you can pause, stop or add epochs at any time.",
    ),
    Stop(
        "Predictions",
        (".nnc-verdict", ".nnc-summary", ".nnc-nav"),
        "Which is better, and is it luck?",
        "When both have ended, the answer stands here, with the images on which they disagree.",
    ),
    Stop(
        "Explore",
        (".nnc-sheet", ".nnc-nav"),
        "Try them yourself",
        "Take an image, or draw one, and disturb it: A and B answer at once, also while they learn.",
    ),
    Stop(
        "History",
        (".nnc-history-filter", ".nnc-nav"),
        "Nothing is lost",
        "Every comparison is saved. Name it, open it again, or show its curves beside newer ones.",
    ),
)
