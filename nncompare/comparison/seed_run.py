"""Both models from one seed: they begin together, and each goes its own way from there."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from nncompare.comparison.drive import drive, silence_told
from nncompare.comparison.kept_epochs import KeptEpochs
from nncompare.comparison.model_result import ModelResult
from nncompare.comparison.model_run import ModelRun
from nncompare.comparison.quota import Quota
from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.state import State, of_pair
from nncompare.comparison.under_way import UnderWay
from nncompare.comparison.view import RunView
from nncompare.config import Comparison, Precision
from nncompare.data import CATALOG, DataError
from nncompare.engine.client import Engine, EngineError, LostError, Slot
from nncompare.engine.fair_queue import QueuePosition
from nncompare.engine.inquiries import Place, inspect_beside_training, inspect_on_worker
from nncompare.engine.queue_client import SHORT_WORK
from nncompare.engine.shared import EngineHolder, predict_on_worker
from nncompare.errors import DeviceError
from nncompare.inspection import Answer, Inquiry, NetworkState
from nncompare.limits import LimitsError
from nncompare.memory import BudgetError, fit
from nncompare.messages import Assignment, Outcome, Prediction, Setup, WorkerInfo
from nncompare.store import RunRecord

Save = Callable[["SeedRun", str, RunRecord], Awaitable[None]]
"""Saves what is known of a model, by name."""
Places = dict[tuple[int, str], Place]
"""Where models train, by seed and name: those of all seeds, as an ended one is asked on the workers of another."""
_REFUSED = (DeviceError, BudgetError, LimitsError)
_TOLD_AS_THEY_ARE = (*_REFUSED, DataError, EngineError, ValueError)


class SeedRun(UnderWay):
    """The runs of one seed, their common start and end.

    What looks at it may be called on any thread, what changes it on the event loop only. `models` are to steer, what is
    known of them is in `runs`. `has_slots` is set when there is room for what was started last, or it will never begin.
    `submission` is the press of Train as which it waits in the queue.
    """

    def __init__(
        self,
        comparison: Comparison,
        engines: EngineHolder,
        suspend_seconds: float,
        quota: Quota,
        save: Save,
        epochs: KeptEpochs,
        places: Places,
    ) -> None:
        super().__init__()
        self.comparison, self.seed = comparison, comparison.seed
        self.models = [
            ModelRun(name, comparison.seed, config, partial(save, self, name))
            for name, config in (("A", comparison.a), ("B", comparison.b))
            if config is not None
        ]
        self.has_slots = asyncio.Event()
        self.submission = SHORT_WORK
        self._engines, self._suspend_seconds, self._quota = engines, suspend_seconds, quota
        self._epochs, self._places = epochs, places

    @property
    def runs(self) -> list[RunView]:
        """What is known of both runs."""
        return [model.view for model in self.models]

    @property
    def state(self) -> State:
        """The state of the pair."""
        return of_pair(run.state for run in self.runs)

    @property
    def has_begun(self) -> bool:
        """Whether there was room for any of the runs."""
        return any(run.plan is not None for run in self.runs)

    @property
    def networks(self) -> tuple[NetworkState, ...]:
        """The models that have weights: those of now, or of a moment ago while one trains (`ComparisonRun.explore`)."""
        return tuple(network for model in self.models if (network := model.network) is not None)

    def inspect(self, inquiry: Inquiry) -> Answer:
        """Ask what networks say to images, and wait for the answer: not for the event loop.

        Their own workers are asked while they train, beside that, else those on which another seed trains: it may hold
        all there are for long. Where none trains, it is the first worker that is free.

        Raises as `inspect_on_worker`.
        """
        all_places = dict(self._places)
        places = {name: place for (_, name), place in all_places.items()}
        places |= {name: place for (seed, name), place in all_places.items() if seed == self.seed}
        if not places:
            return inspect_on_worker(self._engines, self.comparison.device, inquiry)
        any_place = next(iter(places.values()))
        names = [network.name for network in inquiry.networks]
        return inspect_beside_training({name: places.get(name, any_place) for name in names}, inquiry)

    def epochs(self, name: str) -> list[int]:
        """Return, in order, the finished epochs of a model whose predictions for the test set are kept."""
        run, kept = self._run(name), self._epochs.of((self.seed, name))
        newest = run.test.epoch if run.test is not None else None
        return [epoch for epoch in range(1, run.history.epochs + 1) if epoch in kept or epoch == newest]

    def test_predictions(self, name: str, epoch: int) -> Prediction | None:
        """Return what a model predicted for the test set after an epoch; None where that is not kept, or damaged.

        It may be read from disk.
        """
        run = self._run(name)
        if run.test is not None and run.test.epoch == epoch:
            return run.test
        found = self._epochs.read((self.seed, name), epoch) if epoch in self.epochs(name) else None
        return Prediction(float(epoch), found) if found is not None else None

    def _run(self, name: str) -> RunView:
        return next(run for run in self.runs if run.name == name)

    def start(self, goals: Mapping[str, int]) -> None:
        """Begin; with `goals`, bring runs that have ended to so many epochs, by model, from where they left off."""
        models = [model for model in self.models if not goals or (model.name in goals and model.state.can_train_on)]
        for model in models:
            model.start(goals.get(model.name))
        self.has_slots.clear()
        self._in_background(self._attempt(models, self._train(models, are_prolonged=bool(goals))))

    def restore(self, records: Mapping[tuple[int, str], RunRecord]) -> None:
        """Become what was saved; a model of which nothing was saved begins with its first epoch."""
        self._end_after(record.pair_seconds for (seed, _), record in records.items() if seed == self.seed)
        for model in self.models:
            model.restore(records.get((self.seed, model.name)))
            if model.view.is_suspended:
                self.has_slots.clear()
                self._in_background(self._train_once_resumed(model))

    def _on_end(self, task: "asyncio.Task[None]") -> None:
        super()._on_end(task)
        if not self._tasks:
            self.has_slots.set()

    def _gather(self) -> ComparisonResult:
        predictor = partial(predict_on_worker, self._engines, self.comparison.device)
        models = [ModelResult.of(run, self.comparison, predictor) for run in self.runs]
        settings = {model.name.lower(): model.config for model in models}  # with the epochs that were added
        comparison = self.comparison.model_copy(update=settings)
        a, *others = models
        b = others[0] if others else None
        return ComparisonResult(comparison, self.seed, a, b, self.seconds, self.state, inspector=self.inspect)

    async def _train(self, models: Sequence[ModelRun], *, are_prolonged: bool = False) -> None:
        """Claim a slot for each run at once, so that they start together; one that is stopped first ends."""
        for model in models if are_prolonged else ():  # epochs that were added outlive a crash
            await model.save()
        slots: list[Slot] = []
        while not slots:
            stopped = [model for model in models if model.requested.stop]
            models = [model for model in models if model not in stopped]
            for model in stopped:
                await model.end(Outcome("stopped"))
            if not models:
                return  # no engine has to be started
            engine = await asyncio.to_thread(self._engines.get)
            if problems := self._quota.limits.problems(self.comparison):
                raise LimitsError(" ".join(problems))
            slots = await self._claim(engine, models)
        self.has_slots.set()
        placed = zip(models, slots, strict=True)
        await asyncio.gather(*(self._attempt([model], self._train_on(model, engine, slot)) for model, slot in placed))

    async def _train_on(self, model: ModelRun, engine: Engine, slot: Slot) -> None:
        try:
            with self._quota.counting():
                assignment = self._assignment(model, slot)
                model.begin(assignment.setup)
                self._places[self.seed, model.name] = Place(engine, slot.address, assignment.setup.device)
                await drive(model, engine, slot.address, assignment)
        finally:
            self._places.pop((self.seed, model.name), None)
            await engine.release([slot.address])  # its predictions need not wait for the other model
        if model.view.has_left_worker:
            await self._train_once_resumed(model)

    async def _claim(self, engine: Engine, models: Sequence[ModelRun]) -> list[Slot]:
        """Wait for a slot for each run; return none when the end of one was requested meanwhile."""

        def tell(position: QueuePosition | None) -> None:
            for model in models:
                model.tell(position=position)

        def is_cancelled() -> bool:
            return any(model.requested.stop for model in models)

        async with silence_told(models, engine.seconds_silent):
            return await engine.claim(len(models), self.comparison.device, is_cancelled, self.submission, tell)

    async def _train_once_resumed(self, model: ModelRun) -> None:
        while model.view.is_suspended:
            await model.rest()
        await self._attempt([model], self._train([model]))

    def _precision(self, report: WorkerInfo) -> Precision:
        """Return one number format for both models, whatever another worker finds faster."""
        chosen = (run.precision for run in self.runs if run.precision is not None)
        return next(chosen, report.resolved(self.comparison.precision))

    @staticmethod
    async def _attempt(models: Sequence[ModelRun], work: Awaitable[None]) -> None:
        """Await what trains these runs; where it breaks off, they fail with a sentence."""
        try:
            await work
        except Exception as error:  # a mistake here must not leave a screen that waits for ever
            names = " and ".join(f"model {model.name}" for model in models)
            message = f"Training of {names} could not go on ({type(error).__name__}: {error}). Train again."
            message = str(error) if isinstance(error, _TOLD_AS_THEY_ARE) else message
            is_lost, is_refused = isinstance(error, LostError), isinstance(error, _REFUSED)
            for model in (model for model in models if not model.state.is_over):
                await model.fail(message, is_lost=is_lost, is_refused=is_refused)

    def _assignment(self, model: ModelRun, slot: Slot) -> Assignment:
        comparison, report, start, config = self.comparison, slot.report, model.view.checkpoint, model.view.config
        precision = model.view.precision or self._precision(report)
        room, info = report.room(comparison.memory_budget, precision), CATALOG[comparison.dataset]
        if start is not None:
            plan = start.plan.on(room.cores, room.memory_limit)
        else:
            plan = fit(config, room, info.test_count, info.used_images(comparison.train_images)).plan
        setup = Setup(config, plan, report.device, precision)
        return Assignment(
            run=secrets.token_hex(8),
            token=report.token,
            setup=setup,
            dataset=comparison.dataset,
            train_images=comparison.train_images,
            seed=comparison.seed_of(model.name),
            start=start,
            suspend_seconds=self._suspend_seconds,
            silence_seconds=self._quota.limits.silence_seconds,
        )
