from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from p2c_dsl.importing.naming import distinct, free, is_legal, legal, singular, type_name
from p2c_dsl.source import Source
from p2c_dsl.syntax.lexer import lex


def test_a_legal_name_is_left_as_it_is() -> None:
    assert legal("oldText") == "oldText" and legal("größe") == "größe"


def test_what_cannot_stand_in_a_name_becomes_an_underscore() -> None:
    assert legal("get-env") == "get_env" and legal("a b/c") == "a_b_c"


def test_keywords_numbers_and_nothing_get_a_name_too() -> None:
    assert legal("from") == "from_" and legal("3d") == "n_3d" and legal("") == legal("–") == "unnamed"


def test_two_names_that_look_alike_are_told_apart_by_a_number() -> None:
    assert free("get_env", ["get_env", "get_env_2"]) == "get_env_3"


def test_names_keep_to_what_the_lexer_reads() -> None:
    assert legal("col·lecció") == "col_lecció" and legal("℘") == "unnamed"


def test_what_nobody_can_see_does_not_tell_names_apart() -> None:
    assert [legal(f"send{c}") for c in "\ufe0f\u1160\u200b\u00ad"] == ["send"] * 4


def test_names_that_meant_something_keep_their_meaning() -> None:
    assert distinct(["a b", "a-b", "a_b"]) == {"a b": "a_b_2", "a-b": "a_b_3", "a_b": "a_b"}
    known = {"a-b": "a_b", "gone": "f"}
    assert distinct(["a b", "a-b", "f"], known) == {"a b": "a_b_2", "a-b": "a_b", "f": "f_2"}


def test_names_do_not_depend_on_the_order_and_signs_are_spelled_out() -> None:
    assert distinct(["+1", "-1"]) == {"+1": "plus_1", "-1": "minus_1"} and distinct(["-1", "+1"])["+1"] == "plus_1"
    assert distinct(["<", "<=", "a*", "a+"]) == {"<": "less", "<=": "less_equal", "a*": "a", "a+": "a_2"}
    assert distinct(["a+", "a*"]) == {"a*": "a", "a+": "a_2"}


def test_types_are_named_in_capitals_and_elements_in_the_singular() -> None:
    assert type_name("read_file", "result") == "ReadFileResult" and type_name("–") == "Unnamed"
    assert [singular(w) for w in ("entities", "edits", "class", "as")] == ["entity", "edit", "class", "as"]


@given(st.text())
def test_every_text_has_a_legal_name(text: str) -> None:
    assert is_legal(legal(text)) and is_legal(type_name(text))


@given(st.text(alphabet="𑿀·℘℮²³ªŉǆ٣\u0301_-1a"))
def test_characters_that_are_almost_letters_make_legal_names_too(text: str) -> None:
    assert is_legal(legal(text)) and is_legal(type_name(text))


@given(st.text())
def test_every_legal_name_is_one_word_of_the_language(text: str) -> None:
    name = legal(text)
    lexed = lex(Source("t", name))
    assert not lexed.diagnostics and [t.text for t in lexed.lexemes[:1]] == [name]
