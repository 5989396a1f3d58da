"""Converts JSON files of older formats.

The format number is raised when a file changes in a way that an older version would misread.

1. Before schedules of the learning rate: no `cycle_start`, no `machine`.
2. The present format.
"""

from typing import Any

from nncompare.store.errors import DamagedError, NewerFormatError

FORMAT = 2


def migrated(content: object) -> dict[str, Any]:
    """Return the content of a JSON file in the present format.

    Raises
    ------
    NewerFormatError
        If its format is newer than this version knows.
    DamagedError
        If it names no format.
    """
    if not isinstance(content, dict) or type(content.get("format")) is not int or content["format"] < 1:
        raise DamagedError("a file names no format")
    if content["format"] > FORMAT:
        raise NewerFormatError(
            f"It was saved by a newer version of nncompare (format {content['format']:.0f}, here {FORMAT}). It was "
            "left as it is; update nncompare to open it."
        )
    if content["format"] == 1:
        content = _from_1(content)
    return content


def _from_1(content: dict[str, Any]) -> dict[str, Any]:
    if "comparison" in content:
        return {"machine": {}, **content, "format": 2}
    content = {"cycle_start": 0.0, **content, "format": 2}
    if isinstance(content.get("checkpoint"), dict):
        content["checkpoint"] = {"cycle_start": 0, **content["checkpoint"]}
    return content
