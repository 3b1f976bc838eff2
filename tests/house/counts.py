"""What `test_counts.py` counts: modules of folders, lines of modules, class names, and circles of imports."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import networkx

ROOT = Path(__file__).parents[2]
PACKAGE = ("p2c_dsl", "planners", "grammar")
"""The folders of the package; the last two are also reached through links in the first."""
FOLDERS = (*PACKAGE, "tests", "benchmarks", "docs", "examples")
GENERATED = frozenset({"grammar/tables.py"})


@cache
def modules() -> tuple[str, ...]:
    """All modules of the repository, new ones too; links are not followed."""
    found = (path.relative_to(ROOT) for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    links = [Path("p2c_dsl", name) for name in PACKAGE]
    return tuple(sorted(path.as_posix() for path in found if not any(path.is_relative_to(link) for link in links)))


def of_package() -> Iterator[str]:
    """The modules of the package."""
    return (path for path in modules() if path.split("/")[0] in PACKAGE)


@cache
def _tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def only_names_things(tree: ast.Module) -> bool:
    """Whether a module holds nothing but a docstring, imports and `__all__`."""
    return all(
        isinstance(node, ast.Import | ast.ImportFrom)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.Assign) and [ast.unparse(t) for t in node.targets] == ["__all__"])
        for node in tree.body
    )


def modules_of_folders() -> dict[str, int]:
    """How many modules each folder of the package has; its front door counts where it is more than that."""
    counts = defaultdict[str, int](int)
    for path in of_package():
        folder, _, name = path.rpartition("/")
        counts[folder] += name != "__init__.py" or not only_names_things(_tree(path))
    return counts


def lines() -> dict[str, int]:
    """How many lines each module has that is not generated."""
    return {
        path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in modules() if path not in GENERATED
    }


def class_names() -> dict[str, list[str]]:
    """Where each class name of the package that has several meanings stands."""
    found = defaultdict[str, list[str]](list)
    for path in of_package():
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(f"{path}:{node.lineno}")
    return {name: places for name, places in sorted(found.items()) if len(places) > 1}


def circles() -> list[list[str]]:
    """Modules of the package that import each other in a circle, within functions or for types only, too."""
    graph = grimp.build_graph("p2c_dsl", cache_dir=None)
    imports = networkx.DiGraph(
        (module, used) for module in graph.modules for used in graph.find_modules_directly_imported_by(module)
    )
    return sorted(sorted(part) for part in networkx.strongly_connected_components(imports) if len(part) > 1)
