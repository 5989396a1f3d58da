"""Whether a data set is at hand and whole, found without touching the network."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nncompare.catalog import RAW_FILES, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, DatasetInfo, dataset_info
from nncompare.data.digests import compute_md5, md5_of, read_object
from nncompare.data.folders import raw_folder, search_folders
from nncompare.data.idx import DamagedFileError, map_idx

# The number goes up with every change to the drawings, so that images of an older version are made again.
MANIFEST = "manifest-1.json"


class Availability(StrEnum):
    """How far a data set is from being usable."""

    READY = "ready"
    DOWNLOAD = "download"
    GENERATE = "generate"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class DatasetState:
    """What a search found.

    ``folder`` is the raw folder of the copy that is ready or damaged, else None; ``message`` is one or two short
    sentences for the user.
    """

    name: str
    availability: Availability
    folder: Path | None
    message: str


def dataset_state(name: str, data_dir: Path | str | None = None) -> DatasetState:
    """Look for a data set in the search folders; a name that is in no catalogue is a DataError.

    Cheap, except that a file that was never seen before is read once to compute its digest (about 0.1 s in all).
    """
    return find_copy(dataset_info(name), search_folders(data_dir))


def find_copy(info: DatasetInfo, folders: list[Path]) -> DatasetState:
    """Find the first whole copy in some folders; a damaged one counts only where there is no whole one."""
    damages: list[tuple[Path, str]] = []
    for raw in (raw_folder(info, folder) for folder in folders):
        if any(os.path.isfile(raw / name) for name in RAW_FILES):
            damage = _find_damage(info, raw)
            if damage is None:
                return DatasetState(info.name, Availability.READY, raw, "Ready.")
            damages.append((raw, damage))
    return _damaged(info, *damages[0]) if damages else _absent(info)


def write_manifest(raw: Path) -> None:
    """Note the digests of the four raw files of a synthetic set beside them."""
    digests = {name: compute_md5(raw / name) for name in RAW_FILES}
    (raw / MANIFEST).write_text(json.dumps(digests, indent=1), "utf-8")


def _damaged(info: DatasetInfo, raw: Path, damage: str) -> DatasetState:
    if info.synthetic:
        remedy = "It will be made again."
    elif damage.endswith("missing"):
        remedy = "Download again."
    else:
        remedy = "Delete the file or download again."
    return DatasetState(info.name, Availability.DAMAGED, raw, f"{damage}. {remedy}")


def _absent(info: DatasetInfo) -> DatasetState:
    if info.synthetic:
        return DatasetState(info.name, Availability.GENERATE, None, "Made on first use, a few seconds.")
    megabytes = round(info.download_bytes / 1e6)
    return DatasetState(info.name, Availability.DOWNLOAD, None, f"Will be downloaded, {megabytes} MB.")


def _find_damage(info: DatasetInfo, raw: Path) -> str | None:
    try:
        return _first_damage(info, raw, read_object(raw / MANIFEST) if info.synthetic else info.md5)
    except OSError as error:
        return f"{raw} cannot be read ({error.strerror or error})"


def _first_damage(info: DatasetInfo, raw: Path, expected: Mapping[str, str]) -> str | None:
    counts = {}
    for name in RAW_FILES:
        if not os.path.isfile(raw / name):
            return f"{name} is missing"
        try:
            # The header is looked at first: it costs nothing, and its reason says more than a digest.
            counts[name] = len(map_idx(raw / name, info.item_shape(name), info.train_count))
            _check_digest(raw / name, expected.get(name))
        except DamagedFileError as error:
            return f"{name} is damaged ({error})"
    for images, labels in ((TRAIN_IMAGES, TRAIN_LABELS), (TEST_IMAGES, TEST_LABELS)):
        if counts[images] != counts[labels]:
            return f"{labels} is damaged (it does not fit {images})"
    return None


def _check_digest(path: Path, expected: str | None) -> None:
    if expected is None:
        raise DamagedFileError("its checksum is not known")
    if md5_of(path) != expected:
        raise DamagedFileError("its checksum is wrong")
