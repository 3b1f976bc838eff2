"""Whatever a value does when it is looked at, it is taken, or fails its call in one line."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from p2c_dsl.runtime.interpreter import BindingError, Outcome, Run, run
from p2c_dsl.runtime.monitor import RuleMonitor
from p2c_dsl.runtime.story import story_lines
from p2c_dsl.runtime.trace import CallFailed, RunFailed
from tests.runtime.desk import LISTS
from tests.runtime.texts import program


class Raises:
    """Raises where it is asked to."""

    def __init__(self, *where: str) -> None:
        self.where = where

    def _do(self, name: str) -> None:
        if name in self.where:
            raise RuntimeError(name)

    def __eq__(self, other: object) -> bool:
        self._do("eq")
        return self is other

    def __hash__(self) -> int:
        self._do("hash")
        return 1

    def __repr__(self) -> str:
        self._do("repr")
        return "it"

    def __iter__(self) -> Iterator[str]:
        self._do("iter")
        return iter("ab")

    def __getattr__(self, name: str) -> Any:
        self._do("getattr")
        raise AttributeError(name)


class Elsewhere(list[str]):
    """A list that yields what it does not hold."""

    def __init__(self, elements: Iterator[str]) -> None:
        super().__init__(["a"])
        self.elements = elements

    def __iter__(self) -> Iterator[str]:
        return self.elements

    def __len__(self) -> int:
        return -5


class Pretends:
    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return str

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = object.__hash__


class Unclassed:
    @property  # type: ignore[misc]
    def __class__(self) -> type:
        raise RuntimeError("class")


def failing() -> Iterator[str]:
    yield "a"
    raise RuntimeError("half-way")


async def asynchronous() -> AsyncIterator[str]:
    yield "a"


def nested(depth: int) -> Any:
    found: Any = {"kids": []}
    for _ in range(depth):
        found = {"kids": [found]}
    return found


def in_itself() -> Any:
    tree: dict[str, Any] = {}
    tree["kids"] = [tree]
    return tree


def result_of(declared: str | None, given: Callable[[], object]) -> Run:
    """The run of a tool with a result of that type, which is passed on to another one."""
    arrow, parameter, x = (f" -> {declared}", f"x: {declared}", "x = ") if declared else ("", "", "")
    text = f"""
type T
enum Color:
    red
record Tree:
    kids: List[Tree]
effect do
subtask f(){arrow}:
    may do
subtask g({parameter})
task t():
    at most 1 do
compose t():
    {x}f()
    g({"x" if declared else ""})
