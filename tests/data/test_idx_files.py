import struct
from pathlib import Path

import numpy as np
import pytest
from tiny_data import RAW

from nncompare.data.idx import DamagedFileError, map_idx, write_idx

IMAGES, LABELS = RAW["train-images-idx3-ubyte"], RAW["train-labels-idx1-ubyte"]


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_images_are_mapped_behind_the_header(tmp_path: Path) -> None:
    images = map_idx(write(tmp_path / "images", IMAGES), (28, 28), 30)
    assert isinstance(images, np.memmap)
    assert (images.shape, images.dtype, images.flags.writeable) == ((30, 28, 28), np.uint8, False)
    assert images.tobytes() == IMAGES[16:]


def test_labels_are_mapped_behind_the_header(tmp_path: Path) -> None:
    assert map_idx(write(tmp_path / "labels", LABELS), (), 30).tolist() == [k % 10 for k in range(30)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cut short"),
        (IMAGES[:10], "cut short"),
        (IMAGES[:-1], "cut short: 23,535 bytes instead of 23,536"),
        (IMAGES + b"\0", "too long: 23,537 bytes"),
        (LABELS, "not an IDX file"),
        (b"<html>" + IMAGES[6:], "not an IDX file"),
        (struct.pack("<IIII", 2051, 30, 28, 28) + IMAGES[16:], "not an IDX file"),
        (struct.pack(">IIII", 2051, 30, 14, 56) + IMAGES[16:], "14 x 56 pixels, not 28 x 28"),
        (struct.pack(">IIII", 2051, 0, 28, 28), "empty"),
        (struct.pack(">IIII", 2051, 31, 28, 28) + IMAGES[16:], "says that it holds 31 images; there are at most 30"),
    ],
)
def test_damage_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(DamagedFileError, match=reason):
        map_idx(write(tmp_path / "images", content), (28, 28), 30)


def test_what_is_written_is_what_others_write(tmp_path: Path) -> None:
    write_idx(tmp_path / "images", np.frombuffer(IMAGES[16:], np.uint8).reshape(30, 28, 28))
    assert (tmp_path / "images").read_bytes() == IMAGES
