"""Repair: the result is accepted, and what stays is as the user wrote it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from p2c_dsl.planners.repair import Unrepairable, recompose
from p2c_dsl.resolve import load_text
from p2c_dsl.source import Source
from tests.planners.forms import EXAMPLES
from tests.planners.repair.repaired import SPEC, after, analysed, body, repaired


# ---------------------------------------------------------------- the examples
def test_the_unaligned_composition_of_figure_1() -> None:
    folder = EXAMPLES / "dinner"
    repair = repaired((folder / "unaligned.p2c").read_text(), folder)
    assert repair.body == snapshot(
        """\
    bookings = {}
    for u in users:
        prefs = ask_preference(u)
        bookings[u] = prefs
    r = identify_overlap(bookings)
    book_table(r)\
"""
    )
    assert [(e.kind, e.steps, e.line, e.before, e.after) for e in repair.edits] == snapshot(
        [
            ("insert", 1, None, None, "bookings[u] = prefs"),
            ("drop", 1, 7, "for r in prefs:", None),
            ("drop", 1, 8, "book_table(r)", None),
            ("change", 1, 9, "r = identify_overlap(prefs)", "r = identify_overlap(bookings)"),
            ("insert", 1, None, None, "book_table(r)"),
        ]
    )
    assert [[r.code for r in e.reasons] for e in repair.edits] == snapshot(
        [
            ["P2C901"],
            ["P2C302", "P2C303", "P2C403"],
            ["P2C302", "P2C303", "P2C403"],
            ["P2C162", "P2C230"],
            ["P2C403"],
        ]
    )


@pytest.mark.parametrize(
    "path",
    [p for d in ("dinner", "refunds") for p in sorted((EXAMPLES / d / "rejected").glob("*.p2c"))],
    ids=lambda p: f"{p.parent.parent.name}-{p.stem}",
)
def test_every_rejected_example_has_a_repair(path: Path) -> None:
    assert 1 <= repaired(path.read_text(), path.parent).steps <= 3


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/accepted/*.p2c")), ids=lambda p: p.stem)
def test_an_accepted_composition_comes_back_as_it_is(path: Path) -> None:
    repair = repaired(path.read_text(), path.parent)
    assert repair.text == path.read_text() and repair.steps == 0


# ---------------------------------------------------------------- what stays
def test_comments_names_and_layout_stay() -> None:
    assert after(
        "for x in xs:  # twice",
        "    for y in xs:",
        "        mine = make(y)   # made",
        "",
        "        # used",
        "        use(mine,",
        "            4)",
    ) == [
        "check(a)",
        "for y in xs:",
        "    mine = make(y)   # made",
        "",
        "    # used",
        "    use(mine,",
        "        4)",
    ]


def test_a_changed_line_keeps_its_comment() -> None:
    spec = SPEC.replace("check before use", "make.a from nobody\n    check before use").replace(
        "subtask other", "subtask nobody() -> A\nsubtask other"
    )
    assert after("who = nobody()", "make(a)  # why", spec=spec) == ["who = nobody()", "make(who)  # why"]


def test_line_ends_and_indentation_are_the_user_s() -> None:
    text = f"{SPEC}\ncompose t(xs, a):\n  if other(a):\n    b = make(a)\n    use(b)\n".replace("\n", "\r\n")
    assert repaired(text).body.split("\n") == [
        "  if other(a):\r",
        "    b = make(a)\r",
        "    check(a)\r",
        "    use(b)\r",
    ]


def test_an_elif_stays_one_where_nothing_comes_before_it() -> None:
    lines = (
        "if other(a):",
        "    use(make(a))",
        "elif check(a):",
        "    use(make(a))",
        "else:",
        "    check(a)",
    )
    assert after(*lines) == [lines[0], "    check(a)", *lines[1:]]


def test_a_condition_that_is_named_turns_an_elif_into_an_else() -> None:
    spec = SPEC.replace("check before use", "check before other\n    check before use")
    changed = after("if check(a):", "    use(make(a))", "elif other(a):  # so", "    use(make(a))", spec=spec)
    assert changed[0] == "if check(a):"


def test_arguments_behind_one_that_is_left_out_are_given_by_name() -> None:
    assert after("b = find(a)", "check(a)", "use(b, d=1)")[2:] == ["if b is not None:", "    use(b, d=1)"]


def test_nested_calls_get_names_where_a_sequence_wants_them() -> None:
    spec = SPEC.replace("loops <= 1", "shape sequence")
    assert after("check(a)", "use(make(a), 5)", spec=spec) == ["check(a)", "b = make(a)", "use(b, 5)"]


def test_new_names_are_none_that_the_user_has() -> None:
    spec = SPEC.replace("check before use", "at least 1 use\n    check before use")
    changed = after("b = check(a)", spec=spec)
    assert changed == ["b = check(a)", "b2 = make(a)", "use(b2)"]


def test_a_line_goes_with_the_calls_inside_it() -> None:
    lines = ("check(a)", "b = make(a)", "use(b)", "for x in xs:", "    other(x)", "    use(make(x))")
    repair = repaired(body(*lines))
    assert [(e.kind, e.steps, e.before) for e in repair.edits] == [("drop", 1, "use(make(x))")]


def test_of_a_changed_call_the_other_arguments_stay_as_they_are() -> None:
    spec = SPEC.replace("check before use", "use.b from make\n    check before use").replace(
        "subtask other", "subtask gift() -> B\nsubtask other"
    )
    lines = ("check(a)", "b = make(a)", "g = gift()")
    assert after(*lines, "use(b=g, d=17)", spec=spec) == [*lines, "use(b=b, d=17)"]


def test_what_is_repeated_goes() -> None:
    spec = SPEC.replace("check before use", "at most 1 use\n    check before use")
    lines = ("check(a)", "b = make(a)", "use(b, 5)")
    assert after(*lines, "use(b, 5)", spec=spec) == [*lines]


def test_inserting_is_preferred_to_dropping() -> None:
    assert after("b = make(a)", "use(b)") == ["b = make(a)", "check(a)", "use(b)"]


# ---------------------------------------------------------------- bounds and refusals
def test_the_bound_on_edits_is_said() -> None:
    folder = EXAMPLES / "dinner"
    with pytest.raises(Unrepairable, match="within 4 edited steps is accepted"):
        repaired((folder / "unaligned.p2c").read_text(), folder, most_edits=4)


def test_giving_up_says_how_far_it_got() -> None:
    folder = EXAMPLES / "dinner"
    with pytest.raises(Unrepairable, match=r"reached its limit: there is none within [0-4] edited step"):
        repaired((folder / "unaligned.p2c").read_text(), folder, effort=300)


def test_rules_that_contradict_each_other_have_no_repair() -> None:
    spec = SPEC.replace("check before use", "at least 1 use\n    at most 0 use")
    with pytest.raises(Unrepairable, match="no composition of `t`"):
        repaired(body("check(a)", spec=spec), most_edits=2)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("missing(a)", "P2C160"),
        ("check(nobody)", "P2C161"),
        ("a = check(a)", "P2C163"),
        ("check(a, a)", "P2C241"),
        ("check(b=a)", "P2C242"),
    ],
)
def test_what_makes_no_sense_is_to_be_mended_first(line: str, code: str) -> None:
    with pytest.raises(Unrepairable, match="correct these errors first") as refused:
        repaired(body(line))
    assert code in [d.code for d in refused.value.diagnostics]


def test_rules_that_cannot_be_read_are_an_error() -> None:
    spec, analysis = analysed(body("check(a)"))
    broken = load_text(SPEC.replace("loops <= 1", "at most 1 nothing"), "<test>", Path()).spec
    assert analysis.program is not None and spec.tasks
    with pytest.raises(ValueError, match="nothing"):
        recompose(analysis.program, broken)


def test_a_program_must_stand_in_its_source() -> None:
    spec, analysis = analysed(body("check(a)"))
    assert analysis.program is not None
    with pytest.raises(ValueError, match="no composition of `t`"):
        recompose(replace(analysis.program, source=Source("gone.p2c", "")), spec)
