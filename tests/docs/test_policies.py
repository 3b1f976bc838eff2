"""The page on published policies: its rules stand in the specs, and its shares are those of its tables."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.policies import HERE, rules_of

PAGE = (Path(__file__).parents[2] / "docs" / "measured" / "policies.md").read_text()
VERDICTS = ("rule", "structure", "check", "missing")


@dataclass(frozen=True)
class Sentence:
    """A row of a policy's table."""

    number: str
    verdict: str
    shown: tuple[str, ...]
    form: str


@dataclass(frozen=True)
class Policy:
    """A policy's section: its spec, and its table."""

    name: str
    spec: Path
    sentences: tuple[Sentence, ...]

    def __str__(self) -> str:
        return self.name


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split(" | ")]


def _sentence(row: str) -> Sentence:
    number, _, _, verdict, shown, form = (cell.strip() for cell in row.strip()[1:-1].split("|"))
    return Sentence(number, verdict, tuple(re.findall(r"`([^`]+)`", shown)), form)


def _policies() -> list[Policy]:
    sections = re.split(r"^### ", PAGE.split("\n## The sentences\n")[1].split("\n## ")[0], flags=re.MULTILINE)[1:]
    found = []
    for section in sections:
        name = section.splitlines()[0]
        spec = re.search(r"`tests/policies/(\w+\.p2c)`", section)
        assert spec
        rows = re.findall(r"^\| [A-Z]\d+ \|.*$", section, re.MULTILINE)
        found.append(Policy(name, HERE / spec[1], tuple(map(_sentence, rows))))
    return found


def _table(heading: str) -> list[list[str]]:
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [_cells(row) for row in re.findall(r"^\|.*\|$", section, re.MULTILINE)]
    return rows[2:]


POLICIES = _policies()
SENTENCES = [sentence for policy in POLICIES for sentence in policy.sentences]


def _row(name: str, sentences: list[Sentence] | tuple[Sentence, ...]) -> list[str]:
    count = Counter(sentence.verdict for sentence in sentences)
    shown = len(sentences) - count["missing"]
    without = shown - count["check"]
    shares = [f"{100 * part / len(sentences):.1f}%" for part in (shown, without)]
    return [name, str(len(sentences)), *(str(count[verdict]) for verdict in VERDICTS), *shares]


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_what_shows_a_sentence_stands_in_the_spec_under_its_number(policy: Policy) -> None:
    rules = rules_of(policy.spec)
    text = policy.spec.read_text()
    for sentence in policy.sentences:
        if sentence.verdict in ("rule", "check"):
            assert list(sentence.shown) == rules[sentence.number], sentence.number
        else:
            assert all(code in text for code in sentence.shown), sentence.number


def test_every_number_in_a_spec_is_a_sentence_that_is_shown() -> None:
    shown = {sentence.number for sentence in SENTENCES if sentence.shown}
    assert {number for policy in POLICIES for number in rules_of(policy.spec)} <= shown


def test_the_sentences_are_numbered_through() -> None:
    for policy in POLICIES:
        letter = policy.sentences[0].number[0]
        assert [s.number for s in policy.sentences] == [f"{letter}{i + 1}" for i in range(len(policy.sentences))]


def test_what_is_missing_or_needs_a_check_names_the_form_and_nothing_else_does() -> None:
    for sentence in SENTENCES:
        assert sentence.verdict in VERDICTS
        assert bool(sentence.form) == (sentence.verdict in ("check", "missing")), sentence.number
        assert bool(sentence.shown) or sentence.verdict in ("structure", "missing"), sentence.number


def test_the_shares_are_those_of_the_tables() -> None:
    assert _table("Shares") == [_row(p.name, p.sentences) for p in POLICIES] + [_row("all", SENTENCES)]


def test_at_least_85_percent_are_shown() -> None:
    assert sum(sentence.verdict != "missing" for sentence in SENTENCES) >= 0.85 * len(SENTENCES)


def test_the_forms_are_counted() -> None:
    counted = Counter((s.form, s.verdict) for s in SENTENCES if s.form)
    forms = {form for form, _ in counted}
    told = {form: (int(missing), int(check)) for form, missing, check in _table("Forms that are missing")}
    assert told == {form: (counted[form, "missing"], counted[form, "check"]) for form in forms}
