"""A page with nothing but a sheet to draw on, and with words of what has been handed on."""

import json
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import numpy as np
from IPython.display import display
from numpy.typing import NDArray

from nncompare.limits import Limits
from nncompare.ui.elements import column
from nncompare.ui.page import Page
from nncompare.ui.panels.drawing import DrawingPanel
from nncompare.ui.refresher import Refresher

_CELL = "from drawing_page import show\nshow()"


def write_notebook(file: Path) -> None:
    """Write the notebook of this page."""
    cell: dict[str, Any] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": _CELL,
        "id": "one",
    }
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    file.write_text(json.dumps({"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}), "utf-8")


def show() -> None:
    """Show the sheet; below it how many images came, what the last one is, and its height, width and brightness."""
    refresher, told = Refresher(lambda: None), widgets.Label()
    count = 0

    def tell(seen: NDArray[np.uint8] | None, words: str) -> None:
        nonlocal count
        count += 1
        told.value = f"{count} {words} {_measures(seen)}"

    panel = DrawingPanel(refresher, tell)
    page = Page(lambda: None, lambda _step: None, Limits())
    told.add_class("told")
    refresher.start()
    display(column("nnc", [page, column("nnc-step", [column("nnc-card", [panel]), told])]))


def _measures(seen: NDArray[np.uint8] | None) -> Any:
    if seen is None:
        return ""
    rows, columns = np.nonzero(seen)
    return f"{np.ptp(rows) + 1} x {np.ptp(columns) + 1}, {seen.mean():.0f}"
