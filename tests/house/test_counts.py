"""The house stays one that can be walked through: short folders, short modules, one meaning a name, no circles."""

from __future__ import annotations

import ast

from tests.house.counts import circles, class_names, lines, modules_of_folders, only_names_things

MOST_MODULES = 16
LONG_FOLDERS = {
    "p2c_dsl/rules": "one file a rule",
    "p2c_dsl/cli": "one file a command",
    "p2c_dsl/syntax": "one file a stage between text and tree, and back; a reader goes through them in order",
}

MOST_LINES = 300
MOST_LONG_MODULES = 5
LONG_MODULES = {
    "p2c_dsl/syntax/nodes.py": "one list of small classes: every kind of node",
}

MOST_SHARED_NAMES = 8
SHARED_NAMES = {
    "Call": "the same call before and after names are resolved: in the tree, as in Python's `ast`, and in a program",
    "Return": "the same `return` before and after names are resolved",
    "Planner": "what all planners of the library can do, and P in the paper's Figure 2, whose names stay",
}
"""Class names with two meanings that stay, and why."""


def test_a_folder_has_few_modules_beside_its_sub_folders() -> None:
    counts = modules_of_folders()
    long = {folder: n for folder, n in counts.items() if n > MOST_MODULES}
    new = {folder: n for folder, n in long.items() if folder not in LONG_FOLDERS}
    assert not new, f"more than {MOST_MODULES} modules, put some into a sub-folder: {new}"
    kept = LONG_FOLDERS.keys() - long.keys()
    assert not kept, f"no longer long, drop from LONG_FOLDERS: {sorted(kept)}"


def test_a_module_is_short() -> None:
    long = {path: n for path, n in lines().items() if n > MOST_LINES}
    new = {path: n for path, n in long.items() if path not in LONG_MODULES}
    assert not new, f"more than {MOST_LINES} lines, split along its subjects: {new}"
    kept = LONG_MODULES.keys() - long.keys()
    assert not kept, f"no longer long, drop from LONG_MODULES: {sorted(kept)}"
    assert len(LONG_MODULES) <= MOST_LONG_MODULES


def test_a_class_name_has_one_meaning() -> None:
    shared = class_names()
    new = {name: places for name, places in shared.items() if name not in SHARED_NAMES}
    listed = "\n".join(f"  {name}: {', '.join(places)}" for name, places in new.items())
    assert not new, f"two classes with one name, give one of them another:\n{listed}"
    kept = SHARED_NAMES.keys() - shared.keys()
    assert not kept, f"no longer shared, drop from SHARED_NAMES: {sorted(kept)}"
    assert len(SHARED_NAMES) <= MOST_SHARED_NAMES


def test_no_modules_import_each_other_in_a_circle() -> None:
    found = circles()
    listed = "\n".join(f"  {', '.join(circle)}" for circle in found)
    assert not found, f"these import each other, directly or through others:\n{listed}"


def test_a_front_door_with_code_counts_as_a_module() -> None:
    assert only_names_things(ast.parse('"""A room."""\nfrom a import b\n__all__ = ["b"]\n'))
    assert not only_names_things(ast.parse("from a import b\nc = b()\n"))
