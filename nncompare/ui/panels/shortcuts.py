"""The keys of the dashboard: one table, from which they are both obeyed and listed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shortcut:
    """A key, what it does in words, and its action: that of the kernel, or one that the page itself does."""

    key: str
    does: str
    action: str


_STEPS = ("Data", "Models", "Training", "Predictions", "Explore", "History")
SHORTCUTS = (
    *(Shortcut(str(place), f"Go to {step}", f"go:{step}") for place, step in enumerate(_STEPS, 1)),
    Shortcut("t", "Train, pause or resume both models", "train"),
    Shortcut("s", "Stop both models", "stop"),
    Shortcut("d", "Show the images on which the models disagree", "disagree"),
    Shortcut("p", "Presentation mode on or off", "present"),
    Shortcut("?", "Show this list", "help"),
)
ON_PAGE = ("present", "help")
"""The actions that the page does without its kernel."""
