"""`[tool.p2c]`: where it is looked for, and what it may say."""

from pathlib import Path

import pytest

from p2c_dsl.config import Config, ConfigError, load_config


def settings(folder: Path, text: str) -> Config:
    (folder / "pyproject.toml").write_text(text)
    return load_config(folder)


def test_every_setting_has_a_default(tmp_path: Path) -> None:
    assert settings(tmp_path, "") == Config()
    assert settings(tmp_path, "[tool.p2c]") == Config((), (), (), "text")


def test_all_settings_can_be_given(tmp_path: Path) -> None:
    text = '[tool.p2c]\nselect = ["P2C4"]\nignore = ["P2C401"]\nexclude = ["old"]\nformat = "sarif"\n'
    assert settings(tmp_path, text) == Config(("P2C4",), ("P2C401",), ("old",), "sarif")


def test_the_nearest_file_counts(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[tool.p2c]\nformat = "json"\n')
    assert load_config(deep).format == "json"
    (tmp_path / "a" / "pyproject.toml").write_text("")
    assert load_config(deep).format == "text"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[tool.p2c]\nignores = []", "no setting `ignores`: did you mean `ignore`?"),
        ('[tool.p2c]\nselect = "P2C4"', "select must be a list of texts"),
        ("[tool.p2c]\nexclude = [1]", "exclude must be a list of texts"),
        ('[tool.p2c]\nformat = "xml"', "format must be one of text, concise, json, sarif, github"),
        ('[tool.p2c]\nignore = ["P2C8"]', "no code begins with `P2C8`"),
        ("[tool]\np2c = 1", "[tool.p2c] is not a table"),
        ("[tool.p2c", "pyproject.toml: "),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_file(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=r"pyproject\.toml") as error:
        settings(tmp_path, text)
    assert told in str(error.value)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="utf-8"):
        load_config(tmp_path)


@pytest.mark.parametrize(
    ("config", "wanted", "unwanted"),
    [
        (Config(), ["P2C401", "P2C901"], []),
        (Config(select=("P2C4",)), ["P2C401"], ["P2C501"]),
        (Config(ignore=("P2C401",)), ["P2C402"], ["P2C401"]),
        (Config(select=("P2C4",), ignore=("P2C401",)), ["P2C402"], ["P2C401", "P2C501"]),
    ],
)
def test_ignoring_is_stronger_than_selecting(config: Config, wanted: list[str], unwanted: list[str]) -> None:
    assert all(map(config.wants, wanted)) and not any(map(config.wants, unwanted))


def test_exclude_names_files_folders_or_patterns() -> None:
    config = Config(exclude=("old", "*_draft.p2c", "plans/x.p2c"))
    assert all(config.excludes(Path(p)) for p in ("a/old/b.p2c", "a/my_draft.p2c", "plans/x.p2c"))
    assert not any(config.excludes(Path(p)) for p in ("a/older/b.p2c", "draft.p2c", "plans/y.p2c"))
