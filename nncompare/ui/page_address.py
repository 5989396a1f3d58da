"""The address of the page: the lesson, what is hidden, and the settings: ``?lesson=dropout&hide=optimizer,seed``."""

from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import parse_qs, urlencode

from nncompare.config import Comparison, RunConfig, shown
from nncompare.environment import environment
from nncompare.lessons import Lesson, LessonError, built_in_lessons, find_lesson
from nncompare.limits import Limits
from nncompare.ui.settings_link import LONGEST, from_query, settings_named, to_query

HIDEABLE = (*(name for name in Comparison.model_fields if name not in ("a", "b", "seed_gap")), *RunConfig.model_fields)
"""The settings whose fields an address may hide."""
_NO_LESSON = "none"


class PageAddress:
    """What the page opens with, as its query string says, on top of the lesson or of the `opening` settings.

    `lessons` are those that the limits allow. `problems` has a sentence for all that could not be taken, and for what
    would mislead.
    """

    def __init__(self, query: str, opening: Comparison, limits: Limits) -> None:
        self._opening = opening
        self._own, trouble = lesson_of_room()
        self._all = {**built_in_lessons(), **({self._own.name: self._own} if self._own is not None else {})}
        self._too_much = {name: limits.exceeded(lesson.settings) for name, lesson in self._all.items()}
        self.lessons = {name: lesson for name, lesson in self._all.items() if not self._too_much[name]}
        named = parse_qs(query) if len(query) <= LONGEST else {}
        self.lesson, unknown = self._find(named.get("lesson", [""])[0])
        self.hidden, unhidden = _hidden(named.get("hide", [""])[0])
        usual = self._usual(self.lesson)
        self.comparison, wrong = from_query(query, usual)
        left_out = [f"Left out of the address: {problem}" for problem in (unknown, *unhidden, *wrong) if problem]
        changed = [name for name in settings_named(query) if _value(self.comparison, name) != _value(usual, name)]
        self.problems = [trouble, *left_out, *_hidden_but_set(changed, self.hidden)]

    def write(self, comparison: Comparison, lesson: Lesson | None) -> str:
        """Return a query string that opens these settings with this lesson; one that is nowhere kept is not named."""
        parts = {"lesson": self._name(lesson), "hide": ",".join(self.hidden)}
        page = urlencode({name: text for name, text in parts.items() if text}, safe=",")
        return "&".join(filter(None, [page, to_query(comparison, self._usual(lesson))]))

    def _usual(self, lesson: Lesson | None) -> Comparison:
        return lesson.settings if lesson is not None else self._opening

    def _find(self, name: str) -> tuple[Lesson | None, str]:
        if name == _NO_LESSON:
            return None, ""
        if self._too_much.get(name):
            return None, f"The lesson {name} asks for {self._too_much[name]}, which this server does not allow."
        known = ", ".join(self.lessons)
        unknown = f"There is no lesson named {shown(name)!r}; there are {known}." if name not in self.lessons else ""
        return self.lessons.get(name, self._own), unknown if name else ""

    def _name(self, lesson: Lesson | None) -> str:
        if lesson is None:
            return _NO_LESSON if self._own is not None else ""
        return lesson.name if self.lessons.get(lesson.name) == lesson else ""


def lesson_of_room() -> tuple[Lesson | None, str]:
    """Return the lesson that every page of this server opens with, if there is one; and why it cannot be had."""
    try:
        return (find_lesson(name) if (name := environment().lesson) else None), ""
    except LessonError as error:
        return None, str(error)


def _hidden(names: str) -> tuple[tuple[str, ...], list[str]]:
    """Return the fields to hide, and a sentence for each that there is not."""
    wanted = dict.fromkeys(name.strip() for name in names.split(",") if name.strip())
    problems = [f"There is no field named {shown(name)!r} to hide." for name in wanted if name not in HIDEABLE]
    return tuple(name for name in wanted if name in HIDEABLE), problems


def _hidden_but_set(changed: Iterable[str], hidden: Collection[str]) -> list[str]:
    """Say which hidden fields a query string changes: nobody would see why the models differ."""
    found = [name for name in changed if name.rpartition(".")[2] in hidden]
    return [f"The address sets {_title(name)}, and hides it." for name in found]


def _value(comparison: Comparison, name: str) -> Any:
    owner, _, field = name.rpartition(".")
    return getattr(getattr(comparison, owner) if owner else comparison, field, None)  # B may be missing


def _title(name: str) -> str:
    owner, _, field = name.rpartition(".")
    title = str((RunConfig if owner else Comparison).model_fields[field].title)
    return f"{title} of model {owner.upper()}" if owner else title
