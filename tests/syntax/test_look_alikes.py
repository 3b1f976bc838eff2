"""Names that a person takes for others are found; names that people write are not."""

import subprocess
import sys
from pathlib import Path

import pytest

from p2c_dsl.lint import lint_text
from p2c_dsl.source import Source
from p2c_dsl.syntax.look_alikes import look_alikes

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").rglob("*.p2c"))


def told(*texts: str) -> list[tuple[str, str]]:
    """The code and message of each finding in files that belong together."""
    sources = [Source(f"{number}.p2c", text) for number, text in enumerate(texts)]
    return [(d.code, d.message) for d in look_alikes(sources)]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("p\u0430y", "pay"),
        ("\u0440\u0430\u0443", "pay"),
        ("\u03bfpen", "open"),
        ("\uff50ay", "pay"),
        ("\U0001d429\U0001d41a\U0001d432", "pay"),
        ("\u0501elete", "delete"),
        ("s\u0435nd_\u0430ll", "send_all"),
        ("item_1", "item_l"),
        ("item_I", "item_l"),
        ("take_0", "take_O"),
    ],
)
def test_two_names_that_look_alike(name: str, other: str) -> None:
    for first, second in ((name, other), (other, name)):
        found = told(f"subtask {first}()\nsubtask {second}()\n")
        assert [code for code, _ in found] == ["P2C121"] and "looks like" in found[0][1]


def test_the_strange_one_is_named_and_its_letter() -> None:
    assert told("subtask p\u0430y()\n", "subtask pay()\n") == [
        ("P2C121", "`p\u0430y` (cyrillic small letter a) looks like `pay`")
    ]


@pytest.mark.parametrize("name", ["\u0422ext", "B\u043eol", "t\u0430sk"])
def test_a_word_of_the_language_is_a_name_as_well(name: str) -> None:
    assert [code for code, _ in told(f"type {name}\n")] == ["P2C121"]


@pytest.mark.parametrize(
    "name", ["p\u0430y", "\u03b1lpha", "pay_\u043e\u043f\u043b\u0430\u0442\u0430", "\ufb01nd", "\uff46"]
)
def test_a_name_that_is_not_what_it_seems(name: str) -> None:
    assert [code for code, _ in told(f"subtask {name}()\n")] == ["P2C122"]


@pytest.mark.parametrize(
    "names",
    [
        ("pay", "play", "pays", "Pay"),
        ("modem", "modern"),
        ("item_1", "item_2", "x1", "x10"),
        ("café", "größe", "naïve"),
        ("оплата", "вход"),
        ("支払い", "支払いカード", "pay_支払"),
        ("결제", "결제_pay"),
        ("δοκιμή",),
        ("שלום", "دفع"),
    ],
)
def test_what_people_write_is_not_told(names: tuple[str, ...]) -> None:
    assert told("".join(f"subtask {name}()\n" for name in names)) == []


def test_words_in_comments_and_texts_are_not_names() -> None:
    assert told('subtask item_l()  # not item_1\nconstant c: Text = "item_I"\n') == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_the_examples_have_none(path: Path) -> None:
    assert told(path.read_text(encoding="utf-8")) == []


def test_it_can_be_lived_with_for_a_reason() -> None:
    text = "subtask p\u0430y()  # p2c: ignore[P2C122] the server's own name\n"
    assert lint_text(text, "t.p2c", Path()).diagnostics == ()


def test_unicode_s_tables_are_loaded_for_names_that_need_them_only() -> None:
    code = (
        "import sys; from p2c_dsl.lint import lint_text; from pathlib import Path\n"
        "lint_text('subtask item_l()\\nsubtask item_1()  # \u0430', 't', Path())\n"
        "sys.exit('confusable_homoglyphs' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
