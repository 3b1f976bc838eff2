"""The architecture page names modules and what is in them: all of it is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PLACES = sorted(set(re.findall(r"`((?:p2c_dsl|planners|tests|grammar)/[\w/.]*)(?:: (\w+))?`", PAGE)))


@pytest.mark.parametrize(("path", "name"), PLACES)
def test_what_the_page_names_is_there(path: str, name: str) -> None:
    place = ROOT / path
    assert place.exists(), f"{path} is gone: name the module that has taken its place"
    if name:
        tree = ast.parse(place.read_text(encoding="utf-8"))
        defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
        assert name in defined, f"{path} does not define {name}"


def test_every_room_is_on_the_page() -> None:
    rooms = {p.name for p in (ROOT / "planners").iterdir() if p.is_dir() and not p.name.startswith("_")}
    rooms |= {p.name for p in (ROOT / "p2c_dsl").iterdir() if p.is_dir() and not p.name.startswith("_")}
    missing = {room for room in rooms if f"{room}/" not in PAGE}
    assert not missing, f"add {sorted(missing)} to the tables of rooms"
