"""The folder of one comparison in the store."""

import contextlib
import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from nncompare.config import Comparison
from nncompare.store import facts
from nncompare.store.content import from_files, read_state, to_files
from nncompare.store.epochs import Half, kept_epochs, read_epoch, write_epoch
from nncompare.store.errors import DamagedError, StoreError
from nncompare.store.files import TEMPORARY, numbered, read_folder, write_folder
from nncompare.store.labels import read_labels
from nncompare.store.lesson import read_lesson
from nncompare.store.lock import Lock
from nncompare.store.migrations import FORMAT, migrated
from nncompare.store.records import ENDED, ModelSummary, RunRecord, SavedComparison, Summary, keys_of

KEPT = 2
_COPY = "copy"  # of the manifest, which is written once: there is no earlier version to fall back to
# With a day to spare, so that they are valid dates in every time zone.
_EARLIEST, _LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
_T = TypeVar("_T")


class Manifest(BaseModel):
    """The file ``comparison.json``: what does not change during training."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int = FORMAT
    id: str
    created: AwareDatetime = Field(ge=_EARLIEST, le=_LATEST)
    comparison: Comparison
    versions: dict[str, str]
    machine: dict[str, str]


def read_manifest(content: bytes) -> Manifest:
    """Parse ``comparison.json`` of this format or an older one; raise if it is of a newer one, or anything else."""
    try:
        return Manifest.model_validate(migrated(json.loads(content)))
    except (ValueError, RecursionError):  # a ValidationError is a ValueError
        raise DamagedError("it holds no comparison") from None


class RunFolder:
    """One saved comparison: a folder with the latest checkpoints of every model, and its `manifest`.

    Reading needs no lock; saving needs the one that `hold` acquires and `release` releases.
    """

    def __init__(self, folder: Path, lock: Lock) -> None:
        self._folder, self._lock = folder, lock
        self._seen: dict[tuple[int, str], int] | None = None
        self._damaged: set[Path] = set()
        self._writes = threading.Lock()
        self.id = folder.name
        self.manifest = self._read_manifest()
        self.comparison, self.created = self.manifest.comparison, self.manifest.created

    @classmethod
    def begin(cls, folder: Path, lock: Lock, comparison: Comparison) -> "RunFolder":
        """Create the folder of a new comparison."""
        created, versions, machine = max(datetime.now(UTC), _EARLIEST), facts.versions(), facts.machine()
        manifest = Manifest(id=folder.name, created=created, comparison=comparison, versions=versions, machine=machine)
        content = {"comparison.json": json.dumps(manifest.model_dump(mode="json"), indent=1).encode()}
        write_folder(folder, content)
        try:
            write_folder(folder / _COPY, content)
        except StoreError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        begun = cls(folder, lock)
        begun._seen = {}
        return begun

    @property
    def is_open(self) -> bool:
        """Whether any process trains it."""
        return self._lock.is_held

    def hold(self) -> None:
        """Acquire the lock that saving needs; it may be held already.

        A `StoreError` says that another process holds it, has saved since this object read the folder, or deleted it.
        """
        if self._lock.is_mine:
            return
        self._lock.acquire()
        numbers = self._newest_numbers()
        if not self._folder.is_dir() or (self._seen is not None and numbers != self._seen):
            self._lock.release()
            raise StoreError("It was deleted or changed elsewhere meanwhile.")

    def release(self) -> None:
        """Release the lock."""
        self._lock.release()

    def save(self, seed: int, name: str, record: RunRecord) -> None:
        """Save a checkpoint of a run: it is on disk when this returns; if it fails, earlier ones are unharmed."""
        self._check()
        model_folder = self._model_folder(seed, name)
        number = max((int(folder.name) for folder in numbered(model_folder)), default=0) + 1
        write_folder(model_folder / f"{number:06d}", to_files(record))
        with self._writes:
            self._seen = {**(self._seen or {}), (seed, name): number}
        self._tidy(model_folder)
        if not record.is_interrupted:
            self._lighten(model_folder, number, record)

    def save_epoch(self, seed: int, name: str, epoch: int, table: Half) -> None:
        """Save what a model predicts for the test set (N, K) at the end of an epoch, as `save` does."""
        self._check()
        write_epoch(self._epochs_folder(seed, name), epoch, table)

    def load_epoch(self, seed: int, name: str, epoch: int) -> Half | None:
        """Return what a model predicted at the end of an epoch, (N, K); None where it is not kept, or damaged."""
        return read_epoch(self._epochs_folder(seed, name), epoch)

    def epochs(self, seed: int, name: str) -> set[int]:
        """Return the epochs of a model whose predictions are kept."""
        return kept_epochs(self._epochs_folder(seed, name))

    def load(self) -> SavedComparison:
        """Return everything: the newest intact checkpoint of each run, and a sentence for each damaged one."""
        self._seen = self._newest_numbers()
        runs, notes = {}, []
        for seed, name in keys_of(self.comparison):
            record, why = self._newest(seed, name, lambda folder: from_files(read_folder(folder)))
            if record is not None:
                runs[seed, name] = record
            notes += [_damage(f"model {name}, seed {seed},", record, why)] if why else []
        return SavedComparison(self.id, self.comparison, runs, tuple(notes), read_lesson(self._folder))

    def summary(self) -> Summary:
        """Return what a list of comparisons shows."""
        models = tuple(self._model_summary(seed, name) for seed, name in keys_of(self.comparison))
        is_from_here = self.manifest.machine == facts.machine()
        labels = read_labels(self._folder)
        return Summary(self.id, self.created, self.comparison, models, self.is_open, labels, is_from_here)

    def _model_summary(self, seed: int, name: str) -> ModelSummary:
        state, _ = self._newest(seed, name, lambda folder: read_state(_file(folder, "state.json")))
        wished = self.comparison.a if name == "A" or self.comparison.b is None else self.comparison.b
        if state is None:
            return ModelSummary(seed, name, wished, None, True, 0, None)
        is_interrupted = state.is_lost or state.state not in ENDED
        accuracies = state.epochs["test_accuracy"]
        last, epoch_seconds = (
            (accuracies[-1], state.epochs["epoch_seconds"][-1] / len(accuracies)) if accuracies else (None, None)
        )
        return ModelSummary(
            *(seed, name, state.config, state.state, is_interrupted, len(accuracies), last),
            seconds=state.seconds or (state.progress.seconds if state.progress else 0.0),
            diverged=state.diverged,
            epoch_seconds=epoch_seconds,
        )

    def _newest(self, seed: int, name: str, read: Callable[[Path], _T]) -> tuple[_T | None, str]:
        """Return what can be read of the newest intact checkpoint, and why that is not the last one."""
        model_folder, why = self._model_folder(seed, name), ""
        listed: list[Path] = []
        while listed != (listed := numbered(model_folder)):  # another process that saves meanwhile removes old ones
            why = ""
            for folder in reversed(listed):
                try:
                    return read(folder), why
                except DamagedError as error:
                    self._damaged.add(folder)
                    why = why or str(error)
        return None, why

    def _read_manifest(self) -> Manifest:
        why = ""
        for folder in (self._folder, self._folder / _COPY):
            try:
                return read_manifest(_file(folder, "comparison.json"))
            except DamagedError as error:
                why = why or str(error)
        raise DamagedError(f"The saved comparison {self._folder.name} cannot be read: {why}.")

    def _model_folder(self, seed: int, name: str) -> Path:
        return self._folder / f"seed-{seed:d}" / name.lower()

    def _epochs_folder(self, seed: int, name: str) -> Path:
        return self._folder / f"seed-{seed:d}" / f"{name.lower()}-epochs"

    def _check(self) -> None:
        """Raise where this object may not write."""
        if not self._lock.is_mine:
            raise StoreError("It is not held.")
        if not self._folder.is_dir():
            raise StoreError("Its folder was deleted.")

    def _newest_numbers(self) -> dict[tuple[int, str], int]:
        found = {key: numbered(self._model_folder(*key)) for key in keys_of(self.comparison)}
        return {key: int(folders[-1].name) for key, folders in found.items() if folders}

    def _lighten(self, model_folder: Path, newest: int, record: RunRecord) -> None:
        """Replace what is kept before the last checkpoint of an ended run by what that tells without its weights.

        To train on takes the last checkpoint alone; the other one is for the case that this is damaged.
        """
        light = to_files(replace(record, weights=None, checkpoint=None))
        for folder in numbered(model_folder):
            if int(folder.name) < newest and folder not in self._damaged:
                shutil.rmtree(folder, ignore_errors=True)
                with contextlib.suppress(StoreError):  # a full disk
                    write_folder(folder, light)

    def _tidy(self, model_folder: Path) -> None:
        """Remove all but the last two intact checkpoints, and the temporary folders of a crash."""
        listed = numbered(model_folder)
        kept = [folder for folder in listed if folder not in self._damaged][-KEPT:]
        for folder in [*(folder for folder in listed if folder not in kept), *model_folder.glob(TEMPORARY + "*")]:
            shutil.rmtree(folder, ignore_errors=True)


def _damage(whose: str, record: RunRecord | None, why: str) -> str:
    """Say what is left of a model whose last checkpoint is damaged."""
    if record is None:
        return f"No checkpoint of {whose} can be read ({why}); it counts as not begun."
    if record.weights is None and record.history.epochs:
        return f"The weights of {whose} are lost ({why}): its curves are kept, but it must be trained from the start."
    return f"The last checkpoint of {whose} is damaged ({why}); the one before it is used."


def _file(folder: Path, name: str) -> bytes:
    return read_folder(folder, (name,))[name]
