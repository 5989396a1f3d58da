"""What is wrong with a lesson, in sentences for the teacher who wrote it."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from nncompare.config import Comparison, explain, shown
from nncompare.lessons.quantities import CHOICES, NUMBERS

SENTENCE = "sentence"
"""The type of an error whose message is a sentence already."""
_SETTINGS = "settings"
_WANTED = {
    "string_type": "a text",
    "string_pattern_mismatch": "small letters, digits and hyphens, 40 at most",
    "tuple_type": "a list",
    "dict_type": "named texts",
    "model_type": "named values",
    "model_attributes_type": "named values",
}
_Path = Sequence[str | int]


def sentences(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Return a sentence for each thing that is wrong."""
    of_settings = [f"Settings: {text}" for text in explain(error, Comparison, below=_SETTINGS).values()]
    problems: list[dict[str, Any]] = [{**problem} for problem in error.errors()]
    others = [problem for problem in problems if problem["loc"][:1] != (_SETTINGS,) or len(problem["loc"]) == 1]
    told = [_sentence(problem, model) for problem in others if not _is_consequence(problem, others)]
    return [*dict.fromkeys(told), *of_settings]


def _is_consequence(problem: dict[str, Any], others: Sequence[dict[str, Any]]) -> bool:
    """Whether a list is only short because something in it is wrong."""
    path, of_others = problem["loc"], [other["loc"] for other in others]
    return problem["type"] == "too_short" and any(one[: len(path)] == path != one for one in of_others)


def _sentence(problem: dict[str, Any], model: type[BaseModel]) -> str:
    path, kind, context = problem["loc"], problem["type"], problem.get("ctx", {})
    owner, place, field = _owner(model, path), _place(path[:-1]), str(path[-1]) if path else ""
    whole, subject = place or "The lesson", f"{place}: {_item(path)}" if place else _item(path).capitalize()
    match kind:
        case "sentence":
            return f"{_place(path)}: {problem['msg']}" if path[:1] == ("questions",) else str(problem["msg"])
        case "ambiguous_number":
            return f"{subject} {problem['msg']}"
        case "missing":
            return f"{whole} has no {field}."
        case "extra_forbidden":
            return f"{whole} has no place for {shown(field)!r}; there are {', '.join(owner.model_fields)}."
        case "union_tag_not_found":
            return f"The guess needs an of, what is guessed: one of {', '.join((*NUMBERS, *CHOICES))}."
        case "string_too_short":
            return f"{subject} is empty."
        case "string_too_long":
            return f"{subject} has more than {context['max_length']} characters."
        case "too_short" | "too_long":
            return f"{whole} must have {_count(owner, field)} {field}; got {context['actual_length']}."
    return f"{subject} must be {_wanted(kind, context)}; got {shown(problem['input'])}."


def _wanted(kind: str, context: dict[str, Any]) -> str:
    if "expected" in context:
        return str(context["expected"]).replace("'", "")
    if "ge" in context:
        return f"at least {context['ge']}"
    return _WANTED.get(kind, "a number")


def _item(path: _Path) -> str:
    """Name what a path leads to: choice 2, question."""
    if not path:
        return "lesson"
    if isinstance(path[-1], int):
        return f"{str(path[-2]).removesuffix('s')} {path[-1] + 1}"
    return "name of a choice" if path[-1] == "[key]" else str(path[-1])


def _place(path: _Path) -> str:
    """Name what a field belongs to: Question 2, The guess; empty for the lesson itself."""
    if path[:1] == ("questions",) and len(path) > 1:
        return f"Question {int(path[1]) + 1}"
    return "The guess" if path[:1] == ("guess",) else ""


def _owner(model: type[BaseModel], path: _Path) -> type[BaseModel]:
    """Find the model whose field a path leads to."""
    kinds: list[type[BaseModel]] = []
    for part in path[:-1]:
        if part in model.model_fields:
            kinds = list(_models(model.model_fields[str(part)].annotation))
            model = kinds[0] if kinds else model
        elif isinstance(part, str):  # which kind of guess it is
            model = next((kind for kind in kinds if part == kind.__name__), model)
    return model


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _count(owner: type[BaseModel], field: str) -> str:
    limits = {type(rule).__name__: rule for rule in owner.model_fields[field].metadata}
    least, most = limits["MinLen"].min_length, limits["MaxLen"].max_length
    return f"{least}" if least == most else f"{least} to {most}"
