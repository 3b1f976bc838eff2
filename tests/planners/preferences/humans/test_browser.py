"""The page as a person uses it, in a real browser without a window: `python -m pytest -m browser`."""

from __future__ import annotations

import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from p2c_dsl.planners.preferences.comparison import LEFT, RIGHT
from p2c_dsl.planners.preferences.humans.store import LabelStore, pair_id
from tests.planners.preferences.domain import solved
from tests.planners.preferences.humans.page import Server

pytestmark = pytest.mark.browser

PAIRS = [
    (solved("note = blank()", "publish(note)"), solved("note = blank()", "reserve(note)")),
    (solved("ask(host)"), solved("guess(host)")),
    (solved("ask(host)", "guess(host)"), solved("guess(host)", "ask(host)")),
]
IDS = [pair_id(pair) for pair in PAIRS]


def installed(*names: str) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    assert found, f"these tests need {' or '.join(names)}: apt install chromium chromium-driver"
    return found


@pytest.fixture
def browser() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = installed("chromium", "chromium-browser", "google-chrome")
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1300,900"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(installed("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with LabelStore(tmp_path / "answers.db") as store:
        store.add(PAIRS)
    return tmp_path / "answers.db"


@pytest.fixture
def server(path: Path) -> Iterator[Server]:
    running = Server(path)
    yield running
    running.stop()


def shows(browser: webdriver.Chrome, pair: str) -> None:
    """Waits until the page shows a pair (`""`: that none is left)."""
    WebDriverWait(browser, 20).until(
        lambda b: b.find_element(By.TAG_NAME, "body").get_attribute("data-pair") == pair, pair
    )


def press(browser: webdriver.Chrome, key: str) -> None:
    browser.find_element(By.TAG_NAME, "body").send_keys(key)


def preferred(path: Path) -> list[int | None]:
    with LabelStore(path) as store:
        return [record.preferred for record in store.records()]


def test_keys_answer_skip_and_undo_and_the_page_says_how_far_one_is(
    browser: webdriver.Chrome, server: Server, path: Path
) -> None:
    browser.get(server.address)
    shows(browser, IDS[0])
    assert "token" not in browser.current_url
    assert browser.find_element(By.CSS_SELECTOR, "#right .program .final").text == "reserve"
    press(browser, "1")
    shows(browser, IDS[1])
    press(browser, Keys.ARROW_RIGHT)
    shows(browser, IDS[2])
    press(browser, "u")
    shows(browser, IDS[1])
    press(browser, "s")
    shows(browser, IDS[2])
    browser.find_element(By.CSS_SELECTOR, '#right button[data-key="2"]').click()
    shows(browser, "")
    assert browser.find_element(By.ID, "done").is_displayed()
    assert browser.find_element(By.ID, "count").text == "2 answered, 1 skipped, 0 to go"
    assert preferred(path) == [LEFT, None, RIGHT]
    assert browser.get_log("browser") == [], "neither an error nor a breach of the page's own policy"


def test_the_page_goes_on_where_one_has_stopped(browser: webdriver.Chrome, server: Server) -> None:
    browser.get(server.address)
    shows(browser, IDS[0])
    press(browser, "2")
    shows(browser, IDS[1])
    browser.refresh()
    shows(browser, IDS[1])


def test_two_tabs_answer_each_pair_once(browser: webdriver.Chrome, server: Server, path: Path) -> None:
    browser.get(server.address)
    shows(browser, IDS[0])
    first = browser.current_window_handle
    browser.switch_to.new_window("tab")
    browser.get(server.origin)
    shows(browser, IDS[0])
    press(browser, "1")
    shows(browser, IDS[1])
    browser.switch_to.window(first)
    # What this tab shows, or goes on to show when it is looked at, is never counted twice.
    browser.execute_script("talk('answer', {pair: arguments[0], verdict: 'right'})", IDS[0])
    shows(browser, IDS[1])
    assert preferred(path) == [LEFT]


def test_when_the_server_is_gone_the_page_says_so_and_nothing_is_lost(
    browser: webdriver.Chrome, server: Server, path: Path
) -> None:
    browser.get(server.address)
    shows(browser, IDS[0])
    press(browser, "1")
    shows(browser, IDS[1])
    server.process.kill()
    server.process.wait()
    press(browser, "2")
    WebDriverWait(browser, 20).until(lambda b: b.find_element(By.ID, "problem").is_displayed())
    assert "was not kept" in browser.find_element(By.ID, "problem").text
    assert preferred(path) == [LEFT]


class _Evil(http.server.SimpleHTTPRequestHandler):
    """Another server on this machine: its pages are of the same site, so the browser sends the cookie along."""

    def do_GET(self) -> None:
        body = b"<!doctype html><title>evil</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


_ATTACK = """
const [origin, pair, done] = arguments;
const body = JSON.stringify({pair: pair, verdict: "right"});
const tries = [
  fetch(origin + "/next", {credentials: "include"}).then((r) => r.text()),
  fetch(origin + "/answer", {method: "POST", credentials: "include", body: body,
        headers: {"Content-Type": "application/json"}}).then((r) => r.text()),
  fetch(origin + "/answer", {method: "POST", credentials: "include", mode: "no-cors", body: body})
        .then((r) => r.text()),
];
Promise.allSettled(tries).then((all) => done(all.map((one) => one.value || "")));
"""


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_page_of_another_origin_reads_and_writes_nothing(
    browser: webdriver.Chrome, server: Server, path: Path, name: str
) -> None:
    browser.get(server.address)
    shows(browser, IDS[0])
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Evil) as evil:
        threading.Thread(target=evil.serve_forever, daemon=True).start()
        browser.get(f"http://{name}:{evil.server_address[1]}/")
        assert browser.title == "evil"
        browser.set_script_timeout(20)
        answers = browser.execute_async_script(_ATTACK, server.origin, IDS[0])
        evil.shutdown()
    assert answers == ["", "", ""]
    assert preferred(path) == []
