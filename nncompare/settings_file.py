"""Settings that come as a file: checked before anything is made of them, and refused in a sentence."""

import json
from typing import Any

LARGEST_BYTES = 100_000
_FORMER = ("threads",)  # what files of earlier versions name, and no longer decides anything
_DEEPEST = 8  # brackets within brackets; settings need two


def read_settings(content: bytes, what: str = "a file of settings", largest: int = LARGEST_BYTES) -> dict[str, Any]:
    """Read a file of settings, or of `what` else; whether the values are right is for its model to say.

    Raises
    ------
    ValueError
        With the rest of a sentence that begins with the file's name, such as ``is not JSON.``
    """
    if len(content) > largest:
        raise ValueError(f"is too large to be {what}.")
    if _depth(content) > _DEEPEST:
        raise ValueError(f"is not {what}: it is nested too deeply.")
    try:
        values = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_without_doubles)
    except _DoubleError as error:
        raise ValueError(f"names {str(error)[:40]!r} twice. Leave one of them out.") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON.{_place_of(error)}") from None
    except (ValueError, RecursionError):
        raise ValueError("is not JSON.") from None
    if not isinstance(values, dict):
        raise ValueError(f"is not {what}.")
    return {name: value for name, value in values.items() if name not in _FORMER}


def _place_of(error: json.JSONDecodeError) -> str:
    """Say where a file stops being JSON; nothing of one that has no text."""
    if not error.doc.strip():
        return ""
    return f" Look at line {error.lineno}, column {error.colno}, or just before."


class _DoubleError(Exception):
    """A name that is there twice: which value was meant, nobody knows."""


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise _DoubleError(name)
        values[name] = value
    return values


def _depth(content: bytes) -> int:
    """Count how deep brackets lie; those in texts are counted too, which settings have no need of."""
    depth = deepest = 0
    for byte in content:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest
