"""However a text multiplies, nests or repeats what the language has, lint is a bounded number of steps."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from types import CodeType, FrameType

import pytest

import p2c_dsl
from p2c_dsl import lint
from p2c_dsl.lint import lint_text
from p2c_dsl.machine.facet import Facet
from p2c_dsl.runtime import counterexample
from tests.caches import forget_all
from tests.generators.nasty import BODIES, KEYED_RULES, RULES, SHAPES, Draft, Shape, nasty, of_shape
from tests.generators.nasty.bodies import KEYED_BODIES

MOST_MOVES = 200_000
MOST_CALLS = 4_000_000
PACKAGE = Path(p2c_dsl.__file__).parent
HOOKS = frozenset(name for name, hook in vars(Facet).items() if callable(hook))


class Steps:
    """What a lint takes: the moves of facets, and the calls of the package's functions on the whole."""

    def __init__(self) -> None:
        self.moves = self.calls = 0
        self._kinds: dict[CodeType, tuple[bool, bool]] = {}

    def count(self, frame: FrameType, event: str, argument: object) -> None:
        if event == "call":
            is_move, is_own = self._kind(frame.f_code)
            self.moves += is_move
            self.calls += is_own

    def _kind(self, code: CodeType) -> tuple[bool, bool]:
        if code not in self._kinds:
            path = Path(code.co_filename)
            is_rule = path.parent == PACKAGE / "rules"
            self._kinds[code] = is_rule and code.co_name in HOOKS, path.is_relative_to(PACKAGE)
        return self._kinds[code]


@contextmanager
def counted() -> Iterator[Steps]:
    steps = Steps()
    forget_all()
    sys.setprofile(steps.count)
    try:
        yield steps
    finally:
        sys.setprofile(None)


def check(text: str) -> None:
    """A text is linted within its steps; the search for breaking runs has a bound of its own."""
    assert len(text.encode()) <= 10_000
    with counted() as steps:
        lint_text(text, "t.p2c", Path(), counterexamples=False)
    assert steps.moves <= MOST_MOVES
    assert steps.calls <= MOST_CALLS


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
@pytest.mark.parametrize("rule", [None, "at most 3 e"], ids=["many rules", "one rule"])
def test_each_kind_of_attack_is_bounded(shape: Shape, rule: str | None) -> None:
    check(of_shape(shape, 1, rule))


@pytest.mark.parametrize("seed", range(12))
def test_mixed_attacks_are_bounded(seed: int) -> None:
    check(nasty(Random(seed)))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 600))
def test_many_mixed_attacks_are_bounded(seed: int) -> None:
    check(nasty(Random(seed)))


@pytest.mark.parametrize("shape", KEYED_BODIES, ids=lambda shape: shape.__name__)
@pytest.mark.parametrize("rule", ["f then g per u", "not both f, g per u"])
def test_what_is_known_of_elements_is_bounded(shape: Shape, rule: str) -> None:
    check(of_shape(shape, 1, rule))


@pytest.mark.slow
@pytest.mark.parametrize("shape", BODIES + KEYED_BODIES, ids=lambda shape: shape.__name__)
@pytest.mark.parametrize("rule", RULES + KEYED_RULES)
def test_each_kind_of_rule_is_bounded_under_each_attack(shape: Shape, rule: str) -> None:
    check(of_shape(shape, 1, rule.format(n=3)))


@pytest.mark.parametrize("seed", range(6))
def test_all_searches_of_a_file_share_their_work(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    find, spent = counterexample.find, []

    def watched(*arguments: object) -> counterexample.SearchResult:
        search = find(*arguments)  # type: ignore[arg-type]
        spent.append(search.spent)
        return search

    monkeypatch.setattr(counterexample, "find", watched)
    lint_text(nasty(Random(seed)), "t.p2c", Path())
    assert sum(spent) <= lint.WORK


@pytest.mark.parametrize("rule", RULES)
def test_a_step_under_a_rule_takes_the_same_work_wherever_it_stands(rule: str) -> None:
    """Of a long row of branches, the second half takes no more steps than the first."""
    assert _calls(200, rule) <= 2 * _calls(100, rule)


@pytest.mark.parametrize("rule", KEYED_RULES)
def test_a_step_under_a_rule_with_keys_takes_the_same_work_once_enough_is_owed(rule: str) -> None:
    """The work of a branch grows only until as much is owed or remembered as is looked at."""
    first, second, third = (_calls(branches, rule) for branches in (80, 130, 180))
    assert third - second <= 1.02 * (second - first)


def _calls(branches: int, rule: str) -> int:
    text = of_shape(_row(branches), 0, rule.format(n=100_000), most=10**6)
    with counted() as found:
        lint_text(text, "t.p2c", Path(), counterexamples=False)
    return found.calls


def _row(branches: int) -> Shape:
    def row(draft: Draft, room: int) -> None:
        for i in range(branches):
            draft.body += [f"c{i} = ok(x)", f"if c{i}:", "    f(x)"]

    return row
