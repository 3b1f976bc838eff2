"""What a request to a server asks for, as the masks of a task: for engines that start in processes of their own.

Such an engine hands an adapter a request's parameters and nothing more. So a request says itself which spec its
composition must keep, as text, and masks are made when they are first asked for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Self

from p2c_dsl.diagnostics.concise import render
from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.planners.automaton.automaton import EFFORT
from p2c_dsl.planners.tokens.canonical import ANY, CANONICAL, TOKENIZATIONS, token_automaton
from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.requests import RequestMasks
from p2c_dsl.planners.tokens.token_automaton import automaton_in_tokens
from p2c_dsl.planners.tokens.vocabulary import Vocabulary
from p2c_dsl.resolve import load_text
from p2c_dsl.spec import Spec, Task

_BUDGET = 256
_KEPT = 32
_KINDS: Mapping[str, type | UnionType] = {"spec": str, "task": str | None, "budget": int, "spelling": str}


@dataclass(frozen=True, slots=True)
class AskedTask:
    """What a request asks for.

    Attributes:
        spec: The text of a spec, which may `use` files of the served folder.
        task: The name of its task; `None` for the only one.
        budget: The most tokens of the composition, the end token included.
        spelling: `canonical` or `any`, see `p2c_dsl.planners.tokens.canonical`.
    """

    spec: str
    task: str | None = None
    budget: int = _BUDGET
    spelling: str = CANONICAL

    @classmethod
    def read(cls, given: object) -> Self:
        """From a request's own parameters. Raises `ValueError` that says what is wrong with them."""
        if not isinstance(given, Mapping) or "spec" not in given:
            raise ValueError('a request for a composition needs `{"spec": "…"}`, and may have `task` and `budget`')
        for name, value in given.items():
            if name not in _KINDS:
                raise ValueError(f"a request for a composition has no `{name}`: it takes {', '.join(_KINDS)}")
            if not isinstance(value, _KINDS[name]) or isinstance(value, bool):
                raise ValueError(f"`{name}` of a request for a composition cannot be {value!r}")
        made = cls(**given)
        if made.spelling not in TOKENIZATIONS or made.budget < 1:
            raise ValueError(f"`spelling` is {CANONICAL} or {ANY}, and `budget` is at least 1")
        return made

    def resolved(self, folder: Path) -> tuple[Spec, Task]:
        """The spec and the task, where the spec may use files of a folder. Raises `ValueError` for one with errors."""
        loaded = load_text(self.spec, "spec.p2c", folder, confined=True)
        errors = [found for found in loaded.diagnostics if found.severity is Severity.ERROR]
        if errors:
            raise ValueError(f"the spec has errors:\n{render(errors)}")
        tasks = loaded.spec.tasks
        name = next(iter(tasks), "") if self.task is None and len(tasks) == 1 else self.task
        if name is None or name not in tasks:
            raise ValueError(f"`task` has to be one of the spec's {len(tasks)}: {', '.join(tasks)}")
        return loaded.spec, tasks[name]


class AskedMasks:
    """The masks of the tasks that were asked for last, for one vocabulary. Use it from one thread at a time."""

    def __init__(self, vocabulary: Vocabulary, folder: Path | None = None) -> None:
        self._vocabulary, self._folder = vocabulary, Path.cwd() if folder is None else folder
        self._made: OrderedDict[AskedTask, RequestMasks] = OrderedDict()

    def of(self, asked: AskedTask) -> RequestMasks:
        """The masks for a request.

        Raises `ValueError` for a spec with errors, and `Unplannable` or `ValueError` where no composition fits.
        """
        made = self._made.pop(asked, None)
        if made is None:
            made = self._new(asked)
        self._made[asked] = made
        if len(self._made) > _KEPT:
            self._made.popitem(last=False)
        return made

    def _new(self, asked: AskedTask) -> RequestMasks:
        spec, task = asked.resolved(self._folder)
        automaton = automaton_in_tokens(spec, task, self._vocabulary, asked.budget, effort=EFFORT)
        tokens = token_automaton(asked.spelling).over(automaton, self._vocabulary)
        return RequestMasks(SemanticMask(tokens), asked.budget)
