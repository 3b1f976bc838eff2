"""What `--check` tells when a server is no longer what its spec says."""

from __future__ import annotations

from typing import Any

import pytest

from p2c_dsl.importing import drift
from p2c_dsl.syntax.span import Source
from tests.importing.tools import imported, tool

TEXT = {"type": "string"}
BEFORE = tool(
    "send-mail", {"to": TEXT, "body": TEXT}, description="Send.", annotations={"idempotentHint": True}
)


def told(*after: dict[str, Any], edit: tuple[str, str] = ("", "")) -> list[str]:
    on_disk = imported(BEFORE).text.replace(*edit)
    return [d.message for d in drift(Source("tools.p2c", on_disk), imported(*after).text)]


def changed(**changes: Any) -> dict[str, Any]:
    return {**BEFORE, **changes}


def test_what_has_not_changed_has_not_drifted() -> None:
    assert told(BEFORE) == []


def parameters(**properties: Any) -> dict[str, Any]:
    return tool("send-mail", properties, description="Send.", annotations={"idempotentHint": True})


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([BEFORE, tool("g")], "the tool `g` is new"),
        ([], "the tool `send_mail` is gone"),
        ([changed(annotations={})], "it no longer claims to be idempotent"),
        ([changed(annotations={"readOnlyHint": True})], "it now claims to be read_only"),
        ([changed(description="Send it.")], "its description has changed"),
        ([parameters(to=TEXT)], "its parameter `body` is gone"),
        ([parameters(to=TEXT, body=TEXT, cc=TEXT)], "it has a new parameter `cc: Text`"),
        ([parameters(to=TEXT, body={"type": "integer"})], "its parameter `body: Text` is now `body: Int`"),
        ([parameters(body=TEXT, to=TEXT)], "the order of its parameters has changed"),
    ],
)
def test_each_change_is_named(after: list[dict[str, Any]], expected: str) -> None:
    assert any(expected in message for message in told(*after))


def test_a_changed_result_is_named() -> None:
    assert any("name or result has changed" in t for t in told(changed(outputSchema={"type": "boolean"})))


def test_a_changed_enum_is_named() -> None:
    before = imported(tool("f", {"mode": {"enum": ["a", "b"]}})).text
    after = imported(tool("f", {"mode": {"enum": ["a", "c"]}})).text
    (found,) = drift(Source("tools.p2c", before), after)
    assert (
        found.message.startswith("the enum `Mode` has changed")
        and before.splitlines()[found.line - 1] == "enum Mode:"
    )


def test_facts_written_into_the_import_itself_are_drift() -> None:
    assert any("put them into an override" in t for t in told(BEFORE, edit=("may anything", "pure")))
