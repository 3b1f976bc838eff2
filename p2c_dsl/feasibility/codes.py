"""The code of a spec that nothing satisfies."""

from __future__ import annotations

from p2c_dsl.diagnostics.codes import Code

CODES = (
    Code(
        "P2C148",
        "a task that cannot be done",
        "No composition of the task can be accepted: some of its rules conflict, or nothing gives what it needs. "
        "The finding names a smallest set of rules that conflict.",
    ),
)
