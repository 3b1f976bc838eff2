"""The oracle's worlds as tools for the project's own interpreter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from p2c_dsl.runtime.interpreter import Outcome
from p2c_dsl.spec import Spec, Subtask
from tests.oracle.interpreter import World


class CallFails(Exception):
    """A call that fails in the oracle's world."""


def tools(world: World, spec: Spec) -> dict[str, Callable[..., Any]]:
    """The world's subtasks as tools, which report their `may` effects."""

    def tool(subtask: Subtask) -> Callable[..., Any]:
        def call(*_: object) -> Outcome:
            outcome = world.call(subtask)
            if outcome.failed:
                raise CallFails
            happened = frozenset(
                use.effect.name for use, did in zip(subtask.effects, outcome.happened, strict=True) if did
            )
            return Outcome(outcome.result, happened)

        return call

    return {name: tool(subtask) for name, subtask in spec.subtasks.items()}
