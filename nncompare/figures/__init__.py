"""Charts as matplotlib figures, shown as inline SVG; nothing here knows a widget or uses pyplot."""

from nncompare.figures.curves import CurveChart

__all__ = ["CurveChart"]
