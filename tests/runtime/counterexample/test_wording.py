"""Values in words: in full, and short enough for people without records looking alike."""

from __future__ import annotations

from p2c_dsl.runtime.counterexample.small_worlds import Atom
from p2c_dsl.runtime.counterexample.wording import Wording, brief
from p2c_dsl.runtime.trace import InputGiven, Instance, Trace
from p2c_dsl.runtime.values import Distinct, conform
from p2c_dsl.spec import EnumMember, Spec
from p2c_dsl.types import INT, TEXT, Record

TICKET: dict[str, object] = dict.fromkeys(("id", "title", "body", "notes"), "text 0")
SPEC = Spec(
    records={
        "Ticket": dict.fromkeys(TICKET, TEXT),
        "Box": {"of": Record("Ticket"), "weight": INT},
        "Empty": {},
    }
)


def record(name: str, **fields: object) -> object:
    return conform(fields, Record(name), SPEC)


def ticket(**fields: object) -> object:
    return record("Ticket", **TICKET | fields)


def shortened(*values: object) -> list[str]:
    """The values of one run, as briefly as they can be told apart."""
    trace = Trace(tuple(InputGiven(f"x{i}", Instance(i, value)) for i, value in enumerate(values)))
    return list(map(brief(trace), values))


def test_a_field_that_differs_is_what_is_written() -> None:
    assert shortened(ticket(body="text 1"), ticket()) == [
        "Ticket(body='text 1', …)",
        "Ticket(body='text 0', …)",
    ]


def test_as_many_fields_as_it_takes() -> None:
    found = shortened(ticket(), ticket(id="text 1"), ticket(notes="text 2"))
    assert found == [
        "Ticket(id='text 0', notes='text 0', …)",
        "Ticket(id='text 1', notes='text 0', …)",
        "Ticket(id='text 0', notes='text 2', …)",
    ]


def test_records_inside_collections_and_records_count() -> None:
    inner = record("Box", of=ticket(body="text 1"), weight=3)
    assert shortened([ticket(), inner]) == ["[Ticket(body='text 0', …), Box(of=Ticket(body='text 1', …), …)]"]
    assert shortened({Atom("User", 0): Distinct([ticket(id="text 2")])}, ticket()) == [
        "{user#1: {Ticket(id='text 2', …)}}",
        "Ticket(id='text 0', …)",
    ]


def test_a_record_that_is_alone_is_written_as_far_as_a_line_goes() -> None:
    assert shortened(ticket()) == ["Ticket(id='text 0', title='text 0', body='text 0', …)"]
    assert shortened(record("Empty")) == ["Empty()"]


def test_in_full_nothing_is_left_out() -> None:
    many = [Atom("User", n) for n in range(40)]
    assert Wording()(many).count("user#") == 40
    assert Wording()(ticket(body="x" * 500)).endswith(", notes='text 0')")
    assert Wording()({"a": EnumMember("Color", "red"), "b": None}) == "{'a': Color.red, 'b': None}"
