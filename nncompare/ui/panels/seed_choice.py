"""Which seed's networks are looked at, where a comparison has several."""

from collections.abc import Callable

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.seed_run import SeedRun
from nncompare.ui.elements import dropdown, hide, offer
from nncompare.words import one_of

_NEWEST = -1


def seed_words(running: ComparisonRun, pair: SeedRun | None = None) -> str:
    """Count a seed, or that of now, as all steps do: seed 1 of 5; empty where there is but one."""
    return one_of("seed", pair or running.current, running.pairs)


class SeedChoice:
    """Calls `on_choice` when another seed is chosen; not seen where there is but one."""

    def __init__(self, on_choice: Callable[[], None]) -> None:
        self.box = dropdown("Models of seed", [("newest seed", _NEWEST)], on_choice)
        hide(self.box, True)

    def pair_of(self, running: ComparisonRun) -> SeedRun:
        """Offer the seeds that have begun, and return what is chosen: its pair, or the one of now."""
        begun = [(seed_words(running, pair), pair.seed) for pair in running.begun]
        offer(self.box, [(f"newest: {seed_words(running)}", _NEWEST), *begun], otherwise=_NEWEST)
        hide(self.box, len(running.pairs) == 1)
        return next((pair for pair in running.begun if pair.seed == self.box.value), running.current)
