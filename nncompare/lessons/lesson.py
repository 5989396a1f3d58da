"""A lesson as it is written: checked field by field, and refused in sentences."""

from typing import Annotated, Any, Self

from pydantic import Discriminator, Field, StringConstraints, Tag, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from nncompare.config import Comparison
from nncompare.lessons.quantities import CHOICES, NUMBERS, ChoiceName, NumberName, Pick
from nncompare.lessons.sentences import SENTENCE, sentences
from nncompare.settings import Integer, Number, Settings
from nncompare.settings_file import read_settings

LARGEST_BYTES = 20_000
_MOST_SENTENCES = 20


def _text(longest: int) -> Any:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest)


Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Title = Annotated[str, _text(60)]
Answer = Annotated[str, _text(120)]
Text = Annotated[str, _text(400)]
Unit = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)]


class LessonError(ValueError):
    """A lesson that cannot be taken; the message is one sentence or more, for the person who wrote it."""


class NumberGuess(Settings):
    """A guess that is a number."""

    of: NumberName = Field(description="What is guessed: a quantity that the program measures.")
    lowest: Number = Field(description="The lowest guess that is taken.")
    highest: Number = Field(description="The highest guess that is taken.")
    unit: Unit = Field("", description="What stands behind the number. Left out: the unit of the quantity.")

    @model_validator(mode="after")
    def _require_room(self) -> Self:
        if self.lowest >= self.highest:
            raise PydanticCustomError(SENTENCE, "The guess needs a highest value above its lowest one.")
        return self

    @property
    def shown_unit(self) -> str:
        """What stands behind the number."""
        return self.unit or NUMBERS[self.of].unit


class ChoiceGuess(Settings):
    """A guess that is one of three answers."""

    of: ChoiceName = Field(description="What is guessed: which model it is.")
    choices: dict[Pick, Answer] = Field(
        description='What stands for "A", "B" and "same" (no difference), one text each.'
    )

    @field_validator("choices")
    @classmethod
    def _require_all(cls, choices: dict[Pick, str]) -> dict[Pick, str]:
        if len(choices) < 3:
            raise PydanticCustomError(SENTENCE, "The guess must have a choice for A, one for B, and one for same.")
        return choices


def _kind_of(guess: Any) -> str | None:
    of = guess.get("of") if isinstance(guess, dict) else getattr(guess, "of", None)
    kinds = (ChoiceGuess, CHOICES), (NumberGuess, NUMBERS)
    return next((kind.__name__ for kind, names in kinds if isinstance(of, str) and of in names), None)


Guess = Annotated[
    Annotated[NumberGuess, Tag("NumberGuess")] | Annotated[ChoiceGuess, Tag("ChoiceGuess")], Discriminator(_kind_of)
]


class FinalQuestion(Settings):
    """A question after the training."""

    question: Text = Field(description="A short question.")
    choices: tuple[Answer, ...] = Field(min_length=2, max_length=5, description="Two to five answers.")
    answer: Integer = Field(ge=1, description="Which of them is right, counted from 1.")
    reason: Text = Field(description="Why; shown once one was chosen.")

    @model_validator(mode="after")
    def _require_choice(self) -> Self:
        if self.answer > len(self.choices):
            raise PydanticCustomError(
                SENTENCE,
                "answer must be the number of a choice, 1 to {most}; got {answer}.",
                {"most": len(self.choices), "answer": self.answer},
            )
        return self


class Lesson(Settings):
    """A comparison with a question before it and three after it; reads and writes JSON.

    All texts are plain: markup in them is shown as it is written.
    """

    name: Name = Field(description="What the lesson is called in addresses: small letters, digits and hyphens.")
    title: Title = Field(description="What the lesson is called in the list.")
    settings: Comparison = Field(
        description="Data set and both models, as Save settings writes them; what is left out is as usual."
    )
    question: Text = Field(description="What to answer before Train is possible.")
    guess: Guess = Field(description="What kind of answer that is.")
    look_at: Text = Field(description="What to look at while both train, and afterwards.")
    questions: tuple[FinalQuestion, ...] = Field(min_length=3, max_length=3, description="Three questions afterwards.")

    @field_validator("settings")
    @classmethod
    def _require_both(cls, settings: Comparison) -> Comparison:
        if settings.b is None:
            raise PydanticCustomError(SENTENCE, "A lesson compares two models; its settings have no model B.")
        return settings

    def to_json(self) -> str:
        """Return the lesson as a file has it; `from_json` reads it."""
        return self.model_dump_json(indent=2, exclude_defaults=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read a lesson.

        Raises
        ------
        LessonError
            With a sentence for everything that is wrong.
        """
        content = text.encode(errors="replace") if isinstance(text, str) else text
        try:
            return cls.model_validate(read_settings(content, "a lesson", LARGEST_BYTES))
        except ValidationError as error:
            raise LessonError(" ".join(sentences(error, cls)[:_MOST_SENTENCES])) from None
        except ValueError as error:
            raise LessonError(f"It {error}") from None
