"""The monitor stops a run before the call that would break a rule, and lets every other run be."""

from __future__ import annotations

import asyncio
from textwrap import indent
from typing import ClassVar

import pytest

from p2c_dsl.runtime.interpreter import Outcome, run, run_async
from p2c_dsl.runtime.monitor import RuleBroken, RuleMonitor
from p2c_dsl.runtime.trace import CallStarted
from tests.runtime.texts import program
from tests.runtime.watched import ASK_ALL, SPEC, watched


class TestCounting:
    def test_a_loop_is_stopped_in_the_round_that_would_be_one_too_many(self) -> None:
        done, made = watched("at most 2 publish", ASK_ALL, {"users": ["ada", "ben", "cleo"]})
        assert made == ["ask", "post", "ask", "post", "ask"]
        assert done.error is not None and done.error.startswith("stopped by `at most 2 publish`: ")

    def test_what_lint_cannot_bound_may_still_run_within_it(self) -> None:
        done, _ = watched("at most 2 publish", ASK_ALL, {"users": ["ada", "ben"]})
        assert done.completed

    def test_equal_keys_are_one_key_wherever_they_come_from(self) -> None:
        done, made = watched("at most 1 contact per User", ASK_ALL, {"users": ["ada", "ben", "ada"]})
        assert made == ["ask", "post", "ask", "post"]
        assert not done.completed

    def test_different_elements_of_a_list_are_different_keys(self) -> None:
        done, _ = watched("at most 1 contact per User", ASK_ALL, {"users": ["ada", "ben", "cleo"]})
        assert done.completed

    def test_costs_add_up(self) -> None:
        done, made = watched("cost <= 8", ASK_ALL, {"users": ["ada", "ben", "cleo"]})
        assert made == ["ask", "post", "ask", "post"]
        assert not done.completed

    @pytest.mark.parametrize(
        ("users", "body", "completes"),
        [
            (["ada", "ben"], "for u in users:\n    note = ask(u)", True),
            (["ada"], "for u in users:\n    note = ask(u)\n    also = ask(u)", False),
            (["ada"], "if allowed(user):\n    note = ask(user)", False),
        ],
        ids=["each once", "one twice", "one never"],
    )
    def test_exactly_so_often_for_each_element_has_two_halves(
        self, users: list[str], body: str, completes: bool
    ) -> None:
        rule = "exactly 1 contact per User in users"
        done, _ = watched(rule, body, {"users": users, "user": "eve"})
        assert done.completed is completes

    @pytest.mark.parametrize(("users", "completes"), [([], False), (["ada"], True)])
    def test_too_little_is_told_when_the_run_would_complete(self, users: list[str], completes: bool) -> None:
        done, _ = watched("at least 1 publish", ASK_ALL, {"users": users})
        assert done.completed is completes


class TestMay:
    """A `may` effect counts when its call begins, and if it did not happen no more when it is over."""

    @pytest.mark.parametrize(("happened", "completes"), [(False, True), (True, False)])
    def test_it_counts_towards_a_limit_only_if_it_happened(self, happened: bool, completes: bool) -> None:
        def ring() -> Outcome:
            return Outcome(None, frozenset({"alarm"}) if happened else frozenset())

        done, _ = watched("at most 1 alarm", "ring()\nring()", {}, ring=ring)
        assert done.completed is completes

    @pytest.mark.parametrize(("happened", "completes"), [(False, False), (True, True)])
    def test_it_is_enough_if_it_happened(self, happened: bool, completes: bool) -> None:
        def ring() -> Outcome:
            return Outcome(None, frozenset({"alarm"}) if happened else frozenset())

        for rule in ("at least 1 alarm", "alarm before publish"):
            done, _ = watched(rule, "note = ask(user)\nring()\npost(note)", {"user": "ada"}, ring=ring)
            assert done.completed is completes

    def test_a_call_that_might_break_the_rule_is_not_made(self) -> None:
        done, made = watched("not both publish, alarm", "note = ask(user)\npost(note)\nring()", {"user": "ada"})
        assert made == ["ask", "post"]
        assert not done.completed


class TestOrder:
    def test_before_looks_at_what_was_done_on_this_way(self) -> None:
        body = "for u in users:\n    ring()\npost(ask(user))"
        done, _ = watched("ring before publish", body, {"user": "ada", "users": ["ben"]})
        assert done.completed
        done, made = watched("ring before publish", body, {"user": "ada", "users": []})
        assert made == ["ask"]
        assert not done.completed

    def test_no_after_meets_the_second_round_only_when_there_is_one(self) -> None:
        body = "for u in users:\n    note = ask(u)\n    post(note)"
        assert watched("no contact after publish", body, {"users": ["ada"]})[0].completed
        done, made = watched("no contact after publish", body, {"users": ["ada", "ben"]})
        assert made == ["ask", "post"]
        assert not done.completed


