"""What commands share."""

import sys

import pytest

from p2c_dsl.cli import progress
from p2c_dsl.cli.progress import once_slow, with_progress

FILES = [f"{number}.p2c" for number in range(30)]


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("files", [FILES, FILES[:3]], ids=["many", "few"])
def test_a_progress_bar_changes_nothing_about_the_files(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, files: list[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    assert list(with_progress(files, "linting")) == files


@pytest.mark.parametrize(("terminal", "shown"), [(True, True), (False, False)])
def test_it_is_shown_on_terminals_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], terminal: bool, shown: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    list(with_progress(FILES, "linting"))
    assert ("linting" in capsys.readouterr().err) is shown


@pytest.mark.parametrize(("terminal", "slow", "shown"), [(True, 0, True), (True, 3600, False), (False, 0, False)])
def test_what_is_being_done_is_shown_once_it_is_slow(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], terminal: bool, slow: float, shown: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setattr(progress, "_SLOW", slow)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    with once_slow() as show:
        assert (show is not None) is terminal
        for doing in ("thinking", "thinking harder"):
            if show is not None:
                show(doing)
    assert ("thinking" in capsys.readouterr().err) is shown
