"""An engine behind a page that trains nothing: what it predicts is made up, and its runs end when a test wants it."""

from typing import Any

from fake_engine import FakeEngine
from fake_pair import answer_to
from stored_runs import predicted

from nncompare.data import load
from nncompare.inspection import Inquiry
from nncompare.messages import PredictionRequest, WorkerInfo


class PageEngine(FakeEngine):
    """Stands for the engine and for what holds it."""

    def join(self) -> None: ...

    def leave(self) -> None: ...

    def warm_up(self, dataset: str | None) -> None: ...

    def survey(self, device: str) -> WorkerInfo:
        return WorkerInfo("token", 2, "cpu", {"cpu": "A Processor"}, 2**33, 2**34)

    async def run(self, function: object, request: Any, *rest: Any, address: str, key: str | None = None) -> Any:
        if isinstance(request, Inquiry):
            return answer_to(request)
        if not isinstance(request, PredictionRequest):
            return await super().run(function, request, address=address, key=key)
        labels = load(request.dataset).labels(request.split)
        return predicted(labels if request.indices is None else labels[list(request.indices)], len(request.weights))

    def end_all(self, state: str = "finished") -> None:
        """End every run that is under way."""
        for worker in self.active():
            worker.end(state)
