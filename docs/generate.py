"""Writes what the documentation takes from the code: whole pages, and marked blocks within others.

python docs/generate.py            writes them
python docs/generate.py --check    lists those that are not current, and exits with 1 if there are any
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import chdir
from io import StringIO
from pathlib import Path

from rich.console import Console

from p2c_dsl.codes import all_codes
from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.diagnostics.model import Diagnostic
from p2c_dsl.diagnostics.text import render
from p2c_dsl.lint import lint_file, lint_text
from p2c_dsl.rules import DOCUMENTED, AnyRule

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
WIDTH = 110
END_OF_SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z`])|(?<=[.!?]\*\*) ")
NOTICE = "<!-- Made by docs/generate.py from the code. -->"

FAMILIES = {
    "1": "Syntax and names",
    "2": "Types",
    "3": "Shape",
    "4": "Effects",
    "5": "Order and guards",
    "6": "Provenance and flow",
    "7": "Budgets",
    "8": "Left to the run",
    "9": "Style",
}


def generated() -> dict[Path, str]:
    """Every file that is made or filled in, with the text it should have."""
    pages = {DOCS / "codes.md": codes_page(), DOCS / "rules" / "index.md": rules_index()}
    pages |= {DOCS / "rules" / f"{rule.name}.md": rule_page(rule) for rule in DOCUMENTED}
    blocks: Mapping[str, Mapping[str, Callable[[], str]]] = {
        "docs/reference.md": {"grammar": grammar_block},
        "README.md": {"one finding": lambda: rejection_block("P2C403")},
        "docs/getting-started.md": {"all findings": rejection_block},
        "mkdocs.yml": {"rules-nav": nav_block},
    }
    for name, makers in blocks.items():
        path = ROOT / name
        pages[path] = filled(path.read_text(encoding="utf-8"), makers)
    return pages


def stale() -> list[str]:
    """The files that are not what the code makes, left-over rule pages included."""
    pages = generated()
    names = [path for path, text in pages.items() if not path.exists() or path.read_text() != text]
    return sorted(str(path.relative_to(ROOT)) for path in [*names, *left_over(pages)])


def write() -> None:
    """Writes all generated text and removes the pages of rules that are gone."""
    pages = generated()
    for path, text in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in left_over(pages):
        path.unlink()


def left_over(pages: Iterable[Path]) -> list[Path]:
    """Pages of rules that no longer exist."""
    return sorted(set((DOCS / "rules").glob("*.md")) - set(pages))


def filled(text: str, makers: Mapping[str, Callable[[], str]]) -> str:
    """A page with its marked blocks filled in. Raises `ValueError` when a marked block is missing."""
    for name, make in makers.items():
        block = re.compile(rf"(begin generated: {name}\b[^\n]*\n)(.*?)(^[^\n]*end generated)", re.DOTALL | re.MULTILINE)
        if not block.search(text):
            raise ValueError(f"no block `{name}` to fill in")
        made = make()
        text = block.sub(lambda m, made=made: m[1] + made + m[3], text)  # type: ignore[misc]
    return text


# ---------------------------------------------------------------- rules


def rule_page(rule: type[AnyRule]) -> str:
    """A rule's page: its docstring, its codes and both examples, with what lint says to the second."""
    parts = [
        NOTICE,
        f"# `{rule.syntax}`",
        prose(inspect.cleandoc(rule.__doc__ or "")),
        "## Accepted",
        fenced(rule.accepted.strip(), "p2c"),
    ]
    if rule.rejected:
        parts += [
            "## Rejected",
            fenced(rule.rejected.strip(), "p2c"),
            "`p2c lint` says:",
            fenced(said(lint_text(rule.rejected.lstrip(), f"{rule.name}.p2c", ROOT).diagnostics), "text"),
            "## Diagnostics",
            table(("code", "meaning"), ((code_link(c.code), c.title) for c in rule.codes)),
        ]
    return "\n\n".join(parts) + "\n"


def rules_index() -> str:
    """All rules, one a row."""
    rows = ((f"[`{rule.syntax}`]({rule.name}.md)", rule.summary) for rule in DOCUMENTED)
    intro = (
        "A rule stands in a task's body, or in a `rules:` block where it holds for every task. "
        "E, A and B name an effect or a subtask; K a type; f, g, C subtasks; p, x parameters."
    )
    return "\n\n".join([NOTICE, "# Rules", prose(intro), table(("rule", "holds when"), rows)]) + "\n"


def nav_block() -> str:
    """The rules' pages in the site's navigation."""
    return "".join(f'      - "{rule.syntax}": rules/{rule.name}.md\n' for rule in DOCUMENTED)


# ---------------------------------------------------------------- codes


def codes_page() -> str:
    """Every diagnostic code, by family."""
    parts = [NOTICE, "# Diagnostics", "`p2c explain CODE` prints any of these entries."]
    codes = all_codes().values()
    for digit, family in FAMILIES.items():
        members = [code for code in codes if code.code[3] == digit]
        if members:
            parts += [f"## {digit}: {family}", *(code_entry(code) for code in members)]
    return "\n\n".join(parts) + "\n"


def code_entry(code: Code) -> str:
    """One code with its explanation, and its examples where it has some."""
    parts = [f"### {code.code}", prose(f"**{code.title}.** {code.explanation}")]
    parts += [f"Rule: [`{rule.syntax}`](rules/{rule.name}.md)" for rule in DOCUMENTED if code in rule.codes]
    if code.rejected:
        parts += ["Rejected:", fenced(code.rejected.strip(), "p2c")]
    if code.accepted:
        parts += ["Accepted:", fenced(code.accepted.strip(), "p2c")]
    return "\n\n".join(parts)


def code_link(code: str) -> str:
    return f"[{code}](../codes.md#{code.lower()})"


# ---------------------------------------------------------------- blocks


def grammar_block() -> str:
    """The grammar files, as they are."""
    files = sorted((ROOT / "grammar").glob("*.lark"))
    return "".join(f"`grammar/{f.name}`:\n\n{fenced(f.read_text().strip(), 'text')}\n\n" for f in files)


def rejection_block(*codes: str) -> str:
    """What lint says to Figure 1's unaligned composition: all of it, or the codes selected."""
    with chdir(ROOT):
        found = lint_file(Path("examples/dinner/unaligned.p2c")).diagnostics
    return fenced(said(d for d in found if not codes or d.code in codes), "text") + "\n"


# ---------------------------------------------------------------- Markdown


def said(diagnostics: Iterable[Diagnostic]) -> str:
    """Findings as `p2c lint` prints them."""
    out = StringIO()
    render(diagnostics, Console(file=out, width=WIDTH, color_system=None))
    return "\n".join(line.rstrip() for line in out.getvalue().strip().splitlines())


def prose(text: str) -> str:
    """Paragraphs with one sentence on a line, so that a diff shows which one changed."""
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    return "\n\n".join(END_OF_SENTENCE.sub("\n", paragraph) for paragraph in paragraphs)


def fenced(text: str, language: str) -> str:
    return f"```{language}\n{text}\n```"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *(tuple(cell.replace("|", "\\|") for cell in r) for r in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: list[str]) -> int:
    """Writes, or with `--check` compares; returns the exit status."""
    if arguments == ["--check"]:
        outdated = stale()
        for name in outdated:
            print(f"{name} is not current: run `python docs/generate.py`")
        return 1 if outdated else 0
    write()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
