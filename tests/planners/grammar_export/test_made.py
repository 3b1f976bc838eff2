"""Lists and records that nothing else gives are in the exported grammar."""

from __future__ import annotations

from p2c_dsl.planners.grammar_export.grammar import spec_to_lark
from tests.planners.forms import emitted
from tests.planners.grammar_export.test_grammar import resolved, writer


def test_what_nothing_else_gives_can_be_made() -> None:
    spec, task = resolved(
        "type Name\nrecord Pair:\n    name: Name\n    other: Optional[Name]\nsubtask greet(all: List[Pair] >= 2 <= 2)\n"
        "task t(name: Name):\n    at least 1 greet\n"
    )
    writes, texts = writer(spec_to_lark(spec, task)), list(emitted(spec, task, 3).values())
    assert len(texts) > 1 and all(map(writes, texts))
    assert not writes(texts[0].replace("[", "{"))


def test_a_record_whose_fields_may_all_be_left_out_is_made_of_none() -> None:
    spec, task = resolved(
        "type Name\nrecord Note:\n    name: Optional[Name]\nsubtask keep(note: Note)\ntask t():\n    at least 1 keep\n"
    )
    writes, texts = writer(spec_to_lark(spec, task)), list(emitted(spec, task, 3).values())
    assert any("Note()" in text for text in texts) and all(map(writes, texts))
