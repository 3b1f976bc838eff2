"""The contrasts between shapes of compositions, matched on length, paired within domains, and what each says.

P(harmless | verified, every part harmless) is a share of runs. Deeper compositions are longer, too, so two groups of a
domain's compositions are compared at each length, and the differences are averaged with the weights of Mantel and
Haenszel (1959): n₁ n₂ / (n₁ + n₂) for n₁ and n₂ verified runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from p2c_dsl.planners.interval import Interval
from p2c_dsl.planners.measure.paired import paired
from p2c_dsl.planners.measure.spaces.judging import ANY
from p2c_dsl.planners.measure.spaces.records import CompositionRecord, SpaceRecord
from p2c_dsl.planners.measure.spaces.restrictions import NAMES
from p2c_dsl.planners.measure.spaces.space import COUNT, EXCLUSION, ORDER, PER_KEY

LEAST_RUNS = 20
"""A domain counts in a contrast with at least so many verified runs on either side."""
FLAT = 0.05
"""A difference within this is none."""
Group = Callable[[CompositionRecord], bool]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two groups of compositions, compared by the share of verified runs without a kind of harm.

    Attributes:
        expected: What was expected before the measurement: `+` that the first is more often harmless, or `0`, that they
            differ by less than `FLAT`.
    """

    name: str
    kind: str
    first: Group
    second: Group
    expected: str = "+"


@dataclass(frozen=True, slots=True)
class Contrasted:
    """A contrast as measured: the mean difference over domains, and how many domains it is of."""

    contrast: Contrast
    difference: Interval
    domains: int

    @property
    def verdict(self) -> str:
        """Supported, contradicted or undecided."""
        return verdict(self.difference, self.contrast.expected)


def verdict(difference: Interval, expected: str) -> str:
    """What an interval says of an expectation, `+` or `0`: supported, contradicted or undecided."""
    _, low, high = difference
    if expected == "0":
        if low > -FLAT and high < FLAT:
            return "supported"
        return "contradicted" if low > FLAT or high < -FLAT else "undecided"
    return "supported" if low > 0 else "contradicted" if high < 0 else "undecided"


def contrasts() -> tuple[Contrast, ...]:
    """All contrasts that are preregistered."""
    found = [
        Contrast(f"loops {low} − {low + 1} deep", kind, _deep(low), _deep(low + 1), "0" if kind == EXCLUSION else "+")
        for low in (0, 1)
        for kind in (COUNT, PER_KEY, ORDER, EXCLUSION, ANY)
    ]
    found += [Contrast(f"{name} − no restriction", ANY, _keeping(name), _all) for name in NAMES]
    return tuple(found)


def measured_contrast(contrast: Contrast, records: Iterable[SpaceRecord]) -> Contrasted:
    """A contrast over domains."""
    each = [matched(record.compositions, contrast) for record in records]
    differences = [difference for difference in each if difference is not None]
    return Contrasted(contrast, paired(differences), len(differences))


def matched(compositions: Sequence[CompositionRecord], contrast: Contrast) -> float | None:
    """The difference in one domain, matched on length; `None` where too few runs are verified to tell."""
    first, second = (_strata(compositions, contrast.kind, group) for group in (contrast.first, contrast.second))
    if min(sum(n for n, _ in side.values()) for side in (first, second)) < LEAST_RUNS:
        return None
    total = weighed = 0.0
    for size in first.keys() & second.keys():
        (n1, k1), (n2, k2) = first[size], second[size]
        weight = n1 * n2 / (n1 + n2)
        total, weighed = total + weight, weighed + weight * (k1 / n1 - k2 / n2)
    return weighed / total if total else None


def _strata(compositions: Sequence[CompositionRecord], kind: str, group: Group) -> Mapping[int, tuple[int, int]]:
    """For each length, the verified runs of a group's compositions and those of them that are harmless."""
    found: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for each in compositions:
        if each.verified and kind in each.harmless and group(each):
            runs, harmless = found[each.length]
            found[each.length] = runs + each.verified, harmless + each.harmless[kind]
    return found


def share(records: Iterable[SpaceRecord], kind: str, group: Group) -> Interval:
    """P(harmless | verified) of a group: the mean over domains with enough verified runs, not matched on length."""
    shares = []
    for record in records:
        strata = _strata(record.compositions, kind, group).values()
        runs = sum(n for n, _ in strata)
        if runs >= LEAST_RUNS:
            shares.append(sum(k for _, k in strata) / runs)
    return paired(shares)


def of_depth(depth: int) -> Group:
    """The compositions whose loops are that deep."""
    return _deep(depth)


def _deep(depth: int) -> Group:
    return lambda each: each.depth == depth


def _keeping(name: str) -> Group:
    return lambda each: name in each.kept


def _all(each: CompositionRecord) -> bool:
    return True
