"""Calls that need approval: who is asked about what, and what an answer allows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from p2c_dsl.runtime.approval import ApprovalAnswer, ApprovalRequest, Approver, of_world, simulated
from p2c_dsl.runtime.dry_run import dry_run
from p2c_dsl.runtime.interpreter import Run, run, run_async, run_of
from p2c_dsl.runtime.monitor import RuleBroken, RuleMonitor
from p2c_dsl.runtime.trace import AnyKey, ApprovalAnswered, ApprovalAsked, CallStarted, Event
from p2c_dsl.runtime.trial import try_out
from tests.runtime.texts import program

SPEC = """
type User
effect pay(User) irreversible
effect notify(User)
subtask transfer(to: User, amount: Int = 5):
    does pay(to)
    may notify(to)
subtask tidy(users: List[User]):
    may anything
subtask note(user: User)
task t(users: List[User]):
    {rules}
compose t(users):
    for u in users:
        {body}
"""
USERS = {"users": ["ada", "ben"]}


def of(rules: str = "pay needs approval", body: str = "transfer(u)") -> Any:
    return program(SPEC.format(rules=rules.replace("\n", "\n    "), body=body.replace("\n", "\n        ")))


def asked(approve: Approver | None, found: Any = None, **tools: Callable[..., Any]) -> tuple[Run, list[str]]:
    """A run under the monitor, and the calls that reached a tool."""
    found, made = found or of(), list[str]()
    bound = {"transfer": lambda to, amount: made.append(to), "tidy": len, "note": made.append, **tools}
    return run(found, USERS, bound, RuleMonitor(found), approve), made


def kinds(done: Run) -> list[type[Event]]:
    wanted = (ApprovalAsked, ApprovalAnswered, CallStarted)
    return [type(event) for event in done.trace.events if isinstance(event, wanted)]


def test_each_call_is_asked_about_with_its_values() -> None:
    seen: list[ApprovalRequest] = []

    def approve(request: ApprovalRequest) -> bool:
        seen.append(request)
        return True

    done, made = asked(approve)
    assert done.completed and made == ["ada", "ben"]
    assert [r.arguments for r in seen] == [{"to": "ada", "amount": 5}, {"to": "ben", "amount": 5}]
    assert [r.left_out for r in seen] == [{"amount"}, {"amount"}]
    assert [(r.subtask.name, r.rules) for r in seen] == [("transfer", ("pay needs approval",))] * 2
    assert seen[0].effects == (("pay", ("ada",)), ("notify", ("ada",)))
    assert kinds(done) == [ApprovalAsked, ApprovalAnswered, CallStarted] * 2


def test_a_denied_call_is_not_made_and_the_run_ends_there() -> None:
    done, made = asked(lambda request: request.arguments["to"] == "ada")
    assert made == ["ada"] and not done.completed and done.trace.denied
    assert done.error == "`transfer` was not called, because it has not been approved (denied by `approve`)"
    assert kinds(done)[-2:] == [ApprovalAsked, ApprovalAnswered] and done.span is not None


def test_without_anybody_to_ask_the_call_is_denied() -> None:
    done, made = asked(None)
    assert made == [] and done.trace.denied and "give the run an `approve`" in str(done.error)


@pytest.mark.parametrize("answer", [1, "yes", None, ApprovalAnswer(1, "x"), ApprovalAnswer(True, None)])  # type: ignore[arg-type]
def test_only_a_clear_yes_approves(answer: object) -> None:
    done, made = asked(lambda request: answer)
    assert made == [] and done.trace.denied


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit, RuleBroken])
def test_who_fails_denies(error: type[BaseException]) -> None:
    def approve(request: ApprovalRequest) -> bool:
        raise error

    done, made = asked(approve)
    assert made == [] and done.trace.denied and "it failed: " in str(done.error)


def test_an_answer_says_who_and_why() -> None:
    done, _ = asked(lambda request: ApprovalAnswer(False, "Eve", "too\nmuch"))
    assert str(done.error).endswith("(denied by Eve: too much)")
    last = done.trace.events[-1]
    assert isinstance(last, ApprovalAnswered) and (last.approved, last.by) == (False, "Eve")
    assert last.at.tzinfo is not None


def test_an_approver_may_be_asynchronous() -> None:
    async def approve(request: ApprovalRequest) -> bool:
        await asyncio.sleep(0)
        return request.arguments["to"] == "ada"

    found, made = of(), list[str]()
    tools = {"transfer": lambda to, amount: made.append(to)}
    done = asyncio.run(run_async(found, USERS, tools, RuleMonitor(found), approve))
    assert made == ["ada"] and done.trace.denied
    assert "use `run_async`" in str(asked(approve)[0].error)


def test_an_interrupt_at_the_question_ends_the_run_before_the_call() -> None:
    def approve(request: ApprovalRequest) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as raised:
        asked(approve)
    broken_off = run_of(raised.value)
    assert broken_off is not None and broken_off.error == "interrupted"
    assert kinds(broken_off) == [ApprovalAsked]


def test_what_is_asked_cannot_change_what_is_called() -> None:
    body = "xs = []\nfor v in users:\n    xs.append(v)\ntidy(xs)"
    given: list[list[str]] = []

    def approve(request: ApprovalRequest) -> bool:
        request.arguments["users"].clear()
        return True

    found = of("tidy needs approval", body)
    asked(approve, found, tidy=lambda users: given.append(list(users)))
    assert given == [["ada", "ben"], ["ada", "ben"]]


def test_what_may_do_anything_may_do_the_effect() -> None:
    seen: list[ApprovalRequest] = []
    asked(lambda request: seen.append(request), of("notify needs approval", "tidy(users)"))
    assert ("notify", (AnyKey.ANY,)) in seen[0].effects


def test_a_call_that_does_not_need_approval_is_not_asked_about() -> None:
    done, made = asked(None, of(body="note(u)"))
    assert done.completed and made == ["ada", "ben"]


def test_two_rules_about_one_call_ask_once() -> None:
    seen: list[tuple[str, ...]] = []

    def approve(request: ApprovalRequest) -> bool:
        seen.append(request.rules)
        return True

    rules = "pay needs approval\nnotify needs approval\ntransfer needs approval"
    assert asked(approve, of(rules))[0].completed
    assert seen == [tuple(rules.split("\n"))] * 2


def test_nobody_is_asked_about_what_another_rule_forbids() -> None:
    seen: list[str] = []

    def approve(request: ApprovalRequest) -> bool:
        seen.append(request.arguments["to"])
        return True

    done, made = asked(approve, of("pay needs approval\nat most 1 pay"))
    assert seen == made == ["ada"] and not done.trace.denied
    assert str(done.error).startswith("stopped by `at most 1 pay`")


class TestTheMonitor:
    """It knows nothing of who asks: what has not been approved is stopped."""

    def events(self) -> list[Event]:
        return list(asked(simulated)[0].trace.events)

    def judged(self, events: list[Event]) -> None:
        RuleMonitor.after(of(), events)

    def places(self, kind: type[Event]) -> list[int]:
        return [at for at, event in enumerate(self.events()) if isinstance(event, kind)]

    def test_it_accepts_the_trace_of_an_approved_run(self) -> None:
        self.judged(self.events())

    def test_it_stops_a_call_about_which_nobody_was_asked(self) -> None:
        events = [e for e in self.events() if not isinstance(e, ApprovalAsked | ApprovalAnswered)]
        with pytest.raises(RuleBroken, match="`pay` would happen in a call that nobody has approved"):
            self.judged(events)

    def test_it_stops_a_denied_call(self) -> None:
        events = self.events()
        at = self.places(ApprovalAnswered)[0]
        answer = events[at]
        assert isinstance(answer, ApprovalAnswered)
        events[at] = replace(answer, approved=False)
        with pytest.raises(RuleBroken):
            self.judged(events)

    def test_it_stops_a_second_call_on_one_approval(self) -> None:
        events = self.events()
        start, end = self.places(ApprovalAsked)[0], self.places(CallStarted)[0] + 2
        with pytest.raises(RuleBroken):
            self.judged([*events[:end], *events[start + 2 : end]])

    def test_it_stops_a_call_with_other_values_than_were_asked_about(self) -> None:
        events = self.events()
        first, second = self.places(CallStarted)
        one, other = events[first], events[second]
        assert isinstance(one, CallStarted) and isinstance(other, CallStarted)
        events[second] = replace(other, arguments=one.arguments)
        with pytest.raises(RuleBroken):
            self.judged(events)


class Shop:
    """A world of one user."""

    def inputs(self) -> dict[str, object]:
        return USERS

    def tools(self) -> dict[str, Callable[..., Any]]:
        return {"transfer": lambda to, amount: None}

    def verify(self) -> str | None:
        return None


class Strict(Shop):
    """It answers itself, and denies."""

    def approve(self, request: ApprovalRequest) -> ApprovalAnswer:
        return ApprovalAnswer(False, "the shop")


def test_simulated_runs_are_approved_unless_the_world_answers() -> None:
    assert try_out(of(), Shop()).verified  # type: ignore[arg-type]
    assert try_out(of(), Strict()).run.trace.denied  # type: ignore[arg-type]
    assert of_world(Shop()) is simulated
    assert dry_run(of(), 1, RuleMonitor(of())).completed
    assert dry_run(of(), 1) == dry_run(of(), 1)
