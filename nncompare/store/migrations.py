"""Converts JSON files of older formats; a change that an older version would misread raises the number.

1. Before schedules of the learning rate: no `cycle_start`, no `machine`.
2. Before batches were computed in shards: how many threads a run had, and what each image of a batch took.
3. The present format.
"""

from typing import Any

from nncompare.store.errors import DamagedError, StoreError

FORMAT = 3


def migrated(content: object) -> dict[str, Any]:
    """Return the content of a JSON file in the present format; raise if it names no format or a newer one."""
    if not isinstance(content, dict) or type(content.get("format")) is not int or content["format"] < 1:
        raise DamagedError("a file names no format")
    if content["format"] > FORMAT:
        raise StoreError(
            f"It was saved by a newer version of nncompare (format {content['format']:.0f}, here {FORMAT}). It was "
            "left as it is; update nncompare to open it."
        )
    for number, step in enumerate((_from_1, _from_2), start=1):
        content = step(content) if content["format"] == number else content
    return content


def _from_1(content: dict[str, Any]) -> dict[str, Any]:
    if "comparison" in content:
        return {"machine": {}, **content, "format": 2}
    content = {"cycle_start": 0.0, **content, "format": 2}
    if isinstance(content.get("checkpoint"), dict):
        content["checkpoint"] = {"cycle_start": 0, **content["checkpoint"]}
    return content


def _from_2(content: dict[str, Any]) -> dict[str, Any]:
    content = _without_threads(content) | {"format": 3}
    if isinstance(content.get("comparison"), dict):
        content["comparison"] = _without_threads(content["comparison"])
    if "plan" in content:
        content["plan"] = _plan_from_2(content["plan"])
    if isinstance(content.get("checkpoint"), dict):
        content["checkpoint"] = {**content["checkpoint"], "plan": _plan_from_2(content["checkpoint"].get("plan"))}
    return content


def _without_threads(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "threads"}


def _plan_from_2(plan: Any) -> Any:
    try:
        kept = {name: value for name, value in plan.items() if name not in ("training_bytes", "image_bytes")}
        of_image = plan.get("image_bytes", 0)
        fixed = plan["training_bytes"] - plan["batch_size"] * of_image
    except (AttributeError, KeyError, TypeError):
        return plan  # none, or damaged: the reader will say so
    return {**kept, "footprint": {"fixed_bytes": fixed, "pixel_bytes": of_image}}
