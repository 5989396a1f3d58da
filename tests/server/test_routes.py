"""What there is to be had from the server, for somebody who was let in: the page, its code, and nothing else."""

import json
import subprocess
import sys

import pytest
import requests
from browser import Browser, raw
from hosts import NOTEBOOK, Host
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_token import kernels

# What Voila itself would register. A version that adds something must be looked at, and this list with it.
VOILAS_OWN = {
    r"/(.*)",
    r"/api/kernels/(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)",
    r"/api/kernels/(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)/channels",
    r"/login",
    r"/logout",
    r"/voila/api/shutdown/(.*)",
    r"/voila/api/themes/(.*)",
    r"/voila/files/(.*)",
    r"/voila/labextensions/(.*)",
    r"/voila/static/(.*)",
    r"/voila/templates/(.*)",
}
_NUMBER = r"(?P<kernel_id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_FILE = r"[\w-]+(?:\.[\w-]+)+"
OURS = {
    "/": "PageHandler",
    f"/api/kernels/{_NUMBER}": "KernelStateHandler",
    f"/api/kernels/{_NUMBER}/channels": "GuardedVoilaKernelWebsocketHandler",
    f"/voila/api/shutdown/{_NUMBER}": "GuardedVoilaShutdownKernelHandler",
    f"/voila/static/({_FILE})": "GuardedMultiStaticFileHandler",
    f"/voila/templates/(nncompare/static/{_FILE})": "GuardedTemplateStaticFileHandler",
    "/voila/labextensions/((?:@jupyter-widgets/jupyterlab-manager|@voila-dashboards/widgets-manager8|anywidget)"
    f"/static/{_FILE})": "GuardedFileFindHandler",
    ".*": "Guarded_Nothing",
}
TELL_ROUTES = """
import json, sys
from tornado.web import Application
from voila.app import Voila
from nncompare.server.closed_voila import ClosedVoila
from nncompare.server.auth import Gate, OwnNames
app = ClosedVoila(names=OwnNames("127.0.0.1"), on_listening=print, token="0123456789abcdef")
app.initialize([sys.argv[1], "--template=lab"])
application = Application(**app.init_settings())
application.add_handlers(".*$", app.init_handlers())
(added,) = [rule.target for rule in application.default_router.rules if hasattr(rule.matcher, "host_pattern")]
ours = {rule.matcher.regex.pattern.removesuffix("$"): rule.target for rule in added.rules}
print(json.dumps({
    "ours": {pattern: handler.__name__ for pattern, handler in ours.items()},
    "open": [name for name, handler in ours.items() if not issubclass(handler, Gate) or handler.mro().index(Gate) > 1],
    "voilas": [handler[0] for handler in Voila.init_handlers(app)],
    "all": len(application.default_router.rules),
}))
"""

NUMBER = "01234567-89ab-cdef-0123-456789abcdef"
# Each is a way to something that is there in Jupyter, in Voila or on this disk.
CLOSED = [
    *(
        "/dashboard.ipynb",
        "/notebooks/dashboard.ipynb",
        "/voila/render/dashboard.ipynb",
        "/voila/render/",
        "/voila/tree",
    ),
    *("/voila", "/voila/", "/tree", "/lab", "/login", "/logout", "/metrics", "/favicon.ico", "/index.html", "//"),
    *(
        "/files/",
        "/files/dashboard.ipynb",
        "/voila/files/",
        "/voila/files/dashboard.ipynb",
        "/voila/files/%2e%2e/README.md",
    ),
    *("/api", "/api/", "/api/status", "/api/me", "/api/contents", "/api/contents/", "/voila/api/contents/"),
    *(
        "/api/kernels",
        "/api/kernels/",
        "/api/kernelspecs",
        "/api/sessions",
        "/api/terminals",
        "/terminals/1",
        "/api/config/x",
    ),
    *(f"/api/kernels/{NUMBER}/restart", f"/api/kernels/{NUMBER}/interrupt", f"/api/kernels/{NUMBER}/stream"),
    *(
        f"/voila/execution/{NUMBER}",
        f"/voila/query/{NUMBER}",
        "/voila/api/themes/x/index.css",
        f"/api/kernels/{NUMBER}",
    ),
    *(
        "/static/",
        "/static/base/js/main.min.js",
        "/voila/static",
        "/voila/static/",
        "/voila/static/.",
        "/voila/static/..",
    ),
    *("/voila/static/../../../../../../etc/passwd", "/voila/static/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd"),
    *("/voila/static/%2e%2e%2f%2e%2e%2findex.html.j2", "/voila/static/..%5c..%5cvoila.js", "/voila/static//etc/passwd"),
    *("/voila/static/%2fetc%2fpasswd", "/voila/static/voila.js%00.png", "/voila/static/extension.js"),
    *("/voila/templates/", "/voila/templates/nncompare/", "/voila/templates/nncompare/static/", "/voila/templates/x"),
    *("/voila/templates/nncompare/index.html.j2", "/voila/templates/nncompare/static/..%2findex.html.j2"),
    *("/voila/templates/nncompare/static/../index.html.j2", "/voila/templates/nncompare/static/.."),
    *("/voila/templates/base/static/voila.js", "/voila/templates/..%2f..%2fetc/static/passwd"),
    *("/voila/labextensions/", "/voila/labextensions/anywidget/package.json", "/voila/labextensions/anywidget/static/"),
    *("/voila/labextensions/anywidget/static/..%2fpackage.json", "/voila/labextensions/anywidget/static/.."),
    *("/voila/labextensions/jupyterlab_pygments/package.json", "/voila/labextensions/anywidget/static/%2fetc%2fpasswd"),
]
SEGMENTS = ["voila", "static", "templates", "labextensions", "files", "api", "kernels", "nncompare", "anywidget"]
ESCAPES = [
    "..",
    ".",
    "",
    "%2e%2e",
    "..%2f",
    "%2f",
    "%5c",
    "~",
    "etc",
    "passwd",
    "dashboard.ipynb",
    "*",
    "%00",
    "%",
    "é",
]


