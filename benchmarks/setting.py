"""How large a benchmark is: as the table wants it, or so small that it only shows that it runs."""

import argparse
from dataclasses import dataclass
from typing import Any

from nncompare.config import Comparison, DatasetName, RunConfig
from nncompare.data import ImageData, fetched

_FEWEST_IMAGES = 1_000
_SMALLEST = {"epochs": 1, "channels": 2, "batch_size": 256}


@dataclass(frozen=True)
class Setting:
    """What the rows have in common.

    Attributes
    ----------
    rounds : int
        How often ours and theirs take turns.
    is_smoke : bool
        Everything as small as it gets, on synthetic images: the figures mean nothing then.
    """

    rounds: int = 5
    is_smoke: bool = False

    @property
    def dataset(self) -> DatasetName:
        """The images."""
        return "synthetic-digits" if self.is_smoke else "mnist"

    @property
    def test_images(self) -> int | None:
        """How many of the test images the textbook evaluates; None means all."""
        return _FEWEST_IMAGES if self.is_smoke else None

    def images(self) -> ImageData:
        """Return the images, fetched if they are missing."""
        return fetched(self.dataset)

    def count(self, images: int | None) -> int | None:
        """Return the number of training images, of which `images` are wanted; None means all."""
        return _FEWEST_IMAGES if self.is_smoke else images

    def comparison(self, **settings: Any) -> Comparison:
        """Return a comparison on these images, on the processor as the textbook."""
        images = self.count(settings.pop("train_images", None))
        return Comparison(dataset=self.dataset, train_images=images, device="cpu", **settings)

    def config(self, **settings: Any) -> RunConfig:
        """Return the settings of one model."""
        return RunConfig(**{**settings, **(_SMALLEST if self.is_smoke else {})})

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        """Add the options of a command line that `of` reads."""
        parser.add_argument("--rounds", type=int, default=cls.rounds)
        parser.add_argument("--smoke", action="store_true", help="as small as it gets: shows that it runs, no more")

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> "Setting":
        """Read the options."""
        return cls(1 if arguments.smoke else arguments.rounds, arguments.smoke)
