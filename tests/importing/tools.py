"""Tools for tests: short to write, and read back as the declarations of their spec."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from p2c_dsl.importing import Imported, Tool, spec_of
from p2c_dsl.importing.mcp_tools import tools_of
from p2c_dsl.resolve import load_text
from p2c_dsl.spec import Spec

LOOKS = frozenset({"P2C121", "P2C122"})
"""How names look: a server may call its tools what it likes, and lint says so."""


def tool(name: str = "f", properties: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A tool as a server describes it; all its parameters are required unless `required` says otherwise."""
    known = properties or {}
    schema = {"type": "object", "properties": known, "required": more.pop("required", list(known))}
    return {"name": name, "inputSchema": {**schema, **more.pop("schema", {})}, **more}


def imported(*tools: dict[str, Any]) -> Imported:
    return spec_of(tools_of(list(tools)), "a test")


def spec(*tools: dict[str, Any] | Tool) -> Spec:
    """The spec of tools, which has to be without fault."""
    read = [t if isinstance(t, Tool) else tools_of([t])[0] for t in tools]
    loaded = load_text(spec_of(read, "a test").text, "test.p2c", Path())
    assert not loaded.diagnostics, loaded.diagnostics
    return loaded.spec
