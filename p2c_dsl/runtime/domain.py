"""Loads a domain's world and expert from the folder of its spec."""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from p2c_dsl.runtime.world import Expert, World


class DomainError(Exception):
    """The folder holds no usable world or expert; the message says why."""


def load_world(folder: Path) -> type[World]:
    """The `World` of a domain's folder. Raises `DomainError`."""
    found: type[World] = _class(folder, "world", "World", ("inputs", "tools", "verify"))
    return found


def load_expert(folder: Path) -> type[Expert]:
    """The `Expert` of a domain's folder. Raises `DomainError`."""
    found: type[Expert] = _class(folder, "expert", "Expert", ("part", "whole"))
    return found


def _class(folder: Path, module_name: str, class_name: str, methods: tuple[str, ...]) -> Any:
    path = folder / f"{module_name}.py"
    if not path.is_file():
        raise DomainError(f"there is no {path}; `p2c new` shows what one looks like")
    module = _module(folder, path, module_name)
    found = getattr(module, class_name, None)
    if not isinstance(found, type):
        raise DomainError(f"{path} has no class `{class_name}`")
    missing = [m for m in methods if not callable(getattr(found, m, None))]
    if missing:
        raise DomainError(f"`{class_name}` in {path} has no {', '.join(f'`{m}`' for m in missing)}")
    return found


def _module(folder: Path, path: Path, name: str) -> ModuleType:
    """The module, in a package of its own for each folder, so that `from .world import …` works in it."""
    package_name = f"_p2c_domain_{abs(hash(str(folder.resolve()))):x}"
    if package_name not in sys.modules:
        package = ModuleType(package_name)
        package.__path__ = [str(folder)]
        package.__spec__ = ModuleSpec(package_name, None, is_package=True)
        sys.modules[package_name] = package
    full_name = f"{package_name}.{name}"
    if full_name in sys.modules:
        return sys.modules[full_name]
    spec = importlib.util.spec_from_file_location(full_name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[full_name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[full_name]
        raise DomainError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    return module
