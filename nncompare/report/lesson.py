"""A lesson that was taken: what was guessed, what was measured, and which answers were chosen afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass

from nncompare.lessons import ChoiceGuess, FinalQuestion, Lesson, NumberGuess
from nncompare.report.measured import Measured
from nncompare.report.wording import lead_between
from nncompare.words import setting, with_minus

Guess = float | str
_COUNTED = ("points", "images")
_RANGES = {"seconds_ratio": "over the epochs"}  # of all else it is an interval of confidence


@dataclass(frozen=True)
class TakenLesson:
    """One lesson as it was taken; `answers` are the choices to its three questions, from 0, None where none was made.

    `found` is None before the end, and where nothing could be measured; then `note` says why.
    """

    lesson: Lesson
    guess: Guess
    found: Measured | None = None
    answers: tuple[int | None, ...] = (None, None, None)
    note: str = ""

    @property
    def said(self) -> str:
        """The guess in a sentence."""
        kind = self.lesson.guess
        if isinstance(kind, ChoiceGuess):
            return f"You said: {_closed(_choice(kind, self.guess))}"
        return f"You said {_with_unit(kind, with_minus(setting(float(self.guess))))}."

    @property
    def answer(self) -> str:
        """Guess and result in two sentences; only the guess while there is no result."""
        kind, found = self.lesson.guess, self.found
        if found is None:
            return self.said
        if isinstance(kind, ChoiceGuess):
            return f"{self.said} It was: {_closed(_choice(kind, found.value))}{_lead(found)}"
        digits = _digits(kind)
        bounds = _range(found, digits, "%" if kind.shown_unit == "%" else "")
        interval = f" ({_RANGES.get(kind.of, '95% confidence')}: {bounds})" if bounds else ""
        below = ": A was better" if kind.of == "accuracy_difference" and (found.high or 0) < 0 else ""
        return f"{self.said} It was {_with_unit(kind, _number(float(found.value), digits))}{interval}{below}."

    @property
    def is_right(self) -> bool | None:
        """Whether the choice was the right one, or the number lies within the interval; None where that is open."""
        found = self.found
        if found is not None and isinstance(self.lesson.guess, ChoiceGuess):
            return self.guess == found.value
        if found is None or found.low is None or found.high is None:
            return None
        return found.low <= float(self.guess) <= found.high

    @property
    def place(self) -> str:
        """Where a number lies, in words behind the sign for it; empty of a choice, and where there is no interval."""
        if self.is_right is None or isinstance(self.lesson.guess, ChoiceGuess):
            return ""
        return "your guess is within" if self.is_right else "your guess is outside"

    @property
    def has_begun(self) -> bool:
        """Whether any of the three questions was answered."""
        return any(pick is not None for pick in self.answers)

    @property
    def results(self) -> list[tuple[FinalQuestion, int | None, bool | None]]:
        """The three questions, each with what was chosen and whether that is right."""
        answered = zip(self.lesson.questions, self.answers, strict=True)
        return [(asked, pick, None if pick is None else pick + 1 == asked.answer) for asked, pick in answered]


def _with_unit(kind: NumberGuess, number: str) -> str:
    unit = kind.shown_unit
    if number == "1" and unit in _COUNTED:
        unit = unit.removesuffix("s")
    return f"{number}{'' if unit == '%' else ' '}{unit}"


def _choice(kind: ChoiceGuess, pick: Guess) -> str:
    return next((text for name, text in kind.choices.items() if name == pick), str(pick))


def _closed(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _lead(found: Measured) -> str:
    if found.low is None or found.high is None:
        return ""
    return f" 95% confidence: {lead_between(-found.high / 100, -found.low / 100, digits=1)} points."


def _digits(kind: NumberGuess) -> int:
    return {"seconds_ratio": 2, "memory_ratio": 2, "disagreements": 0}.get(kind.of, 1)


def _range(found: Measured, digits: int, sign: str = "") -> str:
    return " to ".join(f"{_number(bound, digits)}{sign}" for bound in (found.low, found.high) if bound is not None)


def _number(value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    is_zero = not text.strip("-0.")
    return text.removeprefix("-") if is_zero else with_minus(text)


def answered(answers: Sequence[int | None], question: int, choice: int) -> tuple[int | None, ...]:
    """Return the answers with one more; the first answer to a question counts."""
    return tuple(choice if here == question and old is None else old for here, old in enumerate(answers))
