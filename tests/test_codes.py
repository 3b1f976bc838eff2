"""The codes that diagnostics have."""

import re

from p2c_dsl.codes import all_codes

FAMILIES = "123456789"


def test_codes_have_one_form_and_a_known_family() -> None:
    assert all(re.fullmatch(rf"P2C[{FAMILIES}]\d\d", code) for code in all_codes())


def test_codes_are_in_order_and_say_what_they_mean() -> None:
    assert list(all_codes()) == sorted(all_codes())
    assert all(code.title and code.explanation for code in all_codes().values())
