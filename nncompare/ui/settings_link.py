"""Settings in the address of the page: ``?dataset=mnist&a.channels=8``.

Only what differs from the opening settings is named.
"""

from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

from pydantic import ValidationError

from nncompare.config import Comparison, RunConfig, one_sentence, read_field

_MODELS = ("a", "b")
_NOTHING = "none"
_RUN = "run"
LONGEST = 2_000


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
    if len(query) > LONGEST:
        return base, ["The settings in the address are too long; none were taken."]
    taken: set[str] = set()
    for name, text in parse_qsl(query):
        if not _is_setting(name, text):
            continue
        value, problem = _read(name, text)
        changed = _with(values, name, value)
        problem = f"The address names {name} twice; the first is taken." if name in taken else problem
        if problem := problem or _mistake_in(changed):
            problems.append(problem)
        else:
            values = changed
            taken.add(name)
    return Comparison.model_validate(values), problems


def settings_named(query: str) -> list[str]:
    """List the settings that a query string names, as ``a.channels`` or ``seed``."""
    pairs = parse_qsl(query) if len(query) <= LONGEST else []
    return list(dict.fromkeys(name for name, text in pairs if _is_setting(name, text)))


def run_in(query: str) -> str:
    """Return which saved comparison a query string asks for, as the link on a page that is over does; else nothing."""
    return parse_qs(query).get(_RUN, [""])[0] if len(query) <= LONGEST else ""


def _flat(comparison: Comparison) -> dict[str, Any]:
    """Return all settings by their names in an address; a model that is not trained is None."""
    flat: dict[str, Any] = {}
    for name, value in comparison.model_dump().items():
        flat |= {f"{name}.{field}": part for field, part in value.items()} if isinstance(value, dict) else {name: value}
    return flat


def _is_setting(name: str, text: str) -> bool:
    owner, _, field = name.rpartition(".")
    if owner in _MODELS:
        return field in RunConfig.model_fields
    return not owner and field in Comparison.model_fields and (field not in _MODELS or text == _NOTHING)


def _read(name: str, text: str) -> tuple[Any, str]:
    """Read a value as the forms do; return it, or why it is none."""
    owner, _, field = name.rpartition(".")
    if text == _NOTHING:
        return None, ""
    value, problem = read_field(RunConfig if owner else Comparison, field, text)
    return value, f"Model {owner.upper()}: {problem}" if problem and owner else problem


def _with(values: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    owner, _, field = name.rpartition(".")
    return {**values, **({owner: {**(values[owner] or {}), field: value}} if owner else {field: value})}


def _mistake_in(values: dict[str, Any]) -> str:
    try:
        Comparison.model_validate(values)
    except ValidationError as error:
        return one_sentence(error, Comparison)
    return ""
