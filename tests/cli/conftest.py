"""Every command runs in an empty folder of its own, without settings from elsewhere."""

from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with an empty pyproject.toml at its top."""
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def dinner(folder: Path) -> Path:
    """A copy of Figure 1's domain: the spec, one accepted and one rejected composition, and the world."""
    for name in ("dinner.p2c", "aligned.p2c", "unaligned.p2c", "world.py"):
        (folder / name).write_text((EXAMPLES / "dinner" / name).read_text())
    return folder
