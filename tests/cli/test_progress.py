"""What commands share."""

import sys

import pytest

from p2c_dsl.cli.progress import with_progress

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
