"""The comparisons that may stand in a condition: those that a rule can make use of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from p2c_dsl.machine import AnyFacet, Machine, State
from p2c_dsl.machine.guidance import Compared
from p2c_dsl.planners.lines.terms import Term
from p2c_dsl.program import Operand
from p2c_dsl.program.conditions import Predicate, Test

_POSITIVE = {Test.DIFFERENT: Test.EQUAL}


def written_tests(facets: Iterable[AnyFacet]) -> tuple[Test, ...]:
    """The tests of two values that may be written, of each pair of opposites the positive one."""
    tests = (_written(comparison) for facet in facets for comparison in facet.comparisons())
    return tuple(dict.fromkeys(tests))


def _written(comparison: Compared) -> Test:
    test = _POSITIVE.get(comparison.test, comparison.test)
    return Test.AT_MOST if test is Test.AT_LEAST and not comparison.right.is_constant else test


class Comparing:
    """Finds comparisons, each in one spelling: a constant stands on the right, `<=` and `>` are written for other
    values, and of two values that are tested for equality, that comes first which was there first."""

    def __init__(self, machine: Machine, constants: Sequence[Term]) -> None:
        self._machine, self._constants = machine, constants
        self._comparisons = tuple(dict.fromkeys(c for facet in machine.facets for c in facet.comparisons()))

    def tests(self, state: State, terms: Sequence[Term]) -> Iterator[tuple[Test, Term, tuple[Term, ...]]]:
        """The comparisons of terms whose outcome is not known yet, and the tests of the opposite.

        Each is a test, what stands on its left, and what may stand on its right.
        """
        found: dict[tuple[Test, Operand], tuple[Term, dict[Operand, Term]]] = {}
        for comparison in self._comparisons:
            for test, one, other in self._spelled(state, comparison, terms):
                found.setdefault((test, one.operand), (one, {}))[1].setdefault(other.operand, other)
        for (test, operand), (one, others) in found.items():
            open_ = tuple(other for o, other in others.items() if self._is_open(state, test, operand, o))
            if open_:
                yield test, one, open_
                yield test.opposite, one, open_

    def _spelled(self, state: State, comparison: Compared, terms: Sequence[Term]) -> Iterator[tuple[Test, Term, Term]]:
        value = self._machine.value
        test, (asked, left, right) = _written(comparison), comparison
        lefts = [(n, t) for n, t in enumerate(terms) if left.covers(value(state, t.operand))]
        among = self._constants if right.is_constant else terms
        rights = [(n, t) for n, t in enumerate(among) if right.covers(value(state, t.operand))]
        for number, one in lefts:
            for place, other in rights:
                if right.is_constant:
                    yield test, one, other
                elif number != place:
                    swapped = asked is Test.AT_LEAST or (test is Test.EQUAL and place < number)
                    yield (test, other, one) if swapped else (test, one, other)

    def _is_open(self, state: State, test: Test, one: Operand, other: Operand) -> bool:
        return self._machine.outcome(state, Predicate(test, (one, other))) is None
