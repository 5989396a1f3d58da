"""What all settings have in common: they are frozen, and their numbers are read in one way, wherever they come from."""

import math
from typing import Annotated, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from nncompare.number_text import ambiguity, meanings, size_bytes

AMBIGUOUS = "ambiguous_number"
"""The type of the error of a text that can mean two numbers; its message goes on after the field's title."""


def _require_number(value: object) -> object:
    if isinstance(value, (bool, str)):  # a text is read by `Settings`; pydantic would take 1.000 for 1
        raise ValueError("true, false and texts are not numbers")
    return value


Integer = Annotated[int, BeforeValidator(_require_number)]
Number = Annotated[float, BeforeValidator(_require_number)]


class Settings(BaseModel):
    """Settings of any kind, frozen; a number may come as text, as `number_text` reads it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _read_text(cls, value: object, info: ValidationInfo) -> object:
        field = cls.model_fields[info.field_name or ""]
        is_number = is_whole_number(field) or field.annotation is float or Number in get_args(field.annotation)
        return _read_number(value, field) if isinstance(value, str) and is_number else value


def is_whole_number(field: FieldInfo) -> bool:
    """Return whether a field takes whole numbers."""
    return field.annotation is int or Integer in get_args(field.annotation)


def _read_number(text: str, field: FieldInfo) -> int | float:
    is_whole = is_whole_number(field)
    if field.json_schema_extra == {"unit": "bytes"} and (size := size_bytes(text)) is not None:
        return size
    found = meanings(text, is_whole=is_whole)
    if len(found) > 1 and not is_whole:  # a rate of 1.234 cannot mean 1,234
        found = [value for value in found if value <= _most(field)] or found
    if not found or not math.isfinite(found[0]):
        raise ValueError("not a number")
    if len(found) > 1:
        raise PydanticCustomError(AMBIGUOUS, "{why}", {"why": ambiguity(text, found, is_whole=is_whole)})
    return found[0]


def _most(field: FieldInfo) -> float:
    limits = [getattr(rule, name) for rule in field.metadata for name in ("le", "lt") if hasattr(rule, name)]
    return min(limits, default=math.inf)
