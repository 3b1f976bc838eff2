"""What `p2c run` prints about a run, and the status that it ends with."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import typer

from p2c_dsl.cli import EXIT_CLEAN, EXIT_FINDINGS
from p2c_dsl.diagnostics.plain import printable
from p2c_dsl.program import Program
from p2c_dsl.runtime.interpreter import Run


class RunReport(NamedTuple):
    """A run, with what is said about it besides its trace."""

    run: Run
    title: str
    success: str
    seed: int | None = None
    verified: bool | None = None
    problem: str | None = None
    status: int = EXIT_CLEAN

    def finish(self) -> None:
        """Ends the command if the run was interrupted or went wrong."""
        if self.status != EXIT_CLEAN:
            raise typer.Exit(self.status)
        if not self.run.completed or self.problem is not None:
            raise typer.Exit(EXIT_FINDINGS)

    def print(self, program: Program, trace: str) -> None:
        """Prints the run as text or JSON."""
        from p2c_dsl.runtime.story import approvals, in_doubt, story_lines

        steps = list(story_lines(program, self.run.trace))
        if trace == "json":
            document: dict[str, Any] = {
                "task": program.task.name,
                "seed": self.seed,
                "steps": [{"line": s.line, "depth": s.depth, "text": s.text} for s in steps],
                "completed": self.run.completed,
                "error": self.run.error,
                "in_doubt": in_doubt(self.run.trace),
                "approvals": approvals(program, self.run.trace),
                "denied": self.run.trace.denied,
                "verified": self.verified,
                "problem": self.problem,
            }
            typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
            return
        verdict = self.run.error or self.problem
        # Tools may answer with any text.
        typer.echo(f"\n{self.title}:")
        for step in steps:
            typer.echo(f"  {'  ' * step.depth}{printable(step.text)}")
        typer.echo(f"✓ {self.success}" if verdict is None else f"✗ {printable(verdict)}")
