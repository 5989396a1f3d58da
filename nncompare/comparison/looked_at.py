"""A saved comparison that is only looked at: nothing of it goes on, and nothing is written."""

from dataclasses import replace

from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.saved import read_saved
from nncompare.engine.shared import EngineHolder
from nncompare.messages import Setup
from nncompare.store import RunFolder, RunRecord, SavedComparison
from nncompare.store.records import keys_of


def saved_result(folder: RunFolder, engines: EngineHolder) -> tuple[ComparisonResult, str]:
    """Return what a saved comparison has reached, also while another process trains it; and what was damaged.

    Raise a StoreError when it cannot be read.
    """
    saved = read_saved(folder)
    running = ComparisonRun.restored(_as_ended(saved), engines)
    return running.result(), " ".join(saved.notes)


def _as_ended(saved: SavedComparison) -> SavedComparison:
    runs = {key: _ended(saved.runs.get(key), saved, key[1]) for key in keys_of(saved.comparison)}
    return replace(saved, runs=runs)


def _ended(record: RunRecord | None, saved: SavedComparison, name: str) -> RunRecord:
    config = saved.comparison.b if name == "B" else saved.comparison.a
    if record is None:
        return RunRecord(Setup(config or saved.comparison.a), "idle")
    return replace(record, state="stopped", is_lost=False) if record.is_interrupted else record
