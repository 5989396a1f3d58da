"""The run store: comparisons on disk, saved epoch by epoch, which can be reopened and resumed."""

from nncompare.store.cleaning import Stored, to_remove
from nncompare.store.epochs import Half, ended_epochs, to_half
from nncompare.store.errors import DamagedError, StoreError
from nncompare.store.labels import LONGEST_NAME, LONGEST_NOTE, Label, Labels
from nncompare.store.records import ModelSummary, RunRecord, SavedComparison, StateWord, Summary
from nncompare.store.run_folder import RunFolder
from nncompare.store.store import Store, home_folder
from nncompare.store.visitors import SESSION_NUMBER, VISITOR_DAYS, remove_forgotten

__all__ = [
    "LONGEST_NAME",
    "LONGEST_NOTE",
    "SESSION_NUMBER",
    "VISITOR_DAYS",
    "DamagedError",
    "Half",
    "Label",
    "Labels",
    "ModelSummary",
    "RunFolder",
    "RunRecord",
    "SavedComparison",
    "StateWord",
    "Store",
    "StoreError",
    "Stored",
    "Summary",
    "ended_epochs",
    "home_folder",
    "remove_forgotten",
    "to_half",
    "to_remove",
]
