"""Where two models differ and whether it matters, computed with numpy from two arrays of class probabilities."""

from nncompare.analysis.calibration import Calibration, calibration
from nncompare.analysis.chance import Guessing, guessing, guessing_of
from nncompare.analysis.confusion import ClassScores, class_scores, confusion_matrix
from nncompare.analysis.outcomes import Group, Order, Outcomes
from nncompare.analysis.robustness import Robustness, robustness
from nncompare.analysis.seeds import SeedsVerdict, judge_seeds
from nncompare.analysis.suspects import suspects
from nncompare.analysis.verdict import Verdict, judge

__all__ = [
    "Calibration",
    "ClassScores",
    "Group",
    "Guessing",
    "Order",
    "Outcomes",
    "Robustness",
    "SeedsVerdict",
    "Verdict",
    "calibration",
    "class_scores",
    "confusion_matrix",
    "guessing",
    "guessing_of",
    "judge",
    "judge_seeds",
    "robustness",
    "suspects",
]
