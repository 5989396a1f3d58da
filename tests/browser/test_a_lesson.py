"""A lesson from its address to its answer, and into the report."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dashboard_page import TRAINING_SECONDS, DashboardPage
from playwright.sync_api import ViewportSize, expect

from nncompare.lessons import built_in_lessons

pytestmark = pytest.mark.browser

PROJECTOR: ViewportSize = {"width": 1280, "height": 720}
LETTERS = "(found) => Number.parseFloat(getComputedStyle(found).fontSize)"
IS_WHOLE = "(found) => found.scrollWidth <= found.clientWidth"
SMALL = "dataset=synthetic-digits&train_images=1000&a.epochs=1&b.epochs=1"


def test_a_lesson_asks_first_and_answers_after_the_end(on_voila: DashboardPage, tmp_path: Path) -> None:
    page = on_voila.open(f"?lesson=width&hide=optimizer,seed&{SMALL}").page
    expect(page.get_by_role("button", name="Models", exact=True)).to_have_attribute("aria-current", "step")
    on_voila.go("Data")
    on_voila.wait_for_dataset("synthetic-digits")
    on_voila.go("Models")
    expect(page.get_by_label("Lesson", exact=True).locator("option:checked")).to_have_text("Width")
    expect(on_voila.field("A", "Channels")).to_be_visible()
    expect(on_voila.field("A", "Optimiser")).to_be_hidden()
    on_voila.go("Training")
    expect(page.locator(".nnc-reason")).to_contain_text("Give your guess first.")
    expect(on_voila.train_button).to_be_disabled()

    on_voila.go("Models")
    guess = page.get_by_label("Your guess", exact=True)
    guess.fill("plenty")
    expect(page.locator(".nnc-lesson").get_by_role("alert")).to_contain_text("Your guess must be a number")
    guess.fill("2,5")
    expect(page.locator(".nnc-lesson").get_by_role("alert")).to_be_hidden()
    on_voila.train()
    on_voila.wait_for_end()

    ended = page.locator(".nnc-lesson-end")
    expect(ended).to_contain_text("You said 2.5 points. It was ")
    ended.get_by_role("button", name="Three questions").click()
    answer = page.locator(".nnc-lesson-answer")
    expect(answer).to_contain_text("You said 2.5 points. It was ")
    first = answer.get_by_role("group").first
    first.get_by_role("button", name="about 10 times").click()
    expect(answer).to_contain_text("Right.")
    expect(first.get_by_role("button", name="about 4 times")).to_be_disabled()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save report", exact=True).click()
    download.value.save_as(tmp_path / "report.html")
    assert "You said 2.5 points. It was " in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_presented_the_answer_and_the_questions_have_the_window(on_voila: DashboardPage) -> None:
    page = on_voila.open(f"?lesson=luck&repeat=2&{SMALL}").page
    page.set_viewport_size(PROJECTOR)
    on_voila.go("Data")
    on_voila.wait_for_dataset("synthetic-digits")
    on_voila.go("Models")
    page.locator(".nnc-lesson").get_by_role("radio", name="Nobody can tell them apart").click()
    on_voila.train()
    ended, answer = page.locator(".nnc-lesson-end"), page.locator(".nnc-lesson-answer")
    expect(ended).to_contain_text("You said: Nobody", timeout=1000 * TRAINING_SECONDS)
    page.get_by_role("button", name="Presentation mode", exact=True).click()
    for seen in (ended, page.locator(".nnc-charts")):
        expect(seen).to_be_in_viewport(ratio=1)
    expect(page.locator(".nnc-chart-note").filter(visible=True)).to_have_text(["Mean and range of 2 seeds"] * 2)
    for setting in (page.get_by_role("radio", name="linear"), page.get_by_label("Curves over")):
        expect(setting).to_be_hidden()
    for words in (ended.locator("p"), page.locator(".nnc-chart-note").first, *page.locator(".nnc-epoch").all()):
        assert words.evaluate(LETTERS) >= 18
        assert words.evaluate(IS_WHOLE)
    ended.get_by_role("button", name="Three questions").click()
    parts = (answer.locator(".nnc-lesson-said"), *answer.get_by_role("group").all())
    for seen in (*parts, page.get_by_role("button", name="The next step")):
        expect(seen).to_be_in_viewport(ratio=1)
    assert all(part.evaluate(LETTERS) >= 24 for part in parts)
    answer.get_by_role("group").first.get_by_role("button", name="The number of layers").click()
    expect(answer).to_contain_text("Wrong.")


@pytest.fixture
def picked(ready: DashboardPage) -> Iterator[Callable[[str], None]]:
    """Pick lessons on the shared page; at the end there is none."""
    titles = {name: lesson.title for name, lesson in built_in_lessons().items()}
    picker = ready.page.get_by_label("Lesson", exact=True)

    def pick(name: str) -> None:
        ready.go("Models")
        picker.select_option(label=titles[name])

    yield pick
    ready.go("Models")
    picker.select_option(label="No lesson")
    expect(ready.page.locator(".nnc-lesson-question")).to_be_hidden()
    ready.use(train_images=1_000)


def test_a_choice_is_made_with_the_keyboard(ready: DashboardPage, picked: Callable[[str], None]) -> None:
    page = ready.page
    picked("luck")
    choices = page.locator(".nnc-lesson").get_by_role("radio")
    expect(choices).to_have_count(3)
    choices.first.focus()
    page.keyboard.press("ArrowLeft")
    expect(choices.last).to_have_attribute("aria-checked", "true")
    expect(choices.last).to_be_focused()
    expect(ready.field("A", "Channels")).to_have_value("8")


def test_choices_come_and_go_with_the_lesson_that_is_picked(
    ready: DashboardPage, picked: Callable[[str], None]
) -> None:
    choices = ready.page.locator(".nnc-lesson").get_by_role("radio")
    for name, count in (("luck", 3), ("dropout", 0), ("luck", 3)):
        picked(name)
        expect(choices.filter(visible=True)).to_have_count(count)


def test_a_guess_is_asked_for_where_it_can_be_given(ready: DashboardPage, picked: Callable[[str], None]) -> None:
    page = ready.page
    to_the_question = page.locator(".nnc-reason").get_by_role("button", name="Go to the question")
    for name, field in (
        ("luck", page.locator(".nnc-lesson").get_by_role("radio").first),
        ("width", page.get_by_label("Your guess", exact=True)),
    ):
        picked(name)
        ready.go("Training")
        to_the_question.click()
        expect(field).to_be_focused()


def test_presented_what_differs_is_seen_also_where_it_is_rarely_changed(
    ready: DashboardPage, picked: Callable[[str], None]
) -> None:
    page = ready.page
    page.set_viewport_size(PROJECTOR)
    picked("momentum")
    page.get_by_role("button", name="Presentation mode", exact=True).click()
    for model, value in (("A", "0"), ("B", "0.9")):
        expect(ready.field(model, "Momentum")).to_have_value(value)
        expect(ready.field(model, "Momentum")).to_be_in_viewport(ratio=1)
        for same in ("Weight decay", "Channels"):
            expect(ready.field(model, same)).to_be_hidden()
    page.keyboard.press("Escape")
    expect(ready.field("A", "Momentum")).to_be_hidden()
