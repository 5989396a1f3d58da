"""Tells a whole copy of a data set from a damaged one."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from nncompare.catalog import RAW_FILES, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, DatasetInfo
from nncompare.data.digests import compute_md5, md5_of, read_object
from nncompare.data.idx import DamagedFileError, map_idx

# The number goes up with every change to the drawings, so that images of an older version are made again.
MANIFEST = "manifest-1.json"


def is_present(raw: Path) -> bool:
    """Return whether a folder holds at least one of the four raw files, whole or not."""
    return any(os.path.isfile(raw / name) for name in RAW_FILES)


def find_damage(info: DatasetInfo, raw: Path) -> str | None:
    """Find what is wrong with the copy in a raw folder.

    Returns
    -------
    str or None
        Such as ``train-images-idx3-ubyte is damaged (it is cut short)``; None when nothing is wrong.
    """
    try:
        return _first_damage(info, raw, read_object(raw / MANIFEST) if info.synthetic else info.md5)
    except OSError as error:
        return f"{raw} cannot be read ({error.strerror or error})"


def write_manifest(raw: Path) -> None:
    """Note the digests of the four raw files of a synthetic set beside them."""
    digests = {name: compute_md5(raw / name) for name in RAW_FILES}
    (raw / MANIFEST).write_text(json.dumps(digests, indent=1), "utf-8")


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
