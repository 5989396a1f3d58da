"""What the boards of a class have told: the pages there are, and all that came out, checked."""

from collections.abc import Collection
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from nncompare.engine.class_board import MOST_OUTCOMES
from nncompare.engine.class_report import Outcome, PageReport

_NONSENSE = PageReport(state="unknown")
_Report = TypeVar("_Report", bound=BaseModel)


class ClassRecord:
    """The pages by number, as they were at the last look, and the outcomes by page and run, the newest one last.

    `serial` is the number of the newest outcome on the board that was looked at last. A board forgets everything where
    the engine is restarted; the outcomes stay here.
    """

    def __init__(self) -> None:
        self.pages: dict[int, PageReport] = {}
        self.outcomes: dict[tuple[int, int], Outcome] = {}
        self.serial, self._board = 0, ""

    @property
    def numbers(self) -> list[int]:
        """The numbers of all pages that something came out of."""
        return sorted({page for page, _ in self.outcomes})

    def take(self, found: dict[str, Any]) -> None:
        """Take what `ClassBoard.look` has found."""
        self.pages = {number: _checked(PageReport, text) or _NONSENSE for number, text in sorted(found["pages"])}
        is_new, self._board = found["board"] != self._board, found["board"]
        if is_new and self.serial:  # its serial numbers are others: all of it comes with the next look
            self.serial = 0
            return
        self._take_outcomes(found["outcomes"])

    def _take_outcomes(self, found: Collection[tuple[int, int, int, str]]) -> None:
        for page, run, serial, text in found:
            self.serial = max(self.serial, serial)
            if (outcome := _checked(Outcome, text)) is not None:
                self.outcomes.pop((page, run), None)  # the newest one last
                self.outcomes[page, run] = outcome
        for oldest in list(self.outcomes)[: max(0, len(self.outcomes) - MOST_OUTCOMES)]:
            del self.outcomes[oldest]


def _checked(kind: type[_Report], text: str) -> _Report | None:
    """Read what a page has reported; None where it is nonsense."""
    try:
        return kind.model_validate_json(text)
    except ValidationError:
        return None
