"""A baseline knows findings by what they concern, and not by where that stands."""

from pathlib import Path

import pytest

from p2c_dsl.baseline import Baseline, empty_baseline, read_baseline
from p2c_dsl.diagnostics.model import Diagnostic
from p2c_dsl.lint import lint_text

SPEC = "type A\nsubtask f(a: A, b: Text) -> A\ntask t(a: A):\n    shape sequence\ncompose t(a):\n"


def found(body: str, name: str = "t.p2c") -> list[Diagnostic]:
    return list(lint_text(f"{SPEC}{body}", name, Path(), counterexamples=False).diagnostics)


def knowing(diagnostics: list[Diagnostic]) -> Baseline:
    return empty_baseline(Path("known.json")).with_findings(diagnostics, ["t.p2c"])


@pytest.mark.parametrize(
    "later",
    [
        "    c = f(a, 'x')\n    d = f(f(a, 'y'), 'x')\n",
        "\n    # moved\n    d = f(\n        f(a, 'y'),  # why\n        'x',\n    )\n",
        '    d = f(f(a, "y"), "x")\n',
    ],
    ids=["further down", "laid out otherwise", "other quotes"],
)
def test_a_finding_is_known_wherever_its_statement_stands(later: str) -> None:
    known = knowing(found("    d = f(f(a, 'y'), 'x')\n    c = f(a, 'x')\n"))
    new, _ = known.split(found(later))
    assert new == []


def test_another_statement_s_finding_is_new_and_the_old_one_is_left_over() -> None:
    known = knowing(found("    d = f(f(a, 'y'), 'x')\n"))
    new, left = known.split(found("    d = f(f(a, 'z'), 'x')\n"))
    assert new == found("    d = f(f(a, 'z'), 'x')\n") and sum(left.values()) == len(new)


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    diagnostics = found("    d = f(f(a, 'y'), 'x')\n", str(tmp_path / "a" / "t\udcff.p2c"))
    known = empty_baseline(path).with_findings(diagnostics, [])
    path.write_text(known.text(), encoding="utf-8")
    assert read_baseline(path) == known
    assert {entry.file for entry in known.known} == {"a/t\udcff.p2c"}


def test_files_that_were_not_judged_stay_known() -> None:
    known = knowing(found("    d = f(f(a, 'y'), 'x')\n"))
    assert known.with_findings([], ["other.p2c"]) == known
    assert known.with_findings([], ["t.p2c"]).known == {}
