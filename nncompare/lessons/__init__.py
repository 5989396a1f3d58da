"""Lessons: a comparison, a question to answer before it is trained, and three to answer afterwards."""

from nncompare.lessons.guessed import GuessedLesson
from nncompare.lessons.lesson import ChoiceGuess, FinalQuestion, Lesson, LessonError, NumberGuess
from nncompare.lessons.library import built_in_lessons, find_lesson
from nncompare.lessons.quantities import CHOICES, NUMBERS, ChoiceName, NumberName

__all__ = [
    "CHOICES",
    "NUMBERS",
    "ChoiceGuess",
    "ChoiceName",
    "FinalQuestion",
    "GuessedLesson",
    "Lesson",
    "LessonError",
    "NumberGuess",
    "NumberName",
    "built_in_lessons",
    "find_lesson",
]
