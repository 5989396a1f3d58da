"""Which seed's networks are looked at, where a comparison has several."""

from collections.abc import Callable

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.seed_run import SeedRun
from nncompare.ui.elements import dropdown, hide, offer, row

_NEWEST = -1


class SeedChoice:
    """Calls `on_choice` when another seed is chosen; not seen where there is but one."""

    def __init__(self, on_choice: Callable[[], None]) -> None:
        self.seed = dropdown("Models of seed", [("newest", _NEWEST)], on_choice)
        self.box = row("nnc-seed nnc-hidden", [self.seed])

    def pair_of(self, running: ComparisonRun) -> SeedRun:
        """Offer the seeds that have begun, and return what is chosen: its pair, or the one of now."""
        options = [("newest", _NEWEST), *((str(pair.seed), pair.seed) for pair in running.begun)]
        offer(self.seed, options, otherwise=_NEWEST)
        hide(self.box, len(running.pairs) == 1)
        return next((pair for pair in running.begun if pair.seed == self.seed.value), running.current)
