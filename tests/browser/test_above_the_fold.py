"""The Training step as a class sees it: all above the fold, nothing jumps, and the keyboard keeps its place."""

import re

import pytest
from dashboard_page import MODELS, DashboardPage
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser

SHORT = {"train_images": 1_000, "a": {"channels": 1, "epochs": 2}, "b": {"channels": 2, "epochs": 3}}
# Both learn more than to guess, which there would be a sentence about.
EQUAL = {name: {"channels": 8, "epochs": 4, "batch_size": 32, "dropout": 0.1 * (name == "a")} for name in "ab"}
LONG = {"train_images": 3_000, "a": {"channels": 2, "epochs": 100}, "b": {"channels": 3, "epochs": 100}}
PROJECTOR, LAPTOP, OLD_PROJECTOR, LARGE = (1280, 720), (800, 640), (1024, 768), (1920, 1080)
STAYING = (
    *(".nnc-go", ".nnc-run.nnc-a", ".nnc-run.nnc-b", ".nnc-charts", ".nnc-fairness"),
    *(f".nnc-run.nnc-{model} {part}" for model in "ab" for part in (".nnc-big", "h3", ".nnc-accuracy", ".nnc-figures")),
    *(f".nnc-run.nnc-{model} .nnc-bar-track" for model in "ab"),
)
# Whole pixels: the browser rounds halves of them now and then.
_PLACES = """(parts) => Object.fromEntries(parts.map((part) => {
  const { x, y, width, height } = document.querySelector(part).getBoundingClientRect();
  return [part, [x, y, width, height].map(Math.round)];
}))"""
_SCROLLS = "(shell) => shell.scrollHeight > shell.clientHeight"
LONGEST = (
    "A stopped after 2.2 of 3 epochs, B learned for 3 epochs and did no better than guessing: A is ahead by 78.7 points"
)
_MAKE_LONG = """(headline, words) => {
  headline.textContent = words;
  headline.parentElement.className = "nnc-long";
}"""
# Presses the strong button as soon as its word changes, as a hand that is already on its way.
_PRESS_AT_ONCE = """(button) => {
  const { action } = button.dataset;
  new MutationObserver((changes, watcher) => {
    if (button.dataset.action === action) return; // drawn again with a number, for example
    watcher.disconnect();
    button.click();
  }).observe(button, { attributeFilter: ["data-action"] });
}"""


def resize(dashboard: DashboardPage, size: tuple[int, int]) -> None:
    dashboard.page.set_viewport_size({"width": size[0], "height": size[1]})
    settle(dashboard.page.locator(".nnc"))


def settle(found: Locator) -> None:
    """Wait until the page has been laid out."""
    found.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def places(dashboard: DashboardPage) -> dict[str, list[int]]:
    found: dict[str, list[int]] = dashboard.page.evaluate(_PLACES, STAYING)
    return found


def expect_above_the_fold(dashboard: DashboardPage, size: tuple[int, int]) -> None:
    """All of the step can be seen at once, both models and both charts side by side."""
    resize(dashboard, size)
    found = places(dashboard)
    _, y, _, height = found[".nnc-fairness"]
    assert y + height <= size[1], size
    assert not dashboard.page.locator("#rendered_cells").evaluate(_SCROLLS), size
    a, b = found[".nnc-run.nnc-a"], found[".nnc-run.nnc-b"]
    assert (a[1], a[3]) == (b[1], b[3]), "A and B stand at one height"
    assert a[0] + a[2] <= b[0]
    assert found[".nnc-charts"][3] >= 240


def test_all_is_above_the_fold_and_nothing_jumps_from_idle_to_the_end(on_voila: DashboardPage) -> None:
    page = on_voila.open().page
    on_voila.choose("synthetic-digits")
    on_voila.use(**SHORT)
    on_voila.go("Training")
    expect(page.locator("svg.nnc-chart")).to_have_count(2)
    idle = {}
    for size in (PROJECTOR, LAPTOP, OLD_PROJECTOR, LARGE):
        expect_above_the_fold(on_voila, size)
        idle[size] = places(on_voila)
    assert idle[LARGE][".nnc-run.nnc-a .nnc-accuracy"][3] > idle[PROJECTOR][".nnc-run.nnc-a .nnc-accuracy"][3]
    resize(on_voila, PROJECTOR)
    on_voila.train()
    on_voila.watch_curves_grow()
    assert places(on_voila) == idle[PROJECTOR]
    on_voila.wait_for_end()
    expect(page.locator(".nnc-conclusion")).to_be_visible()
    for size in (PROJECTOR, LAPTOP, OLD_PROJECTOR, LARGE):
        expect_above_the_fold(on_voila, size)
        assert places(on_voila) == idle[size], size
    for model in MODELS:
        expect(on_voila.lane(model).locator(".nnc-accuracy b")).to_have_text(re.compile(r"^\d+\.\d{1,2}%$"))


