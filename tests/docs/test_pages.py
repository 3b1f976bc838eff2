"""What the hand-written pages show is true: their code lints, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from p2c_dsl.lint import lint_text
from p2c_dsl.syntax.parser import parse
from p2c_dsl.syntax.span import Source

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", *(str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md"))]
READMES = [str(p.relative_to(ROOT)) for p in (ROOT / "examples").glob("*/README.md")]
WRITTEN = ["README.md", "docs/index.md", "docs/getting-started.md", "docs/reference.md", "docs/worlds.md"]


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


@pytest.mark.parametrize("page", [*PAGES, *READMES])
def test_links_lead_somewhere(page: str) -> None:
    folder = (ROOT / page).parent
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text()):
        assert (folder / link).exists(), link


def test_the_python_on_the_worlds_page_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(
        r"^```python\n(.*?)^```", (ROOT / "docs" / "worlds.md").read_text(), re.DOTALL | re.MULTILINE
    )
    assert blocks
    for block in blocks:
        exec(compile(block, "worlds.md", "exec"), {})


@pytest.mark.parametrize("page", [*PAGES, *READMES])
def test_the_commands_on_a_page_exist(page: str) -> None:
    named = set(re.findall(r"(?:^|`)p2c ([a-z]+)", (ROOT / page).read_text(), re.MULTILINE))
    known = {path.stem for path in (ROOT / "p2c_dsl" / "cli").glob("*.py")}
    assert named <= known