class TestGuards:
    RULE = "contact only if allowed(user)"

    def test_the_check_has_to_be_of_the_same_value_and_found_true(self) -> None:
        body = "for u in users:\n    if allowed(u):\n        ask(u)"
        done, made = watched(self.RULE, body, {"users": ["ada", "eve", "ben"]})
        assert made == ["allowed", "ask", "allowed", "allowed", "ask"]
        assert done.completed

    def test_an_equal_value_from_elsewhere_is_the_same(self) -> None:
        body = "if allowed(user):\n    for u in users:\n        ask(u)"
        done, made = watched(self.RULE, body, {"user": "ada", "users": ["ada", "ben"]})
        assert made == ["allowed", "ask"]
        assert not done.completed

    def test_a_default_that_stands_in_is_a_value_like_another(self) -> None:
        text = """
        subtask ok(count: Int) -> Bool
        subtask post(count: Int = 1)
        constant one: Int = 1
        task t():
            post only if ok(count)
        compose t():
            if ok(one):
                post()
        """
        found = program(text)
        tools = {"ok": lambda count: True, "post": lambda count: None}
        assert run(found, {}, tools, RuleMonitor(found)).completed


class TestUnreported:
    """A `may` effect that the tool does not report counts against the plan, whatever the rule asks."""

    UNREPORTED: ClassVar = {"ring": lambda: None}

    def test_it_does_not_satisfy_a_rule_that_asks_for_it(self) -> None:
        rule, body = "alarm before publish", "ring()\npost(ask(user))"
        assert watched(rule, body, {"user": "ada"}, **self.UNREPORTED)[1] == ["ring", "ask"]
        reported = {"ring": lambda: Outcome(happened=frozenset({"alarm"}))}
        assert watched(rule, body, {"user": "ada"}, **reported)[0].completed

    def test_it_is_not_counted_at_the_end(self) -> None:
        assert not watched("at least 1 alarm", "ring()", {}, **self.UNREPORTED)[0].completed

    @pytest.mark.parametrize("rule", ["at most 1 alarm", "not both alarm, publish", "no publish after alarm"])
    def test_it_uses_a_limit_up(self, rule: str) -> None:
        body = "ring()\npost(ask(user))\nring()"
        assert not watched(rule, body, {"user": "ada"}, **self.UNREPORTED)[0].completed


class TestARecordedTrace:
    def test_a_monitor_is_rebuilt_from_it(self) -> None:
        rule, users = "at most 2 publish", {"users": ["ada", "ben", "cleo"]}
        text = f"{SPEC}\ntask t(users: List[User]):\n    {rule}\ncompose t(users):\n{indent(ASK_ALL, '    ')}\n"
        found = program(text)
        tools = {"ask": lambda user: "note", "post": lambda note, count: None}
        events = run(found, users, tools).trace.events
        third = [n for n, e in enumerate(events) if isinstance(e, CallStarted) and e.subtask == "post"][2]
        RuleMonitor.after(found, events[:third])
        with pytest.raises(RuleBroken, match="3 times"):
            RuleMonitor.after(found, events[: third + 1])

    def test_asynchronous_tools_are_watched_alike(self) -> None:
        async def ask(user: str) -> str:
            return "note"

        text = f"{SPEC}\ntask t(user: User):\n    at most 0 publish\ncompose t(user):\n    post(ask(user))\n"
        found, made = program(text), list[str]()
        tools = {"ask": ask, "post": lambda note, count: made.append(note)}
        done = asyncio.run(run_async(found, {"user": "ada"}, tools, RuleMonitor(found)))
        assert not done.completed and made == []


def test_rules_about_the_text_do_not_stop_a_run() -> None:
    rules = "loops <= 0\nbranches <= 0\nsteps <= 1\nshape sequence"
    assert watched(rules, ASK_ALL, {"users": ["ada", "ben"]})[0].completed


def test_the_run_ends_at_the_call_that_was_not_made() -> None:
    done, _ = watched("at most 0 publish", ASK_ALL, {"users": ["ada"]})
    assert done.span is not None
    assert [e.subtask for e in done.trace.events if isinstance(e, CallStarted)] == ["ask"]
