"""What a server allows: epochs, channels, comparisons, minutes, and how long a run outlives its page.

``nncompare serve`` puts them into the environment, where every kernel finds them.
"""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from nncompare.config import Comparison, Integer, Number, RunConfig, read_field
from nncompare.environment import limit_text, limit_variable


class LimitsError(ValueError):
    """A limit that is none; the message is a sentence for the user."""


class Limits(BaseModel):
    """Limits for whoever uses this server; None where there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    most_epochs: Integer | None = Field(
        None, ge=1, le=100, title="Most epochs", description="Largest number of epochs of a model, with those added."
    )
    most_channels: Integer | None = Field(
        None, ge=1, le=256, title="Most channels", description="Largest width of a model."
    )
    most_comparisons: Integer | None = Field(
        None,
        ge=1,
        title="Most comparisons",
        description="How many comparisons a tab may begin (where JUPYTERHUB_USER names a user: all tabs of that user) "
        "while this server runs. Several seeds are one; adding epochs to one is free.",
    )
    most_minutes: Number | None = Field(
        None,
        gt=0,
        title="Most minutes",
        description="How long a comparison may hold workers, wall clock, all its seeds together; then it is stopped.",
    )
    grace_seconds: Number = Field(
        60.0,
        ge=0,
        title="Grace",
        description="How many seconds a run outlives its page, unless it was asked to go on; it takes the page timeout "
        "to be sure that the page is gone.",
    )
    page_timeout_seconds: Number = Field(
        20.0,
        ge=1,
        title="Page timeout",
        description="After how many seconds without an answer a page counts as closed.",
    )

    @classmethod
    def from_environment(cls) -> "Limits":
        """Read the limits of this process.

        Raises
        ------
        LimitsError
            When one of them is no limit: it must not pass for none.
        """
        texts = {name: limit_text(name) for name in cls.model_fields}
        return cls.from_texts({name: text for name, text in texts.items() if text})

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> "Limits":
        """Read limits by name.

        Raises
        ------
        LimitsError
            When one of them is no limit.
        """
        values = {}
        for name, text in texts.items():
            values[name], error = read_field(cls, name, text)
            if error:
                raise LimitsError(error)
        return cls(**values)

    def to_environment(self) -> dict[str, str]:
        """Write them for the processes that this one starts."""
        return {limit_variable(name): str(value) for name, value in self.model_dump(exclude_none=True).items()}

    def wrong(self, config: RunConfig) -> dict[str, str]:
        """Give a sentence for each setting of a model that is not allowed here."""
        return {
            name: f"{RunConfig.model_fields[name].title} must be at most {most:,} on this server; "
            f"got {getattr(config, name):,}."
            for name, most in self._most.items()
            if getattr(config, name) > most
        }

    def problems(self, comparison: Comparison) -> list[str]:
        """List what is not allowed here in a comparison, in sentences."""
        models = {"A": comparison.a, "B": comparison.b}
        return [
            f"Model {name}: {sentence}"
            for name, config in models.items()
            if config is not None
            for sentence in self.wrong(config).values()
        ]

    def most(self, name: str) -> int | None:
        """Give the largest value of a model's setting; None where there is no limit."""
        return self._most.get(name)

    @property
    def no_more_comparisons(self) -> str:
        """Say that as many comparisons have begun as are allowed."""
        return (
            f"This server allows {self.most_comparisons} comparison{'s' if self.most_comparisons != 1 else ''}, and "
            "you have begun as many. Train on with the last one, or ask whoever runs the server for more."
        )

    def within(self, config: RunConfig) -> RunConfig:
        """Give settings with everything that is too large lowered to what is allowed."""
        changes = {name: most for name, most in self._most.items() if getattr(config, name) > most}
        return config.model_copy(update=changes)

    @property
    def _most(self) -> dict[str, int]:
        most = {"epochs": self.most_epochs, "channels": self.most_channels}
        return {name: value for name, value in most.items() if value is not None}
