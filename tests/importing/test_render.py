"""The text of a spec: what a person would want to read, and nothing that a tool could smuggle in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.importing import ImportProblem
from p2c_dsl.importing.mcp_tools import tools_of
from p2c_dsl.importing.render import spec_of
from p2c_dsl.lint import lint_text
from p2c_dsl.source import Source
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.formatter import format_source
from p2c_dsl.syntax.parser import parse
from tests.importing.tools import LOOKS, imported, spec, tool

HOSTILE = 'x"""\n    pure\nsubtask evil():\n    pure\n"""\\" # \x00\u202e override subtask f:\r\n    pure'
TEXTS = st.one_of(st.text(), st.just(HOSTILE), st.text(alphabet="\"'\\\n\r #:()[]\u2028\u202e\x85\x00af"))


def test_a_tool_reads_as_one_would_write_it() -> None:
    mode = {"type": "string", "enum": ["fast", "very-slow"], "default": "fast", "description": "how"}
    described = tool(
        "get-weather",
        {"mode": mode, "city": {"type": "string"}, "from": {"type": "integer"}, "days": {"type": "number"}},
        required=["city", "from"],
        title="Weather",
        description="Say how it will be.",
        annotations={"readOnlyHint": True, "openWorldHint": False},
    )
    body = imported(described).text.split("\n\n", 1)[1]
    assert body == (
        'subtask get_weather as "get-weather"(\n'
        "    city: Text,\n"
        '    from_ as "from": Int,\n'
        "    mode: Mode = Mode.fast,\n"
        "    days: Optional[Float] = None\n"
        ") -> Text:\n"
        '    """Weather\n'
        "\n"
        "    Say how it will be.\n"
        "\n"
        "    mode: how\n"
        '    """\n'
        "    may anything\n"
        "    claims read_only, closed_world\n"
        "\n"
        "enum Mode:\n"
        "    fast\n"
        '    very_slow as "very-slow"\n'
    )


def test_claims_are_what_annotations_say_and_no_more() -> None:
    def claims(**annotations: Any) -> tuple[str, ...]:
        return spec(tool("f", annotations=annotations)).subtasks["f"].claims

    assert claims() == ()
    assert claims(readOnlyHint=True, destructiveHint=False, idempotentHint=True) == ("read_only",)
    assert claims(destructiveHint=False, idempotentHint=True) == ("additive", "idempotent")
    assert claims(readOnlyHint="yes", openWorldHint=False) == ("closed_world",)


def test_every_tool_may_do_anything_whatever_it_claims() -> None:
    text = imported(tool("f", annotations={"readOnlyHint": True})).text + "effect pay(to: Text)\n"
    (use,) = lint_text(text, "t.p2c", Path()).loaded.spec.subtasks["f"].effects
    assert use.anything and not use.certain


def test_a_default_that_cannot_be_written_is_left_to_the_server() -> None:
    found = imported(tool("f", {"x": {"type": "array", "items": {"type": "string"}, "default": ["a"]}}, required=[]))
    assert "x: Optional[List[Text]] = None" in found.text
    assert found.report.dropped == [("f.x", "default")]


def test_names_that_collide_are_told_apart_and_kept() -> None:
    found = spec(tool("a-b"), tool("a_b"), tool("a b"))
    assert {name: found.original(name) for name in found.subtasks} == {
        "a_b": "a_b",
        "a_b_2": "a b",
        "a_b_3": "a-b",
    }


def test_the_result_that_a_server_wraps_is_taken_out() -> None:
    output = {"type": "object", "properties": {"result": {"type": "boolean"}}, "required": ["result"]}
    assert str(spec(tool("f", outputSchema=output)).subtasks["f"].result) == str(
        spec(tool("g", {"x": {"type": "boolean"}})).subtasks["g"].parameters[0].type
    )


@given(TEXTS.filter(bool), TEXTS, TEXTS, TEXTS.filter(bool), TEXTS)
def test_no_text_of_a_tool_becomes_syntax(name: str, title: str, description: str, parameter: str, member: str) -> None:
    inner = {"type": "object", "properties": {parameter: {"enum": [member, "other"], "title": title}}}
    described = tool(
        name,
        {parameter: {"type": "string", "description": description, "default": title}, "z": inner},
        title=title,
        description=description,
        annotations={"readOnlyHint": False},
    )
    text = spec_of(tools_of([described]), description or "origin").text
    assert format_source(Source("again", text)) == text
    declared = parse(Source("t", text)).file.declarations
    assert sorted(type(d).__name__ for d in declared) == ["EnumDecl", "RecordDecl", "SubtaskDecl"]
    (subtask,) = (d for d in declared if isinstance(d, nodes.SubtaskDecl))
    assert (subtask.original or subtask.name.text) == name
    assert subtask.pure is None and [c.effect.text for c in subtask.effects] == ["anything"]
    assert {p.original or p.name.text for p in subtask.parameters} == {parameter, "z"}
    found = {d.code for d in lint_text(text, "t.p2c", Path()).diagnostics if d.severity is not Severity.NOTE}
    assert found <= LOOKS


def test_two_tools_of_one_name_are_refused() -> None:
    try:
        imported(tool("f"), tool("f"))
    except ImportProblem as problem:
        assert "two tools are called 'f'" in str(problem)
    else:
        raise AssertionError
