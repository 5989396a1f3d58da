"""What may happen to a file of the store."""

import os
from pathlib import Path

from nncompare.store.files import LIMITS


def damage_flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def damage_huge(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.truncate(LIMITS[file.name] + 1)  # without taking room on the disk


def damage_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def damage_link(file: Path) -> None:
    file.unlink()
    file.symlink_to("/dev/zero")


def damage_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


DAMAGE = [damage_flip, damage_huge, damage_pipe, damage_link, damage_folder, Path.unlink]
