"""AgentDojo's suites as specs: the imported tools, the readers, and the overlay that a person has signed off."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from examples.agentdojo.plans import Plan, Reader, Translation, plans_of, reader_file
from examples.agentdojo.translation import translate
from p2c_dsl.importing import spec_of
from p2c_dsl.importing.mcp_tools import read_tools
from p2c_dsl.lint import Report, lint_loaded
from p2c_dsl.resolve import load, load_text
from p2c_dsl.source import Source
from p2c_dsl.spec import Spec
from p2c_dsl.syntax.formatter import format_source

HERE = Path(__file__).parent
SUITES = ("workspace", "travel", "banking", "slack")


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite: its overlay's file, the resulting spec, and the user tasks' plans, original and translated."""

    name: str
    overlay: Path
    spec: Spec
    plans: tuple[Plan, ...]
    translations: tuple[Translation, ...]

    def lint(self, plan: Translation) -> Report:
        """Lints a composition under the suite's overlay."""
        new = (r for r in sorted(plan.readers) if r.name not in self.spec.subtasks)
        readers = "".join(f"subtask {r.name}(source: {r.source}) -> {r.result}\n" for r in new)
        whole = f'use "{self.overlay.name}"\n{readers}\n{plan.text()}'
        return lint_loaded(load_text(whole, "plan.p2c", self.overlay.parent), counterexamples=False)


def prepare(name: str, data: Path, folder: Path = HERE) -> Suite:
    """Imports a suite's tools from its JSON in `data`, and writes them beside the overlay in `folder`."""
    source = data / f"{name}.json"
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    (tools / f"{name}.p2c").write_text(spec_of(read_tools(source), source.name).text, encoding="utf-8")
    plans = tuple(plans_of(json.loads(source.read_text(encoding="utf-8"))))
    overlay = folder / f"{name}.p2c"
    # The plans determine which readers there are, and translating them needs the tools' signatures.
    write_readers(tools, name, ())
    signed = load(overlay).spec
    translations = tuple(translate(plan, signed) for plan in plans)
    write_readers(tools, name, [reader for t in translations for reader in t.readers])
    return Suite(name, overlay, load(overlay).spec, plans, translations)


def write_readers(tools: Path, name: str, readers: list[Reader] | tuple[()]) -> None:
    """Writes the file of a suite's readers."""
    (tools / f"{name}_readers.p2c").write_text(format_source(Source(name, reader_file(readers))), encoding="utf-8")
