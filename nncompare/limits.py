"""What a server allows: epochs, channels, comparisons, minutes, and how long a run outlives its page or its worker.

A field of `Limits` is a flag of ``nncompare serve`` and a variable of the environment, where every kernel finds it. One
that is named ``most_`` and a setting of a model is also enforced, in the forms and when a comparison starts.
"""

from collections.abc import Mapping

from pydantic import Field

from nncompare.config import Comparison, RunConfig, read_field
from nncompare.environment import environment
from nncompare.settings import Integer, Number, Settings

_MOST = "most_"


class LimitsError(ValueError):
    """A value that is no limit, or a comparison beyond one; the message is a sentence for the user."""


class Limits(Settings):
    """Limits for all users of a server; None where there is none."""

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
        description="How many seconds a run outlives its page once that was closed, unless it was asked to go on.",
    )
    page_timeout_seconds: Number = Field(
        600.0,
        ge=1,
        title="Page timeout",
        description="After how many seconds without an answer a page counts as closed. Until then it carries on as it "
        "was: a laptop may be shut, a phone locked, the network gone.",
    )
    silence_seconds: Number = Field(
        60.0,
        ge=1,
        title="Silence",
        description="After how many seconds without a word from its worker or the scheduler a run is interrupted.",
    )

    @classmethod
    def from_environment(cls, flags: Mapping[str, str | None] | None = None) -> "Limits":
        """Read the limits of this process from its environment; flags, by name of the limit, go before it.

        Raises
        ------
        LimitsError
            When one of them is no limit: it must not pass for none.
        """
        given, settings, values = flags or {}, environment().settings, {}
        for name in cls.model_fields:
            text = given.get(name) or settings.get(name)
            if text:
                values[name], error = read_field(cls, name, text)
                if error:
                    raise LimitsError(error)
        return cls(**values)

    def wrong(self, config: RunConfig) -> dict[str, str]:
        """Return a sentence for each setting of a model that is not allowed here."""
        return {
            name: f"{RunConfig.model_fields[name].title} must be at most {most:,} on this server; "
            f"got {getattr(config, name):,}."
            for name, most in self._beyond(config).items()
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

    def exceeded(self, comparison: Comparison) -> str:
        """Return what a comparison has too much of, such as "more than 10 epochs"; empty where it is allowed."""
        models = [config for config in (comparison.a, comparison.b) if config is not None]
        beyond = {name: most for config in models for name, most in self._beyond(config).items()}
        return ", ".join(f"more than {most:,} {name}" for name, most in beyond.items())

    def most(self, name: str) -> int | None:
        """Return the largest value of a model's setting; None where there is no limit."""
        most: int | None = getattr(self, _MOST + name, None)
        return most

    @property
    def no_more_comparisons(self) -> str:
        """The sentence for a user who has begun as many comparisons as are allowed."""
        return (
            f"This server allows {self.most_comparisons} comparison{'s' if self.most_comparisons != 1 else ''}, and "
            "you have begun that many. Continue the last one, or ask the person who runs the server for more."
        )

    def within(self, config: RunConfig) -> RunConfig:
        """Return settings with everything that is too large lowered to what is allowed."""
        return config.model_copy(update=self._beyond(config))

    def _beyond(self, config: RunConfig) -> dict[str, int]:
        allowed = {name: self.most(name) for name in RunConfig.model_fields}
        return {name: most for name, most in allowed.items() if most is not None and getattr(config, name) > most}
