"""Whether a data set is at hand, found without touching the network."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nncompare.catalog import DatasetInfo, dataset_info
from nncompare.data.damage import find_damage, is_present
from nncompare.data.folders import raw_folder, search_folders


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
    """Look for a data set in the search folders.

    Cheap, except that a file that was never seen before is read once to compute its digest (about 0.1 s in all).

    Raises
    ------
    DataError
        When there is no data set of that name.
    """
    return find_copy(dataset_info(name), search_folders(data_dir))


def find_copy(info: DatasetInfo, folders: list[Path]) -> DatasetState:
    """Find the first whole copy in some folders; a damaged one counts only where there is no whole one."""
    copies = [raw for raw in (raw_folder(info, folder) for folder in folders) if is_present(raw)]
    damages: list[tuple[Path, str]] = []
    for raw in copies:
        damage = find_damage(info, raw)
        if damage is None:
            return DatasetState(info.name, Availability.READY, raw, "Ready.")
        damages.append((raw, damage))
    return _damaged(info, *damages[0]) if damages else _absent(info)


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
