"""An import contract for what import-linter cannot see: parts of one module that may not use what the module imports.

A rule's definition and its facet stand in one file. The definition, with all that it uses of its file, must do without
the machine: otherwise a fault in the machine would blind the run-time monitor as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


@dataclass(frozen=True, slots=True)
class Use:
    """A name of a forbidden module in a definition."""

    module: str
    definition: str
    name: str
    source: str

    def __str__(self) -> str:
        return f"{self.module}: the definition `{self.definition}` uses `{self.name}` of {self.source}"


class DefinitionsContract(Contract):
    """Definitions in `rules` use nothing of `machine`, and nothing of modules that use it.

    Configuration options:
        rules: The package whose modules hold definitions.
        machine: The package that they may not use.
    """

    type_name = "definitions"

    rules = fields.StringField()
    machine = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Looks through every module of the package."""
        modules = sorted(graph.find_children(str(self.rules)))
        near = {m for m in graph.modules if _is_in(m, str(self.machine))}
        near |= {m for m in modules if any(i in near for i in graph.find_modules_directly_imported_by(m))}
        uses = [use for module in modules for use in forbidden_uses(module, _text(module), near)]
        return ContractCheck(kept=not uses, metadata={"uses": uses})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Prints each use."""
        for use in check.metadata["uses"]:
            output.print_error(str(use))


def forbidden_uses(module: str, text: str, forbidden: set[str]) -> Iterator[Use]:
    """Where a definition in a module's text uses a name that is imported from one of these modules."""
    tree = ast.parse(text)
    imported = {
        alias.asname or alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in forbidden
        for alias in node.names
    }
    own = {n.name: n for n in tree.body if isinstance(n, ast.ClassDef | ast.FunctionDef)}
    for node in own.values():
        if isinstance(node, ast.ClassDef) and _is_definition(node):
            for name in sorted(_names(node, own)):
                if name in imported and imported[name] != module:
                    yield Use(module, node.name, name, str(imported[name]))


def _names(node: ast.AST, own: dict[str, ast.ClassDef | ast.FunctionDef]) -> set[str]:
    """All names that a class uses, directly or through what else stands in its module."""
    names, pending = set[str](), [node]
    while pending:
        for part in ast.walk(pending.pop()):
            if isinstance(part, ast.Name) and part.id not in names:
                names.add(part.id)
                if part.id in own:
                    pending.append(own[part.id])
    return names


def _is_definition(node: ast.ClassDef) -> bool:
    bases = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
    return any(isinstance(base, ast.Name) and base.id == "Definition" for base in bases)


def _is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _text(module: str) -> str:
    spec = find_spec(module)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).read_text(encoding="utf-8")
