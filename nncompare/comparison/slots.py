"""The slots of one pair, and what becomes of the threads of one that is left."""

from collections.abc import Sequence

from nncompare.comparison.model_run import ModelRun
from nncompare.config import ThreadSharing
from nncompare.engine.client import Engine, Slot
from nncompare.engine.fair_queue import QueuePosition
from nncompare.engine.queue_client import Submission


class SlotAllocation:
    """Claims slots for runs and releases them; with "survivor", the last run gets the threads of the empty slot.

    A slot whose threads were handed over stays claimed: nobody else computes there meanwhile, so there are never more
    threads at work than cores. A suspended run leaves its slot to others in any case.
    """

    def __init__(self, sharing: ThreadSharing) -> None:
        self._is_handed_over = sharing == "survivor"
        self._taken: dict[str, tuple[ModelRun, Slot]] = {}
        self._spare: list[Slot] = []

    async def take(self, engine: Engine, runs: Sequence[ModelRun], device: str, submission: Submission) -> list[Slot]:
        """Wait for a slot for each run; return none when the end of one was requested meanwhile."""
        spare, self._spare = self._spare, []
        self._share()
        await engine.release([slot.address for slot in spare])

        def tell(position: QueuePosition | None) -> None:
            for run in runs:
                run.wait_at(position)

        slots = await engine.claim(len(runs), device, lambda: any(run.requested.stop for run in runs), submission, tell)
        if self._is_handed_over and len(slots) == 1 and not self._taken:
            looks = iter([False])  # one more slot, if it is free this moment and nobody waits for it
            self._spare += await engine.claim(1, device, lambda: next(looks, True), submission)
        self._taken |= {run.name: (run, slot) for run, slot in zip(runs, slots, strict=False)}
        self._share()
        return slots

    async def leave(self, engine: Engine, run: ModelRun, slot: Slot) -> None:
        """Release the slot of a run, or hand its threads over."""
        del self._taken[run.name]
        left = [slot]
        if not self._taken:
            self._spare, left = [], [slot, *self._spare]
        elif self._is_handed_over and not run.view.is_suspended:
            self._spare, left = [*self._spare, slot], []
        self._share()
        await engine.release([slot.address for slot in left])

    def threads_of(self, run: ModelRun, slot: Slot) -> int:
        """Return how many threads a run begins or goes on with: as many as it had, but never more than there are."""
        most = self._total(slot)
        return most if self._is_handed_over else min(run.view.threads or most, most)

    def _share(self) -> None:
        if self._is_handed_over:
            for run, slot in self._taken.values():
                run.give_threads(self._total(slot))

    def _total(self, slot: Slot) -> int:
        spare = self._spare if len(self._taken) == 1 else []  # where it is the only one at work
        return slot.threads + sum(other.threads for other in spare if other.host == slot.host)
