"""A guess as it is typed."""

from pydantic import Field as Rule
from pydantic import create_model

from nncompare.config import read_field
from nncompare.lessons import NumberGuess
from nncompare.settings import Number, Settings
from nncompare.words import with_minus

TITLE = "Your guess"


def read_guess(text: str, kind: NumberGuess) -> tuple[float | None, str]:
    """Read a guess as the fields of the forms are read; return it, or None and why it is none."""
    if not text.strip():
        return None, ""
    low, high = (int(bound) if bound.is_integer() else bound for bound in (kind.lowest, kind.highest))
    rule = Rule(0.0, ge=low, le=high, title=TITLE)
    model = create_model("_Entry", __base__=Settings, guess=(Number, rule))
    units = (kind.shown_unit, *(["%"] if kind.shown_unit == "points" else []))  # which many take for one another
    number = next((text.strip().removesuffix(unit) for unit in units if text.strip().endswith(unit)), text.strip())
    value, error = read_field(model, "guess", number)
    return (None if error else value), with_minus(error)
