"""A comparison as a picture that stays where no kernel runs: verdict and curves."""

import base64
from dataclasses import dataclass
from typing import Any

from nncompare.comparison.result import ComparisonResult
from nncompare.figures import image_file
from nncompare.report import CURVES, PICTURES
from nncompare.report.conclusion import concluded
from nncompare.ui.elements import render


@dataclass(frozen=True)
class ResultPicture:
    """A heading, sentences below it, and charts: each a PNG in base64, and what it shows in words."""

    heading: str = ""
    sentences: tuple[str, ...] = ()
    charts: tuple[tuple[str, str], ...] = ()

    def bundle(self, template: str, *further: str, **values: Any) -> dict[str, str]:
        """Return it by media type: as this template shows it, and as lines of text, with `further` ones."""
        lines = [self.heading, *self.sentences, *(words for _, words in self.charts), *further]
        html = render(template, picture=self, **values)
        return {"text/html": str(html), "text/plain": "\n".join(filter(None, lines))}


def picture_of(result: ComparisonResult, running: str = "") -> ResultPicture:
    """Draw the curves, and judge what has ended; `running` says instead how a comparison stands that has not."""
    drawn = [PICTURES[key].draw(result, "test") for key in CURVES]
    charts = tuple((base64.b64encode(image_file(figure, "png")).decode(), words) for figure, words in drawn)
    if running:
        return ResultPicture(running, charts=charts)
    _, found = concluded(result)
    return ResultPicture(found.headline, (*found.before, *found.sentences), charts)
