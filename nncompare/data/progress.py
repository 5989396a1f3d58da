"""How work in progress tells how far it is."""

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with what is done and the total: bytes of a download, or images of a synthetic set."""
