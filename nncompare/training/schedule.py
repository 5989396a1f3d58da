"""The learning rate of each update."""

from dataclasses import dataclass

from nncompare.config import RunConfig

_RISE = 0.2
_FIRST, _LAST = 0.1, 0.01


@dataclass(frozen=True)
class Schedule:
    """The learning rate from the image `start` of a run to the image `end`.

    One cycle, as in Smith and Topin, Super-Convergence, 2018, in straight lines: over the first fifth of the images up
    from a tenth of `peak`, then down to a hundredth.
    """

    peak: float
    is_cycle: bool
    start: int
    end: int

    @classmethod
    def of(cls, config: RunConfig, start: int, images_per_epoch: int) -> "Schedule":
        """Return the schedule of a run whose cycle begins after `start` images."""
        end = config.epochs * images_per_epoch
        return cls(config.learning_rate, config.schedule == "one-cycle", start, end)

    def rate(self, images: int) -> float:
        """Return the learning rate of the update that follows on `images` images."""
        if not self.is_cycle:
            return self.peak
        share = min(1.0, max(0.0, (images - self.start) / max(1, self.end - self.start)))
        if share < _RISE:
            return self.peak * (_FIRST + (1 - _FIRST) * share / _RISE)
        return self.peak * (1 - (1 - _LAST) * (share - _RISE) / (1 - _RISE))