def test_from_the_end_of_a_training_one_click_leads_to_the_disagreements(ready: DashboardPage) -> None:
    ready.use(train_images=3_000, **EQUAL)
    ready.train()
    ready.wait_for_end()
    see = ready.page.get_by_role("button", name=re.compile("^See the [0-9,]+ images on which they disagree$"))
    expect(see).to_be_enabled()
    count = see.inner_text().split()[2]
    see.click()
    expect(ready.page.get_by_text(f"of {count}", exact=False).first).to_be_visible()
    ready.wait_for_cards(
        lambda cards: all(len({guess["label"] for guess in card["guesses"].values()}) == 2 for card in cards),
        "the images on which they disagree",
    )
    verdict = ready.page.locator(".nnc-verdict")
    for size in (PROJECTOR, LAPTOP, OLD_PROJECTOR):
        resize(ready, size)
        for seen in (ready.cards.first, ready.page.get_by_label("Sorted by"), verdict):
            expect(seen).to_be_in_viewport(ratio=1)
    expect_presented(ready, verdict)
    verdict.locator("h3").evaluate(_MAKE_LONG, LONGEST)
    for size, seen in ((PROJECTOR, ready.cards.first), (LAPTOP, ready.cards.first.locator("img"))):
        resize(ready, size)
        expect(seen).to_be_in_viewport(ratio=1)


def expect_presented(dashboard: DashboardPage, verdict: Locator) -> None:
    """Present the step: the verdict and the first images have the window, larger than before."""
    page, card, headline = dashboard.page, dashboard.cards.first, verdict.locator("h3")
    resize(dashboard, PROJECTOR)
    before = height(card.locator("img")), height(headline)
    page.keyboard.press("p")
    for hidden in (page.locator(".nnc-matrix"), page.get_by_label("Sorted by"), page.locator(".nnc-of-what")):
        expect(hidden).to_be_hidden()
    for seen in (verdict, card, *page.locator(".nnc-rest").all()):
        expect(seen).to_be_in_viewport(ratio=1)
    settle(verdict)
    assert height(card.locator("img")) > before[0]
    assert height(headline) > before[1]
    page.keyboard.press("Escape")
    expect(page.locator(".nnc-matrix")).to_be_visible()


def test_the_focus_stays_on_the_bar_through_train_pause_resume_and_stop(ready: DashboardPage) -> None:
    page = ready.page
    ready.use(**LONG)
    ready.go("Training")
    strong = page.locator(".nnc-go .nnc-strong")
    expect(ready.train_button).to_be_enabled()
    ready.train_button.focus()
    with ready.new_run():
        page.keyboard.press("Space")
    for word, state in (("Pause", "running"), ("Resume", "paused"), ("Pause", "running")):
        for model in MODELS:
            ready.wait_for(model, state)
        expect(strong).to_have_text(word)
        expect(strong).to_be_focused()
        expect(strong).to_be_enabled()
        page.keyboard.press("Space")
    expect(strong).to_have_text("Resume")
    page.keyboard.press("Tab")
    expect(ready.stop_button).to_be_focused()
    page.keyboard.press("Space")
    for model in MODELS:
        ready.wait_for(model, "stopped")
    expect(strong).to_be_focused()


def test_a_press_that_meant_the_word_before_does_nothing(ready: DashboardPage) -> None:
    ready.use(**LONG)
    ready.go("Training")
    strong = ready.page.locator(".nnc-go .nnc-strong")
    expect(ready.train_button).to_be_enabled()
    strong.evaluate(_PRESS_AT_ONCE)
    ready.train()
    for model in MODELS:
        ready.wait_for(model, "running")
    expect(strong).to_have_text("Pause")
    expect(strong).to_be_enabled()
    strong.evaluate(_PRESS_AT_ONCE)
    strong.click()
    expect(strong).to_have_text("Resume")
    expect(strong).to_be_enabled()
    for model in MODELS:
        ready.wait_for(model, "paused")


def height(found: Locator) -> float:
    box = found.bounding_box()
    assert box is not None
    return box["height"]


def test_presentation_mode_gives_the_charts_the_window_and_escape_ends_it(ready: DashboardPage) -> None:
    page = ready.page
    ready.use(**SHORT)
    ready.go("Data")
    ready.train_images.focus()
    page.keyboard.press("p")
    page.keyboard.press("Backspace")
    dashboard, navigation = page.locator(".nnc"), page.get_by_role("navigation", name="Steps")
    expect(navigation).to_be_visible()
    navigation.get_by_role("button", name="Models", exact=True).focus()
    page.keyboard.press("p")
    expect(dashboard).to_have_class(re.compile("nnc-presenting"))
    expect(page.get_by_role("radiogroup", name="Data set")).to_be_visible()
    page.get_by_role("button", name="The next step").click()
    expect(page.locator(".nnc-forms").first).to_be_visible()
    page.get_by_role("button", name="The next step").click()
    for hidden in (navigation, page.locator(".nnc-bar"), page.locator(".nnc-fairness")):
        expect(hidden).to_be_hidden()
    charts, accuracy = page.locator(".nnc-charts"), page.locator(".nnc-run.nnc-a .nnc-accuracy b")
    expect(charts).to_be_visible()
    settle(dashboard)
    presented = height(charts), height(accuracy)
    page.keyboard.press("Escape")
    expect(navigation).to_be_visible()
    settle(dashboard)
    assert presented[0] > height(charts)
    assert presented[1] > height(accuracy)
    leave = page.get_by_role("button", name="Presentation mode", exact=True)
    leave.click()
    expect(navigation).to_be_hidden()
    leave.click()
    expect(navigation).to_be_visible()


def test_a_page_has_one_landmark_for_what_it_is_about(ready: DashboardPage) -> None:
    main = ready.page.get_by_role("main")
    expect(main).to_have_count(1)
    expect(main.locator(".nnc")).to_be_visible()