def routes() -> dict[str, object]:
    command = [sys.executable, "-c", TELL_ROUTES, str(NOTEBOOK)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    return told


def test_only_these_addresses_are_registered_and_each_is_guarded() -> None:
    told = routes()
    assert told["ours"] == OURS
    assert told["open"] == []
    assert told["all"] == 2  # these, and Tornado's own "nothing found"
    voilas = told["voilas"]
    assert isinstance(voilas, list)
    assert set(voilas) == VOILAS_OWN, "Voila has other addresses than when this was written. Look at them."


@pytest.mark.parametrize("path", CLOSED)
def test_everything_else_is_nothing(server: Host, guest: Browser, path: str) -> None:
    status, content = raw(server, path, {"Cookie": guest.cookie})
    assert status in (400, 403, 404), content[:200]
    assert len(content) < 100


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/api/kernels", "/api/contents/x", "/voila/static/voila.js", "/files/x", "*"])
def test_nothing_is_put_there_or_begun(server: Host, guest: Browser, path: str, method: str) -> None:
    before = kernels(server)
    headers = {"Cookie": f"{guest.cookie}; _xsrf=1", "X-XSRFToken": "1", "Content-Length": "0"}
    assert raw(server, path, headers, method)[0] in (400, 403, 404, 405)
    assert kernels(server) == before


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.sampled_from(SEGMENTS + ESCAPES), min_size=1, max_size=8))
def test_no_way_round_leads_anywhere(server: Host, guest: Browser, parts: list[str]) -> None:
    path = "/" + "/".join(parts)
    if path.strip("/.") == "":
        return
    answer = raw(server, requests.utils.requote_uri(path), {"Cookie": guest.cookie})
    assert answer[0] in (400, 403, 404), (path, answer)
    assert b"root:" not in answer[1]
    assert b"Traceback" not in answer[1]


def test_the_page_shows_no_source(guest: Browser) -> None:
    page = guest.get("").text
    code = json.loads(NOTEBOOK.read_text("utf-8"))["cells"][1]["source"]
    lines = [line for line in "".join(code).splitlines() if " " in line]
    assert lines
    for line in lines:
        assert line not in page
    assert str(NOTEBOOK.parent) not in page


@pytest.mark.parametrize(
    "query", ["?template=..%2f..%2f..%2ftmp", "?template=lab", "?theme=..%2f..%2fx", "?theme=%22%3E%3Cscript%3E"]
)
def test_no_other_template_is_taken(guest: Browser, query: str) -> None:
    page = guest.get(query).text
    assert "Opening nncompare" in page
    assert "JupyterLab Light" in page
    assert '"><script>' not in page


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "{{7*7}}", "\r\nX: y"]
)
def test_nothing_of_the_address_is_in_the_page(guest: Browser, name: str) -> None:
    answer = guest.get("", params={name: name, "a.channels": name, "next": name})
    assert answer.status_code == 200
    assert name not in answer.text
    assert "X" not in answer.headers


def test_every_answer_says_what_browsers_must_not_do(guest: Browser, stranger: Browser, kernel: str) -> None:
    answers = [guest.get(path) for path in ("", f"api/kernels/{kernel}", "voila/static/voila.js", "nothing")]
    for answer in (*answers, stranger.get(""), stranger.get("voila/static/voila.js")):
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Server"] == "nncompare"


def test_only_scripts_of_the_page_itself_are_run(guest: Browser) -> None:
    policies = [guest.get("").headers["Content-Security-Policy"] for _ in range(2)]
    assert policies[0] != policies[1]  # each answer has a number of its own
    for policy in policies:
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == "'none'"
        assert "unsafe" not in rules["script-src"]
        assert "http" not in rules["script-src"]


def test_much_is_not_listened_to(server: Host, guest: Browser, kernel: str) -> None:
    path = f"{server.address}voila/api/shutdown/{kernel}"
    try:
        answer = requests.post(path, data=b"x" * 1_000_000, headers={"Cookie": guest.cookie}, timeout=30)
    except requests.RequestException:
        pass  # it hung up
    else:
        assert answer.status_code in (400, 413)
    assert guest.get(f"api/kernels/{kernel}").status_code == 200


def test_a_long_address_harms_nobody(guest: Browser, kernel: str) -> None:
    try:
        answer = guest.get("?x=" + "y" * 70_000)
    except requests.RequestException:
        pass
    else:
        assert answer.status_code in (400, 414, 431)
    assert guest.get(f"api/kernels/{kernel}").status_code == 200


def test_an_error_tells_nothing_of_the_inside(server: Host, guest: Browser) -> None:
    for path in (f"api/kernels/{NUMBER}", f"api/kernels/{NUMBER}/channels", "voila/static/no.js"):
        answer = guest.get(path)
        assert answer.status_code in (400, 403, 404)
        assert "Traceback" not in answer.text
        assert len(answer.text) < 100
    assert guest.end(NUMBER) == 404
