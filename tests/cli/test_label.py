"""`p2c label`: from a domain to a page, and to a file. The page: `tests/planners/preferences/humans`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from p2c_dsl.planners.preferences.comparison import Comparison
from p2c_dsl.planners.preferences.humans.store import LabelStore
from tests.cli.commands import p2c
from tests.cli.test_main import START
from tests.planners.preferences.domain import SPEC, solved

ONE, OTHER = solved("ask(host)"), solved("guess(host)")
RECORD = {"left": ONE.as_data(), "right": OTHER.as_data(), "preferred": 0, "time": 5.0, "who": "Ada"}


@pytest.fixture
def domain(folder: Path) -> Path:
    (folder / "invite").mkdir()
    (folder / "invite" / "invite.p2c").write_text(SPEC)
    return folder / "invite"


def written(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def test_it_asks_about_the_domain_s_programs_and_keeps_the_answers(domain: Path, folder: Path) -> None:
    command = [*START, "label", str(domain), "--count", "4", "--programs", "4", "--who", "Ada"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        origin = address.partition("/?")[0]
        with httpx.Client(base_url=origin, headers={"Origin": origin}, timeout=20) as client:
            client.get(address)
            state = client.get("/next").json()
            assert state["progress"]["total"] == 4
            client.post("/answer", json={"pair": state["pair"]["id"], "verdict": "left"})
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=20)
    assert "1 answered, 0 skipped, 3 left" in told and "Traceback" not in told
    with LabelStore(folder / "invite.answers.db") as store:
        assert [record.who for record in store.records()] == ["Ada"]


def test_answers_go_out_and_come_in_as_lines(domain: Path, folder: Path) -> None:
    with LabelStore(folder / "invite.answers.db") as store:
        store.bring_in([Comparison(ONE, OTHER, 0, 5.0, "Ada")])
    result = p2c("label", domain, "--export", "out.jsonl")
    assert result.exit_code == 0 and "1 answers written" in result.stderr
    (line,) = (folder / "out.jsonl").read_text().splitlines()
    assert json.loads(line)["who"] == "Ada"


def test_answers_are_in_a_file_whatever_it_is_called(domain: Path, folder: Path) -> None:
    with LabelStore(Path(":memory:")) as store:
        store.bring_in([Comparison(ONE, OTHER, 0, 5.0, "Ada")])
    result = p2c("label", domain, "--answers", ":memory:", "--export", "out.jsonl")
    assert result.exit_code == 0 and "1 answers written" in result.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--export", "out.jsonl"], "there are no answers in"),
        (["--import", "nowhere.jsonl"], "cannot read nowhere.jsonl: there is no such file"),
        (["--import", "bad.jsonl"], "bad.jsonl, line 1: this is not JSON"),
        (["--import", "deep.jsonl"], "deep.jsonl, line 1: this is nested too deeply"),
        (["--import", "half.jsonl"], "half.jsonl, line 1: this has characters that are not text"),
        (["--import", "late.jsonl"], "late.jsonl, line 1: `time` must be a number"),
        (["--import", "/dev/zero"], "cannot read /dev/zero: this is not a regular file"),
        (["--solutions", "pipe"], "cannot read pipe: no process has this pipe open for writing"),
        (["--solutions", "large.jsonl"], "large.jsonl, line 1: a solution's features must be finite numbers"),
        (["--who", "\udcff"], "give another one with --who"),
        (["--solutions", "bad.jsonl"], "bad.jsonl, line 1"),
        (["--solutions", "one.jsonl"], "nothing to compare"),
        (["--answers", "bad.jsonl"], "cannot hold answers"),
        (["--task", "other"], "there is no task `other`"),
    ],
)
def test_what_cannot_be_done_is_told(domain: Path, folder: Path, options: list[str], told: str) -> None:
    written(folder / "bad.jsonl", "{" * 600)
    written(folder / "one.jsonl", json.dumps(ONE.as_data()))
    written(folder / "deep.jsonl", "[" * 100_000)
    written(folder / "half.jsonl", json.dumps(RECORD | {"who": "\ud800"}))
    written(folder / "late.jsonl", json.dumps(RECORD | {"time": 10**400}))
    written(folder / "large.jsonl", json.dumps(ONE.as_data() | {"features": {"calls": 10**400}}))
    os.mkfifo(folder / "pipe")
    result = p2c("label", domain, *options)
    assert result.exit_code == 2 and told in result.stderr


def test_a_folder_without_a_spec_of_its_name_says_what_to_name(folder: Path) -> None:
    (folder / "mixed").mkdir()
    for name in ("a.p2c", "b.p2c"):
        (folder / "mixed" / name).write_text(SPEC)
    result = p2c("label", "mixed")
    assert result.exit_code == 2 and "a.p2c, b.p2c" in result.stderr


def test_a_task_that_nothing_solves_is_told_as_plan_tells_it(domain: Path) -> None:
    (domain / "invite.p2c").write_text(SPEC + "    at least 1 book\n    at most 0 book\n")
    result = p2c("label", domain)
    assert result.exit_code == 1 and "no composition of `invite`" in result.stderr


def test_a_port_that_is_taken_is_told(domain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = p2c("label", domain, "--programs", "4", "--port", taken.getsockname()[1])
    assert result.exit_code == 2 and "--port 0" in result.stderr


def test_asking_loads_no_language_model(domain: Path) -> None:
    code = (
        "import sys\nfrom p2c_dsl.cli import label\n"
        "import p2c_dsl.planners.preferences.humans.serve, p2c_dsl.planners.preferences.humans.candidates\n"
        "print({'torch', 'transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout == "set()\n"
