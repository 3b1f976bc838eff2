"""Commands that take an extra say which, before they do anything."""

from __future__ import annotations

import importlib.util
from importlib.machinery import ModuleSpec

import pytest

from tests.cli.commands import p2c
from tests.cli.conftest import EXAMPLES

DINNER = str(EXAMPLES / "dinner")


@pytest.mark.parametrize(
    ("command", "module", "extra"),
    [
        (["train", DINNER], "torch", "train"),
        (["eval", DINNER, "--model", "small"], "accelerate", "train"),
        (["align", DINNER], "torch", "train"),
        (["measure", "grid", DINNER], "scipy", "train"),
        (["measure", "spaces"], "scipy", "train"),
        (["measure", "pressure"], "scipy", "train"),
        (["label", DINNER], "starlette", "label"),
        (["mcp"], "mcp", "mcp"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else value,
)
def test_a_missing_library_is_named_with_the_extra_that_brings_it(
    monkeypatch: pytest.MonkeyPatch, command: list[str], module: str, extra: str
) -> None:
    real = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == module else real(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    ended = p2c(*command)
    assert ended.exit_code == 2 and module in ended.stderr and f"p2c-dsl[{extra}]" in ended.stderr
