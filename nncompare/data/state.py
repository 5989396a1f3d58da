"""Whether a data set is at hand and whole, found without touching the network."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nncompare.catalog import RAW_FILES, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, DatasetInfo, dataset_info
from nncompare.data.digests import compute_md5, md5_of, read_object
from nncompare.data.folders import own_folder, search_folders
from nncompare.data.idx import DamagedFileError, map_idx
from nncompare.data.layouts import PACKED, files_in, places, what_lies_in

# The number goes up with every change to the drawings, so that images of an older version are made again.
MANIFEST = "manifest-1.json"


class Availability(StrEnum):
    """How far a data set is from being usable."""

    READY = "ready"
    UNPACK = "unpack"
    DOWNLOAD = "download"
    GENERATE = "generate"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class DatasetState:
    """What a search found.

    ``folder`` holds the files of the copy that is ready, packed or damaged, else it is None; ``message`` is one or two
    short sentences for the user. ``note`` says what is in the way in a folder that the user has named; it may be empty.
    """

    name: str
    availability: Availability
    folder: Path | None
    message: str
    note: str = ""


def dataset_state(name: str, data_dir: Path | str | None = None) -> DatasetState:
    """Look for a data set in the search folders; a name that is in no catalogue is a DataError.

    Cheap, except that a file that was never seen before is read once to compute its digest (about 0.1 s in all).
    """
    return find_copy(dataset_info(name), search_folders(data_dir))


def find_copy(info: DatasetInfo, folders: list[Path]) -> DatasetState:
    """Find the first whole copy in some folders, else a packed one, else a damaged one."""
    others: dict[Availability, DatasetState] = {}
    for state in filter(None, (_look_into(info, place) for folder in folders for place in places(info, folder))):
        if state.availability is Availability.READY:
            return state
        others.setdefault(state.availability, state)
    found = others.get(Availability.UNPACK) or others.get(Availability.DAMAGED)
    return found or _absent(info, [folder for folder in folders if folder != own_folder()])


def write_manifest(raw: Path) -> None:
    """Note the digests of the four raw files of a synthetic set beside them."""
    digests = {name: compute_md5(raw / name) for name in RAW_FILES}
    (raw / MANIFEST).write_text(json.dumps(digests, indent=1), "utf-8")


def _look_into(info: DatasetInfo, place: Path) -> DatasetState | None:
    files = files_in(place)
    if not files:
        return None
    damage = _find_damage(info, place, files)
    if damage is not None:
        return _damaged(info, place, damage)
    if any(path.suffix == PACKED for path in files.values()):
        return DatasetState(info.name, Availability.UNPACK, place, "Here, but packed; unpacked on first use.")
    return DatasetState(info.name, Availability.READY, place, "Ready.")


def _damaged(info: DatasetInfo, raw: Path, damage: str) -> DatasetState:
    if info.synthetic:
        remedy = "It will be made again."
    elif damage.endswith("missing"):
        remedy = "Download again."
    else:
        remedy = "Delete the file or download again."
    return DatasetState(info.name, Availability.DAMAGED, raw, f"{damage}. {remedy}", f"In {raw}, {damage}.")


def _absent(info: DatasetInfo, named: list[Path]) -> DatasetState:
    if info.synthetic:
        return DatasetState(info.name, Availability.GENERATE, None, "Made on first use, a few seconds.")
    message = f"Will be downloaded, {round(info.download_bytes / 1e6)} MB."
    note = " ".join(filter(None, (what_lies_in(info, folder) for folder in named)))
    return DatasetState(info.name, Availability.DOWNLOAD, None, message, note)


def _find_damage(info: DatasetInfo, place: Path, files: Mapping[str, Path]) -> str | None:
    try:
        return _first_damage(info, files, read_object(place / MANIFEST) if info.synthetic else info.md5)
    except OSError as error:
        return f"{place} cannot be read ({error.strerror or error})"


def _first_damage(info: DatasetInfo, files: Mapping[str, Path], expected: Mapping[str, str]) -> str | None:
    counts = {}
    for name in RAW_FILES:
        path = files.get(name)
        if path is None:
            return f"{name} is missing"
        if path.suffix == PACKED:
            continue
        try:
            # The header is looked at first: it costs nothing, and its reason says more than a digest.
            counts[name] = len(map_idx(path, info.item_shape(name), info.train_count))
            _check_digest(path, expected.get(name))
        except DamagedFileError as error:
            return f"{path.name} is damaged ({error})"
    for images, labels in ((TRAIN_IMAGES, TRAIN_LABELS), (TEST_IMAGES, TEST_LABELS)):
        if images in counts and labels in counts and counts[images] != counts[labels]:
            return f"{labels} is damaged (it does not fit {images})"
    return None


def _check_digest(path: Path, expected: str | None) -> None:
    if expected is None:
        raise DamagedFileError("its checksum is not known")
    if md5_of(path) != expected:
        raise DamagedFileError("its checksum is wrong")
