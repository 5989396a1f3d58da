"""What the visitors of a server for others have saved: it ends a while after their last visit, with their cookies."""

import contextlib
import os
import re
import shutil
import time
from pathlib import Path

from nncompare.store.files import TEMPORARY

VISITORS = "visitors"
SESSION_NUMBER = re.compile(r"[0-9a-f]{32}")
VISITOR_DAYS = 365  # after the last visit; of the cookie, and of what was saved
_SECONDS_OF_DAY = 24 * 60 * 60


def visited(home: Path, number: str) -> None:
    """Note that a visitor was here, if anything of his is saved."""
    with contextlib.suppress(OSError):
        os.utime(home / VISITORS / number)


def remove_forgotten(home: Path) -> None:
    """Remove what visitors have saved whose cookies have ended: nobody could open it any more."""
    before = time.time() - VISITOR_DAYS * _SECONDS_OF_DAY
    with contextlib.suppress(OSError):
        for folder in (home / VISITORS).iterdir():
            if SESSION_NUMBER.fullmatch(folder.name) and _last_change(folder) < before:
                gone = folder.rename(folder.with_name(TEMPORARY + folder.name))
                shutil.rmtree(gone, ignore_errors=True)
            elif folder.name.startswith(TEMPORARY):
                shutil.rmtree(folder, ignore_errors=True)


def _last_change(folder: Path) -> float:
    return max(place.stat().st_mtime for place in (folder, folder / "runs", folder / "locks") if place.exists())
