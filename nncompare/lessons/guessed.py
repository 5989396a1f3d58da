"""A lesson with the guess that was made before its comparison was trained."""

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from nncompare.lessons.lesson import ChoiceGuess, Lesson
from nncompare.lessons.quantities import Pick
from nncompare.settings import Number


class GuessedLesson(BaseModel):
    """What a comparison is trained for; a guess that the lesson does not take is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    lesson: Lesson
    guess: Number | Pick

    @model_validator(mode="after")
    def _require_possible(self) -> Self:
        kind, guess = self.lesson.guess, self.guess
        if isinstance(kind, ChoiceGuess) or isinstance(guess, str):
            is_possible = isinstance(kind, ChoiceGuess) and isinstance(guess, str)
        else:
            is_possible = kind.lowest <= guess <= kind.highest
        if not is_possible:
            raise ValueError("the lesson does not take this guess")
        return self
