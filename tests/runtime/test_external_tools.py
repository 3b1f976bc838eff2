"""Values on their way to tools outside and back: under the tools' names, and typed on arrival."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from p2c_dsl.resolve import load_text
from p2c_dsl.runtime.external_tools import Opaque, inward, outward, tool_for
from p2c_dsl.runtime.tools import LeftOut, Outcome
from p2c_dsl.runtime.values import Distinct, Fields, WrongValue
from p2c_dsl.spec import EnumMember
from p2c_dsl.types import ListOf, MapOf, Type

SPEC = load_text(
    """
type Blob
type Score = Int >= 0 <= 9
enum Kind:
    png as "image/png"
    text
record Edit:
    old as "old-text": Text
    note: Optional[Text]
    kinds: Set[Kind]
subtask f as "do-it"(edit: Edit, from_ as "from": Optional[Int] = None, blob: Optional[Blob] = None) -> Map[Text, Float]
subtask g(xs: List[Edit] <= 2) -> Optional[Bool]
subtask h() -> Blob
effect mail
subtask signed() -> Text:
    may mail
subtask unsigned() -> Text:
    may anything
""",
    "test.p2c",
    Path(),
).spec
EDIT = Fields("Edit", {"old": "a", "note": None, "kinds": Distinct([EnumMember("Kind", "png")])})
OUTSIDE = {"old-text": "a", "kinds": ["image/png"]}


def of(name: str) -> Type:
    return SPEC.types[name]


def test_records_and_enums_go_out_under_their_own_names() -> None:
    assert outward(EDIT, of("Edit"), SPEC) == OUTSIDE


def test_and_come_in_under_the_spec_s() -> None:
    assert inward({**OUTSIDE, "unknown": 3}, of("Edit"), SPEC) == EDIT


def test_a_number_comes_in_within_its_bounds() -> None:
    assert inward(3.0, of("Score"), SPEC) == 3
    with pytest.raises(WrongValue, match="12 is not a valid Int >= 0 <= 9"):
        inward(12, of("Score"), SPEC)


def test_what_is_opaque_comes_back_as_it_was() -> None:
    blob = inward({"b": [1], "a": None}, of("Blob"), SPEC)
    assert blob == Opaque("Blob", '{"a": null, "b": [1]}', None) and hash(blob)
    assert outward(blob, of("Blob"), SPEC) == {"b": [1], "a": None}


def test_a_parameter_left_out_is_not_sent() -> None:
    sent: list[tuple[str, dict[str, Any]]] = []

    def call(name: str, arguments: dict[str, Any]) -> Any:
        sent.append((name, arguments))
        return {"x": 1}

    assert tool_for(SPEC.subtasks["f"], call, SPEC)(EDIT, None, None) == {"x": 1}
    tool_for(SPEC.subtasks["f"], call, SPEC)(EDIT, 3, None)
    tool_for(SPEC.subtasks["f"], call, SPEC)(EDIT, LeftOut.LEFT_OUT, LeftOut.LEFT_OUT)
    assert sent == [("do-it", {"edit": OUTSIDE}), ("do-it", {"edit": OUTSIDE, "from": 3}), ("do-it", {"edit": OUTSIDE})]


def test_a_map_has_the_texts_of_its_enum_as_keys() -> None:
    of_kinds = MapOf(of("Kind"), ListOf(of("Kind")))
    inside = inward({"image/png": ["text"]}, of_kinds, SPEC)
    assert inside == {EnumMember("Kind", "png"): [EnumMember("Kind", "text")]}
    assert outward(inside, of_kinds, SPEC) == {"image/png": ["text"]}
    with pytest.raises(WrongValue, match="'png' is not a valid Kind: expected one of image/png, text"):
        inward({"png": []}, of_kinds, SPEC)


@pytest.mark.parametrize("given", [True, {"result": True}, None, {"result": None}])
def test_a_result_may_come_wrapped(given: Any) -> None:
    plain = given["result"] if isinstance(given, dict) else given
    assert tool_for(SPEC.subtasks["g"], lambda *_: given, SPEC)([EDIT]) is plain


def test_what_is_opaque_is_out_of_reach_of_who_gave_it_and_who_gets_it() -> None:
    given: list[Any] = [1]
    blob = inward(given, of("Blob"), SPEC)
    given.append(2)
    outward(blob, of("Blob"), SPEC).append(3)
    assert outward(blob, of("Blob"), SPEC) == [1]


def test_a_picture_is_data_of_an_opaque_type_and_not_text() -> None:
    picture = [{"type": "image", "data": "AAAA", "mimeType": "image/png"}]
    assert outward(tool_for(SPEC.subtasks["h"], lambda *_: picture, SPEC)(), of("Blob"), SPEC) == picture
    with pytest.raises(WrongValue, match=r"'image'.* is not a valid Text"):
        tool_for(SPEC.subtasks["signed"], lambda *_: picture, SPEC)()


@pytest.mark.parametrize(
    ("subtask", "result"),
    [("signed", Outcome("x", frozenset({"mail"}))), ("unsigned", "x")],
)
def test_a_report_counts_where_somebody_has_signed_off_what_may_happen(subtask: str, result: object) -> None:
    reporting = Outcome("x", frozenset({"mail"}))
    assert tool_for(SPEC.subtasks[subtask], lambda *_: reporting, SPEC)() == result


@pytest.mark.parametrize(
    ("data", "type_", "told"),
    [
        ({"old-text": "a"}, "Edit", "Edit must have the field `kinds`"),
        ({**OUTSIDE, "old-text": 3}, "Edit", "`old`: 3 is not a valid Text"),
        (
            {**OUTSIDE, "kinds": ["gif"]},
            "Edit",
            "Edit.kinds: 'gif' is not a valid Kind: expected one of image/png, text",
        ),
        ({**OUTSIDE, "kinds": "image/png"}, "Edit", "is not a valid Set[Kind]"),
        ("a", "Edit", "'a' is not a valid Edit"),
        (3, "Kind", "3 is not a valid Kind"),
    ],
)
def test_what_does_not_have_the_declared_type_is_refused(data: Any, type_: str, told: str) -> None:
    with pytest.raises(WrongValue) as refused:
        inward(data, of(type_), SPEC)
    assert told in str(refused.value)


def test_json_s_one_kind_of_number_is_no_obstacle() -> None:
    (parameter,) = load_text("subtask f(n: Int)", "t.p2c", Path()).spec.subtasks["f"].parameters
    assert inward(3.0, parameter.type, SPEC) == 3
    with pytest.raises(WrongValue):
        inward(3.5, parameter.type, SPEC)
