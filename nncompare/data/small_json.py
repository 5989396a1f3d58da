"""Small JSON files of our own, which may have been damaged or put there by somebody else."""

import json
from pathlib import Path
from typing import Any

_LARGEST_BYTES = 10_000_000


def read_object(path: Path) -> dict[str, Any]:
    """Read an object from a JSON file; an empty one where there is none, or something else.

    Raises
    ------
    OSError
        When the file is there and cannot be read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
        found = json.loads(content) if len(content) <= _LARGEST_BYTES else None
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