"""
    compiled = program(text)
    done = run(compiled, {}, {"f": given, "g": lambda *_: None}, RuleMonitor(compiled))
    assert all("\n" not in line.text for line in story_lines(compiled, done.trace))
    return done


class TestValues:
    @pytest.mark.parametrize(
        ("declared", "given", "complaint"),
        [
            ("T", lambda: Raises("hash"), "it cannot be read: RuntimeError: hash"),
            ("T", lambda: Raises("eq"), "it cannot be read: RuntimeError: eq"),
            ("T", lambda: Raises("hash", "repr"), "<Raises that cannot be shown> cannot be read: "),
            ("T", failing, "it returned a generator, so its body has not run"),
            ("T", asynchronous, "it returned a generator, so its body has not run"),
            ("T", lambda: float("nan"), "numbers must be finite"),
            ("T", Unclassed, "cannot be read: RuntimeError: class"),
            ("Text", Pretends, "is not a valid Text"),
            ("Text", Unclassed, "is not a valid Text"),
            ("Text", lambda: b"a", "b'a' is not a valid Text"),
            ("Float", lambda: float("inf"), "inf is not a valid Float: numbers must be finite"),
            ("Color", lambda: Raises("getattr"), "RuntimeError: getattr"),
            ("Set[Text]", lambda: Raises("iter"), "it cannot be read: RuntimeError: iter"),
            ("Set[Text]", lambda: {Raises("repr")}, "RuntimeError: repr"),
            ("Set[Text]", failing, "RuntimeError: half-way"),
            ("Set[Text]", asynchronous, "is not a valid Set[Text]"),
            ("Set[Text]", lambda: itertools.repeat("a"), "it has more than 1,000,000 elements"),
            ("List[Text]", lambda: Elsewhere(itertools.repeat("a")), "it has more than 1,000,000 elements"),
            ("List[Text]", lambda: Elsewhere(iter([1])), "1 is not a valid Text"),
            ("Tree", in_itself, "it is nested more than 64 levels deep"),
            ("Tree", lambda: nested(10_000), "it is nested more than 64 levels deep"),
            ("Tree", lambda: Raises("getattr"), "RuntimeError: getattr"),
            (None, failing, "it returned a generator, so its body has not run"),
            (None, asynchronous, "it returned a generator, so its body has not run"),
        ],
    )
    def test_one_that_cannot_be_taken_fails_the_call(
        self, declared: str | None, given: Callable[[], object], complaint: str
    ) -> None:
        done = result_of(declared, given)
        assert done.error is not None and "\n" not in done.error
        assert done.error.startswith("`f` returned a wrong result: ") and complaint in done.error
        assert isinstance(failed := done.trace.events[-1], CallFailed)
        assert failed.effects == (("do", ()),)

    @pytest.mark.parametrize(
        ("declared", "given"),
        [
            ("T", Raises),
            ("T", lambda: Raises("repr")),
            ("List[Int]", lambda: list(range(100_000))),
            ("Tree", lambda: nested(20)),
            (None, lambda: Raises("eq", "hash", "repr", "iter", "getattr")),
        ],
    )
    def test_one_that_only_cannot_be_shown_or_looks_odd_passes(
        self, declared: str | None, given: Callable[[], object]
    ) -> None:
        assert result_of(declared, given).completed

    @pytest.mark.parametrize(
        ("given", "complaint"),
        [
            (Outcome(1, "do"), "`happened` must be a set of effect names, not 'do'"),  # type: ignore[arg-type]
            (Outcome(1, ["do"]), "`happened` must be a set of effect names, not ['do']"),  # type: ignore[arg-type]
            (Outcome(1, frozenset([1])), "`happened` must be a set of effect names, not {1}"),  # type: ignore[list-item]
            (object.__new__(Outcome), "an `Outcome` without a value"),
        ],
    )
    def test_an_outcome_says_which_effects_happened_and_nothing_else(self, given: object, complaint: str) -> None:
        done = result_of("Int", lambda: given)
        assert done.error is not None and complaint in done.error

    def test_keys_that_cannot_be_compared_end_the_run(self) -> None:
        class Sly:
            """Equal to itself, and not to be compared to another."""

            def __eq__(self, other: object) -> bool:
                if self is not other:
                    raise RuntimeError("sly")
                return True

            def __hash__(self) -> int:
                return 1

        text = """
        type T
        subtask make() -> List[T]
        subtask look(answers: Map[T, T])
        task t():
            shape dag
        compose t():
            answers = {}
            for x in make():
                answers[x] = x
            look(answers)
        """
        done = run(program(text), {}, {"make": lambda: [Sly(), Sly()], "look": lambda a: None})
        assert done.error is not None and done.error.endswith("cannot be compared: RuntimeError: sly")
        assert isinstance(done.trace.events[-1], RunFailed)


class TestInputs:
    @pytest.mark.parametrize(
        ("inputs", "complaint"),
        [
            (None, "the inputs are not a mapping"),
            ({"xs": Raises("iter")}, "the input `xs`: it cannot be read: RuntimeError: iter"),
            ({"xs": [], Raises("repr"): 1}, "unknown input `<Raises that cannot be shown>`"),
        ],
    )
    def test_what_they_do_is_said_before_anything_runs(self, inputs: Any, complaint: str) -> None:
        text = "task t(xs: Set[Int]):\n    shape dag\ncompose t(xs):\n    return\n"
        with pytest.raises(BindingError) as refused:
            run(program(text), inputs, {})
        assert complaint in str(refused.value)

    def test_so_is_what_their_tools_do(self) -> None:
        with pytest.raises(BindingError, match="cannot get the tool for `items`: RuntimeError: getattr"):
            run(LISTS, {}, Raises("getattr"))


FINDING = """
type Thing
subtask find() -> Thing
subtask keep(thing: Thing)
task t():
    shape dag
compose t():
    keep(find())
"""


def test_what_is_too_deep_to_be_a_key_fails_its_call() -> None:
    deep: object = ()
    for _ in range(300_000):
        deep = (deep,)
    done = run(program(FINDING), {}, {"find": lambda: deep, "keep": lambda thing: None})
    assert done.error is not None and done.error.startswith("`find` returned a wrong result")


@pytest.mark.parametrize("lazy", [map(print, "ab"), filter(print, "ab")], ids=["map", "filter"])
def test_what_nothing_has_gone_through_has_not_run(lazy: object) -> None:
    done = run(program(FINDING), {}, {"find": lambda: "it", "keep": lambda thing: lazy})
    assert done.error is not None and "its work has not been done" in done.error


class Grudging:
    """A record whose objects can be made keys of only once."""

    def __init__(self) -> None:
        self.name = "a"

    def __hash__(self) -> int:
        raise ValueError("no more")


def test_a_result_that_cannot_be_handed_out_loses_no_trace() -> None:
    text = """
    record Thing:
        name: Text
    subtask find() -> List[Thing]
    subtask mark() -> Int
    task t() -> Map[Thing, Int]
    compose t():
        marks = {}
        for thing in find():
            marks[thing] = mark()
        return marks
    """
    done = run(program(text), {}, {"find": lambda: [Grudging()], "mark": lambda: 1})
    assert done.trace.events and (done.completed or "cannot be copied" in (done.error or ""))
