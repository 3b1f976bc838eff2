"""What the hand-written pages show is true: their code lints, and their links lead somewhere."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from p2c_dsl.lint import lint_text
from p2c_dsl.source import Source
from p2c_dsl.syntax.parser import parse
from tests.cli.commands import p2c

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", *(str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md"))]
READMES = [str(p.relative_to(ROOT)) for p in (ROOT / "examples").glob("*/README.md")]
WRITTEN = [
    "README.md",
    *(f"docs/{n}.md" for n in ("index", "getting-started", "reference", "worlds", "import", "migrating")),
]


def p2c_blocks(page: str) -> list[str]:
    return re.findall(r"^```p2c\n(.*?)^```", (ROOT / page).read_text(), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", WRITTEN)
def test_the_code_on_a_page_has_no_syntax_errors(page: str) -> None:
    for block in p2c_blocks(page):
        assert parse(Source(page, block)).diagnostics == ()


def test_what_getting_started_writes_lints_clean() -> None:
    spec, composition = p2c_blocks("docs/getting-started.md")
    assert lint_text(spec + composition, "reminders.p2c", ROOT).diagnostics == ()


@pytest.mark.parametrize(
    ("slip", "instead"),
    [("Set[User] <= 20", "List[User] <= 20"), ("Set[User] <= 20", "Set[User]")],
    ids=["a list", "no bound"],
)
def test_what_getting_started_breaks_is_rejected(slip: str, instead: str) -> None:
    spec, composition = p2c_blocks("docs/getting-started.md")
    assert slip in spec
    broken = spec.replace(slip, instead) + composition
    assert not lint_text(broken, "reminders.p2c", ROOT).accepted


def test_what_the_migration_page_moves_has_findings_before_and_none_after() -> None:
    blocks = p2c_blocks("docs/migrating.md")
    found = [[d.code for d in lint_text(text, "spec.p2c", ROOT).diagnostics] for text in blocks]
    assert found[::2] == [["P2C903"], ["P2C904"], [], [], []]
    assert found[1::2] == [[], [], [], ["P2C801"], []]


def test_a_baseline_holds_the_findings_of_the_migration_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unkeyed, _, empty, *_ = p2c_blocks("docs/migrating.md")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "unkeyed.p2c").write_text(unkeyed)
    (tmp_path / "empty.p2c").write_text(empty)
    assert p2c("lint", ".", "--baseline", "known.json", "--write-baseline").exit_code == 0
    assert p2c("lint", ".", "--baseline", "known.json").exit_code == 0
    (tmp_path / "empty.p2c").write_text(empty.replace("task save", "task copy"))
    told = p2c("lint", ".", "--baseline", "known.json", "--format", "concise").stdout
    assert "P2C904" in told and "P2C903" not in told


@pytest.mark.parametrize("page", [*PAGES, *READMES])
def test_links_lead_somewhere(page: str) -> None:
    folder = (ROOT / page).parent
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text()):
        assert (folder / link).exists(), link


def test_the_python_on_the_worlds_page_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "worlds.md").read_text(), re.DOTALL | re.MULTILINE)
    assert blocks
    for block in blocks:
        exec(compile(block, "worlds.md", "exec"), {})


def test_the_import_page_goes_from_a_server_to_a_plan_that_has_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for name in ("inbox", "done"):
        (tmp_path / name).mkdir()
    (tmp_path / "inbox" / "report-1").touch()
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "import.md").read_text()
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    imported = p2c("import", "mcp", "-o", "tools.p2c", "--", sys.executable, "examples/files/server.py")
    assert imported.exit_code == 0
    signed, composed = (b for b in re.findall(r"^```p2c\n(.*?)^```", page, re.DOTALL | re.MULTILINE) if "use " in b)
    (tmp_path / "files.p2c").write_text(signed)
    (tmp_path / "tidy.p2c").write_text(composed)
    linted = p2c("lint", "tidy.p2c", "--format", "concise")
    assert linted.exit_code == 0 and {line.split()[1] for line in linted.stdout.splitlines()} == {"P2C441"}
    (block,) = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    exec(compile(block, "import.md", "exec"), {})
    assert capsys.readouterr().out.endswith("completed\n")
    assert (tmp_path / "done" / "report-1").exists() and (tmp_path / "log.txt").exists()


@pytest.mark.parametrize("page", [*PAGES, *READMES])
def test_the_commands_on_a_page_exist(page: str) -> None:
    named = set(re.findall(r"(?:^|`)p2c ([a-z]+)", (ROOT / page).read_text(), re.MULTILINE))
    known = {path.stem.rstrip("_") for path in (ROOT / "p2c_dsl" / "cli").glob("*.py")}
    assert named <= known


def test_the_repair_on_its_page_is_what_fix_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs/fix.md").read_text()
    shown = p2c("fix", "examples/dinner/unaligned.p2c", "--timeout", 600).stdout
    assert f"$ p2c fix examples/dinner/unaligned.p2c\n{shown}```" in page


@pytest.fixture
def short_dinner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A working folder with the dinner of the examples, in which random weights cannot wander; its spec."""
    pytest.importorskip("outlines")
    from tests.planners import tiny

    folder = tmp_path / "examples" / "dinner"
    folder.mkdir(parents=True)
    (folder / "dinner.p2c").write_text(tiny.spec_text("dinner"))
    (folder / "world.py").write_text((ROOT / "examples" / "dinner" / "world.py").read_text())
    monkeypatch.chdir(tmp_path)
    return tiny.spec_text("dinner")


def test_the_python_on_the_planning_page_runs_from_top_to_bottom(
    short_dinner: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its last block is a graph whose one node plans and whose other runs the plan."""
    pytest.importorskip("langgraph")
    from tests.planners import tiny

    tiny.saved(Path("my-model"))
    page = (ROOT / "docs" / "planner.md").read_text()
    here: dict[str, object] = {}
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    for block in blocks[:-1]:
        exec(compile(block, "planner.md", "exec"), here)
    texts, compose = here["texts"], here["compose"]
    assert isinstance(texts, list) and callable(compose)
    told = capsys.readouterr().out
    exec(compile(blocks[-1], "planner.md", "exec"), here)
    assert capsys.readouterr().out.strip()
    printed = [f"compose{rest}" for rest in re.split(r"(?:^|\n)compose", told)[1:]]
    assert len(printed) >= 3
    for plan in (*texts, compose("dinner")):
        assert lint_text(f"{short_dinner}\n{plan}\n", "plan.p2c", ROOT).accepted


def test_the_readme_s_planner_plans(
    short_dinner: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from p2c_dsl.planners import small
    from p2c_dsl.planners.language_model import LanguageModelPlanner
    from p2c_dsl.resolve import load

    monkeypatch.setattr(small, "load", lambda: small.fresh(0))
    (block,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    assert len(block.splitlines()) == 3
    exec(block, {"load": load, "Path": Path, "LanguageModelPlanner": LanguageModelPlanner})
    plan = capsys.readouterr().out
    assert lint_text(f"{short_dinner}\n{plan}", "plan.p2c", ROOT).accepted
