"""A page with nothing but a sheet to draw on, and with words of what has been handed on."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import numpy as np
from IPython.display import display
from numpy.typing import NDArray

from nncompare.limits import Limits
from nncompare.ui.elements import button, column
from nncompare.ui.page import Page
from nncompare.ui.panels.drawing import DrawingPanel
from nncompare.ui.refresher import Refresher

_CELL = "from drawing_page import DrawingPage\npage = DrawingPage()"


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


class DrawingPage:
    """Shows a sheet; below it how many images came, what the last one is, and its height, width and brightness.

    "Another sheet" puts a new one in its place, which spares the next test another page.
    "Look elsewhere" sets it aside.
    """

    def __init__(self) -> None:
        self._refresher = Refresher(lambda: None)
        self._card, self._sheets = column("nnc-card", []), 0
        self._number, self._told, self._count = widgets.Label(), widgets.Label(), 0
        self._number.add_class("number")
        self._told.add_class("told")
        page = Page(lambda: None, lambda _step: None, Limits())
        another = button("Another sheet", self._refresher.posting(self._begin))
        elsewhere = button("Look elsewhere", self._refresher.posting(lambda: self._panel.set_aside()))
        self._begin()
        self._refresher.start()
        display(column("nnc", [page, column("nnc-step", [self._card, self._told]), another, elsewhere, self._number]))

    def _begin(self) -> None:
        self._count, self._sheets = 0, self._sheets + 1
        self._panel = DrawingPanel(self._refresher, partial(self._tell, self._sheets))
        self._card.children = [self._panel.box]
        self._told.value, self._number.value = "", f"Sheet {self._sheets}"

    def _tell(self, sheet: int, seen: NDArray[np.uint8] | None, words: str) -> None:
        if sheet != self._sheets:  # of the one before it something was still on its way
            return
        self._count += 1
        self._told.value = f"{self._count} {words} {_measures(seen)}"


def _measures(seen: NDArray[np.uint8] | None) -> Any:
    if seen is None:
        return ""
    rows, columns = np.nonzero(seen)
    return f"{np.ptp(rows) + 1} x {np.ptp(columns) + 1}, {seen.mean():.0f}"
