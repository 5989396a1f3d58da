"""What axe-core finds on each step, in both themes and in all states: nothing serious."""

from pathlib import Path
from typing import Any

import pytest
from dashboard_page import DashboardPage
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
STEPS = ("Data", "Models", "Training", "Predictions", "Explore", "History")
SECONDS = 60_000
_OPEN_ALL = "() => { for (const found of document.querySelectorAll('details')) found.open = true; }"
_RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map(({ id, impact, nodes }) =>
    ({ id, impact, where: nodes.slice(0, 3).map((node) => node.html.slice(0, 160)), count: nodes.length }));
}"""


def serious(dashboard: DashboardPage) -> list[dict[str, Any]]:
    """Return what axe finds that keeps somebody from using the page."""
    page = dashboard.page
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(_RUN)
    return [one for one in found if one["impact"] in ("serious", "critical")]


def assert_each_step_is_accessible(dashboard: DashboardPage) -> None:
    found = {}
    for theme in ("light", "dark"):
        dashboard.page.emulate_media(color_scheme=theme)
        for step in STEPS:
            dashboard.go(step)
            dashboard.page.evaluate(_OPEN_ALL)
            found[theme, step] = serious(dashboard)
    dashboard.page.emulate_media(color_scheme="light")
    assert {place: problems for place, problems in found.items() if problems} == {}


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci")
def test_axe_finds_nothing_serious(ready: DashboardPage) -> None:
    ready.use(train_images=1_000, a={"channels": 2, "epochs": 1}, b={"channels": 3, "epochs": 1})
    assert_each_step_is_accessible(ready)
    ready.train()
    ready.wait_for_end()
    ready.go("Predictions")
    expect(ready.page.locator(".nnc-verdict")).to_be_visible(timeout=SECONDS)
    expect(ready.cards.first).to_contain_text("%", timeout=SECONDS)
    assert_each_step_is_accessible(ready)
