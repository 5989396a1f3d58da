"""The teacher's page in a browser, with the pages of two students."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe import needs_axe, serious
from dashboard_page import DashboardPage
from hosts import Host, voila
from playwright.sync_api import Browser, Route, expect
from tabs import tab
from waiting import wait_until

from nncompare.lessons import built_in_lessons

pytestmark = pytest.mark.browser

LONG = "?dataset=synthetic-digits&train_images=1000&a.channels=1&a.epochs=100&b.channels=1&b.epochs=100"
SECONDS = 60


@pytest.fixture(scope="module")
def class_host(
    chromium: str, user_cache: Path, synthetic_digits: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    """A server of its own: pages and guesses of other tests would be of this class, too."""
    with voila(tmp_path_factory.mktemp("class"), user_cache, {}) as host:
        yield host


def test_a_teacher_sees_two_pages_sets_a_lesson_and_stops_them(browser: Browser, class_host: Host) -> None:
    with (
        tab(browser, class_host) as on_voila,
        tab(browser, class_host) as other,
        tab(browser, class_host) as teacher,
    ):
        page = teacher.page
        page.goto(class_host.teachers_door)
        assert "token" not in page.url
        for dashboard in (on_voila, other):
            dashboard.open(LONG)
        on_voila.go("Training")
        on_voila.train_button.click()
        row = page.locator('tr[data-kind="running"]')
        expect(row).to_have_count(1, timeout=1000 * SECONDS)
        expect(row.locator('[data-cell="a"]')).to_contain_text("of 100")
        lesson = json.loads(built_in_lessons()["luck"].to_json())
        content = json.dumps({**lesson, "title": "A <b>lesson</b>"}).encode()
        page.get_by_label("Set from a file").set_input_files(
            {"name": "lesson.json", "mimeType": "application/json", "buffer": content}
        )
        for dashboard in (on_voila, other):
            expect(dashboard.page.get_by_text("The teacher has set a lesson: A <b>lesson</b>")).to_be_visible()
        page.on("dialog", lambda question: question.accept())
        page.get_by_role("button", name="Stop all").click()
        expect(row).to_have_count(0, timeout=1000 * SECONDS)
        expect(on_voila.page.get_by_text("The teacher has stopped this training.").first).to_be_visible()
        stopped = page.locator('tr[data-kind="stopped"]')
        expect(stopped).to_have_count(1, timeout=1000 * SECONDS)
        expect(stopped).to_contain_text("Stopped: no lesson")
        expect(stopped.locator('[data-cell="a"]')).to_have_text("")
        on_voila.go("Models")
        on_voila.page.get_by_role("radio", name="Nobody can tell them apart").click()
        expect(stopped.locator('[data-cell="guess"]')).to_have_text("Nobody can tell them apart")
        page.get_by_role("button", name="Show large").click()
        expect(page.get_by_role("dialog").locator(".t-guess")).to_have_count(1)
        page.get_by_role("button", name="Close").click()
        page.get_by_role("button", name="No lesson").click()
        expect(page.locator("#lesson")).to_have_text("No lesson is set.")
        expect(page.locator("#told")).to_be_empty(timeout=1000 * SECONDS)


def test_the_tour_gives_way_to_a_lesson_whose_line_stays_in_view(browser: Browser, class_host: Host) -> None:
    with (
        tab(browser, class_host) as teacher,
        browser.new_context(viewport={"width": 1280, "height": 720}) as context,
    ):
        teacher.page.goto(class_host.teachers_door)
        student = DashboardPage(context.new_page(), class_host, is_first_visit=True).open()
        page, news = student.page, student.page.get_by_text("The teacher has set a lesson: Width")
        expect(page.locator(".nnc-tour")).to_be_visible()
        teacher.page.locator("#lesson-name").select_option("width")
        teacher.page.get_by_role("button", name="Set for all pages").click()
        expect(news).to_be_in_viewport(timeout=1000 * SECONDS)
        expect(page.locator(".nnc-tour")).to_be_hidden()
        student.go("Models")
        page.set_viewport_size({"width": 1280, "height": 460})
        page.get_by_role("button", name="Next: training").evaluate("(button) => button.scrollIntoView()")
        expect(page.locator(".nnc-lesson-question")).not_to_be_in_viewport()
        expect(news).to_be_in_viewport()
        page.get_by_role("button", name="Go to its question").click()
        expect(page.locator(".nnc-lesson-question")).to_be_in_viewport()
        expect(news).to_be_hidden()
        teacher.page.get_by_role("button", name="No lesson").click()
        page.goto("about:blank")


def test_an_answer_that_comes_late_does_not_replace_a_newer_one(browser: Browser, class_host: Host) -> None:
    with tab(browser, class_host) as teacher:
        page, asked = teacher.page, list[Route]()
        page.add_init_script("AbortSignal.timeout = () => new AbortController().signal")  # however slow this machine is
        page.route("**/teacher/view*", lambda route: asked.append(route))
        page.goto(class_host.teachers_door)
        wait_until(lambda: page.evaluate("1") and len(asked) == 1, "the page asks")
        view = asked[0].fetch().json()
        page.get_by_role("button", name="Set for all pages").click()
        wait_until(lambda: page.evaluate("1") and len(asked) == 2, "it asks once more")
        asked[1].fulfill(json={**view, "summary": "the newer one"})
        expect(page.locator("#summary")).to_have_text("the newer one")
        asked[0].fulfill(json={**view, "summary": "the older one"})
        wait_until(lambda: page.evaluate("1") and len(asked) == 3, "it has taken the late one, and asks again")
        expect(page.locator("#summary")).to_have_text("the newer one")


@needs_axe
def test_axe_finds_nothing_serious_on_the_page_of_a_teacher(browser: Browser, class_host: Host) -> None:
    with tab(browser, class_host) as teacher:
        page = teacher.page
        page.goto(class_host.teachers_door)
        expect(page.locator("#lesson")).to_be_visible()
        assert serious(page) == {}
