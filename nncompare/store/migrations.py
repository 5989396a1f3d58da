"""Converts JSON files of older formats; a change that an older version would misread raises the number.

1. Before schedules of the learning rate: no `cycle_start`, no `machine`.
2. The present format.
"""

from typing import Any

from nncompare.store.errors import DamagedError, NewerFormatError

FORMAT = 2


def migrated(content: object) -> dict[str, Any]:
    """Return the content of a JSON file in the present format; raise if it names no format or a newer one."""
    if not isinstance(content, dict) or type(content.get("format")) is not int or content["format"] < 1:
        raise DamagedError("a file names no format")
    if content["format"] > FORMAT:
        raise NewerFormatError(
            f"It was saved by a newer version of nncompare (format {content['format']:.0f}, here {FORMAT}). It was "
            "left as it is; update nncompare to open it."
        )
    return _from_1(content) if content["format"] == 1 else content


def _from_1(content: dict[str, Any]) -> dict[str, Any]:
    if "comparison" in content:
        return {"machine": {}, **content, "format": 2}
    content = {"cycle_start": 0.0, **content, "format": 2}
    if isinstance(content.get("checkpoint"), dict):
        content["checkpoint"] = {"cycle_start": 0, **content["checkpoint"]}
    return content
