"""Runs without a worker and without a store."""

from dataclasses import replace

from nncompare.comparison.model_run import ModelRun
from nncompare.comparison.state import State
from nncompare.config import RunConfig
from nncompare.store import RunRecord


def model_run(state: State = State.IDLE, **known: object) -> ModelRun:
    run = ModelRun("A", 0, RunConfig(), _saved_nowhere)
    run.view = replace(run.view, state=state, **known)  # type: ignore[arg-type]
    return run


async def _saved_nowhere(_: RunRecord) -> None:
    pass
