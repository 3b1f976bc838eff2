"""`[tool.p2c]`: what it may say."""

from pathlib import Path

import pytest

from p2c_dsl.settings.config import Config, ConfigError, config_in


def settings(folder: Path, text: str) -> Config | None:
    (folder / "pyproject.toml").write_text(text)
    return config_in(folder)


def test_every_setting_has_a_default(tmp_path: Path) -> None:
    assert settings(tmp_path, "[tool.p2c]") == Config(folder=tmp_path)


@pytest.mark.parametrize("text", ["", '[project]\nname = "x"\n', "[tool.ruff]\nignore = []\n"])
def test_a_file_without_a_table_has_no_settings(tmp_path: Path, text: str) -> None:
    assert settings(tmp_path, text) is None
    assert config_in(tmp_path / "nowhere") is None


def test_all_settings_can_be_given(tmp_path: Path) -> None:
    text = (
        '[tool.p2c]\nselect = ["P2C4"]\nignore = ["p2c401"]\nexclude = ["old"]\nformat = "sarif"\n'
        '[tool.p2c.per-file-ignores]\n"drafts/" = ["P2C9", "P2C3"]\n'
    )
    per_file = (("drafts/", ("P2C9", "P2C3")),)
    assert settings(tmp_path, text) == Config(("P2C4",), ("P2C401",), ("old",), "sarif", per_file, tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[tool.p2c]\nignores = []", "no setting `ignores`: did you mean `ignore`?"),
        ("[tool.p2c]\nper_file_ignores = {}", "did you mean `per-file-ignores`?"),
        ('[tool.p2c]\nselect = "P2C4"', "select must be a list of strings"),
        ("[tool.p2c]\nexclude = [1]", "exclude must be a list of strings"),
        ('[tool.p2c]\nexclude = ["!"]', "`!` is not a valid .gitignore pattern"),
        ('[tool.p2c]\nexclude = ["../x"]', "relative to the folder of this file"),
        ("[tool.p2c]\nper-file-ignores = []", "per-file-ignores must be a table"),
        ('[tool.p2c.per-file-ignores]\n"a" = "P2C4"', "per-file-ignores must be a list of strings"),
        ('[tool.p2c.per-file-ignores]\n"a" = ["P2C0"]', "no code starts with `P2C0`"),
        ('[tool.p2c.per-file-ignores]\n"!a" = ["P2C4"]', "has no earlier pattern to negate"),
        ('[tool.p2c]\nformat = "xml"', "format must be one of text, concise, json, sarif, github"),
        ('[tool.p2c]\nignore = ["P2C0"]', "no code starts with `P2C0`"),
        ("[tool]\np2c = 1", "[tool.p2c] is not a table"),
        ("[tool.p2c", "pyproject.toml: "),
        ("a = " + "[" * 5000, "pyproject.toml: "),
        ("a = " + "9" * 5000, "pyproject.toml: "),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_file(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=r"pyproject\.toml") as error:
        settings(tmp_path, text)
    assert told in str(error.value)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="utf-8"):
        config_in(tmp_path)


@pytest.mark.parametrize("pattern", ["[z-a]", "a[z-a]b.p2c"])
def test_a_pattern_that_is_none_is_refused(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(ConfigError, match=r"is not a valid \.gitignore pattern"):
        settings(tmp_path, f'[tool.p2c]\nexclude = ["{pattern}"]\n')
