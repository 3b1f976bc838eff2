"""The planner without a model: a plan soon, then the cheapest, and an honest word where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from p2c_dsl.planners import NoContinuation, SearchPlanner, Unplannable, deadline
from p2c_dsl.planners.anytime.limits import SearchLimits, SearchProgress
from p2c_dsl.planners.anytime.space import Beginning, Found, SearchSpace
from p2c_dsl.planners.lines.pattern import Line
from p2c_dsl.resolve import load_text
from p2c_dsl.spec import Spec, Task
from tests.planners.forms import domain, form_of_text, printed


def spec_of(text: str) -> tuple[Spec, Task]:
    spec = load_text(text, "spec.p2c", Path()).spec
    return spec, next(iter(spec.tasks.values()))


def tools(number: int) -> str:
    """Subtasks that have nothing to do with the task, as an imported tool list brings them."""
    return "".join(
        f"subtask tool_{n}(query: Text, limit: Int = 10, page: Optional[Text] = None) -> Text\n" for n in range(number)
    )


MAP = """\
type Ticket
type Tagged
subtask label(ticket: Ticket) -> Tagged
task triage(tickets: Set[Ticket]) -> Map[Ticket, Tagged]
"""
NESTED = """\
record Order:
    id: Text
    customer: Customer
record Customer:
    name: Text
    last: Optional[Order]
record Ticket:
    order: Optional[Order]
    customer: Customer
type Tagged
enum Category:
    refund
    spam
subtask classify(ticket: Ticket) -> Category
subtask label(ticket: Ticket, category: Category) -> Tagged
task triage(tickets: Set[Ticket]) -> Map[Ticket, Tagged]:
    loops <= 1
    label.category from classify
"""
OPTIONAL = (
    "effect comment\n"
    "subtask search(owner: Text, repo: Text, a: Optional[Text] = None, b: Optional[Text] = None) -> Text\n"
    "subtask read(number: Float, owner: Text, repo: Text) -> Text\n"
    "subtask answer(number: Float, owner: Text, repo: Text) -> Text:\n    does comment\n"
    "task reply(owner: Text, repo: Text, number: Int):\n"
    "    exactly 1 comment\n    read before comment\n    steps <= 4\n"
)


def chain(length: int) -> str:
    """Subtasks that all take the same, and have to be called in a fixed order."""
    steps = "".join(f"subtask step_{n}(item: Item) -> Item\n" for n in range(length))
    order = "".join(f"    step_{n} before step_{n + 1}\n" for n in range(length - 1))
    return f"type Item\n{steps}task work(item: Item):\n    at least 1 step_{length - 1}\n{order}"


def makers(number: int) -> str:
    """Many makers of each type in a chain of types, some of whole sets of it."""
    lines = [f"type T{n}\n" for n in range(5)]
    for n in range(number):
        level = n * 5 // number
        given = "place: Place" if level == 0 else f"place: Place, before: T{level - 1}"
        result = f"Set[T{level}]" if n % 5 == 0 else f"T{level}"
        lines.append(f"subtask make_{n}({given}) -> {result}\n")
    last = f"make_{number - 1}"
    return (
        "type Place\neffect commit(Place)\n" + "".join(lines) + "subtask finish(what: T4, place: Place):\n"
        "    does commit(place)\n"
        f"task job(place: Place):\n    at least 1 commit\n    finish.what from {last}\n    loops <= 2\n"
    )


HARD = {
    "a map without a limit on loops": (MAP, 13),
    "records that hold each other": (NESTED, 19),
    "optional parameters": (OPTIONAL, 16),
    "calls in a fixed order": (chain(10), 40),
    "many makers of the same": (makers(100), 33),
}


@pytest.mark.parametrize("beside", [0, 100])
@pytest.mark.parametrize("name", HARD)
def test_the_cheapest_plan_is_found_and_proved(name: str, beside: int) -> None:
    text, cost = HARD[name]
    spec, task = spec_of(tools(beside) + text)
    *_, plan = SearchPlanner(timeout=60).improving(spec, task)
    form_of_text(spec, plan.text)
    assert plan.proved and plan.cost == cost, plan.text


@pytest.mark.parametrize("budget", [8, 9, 10])
def test_no_plan_is_missed_because_a_bound_exceeds_the_truth(budget: int) -> None:
    spec, task = spec_of("type T\nsubtask f(x: T, y: T, z: T)\ntask t(xs: Set[T])\n")
    plan = SearchPlanner(budget).plan(spec, task)
    assert plan.splitlines()[1:] == ["    items = []", "    for t in xs:", "        items.append(xs)"]


def test_plans_get_cheaper_until_the_last_is_proved() -> None:
    loaded, task = domain("deletion")
    plans = list(SearchPlanner().improving(loaded.spec, task))
    assert [p.cost for p in plans] == sorted((p.cost for p in plans), reverse=True)
    assert all(p.at_least <= plans[-1].cost for p in plans)
    assert plans[-1].proved and len(plans) > 1


def test_when_the_time_is_up_the_first_plan_is_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(deadline, "monotonic", lambda: now[0])
    loaded, task = domain("relief")
    plans = SearchPlanner(timeout=1).improving(loaded.spec, task)
    first = next(plans)
    now[0] = 2.0
    *_, last = [first, *plans]
    form_of_text(loaded.spec, last.text)
    assert last.text == first.text and not last.proved and last.at_least <= last.cost


def test_a_search_that_finds_nothing_in_time_says_so() -> None:
    """Whether a value may be passed is a matter of its origin, which the proof of conflicts does not follow far."""
    spec, task = spec_of(HIDDEN)
    with pytest.raises(
        Unplannable, match=r"found no composition of `t` within 0\.3 s \([\d,]+ lines tried\)"
    ) as caught:
        SearchPlanner(timeout=0.3).plan(spec, task)
    assert caught.value.conflict is None


HIDDEN = """\
type A
subtask f(a: A) -> A
subtask g(a: A) -> A
task t(a: A, bs: Set[A] >= 1) -> A:
    shape tree
    at least 3 f
    at most 1 g
    f.a from g
