"""Whatever a server calls a schema: it becomes a spec without findings, or is refused with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from p2c_dsl.importing import ImportProblem, drift, names_of, spec_of
from p2c_dsl.importing.mcp_tools import tools_of
from p2c_dsl.lint import lint_text
from p2c_dsl.source import Source
from p2c_dsl.syntax.formatter import format_source
from tests.importing.tools import LOOKS

NAMES = st.sampled_from(["a", "b", "a-b", "a_b", "from", "Text", "x y", "", "·", "a\n#", 'a"'])
JUNK = st.sampled_from([None, True, False, 0, -1, 1.5, "", "a", [], {}, ["a"], [1], {"a": 1}, 10**30])
REFS = st.builds(lambda n: {"$ref": f"#/$defs/{n}"}, NAMES)
SCALARS = st.fixed_dictionaries(
    {"type": st.sampled_from(["string", "integer", "number", "boolean", "null", "any"])},
    optional={"format": st.sampled_from(["uri", "text", "int", 3]), "default": JUNK, "minimum": JUNK},
)
ENUMS = st.one_of(
    st.builds(lambda v, d: {"enum": v, "default": d}, st.lists(st.one_of(NAMES, JUNK), max_size=3), NAMES),
    st.builds(lambda v: {"const": v}, st.one_of(NAMES, JUNK)),
)


def _larger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, max_size=3)
    bounds = {"minItems": st.sampled_from([0, 1, 3, -1, "a"]), "maxItems": st.integers(0, 3)}
    array = st.fixed_dictionaries({"type": st.just("array"), "items": inner}, optional=bounds)
    unique = st.builds(lambda a: {**a, "uniqueItems": True}, array)
    record = st.fixed_dictionaries(
        {"properties": st.dictionaries(NAMES, inner, max_size=3)},
        optional={
            "required": st.one_of(st.lists(NAMES, max_size=3), JUNK),
            "additionalProperties": st.one_of(inner, st.booleans()),
            "title": NAMES,
            "type": st.sampled_from(["object", ["object", "null"], "string"]),
        },
    )
    values = st.builds(lambda v: {"type": "object", "additionalProperties": v}, inner)
    union = st.builds(lambda w, p: {w: p}, st.sampled_from(["anyOf", "oneOf", "allOf"]), some)
    listed = st.builds(lambda s: {**s, "type": ["string", "null"]}, SCALARS)
    return st.one_of(array, unique, record, values, union, listed)


SCHEMAS = st.recursive(st.one_of(SCALARS, ENUMS, REFS, JUNK), _larger, max_leaves=8)
TOOLS = st.fixed_dictionaries(
    {"name": NAMES.filter(bool)},
    optional={
        "inputSchema": st.fixed_dictionaries(
            {"properties": st.dictionaries(NAMES, SCHEMAS, max_size=3)},
            optional={
                "required": st.lists(NAMES, max_size=2),
                "$defs": st.dictionaries(NAMES, SCHEMAS, max_size=3),
            },
        ),
        "outputSchema": SCHEMAS,
        "returns": st.sampled_from(["None", "list[Email]", "a | None", "dict[str, X]", "list[", "<class 'x.Y'>"]),
    },
)


@given(st.lists(TOOLS, max_size=3, unique_by=lambda tool: str(tool["name"])))
def test_any_list_of_tools_makes_a_spec_without_findings_or_a_clear_problem(tools: list[Any]) -> None:
    try:
        text = spec_of(tools_of(tools), "a test").text
    except ImportProblem as problem:
        assert str(problem)
        return
    found = lint_text(text, "t.p2c", Path()).diagnostics
    assert not [d.message for d in found if d.code not in LOOKS]
    source = Source("t.p2c", text)
    assert format_source(source) == text and drift(source, text) == []
    assert list(names_of(source)) == sorted(tool["name"] for tool in tools)
    assert spec_of(tools_of(tools), "a test", names_of(source)).text == text
    assert spec_of(tools_of(tools[::-1]), "a test").text == text
