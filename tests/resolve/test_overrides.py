"""What overrides leave of what was declared. What is refused stands in `tests/mdtest/narrowing.md`."""

from __future__ import annotations

from pathlib import Path

from p2c_dsl.resolve import load_text
from p2c_dsl.spec import EnumMember, KeyPath, Spec
from p2c_dsl.types import INT, TEXT, Enum, NewType, Optional, Record

DECLARED = """
type OrderId = Text
enum Reason:
    late as "too late"
effect touched(OrderId)
record Order:
    id: Text
    note: Optional[Text]
    total: Int
subtask cancel(order: Order, id: Text, reason: Text = "too late", note: Optional[Text] = None) -> Optional[Text]:
    may anything
    claims read_only
    cost 2
"""
ID = NewType("OrderId", TEXT)
REASON = Enum("Reason", ("late",))


def spec(overrides: str) -> Spec:
    loaded = load_text(DECLARED + overrides, "spec.p2c", Path())
    assert loaded.diagnostics == ()
    return loaded.spec


def test_listed_parameters_are_narrower_and_the_others_stay() -> None:
    cancel = spec("override subtask cancel(reason: Reason, id: OrderId)").subtasks["cancel"]
    assert [(p.name, p.type, p.optional) for p in cancel.parameters] == [
        ("order", Record("Order"), False),
        ("id", ID, False),
        ("reason", REASON, True),
        ("note", Optional(TEXT), True),
    ]
    assert cancel.parameters[2].default == EnumMember("Reason", "late")
    assert (cancel.result, cancel.cost, cancel.claims) == (Optional(TEXT), 2, ("read_only",))
    assert all(use.anything for use in cancel.effects)


def test_a_result_alone_can_be_narrower() -> None:
    assert spec("override subtask cancel -> OrderId").subtasks["cancel"].result == ID


def test_effects_of_an_override_see_its_types() -> None:
    body = "override record Order:\n    id: OrderId\noverride subtask cancel(id: OrderId):\n"
    cancel = spec(body + "    does touched(id)\n    may touched(order.id)\n").subtasks["cancel"]
    assert [use.arguments for use in cancel.effects] == [(KeyPath(1),), (KeyPath(0, ("id",)),)]
    assert cancel.claims == ()


def test_a_required_parameter_cannot_be_left_out_or_none() -> None:
    cancel = spec("override subtask cancel:\n    required note, reason\n").subtasks["cancel"]
    assert cancel.required == 4
    assert [(p.type, p.optional, p.default) for p in cancel.parameters[2:]] == [(TEXT, False, None)] * 2


def test_what_is_required_already_may_be_said() -> None:
    (_, id_, *_) = spec("override subtask cancel:\n    required id\n").subtasks["cancel"].parameters
    assert (id_.type, id_.optional) == (TEXT, False)
    assert spec("override record Order:\n    required id\n").records == spec("").records


def test_fields_are_narrower_for_every_subtask() -> None:
    found = spec("override record Order:\n    id: OrderId\n    required note\n    total: Int\n")
    assert found.records["Order"] == {"id": ID, "note": TEXT, "total": INT}
    assert list(found.records["Order"]) == ["id", "note", "total"]


def test_literals_are_allowed_where_a_narrower_type_says_so() -> None:
    cancel = spec("override subtask cancel(id: literal OrderId):\n    literal note\n").subtasks["cancel"]
    assert [p.literal for p in cancel.parameters] == [False, True, False, True]


def test_the_order_of_declarations_does_not_matter() -> None:
    text = "override subtask cancel(id: OrderId)\noverride record Order:\n    id: OrderId\n"
    first = load_text(text + DECLARED, "spec.p2c", Path()).spec
    assert first.records == spec(text).records
    assert [p.type for p in first.subtasks["cancel"].parameters] == [
        p.type for p in spec(text).subtasks["cancel"].parameters
    ]
