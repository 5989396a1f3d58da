"""A refresher without a thread: everything is done at once, where it is asked for."""

from collections.abc import Callable
from typing import Any


class AtOnce:
    """Stands for a `Refresher` whose slow work is quick."""

    def post(self, action: Callable[[], None]) -> None:
        action()

    def posting(self, action: Callable[..., object]) -> Callable[..., None]:
        return lambda *arguments: void(action(*arguments))

    def in_background(
        self, work: Callable[[], Any], then: Callable[[Any], None], failed: Callable[[Exception], None]
    ) -> None:
        try:
            answer = work()
        except Exception as error:
            failed(error)
        else:
            then(answer)


def void(_: object) -> None:
    """Drop an answer."""
