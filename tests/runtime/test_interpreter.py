"""A run makes the calls that the text says, and leaves their trace."""

from __future__ import annotations

import asyncio

import pytest

from p2c_dsl.program import Test as Holds
from p2c_dsl.runtime.interpreter import Outcome, StopRun, run, run_async
from p2c_dsl.runtime.trace import (
    AccumulatorCreated,
    AccumulatorWritten,
    BranchEntered,
    CallFinished,
    CallStarted,
    ConstantRead,
    Derived,
    Event,
    InputGiven,
    ListMade,
    LoopEntered,
    LoopLeft,
    RecordMade,
    Returned,
    RoundStarted,
    RunFailed,
)
from tests.runtime.runs import LIKES, MAY, calls, tools
from tests.runtime.texts import DINNER, program


class TestTrace:
    def test_every_step_of_figure_one_leaves_its_event(self) -> None:
        booked: list[str] = []
        done = run(program(DINNER), {"users": ["ada", "ben"]}, tools(booked))
        assert done.result == "bistro"
        assert booked == ["bistro"]
        assert [type(e) for e in done.trace.events] == [
            InputGiven,
            AccumulatorCreated,
            LoopEntered,
            *[RoundStarted, CallStarted, CallFinished, AccumulatorWritten] * 2,
            LoopLeft,
            *[CallStarted, CallFinished] * 2,
            Returned,
        ]
        assert done.trace.completed

    def test_a_set_is_gone_through_in_an_order_that_does_not_depend_on_hashes(self) -> None:
        done = run(program(DINNER), {"users": {"ben", "ada"}}, tools([]))
        assert calls(done)[:2] == [("ask_preference", ("ada",)), ("ask_preference", ("ben",))]

    def test_equal_values_from_two_calls_are_two_instances(self) -> None:
        text = """
        type A
        subtask make() -> A
        task t():
            shape dag
        compose t():
            one = make()
            two = make()
        """
        done = run(program(text), {}, {"make": lambda: "a"})
        one, two = (e.result for e in done.trace.events if isinstance(e, CallFinished))
        assert one is not None and two is not None
        assert one.value == two.value
        assert one.id != two.id

    def test_parts_and_constants_are_told_where_they_are_read(self) -> None:
        text = """
        type User
        record Order:
            buyer: User
        constant greeting: Text = "hello"
        subtask tell(user: User, words: Text, urgent: Bool = True)
        task t(order: Order):
            shape dag
        compose t(order):
            tell(order.buyer, greeting)
        """
        done = run(program(text), {"order": {"buyer": "ada"}}, {"tell": lambda *_: None})
        order, part, constant, call, *_ = done.trace.events
        assert isinstance(order, InputGiven) and isinstance(part, Derived)
        assert (part.base, part.field, part.instance.value) == (order.instance, "buyer", "ada")
        assert isinstance(constant, ConstantRead)
        assert (constant.name, constant.free, constant.instance.value) == ("greeting", False, "hello")
        assert isinstance(call, CallStarted)
        assert call.arguments == (part.instance, constant.instance, None)

    def test_a_tool_is_given_the_default_of_what_is_left_out(self) -> None:
        text = """
        subtask wait(minutes: Int = 5)
        task t():
            shape dag
        compose t():
            wait()
        """
        given: list[int] = []
        run(program(text), {}, {"wait": given.append})
        assert given == [5]


BRANCHING = """
type A
subtask find() -> Optional[A]
subtask use(a: A)
subtask give_up()
task t():
    shape dag
compose t():
    a = find()
    if a is not None:
        use(a)
    else:
        give_up()
"""


class TestBranches:
    @pytest.mark.parametrize(("found", "holds", "called"), [("x", Holds.SOME, "use"), (None, Holds.NONE, "give_up")])
    def test_the_test_that_came_out_true_is_told_and_its_arm_taken(
        self, found: str | None, holds: Holds, called: str
    ) -> None:
        done = run(program(BRANCHING), {}, {"find": lambda: found, "use": lambda a: None, "give_up": lambda: None})
        [branch] = [e for e in done.trace.events if isinstance(e, BranchEntered)]
        assert [test.test for test in branch.tests] == [holds]
        assert calls(done)[-1][0] == called

    def test_an_early_return_ends_the_run(self) -> None:
        text = """
        subtask check() -> Bool
        subtask act()
        task t():
            shape dag
        compose t():
            if check():
                return
            act()
        """
        done = run(program(text), {}, {"check": lambda: True, "act": lambda: None})
        assert [name for name, _ in calls(done)] == ["check"]
        assert done.completed


