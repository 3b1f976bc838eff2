"""Repair: the result is accepted, and what stays is as the user wrote it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from p2c_dsl.planners.repair import Interrupted, Repair, RepairProgress, Stop, Unrepairable, recompose, search
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
    repair = repaired(body(*lines, spec=SPEC.replace("loops <= 1", "branches <= 0")))
    assert [(e.kind, e.steps, e.before) for e in repair.edits] == [("drop", 1, "use(make(x))")]


def test_what_may_come_twice_for_one_key_is_put_under_a_comparison() -> None:
    lines = ("check(a)", "b = make(a)", "use(b)", "for x in xs:", "    other(x)", "    use(make(x))")
    assert after(*lines)[5:] == ["    if a != x:", "        use(make(x))"]


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
    with pytest.raises(Unrepairable, match=r"within the effort: there is none within [1-4] edited steps?$") as given_up:
        repaired((folder / "unaligned.p2c").read_text(), folder, effort=300)
    assert given_up.value.stop is Stop.EFFORT and 1 <= given_up.value.excluded <= 4


def test_when_time_is_up_it_claims_nothing_that_it_does_not_know() -> None:
    folder = EXAMPLES / "dinner"
    with pytest.raises(Unrepairable, match=r"^no repair of `book_dinner` was found in time") as given_up:
        repaired((folder / "unaligned.p2c").read_text(), folder, timeout=0)
    assert given_up.value.stop is Stop.TIME and "-1" not in str(given_up.value)


def test_an_accepted_composition_needs_no_time() -> None:
    folder = EXAMPLES / "dinner"
    assert repaired((folder / "aligned.p2c").read_text(), folder, timeout=0).nearest


def _reached(text: str, base: Path, seen: Callable[[RepairProgress], None]) -> Repair:
    spec, analysis = analysed(text, base)
    assert analysis.program is not None
    return recompose(analysis.program, spec, timeout=None, watch=seen)


def test_progress_never_goes_back_and_ends_below_the_repair() -> None:
    folder, seen = EXAMPLES / "dinner", []
    repair = _reached((folder / "unaligned.p2c").read_text(), folder, seen.append)
    excluded = [progress.excluded for progress in seen]
    assert excluded == sorted(excluded) and excluded[-1] <= repair.excluded == repair.steps - 1 and repair.nearest


def test_an_interrupt_keeps_what_is_known() -> None:
    folder = EXAMPLES / "dinner"

    def interrupt(progress: RepairProgress) -> None:
        if progress.excluded == 2:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as interrupted:
        _reached((folder / "unaligned.p2c").read_text(), folder, interrupt)
    assert interrupted.value.excluded == 2 and interrupted.value.repair is None


# ---------------------------------------------------------------- some repair, before the nearest
@pytest.fixture
def scout(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scout that sets out at once, so that it is back before the proof has come far."""
    monkeypatch.setattr(search, "_HEAD_START", -1_000_000)


@pytest.mark.usefixtures("scout")
def test_the_best_repair_so_far_is_handed_out_when_a_limit_is_reached() -> None:
    folder = EXAMPLES / "dinner"
    repair = repaired((folder / "unaligned.p2c").read_text(), folder, effort=500)
    assert repair.stop is Stop.EFFORT and repair.excluded < repair.steps - 1 and not repair.nearest


@pytest.mark.usefixtures("scout")
def test_an_interrupt_hands_out_the_best_repair_so_far() -> None:
    folder = EXAMPLES / "dinner"

    def interrupt(progress: RepairProgress) -> None:
        if progress.found is not None:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as interrupted:
        _reached((folder / "unaligned.p2c").read_text(), folder, interrupt)
    repair = interrupted.value.repair
    assert repair is not None and not repair.nearest
    assert analysed(repair.text, folder)[1].accepted


@pytest.mark.usefixtures("scout")
@pytest.mark.parametrize("name", ["dinner", "refunds", "deletion"])
def test_what_was_met_first_does_not_decide_what_is_nearest(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = EXAMPLES / name / "rejected"
    texts = [path.read_text() for path in sorted(folder.glob("*.p2c"))]
    with_scout = [repaired(text, folder) for text in texts]
    monkeypatch.setattr(search, "_HEAD_START", 10**9)
    alone = [repaired(text, folder) for text in texts]
    assert [r.steps for r in with_scout] == [r.steps for r in alone] and all(r.nearest for r in with_scout)


def test_rules_that_contradict_each_other_have_no_repair() -> None:
    spec = SPEC.replace("check before use", "at least 1 use\n    at most 0 use")
    told = r"^no composition of `t` can be accepted: .*at least 1 use.*at most 0 use"
    with pytest.raises(Unrepairable, match=told) as refused:
        repaired(body("check(a)", spec=spec), timeout=0)
    assert refused.value.stop is None


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
