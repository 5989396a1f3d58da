"""Which seed's networks are looked at, where a comparison has several."""

from collections.abc import Callable

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.seed_run import SeedRun
from nncompare.ui.elements import dropdown, hide, offer

_NEWEST = -1
_NEWEST_SEED = ("newest seed", _NEWEST)


class SeedChoice:
    """Calls `on_choice` when another seed is chosen; not seen where there is but one."""

    def __init__(self, on_choice: Callable[[], None]) -> None:
        self.box = dropdown("Models of seed", [_NEWEST_SEED], on_choice)
        hide(self.box, True)

    def pair_of(self, running: ComparisonRun) -> SeedRun:
        """Offer the seeds that have begun, and return what is chosen: its pair, or the one of now."""
        begun = [(f"seed {pair.seed}", pair.seed) for pair in running.begun]
        offer(self.box, [_NEWEST_SEED, *begun], otherwise=_NEWEST)
        hide(self.box, len(running.pairs) == 1)
        return next((pair for pair in running.begun if pair.seed == self.box.value), running.current)
