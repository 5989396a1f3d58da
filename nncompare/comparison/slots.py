"""The slots of one pair, and what becomes of the threads of one that is left."""

import threading
from collections.abc import Callable

from nncompare.comparison.run import ModelRun
from nncompare.config import ThreadSharing
from nncompare.engine.client import Engine, Slot
from nncompare.engine.fair_queue import QueuePosition
from nncompare.engine.queue_client import Submission


class SlotAllocation:
    """Claims slots for runs and releases them; with "survivor", the last run gets the threads of the empty seat.

    A seat whose threads were handed over stays claimed: nobody else computes there meanwhile, so there are never more
    threads at work than cores. A run that was parked leaves its seat to others in any case.
    """

    def __init__(self, sharing: ThreadSharing) -> None:
        self._is_handed_over = sharing == "survivor"
        self._lock = threading.Lock()
        self._seated: dict[str, tuple[ModelRun, Slot]] = {}
        self._spare: list[Slot] = []

    def take(
        self, engine: Engine, runs: list[ModelRun], device: str, is_cancelled: Callable[[], bool], turn: Submission
    ) -> list[Slot]:
        """Wait for a slot for each run; give none when the wait was cancelled."""
        self._release_spare(engine)

        def tell(place: QueuePosition | None) -> None:
            for run in runs:
                run.wait_at(place)

        slots = engine.claim(len(runs), device, is_cancelled, turn, tell)
        is_alone = len(slots) == 1 and not self._seated
        beside = self._free_slot(engine, device, turn) if self._is_handed_over and is_alone else []
        with self._lock:
            self._seated |= {run.name: (run, slot) for run, slot in zip(runs, slots, strict=False)}
            self._spare += beside
            self._share()
        return slots

    def leave(self, engine: Engine, run: ModelRun, slot: Slot) -> None:
        """Release the slot of a run, or hand its threads over."""
        with self._lock:
            del self._seated[run.name]
            left = [slot]
            if self._is_handed_over and self._seated and not run.is_parked:
                self._spare, left = [*self._spare, slot], []
            elif not self._seated:
                self._spare, left = [], [slot, *self._spare]
            self._share()
        engine.release([seat.address for seat in left])

    def threads_of(self, run: ModelRun, slot: Slot) -> int:
        """Tell how many threads a run begins or goes on with: as many as it had, but never more than there are."""
        return self._total(slot) if self._is_handed_over else min(run.threads or slot.threads, slot.threads)

    def _release_spare(self, engine: Engine) -> None:
        with self._lock:
            left, self._spare = self._spare, []
            self._share()
        engine.release([seat.address for seat in left])

    def _share(self) -> None:
        """Tell the runs how many threads they have now."""
        if self._is_handed_over:
            for run, slot in self._seated.values():
                run.give_threads(self._total(slot))

    def _total(self, slot: Slot) -> int:
        return slot.threads + sum(seat.threads for seat in self._spare if seat.host == slot.host)

    @staticmethod
    def _free_slot(engine: Engine, device: str, turn: Submission) -> list[Slot]:
        """Take one more slot if one is free this moment, and nobody waits for it."""
        looks = iter([False])
        return engine.claim(1, device, lambda: next(looks, True), turn)
