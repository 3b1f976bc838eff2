"""The settings in `[tool.p2c]` of a `pyproject.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from p2c_dsl.names import did_you_mean

FORMATS = ("text", "concise", "json", "sarif", "github")
SETTINGS = ("select", "ignore", "exclude", "per-file-ignores", "format")


class ConfigError(Exception):
    """The settings cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Config:
    """How a project's files are linted. Codes may be shortened: `P2C4` stands for its whole family.

    `exclude` and the files of `per_file_ignores` are patterns as in a `.gitignore` in `folder`.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    format: str = "text"
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    folder: Path = Path()


def config_in(folder: Path) -> Config | None:
    """The settings in a folder's own `pyproject.toml`, if it has any. Raises `ConfigError`."""
    path = folder / "pyproject.toml"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from None
    try:
        tool = tomllib.loads(text).get("tool", {})
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: {error}") from None
    table = tool.get("p2c") if isinstance(tool, Mapping) else None
    if table is None:
        return None
    if not isinstance(table, Mapping):
        raise ConfigError(f"{path}: [tool.p2c] is not a table")
    return _checked(path, table)


def _checked(path: Path, table: Mapping[str, object]) -> Config:
    for name in table:
        if name not in SETTINGS:
            raise ConfigError(f"{path}: [tool.p2c] has no setting `{name}`: {did_you_mean(name, SETTINGS)}")
    exclude = _texts(path, "exclude", table.get("exclude", []))
    for pattern in exclude:
        _check_pattern(pattern, f"{path}: exclude")
    return Config(
        select=_codes(path, "select", table.get("select", [])),
        ignore=_codes(path, "ignore", table.get("ignore", [])),
        exclude=exclude,
        format=_format(path, table.get("format", "text")),
        per_file_ignores=_per_file(path, table.get("per-file-ignores", {})),
        folder=path.parent,
    )


def check_codes(codes: tuple[str, ...], where: str) -> tuple[str, ...]:
    """Codes or prefixes of codes, each of which must match a code. Raises `ConfigError`."""
    from p2c_dsl.codes import all_codes

    for code in codes:
        if not code.startswith("P2C") or not any(known.startswith(code) for known in all_codes()):
            raise ConfigError(f"{where}: no code starts with `{code}`; `p2c explain` lists all codes")
    return codes


def _codes(path: Path, name: str, value: object) -> tuple[str, ...]:
    return check_codes(tuple(code.upper() for code in _texts(path, name, value)), f"{path}: {name}")


def _per_file(path: Path, value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    name = "per-file-ignores"
    if not isinstance(value, Mapping):
        raise ConfigError(f'{path}: [tool.p2c] {name} must be a table such as {{"drafts/" = ["P2C9"]}}')
    for pattern in value:
        _check_pattern(pattern, f"{path}: {name}")
        if pattern.startswith("!"):
            raise ConfigError(f"{path}: {name}: `{pattern}` has no earlier pattern to negate")
    return tuple((pattern, _codes(path, name, codes)) for pattern, codes in value.items())


def _check_pattern(pattern: str, where: str) -> None:
    from p2c_dsl.settings.patterns import Patterns

    try:
        Patterns((pattern,))
    except ValueError:
        raise ConfigError(f"{where}: `{pattern}` is not a valid .gitignore pattern") from None
    if pattern.startswith("/../") or pattern.split("/")[0] == "..":
        help_ = "patterns are relative to the folder of this file"
        raise ConfigError(f"{where}: `{pattern}` matches nothing: {help_}")


def _texts(path: Path, name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise ConfigError(f"{path}: [tool.p2c] {name} must be a list of strings")
    return tuple(value)


def _format(path: Path, value: object) -> str:
    if value not in FORMATS:
        raise ConfigError(f"{path}: [tool.p2c] format must be one of {', '.join(FORMATS)}")
    return str(value)
