"""The keys of the dashboard: one table, from which they are both obeyed and listed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shortcut:
    """A key, what it does in words, and its action: that of the kernel, or one that the page itself does."""

    key: str
    does: str
    action: str


SHORTCUTS = (
    Shortcut("1", "Go to Data", "go:Data"),
    Shortcut("2", "Go to Models", "go:Models"),
    Shortcut("3", "Go to Training", "go:Training"),
    Shortcut("4", "Go to Predictions", "go:Predictions"),
    Shortcut("5", "Go to Explore", "go:Explore"),
    Shortcut("6", "Go to History", "go:History"),
    Shortcut("t", "Train, pause or resume both models", "train"),
    Shortcut("s", "Stop both models", "stop"),
    Shortcut("d", "Show the images on which the models disagree", "disagree"),
    Shortcut("p", "Presentation mode on or off", "present"),
    Shortcut("?", "Show this list", "help"),
)
ON_PAGE = ("present", "help")
"""The actions that the page does without its kernel."""
