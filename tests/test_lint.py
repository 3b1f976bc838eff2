"""What lint says of a whole file: causes, and nothing that only follows from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.lint import Report, lint_file, lint_text

SPEC = """
enum Status:
    pending
    done
record Order:
    status: Status
subtask get(id: Text) -> Order
subtask all_of(id: Text) -> List[Text]
subtask cancel(id: Text)
subtask known(id: Text) -> Bool
"""
TASK = "task t(id: Text):\n    at least 1 cancel\n"


def linted(*lines: str) -> Report:
    body = "".join(f"    {line}\n" for line in lines)
    return lint_text(f"{SPEC}{TASK}compose t(id):\n    o = get(id)\n{body}", "t.p2c", Path())


def found(report: Report) -> list[tuple[str, int]]:
    """Each finding's code and line."""
    places = ((d.code, d.location) for d in report.diagnostics)
    return [(code, place.source.position(place.span.start).line) for code, place in places]


@pytest.mark.parametrize(
    "lines",
    [
        ["if o.status in statuses:", "    cancel(id)"],
        ["if known(id) if known(o) else o:", "    cancel(id)", "else:", "    cancel(o)"],
        ["y = known(id) or known(id)", "if y:", "    cancel(id)"],
        ["try:", "    y = get(id)", "except KeyError:", "    cancel(y)", "cancel(y)"],
        ["while known(id):", "    y = get(id)", "cancel(y)"],
        ["def f(y):", "    return y", "cancel(f(id))"],
        ["f = lambda y: y", "cancel(f(id))"],
        ['y = f"{id}"', "cancel(y)"],
        ["ys = [y for y in all_of(id)]", "for y in ys:", "    cancel(y)"],
        ["if (y := known(id)):", "    cancel(y)"],
        ["xs = []", "for y in all_of(id):", "    xs += [y]", "cancel(xs)"],
        ["for y, z in all_of(id):", "    cancel(y)"],
        ["cancel(id"],
        ["cancel($id)"],
    ],
    ids=lambda lines: lines[0],
)
def test_a_composition_that_cannot_be_read_has_that_one_finding(lines: list[str]) -> None:
    ((code, _),) = found(linted(*lines))
    assert code.startswith("P2C1")


def test_the_other_compositions_are_judged_all_the_same() -> None:
    text = f"{SPEC}{TASK}compose t(id):\n    cancel(id + id)\ncompose t(id):\n    known(id)\n"
    assert [code for code, _ in found(lint_text(text, "t.p2c", Path()))] == ["P2C113", "P2C402"]


@pytest.mark.parametrize(
    "line",
    [
        "subtask cancel(id Text)",
        "task t(id: Text) ->:",
        "record Order\n    status: Status",
        "effect e(\nsubtask f()",
        "typ Order",
        "compose t(id:\n    cancel(id)",
        'compose t(id):\n    cancel("""id)\ntask t(id: Text)',
    ],
)
def test_what_a_spec_lacks_because_of_a_line_that_cannot_be_read_is_not_missed(line: str) -> None:
    text = f"{line}\nconstant c: Order = 1\ntask u(id: Order):\n    at most 1 e\ncompose t(id):\n    cancel(o)\n"
    assert len(found(lint_text(text, "t.p2c", Path()))) == 1


@pytest.mark.parametrize("content", ["type A\ntyp B\n", None], ids=["unreadable", "missing"])
def test_nor_is_what_a_used_file_would_have_declared(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "spec.p2c").write_text(content)
    (tmp_path / "plan.p2c").write_text('use "spec.p2c"\ncompose t(x):\n    f(x)\n')
    assert len(found(lint_file(tmp_path / "plan.p2c"))) == 1
