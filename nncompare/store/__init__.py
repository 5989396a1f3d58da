"""The run store: what was trained is on disk, epoch by epoch, and can be opened again."""

from nncompare.store.errors import DamagedError, NewerFormatError, StoreError
from nncompare.store.records import ENDED, ModelSummary, RunRecord, SavedComparison, StateWord, Summary
from nncompare.store.shelf import Shelf
from nncompare.store.store import HOME_VARIABLE, Store, home_folder

__all__ = [
    "ENDED",
    "HOME_VARIABLE",
    "DamagedError",
    "ModelSummary",
    "NewerFormatError",
    "RunRecord",
    "SavedComparison",
    "Shelf",
    "StateWord",
    "Store",
    "StoreError",
    "Summary",
    "home_folder",
]
