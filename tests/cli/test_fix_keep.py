"""`p2c fix --keep`: what no repair may lose."""

from __future__ import annotations

from pathlib import Path

from tests.cli.commands import p2c

PAY = """\
type Order
effect pay(Order) irreversible
subtask approved(order: Order) -> Bool
subtask refund(order: Order):
    does pay(order)
task settle(order: Order):
    pay only if approved(order)

compose settle(order):
    refund(order)
"""


def test_an_effect_is_kept_on_request(folder: Path) -> None:
    (folder / "pay.p2c").write_text(PAY)
    assert "-    refund(order)" in p2c("fix", "pay.p2c").stdout
    assert "+        refund(order)" in p2c("fix", "pay.p2c", "--keep", "pay").stdout


def test_where_an_effect_cannot_be_kept_that_is_said(folder: Path) -> None:
    (folder / "pay.p2c").write_text(PAY)
    result = p2c("fix", "pay.p2c", "--keep", "pay", "--max-edits", "1")
    assert result.exit_code == 1 and "within 1 edited step is accepted and still does `pay`" in result.stderr


def test_an_unknown_event_to_keep_is_wrong_usage(folder: Path) -> None:
    (folder / "pay.p2c").write_text(PAY)
    result = p2c("fix", "pay.p2c", "--keep", "pya")
    assert result.exit_code == 2 and "did you mean `pay`?" in result.stderr