class TestMaking:
    TEXT = """
    record Passenger:
        first: Text
        seat: Optional[Text]
    subtask book(passengers: List[Passenger], lead: Passenger) -> Passenger
    task t(a: Text, b: Text) -> List[Passenger]:
        shape dag
    compose t(a, b):
        ann = Passenger(first=a)
        lead = book([ann, Passenger(seat=a, first=b)], ann)
        if lead == ann:
            return [lead]
        return [ann, lead]
    """

    def test_tools_get_lists_and_records_that_they_may_change(self) -> None:
        got: list[object] = []

        def book(passengers: list[dict[str, object]], lead: dict[str, object]) -> dict[str, object]:
            got.append([dict(p) for p in passengers])
            passengers.clear()
            lead["first"] = "eve"
            return {"first": "ada", "seat": None}

        done = run(program(self.TEXT), {"a": "ada", "b": "ben"}, {"book": book})
        assert got == [[{"first": "ada", "seat": None}, {"first": "ben", "seat": "ada"}]]
        # A record that was made equals one that came from outside with the same fields.
        assert done.result == [{"first": "ada", "seat": None}]

    def test_each_leaves_its_event_after_those_of_its_parts(self) -> None:
        done = run(program(self.TEXT), {"a": "ada", "b": "ben"}, {"book": lambda passengers, lead: passengers[0]})
        made = [type(e) for e in done.trace.events if isinstance(e, ListMade | RecordMade | CallStarted)]
        assert made == [RecordMade, RecordMade, ListMade, CallStarted, ListMade]


class TestEffects:
    @pytest.mark.parametrize(
        ("reply", "effects", "unreported"),
        [
            (None, (("log", ()),), (("contact", ("ada",)),)),
            (Outcome(None, None), (("log", ()),), (("contact", ("ada",)),)),
            (Outcome(), (("log", ()),), ()),
            (Outcome(happened=frozenset({"contact"})), (("log", ()), ("contact", ("ada",))), ()),
        ],
        ids=["no word", "no word in an outcome", "none", "contact"],
    )
    def test_of_what_may_happen_only_the_tool_knows_whether_it_did(
        self, reply: object, effects: object, unreported: object
    ) -> None:
        done = run(program(MAY), {"user": "ada"}, {"ask": lambda user: reply})
        [finished] = [e for e in done.trace.events if isinstance(e, CallFinished)]
        assert (finished.effects, finished.unreported) == (effects, unreported)

    def test_a_tool_that_reports_what_it_never_does_is_wrong(self) -> None:
        done = run(program(MAY), {"user": "ada"}, {"ask": lambda user: Outcome(None, frozenset({"pay"}))})
        assert done.error == "`ask` returned a wrong result: it reported an effect that it does not declare: `pay`"

    def test_an_effects_key_is_read_off_the_argument(self) -> None:
        text = """
        type User
        record Order:
            buyer: User
        effect contact(User)
        subtask tell(order: Order):
            does contact(order.buyer)
        task t(order: Order):
            shape dag
        compose t(order):
            tell(order)
        """
        done = run(program(text), {"order": {"buyer": "ada"}}, {"tell": lambda order: None})
        [finished] = [e for e in done.trace.events if isinstance(e, CallFinished)]
        assert finished.effects == (("contact", ("ada",)),)


class TestObserver:
    def test_it_sees_every_event_before_it_takes_effect(self) -> None:
        booked: list[str] = []

        def stop(event: Event) -> None:
            if isinstance(event, CallStarted) and event.subtask == "book_table":
                raise StopRun("no bookings today")

        done = run(program(DINNER), {"users": ["ada"]}, tools(booked), stop)
        assert booked == []
        assert done.error == "no bookings today"
        assert done.trace.events[-1] == RunFailed("no bookings today", done.span)

    def test_what_a_tool_has_done_stands_in_the_trace_although_it_objects(self) -> None:
        def stop(event: Event) -> None:
            if isinstance(event, CallFinished):
                raise StopRun("enough")

        done = run(program(DINNER), {"users": ["ada"]}, tools([]), stop)
        assert [type(e) for e in done.trace.events[-2:]] == [CallFinished, RunFailed]


class TestAsynchronous:
    @staticmethod
    async def ask(user: str) -> set[str]:
        await asyncio.sleep(0)
        return LIKES[user]

    def test_some_tools_may_be_awaited(self) -> None:
        booked: list[str] = []
        mixed = {**tools(booked), "ask_preference": self.ask}
        awaited = asyncio.run(run_async(program(DINNER), {"users": ["ada", "ben"]}, mixed))
        plain = run(program(DINNER), {"users": ["ada", "ben"]}, tools(booked))
        assert awaited == plain
        assert booked == ["bistro", "bistro"]

    def test_a_failure_is_told_as_it_is_without_waiting(self) -> None:
        async def ask(user: str) -> set[str]:
            raise ConnectionError("the line is dead")

        done = asyncio.run(run_async(program(DINNER), {"users": ["ada"]}, {**tools([]), "ask_preference": ask}))
        assert done.error == "`ask_preference` failed: ConnectionError: the line is dead"

    def test_a_run_that_does_not_wait_refuses_such_a_tool(self) -> None:
        done = run(program(DINNER), {"users": ["ada"]}, {**tools([]), "ask_preference": self.ask})
        assert done.error == "`ask_preference` failed: it is asynchronous: use `run_async`"
