"""A file is replaced as a whole, or stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.planners.rl import atomic


def test_a_text_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "new" / "settings.json"
    atomic.write_text(path, "one\n")
    atomic.write_text(path, "two, ä\n")
    assert path.read_text(encoding="utf-8") == "two, ä\n"
    assert [p.name for p in path.parent.iterdir()] == ["settings.json"]


def test_an_error_while_writing_leaves_the_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    path.write_bytes(b"before")
    with pytest.raises(RuntimeError), atomic.replacing(path) as file:
        file.write(b"half of what")
        raise RuntimeError("the disk is full")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
