"""The run store: comparisons on disk, saved epoch by epoch, which can be reopened and resumed."""

from nncompare.store.errors import DamagedError, NewerFormatError, StoreError
from nncompare.store.records import ModelSummary, RunRecord, SavedComparison, StateWord, Summary
from nncompare.store.run_folder import RunFolder
from nncompare.store.store import SESSION_NUMBER, Store, home_folder

__all__ = [
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
