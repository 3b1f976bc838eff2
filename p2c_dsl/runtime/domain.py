"""Loads a domain's world and expert from the folder of its spec.

Errors in them are reported with the file and line of the domain's code.
"""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from p2c_dsl.runtime.values.display import described
from p2c_dsl.runtime.world import Expert, World


class DomainError(Exception):
    """The folder has no usable world or expert, or one that fails; the message says where and why."""


def spec_file(domain: Path) -> Path:
    """The spec of a domain: the file itself, or in a folder the one that bears its name, or the only one.

    Raises `ValueError` if it is not clear which file that is.
    """
    if domain.is_file():
        return domain
    if not domain.is_dir():
        raise ValueError(f"{domain} does not exist: name a domain's folder or its spec")
    named = domain / f"{domain.resolve().name}.p2c"
    found = [named] if named.is_file() else sorted(domain.glob("*.p2c"))
    if len(found) != 1:
        several = ", ".join(path.name for path in found) or "there is no .p2c file"
        raise ValueError(f"cannot tell which file in {domain} is the spec: {several}")
    return found[0]


def load_world(folder: Path) -> type[World]:
    """The `World` of a domain's folder. It, and later its methods, raise `DomainError`."""
    result: type[World] = _class(folder, "world", "World", ("inputs", "tools", "verify"))
    return result


def load_expert(folder: Path) -> type[Expert]:
    """The `Expert` of a domain's folder. It, and later its methods, raise `DomainError`."""
    result: type[Expert] = _class(folder, "expert", "Expert", ("part", "whole"))
    return result


def _class(folder: Path, module_name: str, class_name: str, methods: tuple[str, ...]) -> Any:
    path = folder / f"{module_name}.py"
    if not path.is_file():
        raise DomainError(f"{path} does not exist; `p2c new` creates an example of one")
    module = _module(folder, path, module_name)
    found = getattr(module, class_name, None)
    if not isinstance(found, type):
        raise DomainError(f"{path} has no class `{class_name}`")
    missing = [m for m in methods if not callable(getattr(found, m, None))]
    if missing:
        raise DomainError(f"`{class_name}` in {path} has no {', '.join(f'`{m}`' for m in missing)}")
    optional = [name for name in ("returned",) if callable(getattr(found, name, None))]
    guarded = {name: _guarded(getattr(found, name), path) for name in ("__init__", *methods, *optional)}
    try:
        return type(class_name, (found,), {**guarded, "__module__": found.__module__})
    except Exception as error:
        raise DomainError(f"`{class_name}` in {path} cannot be used: {_located_text(error, path)}") from error


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
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        sys.modules.pop(full_name, None)
        raise DomainError(f"{path} cannot be imported: {_located_text(error, path)}") from error
    return module


def _guarded(method: Callable[..., Any], path: Path) -> Callable[..., Any]:
    @wraps(method)
    def call(*arguments: Any, **options: Any) -> Any:
        try:
            return method(*arguments, **options)
        except (DomainError, KeyboardInterrupt):
            raise
        except BaseException as error:
            raise DomainError(f"`{method.__name__}` failed: {_located_text(error, path)}") from error

    return call


def _located_text(error: BaseException, path: Path) -> str:
    """An error and the domain's own line that it comes from."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).parent == path.parent]
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}: {error.msg}"
    text = described(error)
    return f"{own[-1].filename}:{own[-1].lineno}: {text}" if own else text
