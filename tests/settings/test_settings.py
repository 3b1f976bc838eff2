"""Which settings hold for a file, what they leave out, and what they keep from being reported."""

from pathlib import Path

import pytest

from p2c_dsl.diagnostics.model import Diagnostic, Location
from p2c_dsl.settings import Settings
from p2c_dsl.source import Source, Span


def written(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(text)
    return folder


def excluded(folder: Path, patterns: str, path: str) -> bool:
    written(folder, f"[tool.p2c]\nexclude = {patterns}\n")
    return Settings().excludes(folder / path)


def finding(path: Path, code: str) -> Diagnostic:
    return Diagnostic(code, "wrong", Location(Source(str(path), ""), Span(0, 0)))


def test_the_nearest_file_with_settings_counts(tmp_path: Path) -> None:
    written(tmp_path, '[tool.p2c]\nformat = "json"\n')
    written(tmp_path / "a", "[tool.ruff]\n")
    written(tmp_path / "a" / "b", '[tool.p2c]\nformat = "sarif"\n')
    settings = Settings()
    assert settings.of(tmp_path / "a" / "x.p2c").format == "json"
    assert settings.of(tmp_path / "a" / "b" / "c" / "x.p2c").format == "sarif"
    assert settings.within(tmp_path / "a" / "b").format == "sarif"


@pytest.mark.parametrize(
    ("patterns", "path"),
    [
        ('["vendor/"]', "vendor/x.p2c"),
        ('["vendor/"]', "a/vendor/b/x.p2c"),
        ('["./vendor"]', "vendor/x.p2c"),
        ('["vendor"]', "a/vendor/x.p2c"),
        ('["third/party"]', "third/party/a/x.p2c"),
        ('["third/party/"]', "third/party/x.p2c"),
        ('["/x.p2c"]', "x.p2c"),
        ('["*_draft.p2c"]', "a/b_draft.p2c"),
        ('["**/made/*.p2c"]', "a/made/x.p2c"),
        ('["*.p2c", "!keep.p2c"]', "x.p2c"),
        ('["a/", "!a/keep.p2c"]', "a/keep.p2c"),
    ],
)
def test_patterns_exclude_as_in_a_gitignore(tmp_path: Path, patterns: str, path: str) -> None:
    assert excluded(tmp_path, patterns, path)


@pytest.mark.parametrize(
    ("patterns", "path"),
    [
        ('["vendor/"]', "vendor.p2c"),
        ('["vendor/"]', "vendored/x.p2c"),
        ('["./vendor"]', "a/vendor/x.p2c"),
        ('["third/party"]', "a/third/party/x.p2c"),
        ('["/x.p2c"]', "a/x.p2c"),
        ('["*.p2c", "!keep.p2c"]', "keep.p2c"),
        ("[]", "x.p2c"),
    ],
)
def test_and_no_more(tmp_path: Path, patterns: str, path: str) -> None:
    assert not excluded(tmp_path, patterns, path)


def test_patterns_are_relative_to_their_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "a", '[tool.p2c]\nexclude = ["/b"]\n')
    (tmp_path / "a" / "b").mkdir()
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert Settings().excludes(Path("x.p2c"))
    assert Settings().excludes(Path("..") / "b" / "x.p2c")
    assert not Settings().excludes(Path("..") / "x.p2c")


def test_what_an_outer_project_excludes_stays_out_whatever_it_says_itself(tmp_path: Path) -> None:
    written(tmp_path, '[tool.p2c]\nexclude = ["vendor/"]\n')
    written(tmp_path / "vendor", "[tool.p2c]\nexclude = []\n")
    assert Settings().excludes(tmp_path / "vendor" / "x.p2c")


@pytest.mark.parametrize(
    ("table", "wanted", "unwanted"),
    [
        ("", ["P2C401", "P2C901"], []),
        ('select = ["P2C4"]', ["P2C401"], ["P2C501"]),
        ('ignore = ["P2C401"]', ["P2C402"], ["P2C401"]),
        ('select = ["P2C4"]\nignore = ["P2C401"]', ["P2C402"], ["P2C401", "P2C501"]),
        ('per-file-ignores = {"a/" = ["P2C4"]}', ["P2C501"], ["P2C401"]),
        ('per-file-ignores = {"*.p2c" = ["P2C4"], "b/" = ["P2C5"]}', ["P2C501"], ["P2C401"]),
    ],
)
def test_ignoring_is_stronger_than_selecting(
    tmp_path: Path, table: str, wanted: list[str], unwanted: list[str]
) -> None:
    written(tmp_path, f"[tool.p2c]\n{table}\n")
    (tmp_path / "a").mkdir()
    settings = Settings()
    told = {c for c in (*wanted, *unwanted) if settings.wants(finding(tmp_path / "a" / "x.p2c", c))}
    assert told == set(wanted)


def test_the_command_line_is_stronger_than_either(tmp_path: Path) -> None:
    written(tmp_path, '[tool.p2c]\nselect = ["P2C4"]\nignore = ["P2C5"]\n')
    settings = Settings(select=("P2C5",), ignore=("P2C401",))
    assert [settings.wants(finding(tmp_path / "x.p2c", code)) for code in ("P2C501", "P2C401")] == [
        True,
        False,
    ]
