"""A refresher without a thread: what was posted is done when a test says so, and so is slow work."""

from collections.abc import Callable
from functools import partial
from typing import Any

from at_once import AtOnce


class ByHand:
    """Stands for a `Refresher`."""

    def __init__(self) -> None:
        self._posted: list[Callable[[], object]] = []
        self._begun: list[tuple[Callable[[], Any], Callable[[Any], None], Callable[[Exception], None]]] = []

    def posting(self, action: Callable[..., object]) -> Callable[..., None]:
        return lambda *arguments: self._posted.append(partial(action, *arguments))

    def in_background(
        self, work: Callable[[], Any], then: Callable[[Any], None], failed: Callable[[Exception], None]
    ) -> None:
        self._begun.append((work, then, failed))

    @property
    def at_work(self) -> int:
        """Count the pieces of slow work that have begun."""
        return len(self._begun)

    def catch_up(self) -> None:
        """Do what was posted."""
        while self._posted:
            self._posted.pop(0)()

    def work(self) -> None:
        """Do what was posted, and the slow work that follows from it, until nothing is left."""
        self.catch_up()
        while self._begun:
            self.finish()
            self.catch_up()

    def finish(self) -> None:
        """Do the piece of slow work that began first."""
        AtOnce().in_background(*self._begun.pop(0))
