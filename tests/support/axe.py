"""What axe-core finds on a page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pytest
from dashboard_page import STEPS, DashboardPage
from playwright.sync_api import Page

SCRIPT = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
needs_axe = pytest.mark.skipif(not SCRIPT.is_file(), reason="axe-core is not installed: npm ci")
# All of them in the light theme; the dark one has other colours, and nothing else.
_RULES: dict[Literal["dark", "light"], tuple[str, ...]] = {
    "dark": ("color-contrast", "link-in-text-block"),
    "light": (),
}
_RUN = """async ([part, rules]) => {
  const runOnly = rules.length ? { type: "rule", values: rules } : undefined;
  const { violations } = await axe.run(part, { resultTypes: ["violations"], runOnly });
  return violations.map(({ id, impact, nodes }) =>
    ({ id, impact, where: nodes.slice(0, 3).map((node) => node.html.slice(0, 160)), count: nodes.length }));
}"""
_OPEN_ALL = "() => { for (const found of document.querySelectorAll('details')) found.open = true; }"


def serious(page: Page, part: str = "html") -> dict[str, list[dict[str, Any]]]:
    """Return what axe finds in a part of the page that keeps somebody from using it, by theme."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(SCRIPT.read_text("utf-8"))
    found = {}
    for theme, rules in _RULES.items():
        page.emulate_media(color_scheme=theme)
        found[theme] = [one for one in page.evaluate(_RUN, [part, rules]) if one["impact"] in ("serious", "critical")]
    return {theme: problems for theme, problems in found.items() if problems}


def assert_accessible(dashboard: DashboardPage, steps: Sequence[str] = STEPS, part: str = "html") -> None:
    """Fail where axe finds something serious in a step, all of whose details are open."""
    found = {}
    for step in steps:
        dashboard.go(step)
        dashboard.page.evaluate(_OPEN_ALL)
        found[step] = serious(dashboard.page, part)
    assert {step: problems for step, problems in found.items() if problems} == {}
