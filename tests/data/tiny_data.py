"""A data set of a few images, whole and in the layout of torchvision."""

import dataclasses
import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np

from nncompare.catalog import RAW_FILES
from nncompare.data import CATALOG, DatasetInfo

COUNTS = {"train": 30, "t10k": 10}


def raw_contents() -> dict[str, bytes]:
    """Write IDX by hand: the oracle for the reader."""
    rng = np.random.default_rng(0)
    contents = {}
    for prefix, count in COUNTS.items():
        pixels = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = (np.arange(count) % 10).astype(np.uint8)
        contents[f"{prefix}-images-idx3-ubyte"] = struct.pack(">IIII", 2051, count, 28, 28) + pixels.tobytes()
        contents[f"{prefix}-labels-idx1-ubyte"] = struct.pack(">II", 2049, count) + labels.tobytes()
    return contents


RAW = raw_contents()
PACKED = {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in RAW.items()}


def tiny_info(*mirrors: str) -> DatasetInfo:
    """Describe MNIST as if it had only these few images."""
    return dataclasses.replace(
        CATALOG["mnist"],
        packed_md5={name: hashlib.md5(PACKED[f"{name}.gz"]).hexdigest() for name in RAW},
        md5={name: hashlib.md5(content).hexdigest() for name, content in RAW.items()},
        download_bytes=sum(map(len, PACKED.values())),
        mirrors=mirrors,
    )


def put_copy(folder: Path) -> Path:
    """Write a whole copy into a data folder; return its raw folder."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in RAW_FILES:
        (raw / name).write_bytes(RAW[name])
    return raw


def contents_of(raw: Path) -> dict[str, bytes]:
    return {name: (raw / name).read_bytes() for name in RAW_FILES}
