"""What the keyboard alone leads to on a page."""

from dashboard_page import STEPS, DashboardPage

# Numbers what can be used, and tells which numbers belong to one group that arrow keys walk through.
_NUMBER = """() => {
  const kinds = "a[href], button, input, select, textarea, summary, [tabindex]";
  const groups = "[role=radiogroup], [role=tablist], [role=toolbar], [role=grid], table, [role=menu]";
  const found = [...document.querySelectorAll(`.nnc :is(${kinds})`)].filter((one) =>
    one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.getBoundingClientRect().width > 0);
  found.forEach((one, number) => { one.dataset.number = number; });
  const all = [...document.querySelectorAll(`.nnc :is(${groups})`)];
  return found.map((one) => [one.outerHTML.slice(0, 120), one.tabIndex, all.indexOf(one.closest(groups))]);
}"""
_HEAR_OF_FOCUS = """() => {
  if (!window.nncFocused) addEventListener("focusin", ({ target }) => window.nncFocused.add(target.dataset.number));
  window.nncFocused = new Set(["0"]);
}"""
# What is outside the dashboard has no number.
_FOCUSED = "() => [...window.nncFocused].filter((number) => number !== undefined).map(Number)"


def unreached(dashboard: DashboardPage) -> list[str]:
    """Walk through a step with Tab; return what neither Tab nor the arrow keys of its group lead to."""
    page = dashboard.page
    found = page.evaluate(_NUMBER)
    page.locator('[data-number="0"]').focus()
    page.evaluate(_HEAR_OF_FOCUS)
    for _ in found:
        page.keyboard.press("Tab")
    reached = page.evaluate(_FOCUSED)
    groups = {found[number][2] for number in reached} - {-1}
    return [
        html
        for number, (html, tab_index, group) in enumerate(found)
        if number not in reached and (tab_index >= 0 or group not in groups)
    ]


def _unreached_twice(dashboard: DashboardPage) -> list[str]:
    """Look again where something was not reached: a list that arrives meanwhile replaces what was numbered."""
    return unreached(dashboard) and unreached(dashboard)


def assert_all_is_reached(dashboard: DashboardPage) -> None:
    """Fail where a step has something that the keyboard does not lead to."""
    found = {}
    for step in STEPS:
        dashboard.go(step)
        if step == "Training":
            dashboard.open_details()
        found[step] = _unreached_twice(dashboard)
    assert {step: parts for step, parts in found.items() if parts} == {}
