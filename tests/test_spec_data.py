"""A spec as JSON and back."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from p2c_dsl.resolve import load, load_text
from p2c_dsl.spec_data import BadSpec, SpecData, from_data, to_data

EVERYTHING = '''
type Place
type Bistro < Place
type Email = Text
type Note = literal Email
enum Channel:
    mail
    phone
record Order:
    place: Place
    notes: Map[Email, List[Note]] <= 4
constant office: Email = "a \\"quoted\\" \\\\ text"
constant low: Float = -0.5
effect reserve(Place) irreversible
effect rain
subtask book(order: Order, via: Channel = Channel.mail, copies: literal Int = 1, to: Optional[Email] = None) -> Bistro:
    """Books.

    With "quotes" and more lines.
    """
    does reserve(order.place)
    may rain
    cost 3
subtask sure(place: Place) -> Bool
rules:
    at most 1 reserve per Place
task dine(places: Set[Place] >= 1 <= 3) -> Bistro:
    """Eat."""
    constant most: Int = 3
    book.order from inputs
    reserve only if sure(place)
'''

# AgentDojo's overlays use files that its import makes.
EXAMPLES = sorted(p for p in Path(__file__).parent.parent.glob("examples/*/*.p2c") if p.parent.name != "agentdojo")


def through_json(data: SpecData) -> SpecData:
    return SpecData.model_validate_json(data.model_dump_json())


def test_every_kind_of_declaration_survives_json() -> None:
    loaded = load_text(EVERYTHING, "spec.p2c", Path())
    assert loaded.diagnostics == ()
    data = to_data(loaded.spec)
    again = from_data(through_json(data))
    assert to_data(again) == data
    assert again.types == loaded.spec.types
    assert again.records == loaded.spec.records
    assert [t.text for t in again.tasks["dine"].rules[1].tokens] == [
        t.text for t in loaded.spec.tasks["dine"].rules[1].tokens
    ]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_the_examples_survive_json(path: Path) -> None:
    data = to_data(load(path).spec)
    assert data.tasks or data.subtasks
    assert to_data(from_data(through_json(data))) == data


def test_what_overrides_narrow_survives_json() -> None:
    text = """
type OrderId = Text
enum Mode:
    fast as "very fast"
    slow
record Order:
    id: Text
    note: Optional[Text]
subtask ship(id: Text, mode: Text = "very fast", note: Optional[Text] = None) -> Order
override subtask ship(id: OrderId, mode: Mode, note: Optional[OrderId])
override record Order:
    id: OrderId
    required note
"""
    loaded = load_text(text, "spec.p2c", Path())
    assert loaded.diagnostics == ()
    again = from_data(through_json(to_data(loaded.spec)))
    assert again.records == loaded.spec.records
    assert [(p.type, p.default) for p in again.subtasks["ship"].parameters] == [
        (p.type, p.default) for p in loaded.spec.subtasks["ship"].parameters
    ]


def test_values_keep_their_types() -> None:
    written = {"constants": [{"name": f"c{i}", "type": t, "value": v} for i, (t, v) in enumerate(TYPED)]}
    spec = from_data(SpecData.model_validate_json(json.dumps(written)))
    assert [(type(c.value), c.value) for c in spec.constants.values()] == [(type(v), v) for _, v in TYPED]


TYPED = [("Bool", True), ("Int", 1), ("Float", 1.0), ("Text", "1"), ("Optional[Int]", None)]


def test_data_that_means_nothing_is_refused_as_text_would_be() -> None:
    with pytest.raises(BadSpec, match="there is no type `Usr`") as caught:
        from_data(SpecData.model_validate({"types": [{"name": "User"}], "effects": [{"name": "e", "keys": ["Usr"]}]}))
    assert [d.help for d in caught.value.diagnostics] == ["did you mean `User`?"]


@pytest.mark.parametrize(
    "data",
    [
        {"types": [{"name": "A\ntype B"}]},
        {"effects": [{"name": "e", "keys": ["A)\neffect f("]}]},
        {"rules": ["at most 1 e\ntype B"]},
        {"subtasks": [{"name": "f", "cost": -1}]},
        {"subtasks": [{"name": "f", "effects": [{"effect": "e", "arguments": ["a)\n    cost 0"]}]}]},
        {"kinds": []},
    ],
    ids=["a name", "a type", "a rule", "a cost", "a path", "an unknown part"],
)
def test_no_part_of_the_data_can_grow_into_another(data: object) -> None:
    with pytest.raises(ValidationError):
        SpecData.model_validate(data)
