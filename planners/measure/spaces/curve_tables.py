"""The tables of the measure of pressure, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.planners.measure.paired import paired
from p2c_dsl.planners.measure.spaces.contrasts import verdict
from p2c_dsl.planners.measure.spaces.curves import BUDGETS, EXPERT, FREE, MEAN, REWARDS, SUM, SUMMARY, V
from p2c_dsl.planners.measure.spaces.restrictions import NAMES
from p2c_dsl.planners.measure.spaces.resumed import Measured

COMPARED_AT = 3.0
"""The budget of KL, in nats, at which rewards and restrictions are compared."""
Side = tuple[str, str]
"""A restriction and a reward."""
CONTRASTS: tuple[tuple[Side, Side], ...] = (
    ((FREE, EXPERT), (FREE, V)),
    ((FREE, V), (FREE, SUM)),
    ((FREE, MEAN), (FREE, SUM)),
    ((FREE, SUMMARY), (FREE, SUM)),
    *(((name, V), (FREE, V)) for name in NAMES),
)
"""What is preregistered: of each pair, the first is expected to find more that is useful."""


def tables(found: Sequence[Measured]) -> str:
    """Useful at each budget by reward and restriction, the contrasts, and best-of-n beside the closed form."""
    usable = [data for data in found if data["curves"]]
    seconds = sum(data["seconds"] for data in found)
    budgets = " | ".join(f"{budget:g} nats" for budget in BUDGETS)
    parts = [f"{len(usable)} of {len(found)} domains, {seconds:.0f} CPU seconds", ""]
    parts += [f"| useful, by restriction and reward | domains | {budgets} |", "| --- | --- |" + " --- |" * len(BUDGETS)]
    for name in (FREE, *NAMES):
        for reward in REWARDS:
            curves = [data["curves"][name][reward]["useful"] for data in usable if name in data["curves"]]
            cells = " | ".join(str(paired([curve[at] for curve in curves])) for at in range(len(BUDGETS)))
            parts.append(f"| {name}, {reward} | {len(curves)} | {cells} |")
    parts += ["", f"| useful at {COMPARED_AT:g} nats | difference | domains | verdict |", "| --- | --- | --- | --- |"]
    for first, second in CONTRASTS:
        differences = differences_of(usable, first, second)
        interval = paired(differences)
        words = f"{', '.join(first)} − {', '.join(second)}"
        parts.append(f"| {words} | {interval} | {len(differences)} | {verdict(interval, '+')} |")
    return "\n".join([*parts, "", *_checks(usable)])


def differences_of(found: Sequence[Measured], first: Side, second: Side) -> list[float]:
    """Of each domain that has both sides, how much more useful the first is at `COMPARED_AT`."""
    at = BUDGETS.index(COMPARED_AT)
    both = [data["curves"] for data in found if first[0] in data["curves"] and second[0] in data["curves"]]
    return [c[first[0]][first[1]]["useful"][at] - c[second[0]][second[1]]["useful"][at] for c in both]


def _checks(found: Sequence[Measured]) -> list[str]:
    rows = ["| best of 8 | KL, nats | useful | useful at the optimum of that KL |", "| --- | --- | --- | --- |"]
    for reward in REWARDS:
        each = [data["best_of"][reward] for data in found]
        cells = (str(paired([one[key] for one in each])) for key in ("kl", "useful", "optimum"))
        rows.append(f"| {reward} | {' | '.join(cells)} |")
    return rows
