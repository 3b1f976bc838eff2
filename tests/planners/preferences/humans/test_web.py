"""Who gets what from the page, and what becomes of an answer. The page in a browser: `test_browser.py`."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from p2c_dsl.planners.preferences.comparison import LEFT, RIGHT
from p2c_dsl.planners.preferences.humans.recorded import RecordedHuman
from p2c_dsl.planners.preferences.humans.records import read_records
from p2c_dsl.planners.preferences.humans.store import LabelStore, pair_id
from p2c_dsl.planners.preferences.humans.web import application
from tests.planners.preferences.domain import solved
from tests.planners.preferences.humans.page import Server

TOKEN, PORT = "the token", 4321

ORIGIN = f"http://127.0.0.1:{PORT}"

OWN = {"Origin": ORIGIN}

PAIRS = [
    (solved("note = blank()", "publish(note)"), solved("note = blank()", "reserve(note)")),
    (solved("ask(host)"), solved("guess(host)")),
    (solved("ask(host)", "guess(host)"), solved("guess(host)", "ask(host)")),
]

IDS = [pair_id(pair) for pair in PAIRS]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with LabelStore(tmp_path / "answers.db") as store:
        store.add(PAIRS)
    return tmp_path / "answers.db"


@pytest.fixture
def stranger(path: Path) -> Iterator[TestClient]:
    with TestClient(application(path, "Ada", TOKEN, PORT), base_url=ORIGIN, follow_redirects=False) as client:
        yield client


@pytest.fixture
def ada(stranger: TestClient) -> TestClient:
    assert stranger.get(f"/?token={TOKEN}").status_code == 303
    return stranger


def preferred(path: Path) -> list[int | None]:
    with LabelStore(path) as store:
        return [record.preferred for record in store.records()]


# ---------------------------------------------------------------- answers
def test_answers_are_kept_one_by_one_and_the_next_pair_comes(ada: TestClient, path: Path) -> None:
    for id_, verdict in zip(IDS, ("left", "skip", "right"), strict=True):
        assert ada.get("/next").json()["pair"]["id"] == id_
        state = ada.post("/answer", json={"pair": id_, "verdict": verdict}, headers=OWN).json()
    assert state["pair"] is None
    assert state["progress"] == {"answered": 2, "skipped": 1, "total": 3}
    assert preferred(path) == [LEFT, None, RIGHT]


def test_the_same_answer_again_and_another_from_a_stale_tab_change_nothing(ada: TestClient, path: Path) -> None:
    for verdict, kept in (("left", True), ("left", False), ("right", False)):
        state = ada.post("/answer", json={"pair": IDS[0], "verdict": verdict}, headers=OWN).json()
        assert state["kept"] is kept and state["pair"]["id"] == IDS[1]
    assert preferred(path) == [LEFT]


def test_two_tabs_that_undo_the_same_answer_undo_it_once(ada: TestClient, path: Path) -> None:
    for id_ in IDS[:2]:
        latest = ada.post("/answer", json={"pair": id_, "verdict": "left"}, headers=OWN).json()["latest"]
    for _ in range(2):
        assert ada.post("/undo", json={"answer": latest}, headers=OWN).json()["pair"]["id"] == IDS[1]
    assert preferred(path) == [LEFT]


def test_the_export_is_what_a_recorded_person_is_made_of(ada: TestClient) -> None:
    ada.post("/answer", json={"pair": IDS[0], "verdict": "right"}, headers=OWN)
    reply = ada.get("/export")
    assert reply.headers["content-disposition"] == 'attachment; filename="answers.jsonl"'
    human = RecordedHuman(read_records(reply.text.splitlines(), "export"))
    assert human.compare(*PAIRS[0], time.time()) == RIGHT


def test_a_pair_is_shown_as_text_with_what_its_words_are(ada: TestClient) -> None:
    shown = ada.get("/next").json()["pair"]
    assert shown["subtask"].startswith("task invite(")
    right = shown["right"]["program"]
    text = "".join("".join(word for _, word in row["words"]) + "\n" for row in right)
    assert text == PAIRS[0][1].program
    kinds = {word: kind for row in right for kind, word in row["words"]}
    assert kinds["compose"] == "keyword" and kinds["reserve"] == "final" and kinds["note"] == ""
    assert [row["differs"] for row in right] == [False, False, True]
    assert shown["right"]["effects"] == [{"text": "does book (irreversible): reserve", "final": True}]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"pair": IDS[0], "verdict": "both"}, 422),
        ({"pair": IDS[0], "verdict": ["left"]}, 422),
        ({"pair": 3, "verdict": "left"}, 422),
        ({"pair": "another", "verdict": "left"}, 404),
        ([], 422),
        ({"pair": "x" * 20_000, "verdict": "left"}, 413),
    ],
    ids=["no verdict", "a list", "no pair", "an unknown pair", "no object", "too long"],
)
def test_what_is_no_answer_is_refused_and_not_kept(ada: TestClient, path: Path, body: object, status: int) -> None:
    assert ada.post("/answer", json=body, headers=OWN).status_code == status
    assert preferred(path) == []


@pytest.mark.parametrize(
    "number",
    [*(True, None, "1", 1.0, [], {}), *(0, -1, 2**63, 10**30, -(10**30))],
    ids=repr,
)
def test_what_is_no_answer_s_number_takes_nothing_back(ada: TestClient, path: Path, number: object) -> None:
    ada.post("/answer", json={"pair": IDS[0], "verdict": "left"}, headers=OWN)
    assert ada.post("/undo", json={"answer": number}, headers=OWN).status_code == 422
    assert preferred(path) == [LEFT]


NO_JSON = {
    "nothing": b"",
    "half": b"{",
    "two": b'{"answer": 1}{"answer": 1}',
    "bytes": b"\xff\xfe{}",
    "latin-1": b'{"pair": "\xe4", "verdict": "left"}',
    "UTF-16": '{"answer": 1}'.encode("utf-16"),
    "NUL": b"\0",
    "deep lists": b"[" * 9000,
    "deep objects": b'{"answer":' * 900,
    "many digits": b'{"answer":' + b"9" * 9000 + b"}",
    "half a pair": b'{"pair": "\\ud800", "verdict": "left"}',
    "half a pair, deeper": b'{"pair": [{"\\udfff": 1}]}',
}


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
@pytest.mark.parametrize("place", ["/answer", "/undo"])
def test_what_is_no_json_is_refused(ada: TestClient, place: str, body: bytes) -> None:
    reply = ada.post(place, content=body, headers={**OWN, "Content-Type": "application/json"})
    assert reply.status_code == 400 and reply.text == "The request is not JSON."


def test_what_ends_in_the_middle_is_not_kept(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with LabelStore(tmp_path / "answers.db") as store:
        store.add(PAIRS)
    server = Server(tmp_path / "answers.db")
    host, cookie = server.origin.removeprefix("http://"), server.client.cookies
    head = {"Host": host, "Origin": server.origin, "Cookie": "; ".join(f"{k}={v}" for k, v in cookie.items())}
    head |= {"Content-Type": "application/json", "Content-Length": "100"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    with socket.create_connection(tuple(host.split(":"))) as client:
        client.sendall(f"POST /answer HTTP/1.1\r\n{lines}\r\n{{".encode())
    assert server.client.get("/next").json()["progress"]["answered"] == 0
    server.stop()
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "BREW"])
@pytest.mark.parametrize("place", ["/answer", "/undo", "/nowhere", "/%00", "/%ff", "/page.js/../../answers.db"])
def test_no_other_way_of_asking_is_known(ada: TestClient, method: str, place: str) -> None:
    reply = ada.request(method, place, headers={**OWN, "Content-Type": "application/json"})
    assert reply.status_code == (405 if place in ("/answer", "/undo") else 404)


def test_an_answer_that_cannot_be_kept_is_not_acknowledged(ada: TestClient, path: Path) -> None:
    path.unlink()
    for rest in path.parent.glob("answers.db-*"):
        rest.unlink()
    path.mkdir()
    reply = ada.post("/answer", json={"pair": IDS[0], "verdict": "left"}, headers=OWN)
    assert reply.status_code == 500 and reply.text.startswith("Not stored: ")


# ---------------------------------------------------------------- who may
PATHS = ["/", "/page.js", "/page.css", "/next", "/export"]


def test_the_token_goes_from_the_address_into_a_cookie_that_scripts_cannot_read(stranger: TestClient) -> None:
    reply = stranger.get(f"/?token={TOKEN}")
    assert reply.headers["location"] == "/"
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(reply.headers["set-cookie"].split("; "))
    assert "Which is better?" in stranger.get("/").text


@pytest.mark.parametrize("path_", [*PATHS, "/?token=wrong", "/?token=", f"/next?token={TOKEN}"])
def test_without_the_token_there_is_nothing_to_read(stranger: TestClient, path_: str) -> None:
    reply = stranger.get(path_)
    assert reply.status_code == 403 and "p2c label" in reply.text and "set-cookie" not in reply.headers


def test_without_the_token_nothing_is_written(stranger: TestClient, path: Path) -> None:
    stranger.cookies.set(f"p2c_label_{PORT}", "wrong")
    reply = stranger.post("/answer", json={"pair": IDS[0], "verdict": "left"}, headers=OWN)
    assert reply.status_code == 403 and preferred(path) == []


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://evil.example",
        f"https://127.0.0.1:{PORT}",
        "http://127.0.0.1:9999",
        "http://localhost:4321",
    ],
    ids=["none", "null", "elsewhere", "another scheme", "another port", "another name"],
)
def test_a_page_from_elsewhere_writes_nothing_even_with_the_cookie(
    ada: TestClient, path: Path, origin: str | None
) -> None:
    headers = {} if origin is None else {"Origin": origin}
    reply = ada.post("/answer", json={"pair": IDS[0], "verdict": "left"}, headers=headers)
    assert reply.status_code == 403 and preferred(path) == []


def test_a_form_writes_nothing(ada: TestClient, path: Path) -> None:
    body = json.dumps({"pair": IDS[0], "verdict": "left"})
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        reply = ada.post("/answer", content=body, headers={**OWN, "Content-Type": kind})
        assert reply.status_code == 415
    assert ada.get(f"/answer?pair={IDS[0]}&verdict=left").status_code == 405
    assert preferred(path) == []


@pytest.mark.parametrize("path_", PATHS)
def test_a_page_from_elsewhere_reads_nothing(ada: TestClient, path_: str) -> None:
    assert ada.get(path_, headers={"Origin": "http://127.0.0.1:9999"}).status_code == 403
    reply = ada.get(path_)
    assert reply.status_code == 200
    assert not [name for name in reply.headers if name.startswith("access-control")]
    assert reply.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:9999", ""])
def test_another_name_for_this_machine_gets_nothing(ada: TestClient, host: str) -> None:
    for path_ in (*PATHS, f"/?token={TOKEN}"):
        assert ada.get(path_, headers={"Host": host}).status_code == 421
    origin = {"Host": host, "Origin": f"http://{host}"}
    assert ada.post("/answer", json={"pair": IDS[0], "verdict": "left"}, headers=origin).status_code == 421


def test_the_page_loads_nothing_from_elsewhere_and_runs_no_inline_script(ada: TestClient) -> None:
    reply = ada.get("/")
    policy = dict(part.strip().split(" ", 1) for part in reply.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'" and "unsafe" not in reply.headers["content-security-policy"]
    served = reply.text + ada.get("/page.js").text + ada.get("/page.css").text
    assert "//" not in served.replace("// Another", "") and "innerHTML" not in served
    assert "<script>" not in reply.text and " onclick" not in reply.text and " style=" not in reply.text
