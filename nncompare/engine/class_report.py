"""What a page reports to its class: frozen, and checked wherever it comes from, since a page may claim anything."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from nncompare.config import LARGEST_SEED, RunConfig

_LONGEST_WORDS = 80
Words = Annotated[str, StringConstraints(max_length=_LONGEST_WORDS)]
Amount = Annotated[float, Field(ge=-1e12, le=1e12)]
Share = Annotated[float, Field(ge=0, le=1)]
Answer = Amount | Words | None
"""A guess or a result: a number, or the name of a choice; None while there is none."""


class _Checked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class ModelProgress(_Checked):
    """How far one model is; the accuracy is that on all test images after the last whole epoch."""

    name: Annotated[str, StringConstraints(pattern="^[AB]$")]
    state: Words
    epoch: Annotated[float, Field(ge=0, le=1e6)]
    epochs: Annotated[int, Field(ge=0, le=1_000_000)]
    accuracy: Share | None = None


class LessonState(_Checked):
    """The lesson of a page, what its reader has guessed, and what came out."""

    name: Words = ""
    guess: Answer = None
    result: Answer = None


class PageReport(_Checked):
    """Where a page is now. `position` is that in the queue, 1 for the next one; 0 when it does not wait.

    The `models` are those of one seed: the one with this number, of so many `seeds`. They are `trained_for` the lesson
    with this name, which need not be the one that is on now; empty for none.
    """

    state: Words = "idle"
    position: Annotated[int, Field(ge=0, le=10_000)] = 0
    seconds: Annotated[float, Field(ge=0, le=1e9)] | None = None
    lesson: LessonState = LessonState()
    trained_for: Words = ""
    seed: Annotated[int, Field(ge=1, le=10_000)] = 1
    seeds: Annotated[int, Field(ge=1, le=10_000)] = 1
    models: Annotated[tuple[ModelProgress, ...], Field(max_length=2)] = ()


class ModelOutcome(_Checked):
    """The settings that a model was trained with, and its accuracy on the test images, as the mean of all seeds.

    None where it was stopped within an epoch: nobody has tested what it is now.
    """

    name: Annotated[str, StringConstraints(pattern="^[AB]$")]
    settings: RunConfig
    accuracy: Share | None = None


class Outcome(_Checked):
    """What came out of a comparison that has ended. `seed` is the first one of its `seeds`."""

    state: Words
    dataset: Words
    train_images: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = 0
    seeds: Annotated[int, Field(ge=1, le=10_000)] = 1
    lesson: LessonState = LessonState()
    models: Annotated[tuple[ModelOutcome, ...], Field(min_length=1, max_length=2)]

    @property
    def difference(self) -> float | None:
        """By how many points B is better than A on the test images; None where one of them is not there."""
        shares = [model.accuracy for model in self.models]
        if len(shares) < 2 or shares[0] is None or shares[1] is None:
            return None
        return round(100 * (shares[1] - shares[0]), 2)
