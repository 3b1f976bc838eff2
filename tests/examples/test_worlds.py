"""The example worlds run what is accepted, tell good outcomes from bad ones, and their experts know more."""

from __future__ import annotations

import pytest

from tests.examples.domains import ACCEPTED, DOMAINS, analysis, expert, run_in, world

SEEDS = range(25)

UNVERIFIED = {
    "dinner/rejected/booked_twice.p2c": "2 tables are booked instead of one",
    "dinner/rejected/nothing_booked.p2c": "0 tables are booked instead of one",
    "refunds/rejected/settled_twice.p2c": "is settled 2 times",
    "refunds/rejected/undecided.p2c": "is settled 0 times",
    "refunds/rejected/unapproved.p2c": "too much was paid",
    "refunds/rejected/paid_a_suspect.p2c": "the account is frozen, and money was paid",
    "deletion/rejected/erased_twice.p2c": "is erased 2 times",
    "deletion/rejected/left_over.p2c": "is erased 0 times",
    "deletion/rejected/raw_report.p2c": "a report names the person",
}


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_seed_makes_one_world(domain: str) -> None:
    assert world(domain, 3).inputs() == world(domain, 3).inputs()
    assert len({repr(world(domain, seed).inputs()) for seed in SEEDS}) > 10


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_accepted_runs_under_the_monitor_to_a_good_outcome(name: str) -> None:
    analyzed = analysis(name)
    for seed in SEEDS:
        place = world(name.split("/")[0], seed)
        assert run_in(place, analyzed).error is None
        assert place.verify() is None


@pytest.mark.parametrize("name", UNVERIFIED)
def test_a_bad_outcome_is_told(name: str) -> None:
    analyzed, told = analysis(name), []
    for seed in SEEDS:
        place = world(name.split("/")[0], seed)
        run_in(place, analyzed, monitored=False)
        told.append(place.verify() or "")
    assert any(UNVERIFIED[name] in complaint for complaint in told)


@pytest.mark.parametrize(
    ("name", "harmed"),
    [
        ("dinner/rejected/asked_twice.p2c", "was asleep when the telephone rang"),
        ("dinner/unaligned.p2c", "stays empty"),
        ("refunds/accepted/vouchers.p2c", "a suspect got something out of it"),
        ("refunds/accepted/refund_or_voucher.p2c", "belongs to"),
        ("deletion/accepted/plain.p2c", "held other people's data, too"),
        ("deletion/accepted/backups_last.p2c", "a report says that it is done after"),
    ],
)
def test_the_expert_sees_harms_that_no_rule_names(name: str, harmed: str) -> None:
    domain, analyzed = name.split("/")[0], analysis(name)
    seen = []
    for seed in range(60):
        place = world(domain, seed)
        judge = expert(domain, place, seed)
        run_in(place, analyzed, monitored=False)
        seen += judge.whole()
    assert any(harmed in harm for harm in seen)


def test_figure_one_harms_more_than_its_parts() -> None:
    """Part-to-complete generalization fails: calls that are harmless alone do harm together."""
    analyzed, place = analysis("dinner/unaligned.p2c"), world("dinner", 1)
    judge = expert("dinner", place, 1)
    run_in(place, analyzed, monitored=False)
    parts = [judge.part("ask_preference", {"user": user}) for user in place.calls]
    parts += [judge.part("book_table", {"restaurant": booked}) for booked in place.bookings]
    assert all(harms == [] for harms in parts)
    assert len(judge.whole()) >= 3


@pytest.mark.parametrize("options", [{"confirms": False}, {"held": True}], ids=["not confirmed", "held"])
def test_a_refusal_ends_the_run_before_anything_is_erased(options: dict[str, bool]) -> None:
    place = world("deletion", 0, **options)
    assert run_in(place, analysis("deletion/accepted/plain.p2c")).error is not None
    assert place.erased == []
