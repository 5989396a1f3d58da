"""The dashboard's templates."""

from typing import Any

from markupsafe import Markup

from nncompare.templates import fill


def render(template: str, **values: Any) -> Markup:
    """Fill a template of the folder ``templates``."""
    return fill("nncompare.ui", template, **values)
