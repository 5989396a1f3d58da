"""The run store: what was trained is on disk, epoch by epoch, and can be opened again."""

from nncompare.store.errors import DamagedError, NewerFormatError, StoreError
from nncompare.store.records import ENDED, ModelSummary, RunRecord, SavedComparison, StateWord, Summary
from nncompare.store.run_folder import RunFolder
from nncompare.store.store import SESSION_NUMBER, Store, home_folder

__all__ = [
    "ENDED",
    "SESSION_NUMBER",
    "DamagedError",
    "ModelSummary",
    "NewerFormatError",
    "RunFolder",
    "RunRecord",
    "SavedComparison",
    "StateWord",
    "Store",
    "StoreError",
    "Summary",
    "home_folder",
]
