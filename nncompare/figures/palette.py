"""The colours of the charts: drawn as plain colours, shown as CSS variables so that a page's theme decides."""

PAPER = "#ffffff"
INK = "#1d2430"
MUTED = "#667085"
GRID = "#e2e6ec"
MODELS = {"A": "#0072b2", "B": "#d55e00"}
PAST = "past"
"""Stands where a model's name stands, for one of an earlier comparison."""
# Words are thinner than lines: on white, B's orange is too light for them.
NAMES = {"A": "#0072b1", "B": "#b84f00"}
LINES = {**MODELS, PAST: MUTED}

_VARIABLES = {
    MODELS["A"]: "--nnc-a",
    MODELS["B"]: "--nnc-b",
    NAMES["A"]: "--nnc-a",
    NAMES["B"]: "--nnc-b-text",
    INK: "--nnc-ink",
    MUTED: "--nnc-muted",
    GRID: "--nnc-line",
    PAPER: "--nnc-paper",
}


def css(colour: str) -> str:
    """Write a colour of the palette as its CSS variable, with the colour itself for pages that set none."""
    return f"var({_VARIABLES[colour]}, {colour})"
