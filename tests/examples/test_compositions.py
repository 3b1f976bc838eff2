"""Every composition in `examples/` is what its folder and its header say."""

from __future__ import annotations

import re

import pytest

from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.lint import lint_file
from tests.examples.domains import ACCEPTED, DOMAINS, EXAMPLES, REJECTED, compositions

HEADER = re.compile(r"^# Rejected: (.+)$", re.MULTILINE)


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_spec_lints_clean(domain: str) -> None:
    assert lint_file(EXAMPLES / domain / f"{domain}.p2c").diagnostics == ()


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted_without_a_word(name: str) -> None:
    report = lint_file(EXAMPLES / name)
    assert report.diagnostics == ()
    assert report.accepted


@pytest.mark.parametrize("name", REJECTED)
def test_rejected_for_the_reasons_in_its_header(name: str) -> None:
    header = HEADER.search((EXAMPLES / name).read_text())
    assert header is not None, "a rejected example names its codes"
    report = lint_file(EXAMPLES / name)
    errors = {d.code for d in report.diagnostics if d.severity is Severity.ERROR}
    assert errors == set(header[1].split())
    assert not report.accepted


@pytest.mark.parametrize("name", REJECTED)
def test_a_rejected_example_names_the_danger(name: str) -> None:
    assert (EXAMPLES / name).read_text().startswith("# Danger: ")


def test_every_domain_has_both_kinds() -> None:
    assert len(DOMAINS) >= 7
    for domain in DOMAINS:
        for kind in ("accepted", "rejected"):
            assert any(name.startswith(f"{domain}/{kind}/") for name in compositions(kind))
