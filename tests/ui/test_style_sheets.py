"""All style sheets are on the page at once: what a step calls its parts must not meet another step's."""

import re
from pathlib import Path

from nncompare.ui import page
from nncompare.ui.clickable import STATIC

SHARED = {"style", "presentation", "media"}
_ALONE = re.compile(r"\.nnc \.(nnc-[\w-]+)(?: [a-z]\w*)*$")
"""A selector that styles a class wherever it stands."""


def selectors(sheet: Path) -> list[str]:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    return [one.strip() for block in re.findall(r"([^{}]+)\{", text) for one in block.split(",")]


def test_a_class_that_one_step_styles_wherever_it_stands_is_used_by_no_other() -> None:
    sheets = {name: selectors(STATIC / f"{name}.css") for name in page.STYLES if name not in SHARED}
    for part, step in (("chart", "training"), ("drawing", "explore")):  # they stand there alone
        sheets[step] += sheets.pop(part)
    used = {name: set(re.findall(r"nnc-[\w-]+", " ".join(found))) for name, found in sheets.items()}
    general = set(re.findall(r"nnc-[\w-]+", " ".join(selectors(STATIC / "style.css"))))
    owned = {name: {found[1] for line in lines if (found := _ALONE.match(line))} for name, lines in sheets.items()}
    clashes = [
        (name, other, (owned[name] - general) & used[other]) for name in sheets for other in sheets if name != other
    ]
    assert [clash for clash in clashes if clash[2]] == []
