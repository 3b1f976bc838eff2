"""The codes of tasks that nothing satisfies, and of tasks that nothing is enough for."""

from __future__ import annotations

from p2c_dsl.diagnostics.codes import Code

CODES = (
    Code(
        "P2C148",
        "a task that cannot be done",
        "No composition of the task can be accepted: some of its rules conflict, or nothing gives what it needs. "
        "The finding names a smallest set of rules that conflict.",
    ),
    Code(
        "P2C904",
        "a task that asks for nothing",
        "The task has no result, and its rules forbid without asking for anything, so that a composition that does "
        "nothing is accepted, and planners have nothing to plan for. Ask for what is wanted. "
        "A task that is composed in the same file has no such finding.",
        rejected="task save(files: Set[File]):\n    at most 1 copied per File",
        accepted="task save(files: Set[File]):\n    at least 1 copied per File in files\n    at most 1 copied per File",
    ),
)