"""


@pytest.mark.parametrize(
    ("rules", "conflict"),
    [
        ("at least 2 send\n    at most 1 send", {"at least 2 send", "at most 1 send"}),
        ("at least 1 send\n    send only if fine(letter)", {"at least 1 send", "send only if fine(letter)"}),
        ("at least 1 send\n    send before stamp\n    stamp before send", None),
    ],
)
def test_rules_that_conflict_are_named(rules: str, conflict: set[str] | None) -> None:
    spec, task = spec_of(
        "type Letter\nsubtask fine(letter: Letter) -> Bool\n"
        "subtask send(letter: Letter)\nsubtask stamp(letter: Letter)\n"
        f"task post(letter: Letter):\n    {rules}\n    steps <= 9\n"
    )
    with pytest.raises(Unplannable, match="no composition of `post` can be accepted") as caught:
        SearchPlanner().plan(spec, task)
    assert caught.value.conflict is not None
    found = {rule.text for rule in caught.value.conflict.rules}
    assert found == (conflict or {"at least 1 send", "send before stamp", "stamp before send"})


def test_a_budget_that_is_too_small_is_named_with_what_is_needed() -> None:
    loaded, task = domain("dinner")
    with pytest.raises(Unplannable, match=r"a budget of 12 words.* needs at least 1[3-8]"):
        SearchPlanner(12).plan(loaded.spec, task)


def test_a_search_tells_how_far_it_is() -> None:
    told: list[SearchProgress] = []
    spec, task = spec_of(makers(100))
    SearchPlanner(watch=told.append).plan(spec, task)
    assert [p.lines for p in told] == sorted(p.lines for p in told)
    assert told and told[0].best is None
    assert all(p.best is None or p.at_least <= p.best for p in told)


def test_further_plans_start_with_the_best_and_are_all_different() -> None:
    spec, task = spec_of(NESTED)
    plans = list(SearchPlanner(timeout=2).plans(spec, task, 5))
    assert plans[0] == SearchPlanner().plan(spec, task)
    assert len({form_of_text(spec, plan) for plan in plans}) == len(plans) == 5


def test_a_beginning_is_completed_as_cheaply_as_it_can_be() -> None:
    spec, task = spec_of(MAP)
    start = "compose triage(tickets):\n    items = []\n    for ticket in tickets:\n        items.append(ticket)\n"
    *_, plan = SearchPlanner().improving(spec, task, start)
    assert plan.text.startswith(start) and plan.proved
    with pytest.raises(NoContinuation):
        SearchPlanner().plan(spec, task, "compose triage(tickets):\n    return tickets\n")


def test_the_plan_does_not_depend_on_the_order_of_sets() -> None:
    """Python orders sets of texts anew in each process."""
    code = (
        "from tests.planners.forms import domain\nfrom p2c_dsl.planners import SearchPlanner\n"
        "for name in ('relief', 'hiring'):\n"
        "    loaded, task = domain(name)\n"
        "    print(next(SearchPlanner().improving(loaded.spec, task)).text)\n"
    )
    texts = printed(code)
    assert len(texts) == 1 and "compose" in texts.pop()


USELESS = """\
type User
type Note
subtask read(user: User) -> Note
subtask keep(note: Note)
subtask welcome(user: User)
task job(users: Set[User]):
    at least 1 welcome per User in users
"""


def test_a_first_plan_loses_what_it_does_not_need(monkeypatch: pytest.MonkeyPatch) -> None:
    useless = "    for user in users:\n        note = read(user)\n        keep(note)\n        welcome(user)"

    def clumsy(space: SearchSpace, beginnings: Sequence[Beginning], budget: int, limits: SearchLimits) -> Found:
        node, lines = space.start.node, list[Line]()
        for wanted in useless.splitlines():
            lines.append(next(n for n in space.lines.after(node) if "".join(n.words).strip("\n") == wanted))
            node = lines[-1].node
        return Found(beginnings[0], tuple(lines), sum(line.cost for line in lines))

    monkeypatch.setattr("p2c_dsl.planners.search.first", clumsy)
    # The search for cheaper plans is not what finds it.
    monkeypatch.setattr("p2c_dsl.planners.search.improve", lambda *given: iter(()))
    *_, plan = SearchPlanner().improving(*spec_of(USELESS))
    assert plan.text.splitlines()[1:] == ["    for user in users:", "        welcome(user)"]
