"""The file in which a person signs off tools: one line for each, under what the tools say of themselves."""

from __future__ import annotations

from pathlib import Path

from p2c_dsl.importing.mcp_tools import tools_of
from p2c_dsl.importing.overlay import overlay_of
from p2c_dsl.importing.render import spec_of
from p2c_dsl.lint import lint_file
from tests.importing.tools import tool

TOOLS = [
    tool("drop", description="Drop it.\nFor good."),
    tool("get-env", annotations={"readOnlyHint": True}),
    tool("note", annotations={"destructiveHint": False}),
]


def test_a_tool_has_one_line_to_sign_in_its_group() -> None:
    imported = spec_of(tools_of(TOOLS), "a test")
    body = overlay_of(imported.listed, "tools.p2c").split("\n\n", 1)[1]
    assert body == (
        "# ------------ 1 tools say that they only read: write `pure` where that is so\n"
        "\n"
        "override subtask get_env:\n"
        "    may anything\n"
        "\n"
        "# ------------ 1 tools say that they change things, and destroy nothing\n"
        "\n"
        "override subtask note:\n"
        "    may anything\n"
        "\n"
        "# ------------ 1 tools may change or destroy things, or say nothing of themselves\n"
        "\n"
        "override subtask drop:\n"
        "    may anything  # Drop it. For good.\n"
    )


def test_nothing_is_signed_by_writing_it(tmp_path: Path) -> None:
    imported = spec_of(tools_of(TOOLS), "a test")
    (tmp_path / "tools.p2c").write_text(imported.text)
    (tmp_path / "signed.p2c").write_text(overlay_of(imported.listed, "tools.p2c") + "\neffect pay(to: Text)\n")
    report = lint_file(tmp_path / "signed.p2c")
    assert report.accepted
    assert all(use.anything for subtask in report.loaded.spec.subtasks.values() for use in subtask.effects)
    assert all(subtask.effects for subtask in report.loaded.spec.subtasks.values())
