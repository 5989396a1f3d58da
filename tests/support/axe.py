"""What axe-core finds on a page."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

SCRIPT = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
needs_axe = pytest.mark.skipif(not SCRIPT.is_file(), reason="axe-core is not installed: npm ci")
_RUN = """async (part) => {
  const { violations } = await axe.run(part, { resultTypes: ["violations"] });
  return violations.map(({ id, impact, nodes }) =>
    ({ id, impact, where: nodes.slice(0, 3).map((node) => node.html.slice(0, 160)), count: nodes.length }));
}"""


def serious(page: Page, part: str = "html") -> list[dict[str, Any]]:
    """Return what axe finds in a part of the page that keeps somebody from using it."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(SCRIPT.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(_RUN, part)
    return [one for one in found if one["impact"] in ("serious", "critical")]
