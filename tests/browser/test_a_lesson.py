"""A lesson from its address to its answer, and into the report."""

from pathlib import Path

import pytest
from dashboard_page import DashboardPage
from playwright.sync_api import expect

from nncompare.lessons import built_in_lessons

pytestmark = pytest.mark.browser

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


def test_a_choice_is_made_with_the_keyboard(on_voila: DashboardPage) -> None:
    page = on_voila.open("?lesson=luck").page
    on_voila.go("Models")
    choices = page.locator(".nnc-lesson").get_by_role("radio")
    expect(choices).to_have_count(3)
    choices.first.focus()
    page.keyboard.press("ArrowLeft")
    expect(choices.last).to_have_attribute("aria-checked", "true")
    expect(choices.last).to_be_focused()
    expect(on_voila.field("A", "Channels")).to_have_value("8")


def test_choices_come_and_go_with_the_lesson_that_is_picked(on_voila: DashboardPage) -> None:
    page = on_voila.open().page
    on_voila.go("Models")
    picker, choices = page.get_by_label("Lesson", exact=True), page.locator(".nnc-lesson").get_by_role("radio")
    titles = {name: lesson.title for name, lesson in built_in_lessons().items()}
    expect(picker).to_be_visible()
    for name, count in (("luck", 3), ("dropout", 0), ("luck", 3)):
        picker.select_option(label=titles[name])
        expect(choices.filter(visible=True)).to_have_count(count)
