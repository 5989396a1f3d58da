"""What is known of a class at one moment."""

from dataclasses import dataclass

from nncompare.engine.class_report import Outcome, PageReport


@dataclass(frozen=True)
class Lesson:
    """The lesson that was set for all pages; the versions count how often one was."""

    version: int = 0
    text: str = ""
    title: str = ""


@dataclass(frozen=True)
class ClassView:
    """What is known of the class: the pages by number, the outcomes by page and run, and what is amiss."""

    pages: dict[int, PageReport]
    outcomes: dict[tuple[int, int], Outcome]
    lesson: Lesson
    trouble: str
