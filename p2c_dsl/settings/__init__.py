"""The settings for each file: those of the nearest `pyproject.toml` above it that has `[tool.p2c]`."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from p2c_dsl.diagnostics.model import Diagnostic
from p2c_dsl.settings.config import Config, config_in
from p2c_dsl.settings.patterns import Patterns


class Settings:
    """Looks up settings, each once. `select` and `ignore` override the files.

    Every method raises `ConfigError` for settings that cannot be used.
    """

    def __init__(self, select: tuple[str, ...] | None = None, ignore: tuple[str, ...] | None = None) -> None:
        self._select, self._ignore = select, ignore
        self._found: dict[Path, Config] = {}
        self._excluded: dict[Path, bool] = {}

    def of(self, path: Path) -> Config:
        """The settings for a file, whether it exists or not."""
        return self._in(_absolute(path).parent)

    def within(self, folder: Path) -> Config:
        """The settings for the files in a folder."""
        return self._in(_absolute(folder))

    def excludes(self, path: Path) -> bool:
        """Whether a file, or a folder that contains it, is excluded."""
        file = _absolute(path)
        return any(map(self._excludes_folder, reversed(file.parents[:-1]))) or _names(
            self._in(file.parent), file, folder=False
        )

    def wants(self, diagnostic: Diagnostic) -> bool:
        """Whether a finding is reported, by the settings of the file that it is in."""
        path, code = _absolute(Path(diagnostic.location.source.name)), diagnostic.code
        config = self._in(path.parent)
        selected = config.select if self._select is None else self._select
        ignored = config.ignore if self._ignore is None else self._ignore
        if (selected and not code.startswith(selected)) or code.startswith(ignored):
            return False
        return not any(
            code.startswith(codes) and _patterns((pattern,)).match(_below(config, path))
            for pattern, codes in config.per_file_ignores
        )

    def _in(self, folder: Path) -> Config:
        passed = []
        config = Config()
        for place in (folder, *folder.parents):
            known = self._found.get(place) or config_in(place)
            passed.append(place)
            if known is not None:
                config = known
                break
        self._found.update(dict.fromkeys(passed, config))
        return config

    def _excludes_folder(self, folder: Path) -> bool:
        known = self._excluded.get(folder)
        if known is None:
            known = self._excluded[folder] = _names(self._in(folder.parent), folder, folder=True)
        return known


def _names(config: Config, path: Path, *, folder: bool) -> bool:
    return bool(config.exclude) and _patterns(config.exclude).match(_below(config, path), folder=folder)


def _below(config: Config, path: Path) -> str:
    return path.relative_to(config.folder).as_posix()


def _absolute(path: Path) -> Path:
    """The path without `..`, but with symbolic links as they are: patterns match names."""
    return Path(os.path.abspath(path))


_patterns = cache(Patterns)
