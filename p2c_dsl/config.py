"""`[tool.p2c]` in the nearest `pyproject.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from p2c_dsl.names import did_you_mean

FORMATS = ("text", "concise", "json", "sarif", "github")


class ConfigError(Exception):
    """The settings cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Config:
    """How a project wants its files linted. Codes may be shortened: `P2C4` stands for all of its family."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    format: str = "text"

    def wants(self, code: str) -> bool:
        """Whether findings of a code are to be reported."""
        selected = not self.select or any(code.startswith(s) for s in self.select)
        return selected and not any(code.startswith(i) for i in self.ignore)

    def excludes(self, path: Path) -> bool:
        """Whether a file found in a folder is to be left out."""
        return any(path.match(pattern) or pattern in path.parts for pattern in self.exclude)


def load_config(start: Path) -> Config:
    """The settings that hold in a folder. Raises `ConfigError`."""
    start = start.absolute()
    for folder in (start, *start.parents):
        path = folder / "pyproject.toml"
        if path.is_file():
            return _read(path)
    return Config()


def _read(path: Path) -> Config:
    try:
        tool = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from None
    table = tool.get("p2c", {}) if isinstance(tool, Mapping) else {}
    if not isinstance(table, Mapping):
        raise ConfigError(f"{path}: [tool.p2c] is not a table")
    return _checked(path, table)


def _checked(path: Path, table: Mapping[str, Any]) -> Config:
    known = ("select", "ignore", "exclude", "format")
    for name in table:
        if name not in known:
            raise ConfigError(f"{path}: [tool.p2c] has no setting `{name}`: {did_you_mean(name, known)}")
    return Config(
        check_codes(_texts(path, table, "select"), f"{path}: select"),
        check_codes(_texts(path, table, "ignore"), f"{path}: ignore"),
        _texts(path, table, "exclude"),
        _format(path, table),
    )


def check_codes(codes: tuple[str, ...], where: str) -> tuple[str, ...]:
    """Codes or beginnings of codes, each of which something has. Raises `ConfigError`."""
    from p2c_dsl.diagnostics.codes import all_codes

    for code in codes:
        if not code.startswith("P2C") or not any(known.startswith(code) for known in all_codes()):
            raise ConfigError(f"{where}: no code begins with `{code}`; `p2c explain` lists them")
    return codes


def _texts(path: Path, table: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = table.get(name, [])
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise ConfigError(f"{path}: [tool.p2c] {name} must be a list of texts")
    return tuple(value)


def _format(path: Path, table: Mapping[str, Any]) -> str:
    value = table.get("format", "text")
    if value not in FORMATS:
        raise ConfigError(f"{path}: [tool.p2c] format must be one of {', '.join(FORMATS)}")
    return str(value)
