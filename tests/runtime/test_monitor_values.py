"""What the monitor knows of values: where each comes from, and what it depends on."""

from __future__ import annotations

import pytest

from tests.runtime.watched import watched


class TestValues:
    def test_provenance_is_an_occurrences_not_a_values(self) -> None:
        """`edit` gives what it was given; yet only its own result may be posted."""
        body = "note = ask(user)\nbetter = edit(note)\npost(better)\npost(note)"
        done, made = watched("post.note from edit", body, {"user": "ada"})
        assert made == ["ask", "edit", "post"]
        assert not done.completed

    def test_a_tree_consumes_occurrences_not_values(self) -> None:
        body = "for u in users:\n    post(ask(u))"
        same = {"ask": lambda user: "always the same"}
        assert watched("shape tree", body, {"users": ["ada", "ben"]}, **same)[0].completed
        done, made = watched("shape tree", "note = ask(user)\npost(note)\npost(note)", {"user": "ada"})
        assert made == ["ask", "post"]
        assert not done.completed

    @pytest.mark.parametrize(("user", "completes"), [("ada", False), ("eve", True)])
    def test_flow_passes_through_the_arm_that_is_taken(self, user: str, completes: bool) -> None:
        body = "note = ask(user)\nif allowed(user):\n    post(note)"
        done, made = watched("no flow from ask to publish", body, {"user": user})
        assert "post" not in made
        assert done.completed is completes

    def test_flow_goes_on_after_a_branch_that_could_have_returned(self) -> None:
        rule, tools = "no flow from ask to alarm", {"ring": lambda: None}
        body = "note = ask(user)\nif is_dull(note):\n    {}\nring()"
        assert watched(rule, body.format("edit(note)"), {"user": "ada"}, **tools)[0].completed
        done, made = watched(rule, body.format("return"), {"user": "ada"}, **tools)
        assert made == ["ask", "is_dull"]
        assert not done.completed

    def test_what_comes_out_of_an_accumulator_is_of_the_types_that_went_in(self) -> None:
        filled = "answers = {}\nfor u in users:\n    answers[u] = allowed(u)\n"
        body = filled + "for u in users:\n    if answers[u]:\n        ring()"
        done, made = watched("no flow from Note to alarm", body, {"users": ["ada"]})
        assert done.completed
        assert made == ["allowed", "ring"]

    def test_flow_ends_at_what_it_may_pass_through(self) -> None:
        body = "note = ask(user)\nn = hash_of(note)\nclean = edit(note)\npost(clean, n)"
        rule = "no flow from ask to post except via edit"
        done, made = watched(rule, body, {"user": "ada"})
        assert made == ["ask", "hash_of", "edit"]
        assert done.error is not None
        assert watched(rule, body.replace(", n)", ")"), {"user": "ada"})[0].completed

    def test_what_a_secret_picks_out_of_a_map_depends_on_it(self) -> None:
        body = "post(notes[user])"
        done, made = watched("no flow from user to publish", body, {"notes": {"ada": "x"}, "user": "ada"})
        assert made == [] and not done.completed

    def test_a_look_up_that_could_have_failed_tells_of_its_key(self) -> None:
        body = "n = hash_of(notes[user])\nring()"
        done, made = watched("no flow from user to ring", body, {"notes": {"ada": "x"}, "user": "ada"})
        assert made == ["hash_of"] and not done.completed

    def test_a_look_up_by_the_variable_of_a_loop_over_the_map_tells_nothing(self) -> None:
        body = "for u in notes:\n    n = hash_of(notes[u])\nring()"
        done, _ = watched("no flow from notes to ring", body, {"notes": {"ada": "x"}})
        assert done.completed


class TestNestedMaps:
    RULE = "contact only if allowed(user)"
    ASKED = """
all = {}
for u in users:
    inner = {}
    for v in users:
        inner[v] = allowed(v)
    all[u] = inner
"""

    @pytest.mark.parametrize(("checked", "made"), [("all[user][user]", ["ask"]), ("all[u][v]", [])])
    def test_an_answer_is_about_the_key_that_it_was_asked_for(self, checked: str, made: list[str]) -> None:
        loops = "for u in users:\n    for v in users:\n        if {0}:\n            ask(u)"
        act = loops.format(checked) if "u]" in checked else f"if {checked}:\n    ask(user)"
        inputs = {"users": ["eve", "ada"], "user": "ada"}
        done, calls = watched(self.RULE, self.ASKED.strip() + "\n" + act, inputs)
        assert done.completed == bool(made)
        assert [name for name in calls if name == "ask"] == made
