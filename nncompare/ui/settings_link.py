"""Settings in the address of the page: ``?dataset=mnist&a.channels=8``.

Only what differs from the opening settings is named.
"""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from pydantic import ValidationError

from nncompare.config import Comparison, RunConfig, explain

_NOTHING = "none"
_LONGEST = 2_000


def to_query(comparison: Comparison, opening: Comparison) -> str:
    """Write the settings that differ from those that the page opens with as a query string."""
    usual = _flat(opening)
    found = {name: value for name, value in _flat(comparison).items() if name not in usual or usual[name] != value}
    return urlencode({name: _NOTHING if value is None else value for name, value in found.items()})


def from_query(query: str, base: Comparison) -> tuple[Comparison, list[str]]:
    """Read settings from a query string: the comparison, and a sentence for each value that was left out.

    What the string does not name stays as in `base`; names that are not settings belong to others and are passed over.
    """
    values = base.model_dump()
    problems: list[str] = []
    if len(query) > _LONGEST:
        return base, ["The settings in the address are too long; none were taken."]
    for name, text in parse_qsl(query):
        changed = _with(values, name, text)
        if changed is None:
            continue
        try:
            Comparison.model_validate(changed)
        except ValidationError as error:
            problems += explain(error, Comparison).values()
        else:
            values = changed
    return Comparison.model_validate(values), problems


def _flat(comparison: Comparison) -> dict[str, Any]:
    """Return all settings by their names in an address; a model that is not trained is None."""
    flat: dict[str, Any] = {}
    for name, value in comparison.model_dump().items():
        flat |= {f"{name}.{field}": part for field, part in value.items()} if isinstance(value, dict) else {name: value}
    return flat


def _with(values: dict[str, Any], name: str, text: str) -> dict[str, Any] | None:
    """Return the values with one of them replaced, None when there is no such setting."""
    owner, _, field = name.rpartition(".")
    value = None if text == _NOTHING else text
    if owner in ("a", "b") and field in RunConfig.model_fields:
        return {**values, owner: {**(values[owner] or {}), field: value}}
    if not owner and field in Comparison.model_fields and (field not in ("a", "b") or value is None):
        return {**values, field: value}
    return None
