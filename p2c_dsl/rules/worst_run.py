"""What a rule says about a run in which everything goes badly, so that a spec that nothing satisfies can be found.

In such a run, checks say no, collections are as small as their types allow, and an `Optional` is `None`. Its calls
form a line. `p2c_dsl.feasibility` looks for a line that all rules allow; where there is none, no composition can be
accepted. A method may allow more than the rule does, never less: then a proof that there is no line stays a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from enum import Enum, auto
from typing import NamedTuple

from p2c_dsl.machine.facet import Origin
from p2c_dsl.rules.multiplicity import Count
from p2c_dsl.rules.parts import Range
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.types import Type

Distinct = Callable[[Type], int | None]
"""How many different values of a type a run is sure to meet at most; `None` if there is no limit."""


class Demand(NamedTuple):
    """Calls that every completed run makes: calls of subtasks of `group`, at least `times` of them."""

    group: frozenset[str]
    times: int


class Chance(NamedTuple):
    """What has to come out well in a run for a rule to ask for anything.

    Attributes:
        filled: What has to have an element, and not to be `None`.
        yes: The check that has to say yes.
        no: The check that has to say no, as checks do unless another rule asks only after their yes.
    """

    filled: Range | None = None
    yes: str | None = None
    no: str | None = None


class Budget(NamedTuple):
    """A limit on the sum of what calls spend, and on what else has to be paid.

    Attributes:
        spends: What one call spends.
        returned: What the return of a result spends.
        textual: Whether the text is limited, so that a call in a loop counts once.
    """

    limit: int
    spends: Callable[[Subtask], int]
    returned: int = 0
    textual: bool = False


class Purity(Enum):
    """Whether the result of a call may be used where a rule judges what a value comes from."""

    ALWAYS = auto()
    IF_ARGUMENTS = auto()
    """If all arguments may."""
    NEVER = auto()


class WorstRun:
    """A rule's part in the search for a line of calls. Every default says that the rule does not mind."""

    def asks_if(self) -> Chance | None:
        """What has to come out well for the rule to ask for anything, `None` if it asks in every run.

        The rule's other hooks are about the runs in which it asks.
        """
        return None

    def line_checks(self) -> frozenset[str]:
        """The checks whose yes `line_needs` takes into account."""
        return frozenset()

    def line_start(self, distinct: Distinct) -> Hashable:
        """The state before the first call; not `None`."""
        return 0

    def line_call(self, own: Hashable, subtask: Subtask, often: Count) -> Hashable | None:
        """The state after a call that happens at least and at most so often, `None` if the rule is then broken."""
        return own

    def line_ends(self, own: Hashable) -> bool:
        """Whether a run may complete in this state."""
        return True

    def line_harms(self, subtask: Subtask) -> bool:
        """Whether a call can stand in the way of later ones, or use up what is limited.

        If not, whatever the rule allows without the call, it also allows with it.
        """
        return False

    def line_minds(self, subtask: Subtask) -> bool:
        """Whether a call can change the rule's state on the line, or be refused by it."""
        return False

    def line_needs(self, subtask: Subtask, *, checked: bool) -> tuple[frozenset[str], ...]:
        """Groups of subtasks: one of each group must have been called, in the same run, before a call of `subtask`.

        An empty group rules the call out. `checked` says whether checks may have said yes.
        """
        return ()

    def demands(self) -> tuple[Demand, ...]:
        """What every run that completes has called."""
        return ()

    def judged(self, subtask: Subtask) -> frozenset[int]:
        """The parameters whose arguments must be pure: of a permitted origin, in the rule's own sense."""
        return frozenset()

    def pure_source(self, origin: Origin, name: str | None, of: Type, spec: Spec) -> bool:
        """Whether a value that no subtask has produced may be pure. Parts of a pure value are taken to be pure."""
        return True

    def pure_result(self, subtask: Subtask, spec: Spec) -> Purity:
        """Whether a call's result may be pure."""
        return Purity.ALWAYS

    def budget(self) -> Budget | None:
        """What the rule limits the sum of."""
        return None
